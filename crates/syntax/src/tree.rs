use std::num::NonZeroU32;
use std::sync::Arc;

use text_size::{TextRange, TextSize};

use crate::limits::Limits;

/// A parsed text: its documents, their nodes, and what was wrong with it.
///
/// All nodes live in flat arenas; a [`Node`] is a borrowed handle. Ranges are byte ranges of
/// [`Tree::text`]. Two trees are equal when their texts are, so comparing is cheap only for texts.
#[derive(Debug)]
pub struct Tree {
    pub(crate) text: Arc<str>,
    pub(crate) documents: Vec<DocumentData>,
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) entries: Vec<(NodeId, NodeId)>,
    pub(crate) items: Vec<NodeId>,
    pub(crate) properties: Vec<Properties>,
    /// The decoded scalars, one behind the other.
    pub(crate) decoded: String,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentData {
    pub range: TextRange,
    pub root: Option<NodeId>,
    pub reader: Reader,
}

/// Which reader made a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// The document is valid YAML.
    Strict,
    /// The document is broken: parts of it may be missing from the tree.
    Tolerant,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeData {
    pub range: TextRange,
    pub shape: Shape,
    /// Index of the node's anchor and tag in [`Tree::properties`], from 1: nearly no node has any.
    pub properties: Option<NonZeroU32>,
}

/// Anchor and tag of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Properties {
    /// Range of the anchor's name, without the `&`.
    pub anchor: Option<TextRange>,
    /// Range of the whole tag, with its `!`.
    pub tag: Option<TextRange>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Scalar { style: ScalarStyle, value: Value },
    Mapping { first: u32, len: u32, flow: bool },
    Sequence { first: u32, len: u32, flow: bool },
    Alias { target: Option<NodeId> },
}

/// Where the decoded text of a scalar is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value {
    /// It stands in the source as it is.
    Source(TextRange),
    /// It differs from the source (escapes, folding, indentation): its range in [`Tree::decoded`].
    Decoded(TextRange),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// No quotes; the only style whose value can be other than a string.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl ScalarStyle {
    /// Whether the scalar is a block: `|` or `>`.
    pub fn is_block(self) -> bool {
        matches!(self, Self::Literal | Self::Folded)
    }
}

/// Something that makes a text not YAML, or more than the reader accepts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SyntaxError {
    /// Where; never outside the text, possibly empty.
    pub range: TextRange,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// Whether the text may well be valid, and only exceeds what infragen reads ([`Limits`]).
    pub is_limit: bool,
}

impl Tree {
    /// A tree of nothing yet.
    pub(crate) fn of(text: Arc<str>) -> Tree {
        Tree {
            text,
            documents: Vec::new(),
            nodes: Vec::new(),
            entries: Vec::new(),
            items: Vec::new(),
            properties: Vec::new(),
            decoded: String::new(),
            errors: Vec::new(),
        }
    }

    /// Parses a text within the default [`Limits`].
    pub fn parse(text: impl Into<Arc<str>>) -> Tree {
        Tree::parse_within(text, Limits::DEFAULT)
    }

    /// Parses a text within the given limits.
    pub fn parse_within(text: impl Into<Arc<str>>, limits: Limits) -> Tree {
        crate::read::read(text.into(), limits)
    }

    /// Parses valid YAML by the reader for broken one. Only a test asks for that: the two must agree.
    #[doc(hidden)]
    pub fn parse_tolerantly(text: impl Into<Arc<str>>) -> Tree {
        crate::read::read_with(text.into(), Limits::DEFAULT, Reader::Tolerant)
    }

    /// The tree of a file that cannot be read as text: empty, with the reason.
    pub fn unreadable(error: SyntaxError) -> Tree {
        let mut tree = crate::read::read(Arc::from(""), Limits::DEFAULT);
        tree.errors.push(error);
        tree
    }

