//! What a scalar is worth to Kubernetes, and how to write a string so that it stays one.
//!
//! Every Kubernetes tool reads YAML through `sigs.k8s.io/yaml`, which resolves plain scalars as go-yaml v2
//! does: nearly YAML 1.1 (`on` is true, `017` is fifteen), with its own exceptions (`0o17` is fifteen too,
//! `08` is the float eight, `190:20:30` is a string). The rules here were compared with that library over
//! a few thousand awkward scalars; `tests/scalars.rs` keeps the telling ones.

use std::borrow::Cow;

use crate::tree::ScalarStyle;

/// The typed value of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Typed {
    /// `~`, `null`, or nothing at all.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// A whole number that fits 64 bits with a sign.
    Int(i64),
    /// A whole number above [`i64::MAX`].
    UInt(u64),
    /// Any other number. JSON has neither `.inf` nor `.nan`, so Kubernetes refuses these two.
    Float(f64),
    /// A plain date or time. As a field of a Kubernetes object it is the string that is written.
    Timestamp,
    /// `<<`: as a key it merges another mapping in, as a value it is a string.
    Merge,
    /// Anything else. `!!binary` is a string too, whose text Kubernetes decodes from base64.
    String,
    /// The tag contradicts the text (`!!int abc`): Kubernetes refuses the document.
    Invalid,
}

impl Typed {
    /// Whether Kubernetes sees a string.
    pub fn is_string(self) -> bool {
        matches!(self, Self::String | Self::Timestamp | Self::Merge)
    }

    /// Whether Kubernetes sees a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int(_) | Self::UInt(_) | Self::Float(_))
    }

    /// The type as a schema calls it: `null`, `boolean`, `integer`, `number` or `string`; none where the
    /// value is invalid. Kubernetes takes a float without a fraction (`1e3`) for an integer.
    pub fn schema_type(self) -> Option<&'static str> {
        Some(match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::UInt(_) => "integer",
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => "integer",
            Self::Float(_) => "number",
            Self::Timestamp | Self::Merge | Self::String => "string",
            Self::Invalid => return None,
        })
    }
}

/// The typed value of a scalar from its decoded text, its style and its tag as written (`!!str`).
pub fn type_of(value: &str, style: ScalarStyle, tag: Option<&str>) -> Typed {
    match tag.map(core_tag) {
        // Without a tag the style decides.
        None if style == ScalarStyle::Plain => resolve(value, true),
        None => Typed::String,
        Some("null") => only(resolve(value, false), |typed| typed == Typed::Null),
        Some("bool") => only(resolve(value, false), |typed| {
            matches!(typed, Typed::Bool(_))
        }),
        Some("int") => only(resolve(value, false), |typed| {
            matches!(typed, Typed::Int(_) | Typed::UInt(_))
        }),
        Some("float") => as_float(resolve(value, false)),
        Some("timestamp") => only(resolve(value, true), |typed| typed == Typed::Timestamp),
        Some(_) => Typed::String,
    }
}

/// The name of a tag in YAML's own namespace, in either spelling. Any other tag makes a string of the
/// value, as `str` does.
fn core_tag(tag: &str) -> &str {
    let verbatim = tag.strip_prefix("!<").and_then(|tag| tag.strip_suffix('>'));
    let long = verbatim.and_then(|tag| tag.strip_prefix("tag:yaml.org,2002:"));
    long.or_else(|| tag.strip_prefix("!!")).unwrap_or("str")
}

fn only(typed: Typed, wanted: impl FnOnce(Typed) -> bool) -> Typed {
    if wanted(typed) { typed } else { Typed::Invalid }
}

/// go-yaml turns an `int` under `!!float` into a float, but knows no such rule for unsigned ones.
fn as_float(typed: Typed) -> Typed {
    match typed {
        Typed::Int(value) => Typed::Float(value as f64),
        Typed::Float(_) => typed,
        _ => Typed::Invalid,
    }
}

