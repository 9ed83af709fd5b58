//! From tree-sitter's concrete tree to ours.
//!
//! Where the text is valid, the concrete tree has the shape of the document and every node is lowered as
//! it comes. Where it is not, pieces of it hang below `ERROR` nodes without the mappings and lists that
//! would hold them; those are put back by their columns, the way a person reads them.

use std::ops::ControlFlow;

use text_size::{TextRange, TextSize};
use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree, TreeCursor};

use crate::builder::{Collection, DocumentBuilder, Overflow};
use crate::gap;
use crate::tree::{Properties, ScalarStyle};
use crate::value::{self, Header};

/// The parser asks back every hundred steps; an honest document takes one or two steps a byte.
const STEPS_PER_CALL: usize = 100;
const STEPS_PER_BYTE: usize = 10;
const STEPS_AT_LEAST: usize = 100_000;

/// tree-sitter-yaml counts rows and columns in 16 bits.
const MAX_ROWS_AND_COLUMNS: usize = 30_000;

/// It writes past a buffer of 1,024 bytes beyond 253 levels of indentation, each of at least one indicator.
/// Broken text can make it count a level twice.
const MAX_LEVELS: usize = 200;

/// Lowers what tree-sitter makes of one document into the builder: everything that it recognises, nothing
/// where the document is beyond its bounds.
pub(crate) fn lower(builder: &mut DocumentBuilder<'_>, source: TextRange) {
    // It takes a `...` that nothing stands in front of for a value.
    let source = if builder.text()[source].starts_with("...") {
        builder.range()
    } else {
        source
    };
    let text = &builder.text()[source];
    if !is_within_bounds(text) {
        return;
    }
    let Some(tree) = parse(text) else { return };
    let mut lowering = Lowering {
        builder,
        base: source.start(),
        levels: Vec::new(),
        nodes: Vec::new(),
        full: false,
    };
    lowering.walk(&mut tree.walk());
}

fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_yaml::LANGUAGE.into())
        .ok()?;
    let mut calls = (text.len() * STEPS_PER_BYTE + STEPS_AT_LEAST) / STEPS_PER_CALL;
    let mut progress = |_: &ParseState| match calls.checked_sub(1) {
        Some(rest) => {
            calls = rest;
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
    parser.parse_with_options(&mut read, None, Some(options))
}

/// Whether tree-sitter-yaml may see a text. Counts the levels of indentation that its scanner could hold at
/// most: for each line one for its key, and for each indicator one for itself and one for a key behind it.
fn is_within_bounds(text: &str) -> bool {
    let mut columns: Vec<usize> = Vec::new();
    for (row, line) in text.split(['\n', '\r']).enumerate() {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        while columns.last().is_some_and(|column| *column >= indent) {
            columns.pop();
        }
        columns.push(indent);
        for at in indicators(line.as_bytes(), indent).take(MAX_LEVELS) {
            columns.extend([at, at]);
        }
        if row > MAX_ROWS_AND_COLUMNS
            || line.len() > MAX_ROWS_AND_COLUMNS
            || columns.len() > MAX_LEVELS
        {
            return false;
        }
    }
    true
}

/// The columns of what could be block indicators in a line.
fn indicators(line: &[u8], from: usize) -> impl Iterator<Item = usize> + '_ {
    let is_blank = |at: usize| {
        line.get(at)
            .is_none_or(|byte| !byte.is_ascii_alphanumeric())
    };
    (from..line.len()).filter(move |at| {
        matches!(line[*at], b'-' | b'?' | b':' | b'|' | b'>')
            && is_blank(at + 1)
            && (*at == from || matches!(line[at - 1], b' ' | b'\t'))
    })
}

struct Lowering<'b, 't> {
    builder: &'b mut DocumentBuilder<'t>,
    base: TextSize,
    /// The collections that are open in the builder, outermost first.
    levels: Vec<Level>,
    /// The concrete nodes that the walk is inside of.
    nodes: Vec<Inside>,
    /// Whether a limit was passed: nothing more is read.
    full: bool,
}

