//! What differs in what two sides apply: an environment before and after a change, or two environments.
//!
//! `sides` gathers what each applies; `pairs` finds the object of one side on the other, `names` where their names
//! differ as environments do; `fields` tells what differs in two values; `deletions` what the change takes out of
//! the cluster, `immutable` what the API server refuses, `marks` what objects say for themselves.

mod deletions;
mod fields;
mod immutable;
mod marks;
mod names;
mod pairs;
mod sides;

pub use deletions::{Cause, Deletion, Fate, Kept};
pub use fields::{FieldPath, FieldStep};
pub use marks::LeftAlone;
pub use sides::{Side, Unknown};

use infragen_flux::GroupKind;
use infragen_kustomize::{Place, ScalarKind, Value, is_secret_field, plain_kind};
use smol_str::SmolStr;

use crate::clusters::{Application, AppliedObject};
use names::Alike;
use pairs::pairs;
use sides::{Applied, Gathered};

/// What differs between two sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What the change takes out of the cluster, or what keeps it from being applied; nothing where two environments
    /// are compared.
    pub deletions: Vec<Deletion>,
    /// The objects that differ, in order of kind, namespace and name.
    pub objects: Vec<ObjectChange>,
    /// The Flux Kustomizations that cannot be compared, and why.
    pub unknown: Vec<NotCompared>,
    /// How many objects are the same on both sides.
    pub same: usize,
}

/// A Flux Kustomization, or an object, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace; empty where it has none.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
}

/// An object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// What it is called; after the change, where it is on both sides.
    pub object: ObjectName,
    /// What it is called before, where that differs: in another environment, or with the hash of other content.
    pub was: Option<ObjectName>,
    /// What applies it before; none where it is new.
    pub before: Option<Applier>,
    /// What applies it after; none where it is gone.
    pub after: Option<Applier>,
    /// What differs in it; nothing where it is on one side only.
    pub fields: Vec<FieldChange>,
    /// Why the cluster does not get the change, where it does not.
    pub left_alone: Option<LeftAlone>,
}

/// What applies an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applier {
    /// The Flux Kustomization: namespace and name.
    pub application: (SmolStr, SmolStr),
    /// Where the object stands.
    pub place: Place,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Where in the object.
    pub path: FieldPath,
    /// Its value before; none where it is new.
    pub before: Option<Shown>,
    /// Its value after; none where it is gone.
    pub after: Option<Shown>,
    /// The text that set it before.
    pub was_set: Option<Place>,
    /// The text that sets it after.
    pub set: Option<Place>,
}

/// A value that may be shown, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The data of a Secret.
    Hidden,
    /// A scalar, or YAML.
    Value(String),
}

/// A Flux Kustomization that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared {
    /// Its namespace and name.
    pub application: (SmolStr, SmolStr),
    /// Why nothing is known of it before.
    pub before: Option<Unknown>,
    /// Why nothing is known of it after.
    pub after: Option<Unknown>,
}

/// How two sides are compared.
#[derive(Debug, Clone, Default)]
pub struct CompareOptions {
    /// Only what belongs to this service: Flux Kustomizations and objects of its name, or from folders of its name.
    pub service: Option<SmolStr>,
}

/// What a change makes of an environment.
pub fn compare_change(before: &Side<'_>, after: &Side<'_>, options: &CompareOptions) -> Comparison {
    compare(before, after, true, options)
}

/// What differs between two environments.
pub fn compare_environments(
    left: &Side<'_>,
    right: &Side<'_>,
    options: &CompareOptions,
) -> Comparison {
    compare(left, right, false, options)
}

fn compare(
    before: &Side<'_>,
    after: &Side<'_>,
    is_change: bool,
    options: &CompareOptions,
) -> Comparison {
    let names = [before, after].map(|side| side.cluster.environment.name.clone());
    let alike = [
        Alike::new(&names[0], &names[1]),
        Alike::new(&names[1], &names[0]),
    ];
    let before = Gathered::new(before);
    let after = Gathered::new(after);
    let pairs = pairs(&before, &after, &alike);
    let mut comparison = Comparison {
        unknown: pairs.unknown.clone(),
        ..Comparison::default()
    };
    // Two environments are two clusters: there, nothing is to be changed.
    let left_alone = |new: &Applied, is_there| {
        let resource = after.resource(new).filter(|_| is_change)?;
        marks::left_alone(resource, is_there)
    };
    for (old, new) in &pairs.both {
        match changed(&before, old, &after, new) {
            Some(change) => comparison.objects.push(ObjectChange {
                left_alone: left_alone(new, true),
                ..change
            }),
            None => comparison.same += 1,
        }
    }
    for old in &pairs.gone {
        comparison.objects.extend(one_sided(&before, old, true));
    }
    for new in &pairs.new {
        let change = one_sided(&after, new, false);
        comparison.objects.extend(change.map(|change| ObjectChange {
            left_alone: left_alone(new, false),
            ..change
        }));
    }
    if is_change {
        comparison.deletions = deletions::deletions(&before, &after, &pairs, &comparison.objects);
    }
    if let Some(service) = &options.service {
        keep(&mut comparison, service, &before, &after);
    }
    comparison
        .objects
        .sort_by(|a, b| (&a.object, &a.was).cmp(&(&b.object, &b.was)));
    comparison
}

/// An object that is on one side only.
fn one_sided(side: &Gathered<'_, '_>, object: &Applied, is_gone: bool) -> Option<ObjectChange> {
    let applier = Some(applier(side, object)?);
    let (before, after) = if is_gone {
        (applier, None)
    } else {
        (None, applier)
    };
    Some(ObjectChange {
        object: ObjectName::of(&object.id),
        was: None,
        before,
        after,
        fields: Vec::new(),
        left_alone: None,
    })
}

