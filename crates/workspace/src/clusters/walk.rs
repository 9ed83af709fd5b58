//! From an entry point through all Flux Kustomizations, to a fixed point.

use std::collections::VecDeque;
use std::sync::Arc;

use infragen_flux::known::{GIT_REPOSITORY, KUSTOMIZATION, OCI_REPOSITORY};
use infragen_flux::kustomization::{KustomizationSpec, SourceName, Variables, of_instance};
use infragen_flux::substitute::Missing;
use infragen_kustomize::Path;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::build::{
    AppliedObject, Built, applied, children, objects, url_in_object, variables_of_object,
};
use super::instance::{Instance, made_by, said_in};
use super::source::{Elsewhere, Sources};
use super::version::flux_version;
use crate::builds::resources;
use crate::db::Db;
use crate::environment::{Entry, Environment, environments, environments_around};
use crate::files::{Directory, Root};
use crate::query::facts;
use crate::versions::{bundle_directory, pull_in_object};

/// How often the walk begins anew because what it found changes where it goes: variables that come from objects
/// which it found later, roots that change themselves.
const MAX_ROUNDS: usize = 8;

/// The most Flux Kustomizations of an environment: templates could make any number.
const MAX_APPLICATIONS: usize = 50_000;

/// What an environment applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The root whose environment it is.
    pub root: Root,
    /// The environment.
    pub environment: Environment,
    /// Its Flux Kustomizations; the first is its entry point, each other comes behind its parent.
    pub applications: Vec<Application>,
    /// What a variable without a value is there.
    pub missing: Missing,
}

/// A Flux Kustomization of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// What it says, with all that its parents make of it.
    pub spec: Arc<KustomizationSpec>,
    /// The file with its manifest; none where nothing declares the entry point.
    pub file: Option<Path>,
    /// Which application applies it, and its number among the objects of that; none for the entry point.
    pub parent: Option<(usize, u32)>,
    /// The directory that it builds.
    pub directory: Result<Directory, Elsewhere>,
    /// Its variables.
    pub variables: Arc<Variables>,
}

/// What the environments of a root apply.
pub fn clusters(db: &dyn Db, root: Root) -> Vec<Arc<Cluster>> {
    let environments = environments(db, root);
    let clusters = environments.iter();
    clusters
        .map(|environment| cluster(db, root, environment.clone()))
        .collect()
}

/// What the environment of this number applies, in the order of [`environments_around`].
pub fn nth_cluster(db: &dyn Db, root: Root, number: usize) -> Option<Arc<Cluster>> {
    let (root, environment) = environments_around(db, root).get(number)?.clone();
    Some(cluster(db, root, environment))
}

/// What an environment of a root applies.
#[salsa::tracked(returns(clone))]
pub fn cluster(db: &dyn Db, root: Root, environment: Environment) -> Arc<Cluster> {
    let version = flux_version(db, root, environment.clone());
    let missing = version.map_or(Missing::Fails, |version| version.missing_variables());
    let mut walk = Walk {
        db,
        root,
        environment: &environment,
        missing,
        found: Found::default(),
    };
    let mut entry = walk.entry();
    let mut applications = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let (next, entry_again) = walk.sweep(&entry);
        let found = walk.find(&next);
        let settled = next == applications && found == walk.found && entry_again == entry;
        applications = next;
        walk.found = found;
        entry = entry_again;
        if settled {
            break;
        }
    }
    Arc::new(Cluster {
        root,
        environment,
        applications,
        missing,
    })
}

impl Cluster {
    /// What kustomize by itself makes of a directory, as if that were all that an environment applies.
    pub fn of_directory(db: &dyn Db, directory: Directory) -> Cluster {
        let path = directory.path(db);
        let name = SmolStr::new(path.as_str());
        let spec = KustomizationSpec::of_path(
            SmolStr::default(),
            name.clone(),
            path.as_str().into(),
            None,
        );
        Cluster {
            root: directory.root(db),
            environment: Environment {
                name,
                path: path.clone(),
                entry: Entry::Directory,
            },
            applications: vec![Application {
                spec: Arc::new(spec),
                file: None,
                parent: None,
                directory: Ok(directory),
                variables: Arc::default(),
            }],
            missing: Missing::IsEmpty,
        }
    }

