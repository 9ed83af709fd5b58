//! What follows a `(`: names and flags.

use crate::SyntaxError;

/// The flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// `i`: letters match in both cases.
    ignore_case: bool,
    /// `m`: `^` and `$` match at lines.
    pub(crate) multi_line: bool,
    /// `s`: `.` matches line feeds too.
    pub(crate) dot_all: bool,
    /// `U`: repetitions take little unless a `?` follows them.
    pub(crate) ungreedy: bool,
}

impl Flags {
    /// A piece with the right case.
    pub(crate) fn fold(self, rust: String) -> String {
        match self.ignore_case {
            true => format!("(?i:{rust})"),
            false => rust,
        }
    }
}

/// What a `(` begins.
pub(crate) enum Opening {
    /// `(?i)`: nothing but flags for the rest of the group around.
    Flags { flags: Flags, end: usize },
    /// A group.
    Group {
        flags: Flags,
        end: usize,
        capture: Capture,
    },
}

/// Whether a group is numbered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Capture {
    /// `(?:…)`
    #[default]
    None,
    /// `(…)`
    Number,
    /// `(?P<name>…)`
    Name(String),
}

impl Capture {
    /// A piece as this group.
    pub(crate) fn group(&self, rust: &str) -> String {
        match self {
            Self::None => format!("(?:{rust})"),
            Self::Number => format!("({rust})"),
            // Go lets a name begin with a digit. No template can mean it: it would be a number.
            Self::Name(name) if name.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("({rust})")
            }
            Self::Name(name) => format!("(?P<{name}>{rust})"),
        }
    }
}

/// Reads the opening of a group whose `(` is at `start`.
pub(crate) fn read(pattern: &str, start: usize, flags: Flags) -> Result<Opening, SyntaxError> {
    let rest = &pattern[start..];
    let Some(after) = rest.strip_prefix("(?") else {
        return Ok(Opening::Group {
            flags,
            end: start + 1,
            capture: Capture::Number,
        });
    };
    for prefix in ["P<", "<"] {
        if let Some(named) = after.strip_prefix(prefix) {
            let begin = start + "(?".len() + prefix.len();
            return read_name(pattern, start, begin, named, flags);
        }
    }
    read_flags(pattern, start, flags)
}

fn read_name(
    pattern: &str,
    start: usize,
    begin: usize,
    named: &str,
    flags: Flags,
) -> Result<Opening, SyntaxError> {
    let end = named.find('>').map(|len| begin + len);
    let name = end.map(|end| &pattern[begin..end]);
    let valid = |name: &&str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    match (end, name.filter(valid)) {
        (Some(end), Some(name)) => Ok(Opening::Group {
            flags,
            end: end + 1,
            capture: Capture::Name(name.to_owned()),
        }),
        _ => {
            let end = end.map_or(pattern.len(), |end| end + 1);
            let message = format!("`{}` is no name of a group", &pattern[start..end]);
            Err(SyntaxError::new(message, start..end))
        }
    }
}

fn read_flags(pattern: &str, start: usize, flags: Flags) -> Result<Opening, SyntaxError> {
    let mut new = flags;
    let mut on = true;
    let mut any = false;
    let begin = start + "(?".len();
    for (offset, c) in pattern[begin..].char_indices() {
        let end = begin + offset + c.len_utf8();
        match c {
            'i' => new.ignore_case = on,
            'm' => new.multi_line = on,
            's' => new.dot_all = on,
            'U' => new.ungreedy = on,
            '-' if on => {
                on = false;
                any = false;
                continue;
            }
            ':' | ')' if on || any => {
                return Ok(match c {
                    ':' => Opening::Group {
                        flags: new,
                        end,
                        capture: Capture::None,
                    },
                    _ => Opening::Flags { flags: new, end },
                });
            }
            _ => {
                let message = format!("Go knows no `{}`", &pattern[start..end]);
                return Err(SyntaxError::new(message, start..end));
            }
        }
        any = true;
    }
    Err(SyntaxError::new("a `)` is missing", start..pattern.len()))
}
