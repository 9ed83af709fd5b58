//! Blanks that go-yaml takes otherwise than YAML 1.2: tabs, three rare line ends, and byte order marks.
//!
//! kustomize and Flux read with go-yaml, which is a port of libyaml and stays with YAML 1.1 here. It allows a tab
//! in front of a token only in brackets and where no key may begin: not at the beginning of a line, and not behind
//! `-`, `?` and `:` of a key that has a `?`. U+0085, U+2028 and U+2029 end a line for it. A byte order mark is one
//! only at the very beginning of a document. The strict reader accepts all of these, so a document that it
//! accepts is looked at here; nearly none has any such character, and finding that out is one pass of `memchr`.

use std::io::Read as _;

use libyaml_safer::{EventData, Parser, ScalarStyle};
use saphyr_parser::{Event, Parser as Strict, ScalarStyle as StrictStyle};
use text_size::{TextRange, TextSize};

use crate::gap::line_end;
use crate::tree::SyntaxError;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Why go-yaml does not read a document as the strict reader did; none where it does. `source` is the text of the
/// document with what is in front of it, which begins at `base`.
pub(crate) fn refusal(source: &str, base: TextSize) -> Option<SyntaxError> {
    let bytes = source.as_bytes();
    let (mut tab, mut other_end) = (false, None);
    for at in memchr::memchr3_iter(b'\t', 0xc2, 0xe2, bytes) {
        match bytes[at] {
            b'\t' => tab |= is_in_front(bytes, at),
            _ => other_end = other_end.or_else(|| is_other_end(&source[at..]).then_some(at)),
        }
    }
    let error = match (byte_order_mark(bytes), tab, other_end) {
        (None, false, None) => return None,
        (Some(error), ..) => Some(error),
        (None, true, _) => refused_tab(source).map(|at| about_tab(bytes, at)),
        (None, false, _) => None,
    };
    let mut error = error.or_else(|| about_line_end(source, other_end?))?;
    error.range += base;
    Some(error)
}

/// Where a document begins behind its `---`, which ends at `line_end`: kustomize splits a file there before
/// it reads, so the document may begin with a byte order mark of its own.
pub(crate) fn behind_own_mark(text: &str, line_end: usize) -> Option<usize> {
    let rest = text.as_bytes().get(line_end..)?;
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\n")?.strip_prefix(BYTE_ORDER_MARK)?;
    Some(text.len() - rest.len())
}

/// Whether only what may stand in front of a key or an item is in front of a tab on its line. Elsewhere go-yaml
/// takes a tab for a blank as all others do.
fn is_in_front(bytes: &[u8], tab: usize) -> bool {
    let before = bytes[..tab].iter().rev();
    let mut line = before.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    line.all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'?' | b':'))
}

/// The tab that go-yaml stops at.
fn refused_tab(source: &str) -> Option<usize> {
    if let Err(Stop { at, first_token }) = scan(source, |_| {}) {
        let at = tab_at(source, at)?;
        let Some(text) = first_token.then(|| without_comment_tabs(source)).flatten() else {
            return Some(at);
        };
        return tab_at(source, scan(&text, |_| {}).err()?.at);
    }
    None
}

fn tab_at(source: &str, at: usize) -> Option<usize> {
    (source.as_bytes().get(at) == Some(&b'\t')).then_some(at)
}

/// Where the reader stopped.
struct Stop {
    at: usize,
    /// Whether it was in front of a token, not in a scalar.
    first_token: bool,
}

/// Reads a text as libyaml does.
fn scan(text: &str, mut scalar: impl FnMut(Piece)) -> Result<(), Stop> {
    // As the lenient reader does: the parser looks a few characters ahead.
    let end: &[u8] = match text.ends_with(['\n', '\r']) {
        true => b"####",
        false => b"\n####",
    };
    let mut parser = Parser::new();
    parser.set_input(text.as_bytes().chain(end));
    loop {
        let event = parser.parse().map_err(|error| Stop {
            at: error
                .problem_mark()
                .map_or(usize::MAX, |mark| mark.index as usize),
            first_token: error.problem().contains("cannot start any token"),
        })?;
        match event.data {
            EventData::StreamEnd => return Ok(()),
            EventData::Scalar { value, style, .. } => {
                scalar(Piece::Scalar(value, style == ScalarStyle::Plain));
            }
            EventData::SequenceStart { .. } | EventData::MappingStart { .. } => {
                scalar(Piece::Open);
            }
            EventData::SequenceEnd | EventData::MappingEnd => scalar(Piece::Close),
            _ => {}
        }
    }
}

