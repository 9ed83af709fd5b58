//! What waits for what: the `dependsOn` graph.

use std::sync::Arc;

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{FileFacts, GroupKind, KindName, ObjectFacts, Role};
use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::db::Db;
use crate::files::{Root, SourceFile};
use crate::index::{DefinedBy, Definition, disk_definitions_of_kind, open_definitions_of_kind};
use crate::query::{disk_facts, facts};
use crate::resolve::{Verdict, resolve};

/// A loop of `dependsOn`: none of its objects ever becomes ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Number of the object in the file that was asked about.
    pub object: u32,
    /// Number of the reference in it that begins the loop.
    pub reference: u32,
    /// The loop: each object with the number of its reference that leads to the next; the last leads
    /// back to the first, which is the object that was asked about.
    pub steps: Vec<(Definition, u32)>,
}

/// How far a loop is followed: no chain of the field comes near it.
const MAX_STEPS: usize = 1024;

/// A kind and a name: what a loop of objects is, too, if namespaces are left out of account.
type Name = (GroupKind, SmolStr);

/// Who waits for whom by name, as files on disk say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    waits: FxHashSet<(Name, Name)>,
    /// Those that wait for each other or for themselves: an object of another name is in no loop.
    in_loops: FxHashSet<Name>,
}

/// Looks through the whole repository once, so that a loop is looked for only where there can be one.
#[salsa::tracked(returns(clone))]
fn disk_names(db: &dyn Db, root: Root) -> Arc<Names> {
    let mut waits = FxHashSet::default();
    for kind in [KUSTOMIZATION, HELM_RELEASE] {
        for (_, definition) in disk_definitions_of_kind(db, root, kind.into()).iter() {
            waits.extend(waits_by_name(definition, &disk_facts(db, definition.file)));
        }
    }
    let graph = DiGraphMap::<&Name, ()>::from_edges(waits.iter().map(|(from, to)| (from, to)));
    let in_loops = kosaraju_scc(&graph)
        .into_iter()
        .filter(|names| names.len() > 1 || graph.contains_edge(names[0], names[0]))
        .flatten()
        .cloned()
        .collect();
    Arc::new(Names { waits, in_loops })
}

fn waits_by_name(definition: &Definition, facts: &FileFacts) -> Vec<(Name, Name)> {
    let DefinedBy::Object(number) = definition.by else {
        return Vec::new();
    };
    let object = facts.objects.get(number as usize);
    let named = object.and_then(|object| Some((object, object.name.as_ref()?)));
    let Some((object, name)) = named else {
        return Vec::new();
    };
    let waits = object.references.iter().filter(|reference| {
        reference.row.role == Role::DependsOn
            && reference.kind == KindName::Known(object.kind.clone())
    });
    let of_kind = |name: &SmolStr| (object.kind.clone(), name.clone());
    waits
        .map(|reference| (of_kind(&name.value), of_kind(&reference.name.value)))
        .collect()
}

/// Whether some open file waits for what no file on disk waits for: then a loop may be anywhere.
#[salsa::tracked(returns(copy))]
fn open_files_wait_otherwise(db: &dyn Db, root: Root) -> bool {
    let known = disk_names(db, root);
    [KUSTOMIZATION, HELM_RELEASE].into_iter().any(|kind| {
        open_definitions_of_kind(db, root, kind.into())
            .iter()
            .flat_map(|(_, definition)| waits_by_name(definition, &facts(db, definition.file)))
            .any(|wait| !known.waits.contains(&wait))
    })
}

/// Whether an object can be in a loop, as far as names tell.
fn may_loop(db: &dyn Db, file: SourceFile, object: &ObjectFacts) -> bool {
    let root = file.root(db);
    let name = object.name.as_ref().map(|name| name.value.clone());
    let name = (object.kind.clone(), name.unwrap_or_default());
    file.buffer(db).is_some()
        || disk_names(db, root).in_loops.contains(&name)
        || open_files_wait_otherwise(db, root)
}

/// What an object waits for: each reference's number and where it leads.
#[salsa::tracked(returns(clone))]
pub fn dependencies(db: &dyn Db, file: SourceFile, object: u32) -> Arc<Vec<(u32, Definition)>> {
    let facts = facts(db, file);
    let Some(object) = facts.objects.get(object as usize) else {
        return Arc::default();
    };
    let mut found = Vec::new();
    for (number, reference) in (0..).zip(&object.references) {
        let KindName::Known(kind) = &reference.kind else {
            continue;
        };
        if reference.row.role != Role::DependsOn || *kind != object.kind {
            continue;
        }
        if let Verdict::Found(definitions) = resolve(db, file, Some(object), reference).verdict {
            found.extend(
                definitions
                    .into_iter()
                    .map(|definition| (number, definition)),
            );
        }
    }
    Arc::new(found)
}

/// The loops that objects of a file are part of, one for each reference that begins one.
#[salsa::tracked(returns(clone))]
pub fn dependency_cycles(db: &dyn Db, file: SourceFile) -> Arc<Vec<Cycle>> {
    let facts = facts(db, file);
    let mut cycles = Vec::new();
    for (number, object) in (0u32..).zip(&facts.objects) {
        let waits = object
            .references
            .iter()
            .any(|reference| reference.row.role == Role::DependsOn);
        if waits && !object.in_patch && may_loop(db, file, object) {
            let namespace = object
                .namespace
                .as_ref()
                .map(|namespace| namespace.value.clone());
            let start = Definition {
                file,
                by: DefinedBy::Object(number),
                namespace,
            };
            let mut begun = FxHashSet::default();
            for (reference, next) in dependencies(db, file, number).iter() {
                if begun.contains(reference) {
                    continue;
                }
                if let Some(rest) = way_back(db, next, &start) {
                    begun.insert(*reference);
                    let steps = std::iter::once((start.clone(), *reference))
                        .chain(rest)
                        .collect();
                    cycles.push(Cycle {
                        object: number,
                        reference: *reference,
                        steps,
                    });
                }
            }
        }
    }
    Arc::new(cycles)
}

/// The shortest way of `dependsOn` from one object to another: a breadth-first search, so that the loop
/// that is shown is the one to break.
fn way_back(db: &dyn Db, from: &Definition, to: &Definition) -> Option<Vec<(Definition, u32)>> {
    if same(from, to) {
        return Some(Vec::new());
    }
    let mut reached: Vec<(Definition, Option<usize>, u32)> = vec![(from.clone(), None, 0)];
    let mut seen: FxHashSet<(SourceFile, DefinedBy)> = FxHashSet::from_iter([(from.file, from.by)]);
    let mut at = 0;
    while at < reached.len().min(MAX_STEPS) {
        let here = reached[at].0.clone();
        if let DefinedBy::Object(number) = here.by {
            for (reference, next) in dependencies(db, here.file, number).iter() {
                if same(next, to) {
                    let mut way = vec![(here, *reference)];
                    let mut step = at;
                    while let (_, Some(before), reference) = reached[step].clone() {
                        way.push((reached[before].0.clone(), reference));
                        step = before;
                    }
                    way.reverse();
                    return Some(way);
                }
                if seen.insert((next.file, next.by)) {
                    reached.push((next.clone(), Some(at), *reference));
                }
            }
        }
        at += 1;
    }
    None
}

fn same(a: &Definition, b: &Definition) -> bool {
    a.file == b.file && a.by == b.by
}
