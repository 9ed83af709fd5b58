//! What both readers build with: one place decides about ranges, anchors and limits, so that the two
//! trees of one text are equal.

use std::collections::HashMap;
use std::num::NonZeroU32;

use text_size::{TextRange, TextSize};

use crate::gap;
use crate::limits::Limits;
use crate::tree::{
    DocumentData, NodeData, NodeId, Properties, Reader, ScalarStyle, Shape, SyntaxError, Tree,
    Value,
};

/// Why a document cannot be built further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overflow {
    Depth,
    Aliases,
    Flow,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    BlockMapping,
    BlockSequence,
    FlowMapping,
    FlowSequence,
    /// `a: b` inside of brackets, a mapping without brackets of its own.
    FlowPair,
}

impl Collection {
    fn is_mapping(self) -> bool {
        !matches!(self, Self::BlockSequence | Self::FlowSequence)
    }

    fn has_brackets(self) -> bool {
        matches!(self, Self::FlowMapping | Self::FlowSequence)
    }
}

/// Builds the nodes of one document into a tree; [`DocumentBuilder::abort`] takes all of them back.
///
/// Nodes come in the order of the text. Between the end of one and the begin of the next stand only
/// blanks, comments, indicators, anchors and tags; the readers do not say where, so the builder keeps a
/// cursor and looks there itself ([`DocumentBuilder::lead_in`]), but only for the few nodes whose place
/// depends on it.
pub(crate) struct DocumentBuilder<'a> {
    tree: &'a mut Tree,
    /// What is read: the tree's text, or a copy of the same length in which a broken line is blank.
    text: &'a str,
    limits: Limits,
    range: TextRange,
    /// The collections that are open, outermost first.
    open: Vec<Open>,
    /// The children of all open collections; each [`Open`] knows where its own begin.
    children: Vec<NodeId>,
    anchors: HashMap<Box<str>, NodeId>,
    aliases: usize,
    root: Option<NodeId>,
    /// The first key in braces that does not end on its line, with its `:`.
    split_key: Option<TextRange>,
    /// The end of what was read: a leaf, an opening bracket, or an indicator in front of the next node.
    cursor: TextSize,
    mark: Mark,
}

struct Open {
    node: NodeId,
    collection: Collection,
    first_child: usize,
}

/// The sizes of a tree's arenas before a document.
struct Mark {
    nodes: usize,
    entries: usize,
    items: usize,
    properties: usize,
    decoded: usize,
    errors: usize,
}

impl<'a> DocumentBuilder<'a> {
    pub(crate) fn new(tree: &'a mut Tree, text: &'a str, limits: Limits, range: TextRange) -> Self {
        let mark = Mark {
            nodes: tree.nodes.len(),
            entries: tree.entries.len(),
            items: tree.items.len(),
            properties: tree.properties.len(),
            decoded: tree.decoded.len(),
            errors: tree.errors.len(),
        };
        Self {
            tree,
            text,
            limits,
            range,
            open: Vec::new(),
            children: Vec::new(),
            anchors: HashMap::new(),
            aliases: 0,
            root: None,
            split_key: None,
            cursor: range.start(),
            mark,
        }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The document's own part of the text.
    pub(crate) fn range(&self) -> TextRange {
        self.range
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Where reading stands.
    pub(crate) fn cursor(&self) -> TextSize {
        self.cursor
    }

    /// How many nodes the tree has.
    pub(crate) fn count(&self) -> usize {
        self.tree.nodes.len()
    }

    /// Whether the document has its root.
    pub(crate) fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Whether the innermost collection is a mapping whose last key has no value yet.
    pub(crate) fn awaits_value(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.collection.is_mapping() && (self.children.len() - open.first_child) % 2 == 1
        })
    }

    /// The innermost open collection.
    pub(crate) fn innermost(&self) -> Option<Collection> {
        self.open.last().map(|open| open.collection)
    }

    /// Moves over the indicator in front of the next node (`-`, `?`, `:`, `,`), then over its anchor and
    /// tag where it has them, and returns those. The cursor is then where an empty node stands; the first
    /// byte of any other is behind further blanks ([`DocumentBuilder::next_byte`]).
    pub(crate) fn lead_in(&mut self, has_properties: bool) -> Properties {
        self.cursor = self.over_indicator();
        if !has_properties {
            return Properties::default();
        }
        let (properties, end) = gap::properties(self.source(), self.cursor);
        self.cursor = end;
        properties
    }

