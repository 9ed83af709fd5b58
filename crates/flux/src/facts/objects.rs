//! The objects of a document.

use infragen_syntax::{Document, Node};
use smol_str::SmolStr;

use super::embedded::{patch_objects, rendered_objects};
use super::productions::productions;
use super::references::references;
use super::{ObjectFacts, PathFact, each, spanned};
use crate::kinds::*;
use crate::table::PATHS;
use crate::{artifact, required, versions};

/// The objects of a document: itself, or the items of a `List`.
pub fn object_facts(document: Document<'_>, objects: &mut Vec<ObjectFacts>) {
    let Some(root) = document.root().filter(|root| root.is_mapping()) else {
        return;
    };
    let is_list = root
        .get("kind")
        .and_then(Node::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    match root.get("items").filter(|_| is_list) {
        Some(items) => items
            .items()
            .for_each(|item| object(item, document.index(), false, objects)),
        None => object(root, document.index(), false, objects),
    }
}

pub(super) fn object(
    root: Node<'_>,
    document: usize,
    in_patch: bool,
    objects: &mut Vec<ObjectFacts>,
) {
    let (Some(api_version), Some(kind_node)) = (
        root.get("apiVersion").and_then(Node::as_str),
        root.get("kind"),
    ) else {
        return;
    };
    let Some(kind_name) = kind_node.as_str() else {
        return;
    };
    let kind = GroupKind::new(api_version, kind_name);
    let name = root.at(&["metadata", "name"]).and_then(spanned);
    let namespace = root.at(&["metadata", "namespace"]).and_then(spanned);
    let at = objects.len();
    objects.push(ObjectFacts {
        makes: productions(root, &kind, name.as_ref(), namespace.as_ref()),
        references: references(root, &kind),
        paths: paths(root, &kind),
        components: if kind == *KUSTOMIZATION {
            let components = root.at(&["spec", "components"]).into_iter();
            components
                .flat_map(|list| list.items())
                .filter_map(spanned)
                .collect()
        } else {
            Vec::new()
        },
        target_namespace: (kind == *KUSTOMIZATION)
            .then(|| {
                root.at(&["spec", "targetNamespace"])?
                    .as_str()
                    .map(SmolStr::new)
            })
            .flatten(),
        rewrites: ["patches", "postBuild", "components"]
            .iter()
            .any(|key| root.at(&["spec", key]).is_some()),
        copies: if kind == *ARTIFACT_GENERATOR {
            artifact::copies(root)
        } else {
            Vec::new()
        },
        versions: versions::read(root, &kind),
        missing: if in_patch {
            Vec::new()
        } else {
            required::missing(root, &kind)
        },
        kind,
        api_version: api_version.into(),
        name,
        namespace,
        document,
        range: root.range(),
        kind_range: kind_node.content_range(),
        in_patch,
        rendered: false,
    });
    if objects[at].kind == *RESOURCE_SET && !in_patch {
        rendered_objects(root, document, at, objects);
    }
    if objects[at].kind == *KUSTOMIZATION {
        for patch in root
            .at(&["spec", "patches"])
            .into_iter()
            .flat_map(|patches| patches.items())
        {
            patch_objects(patch.get("patch"), patch.get("target"), objects);
        }
    }
}

fn paths(root: Node<'_>, kind: &GroupKind) -> Vec<PathFact> {
    let mut found = Vec::new();
    for row in PATHS.iter().filter(|row| *kind == *row.from) {
        each(root, row.path, &mut |node| {
            found.extend(spanned(node).map(|path| PathFact { row, path }));
        });
    }
    found
}
