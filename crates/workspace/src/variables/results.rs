//! What the values of variables make of objects that the API server then refuses.

use std::sync::Arc;

use infragen_flux::substitute::Rules;
use infragen_kustomize::{Map, Path, Place, Scalar, ScalarKind, Value};
use smol_str::SmolStr;

use super::objects::of_build as variables_of_build;
use crate::clusters::{Application, Inputs, applied, flux_build};
use crate::db::Db;

/// What the values of an application's variables spoil.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spoiled {
    /// Texts that are none any more.
    pub retyped: Vec<Retyped>,
    /// Objects that are no YAML any more, and why.
    pub broken: Vec<(Place, String)>,
}

/// A field that must be a text, and is something else with the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retyped {
    /// The file that the object comes from.
    pub file: Path,
    /// The field: `metadata.annotations`.
    pub field: &'static str,
    /// The text before values are put into it.
    pub before: SmolStr,
    /// What is there afterwards.
    pub after: SmolStr,
    /// What that is: `a number`.
    pub becomes: &'static str,
}

/// What the values of an application's variables spoil.
pub fn spoiled(db: &dyn Db, application: &Application, rules: Rules) -> Arc<Spoiled> {
    let substitutes = application.spec.substitutes(&application.variables);
    let inputs = application.shown_inputs(db, rules);
    match inputs.filter(|_| substitutes) {
        Some(inputs) => of_build(db, inputs),
        None => Arc::default(),
    }
}

#[salsa::tracked(returns(clone))]
fn of_build<'db>(db: &'db dyn Db, inputs: Inputs<'db>) -> Arc<Spoiled> {
    let (directory, spec) = (inputs.directory(db), inputs.spec(db));
    let (additions, ignores) = (spec.additions.clone(), spec.ignore_missing_components);
    let ignore = spec.source_ignore.clone();
    let before = flux_build(db, directory, additions.clone(), ignores, ignore.clone());
    let after = applied(db, inputs);
    let mut found = Spoiled::default();
    // Flux drops objects that values have spoiled, so numbers differ; the order does not.
    let mut rest = after.resources.iter().peekable();
    let pairs = before.resources.iter().map(|before| {
        let after = rest.next_if(|after| after.place == before.place);
        (before, after)
    });
    let pairs: Vec<_> = pairs.collect();
    for object in variables_of_build(db, directory, additions, ignores, ignore).iter() {
        if let Some((before, Some(after))) = pairs.get(object.number as usize) {
            let mut add = |field, before: &Scalar, after: &Scalar| {
                let becomes = match after.kind {
                    ScalarKind::Bool => "a boolean",
                    ScalarKind::Int | ScalarKind::Float => "a number",
                    _ => return,
                };
                found.retyped.push(Retyped {
                    file: object.file.clone(),
                    field,
                    before: before.text.clone(),
                    after: after.text.clone(),
                    becomes,
                });
            };
            texts(&before.value, &after.value, &mut add);
        }
    }
    let broken = after.problems.iter().filter(|problem| problem.breaks_yaml);
    found
        .broken
        .extend(broken.map(|problem| (problem.error.place.clone(), problem.error.message.clone())));
    Arc::new(found)
}

/// Mappings whose values must be texts, in any object.
const METADATA: &[(&str, &[&str])] = &[
    ("metadata.labels", &["metadata", "labels"]),
    ("metadata.annotations", &["metadata", "annotations"]),
    (
        "spec.template.metadata.labels",
        &["spec", "template", "metadata", "labels"],
    ),
    (
        "spec.template.metadata.annotations",
        &["spec", "template", "metadata", "annotations"],
    ),
];

/// Those of some kinds.
const OF_KINDS: &[(&str, &str, &[&str])] = &[
    ("ConfigMap", "data", &["data"]),
    ("Secret", "stringData", &["stringData"]),
    (
        "Kustomization",
        "spec.postBuild.substitute",
        &["spec", "postBuild", "substitute"],
    ),
];

/// Where pods are described.
const PODS: &[&[&str]] = &[
    &["spec"],
    &["spec", "template", "spec"],
    &["spec", "jobTemplate", "spec", "template", "spec"],
];

/// Visits the fields of an object that must be texts.
fn texts(before: &Value, after: &Value, add: &mut dyn FnMut(&'static str, &Scalar, &Scalar)) {
    let kind = before.get("kind").and_then(Value::as_str);
    let of_kind = OF_KINDS.iter().filter(|(of, ..)| kind == Some(of));
    let of_kind = of_kind.map(|(_, field, path)| (*field, *path));
    for (field, path) in METADATA.iter().copied().chain(of_kind) {
        let before = before.at(path).and_then(Value::as_map);
        let after = after.at(path).and_then(Value::as_map);
        let Some((before, after)) = before.zip(after) else {
            continue;
        };
        for (key, value) in Map::iter(before) {
            compare(field, Some(value), after.get(key), add);
        }
    }
    for pod in PODS {
        for containers in ["containers", "initContainers"] {
            let list = |object: &Value| {
                let list = object.at(pod)?.get(containers)?.as_list()?;
                Some(list.to_vec())
            };
            let pairs = list(before).zip(list(after));
            for (before, after) in pairs.into_iter().flat_map(|(a, b)| a.into_iter().zip(b)) {
                let env = |container: &Value| container.get("env")?.as_list().map(<[_]>::to_vec);
                let variables = env(&before).zip(env(&after));
                for (before, after) in variables
                    .into_iter()
                    .flat_map(|(a, b)| a.into_iter().zip(b))
                {
                    compare("env", before.get("value"), after.get("value"), add);
                }
            }
        }
    }
}

fn compare(
    field: &'static str,
    before: Option<&Value>,
    after: Option<&Value>,
    add: &mut dyn FnMut(&'static str, &Scalar, &Scalar),
) {
    let scalars = before
        .and_then(Value::as_scalar)
        .zip(after.and_then(Value::as_scalar));
    if let Some((before, after)) = scalars.filter(|(before, _)| before.text.contains("${")) {
        add(field, before, after);
    }
}
