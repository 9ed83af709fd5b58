use infragen_syntax::{Embedded, Node, NodeKind, TextRange, TextSize, Tree};
use infragen_workspace::{Db, SourceFile, is_manifest, tree};

/// Patches in patches that are looked into.
const MAX_DEPTH: usize = 4;

/// The ranges around an offset, from the innermost outwards: each contains the one before. From the text
/// of a scalar through entries and collections to the document and the file; in an inline patch also
/// through the tree of the patch.
pub fn selection(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<TextRange> {
    if !is_manifest(db, file) {
        return Vec::new();
    }
    let tree = tree(db, file);
    let mut outwards = around(&tree, offset, MAX_DEPTH);
    outwards.reverse();
    let mut ranges: Vec<TextRange> = Vec::new();
    for range in outwards {
        let grows = ranges
            .last()
            .is_none_or(|inner| range.contains_range(*inner) && range != *inner);
        if grows && range.contains_inclusive(offset) {
            ranges.push(range);
        }
    }
    ranges
}

/// From the whole text inwards.
fn around(tree: &Tree, offset: TextSize, depth: usize) -> Vec<TextRange> {
    let mut ranges = vec![TextRange::up_to(TextSize::of(tree.text()))];
    let Some(document) = tree.document_at(offset) else {
        return ranges;
    };
    ranges.extend([document.range(), document.content_range()]);
    let nodes = tree.nodes_at(offset);
    for (node, child) in nodes
        .iter()
        .zip(nodes.iter().skip(1).map(Some).chain([None]))
    {
        ranges.push(node.range());
        let entry = node
            .own_entries()
            .find(|entry| child.is_some_and(|child| entry.key == *child || entry.value == *child));
        if node.kind() == NodeKind::Mapping {
            ranges.extend(entry.map(|entry| entry.range()));
        }
    }
    if let Some(innermost) = nodes.last() {
        ranges.extend(inside(*innermost, offset, depth));
    }
    ranges
}

/// The text of a scalar, and the YAML in it if it is a block.
fn inside(node: Node<'_>, offset: TextSize, depth: usize) -> Vec<TextRange> {
    let NodeKind::Scalar(style) = node.kind() else {
        return Vec::new();
    };
    let mut ranges = vec![node.content_range()];
    let embedded = Embedded::of(node).filter(|_| style.is_block() && depth > 0);
    if let Some(embedded) = embedded
        && let Some(place) = embedded.to_embedded(offset)
    {
        let tree = Tree::parse(embedded.text());
        let is_collection = tree
            .document_at(place)
            .and_then(|document| document.root())
            .is_some_and(|root| root.is_mapping() || root.is_sequence());
        if is_collection {
            let inner = around(&tree, place, depth - 1);
            // The text of a block may end behind its last line, in what belongs to no node.
            let within = |range: &TextRange| node.range().contains_range(*range);
            let inner = inner.into_iter();
            ranges.extend(
                inner
                    .filter_map(|range| embedded.range_to_file(range))
                    .filter(within),
            );
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    fn texts(text: &str) -> Vec<String> {
        let fixture = Fixture::new(text);
        let text = fixture.text(fixture.file);
        super::selection(fixture.db(), fixture.file, fixture.offset)
            .into_iter()
            .map(|range| text[range].to_owned())
            .collect()
    }

    #[test]
    fn it_grows_from_the_word_to_the_file() {
        let found = texts("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'a$0b'}\n---\nb: 1\n");
        assert_eq!(
            found,
            [
                "ab",
                "'ab'",
                "name: 'ab'",
                "{name: 'ab'}",
                "metadata: {name: 'ab'}",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'ab'}",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'ab'}\n",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'ab'}\n---\nb: 1\n",
            ]
        );
    }

    #[test]
    fn it_grows_through_an_inline_patch() {
        let found = texts(
            "//- kustomization.yaml\npatches:\n  - patch: |\n      kind: A\n      spec:\n        replicas: $03\n",
        );
        assert_eq!(
            found[..4],
            [
                "3",
                "replicas: 3",
                "spec:\n        replicas: 3",
                "kind: A\n      spec:\n        replicas: 3"
            ]
        );
        assert!(
            found[4].starts_with('|') || found[4].starts_with("kind"),
            "{found:?}"
        );
        assert!(
            found.iter().any(|text| text.starts_with("patch: |")),
            "{found:?}"
        );
    }
}
