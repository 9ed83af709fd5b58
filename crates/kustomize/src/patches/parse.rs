//! What a patch is: kustomize tries to read it as objects, and as operations if that fails.

use infragen_syntax::{Document, Node, TextRange};

use super::json::{self, Step, Wrong};
use super::text::PatchText;
use crate::value::{Value, ValueReader};

/// A patch that was read.
pub(super) enum Patch {
    /// Strategic merge: objects.
    Merge(Vec<MergePatch>),
    /// JSON6902: operations.
    Json(Vec<Step>),
}

/// An object that is merged into others.
pub(super) struct MergePatch {
    /// The object; always a mapping.
    pub value: Value,
    /// The document, or the item of a list.
    pub range: TextRange,
    /// Keys that it gives again, with what to say. kustomize merges the first of them, and can print an object only
    /// if it got no two of one key.
    pub repeated: Vec<(TextRange, String)>,
}

/// Reads a patch; see [`json::read`] for `lenient`.
pub(super) fn read(text: &PatchText, traced: bool, lenient: bool) -> Result<Patch, Wrong> {
    let no_objects = match read_objects(text, traced) {
        Ok(objects) => return Ok(Patch::Merge(objects)),
        Err(wrong) => wrong,
    };
    match json::read(text, traced, lenient) {
        Ok(operations) => Ok(Patch::Json(operations)),
        Err(no_operations) => {
            let first = text.tree.document(0).and_then(Document::root);
            let is_list = first.is_some_and(Node::is_sequence) || text.tree.text().starts_with('[');
            Err(if is_list { no_operations } else { no_objects })
        }
    }
}

/// Reads the objects of a strategic merge patch.
pub(super) fn read_objects(text: &PatchText, traced: bool) -> Result<Vec<MergePatch>, Wrong> {
    if let Some(error) = text.tree.errors().first() {
        return Err((error.range, error.message.clone()));
    }
    let mut reader = ValueReader::new(text.file(), traced);
    reader.repeated = Some(Vec::new());
    let mut objects = Vec::new();
    for root in text.tree.documents().filter_map(Document::root) {
        let value = reader.read(root);
        if let Some(wrong) = reader.errors.drain(..).next() {
            return Err(wrong);
        }
        let before = objects.len();
        collect(value, root, &mut objects)?;
        let repeated = reader.repeated.replace(Vec::new()).unwrap_or_default();
        if !repeated.is_empty() {
            for object in objects.iter_mut().skip(before) {
                object.repeated.clone_from(&repeated);
            }
        }
    }
    for object in &mut objects {
        if traced {
            object.value = text.as_patch(&object.value);
        }
    }
    Ok(objects)
}

/// Puts an object, or the items of a list of objects, to the others.
fn collect(value: Value, node: Node<'_>, objects: &mut Vec<MergePatch>) -> Result<(), Wrong> {
    let range = node.range();
    let text = |path: &[&str]| value.at(path).and_then(Value::as_str).unwrap_or_default();
    let kind = text(&["kind"]);
    if is_empty(&value) {
        return Ok(());
    }
    if value.as_map().is_none() {
        let message = "the patch is neither an object nor a list of operations";
        return Err((range, message.to_owned()));
    }
    if kind.is_empty() {
        let message =
            "the patch has no `kind`, which it needs even where `target` says what it is for";
        return Err((range, message.to_owned()));
    }
    if kind.ends_with("List") {
        let items = node.get("items").filter(|items| items.is_sequence());
        match (value.get("items"), items) {
            (Some(Value::List(values)), Some(items)) => {
                for (value, item) in values.iter().zip(items.items()) {
                    collect(value.clone(), item, objects)?;
                }
                return Ok(());
            }
            (Some(value), _) if value.is_null() => return Ok(()),
            (Some(_), _) => return Err((range, "`items` is no list".to_owned())),
            (None, _) => {}
        }
    } else if text(&["metadata", "name"]).is_empty() {
        let message = "the patch has no `metadata.name`, which it needs even where `target` says what it is for";
        return Err((range, message.to_owned()));
    }
    objects.push(MergePatch {
        value,
        range,
        repeated: Vec::new(),
    });
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Scalar(_) => value.is_null(),
    }
}
