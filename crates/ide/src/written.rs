//! From a place to the scalar that is written there, also inside texts inside scalars, and from new texts of such
//! scalars to edits of the file.

use infragen_syntax::{
    Embedded, NewValue, Node, NodeKind, Segment, Target, TextEdit, TextRange, TextSize, Tree,
    apply, set_scalar,
};

use crate::place::anchored_at;

/// A scalar with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its bytes without quotes.
    pub range: TextRange,
    /// What it says.
    pub text: String,
}

/// A scalar that gets another text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewText<'a> {
    /// Its place, as of [`Written`].
    pub range: TextRange,
    /// What it says now.
    pub old: &'a str,
    /// What it is to say.
    pub new: &'a str,
}

/// How deep texts are in texts: a patch in a patch in a file.
const MAX_DEPTH: usize = 4;

/// The scalar at an offset; an alias stands for its anchor. A key is none.
pub(crate) fn scalar_at(tree: &Tree, offset: TextSize) -> Option<Written> {
    scalar_within(tree, offset, MAX_DEPTH)
}

fn scalar_within(tree: &Tree, offset: TextSize, depth: usize) -> Option<Written> {
    let node = match anchored_at(tree, offset) {
        Some((node, _)) => node,
        None => innermost(tree, offset)?,
    };
    let node = node.resolve();
    let (text, style) = node.scalar()?;
    if depth > 0
        && (style.is_block() || text.contains(": ") || text.starts_with(['{', '[']))
        && let Some(inner) = within(node, offset, depth)
    {
        return Some(inner);
    }
    Some(Written {
        range: node.content_range(),
        text: text.to_owned(),
    })
}

fn within(node: Node<'_>, offset: TextSize, depth: usize) -> Option<Written> {
    let embedded = Embedded::of(node)?;
    let tree = Tree::parse(embedded.text());
    let inner = embedded.to_embedded(offset)?;
    let root = tree.document_at(inner)?.root()?;
    if root.scalar().is_some() {
        return None;
    }
    let written = scalar_within(&tree, inner, depth - 1)?;
    Some(Written {
        range: embedded.range_to_file(written.range)?,
        text: written.text,
    })
}

/// The innermost node at an offset that is no key.
fn innermost(tree: &Tree, offset: TextSize) -> Option<Node<'_>> {
    let nodes = tree.nodes_at(offset);
    let (node, above) = nodes.split_last()?;
    let is_key = above
        .last()
        .is_some_and(|above| above.own_entries().any(|entry| entry.key == *node));
    (!is_key).then_some(*node)
}

/// The one scalar inside the text at an offset that says just this; none where there are several.
pub(crate) fn only_one_within(tree: &Tree, offset: TextSize, text: &str) -> Option<Written> {
    let node = innermost(tree, offset)?.resolve();
    node.scalar()?;
    let start = node.range().start();
    let mut found: Vec<Written> = node
        .text()
        .match_indices(text)
        .filter_map(|(at, _)| scalar_at(tree, start + TextSize::try_from(at).ok()?))
        .filter(|written| written.text == text)
        .collect();
    found.dedup();
    let one = found.pop()?;
    found.is_empty().then_some(one)
}

