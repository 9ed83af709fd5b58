//! Finds the value that a replacement copies.

use super::path::Part;
use crate::value::{Map, Value};

/// The value at a path; none where something on the way is missing. Of several items the first counts.
///
/// # Errors
///
/// One sentence without a full stop.
pub(super) fn lookup<'v>(object: &'v Value, path: &[Part]) -> Result<Option<&'v Value>, String> {
    let mut value = object;
    for part in path {
        match step(value, part)? {
            Some(next) => value = next,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

fn step<'v>(value: &'v Value, part: &Part) -> Result<Option<&'v Value>, String> {
    if value.is_null() {
        return Ok(None);
    }
    match part {
        Part::Key(key) => {
            let key = key.trim();
            if key.is_empty() {
                return Ok(Some(value));
            }
            match value {
                Value::List(items) if key == "-" => Ok(items.last()),
                Value::Map(map) => Ok(map.get(key)),
                _ => Err(format!("`{key}` is looked for in {}", what(value))),
            }
        }
        Part::Index(index) => Ok(items(value)?.get(*index)),
        Part::Items { key, value: wanted } => Ok(items(value)?.iter().find(|item| {
            if key.is_empty() {
                return text(item) == wanted;
            }
            let there = item.as_map().and_then(|map: &Map| map.get(key));
            there.is_some_and(|there| text(there) == wanted)
        })),
        Part::All => Err("a source cannot be every item, `*`".to_owned()),
    }
}

fn items(value: &Value) -> Result<&[Value], String> {
    let items = value.as_list();
    items.ok_or_else(|| format!("an item is looked for in {}", what(value)))
}

/// The text of a scalar, also of null.
pub(super) fn text(value: &Value) -> &str {
    value.as_scalar().map_or("", |scalar| &scalar.text)
}

/// What a value is, for people.
pub(super) fn what(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "a mapping",
        Value::List(_) => "a list",
        Value::Scalar(_) => "a single value",
    }
}
