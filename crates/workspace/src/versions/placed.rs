//! What the objects of environments take from registries.

use std::sync::Arc;

use infragen_constraint::Flux;
use infragen_flux::known::OCI_REPOSITORY;
use infragen_flux::kustomization::SourceName;
use infragen_flux::{Address, Endpoint, FluxVersion, GroupKind, Pull, Rule, takes_versions};
use infragen_registry::{AddressError, Artifact, Fault, Repository, Timestamp, without_user};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::picked::{Picked, pick, taken_digest};
use super::remote::{now, remote};
use super::wanted::{DEFAULT_INTERVAL, is_old};
use crate::clusters::{
    Application, Cluster, Elsewhere, Inputs, ObjectId, applied, applied_from, applied_resource,
    flux_version, named_in, nth_cluster, objects,
};
use crate::db::Db;
use crate::environment::environments;
use crate::files::{Directory, Root, SourceFile};
use crate::index::DefinedBy;

/// What an object of an environment takes from a registry.
#[derive(Debug, Clone)]
pub struct PlacedVersion {
    /// Number of the environment among those of the root.
    pub number: usize,
    /// The name of the environment.
    pub environment: SmolStr,
    /// The object.
    pub id: ObjectId,
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// What it says.
    pub pull: Pull,
    /// The repository.
    pub repository: Result<Repository, NoRepository>,
    /// Whether it is asked without TLS.
    pub insecure: bool,
    /// Whose rules count.
    pub flux: Flux,
    /// What comes of it.
    pub picked: Arc<Picked>,
}

/// Why it is not known which repository an object means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoRepository {
    /// Its address, without a user in it, is none.
    Address(SmolStr, AddressError),
    /// The environment has no object of that kind and name.
    NotFound(GroupKind, SmolStr),
    /// The charts are in an index and not in an OCI registry.
    Index,
    /// It holds a variable whose value is not known.
    Template,
}

impl PlacedVersion {
    /// What is behind the tag or digest that is taken, where that is known.
    pub fn artifact(&self, db: &dyn Db) -> Option<Arc<Artifact>> {
        self.artifact_of(db, self.picked.outcome.name()?)
    }

    /// What is behind a tag or digest of its repository, where that is known.
    pub fn artifact_of(&self, db: &dyn Db, name: &str) -> Option<Arc<Artifact>> {
        let remote = remote(db, self.repository.as_ref().ok()?)?;
        remote.artifacts(db).get(name).cloned()
    }

    /// When the registry said which tags there are.
    pub fn asked(&self, db: &dyn Db) -> Option<Timestamp> {
        remote(db, self.repository.as_ref().ok()?)?.asked(db)
    }

    /// When that was, where it is so long ago that Flux would have asked again.
    pub fn stale(&self, db: &dyn Db) -> Option<Timestamp> {
        let interval = self.pull.interval.unwrap_or(DEFAULT_INTERVAL);
        self.asked(db)
            .filter(|asked| is_old(now(db), *asked, interval))
    }

    /// Why the registry gave no answer the last time: about its tags, about what is taken, or about the files of that.
    pub fn fault(&self, db: &dyn Db) -> Option<Arc<Fault>> {
        let remote = remote(db, self.repository.as_ref().ok()?)?;
        if let Some(fault) = remote.fault(db) {
            return Some(fault);
        }
        let (faults, taken) = (remote.faults(db), self.picked.outcome.name()?);
        let files = || faults.get(&self.artifact(db)?.digest);
        faults.get(taken).or_else(files).cloned()
    }

    /// The files of what is taken, where they are on disk.
    pub fn files(&self, db: &dyn Db) -> Option<Directory> {
        let digest = &self.artifact(db)?.digest;
        let remote = remote(db, self.repository.as_ref().ok()?)?;
        remote.pulled(db).get(digest).copied()
    }
}

