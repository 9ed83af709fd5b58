//! Which Flux Kustomizations of which environments build with a file.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::{FileKind, join};
use infragen_syntax::{Node, Tree};
use rustc_hash::{FxHashMap, FxHashSet};

use super::walk::{Application, Cluster, cluster};
use crate::db::Db;
use crate::environment::environments_around;
use crate::files::{Directory, Root, SourceFile};
use crate::imports::importers;
use crate::paths::{Found, find, kustomization_file};
use crate::query::facts;

/// A Flux Kustomization of an environment, both by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reader {
    /// Number of the environment among those around the root.
    pub environment: usize,
    /// Number of the application among those of its cluster.
    pub application: usize,
}

/// What applications build with, so that nobody has to look at all of them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    /// By the directory that they build, and those of components that they add.
    directories: FxHashMap<Directory, Vec<Reader>>,
    /// Those that take in all below their directory, for it has no kustomization file.
    whole: Vec<(Directory, Reader)>,
    /// By the file with their manifest.
    manifests: FxHashMap<SourceFile, Vec<Reader>>,
}

#[salsa::tracked(returns(clone))]
fn reading(db: &dyn Db, root: Root) -> Arc<Reading> {
    let mut reading = Reading::default();
    for (number, (around, environment)) in environments_around(db, root).iter().enumerate() {
        let cluster = cluster(db, *around, environment.clone());
        for (at, application) in cluster.applications.iter().enumerate() {
            let reader = Reader {
                environment: number,
                application: at,
            };
            reading.add(db, root, (&cluster, application), reader);
        }
    }
    Arc::new(reading)
}

impl Reading {
    /// Adds an application, as far as it has to do with a root.
    fn add(
        &mut self,
        db: &dyn Db,
        root: Root,
        (cluster, application): (&Cluster, &Application),
        reader: Reader,
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
        self.directories.entry(directory).or_default().push(reader);
        if kustomization_file(db, directory).is_none() {
            self.whole.push((directory, reader));
        }
        let path = directory.path(db);
        for component in components(path, &application.spec.additions) {
            let found = root.top(db).map(|top| find(db, top, component.as_str()));
            if let Some(Found::Directory(component)) = found {
                self.directories.entry(component).or_default().push(reader);
            }
        }
    }
}

/// The applications in whose build a file may take part, as a manifest, a patch, a kustomization file or a file of
/// a generator; and those whose own manifest stands in it.
#[salsa::tracked(returns(clone))]
pub fn readers(db: &dyn Db, file: SourceFile) -> Arc<Vec<Reader>> {
    let reading = reading(db, file.root(db));
    let directories = directories_reading(db, file);
    let mut readers: Vec<Reader> = Vec::new();
    for directory in &directories {
        let known = reading.directories.get(directory);
        readers.extend(known.into_iter().flatten());
    }
    let own = file.directory(db);
    for (directory, reader) in &reading.whole {
        let path = directory.path(db);
        let takes_in = |below: &Directory| below.path(db).starts_with(path);
        if takes_in(&own) || directories.iter().any(takes_in) {
            readers.push(*reader);
        }
    }
    let declared = reading.manifests.get(&file);
    readers.extend(declared.into_iter().flatten());
    readers.sort_unstable();
    readers.dedup();
    Arc::new(readers)
}

/// The directories of the components that a Flux Kustomization adds.
pub(super) fn components(directory: &Utf8Path, additions: &Arc<str>) -> Vec<Utf8PathBuf> {
    if !additions.contains("components:") {
        return Vec::new();
    }
    let tree = Tree::parse(additions.clone());
    let root = tree.document(0).and_then(|document| document.root());
    let components = root.and_then(|root| root.get("components"));
    let items = components.into_iter().flat_map(Node::items);
    items
        .filter_map(Node::as_str)
        .map(|component| join(directory, component).to_path_buf())
        .collect()
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
