//! What a reference that is being written could name, the likeliest first: the other direction of
//! [`crate::resolve`], by the same measures.

use infragen_flux::{GroupKind, Role, is_templated};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::db::Db;
use crate::environment::environment_of;
use crate::files::{Root, SourceFile};
use crate::imports::is_patch_file;
use crate::index::{Definition, View};
use crate::query::facts;
use crate::resolve::{NamespaceSet, distance, namespaces_of, possible_namespaces};

/// In which namespace a name that is being written will be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookedUp<'a> {
    /// In this one, which is written beside the name.
    In(&'a str),
    /// In that of the object which refers; here is what it says about itself.
    WithObject(Option<&'a str>),
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
    /// 0 in the same environment, 1 in what environments share, 2 in another one.
    pub distance: u8,
}

/// The objects of a kind that a reference in a file could name: each name once for each namespace that it
/// certainly is in. At most `limit` names, the nearest ones; where there are more, only those that `typed`
/// accepts are counted.
pub fn candidates(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    looked_up: LookedUp<'_>,
    limit: usize,
    typed: &dyn Fn(&str) -> bool,
) -> Vec<Candidate> {
    let view = View::new(db, file.root(db));
    let mut names = view.names_of_kind(kind);
    if names.len() > limit {
        names.retain(|name| typed(name));
    }
    let mut found = nearest(db, file, kind, names, &view);
    found.truncate(limit);
    let wanted = wanted(db, file, looked_up);
    let mut candidates = Vec::with_capacity(found.len());
    for Named { name, definitions } in found {
        let first = candidates.len();
        for (distance, definition) in definitions {
            if is_patch_file(db, definition.file) {
                continue;
            }
            let candidate = candidate(db, &wanted, &name, distance, definition);
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

/// A name with the objects that bear it, and how far each is.
struct Named {
    name: SmolStr,
    definitions: Vec<(u8, Definition)>,
}

/// The objects of each name, the nearest first; so are the names.
fn nearest(
    db: &dyn Db,
    file: SourceFile,
    kind: &GroupKind,
    names: Vec<SmolStr>,
    view: &View,
) -> Vec<Named> {
    let near = Nearness::of(db, file);
    let with_distance = |definition: Definition| (near.distance(definition.file), definition);
    let mut found: Vec<Named> = names
        .into_iter()
        .map(|name| {
            let objects = view.definitions(kind, &name).into_iter();
            let mut definitions: Vec<_> = objects.map(with_distance).collect();
            definitions.sort_by_key(|(distance, object)| (*distance, object.file, object.by));
            Named { name, definitions }
        })
        .collect();
    found.sort_by_key(|named| named.definitions.first().map(|(distance, _)| *distance));
    found
}

fn candidate(
    db: &dyn Db,
    wanted: &NamespaceSet,
    name: &SmolStr,
    distance: u8,
    definition: Definition,
) -> Candidate {
    let namespaces = namespaces_of(db, &definition);
    let fit = if wanted.surely_meets(&namespaces) {
        Fit::Here
    } else if wanted.meets(&namespaces) {
        Fit::Perhaps
    } else {
        Fit::Elsewhere
    };
    Candidate {
        name: name.clone(),
        namespace: namespaces.certain().cloned(),
        definition,
        fit,
        distance,
    }
}

fn wanted(db: &dyn Db, file: SourceFile, looked_up: LookedUp<'_>) -> NamespaceSet {
    match looked_up {
        LookedUp::In(namespace) if is_templated(namespace) => NamespaceSet::unknown(),
        LookedUp::In(namespace) => NamespaceSet::one(namespace.into()),
        LookedUp::WithObject(own) => possible_namespaces(db, file, own.map(SmolStr::new).as_ref()),
        LookedUp::Unknown => NamespaceSet::unknown(),
    }
}

struct Nearness<'db> {
    db: &'db dyn Db,
    root: Root,
    environment: Option<SmolStr>,
}

impl<'db> Nearness<'db> {
    fn of(db: &'db dyn Db, file: SourceFile) -> Self {
        let root = file.root(db);
        Nearness {
            db,
            root,
            environment: environment_of(db, root, &file.path(db)),
        }
    }

    fn distance(&self, file: SourceFile) -> u8 {
        let Some(here) = &self.environment else {
            return distance(None, None);
        };
        let there = environment_of(self.db, self.root, &file.path(self.db));
        distance(Some(here), there.as_deref())
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
    let near = Nearness::of(db, file);
    let mut found = FxHashSet::default();
    let mut rest = vec![SmolStr::new(name)];
    while let Some(name) = rest.pop() {
        for site in view.references(kind, &name) {
            let facts = facts(db, site.file);
            let Some((Some(object), reference)) = site.in_facts(&facts) else {
                continue;
            };
            let waits = reference.row.role == Role::DependsOn && object.kind == *kind;
            if !waits || object.in_patch || near.distance(site.file) > 1 {
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
