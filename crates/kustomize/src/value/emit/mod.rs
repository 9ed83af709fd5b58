//! From a value to the bytes that kustomize prints.
//!
//! kustomize writes an object as JSON, reads that with go-yaml v2 and prints what it read. So keys are
//! sorted, numbers lose their spelling, dates become strings, and styles and comments are gone; what cannot
//! be JSON cannot be printed.

mod keys;
mod number;
mod text;
mod writer;

pub(crate) use self::text::{may_be_plain, needs_no_quotes};

use std::borrow::Cow;

use smol_str::SmolStr;

use self::writer::{INDENT, Wish, Writer};
use super::folded::refold;
use super::{Layout, Scalar, ScalarKind, Value, binary, kind, timestamp};

/// Why an object cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unprintable {
    /// The keys and, as numbers, the items that lead to it.
    pub path: Vec<SmolStr>,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
}

/// Appends an object as a YAML document that ends with a line end.
///
/// # Errors
/// The first value that JSON or the reader of it refuses; then the document is incomplete.
pub fn emit(value: &Value, out: &mut String) -> Result<(), Unprintable> {
    let mut writer = Writer::new(out);
    node(value, &mut writer, None, false).map_err(|mut error| {
        error.path.reverse();
        error
    })?;
    writer.indent(0);
    Ok(())
}

/// Writes a node; `indent` is that of the collection around it.
fn node(
    value: &Value,
    writer: &mut Writer<'_>,
    indent: Option<usize>,
    in_mapping: bool,
) -> Result<(), Unprintable> {
    let deeper = indent.map_or(0, |indent| indent + INDENT);
    match value {
        Value::Scalar(value) => scalar(value, writer, indent.map_or(INDENT, |_| deeper)),
        Value::Map(map) if map.is_empty() => {
            writer.word("{}");
            Ok(())
        }
        Value::Map(map) => mapping(map.iter(), writer, deeper),
        Value::List(items) if items.is_empty() => {
            writer.word("[]");
            Ok(())
        }
        Value::List(items) => {
            // A list below a key is not indented.
            let level = if in_mapping && !writer.at_indention() {
                indent.unwrap_or(0)
            } else {
                deeper
            };
            for (index, item) in items.iter().enumerate() {
                writer.indent(level);
                writer.indicator("-", true, true);
                node(item, writer, Some(level), false)
                    .map_err(|error| within(error, SmolStr::from(index.to_string())))?;
            }
            Ok(())
        }
    }
}

fn mapping<'v>(
    entries: impl ExactSizeIterator<Item = (&'v SmolStr, &'v Value)>,
    writer: &mut Writer<'_>,
    level: usize,
) -> Result<(), Unprintable> {
    let mut sorted = Vec::with_capacity(entries.len());
    let mut folded = false;
    for (key, value) in entries {
        if text::is_word(key) {
            sorted.push((Cow::Borrowed(key.as_str()), true, value));
            continue;
        }
        if !text::is_possible_key(key) {
            return Err(refused(
                "kustomize cannot print a key that is longer than a line may be",
            ))
            .map_err(|error| within(error, key.clone()));
        }
        let shown = through_json(key).map_err(|error| within(error, key.clone()))?;
        folded |= matches!(shown, Cow::Owned(_));
        sorted.push((shown, false, value));
    }
    keys::sort(&mut sorted, |(key, ..)| key);
    if folded {
        // Two keys may have become one: the last counts.
        sorted.reverse();
        sorted.dedup_by(|later, earlier| later.0 == earlier.0);
        sorted.reverse();
    }
    for (key, is_word, value) in sorted {
        writer.indent(level);
        if is_word {
            writer.word(&key);
            writer.indicator(":", false, false);
        } else {
            odd_key(&key, writer, level);
        }
        node(value, writer, Some(level), true)
            .map_err(|error| within(error, SmolStr::from(key.as_ref())))?;
    }
    Ok(())
}

/// Writes a key that may need quotes or a `?`.
fn odd_key(key: &str, writer: &mut Writer<'_>, level: usize) {
    let simple = Writer::is_simple_key(key);
    if !simple {
        writer.indicator("?", true, true);
    }
    writer.text(key, wish(key), level + INDENT, simple);
    if !simple {
        writer.indent(level);
    }
    writer.indicator(":", !simple, !simple);
}

fn scalar(scalar: &Scalar, writer: &mut Writer<'_>, indent: usize) -> Result<(), Unprintable> {
    let value = scalar.text.as_str();
    match scalar.kind {
        ScalarKind::Null if scalar.layout == Layout::EmptyInFlow => string("", writer, indent)?,
        ScalarKind::Null => writer.word("null"),
        ScalarKind::Bool if kind::is_bool(value) => {
            writer.word(if value.starts_with(['t', 'T']) {
                "true"
            } else {
                "false"
            });
        }
        ScalarKind::Bool => return Err(refused(&format!("`{value}` is neither true nor false"))),
        ScalarKind::Int if is_canonical(value) => writer.word(value),
        ScalarKind::Int | ScalarKind::Float => {
            let refusal = || refused(&format!("`{value}` is not a number that JSON has"));
            let number = kind::number(value).ok_or_else(refusal)?;
            let mut printed = String::new();
            if !number::write(as_kind(number, scalar.kind), &mut printed) {
                return Err(refusal());
            }
            writer.word(&printed);
        }
        ScalarKind::String if scalar.layout == Layout::Folded => {
            string(&refold(value), writer, indent)?;
        }
        ScalarKind::String => string(value, writer, indent)?,
        ScalarKind::Timestamp => {
            let time = timestamp::to_rfc3339(value)
                .ok_or_else(|| refused(&format!("`{value}` is not a time that JSON has")))?;
            string(&time, writer, indent)?;
        }
        ScalarKind::Binary => {
            let bytes =
                binary::decode(value).ok_or_else(|| refused("this `!!binary` is not base64"))?;
            string(&binary::to_text(&bytes), writer, indent)?;
        }
    }
    Ok(())
}

fn string(value: &str, writer: &mut Writer<'_>, indent: usize) -> Result<(), Unprintable> {
    if text::is_word(value) {
        writer.word(value);
        return Ok(());
    }
    let value = through_json(value)?;
    writer.text(&value, wish(&value), indent, false);
    Ok(())
}

fn through_json(value: &str) -> Result<Cow<'_, str>, Unprintable> {
    text::through_json(value).map_err(|character| {
        let code = u32::from(character);
        refused(&format!(
            "kustomize cannot print the character U+{code:04X}"
        ))
    })
}

fn wish(value: &str) -> Wish {
    if value.contains('\n') {
        Wish::Literal
    } else if text::reads_as_string(value) {
        Wish::Plain
    } else {
        Wish::Quoted
    }
}

/// Whether a whole number is printed as it is written; that of any other is found out.
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.as_bytes() {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < 18 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// A whole number under a `!!float` tag is a float; one above 64 bits with a sign is nothing there.
fn as_kind(number: kind::Number, kind: ScalarKind) -> kind::Number {
    match number {
        kind::Number::Int(value) if kind == ScalarKind::Float => kind::Number::Float(value as f64),
        number => number,
    }
}

fn refused(message: &str) -> Unprintable {
    Unprintable {
        path: Vec::new(),
        message: message.to_owned(),
    }
}

/// Notes on the way out where an error is; the innermost comes first.
fn within(mut error: Unprintable, key: SmolStr) -> Unprintable {
    error.path.push(key);
    error
}

#[cfg(test)]
mod tests;
