//! The owner of the state.

mod stored;

pub use stored::Stored;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use salsa::{Durability, Setter};

use crate::bundles::SETTINGS_FILE;
use crate::db::{Database, Db};
use crate::environment::environments;
use crate::files::{Child, DirEntry, Directory, Disk, Root, SourceFile, is_source};
use crate::versions::Remotes;
use crate::walk::{Seen, TrackedAnyway, What, walk, walk_repository};

/// The state: one owner, changes in order. Every change cancels the queries of older snapshots.
pub struct Workspace {
    db: Database,
    roots: Vec<Root>,
    /// Directories outside of them that settings map bundles to.
    mapped_roots: Vec<Root>,
    /// Every directory and file that was ever seen, by absolute path: an input keeps its identity when
    /// its file goes and comes back.
    directories: FxHashMap<Utf8PathBuf, Directory>,
    files: FxHashMap<Utf8PathBuf, SourceFile>,
    revision: u64,
    /// What is being applied.
    events: Events,
    /// By root: what git tracks there although it would ignore it.
    tracked_anyway: FxHashMap<Utf8PathBuf, TrackedAnyway>,
}

/// What was heard of the disk.
#[derive(Debug)]
enum Events {
    /// Something happened to these paths.
    Of(BTreeSet<Utf8PathBuf>),
    /// Anything may have happened.
    Lost,
}

impl Default for Events {
    fn default() -> Self {
        Events::Of(BTreeSet::new())
    }
}

/// A read-only copy of the state, for one request.
#[derive(Clone)]
pub struct Snapshot {
    db: Database,
    roots: Arc<[Root]>,
}

/// A query that a newer change overtook: ask again on a newer snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Something that happened to a path on disk; what exactly is looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEvent {
    /// The absolute path.
    pub path: Utf8PathBuf,
}

impl Snapshot {
    /// Runs queries; [`Cancelled`] where a change of the state overtook them.
    pub fn run<T>(&self, work: impl FnOnce(&dyn Db) -> T) -> Result<T, Cancelled> {
        salsa::Cancelled::catch(AssertUnwindSafe(|| work(&self.db))).map_err(|_| Cancelled)
    }

    /// The roots that are open.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The database, for a caller that never changes the state and so is never cancelled.
    pub fn db(&self) -> &dyn Db {
        &self.db
    }

    /// Another handle on the same database, for another thread.
    pub fn database(&self) -> Database {
        self.db.clone()
    }

