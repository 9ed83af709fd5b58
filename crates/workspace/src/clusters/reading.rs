//! Which Flux Kustomizations of which environments build with a file.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::join;
use infragen_syntax::{Node, Tree};
use rustc_hash::FxHashSet;

use super::walk::{Application, cluster};
use crate::db::Db;
use crate::environment::environments;
use crate::files::{Directory, SourceFile};
use crate::imports::importers;
use crate::paths::{Found, kustomization_file};

/// A Flux Kustomization of an environment, both by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reader {
    /// Number of the environment among those of the root.
    pub environment: usize,
    /// Number of the application among those of its cluster.
    pub application: usize,
}

/// The applications in whose build a file may take part, as a manifest, a patch, a kustomization file or a file of
/// a generator; and those whose own manifest stands in it.
#[salsa::tracked(returns(clone))]
pub fn readers(db: &dyn Db, file: SourceFile) -> Arc<Vec<Reader>> {
    let root = file.root(db);
    let directories = directories_reading(db, file);
    let path = file.path(db);
    let mut readers = Vec::new();
    for (number, environment) in environments(db, root).iter().enumerate() {
        let cluster = cluster(db, root, environment.clone());
        for (at, application) in cluster.applications.iter().enumerate() {
            let reads = reads(db, application, file, &directories)
                || application.file.as_deref() == Some(path.as_path());
            if reads {
                readers.push(Reader {
                    environment: number,
                    application: at,
                });
            }
        }
    }
    Arc::new(readers)
}

fn reads(
    db: &dyn Db,
    application: &Application,
    file: SourceFile,
    directories: &FxHashSet<Directory>,
) -> bool {
    let Ok(directory) = application.directory else {
        return false;
    };
    if directory.root(db) != file.root(db) {
        return false;
    }
    if directories.contains(&directory) {
        return true;
    }
    let path = directory.path(db);
    // Without a kustomization file all below is taken in.
    let takes_in = |below: &Directory| below.path(db).starts_with(path);
    if kustomization_file(db, directory).is_none()
        && (takes_in(&file.directory(db)) || directories.iter().any(takes_in))
    {
        return true;
    }
    let components = components(path, &application.spec.additions);
    directories
        .iter()
        .any(|directory| components.contains(directory.path(db)))
}

/// The directories of the components that a Flux Kustomization adds.
fn components(directory: &Utf8Path, additions: &Arc<str>) -> Vec<Utf8PathBuf> {
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