struct Level {
    collection: Collection,
    column: usize,
}

/// A concrete node that the walk is inside of. Its own kind is kept here: tree-sitter finds the parent of a
/// node only by a search from the root.
struct Inside {
    kind: &'static str,
    has_properties: bool,
    /// How many collections were open when it was entered; those above are closed when it is left.
    levels: usize,
    /// How many nodes the builder had.
    count: usize,
    leave: Leave,
}

/// What to do when a concrete node is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leave {
    Nothing,
    /// Close the collection that it opened.
    Collection,
    /// If no node came, it is an empty one, perhaps with an anchor or a tag.
    Empty,
    /// If its key got no value, that is an empty one.
    Pair,
}

/// What to do with the children of a concrete node.
enum Step {
    Enter(Leave),
    Skip,
}

impl Lowering<'_, '_> {
    /// Walks the concrete tree without recursion: its depth is the document's.
    fn walk(&mut self, cursor: &mut TreeCursor<'_>) {
        loop {
            let step = self.enter(cursor.node());
            if let Step::Enter(leave) = step {
                let levels = self.levels.len() - opened(leave);
                let node = cursor.node();
                self.nodes.push(Inside {
                    kind: node.kind(),
                    has_properties: leave == Leave::Empty && has_properties(node),
                    levels,
                    count: self.builder.count(),
                    leave,
                });
                if !self.full && cursor.goto_first_child() {
                    continue;
                }
                self.leave(cursor.node());
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                self.leave(cursor.node());
            }
        }
    }

    fn enter(&mut self, node: Node<'_>) -> Step {
        if self.full || node.is_missing() {
            return Step::Skip;
        }
        match node.kind() {
            "stream" | "document" | "ERROR" => Step::Enter(Leave::Nothing),
            // A part of the marker, in a broken text.
            _ if self.place(node.start_byte()) < self.builder.range().start() => Step::Skip,
            "block_node" | "flow_node" => self.enter_node(node),
            "block_mapping" => self.enter_collection(node, Collection::BlockMapping),
            "block_sequence" => self.enter_collection(node, Collection::BlockSequence),
            "flow_mapping" => self.enter_collection(node, Collection::FlowMapping),
            "flow_sequence" => self.enter_collection(node, Collection::FlowSequence),
            "block_mapping_pair" | "flow_pair" => self.enter_pair(node),
            "block_sequence_item" => self.enter_item(node),
            "-" if self.is_stray() => {
                self.make_level(Collection::BlockSequence, node);
                Step::Skip
            }
            _ => {
                if !self.is_stray() {
                    self.leaf(node);
                }
                Step::Skip
            }
        }
    }

    fn leave(&mut self, node: Node<'_>) {
        let Some(inside) = self.nodes.pop() else {
            return;
        };
        match inside.leave {
            Leave::Nothing => {}
            Leave::Empty => {
                if self.builder.count() == inside.count {
                    self.builder.empty(inside.has_properties);
                }
                if self.parent_kind() == Some("flow_mapping") {
                    self.complete_pair(); // A key alone: `{a, b: c}`.
                }
            }
            Leave::Pair => {
                self.close_down_to(inside.levels);
                self.complete_pair();
            }
            Leave::Collection => {
                self.close_down_to(inside.levels + 1);
                self.complete_pair();
                self.levels.truncate(inside.levels);
                self.builder.close(self.place(node.end_byte()));
            }
        }
    }

    fn close_down_to(&mut self, levels: usize) {
        while self.levels.len() > levels {
            self.levels.pop();
            self.builder.close(self.builder.cursor());
        }
    }

    /// Gives the last key of the innermost mapping an empty value if it has none.
    fn complete_pair(&mut self) {
        if self.builder.awaits_value() {
            self.builder.empty(false);
        }
    }

    fn enter_node(&mut self, node: Node<'_>) -> Step {
        if self.is_stray() && !self.accepts_stray(node) {
            return Step::Skip;
        }
        Step::Enter(Leave::Empty)
    }

