//! The outline of a document: its keys and items, read line by line from the indentation alone.
//!
//! One pass from the top, no backtracking beyond an open quote or bracket, and no state of a text in which
//! it gives up: what cannot be understood is passed over. In a valid document it finds what the grammar
//! finds, except for keys that are collections.

use std::ops::Range;

use text_size::TextRange;

use crate::cursor::{BlockText, Slot, span};

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

/// Where an offset stands in an outline.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The innermost key or item on the path.
    pub owner: u32,
    /// An item below the owner that is not written yet.
    pub new_item: Option<usize>,
    pub slot: Slot,
    pub word: Range<usize>,
    /// The column of a key or item written here on a line of its own.
    pub column: usize,
    pub needs_blank: bool,
    pub quote: Option<char>,
    pub in_comment: bool,
    pub in_flow: bool,
    pub block: Option<BlockText>,
}

impl Place {
    fn new(owner: u32, slot: Slot, word: Range<usize>, column: usize) -> Place {
        Place {
            owner,
            new_item: None,
            slot,
            word,
            column,
            needs_blank: false,
            quote: None,
            in_comment: false,
            in_flow: false,
            block: None,
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

    // --- reading lines -------------------------------------------------------------------------------

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

    // --- brackets ------------------------------------------------------------------------------------

    /// Reads a flow collection from its bracket; returns where it ends. Unclosed, it ends before the next
    /// line that is indented less than `limit`.
    fn flow(&mut self, owner: u32, start: usize, limit: usize) -> usize {
        let mut reader = FlowReader {
            frames: Vec::new(),
            owner,
            limit,
        };
        let mut at = start;
        let mut last = start;
        while at < self.end {
            let byte = self.bytes[at];
            match byte {
                b'\n' => {
                    let Some(next) = self.flow_line(at, reader.limit) else {
                        break;
                    };
                    at = next;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'#' if self.is_comment(at) => {
                    let end = self.line_end(at);
                    if self
                        .cursor
                        .is_some_and(|cursor| at < cursor && cursor <= end)
                    {
                        self.note_gap(&reader, last, end);
                        if let Some(place) = &mut self.flow_place {
                            place.in_comment = true;
                        }
                    }
                    at = end;
                    continue;
                }
                _ => {}
            }
            if at > start {
                self.note_gap(&reader, last, at);
            }
            match byte {
                b'{' | b'[' => {
                    let owner = self.flow_owner(&mut reader, at);
                    reader.frames.push(Frame::new(byte == b'{', owner));
                    at += 1;
                }
                b'}' | b']' => {
                    reader.frames.pop();
                    at += 1;
                    if reader.frames.is_empty() {
                        return at;
                    }
                }
                b',' => {
                    if let Some(frame) = reader.frames.last_mut() {
                        frame.next();
                    }
                    at += 1;
                }
                b':' if self.ends_flow_key(at, &reader) => {
                    self.flow_colon(&mut reader, at);
                    at += 1;
                }
                _ => at = self.flow_token(&mut reader, at),
            }
            last = at;
        }
        let end = self.bytes[..at].trim_ascii_end().len().max(last);
        self.note_gap(&reader, last, at.min(self.end));
        end.max(start + 1)
    }

    /// The next line of a flow collection; none where it is broken off.
    fn flow_line(&self, newline: usize, limit: usize) -> Option<usize> {
        let mut at = newline;
        while at < self.end {
            let start = at + 1;
            let end = self.line_end(start.min(self.end));
            let text = self.skip_blanks(start.min(end), end);
            if text < end {
                let closer = matches!(self.bytes[text], b'}' | b']');
                return (closer || self.column(start, text) >= limit).then_some(start);
            }
            at = end;
            if end < self.end && self.bytes[end] == b'\r' {
                at = end + 1;
            }
        }
        None
    }

    /// What a nested collection belongs to.
    fn flow_owner(&mut self, reader: &mut FlowReader, at: usize) -> u32 {
        let Some(frame) = reader.frames.last_mut() else {
            return reader.owner;
        };
        if frame.current == NONE && !frame.map {
            frame.current = self.flow_item(frame.owner, frame.count, at);
        }
        if frame.current == NONE {
            frame.owner
        } else {
            frame.current
        }
    }

    fn flow_item(&mut self, parent: u32, index: usize, at: usize) -> u32 {
        self.push(Mark {
            parent,
            column: 0,
            kind: MarkKind::Item,
            index,
            token: at..at,
            quoted: false,
            behind: at,
            value: at..at,
            body: Body::Empty,
            flow: true,
        })
    }

    fn flow_key(&mut self, parent: u32, token: Range<usize>, quoted: bool) -> u32 {
        let end = token.end;
        self.push(Mark {
            parent,
            column: 0,
            kind: MarkKind::Key,
            index: 0,
            token,
            quoted,
            behind: end,
            value: end..end,
            body: Body::Empty,
            flow: true,
        })
    }

    /// Whether a `:` ends a key: a blank or bracket follows, or a quoted key precedes.
    fn ends_flow_key(&self, at: usize, reader: &FlowReader) -> bool {
        let next = self.bytes.get(at + 1).copied().unwrap_or(b'\n');
        let quoted = at > 0 && matches!(self.bytes[at - 1], b'"' | b'\'');
        is_blank(next) || b",[]{}".contains(&next) || (quoted && !reader.frames.is_empty())
    }

    fn flow_colon(&mut self, reader: &mut FlowReader, at: usize) {
        let Some(frame) = reader.frames.last_mut() else {
            return;
        };
        if !frame.map && !frame.colon && frame.current != NONE {
            // `[a: b]`: the item is a mapping of one pair.
            let item = frame.current;
            let mark = &mut self.marks[item as usize];
            if matches!(mark.body, Body::Plain | Body::Quoted { .. }) {
                let token = mark.value.clone();
                let quoted = mark.body == Body::Quoted { closed: true };
                mark.body = Body::Flow;
                frame.current = self.flow_key(item, token, quoted);
            }
        }
        frame.colon = true;
        if let Some(mark) = self.marks.get_mut(frame.current as usize) {
            mark.behind = at + 1;
            if mark.body == Body::Empty {
                mark.value = at + 1..at + 1;
            }
        }
    }

    /// Reads a scalar between brackets; notes the cursor if it is on it.
    fn flow_token(&mut self, reader: &mut FlowReader, at: usize) -> usize {
        let quote = matches!(self.bytes[at], b'"' | b'\'').then(|| char::from(self.bytes[at]));
        let limit = reader.limit.checked_sub(1);
        let (end, closed) = match quote.map(|_| self.quoted_end(at, self.end, limit)) {
            Some(Some(end)) => (end, true),
            Some(None) => (self.trimmed_end(at, self.line_end(at)), false),
            None => (self.flow_plain_end(at), false),
        };
        let Some(frame) = reader.frames.last_mut() else {
            return end.max(at + 1);
        };
        let body = if quote.is_some() {
            Body::Quoted { closed }
        } else {
            Body::Plain
        };
        let value = if frame.map && frame.current == NONE {
            frame.current = self.flow_key(frame.owner, at..end, closed);
            false
        } else {
            if frame.current == NONE {
                frame.current = self.flow_item(frame.owner, frame.count, at);
            }
            let typed_twice = frame.map && !frame.colon;
            if let Some(mark) = self.marks.get_mut(frame.current as usize)
                && !typed_twice
            {
                // A plain scalar may go on below.
                let start = if mark.body == Body::Plain {
                    mark.value.start
                } else {
                    at
                };
                mark.value = start..end;
                mark.body = body;
            }
            !typed_twice
        };
        let (owner, slot) = match (value, frame.map || frame.colon) {
            (false, _) => (frame.owner, Slot::Key),
            (true, true) => (frame.current, Slot::Value),
            (true, false) => (frame.current, Slot::Item { dash: true }),
        };
        let inner = at + usize::from(quote.is_some())..end - usize::from(closed);
        if let Some(cursor) = self.cursor
            && at <= cursor
            && cursor <= end
        {
            let inside = inner.start <= cursor && cursor <= inner.end;
            let mut place = Place::new(owner, slot, if inside { inner } else { cursor..cursor }, 0);
            place.in_flow = true;
            place.quote = quote.filter(|_| inside);
            self.flow_place = Some(place);
        }
        end.max(at + 1)
    }

    /// The end of a plain scalar between brackets.
    fn flow_plain_end(&self, at: usize) -> usize {
        let mut end = at;
        for next in at..self.end {
            let byte = self.bytes[next];
            let after = self.bytes.get(next + 1).copied().unwrap_or(b'\n');
            let colon = byte == b':' && (is_blank(after) || b",[]{}".contains(&after));
            if colon || b",[]{}\n".contains(&byte) || (byte == b'#' && self.is_comment(next)) {
                break;
            }
            if !is_blank(byte) {
                end = next + 1;
            }
        }
        end
    }

    /// Notes the cursor if it stands between two tokens.
    fn note_gap(&mut self, reader: &FlowReader, from: usize, to: usize) {
        let Some(cursor) = self
            .cursor
            .filter(|cursor| from <= *cursor && *cursor <= to)
        else {
            return;
        };
        // On the border to a scalar it belongs to the scalar.
        if self.flow_place.is_some() {
            return;
        }
        let Some(frame) = reader.frames.last() else {
            return;
        };
        let mut place = Place::new(frame.owner, Slot::Key, cursor..cursor, 0);
        place.in_flow = true;
        match (frame.current != NONE, frame.map, frame.colon) {
            (true, _, true) => {
                place.owner = frame.current;
                place.slot = Slot::Value;
                place.needs_blank = cursor > 0 && self.bytes[cursor - 1] == b':';
            }
            (_, true, _) => {}
            (true, false, _) => {
                place.owner = frame.current;
                place.slot = Slot::Item { dash: true };
            }
            (false, false, _) => {
                place.new_item = Some(frame.count);
                place.slot = Slot::Item { dash: true };
            }
        }
        self.flow_place = Some(place);
    }

    // --- finding the cursor --------------------------------------------------------------------------

    /// Where an offset stands.
    pub(crate) fn place(&self, offset: usize) -> Place {
        if let Some(place) = &self.flow_place {
            return place.clone();
        }
        let offset = offset.max(self.start);
        let line_start = self.line_start(offset);
        let line_end = self.line_end(offset);
        let before = self.last_before(line_start);
        if let Some(place) = self.inside_lines(before, offset, line_start) {
            return place;
        }
        let on_line = self.marks.partition_point(|mark| mark.token.start < offset);
        let mark = self.marks[..on_line]
            .iter()
            .rposition(|mark| !mark.flow && mark.token.start >= line_start);
        // A cursor in front of a key stands on it.
        let at_key = self
            .marks
            .get(on_line)
            .filter(|mark| mark.kind == MarkKind::Key && !mark.flow && mark.token.start == offset);
        if let Some(mark) = at_key {
            return self.on_key(mark, offset);
        }
        match mark.and_then(|at| Some((u32::try_from(at).ok()?, self.marks.get(at)?))) {
            Some((_, mark)) if mark.kind == MarkKind::Key && offset < mark.behind => {
                self.on_key(mark, offset)
            }
            Some((id, mark)) => self.in_value(id, mark, offset, line_end),
            None => self.on_free_line(before, offset, line_start, line_end),
        }
    }

    /// The last key or item outside brackets that begins before an offset.
    fn last_before(&self, offset: usize) -> u32 {
        let end = self.marks.partition_point(|mark| mark.token.start < offset);
        let last = self.marks[..end].iter().rposition(|mark| !mark.flow);
        last.and_then(|at| u32::try_from(at).ok()).unwrap_or(NONE)
    }

    /// The place on a line that continues the value of a key or item above.
    fn inside_lines(&self, id: u32, offset: usize, line_start: usize) -> Option<Place> {
        let mark = self.mark(id)?;
        let value = &mark.value;
        match mark.body {
            Body::Block { indent, .. } => {
                let blank = self.text[value.end.min(offset)..offset].trim().is_empty();
                let column = offset - line_start;
                let below = blank
                    && self.blank_line(line_start)
                    && column > mark.column
                    && (column >= indent || value.is_empty());
                if (offset < value.start || offset > value.end) && !below {
                    return None;
                }
                let mut place = Place::new(id, Slot::Value, offset..offset, indent);
                let end = value.end.max(self.line_end(offset));
                place.block = Some(BlockText {
                    range: span(value.start, end),
                    indent,
                });
                Some(place)
            }
            Body::Quoted { closed } if value.start <= offset => {
                let inner = value.start + 1..value.end - usize::from(closed);
                if offset > inner.end {
                    return (offset <= value.end)
                        .then(|| Place::new(id, slot_of(mark), offset..offset, mark.column));
                }
                let quote = offset > value.start;
                let word = if quote { inner } else { offset..offset };
                let mut place = Place::new(id, slot_of(mark), word, mark.column);
                place.quote = quote.then(|| char::from(self.bytes[value.start]));
                Some(place)
            }
            Body::Plain if value.start < line_start && offset <= value.end => {
                let line = self.text[line_start..self.line_end(offset)].trim();
                let single = !line.contains([' ', '\t']) && value.end <= self.line_end(offset);
                (!single).then(|| Place::new(id, slot_of(mark), value.clone(), mark.column))
            }
            _ => None,
        }
    }

    fn on_key(&self, mark: &Mark, offset: usize) -> Place {
        let name = mark.name();
        let inside = mark.quoted && name.start <= offset && offset <= name.end;
        let mut place = Place::new(mark.parent, Slot::Key, name, mark.column);
        place.quote = inside.then(|| char::from(self.bytes[mark.token.start]));
        place
    }

    /// The place behind the `:` or `-` of a line.
    fn in_value(&self, id: u32, mark: &Mark, offset: usize, line_end: usize) -> Place {
        let value = &mark.value;
        let mut place = Place::new(id, slot_of(mark), offset..offset, self.column_of(offset));
        place.needs_blank = offset == mark.behind;
        let same_line = value.start <= line_end;
        let from = if !same_line {
            mark.behind
        } else {
            value.end.clamp(mark.behind, line_end)
        };
        match mark.body {
            Body::Plain | Body::Below if same_line => {
                if value.start <= offset
                    && offset <= self.comment_start(value.start, line_end).max(value.end)
                {
                    place.word = value.clone();
                } else if value.start <= offset
                    && self.text[value.end.min(offset)..offset].trim().is_empty()
                {
                    place.word = value.start..offset;
                }
            }
            Body::Empty
                if value.start < value.end && value.start <= offset && offset <= value.end =>
            {
                place.word = value.clone();
            }
            Body::Quoted { closed } if same_line => {
                let inner = value.start + 1..value.end - usize::from(closed);
                if inner.start <= offset && (offset <= inner.end || !closed) {
                    place.word = inner.start..inner.end.max(offset.min(line_end));
                    place.quote = Some(char::from(self.bytes[value.start]));
                    return place;
                }
            }
            Body::Block { header, .. } => {
                if header <= offset && offset <= self.word_end(header, line_end) {
                    place.word = header..self.word_end(header, line_end);
                }
                place.in_comment = self.comment_between(header, offset);
                return place;
            }
            _ => {}
        }
        place.in_comment = self.comment_between(from, offset);
        if place.in_comment {
            place.word = offset..offset;
        }
        place
    }

    /// The place on a line without any key or dash before the cursor.
    fn on_free_line(
        &self,
        before: u32,
        offset: usize,
        line_start: usize,
        line_end: usize,
    ) -> Place {
        let first = self.skip_blanks(line_start, line_end);
        let comment = first < line_end && self.bytes[first] == b'#';
        let on_word = first < line_end && !comment && first <= offset;
        let at = if on_word || (comment && offset > first) {
            first
        } else {
            offset
        };
        let mut place = self.free_place(before, self.column(line_start, at), offset);
        place.in_comment =
            comment && offset > first || (on_word && self.comment_between(first, offset));
        if on_word && !place.in_comment {
            let end = self.comment_start(first, line_end).max(offset);
            let quote = matches!(self.bytes[first], b'"' | b'\'');
            place.quote = (quote && offset > first).then(|| char::from(self.bytes[first]));
            let start = first + usize::from(place.quote.is_some());
            // `-x` is a dash that still lacks its blank, or a word; a word can begin with a dash.
            place.word = start..end;
        }
        place
    }

    /// What a key at a column would belong to, if it were written here.
    fn free_place(&self, before: u32, column: usize, offset: usize) -> Place {
        let word = offset..offset;
        let mut id = before;
        // The list below the key or item looked at: how many items precede, and their column.
        let mut list = None;
        while let Some(mark) = self.mark(id) {
            match mark.kind {
                MarkKind::Key if mark.column < column => {
                    if let Some((index, list_column)) =
                        list.filter(|(_, at)| column <= *at || id == before)
                    {
                        return new_item(id, index, word, list_column);
                    }
                    if mark.takes_children() || id != before {
                        return Place::new(id, Slot::Key, word, column);
                    }
                    return Place::new(mark.parent, Slot::Key, word, mark.column);
                }
                MarkKind::Item if mark.column < column => {
                    let scalar = !matches!(mark.body, Body::Empty | Body::Below);
                    if scalar && id == before && !self.has_children(id) {
                        return new_item(mark.parent, mark.index + 1, word, mark.column);
                    }
                    return Place::new(id, Slot::Key, word, column);
                }
                MarkKind::Item if mark.column == column => {
                    let shared = self
                        .mark(mark.parent)
                        .is_some_and(|key| key.column == column);
                    if !shared {
                        return new_item(mark.parent, mark.index + 1, word, column);
                    }
                }
                _ => {}
            }
            list = (mark.kind == MarkKind::Item).then_some((mark.index + 1, mark.column));
            id = mark.parent;
        }
        if let Some((index, list_column)) = list {
            return new_item(NONE, index, word, list_column);
        }
        Place::new(NONE, Slot::Key, word, 0)
    }

    fn has_children(&self, id: u32) -> bool {
        self.children(id).next().is_some()
    }

    // --- bytes ---------------------------------------------------------------------------------------

    /// The key at the beginning of a line's content, with its quotes, and the place of its colon.
    fn key(&self, at: usize, end: usize) -> Option<(Range<usize>, usize)> {
        let first = *self.bytes.get(at)?;
        if at == end || b"[{|>#%@`".contains(&first) {
            return None;
        }
        if matches!(first, b'"' | b'\'') {
            let close = self.quoted_end(at, end, None)?;
            let colon = self.skip_blanks(close, end);
            return (colon < end && self.is_colon(colon, end)).then_some((at..close, colon));
        }
        for colon in memchr::memchr_iter(b':', &self.bytes[at..end]).map(|found| at + found) {
            if self.is_colon(colon, end) {
                let token = at..self.trimmed_end(at, colon);
                let commented = self.comment_start(at, colon) < token.end;
                return (!commented && !token.is_empty()).then_some((token, colon));
            }
        }
        None
    }

    fn is_colon(&self, at: usize, end: usize) -> bool {
        self.bytes[at] == b':' && (at + 1 >= end || is_blank(self.bytes[at + 1]))
    }

    /// Behind the quote that closes the one here; none if a line comes first that cannot belong to it: one
    /// that is not indented more than `limit`, or where a closing quote would open a value.
    fn quoted_end(&self, open: usize, end: usize, limit: Option<usize>) -> Option<usize> {
        let quote = self.bytes[open];
        let mut at = open + 1;
        let mut below = false;
        loop {
            let found = at + memchr::memchr3(quote, b'\n', b'\\', self.bytes.get(at..end)?)?;
            match self.bytes[found] {
                b'\n' => {
                    let line_end = self.line_end(found + 1);
                    let text = self.skip_blanks(found + 1, line_end);
                    if text < line_end
                        && limit.is_some_and(|limit| self.column(found + 1, text) <= limit)
                    {
                        return None;
                    }
                    below = true;
                    at = found + 1;
                }
                b'\\' => at = found + if quote == b'"' { 2 } else { 1 },
                _ if quote == b'\'' && self.bytes.get(found + 1) == Some(&b'\'') => at = found + 2,
                _ => {
                    let opens = below && matches!(&self.bytes[..found], [.., b':' | b'-', b' ']);
                    return (!opens).then_some(found + 1);
                }
            }
        }
    }

    /// Anchor and tag in front of a key.
    fn skip_properties(&self, at: usize, end: usize) -> usize {
        let mut at = at;
        while at < end && matches!(self.bytes[at], b'&' | b'!') {
            let next = self.skip_blanks(self.word_end(at, end), end);
            if next == end {
                break;
            }
            at = next;
        }
        at
    }

    /// `|` or `>` with nothing behind it but what a header may have.
    fn is_block_header(&self, at: usize, end: usize) -> bool {
        let word = self.word_end(at, end);
        let rest = self.skip_blanks(word, end);
        let indicators = &self.bytes[at + 1..word];
        indicators.len() <= 2
            && indicators
                .iter()
                .all(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9'))
            && (rest == end || self.bytes[rest] == b'#')
    }

    /// `{{` begins a template's action: no mapping has a mapping for its key.
    fn is_template(&self, at: usize) -> bool {
        self.bytes[at..].starts_with(b"{{")
    }

    /// Markers of a merge conflict and directives: lines that are not YAML content.
    fn is_noise(&self, start: usize, end: usize) -> bool {
        let line = &self.bytes[start..end];
        let conflict = |byte: u8| line.iter().take(7).filter(|found| **found == byte).count() == 7;
        match line.first() {
            Some(byte @ (b'<' | b'>' | b'|')) => {
                conflict(*byte) && line.get(7).is_none_or(|byte| *byte == b' ')
            }
            Some(b'=') => conflict(b'=') && line.len() == 7,
            Some(b'%') => self.marks.is_empty(),
            _ => false,
        }
    }

    fn is_comment(&self, at: usize) -> bool {
        self.bytes[at] == b'#' && (at == self.start || is_blank(self.bytes[at - 1]))
    }

    /// The end of the words before a comment, or before the end of the line.
    fn comment_start(&self, at: usize, end: usize) -> usize {
        let comment = memchr::memchr_iter(b'#', &self.bytes[at..end])
            .map(|found| at + found)
            .find(|found| *found > at && self.is_comment(*found));
        self.trimmed_end(at, comment.unwrap_or(end))
    }

    fn comment_between(&self, from: usize, offset: usize) -> bool {
        let from = from.min(offset);
        memchr::memchr_iter(b'#', &self.bytes[from..offset])
            .any(|found| self.is_comment(from + found))
    }

    fn blank_line(&self, line_start: usize) -> bool {
        let end = self.line_end(line_start);
        self.skip_blanks(line_start, end) == end
    }

    fn skip_blanks(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    }

    fn skip_spaces(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count()
    }

    fn word_end(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end]
            .iter()
            .take_while(|byte| !is_blank(**byte))
            .count()
    }

    fn trimmed_end(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end].trim_ascii_end().len()
    }

    /// The end of the line that an offset stands in, without its line end.
    fn line_end(&self, at: usize) -> usize {
        let at = at.min(self.end);
        let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.end, |found| at + found);
        if end > at && self.bytes[end - 1] == b'\r' {
            end - 1
        } else {
            end
        }
    }

    /// The beginning of the line behind a line's end.
    fn next_line(&self, line_end: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[line_end..])
            .map_or(self.end, |found| line_end + found + 1)
    }

