//! The way to one field, which is made where it is missing: keys, numbers of items, `-` for the last item, and
//! `[name=web]` for the first item that has this. [kyaml:yaml/fns.go PathGetter]

use smol_str::SmolStr;

use crate::field_spec::split;
use crate::value::{Layout, Map, ScalarKind, Value};

/// Sets a field.
type Set<'s> = dyn FnMut(&Value) -> Result<Option<Value>, String> + 's;

/// The object with the field of a path set; none where nothing changes.
///
/// # Errors
///
/// One sentence without a full stop.
pub(super) fn lead(object: &Value, path: &str, set: &mut Set<'_>) -> Result<Option<Value>, String> {
    let parts = split(path);
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    walk(object, &parts, set)
}

fn walk(value: &Value, parts: &[&str], set: &mut Set<'_>) -> Result<Option<Value>, String> {
    let Some((&part, rest)) = parts.split_first() else {
        return set(value);
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
            Some(_) => item(items, number, rest, set),
            None => Ok(None),
        };
    }
    match part {
        "-" => match items(value)? {
            [] => Err("there is no last item in an empty list".to_owned()),
            items => item(items, items.len() - 1, rest, set),
        },
        "*" => Err("`*` leads nowhere here".to_owned()),
        part if is_choice(part) => {
            let inside = part.trim_start_matches('[').trim_end_matches(']');
            let Some((key, wanted)) = inside.split_once('=') else {
                return Err(format!(
                    "`{part}` says no `key=value` by which an item is found"
                ));
            };
            chosen(items(value)?, key, wanted, rest, set)
        }
        key => entry(value, key, rest, set),
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
    set: &mut Set<'_>,
) -> Result<Option<Value>, String> {
    let Some(there) = items.get(number) else {
        return Ok(None);
    };
    Ok(walk(there, rest, set)?.map(|changed| {
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
    set: &mut Set<'_>,
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
        return item(items, number, rest, set);
    }
    let mut made = Value::plain(wanted);
    if let Value::Scalar(made) = &mut made {
        if wanted.is_empty() {
            made.kind = ScalarKind::String;
        }
        made.layout = Layout::Untyped;
    }
    if !key.is_empty() {
        made = Map::from_entries(vec![(SmolStr::new(key), made)]).into();
    }
    let mut all = items.to_vec();
    all.push(walk(&made, rest, set)?.unwrap_or(made));
    Ok(Some(Value::from(all)))
}

fn entry(
    value: &Value,
    key: &str,
    rest: &[&str],
    set: &mut Set<'_>,
) -> Result<Option<Value>, String> {
    let Some(map) = value.as_map() else {
        return Err(format!("`{key}` is looked for in what is no mapping"));
    };
    let changed = match map.get(key) {
        Some(there) => walk(there, rest, set)?,
        None => {
            let made = match rest.first() {
                None => Value::nothing(),
                Some(next) if next.parse::<i64>().is_ok() || is_choice(next) => {
                    Value::from(Vec::new())
                }
                Some(_) => Value::map(),
            };
            Some(walk(&made, rest, set)?.unwrap_or(made))
        }
    };
    Ok(changed.map(|changed| {
        let mut map = map.clone();
        map.insert(key, changed);
        Value::from(map)
    }))
}
