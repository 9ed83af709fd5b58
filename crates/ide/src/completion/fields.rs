//! The keys of a mapping that refers to an object.

use infragen_flux::{Reference, Role, Target};

use super::position::Position;
use super::row::{Part, row_at};
use super::{Completion, CompletionKind};

/// The rank of the first key: whole items come before.
const FIRST: u32 = 50;

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let (row, first) = match row_at(position) {
        Some((row, Part::Key)) => (row, false),
        Some((row, Part::Item { first })) => (row, first),
        _ => return,
    };
    for (rank, (key, meaning)) in (FIRST..).zip(keys(row)) {
        let known = position
            .cursor
            .siblings()
            .any(|sibling| sibling.name == key);
        let writing = match first {
            true => position.first_key(key),
            false => position.key(key),
        };
        let Some(writing) = writing.filter(|_| !known) else {
            continue;
        };
        found.push(
            writing
                .offer(CompletionKind::Field, key.to_owned())
                .documented(meaning.to_owned())
                .ranked(rank),
        );
    }
}

/// The keys of a row's mapping, in the order in which they are usually written.
fn keys(row: &Reference) -> Vec<(&'static str, &'static str)> {
    let mut keys = Vec::new();
    if row.target == Target::Any {
        keys.push(("apiVersion", "API group and version of the object."));
    }
    if row.target.has_kind_field() {
        keys.push(("kind", "Kind of the object."));
    }
    keys.push(("name", "Name of the object."));
    if row.has_namespace_field() {
        keys.push((
            "namespace",
            "Namespace of the object; without it, the one of the object that refers.",
        ));
    }
    if row.role == Role::Values {
        keys.push(("optional", "Whether it may be absent."));
    }
    keys
}
