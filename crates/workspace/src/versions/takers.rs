//! What takes versions by the address of another object: charts by their `HelmRepository`, images by their
//! `ImageRepository`.

use std::sync::Arc;

use infragen_flux::{Address, GroupKind};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::placed::{PlacedVersion, version_of, versions_in_application};
use crate::clusters::{ObjectId, applied_from, cluster, nth_cluster};
use crate::db::Db;
use crate::environment::Environment;
use crate::files::{Root, SourceFile};
use crate::index::DefinedBy;
use crate::query::facts;

/// What other objects take by the address of an object of a file, in each environment that applies it: charts by their
/// `HelmRepository`, images by their `ImageRepository`.
pub fn versions_from(db: &dyn Db, file: SourceFile, number: u32) -> Vec<PlacedVersion> {
    let (root, facts) = (file.root(db), facts(db, file));
    let Some(object) = facts.objects.get(number as usize) else {
        return Vec::new();
    };
    let applied = applied_from(db, file);
    let by = DefinedBy::Object(number);
    let mut taken = Vec::new();
    for own in applied.iter().filter(|applied| applied.by == by) {
        let Some(cluster) = nth_cluster(db, root, own.environment) else {
            continue;
        };
        let (kind, environment) = (object.kind.clone(), cluster.environment.clone());
        let named = (own.namespace.clone(), own.name.clone());
        let takers = takers_by(db, cluster.root, environment, kind, named);
        let versions = takers.iter();
        taken.extend(versions.filter_map(|id| version_of(db, &cluster, own.environment, *id)));
    }
    taken
}

/// Objects of an environment by kind, namespace and name of another one whose address they take.
type Takers = FxHashMap<(GroupKind, SmolStr, SmolStr), Vec<ObjectId>>;

#[salsa::tracked(returns(clone))]
fn takers(db: &dyn Db, root: Root, environment: Environment) -> Arc<Takers> {
    let cluster = cluster(db, root, environment);
    let mut takers = Takers::default();
    for (application, at) in (0..).zip(&cluster.applications) {
        let pulls = versions_in_application(db, &cluster, at);
        if pulls.is_empty() {
            continue;
        }
        let objects = cluster.objects(db, at);
        for (number, pull) in pulls.iter() {
            let (
                Address::In {
                    kind,
                    namespace,
                    name,
                    ..
                },
                Some(object),
            ) = (&pull.address, objects.get(*number as usize))
            else {
                continue;
            };
            let namespace = namespace.as_ref().unwrap_or(&object.namespace);
            let key = (kind.clone(), namespace.clone(), name.clone());
            takers.entry(key).or_default().push(ObjectId {
                application,
                number: *number,
            });
        }
    }
    Arc::new(takers)
}

/// Those of one, by namespace and name: whoever asks need not be asked again when an open file changes others.
#[salsa::tracked(returns(clone))]
fn takers_by(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    kind: GroupKind,
    (namespace, name): (SmolStr, SmolStr),
) -> Arc<[ObjectId]> {
    let takers = takers(db, root, environment);
    let taking = takers.get(&(kind, namespace, name));
    taking.map_or_else(Arc::default, |taking| taking.as_slice().into())
}
