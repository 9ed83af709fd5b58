//! The annotations in which kustomize keeps what it remembers of an object: operations of a patch and
//! replacements can see them, and take copies.

use smol_str::SmolStr;

use super::object::as_text;
use crate::resource::{Behavior, Previous, Resource};
use crate::value::{Map, Value};

/// What the names of all of them begin with.
const HIDDEN: &str = "internal.config.kubernetes.io/";

/// The annotations of an object as texts, by what follows [`HIDDEN`].
fn notes(resource: &Resource) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if let Some(generated) = &resource.generated {
        let behavior = match generated.behavior {
            Behavior::Create => "unspecified",
            Behavior::Replace => "replace",
            Behavior::Merge => "merge",
        };
        notes.push(("generatorBehavior", behavior.to_owned()));
        if generated.hash {
            notes.push(("needsHashSuffix", "enabled".to_owned()));
        }
    }
    let previous = |part: fn(&Previous) -> &SmolStr| -> Vec<&str> {
        let all = resource.previous.iter();
        all.map(|previous| part(previous).as_str()).collect()
    };
    let affixes = |affixes: &'_ [SmolStr]| affixes.join(",");
    notes.extend([
        ("prefixes", affixes(&resource.prefixes)),
        ("previousKinds", previous(|was| &was.kind).join(",")),
        ("previousNames", previous(|was| &was.name).join(",")),
        (
            "previousNamespaces",
            previous(|was| &was.namespace).join(","),
        ),
        ("suffixes", affixes(&resource.suffixes)),
    ]);
    notes.retain(|(_, text)| !text.is_empty());
    notes
}

/// Writes them into a copy of an object.
pub(crate) fn write(value: &mut Value, resource: &Resource) {
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
    if !resource.repeated.is_empty() {
        annotations.keep_last();
    }
    for (key, text) in notes(resource) {
        annotations.insert(format!("{HIDDEN}{key}"), Value::string(text));
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
                let hidden = map.iter().map(|(key, _)| key);
                let hidden: Vec<SmolStr> = hidden
                    .filter(|key| key.starts_with(HIDDEN))
                    .cloned()
                    .collect();
                for key in hidden {
                    map.remove(&key);
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
