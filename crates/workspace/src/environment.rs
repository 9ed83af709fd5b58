//! Environments: the entry points of the clusters that a repository describes.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::known::{FLUX_INSTANCE, HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{FileFacts, KindName, ObjectFacts};
use infragen_syntax::Tree;
use smol_str::SmolStr;

use crate::configuration::settings;
use crate::db::Db;
use crate::files::{Directory, Root, SourceFile};
use crate::index::{
    DefinedBy, Definition, Layered, disk_definitions_of_kind, disk_flux_kustomizations,
    open_definitions_of_kind, open_flux_kustomizations,
};
use crate::query::{disk_facts, disk_tree, facts, tree};

/// A cluster that the repository describes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Environment {
    /// Its name: that of the directory of its entry point, or the one in `.infragen.yaml`.
    pub name: SmolStr,
    /// The directory of its entry point, from the root.
    pub path: Utf8PathBuf,
    /// What makes it one.
    pub entry: Entry,
}

/// What makes a directory an entry point.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A Flux Kustomization that applies the directory it stands in (`gotk-sync.yaml`), or the sync of
    /// a FluxInstance.
    Object {
        /// The file.
        file: SourceFile,
        /// Number of the object in the file's facts.
        object: u32,
        /// Kind and name of the source that the entry point takes its manifests from.
        source: Option<(SmolStr, SmolStr)>,
    },
    /// It is a directory of `clusters/`.
    Directory,
    /// `.infragen.yaml` says so.
    Settings,
}

/// Every environment of a root, in order of name: those of `.infragen.yaml`, else those that the
/// repository itself shows.
#[salsa::tracked(returns(clone))]
pub fn environments(db: &dyn Db, root: Root) -> Arc<Vec<Environment>> {
    let mut found = entry_objects(db, root).to_vec();
    tell_apart(&mut found);
    for (name, environment) in settings(db, root).settings.environments.iter() {
        let path = environment
            .path
            .clone()
            .unwrap_or_else(|| Utf8Path::new("clusters").join(name));
        match found.iter_mut().find(|known| known.path == path) {
            Some(known) => known.name = name.into(),
            None => found.push(Environment {
                name: name.into(),
                path,
                entry: Entry::Settings,
            }),
        }
    }
    if let Some(clusters) = root
        .top(db)
        .and_then(|top| top.directories(db).find(|d| d.path(db) == "clusters"))
    {
        for directory in clusters.directories(db) {
            if !holds_source(db, directory)
                || found.iter().any(|e| e.path.starts_with(directory.path(db)))
            {
                continue;
            }
            let name = directory.path(db).file_name().unwrap_or_default().into();
            let path = directory.path(db).clone();
            found.push(Environment {
                name,
                path,
                entry: Entry::Directory,
            });
        }
    }
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Arc::new(found)
}

/// The environments that may apply something of a root, each with the root that describes it: its own ones, in the
/// order of [`environments`], and those of repositories that may take bundles from it.
#[salsa::tracked(returns(clone))]
pub fn environments_around(db: &dyn Db, root: Root) -> Arc<Vec<(Root, Environment)>> {
    let mut roots = vec![root];
    for other in root.mapped_by(db).iter().chain(root.siblings(db)) {
        if !roots.contains(other) {
            roots.push(*other);
        }
    }
    let around = roots.into_iter().flat_map(|root| {
        let environments = environments(db, root);
        let environments = environments.iter().cloned();
        environments
            .map(|environment| (root, environment))
            .collect::<Vec<_>>()
    });
    Arc::new(around.collect())
}

/// Names environments whose folders are called alike by the innermost folder that only one of them has:
/// `kubernetes/main/flux` and `kubernetes/utility/flux` are `main` and `utility`.
fn tell_apart(found: &mut [Environment]) {
    let known: Vec<_> = found
        .iter()
        .map(|environment| (environment.name.clone(), environment.path.clone()))
        .collect();
    for (at, environment) in found.iter_mut().enumerate() {
        let alike: Vec<_> = (0..)
            .zip(&known)
            .filter(|(other, (name, _))| *other != at && *name == environment.name)
            .map(|(_, (_, path))| path)
            .collect();
        let mut folders = environment.path.components().rev().zip(1..);
        let own = folders.find(|(folder, depth)| {
            !alike
                .iter()
                .any(|path| path.components().nth_back(depth - 1) == Some(*folder))
        });
        if let Some((folder, _)) = own {
            environment.name = folder.as_str().into();
        }
    }
}