/// The edits that give scalars of a file new texts, in the style that they have. Each is verified: the file says
/// the new text there afterwards, and nothing else has changed.
///
/// # Errors
/// One sentence that says where it cannot be done and why.
pub(crate) fn edits(tree: &Tree, changes: &[NewText<'_>]) -> Result<Vec<TextEdit>, String> {
    let mut edits = Vec::new();
    let mut inside: Vec<(Node<'_>, Vec<NewText<'_>>)> = Vec::new();
    for change in changes {
        match innermost(tree, change.range.start()) {
            Some(node) if node.content_range() == change.range => {
                edits.push(set(tree, node, change.new)?);
            }
            Some(node)
                if node.kind() != NodeKind::Alias
                    && node.scalar().is_some()
                    && node.range().contains_range(change.range) =>
            {
                match inside.iter_mut().find(|(other, _)| *other == node) {
                    Some((_, changes)) => changes.push(change.clone()),
                    None => inside.push((node, vec![change.clone()])),
                }
            }
            // A comment.
            _ => edits.push(splice(tree, change)?),
        }
    }
    for (node, changes) in inside {
        edits.extend(edits_inside(tree, node, &changes)?);
    }
    Ok(edits)
}

/// The edits of texts inside a scalar.
fn edits_inside(
    tree: &Tree,
    node: Node<'_>,
    changes: &[NewText<'_>],
) -> Result<Vec<TextEdit>, String> {
    let embedded = Embedded::of(node).ok_or("a text inside another cannot be found again")?;
    let inner: Option<Vec<NewText<'_>>> = changes
        .iter()
        .map(|change| {
            let start = embedded.to_embedded(change.range.start())?;
            let end = embedded.to_embedded(change.range.end())?;
            Some(NewText {
                range: TextRange::new(start, end.max(start)),
                ..change.clone()
            })
        })
        .collect();
    let text = Tree::parse(embedded.text());
    let planned = inner.ok_or("a text inside another cannot be found again")?;
    let planned = match self::edits(&text, &planned) {
        Ok(edits) => edits,
        // A template is not always YAML.
        Err(_) => planned
            .iter()
            .map(|change| splice(&text, change))
            .collect::<Result<_, _>>()?,
    };
    let wanted = apply(embedded.text(), &planned).map_err(|error| error.message)?;
    let is_literal = node.text().starts_with('|');
    if !is_literal {
        return Ok(vec![set(tree, node, &wanted)?]);
    }
    let edits: Vec<TextEdit> = planned
        .into_iter()
        .map(|edit| {
            let range = embedded.range_to_file(edit.range)?;
            Some(TextEdit { range, ..edit })
        })
        .collect::<Option<_>>()
        .ok_or("a text inside another cannot be found again")?;
    let after = Tree::parse(apply(tree.text(), &edits).map_err(|error| error.message)?);
    let after = innermost(&after, node.range().start())
        .and_then(Embedded::of)
        .is_some_and(|after| after.text() == wanted);
    match after {
        true => Ok(edits),
        false => Err("the edit would change more than it should".to_owned()),
    }
}

/// Replaces a text as it stands, where no YAML is.
fn splice(tree: &Tree, change: &NewText<'_>) -> Result<TextEdit, String> {
    if tree.text().get(std::ops::Range::from(change.range)) != Some(change.old) {
        return Err(format!("`{}` is not written there as it is", change.old));
    }
    Ok(TextEdit {
        range: change.range,
        new_text: change.new.to_owned(),
    })
}

/// Gives a scalar another text.
fn set(tree: &Tree, node: Node<'_>, text: &str) -> Result<TextEdit, String> {
    let (document, path) = path_of(tree, node).ok_or("the text cannot be found again")?;
    let target = Target {
        document,
        path: &path,
    };
    set_scalar(tree, target, NewValue::String(text)).map_err(|error| error.message)
}

/// The way to a node: the number of its document, and the keys and items from there.
pub(crate) fn path_of<'t>(tree: &'t Tree, node: Node<'t>) -> Option<(usize, Vec<Segment<'t>>)> {
    let document = tree.document_at(node.range().start())?;
    let nodes = tree.nodes_at(node.range().start());
    let end = nodes.iter().position(|other| *other == node)?;
    let path = nodes[..=end]
        .windows(2)
        .map(|pair| step(pair[0], pair[1]))
        .collect::<Option<_>>()?;
    Some((document.index(), path))
}

fn step<'t>(above: Node<'t>, below: Node<'t>) -> Option<Segment<'t>> {
    match above.kind() {
        NodeKind::Sequence => above
            .items()
            .position(|item| item == below)
            .map(Segment::Item),
        _ => {
            let entry = above.own_entries().find(|entry| entry.value == below)?;
            entry.key.as_str().map(Segment::Key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(text: &str, old: &str, new: &str) -> String {
        let tree = Tree::parse(text);
        let written: Vec<_> = text
            .match_indices(old)
            .filter_map(|(at, _)| {
                let at = TextSize::try_from(at).unwrap();
                scalar_at(&tree, at).filter(|written| written.text == old)
            })
            .collect();
        let changes: Vec<_> = written
            .iter()
            .map(|written| NewText {
                range: written.range,
                old,
                new,
            })
            .collect();
        apply(text, &edits(&tree, &changes).unwrap()).unwrap()
    }

    #[test]
    fn quotes_stay_and_come_where_they_must() {
        assert_eq!(
            renamed("a: web # x\nb: 'web'\nc: \"web\"\n", "web", "site"),
            "a: site # x\nb: 'site'\nc: \"site\"\n"
        );
        assert_eq!(
            renamed("a: web\nb: 'web'\n", "web", "1"),
            "a: \"1\"\nb: '1'\n"
        );
        assert_eq!(
            renamed("{a: web, b: [web]}\n", "web", "no"),
            "{a: \"no\", b: [\"no\"]}\n"
        );
    }

    #[test]
    fn texts_inside_scalars_map_back() {
        let patch = "patch: |-\n  metadata: {name: web}\n  spec:\n    name: \"web\" # web\n";
        assert_eq!(
            renamed(patch, "web", "longer"),
            "patch: |-\n  metadata: {name: longer}\n  spec:\n    name: \"longer\" # web\n"
        );
        assert_eq!(
            renamed(
                "patch: '{\"name\": \"web\", \"b\": [\"web\"]}'\n",
                "web",
                "a"
            ),
            "patch: '{\"name\": \"a\", \"b\": [\"a\"]}'\n"
        );
        assert_eq!(
            renamed("a: |\n  b: |\n    name: web\n", "web", "site"),
            "a: |\n  b: |\n    name: site\n"
        );
    }

    #[test]
    fn an_alias_is_its_anchor() {
        let tree = Tree::parse("a: &x web\nb: *x\n");
        let anchor = scalar_at(&tree, 7.into()).unwrap();
        assert_eq!(anchor.text, "web");
        for offset in [4, 14, 15] {
            assert_eq!(
                scalar_at(&tree, offset.into()),
                Some(anchor.clone()),
                "{offset}"
            );
        }
        assert_eq!(scalar_at(&tree, 0.into()), None, "a key is no value");
    }
}
