//! What happens to each object after the build: substitution, common metadata, the labels of the owner.

use std::borrow::Cow;

use infragen_kustomize::{
    Before, BuildError, ErrorKind, How, Id, Map, Origin, Place, Resource, Scalar, ScalarKind,
    Value, emit, read_through_json,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::spec::KustomizationSpec;
use super::variables::Variables;
use crate::substitute::{self, Missing, NAME_PATTERN, Template, is_variable_name};

/// The label or annotation that keeps an object as it is.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Why Flux refuses an object after the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The error, in the place of the object.
    pub error: BuildError,
    /// The variable that has no value and no default: an error of a strict substitution only (the default since
    /// Flux 2.9).
    pub not_set: Option<SmolStr>,
}

/// Changes the objects of a build as Flux does before it applies them. Goes on past what Flux would refuse.
///
/// `marked_at` is the place of the Flux Kustomization: where what it sets comes from.
pub fn finish(
    spec: &KustomizationSpec,
    variables: &Variables,
    missing: Missing,
    marked_at: Option<&Place>,
    resources: &mut Vec<Resource>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let always = spec
        .post_build
        .as_ref()
        .is_some_and(|post_build| post_build.always);
    if spec.post_build.is_some() && (always || !variables.is_empty()) {
        let mut ids: FxHashMap<Id, usize> = FxHashMap::default();
        for resource in resources.iter() {
            *ids.entry(resource.id().normal()).or_default() += 1;
        }
        for resource in resources.iter_mut() {
            if is_disabled(resource) {
                continue;
            }
            let before = resource.id().normal();
            put_values(resource, variables, missing, &mut problems);
            let after = resource.id().normal();
            if before != after {
                ids.entry(before).and_modify(|count| *count -= 1);
                let count = ids.entry(after).or_default();
                *count += 1;
                // One that is called so now and gets another name later is in the way too.
                if *count > 1 {
                    problems.push(same_id(resource));
                }
            }
        }
    }
    problems.extend(resources.iter().filter_map(lost_kind));
    resources.retain(is_applied);
    for resource in resources {
        for (key, value) in [("name", &spec.name), ("namespace", &spec.namespace)] {
            let key = format!("kustomize.toolkit.fluxcd.io/{key}");
            mark(resource, "labels", &key, value, marked_at);
        }
        // Last, so it wins over the labels of the owner too.
        for (field, pairs) in [("labels", &spec.labels), ("annotations", &spec.annotations)] {
            for (key, value) in pairs {
                mark(resource, field, key, value, marked_at);
            }
        }
    }
    problems
}

/// An object that values have given the name of another.
fn same_id(resource: &Resource) -> Problem {
    let (kind, name) = (resource.kind(), resource.name());
    let message = format!("the values of its variables make a second {kind} `{name}` of this");
    let place = resource.place.clone();
    let error = BuildError::new(ErrorKind::Substitution, place, message);
    Problem {
        error: error.with_help("choose values that keep the names apart"),
        not_set: None,
    }
}

/// An object whose kind is a text no more: then Flux can read none of them. [pkg:ssa/utils ReadObjects]
fn lost_kind(resource: &Resource) -> Option<Problem> {
    let kind = resource.value.get("kind").and_then(Value::as_scalar);
    if kind.is_some_and(|kind| is_text(kind.kind) && !kind.text.is_empty()) {
        return None;
    }
    let message = format!(
        "`kind` of `{}` is no text after substitution",
        resource.name()
    );
    let place = resource.place.clone();
    let error = BuildError::new(ErrorKind::Substitution, place, message);
    Some(Problem {
        error: error.with_help("put it in quotes with `${quote}`"),
        not_set: None,
    })
}

/// Whether Flux applies an object at all. It drops settings of kustomize that are listed as if they were objects,
/// and what has no name, kind or version, or one that values have made a number, without a word.
/// [pkg:ssa/utils ReadObjects]
fn is_applied(resource: &Resource) -> bool {
    let is_text = |path: &[&str]| {
        let scalar = resource.value.at(path).and_then(Value::as_scalar);
        scalar.is_some_and(|scalar| is_text(scalar.kind) && !scalar.text.is_empty())
    };
    let is_settings = resource.kind().eq_ignore_ascii_case("kustomization")
        && resource
            .api_version()
            .starts_with("kustomize.config.k8s.io/");
    is_text(&["metadata", "name"]) && is_text(&["kind"]) && is_text(&["apiVersion"]) && !is_settings
}

fn is_text(kind: ScalarKind) -> bool {
    matches!(
        kind,
        ScalarKind::String | ScalarKind::Timestamp | ScalarKind::Binary
    )
}

/// Names of variables that Flux refuses: then it applies nothing.
pub(crate) fn bad_names(variables: &Variables) -> impl Iterator<Item = &SmolStr> {
    variables
        .known
        .keys()
        .filter(|name| !is_variable_name(name))
}

