//! Making room: the artifacts that nobody has used for the longest time go first.

use std::fs;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use super::{bytes, partial};

/// What was used within this time stays, however much it is: a language server may be reading it.
const IN_USE: Duration = Duration::from_secs(24 * 3600);

/// That something was used is noted this often.
const NOTED: Duration = Duration::from_secs(3600);

/// Notes that a folder is used: its time of change says when it was used last, for what is in it never changes. That
/// this cannot be noted matters little: it goes sooner, and is fetched again.
pub(super) fn note_use(folder: &Utf8Path) {
    let now = SystemTime::now();
    let is_noted = used(folder).is_some_and(|used| age(used, now) < NOTED);
    if !is_noted && let Ok(folder) = fs::File::open(folder) {
        let _ = folder.set_modified(now);
    }
}

/// Removes the folders beside each other in `folder` that were used longest ago, until all of them have no more than
/// `limit` bytes. Each is taken away under its name at once, so that nobody finds a half of it; what another process
/// removes at the same time is gone all the same.
pub(super) fn evict(folder: &Utf8Path, limit: u64, now: SystemTime) {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    let whole = entries.filter(|entry| !partial::is_partial(entry.file_name()));
    let mut known: Vec<(SystemTime, u64, Utf8PathBuf)> = whole
        .filter_map(|entry| {
            let path = entry.into_path();
            Some((used(&path)?, bytes(&path), path))
        })
        .collect();
    known.sort();
    let mut total: u64 = known.iter().map(|(_, size, _)| size).sum();
    for (used, size, path) in known {
        if total <= limit || age(used, now) < IN_USE {
            return;
        }
        let gone = partial::name_for(&path);
        if fs::rename(&path, &gone).is_ok() {
            // What stays of it is swept an hour later.
            let _ = partial::remove(&gone);
        }
        total = total.saturating_sub(size);
    }
}

fn used(folder: &Utf8Path) -> Option<SystemTime> {
    folder.metadata().ok()?.modified().ok()
}

fn age(used: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(used).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with three artifacts of ten bytes, each used so many days ago.
    fn artifacts(root: &Utf8Path, now: SystemTime) {
        for (name, days) in [("old", 9), ("older", 30), ("today", 0)] {
            let folder = root.join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("file"), "0123456789").unwrap();
            let used = now - Duration::from_secs(days * 24 * 3600 + 7200);
            fs::File::open(&folder).unwrap().set_modified(used).unwrap();
        }
    }

    fn left(root: &Utf8Path) -> Vec<String> {
        let entries = root.read_dir_utf8().unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().to_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let now = SystemTime::now();
        artifacts(root, now);
        evict(root, 30, now);
        assert_eq!(left(root), ["old", "older", "today"]);
        evict(root, 20, now);
        assert_eq!(left(root), ["old", "today"]);
        // What is in use stays although it is too much.
        evict(root, 0, now);
        assert_eq!(left(root), ["today"]);
    }

    #[test]
    fn what_is_used_stays() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let now = SystemTime::now();
        artifacts(root, now);
        note_use(&root.join("older"));
        evict(root, 20, now);
        assert_eq!(left(root), ["older", "today"]);
    }
}
