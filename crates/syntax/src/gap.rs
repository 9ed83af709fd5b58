//! What stands between two nodes: blanks, line ends, comments, indicators, anchors and tags.

use text_size::{TextRange, TextSize};

use crate::tree::Properties;

/// The first place from `at` on that is no blank, line end or comment.
pub(crate) fn skip(source: &str, at: TextSize) -> TextSize {
    let bytes = source.as_bytes();
    let mut at = usize::from(at);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' if is_separate(bytes, at) => at = line_end(bytes, at),
            // A byte order mark may stand in front of any document.
            0xef if bytes[at..].starts_with(b"\xef\xbb\xbf") => at += 3,
            _ => break,
        }
    }
    size(at)
}

/// Behind the comma if it is what comes next; otherwise where it was.
pub(crate) fn over_comma(source: &str, at: TextSize) -> TextSize {
    over(source, at, |next| {
        source.as_bytes().get(next) == Some(&b',')
    })
}

/// Behind the `-` of an item if it is what comes next; otherwise where it was.
pub(crate) fn over_dash(source: &str, at: TextSize) -> TextSize {
    over(source, at, |next| is_indicator(source, next, b'-'))
}

/// Behind the `:` of a value if it is what comes next; otherwise where it was. In brackets it may stand
/// right behind a quoted key and right in front of the value.
pub(crate) fn over_colon(source: &str, at: TextSize, in_flow: bool) -> TextSize {
    over(source, at, |next| {
        let bytes = source.as_bytes();
        let is_adjacent =
            next == usize::from(at) || bytes.get(next + 1).is_some_and(|byte| is_flow(*byte));
        is_indicator(source, next, b':')
            || (in_flow && is_adjacent && bytes.get(next) == Some(&b':'))
    })
}

fn over(source: &str, at: TextSize, is_next: impl Fn(usize) -> bool) -> TextSize {
    let next = skip(source, at);
    if is_next(next.into()) {
        next + TextSize::from(1)
    } else {
        at
    }
}

/// Whether a block indicator stands at a place: not the first character of a word.
fn is_indicator(source: &str, at: usize, indicator: u8) -> bool {
    let bytes = source.as_bytes();
    bytes.get(at) == Some(&indicator) && bytes.get(at + 1).is_none_or(|next| is_white(*next))
}

/// Behind the `?` of a key that has one, in front of the `:` of a key that is empty, otherwise where it
/// was.
pub(crate) fn over_key_indicator(source: &str, at: TextSize) -> TextSize {
    let next = skip(source, at);
    let bytes = source.as_bytes();
    let after = usize::from(next) + 1;
    match bytes.get(after - 1) {
        Some(b'?')
            if bytes
                .get(after)
                .is_none_or(|byte| is_white(*byte) || is_flow(*byte)) =>
        {
            size(after)
        }
        Some(b':') => next,
        _ => at,
    }
}

/// The anchor and the tag that come next, in either order, and the place behind them.
pub(crate) fn properties(source: &str, at: TextSize) -> (Properties, TextSize) {
    let mut found = Properties::default();
    let mut end = at;
    for _ in 0..2 {
        let start = skip(source, end);
        let rest = &source.as_bytes()[usize::from(start)..];
        let word = size(property_len(rest));
        match rest.first() {
            Some(b'&') if found.anchor.is_none() => {
                let name = start + TextSize::from(1);
                found.anchor = Some(TextRange::new(name, start + word));
            }
            Some(b'!') if found.tag.is_none() => found.tag = Some(TextRange::at(start, word)),
            _ => break,
        }
        end = start + word;
    }
    (found, end)
}

/// The length of an anchor or tag: up to a blank or, outside `!<…>`, a flow indicator.
fn property_len(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"!<") {
        return bytes
            .iter()
            .position(|byte| *byte == b'>')
            .map_or(bytes.len(), |at| at + 1);
    }
    bytes
        .iter()
        .position(|byte| is_white(*byte) || is_flow(*byte))
        .unwrap_or(bytes.len())
}

/// Whether a `#` begins a comment: behind white space, at the start of a line, and, as go-yaml has it, right
/// behind a quote, a bracket or a comma.
fn is_separate(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| {
        let before = bytes[before];
        is_white(before) || is_flow(before) || matches!(before, b'"' | b'\'')
    })
}

/// The end of the line that `at` stands in, without its line break.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |end| at + end)
}

fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_flow(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}

/// Behind the quote that closes the scalar that begins at `start`; the end of the source if none does.
pub(crate) fn closing_quote(source: &str, start: TextSize) -> TextSize {
    let bytes = source.as_bytes();
    let Some(&quote) = bytes.get(usize::from(start)) else {
        return start;
    };
    let mut at = usize::from(start) + 1;
    while let Some(found) = memchr::memchr2(quote, b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        let doubled = bytes[at] == b'\'' && bytes.get(at + 1) == Some(&b'\'');
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            b'\\' => at += 1,
            _ if doubled => at += 2,
            _ => return size(at + 1),
        }
    }
    size(bytes.len())
}

/// The end of a block scalar whose header begins at `start` and whose lines end before `limit`: the end
/// of its last line with text, of its header where there is none.
pub(crate) fn block_end(text: &str, start: TextSize, limit: TextSize) -> TextSize {
    let bytes = text.as_bytes();
    let (start, limit) = (usize::from(start), usize::from(limit));
    let header = line_end(bytes, start);
    let body = bytes.get(header..limit).unwrap_or_default();
    match body.iter().rposition(|byte| !is_white(*byte)) {
        Some(last) => size(line_end(bytes, header + last)),
        None => {
            let indicators = bytes[start + 1..header]
                .iter()
                .take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9'))
                .count();
            size(start + 1 + indicators)
        }
    }
}
