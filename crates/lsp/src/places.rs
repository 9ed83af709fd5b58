//! Which repository a folder or a document belongs to.

use camino::{Utf8Path, Utf8PathBuf};
use infragen_workspace::Workspace;

use crate::protocol::uri;

/// Directories that are everybody's: what is below them is no repository, and may be endless.
pub(crate) struct Places {
    everybodys: Vec<Utf8PathBuf>,
}

impl Places {
    /// The home directory and that of temporary files.
    pub fn of_this_machine() -> Self {
        let places = std::env::home_dir()
            .into_iter()
            .chain([std::env::temp_dir()]);
        Self {
            everybodys: places
                .filter_map(|path| Utf8PathBuf::from_path_buf(path).ok())
                .collect(),
        }
    }

    /// The repository to open for a folder of the client: the one that it is in, else itself.
    pub fn root_of_folder(&self, folder: &Utf8Path) -> Utf8PathBuf {
        let root = Workspace::root_of(folder);
        if self.is_everybodys(&root) {
            folder.to_owned()
        } else {
            root
        }
    }

    /// The repository to open for a document that is in no folder of the client; none where it is in none,
    /// and its directory is not to be looked through.
    pub fn root_of_document(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let directory = path.parent()?;
        if uri::is_unsaved(path) || self.is_everybodys(directory) {
            return None;
        }
        Some(self.root_of_folder(directory))
    }

    fn is_everybodys(&self, path: &Utf8Path) -> bool {
        path.parent().is_none() || self.everybodys.iter().any(|place| place == path)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            everybodys: vec!["/home/ann".into(), "/tmp".into()],
        }
    }

    #[test]
    fn a_document_that_lies_anywhere_opens_no_endless_tree() {
        for path in ["/tmp/a.yaml", "/home/ann/a.yaml", "/a.yaml"] {
            assert_eq!(
                places().root_of_document(Utf8Path::new(path)),
                None,
                "{path}"
            );
        }
        let path = Utf8Path::new("/tmp/no-such-repository/a.yaml");
        assert_eq!(
            places().root_of_document(path).unwrap(),
            "/tmp/no-such-repository"
        );
    }

    #[test]
    fn a_repository_is_opened_whole() {
        let directory = tempfile::tempdir().unwrap();
        let top = Utf8Path::from_path(directory.path()).unwrap();
        std::fs::create_dir_all(top.join("apps/web/.git")).unwrap();
        assert_eq!(
            places().root_of_folder(&top.join("apps/web/base")),
            top.join("apps/web")
        );
        let home = Places {
            everybodys: vec![top.join("apps/web")],
        };
        assert_eq!(
            home.root_of_folder(&top.join("apps/web/base")),
            top.join("apps/web/base"),
            "a home directory under git is no repository of its projects"
        );
    }
}
