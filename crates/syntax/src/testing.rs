//! What the tests of several files look at trees with.

use crate::{Node, NodeKind, Tree};

/// Every node's source text, parents first; anchors and tags in front, `@7` for an empty value.
pub(crate) fn outline(tree: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    walk(tree, |node| {
        let anchor = node
            .anchor()
            .map(|name| format!("&{name} "))
            .unwrap_or_default();
        let tag = node.tag().map(|tag| format!("{tag} ")).unwrap_or_default();
        let text = match node.text() {
            "" => format!("@{}", u32::from(node.range().start())),
            text => text.to_owned(),
        };
        lines.push(format!("{anchor}{tag}{text}"));
    });
    lines
}

/// The decoded values of all scalars of a text.
pub(crate) fn values(text: &str) -> Vec<String> {
    let tree = Tree::parse(text);
    let mut values = Vec::new();
    walk(&tree, |node| {
        if let (NodeKind::Scalar(_), Some((value, _))) = (node.kind(), node.scalar()) {
            values.push(value.to_owned());
        }
    });
    values
}

/// Visits every node once, parents first.
pub(crate) fn walk<'t>(tree: &'t Tree, mut visit: impl FnMut(Node<'t>)) {
    let mut rest: Vec<_> = tree
        .documents()
        .filter_map(|document| document.root())
        .collect();
    rest.reverse();
    while let Some(node) = rest.pop() {
        visit(node);
        rest.extend(children(node).into_iter().rev());
    }
}

/// The children of a node as written: an alias has none.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    match node.kind() {
        NodeKind::Mapping => node
            .own_entries()
            .flat_map(|entry| [entry.key, entry.value])
            .collect(),
        NodeKind::Sequence => node.items().collect(),
        NodeKind::Scalar(_) | NodeKind::Alias => Vec::new(),
    }
}