    /// Reads all files of a root on all cores, as [`Workspace::index`] does. What was read before a change
    /// overtook it is kept.
    ///
    /// # Errors
    /// [`Cancelled`] where a change of the state overtook it.
    pub fn index(
        &self,
        root: Root,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(), Cancelled> {
        self.run(|_| index_files(self, root, progress))
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Workspace {
    /// An empty workspace.
    pub fn new() -> Self {
        let db = Database::default();
        // There before any query looks for it: that it is not there would not be noted.
        let _known = Remotes::empty(&db);
        Self {
            db,
            roots: Vec::new(),
            mapped_roots: Vec::new(),
            directories: FxHashMap::default(),
            files: FxHashMap::default(),
            revision: 0,
            events: Events::default(),
            tracked_anyway: FxHashMap::default(),
        }
    }

    /// A read-only copy of the state as it is now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            db: self.db.clone(),
            roots: self.roots.clone().into(),
        }
    }

    /// The roots that are open.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The database, for the thread that owns the state. Other threads take a snapshot.
    pub fn db(&self) -> &dyn Db {
        &self.db
    }

    /// The root of the repository that holds a path: the nearest ancestor with `.infragen.yaml`, else
    /// with `.git`, else the path itself.
    pub fn root_of(path: &Utf8Path) -> Utf8PathBuf {
        let with = |name: &str| {
            path.ancestors()
                .find(|ancestor| ancestor.join(name).exists())
        };
        with(".infragen.yaml")
            .or_else(|| with(".git"))
            .unwrap_or(path)
            .to_owned()
    }

    /// Opens a repository: lists it and makes its files known. Nothing is parsed yet.
    pub fn open_root(&mut self, path: &Utf8Path) -> Root {
        if let Some(root) = self.roots.iter().find(|root| root.path(&self.db) == path) {
            return *root;
        }
        let root = self.new_root(path);
        self.roots.push(root);
        self.list_root(path);
        self.map_bundles(root);
        self.introduce();
        root
    }

    /// Tells each repository which others are open.
    fn introduce(&mut self) {
        for root in self.roots.clone() {
            let others = self.roots.iter().copied().filter(|other| *other != root);
            let others: Vec<_> = others.collect();
            if *root.siblings(&self.db) != others {
                root.set_siblings(&mut self.db)
                    .with_durability(Durability::HIGH)
                    .to(others);
            }
        }
    }

    /// The directory at an absolute path, in whatever root it is; else a root of its own.
    pub(crate) fn outside_directory(&mut self, path: &Utf8Path) -> Option<Directory> {
        if let Some(known) = self.directories.get(path) {
            return Some(*known);
        }
        if !path.is_dir() {
            return None;
        }
        let root = self.new_root(path);
        self.mapped_roots.push(root);
        self.list_root(path);
        root.top(&self.db)
    }

    /// Every root, also those that are known only because settings map bundles to them.
    pub(crate) fn all_roots(&self) -> Vec<Root> {
        self.roots
            .iter()
            .chain(&self.mapped_roots)
            .copied()
            .collect()
    }

    pub(crate) fn database_mut(&mut self) -> &mut Database {
        &mut self.db
    }

    /// Looks again at what the settings of a root map, where a path is its settings file.
    fn settings_changed(&mut self, path: &Utf8Path) {
        if path.file_name() == Some(SETTINGS_FILE)
            && let Some(root) = self.files.get(path).map(|file| file.root(&self.db))
        {
            self.map_bundles(root);
        }
    }

    fn list_root(&mut self, path: &Utf8Path) {
        let (seen, tracked) = walk_repository(path);
        self.tracked_anyway.insert(path.to_owned(), tracked);
        self.enter(path, seen, true);
    }

    /// Opens a root whose files exist in memory only: for tests, and for plans that are not written yet.
    pub fn open_memory_root(&mut self, path: &Utf8Path, files: &[(&str, &str)]) -> Root {
        let root = self.new_root(path);
        self.roots.push(root);
        for (name, text) in files {
            self.set_memory(&path.join(name), Some(text));
        }
        self.introduce();
        root
    }

    fn new_root(&mut self, path: &Utf8Path) -> Root {
        let root = Root::builder(
            path.to_owned(),
            None,
            Vec::new(),
            Vec::new(),
            Vec::new(),
            Vec::new(),
        )
        .path_durability(Durability::HIGH)
        .top_durability(Durability::HIGH)
        .open_durability(Durability::LOW)
        .mapped_durability(Durability::HIGH)
        .siblings_durability(Durability::HIGH)
        .mapped_by_durability(Durability::HIGH)
        .new(&self.db);
        let top = self.new_directory(root, path, None);
        root.set_top(&mut self.db)
            .with_durability(Durability::HIGH)
            .to(Some(top));
        root
    }

    /// Forgets a repository with its files: opened again, it is read anew.
    pub fn close_root(&mut self, path: &Utf8Path) {
        let db = &self.db;
        self.roots.retain(|root| root.path(db) != path);
        self.directories
            .retain(|_, directory| directory.root(db).path(db) != path);
        self.files.retain(|_, file| file.root(db).path(db) != path);
        self.introduce();
    }

    fn new_directory(
        &mut self,
        root: Root,
        path: &Utf8Path,
        parent: Option<Directory>,
    ) -> Directory {
        let relative = path
            .strip_prefix(root.path(&self.db))
            .unwrap_or(path)
            .to_owned();
        let directory = Directory::builder(root, relative, parent, Arc::from([]))
            .durability(Durability::HIGH)
            .new(&self.db);
        self.directories.insert(path.to_owned(), directory);
        directory
    }

    fn file_in(&mut self, directory: Directory, path: &Utf8Path, disk: Disk) -> SourceFile {
        if let Some(file) = self.files.get(path).copied() {
            if *file.disk(&self.db) == Disk::Absent && disk != Disk::Absent {
                file.set_disk(&mut self.db)
                    .with_durability(Durability::HIGH)
                    .to(disk);
            }
            return file;
        }
        let name = path.file_name().unwrap_or_default().into();
        // What an editor shows is of low durability from the start: opening a file then makes nothing be
        // asked anew that was made from disks alone.
        let file = SourceFile::builder(directory, name, disk, None)
            .durability(Durability::HIGH)
            .buffer_durability(Durability::LOW)
            .new(&self.db);
        self.files.insert(path.to_owned(), file);
        file
    }

    /// Takes in what a walk of `top` found: `seen` is in order of path, so a directory comes before its
    /// entries. Its entries are replaced, after a `deep` walk also those of the directories in it; what is
    /// gone becomes absent.
    fn enter(&mut self, top: &Utf8Path, seen: Vec<Seen>, deep: bool) {
        let mut listings: FxHashMap<Utf8PathBuf, Vec<DirEntry>> = FxHashMap::default();
        listings.insert(top.to_owned(), Vec::new());
        for Seen { path, what } in seen {
            let Some(parent) = path
                .parent()
                .and_then(|parent| self.directories.get(parent))
                .copied()
            else {
                continue;
            };
            let root = parent.root(&self.db);
            let name = path.file_name().unwrap_or_default();
            let child = match what {
                What::Directory => {
                    let known = self.directories.get(&path).copied();
                    let directory =
                        known.unwrap_or_else(|| self.new_directory(root, &path, Some(parent)));
                    if deep {
                        listings.entry(path.clone()).or_default();
                    }
                    Child::Directory(directory)
                }
                What::File if is_source(name) => {
                    Child::File(self.file_in(parent, &path, Disk::Present(self.revision)))
                }
                What::File => Child::Other(self.other_on_disk(parent, &path)),
                What::Link(target) => match target.strip_prefix(root.path(&self.db)) {
                    Ok(inside) => Child::Link(inside.to_owned()),
                    // A link that leaves the root is not followed.
                    Err(_) => continue,
                },
            };
            if let Some(parent_path) = path.parent() {
                let entry = DirEntry {
                    name: name.into(),
                    child,
                };
                listings
                    .entry(parent_path.to_owned())
                    .or_default()
                    .push(entry);
            }
        }
        for (path, entries) in listings {
            self.set_entries(&path, entries);
        }
    }

    /// The state of a file that is no source: the one it had, unless something was heard of it.
    fn other_on_disk(&self, directory: Directory, path: &Utf8Path) -> Disk {
        let name = path.file_name().unwrap_or_default();
        match directory.child(&self.db, name) {
            Some(Child::Other(disk)) if !self.heard_of(path) => disk.clone(),
            _ => Disk::Present(self.revision),
        }
    }

    fn heard_of(&self, path: &Utf8Path) -> bool {
        match &self.events {
            Events::Of(paths) => paths.contains(path),
            Events::Lost => true,
        }
    }

    fn set_entries(&mut self, path: &Utf8Path, mut entries: Vec<DirEntry>) {
        let Some(directory) = self.directories.get(path).copied() else {
            return;
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let old = directory.entries(&self.db).clone();
        if *old == *entries {
            return;
        }
        for gone in old
            .iter()
            .filter(|old| !entries.iter().any(|new| new.name == old.name))
        {
            self.vanish(&gone.child);
        }
        directory
            .set_entries(&mut self.db)
            .with_durability(Durability::HIGH)
            .to(entries.into());
    }

    fn vanish(&mut self, child: &Child) {
        match child {
            Child::File(file) if *file.disk(&self.db) != Disk::Absent => {
                file.set_disk(&mut self.db)
                    .with_durability(Durability::HIGH)
                    .to(Disk::Absent);
            }
            Child::Directory(directory) => {
                for entry in directory.entries(&self.db).clone().iter() {
                    self.vanish(&entry.child);
                }
                directory
                    .set_entries(&mut self.db)
                    .with_durability(Durability::HIGH)
                    .to(Arc::from([]));
            }
            _ => {}
        }
    }

    /// Looks at what changed on disk. Events may come in any order, twice, or for paths that are gone.
    pub fn apply_events(&mut self, events: &[FileEvent]) {
        self.revision += 1;
        self.events = Events::Of(events.iter().map(|event| event.path.clone()).collect());
        self.unlist_open_files();
        let mut listings = BTreeSet::new();
        let mut directories = Vec::new();
        for FileEvent { path } in events {
            if !self
                .roots
                .iter()
                .chain(&self.mapped_roots)
                .any(|root| path.starts_with(root.path(&self.db)))
                || path.components().any(|part| part.as_str() == ".git")
            {
                continue;
            }
            if let Some(file) = self.files.get(path).copied()
                && matches!(file.disk(&self.db), Disk::Present(_))
            {
                let disk = if path.is_file() {
                    Disk::Present(self.revision)
                } else {
                    Disk::Absent
                };
                file.set_disk(&mut self.db)
                    .with_durability(Durability::HIGH)
                    .to(disk);
            }
            let ignores = path.file_name() == Some(".gitignore");
            let known = path
                .ancestors()
                .skip(1)
                .find(|above| self.is_listed(above) && above.is_dir());
            if let Some(above) = known {
                // The nearest known directory is listed again; below it, all that is new or not a
                // directory any more, and everything where ignore rules changed.
                let direct = path.parent() == Some(above);
                listings.insert((above.to_owned(), ignores || !direct));
            }
            if self.directories.contains_key(path) {
                listings.insert((path.clone(), true));
                directories.push(path);
            }
        }
        for (path, deep) in listings {
            self.relist(&path, deep);
        }
        for path in directories {
            self.touch(path);
        }
        self.list_open_files();
        for FileEvent { path } in events {
            self.settings_changed(path);
        }
    }

    /// Takes out of the listings what is there for an editor only, so that they are those of the disk
    /// while it is looked at.
    fn unlist_open_files(&mut self) {
        let open = self.roots.iter().flat_map(|root| root.open(&self.db));
        let open: Vec<_> = open.copied().collect();
        for file in open {
            if *file.disk(&self.db) == Disk::Absent {
                self.unlist(file);
            }
        }
    }

    /// Takes a file out of its directory, and with it the directories that are empty then.
    fn unlist(&mut self, file: SourceFile) {
        let (mut path, mut child) = (file.absolute_path(&self.db), Child::File(file));
        let mut above = Some(file.directory(&self.db));
        while let Some(directory) = above {
            let name = path.file_name().unwrap_or_default();
            if directory.child(&self.db, name) == Some(&child) {
                self.forget(directory, &path);
            }
            if !directory.entries(&self.db).is_empty() || !path.pop() {
                break;
            }
            child = Child::Directory(directory);
            above = directory.parent(&self.db);
        }
    }

    /// What an editor shows exists, whatever a walk found: a file that was never saved, that is deleted,
    /// or that git ignores.
    fn list_open_files(&mut self) {
        let open = self.roots.iter().flat_map(|root| root.open(&self.db));
        let open: Vec<_> = open.copied().collect();
        for file in open {
            let path = file.absolute_path(&self.db);
            self.list_where_missing(file.directory(&self.db), &path, Child::File(file));
        }
    }

    fn list_where_missing(&mut self, directory: Directory, path: &Utf8Path, child: Child) {
        let name = path.file_name().unwrap_or_default();
        let listed = matches!(child, Child::Directory(_)) || is_source(name);
        if listed && directory.child(&self.db, name) != Some(&child) {
            self.list(directory, path, child);
        }
        if let (Some(above), Some(path)) = (directory.parent(&self.db), path.parent()) {
            self.list_where_missing(above, path, Child::Directory(directory));
        }
    }

    /// Whether a directory is in a root as git sees it: an input outlives its directory.
    fn is_listed(&self, path: &Utf8Path) -> bool {
        let Some(directory) = self.directories.get(path).copied() else {
            return false;
        };
        let Some(above) = directory.parent(&self.db) else {
            return true;
        };
        let name = path.file_name().unwrap_or_default();
        above.child(&self.db, name) == Some(&Child::Directory(directory))
            && path.parent().is_some_and(|parent| self.is_listed(parent))
    }

    /// Another directory may bear the name now, with files of the same names: they are read again.
    fn touch(&mut self, path: &Utf8Path) {
        let Some(directory) = self.directories.get(path).copied() else {
            return;
        };
        let mut open = vec![directory];
        while let Some(directory) = open.pop() {
            let files: Vec<_> = directory.files(&self.db).collect();
            for file in files {
                if matches!(file.disk(&self.db), Disk::Present(_)) {
                    file.set_disk(&mut self.db)
                        .with_durability(Durability::HIGH)
                        .to(Disk::Present(self.revision));
                }
            }
            open.extend(directory.directories(&self.db));
        }
    }

    fn relist(&mut self, path: &Utf8Path, deep: bool) {
        // What git has come to ignore stays out, though something happens in it.
        if !path.is_dir() || !self.is_listed(path) {
            return;
        }
        let root = path
            .ancestors()
            .find_map(|above| self.tracked_anyway.get(above));
        let seen = walk(
            path,
            (!deep).then_some(1),
            root.unwrap_or(&TrackedAnyway::default()),
        );
        let new: Vec<_> = seen
            .iter()
            .filter(|seen| seen.what == What::Directory && !deep)
            .filter(|seen| {
                self.directories
                    .get(&seen.path)
                    .is_none_or(|known| known.entries(&self.db).is_empty())
            })
            .map(|seen| seen.path.clone())
            .collect();
        self.enter(path, seen, deep);
        new.iter().for_each(|below| self.relist(below, true));
    }

    /// Looks at everything again: after events were lost.
    pub fn rescan(&mut self) {
        self.revision += 1;
        let revision = self.revision;
        let present: Vec<_> = self
            .files
            .values()
            .copied()
            .filter(|file| matches!(file.disk(&self.db), Disk::Present(_)))
            .collect();
        for file in present {
            file.set_disk(&mut self.db)
                .with_durability(Durability::HIGH)
                .to(Disk::Present(revision));
        }
        let roots: Vec<_> = self
            .roots
            .iter()
            .chain(&self.mapped_roots)
            .map(|root| root.path(&self.db).clone())
            .collect();
        self.events = Events::Lost;
        self.unlist_open_files();
        for root in roots.iter().filter(|root| root.is_dir()) {
            self.list_root(root);
        }
        self.list_open_files();
        for root in self.roots.clone() {
            self.map_bundles(root);
        }
    }

    /// The file at an absolute path, if it is one of a root's.
    pub fn file(&self, path: &Utf8Path) -> Option<SourceFile> {
        self.files.get(path).copied()
    }

    /// Sets or takes away (`None`) the text that an editor shows for a file. A file that is not on disk
    /// comes into being with its buffer. None where the path is in no root.
    pub fn set_buffer(&mut self, path: &Utf8Path, text: Option<Arc<str>>) -> Option<SourceFile> {
        let file = match self.files.get(path) {
            Some(file) => *file,
            None => self.new_file(path, Disk::Absent)?,
        };
        let root = file.root(&self.db);
        let open = root.open(&self.db).contains(&file);
        if open != text.is_some() {
            let mut files = root.open(&self.db).clone();
            if open {
                files.retain(|other| *other != file)
            } else {
                files.push(file);
                // No answer depends on what was opened first.
                files.sort_by_cached_key(|file| file.path(&self.db));
            }
            root.set_open(&mut self.db)
                .with_durability(Durability::LOW)
                .to(files);
        }
        let closed = text.is_none();
        file.set_buffer(&mut self.db)
            .with_durability(Durability::LOW)
            .to(text);
        if closed && *file.disk(&self.db) == Disk::Absent {
            self.leave(file, path);
        }
        self.settings_changed(path);
        Some(file)
    }

    /// Looks again at the place of a file that was there for an editor only.
    fn leave(&mut self, file: SourceFile, path: &Utf8Path) {
        self.unlist(file);
        self.unlist_open_files();
        let listed = path.ancestors().skip(1).find(|above| self.is_listed(above));
        if let Some(listed) = listed {
            self.relist(listed, false);
        }
        self.list_open_files();
    }

    /// Sets or takes away the text of a file that exists in memory only.
    pub fn set_memory(&mut self, path: &Utf8Path, text: Option<&str>) -> Option<SourceFile> {
        let directory = self.directory_for(path.parent()?)?;
        let Some(text) = text else {
            return self.forget(directory, path);
        };
        if !path.file_name().is_some_and(is_source) {
            self.list(directory, path, Child::Other(Disk::Memory(Arc::from(text))));
            return None;
        }
        let disk = Disk::Memory(Arc::from(text));
        let file = self.new_file(path, disk.clone())?;
        file.set_disk(&mut self.db)
            .with_durability(Durability::HIGH)
            .to(disk);
        self.settings_changed(path);
        Some(file)
    }

    fn forget(&mut self, directory: Directory, path: &Utf8Path) -> Option<SourceFile> {
        let name = path.file_name()?;
        let mut entries = directory.entries(&self.db).to_vec();
        entries.retain(|entry| &*entry.name != name);
        self.set_entries(path.parent()?, entries);
        self.files.get(path).copied()
    }

    fn new_file(&mut self, path: &Utf8Path, disk: Disk) -> Option<SourceFile> {
        let directory = self.directory_for(path.parent()?)?;
        let file = self.file_in(directory, path, disk);
        if path.file_name().is_some_and(is_source) {
            self.list(directory, path, Child::File(file));
        }
        Some(file)
    }

    /// The directory at an absolute path inside a root, made with its parents where it is not known.
    fn directory_for(&mut self, path: &Utf8Path) -> Option<Directory> {
        if let Some(directory) = self.directories.get(path) {
            return Some(*directory);
        }
        let inside = self
            .roots
            .iter()
            .chain(&self.mapped_roots)
            .any(|root| path.starts_with(root.path(&self.db)));
        let parent = self.directory_for(path.parent().filter(|_| inside)?)?;
        let directory = self.new_directory(parent.root(&self.db), path, Some(parent));
        self.list(parent, path, Child::Directory(directory));
        Some(directory)
    }

    fn list(&mut self, directory: Directory, path: &Utf8Path, child: Child) {
        let name: Box<str> = path.file_name().unwrap_or_default().into();
        let mut entries = directory.entries(&self.db).to_vec();
        entries.retain(|entry| entry.name != name);
        entries.push(DirEntry { name, child });
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        directory
            .set_entries(&mut self.db)
            .with_durability(Durability::HIGH)
            .to(entries.into());
    }

    /// Lets go of what was made for a whole repository and is not asked for on every keystroke: the next change of the
    /// state would do it, and whoever types would wait for that. No snapshot may live on this thread.
    pub fn trim(&mut self) {
        self.db.recent_trees().clear();
        salsa::Database::trigger_lru_eviction(&mut self.db);
    }

    /// Reads all files of a root on all cores, and makes what later queries ask for of all of them: facts, builds, and what
    /// environments apply. `progress` is told how many of how many files are read, from any thread.
    pub fn index(&self, root: Root, progress: &(dyn Fn(usize, usize) + Sync)) {
        index_files(&self.snapshot(), root, progress);
    }
}

/// Reads all files of a root on all cores.
fn index_files(snapshot: &Snapshot, root: Root, progress: &(dyn Fn(usize, usize) + Sync)) {
    let mut files = Vec::new();
    let mut stack: Vec<_> = root.top(&snapshot.db).into_iter().collect();
    while let Some(directory) = stack.pop() {
        files.extend(directory.files(&snapshot.db));
        stack.extend(directory.directories(&snapshot.db));
    }
    let total = files.len();
    let done = std::sync::atomic::AtomicUsize::new(0);
    files
        .par_chunks(64)
        .for_each_with(snapshot.db.clone(), |db, chunk| {
            for file in chunk {
                crate::query::disk_facts(db, *file);
            }
            // Their trees are still there.
            for file in chunk.iter().filter(|file| file.is_kustomization_file(db)) {
                crate::builds::prepare(db, *file);
            }
            let done = done.fetch_add(chunk.len(), std::sync::atomic::Ordering::Relaxed);
            progress(done + chunk.len(), total);
        });
    // What all files ask for is made by all cores, before the first one asks and the others wait for it.
    let environments = environments(&snapshot.db, root);
    files
        .par_chunks(64)
        .for_each_with(snapshot.db.clone(), |db, chunk| {
            for file in chunk.iter().filter(|file| file.is_kustomization_file(db)) {
                crate::builds::prepare_build(db, *file);
            }
        });
    environments
        .par_iter()
        .for_each_with(snapshot.db.clone(), |db, environment| {
            crate::clusters::prepare(db, root, environment.clone());
        });
}
