//! What sources leave out of the builds of their files: by default, by `.sourceignore` files, and by `spec.ignore` of
//! the source that a Flux Kustomization takes.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::{IgnoreField, SOURCE_IGNORE, SourceIgnore};
use infragen_kustomize::LeftOut;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::builds::Files;
use crate::clusters::built_directories;
use crate::db::Db;
use crate::files::{Child, Directory, Root, SourceFile};
use crate::imports::{disk_imports_of, imports_of};
use crate::index::disk_index;
use crate::paths::{Found, kustomization_file};

/// The patterns that hold in folders, each read once.
pub(crate) type Patterns = RefCell<FxHashMap<Utf8PathBuf, Rc<SourceIgnore>>>;

impl Files<'_> {
    /// What the source leaves out of a directory, by the patterns of all around it.
    pub(crate) fn left_out_of(&self, directory: &Utf8Path) -> Rc<SourceIgnore> {
        if let Some(known) = self.patterns.borrow().get(directory) {
            return known.clone();
        }
        let mut ignore = SourceIgnore::default();
        if has_patterns(self.db, self.root) {
            ignore.add_elsewhere();
        }
        let folders: Vec<_> = directory.ancestors().collect();
        for folder in folders.into_iter().rev() {
            let file = folder.join(SOURCE_IGNORE);
            if let Some(bytes) = self.bytes_of(&file, self.find_anyway(&file)) {
                ignore.add(folder, &String::from_utf8_lossy(&bytes));
            }
        }
        if let Some(field) = &self.ignore {
            ignore.add(&field.top, &field.patterns);
        }
        let ignore = Rc::new(ignore);
        let mut patterns = self.patterns.borrow_mut();
        patterns.insert(directory.to_owned(), ignore.clone());
        ignore
    }

    /// Whether the source leaves out what a path leads to, and why; asked only where it may.
    pub(crate) fn hides(&self, path: &Utf8Path, found: Found) -> Option<LeftOut> {
        self.ignore.as_ref()?;
        match found {
            Found::Missing | Found::Outside => None,
            _ if self.is_behind_link(path) => Some(LeftOut::Link),
            Found::Directory(directory) => self.directory_left_out(directory),
            Found::File(_) | Found::Other => self.file_left_out(path),
        }
    }

    fn file_left_out(&self, path: &Utf8Path) -> Option<LeftOut> {
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        self.left_out_of(folder).leaves_out(path, false)
    }

    /// An artifact has files only: a folder that is left out comes back with any file in it.
    pub(crate) fn directory_left_out(&self, directory: Directory) -> Option<LeftOut> {
        let path = directory.path(self.db);
        let ignore = self.left_out_of(path);
        let why = ignore.leaves_out(path, true)?;
        let mut entries = directory.entries(self.db).iter();
        let is_empty = entries.all(|entry| match entry.child {
            Child::Directory(below) => self.directory_left_out(below).is_some(),
            Child::Link(_) => true,
            _ => ignore.leaves_out(&path.join(&*entry.name), false).is_some(),
        });
        is_empty.then_some(why)
    }

    /// Whether a path goes through a symbolic link: artifacts have none. [pkg:artifact/storage/archive.go]
    fn is_behind_link(&self, path: &Utf8Path) -> bool {
        let mut at = self.root.top(self.db);
        for part in path.components() {
            let Some(directory) = at else {
                return false;
            };
            at = match directory.child(self.db, part.as_str()) {
                Some(Child::Directory(below)) => Some(*below),
                Some(Child::Link(_)) => return true,
                _ => None,
            };
        }
        false
    }
}

/// Whether a `.sourceignore` file anywhere in a root has a pattern.
#[salsa::tracked(returns(copy))]
fn has_patterns(db: &dyn Db, root: Root) -> bool {
    let files = Files::new(db, root, true);
    let index = disk_index(db, root);
    index.with_patterns.iter().any(|directory| {
        let file = directory.path(db).join(SOURCE_IGNORE);
        let bytes = files.bytes_of(&file, files.find_anyway(&file));
        bytes.is_some_and(|bytes| infragen_flux::has_patterns(&String::from_utf8_lossy(&bytes)))
    })
}

/// Whether a source leaves out anything that the build of a Flux Kustomization would take in, or its `spec.ignore` brings
/// anything back that is left out otherwise: mostly it does not, and then the build is that of everybody else. What only
/// the configuration of a plugin of kustomize names is not looked for.
#[salsa::tracked(returns(copy))]
pub(crate) fn takes_from_build(
    db: &dyn Db,
    directory: Directory,
    additions: Arc<str>,
    ignore: Arc<IgnoreField>,
    disk: bool,
) -> bool {
    let mut search = Search {
        without: Files::new(db, directory.root(db), disk),
        files: Files {
            ignore: Some(ignore),
            ..Files::new(db, directory.root(db), disk)
        },
        seen: FxHashSet::default(),
    };
    let directories = built_directories(db, directory, &additions);
    directories
        .into_iter()
        .any(|directory| search.directory(directory))
}

struct Search<'db> {
    files: Files<'db>,
    /// The same without the field.
    without: Files<'db>,
    seen: FxHashSet<Directory>,
}

impl Search<'_> {
    /// Whether anything is left out that a directory takes in.
    fn directory(&mut self, directory: Directory) -> bool {
        if !self.seen.insert(directory) {
            return false;
        }
        self.files.directory_left_out(directory).is_some()
            || match kustomization_file(self.files.db, directory) {
                Some(file) => self.kustomization(file),
                None => self.all_below(directory),
            }
    }

    fn kustomization(&mut self, file: SourceFile) -> bool {
        let db = self.files.db;
        if self.files.file_left_out(&file.path(db)).is_some() {
            return true;
        }
        let imports = match self.files.disk {
            true => disk_imports_of(db, file),
            false => imports_of(db, file),
        };
        let facts = match self.files.disk {
            true => crate::query::disk_facts(db, file),
            false => crate::query::facts(db, file),
        };
        let entries = facts.kustomization.iter().flat_map(|file| &file.entries);
        let entries: Vec<_> = entries.map(|entry| entry.path.value.as_str()).collect();
        let from = file.directory(db).path(db);
        imports.iter().any(|import| {
            let path = entries.get(import.entry as usize);
            let path = path.map(|path| infragen_kustomize::join(from, path));
            path.is_some_and(|path| self.files.hides(&path, import.to).is_some())
                || match import.to {
                    Found::Directory(below) => self.directory(below),
                    _ => false,
                }
        })
    }

    /// A kustomization file that is made up takes in all manifests below it.
    fn all_below(&mut self, directory: Directory) -> bool {
        let db = self.files.db;
        directory
            .entries(db)
            .iter()
            .any(|entry| match &entry.child {
                Child::Directory(below) => self.directory(*below),
                Child::File(file) => self.decides(*file),
                Child::Link(_) | Child::Other(_) => false,
            })
    }

    /// Whether the field decides about a file.
    fn decides(&self, file: SourceFile) -> bool {
        let path = file.path(self.files.db);
        self.files.file_left_out(&path).is_some() != self.without.file_left_out(&path).is_some()
    }
}
