//! What both readers build with: one place decides about ranges, anchors and limits, so that the two
//! trees of one text are equal.

use std::collections::HashMap;
use std::sync::Arc;

use text_size::{TextRange, TextSize};

use crate::limits::Limits;
use crate::tree::{
    DocumentData, NodeData, NodeId, Reader, ScalarStyle, Shape, SyntaxError, Tree, Value,
};

/// Why a document cannot be built further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overflow {
    Depth,
    Aliases,
}

/// Anchor and tag of a node.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Properties {
    pub anchor: Option<TextRange>,
    pub tag: Option<TextRange>,
}

/// Builds the nodes of one document into a tree; [`DocumentBuilder::abort`] takes all of them back.
pub(crate) struct DocumentBuilder<'a> {
    tree: &'a mut Tree,
    limits: Limits,
    range: TextRange,
    open: Vec<Open>,
    anchors: HashMap<Box<str>, NodeId>,
    aliases: usize,
    root: Option<NodeId>,
    mark: [usize; 4],
}

struct Open {
    node: NodeId,
    mapping: bool,
    flow: bool,
    children: Vec<NodeId>,
}

impl<'a> DocumentBuilder<'a> {
    pub(crate) fn new(tree: &'a mut Tree, limits: Limits, range: TextRange) -> Self {
        let mark = [tree.nodes.len(), tree.entries.len(), tree.items.len(), tree.values.len()];
        Self {
            tree,
            limits,
            range,
            open: Vec::new(),
            anchors: HashMap::new(),
            aliases: 0,
            root: None,
            mark,
        }
    }

    pub(crate) fn text(&self) -> Arc<str> {
        self.tree.text.clone()
    }

    /// The document's own part of the text.
    pub(crate) fn range(&self) -> TextRange {
        self.range
    }

