//! From what the strict parser says to what a person needs: the place to fix, one sentence, and what to
//! do.
//!
//! The parser stops where it can no longer go on, which is often a line or more behind the cause, and it
//! speaks of tokens. So the text around that place is looked at with the eyes of a person: an open quote
//! or bracket, a tab, half a key, a line that is indented like nothing above it.

mod structure;
mod values;

use text_size::{TextRange, TextSize};

use crate::before::{Before, Line};
use crate::tree::SyntaxError;

/// Explains why a document is not YAML. `at` is where the strict parser stopped, `message` what it said.
pub(crate) fn explain(text: &str, document: TextRange, at: TextSize, message: &str) -> SyntaxError {
    let before = Before::read(text, document, at);
    let place = Place {
        text,
        document,
        at: at.min(document.end()),
        before,
    };
    if at < document.start() {
        return place.here(message, None); // In a directive.
    }
    place
        .conflict()
        .or_else(|| place.tab(message))
        .or_else(|| place.template())
        .or_else(|| place.by_message(message))
        .unwrap_or_else(|| place.here(message, None))
}

struct Place<'t> {
    text: &'t str,
    document: TextRange,
    at: TextSize,
    before: Before,
}

/// Explains an error if it is what it looks for.
type Explain<P> = fn(&P) -> Option<SyntaxError>;

impl<'t> Place<'t> {
    /// What a message of the parser is about.
    const KINDS: [(&'static str, Explain<Self>); 30] = [
        ("quoted scalar, found unexpected", Self::open_quote),
        ("invalid indentation in quoted scalar", Self::open_quote),
        (
            "invalid trailing content after double-quoted",
            Self::behind_quote,
        ),
        ("unknown escape character", Self::escape),
        ("hexadecimal number", Self::escape),
        ("Unicode character escape", Self::escape),
        ("misplaced bracket", Self::closing_bracket),
        ("found unknown anchor", Self::alias),
        ("scanning an anchor or alias", Self::name_missing),
        ("comments must be separated", Self::comment),
        ("comment intercepting", Self::comment_in_value),
        (
            "block scalar, did not find expected comment",
            Self::block_header,
        ),
        ("handle wasn't declared", Self::tag),
        ("unprintable character", Self::nul),
        ("byte order mark", Self::byte_order_mark),
        ("document end marker", Self::behind_marker),
        // From here on an open bracket is the likelier cause.
        ("", Self::open_bracket),
        ("unexpected character", Self::first_character),
        ("did not find expected node content", Self::first_character),
        ("simple key expect", Self::half_key),
        ("are not allowed in this context", Self::beside_marker),
        ("mapping values are not allowed", Self::two_values),
        (
            "block sequence entries are not allowed",
            Self::list_beside_key,
        ),
        ("mapping keys are not allowed", Self::first_character),
        ("did not find expected key", Self::no_key),
        ("expected '-' indicator", Self::no_item),
        ("expected <document start>", Self::marker_missing),
        ("expected <document start>", Self::no_key),
        ("invalid indentation", Self::indentation),
        ("wrongly indented", Self::indentation),
    ];

    fn by_message(&self, message: &str) -> Option<SyntaxError> {
        Self::KINDS
            .iter()
            .filter(|(part, _)| message.contains(part))
            .find_map(|(_, explain)| explain(self))
    }

    fn conflict(&self) -> Option<SyntaxError> {
        let is_marker = |line: &Line<'_>| {
            ["<<<<<<< ", ">>>>>>> ", "||||||| "]
                .iter()
                .any(|marker| line.text.starts_with(marker))
                || line.text == "======="
        };
        let marker = Line::all(self.text, self.document).find(is_marker)?;
        Some(error(
            marker.range(),
            "a merge conflict is not resolved".to_owned(),
            "keep one of the two sides and delete the lines with the markers",
        ))
    }

    fn tab(&self, message: &str) -> Option<SyntaxError> {
        let about_tabs = message
            .split([' ', ','])
            .any(|word| matches!(word, "tab" | "tabs"))
            || message.contains("valid YAML whitespace")
            || &self.text[self.character()] == "\t";
        let below = TextRange::new(self.line().start, self.document.end());
        let tab = if about_tabs {
            Line::all(self.text, below).find_map(tab_in_indentation)
        } else {
            [self.line_above(), Some(self.line())]
                .into_iter()
                .flatten()
                .find_map(tab_in_indentation)
        };
        match tab {
            Some(range) => Some(error(
                range,
                "a tab is used for indentation".to_owned(),
                "indent with spaces; YAML allows no tab there",
            )),
            None if about_tabs => {
                let line = self.line();
                let column = usize::from(self.at - line.start).min(line.text.len());
                let (before, behind) = line.text.split_at(column);
                let tab = before
                    .rfind('\t')
                    .or(behind.find('\t').map(|at| column + at));
                let range = tab.map_or(self.character(), |at| {
                    TextRange::at(line.start + size(at), 1.into())
                });
                Some(error(
                    range,
                    "a tab stands where only spaces may".to_owned(),
                    "use a space",
                ))
            }
            None => None,
        }
    }

