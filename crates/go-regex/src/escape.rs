//! Escapes: `\d`, `\x41`, `\pL`, `\Q…\E`.

use crate::SyntaxError;
use crate::class;

/// What an escape stands for.
pub(crate) enum Escape<'p> {
    /// A character; none where Go accepts a number that is no character, which matches nothing.
    Char(Option<char>),
    /// A class, as it stands between brackets in Rust.
    Class(String),
    /// A place in the text.
    Assertion(&'static str),
    /// Text that stands for itself.
    Quoted(&'p str),
}

/// Reads the escape at `start` outside brackets, and says where it ends.
pub(crate) fn read(pattern: &str, start: usize) -> Result<(Escape<'_>, usize), SyntaxError> {
    let rest = &pattern[start..];
    let two = |what| Ok((what, start + 2));
    match rest.as_bytes().get(1) {
        Some(b'A') => return two(Escape::Assertion(r"\A")),
        Some(b'z') => return two(Escape::Assertion(r"\z")),
        Some(b'b') => return two(Escape::Assertion(r"(?-u:\b)")),
        Some(b'B') => return two(Escape::Assertion(r"(?-u:\B)")),
        Some(b'Q') => {
            let text = &rest[2..];
            let (text, len) = match text.find(r"\E") {
                Some(len) => (&text[..len], len + 4),
                None => (text, rest.len()),
            };
            return Ok((Escape::Quoted(text), start + len));
        }
        _ => {}
    }
    if let Some((class, end)) = class_escape(pattern, start)? {
        return Ok((Escape::Class(class), end));
    }
    let (c, end) = char_escape(pattern, start)?;
    Ok((Escape::Char(c), end))
}

/// Reads an escape that stands for several characters, if it is one.
pub(crate) fn class_escape(
    pattern: &str,
    start: usize,
) -> Result<Option<(String, usize)>, SyntaxError> {
    let Some(letter) = pattern[start..]
        .strip_prefix('\\')
        .and_then(|r| r.chars().next())
    else {
        return Ok(None);
    };
    let class = match letter {
        'd' => "0-9",
        'D' => "^0-9",
        's' => r"\t\n\x0C\r\x20",
        'S' => r"^\t\n\x0C\r\x20",
        'w' => "0-9A-Za-z_",
        'W' => "^0-9A-Za-z_",
        'p' | 'P' => return unicode(pattern, start, letter == 'P').map(Some),
        _ => return Ok(None),
    };
    Ok(Some((format!("[{class}]"), start + 2)))
}

/// `\pL`, `\p{Greek}`, `\P{^Lu}`.
fn unicode(pattern: &str, start: usize, negated: bool) -> Result<(String, usize), SyntaxError> {
    let rest = &pattern[start + 2..];
    let (name, len) = match rest.chars().next() {
        Some('{') => match rest.find('}') {
            Some(end) => (&rest[1..end], end + 1),
            None => ("", rest.len()),
        },
        Some(c) => (&rest[..c.len_utf8()], c.len_utf8()),
        None => ("", 0),
    };
    let end = start + 2 + len;
    let (name, inverted) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let letter = if negated != inverted { 'P' } else { 'p' };
    let rust = format!(r"\{letter}{{{name}}}");
    if !class::is_unicode_class(name) {
        let message = format!("Go knows no `{}`", &pattern[start..end]);
        return Err(SyntaxError::new(message, start..end));
    }
    Ok((rust, end))
}

/// Reads an escape that stands for one character.
pub(crate) fn char_escape(
    pattern: &str,
    start: usize,
) -> Result<(Option<char>, usize), SyntaxError> {
    let mut chars = pattern[start + 1..].char_indices();
    let Some((_, c)) = chars.next() else {
        let message = r"a `\` at the end";
        return Err(SyntaxError::new(message, start..pattern.len()));
    };
    let end = start + 1 + c.len_utf8();
    let rest = &pattern[end..];
    let digits = |most: usize, radix| {
        let is_digit = |c: &char| c.is_digit(radix);
        rest.chars().take(most).take_while(is_digit).count()
    };
    match c {
        'a' => Ok((Some('\x07'), end)),
        'f' => Ok((Some('\x0C'), end)),
        'n' => Ok((Some('\n'), end)),
        'r' => Ok((Some('\r'), end)),
        't' => Ok((Some('\t'), end)),
        'v' => Ok((Some('\x0B'), end)),
        // One digit alone would refer to a group, which RE2 cannot do.
        '1'..='7' if digits(1, 8) == 0 => Err(unknown(pattern, start, end)),
        '0'..='7' => {
            let end = end + digits(2, 8);
            code(&pattern[start + 1..end], 8)
                .map(|c| (c, end))
                .ok_or_else(|| unknown(pattern, start, end))
        }
        'x' if rest.starts_with('{') => {
            let close = rest.find('}').unwrap_or(rest.len());
            let after = (end + close + 1).min(pattern.len());
            let hex = rest.get(1..close).unwrap_or_default();
            code(hex, 16)
                .map(|c| (c, after))
                .ok_or_else(|| unknown(pattern, start, after))
        }
        'x' if digits(2, 16) == 2 => {
            let c = code(&rest[..2], 16);
            c.map(|c| (c, end + 2))
                .ok_or_else(|| unknown(pattern, start, end))
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok((Some(c), end)),
        _ => Err(unknown(pattern, start, end)),
    }
}

/// The character of a number: none where it is no number, none inside where it is no character.
fn code(digits: &str, radix: u32) -> Option<Option<char>> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let number = u32::from_str_radix(digits.trim_start_matches('0'), radix);
    let number = match digits.trim_start_matches('0') {
        "" => 0,
        _ => number.ok()?,
    };
    (number <= char::MAX as u32).then(|| char::from_u32(number))
}

fn unknown(pattern: &str, start: usize, end: usize) -> SyntaxError {
    let message = format!("Go knows no `{}`", &pattern[start..end]);
    SyntaxError::new(message, start..end)
}
