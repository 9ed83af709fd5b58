//! `apiVersion` and `kind` at the top of an object or a kustomization file; the one fills in the other.

use infragen_flux::{GroupKind, KINDS, Kind, is_flux_group};
use infragen_kustomize::FileKind;
use infragen_syntax::TextEdit;

use super::position::{Embedding, Position, Subject};
use super::writing::Side;
use super::{Completion, CompletionKind, selectors};

/// Keys at the top of an object of Kubernetes. A document with others is something else.
const KEYS_OF_OBJECTS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "status",
    "data",
    "stringData",
    "binaryData",
    "type",
    "immutable",
    "items",
];

/// A kind that can stand at the top, with what it needs beside it.
pub(super) struct Heading {
    pub kind: String,
    pub api_version: String,
    pub summary: Option<&'static str>,
    pub rank: u32,
}

impl Heading {
    pub fn of(kind: &'static Kind) -> Heading {
        Heading {
            kind: kind.kind.to_owned(),
            api_version: kind.api_version(),
            summary: Some(kind.summary),
            rank: if is_flux_group(kind.group) { 1 } else { 2 },
        }
    }

    /// Whether it is the heading of a kind.
    pub fn is(&self, kind: &GroupKind) -> bool {
        GroupKind::new(&self.api_version, &self.kind) == *kind
    }

    /// Its kind as a proposal; `version` writes the version beside it.
    pub fn offer(self, position: &Position<'_>, version: Option<TextEdit>) -> Completion {
        position
            .scalar(&self.kind)
            .and(version)
            .offer(CompletionKind::Kind, self.kind)
            .detailed(self.api_version)
            .documented(self.summary.map(str::to_owned))
            .ranked(self.rank)
    }
}

/// The two kinds of kustomization files: each with its version and what it is.
pub(super) const LAYERS: &[(FileKind, &str, &str, &str)] = &[
    (
        FileKind::Kustomization,
        "Kustomization",
        "kustomize.config.k8s.io/v1beta1",
        "A layer: what a directory builds from its resources.",
    ),
    (
        FileKind::Component,
        "Component",
        "kustomize.config.k8s.io/v1alpha1",
        "An optional feature that several overlays can take in.",
    ),
];

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some(field) = field_of_heading(position) else {
        return;
    };
    let headings = headings(position);
    match field {
        "kind" => kinds(position, headings, found),
        "apiVersion" => api_versions(position, headings, found),
        _ => keys(position, found),
    }
}

/// `kind` or `apiVersion` where their value is written, nothing where they could be a key themselves; none
/// where the cursor is not at the top of an object.
fn field_of_heading<'a>(position: &Position<'a>) -> Option<&'a str> {
    let path = position.path_from(0);
    let (key, above) = match position.on_value() {
        true => path.split_last().map(|(key, above)| (*key, above))?,
        false if position.on_key() => ("", path.as_slice()),
        false => return None,
    };
    let root_kind = position.cursor.root_value("kind").unwrap_or_default();
    let top = match above {
        [] => true,
        ["items", "[]"] => root_kind.ends_with("List"),
        ["spec", "resources", "[]"] | ["spec", "steps", "[]", "resources", "[]"] => {
            root_kind == "ResourceSet"
        }
        _ => false,
    };
    let wanted = matches!(key, "kind" | "apiVersion" | "");
    (top && wanted && is_object(position)).then_some(key)
}

/// Whether the mapping at the cursor can be the top of an object.
fn is_object(position: &Position<'_>) -> bool {
    let keys = position.level().map_or(&[][..], |level| &level.keys);
    let own = |name: &str| position.on_key() && position.text[position.cursor.word] == *name;
    position.subject == Subject::Kustomization
        || keys
            .iter()
            .all(|key| KEYS_OF_OBJECTS.contains(&key.name) || own(key.name))
}

fn headings(position: &Position<'_>) -> Vec<Heading> {
    if position.subject == Subject::Kustomization {
        let layers = LAYERS.iter().map(|(_, kind, version, summary)| Heading {
            kind: (*kind).to_owned(),
            api_version: (*version).to_owned(),
            summary: Some(summary),
            rank: 0,
        });
        return layers.collect();
    }
    let mut headings = Vec::new();
    if position.embedding == Embedding::Patch {
        headings.extend(selectors::headings_of_patched(position));
    }
    for kind in KINDS {
        let known = headings
            .iter()
            .any(|heading: &Heading| GroupKind::new(&heading.api_version, &heading.kind) == **kind);
        if !known {
            headings.push(Heading::of(kind));
        }
    }
    headings
}

fn kinds(position: &Position<'_>, headings: Vec<Heading>, found: &mut Vec<Completion>) {
    let written = position.sibling("apiVersion");
    let layer = position.subject == Subject::Kustomization;
    for heading in headings {
        let group = |version: &str| GroupKind::new(version, "").group;
        let same = written.is_some_and(|version| group(version) == group(&heading.api_version));
        if written.is_some() && !same {
            continue;
        }
        let fits = match layer {
            true => written == Some(&*heading.api_version),
            false => written.is_some(),
        };
        let version = match fits {
            true => None,
            false => position.with("apiVersion", &heading.api_version, Side::Before),
        };
        found.push(heading.offer(position, version));
    }
}

fn api_versions(position: &Position<'_>, headings: Vec<Heading>, found: &mut Vec<Completion>) {
    let written = position.sibling("kind");
    let first = found.len();
    for heading in headings {
        if written.is_some_and(|kind| kind != heading.kind) {
            continue;
        }
        match found[first..]
            .iter_mut()
            .find(|known| known.label == heading.api_version)
        {
            Some(known) => {
                let kinds = known.detail.get_or_insert_default();
                kinds.push_str(", ");
                kinds.push_str(&heading.kind);
            }
            None => {
                found.push(
                    position
                        .scalar(&heading.api_version)
                        .offer(CompletionKind::Value, heading.api_version)
                        .detailed(heading.kind)
                        .ranked(heading.rank),
                );
            }
        }
    }
}

fn keys(position: &Position<'_>, found: &mut Vec<Completion>) {
    for (rank, key) in (10..).zip(["apiVersion", "kind"]) {
        let known = position
            .cursor
            .siblings()
            .any(|sibling| sibling.name == key);
        let Some(writing) = position.key(key).filter(|_| !known) else {
            continue;
        };
        found.push(
            writing
                .offer(CompletionKind::Field, key.to_owned())
                .ranked(rank),
        );
    }
}