    /// The text that the ranges of this tree point into.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    pub fn shared_text(&self) -> Arc<str> {
        self.text.clone()
    }

    /// What is wrong with the text, in order of place.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// The documents in order. A text without any `---` is one document; what stands before the first
    /// `---` is one only if there is more than blanks and comments.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Document<'_>> {
        (0..self.documents.len()).map(move |index| Document { tree: self, index })
    }

    /// The document with this number, from 0.
    pub fn document(&self, index: usize) -> Option<Document<'_>> {
        (index < self.documents.len()).then_some(Document { tree: self, index })
    }

    /// The document that an offset stands in; at a border, the later one.
    pub fn document_at(&self, offset: TextSize) -> Option<Document<'_>> {
        let after = self
            .documents
            .partition_point(|document| document.range.start() <= offset);
        let index = after.checked_sub(1)?;
        let document = Document { tree: self, index };
        document
            .range()
            .contains_inclusive(offset)
            .then_some(document)
    }

    /// The node with this id; ids are valid in the tree that they came from.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// The nodes around an offset, from the document's root to the innermost. A node counts when the
    /// offset is inside it or at its end, so a cursor right behind a word is on that word.
    pub fn nodes_at(&self, offset: TextSize) -> Vec<Node<'_>> {
        let mut chain = Vec::new();
        let mut next = self
            .document_at(offset)
            .and_then(|document| document.root());
        while let Some(node) = next {
            if !node.range().contains_inclusive(offset) {
                break;
            }
            chain.push(node);
            next = match node.kind() {
                NodeKind::Mapping => node
                    .own_entries()
                    .flat_map(|entry| [entry.key, entry.value])
                    .find(|child| child.covers(offset)),
                NodeKind::Sequence => node.items().find(|child| child.covers(offset)),
                NodeKind::Scalar(_) | NodeKind::Alias => None,
            };
        }
        chain
    }
}

/// One YAML document of a text.
#[derive(Debug, Clone, Copy)]
pub struct Document<'t> {
    tree: &'t Tree,
    index: usize,
}

impl<'t> Document<'t> {
    /// Its number in the text, from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// The text between its markers; the markers themselves belong to no document.
    pub fn range(self) -> TextRange {
        self.data().range
    }

    /// The text from the first to the last byte of its content: the range that an editor shows.
    pub fn content_range(self) -> TextRange {
        self.root()
            .map_or_else(|| TextRange::empty(self.range().start()), Node::range)
    }

    /// Its root node; none where the document is empty or nothing of it could be read.
    pub fn root(self) -> Option<Node<'t>> {
        self.data().root.map(|id| self.tree.node(id))
    }

    /// Which reader made it.
    pub fn reader(self) -> Reader {
        self.data().reader
    }

    fn data(self) -> &'t DocumentData {
        &self.tree.documents[self.index]
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A scalar, also an empty value (a plain scalar of length 0).
    Scalar(ScalarStyle),
    /// Keys with values.
    Mapping,
    /// A list.
    Sequence,
    /// `*name`
    Alias,
}

/// A key with its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'t> {
    /// The key; nearly always a scalar.
    pub key: Node<'t>,
    /// The value; an empty plain scalar where nothing is written.
    pub value: Node<'t>,
}

impl Entry<'_> {
    /// From the first byte of the key to the last of the value.
    pub fn range(self) -> TextRange {
        self.key.range().cover(self.value.range())
    }
}

/// A borrowed handle on a node of a tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}@{:?} {:?}", self.kind(), self.range(), self.text())
    }
}

impl<'t> Node<'t> {
    /// How many merged mappings one lookup looks into. Merges of merges grow exponentially in a document
    /// that is made for it; no honest one comes near.
    const MAX_MERGES: usize = 256;

    /// Its id in the tree.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The tree it belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// What it is.
    pub fn kind(self) -> NodeKind {
        match self.data().shape {
            Shape::Scalar { style, .. } => NodeKind::Scalar(style),
            Shape::Mapping { .. } => NodeKind::Mapping,
            Shape::Sequence { .. } => NodeKind::Sequence,
            Shape::Alias { .. } => NodeKind::Alias,
        }
    }

    /// Its bytes: quotes and brackets included, anchor and tag not. A block collection reaches from its
    /// first key or item to the end of its last; a block scalar from its `|` or `>` to the end of its
    /// last line with text. An empty value is the empty range behind its `:` or `-`.
    pub fn range(self) -> TextRange {
        self.data().range
    }

    /// The bytes of a scalar without its quotes; of anything else, its range.
    pub fn content_range(self) -> TextRange {
        let range = self.range();
        match self.kind() {
            NodeKind::Scalar(ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) => {
                let one = TextSize::from(1);
                let end = self.text().len() > 1
                    && self.text().ends_with(['"', '\''])
                    && self.text().as_bytes()[0] == self.text().as_bytes()[self.text().len() - 1];
                TextRange::new(
                    range.start() + one,
                    if end { range.end() - one } else { range.end() },
                )
            }
            _ => range,
        }
    }