/// Between two comments with nothing else in between, the go-yaml of kustomize skips tabs too: it reads comments
/// together. A text with spaces for those tabs; none where there are none.
fn without_comment_tabs(source: &str) -> Option<String> {
    let mut text = source.as_bytes().to_vec();
    // Behind the last comment, if only blanks are in between.
    let mut comment: Option<usize> = None;
    let mut at = 0;
    while at < text.len() {
        let end = line_end(&text, at);
        let blanks = text[at..end].iter();
        let word = at + blanks.take_while(|byte| b" \t".contains(byte)).count();
        match (text.get(word), comment) {
            (Some(b'#'), _) if word < end => {
                for byte in &mut text[comment.unwrap_or(word)..word] {
                    if *byte == b'\t' {
                        *byte = b' ';
                    }
                }
                comment = Some(end);
            }
            _ if word == end => {}
            _ => comment = None,
        }
        at = end + 1;
    }
    let text = String::from_utf8(text).ok()?;
    (text != source).then_some(text)
}

fn about_tab(bytes: &[u8], at: usize) -> SyntaxError {
    let len = bytes[at..]
        .iter()
        .take_while(|byte| **byte == b'\t')
        .count();
    let line = bytes[..at]
        .iter()
        .rposition(|byte| matches!(byte, b'\n' | b'\r'));
    let (line, end) = (line.map_or(0, |end| end + 1), line_end(bytes, at));
    let is_blank = |text: &[u8]| text.iter().all(|byte| b" \t".contains(byte));
    let (message, help) = match (is_blank(&bytes[line..at]), is_blank(&bytes[at..end])) {
        (true, true) => (
            "a tab stands on an empty line",
            "delete it; kustomize and Flux do not read the file",
        ),
        (true, false) => (
            "a tab is used for indentation",
            "indent with spaces; YAML allows no tab there",
        ),
        (false, _) => ("a tab stands where only spaces may", "use a space"),
    };
    error(at, len, message, help)
}

/// A byte order mark at the beginning of a line, where go-yaml takes it into a key.
fn byte_order_mark(bytes: &[u8]) -> Option<SyntaxError> {
    let begins_line = |at: &usize| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        matches!(before, None | Some(b'\n' | b'\r')) && bytes[*at..].starts_with(BYTE_ORDER_MARK)
    };
    let at = memchr::memchr_iter(0xef, bytes).find(begins_line)?;
    Some(error(
        at,
        BYTE_ORDER_MARK.len(),
        "a byte order mark inside of the text",
        "delete the invisible character U+FEFF",
    ))
}

fn is_other_end(text: &str) -> bool {
    text.starts_with(['\u{85}', '\u{2028}', '\u{2029}'])
}

/// Part of a document, as a reader tells it.
#[derive(PartialEq)]
enum Piece {
    /// The value of a scalar, and whether it is a plain one.
    Scalar(String, bool),
    Open,
    Close,
}

/// What is wrong with a line end in a document that no reader takes, if it is that which is wrong.
pub(crate) fn refused_line_end(source: &str, base: TextSize) -> Option<SyntaxError> {
    let starts = memchr::memchr2_iter(0xc2, 0xe2, source.as_bytes());
    let at = starts.into_iter().find(|at| is_other_end(&source[*at..]))?;
    let mut error = about_line_end(source, at)?;
    error.range += base;
    Some(error)
}

/// What is wrong with a line end that only go-yaml knows; none where it changes nothing.
fn about_line_end(source: &str, at: usize) -> Option<SyntaxError> {
    let mut read = Vec::new();
    let read = scan(source, |piece| read.push(piece)).ok().map(|()| read);
    if read == strictly(source) {
        return None; // Or both refuse it.
    }
    let end = source.get(at..)?.chars().next()?;
    let mut error = error(at, end.len_utf8(), "", "");
    error.message = format!(
        "kustomize and Flux read a line break here: this is the invisible character U+{:04X}",
        u32::from(end)
    );
    error.help = Some("delete it, or write it as an escape sequence in double quotes".to_owned());
    Some(error)
}

