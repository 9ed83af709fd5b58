//! The strict reader: `saphyr-parser`, which reads whatever is valid YAML 1.2.
//!
//! Its spans are not ours: they count characters, include anchors and tags in front of a node and the
//! blanks and comments behind a quote or bracket, and begin a block scalar at its first line of text. So
//! only the ends of plain scalars and aliases are taken from it; the rest is looked up in the text.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle as Style, ScanError, Span};
use text_size::{TextRange, TextSize};

use crate::builder::{DocumentBuilder, Overflow};
use crate::go_colon::{self, Hidden};
use crate::lowering::{Lowering, Scalar};
use crate::tree::ScalarStyle;

/// What is said of a `:` with which go-yaml goes on where YAML 1.2 does not.
const COLON: &str = "a blank is missing behind this `:`";

/// Why the strict reader gave up.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Not YAML: what the parser says, at this byte of the text.
    Invalid { at: TextSize, message: String },
    /// More than the limits allow.
    Overflow { at: TextSize, overflow: Overflow },
}

impl Refusal {
    /// Whether a tab between a `:` and its value was refused, which is valid.
    pub(crate) fn is_of_tab_behind_colon(&self) -> bool {
        matches!(self, Self::Invalid { message, .. } if message.starts_with("':' must be followed by"))
    }

    /// Where reading stopped.
    pub(crate) fn at(&self) -> TextSize {
        match self {
            Self::Invalid { at, .. } | Self::Overflow { at, .. } => *at,
        }
    }
}

/// Reads one document. `source` is its text together with the marker in front of it, which decides about
/// what may follow on that line. What is `hidden` there is read instead of it.
pub(crate) fn read(
    builder: &mut DocumentBuilder<'_>,
    source: TextRange,
    hidden: Option<&Hidden>,
) -> Result<(), Refusal> {
    let text = builder.text();
    if let Some(at) = nth_flow_token(&text[source], builder.limits().flow_tokens) {
        let at = source.start() + at;
        return Err(Refusal::Overflow {
            at,
            overflow: Overflow::Flow,
        });
    }
    let mut offsets = Offsets::new(&text[source], source.start());
    let mut lowering = Lowering::new(builder);
    let input = hidden.map_or(&text[source], |hidden| &hidden.text);
    let mut parser = Parser::new_from_str(input);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| refuse(&error, &mut offsets))?;
        let at = lowering.at();
        if let Event::Scalar(_, Style::Plain, ..) = event {
            let end = offsets.range(span).end();
            let behind = text.as_bytes().get(usize::from(end)..);
            if hidden.is_none() && behind.is_some_and(go_colon::goes_on) {
                let message = COLON.to_owned();
                return Err(Refusal::Invalid { at: end, message });
            }
        }
        lower(&mut lowering, &event, span, &mut offsets, hidden)
            .map_err(|overflow| Refusal::Overflow { at, overflow })?;
    }
    Ok(())
}

/// The place of the bracket or comma that is one too many.
fn nth_flow_token(source: &str, limit: usize) -> Option<TextSize> {
    if source.len() <= limit {
        return None;
    }
    let at = memchr::memchr3_iter(b',', b'[', b'{', source.as_bytes()).nth(limit)?;
    TextSize::try_from(at).ok()
}

