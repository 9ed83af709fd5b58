//! Names, kinds and namespaces of objects, at every row of the reference table.

use infragen_flux::known::{ALERT, HELM_RELEASE, KUSTOMIZATION, RECEIVER};
use infragen_flux::{
    GroupKind, KINDS, Kind, REFERENCES, Reference, Role, Scope, Target, flux_kinds, is_templated,
};
use infragen_syntax::TextEdit;
use infragen_workspace::{
    Candidate, Fit, LookedUp, candidates, definitions, dependents, facts, kinds, namespace_of,
    namespaces, referred_names, referrers, target,
};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::position::{Embedding, Position, Subject};
use super::typed::fits;
use super::writing::{Side, Writing};
use super::{Completion, CompletionKind, MAX_COMPLETIONS};

/// Added to the rank of what is possible, but hardly meant.
const UNLIKELY: u32 = 100;

/// The rank of names without an object: behind all objects that are likely.
const ONLY_REFERRED: u32 = 80;

/// The part of a reference that a cursor is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// The scalar that is the name.
    Bare,
    /// The value of a key of the mapping that refers.
    Value(&'a str),
    /// A key of that mapping.
    Key,
    /// Where that mapping begins as an item of a list; `first` if the list has not begun yet.
    Item { first: bool },
}

/// The row of the table that a cursor is in, and where in it.
pub(super) fn row_at<'a>(position: &Position<'a>) -> Option<(&'static Reference, Part<'a>)> {
    let (kind, field) = position.field()?;
    REFERENCES
        .iter()
        .filter(|row| *kind == *row.from)
        .find_map(|row| Some((row, part_at(position, row, &field)?)))
}

fn part_at<'a>(position: &Position<'a>, row: &Reference, field: &[&'a str]) -> Option<Part<'a>> {
    if row.is_bare_name() {
        return (position.on_value() && field == row.path).then_some(Part::Bare);
    }
    if position.on_value() {
        let (key, above) = field.split_last()?;
        return (above == row.path).then_some(Part::Value(key));
    }
    if field == row.path {
        return Some(match position.on_item() {
            true => Part::Item { first: false },
            false => Part::Key,
        });
    }
    let (last, list) = row.path.split_last()?;
    let begins = *last == "[]" && field == list && position.on_key();
    (begins && position.is_alone() && !position.cursor.in_flow)
        .then_some(Part::Item { first: true })
}

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((row, part)) = row_at(position) else {
        return;
    };
    match part {
        Part::Bare | Part::Value("name") => names(position, row, part, found),
        Part::Item { .. } if !row.target.has_kind_field() => names(position, row, part, found),
        Part::Value("kind") if row.target.has_kind_field() => kinds_of_row(position, row, found),
        Part::Value("apiVersion") if row.target == Target::Any => api_versions(position, found),
        Part::Value("namespace") if row.has_namespace_field() => {
            namespaces_of_row(position, row, found);
        }
        _ => {}
    }
}

/// A kind that a name may be of, and what must be written for it beside the name.
struct Allowed {
    kind: GroupKind,
    /// `kind`, where it is missing or another one stands there.
    write_kind: bool,
    /// `apiVersion`, likewise.
    write_version: Option<String>,
}

impl Allowed {
    fn written(kind: GroupKind) -> Allowed {
        Allowed {
            kind,
            write_kind: false,
            write_version: None,
        }
    }
}

/// The kinds that a name at this place can be of.
fn allowed(position: &Position<'_>, row: &Reference) -> Vec<Allowed> {
    let written = position.sibling("kind");
    match (row.target, written) {
        (Target::Kind(kind), _) | (Target::OneOf(_, Some(kind)), None) => {
            vec![Allowed::written(kind.into())]
        }
        (Target::OneOf(kinds, _), Some(kind)) if is_templated(kind) => kinds
            .iter()
            .map(|kind| Allowed::written((*kind).into()))
            .collect(),
        (Target::OneOf(kinds, _), written) => {
            match kinds.iter().find(|kind| Some(kind.kind) == written) {
                Some(kind) => vec![Allowed::written((*kind).into())],
                None => kinds
                    .iter()
                    .map(|kind| Allowed {
                        write_kind: true,
                        ..Allowed::written((*kind).into())
                    })
                    .collect(),
            }
        }
        (Target::Any, Some(kind)) => vec![Allowed::written(any_kind(position, kind))],
        // What else can be waited for is rarely written down in a repository of Flux.
        (Target::Any, None) => [HELM_RELEASE, KUSTOMIZATION]
            .map(|kind| Allowed {
                kind: kind.into(),
                write_kind: true,
                write_version: position
                    .sibling("apiVersion")
                    .is_none()
                    .then(|| kind.api_version()),
            })
            .into(),
    }
}

