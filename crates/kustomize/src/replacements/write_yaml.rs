//! Writes YAML as kustomize does when it has changed something inside a text: block style, lists not
//! indented, keys in their order.

use crate::value::{ScalarKind, Value, needs_no_quotes};

/// The text anew; none where that would lose a comment.
pub(super) fn write(value: &Value, before: &str) -> Option<String> {
    let _ = before;
    let mut out = String::new();
    write_value(value, 0, &mut out);
    Some(out.trim().to_owned())
}

fn write_value(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    pad(indent, out);
                }
                write_text(key, out);
                out.push(':');
                write_below(value, indent, out);
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
                        write_value(item, indent + 2, out);
                    }
                    Value::List(items) if !items.is_empty() => {
                        out.push(' ');
                        write_value(item, indent + 2, out);
                    }
                    _ => write_below(item, indent, out),
                }
            }
        }
        _ => write_below(value, indent, out),
    }
}

fn pad(indent: usize, out: &mut String) {
    (0..indent).for_each(|_| out.push(' '));
}

/// What follows a `:` or a `-`.
fn write_below(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            pad(indent + 2, out);
            write_value(value, indent + 2, out);
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            pad(indent, out);
            write_value(value, indent, out);
        }
        Value::Map(_) => out.push_str(" {}\n"),
        Value::List(_) => out.push_str(" []\n"),
        Value::Scalar(scalar) => {
            let is_text = scalar.kind == ScalarKind::String;
            if !(scalar.kind == ScalarKind::Null && scalar.text.is_empty()) {
                out.push(' ');
            }
            if is_text && scalar.text.contains('\n') {
                write_block(&scalar.text, indent + 2, out);
                return;
            }
            match is_text && (scalar.quoted || !needs_no_quotes(&scalar.text)) {
                true => write_quoted(&scalar.text, out),
                false => out.push_str(&scalar.text),
            }
            out.push('\n');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    match needs_no_quotes(text) {
        true => out.push_str(text),
        false => write_quoted(text, out),
    }
}

fn write_quoted(text: &str, out: &mut String) {
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