    /// A scalar; `decoded` is its value, kept only where the source does not say the same.
    pub(crate) fn scalar(
        &mut self,
        range: TextRange,
        style: ScalarStyle,
        decoded: &str,
        properties: Properties,
    ) {
        let source = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if range.len() >= 2.into() => {
                TextRange::new(range.start() + TextSize::from(1), range.end() - TextSize::from(1))
            }
            _ => range,
        };
        let value = if &self.tree.text[source] == decoded {
            Value::Source(source)
        } else {
            self.tree.values.push(decoded.into());
            Value::Decoded(index(self.tree.values.len() - 1))
        };
        let range = if style == ScalarStyle::Plain && range.is_empty() {
            TextRange::empty(self.place_of_nothing())
        } else {
            range
        };
        let value = if range.is_empty() { Value::Source(range) } else { value };
        self.node(NodeData {
            range,
            shape: Shape::Scalar { style, value },
            anchor: properties.anchor,
            tag: properties.tag,
        });
    }

    /// `*name`, with its whole range.
    pub(crate) fn alias(&mut self, range: TextRange) -> Result<(), Overflow> {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            return Err(Overflow::Aliases);
        }
        let name = &self.tree.text[range];
        let target = self.anchors.get(name.strip_prefix('*').unwrap_or(name)).copied();
        self.node(NodeData { range, shape: Shape::Alias { target }, anchor: None, tag: None });
        Ok(())
    }

    /// Opens a collection. `start` counts only for a flow collection: a block one begins with its first
    /// child.
    pub(crate) fn open(
        &mut self,
        mapping: bool,
        flow: bool,
        start: TextSize,
        properties: Properties,
    ) -> Result<(), Overflow> {
        if self.open.len() >= self.limits.depth {
            return Err(Overflow::Depth);
        }
        let shape = if mapping {
            Shape::Mapping { first: 0, len: 0, flow }
        } else {
            Shape::Sequence { first: 0, len: 0, flow }
        };
        let node = self.node(NodeData {
            range: TextRange::empty(start),
            shape,
            anchor: properties.anchor,
            tag: properties.tag,
        });
        self.open.push(Open { node, mapping, flow, children: Vec::new() });
        Ok(())
    }

    /// Closes the innermost collection; `end` counts only for a flow collection.
    pub(crate) fn close(&mut self, end: TextSize) {
        let Some(mut open) = self.open.pop() else { return };
        if open.mapping && open.children.len() % 2 == 1 {
            // A key without a value, from the tolerant reader: the value is empty.
            let at = self.after_indicator(self.end_of(open.children.last()), b":");
            let value = self.orphan(at);
            open.children.push(value);
        }
        let first_child = open.children.first().map(|id| self.tree.nodes[id.0 as usize].range.start());
        let last_child = open.children.iter().map(|id| self.tree.nodes[id.0 as usize].range.end()).max();
        let node = &mut self.tree.nodes[open.node.0 as usize];
        let start = if open.flow { node.range.start() } else { first_child.unwrap_or(node.range.start()) };
        let end = if open.flow { end } else { last_child.unwrap_or(start) };
        node.range = TextRange::new(start, end.max(start));
        node.shape = if open.mapping {
            let first = index(self.tree.entries.len());
            let pairs = open.children.chunks_exact(2).map(|pair| (pair[0], pair[1]));
            self.tree.entries.extend(pairs);
            Shape::Mapping { first, len: index(open.children.len() / 2), flow: open.flow }
        } else {
            let first = index(self.tree.items.len());
            self.tree.items.extend(&open.children);
            Shape::Sequence { first, len: index(open.children.len()), flow: open.flow }
        };
    }

    /// Ends the document and keeps it.
    pub(crate) fn finish(mut self, reader: Reader) {
        while !self.open.is_empty() {
            self.close(self.range.end());
        }
        let document = DocumentData { range: self.range, root: self.root, reader };
        self.tree.documents.push(document);
    }

    /// Takes back every node, and says what was wrong.
    pub(crate) fn abort(self) {
        let [nodes, entries, items, values] = self.mark;
        self.tree.nodes.truncate(nodes);
        self.tree.entries.truncate(entries);
        self.tree.items.truncate(items);
        self.tree.values.truncate(values);
    }

    /// Notes an error without ending the document.
    pub(crate) fn error(&mut self, error: SyntaxError) {
        self.tree.errors.push(error);
    }

    fn node(&mut self, data: NodeData) -> NodeId {
        let id = NodeId(index(self.tree.nodes.len()));
        self.tree.nodes.push(data);
        if let Some(anchor) = data.anchor {
            let name = self.tree.text[anchor].into();
            self.anchors.insert(name, id);
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None if self.root.is_none() => self.root = Some(id),
            None => {}
        }
        id
    }

    fn orphan(&mut self, at: TextSize) -> NodeId {
        let range = TextRange::empty(at);
        let shape = Shape::Scalar { style: ScalarStyle::Plain, value: Value::Source(range) };
        let id = NodeId(index(self.tree.nodes.len()));
        self.tree.nodes.push(NodeData { range, shape, anchor: None, tag: None });
        id
    }

    fn end_of(&self, node: Option<&NodeId>) -> TextSize {
        node.map_or(self.range.start(), |id| self.tree.nodes[id.0 as usize].range.end())
    }

    /// Where an empty value stands: right behind the `:`, `-` or `,` that asks for it. The readers know
    /// only where the next token begins.
    fn place_of_nothing(&self) -> TextSize {
        let Some(open) = self.open.last() else { return self.range.start() };
        let last = open.children.last();
        if open.mapping {
            let value = open.children.len() % 2 == 1;
            let from = if last.is_some() { self.end_of(last) } else { self.start_of(open) };
            self.after_indicator(from, if value { b":" } else { b"?:" })
        } else {
            let from = if last.is_some() { self.end_of(last) } else { self.start_of(open) };
            self.after_indicator(from, b"-,[")
        }
    }

    fn start_of(&self, open: &Open) -> TextSize {
        self.tree.nodes[open.node.0 as usize].range.start()
    }

    /// The offset behind the first of the given bytes after `from`, over blanks, line ends, comments and
    /// a closing bracket or quote; `from` where something else stands there.
    fn after_indicator(&self, from: TextSize, indicators: &[u8]) -> TextSize {
        let bytes = &self.tree.text.as_bytes()[..self.range.end().into()];
        let mut at = usize::from(from);
        while let Some(&byte) = bytes.get(at) {
            if indicators.contains(&byte) {
                return TextSize::try_from(at + 1).unwrap_or(from);
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
                _ => break,
            }
        }
        from
    }
}

/// An arena index; the text is at most [`Limits::text_bytes`] long, so it fits.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
