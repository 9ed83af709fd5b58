//! The import graph: which kustomization file takes in which files and directories, and which Flux
//! Kustomization applies which directory.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::{FileFacts, ObjectFacts, PathFact, is_templated};
use infragen_kustomize::Field;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::db::Db;
use crate::files::{Directory, Root, SourceFile};
use crate::index::{
    FluxKustomization, Layered, disk_flux_kustomizations, disk_kustomization_files,
    kustomization_files, open_flux_kustomizations, open_kustomization_files,
};
use crate::paths::{Found, find, is_told_by_source, kustomization_file, resolve_directory};
use crate::query::{disk_facts, facts};

/// One edge: a kustomization file names something with one of its path fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Import {
    /// The kustomization file.
    pub from: SourceFile,
    /// Number of the entry in its facts.
    pub entry: u32,
    /// The field.
    pub field: Field,
    /// What it leads to.
    pub to: Found,
}

/// What kustomization files take in, by what it leads to.
type Imports = FxHashMap<Found, Vec<Import>>;

/// What a kustomization file names, in the order of the file.
pub fn imports_of(db: &dyn Db, file: SourceFile) -> Arc<Vec<Import>> {
    match file.buffer(db) {
        Some(_) => open_imports_of(db, file),
        None => disk_imports_of(db, file),
    }
}

#[salsa::tracked(returns(clone))]
pub(crate) fn disk_imports_of(db: &dyn Db, file: SourceFile) -> Arc<Vec<Import>> {
    Arc::new(imports_in(db, file, &disk_facts(db, file)))
}

#[salsa::tracked(returns(clone))]
fn open_imports_of(db: &dyn Db, file: SourceFile) -> Arc<Vec<Import>> {
    Arc::new(imports_in(db, file, &facts(db, file)))
}

fn imports_in(db: &dyn Db, file: SourceFile, facts: &FileFacts) -> Vec<Import> {
    let Some(kustomization) = &facts.kustomization else {
        return Vec::new();
    };
    let directory = file.directory(db);
    let import = |(entry, path): (u32, &infragen_kustomize::PathEntry)| Import {
        from: file,
        entry,
        field: path.field,
        to: find(db, directory, &path.path.value),
    };
    (0..).zip(&kustomization.entries).map(import).collect()
}

/// What kustomization files on disk take in.
#[salsa::tracked(returns(clone))]
fn disk_imports(db: &dyn Db, root: Root) -> Arc<Imports> {
    let files = disk_kustomization_files(db, root);
    Arc::new(by_target(
        files.iter().map(|file| disk_imports_of(db, *file)),
    ))
}

/// What those take in that are open in an editor.
#[salsa::tracked(returns(clone))]
fn open_imports(db: &dyn Db, root: Root) -> Arc<Imports> {
    let files = open_kustomization_files(db, root);
    Arc::new(by_target(
        files.iter().map(|file| open_imports_of(db, *file)),
    ))
}

/// What of that leads to one place: whoever asks need not be asked again when an open file names another one.
#[salsa::tracked(returns(clone))]
fn open_imports_to(db: &dyn Db, root: Root, to: Found) -> Arc<[Import]> {
    let imports = open_imports(db, root);
    imports
        .get(&to)
        .map_or_else(Arc::default, |to| to.as_slice().into())
}

fn by_target(files: impl Iterator<Item = Arc<Vec<Import>>>) -> Imports {
    let mut graph = Imports::default();
    for imports in files {
        for import in imports.iter() {
            graph.entry(import.to).or_default().push(*import);
        }
    }
    graph
}

/// The directories whose kustomization files take each other in, in a loop, and those that lead into such
/// a loop; all others certainly do not. Nearly always empty.
#[salsa::tracked(returns(clone))]
pub fn looping_directories(db: &dyn Db, root: Root) -> Arc<FxHashSet<Directory>> {
    // The whole graph is looked through anew only where an open file takes in something else than on disk.
    let same = |file: &SourceFile| open_imports_of(db, *file) == disk_imports_of(db, *file);
    if root.open(db).iter().all(same) {
        return disk_looping_directories(db, root);
    }
    let graph = Layered::new(db, root, disk_imports(db, root), open_imports(db, root));
    let all = || graph.iter(|imports| imports.values().flatten(), |import| import.from);
    Arc::new(loops(db, &all))
}

/// Those by what is on disk alone.
#[salsa::tracked(returns(clone))]
fn disk_looping_directories(db: &dyn Db, root: Root) -> Arc<FxHashSet<Directory>> {
    let imports = disk_imports(db, root);
    Arc::new(loops(db, &|| imports.values().flatten()))
}