    /// Whether a node below an `ERROR` can be a key or a value of what is open; makes place for it.
    fn accepts_stray(&mut self, node: Node<'_>) -> bool {
        let is_key = node.next_sibling().is_some_and(|next| next.kind() == ":");
        let content = node
            .named_children(&mut node.walk())
            .last()
            .map(|child| child.kind());
        match content {
            _ if is_key => self.make_level(Collection::BlockMapping, node),
            Some("block_mapping") => self.make_level(Collection::BlockMapping, node),
            Some("block_sequence") => self.make_level(Collection::BlockSequence, node),
            _ => {
                let before = node.prev_sibling().map(|before| before.kind());
                matches!(before, Some(":" | "-")) && self.accepts_value()
            }
        }
    }

    fn enter_collection(&mut self, node: Node<'_>, collection: Collection) -> Step {
        let column = column(node);
        let above = self.nodes.len().checked_sub(2);
        let stray = above.is_some_and(|above| self.nodes[above].kind == "ERROR");
        let last = self.levels.last();
        if stray
            && last.is_some_and(|level| level.collection == collection && level.column == column)
        {
            return Step::Enter(Leave::Nothing); // Made for it by `accepts_stray`.
        }
        let properties = self.properties();
        self.open(collection, node, properties);
        if self.full {
            Step::Skip
        } else {
            Step::Enter(Leave::Collection)
        }
    }

    fn enter_pair(&mut self, node: Node<'_>) -> Step {
        let leave = match self.builder.innermost() {
            Some(Collection::FlowSequence) if node.kind() == "flow_pair" => {
                let properties = self.builder.lead_in(false);
                self.open(Collection::FlowPair, node, properties);
                Leave::Collection
            }
            Some(Collection::FlowMapping) if node.kind() == "flow_pair" => Leave::Pair,
            _ if self.make_level(Collection::BlockMapping, node) => Leave::Pair,
            _ => return Step::Skip,
        };
        if self.full {
            return Step::Skip;
        }
        if node.child_by_field_name("key").is_none() {
            self.builder.empty(false);
        }
        Step::Enter(leave)
    }

    fn enter_item(&mut self, node: Node<'_>) -> Step {
        if self.make_level(Collection::BlockSequence, node) {
            Step::Enter(Leave::Empty)
        } else {
            Step::Skip
        }
    }

    fn open(&mut self, collection: Collection, node: Node<'_>, properties: Properties) {
        let column = column(node);
        let start = self.place(node.start_byte());
        match self.builder.open(collection, start, properties) {
            Ok(()) => self.levels.push(Level { collection, column }),
            Err(_) => self.full = true,
        }
    }

    /// Makes a block collection that begins at this column the innermost one, and ready for its next key or
    /// item: the one that is open there already, or a new one where a value can stand. False where there is
    /// no place for it.
    fn make_level(&mut self, collection: Collection, node: Node<'_>) -> bool {
        let column = column(node);
        let floor = self.floor();
        while let Some(level) = self.levels.last() {
            let is_list_of_key =
                collection == Collection::BlockSequence && self.builder.awaits_value();
            let fits = level.collection == collection || is_list_of_key;
            if self.levels.len() <= floor
                || level.column < column
                || (level.column == column && fits)
            {
                break;
            }
            self.close_down_to(self.levels.len() - 1);
        }
        let last = self.levels.last();
        if last.is_some_and(|level| level.collection == collection && level.column == column) {
            self.complete_pair();
            return true;
        }
        if !self.accepts_value() {
            // A key that is indented too far belongs to the mapping above it.
            return last.is_some_and(|level| level.collection == collection);
        }
        let properties = self.builder.lead_in(false);
        self.open(collection, node, properties);
        !self.full
    }

    /// How many levels the concrete nodes around hold open.
    fn floor(&self) -> usize {
        let holder = self
            .nodes
            .iter()
            .rev()
            .find(|inside| opened(inside.leave) > 0);
        holder.map_or(0, |inside| inside.levels + 1)
    }

