//! The reading policy: split the text into documents, read each by the strict reader, and give the ones
//! that it refuses to the tolerant one.

use std::sync::Arc;

use text_size::{TextRange, TextSize};

use crate::builder::DocumentBuilder;
use crate::limits::Limits;
use crate::tree::{Reader, SyntaxError, Tree};
use crate::{strict, tolerant};

pub(crate) fn read(text: Arc<str>, limits: Limits) -> Tree {
    let mut tree = Tree {
        text,
        documents: Vec::new(),
        nodes: Vec::new(),
        entries: Vec::new(),
        items: Vec::new(),
        values: Vec::new(),
        errors: Vec::new(),
    };
    let max = limits.text_bytes.min(u32::MAX as usize - 1);
    if tree.text.len() > max {
        tree.errors.push(SyntaxError {
            range: TextRange::empty(0.into()),
            message: format!("this file has {} MB and is not read", tree.text.len() >> 20),
            help: Some(format!("files up to {} MB are read", max >> 20)),
        });
        return tree;
    }
    let text = tree.text.clone();
    for range in document_ranges(&text) {
        let mut builder = DocumentBuilder::new(&mut tree, limits, range);
        match strict::read(&mut builder) {
            Ok(()) => builder.finish(Reader::Strict),
            Err(refusal) => {
                builder.abort();
                let mut builder = DocumentBuilder::new(&mut tree, limits, range);
                if refusal.readable && usize::from(range.len()) <= limits.tolerant_bytes {
                    tolerant::read(&mut builder, &refusal.error);
                }
                builder.error(refusal.error);
                builder.finish(Reader::Tolerant);
            }
        }
    }
    tree
}

/// Why the strict reader gave up.
pub(crate) struct Refusal {
    pub error: SyntaxError,
    /// Whether the tolerant reader may try: not where a limit was passed.
    pub readable: bool,
}

/// The ranges between the document markers. A line that begins with `---` or `...` is a marker wherever
/// it stands: YAML forbids it inside scalars.
pub(crate) fn document_ranges(text: &str) -> Vec<TextRange> {
    let bytes = text.as_bytes();
    let size = |at: usize| TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX));
    let mut ranges = Vec::new();
    // A byte order mark belongs to no document.
    let mut start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut opened = false;
    let mut line = start;
    loop {
        let rest = bytes.get(line..).unwrap_or_default();
        let marker = is_marker(rest);
        if let Some(explicit) = marker {
            if opened || has_content(&text[start..line]) {
                ranges.push(TextRange::new(size(start), size(line)));
            }
            opened = explicit;
            start = line + 3;
        }
        let from = if marker.is_some() { line + 3 } else { line };
        match memchr::memchr2(b'\n', b'\r', bytes.get(from..).unwrap_or_default()) {
            Some(end) => line = from + end + 1,
            None => break,
        }
    }
    if opened || ranges.is_empty() || has_content(&text[start..]) {
        ranges.push(TextRange::new(size(start), size(bytes.len())));
    }
    ranges
}

/// Whether a line is `---` (true) or `...` (false).
fn is_marker(line: &[u8]) -> Option<bool> {
    let explicit = match line.get(..3)? {
        b"---" => true,
        b"..." => false,
        _ => return None,
    };
    matches!(line.get(3), None | Some(b' ' | b'\t' | b'\r' | b'\n')).then_some(explicit)
}

fn has_content(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with('%')
    })
}
