//! The way to one field, which is made where it is missing: keys, numbers of items, `-` for the last item, and
//! `[name=web]` for the first item that has this. [kyaml:yaml/fns.go PathGetter]

use smol_str::SmolStr;

use crate::field_spec::split;
use crate::value::{Map, ScalarKind, Value};

/// What is done on the way.
pub(super) trait Lead {
    /// What a field becomes; none where it stays as it is.
    fn set(&self, value: &Value) -> Result<Option<Value>, String>;

    /// The text that a made item is found by.
    fn make(&self, text: &str) -> Value;
}

/// The object with the field of a path set; none where nothing changes.
///
/// # Errors
///
/// One sentence without a full stop.
pub(super) fn lead(object: &Value, path: &str, to: &dyn Lead) -> Result<Option<Value>, String> {
    let parts = split(path);
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    walk(object, &parts, to)
}

fn walk(value: &Value, parts: &[&str], to: &dyn Lead) -> Result<Option<Value>, String> {
    let Some((&part, rest)) = parts.split_first() else {
        return to.set(value);
    };
    // What would be made instead of a null is kept nowhere.
    if value.is_null() {
        return Ok(None);
    }
    if let Ok(number) = part.parse::<i64>() {
        let Ok(number) = usize::try_from(number) else {
            return Err(format!("`{part}` is no number of an item"));
        };
        let items = items(value)?;
        return match items.get(number) {
            Some(_) => item(items, number, rest, to),
            None => Ok(None),
        };
    }
    match part {
        "-" => match items(value)? {
            [] => Err("there is no last item in an empty list".to_owned()),
            items => item(items, items.len() - 1, rest, to),
        },
        "*" => Err("`*` leads nowhere here".to_owned()),
        part if is_choice(part) => {
            let inside = part.trim_start_matches('[').trim_end_matches(']');
            let Some((key, wanted)) = inside.split_once('=') else {
                return Err(format!(
                    "`{part}` says no `key=value` by which an item is found"
                ));
            };
            chosen(items(value)?, key, wanted, rest, to)
        }
        key => entry(value, key, rest, to),
    }
}

/// Whether a part of a path chooses an item by what it holds.
fn is_choice(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

fn items(value: &Value) -> Result<&[Value], String> {
    let why = "an item is looked for in what is no list";
    value.as_list().ok_or_else(|| why.to_owned())
}

fn item(
    items: &[Value],
    number: usize,
    rest: &[&str],
    to: &dyn Lead,
) -> Result<Option<Value>, String> {
    let Some(there) = items.get(number) else {
        return Ok(None);
    };
    Ok(walk(there, rest, to)?.map(|changed| {
        let mut items = items.to_vec();
        items[number] = changed;
        Value::from(items)
    }))
}

fn chosen(
    items: &[Value],
    key: &str,
    wanted: &str,
    rest: &[&str],
    to: &dyn Lead,
) -> Result<Option<Value>, String> {
    let fits = |item: &Value| {
        let there = if key.is_empty() {
            Some(item)
        } else {
            item.get(key)
        };
        // A collection has no text.
        there.is_some_and(|value| value.as_scalar().map_or("", |scalar| &scalar.text) == wanted)
    };
    if let Some(number) = items.iter().position(fits) {
        return item(items, number, rest, to);
    }
    let mut made = to.make(wanted);
    if let Value::Scalar(made) = &mut made
        && wanted.is_empty()
    {
        made.kind = ScalarKind::String;
    }
    if !key.is_empty() {
        made = Map::from_entries(vec![(SmolStr::new(key), made)]).into();
    }
    let mut all = items.to_vec();
    all.push(walk(&made, rest, to)?.unwrap_or(made));
    Ok(Some(Value::from(all)))
}

fn entry(value: &Value, key: &str, rest: &[&str], to: &dyn Lead) -> Result<Option<Value>, String> {
    let Some(map) = value.as_map() else {
        return Err(format!("`{key}` is looked for in what is no mapping"));
    };
    let changed = match map.get(key) {
        Some(there) => walk(there, rest, to)?,
        None => {
            let made = match rest.first() {
                None => Value::nothing(),
                Some(next) if next.parse::<i64>().is_ok() || is_choice(next) => {
                    Value::from(Vec::new())
                }
                Some(_) => Value::map(),
            };
            Some(walk(&made, rest, to)?.unwrap_or(made))
        }
    };
    Ok(changed.map(|changed| {
        let mut map = map.clone();
        map.insert(key, changed);
        Value::from(map)
    }))
}
