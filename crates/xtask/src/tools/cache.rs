//! A folder of finished installations, outside the checkout so that several checkouts share it.

use std::{env, fs, io, process};

use camino::{Utf8Path, Utf8PathBuf};

use crate::process::Result;

/// Begins the name of an installation that is not finished, followed by the process that works on it.
const PARTIAL: &str = ".partial-";

/// The cache: one folder for each installation, named by its version.
pub struct Cache {
    root: Utf8PathBuf,
}

impl Cache {
    /// The cache of this user: `$INFRAGEN_TEST_CACHE`, else `~/.cache/infragen-test`.
    pub fn of_user() -> Result<Self> {
        let root =
            match env::var("INFRAGEN_TEST_CACHE") {
                Ok(path) => Utf8PathBuf::from(path),
                Err(_) => match env::var("HOME") {
                    Ok(home) => Utf8PathBuf::from(home).join(".cache/infragen-test"),
                    Err(_) => return Err(
                        "neither INFRAGEN_TEST_CACHE nor HOME says where tools may be installed"
                            .to_owned(),
                    ),
                },
            };
        Ok(Self { root })
    }

    /// The installation `key`; where it is missing, `fill` makes it in the empty folder that it is given.
    ///
    /// An installation appears under its name only when it is complete, so one that was killed halfway leaves nothing
    /// that could be taken for a finished one. Two processes that install the same thing both succeed.
    pub fn entry(
        &self,
        key: &str,
        fill: impl FnOnce(&Utf8Path) -> Result<()>,
    ) -> Result<Utf8PathBuf> {
        let entry = self.root.join(key);
        if entry.is_dir() {
            return Ok(entry);
        }
        let failed =
            |error: io::Error| format!("the cache `{}` cannot be written: {error}", self.root);
        fs::create_dir_all(&self.root).map_err(failed)?;
        self.sweep();

        eprintln!("installing {key} into {}", self.root);
        let partial = self.root.join(format!("{PARTIAL}{}-{key}", process::id()));
        fs::create_dir(&partial).map_err(failed)?;
        let result = fill(&partial).and_then(|()| match fs::rename(&partial, &entry) {
            Err(error) if !entry.is_dir() => Err(failed(error)),
            _ => Ok(entry),
        });
        // Whatever is left here is of no use: a failed installation, or one that another process finished first.
        let _ = fs::remove_dir_all(&partial);
        result
    }

    /// Removes what installations left that were killed.
    fn sweep(&self) {
        for entry in self.root.read_dir_utf8().into_iter().flatten().flatten() {
            let owner = entry
                .file_name()
                .strip_prefix(PARTIAL)
                .and_then(|rest| rest.split_once('-'));
            if owner.is_some_and(|(process, _)| !Utf8Path::new("/proc").join(process).exists()) {
                // Another process may be sweeping too; what stays behind is swept the next time.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, Cache { root })
    }

    #[test]
    fn an_entry_is_filled_once() {
        let (_folder, cache) = cache();
        let first = cache.entry("tool-1", |path| {
            fs::write(path.join("file"), "text").map_err(|e| e.to_string())
        });
        assert_eq!(first, Ok(cache.root.join("tool-1")));
        let second = cache.entry("tool-1", |_| Err("filled twice".to_owned()));
        assert_eq!(second, first);
        assert_eq!(
            fs::read_to_string(cache.root.join("tool-1/file")).unwrap(),
            "text"
        );
    }

    #[test]
    fn a_failed_installation_leaves_nothing() {
        let (_folder, cache) = cache();
        let result = cache.entry("tool-1", |path| {
            fs::write(path.join("half"), "").unwrap();
            Err("no network".to_owned())
        });
        assert_eq!(result, Err("no network".to_owned()));
        assert_eq!(cache.root.read_dir_utf8().unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_installation_left_is_swept() {
        let (_folder, cache) = cache();
        // No process has this id: Linux counts to 4194304.
        fs::create_dir(cache.root.join(".partial-99999999-tool-1")).unwrap();
        cache.entry("tool-1", |_| Ok(())).unwrap();
        let names: Vec<_> = cache
            .root
            .read_dir_utf8()
            .unwrap()
            .map(|e| e.unwrap().file_name().to_owned())
            .collect();
        assert_eq!(names, ["tool-1"]);
    }

    #[test]
    fn an_installation_that_another_process_finished_first_is_taken() {
        let (_folder, cache) = cache();
        let result = cache.entry("tool-1", |_| {
            fs::create_dir(cache.root.join("tool-1")).unwrap();
            fs::write(cache.root.join("tool-1/theirs"), "").unwrap();
            Ok(())
        });
        let entry = result.unwrap();
        assert!(entry.join("theirs").is_file());
        assert_eq!(cache.root.read_dir_utf8().unwrap().count(), 1);
    }
}
