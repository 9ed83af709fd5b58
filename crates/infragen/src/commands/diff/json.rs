//! What differs, for programs.

use infragen_kustomize::Place;
use infragen_workspace::{
    Applier, Cause, Comparison, Deletion, Fate, FieldChange, Kept, LeftAlone, ObjectChange,
    ObjectName, Shown,
};
use serde::Serialize;

use super::report::{Report, What};
use super::words;
use crate::commands::Failure;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonReport {
    before: String,
    after: String,
    environments: Vec<JsonEnvironment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEnvironment {
    name: String,
    /// `compared`, `new` or `gone`.
    state: &'static str,
    deletions: Vec<JsonDeletion>,
    objects: Vec<JsonObject>,
    not_compared: Vec<JsonNotCompared>,
    unchanged: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonName {
    kind: String,
    group: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    namespace: String,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonDeletion {
    #[serde(flatten)]
    object: JsonName,
    kustomization: String,
    /// `notApplied`, `moved`, `kustomizationRemoved`, `kustomizationRenamed` or `immutable`.
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// `deleted`, `race`, `madeAnew`, `refused` or `kept`.
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    takes_along: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<JsonField>,
    place: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonObject {
    #[serde(flatten)]
    object: JsonName,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<JsonName>,
    before: Option<JsonApplier>,
    after: Option<JsonApplier>,
    fields: Vec<JsonField>,
    /// Why the cluster does not get the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_alone: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonApplier {
    kustomization: String,
    place: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonField {
    path: String,
    /// Whether the values are the data of a Secret, and left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
    /// `changed`, `new` or `removed`.
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was_set: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<String>,
}

#[derive(Serialize)]
struct JsonNotCompared {
    kustomization: String,
    why: Vec<String>,
}

/// What to print.
pub fn print(report: &Report<'_>) -> Result<String, Failure> {
    let mut environments = Vec::new();
    for environment in &report.environments {
        for name in &environment.names {
            let compared = match &environment.what {
                What::Compared(comparison) => comparison,
                _ => &Comparison::default(),
            };
            let not_compared = compared.unknown.iter().map(|unknown| JsonNotCompared {
                kustomization: words::application(&unknown.application),
                why: words::not_compared(report, unknown),
            });
            environments.push(JsonEnvironment {
                name: name.clone(),
                state: match environment.what {
                    What::New => "new",
                    What::Gone => "gone",
                    What::Compared(_) => "compared",
                },
                deletions: compared
                    .deletions
                    .iter()
                    .map(|it| deletion(report, it))
                    .collect(),
                objects: compared
                    .objects
                    .iter()
                    .map(|it| object(report, it))
                    .collect(),
                not_compared: not_compared.collect(),
                unchanged: compared.same,
            });
        }
    }
    environments.sort_by(|a, b| a.name.cmp(&b.name));
    let [before, after] = report.sides.clone();
    let report = JsonReport {
        before,
        after,
        environments,
    };
    let json = serde_json::to_string_pretty(&report).map_err(std::io::Error::from)?;
    Ok(json + "\n")
}

fn name(name: &ObjectName) -> JsonName {
    JsonName {
        kind: name.kind.kind.to_string(),
        group: name.kind.group.to_string(),
        namespace: name.namespace.to_string(),
        name: name.name.to_string(),
    }
}

fn deletion(report: &Report<'_>, deletion: &Deletion) -> JsonDeletion {
    let show = |place: &Place| match deletion.cause {
        Cause::Moved { .. } | Cause::Immutable { .. } => report.after(place),
        _ => report.before(place),
    };
    let (cause, to, fields): (_, _, &[FieldChange]) = match &deletion.cause {
        Cause::NotApplied => ("notApplied", None, &[]),
        Cause::Moved { to } => ("moved", Some(to), &[]),
        Cause::ApplicationRemoved => ("kustomizationRemoved", None, &[]),
        Cause::Renamed { to } => ("kustomizationRenamed", Some(to), &[]),
        Cause::Immutable { fields } => ("immutable", None, fields),
    };
    let (fate, kept_by) = match deletion.fate {
        Fate::Deleted => ("deleted", None),
        Fate::Race => ("race", None),
        Fate::MadeAnew => ("madeAnew", None),
        Fate::Refused => ("refused", None),
        Fate::Kept(kept) => ("kept", Some(kept)),
    };
    JsonDeletion {
        object: name(&deletion.object),
        kustomization: words::application(&deletion.application),
        cause,
        to: to.map(words::application),
        fate,
        kept_by: kept_by.map(|kept| match kept {
            Kept::PruneDisabled => "pruneDisabled",
            Kept::ReconcileDisabled => "reconcileDisabled",
            Kept::SsaIgnore => "ssaIgnore",
            Kept::NoPrune => "noPrune",
            Kept::Suspended => "suspended",
            Kept::DeletionPolicy => "deletionPolicy",
            Kept::ApplicationStays => "kustomizationStays",
        }),
        takes_along: deletion.takes_along(),
        fields: fields.iter().map(|it| field(report, it)).collect(),
        place: deletion.place.as_ref().map(show),
    }
}

fn object(report: &Report<'_>, change: &ObjectChange) -> JsonObject {
    let applier = |applier: &Applier, place: String| JsonApplier {
        kustomization: words::application(&applier.application),
        place,
    };
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    JsonObject {
        object: name(&change.object),
        was: change.was.as_ref().map(name),
        before: before.map(|it| applier(it, report.before(&it.place))),
        after: after.map(|it| applier(it, report.after(&it.place))),
        fields: change.fields.iter().map(|it| field(report, it)).collect(),
        left_alone: change.left_alone.map(|left| match left {
            LeftAlone::ReconcileDisabled => "reconcileDisabled",
            LeftAlone::SsaIgnore => "ssaIgnore",
            LeftAlone::IfNotPresent => "ssaIfNotPresent",
        }),
    }
}

fn field(report: &Report<'_>, field: &FieldChange) -> JsonField {
    let value = |shown: &Option<Shown>| match shown {
        Some(Shown::Value(text)) => Some(text.clone()),
        _ => None,
    };
    JsonField {
        path: field.path.to_string(),
        hidden: [&field.before, &field.after].contains(&&Some(Shown::Hidden)),
        change: match (&field.before, &field.after) {
            (None, _) => "new",
            (_, None) => "removed",
            _ => "changed",
        },
        before: value(&field.before),
        after: value(&field.after),
        was_set: field.was_set.as_ref().map(|place| report.before(place)),
        set: field.set.as_ref().map(|place| report.after(place)),
    }
}
