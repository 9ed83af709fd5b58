//! Keys that stand twice in one mapping.

use infragen_syntax::{Document, NodeKind, Reader, Spanned, TextRange};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// A key that its mapping already has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedKey {
    /// The later one.
    pub key: Spanned<SmolStr>,
    /// The first one's place.
    pub first: TextRange,
}

/// Mappings up to this length are compared key by key: that is faster than hashing them.
const SMALL: usize = 12;

/// The repeated keys of a document at any depth, in order of place. In a broken document nothing counts:
/// its tree may have brought two mappings together.
pub(crate) fn repeated_keys(document: Document<'_>, found: &mut Vec<RepeatedKey>) {
    if document.reader() != Reader::Strict {
        return;
    }
    let from = found.len();
    let mut open: Vec<_> = document.root().into_iter().collect();
    let mut hashed: FxHashMap<&str, TextRange> = FxHashMap::default();
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Mapping => {
                hashed.clear();
                let small = node.own_entries().len() <= SMALL;
                for (at, entry) in node.own_entries().enumerate() {
                    open.push(entry.value);
                    // `<<` may stand twice for some readers; a key that is no scalar is nobody's.
                    let Some(key) = entry.key.spanned_str().filter(|_| !entry.is_merge()) else {
                        continue;
                    };
                    let first = if small {
                        let mut before = node.own_entries().take(at);
                        before
                            .find(|before| before.key.as_str() == Some(key.value))
                            .map(|before| before.key.content_range())
                    } else {
                        let known = hashed.get(key.value).copied();
                        hashed.entry(key.value).or_insert(key.range);
                        known
                    };
                    found.extend(first.map(|first| RepeatedKey {
                        key: Spanned {
                            value: key.value.into(),
                            range: key.range,
                        },
                        first,
                    }));
                }
            }
            NodeKind::Sequence => open.extend(node.items()),
            NodeKind::Scalar(_) | NodeKind::Alias => {}
        }
    }
    found[from..].sort_by_key(|repeated| repeated.key.range.start());
}

#[cfg(test)]
mod tests {
    use infragen_syntax::Tree;

    use super::*;

    fn seen(text: &str) -> Vec<(String, u32, u32)> {
        let tree = Tree::parse(text);
        let mut found = Vec::new();
        tree.documents()
            .for_each(|document| repeated_keys(document, &mut found));
        let row = |repeated: RepeatedKey| {
            let (first, again) = (repeated.first.start(), repeated.key.range.start());
            (repeated.key.value.to_string(), first.into(), again.into())
        };
        found.into_iter().map(row).collect()
    }

    #[test]
    fn finds_them_at_any_depth_and_in_long_mappings() {
        assert_eq!(seen("a: 1\nb: {c: 1, \"c\": 2}\na: 2\n").len(), 2);
        let long: String = (0..20).map(|n| format!("k{n:02}: 1\n")).collect();
        assert_eq!(
            seen(&format!("{long}k03: 2\n")),
            [("k03".to_owned(), 21, 140)]
        );
        assert_eq!(seen(&long), []);
    }

    #[test]
    fn other_mappings_and_merges_do_not_count() {
        assert_eq!(seen("a: {x: 1}\nb: [{x: 1}, {x: 2}]\n---\na: 2\n"), []);
        assert_eq!(
            seen("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n"),
            []
        );
    }

    #[test]
    fn a_broken_document_says_nothing() {
        assert_eq!(seen("a: 1\na: [\n"), []);
    }
}
