//! Several changes of one mapping of an object, as one edit of the file.

use infragen_syntax::{
    EditError, Embedded, NewValue, NodeKind, Segment, Target, TextEdit, TextRange, TextSize, Tree,
    apply, insert_entry, remove_entry, set_scalar,
};

use crate::written::path_of;

/// What is done to an entry of a mapping.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// The key gets this text; where it is new, behind the other key if that is there.
    Set(&'static str, String, &'static str),
    /// The key gets `null`, so that a patch takes the one of its base away.
    Null(&'static str),
    /// The key goes.
    Remove(&'static str),
}

/// The edit that changes a mapping of the object which a range of the file is, or which is a text within a scalar
/// there. None where one of the changes cannot be made so that nothing else changes.
pub(crate) fn change(
    tree: &Tree,
    object: ObjectPlace,
    mapping: &[&str],
    changes: &[Change],
) -> Option<TextEdit> {
    let after = match object {
        ObjectPlace::File(range) => {
            let nodes = tree.nodes_at(range.start());
            let node = nodes.into_iter().find(|node| node.range() == range)?;
            let (document, path) = path_of(tree, node)?;
            changed(tree.text(), document, &path, mapping, changes)?
        }
        ObjectPlace::Inside(offset) => {
            let node = *tree.nodes_at(offset).last()?;
            if !matches!(node.kind(), NodeKind::Scalar(_)) {
                return None;
            }
            let embedded = Embedded::of(node)?;
            let inner = Tree::parse(embedded.text());
            let document = inner.document_at(embedded.to_embedded(offset)?)?.index();
            let text = changed(embedded.text(), document, &[], mapping, changes)?;
            let (document, path) = path_of(tree, node)?;
            let target = Target {
                document,
                path: &path,
            };
            let edit = set_scalar(tree, target, NewValue::String(&text)).ok()?;
            apply(tree.text(), &[edit]).ok()?
        }
    };
    Some(difference(tree.text(), &after))
}

/// Where an object stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ObjectPlace {
    /// In the file itself, at this range.
    File(TextRange),
    /// In a text within the scalar at this offset.
    Inside(TextSize),
}

fn changed(
    text: &str,
    document: usize,
    object: &[Segment<'_>],
    mapping: &[&str],
    changes: &[Change],
) -> Option<String> {
    let keys = mapping.iter().map(|key| Segment::Key(key));
    let path: Vec<_> = object.iter().copied().chain(keys).collect();
    let mut text = text.to_owned();
    for change in changes {
        let tree = Tree::parse(text.as_str());
        let target = Target {
            document,
            path: &path,
        };
        let edit = match change {
            Change::Set(key, value, after) => {
                set(&tree, target, key, NewValue::String(value), Some(after))
            }
            Change::Null(key) => set(&tree, target, key, NewValue::Yaml("null"), None),
            Change::Remove(key) => remove_entry(&tree, target, key),
        };
        text = apply(&text, &[edit.ok()?]).ok()?;
    }
    Some(text)
}

fn set(
    tree: &Tree,
    mapping: Target<'_>,
    key: &str,
    value: NewValue<'_>,
    after: Option<&str>,
) -> Result<TextEdit, EditError> {
    let path = [mapping.path, &[Segment::Key(key)]].concat();
    let entry = Target {
        path: &path,
        ..mapping
    };
    match insert_entry(tree, mapping, key, value, after) {
        Ok(edit) => Ok(edit),
        Err(refused) => set_scalar(tree, entry, value).map_err(|_| refused),
    }
}

/// The one edit between two texts.
fn difference(before: &str, after: &str) -> TextEdit {
    let shared = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
        let same = a.zip(b).take_while(|(a, b)| a == b);
        same.map(|(letter, _)| letter.len_utf8()).sum::<usize>()
    };
    let start = shared(&mut before.chars(), &mut after.chars());
    let (old, new) = (&before[start..], &after[start..]);
    let end = shared(&mut old.chars().rev(), &mut new.chars().rev());
    let size = |at: usize| TextSize::try_from(at).unwrap_or_default();
    TextEdit {
        range: TextRange::new(size(start), size(before.len() - end)),
        new_text: new[..new.len() - end].to_owned(),
    }
}
