//! Features of a Flux Kustomization: `spec.components`, directories relative to the one at `spec.path`.

use infragen_flux::is_templated;
use infragen_flux::known::KUSTOMIZATION;
use infragen_workspace::{Found, facts, find, relative};

use super::kustomization::{features, steps_up};
use super::position::Position;
use super::typed::fits;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((kind, field)) = position
        .field()
        .filter(|(kind, _)| **kind == *KUSTOMIZATION)
    else {
        return;
    };
    let first = match field.as_slice() {
        ["spec", "components", "[]"] if position.on_item() => false,
        ["spec", "components"] => {
            let begins = position.on_key() && position.is_alone() && !position.cursor.in_flow;
            if !begins {
                return;
            }
            true
        }
        _ => return,
    };
    let path = position.scalar_at(&["spec", "path"]).unwrap_or_default();
    let top = position
        .root
        .top(position.db)
        .filter(|_| !is_templated(path));
    let from = top.map(|top| find(position.db, top, path.trim_start_matches('/')));
    let Some(Found::Directory(from)) = from else {
        return;
    };
    let facts = facts(position.db, position.file);
    let mut listed: Vec<&str> = Vec::new();
    if let Some(object) = position
        .object(&facts)
        .filter(|object| object.kind == *kind)
    {
        let others = object.components.iter();
        let others =
            others.filter(|other| !other.range.contains_inclusive(position.offset_in_file));
        listed.extend(others.map(|other| other.value.trim_end_matches('/')));
    }
    for feature in features(position, from).into_iter().take(MAX_COMPLETIONS) {
        let path = relative(from.path(position.db), feature.path(position.db));
        if listed.contains(&path.as_str()) || !fits(position.cursor.prefix, &path) {
            continue;
        }
        let writing = match first {
            true => position.first_item(&path),
            false => position.scalar(&path),
        };
        let rank = steps_up(&path);
        let offer = writing.offer(CompletionKind::Directory, path);
        found.push(offer.detailed("Component".to_owned()).ranked(rank));
    }
}
