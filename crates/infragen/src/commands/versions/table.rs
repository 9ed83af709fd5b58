//! Services by environments.

use infragen_flux::GroupKind;
use infragen_registry::Timestamp;
use infragen_workspace::{Db, PlacedVersion, Root, bundle_consumers, clusters, environments, now};
use smol_str::SmolStr;

use super::is_taken;

/// Services by environments.
pub struct Table {
    /// The environments, by number and name.
    pub environments: Vec<(usize, SmolStr)>,
    /// The services.
    pub rows: Vec<Row>,
    /// The moment that ages of what is taken are told from.
    pub moment: Timestamp,
    /// Environments by name, each with the Flux Kustomizations that certainly do not build there: `namespace/name`.
    pub failing: Vec<(SmolStr, Vec<String>)>,
}

/// A service: what takes a version under one name, of one kind, from one repository.
pub struct Row {
    /// The name of the object.
    pub name: SmolStr,
    /// Its kind.
    pub kind: GroupKind,
    /// Where it is taken from: `ghcr.io/acme/web`, or what stands there instead.
    pub repository: String,
    /// What environments take, several where the name is in several namespaces.
    pub versions: Vec<PlacedVersion>,
}

impl Table {
    /// Puts together what belongs together, in order of name.
    pub fn new(db: &dyn Db, root: Root, numbers: &[usize], versions: Vec<PlacedVersion>) -> Self {
        let known = environments(db, root);
        let mut rows: Vec<Row> = Vec::new();
        for version in versions {
            let repository = match &version.repository {
                Ok(repository) => repository.to_string(),
                Err(_) => String::new(),
            };
            let same = |row: &&mut Row| {
                row.name == version.name && row.kind == version.kind && row.repository == repository
            };
            match rows.iter_mut().find(same) {
                Some(row) => row.versions.push(version),
                None => rows.push(Row {
                    name: version.name.clone(),
                    kind: version.kind.clone(),
                    repository,
                    versions: vec![version],
                }),
            }
        }
        rows.sort_by(|a, b| (&a.name, &a.kind.kind).cmp(&(&b.name, &b.kind.kind)));
        let names = numbers.iter();
        Self {
            environments: names
                .map(|number| (*number, known[*number].name.clone()))
                .collect(),
            rows,
            moment: now(db),
            failing: failing(db, root, numbers),
        }
    }

    /// The rows of one service.
    pub fn only(&self, db: &dyn Db, root: Root, service: &str) -> Self {
        let uses = users(db, root, service);
        let rows = self.rows.iter().filter(|row| {
            let last = row.repository.rsplit('/').next();
            row.name == service
                || last == Some(service)
                || row.versions.iter().any(|version| {
                    let own = (
                        version.number,
                        version.namespace.clone(),
                        version.name.clone(),
                    );
                    uses.contains(&own)
                })
        });
        Self {
            environments: self.environments.clone(),
            rows: rows.map(Row::copy).collect(),
            moment: self.moment,
            failing: self.failing.clone(),
        }
    }

    /// Whether every environment takes something.
    pub fn is_complete(&self) -> bool {
        let mut versions = self.rows.iter().flat_map(|row| &row.versions);
        versions.all(|version| is_taken(&version.picked.outcome))
    }
}

impl Row {
    fn copy(&self) -> Self {
        Self {
            name: self.name.clone(),
            kind: self.kind.clone(),
            repository: self.repository.clone(),
            versions: self.versions.clone(),
        }
    }

    /// What an environment takes.
    pub fn of(&self, number: usize) -> impl Iterator<Item = &PlacedVersion> {
        let versions = self.versions.iter();
        versions.filter(move |version| version.number == number)
    }
}

/// The sources that Flux Kustomizations of a name build from: environment, namespace, name.
fn users(db: &dyn Db, root: Root, service: &str) -> Vec<(usize, SmolStr, SmolStr)> {
    let consumers = bundle_consumers(db, root).into_iter();
    let named = consumers.filter(|consumer| consumer.name == service);
    named
        .map(|consumer| {
            (
                consumer.environment,
                consumer.source.namespace,
                consumer.source.name,
            )
        })
        .collect()
}

/// What does not build: Flux applies nothing of it, and what was applied before stays as it is.
fn failing(db: &dyn Db, root: Root, numbers: &[usize]) -> Vec<(SmolStr, Vec<String>)> {
    let clusters = clusters(db, root);
    let chosen = numbers.iter().filter_map(|number| clusters.get(*number));
    let failing = chosen.map(|cluster| {
        let applications = cluster.applications.iter();
        let failing = applications.filter(|it| !cluster.certain_errors(db, root, it).is_empty());
        let names = failing.map(|it| format!("{}/{}", it.spec.namespace, it.spec.name));
        (cluster.environment.name.clone(), names.collect::<Vec<_>>())
    });
    failing.filter(|(_, names)| !names.is_empty()).collect()
}
