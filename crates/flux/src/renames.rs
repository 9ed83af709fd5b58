//! The names that patches give to objects: an object may end up with a name that no manifest has.

use infragen_syntax::{Embedded, Node, NodeKind, Tree};
use smol_str::SmolStr;

/// What stands for a name that cannot be told from the file: a replacement copies it from somewhere.
const ANY: SmolStr = SmolStr::new_static("${name}");

/// The values of operations on `/metadata/name` in a file, whether they stand in it or in inline patches,
/// and a placeholder where it gives names in another way.
pub(crate) fn renames(tree: &Tree) -> Vec<SmolStr> {
    let text = tree.text();
    let mut names = Vec::new();
    if text.contains("/metadata/name") {
        for document in tree.documents() {
            operations(document.root(), true, &mut names);
        }
    }
    let copied = text.contains("fieldPaths") && text.contains("metadata.name");
    if text.contains("allowNameChange") || copied && tree.documents().any(|d| replaces(d.root())) {
        names.push(ANY);
    }
    names
}

/// Looks for operations below a node; with `inside`, in texts too.
fn operations(root: Option<Node<'_>>, inside: bool, names: &mut Vec<SmolStr>) {
    let mut open: Vec<_> = root.into_iter().collect();
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Mapping => {
                if node.get("path").and_then(Node::as_str) == Some("/metadata/name") {
                    names.extend(node.get("value").and_then(Node::as_str).map(SmolStr::new));
                }
                open.extend(node.own_entries().map(|entry| entry.value));
            }
            NodeKind::Sequence => open.extend(node.items()),
            NodeKind::Scalar(_) if inside && node.text().contains("/metadata/name") => {
                if let Some(patch) = Embedded::of(node) {
                    let tree = Tree::parse(patch.text());
                    let root = tree.document(0).and_then(|document| document.root());
                    operations(root, false, names);
                }
            }
            NodeKind::Scalar(_) | NodeKind::Alias => {}
        }
    }
}

/// Whether a replacement below a node writes into `metadata.name`.
fn replaces(root: Option<Node<'_>>) -> bool {
    let mut open: Vec<_> = root.into_iter().collect();
    while let Some(node) = open.pop() {
        let written = node
            .get("fieldPaths")
            .into_iter()
            .flat_map(|paths| paths.items());
        if written
            .into_iter()
            .any(|path| path.as_str() == Some("metadata.name"))
        {
            return true;
        }
        match node.kind() {
            NodeKind::Mapping => open.extend(node.own_entries().map(|entry| entry.value)),
            NodeKind::Sequence => open.extend(node.items()),
            NodeKind::Scalar(_) | NodeKind::Alias => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use infragen_syntax::Tree;

    use super::renames;

    #[test]
    fn operations_on_the_name_are_found_where_they_stand() {
        let file = "- op: replace\n  path: /metadata/name\n  value: blue\n";
        assert_eq!(renames(&Tree::parse(file)), ["blue"]);
        let inline = format!(
            "patches:\n- patch: |\n    {}\n",
            file.trim_end().replace('\n', "\n    ")
        );
        assert_eq!(renames(&Tree::parse(inline)), ["blue"]);
    }

    #[test]
    fn a_replacement_gives_any_name() {
        let into = "replacements:\n- source: {kind: A, fieldPath: metadata.name}\n  targets:\n  - fieldPaths: [metadata.name]\n";
        assert_eq!(renames(&Tree::parse(into)), ["${name}"]);
        let from = into.replace("[metadata.name]", "[spec.name]");
        assert!(renames(&Tree::parse(from)).is_empty());
    }

    #[test]
    fn other_operations_do_not_count() {
        let other = "- {op: add, path: /metadata/namespace, value: blue}\n";
        assert!(renames(&Tree::parse(other)).is_empty());
    }
}
