use infragen_syntax::{Node, NodeKind, TextRange, TextSize, Tree, comments};
use infragen_workspace::{Db, SourceFile, is_manifest, tree};

use crate::place::each_node;

/// A part of a text that can be folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From the line that stays to the end of the last line.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What a fold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// A document, a mapping, a list or a block scalar.
    Region,
    /// Comment lines that follow each other.
    Comment,
}

/// The folds of a file, in order of place; of those that begin in one line the largest.
pub fn folds(db: &dyn Db, file: SourceFile) -> Vec<Fold> {
    if !is_manifest(db, file) {
        return Vec::new();
    }
    let tree = tree(db, file);
    let mut folds = Vec::new();
    let several = tree
        .documents()
        .filter(|document| document.root().is_some())
        .count()
        > 1;
    for root in tree.documents().filter_map(|document| document.root()) {
        if several {
            folds.push(region(root.range()));
        }
        each_node(root, &mut |node| nested(node, &mut folds));
    }
    comment_runs(&tree, &mut folds);
    let text = tree.text();
    let line = |offset: TextSize| {
        text[..usize::from(offset)]
            .rfind('\n')
            .map_or(0, |end| end + 1)
    };
    folds.retain(|fold| text[fold.range].contains('\n'));
    folds.sort_by_key(|fold| (fold.range.start(), std::cmp::Reverse(fold.range.end())));
    folds.dedup_by_key(|fold| line(fold.range.start()));
    folds
}

fn region(range: TextRange) -> Fold {
    Fold {
        range,
        kind: FoldKind::Region,
    }
}

/// The entries and items of a collection: each folds to the line of its key or its first line.
fn nested(node: Node<'_>, folds: &mut Vec<Fold>) {
    match node.kind() {
        NodeKind::Mapping => folds.extend(node.own_entries().map(|entry| region(entry.range()))),
        NodeKind::Sequence => {
            let items = node
                .items()
                .filter(|item| !matches!(item.kind(), NodeKind::Alias));
            folds.extend(items.map(|item| region(item.range())));
        }
        NodeKind::Scalar(_) | NodeKind::Alias => {}
    }
}

/// Runs of whole-line comments without a line between them.
fn comment_runs(tree: &Tree, folds: &mut Vec<Fold>) {
    let text = tree.text();
    let mut run: Option<TextRange> = None;
    for comment in comments(tree).filter(|comment| !comment.is_trailing()) {
        let range = comment.range();
        let follows = |before: &TextRange| {
            let between = &text[TextRange::new(before.end(), range.start())];
            between.trim().is_empty() && between.matches('\n').count() == 1
        };
        run = match run.filter(follows) {
            Some(before) => Some(before.cover(range)),
            None => {
                folds.extend(run.take().map(|range| Fold {
                    range,
                    kind: FoldKind::Comment,
                }));
                Some(range)
            }
        };
    }
    folds.extend(run.map(|range| Fold {
        range,
        kind: FoldKind::Comment,
    }));
}

#[cfg(test)]
mod tests {
    use super::FoldKind;
    use crate::fixture::Fixture;

    /// `3-7`: first and last line of each fold, `#` behind those of comments.
    fn lines(text: &str) -> Vec<String> {
        let fixture = Fixture::new(text);
        let text = fixture.text(fixture.file);
        let line = |offset: infragen_syntax::TextSize| {
            text[..usize::from(offset)].matches('\n').count() + 1
        };
        super::folds(fixture.db(), fixture.file)
            .iter()
            .map(|fold| {
                let mark = if fold.kind == FoldKind::Comment {
                    "#"
                } else {
                    ""
                };
                format!(
                    "{}-{}{mark}",
                    line(fold.range.start()),
                    line(fold.range.end())
                )
            })
            .collect()
    }

    #[test]
    fn collections_block_scalars_and_comments_fold() {
        let text = "# one
# two

# three
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data:
  script: |
    one
    two
  list:
    - a: 1
      b: 2
    - c
";
        assert_eq!(
            lines(text),
            ["1-2#", "7-8", "9-16", "10-12", "13-16", "14-15"]
        );
    }

    #[test]
    fn documents_fold_where_there_are_several() {
        let document = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
        assert_eq!(lines(&format!("{document}---\n{document}")), ["1-3", "5-7"]);
        assert!(lines(document).is_empty());
    }

    #[test]
    fn other_yaml_is_left_alone() {
        assert!(lines("services:\n  web: 1\n").is_empty());
    }
}
