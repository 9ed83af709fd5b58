//! From what the strict parser says to what a person needs: the place to fix, one sentence, and what to
//! do.
//!
//! The parser stops where it can no longer go on, which is often a line or more behind the cause, and it
//! speaks of tokens. So the text around that place is looked at with the eyes of a person: an open quote
//! or bracket, a tab, half a key, a line that is indented like nothing above it.

use text_size::{TextRange, TextSize};

use crate::before::{Before, Line};
use crate::nearest::nearest;
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
            || message.contains("valid YAML whitespace");
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

    fn open_quote(&self) -> Option<SyntaxError> {
        let quote = self.text[self.at.into()..]
            .chars()
            .next()
            .filter(|c| matches!(c, '\'' | '"'))?;
        Some(error(
            self.character(),
            "this quote is never closed".to_owned(),
            &format!("end the value with `{quote}`"),
        ))
    }

    fn behind_quote(&self) -> Option<SyntaxError> {
        let quoted = self.before.quoted?;
        let line = self.line();
        if quoted.start() < line.start {
            return Place {
                at: quoted.start(),
                before: Before::default(),
                ..*self
            }
            .open_quote();
        }
        let help = if self.text[quoted].starts_with('\'') {
            "write a `'` inside of single quotes twice, or use double quotes"
        } else {
            "write a `\"` inside of double quotes as `\\\"`, or use single quotes"
        };
        Some(error(
            self.rest_of_line(),
            "there is text behind the closing quote".to_owned(),
            help,
        ))
    }

    fn escape(&self) -> Option<SyntaxError> {
        let scalar = &self.text[self.at.into()..self.document.end().into()];
        let mut escapes = scalar.match_indices('\\').filter(|(at, _)| {
            let backslashes = scalar[..*at]
                .bytes()
                .rev()
                .take_while(|byte| *byte == b'\\')
                .count();
            backslashes % 2 == 0
        });
        let (at, len) = escapes.find_map(|(at, _)| {
            let next = scalar[at + 1..].chars().next()?;
            let digits = match next {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ if "0abt\tnvfre \"/\\N_LP\n\r".contains(next) => return None,
                _ => return Some((at, 1 + next.len_utf8())),
            };
            let code = scalar.get(at + 2..at + 2 + digits);
            let code = code
                .and_then(|code| u32::from_str_radix(code, 16).ok())
                .and_then(char::from_u32);
            code.is_none().then_some((at, 2))
        })?;
        let range = TextRange::at(self.at + size(at), size(len));
        Some(error(
            range,
            format!("`{}` is no escape sequence", &self.text[range]),
            "use single quotes, or write the backslash twice",
        ))
    }

    fn open_bracket(&self) -> Option<SyntaxError> {
        let bracket = *self.before.brackets.last()?;
        let (open, close) = match self.text.as_bytes().get(usize::from(bracket)) {
            Some(b'[') => ('[', ']'),
            _ => ('{', '}'),
        };
        let next = self.text[self.at.into()..].chars().next();
        if self.line().start > bracket || next.is_none_or(|c| c == '\n' || c == '\r') {
            return Some(error(
                TextRange::at(bracket, 1.into()),
                format!("this `{open}` is never closed"),
                &format!("end the value with `{close}`"),
            ));
        }
        Some(error(
            self.character(),
            format!("a `,` or `{close}` is missing in front of this"),
            "separate the entries by commas, and put values with brackets, commas or `: ` in quotes",
        ))
    }

    fn closing_bracket(&self) -> Option<SyntaxError> {
        let found = &self.text[self.character()];
        Some(error(
            self.character(),
            format!("this `{found}` closes nothing"),
            "delete it, or put the value in quotes",
        ))
    }

    fn alias(&self) -> Option<SyntaxError> {
        let word = self.word();
        let name = self.text[word].strip_prefix('*')?;
        let message = format!(
            "the alias `*{}` has no anchor in this document",
            shown(name)
        );
        let help = match nearest(
            name,
            anchors(&self.text[TextRange::new(self.document.start(), self.at)]),
        ) {
            Some(nearest) => format!("the nearest anchor is `&{nearest}`"),
            None => format!(
                "set `&{}` in front of the value that it repeats, or put the value in quotes",
                shown(name)
            ),
        };
        Some(error(word, message, &help))
    }

    fn name_missing(&self) -> Option<SyntaxError> {
        let sign = &self.text[self.character()];
        Some(error(
            self.character(),
            format!("a name is missing behind `{sign}`"),
            "name an anchor of this document, or put the value in quotes",
        ))
    }

    fn comment(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a space is missing in front of this comment".to_owned(),
            "put a space in front of the `#`",
        ))
    }

    fn comment_in_value(&self) -> Option<SyntaxError> {
        Some(error(
            self.rest_of_line(),
            "a comment cannot stand inside of a value that goes on below".to_owned(),
            "put the comment above the value, or the value on one line",
        ))
    }

    fn block_header(&self) -> Option<SyntaxError> {
        let range = self.rest_of_line();
        Some(error(
            range,
            format!(
                "the text of a block cannot begin beside its `{}`",
                &self.text[self.character()]
            ),
            "begin the text on the next line, or put the value in quotes",
        ))
    }

    fn tag(&self) -> Option<SyntaxError> {
        let word = self.word();
        Some(error(
            word,
            format!("the tag `{}` is not declared", shown(&self.text[word])),
            "put the value in quotes if it is no tag",
        ))
    }

    fn nul(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a NUL byte, which YAML forbids".to_owned(),
            "delete it",
        ))
    }

    fn byte_order_mark(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a byte order mark inside of the text".to_owned(),
            "delete the invisible character U+FEFF",
        ))
    }

    fn behind_marker(&self) -> Option<SyntaxError> {
        Some(error(
            self.rest_of_line(),
            "there is text behind the end of the document".to_owned(),
            "begin another document with `---`",
        ))
    }

    fn first_character(&self) -> Option<SyntaxError> {
        let found = &self.text[self.character()];
        (!found.is_empty()).then(|| {
            error(
                self.character(),
                format!("a value cannot begin with `{found}`"),
                "put the value in quotes",
            )
        })
    }

    /// A line that should be a key but has no `:`; the parser stops behind it.
    fn half_key(&self) -> Option<SyntaxError> {
        self.no_colon(self.line_above()?)
    }

    fn no_colon(&self, line: Line<'t>) -> Option<SyntaxError> {
        let content = line.content();
        if content.contains(": ") || content.ends_with(':') || content.starts_with("- ") {
            return None;
        }
        let start = line.start + size(line.indent());
        if let Some(colon) = content.find(':') {
            return Some(error(
                TextRange::at(start + size(colon), 1.into()),
                "a space is missing behind this colon".to_owned(),
                "put a space between the key and its value",
            ));
        }
        Some(error(
            TextRange::at(start, TextSize::of(content)),
            "this is no key: it has no `:`".to_owned(),
            "put a `:` behind the key, or delete the line",
        ))
    }

    /// A `: ` where there is a value already.
    fn two_values(&self) -> Option<SyntaxError> {
        let line = self.line();
        let column = usize::from(self.at - line.start);
        let start = line.start + size(line.indent());
        if let Some(first) = line.text.get(..column).and_then(|before| before.find(": ")) {
            let value = line.text[first + 2..].trim_start();
            let range =
                TextRange::new(line.range().end() - TextSize::of(value), line.range().end());
            return Some(error(
                range,
                "a value cannot hold another `: `".to_owned(),
                "put the value in quotes, or the second key on a line of its own",
            ));
        }
        let key = TextRange::new(start, self.at.max(start));
        let above = self.line_above()?;
        if line.indent() <= above.indent() {
            return self.no_colon(above);
        }
        let above_key = above.content().split(':').next().unwrap_or_default();
        Some(error(
            key,
            format!(
                "this key is indented too far: `{}` above it has a value already",
                shown(above_key)
            ),
            &format!(
                "indent it by {}, like the line above",
                spaces(&above.indent().to_string())
            ),
        ))
    }

    fn list_beside_key(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a list cannot begin on the line of its key".to_owned(),
            "begin it on the next line, or write it in brackets",
        ))
    }

    fn no_key(&self) -> Option<SyntaxError> {
        let line = self.line();
        let is_item = line.content().starts_with('-');
        if !is_item && usize::from(self.at - line.start) > line.indent() {
            return Some(error(
                self.rest_of_line(),
                "there is text behind the end of the value".to_owned(),
                "put the whole value in quotes",
            ));
        }
        if is_item && self.before.columns.contains(&line.indent()) {
            return Some(error(
                TextRange::at(line.start + size(line.indent()), 1.into()),
                "a list item stands among the keys of a mapping".to_owned(),
                "put it below a key that has no value yet",
            ));
        }
        self.indentation()
    }

    fn no_item(&self) -> Option<SyntaxError> {
        let line = self.line();
        if !self.before.columns.contains(&line.indent()) {
            return self.indentation();
        }
        Some(error(
            line.range_of_content(),
            "a key stands among the items of a list".to_owned(),
            "begin the line with `- `, or indent it like the keys of the item above",
        ))
    }

    fn indentation(&self) -> Option<SyntaxError> {
        let line = self.line();
        let mut choices: Vec<String> = self.before.columns.iter().map(usize::to_string).collect();
        let last = choices.pop()?;
        let choices = if choices.is_empty() {
            spaces(&last)
        } else {
            format!("{} or {}", choices.join(", "), spaces(&last))
        };
        Some(error(
            line.range_of_content(),
            format!(
                "this line is indented by {}, like nothing above it",
                spaces(&line.indent().to_string())
            ),
            &format!("indent it by {choices}"),
        ))
    }

    /// Directives need a marker behind them.
    fn marker_missing(&self) -> Option<SyntaxError> {
        let has_directives = self.text[self.document].trim_start().starts_with('%');
        has_directives.then(|| {
            error(
                self.line().range_of_content(),
                "a `---` is missing behind the directives".to_owned(),
                "put `---` on a line of its own above this one",
            )
        })
    }

    /// What a marker has on its line may not be a mapping or a list.
    fn beside_marker(&self) -> Option<SyntaxError> {
        let line_start = self.line().start;
        (line_start == self.document.start() && self.text[..line_start.into()].ends_with("---"))
            .then(|| {
                error(
                    self.line().range_of_content(),
                    "a mapping or a list cannot begin on the line of its `---`".to_owned(),
                    "begin it on the next line",
                )
            })
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

fn spaces(number: &str) -> String {
    if number == "1" {
        "1 space".to_owned()
    } else {
        format!("{number} spaces")
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

/// The names of the anchors in a text.
fn anchors(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r', '[', '{', ','])
        .filter_map(|word| word.strip_prefix('&'))
        .filter(|name| !name.is_empty())
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
