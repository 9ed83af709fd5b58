#![allow(missing_docs)] // of what the macros of salsa generate
//! The inputs: roots, directories and files.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::db::Db;

/// A repository that is open: a workspace folder's root.
#[salsa::input(debug)]
pub struct Root {
    /// Its absolute path.
    #[returns(ref)]
    pub path: Utf8PathBuf,
    /// The directory at its top; set once.
    #[returns(copy)]
    pub top: Option<Directory>,
    /// The files that are open in an editor.
    #[returns(ref)]
    pub open: Vec<SourceFile>,
    /// Directories of other roots, by the path that the settings map a bundle to.
    #[returns(ref)]
    pub mapped: Vec<(Utf8PathBuf, Directory)>,
    /// The other repositories that are open beside it.
    #[returns(ref)]
    pub siblings: Vec<Root>,
    /// The repositories whose settings map a bundle to a directory of it.
    #[returns(ref)]
    pub mapped_by: Vec<Root>,
}

/// A directory of a root, with what git does not ignore in it.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub struct Directory {
    /// The root that it belongs to.
    #[returns(copy)]
    pub root: Root,
    /// Its path from the root; empty for the root itself.
    #[returns(ref)]
    pub path: Utf8PathBuf,
    /// The directory that holds it.
    #[returns(copy)]
    pub parent: Option<Directory>,
    /// What is in it, by name.
    #[returns(ref)]
    pub entries: Arc<[DirEntry]>,
}

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DirEntry {
    /// The file's name.
    pub name: Box<str>,
    /// What bears it.
    pub child: Child,
}

/// What a name in a directory stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Child {
    /// A file that may be a manifest.
    File(SourceFile),
    /// A directory.
    Directory(Directory),
    /// A file of another kind, which a build may still read: its listing tells when its content changes.
    Other(Disk),
    /// A link to another place of the same root, by its path from the root.
    Link(Utf8PathBuf),
}

/// A YAML file.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub struct SourceFile {
    /// The directory that holds it.
    #[returns(copy)]
    pub directory: Directory,
    /// Its name.
    #[returns(ref)]
    pub name: Box<str>,
    /// What is on disk.
    #[returns(ref)]
    pub disk: Disk,
    /// Its text in the editor, while it is open there.
    #[returns(ref)]
    pub buffer: Option<Arc<str>>,
}

/// What is on disk under a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Disk {
    /// Nothing (any more).
    Absent,
    /// A file; the number grows with every change that is heard of.
    Present(u64),
    /// A text that only looks like a file: the files of a plan before they are written, and of tests.
    Memory(Arc<str>),
    /// Bytes that are kept elsewhere than in a folder: a file of an earlier commit.
    Stored(Arc<[u8]>),
}

impl SourceFile {
    /// The root that it belongs to.
    pub fn root(self, db: &dyn Db) -> Root {
        self.directory(db).root(db)
    }

    /// Its path from the root.
    pub fn path(self, db: &dyn Db) -> Utf8PathBuf {
        self.directory(db).path(db).join(&**self.name(db))
    }

    /// Its absolute path.
    pub fn absolute_path(self, db: &dyn Db) -> Utf8PathBuf {
        self.root(db).path(db).join(self.path(db))
    }

    /// Whether there is such a file, on disk or in an editor.
    pub fn exists(self, db: &dyn Db) -> bool {
        self.buffer(db).is_some() || *self.disk(db) != Disk::Absent
    }

    /// Whether its name makes it a kustomization file.
    pub fn is_kustomization_file(self, db: &dyn Db) -> bool {
        infragen_kustomize::is_kustomization_file_name(self.name(db))
    }
}

impl Directory {
    /// What bears a name in it.
    pub fn child<'db>(self, db: &'db dyn Db, name: &str) -> Option<&'db Child> {
        let entries = self.entries(db);
        let at = entries
            .binary_search_by(|entry| (*entry.name).cmp(name))
            .ok()?;
        Some(&entries[at].child)
    }

    /// The YAML files directly in it.
    pub fn files(self, db: &dyn Db) -> impl Iterator<Item = SourceFile> {
        self.entries(db)
            .iter()
            .filter_map(|entry| match entry.child {
                Child::File(file) => Some(file),
                _ => None,
            })
    }

    /// The directories directly in it.
    pub fn directories(self, db: &dyn Db) -> impl Iterator<Item = Directory> {
        self.entries(db)
            .iter()
            .filter_map(|entry| match entry.child {
                Child::Directory(directory) => Some(directory),
                _ => None,
            })
    }

    /// Its absolute path.
    pub fn absolute_path(self, db: &dyn Db) -> Utf8PathBuf {
        let path = self.path(db);
        if path.as_str().is_empty() {
            self.root(db).path(db).clone()
        } else {
            self.root(db).path(db).join(path)
        }
    }
}

/// Whether a file of this name is read: YAML, or a kustomization file without an ending.
pub(crate) fn is_source(name: &str) -> bool {
    matches!(Utf8Path::new(name).extension(), Some("yaml" | "yml"))
        || infragen_kustomize::is_kustomization_file_name(name)
}