    fn over_indicator(&self) -> TextSize {
        let (source, at) = (self.source(), self.cursor);
        let Some(open) = self.open.last() else {
            return at;
        };
        match open.collection {
            Collection::BlockSequence => gap::over_dash(source, at),
            Collection::FlowSequence => gap::over_comma(source, at),
            collection if self.awaits_value() => {
                gap::over_colon(source, at, collection != Collection::BlockMapping)
            }
            Collection::FlowMapping => gap::over_key_indicator(source, gap::over_comma(source, at)),
            Collection::BlockMapping | Collection::FlowPair => gap::over_key_indicator(source, at),
        }
    }

    /// The text up to the document's end: looking ahead stops there.
    fn source(&self) -> &'a str {
        &self.text[..self.range.end().into()]
    }

    /// The place of the next byte behind the cursor that is no blank and no comment.
    pub(crate) fn next_byte(&self) -> TextSize {
        gap::skip(self.source(), self.cursor)
    }

    /// A scalar; `decoded` is its value, kept only where the source does not say the same.
    pub(crate) fn scalar(
        &mut self,
        range: TextRange,
        style: ScalarStyle,
        decoded: &str,
        properties: Properties,
    ) {
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let source = if quoted && range.len() >= 2.into() {
            TextRange::new(
                range.start() + TextSize::from(1),
                range.end() - TextSize::from(1),
            )
        } else {
            range
        };
        let value = if &self.text[source] == decoded {
            Value::Source(source)
        } else {
            let start = TextSize::of(self.tree.decoded.as_str());
            self.tree.decoded.push_str(decoded);
            Value::Decoded(TextRange::at(start, TextSize::of(decoded)))
        };
        self.cursor = range.end();
        self.node(range, Shape::Scalar { style, value }, properties);
    }

    /// A node of which nothing is written but perhaps an anchor or a tag.
    pub(crate) fn empty(&mut self, has_properties: bool) {
        let properties = self.lead_in(has_properties);
        if self.open.is_empty() && !has_properties {
            return; // An empty document has no root.
        }
        let range = TextRange::empty(self.cursor);
        let shape = Shape::Scalar {
            style: ScalarStyle::Plain,
            value: Value::Source(range),
        };
        self.node(range, shape, properties);
    }

    /// `*name`, with its whole range.
    pub(crate) fn alias(&mut self, range: TextRange) -> Result<(), Overflow> {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            return Err(Overflow::Aliases);
        }
        let name = self.text[range].strip_prefix('*').unwrap_or_default();
        let mut target = self.anchors.get(name).copied();
        if self.open.iter().any(|open| Some(open.node) == target) {
            self.error(SyntaxError {
                range,
                message: format!("the alias `*{name}` stands inside the value that it repeats"),
                help: Some(format!(
                    "move it out of the value that has the anchor `&{name}`"
                )),
                is_limit: false,
            });
            target = None;
        }
        self.cursor = range.end();
        self.node(range, Shape::Alias { target }, Properties::default());
        Ok(())
    }

    /// Opens a collection at its bracket, `-` or first key.
    pub(crate) fn open(
        &mut self,
        collection: Collection,
        start: TextSize,
        properties: Properties,
    ) -> Result<(), Overflow> {
        if self.open.len() >= self.limits.depth {
            return Err(Overflow::Depth);
        }
        let flow = collection.has_brackets();
        let inside = if flow {
            start + TextSize::from(1)
        } else {
            start
        };
        self.cursor = self.cursor.max(inside);
        let shape = if collection.is_mapping() {
            Shape::Mapping {
                first: 0,
                len: 0,
                flow,
            }
        } else {
            Shape::Sequence {
                first: 0,
                len: 0,
                flow,
            }
        };
        let node = self.node(TextRange::empty(start), shape, properties);
        self.open.push(Open {
            node,
            collection,
            first_child: self.children.len(),
        });
        Ok(())
    }

    /// Closes the innermost collection; `end` counts only where it has brackets.
    pub(crate) fn close(&mut self, end: TextSize) {
        if self.awaits_value() {
            self.empty(false);
        }
        let Some(open) = self.open.pop() else { return };
        let flow = open.collection.has_brackets();
        let children = &self.children[open.first_child..];
        let data = &self.tree.nodes[open.node.0 as usize];
        let ends = [children.first(), children.last()]
            .map(|child| child.map(|id| self.tree.nodes[id.0 as usize].range));
        let range = match ends {
            _ if flow => TextRange::new(data.range.start(), end.max(self.cursor)),
            [Some(first), Some(last)] => first.cover(last),
            _ => data.range,
        };
        if open.collection == Collection::FlowMapping && self.split_key.is_none() {
            let mut keys = children.chunks_exact(2).map(|pair| pair[0]);
            self.split_key = keys.find_map(|key| self.split(key));
        }
        let shape = if open.collection.is_mapping() {
            let first = index(self.tree.entries.len());
            let pairs = children.chunks_exact(2).map(|pair| (pair[0], pair[1]));
            self.tree.entries.extend(pairs);
            Shape::Mapping {
                first,
                len: index(children.len() / 2),
                flow,
            }
        } else {
            let first = index(self.tree.items.len());
            self.tree.items.extend(children);
            Shape::Sequence {
                first,
                len: index(children.len()),
                flow,
            }
        };
        self.children.truncate(open.first_child);
        self.cursor = self.cursor.max(range.end());
        let node = &mut self.tree.nodes[open.node.0 as usize];
        node.range = range;
        node.shape = shape;
    }

    /// Closes what is still open.
    pub(crate) fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close(self.cursor);
        }
    }

    /// Where each key begins, with that of the key above it.
    pub(crate) fn keys_with_parents(&self) -> Vec<(TextSize, Option<TextSize>)> {
        let mut keys = Vec::new();
        let mut rest: Vec<_> = self.root.map(|root| (root, None)).into_iter().collect();
        while let Some((node, above)) = rest.pop() {
            match self.tree.nodes[node.0 as usize].shape {
                Shape::Mapping { first, len, .. } => {
                    for (key, value) in &self.tree.entries[first as usize..][..len as usize] {
                        let place = self.tree.nodes[key.0 as usize].range.start();
                        keys.push((place, above));
                        rest.push((*value, Some(place)));
                    }
                }
                Shape::Sequence { first, len, .. } => {
                    let items = &self.tree.items[first as usize..][..len as usize];
                    rest.extend(items.iter().map(|item| (*item, above)));
                }
                Shape::Scalar { .. } | Shape::Alias { .. } => {}
            }
        }
        keys
    }

    /// What stands on several lines of a key in braces and its `:`.
    fn split(&self, key: NodeId) -> Option<TextRange> {
        let (source, range) = (self.source(), self.tree.nodes[key.0 as usize].range);
        let colon = gap::over_colon(source, range.end(), true);
        let key = TextRange::new(range.start(), colon.max(range.end()));
        let is_key = colon > range.end() && source[key].contains(['\n', '\r']);
        // Behind a `?` a key may be as long as it likes.
        let before = source[..range.start().into()].trim_end();
        (is_key && !before.ends_with('?')).then_some(key)
    }

    /// The first key in braces that is not on one line with its `:`, as go-yaml wants it.
    pub(crate) fn split_key(&self) -> Option<TextRange> {
        self.split_key
    }

    /// Ends the document and keeps it.
    pub(crate) fn finish(mut self, reader: Reader) {
        self.close_all();
        let document = DocumentData {
            range: self.range,
            root: self.root,
            reader,
        };
        self.tree.documents.push(document);
    }

    /// Takes everything back.
    pub(crate) fn abort(self) {
        self.tree.nodes.truncate(self.mark.nodes);
        self.tree.entries.truncate(self.mark.entries);
        self.tree.items.truncate(self.mark.items);
        self.tree.properties.truncate(self.mark.properties);
        self.tree.decoded.truncate(self.mark.decoded);
        self.tree.errors.truncate(self.mark.errors);
    }

    /// Notes an error without ending the document.
    pub(crate) fn error(&mut self, error: SyntaxError) {
        self.tree.errors.push(error);
    }

    fn node(&mut self, range: TextRange, shape: Shape, properties: Properties) -> NodeId {
        let id = NodeId(index(self.tree.nodes.len()));
        let properties_index = if properties == Properties::default() {
            None
        } else {
            self.tree.properties.push(properties);
            NonZeroU32::new(index(self.tree.properties.len()))
        };
        self.tree.nodes.push(NodeData {
            range,
            shape,
            properties: properties_index,
        });
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(self.text[anchor].into(), id);
        }
        if self.open.is_empty() {
            self.root.get_or_insert(id);
        } else {
            self.children.push(id);
        }
        id
    }
}

/// An arena index; the text is at most [`Limits::text_bytes`] long, so it fits.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
