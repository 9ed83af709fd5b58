//! Names of what is not finished, and its removal.

use std::fs;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

/// Begins the name of a file or folder that is not finished.
const PARTIAL: &str = ".partial-";

/// How old something unfinished is that nobody works on any more. Nothing takes that long: see `Limits::pull`.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A name beside `path` that no other process or thread uses.
pub(super) fn name_for(path: &Utf8Path) -> Utf8PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .subsec_nanos();
    // A process of a container may have the same id, in a cache that is mounted into several.
    let name = path.file_name().unwrap_or_default();
    path.with_file_name(format!(
        "{PARTIAL}{}.{count}.{nanos}-{name}",
        std::process::id()
    ))
}

/// Whether something of this name is not finished.
pub(super) fn is_partial(name: &str) -> bool {
    name.starts_with(PARTIAL)
}

/// The name that something gets once it is finished.
pub(super) fn finished_name(name: &str) -> &str {
    let rest = name
        .strip_prefix(PARTIAL)
        .and_then(|rest| rest.split_once('-'));
    rest.map_or(name, |(_, name)| name)
}

/// Makes a folder with those above it, for this user alone: what private registries say is nobody else's business.
pub(super) fn make_folder(path: &Utf8Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let partial = name_for(path);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // It is of no use; that it cannot be removed is no other fault than the one that is told.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Removes what killed processes left in a folder.
pub(super) fn sweep(folder: &Utf8Path) {
    let now = SystemTime::now();
    for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|found| found.modified());
        let age = changed.map(|time| now.duration_since(time).unwrap_or_default());
        if is_partial(entry.file_name()) && age.is_ok_and(|age| age > ABANDONED) {
            // Another process may be sweeping too; what stays is swept the next time.
            let _ = remove(entry.path());
        }
    }
}

/// Removes a file, or a folder with all that is in it, also if it is read-only. What is not there is no error.
pub(super) fn remove(path: &Utf8Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {
            make_writable(path, &found)?;
            for entry in path.read_dir_utf8()? {
                remove(entry?.path())?;
            }
            fs::remove_dir(path)
        }
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Lets the entries of a folder be removed.
fn make_writable(folder: &Utf8Path, found: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = found.permissions().mode();
        if mode & 0o300 != 0o300 {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o700))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (folder, found);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_killed_long_ago_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let (old, new, whole) = (
            name_for(&root.join("a")),
            name_for(&root.join("a")),
            root.join("a"),
        );
        for path in [&old, &new, &whole] {
            fs::write(path, "").unwrap();
        }
        let long_ago = SystemTime::now() - ABANDONED - Duration::from_secs(1);
        for path in [&old, &whole] {
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
        }
        sweep(root);
        assert_eq!(
            (old.exists(), new.exists(), whole.exists()),
            (false, true, true)
        );
        assert_eq!(finished_name(new.file_name().unwrap()), "a");
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        // There is a folder where the file is to be.
        fs::create_dir_all(root.join("a/b")).unwrap();
        assert!(write(&root.join("a"), b"text").is_err());
        assert_eq!(root.read_dir_utf8().unwrap().count(), 1);
    }
}