fn lower(
    lowering: &mut Lowering<'_, '_>,
    event: &Event<'_>,
    span: Span,
    offsets: &mut Offsets<'_>,
    hidden: Option<&Hidden>,
) -> Result<(), Overflow> {
    match event {
        Event::Alias(_) => lowering.alias(offsets.range(span)),
        Event::Scalar(value, style, anchor, tag) => {
            let value = match hidden {
                Some(hidden) => hidden.reveal(value),
                None => Cow::Borrowed(value.as_ref()),
            };
            let scalar = Scalar {
                value: &value,
                style: match style {
                    Style::Plain => ScalarStyle::Plain,
                    Style::SingleQuoted => ScalarStyle::SingleQuoted,
                    Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
                    Style::Literal => ScalarStyle::Literal,
                    Style::Folded => ScalarStyle::Folded,
                },
                has_properties: *anchor > 0 || tag.is_some(),
                range: offsets.range(span),
            };
            lowering.scalar(&scalar);
            Ok(())
        }
        Event::SequenceStart(anchor, tag) => {
            lowering.open(b'[', *anchor > 0 || tag.is_some(), offsets.range(span))
        }
        Event::MappingStart(anchor, tag) => {
            lowering.open(b'{', *anchor > 0 || tag.is_some(), offsets.range(span))
        }
        Event::SequenceEnd | Event::MappingEnd => {
            lowering.close(offsets.offset(span.start.index()));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn refuse(error: &ScanError, offsets: &mut Offsets<'_>) -> Refusal {
    let at = offsets.offset(error.marker().index());
    if error.info() == "recursion limit exceeded" {
        return Refusal::Overflow {
            at,
            overflow: Overflow::Depth,
        };
    }
    Refusal::Invalid {
        at,
        message: error.info().to_owned(),
    }
}

/// From saphyr's marks, which count characters, to bytes of the text. Marks come nearly in order, so the
/// way from the last one is short.
struct Offsets<'s> {
    source: &'s str,
    base: TextSize,
    ascii: bool,
    /// The last character asked for, and its byte.
    character: usize,
    byte: usize,
}

impl<'s> Offsets<'s> {
    fn new(source: &'s str, base: TextSize) -> Self {
        Self {
            source,
            base,
            ascii: source.is_ascii(),
            character: 0,
            byte: 0,
        }
    }

    fn offset(&mut self, character: usize) -> TextSize {
        let byte = if self.ascii {
            character.min(self.source.len())
        } else {
            self.walk(character)
        };
        self.base + TextSize::try_from(byte).unwrap_or_default()
    }

    fn range(&mut self, span: Span) -> TextRange {
        let start = self.offset(span.start.index());
        TextRange::new(start, self.offset(span.end.index()).max(start))
    }

    fn walk(&mut self, character: usize) -> usize {
        let bytes = self.source.as_bytes();
        while self.character < character && self.byte < bytes.len() {
            self.byte += 1;
            while !self.source.is_char_boundary(self.byte) {
                self.byte += 1;
            }
            self.character += 1;
        }
        while self.character > character {
            self.byte -= 1;
            while !self.source.is_char_boundary(self.byte) {
                self.byte -= 1;
            }
            self.character -= 1;
        }
        self.byte
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{outline, values};
    use crate::{ScalarStyle, Tree};

    /// Every node's source text, parents first; `@7` is an empty value at byte 7.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let tree = Tree::parse(text);
        assert_eq!(tree.errors(), [], "{text:?}");
        assert_eq!(outline(&tree), expected, "{text:?}");
    }

    #[test]
    fn plain_scalars() {
        check("a: b", &["a: b", "a", "b"]);
        check("a:   b c   # d\n", &["a:   b c", "a", "b c"]);
        check(
            "a: b\n  c\n\n  d\ne: f",
            &["a: b\n  c\n\n  d\ne: f", "a", "b\n  c\n\n  d", "e", "f"],
        );
        check("just words\nmore\n", &["just words\nmore"]);
        assert_eq!(values("a: b\n  c\n\n  d\n"), ["a", "b c\nd"]);
    }

    #[test]
    fn quoted_scalars() {
        check("a: 'b' # 'c'\n", &["a: 'b'", "a", "'b'"]);
        check("'a' : \"b\"  \n", &["'a' : \"b\"", "'a'", "\"b\""]);
        check("a: 'it''s'  # no", &["a: 'it''s'", "a", "'it''s'"]);
        check(
            "a: \"q\\\"\\\\\" # no",
            &["a: \"q\\\"\\\\\"", "a", "\"q\\\"\\\\\""],
        );
        check("a: 'b\\'", &["a: 'b\\'", "a", "'b\\'"]);
        check(
            "a: 'b\n  c' # d\ne:",
            &["a: 'b\n  c' # d\ne:", "a", "'b\n  c'", "e", "@17"],
        );
        check("['a','b']", &["['a','b']", "'a'", "'b'"]);
        check("a: ''", &["a: ''", "a", "''"]);
        assert_eq!(
            values("a: 'it''s'\nb: \"x\\ny\\u00e9\""),
            ["a", "it's", "b", "x\nyé"]
        );
    }

    #[test]
    fn block_scalars() {
        check(
            "a: |\n  b\n  c\n\n\nd: e",
            &["a: |\n  b\n  c\n\n\nd: e", "a", "|\n  b\n  c", "d", "e"],
        );
        check(
            "a: |- # no | pipe\n  b\n",
            &["a: |- # no | pipe\n  b", "a", "|- # no | pipe\n  b"],
        );
        check("a: >2+\n   b\n\n", &["a: >2+\n   b", "a", ">2+\n   b"]);
        check(
            "- |\n b  \n# c\n- >-\n  d",
            &["|\n b  \n# c\n- >-\n  d", "|\n b  ", ">-\n  d"],
        );
        check("a: |\n\n\n  b\n", &["a: |\n\n\n  b", "a", "|\n\n\n  b"]);
        check("a: # x\n  |\n  b\n", &["a: # x\n  |\n  b", "a", "|\n  b"]);
        check(
            "a:\n  # | x\n  >\n  b\n",
            &["a:\n  # | x\n  >\n  b", "a", ">\n  b"],
        );
        check("|\nroot\n", &["|\nroot"]);
        check("--- |\n root\n", &["|\n root"]);
        assert_eq!(
            values("a: >2+\n   b\n\nc: |-\n  x\n\n"),
            ["a", " b\n\n", "c", "x"]
        );
    }

    #[test]
    fn empty_block_scalars() {
        check("a: |\nb: c", &["a: |\nb: c", "a", "|", "b", "c"]);
        check("a: >-  # c\n\n\n", &["a: >-", "a", ">-"]);
        check("- |+\n\n- x", &["|+\n\n- x", "|+", "x"]);
        check("a: |", &["a: |", "a", "|"]);
    }

    #[test]
    fn empty_values_stand_behind_their_indicator() {
        check("a:", &["a:", "a", "@2"]);
        check("a: # c\nb:\n", &["a: # c\nb:", "a", "@2", "b", "@9"]);
        check("- \n- a\n-", &[" \n- a\n-", "@1", "a", "@8"]);
        check("a:\n-\n- b\n", &["a:\n-\n- b", "a", "\n- b", "@4", "b"]);
        check("- - \n  - x\n", &[" \n  - x", " \n  - x", "@3", "x"]);
        check("{a, b: }", &["{a, b: }", "a", "@2", "b", "@6"]);
        check("{a: , b}", &["{a: , b}", "a", "@3", "b", "@7"]);
        check("{\n  a: # c\n}", &["{\n  a: # c\n}", "a", "@6"]);
        check("? x", &["x", "x", "@3"]);
        check("? x\n? y\n: z\n", &["x\n? y\n: z", "x", "@3", "y", "z"]);
        check("?\n: v", &["\n: v", "@1", "v"]);
        check(": v", &[": v", "@0", "v"]);
        check(
            "a:\n  - b:\n  -\n    c:\n",
            &[
                "a:\n  - b:\n  -\n    c:",
                "a",
                "b:\n  -\n    c:",
                "b:",
                "b",
                "@9",
                "c:",
                "c",
                "@20",
            ],
        );
    }

    #[test]
    fn anchors_and_tags() {
        check(
            "a: &x b\nc: *x",
            &["a: &x b\nc: *x", "a", "&x b", "c", "*x"],
        );
        check("a: !t b", &["a: !t b", "a", "!t b"]);
        check(
            "a: !!str &x 'b' # c",
            &["a: !!str &x 'b'", "a", "&x !!str 'b'"],
        );
        check(
            "a: &x !<tag:x,y> |\n  b",
            &["a: &x !<tag:x,y> |\n  b", "a", "&x !<tag:x,y> |\n  b"],
        );
        check(
            "a: &x\n  b: c",
            &["a: &x\n  b: c", "a", "&x b: c", "b", "c"],
        );
        check(
            "a: # d\n  &x # e\n  b: c",
            &["a: # d\n  &x # e\n  b: c", "a", "&x b: c", "b", "c"],
        );
        check("a: &x\n- b", &["a: &x\n- b", "a", "&x b", "b"]);
        check("&m\n&k a: &v b", &["&m a: &v b", "&k a", "&v b"]);
        check(
            "- &x {a: b}\n- &y [c]",
            &["{a: b}\n- &y [c]", "&x {a: b}", "a", "b", "&y [c]", "c"],
        );
        check(
            "[&x a, !t b,&y]",
            &["[&x a, !t b,&y]", "&x a", "!t b", "&y @14"],
        );
        check(
            "a: &x\nb: !!null\nc: d",
            &[
                "a: &x\nb: !!null\nc: d",
                "a",
                "&x @5",
                "b",
                "!!null @15",
                "c",
                "d",
            ],
        );
        check("--- !t\na: b", &["!t a: b", "a", "b"]);
        check("--- &x\n# c\na: b", &["&x a: b", "a", "b"]);
        check("- ! a", &["a", "! a"]);
    }

    #[test]
    fn aliases() {
        check(
            "- &a x\n- *a # c\n- {*a : b}",
            &[
                "x\n- *a # c\n- {*a : b}",
                "&a x",
                "*a",
                "{*a : b}",
                "*a",
                "b",
            ],
        );
        let tree = Tree::parse(
            "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse:\n  <<: [*m, *b]\n  x: 9\n",
        );
        let used = tree
            .document(0)
            .unwrap()
            .root()
            .unwrap()
            .get("use")
            .unwrap();
        let value = |key| used.get(key).and_then(|node| node.as_str());
        assert_eq!(
            [value("x"), value("y"), value("z"), value("w")],
            [Some("9"), Some("3"), Some("4"), None]
        );
    }

    #[test]
    fn an_anchor_is_of_its_document() {
        let tree = Tree::parse("a: &x 1\n---\nb: *x\n");
        assert_eq!(tree.errors().len(), 1);
    }

    #[test]
    fn an_alias_inside_its_own_value_stands_for_nothing() {
        let tree = Tree::parse("a: &x\n  b: *x\n");
        let alias = tree
            .document(0)
            .unwrap()
            .root()
            .unwrap()
            .at(&["a", "b"])
            .unwrap();
        assert_eq!(alias.resolve(), alias);
        assert_eq!(&tree.text()[tree.errors()[0].range], "*x");
    }

    #[test]
    fn flow_collections() {
        check("a: [b, c] # d", &["a: [b, c]", "a", "[b, c]", "b", "c"]);
        check(
            "[\n  a, # x\n  b\n  ,\n] # c\n",
            &["[\n  a, # x\n  b\n  ,\n]", "a", "b"],
        );
        check(
            "{a: {b: [c]}}",
            &["{a: {b: [c]}}", "a", "{b: [c]}", "b", "[c]", "c"],
        );
        check("[a: b, c]", &["[a: b, c]", "a: b", "a", "b", "c"]);
        check(
            "[{a: b}: c]",
            &["[{a: b}: c]", "{a: b}: c", "{a: b}", "a", "b", "c"],
        );
        check("{a: b}: c", &["{a: b}: c", "{a: b}", "a", "b", "c"]);
        check("[a]: [b]", &["[a]: [b]", "[a]", "a", "[b]", "b"]);
        check(
            "- [a]\n- {}\n- []",
            &["[a]\n- {}\n- []", "[a]", "a", "{}", "[]"],
        );
        check("{\"a\":1}", &["{\"a\":1}", "\"a\"", "1"]);
        check("[[a]]", &["[[a]]", "[a]", "a"]);
    }

    #[test]
    fn explicit_keys() {
        check(
            "? - a\n  - b\n: c\n",
            &["a\n  - b\n: c", "a\n  - b", "a", "b", "c"],
        );
        check("? a # x\n# y\n: b", &["a # x\n# y\n: b", "a", "b"]);
        check("? |\n  a\n: - b", &["|\n  a\n: - b", "|\n  a", "b", "b"]);
        check("[? a : b]", &["[? a : b]", "a : b", "a", "b"]);
        check("{? a : b, ? c}", &["{? a : b, ? c}", "a", "b", "c", "@13"]);
        check("a: ?b\n?c: d", &["a: ?b\n?c: d", "a", "?b", "?c", "d"]);
    }

    #[test]
    fn characters_that_are_not_ascii() {
        check(
            "ä: ö # ü\nß: 'é' # é\n",
            &["ä: ö # ü\nß: 'é'", "ä", "ö", "ß", "'é'"],
        );
        check(
            "a: |\n  🦀\nb: é",
            &["a: |\n  🦀\nb: é", "a", "|\n  🦀", "b", "é"],
        );
        check(
            "# 🦀🦀\n- é\n- [ß, ]\n- x",
            &["é\n- [ß, ]\n- x", "é", "[ß, ]", "ß", "x"],
        );
        check(
            "\u{feff}a: é\n---\nb: c",
            &["a: é", "a", "é", "b: c", "b", "c"],
        );
    }

    #[test]
    fn line_ends_of_other_systems() {
        check(
            "a: b\r\nc:\r\n  d\r\n  e\r\n",
            &["a: b\r\nc:\r\n  d\r\n  e", "a", "b", "c", "d\r\n  e"],
        );
        check(
            "a: |\r\n  b\r\n\r\nc:\r\n",
            &["a: |\r\n  b\r\n\r\nc:", "a", "|\r\n  b", "c", "@15"],
        );
        check(
            "a: b\rc: |\r  d\r---\re: f",
            &["a: b\rc: |\r  d", "a", "b", "c", "|\r  d", "e: f", "e", "f"],
        );
        assert_eq!(values("a: |\r\n  b\r\n  c\r\n"), ["a", "b\nc\n"]);
    }

    #[test]
    fn documents() {
        check(
            "--- {a: b}\n--- # c\nd\n...\ne\n",
            &["{a: b}", "a", "b", "d", "e"],
        );
        check(
            "%YAML 1.2\n---\na\n...\n%TAG !e! tag:e:\n---\n!e!x b",
            &["a", "!e!x b"],
        );
        check("# c\n---\n---\n\n---\na: b\n---\n", &["a: b", "a", "b"]);
        let tree = Tree::parse("# c\n---\n---\n\n---\na: b\n---\n");
        assert_eq!(tree.documents().len(), 4);
        assert_eq!(Tree::parse("").documents().len(), 1);
        assert_eq!(Tree::parse("# only a comment").documents().len(), 1);
        assert_eq!(Tree::parse("a: 1\n...\n").documents().len(), 1);
        assert_eq!(Tree::parse("---\n").documents().len(), 1);
        assert_eq!(Tree::parse("a: '\n---\n'").documents().len(), 2);
    }

    #[test]
    fn nothing_but_a_node_may_stand_beside_a_marker() {
        assert!(!Tree::parse("--- a: b\n").errors().is_empty());
        assert!(!Tree::parse("a: b\n... c\n").errors().is_empty());
        assert!(Tree::parse("--- # a: b\n").errors().is_empty());
    }

    #[test]
    fn content_ranges_leave_the_quotes_out() {
        let tree = Tree::parse("a: 'b'\nc: \"\"\nd: e");
        let root = tree.document(0).unwrap().root().unwrap();
        let content: Vec<_> = root
            .own_entries()
            .map(|entry| &tree.text()[entry.value.content_range()])
            .collect();
        assert_eq!(content, ["b", "", "e"]);
    }

    #[test]
    fn styles() {
        let tree = Tree::parse("[a, 'b', \"c\"]\n---\n- |\n d\n- >\n e\n");
        let style = |document: usize, item: usize| {
            let root = tree.document(document).unwrap().root().unwrap();
            root.items().nth(item).unwrap().scalar().unwrap().1
        };
        assert_eq!(
            [style(0, 0), style(0, 1), style(0, 2)],
            [
                ScalarStyle::Plain,
                ScalarStyle::SingleQuoted,
                ScalarStyle::DoubleQuoted
            ]
        );
        assert_eq!(
            [style(1, 0), style(1, 1)],
            [ScalarStyle::Literal, ScalarStyle::Folded]
        );
    }
}
