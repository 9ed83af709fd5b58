//! Where the objects of an environment are found: by name, and by the file that they come from.

use std::sync::Arc;

use infragen_flux::{FileFacts, GroupKind, PRODUCTIONS};
use infragen_kustomize::{Path, Resource};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::applied_objects::objects;
use super::build::applied;
use super::inputs::Layer;
use super::on_disk::{as_on_disk, on_disk};
use super::outset::{Outset, outset};
use super::walk::{Cluster, cluster};
use crate::db::Db;
use crate::environment::{Environment, environments_around};
use crate::files::{Root, SourceFile};
use crate::index::{DefinedBy, Definition};
use crate::paths::{Found, find};
use crate::query::{disk_facts, facts};
use crate::versions::pulls_of;

/// An object of a cluster: the number of its application, and its own among the objects of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    /// Number of the application.
    pub application: u32,
    /// Number of the object.
    pub number: u32,
}

/// An object that something of the environment names: one that is applied, or that an applied one brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub namespace: SmolStr,
    pub id: ObjectId,
    /// The name of what it brings about, where that is meant.
    pub made: bool,
}

/// Objects of an environment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Objects {
    by_name: FxHashMap<(GroupKind, SmolStr), Vec<Placed>>,
    by_file: FxHashMap<(Root, Path), Vec<ObjectId>>,
}

/// The objects of an environment, in two layers: those of the applications that build with an open file lie over what
/// is on disk.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ClusterIndex {
    disk: Arc<Objects>,
    /// The numbers of the applications of which `disk` does not count, in order.
    shown_of: Vec<u32>,
    shown: Objects,
}

impl ClusterIndex {
    /// The objects of a kind and name, with their namespaces, in order.
    fn named(&self, kind: &GroupKind, name: &str) -> Vec<Placed> {
        self.chosen(kind, name, |_| true)
    }

    /// Those of them that are chosen.
    pub(crate) fn chosen(
        &self,
        kind: &GroupKind,
        name: &str,
        is_chosen: impl Fn(&Placed) -> bool,
    ) -> Vec<Placed> {
        let key = (kind.clone(), SmolStr::new(name));
        self.layered(
            |objects| objects.by_name.get(&key),
            |placed| placed.id,
            is_chosen,
        )
    }

    /// The objects that come from a file of a root, in order.
    pub(crate) fn of_file(&self, root: Root, path: &Path) -> Vec<ObjectId> {
        let key = (root, path.clone());
        self.layered(|objects| objects.by_file.get(&key), |id| *id, |_| true)
    }

    fn layered<'a, T: Clone + 'a>(
        &'a self,
        part: impl Fn(&'a Objects) -> Option<&'a Vec<T>>,
        id: impl Fn(&T) -> ObjectId,
        is_chosen: impl Fn(&T) -> bool,
    ) -> Vec<T> {
        let disk = part(&self.disk).into_iter().flatten();
        let closed = |item: &&T| self.shown_of.binary_search(&id(item).application).is_err();
        let disk = disk.filter(|item| is_chosen(item)).filter(closed);
        let shown = part(&self.shown).into_iter().flatten();
        let shown = shown.filter(|item| is_chosen(item));
        let mut found: Vec<_> = disk.chain(shown).cloned().collect();
        found.sort_by_key(id);
        found
    }

    /// The objects of a kind with their names, in no order.
    pub(crate) fn of_kind(&self, kind: &GroupKind) -> Vec<(&SmolStr, &Placed)> {
        let closed = |placed: &Placed| {
            let application = placed.id.application;
            self.shown_of.binary_search(&application).is_err()
        };
        let disk = self.disk.of_kind(kind).filter(|(_, placed)| closed(placed));
        disk.chain(self.shown.of_kind(kind)).collect()
    }
}

/// Finds out what an environment applies as it is on disk, where its objects are found, and what they take from
/// registries: all that is asked of every one, while its builds are at hand.
pub(crate) fn prepare(db: &dyn Db, root: Root, environment: Environment) {
    let outset = outset(db, root, environment.clone());
    disk_objects(db, root, environment.clone(), outset.clone());
    let Some(disk) = on_disk(db, root, environment, outset) else {
        return;
    };
    for application in &disk.cluster.applications {
        if let Some(inputs) = disk.cluster.disk_inputs(db, application) {
            pulls_of(db, inputs);
        }
    }
}

/// The index of an environment: equal after an edit that changes no name.
#[salsa::tracked(returns(clone))]
pub(crate) fn cluster_index(
    db: &dyn Db,
    root: Root,
    environment: Environment,
) -> Arc<ClusterIndex> {
    let mut index = ClusterIndex::default();
    match as_on_disk(db, root, environment.clone()) {
        Some(disk) => {
            let outset = outset(db, root, environment.clone());
            index.disk = disk_objects(db, root, environment, outset);
            index.shown_of = disk.shown(db);
            for number in &index.shown_of {
                index.shown.add(db, &disk.cluster, *number, Layer::Shown);
            }
        }
        None => {
            let cluster = cluster(db, root, environment);
            for number in numbers(&cluster) {
                index.shown.add(db, &cluster, number, Layer::Shown);
            }
        }
    }
    Arc::new(index)
}

/// The objects of an environment as it is on disk.
#[salsa::tracked(returns(clone), lru = 128)]
fn disk_objects(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    outset: Arc<Outset>,
) -> Arc<Objects> {
    let mut objects = Objects::default();
    if let Some(disk) = on_disk(db, root, environment, outset) {
        for number in numbers(&disk.cluster) {
            objects.add(db, &disk.cluster, number, Layer::Disk);
        }
    }
    Arc::new(objects)
}

/// The numbers of the applications of a cluster.
fn numbers(cluster: &Cluster) -> impl Iterator<Item = u32> {
    (0..).zip(&cluster.applications).map(|(number, _)| number)
}

impl Objects {
    fn of_kind(&self, kind: &GroupKind) -> impl Iterator<Item = (&SmolStr, &Placed)> {
        let named = self.by_name.iter().filter(move |((of, _), _)| of == kind);
        named.flat_map(|((_, name), objects)| objects.iter().map(move |placed| (name, placed)))
    }