    fn template(&self) -> Option<SyntaxError> {
        let line = [Some(self.line()), self.line_above()].into_iter().flatten();
        let (line, at) = line
            .filter_map(|line| Some((line, line.text.find("{{")?)))
            .next()?;
        let len = line.text[at..]
            .find("}}")
            .map_or(line.text.len() - at, |end| end + 2);
        Some(error(
            TextRange::at(line.start + size(at), size(len)),
            "this is a template that is not filled in, and so no YAML".to_owned(),
            "render it first, or put the value in quotes if the braces are meant as they stand",
        ))
    }

    fn here(&self, message: &str, help: Option<String>) -> SyntaxError {
        SyntaxError {
            range: self.character(),
            message: message.to_owned(),
            help,
            is_limit: false,
        }
    }

    fn line(&self) -> Line<'t> {
        Line::around(self.text, self.document, self.at)
    }

    fn line_above(&self) -> Option<Line<'t>> {
        self.line().above(self.text, self.document)
    }

    /// The character at which the parser stopped; nothing at a line's end.
    fn character(&self) -> TextRange {
        let next = self.text[self.at.into()..self.document.end().max(self.at).into()]
            .chars()
            .next();
        let next = next.filter(|c| *c != '\n' && *c != '\r');
        TextRange::at(self.at, next.map_or(0.into(), TextSize::of))
    }

    fn word(&self) -> TextRange {
        let rest = &self.text[self.rest_of_line()];
        let len = rest
            .find([' ', '\t', ',', '[', ']', '{', '}'])
            .unwrap_or(rest.len());
        TextRange::at(self.at, size(len))
    }

    fn rest_of_line(&self) -> TextRange {
        let end = self.line().range_of_content().end();
        TextRange::new(self.at.min(end), end)
    }
}

