//! Listing directories as git sees them.

use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{WalkBuilder, WalkState};
use rustc_hash::FxHashSet;

use crate::git;

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

/// The files of a repository that git tracks although it would ignore them.
#[derive(Debug, Default)]
pub(crate) struct TrackedAnyway(Vec<Utf8PathBuf>);

/// Everything in a repository as git has it, and the files among it that git tracks although it would ignore
/// them.
pub(crate) fn walk_repository(root: &Utf8Path) -> (Vec<Seen>, TrackedAnyway) {
    let mut seen = walk_unignored(root, None);
    let known: FxHashSet<_> = seen.iter().map(|seen| seen.path.as_path()).collect();
    let mut tracked = git::tracked(root);
    tracked.retain(|path| !known.contains(path.as_path()));
    let tracked = TrackedAnyway(tracked);
    tracked.add(root, None, &mut seen);
    (seen, tracked)
}

/// Everything below a directory of a repository as git has it, in order of path; `depth` 1 is the directory's
/// own entries. Links are named, never followed. What has no UTF-8 name is left out: no YAML can name it.
pub(crate) fn walk(top: &Utf8Path, depth: Option<usize>, tracked: &TrackedAnyway) -> Vec<Seen> {
    let mut seen = walk_unignored(top, depth);
    tracked.add(top, depth, &mut seen);
    seen
}

impl TrackedAnyway {
    fn add(&self, top: &Utf8Path, depth: Option<usize>, seen: &mut Vec<Seen>) {
        let before = seen.len();
        for path in self.0.iter().filter(|path| path.starts_with(top)) {
            let Some(what) = look_at(path) else {
                continue;
            };
            let above = path.ancestors().skip(1).take_while(|above| *above != top);
            let folders = above.map(|above| Seen {
                path: above.to_owned(),
                what: What::Directory,
            });
            let file = Seen {
                path: path.clone(),
                what,
            };
            let near = |seen: &Seen| depth.is_none() || seen.path.parent() == Some(top);
            seen.extend(std::iter::once(file).chain(folders).filter(near));
        }
        if seen.len() > before {
            seen.sort_unstable();
            seen.dedup();
        }
    }
}

/// What a path is, without following it.
fn look_at(path: &Utf8Path) -> Option<What> {
    let kind = path.symlink_metadata().ok()?.file_type();
    if kind.is_symlink() {
        Some(What::Link(path.canonicalize_utf8().ok()?))
    } else {
        kind.is_file().then_some(What::File)
    }
}

fn walk_unignored(top: &Utf8Path, depth: Option<usize>) -> Vec<Seen> {
    let seen = Mutex::new(Vec::new());
    let threads = if depth == Some(1) { 1 } else { 0 };
    WalkBuilder::new(top)
        .hidden(false)
        // `.ignore` is for search tools; git and Flux know nothing of it.
        .ignore(false)
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
