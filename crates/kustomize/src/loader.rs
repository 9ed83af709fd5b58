//! How a build sees the world.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::Tree;

use crate::accumulate::{Accumulated, Way};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// Why what is there is not there for a build: the source that it takes its files from leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftOut {
    /// Patterns say so.
    ByPatterns,
    /// Its name says so, and no pattern anything else.
    ByDefault,
    /// It is a symbolic link, or behind one.
    Link,
}

/// What a build reads. Paths are relative to the loader's root and normalised; one that leads out of the
/// root begins with `..`. Whatever is asked is a dependency of the build, also what is not there.
pub trait Loader {
    /// What a path leads to; none where nothing is there, or nothing that may be read.
    fn entry(&self, path: &Utf8Path) -> Option<Entry>;

    /// The bytes of a file, for generators.
    fn bytes(&self, path: &Utf8Path) -> Option<Arc<[u8]>>;

    /// The tree of a file.
    fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>>;

    /// The files below a directory, for a Flux Kustomization without a kustomization file: names of the
    /// entries of a directory, in order.
    fn list(&self, directory: &Utf8Path) -> Vec<String>;

    /// What a directory accumulates as a resource of another: a loader may remember it where the way
    /// [is plain](Way::is_plain). It calls [`accumulate`](crate::accumulate()) with itself and the way.
    /// It must not wait for another thread that accumulates the same directory: two directories that include
    /// each other would wait for ever.
    fn accumulate(&self, directory: &Utf8Path, way: &Way<'_>) -> Arc<Accumulated>;

    /// The objects of a manifest file, shared between builds that include it: a loader may remember them.
    /// It calls [`read_file`](crate::read_file()) with itself.
    fn resources(&self, file: &Utf8Path) -> Arc<crate::resource::FileResources>;

    /// Whether what a path leads to is there, but not for this build, and why.
    fn leaves_out(&self, _path: &Utf8Path) -> Option<LeftOut> {
        None
    }

    /// Whether a kustomization may name files only beside and below its own, which is what kustomize does
    /// unless told otherwise. Directories may be anywhere all the same.
    fn restricted(&self) -> bool {
        false
    }

    /// Whether `replace` and `copy` of a JSON6902 patch may name a key that is not there, as with version 4 of
    /// json-patch, which Flux links. The packages of kustomize link version 5, which refuses it.
    fn lenient_operations(&self) -> bool {
        false
    }

    /// Whether values carry their [`Origin`](crate::Origin).
    fn traced(&self) -> bool {
        false
    }
}
