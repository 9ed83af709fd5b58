//! Applies the operations of a JSON6902 patch to an object, as the library json-patch does: version 5, which the
//! packages of kustomize link, or, where the loader says so, version 4, which Flux links.

use smol_str::SmolStr;

use super::json::{Operation, Pointer, Verb};
use crate::origin::{Before, How, Origin};
use crate::value::{
    Layout, Number, Scalar, ScalarKind, Value, needs_no_quotes, number, refold, shortest,
    to_rfc3339,
};

/// Why an operation cannot be done.
#[derive(Debug)]
pub(super) struct Failure {
    /// The pointer that leads nowhere.
    pub pointer: Pointer,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

/// What is not where a pointer leads: the part of it that fails, and why.
struct Lost {
    message: String,
    help: Option<&'static str>,
}

/// Does one operation; `what` names the object. A `lenient` one may `replace` or `copy` a key that is not there.
pub(super) fn operate(
    object: &mut Value,
    operation: &Operation,
    what: &str,
    lenient: bool,
) -> Result<(), Failure> {
    let at = |pointer: &Pointer| {
        let pointer = pointer.clone();
        move |lost: Lost| Failure {
            pointer,
            message: format!("`{}` {} {what}", operation.verb.name(), lost.message),
            help: lost.help,
        }
    };
    let path = &operation.path;
    match operation.verb {
        Verb::Add => add(object, path, operation.value.clone()).map_err(at(path)),
        Verb::Remove => remove(object, path).map(drop).map_err(at(path)),
        Verb::Replace => replace(object, path, operation.value.clone(), lenient).map_err(at(path)),
        Verb::Move => {
            let from = operation.from.as_ref().unwrap_or(path);
            if from.text.is_empty() {
                let lost = lost("cannot move the whole of");
                return Err(at(from)(lost));
            }
            let value = remove(object, from).map_err(at(from))?;
            add(object, path, value).map_err(at(path))
        }
        Verb::Copy => {
            let from = operation.from.as_ref().unwrap_or(path);
            let value = match find(object, from).cloned() {
                Ok(found) => found,
                Err(_) if lenient && is_key(object, from) => Value::NULL,
                Err(lost) => return Err(at(from)(lost)),
            };
            add(object, path, value).map_err(at(path))
        }
        Verb::Test => test(object, path, &operation.value).map_err(at(path)),
    }
}

fn lost(message: impl Into<String>) -> Lost {
    Lost {
        message: message.into(),
        help: None,
    }
}

fn is_missing(pointer: &str) -> Lost {
    lost(format!("finds no `{pointer}` in"))
}

/// The keys of a pointer: those on the way, and the last.
fn split(pointer: &Pointer) -> Result<(Vec<SmolStr>, SmolStr), Lost> {
    let decode = |part: &str| SmolStr::new(part.replace("~1", "/").replace("~0", "~"));
    let mut parts = pointer.text.split('/');
    // kustomize overlooks what stands before the first `/`.
    parts.next();
    if !pointer.text.contains('/') {
        let mut lost = lost(format!("cannot look for `{}` in", pointer.text));
        lost.help = Some("a path begins with `/`");
        return Err(lost);
    }
    let mut parts: Vec<_> = parts.map(decode).collect();
    let last = parts.pop().unwrap_or_default();
    Ok((parts, last))
}

/// The number of an item, counted from the end where it is negative.
fn index(key: &str, len: usize) -> Option<usize> {
    let number: i64 = key.parse().ok()?;
    let len = i64::try_from(len).ok()?;
    let index = if number < 0 { number + len } else { number };
    usize::try_from(index).ok()
}

fn child<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(key),
        Value::List(items) => items.get(index(key, items.len())?),
        Value::Scalar(_) => None,
    }
}

fn child_mut<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    match value {
        Value::Map(_) => value.as_map_mut()?.get_mut(key),
        Value::List(items) => {
            let index = index(key, items.len())?;
            value.as_list_mut()?.get_mut(index)
        }
        Value::Scalar(_) => None,
    }
}

/// The pointer to the first `count` keys.
fn prefix(pointer: &Pointer, count: usize) -> String {
    pointer
        .text
        .split('/')
        .take(count + 1)
        .collect::<Vec<_>>()
        .join("/")
}

/// What holds the last key of a pointer.
fn container<'v>(
    object: &'v mut Value,
    pointer: &Pointer,
    way: &[SmolStr],
) -> Result<&'v mut Value, Lost> {
    let mut value = object;
    for (depth, key) in way.iter().enumerate() {
        value = child_mut(value, key).ok_or_else(|| is_missing(&prefix(pointer, depth + 1)))?;
    }
    match value {
        Value::Scalar(_) => {
            let at = prefix(pointer, way.len());
            Err(lost(format!(
                "finds nothing below `{at}`, a single value, in"
            )))
        }
        _ => Ok(value),
    }
}

