//! Texts that are YAML or JSON themselves, such as the files in a ConfigMap: a path can go on inside them.

use std::fmt::Write as _;

use camino::Utf8Path;
use infragen_syntax::Tree;

use super::lookup::{lookup, text};
use super::path::Part;
use super::target::{Kind, Setter};
use super::write_yaml;
use crate::origin::{Before, Origin, Path};
use crate::value::{Number, ScalarKind, Value, ValueReader, number};

/// Reads a text as YAML; its first document counts.
pub(super) fn read(content: &str) -> Result<Value, String> {
    let tree = Tree::parse(content);
    if let Some(error) = tree.errors().first() {
        return Err(format!("the text is no YAML: {}", error.message));
    }
    let file = Path::from(Utf8Path::new(""));
    let root = tree.document(0).and_then(|document| document.root());
    let root = root.ok_or("the text is empty")?;
    Ok(ValueReader::new(&file, false).read(root))
}

/// Sets what a path leads to inside a text of an object. Whether it did; if not, nothing has changed. `step` makes the
/// history of a text that is changed.
pub(super) fn set(
    object: &mut Value,
    path: &[Part],
    create: Option<Kind>,
    set: &mut dyn FnMut(&mut Value, bool) -> Result<(), String>,
    step: &dyn Fn(Before) -> Origin,
) -> bool {
    for depth in 1..path.len() {
        let (outside, inside) = path.split_at(depth);
        let Ok(Some(Value::Scalar(scalar))) = lookup(object, outside) else {
            continue;
        };
        let content = scalar.text.clone();
        let Ok(mut value) = read(&content) else {
            continue;
        };
        let mut setter = Setter {
            create,
            set: &mut *set,
            origin: Origin::NONE,
            found: 0,
        };
        let found = setter.visit(&mut value, inside, false).is_ok() && setter.found > 0;
        if !found || !matches!(value, Value::Map(_) | Value::List(_)) {
            return false;
        }
        let Some(written) = write(&value, &content) else {
            return false;
        };
        put(object, outside, written, step);
        return true;
    }
    false
}

/// Puts a text where a path leads that was looked up before.
fn put(object: &mut Value, path: &[Part], written: String, step: &dyn Fn(Before) -> Origin) {
    let place = path.iter().try_fold(object, |value, part| match part {
        Part::Key(key) if key.as_str() == "-" && value.as_list().is_some() => {
            value.as_list_mut()?.last_mut()
        }
        Part::Key(key) if key.trim().is_empty() => Some(value),
        Part::Key(key) => value.as_map_mut()?.get_mut(key.trim()),
        Part::Index(index) => value.as_list_mut()?.get_mut(*index),
        Part::Items { key, value: wanted } => {
            let fits = |item: &&mut Value| match key.is_empty() {
                true => text(item) == wanted,
                false => item.get(key).is_some_and(|there| text(there) == wanted),
            };
            value.as_list_mut()?.iter_mut().find(fits)
        }
        Part::All => None,
    });
    if let Some(Value::Scalar(scalar)) = place {
        scalar.origin = step(Before {
            text: Some(scalar.text.clone()),
            origin: scalar.origin.clone(),
        });
        scalar.text = written.into();
    }
}

/// The text anew: JSON where it was JSON, with line breaks if it had any.
fn write(value: &Value, before: &str) -> Option<String> {
    if !before.trim().starts_with(['{', '[']) {
        return Some(write_yaml::write(value, before));
    }
    let pretty = before.contains('\n') && before.contains("  ");
    let mut out = String::new();
    write_json(value, pretty.then_some(0), &mut out)?;
    Some(out)
}

/// Writes JSON as Go does: keys in order, and what HTML cares about escaped.
fn write_json(value: &Value, depth: Option<usize>, out: &mut String) -> Option<()> {
    let inner = depth.map(|depth| depth + 1);
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str("  "));
        }
    };
    match value {
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|&(key, _)| key);
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, inner);
                write_text(key, out);
                out.push_str(if depth.is_some() { ": " } else { ":" });
                write_json(value, inner, out)?;
            }
            if !entries.is_empty() {
                line(out, depth);
            }
            out.push('}');
        }
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, inner);
                write_json(item, inner, out)?;
            }
            if !items.is_empty() {
                line(out, depth);
            }
            out.push(']');
        }
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Null => out.push_str("null"),
            ScalarKind::Bool => out.push_str(&scalar.text.to_ascii_lowercase()),
            ScalarKind::Int | ScalarKind::Float => match number(&scalar.text)? {
                Number::Int(value) => write!(out, "{value}").ok()?,
                Number::UInt(value) => write!(out, "{value}").ok()?,
                Number::Float(value) => write_float(value, out)?,
            },
            _ => write_text(&scalar.text, out),
        },
    }
    Some(())
}

fn write_float(value: f64, out: &mut String) -> Option<()> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return write!(out, "{value}").ok();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e')?;
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    write!(out, "{digits}e{sign}{exponent}").ok()
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
