//! What an object that a file writes takes in each environment, also where it is a patch.

use infragen_flux::ObjectFacts;

use super::placed::{PlacedVersion, version_of, versions_in_application, versions_of_object};
use crate::clusters::{Cluster, MAX_TRACED, ObjectId, nth_cluster, readers};
use crate::db::Db;
use crate::files::SourceFile;
use crate::imports::is_patch_file;
use crate::index::DefinedBy;
use crate::query::facts;

/// What an object of a file, or what it patches, takes in each environment.
pub fn declared_versions(db: &dyn Db, file: SourceFile, number: u32) -> Vec<PlacedVersion> {
    let facts = facts(db, file);
    let Some(object) = facts.objects.get(number as usize) else {
        return Vec::new();
    };
    if !object.in_patch && !is_patch_file(db, file) {
        return versions_of_object(db, file, DefinedBy::Object(number));
    }
    let mut versions: Vec<PlacedVersion> = Vec::new();
    for reader in readers(db, file).iter().take(MAX_TRACED) {
        if let Some(cluster) = nth_cluster(db, file.root(db), reader.environment) {
            let of = (reader.environment, reader.application);
            versions.extend(patched(db, file, object, &cluster, of));
        }
    }
    versions
}

/// What a Flux Kustomization applies that a patch has changed.
fn patched(
    db: &dyn Db,
    file: SourceFile,
    patch: &ObjectFacts,
    cluster: &Cluster,
    (environment, at): (usize, usize),
) -> Vec<PlacedVersion> {
    let Some(application) = cluster.applications.get(at) else {
        return Vec::new();
    };
    let numbers: Vec<u32> = versions_in_application(db, cluster, application)
        .iter()
        .map(|(number, _)| *number)
        .collect();
    let objects = cluster.objects(db, application);
    let of_kind = |number: &&u32| {
        objects
            .get(**number as usize)
            .is_some_and(|object| object.kind == patch.kind)
    };
    let numbers: Vec<u32> = numbers.iter().filter(of_kind).copied().collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    let built = cluster.traced(db, application).unwrap_or_default();
    let is_changed = |number: &u32| {
        let resource = built.resources.get(*number as usize);
        resource.is_some_and(|resource| {
            let part = (file, patch.range);
            cluster.is_made_by(db, application, &resource.value, part)
        })
    };
    numbers
        .into_iter()
        .filter(is_changed)
        .filter_map(|number| {
            let id = ObjectId {
                application: u32::try_from(at).ok()?,
                number,
            };
            version_of(db, cluster, environment, id)
        })
        .collect()
}
