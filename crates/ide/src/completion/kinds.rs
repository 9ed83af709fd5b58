//! Kinds of objects, at the rows of the reference table that leave a choice.

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{GroupKind, Reference, Target, flux_kinds};
use infragen_workspace::{definitions, facts, kinds, names_of_kind};
use rustc_hash::FxHashSet;

use super::header::Heading;
use super::position::Position;
use super::row::{Part, row_at};
use super::writing::Side;
use super::{Completion, CompletionKind};

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((row, Part::Value(key))) = row_at(position) else {
        return;
    };
    match (key, row.target) {
        ("kind", Target::Any) => any_kind(position, found),
        ("kind", Target::OneOf(..)) => one_of(position, row, found),
        ("apiVersion", Target::Any) => api_version(position, found),
        _ => {}
    }
}

/// The kinds that a row allows: first the one of the object that is named, then those that there are.
fn one_of(position: &Position<'_>, row: &Reference, found: &mut Vec<Completion>) {
    let name = position.sibling("name");
    let present = kinds(position.db, position.root);
    for (order, kind) in (0..).zip(row.target.kinds()) {
        let of = GroupKind::from(kind);
        let named =
            name.is_some_and(|name| !definitions(position.db, position.root, &of, name).is_empty());
        let class = match (named, present.binary_search(&of).is_ok()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        let offer = position
            .scalar(kind.kind)
            .offer(CompletionKind::Kind, kind.kind);
        found.push(
            offer
                .detailed(kind.api_version())
                .documented(kind.summary.to_owned())
                .ranked(class * 20 + order),
        );
    }
}

/// Kinds that a health check usually waits for, beside those of Flux: they are often made by a chart, so
/// that the repository does not show them.
const WORKLOADS: &[(&str, &str)] = &[
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
];

/// Every kind that can be named anywhere: those that usually are, those of the repository, and Flux's own.
fn headings(position: &Position<'_>) -> Vec<Heading> {
    let usual = [HELM_RELEASE, KUSTOMIZATION].map(|kind| Heading {
        rank: 0,
        ..Heading::of(kind)
    });
    let workloads = WORKLOADS.iter().map(|(version, kind)| Heading {
        kind: (*kind).to_owned(),
        api_version: (*version).to_owned(),
        summary: None,
        rank: 1,
    });
    let mut headings: Vec<Heading> = usual.into_iter().chain(workloads).collect();
    let present = kinds(position.db, position.root).into_iter();
    for kind in present.chain(flux_kinds().map(GroupKind::from)) {
        if headings.iter().any(|heading| heading.is(&kind)) {
            continue;
        }
        if let Some(api_version) = api_version_of(position, &kind) {
            headings.push(Heading {
                api_version,
                summary: kind.known().map(|known| known.summary),
                kind: kind.kind.to_string(),
                rank: 2,
            });
        }
    }
    headings
}

/// The `apiVersion` of a kind: that of Flux, else as some object of the repository has it.
pub(super) fn api_version_of(position: &Position<'_>, kind: &GroupKind) -> Option<String> {
    if let Some(known) = kind.known() {
        return Some(known.api_version());
    }
    let names = names_of_kind(position.db, position.root, kind.clone());
    let definition = definitions(position.db, position.root, kind, names.first()?).pop()?;
    let facts = facts(position.db, definition.file);
    let mut objects = facts.objects.iter();
    let object = objects.find(|object| object.kind == *kind)?;
    Some(object.api_version.to_string())
}

/// A kind of any group, with its `apiVersion` where that is missing.
fn any_kind(position: &Position<'_>, found: &mut Vec<Completion>) {
    let written = position.sibling("apiVersion");
    for heading in headings(position) {
        let fits =
            written.is_none_or(|version| heading.is(&GroupKind::new(version, &heading.kind)));
        if !fits {
            continue;
        }
        let version = match written {
            Some(_) => None,
            None => position.with("apiVersion", &heading.api_version, Side::Before),
        };
        found.push(heading.offer(position, version));
    }
}

fn api_version(position: &Position<'_>, found: &mut Vec<Completion>) {
    let kind = position.sibling("kind");
    let mut offered = FxHashSet::default();
    for heading in headings(position) {
        let other = kind.is_some_and(|kind| kind != heading.kind);
        if other || !offered.insert(heading.api_version.clone()) {
            continue;
        }
        let writing = position.scalar(&heading.api_version);
        found.push(
            writing
                .offer(CompletionKind::Value, heading.api_version)
                .detailed(kind.is_some().then_some(heading.kind))
                .ranked(heading.rank),
        );
    }
}