fn holds_source(db: &dyn Db, directory: Directory) -> bool {
    directory.files(db).next().is_some()
        || directory
            .directories(db)
            .any(|below| below.files(db).next().is_some())
}

/// An entry point that is an object, with its file.
type EntryObject = (SourceFile, Environment);

/// Entry points that are objects.
#[salsa::tracked(returns(clone))]
fn entry_objects(db: &dyn Db, root: Root) -> Arc<Vec<Environment>> {
    let (disk, open) = (disk_entry_objects(db, root), open_entry_objects(db, root));
    let layered = Layered::new(db, root, disk, open);
    let mut found: Vec<Environment> = Vec::new();
    for (_, environment) in layered.iter(|layer| layer.iter(), |(file, _)| *file) {
        if !found.iter().any(|known| known.path == environment.path) {
            found.push(environment.clone());
        }
    }
    Arc::new(found)
}

#[salsa::tracked(returns(clone))]
fn disk_entry_objects(db: &dyn Db, root: Root) -> Arc<Vec<EntryObject>> {
    let mut found = Vec::new();
    for (file, number) in disk_flux_kustomizations(db, root).iter().copied() {
        let environment = self_applied(db, file, number, &disk_facts(db, file));
        found.extend(environment.map(|environment| (file, environment)));
    }
    for kind in [FLUX_INSTANCE, HELM_RELEASE] {
        for (_, definition) in disk_definitions_of_kind(db, root, kind.into()).iter() {
            let facts = disk_facts(db, definition.file);
            let environment = synced(db, definition, &facts, || disk_tree(db, definition.file));
            found.extend(environment.map(|environment| (definition.file, environment)));
        }
    }
    Arc::new(found)
}

#[salsa::tracked(returns(clone))]
fn open_entry_objects(db: &dyn Db, root: Root) -> Arc<Vec<EntryObject>> {
    let mut found = Vec::new();
    for (file, number) in open_flux_kustomizations(db, root).iter().copied() {
        let environment = self_applied(db, file, number, &facts(db, file));
        found.extend(environment.map(|environment| (file, environment)));
    }
    for kind in [FLUX_INSTANCE, HELM_RELEASE] {
        for (_, definition) in open_definitions_of_kind(db, root, kind.into()).iter() {
            let facts = facts(db, definition.file);
            let environment = synced(db, definition, &facts, || tree(db, definition.file));
            found.extend(environment.map(|environment| (definition.file, environment)));
        }
    }
    Arc::new(found)
}

/// A Flux Kustomization that applies the directory in which it stands is an entry point.
fn self_applied(
    db: &dyn Db,
    file: SourceFile,
    number: u32,
    facts: &FileFacts,
) -> Option<Environment> {
    let object = facts.objects.get(number as usize)?;
    // Without a source it is the patch of one: the API server takes none so.
    if object.missing.contains(&"sourceRef") {
        return None;
    }
    let path = path_around(file.directory(db).path(db), object)?;
    let source = object
        .references
        .iter()
        .find(|reference| reference.row.path == ["spec", "sourceRef"]);
    let source = source.and_then(|source| match &source.kind {
        KindName::Known(kind) => Some((kind.kind.clone(), source.name.value.clone())),
        _ => None,
    });
    let name = path.file_name().unwrap_or_default().into();
    Some(Environment {
        name,
        path,
        entry: Entry::Object {
            file,
            object: number,
            source,
        },
    })
}

