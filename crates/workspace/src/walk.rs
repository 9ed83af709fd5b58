//! Listing directories as git sees them.

use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{WalkBuilder, WalkState};

/// Something that a walk found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    /// Its absolute path.
    pub path: Utf8PathBuf,
    /// What it is.
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Directory,
    File,
    /// A link whose target is this absolute path.
    Link(Utf8PathBuf),
}

/// Everything below a directory that git does not ignore, in order of path; `depth` 1 is the directory's
/// own entries. Links are named, never followed. What has no UTF-8 name is left out: no YAML can name it.
pub(crate) fn walk(top: &Utf8Path, depth: Option<usize>) -> Vec<Seen> {
    let seen = Mutex::new(Vec::new());
    let threads = if depth == Some(1) { 1 } else { 0 };
    WalkBuilder::new(top)
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .max_depth(depth)
        .threads(threads)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel()
        .run(|| {
            let mut batch = Batch {
                found: Vec::new(),
                seen: &seen,
            };
            Box::new(move |entry| {
                if let Ok(entry) = entry {
                    batch.found.extend(see(&entry));
                }
                WalkState::Continue
            })
        });
    let mut seen = seen
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    seen.sort_unstable();
    seen
}

/// What one thread found; it hands its share over when it ends.
struct Batch<'a> {
    found: Vec<Seen>,
    seen: &'a Mutex<Vec<Seen>>,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        seen.append(&mut self.found);
    }
}

fn see(entry: &ignore::DirEntry) -> Option<Seen> {
    if entry.depth() == 0 {
        return None;
    }
    let path = Utf8Path::from_path(entry.path())?.to_owned();
    let kind = entry.file_type()?;
    let what = if kind.is_dir() {
        What::Directory
    } else if kind.is_symlink() {
        let target = std::fs::canonicalize(entry.path()).ok()?;
        What::Link(Utf8PathBuf::from_path_buf(target).ok()?)
    } else if kind.is_file() {
        What::File
    } else {
        // A pipe or a device: never read.
        return None;
    };
    Some(Seen { path, what })
}
