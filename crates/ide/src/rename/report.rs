//! A rename as edits, by what they are and where they count.

use std::collections::BTreeMap;

use infragen_flux::known::KUSTOMIZATION;
use infragen_rules::FileEdits;
use infragen_syntax::{TextEdit, Tree};
use infragen_workspace::{Db, Root, SourceFile, environment_of, tree};

use super::effective::Scope;
use super::walk::{Change, Spot, Walk};
use super::{Refused, Rename, RenameChange, refuse};
use crate::place::anchored_at;
use crate::references::anchor_places;
use crate::written::{NewText, edits};

/// More environments than these are counted, not named.
const MAX_NAMED: usize = 3;

/// The edits of a walk.
pub(super) fn report(db: &dyn Db, root: Root, scopes: &[Scope], walk: Walk<'_>) -> Refused<Rename> {
    let prune = prune_warning(&walk);
    let mut groups: BTreeMap<Group, BTreeMap<SourceFile, Vec<TextEdit>>> = BTreeMap::new();
    let mut by_file: BTreeMap<SourceFile, Vec<(Spot, &Change)>> = BTreeMap::new();
    for (spot, change) in &walk.changes {
        by_file.entry(spot.0).or_default().push((*spot, change));
    }
    for (file, changes) in by_file {
        let tree = tree(db, file);
        for (change, edits) in edits_of(db, file, &tree, &changes)? {
            let mut warnings = change.warnings.clone();
            warnings.extend(aliases(&tree, change));
            let is_bearer = change.bears;
            let warns_of_prune = prune.is_some() && is_bearer;
            if warns_of_prune {
                warnings.extend(prune.clone());
            }
            let group = Group {
                class: class_of(change),
                environments: environments(db, root, scopes, file, change),
                warning: (!warnings.is_empty()).then(|| warnings.join(". ")),
            };
            groups
                .entry(group)
                .or_default()
                .entry(file)
                .or_default()
                .extend(edits);
        }
    }
    let mut rename = Rename {
        changes: Vec::new(),
        notes: walk.notes,
    };
    for (group, files) in groups {
        let edits = files
            .into_iter()
            .map(|(file, mut edits)| {
                edits.sort_by_key(|edit| edit.range.start());
                FileEdits { file, edits }
            })
            .collect::<Vec<_>>();
        let mut edits = edits;
        edits.sort_by_cached_key(|edits| edits.file.path(db));
        rename.changes.push(RenameChange {
            label: group.label(),
            confirm: group.warning.is_some(),
            description: group.warning,
            edits,
        });
    }
    Ok(rename)
}

/// What edits have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    class: Class,
    environments: Vec<String>,
    warning: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Object,
    Reference,
    Patch,
    Kustomization,
    Marker,
}

impl Group {
    fn label(&self) -> String {
        let what = match self.class {
            Class::Object => "Objects",
            Class::Reference => "References",
            Class::Patch => "Patches",
            Class::Kustomization => "Kustomization files",
            Class::Marker => "Markers",
        };
        match self.environments.as_slice() {
            [] => what.to_owned(),
            few if few.len() <= MAX_NAMED => format!("{what} in {}", few.join(", ")),
            many => format!("{what} in {} environments", many.len()),
        }
    }
}

fn class_of(change: &Change) -> Class {
    match change.field {
        _ if change.bears => Class::Object,
        None => Class::Reference,
        Some("patch" | "patches" | "patchesJson6902") => Class::Patch,
        Some("markers") => Class::Marker,
        Some(_) => Class::Kustomization,
    }
}

/// The environments in which a change counts: those whose builds read it, else that of its folder.
fn environments(
    db: &dyn Db,
    root: Root,
    scopes: &[Scope],
    file: SourceFile,
    change: &Change,
) -> Vec<String> {
    let read = change.scopes.iter().filter_map(|scope| {
        let environment = scopes[*scope].environment.as_ref()?;
        Some(environment.to_string())
    });
    let mut names: Vec<String> = read.collect();
    if names.is_empty() {
        names.extend(environment_of(db, root, &file.path(db)).map(|name| name.to_string()));
    }
    names.sort();
    names.dedup();
    names
}

/// Each change of a file with its edits. Changes inside one quoted text share one edit, told with the first.
fn edits_of<'c>(
    db: &dyn Db,
    file: SourceFile,
    tree: &Tree,
    changes: &[(Spot, &'c Change)],
) -> Refused<Vec<(&'c Change, Vec<TextEdit>)>> {
    let texts: Vec<NewText<'_>> = changes
        .iter()
        .map(|(_, change)| NewText {
            range: change.range,
            old: &change.old,
            new: &change.new,
        })
        .collect();
    let all = edits(tree, &texts);
    let all = match all {
        Ok(all) => all,
        Err(reason) => return refuse(format!("{} cannot be edited: {reason}", file.path(db))),
    };
    let mut found: Vec<(&Change, Vec<TextEdit>)> = changes
        .iter()
        .map(|(_, change)| (*change, Vec::new()))
        .collect();
    for edit in all {
        let own = found.iter_mut().find(|(change, _)| {
            edit.range.contains_range(change.range) || change.range.contains_range(edit.range)
        });
        match own {
            Some((_, edits)) => edits.push(edit),
            None => return refuse(format!("{} cannot be edited", file.path(db))),
        }
    }
    found.retain(|(_, edits)| !edits.is_empty());
    Ok(found)
}

/// What else an edit changes, where its text or what is around it has an anchor.
fn aliases(tree: &Tree, change: &Change) -> Option<String> {
    let mut lines: Vec<usize> = Vec::new();
    let nodes = tree.nodes_at(change.range.start());
    let mut name = None;
    for node in &nodes {
        let Some(range) = node.anchor_range() else {
            continue;
        };
        let (anchored, _) = anchored_at(tree, range.start())?;
        for (place, is_anchor) in anchor_places(tree, anchored.id()) {
            if !is_anchor {
                let before = &tree.text()[..usize::from(place.start())];
                lines.push(before.matches('\n').count() + 1);
                name = node.anchor();
            }
        }
    }
    let name = name?;
    lines.sort_unstable();
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
    let plural = if lines.len() == 1 { "" } else { "s" };
    Some(format!(
        "The anchor `&{name}` changes, and with it line{plural} {}",
        lines.join(", ")
    ))
}

fn prune_warning(walk: &Walk<'_>) -> Option<String> {
    let first = walk.prunes.iter().find(|one| one.kind == *KUSTOMIZATION)?;
    Some(format!(
        "The Flux Kustomization `{}` prunes: under a new name it is another one, and Flux deletes all that the old \
         one applied before the new one brings it back. To keep it: set `deletionPolicy: Orphan` (or \
         `prune: false`) on it, push, and wait until it is applied; then rename it, push, and set the field back",
        first.name
    ))
}