fn any_kind(position: &Position<'_>, kind: &str) -> GroupKind {
    match position.sibling("apiVersion") {
        Some(version) => GroupKind::new(version, kind),
        None => KINDS
            .iter()
            .find(|known| known.kind == kind)
            .map_or_else(|| GroupKind::new("", kind), |known| GroupKind::from(*known)),
    }
}

fn names(
    position: &Position<'_>,
    row: &'static Reference,
    part: Part<'_>,
    found: &mut Vec<Completion>,
) {
    let allowed = allowed(position, row);
    let taken = already_named(position, row);
    let looked_up = looked_up(position, row, part);
    let mut offered = FxHashSet::default();
    for allowed in &allowed {
        let own = own_name(position, &allowed.kind);
        let late = match own {
            Some(name) if row.role == Role::DependsOn => {
                dependents(position.db, position.file, &allowed.kind, name)
            }
            _ => FxHashSet::default(),
        };
        let typed = |name: &str| fits(position.cursor.prefix, name);
        for candidate in candidates(
            position.db,
            position.file,
            &allowed.kind,
            looked_up,
            MAX_COMPLETIONS,
            &typed,
        ) {
            let itself = own == Some(candidate.name.as_str()) && candidate.fit != Fit::Elsewhere;
            if itself || taken.contains(&(allowed.kind.clone(), candidate.name.clone())) {
                continue;
            }
            let unlikely = late.contains(&candidate.name);
            offered.insert((allowed.kind.clone(), candidate.name.clone()));
            found.extend(object(position, row, part, allowed, &candidate, unlikely));
        }
        if row.role == Role::Values || row.role == Role::Credentials || row.role == Role::Identity {
            let known = |name: &SmolStr| offered.contains(&(allowed.kind.clone(), name.clone()));
            only_referred(position, part, allowed, &known, found);
        }
    }
    let all = (*row.from == *ALERT || *row.from == *RECEIVER) && row.target.has_kind_field();
    if all && part == Part::Value("name") {
        found.push(every_object(position));
    }
}

/// `*`: all objects of the kind, for what works on events.
fn every_object(position: &Position<'_>) -> Completion {
    let Writing { edit, additional } = position.scalar("*");
    Completion {
        label: "*".to_owned(),
        kind: CompletionKind::Value,
        detail: Some("every object of the kind".to_owned()),
        documentation: None,
        edit,
        snippet: false,
        additional,
        rank: UNLIKELY,
    }
}

/// The namespace that a name at this place is looked up in.
fn looked_up<'a>(position: &Position<'a>, row: &Reference, part: Part<'_>) -> LookedUp<'a> {
    let beside = match row.scope {
        Scope::Own => None,
        Scope::Optional if matches!(part, Part::Bare) => None,
        Scope::Optional => position.sibling("namespace"),
        Scope::Of(path) => {
            let path: Vec<_> = path.iter().copied().chain(["namespace"]).collect();
            position.scalar_at(&path)
        }
    };
    beside.map_or(position.own_namespace(), LookedUp::In)
}

/// The name of the object itself, where a name of its own kind is written.
fn own_name<'a>(position: &Position<'a>, kind: &GroupKind) -> Option<&'a str> {
    match &position.subject {
        Subject::Object {
            kind: own, name, ..
        } if own == kind && position.embedding == Embedding::File => *name,
        _ => None,
    }
}