    fn add(&mut self, db: &dyn Db, cluster: &Cluster, application: u32, layer: Layer) {
        let Some(at) = cluster.applications.get(application as usize) else {
            return;
        };
        let inner = at.root(db).unwrap_or(cluster.root);
        let Some(inputs) = cluster.layered_inputs(db, at, layer) else {
            return;
        };
        let objects = objects(db, inputs);
        for (number, object) in (0..).zip(objects.iter()) {
            let id = ObjectId {
                application,
                number,
            };
            let key = (object.kind.clone(), object.name.clone());
            self.by_name.entry(key).or_default().push(Placed {
                namespace: object.namespace.clone(),
                id,
                made: false,
            });
            self.by_file
                .entry((inner, object.file.clone()))
                .or_default()
                .push(id);
            if PRODUCTIONS.iter().any(|row| object.kind == *row.from) {
                self.add_made(db, cluster, id, &object.namespace, layer);
            }
        }
    }

    /// Adds what an object brings about, by what its manifest says.
    fn add_made(
        &mut self,
        db: &dyn Db,
        cluster: &Cluster,
        id: ObjectId,
        namespace: &SmolStr,
        layer: Layer,
    ) {
        let Some((_, facts, DefinedBy::Object(number))) = manifest_in(db, cluster, id, layer)
        else {
            return;
        };
        let makes = facts
            .objects
            .get(number as usize)
            .map(|object| &object.makes);
        for made in makes.into_iter().flatten() {
            let key = (made.kind.clone(), made.name.value.clone());
            self.by_name.entry(key).or_default().push(Placed {
                namespace: made.namespace.clone().unwrap_or_else(|| namespace.clone()),
                id,
                made: true,
            });
        }
    }
}

/// The objects of a kind and name that an environment applies, with their namespaces, in order. A query of its own:
/// whoever asks for a name need not be asked again when an open file changes others.
#[salsa::tracked(returns(clone))]
pub(crate) fn objects_named(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    kind: GroupKind,
    name: SmolStr,
) -> Arc<[Placed]> {
    let index = cluster_index(db, root, environment);
    index.named(&kind, &name).into()
}

/// An object that a cluster applies under a name.
pub(crate) fn named_in(
    db: &dyn Db,
    cluster: &Cluster,
    kind: &GroupKind,
    namespace: &str,
    name: &str,
) -> Option<ObjectId> {
    let environment = cluster.environment.clone();
    let named = objects_named(db, cluster.root, environment, kind.clone(), name.into());
    let placed = named
        .iter()
        .find(|placed| !placed.made && placed.namespace == namespace)?;
    Some(placed.id)
}

/// An object of a cluster as Flux applies it.
pub(crate) fn resource(db: &dyn Db, cluster: &Cluster, id: ObjectId) -> Option<Resource> {
    let application = cluster.applications.get(id.application as usize)?;
    let built = cluster.built(db, application)?;
    built.resources.get(id.number as usize).cloned()
}

/// The part of a file's facts that an object of a cluster comes from.
fn manifest(
    db: &dyn Db,
    cluster: &Cluster,
    id: ObjectId,
) -> Option<(SourceFile, Arc<FileFacts>, DefinedBy)> {
    manifest_in(db, cluster, id, Layer::Shown)
}

fn manifest_in(
    db: &dyn Db,
    cluster: &Cluster,
    id: ObjectId,
    layer: Layer,
) -> Option<(SourceFile, Arc<FileFacts>, DefinedBy)> {
    let application = cluster.applications.get(id.application as usize)?;
    let built = applied(db, cluster.layered_inputs(db, application, layer)?);
    let resource = built.resources.get(id.number as usize)?;
    let inner = application.root(db)?;
    let Found::File(file) = find(db, inner.top(db)?, resource.place.file.as_str()) else {
        return None;
    };
    let facts = match layer {
        Layer::Disk => disk_facts(db, file),
        Layer::Shown => facts(db, file),
    };
    let by = part_of(&facts, resource)?;
    Some((file, facts, by))
}

/// The part of a file's facts that an object comes from.
fn part_of(facts: &FileFacts, resource: &Resource) -> Option<DefinedBy> {
    let start = resource.place.range.start();
    if let Some(kustomization) = &facts.kustomization {
        let generators = (0..).zip(&kustomization.generators);
        let at = generators
            .filter(|(_, generator)| resource.place.range.contains_range(generator.name.range))
            .map(|(number, _)| DefinedBy::Generator(number))
            .next();
        if at.is_some() {
            return at;
        }
    }
    // The innermost: an item of a list stands in the object that is the list.
    let objects = (0..).zip(&facts.objects);
    objects
        .filter(|(_, object)| !object.in_patch && object.range.contains_inclusive(start))
        .min_by_key(|(_, object)| object.range.len())
        .map(|(number, _)| DefinedBy::Object(number))
}

impl Definition {
    /// What a part of a file's facts defines.
    pub(crate) fn in_facts(
        file: SourceFile,
        facts: &FileFacts,
        by: DefinedBy,
    ) -> Option<Definition> {
        let namespace = match by {
            DefinedBy::Object(number) => {
                let object = facts.objects.get(number as usize)?;
                object
                    .namespace
                    .as_ref()
                    .map(|namespace| namespace.value.clone())
            }
            DefinedBy::Made(number, at) => {
                let object = facts.objects.get(number as usize)?;
                object.makes.get(at as usize)?.namespace.clone()
            }
            DefinedBy::Generator(number) => {
                let kustomization = facts.kustomization.as_ref()?;
                let generator = kustomization.generators.get(number as usize)?;
                generator.namespace.as_deref().map(SmolStr::new)
            }
        };
        Some(Definition {
            file,
            by,
            namespace,
        })
    }
}

/// What defines an object of an environment, or what it brings about.
pub(crate) fn definition(
    db: &dyn Db,
    cluster: &Cluster,
    placed: &Placed,
    kind: &GroupKind,
    name: &str,
) -> Option<Definition> {
    let (file, facts, by) = manifest(db, cluster, placed.id)?;
    let by = match by {
        DefinedBy::Object(number) if placed.made => {
            let makes = &facts.objects.get(number as usize)?.makes;
            let made = (0..)
                .zip(makes)
                .find(|(_, made)| made.kind == *kind && made.name.value == name)?;
            DefinedBy::Made(number, made.0)
        }
        by => by,
    };
    Definition::in_facts(file, &facts, by)
}

/// An object of an environment that comes from a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AppliedFrom {
    /// Number of the environment among those around the root.
    pub environment: usize,
    /// The object.
    pub id: ObjectId,
    /// The part of the file's facts that it comes from.
    pub by: DefinedBy,
    /// The namespace that it has there; empty where its kind has none.
    pub namespace: SmolStr,
    /// The name that it has there.
    pub name: SmolStr,
}

