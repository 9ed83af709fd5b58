//! What a reference that is being written could name, the likeliest first: the other direction of
//! [`crate::resolve`], by the same measures.

mod applied;

use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_flux::{GroupKind, Role, is_templated};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::db::Db;
use crate::environment::{environment_of, environment_of_directory};
use crate::files::{Root, SourceFile};
use crate::imports::PatchFiles;
use crate::index::{
    Definition, Layered, Named, View, disk_definitions_of_kind, open_definitions_of_kind,
};
use crate::query::facts;
use crate::resolve::{NamespaceSet, distance, namespaces_of, possible_namespaces};

/// In which namespace a name that is being written will be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookedUp<'a> {
    /// In this one, which is written beside the name.
    In(&'a str),
    /// In that of the object which refers.
    WithObject {
        /// The namespace that it says it is in.
        namespace: Option<&'a str>,
        /// Its number in the facts of the file, where it can be read as far as that.
        object: Option<u32>,
    },
    /// That is known only to a build: the reference stands in a patch.
    Unknown,
}

/// How an object's namespace fits the one that is looked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fit {
    /// It is in that namespace.
    Here,
    /// One of the two is not known.
    Perhaps,
    /// It is certainly in another one.
    Elsewhere,
}

/// An object that a reference could name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: SmolStr,
    /// The likeliest object of this name and namespace.
    pub definition: Definition,
    /// The namespace that it certainly is in.
    pub namespace: Option<SmolStr>,
    /// How that fits.
    pub fit: Fit,
    /// 0 in the same environment, 1 in what environments share, 2 in another one. Where environments told: 0 in all
    /// that build with the file, 1 in some; one more than by folders for what none applies.
    pub distance: u8,
    /// The environment whose folders it stands in.
    pub environment: Option<SmolStr>,
    /// Which of the environments that build with the file have it; none where no environment told.
    pub applied: Option<AppliedIn>,
}

/// The environments that have an object of those which build with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedIn {
    /// Their names, in order.
    pub environments: Vec<SmolStr>,
    /// Whether those are all that build with the file.
    pub all: bool,
}

/// The objects of a kind that a reference in a file could name: each name once for each namespace that it
/// certainly is in. At most `limit` names, the nearest ones; where there are more, only those that `typed`
/// accepts are counted.
///
/// They are those that the environments really have which build with the file; where it is in none of them, or they
/// have nothing of that kind, those of the repository.
pub fn candidates(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    looked_up: LookedUp<'_>,
    limit: usize,
    typed: &dyn Fn(&str) -> bool,
) -> Vec<Candidate> {
    let mut found = applied::candidates(db, file, kind, looked_up, limit, typed);
    let mut likely = likely(db, file, kind, looked_up, limit, typed);
    if found.is_empty() {
        return likely;
    }
    // What no environment applies may be applied by hand, or soon; a file that is being typed is often broken, and
    // then nothing of it is applied.
    let known: FxHashSet<_> = found.iter().map(|known| known.name.clone()).collect();
    likely.retain(|other| !known.contains(&other.name));
    likely.retain(|other| !applied::is_only_elsewhere(db, file, &other.definition));
    for other in &mut likely {
        other.distance += 1;
    }
    found.append(&mut likely);
    found
}

/// The namespaces that an object of this kind and name has in the environments that build with a file, in order.
pub fn namespaces_in_environments(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    name: &str,
) -> Vec<SmolStr> {
    applied::namespaces(db, file, kind, name)
}

/// [`candidates`] by folders and possible namespaces.
fn likely(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    looked_up: LookedUp<'_>,
    limit: usize,
    typed: &dyn Fn(&str) -> bool,
) -> Vec<Candidate> {
    let placed = placed(db, file.root(db), kind.clone());
    let here = environment_of_directory(db, file.directory(db));
    let mut names: Vec<&[Placed]> = placed.chunk_by(|a, b| a.name == b.name).collect();
    if names.len() > limit {
        names.retain(|named| named.iter().take(1).all(|placed| typed(&placed.name)));
    }
    let mut found: Vec<(u8, &[Placed])> = names
        .into_iter()
        .map(|named| {
            let distances = named.iter().map(|placed| placed.distance(here.as_deref()));
            (distances.min().unwrap_or_default(), named)
        })
        .collect();
    found.sort_by_key(|(nearest, _)| *nearest);
    found.truncate(limit);
    let wanted = wanted(db, file, looked_up);
    let mut candidates = Vec::with_capacity(found.len());
    for (nearest, named) in found {
        let first = candidates.len();
        // What is in another environment counts only if there is no other.
        let reachable = |placed: &&Placed| placed.distance(here.as_deref()) <= nearest.max(1);
        let mut reachable: Vec<_> = named.iter().filter(reachable).collect();
        reachable.sort_by_key(|placed| placed.distance(here.as_deref()));
        for placed in reachable {
            let candidate = candidate(db, &wanted, placed, here.as_deref());
            let known = candidates[first..].iter().any(|known: &Candidate| {
                candidate.namespace.is_none() || known.namespace == candidate.namespace
            });
            if !known {
                candidates.push(candidate);
            }
        }
    }
    candidates
}

/// An object with the environment that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    name: SmolStr,
    definition: Definition,
    environment: Option<SmolStr>,
}

