//! The unit of a build: what a directory adds to whoever names it.

use std::sync::Arc;

use crate::error::BuildError;
use crate::resource::Resource;

/// The objects that a directory yields, with original ids: hashes, name references and vars are finished
/// only at the top.
#[derive(Debug, Clone, Default)]
pub struct Accumulated {
    /// The objects in order.
    pub resources: Vec<Resource>,
    /// What is wrong here and below.
    pub errors: Vec<Arc<BuildError>>,
}
