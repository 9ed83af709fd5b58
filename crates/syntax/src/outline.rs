//! The outline of a document: its keys and items, read line by line from the indentation alone.
//!
//! One pass from the top, no backtracking beyond an open quote or bracket, and no state of a text in which
//! it gives up: what cannot be understood is passed over. In a valid document it finds what the grammar
//! finds, except for keys that are collections.

mod flow;
mod place;
mod text;

use std::ops::Range;

use text_size::TextRange;

pub(crate) use place::Place;
use text::is_blank;

/// The owner of what stands at the document's root.
pub(crate) const NONE: u32 = u32::MAX;

/// A key or an item.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub parent: u32,
    /// The column that decides what belongs to it.
    pub column: usize,
    pub kind: MarkKind,
    /// The number of an item in its list.
    pub index: usize,
    /// The key with its quotes, or the dash; in a flow list the empty range before the item.
    pub token: Range<usize>,
    /// Whether the key is in quotes.
    pub quoted: bool,
    /// Behind the `:` or `-`.
    pub behind: usize,
    /// The value as written, without its anchor and tag; of a block scalar its lines.
    pub value: Range<usize>,
    pub body: Body,
    /// Whether it stands between brackets.
    pub flow: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    Key,
    Item,
}

/// What stands behind a key or dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing, or only an anchor or tag: what follows below belongs to it.
    Empty,
    /// A plain scalar that begins on the same line.
    Plain,
    /// Words on a line below that are no key: a scalar, or a key being typed.
    Below,
    Quoted {
        closed: bool,
    },
    Block {
        header: usize,
        indent: usize,
    },
    Flow,
}

impl Mark {
    /// The key without its quotes.
    pub(crate) fn name(&self) -> Range<usize> {
        if self.quoted {
            self.token.start + 1..self.token.end - 1
        } else {
            self.token.clone()
        }
    }

    /// Where its value begins, or would.
    pub(crate) fn behind(&self) -> usize {
        self.behind
    }

    /// The scalar behind it, without quotes; none for a collection, a block scalar and nothing.
    pub(crate) fn scalar(&self, text: &str) -> Option<Range<usize>> {
        match self.body {
            Body::Plain | Body::Below => Some(self.value.clone()),
            Body::Quoted { closed } => {
                Some(self.value.start + 1..self.value.end - usize::from(closed))
            }
            Body::Empty | Body::Block { .. } | Body::Flow => None,
        }
        .filter(|range| text.get(range.clone()).is_some())
    }

    /// Whether a line that is indented more belongs to its value.
    fn takes_children(&self) -> bool {
        match self.body {
            Body::Empty | Body::Below => true,
            // `- na` above `namespace: x` is a first key being typed.
            Body::Plain => self.kind == MarkKind::Item,
            _ => false,
        }
    }
}

pub(crate) struct Outline<'t> {
    pub text: &'t str,
    pub marks: Vec<Mark>,
    bytes: &'t [u8],
    start: usize,
    end: usize,
    /// The last key or item outside brackets; its ancestors are what is open.
    top: u32,
    cursor: Option<usize>,
    /// Where the cursor stands between brackets, seen in passing.
    flow_place: Option<Place>,
}

impl<'t> Outline<'t> {
    /// Reads a document. With a cursor, its place between brackets is noted in passing.
    pub(crate) fn scan(text: &'t str, document: TextRange, cursor: Option<usize>) -> Outline<'t> {
        let end = usize::from(document.end()).min(text.len());
        let start = usize::from(document.start()).min(end);
        let mut outline = Outline {
            text,
            marks: Vec::with_capacity((end - start) / 16),
            bytes: &text.as_bytes()[..end],
            start,
            end,
            top: NONE,
            cursor,
            flow_place: None,
        };
        let mut at = start;
        while at < end {
            at = outline.line(at);
        }
        outline
    }

    pub(crate) fn mark(&self, id: u32) -> Option<&Mark> {
        self.marks.get(id as usize)
    }

    /// The keys and items directly below one.
    pub(crate) fn children(&self, parent: u32) -> impl Iterator<Item = (u32, &Mark)> {
        (0..)
            .zip(&self.marks)
            .filter(move |(_, mark)| mark.parent == parent)
    }

    /// A key or item with everything around it, outermost first.
    pub(crate) fn chain(&self, id: u32) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut next = id;
        while let Some(mark) = self.mark(next) {
            chain.push(next);
            next = mark.parent;
        }
        chain.reverse();
        chain
    }