/// What the objects of a Flux Kustomization take from registries, by their numbers.
#[salsa::tracked(returns(clone))]
pub(crate) fn pulls_of<'db>(db: &'db dyn Db, inputs: Inputs<'db>) -> Arc<Vec<(u32, Pull)>> {
    let kinds = objects(db, inputs);
    if !kinds.iter().any(|object| takes_versions(&object.kind)) {
        return Arc::default();
    }
    let built = applied(db, inputs);
    let pulls = (0..).zip(kinds.iter().zip(&built.resources));
    Arc::new(
        pulls
            .filter_map(|(number, (object, resource))| {
                Some((number, Pull::read(&object.kind, &resource.value)?))
            })
            .collect(),
    )
}

/// What one of them takes.
pub(crate) fn pull_in_object<'db>(
    db: &'db dyn Db,
    inputs: Inputs<'db>,
    number: u32,
) -> Option<Pull> {
    let pulls = pulls_of(db, inputs);
    let at = pulls
        .binary_search_by_key(&number, |(number, _)| *number)
        .ok()?;
    Some(pulls[at].1.clone())
}

/// The files that an `OCIRepository` takes in a cluster, where they are on disk.
pub(crate) fn bundle_directory(
    db: &dyn Db,
    pull: &Pull,
    version: Option<FluxVersion>,
) -> Option<Directory> {
    let Address::Own(endpoint) = &pull.address else {
        return None;
    };
    let repository = Repository::parse(&endpoint.url).ok()?;
    let remote = remote(db, &repository)?;
    // What is taken is asked for only where that can lead anywhere: tags change more often than files come.
    if remote.pulled(db).is_empty() {
        return None;
    }
    let digest = taken_digest(db, repository, pull.rule.clone(), rules_of(version))?;
    remote.pulled(db).get(&digest).copied()
}

/// The rules of the Flux that a cluster runs; those of the newest where nothing tells it.
fn rules_of(version: Option<FluxVersion>) -> Flux {
    version
        .and_then(|version| format!("{}.{}", version.major, version.minor).parse().ok())
        .unwrap_or_default()
}

/// What an object of an environment takes from a registry; none where it takes nothing.
pub fn version_of(
    db: &dyn Db,
    cluster: &Cluster,
    number: usize,
    id: ObjectId,
) -> Option<PlacedVersion> {
    let application = cluster.applications.get(id.application as usize)?;
    let inputs = cluster.inputs(db, application)?;
    let mut pull = pull_in_object(db, inputs, id.number)?;
    let objects = objects(db, inputs);
    let object = objects.get(id.number as usize)?;
    let flux = rules_of(flux_version(db, cluster.root, cluster.environment.clone()));
    let (repository, insecure) = match endpoint(db, cluster, &pull.address, &object.namespace) {
        Ok(endpoint) if infragen_flux::is_templated(&endpoint.url) => {
            (Err(NoRepository::Template), endpoint.insecure)
        }
        Ok(endpoint) => {
            if let Rule::Image { excluded, .. } = &mut pull.rule {
                *excluded = endpoint.excluded;
            }
            let parsed = Repository::parse(&endpoint.url);
            (
                parsed.map_err(|error| NoRepository::Address(without_user(&endpoint.url), error)),
                endpoint.insecure,
            )
        }
        Err(error) => (Err(error), false),
    };
    let picked = match &repository {
        Ok(repository) => pick(db, repository.clone(), pull.rule.clone(), flux),
        Err(_) => Arc::new(Picked::of(None, &pull.rule, flux)),
    };
    Some(PlacedVersion {
        number,
        environment: cluster.environment.name.clone(),
        id,
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        pull,
        repository,
        insecure,
        flux,
        picked,
    })
}

fn endpoint(
    db: &dyn Db,
    cluster: &Cluster,
    address: &Address,
    own: &SmolStr,
) -> Result<Endpoint, NoRepository> {
    match address {
        Address::Own(endpoint) => Ok(endpoint.clone()),
        Address::In {
            kind,
            namespace,
            name,
            chart,
        } => {
            let namespace = namespace.as_ref().unwrap_or(own);
            let object = named_in(db, cluster, kind, namespace, name)
                .and_then(|id| applied_resource(db, cluster, id))
                .ok_or_else(|| NoRepository::NotFound(kind.clone(), name.clone()))?;
            Endpoint::read(kind, &object.value, chart.as_deref()).ok_or(NoRepository::Index)
        }
    }
}

