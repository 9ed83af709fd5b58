//! Positions of the protocol (line and column in an encoding that both sides agreed on) and byte offsets:
//! the one place that converts between them.

use infragen_syntax::{TextRange, TextSize};
use line_index::{LineCol, LineIndex, WideEncoding, WideLineCol};

use super::{Position, PositionEncodingKind, Range};

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: what every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The encoding to use with a client that offers these, the one it likes best first. UTF-8 is taken
    /// wherever it is offered, because nothing has to be counted for it.
    pub fn negotiate(offered: &[PositionEncodingKind]) -> Self {
        let known = |kind: &PositionEncodingKind| match kind.as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        };
        if offered.contains(&PositionEncodingKind::UTF8) {
            return Self::Utf8;
        }
        offered.iter().find_map(known).unwrap_or_default()
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn wide(self) -> Option<WideEncoding> {
        match self {
            Self::Utf8 => None,
            Self::Utf16 => Some(WideEncoding::Utf16),
            Self::Utf32 => Some(WideEncoding::Utf32),
        }
    }
}

/// The lines of a text. A line ends with `\n`, `\r\n` or, as the protocol says, a lone `\r`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lines(LineIndex);

impl Lines {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        // The index knows `\n` only. A text with the same bytes, but `\n` for each lone `\r`, has the same
        // offsets and the lines of the protocol.
        match with_line_feeds(text) {
            Some(same) => Self(LineIndex::new(&same)),
            None => Self(LineIndex::new(text)),
        }
    }

    /// The position of an offset. An offset behind the end is the end; one within a character is its start.
    pub fn position(&self, encoding: Encoding, offset: TextSize) -> Position {
        let offset = u32::from(offset.min(self.0.len()));
        let at = (offset.saturating_sub(3)..=offset)
            .rev()
            .find_map(|offset| self.0.try_line_col(offset.into()))
            .unwrap_or(LineCol { line: 0, col: 0 });
        let column = match encoding.wide() {
            None => at.col,
            Some(wide) => self.0.to_wide(wide, at).map_or(at.col, |wide| wide.col),
        };
        Position::new(at.line, column)
    }

    /// The range between two offsets.
    pub fn range(&self, encoding: Encoding, range: TextRange) -> Range {
        Range::new(
            self.position(encoding, range.start()),
            self.position(encoding, range.end()),
        )
    }

    /// The offset of a position. A column behind the end of its line is the end of the line, without what
    /// ends it; a line behind the end of the text is the end of the text. `text` is what the lines are of.
    pub fn offset(&self, encoding: Encoding, text: &str, position: Position) -> TextSize {
        let Some(line) = self.0.line(position.line) else {
            return self.0.len();
        };
        let content = text.get(std::ops::Range::from(line)).unwrap_or_default();
        let length = content.trim_end_matches(['\n', '\r']).len();
        let column = match encoding.wide() {
            None => Some(position.character),
            Some(wide) => {
                let at = WideLineCol {
                    line: position.line,
                    col: position.character,
                };
                self.0.to_utf8(wide, at).map(|at| at.col)
            }
        };
        let column = column
            .and_then(|column| usize::try_from(column).ok())
            .map_or(length, |column| column.min(length));
        line.start() + size(floor_char_boundary(content, column))
    }

    /// The offsets of a range; in order, whatever the client sent.
    pub fn text_range(&self, encoding: Encoding, text: &str, range: Range) -> TextRange {
        let start = self.offset(encoding, text, range.start);
        let end = self.offset(encoding, text, range.end);
        TextRange::new(start.min(end), start.max(end))
    }
}

/// The text with `\n` for each lone `\r`; none where it has no lone one.
fn with_line_feeds(text: &str) -> Option<String> {
    let lone = |at: &usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    let mut returns = memchr::memchr_iter(b'\r', text.as_bytes())
        .filter(lone)
        .peekable();
    returns.peek()?;
    let mut bytes = text.as_bytes().to_vec();
    returns.for_each(|at| bytes[at] = b'\n');
    String::from_utf8(bytes).ok()
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn size(length: usize) -> TextSize {
    TextSize::try_from(length).unwrap_or(TextSize::new(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn position(text: &str, encoding: Encoding) -> (u32, u32) {
        let at = text.find("$0").unwrap();
        let text = text.replace("$0", "");
        let position = Lines::new(&text).position(encoding, size(at));
        (position.line, position.character)
    }

    fn offset(text: &str, encoding: Encoding, line: u32, character: u32) -> usize {
        Lines::new(text)
            .offset(encoding, text, Position::new(line, character))
            .into()
    }

    #[test]
    fn utf_8_wins_wherever_it_is_offered() {
        let utf8 = PositionEncodingKind::UTF8;
        let utf16 = PositionEncodingKind::UTF16;
        let utf32 = PositionEncodingKind::UTF32;
        assert_eq!(Encoding::negotiate(&[]), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(&[utf16.clone(), utf8]), Encoding::Utf8);
        assert_eq!(
            Encoding::negotiate(&[utf32, utf16]),
            Encoding::Utf32,
            "the client's order decides between the others"
        );
        assert_eq!(
            Encoding::negotiate(&[PositionEncodingKind::new("latin-1")]),
            Encoding::Utf16
        );
    }

    #[test]
    fn columns_behind_wide_characters() {
        assert_eq!(position("a\nname: \"ä🚀\"$0", Encoding::Utf8), (1, 14));
        assert_eq!(position("a\nname: \"ä🚀\"$0", Encoding::Utf16), (1, 11));
        assert_eq!(position("a\nname: \"ä🚀\"$0", Encoding::Utf32), (1, 10));
    }

    #[test]
    fn every_boundary_of_a_text_survives_the_way_there_and_back() {
        let text = "a: 🚀ä\r\nb: \u{301}x\rc: 語\n\n";
        let lines = Lines::new(text);
        for encoding in ALL {
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                if text[..at].ends_with('\r') && text[at..].starts_with('\n') {
                    // Between the two the protocol has no position: it is the end of the line.
                    continue;
                }
                let position = lines.position(encoding, size(at));
                assert_eq!(
                    usize::from(lines.offset(encoding, text, position)),
                    at,
                    "{encoding:?} {position:?}"
                );
            }
        }
    }

    #[test]
    fn a_lone_return_ends_a_line() {
        assert_eq!(position("a\rb\r\nc$0", Encoding::Utf16), (2, 1));
        assert_eq!(offset("a\rb\r\nc", Encoding::Utf16, 1, 9), 3);
    }

    #[test]
    fn places_that_are_none_are_moved_to_the_nearest_before() {
        for encoding in ALL {
            assert_eq!(offset("ab\r\ncd", encoding, 0, 99), 2);
            assert_eq!(offset("ab\ncd", encoding, 7, 0), 5);
            assert_eq!(offset("", encoding, 0, 3), 0);
            assert_eq!(offset("ab", encoding, u32::MAX, u32::MAX), 2);
        }
        assert_eq!(offset("🚀x", Encoding::Utf16, 0, 1), 0, "half a pair");
        assert_eq!(offset("🚀x", Encoding::Utf8, 0, 2), 0, "within bytes");
        let lines = Lines::new("🚀");
        assert_eq!(
            lines.position(Encoding::Utf16, size(2)),
            Position::new(0, 0)
        );
        assert_eq!(
            lines.position(Encoding::Utf16, size(9)),
            Position::new(0, 2)
        );
    }
}
