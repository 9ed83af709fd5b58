//! Go's regular expressions (RE2), as kustomize's target selectors and Flux's `semverFilter` use them.
//!
//! Rust's `regex` is close, but not the same: in Go `\d`, `\w`, `\s` and `\b` are ASCII, classes have no
//! `&&`, `--` and `~~`, `a**` is an error and `a{,2}` is text. So an expression is read as Go reads it and
//! written down anew for `regex`.

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

impl GoRegex {
    /// A template with `$name`, `${name}` and `$1` filled in from the first match, as Go's `Regexp.ExpandString`.
    /// None where the expression does not match.
    pub fn expand(&self, text: &str, template: &str) -> Option<String> {
        match &self.0 {
            Matcher::Regex(regex) => expanded(regex, text, template),
            Matcher::Whole(part) | Matcher::Within(part) => {
                let regex = regex::bytes::Regex::new(&regex::escape(part)).ok()?;
                self.is_match(text)
                    .then(|| expanded(&regex, text, template))?
            }
        }
    }
}

fn expanded(regex: &regex::bytes::Regex, text: &str, template: &str) -> Option<String> {
    let mut out = Vec::new();
    let captures = regex.captures(text.as_bytes())?;
    captures.expand(template.as_bytes(), &mut out);
    Some(String::from_utf8_lossy(&out).into_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_from_the_first_match() {
        let expand =
            |pattern, text, template| GoRegex::new(pattern).unwrap().expand(text, template);
        let pattern = "(?P<branch>[a-z]+)-([0-9.]+)";
        assert_eq!(
            expand(pattern, "main-1.2.0-x", "$2+${branch}$$$none$2x").as_deref(),
            Some("1.2.0+main$")
        );
        assert_eq!(expand(pattern, "main", "$2"), None);
        assert_eq!(expand("v1", "v1.0", "$0$1").as_deref(), Some("v1"));
        assert_eq!(expand("v2", "v1.0", "$0"), None);
    }
}