/// What other items of the same list name, where nobody names an object twice: of one Secret, several items
/// may take different keys.
fn already_named(
    position: &Position<'_>,
    row: &'static Reference,
) -> FxHashSet<(GroupKind, SmolStr)> {
    if row.role != Role::DependsOn {
        return FxHashSet::default();
    }
    let at = position.offset_in_file;
    let facts = facts(position.db, position.file);
    let object = position.object(&facts);
    object
        .into_iter()
        .flat_map(|object| &object.references)
        .filter(|other| other.row == row && !other.range.contains_inclusive(at))
        .filter_map(|other| match &other.kind {
            infragen_flux::KindName::Known(kind) => Some((kind.clone(), other.name.value.clone())),
            _ => None,
        })
        .collect()
}

fn object(
    position: &Position<'_>,
    row: &Reference,
    part: Part<'_>,
    allowed: &Allowed,
    candidate: &Candidate,
    unlikely: bool,
) -> Option<Completion> {
    let Writing {
        edit,
        mut additional,
    } = write_name(position, part, &candidate.name)?;
    if candidate.fit == Fit::Elsewhere {
        // Only a `namespace` of its own leads there.
        let namespace = candidate.namespace.as_ref();
        let namespace = namespace.filter(|_| row.has_namespace_field())?;
        if position.sibling("namespace").is_some() {
            return None;
        }
        additional.push(match part {
            Part::Item { .. } => position.line_below("namespace", namespace)?,
            _ => position.with("namespace", namespace, Side::After)?,
        });
    }
    additional.extend(kind_edits(position, allowed));
    let path = candidate.definition.file.path(position.db);
    let mut detail: Vec<&str> = Vec::new();
    if allowed.write_kind {
        detail.push(&allowed.kind.kind);
    }
    detail.extend(candidate.namespace.as_deref());
    detail.push(path.as_str());
    Some(Completion {
        label: label(part, &candidate.name),
        kind: CompletionKind::Object,
        detail: Some(detail.join(" · ")),
        documentation: Some(documentation(position, &allowed.kind, candidate)),
        edit,
        snippet: false,
        additional,
        rank: likelihood(position, row, allowed, candidate) + if unlikely { UNLIKELY } else { 0 },
    })
}

/// Steps up from the file's directory that make a difference: beyond, all places are equally far.
const MAX_UP: u32 = 4;

/// How likely an object is meant, 0 the most: by its environment and namespace, then by how near its file
/// is. Sources and what is waited for are likelier the more others name them, unless they lie beside; a
/// source is often called like what it is for.
fn likelihood(
    position: &Position<'_>,
    row: &Reference,
    allowed: &Allowed,
    candidate: &Candidate,
) -> u32 {
    let class = u32::from(candidate.distance) * 3 + candidate.fit as u32;
    let up = steps_up(position, candidate);
    let namesake = row.role == Role::Source && position.is_named(&candidate.name);
    let order = if !matches!(row.role, Role::Source | Role::DependsOn) {
        up
    } else if up == 0 || namesake {
        0
    } else {
        let users = referrers(position.db, position.root, &allowed.kind, &candidate.name);
        MAX_UP - users.max(1).ilog(3).min(MAX_UP - 1)
    };
    class * (MAX_UP + 1) + order
}

/// How many directories one leaves to come from the file to that of a candidate.
fn steps_up(position: &Position<'_>, candidate: &Candidate) -> u32 {
    let here = position.file.directory(position.db).path(position.db);
    let file = candidate.definition.file;
    let there = file.directory(position.db).path(position.db);
    let mut up = 0;
    let mut at = Some(here.as_path());
    while let Some(directory) = at.filter(|directory| !there.starts_with(directory)) {
        up += 1;
        at = directory.parent();
    }
    up.min(MAX_UP)
}

fn kind_edits(position: &Position<'_>, allowed: &Allowed) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    if let Some(version) = &allowed.write_version {
        edits.extend(position.with("apiVersion", version, Side::Before));
    }
    if allowed.write_kind {
        edits.extend(position.with("kind", &allowed.kind.kind, Side::Before));
    }
    edits
}

fn label(part: Part<'_>, name: &str) -> String {
    match part {
        Part::Item { .. } => format!("name: {name}"),
        _ => name.to_owned(),
    }
}

