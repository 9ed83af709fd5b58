//! What differs between two versions of a bundle, in every environment that builds from it.

use std::sync::Arc;

use infragen_registry::Repository;
use infragen_syntax::nearest;
use infragen_workspace::{
    Cluster, CompareOptions, Root, Side, Workspace, bundles, clusters, compare_change, remote,
};

use super::report::{Environment, Report, What};
use crate::commands::Failure;
use crate::registries::{Lookup, look_up};

/// Compares. Each version is what every environment takes, one after the other.
pub fn compare<'db>(
    workspace: &'db mut Workspace,
    root: Root,
    service: &str,
    versions: [&str; 2],
) -> Result<Report<'db>, Failure> {
    let lookup = Lookup {
        bundles: true,
        ..Lookup::default()
    };
    look_up(workspace, &[root], lookup);
    let repository = repository(workspace, root, service)?;
    let mut sides: Vec<Vec<Arc<Cluster>>> = Vec::new();
    for version in versions {
        workspace.pin(&repository, Some(version));
        look_up(workspace, &[root], lookup);
        known(workspace, &repository, version)?;
        sides.push(clusters(workspace.db(), root));
    }
    let users = users(workspace, root, &repository);
    let db = &*workspace;
    let db = db.db();
    let options = CompareOptions::default();
    let mut environments = Vec::new();
    for number in users {
        let (Some(old), Some(new)) = (sides[0].get(number), sides[1].get(number)) else {
            continue;
        };
        let side = |cluster: &Arc<Cluster>| Side {
            db,
            root,
            cluster: cluster.clone(),
        };
        let comparison = compare_change(&side(old), &side(new), &options);
        let name = old.environment.name.to_string();
        environments.push(Environment::new(name, What::Compared(comparison)));
    }
    let names = versions.map(str::to_owned);
    Ok(Report::new(db, true, names, [root, root], environments))
}

/// The repository of the bundle that a service takes.
fn repository(workspace: &Workspace, root: Root, service: &str) -> Result<Repository, Failure> {
    let bundles = bundles(workspace.db(), root);
    let mut known: Vec<Repository> = Vec::new();
    for (user, version) in &bundles {
        let Ok(repository) = &version.repository else {
            continue;
        };
        let named = version.name == service
            || user.name == service
            || repository.path.rsplit('/').next() == Some(service);
        if named && !known.contains(repository) {
            known.push(repository.clone());
        }
    }
    match known.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let names: Vec<_> = bundles
                .iter()
                .map(|(_, version)| version.name.as_str())
                .collect();
            let help = match nearest(service, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name an OCIRepository from which a Flux Kustomization builds".to_owned(),
            };
            Err(Failure::new(
                format!("no bundle belongs to `{service}`"),
                help,
            ))
        }
        several => {
            let names: Vec<_> = several.iter().map(ToString::to_string).collect();
            Err(Failure::new(
                format!("`{service}` takes several bundles: {}", names.join(", ")),
                "name the OCIRepository of one of them",
            ))
        }
    }
}

/// Refuses a version whose files could not be had.
fn known(workspace: &Workspace, repository: &Repository, version: &str) -> Result<(), Failure> {
    let db = workspace.db();
    let remote = remote(db, repository);
    let artifact = remote.and_then(|remote| remote.artifacts(db).get(version).cloned());
    let files = artifact.as_ref().filter(|artifact| {
        remote.is_some_and(|remote| remote.pulled(db).contains_key(&artifact.digest))
    });
    if files.is_some() {
        return Ok(());
    }
    let tags = remote.and_then(|remote| remote.tags(db));
    let tags = tags.iter().flat_map(|tags| tags.iter());
    let tags: Vec<_> = tags.map(|tag| tag.as_str()).collect();
    let digest = artifact.map(|artifact| artifact.digest.clone());
    let fault = remote.and_then(|remote| {
        let names = digest.as_deref().into_iter().chain([version]);
        let mut known = names.filter_map(|name| remote.faults(db).get(name));
        known.next().cloned().or_else(|| remote.fault(db))
    });
    let message = match &fault {
        Some(fault) => format!("{repository} gave no `{version}`: {}", fault.message),
        None => format!("{repository} has no `{version}`"),
    };
    let help = match (nearest(version, tags.iter().copied()), fault) {
        (_, Some(fault)) if tags.contains(&version) || tags.is_empty() => {
            fault.help.clone().unwrap_or_default().to_string()
        }
        (Some(near), _) => format!("did you mean `{near}`?"),
        _ => "`infragen versions SERVICE --explain` lists the tags".to_owned(),
    };
    Err(Failure::new(message, help))
}

/// The environments that take something of a repository, by number.
fn users(workspace: &Workspace, root: Root, repository: &Repository) -> Vec<usize> {
    let mut users: Vec<usize> = bundles(workspace.db(), root)
        .into_iter()
        .filter(|(_, version)| version.repository.as_ref() == Ok(repository))
        .map(|(_, version)| version.number)
        .collect();
    users.dedup();
    users
}
