//! Entry points that a FluxInstance makes: what its manifest says, and what it says once its own build has patched it.

use std::sync::Arc;

use infragen_flux::known::FLUX_INSTANCE;
use infragen_flux::kustomization::{KustomizationSpec, of_instance};
use infragen_flux::{GroupKind, ObjectFacts};
use infragen_kustomize::Value;
use smol_str::SmolStr;

use super::applied_objects::objects;
use super::build::applied;
use super::inputs::Inputs;
use crate::db::Db;
use crate::environment::Entry;
use crate::files::SourceFile;
use crate::query::facts;

/// A FluxInstance, or the Helm release that holds its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Instance {
    file: SourceFile,
    kind: GroupKind,
    name: SmolStr,
    /// Namespace and name of what its sync makes.
    makes: (SmolStr, SmolStr),
}

impl Instance {
    /// The one that an entry point is.
    pub(super) fn of_entry(db: &dyn Db, entry: &Entry) -> Option<Instance> {
        let Entry::Object { file, object, .. } = entry else {
            return None;
        };
        let facts = facts(db, *file);
        let object = facts.objects.get(*object as usize)?;
        Some(Instance {
            file: *file,
            kind: object.kind.clone(),
            name: object.name.as_ref()?.value.clone(),
            makes: made_by(object)?,
        })
    }

    /// What its sync makes, by what the object says that an application applies; none where it is not among these.
    pub(super) fn as_applied(
        &self,
        db: &dyn Db,
        inputs: Inputs<'_>,
    ) -> Option<Arc<KustomizationSpec>> {
        if inputs.directory(db).root(db) != self.file.root(db) {
            return None;
        }
        let path = self.file.path(db);
        let all = objects(db, inputs);
        let number = all.iter().position(|object| {
            object.kind == self.kind && object.name == self.name && *object.file == *path
        })?;
        let number = u32::try_from(number).ok()?;
        applied_instance(db, inputs, number, self.clone())
    }
}

/// Namespace and name of what the sync of an object makes: a source and a Flux Kustomization.
pub(super) fn made_by(object: &ObjectFacts) -> Option<(SmolStr, SmolStr)> {
    let [_, kustomization] = object.makes.as_slice() else {
        return None;
    };
    let namespace = kustomization.namespace.clone();
    let namespace = namespace.unwrap_or_else(|| "flux-system".into());
    Some((namespace, kustomization.name.value.clone()))
}

/// What an instance says, in its manifest or in the values of its Helm release.
pub(super) fn said_in<'v>(kind: &GroupKind, manifest: &'v Value) -> Option<&'v Value> {
    manifest.at(match *kind == *FLUX_INSTANCE {
        true => &["spec"],
        false => &["spec", "values", "instance"],
    })
}

#[salsa::tracked(returns(clone))]
fn applied_instance<'db>(
    db: &'db dyn Db,
    inputs: Inputs<'db>,
    number: u32,
    instance: Instance,
) -> Option<Arc<KustomizationSpec>> {
    let built = applied(db, inputs);
    let resource = built.resources.get(number as usize)?;
    let (namespace, name) = &instance.makes;
    let said = said_in(&instance.kind, &resource.value)?;
    of_instance(said, (namespace, name)).map(Arc::new)
}
