//! Edits that keep comments: splices at spans of our own tree.
//!
//! An edit is planned on a tree, applied to its text, and the result parsed again: the wanted value must
//! stand at its path and everything else must be worth what it was. Else the edit is refused with the
//! reason; there is no half-right edit.

use text_size::{TextRange, TextSize};

/// A replacement of a range of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextEdit {
    /// What is replaced; empty to insert.
    pub range: TextRange,
    /// What stands there afterwards.
    pub new_text: String,
}

/// Why an edit was refused; the text was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EditError {
    /// Where the reason stands, if it has a place.
    pub range: TextRange,
    /// The reason, as one sentence without a full stop.
    pub message: String,
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EditError {}

/// One step of the path to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment<'a> {
    /// Into the value of a key.
    Key(&'a str),
    /// Into an item, counted from 0.
    Item(usize),
}

/// A node of a text: the number of its document, and the path from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target<'a> {
    /// The number of the document, from 0.
    pub document: usize,
    /// The path from its root.
    pub path: &'a [Segment<'a>],
}

/// A value to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NewValue<'a> {
    /// A string: quoted where it must be to stay one.
    String(&'a str),
    /// YAML as it is, of one line or several; block lines begin at column 0 and are indented by the edit.
    Yaml(&'a str),
}

/// A text with edits applied. They may come in any order but must not overlap; two insertions at one place
/// are made in their order.
pub fn apply(text: &str, edits: &[TextEdit]) -> Result<String, EditError> {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut out = String::with_capacity(text.len());
    let mut done = TextSize::from(0);
    for edit in sorted {
        if edit.range.start() < done {
            return Err(refuse(edit.range, "two edits overlap"));
        }
        let kept = text.get(usize::from(done)..edit.range.start().into());
        let replaced = text.get(usize::from(edit.range.start())..edit.range.end().into());
        let (Some(kept), Some(_)) = (kept, replaced) else {
            return Err(refuse(
                edit.range,
                "an edit is outside the text or cuts a character in two",
            ));
        };
        out.push_str(kept);
        out.push_str(&edit.new_text);
        done = edit.range.end();
    }
    out.push_str(&text[usize::from(done)..]);
    Ok(out)
}

pub(crate) fn refuse(range: TextRange, message: impl Into<String>) -> EditError {
    EditError {
        range,
        message: message.into(),
    }
}
