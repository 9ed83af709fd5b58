//! `$patch`: what a patch says about itself.

use crate::value::{Map, Value};

/// The key of a directive.
const KEY: &str = "$patch";

/// What is done with the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    /// The patch is merged into it.
    Merge,
    /// The patch takes its place.
    Replace,
    /// It goes away.
    Delete,
}

impl Directive {
    fn of(text: &str) -> Result<Directive, String> {
        match text {
            "merge" => Ok(Directive::Merge),
            "replace" => Ok(Directive::Replace),
            "delete" => Ok(Directive::Delete),
            other => Err(other.to_owned()),
        }
    }
}

/// The directive of a mapping, and the mapping without it.
///
/// # Errors
///
/// The directive, where there is none of that name.
pub(super) fn of_map(map: &Map) -> Result<(Directive, Map), String> {
    let Some(value) = map.get(KEY) else {
        return Ok((Directive::Merge, map.clone()));
    };
    let directive = Directive::of(text(value))?;
    let mut rest = map.clone();
    rest.remove(KEY);
    Ok((directive, rest))
}

/// The directive of a list, and the list without it. It is an item with nothing but `$patch`, and must be the
/// first that has that key at all.
///
/// # Errors
///
/// The directive, where there is none of that name.
pub(super) fn of_list(items: &[Value]) -> Result<(Directive, Vec<Value>), String> {
    let first = items
        .iter()
        .find_map(|item| item.as_map().filter(|map| map.get(KEY).is_some()));
    let Some(value) = first
        .filter(|map| map.len() == 1)
        .and_then(|map| map.get(KEY))
    else {
        return Ok((Directive::Merge, items.to_vec()));
    };
    let word = text(value);
    let directive = Directive::of(word)?;
    let stays = |item: &&Value| match item {
        Value::Map(map) => !map.is_empty() && map.get(KEY).map(text) != Some(word),
        Value::List(_) => true,
        Value::Scalar(_) => !item.is_null(),
    };
    Ok((directive, items.iter().filter(stays).cloned().collect()))
}

/// The text of a scalar, also of null.
fn text(value: &Value) -> &str {
    value.as_scalar().map_or("", |scalar| &scalar.text)
}