    fn line_start(&self, at: usize) -> usize {
        let at = at.min(self.end);
        memchr::memrchr(b'\n', &self.bytes[self.start..at])
            .map_or(self.start, |found| self.start + found + 1)
    }

    fn column_of(&self, offset: usize) -> usize {
        self.column(self.line_start(offset), offset)
    }

    /// The column of an offset. A tab, which YAML forbids here, counts as a level of two columns.
    fn column(&self, line_start: usize, at: usize) -> usize {
        let line = &self.bytes[line_start..at.max(line_start).min(self.end)];
        line.iter().fold(0, |column, byte| {
            if *byte == b'\t' {
                (column / 2 + 1) * 2
            } else {
                column + 1
            }
        })
    }
}

/// A scalar behind a dash could also become the first key of a mapping.
fn slot_of(mark: &Mark) -> Slot {
    match mark.kind {
        MarkKind::Key => Slot::Value,
        MarkKind::Item => Slot::Item { dash: true },
    }
}

fn new_item(list: u32, index: usize, word: Range<usize>, column: usize) -> Place {
    let mut place = Place::new(list, Slot::Item { dash: false }, word, column);
    place.new_item = Some(index);
    place
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The brackets that are open.
struct FlowReader {
    frames: Vec<Frame>,
    owner: u32,
    /// The column that a line must reach to belong to the collection.
    limit: usize,
}

struct Frame {
    map: bool,
    owner: u32,
    /// The key or item that is being read.
    current: u32,
    /// Whether its colon was seen.
    colon: bool,
    /// How many items precede.
    count: usize,
}

impl Frame {
    fn new(map: bool, owner: u32) -> Frame {
        Frame {
            map,
            owner,
            current: NONE,
            colon: false,
            count: 0,
        }
    }

    fn next(&mut self) {
        self.current = NONE;
        self.colon = false;
        self.count += 1;
    }
}
