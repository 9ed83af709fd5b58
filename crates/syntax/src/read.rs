//! The reading policy: split the text into documents, read each by the strict reader, and give the ones
//! that it refuses to the lenient one, and what that refuses to the tolerant one.

use std::sync::Arc;

use text_size::{TextRange, TextSize};

use crate::builder::{DocumentBuilder, Overflow};
use crate::go_colon::Hidden;
use crate::limits::Limits;
use crate::strict::Refusal;
use crate::tolerant::Tolerant;
use crate::tree::{Reader, SyntaxError, Tree};
use crate::{concrete, diagnosis, go_blanks, lenient, strict};

pub(crate) fn read(text: Arc<str>, limits: Limits) -> Tree {
    read_with(text, limits, Reader::Strict)
}

/// Reads a text, beginning with the given reader.
pub(crate) fn read_with(text: Arc<str>, limits: Limits, first: Reader) -> Tree {
    let mut tree = Tree::of(text);
    let max = limits.text_bytes.min(u32::MAX as usize - 1);
    if tree.text.len() > max {
        tree.errors.push(SyntaxError {
            range: TextRange::empty(0.into()),
            message: format!("this file has {} MB and is not read", tree.text.len() >> 20),
            help: Some(format!("files up to {} MB are read", max >> 20)),
            is_limit: true,
        });
        return tree;
    }
    let text = tree.text.clone();
    let mut tolerant = Tolerant::new(&text, limits);
    for (count, part) in Parts::of(&text).enumerate() {
        if count == limits.documents {
            tree.errors.push(SyntaxError {
                range: TextRange::empty(part.content.start()),
                message: format!("this file has more than {count} documents; the rest is not read"),
                help: Some("split the file".to_owned()),
                is_limit: true,
            });
            break;
        }
        let mut builder = DocumentBuilder::new(&mut tree, &text, limits, part.content);
        if first == Reader::Tolerant {
            concrete::lower(&mut builder, part.source);
            builder.finish(Reader::Tolerant);
            continue;
        }
        let read = match strict::read(&mut builder, part.source, None) {
            Ok(()) => finish(builder, &text[part.source], part).map_err(Unread::Wrongly),
            Err(refusal) => {
                builder.abort();
                read_leniently(&mut tree, &text, limits, part, refusal)
            }
        };
        match read {
            Ok(()) => {}
            Err(Unread::Refused(refusal)) => {
                read_refused(&mut tree, &mut tolerant, part, refusal);
            }
            Err(Unread::Wrongly(error)) => {
                // A person looks where the error is, and the reader stopped nowhere else.
                tolerant.read(&mut tree, part, error.range.start(), error.range.start());
                tree.errors.push(error);
            }
        }
    }
    tree.errors.sort_by_key(|error| error.range.start());
    tree
}

/// Why a document is not read.
enum Unread {
    /// No reader takes it.
    Refused(Refusal),
    /// A reader takes it, but not as kustomize and Flux do.
    Wrongly(SyntaxError),
}

/// Keeps a document that a reader took, if go-yaml takes it so too.
fn finish(builder: DocumentBuilder<'_>, source: &str, part: Part) -> Result<(), SyntaxError> {
    let split_key = builder.split_key().map(|range| SyntaxError {
        range,
        message: "this key and its `:` are not on one line".to_owned(),
        help: Some(
            "write them on one line; else kustomize and Flux do not read the file".to_owned(),
        ),
        is_limit: false,
    });
    match split_key.or_else(|| go_blanks::refusal(source, part.source.start())) {
        None => {
            builder.finish(Reader::Strict);
            Ok(())
        }
        Some(error) => {
            builder.abort();
            Err(error)
        }
    }
}

/// Reads a document that is not valid YAML 1.2, but may be valid to kustomize and Flux.
fn read_leniently(
    tree: &mut Tree,
    text: &str,
    limits: Limits,
    part: Part,
    refusal: Refusal,
) -> Result<(), Unread> {
    if let Refusal::Overflow { .. } = refusal {
        return Err(Unread::Refused(refusal));
    }
    let mut builder = DocumentBuilder::new(tree, text, limits, part.content);
    let lenient = match lenient::read(&mut builder, part.source, None) {
        Ok(()) => return finish(builder, &text[part.source], part).map_err(Unread::Wrongly),
        Err(lenient) => lenient,
    };
    builder.abort();
    let refusal = match lenient {
        lenient::Refusal::Overflow { at, overflow } => {
            return Err(Unread::Refused(Refusal::Overflow { at, overflow }));
        }
        // A tab that only the first reader refuses is not what is wrong, one that both refuse is.
        lenient::Refusal::Invalid { at, message }
            if refusal.is_of_tab_behind_colon()
                || text.as_bytes().get(usize::from(at)) == Some(&b'\t') =>
        {
            Refusal::Invalid { at, message }
        }
        lenient::Refusal::Invalid { .. } => refusal,
    };
    match read_hidden(tree, text, limits, part) {
        Ok(true) => Ok(()),
        Ok(false) => Err(
            match go_blanks::refused_line_end(&text[part.source], part.source.start()) {
                None => Unread::Refused(refusal),
                Some(error) => Unread::Wrongly(error),
            },
        ),
        Err(error) => Err(Unread::Wrongly(error)),
    }
}

