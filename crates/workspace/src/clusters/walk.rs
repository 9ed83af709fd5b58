//! From an entry point through all Flux Kustomizations, to a fixed point.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::IgnoreField;
use infragen_flux::known::{GIT_REPOSITORY, OCI_REPOSITORY};
use infragen_flux::kustomization::{KustomizationSpec, SourceName, Variables};
use infragen_flux::substitute::{Missing, Rules};
use infragen_kustomize::Path;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::applied_objects::{
    AppliedObject, children, ignore_in_object, objects, url_in_object, variables_of_object,
};
use super::build::{Built, applied};
use super::inputs::{Inputs, Layer};
use super::on_disk::as_on_disk;
use super::outset::{Outset, outset};
use super::source::{Elsewhere, Sources};
use crate::db::Db;
use crate::environment::{Entry, Environment, environments, environments_around};
use crate::files::{Directory, Root};
use crate::paths::secure;
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
    /// How variables are replaced there.
    pub rules: Rules,
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
    if let Some(disk) = as_on_disk(db, root, environment.clone()) {
        return disk.cluster.clone();
    }
    let outset = outset(db, root, environment.clone());
    let walk = Walk::new(db, root, &environment, &outset, Layer::Shown);
    let applications = walk.run().applications;
    Arc::new(Cluster {
        root,
        environment,
        applications,
        rules: outset.rules,
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
            rules: Missing::IsEmpty.into(),
        }
    }

    /// The objects of one of its applications; none where its files are not known here.
    pub fn built(&self, db: &dyn Db, application: &Application) -> Option<Arc<Built>> {
        Some(applied(db, self.inputs(db, application)?))
    }

    /// What identifies its objects.
    pub fn objects(&self, db: &dyn Db, application: &Application) -> Arc<Vec<AppliedObject>> {
        let inputs = self.inputs(db, application);
        inputs.map_or_else(Arc::default, |inputs| objects(db, inputs))
    }
}

/// A query about an object of a Flux Kustomization.
type OfObject<'db, T> = fn(&'db dyn Db, Inputs<'db>, u32) -> T;

/// A named object: kind, namespace, name.
pub(super) type Key = (SmolStr, SmolStr, SmolStr);

/// Where objects are that decide where the walk goes: sources, and those that give variables.
#[derive(Default)]
struct Found {
    /// The applications that were gone through.
    applications: Vec<Application>,
    /// The number of one of them, and that of the object in it.
    places: FxHashMap<Key, (usize, u32)>,
}

impl Found {
    fn get(&self, key: &Key) -> Option<(&Application, u32)> {
        let (at, number) = self.places.get(key)?;
        Some((self.applications.get(*at)?, *number))
    }
}

/// Where a walk came to.
pub(super) struct Walked {
    pub applications: Vec<Application>,
    /// The objects that it looked for, found or not.
    pub asked: FxHashSet<Key>,
    /// Whether what editors show may have told more.
    pub beyond: bool,
}

/// The key of an object that may decide where a walk goes.
pub(super) fn deciding(object: &AppliedObject) -> Option<Key> {
    let decides = match object.kind.group.as_str() {
        "" => matches!(object.kind.kind.as_str(), "ConfigMap" | "Secret"),
        group => group == GIT_REPOSITORY.group,
    };
    decides.then(|| {
        (
            object.kind.kind.clone(),
            object.namespace.clone(),
            object.name.clone(),
        )
    })
}

pub(super) struct Walk<'a> {
    db: &'a dyn Db,
    root: Root,
    environment: &'a Environment,
    outset: &'a Outset,
    layer: Layer,
    /// What the last round found.
    found: Found,
    /// What this round asks for.
    asked: RefCell<FxHashSet<Key>>,
    beyond: Cell<bool>,
}

