//! Repositories on disk, until they are dropped.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and makes its own files"
)]

use std::fs;

use camino::Utf8PathBuf;

/// A folder with files.
pub struct Repository {
    _folder: tempfile::TempDir,
    /// Where it is, without a link on the way.
    pub path: Utf8PathBuf,
}

impl Repository {
    /// Writes files into a folder of their own.
    pub fn new(files: &[(&str, &str)]) -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        let repository = Repository {
            _folder: folder,
            path,
        };
        files
            .iter()
            .for_each(|(path, text)| repository.write(path, text));
        repository
    }

    /// Writes one file more, or another text in its place.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
