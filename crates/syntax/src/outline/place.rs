//! Finding the cursor in an outline.

use std::ops::Range;

use super::{Body, Mark, MarkKind, NONE, Outline};
use crate::cursor::{BlockText, Slot, span};

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
    pub(super) fn new(owner: u32, slot: Slot, word: Range<usize>, column: usize) -> Place {
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

impl Outline<'_> {
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