/// Whether a pointer names a key of a mapping that is there, whether the key is or not.
fn is_key(object: &mut Value, pointer: &Pointer) -> bool {
    let Ok((way, _)) = split(pointer) else {
        return false;
    };
    container(object, pointer, &way).is_ok_and(|container| container.as_map().is_some())
}

fn find<'v>(object: &'v mut Value, pointer: &Pointer) -> Result<&'v Value, Lost> {
    if pointer.text.is_empty() {
        return Ok(object);
    }
    let (way, last) = split(pointer)?;
    let container: &Value = container(object, pointer, &way)?;
    child(container, &last).ok_or_else(|| is_missing(&pointer.text))
}

fn add(object: &mut Value, pointer: &Pointer, value: Value) -> Result<(), Lost> {
    if pointer.text.is_empty() {
        return set_whole(object, value);
    }
    let (way, last) = split(pointer)?;
    let container = container(object, pointer, &way).map_err(|mut lost| {
        if !way.is_empty() {
            lost.help = Some("add what is above it first, or the whole of it as one value");
        }
        lost
    })?;
    if let Some(map) = container.as_map_mut() {
        let value = after(value, map.get(&last));
        map.insert(last, value);
        return Ok(());
    }
    let Some(items) = container.as_list_mut() else {
        return Err(is_missing(&pointer.text));
    };
    if last == "-" {
        items.push(value);
        return Ok(());
    }
    match index(&last, items.len() + 1) {
        Some(index) if index <= items.len() => {
            items.insert(index, value);
            Ok(())
        }
        _ => Err(no_index(&last, items.len(), &prefix(pointer, way.len()))),
    }
}

fn no_index(key: &str, len: usize, list: &str) -> Lost {
    if key.parse::<i64>().is_err() {
        let mut lost = lost(format!(
            "takes `{key}` for an index of the list `{list}` in"
        ));
        lost.help = Some("use a number, or `-` to add at the end");
        return lost;
    }
    let mut lost = lost(format!(
        "finds no index {key} in the {len} items of `{list}` in"
    ));
    lost.help = Some("`-` adds at the end");
    lost
}

fn remove(object: &mut Value, pointer: &Pointer) -> Result<Value, Lost> {
    let (way, last) = split(pointer)?;
    let container = container(object, pointer, &way)?;
    if let Some(map) = container.as_map_mut() {
        return map.remove(&last).ok_or_else(|| is_missing(&pointer.text));
    }
    let items = container
        .as_list_mut()
        .ok_or_else(|| is_missing(&pointer.text))?;
    match index(&last, items.len()) {
        Some(index) if index < items.len() => Ok(items.remove(index)),
        _ => Err(is_missing(&pointer.text)),
    }
}

fn replace(object: &mut Value, pointer: &Pointer, value: Value, lenient: bool) -> Result<(), Lost> {
    if pointer.text.is_empty() {
        return set_whole(object, value);
    }
    let (way, last) = split(pointer)?;
    let container = container(object, pointer, &way)?;
    if lenient
        && let Some(map) = container.as_map_mut()
        && map.get(&last).is_none()
    {
        map.insert(last, after(value, None));
        return Ok(());
    }
    match child_mut(container, &last) {
        Some(there) => {
            *there = after(value, Some(there));
            Ok(())
        }
        None => {
            let mut lost = is_missing(&pointer.text);
            lost.help = Some("use `op: add`, which also sets what is not there");
            Err(lost)
        }
    }
}

fn set_whole(object: &mut Value, value: Value) -> Result<(), Lost> {
    if value.as_map().is_none() {
        return Err(lost("can put nothing but a mapping in the place of"));
    }
    *object = value;
    Ok(())
}

fn test(object: &mut Value, pointer: &Pointer, wanted: &Value) -> Result<(), Lost> {
    let found = match pointer.text.as_str() {
        "" => Some(&*object),
        _ => {
            let (way, last) = split(pointer)?;
            let container: &Value = container(object, pointer, &way)?;
            let found = child(container, &last);
            if found.is_none() && container.as_list().is_some() {
                return Err(is_missing(&pointer.text));
            }
            found
        }
    };
    match equal(found.unwrap_or(&Value::NULL), wanted) {
        true => Ok(()),
        false => Err(lost(format!(
            "finds another value at `{}` in",
            pointer.text
        ))),
    }
}

