//! Where a cursor stands, from the indentation alone.
//!
//! Completion is asked for while a document is broken: half a key, an open quote, a bracket without its
//! partner. A grammar loses the path in about half of those states, so this scan does not use the tree:
//! it reads the document line by line into an outline of keys and items, and always answers.

use text_size::{TextRange, TextSize};

use crate::outline::{Body, Mark, MarkKind, NONE, Outline, Place};
use crate::read::is_marker;

/// What surrounds a cursor in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<'t> {
    /// The text between the `---` markers around the cursor.
    pub document: TextRange,
    /// The keys and items from the document's root to the slot. For [`Slot::Key`] it leads to the mapping
    /// that the key belongs to, else to the value itself.
    pub path: Vec<Step<'t>>,
    /// What is written at the cursor.
    pub slot: Slot,
    /// The token that a completion replaces, without quotes; empty at the cursor where there is none.
    pub word: TextRange,
    /// The part of the word before the cursor.
    pub prefix: &'t str,
    /// The mappings on the path, outermost first. For [`Slot::Key`] and [`Slot::Item`] the last one is the
    /// mapping at the path itself, even where it has no key yet.
    pub levels: Vec<Level<'t>>,
    /// The column for a key or item that begins at this slot on a line of its own.
    pub indent: usize,
    /// Whether a blank must be inserted first: the cursor touches the `:` or `-` before it.
    pub needs_blank: bool,
    /// The quote that the cursor is inside of, closed or not.
    pub quote: Option<char>,
    /// Whether the cursor is in a comment; path and slot are those of the line without it.
    pub in_comment: bool,
    /// Whether the cursor is between brackets.
    pub in_flow: bool,
    /// The block scalar that the cursor is in; the path leads to it.
    pub block: Option<BlockText>,
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'t> {
    /// Into the value of a key.
    Key {
        /// The key as written, without quotes.
        name: &'t str,
        /// Where it is written, without quotes.
        range: TextRange,
    },
    /// Into an item of a list.
    Item {
        /// Its number, from 0.
        index: usize,
    },
}

impl<'t> Step<'t> {
    /// The name of a key; none for an item.
    pub fn key(self) -> Option<&'t str> {
        match self {
            Self::Key { name, .. } => Some(name),
            Self::Item { .. } => None,
        }
    }
}

/// What can be written at a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A key of the mapping at the path.
    Key,
    /// The value at the path.
    Value,
    /// An item of a list, as a scalar or as the first key of a mapping; the path ends with the item.
    Item {
        /// Whether its `-` (in brackets: nothing) is there; else it must be inserted too.
        dash: bool,
    },
}

/// A mapping on the path of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level<'t> {
    /// How many steps of the path lead to this mapping.
    pub depth: usize,
    /// The column of its keys; none where it has no key yet, and between brackets.
    pub column: Option<usize>,
    /// Its keys in order, the one at the cursor included.
    pub keys: Vec<Sibling<'t>>,
}

impl<'t> Level<'t> {
    /// The scalar that is written behind a key.
    pub fn value(&self, key: &str) -> Option<&'t str> {
        self.keys
            .iter()
            .find(|sibling| sibling.name == key)
            .and_then(|sibling| sibling.value)
    }
}

/// A key of a mapping on the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sibling<'t> {
    /// The key as written, without quotes.
    pub name: &'t str,
    /// Where it is written, without quotes.
    pub range: TextRange,
    /// Its value as written, without quotes, where that is a scalar (not a block one).
    pub value: Option<&'t str>,
    /// The range of that value; empty behind the `:` where there is none.
    pub value_range: TextRange,
}

/// A block scalar (`|` or `>`) around a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockText {
    /// From the beginning of its first line to the end of its last, the line of the cursor included.
    pub range: TextRange,
    /// The columns that each line begins with and that are not part of the text.
    pub indent: usize,
}

