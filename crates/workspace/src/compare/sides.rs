//! What is compared: an environment as its files are on one side.

use std::cell::OnceCell;
use std::sync::Arc;

use infragen_flux::kustomization::KustomizationSpec;
use infragen_kustomize::{BuildError, Place, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::names::Alike;
use crate::clusters::{Application, AppliedObject, Built, Cluster, Elsewhere};
use crate::db::Db;
use crate::files::Root;

/// An environment of a root.
#[derive(Clone)]
pub struct Side<'db> {
    /// The database.
    pub db: &'db dyn Db,
    /// The root.
    pub root: Root,
    /// The environment.
    pub cluster: Arc<Cluster>,
}

/// Why nothing is known of what a Flux Kustomization applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// It fails: Flux applies nothing of it, and deletes nothing.
    Fails(Vec<Arc<BuildError>>),
    /// Its files are elsewhere.
    Elsewhere(Elsewhere),
}

/// An object of a Flux Kustomization that builds.
pub(crate) struct Applied {
    /// The number of the Flux Kustomization.
    pub application: usize,
    /// The number of the object in it.
    pub number: usize,
    pub id: AppliedObject,
}

/// A side with its objects.
pub(crate) struct Gathered<'s, 'db> {
    pub side: &'s Side<'db>,
    /// What each Flux Kustomization applies.
    pub built: Vec<Result<Arc<Built>, Unknown>>,
    /// The objects of those that build.
    pub objects: Vec<Applied>,
    traced: Vec<OnceCell<Option<Arc<Built>>>>,
}

impl<'s, 'db> Gathered<'s, 'db> {
    pub fn new(side: &'s Side<'db>) -> Self {
        let (db, cluster) = (side.db, &side.cluster);
        let built = cluster.applications.iter().map(|application| {
            if let Err(elsewhere) = &application.directory {
                return Err(Unknown::Elsewhere(elsewhere.clone()));
            }
            let built = cluster.built(db, application).unwrap_or_default();
            let errors = cluster.certain_errors(db, side.root, application);
            if !errors.is_empty() {
                return Err(Unknown::Fails(errors));
            }
            Ok(built)
        });
        let built: Vec<_> = built.collect();
        let mut objects = Vec::new();
        for (number, application) in cluster.applications.iter().enumerate() {
            if built[number].is_ok() {
                let ids = cluster.objects(db, application);
                objects.extend(ids.iter().enumerate().map(|(at, id)| Applied {
                    application: number,
                    number: at,
                    id: id.clone(),
                }));
            }
        }
        Gathered {
            side,
            traced: built.iter().map(|_| OnceCell::new()).collect(),
            built,
            objects,
        }
    }

    pub fn application(&self, number: usize) -> &'s Application {
        &self.side.cluster.applications[number]
    }

    pub fn spec(&self, number: usize) -> &'s KustomizationSpec {
        &self.application(number).spec
    }

    pub fn resource(&self, object: &Applied) -> Option<&infragen_kustomize::Resource> {
        let built = self.built[object.application].as_ref().ok()?;
        built.resources.get(object.number)
    }

    /// Where an object stands.
    pub fn place(&self, object: &Applied) -> Option<Place> {
        let application = self.application(object.application);
        let resource = self.resource(object)?;
        let cluster = &self.side.cluster;
        Some(cluster.place_of_object(self.side.db, application, resource))
    }

    /// An object with the history of its values.
    pub fn traced(&self, object: &Applied) -> Option<&Value> {
        let traced = self.traced[object.application].get_or_init(|| {
            let application = self.application(object.application);
            self.side.cluster.traced(self.side.db, application)
        });
        Some(&traced.as_ref()?.resources.get(object.number)?.value)
    }

    /// The text that sets a value: the newest step in the history of its first scalar.
    pub fn set_at(&self, object: &Applied, value: &Value) -> Option<Place> {
        let scalar = first_scalar(value)?;
        let application = self.application(object.application);
        let side = self.side;
        let history = side
            .cluster
            .history(side.db, side.root, application, &scalar.origin);
        history.into_iter().next().map(|change| change.place)
    }

    /// The manifest of a Flux Kustomization as its parent applies it; none for the entry point.
    pub fn manifest(&self, number: usize) -> Option<&Value> {
        let (parent, at) = self.application(number).parent?;
        let built = self.built[parent].as_ref().ok()?;
        built
            .resources
            .get(at as usize)
            .map(|resource| &resource.value)
    }

    /// Its Flux Kustomizations by what they are called on both sides.
    pub fn applications(&self, alike: &Alike) -> FxHashMap<ApplicationKey, usize> {
        let count = self.side.cluster.applications.len();
        (0..count)
            .map(|number| (self.application_key(number, alike), number))
            .collect()
    }

    /// What a Flux Kustomization is called on both sides. The entry points of both are one.
    pub fn application_key(&self, number: usize, alike: &Alike) -> ApplicationKey {
        if number == 0 {
            return ApplicationKey::default();
        }
        let spec = self.spec(number);
        (alike.of(&spec.namespace), alike.of(&spec.name))
    }

    /// Those whose objects are not known, and what such ones apply.
    pub fn unknown(&self, alike: &Alike) -> FxHashSet<ApplicationKey> {
        let unknown = (0..self.built.len()).filter(|number| self.built[*number].is_err());
        unknown
            .map(|number| self.application_key(number, alike))
            .collect()
    }
}

/// Namespace and name of a Flux Kustomization, as both sides would say it.
pub(crate) type ApplicationKey = (SmolStr, SmolStr);

fn first_scalar(value: &Value) -> Option<&infragen_kustomize::Scalar> {
    match value {
        Value::Scalar(scalar) => Some(scalar),
        Value::Map(map) => map.iter().find_map(|(_, value)| first_scalar(value)),
        Value::List(items) => items.iter().find_map(first_scalar),
    }
}