fn is_disabled(resource: &Resource) -> bool {
    let is_disabled = |map: Option<&Map>| {
        map.and_then(|map| map.get(SUBSTITUTE))
            .and_then(Value::as_str)
            == Some("disabled")
    };
    is_disabled(resource.labels()) || is_disabled(resource.annotations())
}

/// Puts values into an object: into its text, so they may become numbers or more.
fn put_values(
    resource: &mut Resource,
    variables: &Variables,
    missing: Missing,
    problems: &mut Vec<Problem>,
) {
    let mut text = String::new();
    if emit(&resource.value, &mut text).is_err() {
        return;
    }
    let object = format!("{}/{}", resource.kind(), resource.name());
    let place = resource.place.clone();
    let problem = |message: String, help: &str| Problem {
        error: BuildError::new(
            ErrorKind::Substitution,
            place.clone(),
            format!("{message} (in {object})"),
        )
        .with_help(help),
        not_set: None,
    };
    for name in bad_names(variables) {
        let message = format!("`{name}` is no name of a variable");
        let help = format!("it must match {NAME_PATTERN}");
        problems.push(problem(message, &help));
    }
    if !text.contains('$') {
        return;
    }
    let template = Template::parse(&text);
    let rendered = template.render(&text, missing, |name| variables.get(name));
    for error in &rendered.errors {
        let not_set = error.kind == substitute::ErrorKind::NotSet;
        problems.push(Problem {
            not_set: not_set.then(|| SmolStr::new(&text[std::ops::Range::from(error.range)])),
            ..problem(error.message.clone(), &error.help)
        });
    }
    match read_through_json(&rendered.text) {
        Ok(mut value) => {
            let before = std::mem::replace(&mut resource.value, Value::null());
            trace(&before, &mut value, variables);
            resource.value = value;
        }
        Err(message) => {
            let help = "the values of variables are put into the text of the object: quote them with \
                        `${quote}`, or choose others";
            let message = format!("the values of its variables break the YAML: {message}");
            problems.push(problem(message, help));
        }
    }
}

/// Gives the scalars of an object the history that they had; those that changed, a new step.
fn trace(before: &Value, after: &mut Value, variables: &Variables) {
    match (before, after) {
        (Value::Map(before), Value::Map(_)) if before.is_empty() => {}
        (Value::Map(before), after @ Value::Map(_)) => {
            let Some(after) = after.as_map_mut() else {
                return;
            };
            for (key, value) in after.iter_mut() {
                if let Some(before) = before.get(key) {
                    trace(before, value, variables);
                }
            }
        }
        (Value::List(before), after @ Value::List(_)) => {
            let Some(after) = after.as_list_mut() else {
                return;
            };
            for (before, after) in before.iter().zip(after) {
                trace(before, after, variables);
            }
        }
        (Value::Scalar(before), Value::Scalar(after)) => {
            after.origin = history(before, after, variables);
        }
        _ => {}
    }
}

fn history(before: &Scalar, after: &Scalar, variables: &Variables) -> Origin {
    let Some(step) = before.origin.newest() else {
        return Origin::NONE;
    };
    if before.text == after.text {
        return before.origin.clone();
    }
    let template = Template::parse(&before.text);
    let variable = template
        .references()
        .find_map(|reference| variables.known.get(reference.name));
    let place = variable
        .and_then(|variable| variable.origin.newest())
        .map_or_else(|| step.place.clone(), |step| step.place.clone());
    let before = Before {
        text: Some(before.text.clone()),
        origin: before.origin.clone(),
    };
    Origin::step(How::Substitution, place, before)
}

/// Sets a label or an annotation.
fn mark(resource: &mut Resource, field: &str, key: &str, text: &str, marked_at: Option<&Place>) {
    let Some(object) = resource.value.as_map_mut() else {
        return;
    };
    let before = object
        .get("metadata")
        .and_then(|metadata| metadata.at(&[field, key]));
    let origin = match marked_at {
        Some(place) => Origin::step(How::Transformer, place.clone(), Before::of(before)),
        None => Origin::NONE,
    };
    let mut metadata = map_of(object.get("metadata")).into_owned();
    let mut map = texts_of(metadata.get(field));
    let mut value = Value::string(text);
    if let Value::Scalar(scalar) = &mut value {
        scalar.origin = origin;
    }
    map.insert(key, value);
    metadata.insert(field, Value::from(map));
    object.insert("metadata", Value::from(metadata));
}

/// Labels or annotations as Flux reads them before it sets one: null is an empty text, and where one is no text it
/// sees none at all.
fn texts_of(value: Option<&Value>) -> Map {
    let mut texts = map_of(value).into_owned();
    for (_, value) in texts.iter_mut() {
        match value.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Null) => *value = Value::string(""),
            Some(kind) if is_text(kind) => {}
            _ => return Map::default(),
        }
    }
    texts
}

fn map_of(value: Option<&Value>) -> Cow<'_, Map> {
    match value.and_then(Value::as_map) {
        Some(map) => Cow::Borrowed(map),
        None => Cow::Owned(Map::default()),
    }
}