    /// The source text of its range.
    pub fn text(self) -> &'t str {
        &self.tree.text[self.range()]
    }

    /// The range of its anchor's name (without `&`).
    pub fn anchor_range(self) -> Option<TextRange> {
        self.properties().anchor
    }

    /// The name of its anchor.
    pub fn anchor(self) -> Option<&'t str> {
        self.anchor_range().map(|range| &self.tree.text[range])
    }

    /// The source text of its tag (`!!str`).
    pub fn tag(self) -> Option<&'t str> {
        self.properties().tag.map(|range| &self.tree.text[range])
    }

    fn properties(self) -> Properties {
        let index = self.data().properties.map(|index| index.get() as usize - 1);
        index.map_or(Properties::default(), |index| self.tree.properties[index])
    }

    /// The node that an alias stands for; anything else stands for itself. So does an alias without an
    /// anchor, and one inside the very node that it names: following aliases always comes to an end.
    pub fn resolve(self) -> Node<'t> {
        match self.data().shape {
            // An anchor stands on a scalar or a collection, never on another alias.
            Shape::Alias {
                target: Some(target),
            } => self.tree.node(target),
            _ => self,
        }
    }

    /// The decoded text of a scalar of any type (through an alias); none for a collection and for null
    /// (`key:`, `~`, `null`).
    pub fn as_str(self) -> Option<&'t str> {
        let (value, style) = self.scalar()?;
        let null =
            style == ScalarStyle::Plain && matches!(value, "" | "~" | "null" | "Null" | "NULL");
        (!null).then_some(value)
    }

    /// The decoded text and the style of a scalar (through an alias), null included.
    pub fn scalar(self) -> Option<(&'t str, ScalarStyle)> {
        let node = self.resolve();
        match node.data().shape {
            Shape::Scalar { style, value } => {
                let text = match value {
                    Value::Source(range) => &self.tree.text[range],
                    Value::Decoded(range) => &self.tree.decoded[range],
                };
                Some((text, style))
            }
            _ => None,
        }
    }

    /// Whether it is a mapping, through an alias.
    pub fn is_mapping(self) -> bool {
        self.resolve().kind() == NodeKind::Mapping
    }

    /// Whether it is a sequence, through an alias.
    pub fn is_sequence(self) -> bool {
        self.resolve().kind() == NodeKind::Sequence
    }

    /// Whether a collection is written in brackets.
    pub fn is_flow(self) -> bool {
        matches!(
            self.data().shape,
            Shape::Mapping { flow: true, .. } | Shape::Sequence { flow: true, .. }
        )
    }

    /// The items of a sequence (through an alias); nothing for anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'t>> + ExactSizeIterator {
        let node = self.resolve();
        let (first, len) = match node.data().shape {
            Shape::Sequence { first, len, .. } => (first as usize, len as usize),
            _ => (0, 0),
        };
        let tree = self.tree;
        tree.items[first..first + len]
            .iter()
            .map(move |id| tree.node(*id))
    }

    /// The entries of a mapping as written (through an alias): `<<` is an entry like any other and a key
    /// given twice is there twice.
    pub fn own_entries(self) -> impl DoubleEndedIterator<Item = Entry<'t>> + ExactSizeIterator {
        let node = self.resolve();
        let (first, len) = match node.data().shape {
            Shape::Mapping { first, len, .. } => (first as usize, len as usize),
            _ => (0, 0),
        };
        let tree = self.tree;
        tree.entries[first..first + len]
            .iter()
            .map(move |(key, value)| Entry {
                key: tree.node(*key),
                value: tree.node(*value),
            })
    }

    /// The entry of a key, `<<` merges included: an own key wins, then the first merged mapping that has
    /// it. Of a key given twice the last counts, as for every reader that accepts that.
    pub fn entry(self, key: &str) -> Option<Entry<'t>> {
        self.entry_within(key, &mut { Self::MAX_MERGES })
    }

    fn entry_within(self, key: &str, merges: &mut usize) -> Option<Entry<'t>> {
        let own = self.own_entries().rev().find(|entry| {
            entry.key.scalar().is_some_and(|(text, _)| text == key) && !entry.is_merge()
        });
        if own.is_some() {
            return own;
        }
        self.merged().find_map(|merged| {
            *merges = merges.checked_sub(1)?;
            merged.entry_within(key, merges)
        })
    }

    /// What the `<<` entries of a mapping name: one mapping each, or a list of them.
    fn merged(self) -> impl Iterator<Item = Node<'t>> {
        self.own_entries()
            .filter(|entry| entry.is_merge())
            .flat_map(|merge| {
                let one = (!merge.value.is_sequence()).then_some(merge.value);
                one.into_iter().chain(merge.value.items())
            })
    }

    /// The value of a key, `<<` merges included. The value may be an alias: every reading method here
    /// looks through it.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The value at a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Node<'t>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    fn covers(self, offset: TextSize) -> bool {
        self.range().contains_inclusive(offset)
            && !(self.range().is_empty() && self.range().start() != offset)
    }

    fn data(self) -> &'t NodeData {
        &self.tree.nodes[self.id.0 as usize]
    }
}

impl Entry<'_> {
    /// Whether this is a `<<` that merges another mapping in.
    pub fn is_merge(self) -> bool {
        self.key.scalar() == Some(("<<", ScalarStyle::Plain))
    }
}
