//! Classes: `[a-z]`, `[^[:alpha:]\d]`.

use crate::SyntaxError;
use crate::escape;

/// A class that matches nothing.
pub(crate) const NOTHING: &str = r"[^\x00-\x{10FFFF}]";

/// The names between `[:` and `:]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// A class that was read.
pub(crate) struct Class {
    /// In the syntax of Rust.
    pub rust: String,
    /// Where it ends in the pattern.
    pub end: usize,
}

/// Reads the class whose `[` is at `start`.
pub(crate) fn read(pattern: &str, start: usize) -> Result<Class, SyntaxError> {
    let mut at = start + 1;
    let negated = pattern[at..].starts_with('^');
    at += usize::from(negated);
    let mut rust = String::new();
    let mut first = true;
    while first || !pattern[at..].starts_with(']') {
        first = false;
        if let Some((name, len)) = posix(&pattern[at..]) {
            let Some(rust_name) = rust_posix(name) else {
                let message = format!("there is no class `{}`", &pattern[at..at + len]);
                return Err(SyntaxError::new(message, at..at + len));
            };
            rust.push_str(&rust_name);
            at += len;
            continue;
        }
        if let Some((class, end)) = escape::class_escape(pattern, at)? {
            rust.push_str(&class);
            at = end;
            continue;
        }
        at = read_range(pattern, start, at, &mut rust)?;
    }
    let end = at + 1;
    let rust = match (rust.is_empty(), negated) {
        (true, false) => NOTHING.to_owned(),
        (true, true) => "(?s:.)".to_owned(),
        (false, false) => format!("[{rust}]"),
        (false, true) => format!("[^{rust}]"),
    };
    Ok(Class { rust, end })
}

/// Reads one character or a range of them.
fn read_range(
    pattern: &str,
    start: usize,
    at: usize,
    rust: &mut String,
) -> Result<usize, SyntaxError> {
    let (low, mut end) = read_char(pattern, start, at)?;
    let mut high = low;
    let after = &pattern[end..];
    if after.len() >= 2 && after.starts_with('-') && !after.starts_with("-]") {
        (high, end) = read_char(pattern, start, end + 1)?;
        if high < low {
            let message = format!("`{}` is a range from high to low", &pattern[at..end]);
            return Err(SyntaxError::new(message, at..end));
        }
    }
    // Rust has no surrogates in classes, and no text has one.
    let low = char::from_u32(low).unwrap_or('\u{E000}');
    let high = char::from_u32(high).unwrap_or('\u{D7FF}');
    if low <= high {
        rust.push_str(&format!(r"\x{{{:X}}}-\x{{{:X}}}", low as u32, high as u32));
    }
    Ok(end)
}

fn read_char(pattern: &str, start: usize, at: usize) -> Result<(u32, usize), SyntaxError> {
    match pattern[at..].chars().next() {
        None => Err(SyntaxError::new("a `]` is missing", start..pattern.len())),
        Some('\\') => {
            let (c, end) = escape::char_escape(pattern, at)?;
            // Not a character: any surrogate stands for all of them.
            Ok((c.map_or(0xD800, u32::from), end))
        }
        Some(c) => Ok((u32::from(c), at + c.len_utf8())),
    }
}

/// The name in `[:name:]`, with its `^`, and the length of it all.
fn posix(rest: &str) -> Option<(&str, usize)> {
    let name = rest.strip_prefix("[:")?;
    let len = name.find(":]")?;
    Some((&name[..len], len + 4))
}

fn rust_posix(name: &str) -> Option<String> {
    let known = POSIX.contains(&name.strip_prefix('^').unwrap_or(name));
    known.then(|| format!("[:{name}:]"))
}

/// Whether Go has a table of this name: categories and scripts, not the many other properties.
pub(crate) fn is_unicode_class(name: &str) -> bool {
    if name.is_empty() || name.contains(['=', ':', '!']) {
        return false;
    }
    if regex::Regex::new(&format!(r"\p{{gc={name}}}")).is_ok() {
        return true;
    }
    regex::Regex::new(&format!(r"\p{{sc={name}}}")).is_ok()
}
