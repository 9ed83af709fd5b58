//! Which Flux Kustomizations of which environments build with a file.

use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_kustomize::{FileKind, join};
use infragen_syntax::{Node, Tree};
use rustc_hash::{FxHashMap, FxHashSet};

use super::inputs::built_directories;
use super::on_disk::{as_on_disk, on_disk};
use super::outset::{Outset, outset};
use super::walk::{Application, Cluster, cluster};
use crate::db::Db;
use crate::environment::{Environment, environments_around};
use crate::files::{Directory, Root, SourceFile};
use crate::imports::importers;
use crate::paths::{Found, kustomization_file};
use crate::query::facts;

/// A Flux Kustomization of an environment, both by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reader {
    /// Number of the environment among those around the root.
    pub environment: usize,
    /// Number of the application among those of its cluster.
    pub application: usize,
}

/// What the applications of an environment build with, each by its number, so that nobody has to look at all of
/// them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    /// By the directory that they build, and those of components that they add.
    directories: FxHashMap<Directory, Vec<usize>>,
    /// Those that take in all below their directory, for it has no kustomization file.
    whole: Vec<(Directory, usize)>,
    /// By the file with their manifest.
    manifests: FxHashMap<SourceFile, Vec<usize>>,
}

/// What the applications of an environment of the root `around` build with of `root`.
#[salsa::tracked(returns(clone))]
fn reading(db: &dyn Db, root: Root, around: Root, environment: Environment) -> Arc<Reading> {
    match as_on_disk(db, around, environment.clone()) {
        Some(_) => {
            let outset = outset(db, around, environment.clone());
            disk_reading(db, root, around, environment, outset)
        }
        None => Arc::new(Reading::of(db, root, &cluster(db, around, environment))),
    }
}

/// That of an environment as it is on disk.
#[salsa::tracked(returns(clone), lru = 128)]
fn disk_reading(
    db: &dyn Db,
    root: Root,
    around: Root,
    environment: Environment,
    outset: Arc<Outset>,
) -> Arc<Reading> {
    let disk = on_disk(db, around, environment, outset);
    Arc::new(disk.map_or_else(Reading::default, |disk| {
        Reading::of(db, root, &disk.cluster)
    }))
}

impl Reading {
    fn of(db: &dyn Db, root: Root, cluster: &Cluster) -> Reading {
        let mut reading = Reading::default();
        for (number, application) in cluster.applications.iter().enumerate() {
            reading.add(db, root, (cluster, application), number);
        }
        reading
    }

    /// Adds an application, as far as it has to do with a root.
    fn add(
        &mut self,
        db: &dyn Db,
        root: Root,
        (cluster, application): (&Cluster, &Application),
        reader: usize,
    ) {
        if let Some(file) = cluster.file_of(db, application) {
            self.manifests.entry(file).or_default().push(reader);
        }
        let Ok(directory) = application.directory else {
            return;
        };
        if directory.root(db) != root {
            return;
        }
        if kustomization_file(db, directory).is_none() {
            self.whole.push((directory, reader));
        }
        for built in built_directories(db, directory, &application.spec.additions) {
            self.directories.entry(built).or_default().push(reader);
        }
    }
}

/// The applications in whose build a file may take part, as a manifest, a patch, a kustomization file or a file of
/// a generator; and those whose own manifest stands in it.
#[salsa::tracked(returns(clone))]
pub fn readers(db: &dyn Db, file: SourceFile) -> Arc<Vec<Reader>> {
    let root = file.root(db);
    let directories = directories_reading(db, file);
    let own = file.directory(db);
    let mut readers: Vec<Reader> = Vec::new();
    for (number, (around, environment)) in environments_around(db, root).iter().enumerate() {
        let reading = reading(db, root, *around, environment.clone());
        let mut add = |application: usize| {
            readers.push(Reader {
                environment: number,
                application,
            });
        };
        for directory in &directories {
            let known = reading.directories.get(directory);
            known.into_iter().flatten().copied().for_each(&mut add);
        }
        for (directory, application) in &reading.whole {
            let path = directory.path(db);
            let takes_in = |below: &Directory| below.path(db).starts_with(path);
            if takes_in(&own) || directories.iter().any(takes_in) {
                add(*application);
            }
        }
        let declared = reading.manifests.get(&file);
        declared.into_iter().flatten().copied().for_each(&mut add);
    }
    readers.sort_unstable();
    readers.dedup();
    Arc::new(readers)
}

/// The directories of the components that a Flux Kustomization adds.
pub(super) fn components(
    db: &dyn Db,
    directory: Directory,
    additions: &Arc<str>,
) -> Vec<Utf8PathBuf> {
    if !additions.contains("components:") {
        return Vec::new();
    }
    let tree = additions_tree(db, directory.root(db), additions.clone());
    let root = tree.document(0).and_then(|document| document.root());
    let components = root.and_then(|root| root.get("components"));
    let items = components.into_iter().flat_map(Node::items);
    items
        .filter_map(Node::as_str)
        .map(|component| join(directory.path(db), component).to_path_buf())
        .collect()
}

/// The tree of what a Flux Kustomization adds, which is asked for at every value that comes from there.
#[salsa::tracked(returns(clone), no_eq, lru = 512)]
pub(super) fn additions_tree(_db: &dyn Db, _root: Root, additions: Arc<str>) -> Arc<Tree> {
    Arc::new(Tree::parse(additions))
}

/// What kustomize makes by itself of each layer that a file takes part in: for what no environment builds.
pub(super) fn builds_of_layers(db: &dyn Db, file: SourceFile) -> Vec<Cluster> {
    let mut directories: Vec<_> = directories_reading(db, file).into_iter().collect();
    directories.sort_unstable();
    directories.retain(|directory| {
        let file = kustomization_file(db, *directory);
        let facts = file.map(|file| facts(db, file));
        let kind = facts.and_then(|facts| Some(facts.kustomization.as_ref()?.kind));
        kind == Some(FileKind::Kustomization)
    });
    let clusters = directories.into_iter();
    clusters
        .map(|directory| Cluster::of_directory(db, directory))
        .collect()
}

/// The directories whose kustomization files name a file, directly or through others.
fn directories_reading(db: &dyn Db, file: SourceFile) -> FxHashSet<Directory> {
    let root = file.root(db);
    let mut found = FxHashSet::default();
    let mut rest = Vec::new();
    if file.is_kustomization_file(db) {
        rest.push(file.directory(db));
    }
    for import in importers(db, root, Found::File(file)) {
        rest.push(import.from.directory(db));
    }
    while let Some(directory) = rest.pop() {
        if found.insert(directory) {
            let importers = importers(db, root, Found::Directory(directory));
            rest.extend(importers.iter().map(|import| import.from.directory(db)));
        }
    }
    found
}
