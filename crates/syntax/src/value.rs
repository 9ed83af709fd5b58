//! The value of a scalar from its source, and which bytes of the value stand in the source as they are.
//!
//! The strict reader brings its values along; this is for the tolerant one and for [`crate::Embedded`].
//! A test holds the two equal over every scalar of real repositories.

use text_size::{TextRange, TextSize};

use crate::gap::line_end;
use crate::tree::ScalarStyle;

/// A decoded scalar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub text: String,
    /// The runs of `text` that stand in the source byte for byte, in order.
    pub pieces: Vec<Piece>,
}

/// A run of bytes that the decoded text and the source share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it begins in the decoded text.
    pub decoded: TextSize,
    /// Where it begins in the source.
    pub source: TextSize,
    pub len: TextSize,
}

impl Decoded {
    fn copy(&mut self, source: &str, from: usize, to: usize) {
        let run = &source[from..to];
        if run.is_empty() {
            return;
        }
        let piece = Piece {
            decoded: size(self.text.len()),
            source: size(from),
            len: size(run.len()),
        };
        match self.pieces.last_mut() {
            Some(last)
                if last.decoded + last.len == piece.decoded
                    && last.source + last.len == piece.source =>
            {
                last.len += piece.len;
            }
            _ => self.pieces.push(piece),
        }
        self.text.push_str(run);
    }

    /// Takes back what was decoded last, down to a length.
    fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        while let Some(last) = self.pieces.last_mut() {
            if last.decoded < size(len) {
                last.len = last.len.min(size(len) - last.decoded);
                break;
            }
            self.pieces.pop();
        }
    }
}

/// Decodes a plain or quoted scalar; `range` is without the quotes.
pub(crate) fn flow(source: &str, range: TextRange, style: ScalarStyle) -> Decoded {
    let bytes = &source.as_bytes()[..range.end().into()];
    let mut decoded = Decoded::default();
    let mut at = usize::from(range.start());
    // What may not be trimmed from the end of a line: an escaped blank.
    let mut fixed = 0;
    while at < bytes.len() {
        let run = run_len(&bytes[at..], style);
        decoded.copy(source, at, at + run);
        at += run;
        match bytes.get(at) {
            Some(b'\n' | b'\r') => {
                trim_blanks(&mut decoded, fixed);
                at = fold(source, bytes, at, &mut decoded);
                fixed = decoded.text.len();
            }
            Some(b'\'') => {
                decoded.copy(source, at, at + 1);
                // In a broken text it may stand alone.
                at += if bytes.get(at + 1) == Some(&b'\'') {
                    2
                } else {
                    1
                };
            }
            Some(b'\\') => {
                at = escape(source, bytes, at, &mut decoded);
                fixed = decoded.text.len();
            }
            _ => break,
        }
    }
    decoded
}

/// How many bytes stand for themselves.
fn run_len(bytes: &[u8], style: ScalarStyle) -> usize {
    let special = |byte: &u8| match byte {
        b'\n' | b'\r' => true,
        b'\'' => style == ScalarStyle::SingleQuoted,
        b'\\' => style == ScalarStyle::DoubleQuoted,
        _ => false,
    };
    bytes.iter().position(special).unwrap_or(bytes.len())
}

fn trim_blanks(decoded: &mut Decoded, fixed: usize) {
    let trimmed = decoded.text.trim_end_matches([' ', '\t']).len();
    decoded.truncate(trimmed.max(fixed));
}

/// Line ends between two lines of text: one is a space, of more the first goes. Ends behind the blanks in
/// front of the next text.
fn fold(source: &str, bytes: &[u8], from: usize, decoded: &mut Decoded) -> usize {
    let mut at = over_break(bytes, from);
    let mut single = true;
    loop {
        at += bytes[at..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        match bytes.get(at) {
            Some(b'\n' | b'\r') => {
                copy_break(source, bytes, at, decoded);
                at = over_break(bytes, at);
                single = false;
            }
            _ => break,
        }
    }
    if single {
        decoded.text.push(' ');
    }
    at
}

/// A line end as `\n`; the place behind it is [`over_break`].
fn copy_break(source: &str, bytes: &[u8], at: usize, decoded: &mut Decoded) {
    let feed = over_break(bytes, at) - 1;
    if bytes.get(feed) == Some(&b'\n') {
        decoded.copy(source, feed, feed + 1);
    } else {
        decoded.text.push('\n');
    }
}

fn over_break(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..at + 2) {
        Some(b"\r\n") => at + 2,
        _ => (at + 1).min(bytes.len()),
    }
}

/// An escape sequence of a double-quoted scalar; returns the place behind it.
fn escape(source: &str, bytes: &[u8], at: usize, decoded: &mut Decoded) -> usize {
    let simple = match bytes.get(at + 1) {
        Some(b'\n' | b'\r') => return continuation(source, bytes, at + 1, decoded),
        Some(b' ' | b'"' | b'/' | b'\\' | b'\t') => {
            decoded.copy(source, at + 1, at + 2);
            return at + 2;
        }
        Some(b'x') => return hexadecimal(source, at, 2, decoded),
        Some(b'u') => return hexadecimal(source, at, 4, decoded),
        Some(b'U') => return hexadecimal(source, at, 8, decoded),
        Some(b'0') => '\0',
        Some(b'a') => '\u{7}',
        Some(b'b') => '\u{8}',
        Some(b't') => '\t',
        Some(b'n') => '\n',
        Some(b'v') => '\u{b}',
        Some(b'f') => '\u{c}',
        Some(b'r') => '\r',
        Some(b'e') => '\u{1b}',
        Some(b'N') => '\u{85}',
        Some(b'_') => '\u{a0}',
        Some(b'L') => '\u{2028}',
        Some(b'P') => '\u{2029}',
        // No escape: in a broken text it stands for itself.
        _ => {
            decoded.copy(source, at, at + 1);
            return at + 1;
        }
    };
    decoded.text.push(simple);
    at + 2
}