/// Whether two values are the same JSON.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|other| equal(value, other)))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|(one, other)| equal(one, other))
        }
        (Value::Scalar(left), Value::Scalar(right)) => {
            let is_number = |kind| matches!(kind, ScalarKind::Int | ScalarKind::Float);
            let is_text = |kind| matches!(kind, ScalarKind::String | ScalarKind::Timestamp);
            match (left.kind, right.kind) {
                (ScalarKind::Null, ScalarKind::Null) => true,
                (ScalarKind::Bool, ScalarKind::Bool) => left.text.eq_ignore_ascii_case(&right.text),
                (one, other) if is_number(one) && is_number(other) => {
                    let value = |text: &str| number(text).map(as_float);
                    value(&left.text) == value(&right.text)
                }
                (one, other) if is_text(one) && is_text(other) => left.text == right.text,
                _ => false,
            }
        }
        _ => false,
    }
}

/// A value of a patch with the history of what was there before.
fn after(mut value: Value, before: Option<&Value>) -> Value {
    if let Value::Scalar(scalar) = &mut value
        && let Some(step) = scalar.origin.newest()
        && before.is_some()
    {
        scalar.origin = Origin::step(How::Patch, step.place.clone(), Before::of(before));
    }
    value
}

fn as_float(number: Number) -> f64 {
    match number {
        Number::Int(value) => value as f64,
        Number::UInt(value) => value as f64,
        Number::Float(value) => value,
    }
}

/// What an object becomes on its way through JSON, which is how kustomize applies these patches: numbers are
/// 64-bit floating point, dates are texts, and texts have only those quotes that they need.
pub(super) fn through_json(value: &mut Value) {
    if !changes(value) {
        return;
    }
    match value {
        Value::Map(_) => {
            let entries = value
                .as_map_mut()
                .into_iter()
                .flat_map(|map| map.iter_mut());
            entries.for_each(|(_, value)| through_json(value));
        }
        Value::List(_) => {
            let items = value.as_list_mut().into_iter().flatten();
            items.for_each(through_json);
        }
        Value::Scalar(scalar) => {
            let layout = std::mem::take(&mut scalar.layout);
            match scalar.kind {
                ScalarKind::Null if layout == Layout::EmptyInFlow => {
                    scalar.kind = ScalarKind::String;
                    scalar.quoted = true;
                }
                ScalarKind::Null => scalar.text = SmolStr::new_static("null"),
                ScalarKind::String if layout == Layout::Folded => {
                    scalar.text = SmolStr::new(refold(&scalar.text));
                    scalar.quoted = !needs_no_quotes(&scalar.text);
                }
                ScalarKind::String => scalar.quoted = !needs_no_quotes(&scalar.text),
                ScalarKind::Timestamp => {
                    if let Some(text) = to_rfc3339(&scalar.text) {
                        scalar.text = SmolStr::new(text);
                    }
                    scalar.kind = ScalarKind::String;
                }
                ScalarKind::Int | ScalarKind::Float => {
                    if let Some(number) = number(&scalar.text) {
                        scalar.text = SmolStr::new(shortest(as_float(number)));
                        let whole = scalar
                            .text
                            .bytes()
                            .all(|byte| byte.is_ascii_digit() || byte == b'-');
                        scalar.kind = if whole {
                            ScalarKind::Int
                        } else {
                            ScalarKind::Float
                        };
                    }
                }
                _ => {}
            }
        }
    }
}

/// A number that JSON cannot hold: `.inf`, `.nan`.
pub(super) fn endless(value: &Value) -> Option<&Scalar> {
    match value {
        Value::Map(map) => map.iter().find_map(|(_, value)| endless(value)),
        Value::List(items) => items.iter().find_map(endless),
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Float => {
            let float = as_float(number(&scalar.text)?);
            (!float.is_finite()).then_some(scalar)
        }
        Value::Scalar(_) => None,
    }
}

/// Whether anything in a value changes in JSON.
fn changes(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.iter().any(|(_, value)| changes(value)),
        Value::List(items) => items.iter().any(changes),
        Value::Scalar(scalar) if scalar.layout != Layout::Usual => true,
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Null => scalar.text != "null",
            ScalarKind::Int => {
                let plain = scalar.text.bytes().all(|byte| byte.is_ascii_digit());
                !plain || scalar.text.len() > 6 || scalar.text.starts_with('0')
            }
            ScalarKind::Float | ScalarKind::Timestamp => true,
            ScalarKind::String => scalar.quoted == needs_no_quotes(&scalar.text),
            _ => false,
        },
    }
}