fn loops<'a, I>(db: &dyn Db, all: &dyn Fn() -> I) -> FxHashSet<Directory>
where
    I: Iterator<Item = &'a Import>,
{
    let mut including: FxHashMap<Directory, Vec<Directory>> = FxHashMap::default();
    // Whether or not they are taken in as resources.
    for import in all() {
        if let Found::Directory(to) = import.to {
            let from = including.entry(to).or_default();
            if import.field.includes() {
                from.push(import.from.directory(db));
            }
        }
    }
    // How many directories each one takes in that are not yet known to be free of loops.
    let mut open: FxHashMap<Directory, usize> = FxHashMap::default();
    for from in including.values().flatten() {
        *open.entry(*from).or_default() += 1;
    }
    let mut free: Vec<_> = including
        .keys()
        .copied()
        .filter(|directory| !open.contains_key(directory))
        .collect();
    while let Some(directory) = free.pop() {
        for from in including.get(&directory).into_iter().flatten() {
            if let Some(count) = open.get_mut(from) {
                *count -= 1;
                if *count == 0 {
                    open.remove(from);
                    free.push(*from);
                }
            }
        }
    }
    open.into_keys().collect()
}

/// The directory that a build enters by what a kustomization file names; none where it is no directory, or one around
/// that of the file, which kustomize refuses.
pub fn entered(db: &dyn Db, import: &Import) -> Option<Directory> {
    entered_by(db, import, &facts(db, import.from))
}

fn entered_by(db: &dyn Db, import: &Import, facts: &FileFacts) -> Option<Directory> {
    let entries = &facts.kustomization.as_ref()?.entries;
    let path = &entries.get(import.entry as usize)?.path.value;
    let directory = import.from.directory(db);
    let (from, written) = (directory.path(db), || {
        infragen_kustomize::join(directory.path(db), path)
    });
    // A build goes by what is written. Behind a link, `..` is another directory than by where the link leads.
    let mut parts = Utf8Path::new(path).components();
    let returns =
        parts.any(|part| part.as_str() != "..") && parts.any(|part| part.as_str() == "..");
    let to = match returns {
        true => find(db, directory.root(db).top(db)?, written().as_str()),
        false => import.to,
    };
    let Found::Directory(to) = to else {
        return None;
    };
    (!from.starts_with(&*written())).then_some(to)
}

/// Whether a directory takes itself in along some way, on disk or as editors show it. It adds nothing to a build: the
/// loop is told by whoever looks at the import graph. A query that builds it must not ask for what it takes in, because
/// that would ask for the query itself.
///
/// The database can recover from such queries by itself. But then it takes a value that it let go of to save memory for
/// one that could not be made, and never makes it again. [salsa 0.28.5]
#[salsa::tracked(returns(copy))]
pub fn takes_itself_in(db: &dyn Db, directory: Directory, disk: bool) -> bool {
    let mut seen = FxHashSet::default();
    let mut rest = vec![directory];
    while let Some(from) = rest.pop() {
        let Some(file) = kustomization_file(db, from) else {
            continue;
        };
        let (imports, facts) = match disk {
            true => (disk_imports_of(db, file), disk_facts(db, file)),
            false => (imports_of(db, file), facts(db, file)),
        };
        let entered = imports
            .iter()
            .filter_map(|import| entered_by(db, import, &facts));
        for to in entered {
            if to == directory {
                return true;
            }
            if seen.insert(to) {
                rest.push(to);
            }
        }
    }
    false
}

/// Flux Kustomizations by the directory that they apply.
type Applications = FxHashMap<Directory, Vec<FluxKustomization>>;

/// The directories that Flux Kustomizations on disk apply, as far as their paths tell, and those of which
/// only the source tells.
#[salsa::tracked(returns(ref))]
fn disk_applications(db: &dyn Db, root: Root) -> (Arc<Applications>, Vec<FluxKustomization>) {
    let mut applications = Applications::default();
    let mut by_source = Vec::new();
    for (file, number) in disk_flux_kustomizations(db, root).iter().copied() {
        let facts = disk_facts(db, file);
        let Some((object, path)) = with_path(&facts, number) else {
            continue;
        };
        if is_told_by_source(object, path) {
            by_source.push((file, number));
        } else {
            let directory = resolve_directory(db, file, object, path);
            add_application(db, directory, object, (file, number), &mut applications);
        }
    }
    (Arc::new(applications), by_source)
}

#[salsa::tracked(returns(clone))]
fn applications_by_source(db: &dyn Db, root: Root) -> Arc<Applications> {
    let mut applications = Applications::default();
    for (file, number) in disk_applications(db, root).1.iter().copied() {
        if root.open(db).contains(&file) {
            continue;
        }
        let facts = disk_facts(db, file);
        if let Some((object, path)) = with_path(&facts, number) {
            let directory = resolve_directory(db, file, object, path);
            add_application(db, directory, object, (file, number), &mut applications);
        }
    }
    Arc::new(applications)
}

