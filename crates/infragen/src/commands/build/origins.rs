//! Where each field of an object comes from, as a comment behind it.

use std::collections::BTreeMap;

use infragen_kustomize::{Resource, Value};
use infragen_syntax::{Node, NodeKind, Tree};
use infragen_workspace::{Application, Cluster, Db, Root};

use crate::places::Places;

/// The text of an object with a comment behind each scalar: where its value is set, and what it was before.
pub fn annotate(
    db: &dyn Db,
    root: Root,
    cluster: &Cluster,
    application: &Application,
    resource: &Resource,
    text: &str,
) -> String {
    let tree = Tree::parse(text);
    let mut comments = BTreeMap::new();
    let mut places = Places::new(db, root);
    let mut comment = |value: &Value| {
        let scalar = value.as_scalar()?;
        let changes = cluster.history(db, root, application, &scalar.origin);
        let mut now = Some(scalar.text.as_str());
        let mut comment = String::new();
        for (number, change) in changes.iter().enumerate() {
            let before = change.before.as_deref();
            // A step that says what was so before is none.
            if before == now && number + 1 < changes.len() {
                continue;
            }
            let place = places.show(&change.place);
            match now {
                _ if comment.is_empty() => comment = place,
                Some(now) => comment.push_str(&format!(", was {} in {place}", shortened(now))),
                // What was not there had no place.
                None => break,
            }
            now = before;
        }
        Some(comment)
    };
    if let Some(root) = tree.document(0).and_then(|document| document.root()) {
        collect(root, &resource.value, &mut comment, &mut comments, text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for (offset, comment) in comments {
        out.push_str(&text[at..offset]);
        out.push_str(" # ");
        out.push_str(&comment);
        at = offset;
    }
    out.push_str(&text[at..]);
    out
}

/// Collects comments by the end of the line that each belongs on.
fn collect(
    node: Node<'_>,
    value: &Value,
    comment: &mut dyn FnMut(&Value) -> Option<String>,
    comments: &mut BTreeMap<usize, String>,
    text: &str,
) {
    match value {
        Value::Map(map) => {
            for entry in node.own_entries() {
                let key = entry.key.as_str().unwrap_or_default();
                if let Some(value) = map.get(key) {
                    collect(entry.value, value, comment, comments, text);
                }
            }
        }
        Value::List(items) => {
            for (node, value) in node.items().zip(items.iter()) {
                collect(node, value, comment, comments, text);
            }
        }
        Value::Scalar(_) => {
            let range = node.range();
            // Behind the mark of a block, where it is one: what is below is text.
            let is_block = matches!(node.kind(), NodeKind::Scalar(style) if style.is_block());
            let from = usize::from(if is_block { range.start() } else { range.end() });
            let end = text[from..].find('\n').map_or(text.len(), |end| from + end);
            if let Some(comment) = comment(value) {
                comments.insert(end, comment);
            }
        }
    }
}

/// The first line of a text, not too much of it.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}