impl Placed {
    fn distance(&self, here: Option<&str>) -> u8 {
        distance(here, self.environment.as_deref())
    }
}

/// The objects of a kind, in order of name; what stands in patch files is none.
#[salsa::tracked(returns(clone))]
fn placed(db: &dyn Db, root: Root, kind: GroupKind) -> Arc<Vec<Placed>> {
    let disk = disk_in_folders(db, root, kind.clone());
    let open = open_in_folders(db, root, kind);
    let layered = Layered::new(db, root, disk, open);
    let patches = PatchFiles::new(db, root);
    let mut placed: Vec<_> = layered
        .iter(|layer| layer.iter(), |(_, object, _)| object.file)
        .filter(|(_, object, _)| !patches.contains(object.file))
        .map(|(name, definition, folder)| Placed {
            name: name.clone(),
            environment: environment_of(db, root, &folder.join("kustomization.yaml")),
            definition: definition.clone(),
        })
        .collect();
    placed.sort_by(|a, b| a.name.cmp(&b.name));
    Arc::new(placed)
}

/// An object with the folder of its file.
type InFolder = (SmolStr, Definition, Utf8PathBuf);

/// Objects on disk with their folders: [`placed`] is looked at again after every key, and would otherwise have
/// to look at the path of each.
#[salsa::tracked(returns(clone))]
fn disk_in_folders(db: &dyn Db, root: Root, kind: GroupKind) -> Arc<Vec<InFolder>> {
    Arc::new(in_folders(db, &disk_definitions_of_kind(db, root, kind)))
}

#[salsa::tracked(returns(clone))]
fn open_in_folders(db: &dyn Db, root: Root, kind: GroupKind) -> Arc<Vec<InFolder>> {
    Arc::new(in_folders(db, &open_definitions_of_kind(db, root, kind)))
}

fn in_folders(db: &dyn Db, named: &[Named]) -> Vec<InFolder> {
    let in_folder = |(name, definition): &Named| {
        let folder = definition.file.directory(db).path(db);
        (name.clone(), definition.clone(), folder.clone())
    };
    named.iter().map(in_folder).collect()
}

fn candidate(db: &dyn Db, wanted: &NamespaceSet, placed: &Placed, here: Option<&str>) -> Candidate {
    let namespaces = namespaces_of(db, &placed.definition);
    let fit = if wanted.surely_meets(&namespaces) {
        Fit::Here
    } else if wanted.meets(&namespaces) {
        Fit::Perhaps
    } else {
        Fit::Elsewhere
    };
    Candidate {
        name: placed.name.clone(),
        namespace: namespaces.certain().cloned(),
        definition: placed.definition.clone(),
        fit,
        distance: placed.distance(here),
        environment: placed.environment.clone(),
        applied: None,
    }
}

fn wanted(db: &dyn Db, file: SourceFile, looked_up: LookedUp<'_>) -> NamespaceSet {
    match looked_up {
        LookedUp::In(namespace) if is_templated(namespace) => NamespaceSet::unknown(),
        LookedUp::In(namespace) => NamespaceSet::one(namespace.into()),
        LookedUp::WithObject { namespace, .. } => {
            possible_namespaces(db, file, namespace.map(SmolStr::new).as_ref())
        }
        LookedUp::Unknown => NamespaceSet::unknown(),
    }
}

/// How many waiting objects [`dependents`] follows: it runs while somebody types.
const MAX_DEPENDENTS: usize = 1000;

/// The names of all objects that wait for one of this kind and name, directly or not, as far as names and
/// environments tell: what it cannot wait for itself without a loop.
pub fn dependents(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    name: &str,
) -> FxHashSet<SmolStr> {
    let view = View::new(db, file.root(db));
    let here = environment_of_directory(db, file.directory(db));
    let mut found = FxHashSet::default();
    let mut rest = vec![SmolStr::new(name)];
    while let Some(name) = rest.pop() {
        for site in view.references(kind, &name) {
            let facts = facts(db, site.file);
            let Some((Some(object), reference)) = site.in_facts(&facts) else {
                continue;
            };
            let waits = reference.row.role == Role::DependsOn && object.kind == *kind;
            let there = environment_of_directory(db, site.file.directory(db));
            if !waits || object.in_patch || distance(here.as_deref(), there.as_deref()) > 1 {
                continue;
            }
            if let Some(waiting) = &object.name
                && found.len() < MAX_DEPENDENTS
                && found.insert(waiting.value.clone())
            {
                rest.push(waiting.value.clone());
            }
        }
    }
    found
}

/// All kinds of objects that are in a root, in order.
pub fn kinds(db: &dyn Db, root: Root) -> Vec<GroupKind> {
    View::new(db, root).kinds()
}

/// The names of a kind that references of a root give, in order, each with the number of references. Some
/// exist only in the cluster.
pub fn referred_names(db: &dyn Db, root: Root, kind: &GroupKind) -> Vec<(SmolStr, usize)> {
    View::new(db, root).referred_names(kind)
}

/// How many references of a root name an object of this kind and name, as far as the name tells.
pub fn referrers(db: &dyn Db, root: Root, kind: &GroupKind, name: &str) -> usize {
    View::new(db, root).references(kind, name).len()
}
