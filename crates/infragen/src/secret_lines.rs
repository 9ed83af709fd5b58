//! The lines of a file that hold data of a Secret: no diff shows them, not even as what stands around a change.

use std::collections::BTreeSet;

use infragen_kustomize::is_secret_field;
use infragen_syntax::{Node, NodeKind, Tree};

/// The numbers, from 0, of the lines with data of Secrets: in objects and patches, also inside texts, and in what
/// `secretGenerator` is given. All lines where the text may hold a Secret and cannot be read.
pub fn secret_lines(text: &str) -> BTreeSet<usize> {
    let mut lines = Lines {
        ends: text.match_indices('\n').map(|(at, _)| at).collect(),
        found: BTreeSet::new(),
    };
    lines.read(text, 0);
    lines.found
}

struct Lines {
    /// The ends of the lines.
    ends: Vec<usize>,
    found: BTreeSet<usize>,
}

/// What is around a node.
#[derive(Clone, Default)]
struct Around<'t> {
    /// The keys from the object down; none for a step into a list, or where there is no Secret around.
    secret: Option<Vec<Option<&'t str>>>,
}

impl Lines {
    /// A text that stands in the file from some offset on.
    fn read(&mut self, text: &str, from: usize) {
        let tree = Tree::parse(text);
        if !tree.errors().is_empty() {
            if text.contains("Secret") || text.contains("secretGenerator") {
                self.hide(from, from + text.len());
            }
            return;
        }
        for document in tree.documents() {
            if let Some(root) = document.root() {
                self.node(root, &Around::default(), from);
            }
        }
    }

    fn node(&mut self, node: Node<'_>, around: &Around<'_>, from: usize) {
        let hidden = around.secret.as_ref().is_some_and(|keys| {
            is_secret_field("", "Secret", keys.len(), |at| keys.get(at).copied()?)
        });
        match node.kind() {
            NodeKind::Scalar(_) if hidden => self.hide_node(node, from),
            NodeKind::Scalar(style) => {
                let text = node.text();
                if style.is_block() {
                    // The header of the block is no part of the YAML in it.
                    let header = text.find('\n').map_or(text.len(), |end| end + 1);
                    let start = usize::from(node.range().start()) + header;
                    self.read(&text[header..], from + start);
                } else if text.contains("Secret") && text.contains(['{', '\n', ':']) {
                    self.hide_node(node, from);
                }
            }
            NodeKind::Mapping => self.mapping(node, around, from),
            NodeKind::Sequence => {
                for item in node.items() {
                    self.node(item, &around.below(None), from);
                }
            }
            NodeKind::Alias => {}
        }
    }

    fn mapping(&mut self, node: Node<'_>, around: &Around<'_>, from: usize) {
        let is_secret = |node: Node<'_>| node.get("kind").and_then(Node::as_str) == Some("Secret");
        let own = Around {
            secret: Some(Vec::new()),
        };
        let around = if is_secret(node) { &own } else { around };
        let patches_secret = node.get("target").is_some_and(is_secret);
        for entry in node.own_entries() {
            let key = entry.key.as_str();
            match key {
                Some("secretGenerator") => self.literals(entry.value, from),
                Some("patch") if patches_secret => self.hide_node(entry.value, from),
                _ => self.node(entry.value, &around.below(key), from),
            }
        }
    }

    /// What generators are given as texts.
    fn literals(&mut self, generators: Node<'_>, from: usize) {
        for literals in generators.items().filter_map(|item| item.get("literals")) {
            for literal in literals.items() {
                self.hide_node(literal, from);
            }
        }
    }

    fn hide_node(&mut self, node: Node<'_>, from: usize) {
        let range = node.range();
        self.hide(
            from + usize::from(range.start()),
            from + usize::from(range.end()),
        );
    }

    fn hide(&mut self, start: usize, end: usize) {
        let line = |at: usize| self.ends.partition_point(|end| *end < at);
        let last = line(end.saturating_sub(1).max(start));
        self.found.extend(line(start)..=last);
    }
}

impl<'t> Around<'t> {
    fn below(&self, key: Option<&'t str>) -> Around<'t> {
        Around {
            secret: self.secret.as_ref().map(|keys| {
                let mut keys = keys.clone();
                keys.push(key);
                keys
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::secret_lines;

    fn hidden(text: &str) -> Vec<&str> {
        let hidden = secret_lines(text);
        let lines = text.lines().enumerate();
        lines
            .filter(|(number, _)| hidden.contains(number))
            .map(|(_, line)| line.trim())
            .collect()
    }

    #[test]
    fn the_data_of_a_secret_is_on_lines_that_are_hidden() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n    x: y\nstringData:\n  a: one\n  \
                    b: |\n    two\n    three\ndata: {c: four}\n---\nkind: ConfigMap\ndata:\n  a: b\n";
        assert_eq!(
            hidden(text),
            ["a: one", "b: |", "two", "three", "data: {c: four}"]
        );
    }

    #[test]
    fn so_is_what_patches_and_generators_give_it() {
        let text = "resources: [a.yaml]\nsecretGenerator:\n- name: s\n  literals:\n  - K=one\npatches:\n- patch: |\n    \
                    kind: Secret\n    metadata:\n      name: s\n    stringData:\n      p: two\n- target: {kind: Secret}\n  \
                    patch: |\n    - op: add\n      path: /data/x\n      value: three\n- patch: '{kind: Secret, data: {p: q}}'\n";
        assert_eq!(
            hidden(text),
            [
                "- K=one",
                "p: two",
                "patch: |",
                "- op: add",
                "path: /data/x",
                "value: three",
                "- patch: '{kind: Secret, data: {p: q}}'"
            ]
        );
    }

    #[test]
    fn where_it_cannot_be_read_all_is_hidden() {
        assert_eq!(
            hidden("kind: Secret\ndata: {a: \"b\n"),
            ["kind: Secret", "data: {a: \"b"]
        );
        assert!(hidden("kind: ConfigMap\ndata: {a: \"b\n").is_empty());
    }
}