fn write_name(position: &Position<'_>, part: Part<'_>, name: &str) -> Option<Writing> {
    match part {
        Part::Item { first } => position.entry("name", name, first),
        _ => Some(position.scalar(name)),
    }
}

fn documentation(position: &Position<'_>, kind: &GroupKind, candidate: &Candidate) -> String {
    let namespace = candidate
        .namespace
        .as_ref()
        .map(|namespace| format!("{namespace}/"))
        .unwrap_or_default();
    let mut text = format!("**{kind}** `{namespace}{}`", candidate.name);
    if let Some(known) = kind.known() {
        text.push_str(&format!("\n\n{}", known.summary));
    }
    let path = candidate.definition.file.path(position.db);
    text.push_str(&format!("\n\nDefined in `{path}`"));
    if let Some(environment) = &candidate.environment {
        text.push_str(&format!(", environment `{environment}`"));
    }
    text
}

/// Names that other references give, of objects that no manifest defines: Secrets and the like are often
/// made in the cluster.
fn only_referred(
    position: &Position<'_>,
    part: Part<'_>,
    allowed: &Allowed,
    known: &dyn Fn(&SmolStr) -> bool,
    found: &mut Vec<Completion>,
) {
    let mut names = referred_names(position.db, position.root, &allowed.kind);
    if names.len() > MAX_COMPLETIONS {
        names.retain(|(name, _)| fits(position.cursor.prefix, name));
        // What many refer to is likelier meant once more.
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        names.truncate(MAX_COMPLETIONS);
    }
    let typing = typed_word(position);
    for (name, count) in names {
        // The word at the cursor is a reference too, of one place.
        let own = count == 1 && name == typing;
        if own || is_templated(&name) || known(&name) {
            continue;
        }
        let is_defined = !definitions(position.db, position.root, &allowed.kind, &name).is_empty();
        let Some(Writing {
            edit,
            mut additional,
        }) = write_name(position, part, &name).filter(|_| !is_defined)
        else {
            continue;
        };
        additional.extend(kind_edits(position, allowed));
        let places = if count == 1 { "place" } else { "places" };
        found.push(Completion {
            label: label(part, &name),
            kind: CompletionKind::Object,
            detail: Some(format!("{} · named in {count} {places}", allowed.kind)),
            documentation: Some(format!(
                "**{}** `{name}`\n\nNo manifest of this repository defines it; {count} {places} refer to it.",
                allowed.kind
            )),
            edit,
            snippet: false,
            additional,
            rank: ONLY_REFERRED,
        });
    }
}

fn typed_word<'a>(position: &Position<'a>) -> &'a str {
    &position.text[position.cursor.word]
}

