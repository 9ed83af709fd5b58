//! From a reference to the objects that it names in each environment.

use std::sync::Arc;

use infragen_flux::substitute::{Missing, Template};
use infragen_flux::{GroupKind, ObjectFacts, ReferenceFact, Scope, is_templated};
use smol_str::SmolStr;

use super::index::{AppliedFrom, applied_from, definition, objects_named};
use super::walk::{Application, Cluster, nth_cluster};
use crate::db::Db;
use crate::files::SourceFile;
use crate::index::{DefinedBy, Definition};
use crate::query::facts;

/// What a reference names in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InEnvironment {
    /// Its name.
    pub environment: SmolStr,
    /// The namespace that is looked in there.
    pub namespace: SmolStr,
    /// The objects; empty where the environment applies none of that name, as far as is known here.
    pub found: Vec<Definition>,
    /// Objects of that kind and name that it applies in other namespaces.
    pub elsewhere: Vec<Definition>,
}

/// What a reference names in each environment that applies the object which has it: empty where none does, or
/// where the reference stands in a patch or a template.
pub(crate) fn resolve_exactly(
    db: &dyn Db,
    file: SourceFile,
    object: Option<&ObjectFacts>,
    reference: &ReferenceFact,
    kind: &GroupKind,
) -> Vec<InEnvironment> {
    if object.is_some_and(|object| object.in_patch || object.rendered) {
        return Vec::new();
    }
    let from = applied_from(db, file);
    if from.is_empty() {
        return Vec::new();
    }
    let facts = facts(db, file);
    let number = object.and_then(|object| {
        let mut objects = (0..).zip(&facts.objects);
        objects
            .find(|(_, other)| other.range == object.range)
            .map(|(number, _)| number)
    });
    let root = file.root(db);
    let mut answers: Vec<InEnvironment> = Vec::new();
    for from in from.iter() {
        // A marker is no part of an object.
        if object.is_some() && number.map(DefinedBy::Object) != Some(from.by) {
            continue;
        }
        let Some(cluster) = nth_cluster(db, root, from.environment) else {
            continue;
        };
        let environment = &cluster.environment;
        let Some((name, namespace)) = looked_up(&cluster, from, object, reference) else {
            continue;
        };
        let (at, environment_of) = (cluster.root, environment.clone());
        let named = objects_named(db, at, environment_of, kind.clone(), name.clone());
        let (mut found, mut elsewhere) = (Vec::new(), Vec::new());
        for placed in named.iter() {
            let here = placed.namespace == namespace || placed.namespace.is_empty();
            let list = if here { &mut found } else { &mut elsewhere };
            if let Some(definition) = definition(db, &cluster, placed, kind, &name)
                && !list.contains(&definition)
            {
                list.push(definition);
            }
        }
        let known = answers
            .iter_mut()
            .find(|answer| answer.environment == environment.name && answer.namespace == namespace);
        match known {
            Some(known) => {
                found.retain(|definition| !known.found.contains(definition));
                known.found.extend(found);
            }
            None => answers.push(InEnvironment {
                environment: environment.name.clone(),
                namespace,
                found,
                elsewhere,
            }),
        }
    }
    answers
}

/// The name and the namespace that a reference has in an environment; none where a variable in them is not
/// known.
fn looked_up(
    cluster: &Arc<Cluster>,
    from: &AppliedFrom,
    object: Option<&ObjectFacts>,
    reference: &ReferenceFact,
) -> Option<(SmolStr, SmolStr)> {
    let application = cluster.applications.get(from.id.application as usize)?;
    let name = rendered(application, &reference.name.value)?;
    let written = match reference.row.scope {
        Scope::Own => None,
        Scope::Optional => reference.namespace.as_ref(),
        Scope::Of(path) => object.and_then(|object| {
            let mut references = object.references.iter();
            references
                .find(|other| other.row.path == path)?
                .namespace
                .as_ref()
        }),
    };
    let namespace = match written {
        Some(written) => rendered(application, &written.value)?,
        None => from.namespace.clone(),
    };
    Some((name, namespace))
}

/// A text with the values that variables have for an application.
fn rendered(application: &Application, text: &SmolStr) -> Option<SmolStr> {
    if !is_templated(text) {
        return Some(text.clone());
    }
    application.spec.post_build.as_ref()?;
    let rendered =
        Template::parse(text).render(text, Missing::Fails, |name| application.variables.get(name));
    let whole = !rendered.open && rendered.errors.is_empty() && !is_templated(&rendered.text);
    whole.then(|| SmolStr::new(&rendered.text))
}
