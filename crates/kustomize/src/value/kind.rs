//! What a scalar is to kustomize, whose YAML library is go-yaml v3.
//!
//! It nearly agrees with the reader of Kubernetes (`infragen_syntax::type_of`, go-yaml v2): numbers are the
//! same, but only `true` and `false` are booleans, and a few odd spellings of octal numbers are accepted.

use infragen_syntax::{ScalarStyle, Typed, type_of};

use super::ScalarKind;

/// A number as kustomize reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// It fits 64 bits with a sign.
    Int(i64),
    /// It is above that, but fits 64 bits.
    UInt(u64),
    /// Any other.
    Float(f64),
}

/// The kind of a scalar from its decoded text, its style and its tag as written (`!!str`); none where the
/// tag contradicts the text (`!!int abc`): kustomize fails to print such an object.
pub fn kind_of(text: &str, style: ScalarStyle, tag: Option<&str>) -> Option<ScalarKind> {
    // A `!` alone says nothing.
    let Some(tag) = tag.filter(|tag| *tag != "!") else {
        return Some(if style == ScalarStyle::Plain {
            plain_kind(text)
        } else {
            ScalarKind::String
        });
    };
    if core_name(tag) == Some("binary") {
        return Some(ScalarKind::Binary);
    }
    match type_of(text, style, Some(tag)) {
        Typed::Null => Some(ScalarKind::Null),
        Typed::Bool(_) => is_bool(text).then_some(ScalarKind::Bool),
        Typed::Int(_) | Typed::UInt(_) => Some(ScalarKind::Int),
        Typed::Float(_) => Some(ScalarKind::Float),
        Typed::Timestamp => Some(ScalarKind::Timestamp),
        Typed::Merge | Typed::String => Some(ScalarKind::String),
        Typed::Invalid => match core_name(tag) {
            Some("int") => odd_octal(text).map(|_| ScalarKind::Int),
            Some("float") => odd_octal(text).map(|_| ScalarKind::Float),
            _ => None,
        },
    }
}

/// The kind of a text without quotes and without a tag.
pub fn plain_kind(text: &str) -> ScalarKind {
    match type_of(text, ScalarStyle::Plain, None) {
        Typed::Null => ScalarKind::Null,
        Typed::Bool(_) if is_bool(text) => ScalarKind::Bool,
        Typed::Int(_) | Typed::UInt(_) => ScalarKind::Int,
        Typed::Float(_) => ScalarKind::Float,
        Typed::Timestamp => ScalarKind::Timestamp,
        _ if odd_octal(text).is_some() => ScalarKind::Int,
        _ => ScalarKind::String,
    }
}

/// The value of a number's text.
pub(crate) fn number(text: &str) -> Option<Number> {
    match type_of(text, ScalarStyle::Plain, None) {
        Typed::Int(value) => Some(Number::Int(value)),
        Typed::UInt(value) => Some(Number::UInt(value)),
        Typed::Float(value) => Some(Number::Float(value)),
        _ => odd_octal(text).map(Number::Int),
    }
}

/// Whether a text is one of the booleans.
pub(crate) fn is_bool(text: &str) -> bool {
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

/// The name of a tag in YAML's own namespace, in either spelling.
fn core_name(tag: &str) -> Option<&str> {
    let verbatim = tag
        .strip_prefix("!<tag:yaml.org,2002:")
        .and_then(|tag| tag.strip_suffix('>'));
    verbatim.or_else(|| tag.strip_prefix("!!"))
}

/// An octal number with a sign behind its `0o`: v3 cuts that prefix off and parses what is left.
fn odd_octal(text: &str) -> Option<i64> {
    let sign = text.starts_with("-0") || text.starts_with("0o");
    if !sign {
        return None;
    }
    let plain = text.replace('_', "");
    if let Some(digits) = plain.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok();
    }
    let digits = plain.strip_prefix("-0o")?;
    i64::from_str_radix(&format!("-{digits}"), 8).ok()
}

#[cfg(test)]
mod tests {
    use infragen_syntax::ScalarStyle::{DoubleQuoted, Plain};

    use super::{Number, kind_of, number, plain_kind};
    use crate::value::ScalarKind::{self, Binary, Bool, Float, Int, Null, String, Timestamp};

    #[test]
    fn plain_texts_have_the_kind_that_kustomize_gives_them() {
        let cases: &[(&str, ScalarKind)] = &[
            ("", Null),
            ("~", Null),
            ("Null", Null),
            ("true", Bool),
            ("FALSE", Bool),
            ("yes", String),
            ("on", String),
            ("y", String),
            ("12", Int),
            ("+12", Int),
            ("0x1F", Int),
            ("0o17", Int),
            ("0o-17", Int),
            ("017", Int),
            ("08", Float),
            ("1_000", Int),
            ("18446744073709551615", Int),
            ("18446744073709551616", Float),
            ("1e3", Float),
            (".5", Float),
            (".inf", Float),
            ("190:20:30", String),
            ("2020-01-01", Timestamp),
            ("2020-13-01", String),
            ("<<", String),
        ];
        for (text, kind) in cases {
            assert_eq!(plain_kind(text), *kind, "{text}");
        }
    }

    #[test]
    fn a_tag_decides_or_contradicts() {
        assert_eq!(kind_of("12", Plain, Some("!!str")), Some(String));
        assert_eq!(kind_of("12", DoubleQuoted, Some("!!int")), Some(Int));
        assert_eq!(kind_of("12", Plain, Some("!!float")), Some(Float));
        assert_eq!(kind_of("aGk=", Plain, Some("!!binary")), Some(Binary));
        assert_eq!(kind_of("12", Plain, Some("!own")), Some(String));
        assert_eq!(kind_of("yes", Plain, Some("!!bool")), None);
        assert_eq!(kind_of("abc", Plain, Some("!!int")), None);
        assert_eq!(kind_of("12", DoubleQuoted, None), Some(String));
    }

    #[test]
    fn numbers_have_values() {
        assert_eq!(number("0x1F"), Some(Number::Int(31)));
        assert_eq!(number("0o-17"), Some(Number::Int(-15)));
        assert_eq!(number("-0o17"), Some(Number::Int(-15)));
        assert_eq!(number("18446744073709551615"), Some(Number::UInt(u64::MAX)));
        assert_eq!(number("1.50"), Some(Number::Float(1.5)));
        assert_eq!(number("abc"), None);
    }
}
