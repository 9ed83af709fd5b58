//! Collections between brackets: read byte by byte, the open brackets in a list of their own.

use std::ops::Range;

use super::place::Place;
use super::text::is_blank;
use super::{Body, Mark, MarkKind, NONE, Outline};
use crate::cursor::Slot;

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

impl Outline<'_> {
    /// Reads a flow collection from its bracket; returns where it ends. Unclosed, it ends before the next
    /// line that is indented less than `limit`.
    pub(super) fn flow(&mut self, owner: u32, start: usize, limit: usize) -> usize {
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
}
