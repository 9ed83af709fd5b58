//! What a few bytes are: a key, a colon, a quote that closes, a comment, a column.

use std::ops::Range;

use super::Outline;

impl Outline<'_> {
    /// The key at the beginning of a line's content, with its quotes, and the place of its colon.
    pub(super) fn key(&self, at: usize, end: usize) -> Option<(Range<usize>, usize)> {
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

    pub(super) fn is_colon(&self, at: usize, end: usize) -> bool {
        self.bytes[at] == b':' && (at + 1 >= end || is_blank(self.bytes[at + 1]))
    }

    /// Behind the quote that closes the one here; none if a line comes first that cannot belong to it: one
    /// that is not indented more than `limit`, or where a closing quote would open a value.
    pub(super) fn quoted_end(
        &self,
        open: usize,
        end: usize,
        limit: Option<usize>,
    ) -> Option<usize> {
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
    pub(super) fn skip_properties(&self, at: usize, end: usize) -> usize {
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
    pub(super) fn is_block_header(&self, at: usize, end: usize) -> bool {
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
    pub(super) fn is_template(&self, at: usize) -> bool {
        self.bytes[at..].starts_with(b"{{")
    }

    /// Markers of a merge conflict and directives: lines that are not YAML content.
    pub(super) fn is_noise(&self, start: usize, end: usize) -> bool {
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

    pub(super) fn is_comment(&self, at: usize) -> bool {
        self.bytes[at] == b'#' && (at == self.start || is_blank(self.bytes[at - 1]))
    }

    /// The end of the words before a comment, or before the end of the line.
    pub(super) fn comment_start(&self, at: usize, end: usize) -> usize {
        let comment = memchr::memchr_iter(b'#', &self.bytes[at..end])
            .map(|found| at + found)
            .find(|found| *found > at && self.is_comment(*found));
        self.trimmed_end(at, comment.unwrap_or(end))
    }

    pub(super) fn comment_between(&self, from: usize, offset: usize) -> bool {
        let from = from.min(offset);
        memchr::memchr_iter(b'#', &self.bytes[from..offset])
            .any(|found| self.is_comment(from + found))
    }

    pub(super) fn blank_line(&self, line_start: usize) -> bool {
        let end = self.line_end(line_start);
        self.skip_blanks(line_start, end) == end
    }

    pub(super) fn skip_blanks(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    }

    pub(super) fn skip_spaces(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count()
    }

    pub(super) fn word_end(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end]
            .iter()
            .take_while(|byte| !is_blank(**byte))
            .count()
    }

    pub(super) fn trimmed_end(&self, at: usize, end: usize) -> usize {
        at + self.bytes[at..end].trim_ascii_end().len()
    }

    /// The end of the line that an offset stands in, without its line end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let at = at.min(self.end);
        let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.end, |found| at + found);
        if end > at && self.bytes[end - 1] == b'\r' {
            end - 1
        } else {
            end
        }
    }

    /// The beginning of the line behind a line's end.
    pub(super) fn next_line(&self, line_end: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[line_end..])
            .map_or(self.end, |found| line_end + found + 1)
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        let at = at.min(self.end);
        memchr::memrchr(b'\n', &self.bytes[self.start..at])
            .map_or(self.start, |found| self.start + found + 1)
    }

    pub(super) fn column_of(&self, offset: usize) -> usize {
        self.column(self.line_start(offset), offset)
    }

    /// The column of an offset. A tab, which YAML forbids here, counts as a level of two columns.
    pub(super) fn column(&self, line_start: usize, at: usize) -> usize {
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

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