impl BlockText {
    /// The lines without their indentation, and the place of an offset in it: what an embedded document
    /// looks like, also while the file around it is broken.
    pub fn dedent(self, text: &str, offset: TextSize) -> (String, TextSize) {
        let mut out = String::with_capacity(self.range.len().into());
        let mut place = None;
        let mut start = usize::from(self.range.start());
        let offset = usize::from(offset);
        for line in text[self.range].split_inclusive('\n') {
            let blanks = line
                .bytes()
                .take(self.indent)
                .take_while(|byte| *byte == b' ')
                .count();
            if place.is_none() && offset < start + line.len() {
                place = Some(out.len() + offset.saturating_sub(start + blanks));
            }
            out.push_str(&line[blanks..]);
            start += line.len();
        }
        let place = size(place.unwrap_or(out.len()));
        (out, place)
    }

    /// The offset in the file of an offset in the text that [`BlockText::dedent`] returns.
    pub fn to_file(self, text: &str, offset: TextSize) -> TextSize {
        let mut left = usize::from(offset);
        let mut start = usize::from(self.range.start());
        for line in text[self.range].split_inclusive('\n') {
            let blanks = line
                .bytes()
                .take(self.indent)
                .take_while(|byte| *byte == b' ')
                .count();
            let len = line.len() - blanks;
            if left < len || (left == len && !line.ends_with('\n')) {
                return size(start + blanks + left);
            }
            left -= len;
            start += line.len();
        }
        self.range.end()
    }
}

impl<'t> Cursor<'t> {
    /// The other keys of the mapping that the cursor is in: the one that a key is typed into, or the one
    /// that holds the value.
    pub fn siblings(&self) -> impl Iterator<Item = &Sibling<'t>> {
        let (level, own) = match (self.slot, self.path.last()) {
            (Slot::Value, Some(Step::Key { range, .. })) => (self.levels.last(), Some(*range)),
            (Slot::Value, _) => (None, None),
            (Slot::Key | Slot::Item { .. }, _) => (self.levels.last(), Some(self.word)),
        };
        let keys = level.into_iter().flat_map(|level| &level.keys);
        keys.filter(move |sibling| Some(sibling.range) != own)
    }

    /// The innermost mapping on the path that has this key with a scalar behind it.
    pub fn nearest(&self, key: &str) -> Option<&'t str> {
        self.levels.iter().rev().find_map(|level| level.value(key))
    }

    /// The scalar behind a key of the document's root (`kind`, `apiVersion`).
    pub fn root_value(&self, key: &str) -> Option<&'t str> {
        self.levels
            .first()
            .filter(|level| level.depth == 0)?
            .value(key)
    }

    /// The names of the path, a `*` for each item: how a table of fields spells a path.
    pub fn pattern(&self) -> Vec<&'t str> {
        self.path
            .iter()
            .map(|step| step.key().unwrap_or("*"))
            .collect()
    }
}

/// What surrounds an offset. Always answers: an offset outside the text counts as its end.
pub fn cursor_at(text: &str, offset: TextSize) -> Cursor<'_> {
    let mut offset = usize::from(offset).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let document = document_around(text, offset);
    let outline = Outline::scan(text, document, Some(offset));
    let place = outline.place(offset);
    describe(&outline, document, offset, &place)
}

/// The scalar at a path of keys, without quotes, and its range; from a scan that needs no valid document.
pub fn scan_value<'t>(
    text: &'t str,
    document: TextRange,
    path: &[&str],
) -> Option<(&'t str, TextRange)> {
    let outline = Outline::scan(text, document, None);
    let mut parent = NONE;
    for key in path {
        parent = outline.children(parent).find_map(|(id, mark)| {
            (mark.kind == MarkKind::Key && &text[mark.name()] == *key).then_some(id)
        })?;
    }
    let range = outline.mark(parent)?.scalar(text)?;
    Some((&text[range.clone()], span(range.start, range.end)))
}