/// What environments apply of a file, in order of environment: one for each object and each time that it is
/// applied.
#[salsa::tracked(returns(clone))]
pub fn applied_from(db: &dyn Db, file: SourceFile) -> Arc<Vec<AppliedFrom>> {
    let root = file.root(db);
    let path = Path::from(file.path(db).as_path());
    let mut found = Vec::new();
    for (number, (around, environment)) in environments_around(db, root).iter().enumerate() {
        let index = cluster_index(db, *around, environment.clone());
        let ids = index.of_file(root, &path);
        if ids.is_empty() {
            continue;
        }
        let cluster = cluster(db, *around, environment.clone());
        let facts = facts(db, file);
        // Those of one application stand together.
        for of_application in ids.chunk_by(|a, b| a.application == b.application) {
            let application = of_application.first().map(|id| id.application as usize);
            let application = application.and_then(|at| cluster.applications.get(at));
            let built = application.and_then(|at| Some((at, cluster.built(db, at)?)));
            let Some((application, built)) = built else {
                continue;
            };
            let objects = cluster.objects(db, application);
            for id in of_application {
                let at = id.number as usize;
                let by = built
                    .resources
                    .get(at)
                    .and_then(|resource| part_of(&facts, resource));
                let (Some(object), Some(by)) = (objects.get(at), by) else {
                    continue;
                };
                found.push(AppliedFrom {
                    environment: number,
                    id: *id,
                    by,
                    namespace: object.namespace.clone(),
                    name: object.name.clone(),
                });
            }
        }
    }
    Arc::new(found)
}
