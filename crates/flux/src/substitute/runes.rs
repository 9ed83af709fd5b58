//! Characters as Go sees them.

use std::sync::LazyLock;

use regex::Regex;

/// The letters and digits of names: the categories `L` and `Nd` of Unicode, and `_`
/// [envsubst:parse/scan.go acceptIdent]. The standard library knows only the property `Alphabetic`, which is
/// wider.
pub(super) fn is_letter_or_digit(c: char) -> bool {
    static CLASS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{Nd}]$").ok());
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let class = CLASS.as_ref();
    class.is_some_and(|class| class.is_match(c.encode_utf8(&mut [0; 4])))
}

/// The one character that stands for it in upper case; itself where Unicode has several or none.
pub(super) fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    if let (Some(one), None) = (all.next(), all.next()) {
        return one;
    }
    // Greek with iota subscript: several characters when written out, but one of its own too.
    let further = match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    char::from_u32(u32::from(c) + further).unwrap_or(c)
}

/// The one character that stands for it in lower case.
pub(super) fn lower(c: char) -> char {
    // Only `İ` has several: `i` and a dot.
    c.to_lowercase().next().unwrap_or(c)
}

/// The first character of some bytes with its length. A byte that starts none is a character of its own,
/// shown by none [Go: unicode/utf8.DecodeRune].
pub(super) fn first(bytes: &[u8]) -> (Option<char>, usize) {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    let c = bytes
        .get(..length)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .and_then(|text| text.chars().next());
    (c, if c.is_some() { length } else { 1 })
}

/// The characters backwards; a byte that belongs to none becomes a replacement character
/// [envsubst:funcs.go reverse].
pub(super) fn reversed(mut bytes: &[u8]) -> Vec<u8> {
    let mut characters = Vec::new();
    while !bytes.is_empty() {
        let (c, length) = first(bytes);
        characters.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        bytes = &bytes[length..];
    }
    characters.iter().rev().collect::<String>().into_bytes()
}