    /// Reads the line that begins here and what it opens; returns where the next one begins.
    fn line(&mut self, start: usize) -> usize {
        let end = self.line_end(start);
        let next = self.next_line(end);
        let at = self.skip_blanks(start, end);
        if at == end || self.bytes[at] == b'#' || self.is_noise(start, end) || self.is_template(at)
        {
            return next;
        }
        let column = self.column(start, at);
        self.content(at, end, column).max(next)
    }

    /// What is behind the indentation: dashes, then a key with its value, or only a value.
    fn content(&mut self, at: usize, end: usize, column: usize) -> usize {
        let (mut at, mut column) = (at, column);
        let mut dash = None;
        loop {
            let byte = self.bytes[at];
            let alone = at + 1 == end || is_blank(self.bytes[at + 1]);
            if byte == b'-' && alone {
                dash = Some(self.item(at, column));
            } else if !(matches!(byte, b'?' | b':') && alone) {
                break;
            }
            let next = self.skip_blanks(at + 1, end);
            if next == end || self.bytes[next] == b'#' {
                return end;
            }
            column += next - at;
            at = next;
        }
        let words = self.skip_properties(at, end);
        match self.key(words, end) {
            Some((token, colon)) => {
                let id = self.add_key(token, colon, column);
                self.value(id, colon + 1, end)
            }
            None => match dash {
                Some(id) => self.value(id, at, end),
                None => self.words(at, end, column),
            },
        }
    }

    /// A line without a key or a dash: the rest of a value, a value by itself, or half a key.
    fn words(&mut self, at: usize, end: usize, column: usize) -> usize {
        let top = self.top;
        let stop = self.comment_start(at, end);
        let Some(mark) = self.marks.get_mut(top as usize) else {
            return if matches!(self.bytes[at], b'{' | b'[') {
                self.flow(NONE, at, 0)
            } else {
                end
            };
        };
        if column <= mark.column {
            return end;
        }
        match mark.body {
            Body::Empty => {
                let next = self.value(top, at, end);
                let mark = &mut self.marks[top as usize];
                if matches!(mark.body, Body::Plain | Body::Quoted { closed: false }) {
                    mark.body = Body::Below;
                }
                next
            }
            Body::Plain | Body::Below => {
                mark.value.end = stop;
                end
            }
            _ => end,
        }
    }

    fn item(&mut self, at: usize, column: usize) -> u32 {
        let (parent, column) = self.attach(column, MarkKind::Item);
        let index = self.count_items(parent);
        self.push(Mark {
            parent,
            column,
            kind: MarkKind::Item,
            index,
            token: at..at + 1,
            quoted: false,
            behind: at + 1,
            value: at + 1..at + 1,
            body: Body::Empty,
            flow: false,
        })
    }

    fn add_key(&mut self, token: Range<usize>, colon: usize, column: usize) -> u32 {
        let (parent, column) = self.attach(column, MarkKind::Key);
        let quoted = matches!(self.bytes[token.start], b'"' | b'\'');
        self.push(Mark {
            parent,
            column,
            kind: MarkKind::Key,
            index: 0,
            token,
            quoted,
            behind: colon + 1,
            value: colon + 1..colon + 1,
            body: Body::Empty,
            flow: false,
        })
    }