/// Those of one directory in files that are open in an editor, see [`open_imports_to`].
#[salsa::tracked(returns(clone))]
fn open_appliers(db: &dyn Db, root: Root, directory: Directory) -> Arc<[FluxKustomization]> {
    let applications = open_applications(db, root);
    let appliers = applications.get(&directory);
    appliers.map_or_else(Arc::default, |appliers| appliers.as_slice().into())
}

#[salsa::tracked(returns(clone))]
fn open_applications(db: &dyn Db, root: Root) -> Arc<Applications> {
    let mut applications = Applications::default();
    for (file, number) in open_flux_kustomizations(db, root).iter().copied() {
        let facts = facts(db, file);
        if let Some((object, path)) = with_path(&facts, number) {
            let directory = resolve_directory(db, file, object, path);
            add_application(db, directory, object, (file, number), &mut applications);
        }
    }
    Arc::new(applications)
}

fn with_path(facts: &FileFacts, number: u32) -> Option<(&ObjectFacts, &PathFact)> {
    let object = facts.objects.get(number as usize)?;
    Some((object, object.paths.first()?))
}

/// Notes the directories of this repository that a Flux Kustomization applies: that of its path and its
/// components.
fn add_application(
    db: &dyn Db,
    path: Option<Directory>,
    object: &ObjectFacts,
    kustomization: FluxKustomization,
    applications: &mut Applications,
) {
    let Some(path) = path else {
        return;
    };
    let components = object.components.iter();
    let components = components.filter_map(|component| match find(db, path, &component.value) {
        Found::Directory(directory) => Some(directory),
        _ => None,
    });
    for directory in std::iter::once(path).chain(components) {
        applications
            .entry(directory)
            .or_default()
            .push(kustomization);
    }
}

/// What a layer on disk says of one place, but for files that are open: those are what the editor shows.
fn closed<T: Copy>(db: &dyn Db, of_disk: &[T], file: impl Fn(&T) -> SourceFile) -> Vec<T> {
    let closed = |item: &&T| file(item).buffer(db).is_none();
    of_disk.iter().filter(closed).copied().collect()
}

/// The entries that lead to a file or directory. A directory is also led to by whoever names its
/// kustomization file.
pub fn importers(db: &dyn Db, root: Root, to: Found) -> Vec<Import> {
    let disk = disk_imports(db, root);
    let mut found = Vec::new();
    if let Some(imports) = disk.get(&to) {
        found.extend(closed(db, imports, |import| import.from));
    }
    found.extend_from_slice(&open_imports_to(db, root, to));
    found
}

/// Every kustomization file of a root.
pub fn layers(db: &dyn Db, root: Root) -> Vec<SourceFile> {
    kustomization_files(db, root)
}

/// The Flux Kustomizations that apply a directory of this repository, as their path or as one of their
/// components, as numbers of objects of files.
pub fn appliers(db: &dyn Db, root: Root, directory: Directory) -> Vec<FluxKustomization> {
    // Those whose path tells it, and those on disk that apply what their source makes of it.
    let direct = disk_applications(db, root).0.clone();
    let by_source = applications_by_source(db, root);
    let mut found = Vec::new();
    if let Some(appliers) = direct.get(&directory) {
        found.extend(closed(db, appliers, |(file, _)| *file));
    }
    found.extend_from_slice(&open_appliers(db, root, directory));
    found.extend(by_source.get(&directory).into_iter().flatten());
    found
}

/// Whether some kustomization file uses a file as a patch: then the objects in it are none of their own.
pub fn is_patch_file(db: &dyn Db, file: SourceFile) -> bool {
    are_patches(&importers(db, file.root(db), Found::File(file)))
}

/// The files of a root that kustomization files use as patches, for who asks about many of them.
pub(crate) struct PatchFiles<'db>(Layered<'db, Imports>);

impl PatchFiles<'_> {
    pub(crate) fn new(db: &dyn Db, root: Root) -> PatchFiles<'_> {
        let (disk, open) = (disk_imports(db, root), open_imports(db, root));
        PatchFiles(Layered::new(db, root, disk, open))
    }

    /// Whether a file is one of them.
    pub(crate) fn contains(&self, file: SourceFile) -> bool {
        let to = Found::File(file);
        are_patches(self.0.iter(
            |imports| imports.get(&to).into_iter().flatten(),
            |import| import.from,
        ))
    }
}

