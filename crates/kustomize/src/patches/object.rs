//! Applies one patch to one object, and what kustomize keeps as it was.

use smol_str::SmolStr;

use super::merge::{MergeError, merge};
use crate::resource::Resource;
use crate::schema::Schemas;
use crate::value::{Map, Value};

/// What a patch may change besides the rest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Allowed {
    /// `options.allowNameChange`
    pub name: bool,
    /// `options.allowKindChange`
    pub kind: bool,
}

impl Allowed {
    /// Whether the object may get another id.
    pub(super) fn any(self) -> bool {
        self.name || self.kind
    }
}

/// Merges a patch into an object. Afterwards the object may be null: deleted.
pub(super) fn apply(
    resource: &mut Resource,
    patch: &Value,
    allowed: Allowed,
    schemas: Schemas<'_>,
) -> Result<(), MergeError> {
    let repeats = !resource.repeated.is_empty();
    let merged = merge(&resource.value, patch, schemas, repeats)?;
    if allowed.any() {
        resource.remember_id();
    }
    let Some(mut merged) = merged.filter(|value| value.as_map().is_some_and(|map| !map.is_empty()))
    else {
        resource.value = Value::NULL;
        return Ok(());
    };
    if let Some(map) = merged.as_map_mut() {
        if !allowed.kind {
            restore(map, "kind", resource.value.get("kind"));
        }
        // Without quotes that empty text is read as null.
        if let Some(Value::Scalar(api_version)) = map.get("apiVersion")
            && api_version.text.is_empty()
            && !api_version.quoted
        {
            map.insert("apiVersion", Value::NULL);
        }
        let before = resource.value.get("metadata");
        let name = before.and_then(|metadata| metadata.get("name"));
        if !allowed.name && map.get("metadata").is_none() {
            map.insert("metadata", Value::map());
        }
        if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_map_mut) {
            if !allowed.name {
                restore(metadata, "name", name);
            }
            restore(
                metadata,
                "namespace",
                before.and_then(|metadata| metadata.get("namespace")),
            );
        }
    }
    resource.value = merged;
    resource.settle();
    Ok(())
}

/// Sets a key back to what it was.
fn restore(map: &mut Map, key: &str, before: Option<&Value>) {
    match before.filter(|value| value.as_str().is_some_and(|text| !text.is_empty())) {
        Some(before) => map.insert(key, before.clone()),
        None => {
            map.remove(key);
        }
    }
}

/// A patch with its options: kustomize notes them in its annotations, which makes texts of all of these.
pub(super) fn with_options(patch: &Value, allowed: Allowed) -> Value {
    let mut patch = patch.clone();
    if allowed.any()
        && let Some(map) = patch.as_map_mut()
        && let Some(metadata) = map.get_mut("metadata").and_then(Value::as_map_mut)
    {
        texts_only(metadata, "annotations");
    }
    patch
}

/// A patch for an object that it does not name itself: kustomize copies it, which makes texts of its labels
/// and annotations, and gives it the object's `apiVersion`.
pub(super) fn for_target(patch: &Value, resource: &Resource) -> Value {
    let mut patch = patch.clone();
    let Some(map) = patch.as_map_mut() else {
        return patch;
    };
    match resource
        .value
        .get("apiVersion")
        .filter(|own| !own.is_null())
    {
        Some(own) => map.insert("apiVersion", own.clone()),
        None => {
            // kustomize sets an empty text, which keeps the quotes of the patch.
            let mut empty = as_text(&Value::NULL);
            if let Value::Scalar(empty) = &mut empty {
                let there = map.get("apiVersion").and_then(Value::as_scalar);
                empty.text = SmolStr::default();
                empty.quoted = there.is_some_and(|there| there.quoted);
            }
            map.insert("apiVersion", empty);
        }
    }
    if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_map_mut) {
        texts_only(metadata, "labels");
        texts_only(metadata, "annotations");
    }
    patch
}

/// Makes texts of the values of a mapping, and takes it away where it is empty.
fn texts_only(metadata: &mut Map, key: &str) {
    let Some(value) = metadata.get_mut(key) else {
        return;
    };
    match value.as_map_mut().filter(|map| !map.is_empty()) {
        Some(map) => {
            map.keep_last();
            map.iter_mut()
                .for_each(|(_, value)| *value = as_text(value));
        }
        None => {
            metadata.remove(key);
        }
    }
}

/// A value as a text, null too; empty for a collection.
pub(super) fn as_text(value: &Value) -> Value {
    let mut text = Value::string(SmolStr::default());
    if let (Value::Scalar(text), Value::Scalar(scalar)) = (&mut text, value) {
        text.text = scalar.text.clone();
        text.origin = scalar.origin.clone();
    }
    text
}