/// What the objects of a Flux Kustomization of a cluster take from registries, by their numbers.
pub fn versions_in_application(
    db: &dyn Db,
    cluster: &Cluster,
    application: &Application,
) -> Arc<Vec<(u32, Pull)>> {
    let inputs = cluster.inputs(db, application);
    inputs.map_or_else(Arc::default, |inputs| pulls_of(db, inputs))
}

/// What the objects of an environment take from registries.
pub fn versions_in(db: &dyn Db, root: Root, number: usize) -> Vec<PlacedVersion> {
    let Some(cluster) = nth_cluster(db, root, number) else {
        return Vec::new();
    };
    let mut versions = Vec::new();
    for (application, at) in (0..).zip(&cluster.applications) {
        let pulls = versions_in_application(db, &cluster, at);
        versions.extend(pulls.iter().filter_map(|(object, _)| {
            let id = ObjectId {
                application,
                number: *object,
            };
            version_of(db, &cluster, number, id)
        }));
    }
    versions
}

/// What an object of a file takes in each environment that applies it, in order of environment.
pub fn versions_of_object(db: &dyn Db, file: SourceFile, by: DefinedBy) -> Vec<PlacedVersion> {
    let root = file.root(db);
    let applied = applied_from(db, file);
    let own = applied.iter().filter(|applied| applied.by == by);
    own.filter_map(|applied| {
        let cluster = nth_cluster(db, root, applied.environment)?;
        version_of(db, &cluster, applied.environment, applied.id)
    })
    .collect()
}

/// A Flux Kustomization that builds a path of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// Number of the environment.
    pub environment: usize,
    /// Number of the Flux Kustomization among the applications there.
    pub application: usize,
    /// Its name.
    pub name: SmolStr,
    /// The `OCIRepository`.
    pub source: SourceName,
    /// Whether the files are known here, in whatever way.
    pub is_known: bool,
}

/// The Flux Kustomizations of a root that build from an `OCIRepository`.
pub fn bundle_consumers(db: &dyn Db, root: Root) -> Vec<Consumer> {
    let mut consumers = Vec::new();
    for environment in 0..environments(db, root).len() {
        let Some(cluster) = nth_cluster(db, root, environment) else {
            continue;
        };
        for (number, application) in cluster.applications.iter().enumerate() {
            let source = application.spec.source.as_ref();
            let Some(source) = source.filter(|source| source.kind == OCI_REPOSITORY.kind) else {
                continue;
            };
            consumers.push(Consumer {
                environment,
                application: number,
                name: application.spec.name.clone(),
                source: source.clone(),
                is_known: !matches!(application.directory, Err(Elsewhere::Source { .. })),
            });
        }
    }
    consumers
}

/// The Flux Kustomizations of a root that build from an `OCIRepository`, each with what that takes there. Those whose
/// source the environment does not apply are left out.
pub fn bundles(db: &dyn Db, root: Root) -> Vec<(Consumer, PlacedVersion)> {
    let environments = 0..environments(db, root).len();
    let versions = environments.flat_map(|number| versions_in(db, root, number));
    let artifacts = versions.filter(|version| version.kind == *OCI_REPOSITORY);
    let by_name: FxHashMap<_, _> = artifacts
        .map(|version| {
            let key = (
                version.number,
                version.namespace.clone(),
                version.name.clone(),
            );
            (key, version)
        })
        .collect();
    let consumers = bundle_consumers(db, root).into_iter();
    consumers
        .filter_map(|consumer| {
            let source = &consumer.source;
            let key = (
                consumer.environment,
                source.namespace.clone(),
                source.name.clone(),
            );
            let version = by_name.get(&key)?.clone();
            Some((consumer, version))
        })
        .collect()
}

impl std::fmt::Display for NoRepository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(url, error) => write!(f, "`{url}`: {error}"),
            Self::NotFound(kind, name) => write!(f, "there is no {kind} `{name}` here"),
            Self::Index => f.write_str("its chart comes from an index, which is not looked up"),
            Self::Template => f.write_str("its address holds a variable without a value"),
        }
    }
}
