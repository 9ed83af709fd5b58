//! The whole build of a directory.

use std::sync::Arc;

use camino::Utf8Path;

use crate::accumulate::Way;
use crate::error::BuildError;
use crate::loader::Loader;
use crate::resource::Resource;

/// What a directory builds.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The objects in the order in which they are printed.
    pub resources: Vec<Resource>,
    /// What is wrong.
    pub errors: Vec<Arc<BuildError>>,
}

/// Builds a directory.
pub fn build(loader: &dyn Loader, directory: &Utf8Path) -> Built {
    let accumulated = loader.accumulate(directory, &Way::default());
    Built {
        resources: accumulated.resources.clone(),
        errors: accumulated.errors.clone(),
    }
}
