//! What becomes of a string on its way through JSON, and which styles it may then be written in.

use std::borrow::Cow;

use infragen_syntax::{ScalarStyle, Typed, type_of};

/// Two characters that end a line in YAML 1.1, beside the next-line character that JSON lets through.
const LINE_SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];
const NEXT_LINE: char = '\u{85}';

/// The longest key, in bytes, that stands before its colon without a `?`.
pub(super) const SIMPLE_KEY: usize = 128;

/// How many characters a key may have in JSON, quotes and escapes counted, to be read as a key again.
const LONGEST_KEY: usize = 1024;

/// A string as it is after kustomize wrote it as JSON and read that as YAML: a next-line character between
/// words becomes a blank there.
///
/// # Errors
/// The character that cannot be in a text.
pub(super) fn through_json(text: &str) -> Result<Cow<'_, str>, char> {
    if text.is_ascii() && !text.contains('\u{7f}') {
        return Ok(Cow::Borrowed(text));
    }
    let forbidden = |character: char| matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if let Some(character) = text.chars().find(|character| forbidden(*character)) {
        return Err(character);
    }
    if text.contains(NEXT_LINE) {
        fold(text).map(Cow::Owned).ok_or(NEXT_LINE)
    } else {
        Ok(Cow::Borrowed(text))
    }
}

/// Joins the lines that next-line characters make, as those of a quoted scalar are; none where one of them
/// looks like the end of the document.
fn fold(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NEXT_LINE) {
        out.push_str(rest[..at].trim_end_matches(' '));
        let after = rest[at..].trim_start_matches([' ', NEXT_LINE]);
        let between = &rest[at..rest.len() - after.len()];
        match between.matches(NEXT_LINE).count() {
            1 => out.push(' '),
            lines => out.extend(std::iter::repeat_n('\n', lines - 1)),
        }
        let marker = after.starts_with("---") || after.starts_with("...");
        if between.ends_with(NEXT_LINE) && marker {
            let next = after[3..].chars().next();
            // What JSON escapes is no blank.
            if matches!(next, Some(' ' | NEXT_LINE)) {
                return None;
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Whether JSON with this key can be read as YAML.
pub(super) fn is_possible_key(key: &str) -> bool {
    if key.len() * 6 + 2 <= LONGEST_KEY {
        return !key.contains(NEXT_LINE);
    }
    let length: usize = key.chars().map(length_in_json).sum();
    length + 2 <= LONGEST_KEY && !key.contains(NEXT_LINE)
}

fn length_in_json(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' | '<' | '>' | '&' => 6,
        _ if LINE_SEPARATORS.contains(&character) => 6,
        _ => 1,
    }
}

/// Whether a text stands everywhere as it is, as a key too: what most texts are. It has neither blanks nor
/// line ends, begins with nothing that YAML takes for a sign or a number, and is no word that means something.
pub(super) fn is_word(text: &str) -> bool {
    let begins = |first: &u8| first.is_ascii_alphabetic() || matches!(first, b'/' | b'$' | b'_');
    let bytes = text.as_bytes();
    bytes.first().is_some_and(begins)
        && bytes.last() != Some(&b':')
        && bytes.len() <= SIMPLE_KEY
        && bytes.iter().all(u8::is_ascii_graphic)
        && reads_as_string(text)
}

/// What a text allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Styles {
    /// It reads as itself without quotes, as far as its characters go.
    pub plain: bool,
    /// It may stand in single quotes.
    pub single_quoted: bool,
    /// It may be a literal block.
    pub literal: bool,
    /// A line ends in it.
    pub multiline: bool,
}

/// Looks at the characters of a text.
pub(super) fn styles(text: &str) -> Styles {
    let mut allowed = Styles {
        plain: true,
        single_quoted: true,
        literal: true,
        multiline: false,
    };
    if text.is_empty() {
        allowed.literal = false;
        return allowed;
    }
    let mut characters = text.chars();
    let first = characters.next();
    let second = characters.next();
    let mut indicator = text.starts_with("---")
        || text.starts_with("...")
        || match first {
            Some('?' | '-') => is_blank_or_end(second),
            Some(first) => "#,[]{}&*!|>'\"%@`".contains(first),
            None => false,
        };
    let mut special = false;
    let mut break_space = false;
    for (at, character) in text.char_indices() {
        // What most texts are made of decides nothing.
        if matches!(character, '!'..='~') && !matches!(character, ':' | '#') {
            continue;
        }
        let previous = || text[..at].chars().next_back();
        match character {
            ':' => indicator |= is_blank_or_end(text[at + 1..].chars().next()),
            '#' => {
                indicator |=
                    previous().is_some_and(|it| matches!(it, ' ' | '\t' | '\0') || is_break(it))
            }
            ' ' => break_space |= previous().is_some_and(is_break),
            _ if is_break(character) => {
                allowed.multiline = true;
                special |= previous() == Some(' ');
            }
            _ => {}
        }
        special |= !is_printable(character);
    }
    let edge = |character: char| character == ' ' || is_break(character);
    let trailing_space = text.ends_with(' ');
    allowed.plain =
        !(indicator || special || allowed.multiline || trailing_space || text.starts_with(edge));
    allowed.single_quoted = !(special || break_space);
    allowed.literal = !(special || trailing_space);
    allowed
}

/// What makes a part of YAML's syntax of `?`, `-` and `:` in front of it.
fn is_blank_or_end(next: Option<char>) -> bool {
    matches!(next, None | Some(' ' | '\t'))
}

/// Whether a text without quotes would be read as a string, by readers of Kubernetes and by older ones.
pub(super) fn reads_as_string(text: &str) -> bool {
    let typed = type_of(text, ScalarStyle::Plain, None);
    matches!(typed, Typed::String | Typed::Merge) && !is_base_60(text)
}

/// Whether a text needs no quotes to stay what it is.
pub(crate) fn needs_no_quotes(text: &str) -> bool {
    !text.is_empty() && reads_as_string(text) && styles(text).plain
}

/// Whether a text may stand without quotes in YAML that kustomize's own library writes.
pub(crate) fn may_be_plain(text: &str) -> bool {
    !text.is_empty()
        && crate::value::plain_kind(text) == crate::value::ScalarKind::String
        && styles(text).plain
}

/// `190:20:30`, a number in base 60 to YAML 1.1.
fn is_base_60(text: &str) -> bool {
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '+' || first == '-') {
        return false;
    }
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let is_number = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    if !first.starts_with(|first: char| first.is_ascii_digit()) || !is_number(first) {
        return false;
    }
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.last_mut() else {
        return false;
    };
    if let Some((whole, fraction)) = last.split_once('.') {
        if !is_number(fraction) {
            return false;
        }
        *last = whole;
    }
    parts.iter().all(|part| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    })
}

