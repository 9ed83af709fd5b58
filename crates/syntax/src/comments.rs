//! The comments of a text: every `#` that begins one, which needs the tree, because a `#` inside a scalar
//! does not.

use text_size::{TextRange, TextSize};

use crate::tree::{Node, NodeKind, Tree};

/// A comment, from its `#` to the end of its line.
#[derive(Debug, Clone, Copy)]
pub struct Comment<'t> {
    tree: &'t Tree,
    range: TextRange,
    line_start: TextSize,
}

impl<'t> Comment<'t> {
    /// From the `#` to the last byte that is not blank.
    pub fn range(self) -> TextRange {
        self.range
    }

    /// The comment as written, `#` included.
    pub fn text(self) -> &'t str {
        &self.tree.text()[self.range]
    }

    /// What is commented: the text without `#` and the blanks around.
    pub fn body(self) -> &'t str {
        self.text().trim_start_matches('#').trim()
    }

    /// Whether something stands before it on its line.
    pub fn is_trailing(self) -> bool {
        !self.before().trim().is_empty()
    }

    /// The node that a trailing comment stands behind: the last scalar or alias before it on its line, as
    /// for `image: nginx:1.27 # …`; a key, where nothing follows its colon.
    pub fn node(self) -> Option<Node<'t>> {
        if !self.is_trailing() {
            return None;
        }
        let end = self.line_start
            + TextSize::of(
                self.before()
                    .trim_end_matches([' ', '\t', ',', ']', '}', ':']),
            );
        self.tree.nodes_at(end).pop()
    }

    /// Whether this is a list item that is commented out, and if so its text (`# - ./foo.yaml` says
    /// `./foo.yaml`).
    pub fn commented_item(self) -> Option<&'t str> {
        let item = self.body().strip_prefix('-')?;
        let item = item.strip_prefix([' ', '\t'])?.trim();
        let end = item.find(" #").unwrap_or(item.len());
        let item = item[..end].trim_end();
        (!self.is_trailing() && !item.is_empty()).then_some(item)
    }

    fn before(self) -> &'t str {
        &self.tree.text()[TextRange::new(self.line_start, self.range.start())]
    }
}

/// The comments of a text, in order. Without any `#` in the text this costs one byte search.
///
/// In a document that is broken, a `#` in a part that is missing from the tree counts as a comment if a
/// blank or the beginning of a line precedes it.
pub fn comments(tree: &Tree) -> impl Iterator<Item = Comment<'_>> {
    let text = tree.text();
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut scalars: Option<Vec<TextRange>> = None;
    std::iter::from_fn(move || {
        loop {
            let at = from + memchr::memchr(b'#', bytes.get(from..)?)?;
            from = at + 1;
            let starts = at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r');
            if !starts {
                continue;
            }
            let offset = size(at);
            let scalars = scalars.get_or_insert_with(|| scalars_with_a_hash(tree));
            if let Some(end) = scalar_around(scalars, offset) {
                from = from.max(end.into());
                continue;
            }
            let end =
                memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |end| at + end);
            from = end;
            let line_start = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |end| end + 1);
            let range = TextRange::new(offset, offset + TextSize::of(text[at..end].trim_end()));
            return Some(Comment {
                tree,
                range,
                line_start: size(line_start),
            });
        }
    })
}

/// The scalars that a `#` could stand in, in order of place.
fn scalars_with_a_hash(tree: &Tree) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    let mut open: Vec<Node<'_>> = tree
        .documents()
        .filter_map(|document| document.root())
        .collect();
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Scalar(style) => {
                if node.text().contains('#') {
                    ranges.extend(body(node, style.is_block()));
                }
            }
            NodeKind::Mapping => open.extend(
                node.own_entries()
                    .flat_map(|entry| [entry.key, entry.value]),
            ),
            NodeKind::Sequence => open.extend(node.items()),
            NodeKind::Alias => {}
        }
    }
    ranges.sort_by_key(|range| range.start());
    ranges
}

/// The range of a scalar where a `#` is text; the header of a block scalar may have a comment.
fn body(node: Node<'_>, block: bool) -> Option<TextRange> {
    let range = node.range();
    if !block {
        return Some(range);
    }
    let header = node.text().find('\n')?;
    Some(TextRange::new(range.start() + size(header), range.end()))
}

/// The end of the scalar that an offset stands in.
fn scalar_around(scalars: &[TextRange], offset: TextSize) -> Option<TextSize> {
    let next = scalars.partition_point(|range| range.start() <= offset);
    let range = scalars.get(next.checked_sub(1)?)?;
    (offset < range.end()).then_some(range.end())
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::from(u32::MAX))
}
