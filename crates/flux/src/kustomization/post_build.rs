//! What happens to each object after the build: substitution, common metadata, the labels of the owner.

use std::borrow::Cow;

use infragen_kustomize::{
    Before, BuildError, ErrorKind, How, Id, Map, Origin, Place, Resource, Scalar, ScalarKind,
    Value, emit, read_through_json,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::reduced::{reduced, restored};
use super::spec::KustomizationSpec;
use super::variables::Variables;
use crate::substitute::{self, NAME_PATTERN, Rules, Template, is_variable_name};

/// The label or annotation that keeps an object as it is.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The labels that say which Flux Kustomization applies an object.
const OWNER_NAME: SmolStr = SmolStr::new_static("kustomize.toolkit.fluxcd.io/name");
const OWNER_NAMESPACE: SmolStr = SmolStr::new_static("kustomize.toolkit.fluxcd.io/namespace");

/// Why Flux refuses an object after the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The error, in the place of the object.
    pub error: BuildError,
    /// The variable that has no value and no default: an error of a strict substitution only (the default since
    /// Flux 2.9).
    pub not_set: Option<SmolStr>,
    /// Whether the values of variables make it what is no YAML.
    pub breaks_yaml: bool,
}

/// Changes the objects of a build as Flux does before it applies them. Goes on past what Flux would refuse.
///
/// `marked_at` is the place of the Flux Kustomization: where what it sets comes from.
pub fn finish(
    spec: &KustomizationSpec,
    variables: &Variables,
    rules: Rules,
    marked_at: Option<&Place>,
    resources: &mut Vec<Resource>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if spec.substitutes(variables) {
        let mut ids: FxHashMap<Id, usize> = FxHashMap::default();
        for resource in resources.iter() {
            *ids.entry(resource.id().normal()).or_default() += 1;
        }
        for resource in resources.iter_mut() {
            if is_kept(resource) {
                continue;
            }
            let before = resource.id().normal();
            put_values(resource, variables, rules, &mut problems);
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
    let owner = [
        (OWNER_NAME, spec.name.clone()),
        (OWNER_NAMESPACE, spec.namespace.clone()),
    ];
    // Last, so they win over the labels of the owner too.
    let labels: Vec<_> = owner.iter().chain(&spec.labels).collect();
    let annotations: Vec<_> = spec.annotations.iter().collect();
    for resource in resources {
        mark(resource, "labels", &labels, marked_at);
        mark(resource, "annotations", &annotations, marked_at);
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
        breaks_yaml: false,
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
        breaks_yaml: false,
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

/// Whether an object is kept as it is: a label or annotation says so, exactly in these letters.
pub fn is_kept(resource: &Resource) -> bool {
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
    rules: Rules,
    problems: &mut Vec<Problem>,
) {
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
        breaks_yaml: false,
    };
    for name in bad_names(variables) {
        let message = format!("`{name}` is no name of a variable");
        let help = format!("it must match {NAME_PATTERN}");
        problems.push(problem(message, &help));
    }
    let Some(part) = reduced(&resource.value) else {
        return;
    };
    let before = resource.value.clone();
    let done = match substituted(&part, variables, rules) {
        Some(Substituted {
            refused,
            open,
            value: Ok(changed),
        }) => match restored(&before, &part, changed) {
            Some(value) => Some(Substituted {
                refused,
                open,
                value: Ok(value),
            }),
            // The values gave it another form.
            None => substituted(&before, variables, rules),
        },
        // What is wrong with a part is wrong with the whole, and the other way round.
        failed => failed,
    };
    let Some(done) = done else {
        return;
    };
    for (error, name) in done.refused {
        problems.push(Problem {
            not_set: name,
            ..problem(error.message.clone(), &error.help)
        });
    }
    match done.value {
        Ok(mut value) => {
            trace(&before, &mut value, variables);
            resource.value = value;
        }
        // With what the unknown ones are it may well be YAML.
        Err(_) if done.open => {}
        Err(message) => {
            let help = "the values of variables are put into the text of the object: quote them with \
                        `${quote}`, or choose others";
            let message = format!("the values of its variables break the YAML: {message}");
            problems.push(Problem {
                breaks_yaml: true,
                ..problem(message, help)
            });
        }
    }
}

/// An object, or a part of one, with the values of variables in its text.
struct Substituted {
    /// What Flux would refuse, each with the variable that has no value.
    refused: Vec<(substitute::Error, Option<SmolStr>)>,
    /// Whether a variable is not known.
    open: bool,
    /// What comes out; why it is no YAML, if it is none.
    value: Result<Value, String>,
}

/// An object, or a part of one, with the values of variables in its text; none where it has no text.
fn substituted(value: &Value, variables: &Variables, rules: Rules) -> Option<Substituted> {
    let mut text = String::new();
    emit(value, &mut text).ok()?;
    let template = Template::parse(&text);
    let rendered = template.render(&text, rules, |name| variables.get(name));
    let (open, value) = (rendered.open, read_through_json(&rendered.text));
    let refused = rendered.errors.into_iter().map(|error| {
        let not_set = error.kind == substitute::ErrorKind::NotSet;
        let name = not_set.then(|| SmolStr::new(&text[std::ops::Range::from(error.range)]));
        (error, name)
    });
    Some(Substituted {
        refused: refused.collect(),
        open,
        value,
    })
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

/// Sets labels or annotations, one after the other.
fn mark(
    resource: &mut Resource,
    field: &str,
    pairs: &[&(SmolStr, SmolStr)],
    marked_at: Option<&Place>,
) {
    let Some(object) = resource.value.as_map_mut().filter(|_| !pairs.is_empty()) else {
        return;
    };
    let mut metadata = map_of(object.get("metadata")).into_owned();
    let written = metadata.get(field).cloned();
    let mut map = texts_of(written.as_ref());
    for (number, (key, text)) in pairs.iter().enumerate() {
        let mut value = Value::string(text.clone());
        if let (Value::Scalar(scalar), Some(place)) = (&mut value, marked_at) {
            let again = pairs[..number].iter().any(|(earlier, _)| earlier == key);
            let before = match again {
                true => map.get(key),
                false => written.as_ref().and_then(|written| written.get(key)),
            };
            scalar.origin = Origin::step(How::Transformer, place.clone(), Before::of(before));
        }
        map.insert(key.clone(), value);
    }
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

#[cfg(test)]
mod tests {
    use infragen_kustomize::{Origin, emit};
    use proptest::prelude::*;

    use super::*;
    use crate::substitute::Missing;

    fn scalar() -> impl Strategy<Value = Value> {
        let texts = prop::sample::select(vec![
            "plain",
            "${A}",
            "x${A}y ${B:=d e}",
            "$$",
            "$${A}",
            "$",
            "${MAP}",
            "${LIST}",
            "true",
            "123",
            "a\nb ${A}\n",
            "${LINES}",
            "'${A}'",
            "a: ${A}",
            "${EMPTY}",
            "- ${A}",
            "# ${A}",
            "long ${A} text that goes \
             on and on until a line of an emitter is full and has to be broken somewhere ${B:=in here or there}",
        ]);
        (texts, any::<bool>()).prop_map(|(text, plain)| match plain {
            true => Value::plain(text),
            false => Value::string(text),
        })
    }

    fn value() -> impl Strategy<Value = Value> {
        scalar().prop_recursive(4, 40, 5, |inner| {
            let key = prop::sample::select(vec!["a", "b", "c", "k-${A}", "d", "$$e"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((key, inner), 0..5).prop_map(|entries| {
                    let mut map = Map::default();
                    for (key, value) in entries {
                        map.insert(key, value);
                    }
                    Value::from(map)
                }),
            ]
        })
    }

    proptest! {
        /// Only a part of an object is written and read; the outcome is that of the whole.
        #[test]
        fn a_part_stands_for_the_whole(inner in value()) {
            let object = Value::from(Map::from_entries(vec![
                ("kind".into(), Value::string("X")),
                ("spec".into(), inner),
            ]));
            let mut variables = Variables::default();
            for (name, value) in [
                ("A", "1"), ("MAP", "{x: y}"), ("LIST", "[1, 2]"), ("LINES", "a\nb"), ("EMPTY", ""),
            ] {
                variables.set(name.into(), value, Origin::NONE);
            }
            let whole = substituted(&object, &variables, Missing::IsEmpty.into());
            let mut resource = Resource::new(object, Place::start_of(infragen_kustomize::Path::from(camino::Utf8Path::new("x"))));
            let mut problems = Vec::new();
            put_values(&mut resource, &variables, Missing::IsEmpty.into(), &mut problems);
            let Some(Substituted { refused, value: Ok(whole), .. }) = whole else {
                prop_assert!(!problems.is_empty());
                return Ok(());
            };
            prop_assert_eq!(refused.len(), problems.len());
            let (mut expected, mut found) = (String::new(), String::new());
            let printable = emit(&whole, &mut expected).is_ok();
            prop_assert_eq!(emit(&resource.value, &mut found).is_ok(), printable);
            prop_assert_eq!(found, expected);
        }
    }
}