impl<'a> Walk<'a> {
    /// A walk over what is on disk, or over what editors show.
    pub(super) fn new(
        db: &'a dyn Db,
        root: Root,
        environment: &'a Environment,
        outset: &'a Outset,
        layer: Layer,
    ) -> Walk<'a> {
        Walk {
            db,
            root,
            environment,
            outset,
            layer,
            found: Found::default(),
            asked: RefCell::default(),
            beyond: Cell::new(false),
        }
    }

    /// Goes round until what is found leads to nothing else.
    pub(super) fn run(mut self) -> Walked {
        let mut entry = self.outset.entry.clone();
        for _ in 0..MAX_ROUNDS {
            self.asked.take();
            let (applications, entry_again) = self.sweep(&entry);
            let found = self.find(applications);
            // Another round would ask the same and be answered the same.
            let asked = self.asked.borrow();
            let settled = entry_again == entry
                && asked
                    .iter()
                    .all(|key| self.found.get(key) == found.get(key));
            drop(asked);
            self.found = found;
            entry = entry_again;
            if settled {
                break;
            }
        }
        Walked {
            applications: self.found.applications,
            asked: self.asked.into_inner(),
            beyond: self.beyond.get(),
        }
    }

    /// What decides what an application applies, in the state of the files that this walk is over.
    fn inputs(&self, application: &Application) -> Option<Inputs<'a>> {
        let rules = self.outset.rules;
        match self.layer {
            Layer::Disk => application.inputs(self.db, rules, Layer::Disk),
            Layer::Shown => application.shown_inputs(self.db, rules),
        }
    }

    /// Goes through all applications by what the last round found. Also gives what the entry point says by what
    /// it applies itself.
    fn sweep(&self, entry: &Arc<KustomizationSpec>) -> (Vec<Application>, Arc<KustomizationSpec>) {
        let file = match &self.environment.entry {
            Entry::Object { file, .. } => Some(Path::from(file.path(self.db).as_path())),
            _ => None,
        };
        let instance = self.outset.instance.as_ref();
        let mut entry_again = entry.clone();
        let mut seen: FxHashMap<(SmolStr, SmolStr), ()> = FxHashMap::default();
        seen.insert((entry.namespace.clone(), entry.name.clone()), ());
        let mut applications = vec![self.application(entry.clone(), file, None)];
        let mut queue = VecDeque::from([0]);
        while let Some(at) = queue.pop_front() {
            let application = &applications[at];
            let Some(inputs) = self.inputs(application) else {
                continue;
            };
            // What is applied of the instance decides, as soon as it is applied.
            let as_applied = instance.and_then(|instance| instance.as_applied(self.db, inputs));
            if let Some(again) = as_applied {
                entry_again = again;
            }
            for child in children(self.db, inputs).iter() {
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
            bundle_directory(self.db, &pull, self.outset.version)
        };
        let sources = Sources {
            db: self.db,
            root: self.root,
            environment: self.environment,
            outset: self.outset,
            beyond: (self.layer == Layer::Disk).then_some(&self.beyond),
            url: &url,
            pulled: &pulled,
        };
        let made_up = parent.is_none() && spec.source.is_none();
        let directory = match made_up {
            true => sources.own_directory(&spec.path),
            false => sources.directory(&spec),
        };
        let ignore = directory
            .as_ref()
            .ok()
            .and_then(|directory| self.source_ignore(&spec, *directory));
        let spec = match ignore {
            Some(ignore) => Arc::new(KustomizationSpec {
                source_ignore: Some(Arc::new(ignore)),
                ..KustomizationSpec::clone(&spec)
            }),
            None => spec,
        };
        Application {
            directory,
            variables: Arc::new(self.variables(&spec)),
            spec,
            file,
            parent,
        }
    }

    /// What the source of a Flux Kustomization leaves out, by its own manifest or without one.
    fn source_ignore(&self, spec: &KustomizationSpec, directory: Directory) -> Option<IgnoreField> {
        let source = spec.source.as_ref()?;
        if !self.outset.source_ignores && !self.outset.leaves_out {
            return None;
        }
        let patterns = match self.in_source(source, ignore_in_object) {
            Some(patterns) => patterns?,
            // What bootstraps the environment need not be among what is applied.
            None if source.kind == *GIT_REPOSITORY.kind => SmolStr::default(),
            None => return None,
        };
        if patterns.is_empty() && !self.outset.leaves_out {
            return None;
        }
        let (path, below) = (directory.path(self.db), secure(&spec.path));
        // A link on the way leads to where the top is not above.
        let steps = Utf8Path::new(&below).components().count();
        let top = path
            .ancestors()
            .nth(steps)
            .filter(|_| path.ends_with(&below));
        Some(IgnoreField {
            top: top.unwrap_or(Utf8Path::new("")).to_owned(),
            patterns,
        })
    }

    /// What a query says of a source that the last round found.
    fn in_source<T>(&self, source: &SourceName, query: OfObject<'a, T>) -> Option<T> {
        let key = (
            source.kind.clone(),
            source.namespace.clone(),
            source.name.clone(),
        );
        let (application, number) = self.ask(key)?;
        Some(query(self.db, self.inputs(application)?, number))
    }

    fn variables(&self, spec: &KustomizationSpec) -> Variables {
        let Some(post_build) = &spec.post_build else {
            return Variables::default();
        };
        Variables::of(post_build, |from| {
            let key = (from.kind.clone(), spec.namespace.clone(), from.name.clone());
            let (application, number) = self.ask(key)?;
            let inputs = self.inputs(application)?;
            Some(variables_of_object(self.db, inputs, number))
        })
    }

    /// Where an object is, by what the last round found.
    fn ask(&self, key: Key) -> Option<(&Application, u32)> {
        let found = self.found.get(&key);
        self.asked.borrow_mut().insert(key);
        found
    }

    fn find(&self, applications: Vec<Application>) -> Found {
        let mut places = FxHashMap::default();
        // Mostly nobody asks.
        if !self.asked.borrow().is_empty() {
            for (at, application) in applications.iter().enumerate() {
                let Some(inputs) = self.inputs(application) else {
                    continue;
                };
                let objects = objects(self.db, inputs);
                for (number, object) in (0..).zip(objects.iter()) {
                    if let Some(key) = deciding(object) {
                        places.entry(key).or_insert((at, number));
                    }
                }
            }
        }
        Found {
            applications,
            places,
        }
    }
}
