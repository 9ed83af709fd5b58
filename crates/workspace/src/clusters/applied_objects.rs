//! The objects that one Flux Kustomization applies, and what they say that leads a walk on.

use std::sync::Arc;

use infragen_flux::GroupKind;
use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::kustomization::{KustomizationSpec, Variables};
use infragen_kustomize::{Path, Value};
use smol_str::SmolStr;

use super::build::applied;
use super::inputs::Inputs;
use crate::db::Db;

/// An object that an environment gets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AppliedObject {
    /// Its kind.
    pub kind: GroupKind,
    /// Its version.
    pub version: SmolStr,
    /// Its namespace; empty where its kind has none.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The file that it comes from: its manifest, or the kustomization file that generates it.
    pub file: Path,
}

/// What identifies the objects of a Flux Kustomization, in their order: equal after an edit that changes only
/// what is in them.
#[salsa::tracked(returns(clone))]
pub(crate) fn objects<'db>(db: &'db dyn Db, inputs: Inputs<'db>) -> Arc<Vec<AppliedObject>> {
    let (built, spec) = (applied(db, inputs), inputs.spec(db));
    let objects = built.resources.iter().map(|resource| {
        let gvk = resource.gvk();
        let namespace = match resource.is_cluster_scoped() {
            true => "",
            // The namespace that objects without one land in; kustomize-controller refuses them.
            false if resource.namespace().is_empty() => &spec.namespace,
            false => resource.namespace(),
        };
        AppliedObject {
            kind: GroupKind {
                group: gvk.group,
                kind: gvk.kind,
            },
            version: gvk.version,
            namespace: SmolStr::new(namespace),
            name: SmolStr::new(resource.name()),
            file: resource.place.file.clone(),
        }
    });
    Arc::new(objects.collect())
}

/// A Flux Kustomization that another one applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    /// What it says.
    pub spec: Arc<KustomizationSpec>,
    /// Its number among the objects of its parent.
    pub number: u32,
    /// The file with its manifest.
    pub file: Path,
}

/// The Flux Kustomizations that a Flux Kustomization applies.
#[salsa::tracked(returns(clone))]
pub(crate) fn children<'db>(db: &'db dyn Db, inputs: Inputs<'db>) -> Arc<Vec<Child>> {
    let (built, spec) = (applied(db, inputs), inputs.spec(db));
    let kustomizations = (0..).zip(&built.resources).filter(|(_, resource)| {
        resource.kind() == KUSTOMIZATION.kind
            && resource.api_version().split('/').next() == Some(KUSTOMIZATION.group)
    });
    let children = kustomizations.map(|(number, resource)| {
        let mut child = KustomizationSpec::read(&resource.value);
        if child.namespace.is_empty() {
            child.namespace = spec.namespace.clone();
        }
        Child {
            spec: Arc::new(child),
            number,
            file: resource.place.file.clone(),
        }
    });
    Arc::new(children.collect())
}

/// The variables that an object of a Flux Kustomization gives.
#[salsa::tracked(returns(clone))]
pub(crate) fn variables_of_object<'db>(
    db: &'db dyn Db,
    inputs: Inputs<'db>,
    number: u32,
) -> Arc<Variables> {
    let built = applied(db, inputs);
    let mut variables = Variables::default();
    if let Some(resource) = built.resources.get(number as usize) {
        variables.add_object(&resource.value);
    }
    Arc::new(variables)
}

/// The address in a source that a Flux Kustomization applies.
#[salsa::tracked(returns(clone))]
pub(crate) fn url_in_object<'db>(
    db: &'db dyn Db,
    inputs: Inputs<'db>,
    number: u32,
) -> Option<SmolStr> {
    let built = applied(db, inputs);
    let resource = built.resources.get(number as usize)?;
    let url = resource.value.at(&["spec", "url"])?;
    url.as_str().map(SmolStr::new)
}

/// `spec.ignore` of a source that a Flux Kustomization applies, empty where it has none: nothing at all where it hands
/// its artifact on as it is.
#[salsa::tracked(returns(clone))]
pub(crate) fn ignore_in_object<'db>(
    db: &'db dyn Db,
    inputs: Inputs<'db>,
    number: u32,
) -> Option<SmolStr> {
    let built = applied(db, inputs);
    let source = &built.resources.get(number as usize)?.value;
    let operation = source.at(&["spec", "layerSelector", "operation"]);
    if operation.and_then(Value::as_str) == Some("copy") {
        return None;
    }
    let ignore = source.at(&["spec", "ignore"]).and_then(Value::as_str);
    Some(ignore.unwrap_or_default().into())
}