/// Resolves a plain text. Its first byte says what it may be: only `.`, a digit or a sign begin a number.
fn resolve(value: &str, timestamps: bool) -> Typed {
    if value.len() <= LONGEST_WORD
        && let Some(typed) = word(value)
    {
        return typed;
    }
    match value.as_bytes().first() {
        Some(b'.') => fraction(value).unwrap_or(Typed::String),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            if timestamps && is_timestamp(value) {
                return Typed::Timestamp;
            }
            let plain: Cow<'_, str> = if value.contains('_') {
                value.replace('_', "").into()
            } else {
                value.into()
            };
            number(&plain).unwrap_or(Typed::String)
        }
        _ => Typed::String,
    }
}

/// How long the longest of the words below is.
const LONGEST_WORD: usize = "false".len();

/// The words that are no strings.
fn word(value: &str) -> Option<Typed> {
    Some(match value {
        "" | "~" | "null" | "Null" | "NULL" => Typed::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" => Typed::Bool(true),
        "true" | "True" | "TRUE" => Typed::Bool(true),
        "on" | "On" | "ON" => Typed::Bool(true),
        "n" | "N" | "no" | "No" | "NO" => Typed::Bool(false),
        "false" | "False" | "FALSE" => Typed::Bool(false),
        "off" | "Off" | "OFF" => Typed::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Typed::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Typed::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Typed::Float(f64::NEG_INFINITY),
        "<<" => Typed::Merge,
        _ => return None,
    })
}

fn number(plain: &str) -> Option<Typed> {
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let signed = digits.len() < plain.len();
    let (radix, digits) = radix_of(digits);
    if let Some(typed) = whole(negative, signed, digits, radix) {
        return Some(typed);
    }
    if is_float(plain) {
        return float(plain);
    }
    // A second sign is accepted behind `0b`, by go-yaml's own parsing of that prefix.
    let digits = plain.strip_prefix("0b")?;
    let negative = digits.starts_with('-');
    whole(negative, true, digits.strip_prefix(['-', '+'])?, 2)
}

fn radix_of(digits: &str) -> (u32, &str) {
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    }
}

/// A whole number; none where there is another character than digits, or it does not fit.
fn whole(negative: bool, signed: bool, digits: &str, radix: u32) -> Option<Typed> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(value).map(Typed::Int);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Typed::Int(value)),
        // Go's unsigned parser takes no sign, not even `+`.
        Err(_) => (!signed).then_some(Typed::UInt(value)),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let before = digits(text);
    let mut rest = &text[before..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let after = digits(fraction);
        if before + after == 0 {
            return false;
        }
        rest = &fraction[after..];
    } else if before == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else {
        return rest.is_empty();
    };
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !exponent.is_empty() && digits(exponent) == exponent.len()
}

/// A float that begins with its point. Unlike in other numbers, a `_` must stand between two digits.
fn fraction(value: &str) -> Option<Typed> {
    let bytes = value.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let between = |(at, _)| digit(Some(at + 1)) && digit(usize::checked_sub(at, 1));
    if !value.match_indices('_').all(between) {
        return None;
    }
    let plain = value.replace('_', "");
    if is_float(&plain) {
        float(&plain)
    } else {
        None
    }
}

/// A float that fits; go-yaml leaves one that does not (`1e400`) a string.
fn float(text: &str) -> Option<Typed> {
    text.parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .map(Typed::Float)
}

/// Whether Go's `time.Parse` takes it in one of go-yaml's four layouts: a date, a date and a time behind
/// `T` or `t` with a zone, or behind a blank without one.
fn is_timestamp(value: &str) -> bool {
    let Some((date, rest)) = parse_date(value) else {
        return false;
    };
    if !date {
        return false;
    }
    match rest.as_bytes().first() {
        None => true,
        Some(b' ') => parse_time(rest.trim_start_matches(' ')).is_some_and(str::is_empty),
        Some(b'T' | b't') => parse_time(&rest[1..]).is_some_and(is_zone),
        Some(_) => false,
    }
}

/// A date at the beginning, whether that day exists, and what follows.
fn parse_date(value: &str) -> Option<(bool, &str)> {
    let (year, rest) = value.split_at_checked(4)?;
    let year: u16 = year
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| year.parse().ok())??;
    let (month, rest) = parse_number(rest.strip_prefix('-')?)?;
    let (day, rest) = parse_number(rest.strip_prefix('-')?)?;
    let days = match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    Some(((1..=days).contains(&day), rest))
}