fn kinds_of_row(position: &Position<'_>, row: &Reference, found: &mut Vec<Completion>) {
    if row.target == Target::Any {
        return any_kinds(position, found);
    }
    let name = position.sibling("name");
    let present = kinds(position.db, position.root);
    for (order, kind) in (0..).zip(row.target.kinds()) {
        let kind_of = GroupKind::from(kind);
        let named = name.is_some_and(|name| {
            !definitions(position.db, position.root, &kind_of, name).is_empty()
        });
        let class = match (named, present.binary_search(&kind_of).is_ok()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        found.push(kind_completion(
            position,
            kind,
            class * 20 + order,
            Vec::new(),
        ));
    }
}

fn kind_completion(
    position: &Position<'_>,
    kind: &Kind,
    rank: u32,
    more: Vec<TextEdit>,
) -> Completion {
    let Writing {
        edit,
        mut additional,
    } = position.scalar(kind.kind);
    additional.extend(more);
    Completion {
        label: kind.kind.to_owned(),
        kind: CompletionKind::Kind,
        detail: Some(kind.api_version()),
        documentation: Some(kind.summary.to_owned()),
        edit,
        snippet: false,
        additional,
        rank,
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

/// Every kind, with the `apiVersion` to write: Flux's own, the usual ones, and those of the repository.
fn every_kind(position: &Position<'_>) -> Vec<(u32, String, String)> {
    let mut every: Vec<(u32, String, String)> = [HELM_RELEASE, KUSTOMIZATION]
        .iter()
        .map(|kind| (0, kind.api_version(), kind.kind.to_owned()))
        .chain(
            WORKLOADS
                .iter()
                .map(|(version, kind)| (1, (*version).to_owned(), (*kind).to_owned())),
        )
        .collect();
    let present = kinds(position.db, position.root).into_iter();
    for kind in present.chain(flux_kinds().map(GroupKind::from)) {
        let known = every
            .iter()
            .any(|(_, version, name)| GroupKind::new(version, name) == kind);
        if !known && let Some(version) = api_version_of(position, &kind) {
            every.push((2, version, kind.kind.to_string()));
        }
    }
    every
}

/// The `apiVersion` of a kind: that of Flux, else as some object of the repository has it.
pub(super) fn api_version_of(position: &Position<'_>, kind: &GroupKind) -> Option<String> {
    if let Some(known) = kind.known() {
        return Some(known.api_version());
    }
    let names = infragen_workspace::names_of_kind(position.db, position.root, kind);
    let definition = definitions(position.db, position.root, kind, names.first()?).pop()?;
    let place = target(position.db, &definition)?;
    let facts = facts(position.db, definition.file);
    let object = facts
        .objects
        .iter()
        .find(|object| object.range == place.range)?;
    Some(object.api_version.to_string())
}

fn any_kinds(position: &Position<'_>, found: &mut Vec<Completion>) {
    let written = position.sibling("apiVersion");
    for (rank, version, kind) in every_kind(position) {
        let more = match written {
            Some(written) if GroupKind::new(written, &kind) != GroupKind::new(&version, &kind) => {
                continue;
            }
            Some(_) => None,
            None => position.with("apiVersion", &version, Side::Before),
        };
        let Writing {
            edit,
            mut additional,
        } = position.scalar(&kind);
        additional.extend(more);
        let summary = GroupKind::new(&version, &kind)
            .known()
            .map(|kind| kind.summary.to_owned());
        found.push(Completion {
            label: kind,
            kind: CompletionKind::Kind,
            detail: Some(version),
            documentation: summary,
            edit,
            snippet: false,
            additional,
            rank,
        });
    }
}

fn api_versions(position: &Position<'_>, found: &mut Vec<Completion>) {
    let kind = position.sibling("kind");
    let mut offered = FxHashSet::default();
    for (rank, version, name) in every_kind(position) {
        if kind.is_some_and(|kind| kind != name) || !offered.insert(version.clone()) {
            continue;
        }
        let Writing { edit, additional } = position.scalar(&version);
        found.push(Completion {
            label: version,
            kind: CompletionKind::Value,
            detail: kind.is_some().then_some(name),
            documentation: None,
            edit,
            snippet: false,
            additional,
            rank,
        });
    }
}

/// Namespaces: those that hold the object which is named come first.
fn namespaces_of_row(position: &Position<'_>, row: &Reference, found: &mut Vec<Completion>) {
    let name = position.sibling("name");
    let mut holding: Vec<SmolStr> = Vec::new();
    for allowed in allowed(position, row) {
        let objects = name.map(|name| definitions(position.db, position.root, &allowed.kind, name));
        for definition in objects.into_iter().flatten() {
            holding.extend(namespace_of(position.db, &definition));
        }
    }
    every_namespace(position, &holding, found);
}

/// Every namespace of the repository, the given ones first.
pub(super) fn every_namespace(
    position: &Position<'_>,
    first: &[SmolStr],
    found: &mut Vec<Completion>,
) {
    let mut every = namespaces(position.db, position.root);
    every.extend(first.iter().cloned());
    every.sort_unstable();
    every.dedup();
    for namespace in every {
        let holds = first.contains(&namespace);
        let Writing { edit, additional } = position.scalar(&namespace);
        found.push(Completion {
            label: namespace.to_string(),
            kind: CompletionKind::Namespace,
            detail: holds.then(|| "holds the object that is named".to_owned()),
            documentation: None,
            edit,
            snippet: false,
            additional,
            rank: u32::from(!holds),
        });
    }
}