fn hexadecimal(source: &str, at: usize, digits: usize, decoded: &mut Decoded) -> usize {
    let end = at + 2 + digits;
    let code = source
        .get(at + 2..end)
        .and_then(|code| u32::from_str_radix(code, 16).ok());
    match code.and_then(char::from_u32) {
        Some(character) => {
            decoded.text.push(character);
            end
        }
        None => {
            decoded.copy(source, at, at + 1);
            at + 1
        }
    }
}

/// A line end behind a backslash is nothing, but the empty lines behind it count.
fn continuation(source: &str, bytes: &[u8], at: usize, decoded: &mut Decoded) -> usize {
    let mut at = over_break(bytes, at);
    loop {
        at += bytes[at..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        if !matches!(bytes.get(at), Some(b'\n' | b'\r')) {
            return at;
        }
        copy_break(source, bytes, at, decoded);
        at = over_break(bytes, at);
    }
}

/// What the header of a block scalar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The indentation indicator.
    pub indent: Option<usize>,
    chomping: Chomping,
    /// The place behind the header's line.
    pub body: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Header {
    /// Reads the header that begins at `start` with `|` or `>`.
    pub(crate) fn read(source: &str, start: TextSize) -> Header {
        let bytes = source.as_bytes();
        let start = usize::from(start);
        let end = line_end(bytes, start);
        let mut header = Header {
            indent: None,
            chomping: Chomping::Clip,
            body: over_break(bytes, end),
        };
        for byte in bytes[start..end].iter().skip(1) {
            match byte {
                b'-' => header.chomping = Chomping::Strip,
                b'+' => header.chomping = Chomping::Keep,
                b'1'..=b'9' => header.indent = Some(usize::from(byte - b'0')),
                _ => break,
            }
        }
        header
    }

    /// The indentation of the first line with text.
    pub(crate) fn first_indent(self, source: &str) -> Option<usize> {
        lines(source, self.body)
            .find(|line| !line.is_blank())
            .map(|line| line.indent)
    }
}

/// A line of a block scalar.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    /// The number of spaces it begins with.
    indent: usize,
    /// Its end without the line break.
    end: usize,
    /// Its end with the line break.
    next: usize,
}

impl Line {
    /// Whether it has nothing but spaces.
    fn is_blank(self) -> bool {
        self.start + self.indent == self.end
    }
}

fn lines(source: &str, from: usize) -> impl Iterator<Item = Line> + '_ {
    let bytes = source.as_bytes();
    let mut start = from;
    std::iter::from_fn(move || {
        if start >= bytes.len() {
            return None;
        }
        let end = line_end(bytes, start);
        let indent = bytes[start..end]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count();
        let line = Line {
            start,
            indent,
            end,
            next: over_break(bytes, end),
        };
        start = line.next;
        Some(line)
    })
}

/// Decodes a block scalar and says where its lines end. `source` ends where the document does; `indent` is
/// the indentation of its text, which follows from the first line unless the header says otherwise.
pub(crate) fn block(
    source: &str,
    header: Header,
    indent: usize,
    style: ScalarStyle,
) -> (Decoded, TextSize) {
    let mut decoded = Decoded::default();
    let mut end = header.body;
    // The line breaks since the last text; only the chomping or the next text tells what becomes of them.
    let mut breaks: Vec<usize> = Vec::new();
    let mut seen_text = false;
    let mut last_is_indented = false;
    let bytes = source.as_bytes();
    for line in lines(source, header.body) {
        if line.is_blank() && line.indent <= indent {
            if line.next > line.end {
                breaks.push(line.end);
            }
            end = line.next;
            continue;
        }
        if line.indent < indent {
            break;
        }
        let text = line.start + indent;
        let is_indented = matches!(bytes.get(text), Some(b' ' | b'\t'));
        let folds = style == ScalarStyle::Folded && seen_text && !last_is_indented && !is_indented;
        let kept = if folds {
            breaks.get(1..).unwrap_or_default()
        } else {
            &breaks[..]
        };
        for at in kept {
            copy_break(source, bytes, *at, &mut decoded);
        }
        if folds && kept.is_empty() {
            decoded.text.push(' ');
        }
        breaks.clear();
        decoded.copy(source, text, line.end);
        if line.next > line.end {
            breaks.push(line.end);
        }
        (seen_text, last_is_indented, end) = (true, is_indented, line.next);
    }
    let kept = match header.chomping {
        Chomping::Strip => 0,
        Chomping::Clip => usize::from(seen_text),
        Chomping::Keep => breaks.len().max(usize::from(seen_text)),
    };
    for at in breaks.iter().take(kept) {
        copy_break(source, bytes, *at, &mut decoded);
    }
    if kept > 0 && breaks.is_empty() {
        decoded.text.push('\n'); // The text ends without a line break.
    }
    (decoded, size(end))
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_that_stands_alone_stands_for_itself() {
        for (source, text) in [("a'😀b", "a'😀b"), ("a''b", "a'b"), ("a'", "a'")] {
            let range = TextRange::up_to(size(source.len()));
            assert_eq!(flow(source, range, ScalarStyle::SingleQuoted).text, text);
        }
    }
}
