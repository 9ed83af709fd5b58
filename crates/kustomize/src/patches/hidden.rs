//! The annotations in which kustomize keeps earlier ids of an object: operations of a patch can see them, and
//! take copies.

use smol_str::SmolStr;

use super::object::as_text;
use crate::resource::{Previous, Resource};
use crate::value::{Map, Value};

/// The annotations with kinds, names and namespaces.
const KEYS: [&str; 3] = [
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/previousNamespaces",
];

/// Writes the earlier ids of an object into a copy of it.
pub(super) fn write(value: &mut Value, resource: &Resource) {
    let Some(metadata) = metadata(value) else {
        return;
    };
    if metadata
        .get("annotations")
        .and_then(Value::as_map)
        .is_none()
    {
        metadata.insert("annotations", Value::map());
    }
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_map_mut) else {
        return;
    };
    let parts: [fn(&Previous) -> &SmolStr; 3] = [
        |previous| &previous.kind,
        |previous| &previous.name,
        |previous| &previous.namespace,
    ];
    for (key, part) in KEYS.into_iter().zip(parts) {
        let texts: Vec<&str> = resource
            .previous
            .iter()
            .map(|previous| part(previous).as_str())
            .collect();
        if !texts.is_empty() {
            annotations.insert(key, Value::string(texts.join(",")));
        }
    }
}

/// Takes them out again. kustomize writes all annotations anew then: as texts, and none if there are none.
///
/// # Errors
///
/// One sentence without a full stop, where the annotations cannot be written.
pub(super) fn take_out(value: &mut Value) -> Result<(), String> {
    let Some(metadata) = metadata(value) else {
        return Ok(());
    };
    match metadata.get_mut("annotations") {
        Some(Value::List(items)) if !items.is_empty() => {
            return Err(
                "a list takes the place of the annotations, which are a mapping, in".to_owned(),
            );
        }
        Some(annotations) => {
            if let Some(map) = annotations.as_map_mut() {
                for key in KEYS {
                    map.remove(key);
                }
                map.iter_mut()
                    .for_each(|(_, value)| *value = as_text(value));
            }
            if annotations.as_map().is_none_or(Map::is_empty) {
                metadata.remove("annotations");
            }
        }
        None => {}
    }
    Ok(())
}

fn metadata(value: &mut Value) -> Option<&mut Map> {
    value.as_map_mut()?.get_mut("metadata")?.as_map_mut()
}
