//! `${NAME}` as a symbol. `symbol` says which variable stands at an offset, `values` what it is in each environment;
//! the features are one file each.

mod definition;
mod hover;
mod references;
mod rename;
mod symbol;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use definition::{definition, definitions_by_environment};
pub(crate) use hover::hover;
pub(crate) use references::{highlights, references};
pub(crate) use rename::{prepare_rename, rename};
pub(crate) use values::{Shown, by_environment, given_as, shown};
