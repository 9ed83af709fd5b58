//! The documents that are open in the client, and how its edits change their texts.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_workspace::SourceFile;
use rustc_hash::FxHashMap;

use crate::protocol::position::{Encoding, Lines};
use crate::protocol::{TextDocumentContentChangeEvent, Uri};

/// A document that is open in the client.
pub(crate) struct Document {
    /// Its address as the client writes it.
    pub uri: Uri,
    /// The version that the client gave to its text.
    pub version: i32,
    /// Which of all texts that were ever shown it has now.
    pub revision: Revision,
    pub text: Arc<str>,
    /// Its file in the database.
    pub file: SourceFile,
}

/// A number that no two texts share: versions of the client start anew when a document is opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Revision(u64);

/// The open documents by path.
#[derive(Default)]
pub(crate) struct Documents {
    by_path: FxHashMap<Utf8PathBuf, Document>,
    last: Revision,
}

impl Documents {
    /// A revision that no text has yet.
    pub fn next_revision(&mut self) -> Revision {
        self.last.0 += 1;
        self.last
    }

    pub fn get(&self, path: &Utf8Path) -> Option<&Document> {
        self.by_path.get(path)
    }

    pub fn get_mut(&mut self, path: &Utf8Path) -> Option<&mut Document> {
        self.by_path.get_mut(path)
    }

    pub fn insert(&mut self, path: Utf8PathBuf, document: Document) {
        self.by_path.insert(path, document);
    }

    pub fn remove(&mut self, path: &Utf8Path) -> Option<Document> {
        self.by_path.remove(path)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Utf8PathBuf, &Document)> {
        self.by_path.iter()
    }

    /// The revision of the text at a path; none while it is not open.
    pub fn revision(&self, path: &Utf8Path) -> Option<Revision> {
        self.get(path).map(|document| document.revision)
    }
}

/// The text after edits of the client, each of which is for the text that the one before left.
pub(crate) fn edited(
    text: &str,
    encoding: Encoding,
    changes: Vec<TextDocumentContentChangeEvent>,
) -> Arc<str> {
    let mut text = text.to_owned();
    let mut lines = None;
    // Lines from this one on have moved since they were counted. Editors send many edits at once from the
    // last to the first, so they are rarely counted again.
    let mut moved_from = u32::MAX;
    for change in changes {
        let Some(range) = change.range else {
            text = change.text;
            lines = None;
            continue;
        };
        if range.start.line.max(range.end.line) >= moved_from {
            lines = None;
        }
        let counted = lines.get_or_insert_with(|| {
            moved_from = u32::MAX;
            Lines::new(&text)
        });
        let at = counted.text_range(encoding, &text, range);
        moved_from = moved_from.min(range.start.line.min(range.end.line));
        text.replace_range(std::ops::Range::<usize>::from(at), &change.text);
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Position, Range};

    fn change(
        (from_line, from): (u32, u32),
        (to_line, to): (u32, u32),
        text: &str,
    ) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range: Some(Range::new(
                Position::new(from_line, from),
                Position::new(to_line, to),
            )),
            range_length: None,
            text: text.to_owned(),
        }
    }

    fn whole(text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: text.to_owned(),
        }
    }

    fn apply(text: &str, changes: Vec<TextDocumentContentChangeEvent>) -> String {
        edited(text, Encoding::Utf16, changes).to_string()
    }

    #[test]
    fn one_edit_after_the_other() {
        let changes = vec![
            change((0, 1), (0, 1), "b\nc"),
            change((1, 0), (1, 1), "see"),
            change((0, 0), (1, 0), ""),
        ];
        assert_eq!(apply("a\nd", changes), "see\nd");
    }

    #[test]
    fn from_the_last_line_to_the_first() {
        let changes = vec![
            change((2, 0), (2, 1), "3\n4"),
            change((1, 0), (1, 1), "2"),
            change((0, 0), (0, 1), "1"),
        ];
        assert_eq!(apply("a\nb\nc", changes), "1\n2\n3\n4");
    }

    #[test]
    fn a_whole_text_between_edits() {
        let changes = vec![
            change((5, 0), (9, 0), "gone"),
            whole("x\ny"),
            change((1, 1), (1, 1), "!"),
        ];
        assert_eq!(apply("a", changes), "x\ny!");
    }

    #[test]
    fn behind_characters_of_two_units() {
        assert_eq!(apply("a: 🚀x", vec![change((0, 5), (0, 6), "y")]), "a: 🚀y");
    }

    #[test]
    fn ranges_that_are_none() {
        let changes = vec![change((0, 2), (0, 1), "x"), change((9, 9), (9, 9), "z")];
        assert_eq!(apply("abc", changes), "axcz");
    }
}
