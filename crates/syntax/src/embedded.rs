use text_size::{TextRange, TextSize};

use crate::tree::Node;
use crate::value::{self, Decoded, Header, Piece};

/// The text inside a scalar (an inline `patch: |`), with the way back to the file.
///
/// Each run of the text that stands in the file byte for byte maps both ways; a place between two runs (in
/// a folded line end, an escape) maps to the end of the one before. So ranges of
/// [`Tree::parse`](crate::Tree::parse)`(embedded.text())` become ranges of the file by
/// [`Embedded::range_to_file`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    text: String,
    pieces: Vec<Piece>,
    /// Where the scalar's content begins in the file.
    start: TextSize,
}

impl Embedded {
    /// The text inside a scalar node; none for a collection.
    pub fn of(node: Node<'_>) -> Option<Embedded> {
        let node = node.resolve();
        let (value, style) = node.scalar()?;
        let source = source_of(node);
        let (decoded, start) = if style.is_block() {
            let header = Header::read(source, node.range().start());
            let indent = block_indent(source, header, value);
            let start = TextSize::try_from(header.body.min(source.len())).ok()?;
            (value::block(source, header, indent, style).0, start)
        } else {
            let content = node.content_range();
            (value::flow(source, content, style), content.start())
        };
        Some(Embedded {
            text: value.to_owned(),
            pieces: shared_pieces(decoded, value),
            start,
        })
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place in the file of a place in the text.
    pub fn to_file(&self, offset: TextSize) -> Option<TextSize> {
        self.place(
            offset,
            self.pieces.partition_point(|piece| piece.decoded <= offset),
        )
    }

    /// The range in the file of a range of the text; it spans the indentation between lines.
    pub fn range_to_file(&self, range: TextRange) -> Option<TextRange> {
        let start = self.to_file(range.start())?;
        // What ends with a line ends in that line, not behind the indentation of the next.
        let before_end = self
            .pieces
            .partition_point(|piece| piece.decoded < range.end());
        let end = if range.is_empty() {
            start
        } else {
            self.place(range.end(), before_end)?
        };
        Some(TextRange::new(start, end.max(start)))
    }

    /// The place in the text of a place in the file; none outside the scalar and in its indentation.
    pub fn to_embedded(&self, offset: TextSize) -> Option<TextSize> {
        let index = self
            .pieces
            .partition_point(|piece| piece.source <= offset)
            .checked_sub(1)?;
        let piece = self.pieces[index];
        let into = offset - piece.source;
        (into <= piece.len).then(|| piece.decoded + into)
    }

    /// The place of an offset by the last of the first `count` pieces.
    fn place(&self, offset: TextSize, count: usize) -> Option<TextSize> {
        if offset > TextSize::of(self.text.as_str()) {
            return None;
        }
        let Some(piece) = count.checked_sub(1).map(|last| self.pieces[last]) else {
            return Some(self.start);
        };
        Some(piece.source + (offset - piece.decoded).min(piece.len))
    }
}

/// The text up to the end of the node's document: no scalar reaches further.
fn source_of(node: Node<'_>) -> &str {
    let text = node.tree().text();
    let document = node.tree().document_at(node.range().start());
    document.map_or(text, |document| &text[..document.range().end().into()])
}

/// The indentation of a block's text. The header may not say it, or only together with the indentation of
/// the key above; but what the first line with text has more in the file than in the value is just that.
fn block_indent(source: &str, header: Header, value: &str) -> usize {
    let in_file = header.first_indent(source).unwrap_or(0);
    let first = value
        .lines()
        .find(|line| line.contains(|c| c != ' '))
        .unwrap_or_default();
    in_file - (first.len() - first.trim_start_matches(' ').len()).min(in_file)
}

/// The pieces as far as the text that they were found with is the value: it differs only in a broken
/// document, where a line of the scalar may have been left out.
fn shared_pieces(decoded: Decoded, value: &str) -> Vec<Piece> {
    let same = decoded
        .text
        .bytes()
        .zip(value.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let same = TextSize::try_from(same).unwrap_or_default();
    let mut pieces = decoded.pieces;
    pieces.retain(|piece| piece.decoded + piece.len <= same);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Embedded;
    use crate::{Node, TextRange, TextSize, Tree};

    fn embedded(tree: &Tree) -> Embedded {
        let root = tree
            .document(0)
            .and_then(|document| document.root())
            .unwrap();
        Embedded::of(root.get("a").unwrap()).unwrap()
    }

    /// The text, and the file with the bytes in brackets that stand in the text as they are.
    fn marked(file: &str) -> (String, String) {
        let tree = Tree::parse(file);
        assert_eq!(tree.errors(), [], "{file:?}");
        let embedded = embedded(&tree);
        check_both_ways(&embedded, file);
        let mut marked = String::new();
        let mut done = 0;
        for piece in &embedded.pieces {
            let (start, len) = (usize::from(piece.source), usize::from(piece.len));
            marked += &format!("{}[{}]", &file[done..start], &file[start..start + len]);
            done = start + len;
        }
        (embedded.text().to_owned(), marked + &file[done..])
    }

    fn check_both_ways(embedded: &Embedded, file: &str) {
        for piece in &embedded.pieces {
            let text = TextRange::at(piece.decoded, piece.len);
            let source = TextRange::at(piece.source, piece.len);
            assert_eq!(&embedded.text()[text], &file[source]);
        }
        for offset in (0..=embedded.text().len()).map(|at| TextSize::try_from(at).unwrap()) {
            let place = embedded.to_file(offset).unwrap();
            assert!(usize::from(place) <= file.len());
        }
    }

    #[track_caller]
    fn check(file: &str, text: &str, expected: &str) {
        assert_eq!(
            marked(file),
            (text.to_owned(), expected.to_owned()),
            "{file:?}"
        );
    }

    #[test]
    fn literal_blocks() {
        check("a: |\n  b\n  c\nd: e", "b\nc\n", "a: |\n  [b\n]  [c\n]d: e");
        check("a: |-\n  b\n   c\n\n", "b\n c", "a: |-\n  [b\n]  [ c]\n\n");
        check(
            "a: |+ # x\n  b\n\n  \n",
            "b\n\n\n",
            "a: |+ # x\n  [b\n\n]  [\n]",
        );
        check(
            "a: |\n\n  b\n\n  c",
            "\nb\n\nc\n",
            "a: |\n[\n]  [b\n\n]  [c]",
        );
        check(
            "a:\n  b: 1\na: |2\n   b\n",
            " b\n",
            "a:\n  b: 1\na: |2\n  [ b\n]",
        );
        check(
            "a: |\r\n  b\r\n  c\r\n",
            "b\nc\n",
            "a: |\r\n  [b]\r[\n]  [c]\r[\n]",
        );
        check("a: |\n  é\n  🦀\n", "é\n🦀\n", "a: |\n  [é\n]  [🦀\n]");
        check("a: |\nb: c", "", "a: |\nb: c");
        check("a: |1-\n  b\n", " b", "a: |1-\n [ b]\n");
    }

    #[test]
    fn folded_blocks() {
        check("a: >\n  b\n  c\n", "b c\n", "a: >\n  [b]\n  [c\n]");
        check(
            "a: >-\n  b\n\n  c\n   d\n  e\n",
            "b\nc\n d\ne",
            "a: >-\n  [b]\n[\n]  [c\n]  [ d\n]  [e]\n",
        );
    }

    #[test]
    fn flow_scalars() {
        check("a: b", "b", "a: [b]");
        check("a: b\n  c\n\n  d", "b c\nd", "a: [b]\n  [c]\n[\n]  [d]");
        check("a: 'it''s'", "it's", "a: '[it']'[s]'");
        check("a: \"b\\nc\\\"\"", "b\nc\"", "a: \"[b]\\n[c]\\[\"]\"");
        check("a: \"b \\\n  c\"", "b c", "a: \"[b ]\\\n  [c]\"");
        check("a: \"\\u00e9b\"", "éb", "a: \"\\u00e9[b]\"");
        check("a: \"b\\t\n c\"", "b\t c", "a: \"[b]\\t\n [c]\"");
        check("a: ''", "", "a: ''");
    }

    #[test]
    fn no_scalar_has_none() {
        let tree = Tree::parse("a: [b]");
        let root = tree.document(0).unwrap().root().unwrap();
        assert_eq!(Embedded::of(root), None);
        assert_eq!(root.get("a").and_then(Embedded::of), None);
    }

    #[test]
    fn ranges_of_an_embedded_tree_are_ranges_of_the_file() {
        let file = "a: |-\n  - op: replace\n    path: /spec\n    value:\n      b: \"c\"\n";
        let tree = Tree::parse(file);
        let embedded = embedded(&tree);
        let inner = Tree::parse(embedded.text());
        let item = inner
            .document(0)
            .unwrap()
            .root()
            .unwrap()
            .items()
            .next()
            .unwrap();
        let in_file = |node: Node<'_>| &file[embedded.range_to_file(node.range()).unwrap()];
        assert_eq!(in_file(item.get("path").unwrap()), "/spec");
        assert_eq!(in_file(item.at(&["value", "b"]).unwrap()), "\"c\"");
        assert_eq!(
            in_file(item),
            "op: replace\n    path: /spec\n    value:\n      b: \"c\""
        );
    }

    #[test]
    fn the_indentation_is_no_place_of_the_text() {
        let tree = Tree::parse("a: |\n    b\n    c\n");
        let embedded = embedded(&tree);
        let places =
            [5, 8, 9, 10, 12, 15, 16].map(|at: u32| embedded.to_embedded(at.into()).map(u32::from));
        assert_eq!(
            places,
            [None, None, Some(0), Some(1), None, Some(2), Some(3)]
        );
        assert_eq!(embedded.to_file(2.into()), Some(15.into()));
        let line = TextRange::new(0.into(), 2.into());
        assert_eq!(
            embedded.range_to_file(line),
            Some(TextRange::new(9.into(), 11.into()))
        );
        assert_eq!(embedded.to_file(9.into()), None);
    }

    proptest! {
        /// Any text in a literal block comes back from it, and every byte of it has its place in the file.
        #[test]
        fn literal_blocks_map_every_byte(
            lines in prop::collection::vec("[ a-c:#'\"é\\t-]{0,6}", 1..8),
            indent in 1_usize..9,
            depth in 0_usize..3,
        ) {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            prop_assume!(lines.last().is_some_and(|line| line.contains(|c| c != ' ' && c != '\t')));
            let margin = " ".repeat(2 * depth);
            let mut file: String =
                (0..depth).map(|level| format!("{}x:\n", " ".repeat(2 * level))).collect();
            file += &format!("{margin}a: |{indent}\n");
            for line in &lines {
                file += &format!("{margin}{}{line}\n", " ".repeat(indent));
            }
            file += "z: 1\n";
            let tree = Tree::parse(file.as_str());
            prop_assert!(tree.errors().is_empty(), "{file:?}: {:?}", tree.errors());
            let path: Vec<&str> = std::iter::repeat_n("x", depth).chain(["a"]).collect();
            let node = tree.document(0).unwrap().root().unwrap().at(&path).unwrap();
            let embedded = Embedded::of(node).unwrap();
            prop_assert_eq!(embedded.text(), &text);
            for (at, byte) in text.bytes().enumerate() {
                let offset = TextSize::try_from(at).unwrap();
                let place = embedded.to_file(offset).unwrap();
                prop_assert_eq!(file.as_bytes()[usize::from(place)], byte);
                prop_assert_eq!(embedded.to_embedded(place), Some(offset));
            }
        }
    }
}