fn strictly(source: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut parser = Strict::new_from_str(source);
    while let Some(event) = parser.next_event() {
        pieces.push(match event.ok()?.0 {
            Event::Scalar(value, style, ..) => {
                Piece::Scalar(value.into_owned(), style == StrictStyle::Plain)
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => Piece::Open,
            Event::SequenceEnd | Event::MappingEnd => Piece::Close,
            _ => continue,
        });
    }
    Some(pieces)
}

fn error(at: usize, len: usize, message: &str, help: &str) -> SyntaxError {
    SyntaxError {
        range: TextRange::at(size(at), size(len)),
        message: message.to_owned(),
        help: Some(help.to_owned()),
        is_limit: false,
    }
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use crate::testing::values;
    use crate::{Reader, Tree};

    /// The text with `«…»` around the place of its one error, and the sentence.
    #[track_caller]
    fn refused(marked: &str, message: &str) {
        let text = marked.replace(['«', '»'], "");
        let tree = Tree::parse(text.as_str());
        let [error] = tree.errors() else {
            panic!("{text:?} has {:?}", tree.errors())
        };
        let (start, end) = (error.range.start().into(), error.range.end().into());
        let found = format!("{}«{}»{}", &text[..start], &text[start..end], &text[end..]);
        assert_eq!((found.as_str(), error.message.as_str()), (marked, message));
        assert!(error.help.is_some());
    }

    #[track_caller]
    fn accepted(text: &str) {
        let tree = Tree::parse(text);
        assert_eq!(tree.errors(), [], "{text:?}");
        let mut documents = tree.documents();
        assert!(documents.all(|document| document.reader() == Reader::Strict));
    }

    #[test]
    fn a_tab_in_front_of_a_key_or_an_item_is_refused() {
        let empty = "a tab stands on an empty line";
        refused("m:\n  a: b\n«\t»\nc: d\n", empty);
        refused("m:\n  a: b\n«\t»", empty);
        refused("m:\n  a: b\n  «\t\t»\n  c: d\n", empty);
        refused("m:\n  a:\n    «\t»\n  b: c\n", empty);
        refused("«\t»\n---\na: b\n", empty);
        let comment = "a tab is used for indentation";
        refused("m:\n  a: b\n«\t»# c\n  c: d\n", comment);
        refused("«\t»# c\na: b\n", comment);
        refused("a: b\n---\n«\t»# c\nc: d\n", comment);
        let item = "a tab stands where only spaces may";
        refused("l:\n-«\t»a\n", item);
        refused("l:\n-«\t»b: c\n", item);
        refused("a: [b:, c]\nl:\n-«\t»b: c\n", item);
    }

    #[test]
    fn a_key_in_braces_is_on_one_line() {
        let message = "this key and its `:` are not on one line";
        refused("a: {«b\n :» c}\n", message);
        refused("a: {x: y, «b c\n  d:» e}\n", message);
        refused("a: {«\"b\n  c\":» d}\n", message);
        accepted("a: {? b\n : c, d:\n  e, f,\n  g: h, \"i\" : j,\n  k\n  l}\n");
        accepted("{\n  \"a\":\n  {\n    \"b\": [1,\n 2]\n  },\n  \"c\": \"d\n e\"\n}\n");
    }

    #[test]
    fn a_tab_elsewhere_is_a_blank() {
        accepted("a: b\t\nc:\td\ne: f\t# g\n'h'\t: i\n");
        accepted("a: [b,\n\tc,\t\n  d]\n");
        accepted("a: \"b\n\tc\"\nd: |\n  e\n  \tf\n");
        refused(
            "a: \"b\n\tc\"\nd: |\n  e\n«\t»# f\n",
            "a tab is used for indentation",
        );
        accepted("# a\n\t# b\n\t\n# c\nd: e\n");
    }

    #[test]
    fn a_byte_order_mark_begins_a_document() {
        accepted("a: b\n---\n\u{feff}c: d\n");
        assert_eq!(
            values("a: b\n--- # x\r\n\u{feff}c: d\n"),
            ["a", "b", "c", "d"]
        );
        assert_eq!(values("a: b\u{feff}\n"), ["a", "b\u{feff}"]);
        let message = "a byte order mark inside of the text";
        refused("a: b\n«\u{feff}»---\nc: d\n", message);
        refused("# c\n«\u{feff}»a: b\n", message);
        refused("\u{feff}«\u{feff}»a: b\n", message);
        refused("---\n«\u{feff}»a: b\n", message);
        refused("a: b\n---\n---\n«\u{feff}»c: d\n", message);
    }

    #[test]
    fn a_line_end_that_only_go_yaml_knows_is_refused() {
        let message =
            "kustomize and Flux read a line break here: this is the invisible character U+2028";
        refused("a: b«\u{2028}»c\n", message);
        refused("# c«\u{2028}»d: e\na: b\n", message);
        refused("a: b«\u{2028}»\n", message);
        refused("a: b\n«\u{2028}»c: d\n", message);
        let message = message.replace("2028", "0085");
        refused("a: \"b«\u{85}»c\"\n", &message);
    }

    #[test]
    fn a_line_end_that_changes_nothing_stays() {
        accepted("# c\u{2028}\na: \"b\u{2029}c\"\n");
    }
}
