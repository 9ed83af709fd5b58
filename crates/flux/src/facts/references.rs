//! What objects refer to, by the table of references, and the markers of image automation.

use infragen_syntax::{Node, Spanned, TextRange, TextSize, Tree};
use smol_str::SmolStr;

use super::{KindName, ObjectFacts, ReferenceFact, each, is_templated, spanned};
use crate::kinds::*;
use crate::table::{IMAGE_POLICY_MARKER, REFERENCES, Reference, Scope, Target};

pub(super) fn references(root: Node<'_>, kind: &GroupKind) -> Vec<ReferenceFact> {
    let mut found = Vec::new();
    for row in REFERENCES.iter().filter(|row| *kind == *row.from) {
        each(root, row.path, &mut |node| {
            found.extend(reference(row, node))
        });
    }
    found.sort_by_key(|reference: &ReferenceFact| reference.range.start());
    found
}

fn reference(row: &'static Reference, node: Node<'_>) -> Option<ReferenceFact> {
    if node.scalar().is_some() {
        let name = spanned(node).filter(|_| row.is_bare_name())?;
        let kind = kind_name(row, None);
        return Some(ReferenceFact {
            row,
            range: name.range,
            name,
            kind,
            kind_range: None,
            namespace: None,
            optional: false,
        });
    }
    let name = node.get("name").and_then(spanned)?;
    if name.value == "*" {
        // Alerts and receivers: every object of the kind.
        return None;
    }
    Some(ReferenceFact {
        row,
        name,
        kind: kind_name(row, Some(node)),
        kind_range: node
            .get("kind")
            .filter(|_| row.target.has_kind_field())
            .map(Node::content_range),
        namespace: node
            .get("namespace")
            .filter(|_| row.has_namespace_field())
            .and_then(spanned),
        optional: node.get("optional").and_then(Node::as_str) == Some("true"),
        range: node.range(),
    })
}

fn kind_name(row: &Reference, node: Option<Node<'_>>) -> KindName {
    let text = |key| node.and_then(|node| node.get(key)).and_then(Node::as_str);
    kind_of_name(row, text("kind"), text("apiVersion"))
}

/// The kind that a reference names, by the `kind` and the `apiVersion` that are written beside the name.
pub(crate) fn kind_of_name(
    row: &Reference,
    written: Option<&str>,
    version: Option<&str>,
) -> KindName {
    match (row.target, written) {
        (Target::Kind(kind), _) => KindName::Known(kind.into()),
        (Target::OneOf(_, Some(default)), None) => KindName::Known(default.into()),
        (_, None) => KindName::Missing,
        (_, Some(kind)) if is_templated(kind) => KindName::Missing,
        (Target::OneOf(kinds, _), Some(kind)) => kinds
            .iter()
            .find(|allowed| allowed.kind == kind)
            .map_or_else(
                || KindName::NotAllowed(kind.into()),
                |allowed| KindName::Known((*allowed).into()),
            ),
        (Target::Any, Some(kind)) => KindName::Known(match version {
            Some(version) => GroupKind::new(version, kind),
            // The kind alone: Flux's own come first, then the core group.
            None => KINDS
                .iter()
                .find(|known| known.kind == kind)
                .map_or_else(|| GroupKind::new("", kind), |known| GroupKind::from(*known)),
        }),
    }
}

/// The image policy markers: line comments that hold `{"$imagepolicy": "namespace:name"}`, perhaps with
/// `:tag`, `:name` or `:digest` behind.
pub(super) fn markers(tree: &Tree) -> Vec<ReferenceFact> {
    const TOKEN: &str = "{\"$imagepolicy\":";
    let text = tree.text();
    let mut found = Vec::new();
    for (at, _) in text.match_indices(TOKEN) {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        if !text[line_start..at].contains('#') {
            continue;
        }
        let rest = text[at..].lines().next().unwrap_or_default();
        found.extend(marker(at + TOKEN.len(), &rest[TOKEN.len()..]));
    }
    found
}

fn marker(offset: usize, rest: &str) -> Option<ReferenceFact> {
    let open = rest.find('"')? + 1;
    let value = &rest[open..open + rest[open..].find('"')?];
    let mut parts = value.split(':');
    let (namespace, name) = (parts.next()?, parts.next()?);
    let start = TextSize::try_from(offset + open).ok()?;
    let at = |from: usize, text: &str| Spanned {
        value: SmolStr::new(text),
        range: TextRange::at(
            start + TextSize::try_from(from).unwrap_or_default(),
            TextSize::of(text),
        ),
    };
    Some(ReferenceFact {
        row: IMAGE_POLICY_MARKER,
        name: at(namespace.len() + 1, name),
        kind: KindName::Known(IMAGE_POLICY.into()),
        kind_range: None,
        namespace: Some(at(0, namespace)),
        optional: false,
        range: at(0, value).range,
    })
}

impl ReferenceFact {
    /// Whether any part of it is known only after rendering or substitution.
    pub fn is_templated(&self) -> bool {
        is_templated(&self.name.value)
            || self
                .namespace
                .as_ref()
                .is_some_and(|namespace| is_templated(&namespace.value))
    }

    /// The namespace in which the name is looked up, given the referring object's; none where that is
    /// not known from the file alone.
    pub fn namespace_in<'a>(&'a self, object: Option<&'a ObjectFacts>) -> Option<&'a SmolStr> {
        let own = || object.and_then(|object| object.namespace.as_ref());
        let found = match self.row.scope {
            Scope::Own => own(),
            Scope::Optional => self.namespace.as_ref().or_else(own),
            Scope::Of(path) => object
                .and_then(|object| {
                    object
                        .references
                        .iter()
                        .find(|other| other.row.path == path)
                })
                .and_then(|source| source.namespace.as_ref())
                .or_else(own),
        };
        found
            .map(|namespace| &namespace.value)
            .filter(|namespace| !is_templated(namespace))
    }
}
