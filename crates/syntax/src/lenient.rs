//! The second strict reader: a port of libyaml, for what kustomize and Flux accept beyond YAML 1.2.
//!
//! They read YAML by go-yaml, which is a port of libyaml too: text in quotes and brackets may be indented less
//! than its key, a comment may follow a quote without a blank, a tab a colon. All of that is common, so a
//! document is called broken only if this reader refuses it as well. It takes several times as long as the
//! first one, and sees only what that one refused.

use std::borrow::Cow;
use std::io::Read as _;

use libyaml_safer::{
    Event, EventData, MappingStyle, Mark, Parser, ScalarStyle as Style, SequenceStyle,
};
use rustc_hash::FxHashSet;
use text_size::{TextRange, TextSize};

use crate::builder::{DocumentBuilder, Overflow};
use crate::go_colon::Hidden;
use crate::lowering::{Lowering, Scalar};
use crate::tree::ScalarStyle;

/// Why this reader gave up.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Not YAML: what the parser says, at this byte of the text.
    Invalid { at: TextSize, message: String },
    /// More than the limits allow.
    Overflow { at: TextSize, overflow: Overflow },
}

/// What libyaml takes for the end of a line or of the text, and nothing else here does. No manifest has them.
const OTHER_ENDS: [char; 4] = ['\u{85}', '\u{2028}', '\u{2029}', '\0'];

/// Reads one document; `source` is its text together with the marker in front of it.
/// What is `hidden` there is read instead of it.
pub(crate) fn read(
    builder: &mut DocumentBuilder<'_>,
    source: TextRange,
    hidden: Option<&Hidden>,
) -> Result<(), Refusal> {
    let text = builder.text();
    // The marks of libyaml leave a byte order mark out.
    if text[source].contains(OTHER_ENDS) || text[source].starts_with('\u{feff}') {
        return Err(Refusal::Invalid {
            at: source.start(),
            message: String::new(),
        });
    }
    // The parser looks a few characters ahead and takes for granted that they are there: a comment closes the
    // text.
    let end: &[u8] = match text[source].ends_with(['\n', '\r']) {
        true => b"####",
        false => b"\n####",
    };
    let mut parser = Parser::new();
    let input = hidden.map_or(&text[source], |hidden| &hidden.text);
    parser.set_input(input.as_bytes().chain(end));
    let mut reading = Reading {
        lowering: Lowering::new(builder),
        hidden,
        source,
        anchors: FxHashSet::default(),
        documents: 0,
    };
    loop {
        let event = parser.parse().map_err(|error| {
            let at = error.problem_mark().map(|mark| reading.offset(mark));
            reading.refuse(at, error.problem())
        })?;
        if matches!(event.data, EventData::StreamEnd) {
            return Ok(());
        }
        reading.event(event)?;
    }
}

struct Reading<'b, 't, 'h> {
    lowering: Lowering<'b, 't>,
    hidden: Option<&'h Hidden>,
    source: TextRange,
    /// libyaml does not look whether an alias has an anchor.
    anchors: FxHashSet<String>,
    documents: usize,
}

impl Reading<'_, '_, '_> {
    fn event(&mut self, event: Event) -> Result<(), Refusal> {
        let at = self.lowering.at();
        let range = TextRange::new(
            self.offset(event.start_mark),
            self.offset(event.end_mark)
                .max(self.offset(event.start_mark)),
        );
        let done = match event.data {
            EventData::DocumentStart { .. } => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(self.refuse(None, "a second document"));
                }
                Ok(())
            }
            EventData::Alias { anchor } => {
                if !self.anchors.contains(&anchor) {
                    return Err(self.refuse(Some(range.start()), "unknown anchor"));
                }
                self.lowering.alias(range)
            }
            EventData::Scalar {
                anchor,
                tag,
                value,
                style,
                ..
            } => {
                let has_properties = anchor.is_some() || tag.is_some();
                self.anchors.extend(anchor);
                let value = match self.hidden {
                    Some(hidden) => hidden.reveal(&value),
                    None => Cow::Borrowed(value.as_str()),
                };
                self.lowering.scalar(&Scalar {
                    value: &value,
                    style: match style {
                        Style::SingleQuoted => ScalarStyle::SingleQuoted,
                        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
                        Style::Literal => ScalarStyle::Literal,
                        Style::Folded => ScalarStyle::Folded,
                        _ => ScalarStyle::Plain,
                    },
                    has_properties,
                    range,
                });
                Ok(())
            }
            EventData::SequenceStart {
                anchor, tag, style, ..
            } => {
                let range = within(range, style == SequenceStyle::Flow);
                let has_properties = anchor.is_some() || tag.is_some();
                self.anchors.extend(anchor);
                self.lowering.open(b'[', has_properties, range)
            }
            EventData::MappingStart {
                anchor, tag, style, ..
            } => {
                let range = within(range, style == MappingStyle::Flow);
                let has_properties = anchor.is_some() || tag.is_some();
                self.anchors.extend(anchor);
                self.lowering.open(b'{', has_properties, range)
            }
            EventData::SequenceEnd | EventData::MappingEnd => {
                self.lowering.close(range.start());
                Ok(())
            }
            _ => Ok(()),
        };
        done.map_err(|overflow| Refusal::Overflow { at, overflow })
    }

    fn refuse(&self, at: Option<TextSize>, message: &str) -> Refusal {
        // In the words of the first reader, so that one explanation serves.
        let message = match message {
            "could not find expected ':'" => "simple key expect ':'",
            other => other,
        };
        Refusal::Invalid {
            at: at.unwrap_or_else(|| self.lowering.at()),
            message: message.to_owned(),
        }
    }

    fn offset(&self, mark: Mark) -> TextSize {
        let at = TextSize::try_from(mark.index as usize).unwrap_or_default();
        (self.source.start() + at).min(self.source.end())
    }
}

