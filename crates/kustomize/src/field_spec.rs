//! Field specs: which fields of which kinds a transformer changes.

use smol_str::SmolStr;

use crate::id::Gvk;
use crate::value::{Map, ScalarKind, Value};

/// A field of some kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldSpec {
    /// The group, empty for any.
    pub group: SmolStr,
    /// The version, empty for any.
    pub version: SmolStr,
    /// The kind, empty for any.
    pub kind: SmolStr,
    /// The keys to it with `/` between them; `[]` behind a key means every item of its list.
    pub path: SmolStr,
    /// Whether it is made where it is missing.
    pub create: bool,
}

impl FieldSpec {
    /// Whether it is about a type.
    pub fn selects(&self, gvk: &Gvk) -> bool {
        let fits = |own: &SmolStr, other: &SmolStr| own.is_empty() || own == other;
        fits(&self.kind, &gvk.kind)
            && fits(&self.group, &gvk.group)
            && fits(&self.version, &gvk.version)
    }
}

/// What is made where a field is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    /// Nothing.
    Nothing,
    /// A scalar; it is null for whoever fills it.
    Scalar,
    /// A mapping.
    Map,
}

/// What to do with a field: a new value, or none where it stays; or what is wrong with it.
pub(crate) type Change<'a> = dyn FnMut(&Value) -> Result<Option<Value>, String> + 'a;

/// Changes the fields of an object that a field spec names. Gives the changed object, or none where nothing
/// changed.
pub(crate) fn change(
    object: &Value,
    spec: &FieldSpec,
    make: Make,
    change: &mut Change<'_>,
) -> Result<Option<Value>, String> {
    let walk = Walk {
        make: if spec.create { make } else { Make::Nothing },
    };
    if !spec.path.contains('\\') {
        let path: &str = spec.path.strip_prefix('/').unwrap_or(&spec.path);
        return walk.value(object, Some(path), change);
    }
    // A `/` inside a key, escaped.
    let keys = split(&spec.path);
    walk.keys(object, &keys, change)
}

/// The keys of a path; a `\` keeps the delimiter behind it inside the key.
pub(crate) fn split(path: &str) -> Vec<String> {
    split_at(path, '/')
}

/// See [`split`]; with any delimiter.
pub(crate) fn split_at(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = path.split(delimiter).peekable();
    let mut keys: Vec<String> = Vec::new();
    if let Some(first) = parts.next()
        && !(first.is_empty() && parts.peek().is_some())
    {
        keys.push(first.to_owned());
    }
    for part in parts {
        match keys.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => keys.push(part.to_owned()),
        }
    }
    keys
}

struct Walk {
    make: Make,
}

impl Walk {
    /// Walks a path that is still one text; none at its end.
    fn value(
        &self,
        value: &Value,
        path: Option<&str>,
        change: &mut Change<'_>,
    ) -> Result<Option<Value>, String> {
        let Some(path) = path else {
            return change(value);
        };
        match value {
            Value::List(items) => each(items, &mut |item| self.value(item, Some(path), change)),
            Value::Map(map) => {
                let (key, rest) = match path.split_once('/') {
                    Some((key, rest)) => (key, Some(rest)),
                    None => (path, None),
                };
                self.entry(map, key, rest.is_none(), &mut |field| {
                    self.value(field, rest, change)
                })
            }
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => Ok(None),
            Value::Scalar(_) => Err(NOT_A_COLLECTION.to_owned()),
        }
    }

    /// Walks a path that is split.
    fn keys(
        &self,
        value: &Value,
        keys: &[String],
        change: &mut Change<'_>,
    ) -> Result<Option<Value>, String> {
        let Some((key, rest)) = keys.split_first() else {
            return change(value);
        };
        match value {
            Value::List(items) => each(items, &mut |item| self.keys(item, keys, change)),
            Value::Map(map) => self.entry(map, key, rest.is_empty(), &mut |field| {
                self.keys(field, rest, change)
            }),
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => Ok(None),
            Value::Scalar(_) => Err(NOT_A_COLLECTION.to_owned()),
        }
    }

    fn entry(
        &self,
        map: &Map,
        key: &str,
        last: bool,
        below: &mut Change<'_>,
    ) -> Result<Option<Value>, String> {
        let (key, of_list) = match key.strip_suffix("[]") {
            Some(key) => (key, true),
            None => (key, false),
        };
        if key.is_empty() {
            return Err("a field name of the path is empty".to_owned());
        }
        let make = if of_list { Make::Nothing } else { self.make };
        let field = map.get(key);
        let made = match (field, make) {
            (None, Make::Nothing) => return Ok(None),
            // kustomize turns a null on the way into what it expects there.
            (Some(field), Make::Nothing) if field.is_null() && of_list => {
                Some(Value::from(Vec::new()))
            }
            (Some(field), Make::Scalar | Make::Map) if field.is_null() && !last => {
                Some(Value::map())
            }
            (Some(field), Make::Map) if field.is_null() => Some(Value::map()),
            (None, Make::Scalar) if last => Some(Value::nothing()),
            (None, _) => Some(Value::map()),
            (Some(_), _) => None,
        };
        let changed = match (&made, field) {
            (Some(made), _) => below(made)?.or_else(|| Some(made.clone())),
            (None, Some(field)) => below(field)?,
            (None, None) => None,
        };
        Ok(changed.map(|changed| {
            let mut map = map.clone();
            map.insert(key, changed);
            Value::from(map)
        }))
    }
}

const NOT_A_COLLECTION: &str = "a mapping or a list is expected on the way";

fn each(items: &[Value], change: &mut Change<'_>) -> Result<Option<Value>, String> {
    let mut changed: Option<Vec<Value>> = None;
    for (index, item) in items.iter().enumerate() {
        if let Some(new) = change(item)? {
            changed.get_or_insert_with(|| items.to_vec())[index] = new;
        }
    }
    Ok(changed.map(Value::from))
}