/// `15:4:5.9` at the beginning, and what follows.
fn parse_time(value: &str) -> Option<&str> {
    let (hour, rest) = parse_number(value)?;
    let (minute, rest) = parse_number(rest.strip_prefix(':')?)?;
    let (second, rest) = parse_number(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let Some(fraction) = rest.strip_prefix(['.', ',']) else {
        return Some(rest);
    };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    Some(if digits == 0 {
        rest
    } else {
        &fraction[digits..]
    })
}

/// `Z`, or hours and minutes of two digits behind a sign.
fn is_zone(value: &str) -> bool {
    match value.as_bytes() {
        b"Z" => true,
        [b'+' | b'-', hour @ .., b':', m1, m2] => {
            let hour = std::str::from_utf8(hour)
                .ok()
                .filter(|hour| hour.len() == 2);
            let hour = hour.and_then(|hour| hour.parse::<u8>().ok());
            hour.is_some_and(|hour| hour <= 24)
                && m1.is_ascii_digit()
                && m2.is_ascii_digit()
                && (m1 - b'0') * 10 + (m2 - b'0') <= 60
        }
        _ => false,
    }
}

/// One or two digits.
fn parse_number(value: &str) -> Option<(u8, &str)> {
    let digits = value.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (number, rest) = value.split_at(digits);
    Some((number.parse().ok()?, rest))
}

/// A string as a YAML scalar on one line that reads back as this string in YAML 1.1 and 1.2: plain where
/// that is safe, else in double quotes, or in single ones where that saves an escape.
///
/// For a block context; in `[…]` and `{…}` use [`quote_in_flow`].
pub fn quote(value: &str) -> Cow<'_, str> {
    if is_plain_safe(value) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(quoted(value))
    }
}

/// [`quote`] for a scalar between brackets, where `,` and brackets mean something too.
pub fn quote_in_flow(value: &str) -> Cow<'_, str> {
    if is_plain_safe(value) && !value.contains([',', '[', ']', '{', '}', '?']) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(quoted(value))
    }
}

fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) && value.chars().all(is_printable) {
        single_quoted(value)
    } else {
        double_quoted(value)
    }
}

/// A string in single quotes; it must have no control character and no line end.
pub(crate) fn single_quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A string in double quotes, with escapes that YAML 1.1 and 1.2 share.
pub(crate) fn double_quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(character) => out.push(character),
            _ => out.push_str(&escape(character)),
        }
    }
    out.push('"');
    out
}

fn escape(character: char) -> String {
    let code = u32::from(character);
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

/// Whether a character may stand in a scalar unescaped and is no line end in YAML 1.1 or 1.2.
pub(crate) fn is_printable(character: char) -> bool {
    matches!(
        character,
        ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}'
    )
}

fn is_plain_safe(value: &str) -> bool {
    let mut bytes = value.bytes();
    let first_safe = match bytes.next() {
        None => false,
        // A `-` begins no item where something follows it; `---` could be a document marker.
        Some(b'-') => bytes
            .next()
            .is_some_and(|next| next.is_ascii_alphanumeric()),
        Some(first) => !b" ?:,[]{}#&*!|>'\"%@`=".contains(&first),
    };
    first_safe
        && value.chars().all(is_printable)
        && !value.ends_with([' ', ':'])
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.starts_with("...")
        && type_of(value, ScalarStyle::Plain, None) == Typed::String
        && !looks_numeric(value)
        && !looks_dated(value)
}

/// Whether some reader of YAML 1.1 or 1.2 takes it for a number: more than [`type_of`] does (numbers in
/// base 60, numbers that do not fit 64 bits).
fn looks_numeric(value: &str) -> bool {
    if !value.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return false;
    }
    let plain = value.replace('_', "");
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let (radix, digits) = radix_of(unsigned);
    let prefixed = matches!(radix, 2 | 8 | 16) && digits.chars().all(|digit| digit.is_digit(radix));
    let base_60 = unsigned.contains(':')
        && unsigned
            .chars()
            .all(|character| character.is_ascii_digit() || ":.".contains(character));
    prefixed || base_60 || is_float(&plain)
}

/// Whether it begins as a date does, existing or not: some readers fail on one that does not exist.
fn looks_dated(value: &str) -> bool {
    parse_date(value).is_some()
}
