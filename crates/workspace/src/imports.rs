//! The import graph: which kustomization file takes in which files and directories, and which Flux
//! Kustomization applies which directory.

use std::sync::Arc;

use infragen_flux::is_templated;
use infragen_kustomize::Field;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::db::Db;
use crate::files::{Directory, Root, SourceFile};
use crate::index::{flux_kustomizations, kustomization_files};
use crate::paths::{Found, find, kustomization_file, resolve_directory};
use crate::query::facts;

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
type ImportGraph = FxHashMap<Found, Vec<Import>>;

/// Flux Kustomizations (file, and number of the object in its facts) by the directory that they apply.
type Applications = FxHashMap<Directory, Vec<(SourceFile, u32)>>;

/// What a kustomization file names, in the order of the file.
#[salsa::tracked(returns(clone))]
pub fn imports_of(db: &dyn Db, file: SourceFile) -> Arc<Vec<Import>> {
    let facts = facts(db, file);
    let Some(kustomization) = &facts.kustomization else {
        return Arc::default();
    };
    let directory = file.directory(db);
    let import = |(entry, path): (u32, &infragen_kustomize::PathEntry)| Import {
        from: file,
        entry,
        field: path.field,
        to: find(db, directory, &path.path.value),
    };
    Arc::new((0..).zip(&kustomization.entries).map(import).collect())
}

#[salsa::tracked(returns(clone))]
fn import_graph(db: &dyn Db, root: Root) -> Arc<ImportGraph> {
    let mut graph = ImportGraph::default();
    for file in kustomization_files(db, root).iter() {
        for import in imports_of(db, *file).iter() {
            graph.entry(import.to).or_default().push(*import);
        }
    }
    Arc::new(graph)
}

/// The directories whose kustomization files take each other in, in a loop, and those that lead into such
/// a loop; all others certainly do not. Nearly always empty.
#[salsa::tracked(returns(clone))]
pub fn looping_directories(db: &dyn Db, root: Root) -> Arc<FxHashSet<Directory>> {
    let graph = import_graph(db, root);
    let including = |to: Directory| {
        let imports = graph.get(&Found::Directory(to)).into_iter().flatten();
        let imports = imports.filter(|import| import.field.includes());
        imports.map(|import| import.from.directory(db))
    };
    let targets = graph.keys().filter_map(|to| match to {
        Found::Directory(directory) => Some(*directory),
        _ => None,
    });
    let targets: Vec<_> = targets.collect();
    // How many directories each one takes in that are not yet known to be free of loops.
    let mut open: FxHashMap<Directory, usize> = FxHashMap::default();
    for from in targets.iter().flat_map(|to| including(*to)) {
        *open.entry(from).or_default() += 1;
    }
    let mut free: Vec<_> = targets
        .into_iter()
        .filter(|directory| !open.contains_key(directory))
        .collect();
    while let Some(directory) = free.pop() {
        for from in including(directory) {
            if let Some(count) = open.get_mut(&from) {
                *count -= 1;
                if *count == 0 {
                    open.remove(&from);
                    free.push(from);
                }
            }
        }
    }
    Arc::new(open.into_keys().collect())
}

/// Apart from the import graph, because finding a directory may need to know what is an object, and that
/// depends on what is imported as a patch.
#[salsa::tracked(returns(clone))]
fn applications(db: &dyn Db, root: Root) -> Arc<Applications> {
    let mut applications = Applications::default();
    for (file, number) in flux_kustomizations(db, root).iter().copied() {
        for directory in applied_directories(db, file, number).iter().copied() {
            applications
                .entry(directory)
                .or_default()
                .push((file, number));
        }
    }
    Arc::new(applications)
}

/// The directories of this repository that a Flux Kustomization applies, that of its path and its
/// components: an own query, so that the graph looks again only at those whose object changed.
#[salsa::tracked(returns(ref))]
fn applied_directories(db: &dyn Db, file: SourceFile, number: u32) -> Box<[Directory]> {
    let facts = facts(db, file);
    let object = facts.objects.get(number as usize);
    let path = object.and_then(|object| {
        let path = object.paths.first()?;
        Some((object, resolve_directory(db, file, object, path)?))
    });
    let Some((object, path)) = path else {
        return Box::default();
    };
    let components = object.components.iter();
    let components = components.filter_map(|component| match find(db, path, &component.value) {
        Found::Directory(directory) => Some(directory),
        _ => None,
    });
    std::iter::once(path).chain(components).collect()
}

/// The entries that lead to a file or directory. A directory is also led to by whoever names its
/// kustomization file.
pub fn importers(db: &dyn Db, root: Root, to: Found) -> Vec<Import> {
    import_graph(db, root).get(&to).cloned().unwrap_or_default()
}

/// Every kustomization file of a root.
pub fn layers(db: &dyn Db, root: Root) -> Arc<Vec<SourceFile>> {
    kustomization_files(db, root)
}

/// The Flux Kustomizations that apply a directory of this repository, as their path or as one of their
/// components, as numbers of objects of files.
pub fn appliers(db: &dyn Db, root: Root, directory: Directory) -> Vec<(SourceFile, u32)> {
    applications(db, root)
        .get(&directory)
        .cloned()
        .unwrap_or_default()
}

/// Whether some kustomization file uses a file as a patch: then the objects in it are none of their own.
pub fn is_patch_file(db: &dyn Db, file: SourceFile) -> bool {
    let graph = import_graph(db, file.root(db));
    let imports = graph.get(&Found::File(file));
    imports.is_some_and(|imports| {
        imports.iter().any(|import| import.field.patches())
            && !imports.iter().any(|i| i.field.includes())
    })
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
    let graph = import_graph(db, root);
    let applications = applications(db, root);
    let mut search = Search {
        db,
        graph: &graph,
        applications: &applications,
        seen: FxHashSet::default(),
        found: Namespaces::default(),
    };
    let directory = file.directory(db);
    if file.is_kustomization_file(db) {
        // Generators of the file itself.
        search.through(file, None);
    } else {
        let importers = graph.get(&Found::File(file));
        let including = importers
            .into_iter()
            .flatten()
            .filter(|import| import.field.includes());
        let mut any = false;
        for import in including {
            any = true;
            search.through(import.from, None);
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
    graph: &'a ImportGraph,
    applications: &'a Applications,
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
        for import in self
            .graph
            .get(&Found::Directory(directory))
            .into_iter()
            .flatten()
        {
            if import.field.includes() {
                reached = true;
                self.through(import.from, namespace.clone());
            }
        }
        for (file, number) in self.applications.get(&directory).into_iter().flatten() {
            reached = true;
            self.applied(*file, *number, namespace.clone());
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
            if let Some(applied) = self.applications.get(&directory) {
                for (file, number) in applied {
                    self.applied(*file, *number, None);
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
