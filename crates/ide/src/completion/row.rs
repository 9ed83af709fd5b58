//! Rows of the reference table, and the part of one that a cursor is at.

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{GroupKind, KINDS, REFERENCES, Reference, Target, is_templated};

use super::position::Position;

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

/// A kind that a name may be of, and what must be written for it beside the name.
pub(super) struct Allowed {
    pub kind: GroupKind,
    /// `kind`, where it is missing or another one stands there.
    pub write_kind: bool,
    /// `apiVersion`, likewise.
    pub write_version: Option<String>,
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
pub(super) fn allowed(position: &Position<'_>, row: &Reference) -> Vec<Allowed> {
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
