//! Patches inside patches: what stands above a Flux Kustomization often hands `spec.patches` down to it, and these
//! choose objects of its build.

use infragen_flux::known::KUSTOMIZATION;
use infragen_syntax::{Document, Node};
use infragen_workspace::{Db, Found, SourceFile, facts, find, tree};

use super::layers::{Above, Choice, Reader, items, selects};
use crate::subject::node_of;

/// The choices in patches that the layers above a Flux Kustomization hand down to it.
pub(super) fn choices(db: &dyn Db, file: SourceFile, number: u32) -> Vec<Choice> {
    let object_facts = facts(db, file);
    let object = object_facts.objects.get(number as usize);
    let Some(name) = object.and_then(|object| object.name.as_ref()) else {
        return Vec::new();
    };
    let above = Above::of(db, file);
    let mut choices = Vec::new();
    for layer in &above.layers {
        let tree = tree(db, *layer);
        if let Some(root) = tree.document(0).and_then(Document::root) {
            for patch in items(root, "patches") {
                of_patch(db, *layer, patch, &name.value, &mut choices);
            }
        }
    }
    for (parent, number) in &above.flux {
        let tree = tree(db, *parent);
        let parent_facts = facts(db, *parent);
        let object = parent_facts.objects.get(*number as usize);
        let node = object.and_then(|object| node_of(&tree, object.range));
        if let Some(spec) = node.and_then(|node| node.get("spec")) {
            for patch in items(spec, "patches") {
                of_patch(db, *parent, patch, &name.value, &mut choices);
            }
        }
    }
    choices
}

/// Those of an item of `patches`, with its text beside it or in a file.
fn of_patch(
    db: &dyn Db,
    file: SourceFile,
    patch: Node<'_>,
    child: &str,
    choices: &mut Vec<Choice>,
) {
    let target = patch.get("target");
    let mut reader = Reader::new(file);
    if let Some(text) = patch.get("patch") {
        reader.embedded(text, &mut |reader, root| {
            of_object(reader, target, root, child);
        });
    } else if let Some(path) = patch.get("path").and_then(Node::as_str)
        && let Found::File(named) = find(db, file.directory(db), path)
    {
        reader = Reader::new(named);
        for root in tree(db, named).documents().filter_map(Document::root) {
            of_object(&mut reader, target, root, child);
        }
    }
    choices.append(&mut reader.choices);
}

/// Those of an object of a patch, if it is for the child.
fn of_object(reader: &mut Reader, target: Option<Node<'_>>, root: Node<'_>, child: &str) {
    let text = |node: Node<'_>, path: &[&str]| {
        let text = node.at(path).and_then(Node::as_str);
        text.unwrap_or_default().to_owned()
    };
    let is_flux = text(root, &["kind"]) == KUSTOMIZATION.kind
        && text(root, &["apiVersion"]).split('/').next() == Some(KUSTOMIZATION.group);
    let is_for_it = match target {
        Some(target) => selects(target, &[("kind", KUSTOMIZATION.kind), ("name", child)]),
        None => text(root, &["metadata", "name"]) == child,
    };
    if let (true, true, Some(spec)) = (is_flux, is_for_it, root.get("spec")) {
        items(spec, "patches").for_each(|patch| reader.patch(patch));
    }
}
