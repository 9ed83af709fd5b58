//! Names of objects, at every row of the reference table.

use infragen_flux::known::{ALERT, RECEIVER};
use infragen_flux::{GroupKind, KindName, Reference, Role, Scope, is_templated};
use infragen_syntax::TextEdit;
use infragen_workspace::{
    AppliedIn, Candidate, Fit, LookedUp, candidates, definitions, dependents, facts,
    referred_names, referrers,
};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::position::{Embedding, Position, Subject};
use super::row::{Allowed, Part, allowed, row_at};
use super::typed::fits;
use super::writing::{Side, Writing};
use super::{Completion, CompletionKind, MAX_COMPLETIONS};

/// Added to the rank of what is possible, but hardly meant.
const UNLIKELY: u32 = 100;

/// Environments of an object that are listed.
const MAX_ENVIRONMENTS: usize = 12;

/// The rank of names without an object: behind all objects that are likely.
const ONLY_REFERRED: u32 = 80;

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((row, part)) = row_at(position) else {
        return;
    };
    match part {
        Part::Bare | Part::Value("name") => names(position, row, part, found),
        Part::Item { .. } if !row.target.has_kind_field() => names(position, row, part, found),
        _ => {}
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
    position
        .scalar("*")
        .offer(CompletionKind::Value, "*")
        .detailed("every object of the kind".to_owned())
        .ranked(UNLIKELY)
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
            KindName::Known(kind) => Some((kind.clone(), other.name.value.clone())),
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
    let mut writing = write_name(position, part, &candidate.name)?;
    if candidate.fit == Fit::Elsewhere {
        // Only a `namespace` of its own leads there.
        let namespace = candidate.namespace.as_ref();
        let namespace = namespace.filter(|_| row.has_namespace_field())?;
        if position.sibling("namespace").is_some() {
            return None;
        }
        writing.additional.push(match part {
            Part::Item { .. } => position.line_below("namespace", namespace)?,
            _ => position.with("namespace", namespace, Side::After)?,
        });
    }
    let path = candidate.definition.file.path(position.db);
    let environments = candidate.applied.as_ref().map(environments);
    let mut detail: Vec<&str> = Vec::new();
    if allowed.write_kind {
        detail.push(&allowed.kind.kind);
    }
    detail.extend(candidate.namespace.as_deref());
    detail.extend(environments.as_deref());
    detail.push(path.as_str());
    let late = if unlikely { UNLIKELY } else { 0 };
    let offer = writing
        .and(kind_edits(position, allowed))
        .offer(CompletionKind::Object, label(part, &candidate.name))
        .detailed(detail.join(" · "))
        .documented(documentation(&allowed.kind, candidate, path.as_str()))
        .ranked(likelihood(position, row, allowed, candidate) + late);
    Some(offer)
}

/// The environments that have an object, of those which build with the file, in few words.
fn environments(applied: &AppliedIn) -> String {
    const SHOWN: usize = 3;
    let all = &applied.environments;
    match (applied.all, all.len()) {
        (true, count @ 2..) => format!("all {count} environments"),
        (_, count) if count > SHOWN => {
            format!("{} and {} more", all[..SHOWN].join(", "), count - SHOWN)
        }
        _ => all.join(", "),
    }
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

fn documentation(kind: &GroupKind, candidate: &Candidate, path: &str) -> String {
    let namespace = candidate.namespace.as_ref();
    let namespace = namespace
        .map(|namespace| format!("{namespace}/"))
        .unwrap_or_default();
    let mut text = format!("**{kind}** `{namespace}{}`", candidate.name);
    if let Some(known) = kind.known() {
        text.push_str(&format!("\n\n{}", known.summary));
    }
    text.push_str(&format!("\n\nDefined in `{path}`"));
    match (&candidate.applied, &candidate.environment) {
        (Some(applied), _) => {
            let environments = applied.environments.iter().take(MAX_ENVIRONMENTS);
            let list: Vec<_> = environments.map(|name| format!("`{name}`")).collect();
            text.push_str(&format!(", applied in {}", list.join(", ")));
            let more = applied.environments.len() - list.len();
            if more > 0 {
                text.push_str(&format!(" and {more} more"));
            }
        }
        (None, Some(environment)) => text.push_str(&format!(", environment `{environment}`")),
        (None, None) => {}
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
    let typing = &position.text[position.cursor.word];
    for (name, count) in names {
        // The word at the cursor is a reference too, of one place.
        let own = count == 1 && name == *typing;
        if own || is_templated(&name) || known(&name) {
            continue;
        }
        let is_defined = !definitions(position.db, position.root, &allowed.kind, &name).is_empty();
        let writing = write_name(position, part, &name).filter(|_| !is_defined);
        let places = if count == 1 { "place" } else { "places" };
        let kind = &allowed.kind;
        let told = format!(
            "**{kind}** `{name}`\n\nNo manifest of this repository defines it; {count} {places} refer to it.",
        );
        found.extend(writing.map(|writing| {
            writing
                .and(kind_edits(position, allowed))
                .offer(CompletionKind::Object, label(part, &name))
                .detailed(format!("{kind} · named in {count} {places}"))
                .documented(told)
                .ranked(ONLY_REFERRED)
        }));
    }
}