/// Whether a character ends a line in YAML 1.1.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | NEXT_LINE) || LINE_SEPARATORS.contains(&character)
}

/// Whether go-yaml writes a character as it is: nothing beyond the basic plane, no byte order mark.
pub(super) fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
    )
}

#[cfg(test)]
mod tests {
    use super::{is_possible_key, is_word, reads_as_string, styles, through_json};

    #[test]
    fn words_stand_as_they_are() {
        for text in [
            "a",
            "a.b/c-d_e",
            "/x",
            "${A}",
            "a:b",
            "a#b",
            "a'b\"",
            "nulls",
            "oci://a@b",
        ] {
            assert!(is_word(text), "{text}");
            assert!(styles(text).plain && reads_as_string(text), "{text}");
            assert!(
                is_possible_key(text) && through_json(text) == Ok(text.into()),
                "{text}"
            );
        }
        for text in [
            "", "a b", "a:", "a\tb", "\u{e9}", "a\u{7f}", "y", "null", "1", "-a", "[a", "~",
        ] {
            assert!(!is_word(text), "{text}");
        }
        assert!(is_word(&"<".repeat(127).replacen('<', "k", 1)));
        assert!(!is_word(&"k".repeat(129)));
    }

    #[test]
    fn next_lines_fold() {
        assert_eq!(through_json("a \u{85} b").unwrap(), "a b");
        assert_eq!(through_json("a\u{85}\u{85}b").unwrap(), "a\nb");
        assert_eq!(through_json("\u{85}").unwrap(), " ");
        assert_eq!(through_json("a\u{85}--- b"), Err('\u{85}'));
        assert_eq!(through_json("a\u{7f}"), Err('\u{7f}'));
        assert_eq!(through_json("ü\u{2028}").unwrap(), "ü\u{2028}");
    }

    #[test]
    fn long_keys_are_none() {
        assert!(is_possible_key(&"k".repeat(1022)));
        assert!(!is_possible_key(&"k".repeat(1023)));
        assert!(!is_possible_key(&"<".repeat(171)));
    }

    #[test]
    fn some_strings_need_quotes() {
        for text in ["a", "a-b", "0x", "1:2x", "a: b", "2020", "a#b", "<<"] {
            assert_eq!(reads_as_string(text), text != "2020", "{text}");
        }
        for text in ["1:20", "-190:20:30.5", "1_0:2", "1:2."] {
            assert!(!reads_as_string(text), "{text}");
        }
        for text in ["1:60", "a:1", ":1", "1:123", "1::2", "1:2.x"] {
            assert!(reads_as_string(text), "{text}");
        }
    }

    #[test]
    fn characters_decide_on_styles() {
        for text in ["a", "a b", "a:b", "a#b", "-a", "?a", ":a", "ü", "\u{e000}"] {
            assert!(styles(text).plain, "{text}");
        }
        for text in [
            " a", "a ", "a:", "a: b", "a #b", "- a", "-", "?", "---", "...x", "*a", "'a", "@a",
        ] {
            assert!(!styles(text).plain && styles(text).single_quoted, "{text}");
        }
        for text in [
            "a\tb",
            "a\rb",
            "\u{1f600}",
            "\u{feff}",
            "a \nb",
            "a\n b\u{0}",
        ] {
            assert!(!styles(text).single_quoted, "{text}");
        }
        for text in ["a\nb", "a\n b", " a\nb", "\na"] {
            assert!(styles(text).literal, "{text}");
        }
        for text in ["a\nb ", "a \nb", "a\n\tb"] {
            assert!(!styles(text).literal, "{text}");
        }
    }
}
