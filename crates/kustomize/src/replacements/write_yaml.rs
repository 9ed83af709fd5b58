//! Writes YAML as kustomize does when it has changed something inside a text: block style, lists not
//! indented, keys in their order.

use crate::value::{ScalarKind, Value, may_be_plain};

/// The text anew. Comments in it are lost, and what stood in single quotes keeps them.
pub(super) fn write(value: &Value, before: &str) -> String {
    let mut out = String::new();
    write_value(value, 0, before, &mut out);
    out.trim().to_owned()
}

fn write_value(value: &Value, indent: usize, before: &str, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    pad(indent, out);
                }
                write_text(key, before, out);
                out.push(':');
                write_below(value, indent, before, out);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    pad(indent, out);
                }
                out.push('-');
                match item {
                    Value::Map(map) if !map.is_empty() => {
                        out.push(' ');
                        write_value(item, indent + 2, before, out);
                    }
                    Value::List(items) if !items.is_empty() => {
                        out.push(' ');
                        write_value(item, indent + 2, before, out);
                    }
                    _ => write_below(item, indent, before, out),
                }
            }
        }
        _ => write_below(value, indent, before, out),
    }
}

fn pad(indent: usize, out: &mut String) {
    (0..indent).for_each(|_| out.push(' '));
}

/// What follows a `:` or a `-`.
fn write_below(value: &Value, indent: usize, before: &str, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            pad(indent + 2, out);
            write_value(value, indent + 2, before, out);
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            pad(indent, out);
            write_value(value, indent, before, out);
        }
        Value::Map(_) => out.push_str(" {}\n"),
        Value::List(_) => out.push_str(" []\n"),
        Value::Scalar(scalar) => {
            let is_text = scalar.kind == ScalarKind::String;
            let tag = super::contradicted(scalar);
            if !(scalar.kind == ScalarKind::Null && scalar.text.is_empty()) {
                out.push(' ');
            }
            if is_text && scalar.text.contains('\n') {
                write_block(&scalar.text, indent + 2, out);
                return;
            }
            if let Some(tag) = tag {
                out.push_str(tag);
                out.push(' ');
            }
            match is_text && (scalar.quoted || !may_be_plain(&scalar.text)) {
                true => write_quoted(&scalar.text, before, out),
                false => out.push_str(&scalar.text),
            }
            out.push('\n');
        }
    }
}

fn write_text(text: &str, before: &str, out: &mut String) {
    match may_be_plain(text) {
        true => out.push_str(text),
        false => write_quoted(text, before, out),
    }
}

fn write_quoted(text: &str, before: &str, out: &mut String) {
    let single = format!("'{}'", text.replace('\'', "''"));
    if before.contains(&single) {
        out.push_str(&single);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_block(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    if !text.ends_with('\n') {
        out.push('-');
    } else if text.ends_with("\n\n") {
        out.push('+');
    }
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}
