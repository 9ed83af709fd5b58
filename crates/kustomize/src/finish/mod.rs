//! What is done once, at the top of a build: hashes, references to renamed objects, vars, order.

mod annotations;
mod check;
mod hash;
mod order;
mod references;
mod vars;

pub(crate) use self::annotations::{clean_annotations, is_local};
pub(crate) use self::check::check;
pub(crate) use self::hash::add_hashes;
pub(crate) use self::order::{place_of_kind, sort};
pub(crate) use self::references::follow_names;
pub(crate) use self::vars::{add as add_var, note_vars, replace_vars};