/// The document around an offset; on a marker the one before it, behind the marker the one after. Looks at
/// no more of the text than this document.
fn document_around(text: &str, offset: usize) -> TextRange {
    const MARKER: usize = 3;
    let bytes = text.as_bytes();
    let mut line = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |end| end + 1);
    let next = if is_marker(&bytes[line..]).is_some() && offset < line + MARKER {
        Some(line)
    } else {
        memchr::memchr_iter(b'\n', &bytes[offset..])
            .map(|end| offset + end + 1)
            .find(|start| is_marker(&bytes[*start..]).is_some())
    };
    let end = next.unwrap_or(bytes.len());
    while line == end || is_marker(&bytes[line..]).is_none() {
        let Some(above) = line.checked_sub(1) else {
            let mark = if bytes.starts_with(BYTE_ORDER_MARK) {
                BYTE_ORDER_MARK.len()
            } else {
                0
            };
            return span(mark.min(end), end);
        };
        line = memchr::memrchr(b'\n', &bytes[..above]).map_or(0, |end| end + 1);
    }
    span(line + MARKER, end)
}

/// It belongs to no document.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

fn describe<'t>(
    outline: &Outline<'t>,
    document: TextRange,
    offset: usize,
    place: &Place,
) -> Cursor<'t> {
    let chain = outline.chain(place.owner);
    let mut path: Vec<Step<'t>> = chain.iter().map(|id| step(outline, *id)).collect();
    if let Some(index) = place.new_item {
        path.push(Step::Item { index });
    }
    let levels = levels(outline, &chain, path.len(), place);
    let own = levels.last().filter(|level| level.depth == path.len());
    let indent = own.and_then(|level| level.column).unwrap_or(place.column);
    let start = place.word.start.min(offset);
    Cursor {
        document,
        slot: place.slot,
        word: span(start, place.word.end.max(offset)),
        prefix: &outline.text[start..offset],
        levels,
        indent,
        needs_blank: place.needs_blank,
        quote: place.quote,
        in_comment: place.in_comment,
        in_flow: place.in_flow,
        block: place.block,
        path,
    }
}

fn step<'t>(outline: &Outline<'t>, id: u32) -> Step<'t> {
    match outline.mark(id) {
        Some(mark) if mark.kind == MarkKind::Item => Step::Item { index: mark.index },
        Some(mark) => {
            let name = mark.name();
            Step::Key {
                name: &outline.text[name.clone()],
                range: span(name.start, name.end),
            }
        }
        None => Step::Item { index: 0 },
    }
}

/// The mappings along a chain of marks, and the one at its end where a key can be written there.
fn levels<'t>(
    outline: &Outline<'t>,
    chain: &[u32],
    path_len: usize,
    place: &Place,
) -> Vec<Level<'t>> {
    let empty = |depth| Level {
        depth,
        column: None,
        keys: Vec::new(),
    };
    let mut levels = Vec::with_capacity(chain.len() + 1);
    // The level that holds the children of each mark; the last one is for those of the root.
    let root = outline.marks.len();
    let slot_of = |owner: u32| (owner as usize).min(root);
    let mut level_of: Vec<Option<usize>> = vec![None; root + 1];
    for (depth, id) in chain.iter().enumerate() {
        if let Some(mark) = outline.mark(*id).filter(|mark| mark.kind == MarkKind::Key) {
            level_of[slot_of(mark.parent)] = Some(levels.len());
            levels.push(empty(depth));
        }
    }
    if place.slot != Slot::Value {
        if place.new_item.is_none() {
            level_of[slot_of(place.owner)] = Some(levels.len());
        }
        levels.push(empty(path_len));
    }
    for mark in outline
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Key)
    {
        let Some(at) = level_of[slot_of(mark.parent)] else {
            continue;
        };
        let level: &mut Level<'t> = &mut levels[at];
        if !mark.flow && level.column.is_none() {
            level.column = Some(mark.column);
        }
        level.keys.push(sibling(outline.text, mark));
    }
    levels
}

fn sibling<'t>(text: &'t str, mark: &Mark) -> Sibling<'t> {
    let name = mark.name();
    let scalar = mark.scalar(text);
    let value_range = match &scalar {
        Some(range) => span(range.start, range.end),
        None if mark.body == Body::Empty => span(mark.behind(), mark.behind()),
        None => span(mark.value.start, mark.value.end),
    };
    Sibling {
        name: &text[name.clone()],
        range: span(name.start, name.end),
        value: scalar.map(|range| &text[range]),
        value_range,
    }
}

pub(crate) fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}

pub(crate) fn span(start: usize, end: usize) -> TextRange {
    TextRange::new(size(start), size(end.max(start)))
}
