//! What is wrong with a file in the environments that build with it, beside what is wrong with its own layers.

use std::sync::Arc;

use infragen_flux::{ObjectFacts, is_flux_group};
use infragen_kustomize::{BuildError, ErrorKind, Unmatched};
use smol_str::SmolStr;

use super::errors::seen_from;
use super::index::{applied_from, cluster_index, definition, resource};
use super::reading::readers;
use super::walk::{cluster, nth_cluster};
use crate::builds::{build_errors, leaves_out, may_be_consequence};
use crate::db::Db;
use crate::environment::{Entry, Environment};
use crate::files::{Root, SourceFile};
use crate::index::{DefinedBy, Definition};
use crate::query::facts;

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
    let mut found: Vec<EnvironmentError> = Vec::new();
    let mut reading: Vec<SmolStr> = Vec::new();
    for reader in readers(db, file).iter() {
        let Some(cluster) = nth_cluster(db, root, reader.environment) else {
            continue;
        };
        let environment = &cluster.environment;
        if !reading.contains(&environment.name) {
            reading.push(environment.name.clone());
        }
        let outer = cluster.root;
        let errors = application_errors(db, root, outer, environment.clone(), reader.application);
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

/// What is certainly wrong with the build of an application of an environment of `outer`, as `root` sees it: where objects are left out, what may be wrong for that
/// reason alone is not told.
#[salsa::tracked(returns(clone))]
fn application_errors(
    db: &dyn Db,
    root: Root,
    outer: Root,
    environment: Environment,
    application: usize,
) -> Arc<Vec<Arc<BuildError>>> {
    let cluster = cluster(db, outer, environment);
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

/// An object that an environment applies more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// Number of the object in the facts of its file.
    pub object: u32,
    /// The environment.
    pub environment: SmolStr,
    /// The Flux Kustomizations that apply it, as `namespace/name`: that of the file first.
    pub kustomizations: Vec<SmolStr>,
    /// Where the others have it from.
    pub others: Vec<Definition>,
}

/// The objects of a file that another Flux Kustomization of the same environment applies too.
#[salsa::tracked(returns(clone))]
pub fn applied_twice(db: &dyn Db, file: SourceFile) -> Arc<Vec<Twice>> {
    let root = file.root(db);
    let mut found: Vec<Twice> = Vec::new();
    for from in applied_from(db, file).iter() {
        let (DefinedBy::Object(object), Some(cluster)) =
            (from.by, nth_cluster(db, root, from.environment))
        else {
            continue;
        };
        let environment = &cluster.environment;
        let name_of = |application: u32| {
            let application = cluster.applications.get(application as usize)?;
            let spec = &application.spec;
            Some(SmolStr::new(format!("{}/{}", spec.namespace, spec.name)))
        };
        let application = cluster.applications.get(from.id.application as usize);
        let Some(kind) = application.and_then(|application| {
            let objects = cluster.objects(db, application);
            Some(objects.get(from.id.number as usize)?.kind.clone())
        }) else {
            continue;
        };
        // Of every object: a query for each name would cost more than this one, asked again.
        let index = cluster_index(db, cluster.root, environment.clone());
        let others = index.chosen(&kind, &from.name, |placed| {
            !placed.made
                && placed.namespace == from.namespace
                && placed.id.application != from.id.application
        });
        let mut twice = Twice {
            object,
            environment: environment.name.clone(),
            kustomizations: name_of(from.id.application).into_iter().collect(),
            others: Vec::new(),
        };
        for other in others {
            twice.kustomizations.extend(name_of(other.id.application));
            twice
                .others
                .extend(definition(db, &cluster, &other, &kind, &from.name));
        }
        let told = found.iter().any(|known| {
            known.object == object
                && known.environment == twice.environment
                && twice
                    .kustomizations
                    .iter()
                    .all(|name| known.kustomizations.contains(name))
        });
        if twice.kustomizations.len() > 1 && !told {
            found.push(twice);
        }
    }
    Arc::new(found)
}

/// The objects of Flux in a file that get no namespace where an environment applies them, by number, with these
/// environments: `namespace not specified` is what the API server says to kustomize-controller.
/// [fluxcd/pkg:ssa/errors/errors.go]
#[salsa::tracked(returns(clone))]
pub fn without_namespace(db: &dyn Db, file: SourceFile) -> Arc<Vec<(u32, Vec<SmolStr>)>> {
    let facts = facts(db, file);
    let is_bare = |object: &ObjectFacts| {
        !object.in_patch && object.namespace.is_none() && is_flux_group(&object.kind.group)
    };
    if !facts.objects.iter().any(is_bare) {
        return Arc::default();
    }
    let root = file.root(db);
    let mut found: Vec<(u32, Vec<SmolStr>)> = Vec::new();
    for from in applied_from(db, file).iter() {
        let (DefinedBy::Object(number), Some(cluster)) =
            (from.by, nth_cluster(db, root, from.environment))
        else {
            continue;
        };
        let object = facts.objects.get(number as usize);
        // What is built of a mere directory may get one from what is not here.
        let known = matches!(cluster.environment.entry, Entry::Object { .. });
        if !known || !object.is_some_and(is_bare) {
            continue;
        }
        let resource = resource(db, &cluster, from.id);
        if resource.is_none_or(|resource| !resource.namespace().is_empty()) {
            continue;
        }
        let name = &cluster.environment.name;
        match found.iter_mut().find(|(known, _)| *known == number) {
            Some((_, environments)) if environments.contains(name) => {}
            Some((_, environments)) => environments.push(name.clone()),
            None => found.push((number, vec![name.clone()])),
        }
    }
    Arc::new(found)
}

/// The patches and images that the Flux Kustomizations of a file add, and that change nothing in any environment;
/// none where a part of a build is not known.
#[salsa::tracked(returns(clone))]
pub fn unmatched_additions(db: &dyn Db, file: SourceFile) -> Arc<Vec<Unmatched>> {
    let root = file.root(db);
    let path = file.path(db);
    let mut seen: Vec<((SmolStr, SmolStr), Vec<Unmatched>)> = Vec::new();
    for reader in readers(db, file).iter() {
        let Some(cluster) = nth_cluster(db, root, reader.environment) else {
            continue;
        };
        let Some(application) = cluster.applications.get(reader.application) else {
            continue;
        };
        if cluster.file_of(db, application) != Some(file) {
            continue;
        }
        let Some(built) = cluster.built(db, application) else {
            return Arc::default();
        };
        if built.errors.iter().any(|error| leaves_out(error)) {
            return Arc::default();
        }
        let name = (&application.spec.namespace, &application.spec.name);
        let mut unmatched: Vec<Unmatched> = Vec::new();
        let whole = cluster.place_of(db, application);
        let whole = whole.map(|place| seen_from(db, root, cluster.root, &place));
        let added = built.unmatched.iter();
        for entry in added.filter(|entry| entry.place.is_made_up()) {
            let place = cluster.place_in_spec(db, root, application, entry.place.range);
            // What a patch above adds to many is not meant for each.
            if whole.as_ref() == Some(&place) {
                continue;
            }
            unmatched.push(Unmatched {
                place,
                ..entry.clone()
            });
        }
        // The same Kustomization of another environment may have found what this one did not.
        match seen
            .iter_mut()
            .find(|(known, _)| *known == (name.0.clone(), name.1.clone()))
        {
            Some((_, known)) => {
                known.retain(|entry| unmatched.iter().any(|other| other.place == entry.place));
            }
            None => seen.push(((name.0.clone(), name.1.clone()), unmatched)),
        }
    }
    let mut found: Vec<_> = seen
        .into_iter()
        .flat_map(|(_, unmatched)| unmatched)
        .collect();
    found.retain(|entry| *entry.place.file == *path);
    found.sort_by_key(|entry| entry.place.range.start());
    Arc::new(found)
}
