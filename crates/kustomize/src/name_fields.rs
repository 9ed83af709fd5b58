//! The fields of an object that name other objects, by kustomize's built-in table of name references.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::config::Config;
use crate::field_spec::split;
use crate::id::Gvk;
use crate::value::{Map, Scalar, Value};

/// A field that names an object.
#[derive(Debug, Clone, Copy)]
pub struct NameField<'v> {
    /// The type of what it names; empty parts fit any.
    pub target: &'v Gvk,
    /// The name.
    pub name: &'v Scalar,
    /// The namespace beside it.
    pub namespace: Option<&'v str>,
}

/// A row of the table: what is named, and the keys to the name.
type Row = (Gvk, crate::FieldSpec, Vec<String>);

/// The rows by the kind of whoever names something; empty for any kind.
static ROWS: LazyLock<FxHashMap<String, Vec<Row>>> = LazyLock::new(|| {
    let mut rows: FxHashMap<String, Vec<Row>> = FxHashMap::default();
    for reference in &Config::default_shared().name_references {
        for field in &reference.fields {
            let keys = split(&field.path);
            let keys = keys.iter().map(|key| key.trim_end_matches("[]").to_owned());
            let row = (reference.gvk.clone(), field.clone(), keys.collect());
            rows.entry(field.kind.to_string()).or_default().push(row);
        }
    }
    rows
});

/// Shows the fields of an object in which kustomize 5.8.1 would follow a renamed object. Where a `kind` stands
/// beside the name, that decides what is named; kustomize itself goes by the name alone.
pub fn name_fields<'v>(object: &'v Value, visit: &mut dyn FnMut(NameField<'v>)) {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let gvk = Gvk::new(text("apiVersion"), text("kind"));
    let any = ROWS.get("").into_iter().flatten();
    let own = ROWS.get(text("kind")).into_iter().flatten();
    for (target, field, keys) in any.chain(own) {
        if field.selects(&gvk) {
            walk(object, None, keys, target, visit);
        }
    }
}

fn walk<'v>(
    value: &'v Value,
    beside: Option<&'v Map>,
    keys: &[String],
    target: &'v Gvk,
    visit: &mut dyn FnMut(NameField<'v>),
) {
    match (value, keys.split_first()) {
        (Value::List(items), _) => items
            .iter()
            .for_each(|item| walk(item, beside, keys, target, visit)),
        (Value::Map(map), Some((key, rest))) => {
            if let Some(value) = map.get(key) {
                walk(value, Some(map), rest, target, visit);
            }
        }
        // What is named stands in a mapping of its own: `subjects`.
        (Value::Map(map), None) => {
            if let Some(name) = map.get("name").and_then(Value::as_scalar) {
                show(name, Some(map), target, visit);
            }
        }
        (Value::Scalar(name), None) => show(name, beside, target, visit),
        (Value::Scalar(_), Some(_)) => {}
    }
}

fn show<'v>(
    name: &'v Scalar,
    beside: Option<&'v Map>,
    target: &'v Gvk,
    visit: &mut dyn FnMut(NameField<'v>),
) {
    let text = |key| {
        beside
            .and_then(|map: &Map| map.get(key))
            .and_then(Value::as_str)
    };
    if text("kind").is_none_or(|kind| kind == target.kind) {
        visit(NameField {
            target,
            name,
            namespace: text("namespace"),
        });
    }
}
