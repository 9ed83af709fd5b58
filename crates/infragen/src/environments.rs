//! Environments by the names that are given on the command line.

use std::sync::Arc;

use infragen_syntax::nearest;
use infragen_workspace::{Application, Cluster, Db, Root, cluster, environments};

use crate::commands::Failure;

/// What an environment applies.
pub fn environment(db: &dyn Db, root: Root, name: &str) -> Result<Arc<Cluster>, Failure> {
    let known = environments(db, root);
    if let Some(environment) = known.iter().find(|known| known.name == name) {
        return Ok(cluster(db, root, environment.clone()));
    }
    let names: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
    let help = match (nearest(name, names.iter().copied()), names.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "this repository has none: a folder of `clusters/`, a `gotk-sync.yaml` or a \
                       FluxInstance makes one, or name them in `.infragen.yaml`"
            .to_owned(),
        (None, all) => format!("environments of this repository: {}", all.join(", ")),
    };
    Err(Failure::new(
        format!("there is no environment `{name}`"),
        help,
    ))
}

/// A Flux Kustomization of an environment, as `NAMESPACE/NAME` or, where that is clear, `NAME`.
pub fn application<'c>(cluster: &'c Cluster, given: &str) -> Result<&'c Application, Failure> {
    let full = |application: &Application| {
        format!("{}/{}", application.spec.namespace, application.spec.name)
    };
    let mut found = cluster
        .applications
        .iter()
        .filter(|application| full(application) == given || application.spec.name == given);
    let environment = &cluster.environment.name;
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(other)) => Err(Failure::new(
            format!("`{given}` is more than one Flux Kustomization of `{environment}`"),
            format!("say `{}` or `{}`", full(one), full(other)),
        )),
        (None, _) => {
            let names: Vec<_> = cluster.applications.iter().map(full).collect();
            let help = match nearest(given, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("`infragen graph --env {environment}` shows them all"),
            };
            Err(Failure::new(
                format!("`{environment}` has no Flux Kustomization `{given}`"),
                help,
            ))
        }
    }
}