/// Reads a document that is valid to go-yaml for its colons; whether it is.
fn read_hidden(
    tree: &mut Tree,
    text: &str,
    limits: Limits,
    part: Part,
) -> Result<bool, SyntaxError> {
    let Some(hidden) = Hidden::of(&text[part.source]) else {
        return Ok(false);
    };
    let mut builder = DocumentBuilder::new(tree, text, limits, part.content);
    if strict::read(&mut builder, part.source, Some(&hidden)).is_ok() {
        return finish(builder, &hidden.text, part).map(|()| true);
    }
    builder.abort();
    let mut builder = DocumentBuilder::new(tree, text, limits, part.content);
    if lenient::read(&mut builder, part.source, Some(&hidden)).is_ok() {
        return finish(builder, &hidden.text, part).map(|()| true);
    }
    builder.abort();
    Ok(false)
}

/// Reads a document that is not valid, or too much.
fn read_refused(tree: &mut Tree, tolerant: &mut Tolerant<'_>, part: Part, refusal: Refusal) {
    match refusal {
        Refusal::Overflow { at, overflow } => {
            tree.errors.push(too_much(at, overflow, tolerant.limits()));
            tolerant.skip(tree, part);
        }
        Refusal::Invalid { at, message } => {
            let error = diagnosis::explain(tolerant.text(), part.content, at, &message);
            tolerant.read(tree, part, error.range.start(), at);
            tree.errors.push(error);
        }
    }
}

fn too_much(at: TextSize, overflow: Overflow, limits: Limits) -> SyntaxError {
    let message = match overflow {
        Overflow::Depth => format!("nested more than {} levels deep", limits.depth),
        Overflow::Aliases => format!("more than {} aliases in one document", limits.aliases),
        Overflow::Flow => "more brackets and commas than in any honest document".to_owned(),
    };
    SyntaxError {
        range: TextRange::empty(at),
        message,
        help: Some("this document is not read".to_owned()),
        is_limit: true,
    }
}

/// One document of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// With its directives and its `---`.
    pub source: TextRange,
    /// Without them.
    pub content: TextRange,
}

/// Splits a text at its document markers. A line that begins with `---` or `...` is a marker wherever it
/// stands: YAML forbids it inside scalars.
struct Parts<'t> {
    text: &'t str,
    /// Where the next document begins: at its directives or its marker.
    source: usize,
    /// Where it begins behind its marker.
    content: usize,
    /// Where to look for the next marker.
    line: usize,
    /// Whether a `---` opened it: then it is a document even if it is empty.
    opened: bool,
    /// Whether there was no document yet.
    first: bool,
    done: bool,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        // A byte order mark belongs to no document.
        let start = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            text,
            source: start,
            content: start,
            line: start,
            opened: false,
            first: true,
            done: false,
        }
    }

    /// The next line that is a marker, and whether that is `---`.
    fn next_marker(&mut self) -> Option<(usize, bool)> {
        let bytes = self.text.as_bytes();
        loop {
            let at = self.line;
            if at > bytes.len() {
                return None;
            }
            let end = crate::gap::line_end(bytes, at);
            self.line = end + 1;
            if let Some(explicit) = is_marker(&bytes[at..]) {
                return Some((at, explicit));
            }
        }
    }

    /// Ends the present document at `end`; the next one is behind the marker there.
    fn end_at(&mut self, end: usize, explicit: Option<bool>) -> Option<Part> {
        let content = &self.text[self.content..end];
        let is_document = self.opened || has_content(content);
        let part = Part {
            source: TextRange::new(size(self.source), size(end)),
            content: TextRange::new(size(self.content), size(end)),
        };
        // Directives stand in front of the marker and belong to the document behind it; so does a tab that
        // go-yaml may refuse.
        let has_directives = content.contains('%') && content.is_ascii();
        let counts = !is_document && (has_directives || content.contains('\t'));
        self.source = if counts { self.content } else { end };
        self.content = (end + 3).min(self.text.len());
        let line_end = crate::gap::line_end(self.text.as_bytes(), self.content);
        let own_mark = go_blanks::behind_own_mark(self.text, line_end);
        // kustomize does not look for a `---` at the very beginning, nor right behind another one.
        let cuts = explicit == Some(true) && end > 0 && !content.trim().is_empty();
        if let Some(start) = own_mark.filter(|_| cuts) {
            (self.source, self.content, self.line) = (start, start, start);
        }
        self.opened = explicit == Some(true);
        self.first &= !is_document;
        is_document.then_some(part)
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        while !self.done {
            if let Some((at, explicit)) = self.next_marker() {
                let part = self.end_at(at, Some(explicit));
                if part.is_some() {
                    return part;
                }
                continue;
            }
            self.done = true;
            // A text without any document is one empty document.
            self.opened |= self.first;
            return self.end_at(self.text.len(), None);
        }
        None
    }
}

/// Whether a line is `---` (true) or `...` (false).
pub(crate) fn is_marker(line: &[u8]) -> Option<bool> {
    let explicit = match line.get(..3)? {
        b"---" => true,
        b"..." => false,
        _ => return None,
    };
    matches!(line.get(3), None | Some(b' ' | b'\t' | b'\r' | b'\n')).then_some(explicit)
}

/// Whether there is more than blanks, comments and directives.
fn has_content(text: &str) -> bool {
    text.split(['\n', '\r']).any(|line| {
        let word = line.trim_start_matches([' ', '\t']);
        !word.is_empty() && !word.starts_with('#') && !line.starts_with('%')
    })
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}
