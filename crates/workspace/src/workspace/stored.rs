//! Roots whose files are given as bytes: a tree that git keeps, and no folder holds.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use salsa::{Durability, Setter};

use super::Workspace;
use crate::files::{Child, Disk, Root, is_source};

/// A file of a root that is in no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Its bytes.
    File(Vec<u8>),
    /// A link, with its target as it is written.
    Link(String),
}

impl Workspace {
    /// Opens a root of such files, each with its path from the root. `path` is what the root is called: an absolute
    /// path that no other root has; nothing is read from there. A link that leaves the root is left out, as it is
    /// of a folder.
    pub fn open_stored_root(
        &mut self,
        path: &Utf8Path,
        files: impl IntoIterator<Item = (Utf8PathBuf, Stored)>,
    ) -> Root {
        let root = self.new_root(path);
        // No other root sees it: it is another time of one of them, not a repository beside them.
        self.mapped_roots.push(root);
        for (name, stored) in files {
            let absolute = path.join(&name);
            match stored {
                Stored::File(bytes) => self.set_stored(&absolute, bytes.into()),
                Stored::Link(target) => {
                    let above = name.parent().unwrap_or(Utf8Path::new(""));
                    if let Some(inside) = within(above, &target)
                        && let Some(directory) = absolute
                            .parent()
                            .and_then(|above| self.directory_for(above))
                    {
                        self.list(directory, &absolute, Child::Link(inside));
                    }
                }
            }
        }
        self.map_bundles(root);
        root
    }

    fn set_stored(&mut self, path: &Utf8Path, bytes: Arc<[u8]>) {
        let disk = Disk::Stored(bytes);
        if path.file_name().is_some_and(is_source) {
            if let Some(file) = self.new_file(path, disk.clone()) {
                file.set_disk(&mut self.db)
                    .with_durability(Durability::HIGH)
                    .to(disk);
            }
        } else if let Some(directory) = path.parent().and_then(|above| self.directory_for(above)) {
            self.list(directory, path, Child::Other(disk));
        }
    }
}

/// The path from the root that a link in a directory leads to; none where that is outside.
fn within(directory: &Utf8Path, target: &str) -> Option<Utf8PathBuf> {
    let target = Utf8Path::new(target);
    if target.is_absolute() {
        return None;
    }
    let mut path = directory.to_owned();
    for part in target.components() {
        match part.as_str() {
            "." => {}
            ".." => {
                if !path.pop() {
                    return None;
                }
            }
            name => path.push(name),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use camino::{Utf8Path, Utf8PathBuf};

    use super::{Stored, within};
    use crate::workspace::Workspace;
    use crate::{Found, find, text};

    #[test]
    fn files_and_links_are_found_as_in_a_folder() {
        let file = |name: &str, text: &[u8]| (name.into(), Stored::File(text.to_vec()));
        let link = |name: &str, to: &str| (name.into(), Stored::Link(to.to_owned()));
        let files: Vec<(Utf8PathBuf, Stored)> = vec![
            file("apps/web/a.yaml", b"a: 1\n"),
            file("apps/web/logo.png", b"\x89PNG\xff"),
            file("apps/web/broken.yaml", b"\xff\xfe\xff"),
            link("apps/linked", "../apps/web"),
            link("apps/outside", "../../web"),
        ];
        let mut workspace = Workspace::new();
        let root = workspace.open_stored_root(Utf8Path::new("/repository@1"), files);
        let db = workspace.db();
        let top = root.top(db).unwrap();
        let Found::File(linked) = find(db, top, "apps/linked/a.yaml") else {
            panic!("the link leads nowhere");
        };
        assert_eq!(&*text(db, linked).unwrap(), "a: 1\n");
        assert_eq!(find(db, top, "apps/web/logo.png"), Found::Other);
        assert_eq!(find(db, top, "apps/outside"), Found::Missing);
        let Found::File(broken) = find(db, top, "apps/web/broken.yaml") else {
            panic!("the file is gone");
        };
        assert!(text(db, broken).is_err());
    }

    #[test]
    fn a_link_stays_in_the_root() {
        for (target, expected) in [
            ("b", Some("a/b")),
            ("./../c/d", Some("c/d")),
            ("../..", None),
            ("/a", None),
        ] {
            let found = within("a".into(), target);
            assert_eq!(found.as_deref(), expected.map(Utf8Path::new), "{target}");
        }
    }
}
