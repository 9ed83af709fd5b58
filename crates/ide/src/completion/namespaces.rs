//! Namespaces: of references, of objects of Flux, and of layers.

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{Kind, Reference, is_flux_group};
use infragen_workspace::{definitions, namespace_of, namespaces, namespaces_in_environments};
use smol_str::SmolStr;

use super::position::Position;
use super::row::{Part, allowed, row_at};
use super::{Completion, CompletionKind};

/// Fields of kinds that name a namespace and refer to nothing else.
const FIELDS: &[(&Kind, &[&str])] = &[
    (KUSTOMIZATION, &["spec", "targetNamespace"]),
    (HELM_RELEASE, &["spec", "targetNamespace"]),
    (HELM_RELEASE, &["spec", "storageNamespace"]),
];

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    if let Some((row, Part::Value("namespace"))) = row_at(position) {
        if row.has_namespace_field() {
            offer(position, &holders(position, row), found);
        }
    } else if position.on_value() && names_a_namespace(position) {
        offer(position, &[], found);
    }
}

/// The namespaces that hold the object which a reference names.
fn holders(position: &Position<'_>, row: &Reference) -> Vec<SmolStr> {
    let Some(name) = position.sibling("name") else {
        return Vec::new();
    };
    let kinds = allowed(position, row);
    let applied: Vec<_> = kinds
        .iter()
        .flat_map(|allowed| {
            namespaces_in_environments(position.db, position.file, &allowed.kind, name)
        })
        .collect();
    if !applied.is_empty() {
        return applied;
    }
    let kinds = kinds.into_iter();
    let objects =
        kinds.flat_map(|allowed| definitions(position.db, position.root, &allowed.kind, name));
    objects
        .filter_map(|object| namespace_of(position.db, &object))
        .collect()
}

fn names_a_namespace(position: &Position<'_>) -> bool {
    if let Some(field) = position.kustomization_field() {
        return field == ["namespace"];
    }
    let Some((kind, field)) = position.field() else {
        return false;
    };
    let of_object = is_flux_group(&kind.group) && field == ["metadata", "namespace"];
    of_object
        || FIELDS
            .iter()
            .any(|(of, path)| kind == *of && field == *path)
}

/// Every namespace of the repository, the given ones first.
fn offer(position: &Position<'_>, first: &[SmolStr], found: &mut Vec<Completion>) {
    let mut every = namespaces(position.db, position.root);
    every.extend(first.iter().cloned());
    every.sort_unstable();
    every.dedup();
    for namespace in every {
        let holds = first.contains(&namespace);
        let detail = holds.then(|| "holds the object that is named".to_owned());
        let offer = position
            .scalar(&namespace)
            .offer(CompletionKind::Namespace, namespace);
        found.push(offer.detailed(detail).ranked(u32::from(!holds)));
    }
}