    /// Whether a node can come next that is no key: the root, the value of a key, or an item.
    fn accepts_value(&self) -> bool {
        match self.levels.last() {
            None => !self.builder.has_root(),
            Some(level) => {
                level.collection == Collection::BlockSequence || self.builder.awaits_value()
            }
        }
    }

    fn leaf(&mut self, node: Node<'_>) {
        let style = match node.kind() {
            "alias" => return self.alias(node),
            "plain_scalar" => ScalarStyle::Plain,
            "single_quote_scalar" => ScalarStyle::SingleQuoted,
            "double_quote_scalar" => ScalarStyle::DoubleQuoted,
            "block_scalar" => return self.block_scalar(node),
            _ => return,
        };
        let properties = self.properties();
        let range = self.range(node);
        let content = match style {
            ScalarStyle::Plain => range,
            _ => TextRange::new(
                range.start() + QUOTE,
                (range.end() - QUOTE).max(range.start() + QUOTE),
            ),
        };
        let text = self.builder.text();
        if style == ScalarStyle::Plain && !text[range].contains(['\n', '\r']) {
            return self.builder.scalar(range, style, &text[range], properties);
        }
        let decoded = value::flow(text, content, style);
        self.builder.scalar(range, style, &decoded.text, properties);
    }

    fn block_scalar(&mut self, node: Node<'_>) {
        let properties = self.properties();
        let text = &self.builder.text()[..self.builder.range().end().into()];
        let start = self.place(node.start_byte());
        let style = match text.as_bytes().get(usize::from(start)) {
            Some(b'|') => ScalarStyle::Literal,
            _ => ScalarStyle::Folded,
        };
        let header = Header::read(text, start);
        let parent = self.levels.last().map(|level| level.column);
        let indent = match header.indent {
            Some(indent) => parent.unwrap_or(0) + indent,
            None => header
                .first_indent(text)
                .unwrap_or(0)
                .max(parent.map_or(0, |column| column + 1)),
        };
        let (decoded, limit) = value::block(text, header, indent, style);
        let end = gap::block_end(text, start, limit);
        self.builder
            .scalar(TextRange::new(start, end), style, &decoded.text, properties);
    }

    fn alias(&mut self, node: Node<'_>) {
        if self.builder.alias(self.range(node)) == Err(Overflow::Aliases) {
            self.full = true;
        }
    }

    /// Moves the builder in front of a node; returns the anchor and tag that stand there.
    fn properties(&mut self) -> Properties {
        let has_properties = self
            .nodes
            .last()
            .is_some_and(|inside| inside.has_properties);
        self.builder.lead_in(has_properties)
    }

    fn parent_kind(&self) -> Option<&'static str> {
        self.nodes.last().map(|inside| inside.kind)
    }

    /// Whether the present node hangs below an `ERROR`.
    fn is_stray(&self) -> bool {
        self.parent_kind().is_none_or(|kind| kind == "ERROR")
    }

    fn range(&self, node: Node<'_>) -> TextRange {
        TextRange::new(self.place(node.start_byte()), self.place(node.end_byte()))
    }

    /// The place in the text of a byte of the source. In a broken text a node may begin or end inside of a
    /// character that tree-sitter does not know.
    fn place(&self, byte: usize) -> TextSize {
        let text = self.builder.text();
        let at = (usize::from(self.base) + byte).min(text.len());
        let at = (at..=text.len()).find(|at| text.is_char_boundary(*at));
        at.and_then(|at| TextSize::try_from(at).ok())
            .unwrap_or(self.base)
    }
}

const QUOTE: TextSize = TextSize::new(1);

/// How many levels a concrete node opened.
fn opened(leave: Leave) -> usize {
    usize::from(leave == Leave::Collection)
}

fn column(node: Node<'_>) -> usize {
    node.start_position().column
}

/// Whether an anchor or a tag stands in front of a node's content; only comments may come before those.
fn has_properties(node: Node<'_>) -> bool {
    let mut first = node.named_child(0);
    while let Some(comment) = first.filter(|child| child.kind() == "comment") {
        first = comment.next_named_sibling();
    }
    first.is_some_and(|child| matches!(child.kind(), "anchor" | "tag"))
}
