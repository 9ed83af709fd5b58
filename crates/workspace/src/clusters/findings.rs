//! What is wrong with a file in the environments that build with it, beside what is wrong with its own layers.

use std::sync::Arc;

use infragen_kustomize::{BuildError, ErrorKind};
use smol_str::SmolStr;

use super::reading::readers;
use super::walk::cluster;
use crate::builds::{build_errors, leaves_out, may_be_consequence};
use crate::db::Db;
use crate::environment::{Environment, environments};
use crate::files::{Root, SourceFile};

/// An error of a file, with the environments in which it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentError {
    /// The error.
    pub error: Arc<BuildError>,
    /// The environments, in order; empty where it is an error of every environment that builds with the file.
    pub environments: Vec<SmolStr>,
}

/// What is wrong with a file in environments and not by itself: what Flux Kustomizations add to builds, and files
/// that a build takes in only because there is no kustomization file.
#[salsa::tracked(returns(clone))]
pub fn environment_errors(db: &dyn Db, file: SourceFile) -> Arc<Vec<EnvironmentError>> {
    let root = file.root(db);
    let path = file.path(db);
    let known = environments(db, root);
    let mut found: Vec<EnvironmentError> = Vec::new();
    let mut reading: Vec<SmolStr> = Vec::new();
    for reader in readers(db, file).iter() {
        let Some(environment) = known.get(reader.environment) else {
            continue;
        };
        if !reading.contains(&environment.name) {
            reading.push(environment.name.clone());
        }
        let errors = application_errors(db, root, environment.clone(), reader.application);
        for error in errors.iter().filter(|error| *error.place.file == *path) {
            let known = found.iter_mut().find(|known| known.error == *error);
            match known {
                Some(known) => {
                    if !known.environments.contains(&environment.name) {
                        known.environments.push(environment.name.clone());
                    }
                }
                None => found.push(EnvironmentError {
                    error: error.clone(),
                    environments: vec![environment.name.clone()],
                }),
            }
        }
    }
    if !found.is_empty() {
        let own = build_errors(db, file);
        found.retain(|found| !own.contains(&found.error));
    }
    for found in &mut found {
        if found.environments == reading {
            found.environments.clear();
        }
    }
    Arc::new(found)
}

/// What is certainly wrong with the build of an application: where objects are left out, what may be wrong for that
/// reason alone is not told.
#[salsa::tracked(returns(clone))]
fn application_errors(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    application: usize,
) -> Arc<Vec<Arc<BuildError>>> {
    let cluster = cluster(db, root, environment);
    let Some(application) = cluster.applications.get(application) else {
        return Arc::default();
    };
    // Most have none, which is known without a look at any place.
    if cluster
        .built(db, application)
        .is_none_or(|built| built.errors.is_empty())
    {
        return Arc::default();
    }
    let mut errors = cluster.errors(db, root, application);
    errors.retain(|error| error.kind != ErrorKind::Substitution);
    if errors.iter().any(|error| leaves_out(error)) {
        errors.retain(|error| !may_be_consequence(error));
    }
    Arc::new(errors)
}
