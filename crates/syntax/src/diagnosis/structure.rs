//! Lines that do not fit together: keys, items, indentation, markers of documents.

use text_size::{TextRange, TextSize};

use super::{Place, error, shown, size};
use crate::before::Line;
use crate::tree::SyntaxError;

impl<'t> Place<'t> {
    /// A line that should be a key but has no `:`; the parser stops behind it.
    pub(super) fn half_key(&self) -> Option<SyntaxError> {
        // At the end of a text without a line break the parser still is on the line that it means.
        let here = self.line();
        let last = self.at == self.document.end() && !here.content().is_empty();
        let half = last.then(|| self.no_colon(here)).flatten();
        half.or_else(|| self.no_colon(self.line_above()?))
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
    pub(super) fn two_values(&self) -> Option<SyntaxError> {
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

    pub(super) fn list_beside_key(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a list cannot begin on the line of its key".to_owned(),
            "begin it on the next line, or write it in brackets",
        ))
    }

    pub(super) fn no_key(&self) -> Option<SyntaxError> {
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

    pub(super) fn no_item(&self) -> Option<SyntaxError> {
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

    pub(super) fn indentation(&self) -> Option<SyntaxError> {
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
    pub(super) fn marker_missing(&self) -> Option<SyntaxError> {
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
    pub(super) fn beside_marker(&self) -> Option<SyntaxError> {
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

    pub(super) fn behind_marker(&self) -> Option<SyntaxError> {
        Some(error(
            self.rest_of_line(),
            "there is text behind the end of the document".to_owned(),
            "begin another document with `---`",
        ))
    }
}

fn spaces(number: &str) -> String {
    if number == "1" {
        "1 space".to_owned()
    } else {
        format!("{number} spaces")
    }
}
