//! Which objects a patch or a replacement changes: the `target` beside it, and the name inside it.

use infragen_flux::GroupKind;
use infragen_flux::known::KUSTOMIZATION;
use infragen_kustomize::{Field, FileKind};
use infragen_workspace::{Directory, Found, facts, importers, target};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::header::Heading;
use super::kinds::api_version_of;
use super::position::{Embedding, Position, last_before};
use super::writing::Side;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};
use crate::below::{files_below, objects_in};
use crate::subject::applied;

/// Where a kustomization file has selectors.
const OF_LAYERS: &[&[&str]] = &[
    &["patches", "[]", "target"],
    &["patchesJson6902", "[]", "target"],
    &["replacements", "[]", "source"],
    &["replacements", "[]", "targets", "[]", "select"],
    &["replacements", "[]", "targets", "[]", "reject", "[]"],
];

/// Where a Flux Kustomization has them.
const OF_FLUX: &[&[&str]] = &[&["spec", "patches", "[]", "target"]];

/// An object that can be selected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Selectable {
    kind: GroupKind,
    name: SmolStr,
    file: String,
}

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    match selector_key(position) {
        Some("kind") => kinds(position, found),
        Some("name") => names(position, found),
        Some("group") => groups(position, found),
        _ => {}
    }
}

/// The key of a selector whose value is written; `name` also where a patch itself says what it changes.
fn selector_key<'a>(position: &Position<'a>) -> Option<&'a str> {
    if !position.on_value() {
        return None;
    }
    let field = position.path_from(0);
    if position.embedding == Embedding::Patch {
        return (field == ["metadata", "name"]).then_some("name");
    }
    let (key, above) = field.split_last()?;
    let rows = match position.field() {
        _ if position.kustomization_field().is_some() => OF_LAYERS,
        Some((kind, _)) if *kind == *KUSTOMIZATION => OF_FLUX,
        _ => return None,
    };
    rows.contains(&above).then_some(*key)
}

/// The objects that a patch at this position can change, in no order; empty where the build is not known.
fn selectable(position: &Position<'_>) -> Vec<Selectable> {
    let mut seen = FxHashSet::default();
    for directory in directories(position) {
        for definition in objects_in(position.db, &files_below(position.db, directory)) {
            let Some(target) = target(position.db, &definition) else {
                continue;
            };
            seen.insert(Selectable {
                kind: target.kind,
                name: target.name,
                file: target.file.path(position.db).into_string(),
            });
        }
    }
    seen.into_iter().collect()
}

/// The directories whose builds a patch at this position changes: a feature changes those of the layers
/// that take it in.
fn directories(position: &Position<'_>) -> Vec<Directory> {
    let facts = facts(position.db, position.file);
    if position.file.is_kustomization_file(position.db) {
        let own = position.file.directory(position.db);
        let feature = facts
            .kustomization
            .as_ref()
            .is_some_and(|file| file.kind == FileKind::Component);
        let mut found = vec![own];
        if feature {
            let users = importers(position.db, position.root, Found::Directory(own)).into_iter();
            found.extend(
                users
                    .filter(|import| import.field == Field::Components)
                    .map(|import| import.from.directory(position.db)),
            );
        }
        return found;
    }
    let object = last_before(&facts, position.offset_in_file, false);
    let object = object.filter(|object| object.kind == *KUSTOMIZATION);
    let applied = object.and_then(|object| applied(position.db, position.file, object));
    applied.into_iter().collect()
}

/// The kinds of the objects that a patch can change, as its `kind` and `apiVersion`.
pub(super) fn headings_of_patched(position: &Position<'_>) -> Vec<Heading> {
    let mut headings: Vec<_> = kinds_of(&selectable(position))
        .into_iter()
        .filter_map(|kind| {
            Some(Heading {
                api_version: api_version_of(position, &kind)?,
                summary: kind.known().map(|kind| kind.summary),
                kind: kind.kind.to_string(),
                rank: 0,
            })
        })
        .collect();
    headings.sort_by(|a, b| a.kind.cmp(&b.kind));
    headings
}

fn kinds_of(objects: &[Selectable]) -> Vec<GroupKind> {
    let mut kinds: Vec<_> = objects.iter().map(|object| object.kind.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn kinds(position: &Position<'_>, found: &mut Vec<Completion>) {
    let objects = selectable(position);
    let name = position.sibling("name");
    for kind in kinds_of(&objects) {
        let named = objects
            .iter()
            .any(|object| object.kind == kind && Some(object.name.as_str()) == name);
        let count = objects.iter().filter(|object| object.kind == kind).count();
        found.push(
            position
                .scalar(&kind.kind)
                .offer(CompletionKind::Kind, kind.kind.to_string())
                .detailed(format!("{count} in this build"))
                .documented(kind.known().map(|kind| kind.summary.to_owned()))
                .ranked(u32::from(!named)),
        );
    }
}

fn names(position: &Position<'_>, found: &mut Vec<Completion>) {
    let mut objects = selectable(position);
    let kind = position
        .cursor
        .levels
        .first()
        .filter(|_| position.embedding == Embedding::Patch);
    let kind = match kind {
        Some(top) => top.value("kind").filter(|kind| !kind.is_empty()),
        None => position.sibling("kind"),
    };
    objects.retain(|object| kind.is_none_or(|kind| object.kind.kind == kind));
    objects.sort_by(|a, b| (&a.name, &a.kind, &a.file).cmp(&(&b.name, &b.kind, &b.file)));
    objects.dedup_by(|a, b| a.name == b.name && a.kind == b.kind);
    objects.truncate(MAX_COMPLETIONS);
    for object in objects {
        let more = (kind.is_none() && position.embedding == Embedding::File)
            .then(|| position.with("kind", &object.kind.kind, Side::Before));
        let writing = position.scalar(&object.name).and(more.flatten());
        let detail = format!("{} · {}", object.kind, object.file);
        found.push(
            writing
                .offer(CompletionKind::Object, object.name)
                .detailed(detail),
        );
    }
}

fn groups(position: &Position<'_>, found: &mut Vec<Completion>) {
    let kind = position.sibling("kind");
    let kinds = kinds_of(&selectable(position)).into_iter();
    let mut groups: Vec<_> = kinds
        .filter(|of| kind.is_none_or(|kind| of.kind == kind) && !of.group.is_empty())
        .map(|kind| kind.group)
        .collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        found.push(
            position
                .scalar(&group)
                .offer(CompletionKind::Value, group.to_string()),
        );
    }
}
