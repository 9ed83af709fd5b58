//! Which Flux Kustomizations build with a file, and which of their objects come from it.

use std::sync::Arc;

use infragen_flux::substitute::Rules;
use infragen_kustomize::Path;

use crate::clusters::{Application, cluster_index, nth_cluster, readers};
use crate::db::Db;
use crate::environment::Environment;
use crate::files::SourceFile;
use crate::imports::importers;
use crate::paths::Found;

/// A Flux Kustomization of an environment in whose build a file takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildWith {
    /// The environment.
    pub environment: Environment,
    /// The number of the application in its cluster.
    pub number: usize,
    /// The application.
    pub application: Application,
    /// How variables are replaced there.
    pub rules: Rules,
    /// The numbers of its objects that come from the file. None where the file only changes other objects: as a
    /// patch, or as a kustomization file that generates nothing.
    pub objects: Vec<u32>,
}

/// The Flux Kustomizations in whose builds a file takes part, in order of environment: as a manifest, a patch, a file
/// of a generator or a kustomization file, directly or through bases and components. Not the one that it declares, nor
/// one that only has a directory above it.
#[salsa::tracked(returns(clone))]
pub fn builds_with(db: &dyn Db, file: SourceFile) -> Arc<Vec<BuildWith>> {
    let root = file.root(db);
    let path = Path::from(file.path(db).as_path());
    let is_named =
        file.is_kustomization_file(db) || !importers(db, root, Found::File(file)).is_empty();
    let mut found = Vec::new();
    for reader in readers(db, file).iter() {
        let Some(cluster) = nth_cluster(db, root, reader.environment) else {
            continue;
        };
        let application = cluster.applications.get(reader.application);
        // The values of another repository are told there.
        let Some(application) = application.filter(|_| cluster.root == root) else {
            continue;
        };
        let index = cluster_index(db, root, cluster.environment.clone());
        let of_application = index.of_file(root, &path).into_iter();
        let of_application =
            of_application.filter(|id| id.application as usize == reader.application);
        let objects: Vec<u32> = of_application.map(|id| id.number).collect();
        let declares = cluster.file_of(db, application) == Some(file);
        if !objects.is_empty() || (is_named && !declares) {
            found.push(BuildWith {
                environment: cluster.environment.clone(),
                number: reader.application,
                application: application.clone(),
                rules: cluster.rules,
                objects,
            });
        }
    }
    Arc::new(found)
}
