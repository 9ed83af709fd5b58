//! Values that do not end, or cannot begin: quotes, brackets, aliases, tags, comments in the way.

use text_size::TextRange;

use super::{Place, error, shown, size};
use crate::before::Before;
use crate::nearest::nearest;
use crate::tree::SyntaxError;

impl Place<'_> {
    pub(super) fn open_quote(&self) -> Option<SyntaxError> {
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

    pub(super) fn behind_quote(&self) -> Option<SyntaxError> {
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

    pub(super) fn escape(&self) -> Option<SyntaxError> {
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

    pub(super) fn open_bracket(&self) -> Option<SyntaxError> {
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

    pub(super) fn closing_bracket(&self) -> Option<SyntaxError> {
        let found = &self.text[self.character()];
        Some(error(
            self.character(),
            format!("this `{found}` closes nothing"),
            "delete it, or put the value in quotes",
        ))
    }

    pub(super) fn alias(&self) -> Option<SyntaxError> {
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

    pub(super) fn name_missing(&self) -> Option<SyntaxError> {
        let sign = &self.text[self.character()];
        Some(error(
            self.character(),
            format!("a name is missing behind `{sign}`"),
            "name an anchor of this document, or put the value in quotes",
        ))
    }

    pub(super) fn comment(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a space is missing in front of this comment".to_owned(),
            "put a space in front of the `#`",
        ))
    }

    pub(super) fn comment_in_value(&self) -> Option<SyntaxError> {
        Some(error(
            self.rest_of_line(),
            "a comment cannot stand inside of a value that goes on below".to_owned(),
            "put the comment above the value, or the value on one line",
        ))
    }

    pub(super) fn block_header(&self) -> Option<SyntaxError> {
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

    pub(super) fn tag(&self) -> Option<SyntaxError> {
        let word = self.word();
        Some(error(
            word,
            format!("the tag `{}` is not declared", shown(&self.text[word])),
            "put the value in quotes if it is no tag",
        ))
    }

    pub(super) fn nul(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a NUL byte, which YAML forbids".to_owned(),
            "delete it",
        ))
    }

    pub(super) fn byte_order_mark(&self) -> Option<SyntaxError> {
        Some(error(
            self.character(),
            "a byte order mark inside of the text".to_owned(),
            "delete the invisible character U+FEFF",
        ))
    }

    pub(super) fn first_character(&self) -> Option<SyntaxError> {
        let found = &self.text[self.character()];
        (!found.is_empty()).then(|| {
            error(
                self.character(),
                format!("a value cannot begin with `{found}`"),
                "put the value in quotes",
            )
        })
    }
}

/// The names of the anchors in a text.
fn anchors(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r', '[', '{', ','])
        .filter_map(|word| word.strip_prefix('&'))
        .filter(|name| !name.is_empty())
}
