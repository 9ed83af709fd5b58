//! The trees of files on disk that were read a moment ago.
//!
//! What is asked of a file comes in bursts: its facts, its objects, the builds of its directory. Each of these keeps
//! what it needs of the tree, and all trees together would take more memory than all of that: so a few are kept, until
//! others come or [`RecentTrees::clear`] is called.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use infragen_syntax::Tree;
use rustc_hash::FxBuildHasher;

use crate::files::SourceFile;

/// So many trees are kept at the most: a file has one place, which it shares with others.
const SLOTS: usize = 512;

/// The trees of longer texts, in bytes, are not kept.
const MAX_TEXT: usize = 16 << 10;

/// The trees that were read last.
pub struct RecentTrees {
    slots: [Mutex<Option<Recent>>; SLOTS],
}

struct Recent {
    file: SourceFile,
    /// The number of its content, see [`crate::files::Disk::Present`].
    content: u64,
    tree: Arc<Tree>,
}

impl Default for RecentTrees {
    fn default() -> Self {
        Self {
            slots: std::array::from_fn(|_| Mutex::new(None)),
        }
    }
}

impl RecentTrees {
    fn slot(&self, file: SourceFile) -> MutexGuard<'_, Option<Recent>> {
        let hash = FxBuildHasher.hash_one(file) % SLOTS as u64;
        let slot = &self.slots[usize::try_from(hash).unwrap_or_default()];
        // What is in it is whole, whatever became of who put it there.
        slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tree of a file with this content, if it is still there.
    pub fn get(&self, file: SourceFile, content: u64) -> Option<Arc<Tree>> {
        let slot = self.slot(file);
        let recent = slot.as_ref()?;
        let same = recent.file == file && recent.content == content;
        same.then(|| recent.tree.clone())
    }

    /// Lets go of all of them.
    pub fn clear(&self) {
        for slot in &self.slots {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Keeps a tree until that of another file takes its place.
    pub fn keep(&self, file: SourceFile, content: u64, tree: &Arc<Tree>) {
        if tree.text().len() <= MAX_TEXT {
            *self.slot(file) = Some(Recent {
                file,
                content,
                tree: tree.clone(),
            });
        }
    }
}
