//! What environments apply as it is on disk, and whether that holds for what editors show.
//!
//! A walk asks every Flux Kustomization of an environment. The one over what is on disk is made once; after a keystroke
//! only those are asked again that build with an open file, whether they would still lead the walk the same way.

use std::sync::Arc;

use infragen_flux::FluxVersion;
use infragen_flux::kustomization::{KustomizationSpec, Variables};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::applied_objects::{
    Child, children, ignore_in_object, objects, url_in_object, variables_of_object,
};
use super::inputs::{Layer, built_directories};
use super::instance::Instance;
use super::outset::{Outset, outset};
use super::walk::{Application, Cluster, Key, Walk, deciding};
use crate::builds::shown_directories;
use crate::db::Db;
use crate::environment::Environment;
use crate::files::{Directory, Root};
use crate::versions::{bundle_directory, pull_in_object};

/// An environment as it is on disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OnDisk {
    /// What it applies.
    pub cluster: Arc<Cluster>,
    /// The objects that the walk looked for, found or not.
    asked: FxHashSet<Key>,
    /// Numbers of applications by what they build.
    by_directory: FxHashMap<Directory, Vec<u32>>,
    /// The roots of these directories.
    roots: Vec<Root>,
    instance: Option<Instance>,
    version: Option<FluxVersion>,
}

/// An environment as it is on disk; none where that cannot be told without what editors show.
#[salsa::tracked(returns(clone), lru = 128)]
pub(crate) fn on_disk(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    outset: Arc<Outset>,
) -> Option<Arc<OnDisk>> {
    let walked = Walk::new(db, root, &environment, &outset, Layer::Disk).run();
    if walked.beyond {
        return None;
    }
    let mut by_directory: FxHashMap<Directory, Vec<u32>> = FxHashMap::default();
    let mut roots: Vec<Root> = Vec::new();
    for (number, application) in (0..).zip(&walked.applications) {
        let Ok(directory) = application.directory else {
            continue;
        };
        if !roots.contains(&directory.root(db)) {
            roots.push(directory.root(db));
        }
        for built in built_directories(db, directory, &application.spec.additions) {
            by_directory.entry(built).or_default().push(number);
        }
    }
    Some(Arc::new(OnDisk {
        cluster: Arc::new(Cluster {
            root,
            environment,
            applications: walked.applications,
            rules: outset.rules,
        }),
        asked: walked.asked,
        by_directory,
        roots,
        instance: outset.instance.clone(),
        version: outset.version,
    }))
}

/// An environment as it is on disk, where it applies the same by what editors show: the same Flux Kustomizations from
/// the same directories with the same variables, whatever is in the objects of those that build with an open file.
#[salsa::tracked(returns(clone))]
pub(crate) fn as_on_disk(db: &dyn Db, root: Root, environment: Environment) -> Option<Arc<OnDisk>> {
    let outset = outset(db, root, environment.clone());
    let disk = on_disk(db, root, environment, outset)?;
    let holds = disk
        .shown(db)
        .into_iter()
        .all(|number| disk.leads_the_same_way(db, number));
    holds.then_some(disk)
}

impl OnDisk {
    /// The numbers of the applications that build with an open file, in order.
    pub(super) fn shown(&self, db: &dyn Db) -> Vec<u32> {
        let mut numbers = Vec::new();
        for root in &self.roots {
            if root.open(db).is_empty() {
                continue;
            }
            for directory in shown_directories(db, *root).iter() {
                let built = self.by_directory.get(directory);
                numbers.extend(built.into_iter().flatten().copied());
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn leads_the_same_way(&self, db: &dyn Db, number: u32) -> bool {
        let Some(application) = self.cluster.applications.get(number as usize) else {
            return true;
        };
        let ways = |layer| self.ways(db, application, layer);
        ways(Layer::Disk) == ways(Layer::Shown)
    }

    /// All that an application tells a walk.
    fn ways(&self, db: &dyn Db, application: &Application, layer: Layer) -> Option<Ways> {
        let inputs = application.inputs(db, self.cluster.rules, layer)?;
        let asked = (0..)
            .zip(objects(db, inputs).iter())
            .filter_map(|(number, object)| {
                let key = deciding(object).filter(|key| self.asked.contains(key))?;
                let pull = pull_in_object(db, inputs, number);
                Some(Asked {
                    key,
                    number,
                    url: url_in_object(db, inputs, number),
                    pulled: pull.and_then(|pull| bundle_directory(db, &pull, self.version)),
                    ignore: ignore_in_object(db, inputs, number),
                    values: variables_of_object(db, inputs, number),
                })
            })
            .collect();
        let children = children(db, inputs);
        let instance = self.instance.as_ref();
        let instance = instance.and_then(|instance| instance.as_applied(db, inputs));
        Some(Ways {
            children,
            instance,
            asked,
        })
    }
}

/// What an application tells a walk.
#[derive(PartialEq)]
struct Ways {
    children: Arc<Vec<Child>>,
    /// What it makes of the FluxInstance of the environment.
    instance: Option<Arc<KustomizationSpec>>,
    /// Objects that the walk looks for.
    asked: Vec<Asked>,
}

/// What an object tells a walk that looks for it.
#[derive(PartialEq)]
struct Asked {
    key: Key,
    number: u32,
    /// The address of a source, and what it leaves out.
    url: Option<SmolStr>,
    ignore: Option<SmolStr>,
    /// The files that it takes, where they are on disk.
    pulled: Option<Directory>,
    /// The variables that it gives.
    values: Arc<Variables>,
}
