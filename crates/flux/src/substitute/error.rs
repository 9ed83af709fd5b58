//! What goes wrong, in words that say what to do.

use infragen_syntax::TextRange;

use super::runes::is_letter_or_digit;

/// Something that Flux refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What it is.
    pub kind: ErrorKind,
    /// Where in the text; within one line.
    pub range: TextRange,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `${` and no name: `${}`, `${ x}`, `${!x}`.
    NoName,
    /// A name, and then neither `}` nor an operator: `${x-text}`, `${x.y}`.
    NotClosed,
    /// An operator that is not followed by what it needs: `${x/a}`.
    Malformed,
    /// An operator without its argument: `${x:}`, `${x#}`, or the end of the text in one.
    NoArgument,
    /// A variable that is missing, where strictness asks for it.
    NotSet,
    /// A part of a value whose length Flux cannot count: a negative one before Flux 2.10, `${x:0:-1}`, or one that is
    /// larger than any.
    NegativeLength,
    /// A result that is no text, because a character was cut in two.
    NotText,
    /// References in references, too many of them.
    TooDeep,
    /// A result that is too large, or takes too long.
    TooLarge,
}

impl ErrorKind {
    /// What the library says, which is what the status of a Kustomization shows; none where it says nothing:
    /// it panics, or has no such bound, or leaves it to the reader of the YAML.
    /// [envsubst:parse/parse.go, template.go]
    pub fn flux_says(self) -> Option<&'static str> {
        Some(match self {
            Self::NoName => "unable to parse variable name",
            Self::NotClosed => "missing closing brace",
            Self::Malformed => "bad substitution",
            Self::NoArgument => "unable to parse substitution within function",
            Self::NotSet => "variable not set (strict mode)",
            Self::NegativeLength | Self::NotText | Self::TooDeep | Self::TooLarge => return None,
        })
    }
}

/// How every text is kept from being a reference.
const KEEP: &str = "to keep the text, write `$${`";

impl Error {
    /// An error of what is written, up to and with the character that was not expected.
    pub(super) fn while_parsing(
        kind: ErrorKind,
        written: &str,
        next: Option<char>,
        range: TextRange,
    ) -> Error {
        let shown = shortened(written);
        let inside = written.get(2..).unwrap_or_default();
        let operator = inside.trim_start_matches(is_letter_or_digit);
        let name = &inside[..inside.len() - operator.len()];
        let (message, help) = match (kind, next) {
            (ErrorKind::TooDeep, _) => (
                format!(
                    "references stand in references more than {} deep",
                    super::MAX_NESTING
                ),
                "give the inner ones a variable of their own".to_owned(),
            ),
            (ErrorKind::NoName, Some(_)) => (
                format!("`{shown}` names no variable"),
                format!("a name is letters, digits and `_`; {KEEP}"),
            ),
            (_, None) => (
                format!("`{shown}` is not closed"),
                format!("close it with `}}`; {KEEP}"),
            ),
            (ErrorKind::NotClosed, Some('-')) => (
                format!("Flux has no operator `-`, only `:-`: `{shown}`"),
                format!("write the default as `${{{name}:-…}}`; {KEEP}"),
            ),
            (ErrorKind::NotClosed, Some(sign @ ('+' | '?'))) => (
                format!("Flux has no operator `{sign}`: `{shown}`"),
                format!("a default is `${{{name}:-…}}`; {KEEP}"),
            ),
            (ErrorKind::NotClosed, Some(sign)) => (
                format!(
                    "`{shown}` is no reference: behind a name stands `}}` or an operator, not `{}`",
                    sign.escape_debug()
                ),
                KEEP.to_owned(),
            ),
            _ => {
                let (what, form) = form(operator, name);
                (format!("`{shown}` {what}"), format!("write {form}; {KEEP}"))
            }
        };
        Error {
            kind,
            range,
            message,
            help,
        }
    }

    pub(super) fn not_set(name: &str, range: TextRange) -> Error {
        Error {
            kind: ErrorKind::NotSet,
            range,
            message: format!("the variable `{name}` is not set"),
            help: format!("set it, or give it a default: `${{{name}:-…}}`; {KEEP}"),
        }
    }

    pub(super) fn negative_length(name: &str, range: TextRange) -> Error {
        Error {
            kind: ErrorKind::NegativeLength,
            range,
            message: format!("this part of `{name}` ends before it starts; this Flux crashes here"),
            help: "a length counts from the start of the part; Flux 2.10 is the first that takes a negative one, from the end".to_owned(),
        }
    }

    pub(super) fn not_text(range: TextRange) -> Error {
        Error {
            kind: ErrorKind::NotText,
            range,
            message: "this cuts a character in two, and Flux cannot read the result".to_owned(),
            help: "positions count bytes, and characters beyond ASCII have several".to_owned(),
        }
    }

    pub(super) fn too_large(range: TextRange) -> Error {
        Error {
            kind: ErrorKind::TooLarge,
            range,
            message: "what comes out here is too large, or takes too long".to_owned(),
            help: "shorten the value, or the pattern".to_owned(),
        }
    }
}

/// What is wrong with an operator, and how it is written.
fn form(operator: &str, name: &str) -> (&'static str, String) {
    match operator.as_bytes() {
        [b'/', ..] => (
            "needs a text and a second `/`",
            format!("`${{{name}/text/replacement}}`, or `${{{name}/text/}}` to remove the text"),
        ),
        // Only the length has its sign before the name.
        [b'#', ..] if name.is_empty() => ("is no length", "`${#name}`".to_owned()),
        [sign @ (b'#' | b'%'), ..] => (
            "needs one pattern: text or one reference",
            format!("`${{{name}{}pattern}}`", char::from(*sign)),
        ),
        [b':', ..] => (
            "is neither a part of the value nor a default",
            format!(
                "`${{{name}:start}}` or `${{{name}:start:length}}`, or a default `${{{name}:-…}}`"
            ),
        ),
        _ => (
            "has something behind its operator",
            format!("`${{{name}^}}`, `${{{name}^^}}`, `${{{name},}}` or `${{{name},,}}`"),
        ),
    }
}

/// The beginning of a text, for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
