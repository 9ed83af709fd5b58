//! Where an offset stands in a tree: the nodes around it and the keys on the way.

use infragen_syntax::{Node, NodeKind, TextRange, TextSize, Tree};

/// The way from the root of a document to an offset.
pub(crate) struct Place<'t> {
    /// From the root to the innermost; never empty.
    nodes: Vec<Node<'t>>,
    /// The key (`[]` for an item of a list) that leads to each node but the root.
    path: Vec<&'t str>,
    /// Whether the innermost node is a key.
    pub on_key: bool,
}

impl<'t> Place<'t> {
    pub fn at(tree: &'t Tree, offset: TextSize) -> Option<Place<'t>> {
        let nodes = tree.nodes_at(offset);
        let mut place = Place {
            path: Vec::with_capacity(nodes.len()),
            nodes,
            on_key: false,
        };
        place.nodes.first()?;
        for pair in place.nodes.windows(2) {
            let (parent, child) = (pair[0], pair[1]);
            let entry = parent
                .own_entries()
                .find(|entry| entry.value == child || entry.key == child);
            place.on_key = entry.is_some_and(|entry| entry.key == child);
            place.path.push(match entry {
                Some(entry) => entry.key.scalar().map_or("", |(key, _)| key),
                None => "[]",
            });
        }
        Some(place)
    }

    /// The keys from the root to the innermost node, `[]` for an item.
    pub fn path(&self) -> &[&'t str] {
        &self.path
    }

    /// The innermost node.
    pub fn node(&self) -> Option<Node<'t>> {
        self.nodes.last().copied()
    }

    /// The node that the first `depth` steps of the path lead to.
    pub fn ancestor(&self, depth: usize) -> Option<Node<'t>> {
        self.nodes.get(depth).copied()
    }

    /// The nodes from the root to the innermost.
    pub fn nodes(&self) -> &[Node<'t>] {
        &self.nodes
    }

    /// The mapping that the innermost key or value is an entry of.
    pub fn parent(&self) -> Option<Node<'t>> {
        let above = self.nodes.len().checked_sub(2)?;
        Some(self.nodes[above]).filter(|node| node.kind() == NodeKind::Mapping)
    }
}

/// The node with an anchor that an offset stands on (`&name`), with the range of the name and its `&`.
pub(crate) fn anchored_at(tree: &Tree, offset: TextSize) -> Option<(Node<'_>, TextRange)> {
    let around = tree.nodes_at(offset);
    let above = around
        .iter()
        .rev()
        .find(|node| !matches!(node.kind(), NodeKind::Scalar(_)))?;
    let children: Vec<_> = match above.kind() {
        NodeKind::Sequence => above.items().collect(),
        _ => above.own_entries().map(|entry| entry.value).collect(),
    };
    children.into_iter().find_map(|child| {
        let range = anchor_range(child)?;
        range.contains_inclusive(offset).then_some((child, range))
    })
}

/// The name of a node's anchor with its `&`.
pub(crate) fn anchor_range(node: Node<'_>) -> Option<TextRange> {
    let name = node.anchor_range()?;
    Some(TextRange::new(name.start() - TextSize::from(1), name.end()))
}

/// Visits every node of a document as it is written, parents first; aliases are not followed.
pub(crate) fn each_node<'t>(root: Node<'t>, visit: &mut dyn FnMut(Node<'t>)) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        visit(node);
        match node.kind() {
            NodeKind::Mapping => {
                let children = node.own_entries().rev();
                open.extend(children.flat_map(|entry| [entry.value, entry.key]));
            }
            NodeKind::Sequence => open.extend(node.items().rev()),
            NodeKind::Scalar(_) | NodeKind::Alias => {}
        }
    }
}
