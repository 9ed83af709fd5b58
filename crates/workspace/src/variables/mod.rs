//! `${NAME}` as a symbol: where a file uses variables, which Flux Kustomizations put values there, and where those
//! come from.
//!
//! `uses` reads a file, `generated` those that are no YAML, `objects` what a build holds before values are put into it, `results` what goes wrong with that,
//! `substitution` brings the two
//! together per environment, and `definitions` leads from a variable to the texts that set it.

mod building;
mod definitions;
mod generated;
mod objects;
mod results;
mod substitution;
mod uses;

pub use building::{BuildWith, builds_with};
pub use definitions::{
    DefinedIn, VariableDefinition, variable_definitions, variable_receivers, variable_sources,
};
pub use generated::{UsesInFile, variable_uses_in_files};
pub use objects::{ObjectVariables, object_variables};
pub use results::{Retyped, Spoiled, spoiled};
pub use substitution::{Substitution, substitutions};
pub use uses::{BrokenReference, VariableUse, VariableUses, variable_uses};
