//! What the way from YAML to JSON refuses, through which all settings go, before anybody looks at them.

use rustc_hash::FxHashMap;

use super::input::MAX_NODES;
use crate::value::{ScalarKind, decode_base64, kind_of, sign_in_flow};
use infragen_syntax::{Node, NodeId, NodeKind, ScalarStyle, TextRange, Tree, Typed, type_of};

/// What is wrong, and where.
pub(crate) type Refused = (TextRange, String);

/// The first scalar that is not what its tag says or that JSON has no number for, or key that is no scalar; or that
/// there is too much of it.
pub(crate) fn contradiction(root: Node<'_>) -> Option<Refused> {
    if size(root, &mut FxHashMap::default()) >= MAX_NODES {
        let message = "there are too many aliases of aliases in this".to_owned();
        return Some((root.range(), message));
    }
    find(root, false, &mut |node, in_flow| {
        let mut entries = node.own_entries();
        if let Some(entry) = entries.find(|entry| entry.key.resolve().scalar().is_none()) {
            return Some((entry.key.range(), "a key must be a text".to_owned()));
        }
        let NodeKind::Scalar(style) = node.kind() else {
            return None;
        };
        let (text, _) = node.scalar()?;
        if in_flow
            && style == ScalarStyle::Plain
            && let Some(message) = sign_in_flow(text)
        {
            return Some((node.range(), message));
        }
        if text.contains('.')
            && matches!(type_of(text, style, node.tag()), Typed::Float(number) if !number.is_finite())
        {
            return Some((node.range(), format!("JSON has no number `{text}`")));
        }
        let tag = node.tag()?;
        let fits = match kind_of(text, style, Some(tag)) {
            Some(ScalarKind::Binary) => decode_base64(text).is_some(),
            _ => type_of(text, style, Some(tag)) != Typed::Invalid,
        };
        (!fits).then(|| (node.range(), format!("`{text}` is not what `{tag}` says")))
    })
}

/// How many nodes a node is with what its aliases stand for.
fn size(node: Node<'_>, known: &mut FxHashMap<NodeId, usize>) -> usize {
    let node = node.resolve();
    if let Some(size) = known.get(&node.id()) {
        return *size;
    }
    // An alias of what it is in counts nothing.
    known.insert(node.id(), 0);
    let mut sum = 1usize;
    for entry in node.own_entries() {
        sum = sum.saturating_add(size(entry.value, known));
    }
    for item in node.items() {
        sum = sum.saturating_add(size(item, known));
    }
    known.insert(node.id(), sum);
    sum
}

/// The first key that is there twice in one mapping. Only the files of `configurations` are read so.
pub(crate) fn duplicate_key(tree: &Tree) -> Option<Refused> {
    let root = tree.document(0)?.root()?;
    find(root, false, &mut |node, _| {
        let mut seen: Vec<&str> = Vec::new();
        node.own_entries()
            .filter(|entry| !entry.is_merge())
            .find_map(|entry| {
                let (key, _) = entry.key.scalar()?;
                if seen.contains(&key) {
                    let message = format!("the key `{key}` is already given above");
                    return Some((entry.key.range(), message));
                }
                seen.push(key);
                None
            })
    })
}

fn find<'t>(
    node: Node<'t>,
    in_flow: bool,
    refuses: &mut dyn FnMut(Node<'t>, bool) -> Option<Refused>,
) -> Option<Refused> {
    if let Some(found) = refuses(node, in_flow) {
        return Some(found);
    }
    let in_flow = in_flow || node.is_flow();
    match node.kind() {
        NodeKind::Mapping => node.own_entries().find_map(|entry| {
            find(entry.key, in_flow, refuses).or_else(|| find(entry.value, in_flow, refuses))
        }),
        NodeKind::Sequence => node.items().find_map(|item| find(item, in_flow, refuses)),
        NodeKind::Scalar(_) | NodeKind::Alias => None,
    }
}
