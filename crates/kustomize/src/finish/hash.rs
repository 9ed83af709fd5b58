//! The hash at the end of the name of a generated object.

use sha2::{Digest, Sha256};
use smol_str::format_smolstr;

use crate::origin::{Before, How, Origin};
use crate::resource::Resource;
use crate::value::{Layout, Map, Scalar, ScalarKind, Shared, Value};

/// Puts the hash of its content behind the name of each generated object that wants it.
pub(crate) fn add_hashes(resources: &mut [Resource], traced: bool) {
    for resource in resources {
        if !resource
            .generated
            .as_ref()
            .is_some_and(|generated| generated.hash)
        {
            continue;
        }
        let hash = hash(resource);
        resource.remember_id();
        let name = format_smolstr!("{}-{hash}", resource.name());
        let metadata = resource
            .value
            .as_map_mut()
            .and_then(|map| map.get_mut("metadata"))
            .and_then(Value::as_map_mut);
        if let Some(metadata) = metadata {
            let origin = match traced {
                false => Origin::default(),
                true => {
                    let before = Before::of(metadata.get("name"));
                    Origin::step(How::Generator, resource.place.clone(), before)
                }
            };
            metadata.insert(
                "name",
                Value::Scalar(Scalar {
                    text: name,
                    kind: ScalarKind::String,
                    quoted: false,
                    origin,
                    layout: Layout::Usual,
                    shared: Shared::NONE,
                }),
            );
        }
    }
}

/// Ten characters without vowels, so that they form no word. The name does not count.
fn hash(resource: &Resource) -> String {
    let mut json = String::from("{");
    let data = |key| resource.value.get(key);
    if let Some(Value::Map(_)) = data("binaryData")
        && resource.kind() == "ConfigMap"
    {
        field("binaryData", data("binaryData"), &mut json);
    }
    field("data", data("data"), &mut json);
    field("kind", resource.value.get("kind"), &mut json);
    field("name", None, &mut json);
    if resource.kind() == "Secret" {
        if let Some(Value::Map(_)) = data("stringData") {
            field("stringData", data("stringData"), &mut json);
        }
        field("type", data("type"), &mut json);
    }
    json.push('}');
    let digest = Sha256::digest(json.as_bytes());
    digest
        .iter()
        .take(5)
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| match digit {
            0 => 'g',
            1 => 'h',
            3 => 'k',
            10 => 'm',
            14 => 't',
            digit => char::from_digit(u32::from(digit), 16).unwrap_or_default(),
        })
        .collect()
}

/// A key of the JSON that is hashed; what is not there is an empty text.
fn field(key: &str, value: Option<&Value>, json: &mut String) {
    if json.len() > 1 {
        json.push(',');
    }
    text(key, json);
    json.push(':');
    match value {
        Some(Value::Map(map)) => mapping(map, json),
        Some(Value::Scalar(scalar)) => text(&scalar.text, json),
        Some(Value::List(_)) => json.push_str("null"),
        None => json.push_str("\"\""),
    }
}

fn mapping(map: &Map, json: &mut String) {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    json.push('{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        text(key, json);
        json.push(':');
        any(value, json);
    }
    json.push('}');
}

fn any(value: &Value, json: &mut String) {
    match value {
        Value::Map(map) => mapping(map, json),
        Value::List(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                any(item, json);
            }
            json.push(']');
        }
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Null => json.push_str("null"),
            ScalarKind::Bool | ScalarKind::Int | ScalarKind::Float => json.push_str(&scalar.text),
            _ => text(&scalar.text, json),
        },
    }
}

/// A text as Go's JSON writes it.
fn text(text: &str, json: &mut String) {
    use std::fmt::Write;
    json.push('"');
    for sign in text.chars() {
        match sign {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(sign));
            }
            sign => json.push(sign),
        }
    }
    json.push('"');
}