    /// The objects of one of its applications; none where its files are not known here.
    pub fn built(&self, db: &dyn Db, application: &Application) -> Option<Arc<Built>> {
        let directory = application.directory.as_ref().ok()?;
        let (spec, variables) = (application.spec.clone(), application.variables.clone());
        Some(applied(db, *directory, spec, variables, self.missing))
    }

    /// What identifies them.
    pub fn objects(&self, db: &dyn Db, application: &Application) -> Arc<Vec<AppliedObject>> {
        let Ok(directory) = application.directory else {
            return Arc::default();
        };
        let (spec, variables) = (application.spec.clone(), application.variables.clone());
        objects(db, directory, spec, variables, self.missing)
    }
}

/// A query about an object of a Flux Kustomization.
type OfObject<T> =
    fn(&dyn Db, Directory, Arc<KustomizationSpec>, Arc<Variables>, Missing, u32) -> T;

/// A named object: kind, namespace, name.
type Key = (SmolStr, SmolStr, SmolStr);

/// Where objects are that decide where the walk goes: sources, and those that give variables.
#[derive(Default, PartialEq, Eq)]
struct Found {
    places: FxHashMap<Key, (Application, u32)>,
}

struct Walk<'a> {
    db: &'a dyn Db,
    root: Root,
    environment: &'a Environment,
    missing: Missing,
    /// What the last round found.
    found: Found,
}