/// A FluxInstance, or the Helm release of one, whose sync path exists is an entry point.
fn synced(
    db: &dyn Db,
    definition: &Definition,
    facts: &FileFacts,
    tree: impl FnOnce() -> Arc<Tree>,
) -> Option<Environment> {
    let DefinedBy::Object(number) = definition.by else {
        return None;
    };
    let file = definition.file;
    let object = facts.objects.get(number as usize)?;
    let (source, path) = sync_path(object, tree)?;
    let top = file.root(db).top(db)?;
    let found = crate::find(db, top, path.as_str());
    if !matches!(found, crate::Found::Directory(_)) {
        return None;
    }
    let name = path.file_name().unwrap_or_default().into();
    let source = Some((source.kind.kind.clone(), source.name.value.clone()));
    Some(Environment {
        name,
        path,
        entry: Entry::Object {
            file,
            object: number,
            source,
        },
    })
}

/// The directories that a file in the directory `here` makes entry points, from the root, if they exist:
/// what [`environments`] would find in a file that is not there yet.
pub fn entry_paths(here: &Utf8Path, text: &str) -> Vec<Utf8PathBuf> {
    let tree = Arc::new(Tree::parse(text));
    let facts = FileFacts::read(&tree, false);
    let objects = facts.objects.iter().filter(|object| !object.in_patch);
    let paths = objects.filter_map(|object| {
        if object.kind == *KUSTOMIZATION {
            path_around(here, object)
        } else {
            sync_path(object, || tree.clone()).map(|(_, path)| path)
        }
    });
    paths.collect()
}

/// The directory that a Flux Kustomization applies, where it stands in that itself.
fn path_around(here: &Utf8Path, object: &ObjectFacts) -> Option<Utf8PathBuf> {
    let path = normal(&object.paths.first()?.path.value)?;
    (here.starts_with(&path) && !path.as_str().is_empty()).then_some(path)
}

/// The sync path of a FluxInstance, or of the Helm release of one, and the source that it makes.
fn sync_path(
    object: &ObjectFacts,
    tree: impl FnOnce() -> Arc<Tree>,
) -> Option<(&infragen_flux::Definition, Utf8PathBuf)> {
    let [source, kustomization] = object.makes.as_slice() else {
        return None;
    };
    if kustomization.kind != *KUSTOMIZATION {
        return None;
    }
    let tree = tree();
    let root = tree.document(object.document)?.root()?;
    let sync = root
        .at(&["spec", "sync"])
        .or_else(|| root.at(&["spec", "values", "instance", "sync"]))?;
    let path = normal(sync.get("path")?.as_str()?)?;
    (!path.as_str().is_empty()).then_some((source, path))
}

/// A path from the root without `./`, `..` and a slash at the end; none where it is a template.
fn normal(path: &str) -> Option<Utf8PathBuf> {
    if infragen_flux::is_templated(path) {
        return None;
    }
    let parts = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."));
    Some(parts.collect())
}

/// Kind and name of every source that is this repository: those that entry points take their manifests
/// from.
pub fn own_sources(db: &dyn Db, root: Root) -> Vec<(SmolStr, SmolStr)> {
    let mut sources: Vec<_> = entry_objects(db, root)
        .iter()
        .filter_map(|environment| match &environment.entry {
            Entry::Object { source, .. } => source.clone(),
            _ => None,
        })
        .collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

/// The environment that a path belongs to by its folders: `clusters/production/…`, `apps/production/…`,
/// `apps/web/overlays/production/…`. None for what environments share.
pub fn environment_of(db: &dyn Db, root: Root, path: &Utf8Path) -> Option<SmolStr> {
    let environments = environments(db, root);
    if environments.len() < 2 {
        return None;
    }
    if let Some(environment) = environments
        .iter()
        .find(|environment| path.starts_with(&environment.path))
    {
        return Some(environment.name.clone());
    }
    let folders = path.parent()?;
    folders
        .components()
        .find_map(|part| {
            environments
                .iter()
                .find(|environment| environment.name == part.as_str())
        })
        .map(|environment| environment.name.clone())
}

/// The environment that the files of a directory belong to: [`environment_of`], remembered.
#[salsa::tracked(returns(clone))]
pub fn environment_of_directory(db: &dyn Db, directory: Directory) -> Option<SmolStr> {
    let inside = directory.path(db).join("kustomization.yaml");
    environment_of(db, directory.root(db), &inside)
}