/// Whether the entries that lead to a file use it as a patch.
fn are_patches<'a>(importers: impl IntoIterator<Item = &'a Import>) -> bool {
    let mut patches = false;
    for import in importers {
        if import.field.includes() {
            return false;
        }
        patches |= import.field.patches();
    }
    patches
}

/// The namespaces that objects of a file may end up in, whatever they say themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespaces {
    /// Namespaces that some kustomization or Flux Kustomization above gives to all objects.
    pub overrides: Vec<SmolStr>,
    /// Whether the file is also used where nothing overrides.
    pub own: bool,
    /// Whether a namespace above is known only after rendering, or a parent may change it.
    pub unknown: bool,
}

/// The namespaces that objects of a file may end up in: the outermost `namespace` or `targetNamespace`
/// on each way from the file to what applies it wins.
#[salsa::tracked(returns(clone))]
pub fn overriding_namespaces(db: &dyn Db, file: SourceFile) -> Arc<Namespaces> {
    let root = file.root(db);
    let mut search = Search {
        db,
        root,
        seen: FxHashSet::default(),
        found: Namespaces::default(),
    };
    let directory = file.directory(db);
    if file.is_kustomization_file(db) {
        // Generators of the file itself.
        search.through(file, None);
    } else {
        let mut any = false;
        for import in importers(db, root, Found::File(file)) {
            if import.field.includes() {
                any = true;
                search.through(import.from, None);
            }
        }
        if !any {
            search.loose(directory);
        }
    }
    search.found.overrides.sort_unstable();
    search.found.overrides.dedup();
    Arc::new(search.found)
}

struct Search<'a> {
    db: &'a dyn Db,
    root: Root,
    seen: FxHashSet<(Directory, Option<SmolStr>)>,
    found: Namespaces,
}

impl Search<'_> {
    /// Goes up through a kustomization file; `inner` is what was set below it.
    fn through(&mut self, kustomization: SourceFile, inner: Option<SmolStr>) {
        let namespace = self.namespace_of(kustomization);
        self.above(kustomization.directory(self.db), namespace.or(inner));
    }

    /// The namespace that a kustomization file sets: its own, or that of a component, which acts on all
    /// that was accumulated.
    fn namespace_of(&self, kustomization: SourceFile) -> Option<SmolStr> {
        let own = |file| {
            let facts = facts(self.db, file);
            facts
                .kustomization
                .as_ref()?
                .namespace
                .as_ref()
                .map(|namespace| SmolStr::new(&namespace.value))
        };
        own(kustomization).or_else(|| {
            imports_of(self.db, kustomization)
                .iter()
                .filter(|import| import.field == Field::Components)
                .filter_map(|import| match import.to {
                    Found::Directory(directory) => kustomization_file(self.db, directory),
                    _ => None,
                })
                .find_map(own)
        })
    }

    /// Goes on to whatever takes in or applies a directory.
    fn above(&mut self, directory: Directory, namespace: Option<SmolStr>) {
        if !self.seen.insert((directory, namespace.clone())) {
            return;
        }
        let mut reached = false;
        for import in importers(self.db, self.root, Found::Directory(directory)) {
            if import.field.includes() {
                reached = true;
                self.through(import.from, namespace.clone());
            }
        }
        for (file, number) in appliers(self.db, self.root, directory) {
            reached = true;
            self.applied(file, number, namespace.clone());
        }
        if !reached {
            self.end(namespace);
        }
    }

    /// A file that no kustomization file names: the Flux Kustomization of its directory or of one above
    /// it takes it in by generating a kustomization file.
    fn loose(&mut self, directory: Directory) {
        let mut at = Some(directory);
        while let Some(directory) = at {
            if kustomization_file(self.db, directory).is_some() {
                break;
            }
            let applied = appliers(self.db, self.root, directory);
            if !applied.is_empty() {
                for (file, number) in applied {
                    self.applied(file, number, None);
                }
                return;
            }
            at = directory.parent(self.db);
        }
        self.end(None);
    }

    fn applied(&mut self, file: SourceFile, number: u32, namespace: Option<SmolStr>) {
        let facts = facts(self.db, file);
        let target = facts
            .objects
            .get(number as usize)
            .and_then(|object| object.target_namespace.clone());
        // A parent may patch a targetNamespace in; what has one written is taken at its word.
        self.found.unknown |= target.is_none() && namespace.is_none();
        self.end(target.or(namespace));
    }

    fn end(&mut self, namespace: Option<SmolStr>) {
        match namespace {
            Some(namespace) if is_templated(&namespace) => self.found.unknown = true,
            Some(namespace) => self.found.overrides.push(namespace),
            None => self.found.own = true,
        }
    }
}
