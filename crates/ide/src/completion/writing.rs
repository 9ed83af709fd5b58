//! How a proposal is written into the text, so that the result is YAML and means what was chosen.

use infragen_syntax::{Slot, Step, TextEdit, TextRange, TextSize, quote, quote_in_flow};

use super::position::Position;
use super::{Completion, CompletionKind};

/// The edits that write a proposal.
pub(super) struct Writing {
    /// At the cursor.
    pub edit: TextEdit,
    /// Elsewhere; none touches the first.
    pub additional: Vec<TextEdit>,
}

impl Writing {
    /// The proposal that is written so.
    pub fn offer(self, kind: CompletionKind, label: impl Into<String>) -> Completion {
        Completion {
            label: label.into(),
            kind,
            detail: None,
            documentation: None,
            edit: self.edit,
            snippet: false,
            additional: self.additional,
            rank: 0,
        }
    }

    /// With further edits elsewhere.
    pub fn and(mut self, edits: impl IntoIterator<Item = TextEdit>) -> Writing {
        self.additional.extend(edits);
        self
    }
}

/// How proposals are told.
impl Completion {
    pub(super) fn detailed(self, detail: impl Into<Option<String>>) -> Self {
        Completion {
            detail: detail.into(),
            ..self
        }
    }

    pub(super) fn documented(self, documentation: impl Into<Option<String>>) -> Self {
        Completion {
            documentation: documentation.into(),
            ..self
        }
    }

    pub(super) fn ranked(self, rank: u32) -> Self {
        Completion { rank, ..self }
    }
}

/// On which side of the key at the cursor another one is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

impl<'a> Position<'a> {
    /// Whether there is room for what a completion writes: the word at the cursor stands alone behind its
    /// `:` or `-`.
    pub fn is_free(&self) -> bool {
        let word = self.cursor.word;
        if self.on_key() && self.is_on_marker_line() {
            return false;
        }
        let quoted = usize::from(self.cursor.quote.is_some());
        let before = &self.text[..usize::from(word.start()).saturating_sub(quoted)];
        let mut after = &self.text[usize::from(word.end())..];
        if let Some(quote) = self.cursor.quote {
            after = after.strip_prefix(quote).unwrap_or(after);
        }
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.split('\n').next().unwrap_or_default();
        let (line, rest) = (line.trim_end(), rest.trim());
        let unstarted = match self.cursor.in_flow {
            true => line.is_empty() || line.ends_with(['{', '[', ',', ':']),
            false => line.is_empty() || line.ends_with([':', '-']) || has_property(line),
        };
        let ended = match self.cursor.in_flow {
            true => rest.is_empty() || rest.starts_with(['}', ']', ',', '#', ':']),
            false => rest.is_empty() || rest.starts_with(['#', ':']),
        };
        unstarted && ended
    }

    /// Whether the cursor stands behind a `---`: no mapping can begin there.
    fn is_on_marker_line(&self) -> bool {
        let start = line_start(self.text, self.cursor.word.start());
        start < self.cursor.document.start() && self.text[usize::from(start)..].starts_with("---")
    }

    /// Writes a scalar in place of the word at the cursor: a value, or an item of a list.
    pub fn scalar(&self, value: &str) -> Writing {
        let text = match self.cursor.quote {
            Some(quote) => self.inside_quotes(quote, value),
            None if self.cursor.in_flow => quote_in_flow(value).into_owned(),
            None => quote(value).into_owned(),
        };
        self.write(text, false)
    }

    /// Writes a value as it is: `true` is a boolean only without quotes. None inside quotes.
    pub fn literal(&self, value: &str) -> Option<Writing> {
        let unquoted = self.cursor.quote.is_none();
        unquoted.then(|| self.write(value.to_owned(), false))
    }

    /// Writes the first item of a list below its key.
    pub fn first_item(&self, value: &str) -> Writing {
        self.write(quote(value).into_owned(), true)
    }

    /// Writes `key: ` or, in front of a `:`, `key`. None inside quotes, where more than a key would need
    /// to change.
    pub fn key(&self, key: &str) -> Option<Writing> {
        self.cursor.quote.is_none().then(|| {
            let text = match self.has_colon() {
                true => key.to_owned(),
                false => format!("{key}: "),
            };
            self.write(text, false)
        })
    }

    /// Writes `- key: ` below the key of a list that has not begun yet.
    pub fn first_key(&self, key: &str) -> Option<Writing> {
        let free = self.cursor.quote.is_none() && !self.has_colon();
        free.then(|| self.write(format!("{key}: "), true))
    }

    /// Writes `key: value`: where a key is typed, or as the first entry of an item. `first` makes it the
    /// first item of a list below its key. None where there is something in the way.
    pub fn entry(&self, key: &str, value: &str, first: bool) -> Option<Writing> {
        if self.cursor.quote.is_some() || self.has_colon() {
            return None;
        }
        let text = match (self.cursor.in_flow, self.on_item()) {
            (true, true) => format!("{{{key}: {}}}", quote_in_flow(value)),
            (true, false) => format!("{key}: {}", quote_in_flow(value)),
            (false, _) => format!("{key}: {}", quote(value)),
        };
        Some(self.write(text, first))
    }

    fn inside_quotes(&self, quote: char, value: &str) -> String {
        let mut text = match quote {
            '\'' => value.replace('\'', "''"),
            _ => value.replace('\\', "\\\\").replace('"', "\\\""),
        };
        let closed = self.text[usize::from(self.cursor.word.end())..].starts_with(quote);
        if !closed {
            text.push(quote);
        }
        text
    }