    fn push(&mut self, mark: Mark) -> u32 {
        let id = u32::try_from(self.marks.len()).unwrap_or(NONE - 1);
        if !mark.flow {
            self.top = id;
        }
        self.marks.push(mark);
        id
    }

    /// The number of the next item below a parent: one more than the last one's.
    fn count_items(&self, parent: u32) -> usize {
        if parent == self.top {
            return 0;
        }
        let mut last = self.top;
        while let Some(mark) = self.mark(last) {
            if mark.parent == parent {
                return if mark.kind == MarkKind::Item {
                    mark.index + 1
                } else {
                    0
                };
            }
            last = mark.parent;
        }
        0
    }

    /// What a key or item at a column belongs to, and the column that counts for it: a line that is
    /// indented more than what it can belong to counts as one beside it.
    fn attach(&self, column: usize, kind: MarkKind) -> (u32, usize) {
        let mut id = self.top;
        while let Some(mark) = self.mark(id) {
            if mark.column < column {
                if mark.takes_children() || id != self.top {
                    return (id, column);
                }
                return match (mark.kind, kind) {
                    (MarkKind::Key, MarkKind::Key) | (MarkKind::Item, MarkKind::Item) => {
                        (mark.parent, mark.column)
                    }
                    _ => (id, column),
                };
            }
            // A list may stand at the column of its key.
            if mark.column == column && (mark.kind, kind) == (MarkKind::Key, MarkKind::Item) {
                return (id, column);
            }
            id = mark.parent;
        }
        (NONE, column)
    }

    /// Reads the value of a key or item.
    fn value(&mut self, id: u32, from: usize, end: usize) -> usize {
        let mut at = self.skip_blanks(from, end);
        while at < end && matches!(self.bytes[at], b'&' | b'!') {
            let property = at..self.word_end(at, end);
            at = self.skip_blanks(property.end, end);
            self.marks[id as usize].value = property;
        }
        if at == end || self.is_comment(at) {
            return end;
        }
        let limit = Some(self.marks[id as usize].column);
        let (value, body, next) = match self.bytes[at] {
            b'|' | b'>' if self.is_block_header(at, end) => return self.block(id, at, end),
            b'"' | b'\'' => match self.quoted_end(at, self.end, limit) {
                Some(close) => (
                    at..close,
                    Body::Quoted { closed: true },
                    self.line_end(close),
                ),
                None => (
                    at..self.trimmed_end(at, end),
                    Body::Quoted { closed: false },
                    end,
                ),
            },
            b'{' | b'[' if !self.is_template(at) => {
                let close = self.flow(id, at, self.marks[id as usize].column + 1);
                (at..close, Body::Flow, self.line_end(close))
            }
            _ => (at..self.comment_start(at, end), Body::Plain, end),
        };
        let mark = &mut self.marks[id as usize];
        mark.value = value;
        mark.body = body;
        next
    }

    /// Reads the lines of a block scalar: all that are indented more than its key.
    fn block(&mut self, id: u32, header: usize, end: usize) -> usize {
        let column = self.marks[id as usize].column;
        let mut indent = None;
        if let Some(digit) = self.bytes[header..end]
            .iter()
            .take(3)
            .find(|byte| byte.is_ascii_digit())
        {
            indent = Some(column + usize::from(digit - b'0'));
        }
        let first = self.next_line(end);
        let (mut at, mut last) = (first, first);
        while at < self.end {
            let line_end = self.line_end(at);
            let text = self.skip_spaces(at, line_end);
            if text < line_end {
                if text - at <= column {
                    break;
                }
                indent.get_or_insert(text - at);
                last = line_end;
            }
            at = self.next_line(line_end);
        }
        let mark = &mut self.marks[id as usize];
        mark.value = first..last.max(first);
        mark.body = Body::Block {
            header,
            indent: indent.unwrap_or(column + 2),
        };
        if last > first {
            self.next_line(last)
        } else {
            first
        }
    }
}