fn applier(side: &Gathered<'_, '_>, object: &Applied) -> Option<Applier> {
    Some(Applier {
        application: application_name(side.application(object.application)),
        place: side.place(object)?,
    })
}

pub(crate) fn application_name(application: &Application) -> (SmolStr, SmolStr) {
    let spec = &application.spec;
    (spec.namespace.clone(), spec.name.clone())
}

/// An object that is on both sides; none where nothing of it differs.
fn changed(
    before: &Gathered<'_, '_>,
    old: &Applied,
    after: &Gathered<'_, '_>,
    new: &Applied,
) -> Option<ObjectChange> {
    let (was, is) = (before.resource(old)?, after.resource(new)?);
    let (object, name) = (ObjectName::of(&new.id), ObjectName::of(&old.id));
    let appliers = (applier(before, old)?, applier(after, new)?);
    let moved = appliers.0.application != appliers.1.application;
    let mut fields = Vec::new();
    if !fields::is_same(&was.value, &is.value) {
        // Told with the history of every value, which is made for objects that differ only.
        let was = before.traced(old).unwrap_or(&was.value);
        let is = after.traced(new).unwrap_or(&is.value);
        for difference in fields::differences(was, is) {
            if is_owner_label(&difference.path) {
                continue;
            }
            let shown = |value: &Option<Value>| {
                let value = value.as_ref()?;
                Some(shown(&object.kind, &difference.path, value))
            };
            let set_at = |side: &Gathered<'_, '_>, object, value: &Option<Value>| {
                side.set_at(object, value.as_ref()?)
            };
            fields.push(FieldChange {
                before: shown(&difference.before),
                after: shown(&difference.after),
                was_set: set_at(before, old, &difference.before),
                set: set_at(after, new, &difference.after),
                path: difference.path,
            });
        }
    }
    (moved || !fields.is_empty()).then(|| ObjectChange {
        was: (name != object).then_some(name),
        object,
        before: Some(appliers.0),
        after: Some(appliers.1),
        fields,
        left_alone: None,
    })
}

/// The labels that say which Flux Kustomization applies an object: what is told anyway.
fn is_owner_label(path: &FieldPath) -> bool {
    path.is_below(&["metadata", "labels"])
        && matches!(
            path.key(2),
            Some("kustomize.toolkit.fluxcd.io/name" | "kustomize.toolkit.fluxcd.io/namespace")
        )
}

fn shown(kind: &GroupKind, path: &FieldPath, value: &Value) -> Shown {
    let depth = path.0.len();
    if is_secret_field(&kind.group, &kind.kind, depth, |at| path.key(at)) || value.is_secret() {
        return Shown::Hidden;
    }
    Shown::Value(text_of(value))
}

/// A value as YAML writes it; text that would be read as something else in quotes.
fn text_of(value: &Value) -> String {
    match value {
        Value::Scalar(scalar)
            if scalar.kind == ScalarKind::String
                && plain_kind(&scalar.text) != ScalarKind::String =>
        {
            format!("\"{}\"", scalar.text)
        }
        _ => fields::text_of(value),
    }
}

impl ObjectName {
    fn of(id: &AppliedObject) -> ObjectName {
        ObjectName {
            kind: id.kind.clone(),
            namespace: id.namespace.clone(),
            name: id.name.clone(),
        }
    }
}

/// Keeps what belongs to a service.
fn keep(
    comparison: &mut Comparison,
    service: &str,
    before: &Gathered<'_, '_>,
    after: &Gathered<'_, '_>,
) {
    let of_service = |side: &Gathered<'_, '_>| -> Vec<(SmolStr, SmolStr)> {
        let applications = side.side.cluster.applications.iter();
        applications
            .filter(|application| {
                let spec = &application.spec;
                let file = application.file.as_ref();
                spec.name == service
                    || is_in(spec.path.trim_end_matches('/'), service)
                    || file.is_some_and(|file| is_in(without_ending(file.as_str()), service))
            })
            .map(application_name)
            .collect()
    };
    let own = [of_service(before), of_service(after)];
    let belongs = |application: &(SmolStr, SmolStr), name: &str, place: Option<&Place>| {
        name == service
            || own.iter().any(|own| own.contains(application))
            || place.is_some_and(|place| is_in(without_ending(place.file.as_str()), service))
    };
    comparison.objects.retain(|change| {
        [&change.before, &change.after]
            .into_iter()
            .flatten()
            .any(|by| belongs(&by.application, &change.object.name, Some(&by.place)))
    });
    comparison.deletions.retain(|deletion| {
        belongs(
            &deletion.application,
            &deletion.object.name,
            deletion.place.as_ref(),
        )
    });
    comparison
        .unknown
        .retain(|unknown| belongs(&unknown.application, &unknown.application.1, None));
}

fn without_ending(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// Whether a path has a part of this name.
fn is_in(path: &str, name: &str) -> bool {
    path.split('/').any(|part| part == name)
}

/// Whether a service of this name is in an environment: a Flux Kustomization or an object of that name, or a folder
/// that they come from.
pub fn has_service(side: &Side<'_>, service: &str) -> bool {
    let side = Gathered::new(side);
    let applications = side.side.cluster.applications.iter();
    let mut applications = applications.map(|application| &application.spec);
    applications.any(|spec| spec.name == service || is_in(spec.path.trim_end_matches('/'), service))
        || side.objects.iter().any(|object| {
            object.id.name == service || is_in(without_ending(object.id.file.as_str()), service)
        })
}