/// A name as far as a message can show it.
fn shown(name: &str) -> String {
    const MOST: usize = 60;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn error(range: TextRange, message: String, help: &str) -> SyntaxError {
    SyntaxError {
        range,
        message,
        help: Some(help.to_owned()),
        is_limit: false,
    }
}

/// The tabs in the indentation of a line that has more than that.
fn tab_in_indentation(line: Line<'_>) -> Option<TextRange> {
    let indent = &line.text[..line.indent()];
    let at = indent.find('\t')?;
    let len = indent[at..]
        .bytes()
        .take_while(|byte| *byte == b'\t')
        .count();
    (!line.content().is_empty()).then(|| TextRange::at(line.start + size(at), size(len)))
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use crate::Tree;

    /// The text with `«…»` around the place of its one error, and the sentence.
    fn explained(text: &str) -> (String, String) {
        let tree = Tree::parse(text);
        let [error] = tree.errors() else {
            panic!("{text:?} has {:?}", tree.errors())
        };
        assert!(
            error.help.is_some(),
            "{text:?}: no help with {:?}",
            error.message
        );
        let (start, end) = (
            usize::from(error.range.start()),
            usize::from(error.range.end()),
        );
        let marked = format!("{}«{}»{}", &text[..start], &text[start..end], &text[end..]);
        (marked, error.message.clone())
    }

    #[track_caller]
    fn check(marked: &str, message: &str) {
        let text = marked.replace(['«', '»'], "");
        assert_eq!(explained(&text), (marked.to_owned(), message.to_owned()));
    }

    #[test]
    fn tabs() {
        let message = "a tab is used for indentation";
        check("m:\n«\t»a: b\n", message);
        check("m:\n  a: b\n«\t»c: d\n", message);
        check("m:\n  a: b\n  «\t»c: d\n", message);
        check("m:\n  a: |\n«\t»d\n", message);
        check("m:\n  «\t»a: b\n  c: d\n", message);
        check("- «\t»- a\n", "a tab stands where only spaces may");
    }

    #[test]
    fn quotes() {
        let open = "this quote is never closed";
        check("a: «\"»b\nc: d\n", open);
        check("a: «\"»b\nc: \"d\"\n", open);
        check("m:\n  a: «'»b\n  c: d\nn: e\n", open);
        check("a: «'»b\n---\nc: d\n", open);
        let behind = "there is text behind the closing quote";
        check("a: 'it'«s'»\n", behind);
        check("a: 'b'«c»\n", behind);
        check("a: \"b\" «c: d»\n", behind);
        check("a: \"b «\\d» c\"\n", "`\\d` is no escape sequence");
        check("a: \"\\\\ \\n «\\x»zz\"\n", "`\\x` is no escape sequence");
    }

    #[test]
    fn brackets() {
        let open = "this `[` is never closed";
        check("m:\n  a: «[»b, c\n  d: e\nn: f\n", open);
        check("a: «[»b,\n", open);
        check("a: «{»b: c\nd: e\n", "this `{` is never closed");
        check("a: [b]«]»\n", "this `]` closes nothing");
        check("a: «[»b c: d }\n", open);
        check(
            "a: [b, 'c' «d]»\n",
            "there is text behind the closing quote",
        );
        check(
            "a: [b, c]«d»\n",
            "there is text behind the end of the value",
        );
        check("# it's [\na: it's [\nb: |\n  [\nc: «[»\n", open);
    }

    #[test]
    fn keys() {
        let no_key = "this is no key: it has no `:`";
        check("m:\n  a: b\n  «inter»\n  c: d\n", no_key);
        check("m:\n  «inter»\n  c: d\n", no_key);
        check("«inter»\nc: d\n", no_key);
        check("c: d\n«inter»\n", no_key);
        check("c: d\n«inter»", no_key);
        check("m:\n  a: b\n  «inter»", no_key);
        check("c: d\n«inter»\n# comment\n\ne: f\n", no_key);
        let colon = "a space is missing behind this colon";
        check("m:\n  a: b\n  interval«:»5m\n  c: d\n", colon);
        check("a«:»b\nc: d\n", colon);
        check(
            "m:\n  a: «b: c»\n  d: e\n",
            "a value cannot hold another `: `",
        );
        check(
            "m:\n  a: b\n    «c»: d\n",
            "this key is indented too far: `a` above it has a value already",
        );
    }

    #[test]
    fn indentation() {
        check(
            "m:\n  a: b\n «c: d»\n",
            "this line is indented by 1 space, like nothing above it",
        );
        check(
            "m:\n    a: b\n  «c: d»\n",
            "this line is indented by 2 spaces, like nothing above it",
        );
        check(
            "  a: b\n«c: d»\n",
            "this line is indented by 0 spaces, like nothing above it",
        );
        check(
            "m:\n  - a: b\n    c: d\n   «e: f»\n",
            "this line is indented by 3 spaces, like nothing above it",
        );
        let tree = Tree::parse("m:\n    a: b\n  c: d\n");
        assert_eq!(
            tree.errors()[0].help.as_deref(),
            Some("indent it by 0 or 4 spaces")
        );
    }

    #[test]
    fn lists() {
        check(
            "m:\n  a: b\n  «-» x\n  c: d\n",
            "a list item stands among the keys of a mapping",
        );
        check("- a\n«b: c»\n", "a key stands among the items of a list");
        check("a: «-» b\n", "a list cannot begin on the line of its key");
    }

    #[test]
    fn aliases() {
        let message = "the alias `*fooo` has no anchor in this document";
        check("a: &foo b\nc: «*fooo»\n", message);
        let tree = Tree::parse("a: &foo b\nc: *fooo\n");
        assert_eq!(
            tree.errors()[0].help.as_deref(),
            Some("the nearest anchor is `&foo`")
        );
        check("a: [«*fooo», b]\n", message);
        check("a: «*»\n", "a name is missing behind `*`");
        check("- «&»\n", "a name is missing behind `&`");
    }

    #[test]
    fn first_characters() {
        check("a: «%»b\n", "a value cannot begin with `%`");
        check("a: «@»b\n", "a value cannot begin with `@`");
        check("a: «?» b\n", "a value cannot begin with `?`");
        check("a: «,» b\n", "a value cannot begin with `,`");
        check("a: «!x!y» b\n", "the tag `!x!y` is not declared");
        check(
            "a: «|x»\n b\n",
            "the text of a block cannot begin beside its `|`",
        );
    }

    #[test]
    fn what_is_no_yaml_at_all() {
        check(
            "a: b\n«<<<<<<< HEAD»\nc: d\n=======\n",
            "a merge conflict is not resolved",
        );
        let template = "this is a template that is not filled in, and so no YAML";
        check("«{{- if x }}»\na: b\n", template);
        check("a: b\n«{{ include \"x\" . }}»\nc: d\n", template);
        check("a: «\0»\n", "a NUL byte, which YAML forbids");
        check(
            "a: b\n«\u{feff}»c: d\n",
            "a byte order mark inside of the text",
        );
    }

    #[test]
    fn documents() {
        check(
            "--- «a: b»\n",
            "a mapping or a list cannot begin on the line of its `---`",
        );
        check(
            "a: b\n... «c»\n",
            "there is text behind the end of the document",
        );
        check("%FOO\n«a: b»\n", "a `---` is missing behind the directives");
    }

    #[test]
    fn errors_come_in_order() {
        let tree = Tree::parse("a: &a [*a]\n---\nb: [\n---\nc: d\n---\n- *x\n");
        let places: Vec<_> = tree
            .errors()
            .iter()
            .map(|error| error.range.start())
            .collect();
        assert_eq!(places.len(), 3);
        assert!(places.is_sorted());
    }
}
