//! The unit of a build: what a directory adds to whoever names it.

use std::sync::Arc;

use camino::Utf8Path;

use crate::error::BuildError;
use crate::loader::Loader;
use crate::origin::Path;
use crate::resource::Resource;
use crate::spec::{BuildMetadata, Var};

/// The objects that a directory yields, with original ids: hashes, name references and vars are finished
/// only at the top.
#[derive(Debug, Clone, Default)]
pub struct Accumulated {
    /// The objects in order.
    pub resources: Vec<Resource>,
    /// The vars declared here and below.
    pub vars: Vec<Var>,
    /// The directories that were read on the way: an overlay may not be inside any of them.
    pub directories: Vec<Path>,
    /// What is wrong here and below.
    pub errors: Vec<Arc<BuildError>>,
}

/// The directories between the top of a build and the one that is accumulated, to find those that include
/// themselves; and what of the top matters below.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way<'a> {
    /// The directory that names the next one; none at the top.
    pub last: Option<(&'a Utf8Path, &'a Way<'a>)>,
    /// `buildMetadata` of the top: only a build without it may be remembered.
    pub metadata: BuildMetadata,
}

impl Way<'_> {
    /// Whether a directory is on the way.
    pub fn visits(&self, directory: &Utf8Path) -> bool {
        let mut way = self;
        while let Some((last, before)) = way.last {
            if last == directory {
                return true;
            }
            way = before;
        }
        false
    }
}

/// What a directory adds to whoever names it.
pub fn accumulate(_loader: &dyn Loader, _directory: &Utf8Path, _way: &Way<'_>) -> Accumulated {
    Accumulated::default()
}
