//! Two objects of one kind, namespace and name are one object of a cluster: its appliers would fight for it.

use infragen_flux::known::{KUSTOMIZATION, NAMESPACE};
use infragen_flux::{FileFacts, ObjectFacts};
use infragen_syntax::Tree;
use infragen_workspace::{definitions, namespace_of};

use crate::refusal::Refusal;
use crate::repository::Repository;

/// Refuses objects that are already there, in one of the environments that would get them or in files that
/// the environments share. A namespace is nobody's own: whether it is brought is decided elsewhere.
pub(crate) fn is_new(
    repository: &Repository<'_>,
    text: &str,
    environments: &[&str],
) -> Result<(), Refusal> {
    let facts = FileFacts::read(&Tree::parse(text), false);
    facts
        .objects
        .iter()
        .filter(|object| object.kind != *NAMESPACE && !object.in_patch)
        .try_for_each(|object| is_new_object(repository, object, environments))
}

fn is_new_object(
    repository: &Repository<'_>,
    object: &ObjectFacts,
    environments: &[&str],
) -> Result<(), Refusal> {
    let Repository { db, root, .. } = *repository;
    let (Some(name), Some(namespace)) = (&object.name, &object.namespace) else {
        return Ok(());
    };
    for other in definitions(db, root, &object.kind, &name.value) {
        let path = other.file.path(db);
        let environment = repository.environment_of(&path);
        let reached = environment.is_none_or(|environment| environments.contains(&environment));
        let same = match namespace_of(db, &other) {
            Some(other) => other == namespace.value,
            // In the cluster's own folder it is as likely as not that of Flux.
            None => environment.is_some(),
        };
        if !reached || !same {
            continue;
        }
        let kind = if object.kind == *KUSTOMIZATION {
            "Flux Kustomization"
        } else {
            &*object.kind.kind
        };
        let identity = format!("{kind} `{}/{}`", namespace.value, name.value);
        return Err(Refusal::new(match environment {
            Some(environment) => format!("`{environment}` has the {identity} already, in {path}"),
            None => format!("there is the {identity} already, in {path}"),
        }));
    }
    Ok(())
}
