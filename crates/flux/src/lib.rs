//! What Flux knows: its kinds, the reference table, and what a manifest says by them.
//!
//! Everything here is data over a spanned tree: no file is read and no editor is known.

mod facts;
mod kinds;
mod named;
pub mod names;
mod pull;
mod renames;
mod repeated;
mod required;
mod source_ignore;
mod table;
mod version;
mod versions;

pub mod artifact;
pub mod kustomization;
pub mod substitute;
pub mod known {
    //! The kinds by name.
    pub use crate::kinds::*;
}

pub use facts::{
    Definition, FileFacts, KindName, ObjectFacts, PathFact, ReferenceFact, is_templated,
    object_facts,
};
pub use kinds::{GroupKind, KINDS, Kind, flux_kinds, is_flux_group};
pub use named::{KindPattern, Named, named};
pub use pull::{Address, Endpoint, Pull, Rule, seconds, takes_versions};
pub use repeated::RepeatedKey;
pub use required::REQUIRED;
pub use source_ignore::{IgnoreField, SOURCE_IGNORE, SourceIgnore, has_patterns};
pub use table::{
    IMAGE_POLICY_MARKER, PATHS, PRODUCTIONS, PathReference, Production, REFERENCES, Reference,
    Role, Scope, Target,
};
pub use version::FluxVersion;
pub use versions::{VERSIONS, VersionFacts, VersionField, VersionRow};
