//! What objects bring into being beside themselves.

use infragen_syntax::{Node, Spanned};
use smol_str::SmolStr;

use super::{Definition, each, spanned};
use crate::kinds::*;
use crate::table::PRODUCTIONS;

pub(super) fn productions(
    root: Node<'_>,
    kind: &GroupKind,
    name: Option<&Spanned<SmolStr>>,
    namespace: Option<&Spanned<SmolStr>>,
) -> Vec<Definition> {
    let namespace = namespace.map(|namespace| namespace.value.clone());
    let mut made = Vec::new();
    for row in PRODUCTIONS.iter().filter(|row| *kind == *row.from) {
        let before = made.len();
        each(root, row.path, &mut |node| made.extend(spanned(node)));
        if made.len() == before && row.named_as_self {
            made.extend(name.cloned());
        }
        if made.len() > before {
            let kind = GroupKind::from(row.makes);
            let definition = |name| Definition {
                kind: kind.clone(),
                name,
                namespace: namespace.clone(),
            };
            return made.into_iter().map(definition).collect();
        }
    }
    if *kind == *FLUX_INSTANCE {
        return sync(root, root.at(&["spec", "sync"]), name, namespace);
    }
    if *kind == *HELM_RELEASE {
        // The chart flux-instance of the Flux operator takes the whole FluxInstance as values.
        return sync(
            root,
            root.at(&["spec", "values", "instance", "sync"]),
            name,
            namespace,
        );
    }
    Vec::new()
}

/// A FluxInstance's sync makes a source and a Kustomization, both named `sync.name`, else as the
/// namespace of the instance is called (the operator's default).
fn sync(
    root: Node<'_>,
    sync: Option<Node<'_>>,
    name: Option<&Spanned<SmolStr>>,
    namespace: Option<SmolStr>,
) -> Vec<Definition> {
    let (Some(sync), Some(own)) = (sync, name) else {
        return Vec::new();
    };
    let Some(source) = sync.get("kind").and_then(Node::as_str) else {
        return Vec::new();
    };
    let named = sync
        .get("name")
        .or_else(|| root.at(&["metadata", "namespace"]))
        .and_then(spanned);
    let name = named.unwrap_or(Spanned {
        value: SmolStr::new_static("flux-system"),
        range: own.range,
    });
    let source = GroupKind {
        group: SmolStr::new_static(GIT_REPOSITORY.group),
        kind: source.into(),
    };
    [source, KUSTOMIZATION.into()]
        .map(|kind| Definition {
            kind,
            name: name.clone(),
            namespace: namespace.clone(),
        })
        .into()
}
