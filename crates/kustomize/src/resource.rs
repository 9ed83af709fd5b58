//! An object on its way through a build.

use std::sync::Arc;

use crate::error::BuildError;
use crate::id::Id;
use crate::origin::Place;
use crate::value::Value;

/// An object, with what kustomize remembers about it beside its text (in annotations of its own, which never
/// show; here in fields).
#[derive(Debug, Clone)]
pub struct Resource {
    /// The object itself; always a mapping.
    pub value: Value,
    /// The ids that it had before, the oldest first: names, namespaces and kinds that patches and references
    /// may still use.
    pub previous: Vec<Id>,
    /// The prefixes and suffixes that were put around its name, in order.
    pub prefixes: Vec<smol_str::SmolStr>,
    /// See `prefixes`.
    pub suffixes: Vec<smol_str::SmolStr>,
    /// What a generator says about it.
    pub generated: Option<Generated>,
    /// Where it stands: the document of a resource file, or the item of a generator.
    pub place: Place,
}

/// How a generated object goes on.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// `create`, `replace` or `merge`.
    pub behavior: Behavior,
    /// Whether its name gets a hash at the end.
    pub hash: bool,
}

/// What becomes of a generated object where one of its id exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Behavior {
    /// That is an error.
    #[default]
    Create,
    /// It takes its place.
    Replace,
    /// It is merged into it.
    Merge,
}

/// What a manifest file holds.
#[derive(Debug, Default)]
pub struct FileResources {
    /// Its objects, `List`s unrolled.
    pub resources: Vec<Resource>,
    /// What is wrong with the rest.
    pub errors: Vec<Arc<BuildError>>,
}
