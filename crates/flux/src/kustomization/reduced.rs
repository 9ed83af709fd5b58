//! The part of an object that substitution can change: most of a large object has no reference in it, and need not be
//! written and read for it.

use infragen_kustomize::{Map, Value};
use smol_str::SmolStr;

/// Whether substitution may change a text: elsewhere a `$` stays as it is.
pub(super) fn may_change(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"${").is_some()
        || memchr::memmem::find(text.as_bytes(), b"$$").is_some()
}

/// An object without all that substitution leaves alone; none where that is all of it. Items of a list keep their
/// places, so that what is left is written just as it is in the whole.
pub(super) fn reduced(value: &Value) -> Option<Value> {
    match value {
        Value::Scalar(scalar) => may_change(&scalar.text).then(|| value.clone()),
        Value::List(items) => {
            let reduced: Vec<_> = items.iter().map(reduced).collect();
            if reduced.iter().all(Option::is_none) {
                return None;
            }
            let items = reduced.into_iter().map(|item| item.unwrap_or(Value::NULL));
            Some(Value::from(items.collect::<Vec<_>>()))
        }
        Value::Map(map) => {
            let mut entries: Vec<(SmolStr, Value)> = Vec::new();
            for (key, value) in map.iter() {
                match reduced(value) {
                    Some(value) => entries.push((key.clone(), value)),
                    None if may_change(key) => entries.push((key.clone(), value.clone())),
                    None => {}
                }
            }
            (!entries.is_empty()).then(|| Value::from(Map::from_entries(entries)))
        }
    }
}

/// The whole object with what became of its reduced part; none where that has another form now, so that the two do
/// not fit any more.
pub(super) fn restored(whole: &Value, reduced: &Value, changed: Value) -> Option<Value> {
    match (whole, reduced, changed) {
        (Value::Map(whole), Value::Map(reduced), Value::Map(changed)) => {
            let same_keys = reduced.len() == changed.len()
                && reduced
                    .iter()
                    .all(|(key, _)| !may_change(key) && changed.get(key).is_some());
            if !same_keys {
                return None;
            }
            let mut out = whole.as_ref().clone();
            for (key, part) in reduced.iter() {
                let value = restored(whole.get(key)?, part, changed.get(key)?.clone())?;
                out.insert(key.clone(), value);
            }
            Some(Value::from(out))
        }
        (Value::List(whole), Value::List(reduced), Value::List(changed)) => {
            if reduced.len() != changed.len() {
                return None;
            }
            let mut out = whole.as_ref().clone();
            for (number, (part, changed)) in reduced.iter().zip(changed.iter()).enumerate() {
                if !part.is_null() {
                    out[number] = restored(&whole[number], part, changed.clone())?;
                }
            }
            Some(Value::from(out))
        }
        (_, Value::Scalar(_), changed) => Some(changed),
        _ => None,
    }
}
