//! What sources leave out of the builds of their files: by default, by `.sourceignore` files, and by `spec.ignore` of
//! the source that a Flux Kustomization takes.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::{IgnoreField, SOURCE_IGNORE, SourceIgnore};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::builds::Files;
use crate::clusters::built_directories;
use crate::db::Db;
use crate::files::{Child, Directory, SourceFile};
use crate::imports::{disk_imports_of, imports_of};
use crate::paths::{Found, find, kustomization_file};

/// The patterns that hold in folders, each read once.
pub(crate) type Patterns = RefCell<FxHashMap<Utf8PathBuf, Rc<SourceIgnore>>>;

impl Files<'_> {
    /// What the source leaves out of a directory, by the patterns of all around it.
    pub(crate) fn left_out_of(&self, directory: &Utf8Path) -> Rc<SourceIgnore> {
        if let Some(known) = self.patterns.borrow().get(directory) {
            return known.clone();
        }
        let mut ignore = SourceIgnore::default();
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

    /// Whether the source leaves out what is at a path; asked only where it has a `spec.ignore`.
    pub(crate) fn is_left_out(&self, found: Found) -> bool {
        match found {
            Found::Directory(directory) => self.is_directory_left_out(directory),
            Found::File(file) => self.is_file_left_out(&file.path(self.db)),
            Found::Other | Found::Missing | Found::Outside => false,
        }
    }

    pub(crate) fn is_file_left_out(&self, path: &Utf8Path) -> bool {
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        self.left_out_of(folder).leaves_out(path, false)
    }

    /// An artifact has files only: a folder that is left out comes back with any file in it.
    fn is_directory_left_out(&self, directory: Directory) -> bool {
        let path = directory.path(self.db);
        let ignore = self.left_out_of(path);
        if !ignore.leaves_out(path, true) {
            return false;
        }
        directory
            .entries(self.db)
            .iter()
            .all(|entry| match entry.child {
                Child::Directory(below) => self.is_directory_left_out(below),
                _ => ignore.leaves_out(&path.join(&*entry.name), false),
            })
    }
}

/// Whether `spec.ignore` of a source leaves out anything that the build of a Flux Kustomization would take in, or brings
/// anything back that other patterns leave out: mostly it does not, and then the build is that of everybody else. What only the configuration of a plugin of kustomize names
/// is not looked for.
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
        let found = Found::Directory(directory);
        self.files.is_left_out(found)
            || match kustomization_file(self.files.db, directory) {
                Some(file) => self.kustomization(file),
                None => self.all_below(directory),
            }
    }

    fn kustomization(&mut self, file: SourceFile) -> bool {
        if self.files.is_left_out(Found::File(file)) {
            return true;
        }
        let db = self.files.db;
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
        imports.iter().any(|import| match import.to {
            Found::Directory(below) => self.directory(below),
            Found::Other => {
                let path = entries.get(import.entry as usize);
                let path = path.map(|path| {
                    infragen_kustomize::join(file.directory(db).path(db), path).to_path_buf()
                });
                path.is_some_and(|path| self.files.is_file_left_out(&path))
            }
            found => self.files.is_left_out(found),
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
                Child::Link(_) => match find(db, directory, &entry.name) {
                    Found::File(file) => self.decides(file),
                    _ => false,
                },
                Child::Other(_) => false,
            })
    }

    /// Whether the field decides about a file.
    fn decides(&self, file: SourceFile) -> bool {
        let file = Found::File(file);
        self.files.is_left_out(file) != self.without.is_left_out(file)
    }
}