    /// How lines of the text end.
    fn line_end(&self) -> &'static str {
        let first = self.text.split_once('\n').map_or("", |(line, _)| line);
        if first.ends_with('\r') { "\r\n" } else { "\n" }
    }

    fn has_colon(&self) -> bool {
        let after = &self.text[usize::from(self.cursor.word.end())..];
        after.trim_start_matches([' ', '\t']).starts_with(':')
    }

    fn write(&self, mut text: String, first_item: bool) -> Writing {
        let needs_dash =
            first_item || (self.cursor.slot == Slot::Item { dash: false } && !self.cursor.in_flow);
        if needs_dash {
            text.insert_str(0, "- ");
        }
        if self.cursor.needs_blank && self.cursor.quote.is_none() {
            text.insert(0, ' ');
        }
        let after = &self.text[usize::from(self.cursor.word.end())..];
        if after.starts_with('#') {
            text.push(' ');
        }
        let mut indentation = self.indentation();
        // An insertion may not touch the edit at the cursor: there it is a part of it.
        if let Some(blank) = indentation.take_if(|edit| edit.range.is_empty()) {
            text.insert_str(0, &blank.new_text);
        }
        Writing {
            edit: TextEdit {
                range: self.cursor.word,
                new_text: text,
            },
            additional: indentation.into_iter().collect(),
        }
    }

    /// The edit that moves a line which begins with what is written to the column where it belongs.
    fn indentation(&self) -> Option<TextEdit> {
        let begins_line = self.on_key() || self.cursor.slot == Slot::Item { dash: false };
        let start = self.cursor.word.start();
        let line = line_start(self.text, start);
        let before = &self.text[TextRange::new(line, start)];
        let blank = before.chars().all(|char| matches!(char, ' ' | '\t'));
        let right = " ".repeat(self.cursor.indent);
        if !begins_line || self.cursor.in_flow || !blank || before == right {
            return None;
        }
        Some(TextEdit {
            range: TextRange::new(line, start),
            new_text: right,
        })
    }

    /// The edit that gives a key of the mapping at the cursor a value, beside the key that the cursor's
    /// value belongs to. None where there is no room that does not touch the cursor's own edit.
    pub fn with(&self, key: &str, value: &str, side: Side) -> Option<TextEdit> {
        let level = self.level()?;
        if let Some(sibling) = level.keys.iter().find(|sibling| sibling.name == key) {
            let range = sibling.value_range;
            let touches = self.text[usize::from(range.start())..].is_empty()
                || self.text[..usize::from(range.start())].ends_with(':');
            let blank = if range.is_empty() && touches { " " } else { "" };
            return Some(TextEdit {
                range,
                new_text: format!("{blank}{}", quote(value)),
            });
        }
        let Some(Step::Key { range, .. }) = self.cursor.path.last() else {
            return None;
        };
        let quoted = self.text[..usize::from(range.start())].ends_with(['"', '\'']);
        let at = range.start() - TextSize::from(u32::from(quoted));
        if self.cursor.in_flow {
            return Some(insert(at, format!("{key}: {}, ", quote_in_flow(value))));
        }
        let column = self.text[TextRange::new(line_start(self.text, at), at)]
            .chars()
            .count();
        let indent = " ".repeat(column);
        let entry = format!("{key}: {}", quote(value));
        let next = next_line(self.text, self.cursor.word.end());
        let line_end = self.line_end();
        match (side, next) {
            (Side::After, Some(next)) => Some(insert(next, format!("{indent}{entry}{line_end}"))),
            _ => Some(insert(at, format!("{entry}{line_end}{indent}"))),
        }
    }

    /// The edit that adds a line below the one of the cursor, at the column of the key that is written
    /// there. None between brackets, and at the end of a text without a last line end: it would touch the
    /// cursor's own edit.
    pub fn line_below(&self, key: &str, value: &str) -> Option<TextEdit> {
        let next = next_line(self.text, self.cursor.word.end()).filter(|_| !self.cursor.in_flow)?;
        let start = self.cursor.word.start();
        let typed = &self.text[TextRange::new(line_start(self.text, start), start)];
        let dash = self.cursor.slot == Slot::Item { dash: true };
        let column = match dash {
            true => typed.chars().count() + usize::from(self.cursor.needs_blank),
            false => self.cursor.indent + 2,
        };
        let indent = " ".repeat(column);
        let line_end = self.line_end();
        Some(insert(
            next,
            format!("{indent}{key}: {}{line_end}", quote(value)),
        ))
    }
}

/// Whether a line ends with an anchor or a tag: what follows is the value.
fn has_property(line: &str) -> bool {
    let word = line.rsplit([' ', '\t']).next().unwrap_or_default();
    word.starts_with(['&', '!']) && line.len() > word.len()
}

fn insert(at: TextSize, new_text: String) -> TextEdit {
    TextEdit {
        range: TextRange::empty(at),
        new_text,
    }
}

fn line_start(text: &str, at: TextSize) -> TextSize {
    let before = &text[..usize::from(at)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    at - TextSize::of(line)
}

/// The beginning of the line below; none on the last one.
fn next_line(text: &str, at: TextSize) -> Option<TextSize> {
    let (rest, _) = text[usize::from(at)..].split_once('\n')?;
    Some(at + TextSize::of(rest) + TextSize::of('\n'))
}
