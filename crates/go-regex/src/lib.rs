//! Go's regular expressions (RE2), as kustomize's target selectors and Flux's `semverFilter` use them.
//!
//! Rust's `regex` is close, but not the same: in Go `\d`, `\w`, `\s` and `\b` are ASCII, classes have no
//! `&&`, `--` and `~~`, `a**` is an error and `a{,2}` is text. So an expression is read as Go reads it and
//! written down anew for `regex`. Only whether something matches is of interest here, not where.

mod class;
mod error;
mod escape;
mod group;
mod overlap;
mod repeat;
mod translate;

pub use error::SyntaxError;
pub use overlap::{Language, can_match};
pub use translate::to_rust;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct GoRegex(Matcher);

#[derive(Debug, Clone)]
enum Matcher {
    /// The text is just this.
    Whole(String),
    /// The text contains this.
    Within(String),
    /// Anything else.
    Regex(regex::bytes::Regex),
}

impl GoRegex {
    /// An expression that may match anywhere in a text, as Go's `regexp.MatchString`.
    pub fn new(pattern: &str) -> Result<GoRegex, SyntaxError> {
        if is_literal(pattern) {
            return Ok(GoRegex(Matcher::Within(pattern.to_owned())));
        }
        compile(&to_rust(pattern)?)
    }

    /// An expression that must match the whole text, as kustomize's selectors: `^(?:…)$`. Ranges of errors
    /// are those of `pattern`.
    pub fn anchored(pattern: &str) -> Result<GoRegex, SyntaxError> {
        if is_literal(pattern) {
            return Ok(GoRegex(Matcher::Whole(pattern.to_owned())));
        }
        // Put together before it is read, as kustomize does: `a)(b` is an expression then.
        let rust = to_rust(&format!("^(?:{pattern})$"))
            .map_err(|error| error.within_anchors(pattern.len()))?;
        compile(&rust)
    }

    /// Whether the expression matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.0 {
            Matcher::Whole(whole) => text == whole,
            Matcher::Within(part) => text.contains(part.as_str()),
            Matcher::Regex(regex) => regex.is_match(text.as_bytes()),
        }
    }
}

/// Whether nothing in a pattern means anything but itself. Most selectors are such, and need no automaton.
fn is_literal(pattern: &str) -> bool {
    !pattern.contains(|c| r"\.+*?()|[]{}^$".contains(c))
}

fn compile(rust: &str) -> Result<GoRegex, SyntaxError> {
    // On bytes, because `\B` of ASCII may match within a character.
    match regex::bytes::Regex::new(rust) {
        Ok(regex) => Ok(GoRegex(Matcher::Regex(regex))),
        Err(_) => Err(SyntaxError {
            message: "the regular expression is too large".to_owned(),
            range: 0..0,
        }),
    }
}