impl Walk<'_> {
    /// The Flux Kustomization that the entry point is.
    fn entry(&self) -> Arc<KustomizationSpec> {
        let made_up = |namespace: &str, name: &str, source| {
            KustomizationSpec::of_path(
                namespace.into(),
                name.into(),
                self.environment.path.as_str().into(),
                source,
            )
        };
        let Entry::Object { file, object, .. } = &self.environment.entry else {
            return Arc::new(made_up("flux-system", "flux-system", None));
        };
        let facts = facts(self.db, *file);
        let Some(object) = facts.objects.get(*object as usize) else {
            return Arc::new(made_up("flux-system", "flux-system", None));
        };
        let name = object.name.as_ref().map(|name| name.value.as_str());
        let manifests = resources(self.db, *file);
        let manifest = manifests.resources.iter().find(|resource| {
            resource.kind() == object.kind.kind && name.is_some_and(|name| name == resource.name())
        });
        if object.kind == *KUSTOMIZATION
            && let Some(manifest) = manifest
        {
            let mut spec = KustomizationSpec::read(&manifest.value);
            if spec.namespace.is_empty() {
                spec.namespace = "flux-system".into();
            }
            return Arc::new(spec);
        }
        let ([source, _], Some((namespace, name))) = (object.makes.as_slice(), made_by(object))
        else {
            return Arc::new(made_up("flux-system", "flux-system", None));
        };
        let instance = manifest.and_then(|manifest| said_in(&object.kind, &manifest.value));
        if let Some(spec) = instance.and_then(|instance| of_instance(instance, (&namespace, &name)))
        {
            return Arc::new(spec);
        }
        let source = SourceName {
            kind: source.kind.kind.clone(),
            namespace: namespace.clone(),
            name: source.name.value.clone(),
        };
        Arc::new(made_up(&namespace, &name, Some(source)))
    }

    /// Goes through all applications by what the last round found. Also gives what the entry point says by what
    /// it applies itself.
    fn sweep(&self, entry: &Arc<KustomizationSpec>) -> (Vec<Application>, Arc<KustomizationSpec>) {
        let file = match &self.environment.entry {
            Entry::Object { file, .. } => Some(Path::from(file.path(self.db).as_path())),
            _ => None,
        };
        let instance = Instance::of_entry(self.db, &self.environment.entry);
        let mut entry_again = entry.clone();
        let mut seen: FxHashMap<(SmolStr, SmolStr), ()> = FxHashMap::default();
        seen.insert((entry.namespace.clone(), entry.name.clone()), ());
        let mut applications = vec![self.application(entry.clone(), file, None)];
        let mut queue = VecDeque::from([0]);
        while let Some(at) = queue.pop_front() {
            let application = &applications[at];
            let Ok(directory) = application.directory else {
                continue;
            };
            // What is applied of the instance decides, as soon as it is applied.
            let as_applied = instance
                .as_ref()
                .and_then(|instance| instance.as_applied(self.db, application, self.missing));
            if let Some(again) = as_applied {
                entry_again = again;
            }
            let (spec, variables) = (application.spec.clone(), application.variables.clone());
            for child in children(self.db, directory, spec, variables, self.missing).iter() {
                let name = (child.spec.namespace.clone(), child.spec.name.clone());
                if name == (entry.namespace.clone(), entry.name.clone()) {
                    entry_again = child.spec.clone();
                    continue;
                }
                if seen.insert(name, ()).is_some() || applications.len() >= MAX_APPLICATIONS {
                    continue;
                }
                queue.push_back(applications.len());
                let parent = Some((at, child.number));
                let file = Some(child.file.clone());
                applications.push(self.application(child.spec.clone(), file, parent));
            }
        }
        (applications, entry_again)
    }

    fn application(
        &self,
        spec: Arc<KustomizationSpec>,
        file: Option<Path>,
        parent: Option<(usize, u32)>,
    ) -> Application {
        let url = |source: &SourceName| self.in_source(source, url_in_object)?;
        let pulled = |source: &SourceName| {
            if source.kind != OCI_REPOSITORY.kind {
                return None;
            }
            let pull = self.in_source(source, pull_in_object)??;
            let version = flux_version(self.db, self.root, self.environment.clone());
            bundle_directory(self.db, &pull, version)
        };
        let sources = Sources {
            db: self.db,
            root: self.root,
            environment: self.environment,
            url: &url,
            pulled: &pulled,
        };
        let made_up = parent.is_none() && spec.source.is_none();
        Application {
            directory: match made_up {
                true => sources.own_directory(&spec.path),
                false => sources.directory(&spec),
            },
            variables: Arc::new(self.variables(&spec)),
            spec,
            file,
            parent,
        }
    }

    /// What a query says of a source that the last round found.
    fn in_source<T>(&self, source: &SourceName, query: OfObject<T>) -> Option<T> {
        let key = (
            source.kind.clone(),
            source.namespace.clone(),
            source.name.clone(),
        );
        let (application, number) = self.found.places.get(&key)?;
        let directory = *application.directory.as_ref().ok()?;
        let (spec, variables) = (application.spec.clone(), application.variables.clone());
        Some(query(
            self.db,
            directory,
            spec,
            variables,
            self.missing,
            *number,
        ))
    }

    fn variables(&self, spec: &KustomizationSpec) -> Variables {
        let Some(post_build) = &spec.post_build else {
            return Variables::default();
        };
        Variables::of(post_build, |from| {
            let key = (from.kind.clone(), spec.namespace.clone(), from.name.clone());
            let (application, number) = self.found.places.get(&key)?;
            let directory = application.directory.as_ref().ok()?;
            let (spec, own) = (application.spec.clone(), application.variables.clone());
            let given = variables_of_object(self.db, *directory, spec, own, self.missing, *number);
            Some(given)
        })
    }

    fn find(&self, applications: &[Application]) -> Found {
        let mut found = Found::default();
        for application in applications {
            let Ok(directory) = application.directory else {
                continue;
            };
            let (spec, variables) = (application.spec.clone(), application.variables.clone());
            let objects = objects(self.db, directory, spec, variables, self.missing);
            for (number, object) in (0..).zip(objects.iter()) {
                let decides = match object.kind.group.as_str() {
                    "" => matches!(object.kind.kind.as_str(), "ConfigMap" | "Secret"),
                    group => group == GIT_REPOSITORY.group,
                };
                if decides {
                    let key = (
                        object.kind.kind.clone(),
                        object.namespace.clone(),
                        object.name.clone(),
                    );
                    found
                        .places
                        .entry(key)
                        .or_insert_with(|| (application.clone(), number));
                }
            }
        }
        found
    }
}
