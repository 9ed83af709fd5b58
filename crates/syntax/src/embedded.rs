use text_size::{TextRange, TextSize};

use crate::tree::{Node, NodeKind, ScalarStyle};

/// The text inside a scalar (an inline `patch: |`), with the way back to the file.
///
/// Each run of the text that stands in the file byte for byte is one piece; a position in a piece maps
/// both ways, a position between pieces (a folded line end, an escape) maps to the nearest one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    embedded: TextSize,
    file: TextSize,
    len: TextSize,
}

impl Embedded {
    /// The text inside a scalar node; none for a collection.
    pub fn of(node: Node<'_>) -> Option<Embedded> {
        let node = node.resolve();
        let NodeKind::Scalar(style) = node.kind() else {
            return None;
        };
        let (value, _) = node.scalar()?;
        let source = node.content_range();
        let pieces = align(value, &node.tree().text()[source], source.start(), style);
        Some(Embedded {
            text: value.to_owned(),
            pieces,
        })
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place in the file of a place in the text.
    pub fn to_file(&self, offset: TextSize) -> Option<TextSize> {
        let piece = self
            .pieces
            .iter()
            .rev()
            .find(|piece| piece.embedded <= offset)?;
        Some(piece.file + (offset - piece.embedded).min(piece.len))
    }

    /// The range in the file of a range of the text; it spans the indentation between lines.
    pub fn range_to_file(&self, range: TextRange) -> Option<TextRange> {
        let start = self.to_file(range.start())?;
        Some(TextRange::new(start, self.to_file(range.end())?.max(start)))
    }

    /// The place in the text of a place in the file; none outside the scalar and in its indentation.
    pub fn to_embedded(&self, offset: TextSize) -> Option<TextSize> {
        let piece = self
            .pieces
            .iter()
            .rev()
            .find(|piece| piece.file <= offset && offset <= piece.file + piece.len)?;
        Some(piece.embedded + (offset - piece.file))
    }
}

/// Walks the decoded text along its source line by line: what is equal is a piece, what the source has
/// more (indentation, the header of a block, doubled quotes) is passed over.
fn align(value: &str, source: &str, start: TextSize, style: ScalarStyle) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    if style.is_block() {
        at = source.find('\n').map_or(source.len(), |end| end + 1);
    }
    let mut done = 0;
    for line in value.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        if style.is_block() && text.is_empty() {
            // An empty line: its place is the end of the indentation that it may have.
            let end = source[at..].find('\n').map_or(source.len(), |end| at + end);
            push(&mut pieces, done, start, end.min(at), 0);
            at = (end + 1).min(source.len());
            done += line.len();
            continue;
        }
        let mut rest = text;
        let mut offset = done;
        while !rest.is_empty() && at < source.len() {
            let same = common_prefix(rest, &source[at..]);
            if same > 0
                && !(style.is_block() && same < rest.len() && !ends_piece(&source[at..], same))
            {
                push(&mut pieces, offset, start, at, same);
                offset += same;
                at += same;
                rest = &rest[same..];
            } else {
                at += source[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        if style.is_block() {
            at = source[at..]
                .find('\n')
                .map_or(source.len(), |end| at + end + 1);
        }
        done += line.len();
    }
    pieces
}

/// Whether a piece may end here: at the end of a source line (a folded line goes on below).
fn ends_piece(source: &str, len: usize) -> bool {
    source[len..]
        .chars()
        .next()
        .is_none_or(|next| next == '\n' || next == '\r')
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.char_indices()
        .zip(b.chars())
        .find(|((_, x), y)| x != y)
        .map_or(a.len().min(b.len()), |((at, _), _)| at)
}

fn push(pieces: &mut Vec<Piece>, embedded: usize, start: TextSize, at: usize, len: usize) {
    let size = |value: usize| TextSize::try_from(value).unwrap_or_default();
    pieces.push(Piece {
        embedded: size(embedded),
        file: start + size(at),
        len: size(len),
    });
}
