//! `metadata.annotations` given more than once: the one key for which kustomize does not mind that.
//!
//! kustomize writes the annotations of every object anew, several times in a build (`SetAnnotations` of kyaml): it
//! takes out the first `annotations:`, and adds what that said to the next one. So they become one, of two values
//! for one annotation the first counts, and when the object is printed, where all other keys that are there twice
//! fail, there is none left.

use infragen_syntax::{Entry, Node, TextRange};

use crate::value::{Map, Value, ValueReader};

/// The places of the keys that are given again in the annotations of an object and are no error: kustomize takes
/// the last of a key of one `annotations:`.
pub(crate) fn accepted(root: Node<'_>) -> Vec<TextRange> {
    let blocks = blocks(root);
    let entries = blocks.iter().flat_map(|(_, block)| block.own_entries());
    let mut ranges: Vec<TextRange> = entries.map(|entry| entry.key.range()).collect();
    if are_one(&blocks) {
        ranges.extend(blocks.iter().map(|(range, _)| *range));
    }
    ranges
}

/// Makes one of all `annotations:` of an object that was read from this node.
pub(crate) fn merge(root: Node<'_>, value: &mut Value, reader: &ValueReader<'_>) {
    let blocks = blocks(root);
    let metadata = value.as_map_mut().and_then(|map| map.get_mut("metadata"));
    let Some(metadata) = metadata.and_then(Value::as_map_mut) else {
        return;
    };
    if blocks.len() < 2 || !are_one(&blocks) {
        return;
    }
    let mut merged = Map::default();
    for (_, node) in blocks {
        // What is wrong in it was noted when the object was read.
        let block = ValueReader::new(reader.file, reader.traced).read(node);
        for (key, value) in block.as_map().into_iter().flat_map(Map::iter) {
            // What is set is the first one of that key, and the last one counts in the end.
            let is_key = |entry: &Entry<'_>| entry.key.as_str() == Some(key);
            let is_repeated = node.own_entries().filter(is_key).count() > 1;
            if is_repeated || merged.get(key).is_none() {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    match merged.is_empty() {
        true => metadata.remove("annotations"),
        false => metadata
            .get_mut("annotations")
            .map(|there| std::mem::replace(there, merged.into())),
    };
}

/// Every `annotations:` of an object, with the place of its key.
fn blocks(root: Node<'_>) -> Vec<(TextRange, Node<'_>)> {
    let entries = root.get("metadata").into_iter().flat_map(Node::own_entries);
    entries
        .filter(|entry| entry.key.as_str() == Some("annotations"))
        .map(|entry| (entry.key.range(), entry.value.resolve()))
        .collect()
}

/// Whether kustomize makes one of them. Behind the first it takes nothing but mappings and null.
fn are_one(blocks: &[(TextRange, Node<'_>)]) -> bool {
    blocks.iter().enumerate().all(|(index, (_, block))| {
        let is_text = block.as_str().is_some();
        !block.is_sequence() && (index == 0 || !is_text)
    })
}