/// The range of the opening bracket; an empty one for a block, whose mark may span its first key.
fn within(range: TextRange, flow: bool) -> TextRange {
    if flow {
        range
    } else {
        TextRange::empty(range.start())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{outline, values};
    use crate::{Reader, Tree};

    /// Every node's source text, parents first.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let tree = Tree::parse(text);
        assert_eq!(tree.errors(), [], "{text:?}");
        assert_eq!(tree.document(0).unwrap().reader(), Reader::Strict);
        assert_eq!(outline(&tree), expected, "{text:?}");
    }

    #[test]
    fn brackets_may_close_at_the_column_of_their_key() {
        let list = "args: [\n  \"--port\", 80\n]";
        check(
            &format!("{list}\nb: c\n"),
            &[
                &format!("{list}\nb: c"),
                "args",
                "[\n  \"--port\", 80\n]",
                "\"--port\"",
                "80",
                "b",
                "c",
            ],
        );
        check(
            "a: {\nb: 1,\n# c\n}\n",
            &["a: {\nb: 1,\n# c\n}", "a", "{\nb: 1,\n# c\n}", "b", "1"],
        );
        check(
            "a: [b,\n\tc]",
            &["a: [b,\n\tc]", "a", "[b,\n\tc]", "b", "c"],
        );
        check(
            "- x: [a: b\n]",
            &[
                "x: [a: b\n]",
                "x: [a: b\n]",
                "x",
                "[a: b\n]",
                "a: b",
                "a",
                "b",
            ],
        );
    }

    #[test]
    fn quoted_text_may_go_on_anywhere() {
        check(
            "a: \"b\nc\"\nd: e",
            &["a: \"b\nc\"\nd: e", "a", "\"b\nc\"", "d", "e"],
        );
        assert_eq!(values("a: 'b\n\nc'\nd: é"), ["a", "b\nc", "d", "é"]);
    }

    #[test]
    fn a_comment_may_follow_at_once() {
        check(
            "a: \"b\"#c\nd: [e,#f\n  g]",
            &[
                "a: \"b\"#c\nd: [e,#f\n  g]",
                "a",
                "\"b\"",
                "d",
                "[e,#f\n  g]",
                "e",
                "g",
            ],
        );
    }

    #[test]
    fn a_tab_may_follow_a_colon() {
        check(
            "a:\tb\nc: &x\t!!str [\nd]",
            &[
                "a:\tb\nc: &x\t!!str [\nd]",
                "a",
                "b",
                "c",
                "&x !!str [\nd]",
                "d",
            ],
        );
    }

    #[test]
    fn an_alias_needs_an_anchor_here_too() {
        let tree = Tree::parse("a: [\n*b\n]\n");
        assert_eq!(tree.document(0).unwrap().reader(), Reader::Tolerant);
        check(
            "a: &b c\nd: [\n*b\n]",
            &["a: &b c\nd: [\n*b\n]", "a", "&b c", "d", "[\n*b\n]", "*b"],
        );
    }

    #[test]
    fn what_go_yaml_refuses_is_refused() {
        for text in [
            "a: [b\n",
            "a: 'b\n",
            "a: b: c\n",
            "a:\n\tb: c\n",
            "a: b\n c: d\n",
        ] {
            let tree = Tree::parse(text);
            assert_eq!(
                tree.document(0).unwrap().reader(),
                Reader::Tolerant,
                "{text:?}"
            );
        }
    }
}
