//! What makes a text no constraint, or no version.

use std::ops::Range;

/// Why the library refuses a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// One sentence without a full stop.
    pub message: String,
    /// The bytes of the text that are wrong; empty where something is missing.
    pub range: Range<usize>,
}

impl SyntaxError {
    pub(crate) fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self {
            message: message.into(),
            range,
        }
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}

/// Where in a text an offset is, for people.
///
/// ```
/// assert_eq!(infragen_constraint::place("^1 || nope", 6), "at character 7 of `^1 || nope`");
/// assert_eq!(infragen_constraint::place("^1 ||", 5), "at the end of `^1 ||`");
/// ```
pub fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    if before.len() == text.len() {
        return format!("at the end of `{text}`");
    }
    format!("at character {} of `{text}`", before.chars().count() + 1)
}

/// Why a text is no version. Ranges and offsets count bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionError {
    /// It does not begin as a version does.
    NoNumber,
    /// Here it does not go on as a version does.
    Unexpected(usize),
    /// Major, minor and patch must all be there.
    TooFewNumbers,
    /// A number begins with 0, which only some ways of reading allow.
    LeadingZero(Range<usize>),
    /// A number of the prerelease begins with 0, which none allows.
    PrereleaseZero(Range<usize>),
    /// A number has more than 64 bits.
    TooLarge(Range<usize>),
    /// The text is longer than 256 bytes.
    TooLong,
}

impl VersionError {
    /// The same of the version in a constraint.
    pub(crate) fn in_constraint(self, text: &str) -> SyntaxError {
        let range = match &self {
            Self::PrereleaseZero(range) | Self::LeadingZero(range) | Self::TooLarge(range) => {
                range.clone()
            }
            Self::Unexpected(at) => *at..*at,
            Self::NoNumber | Self::TooFewNumbers | Self::TooLong => 0..text.len(),
        };
        let message = match &self {
            Self::PrereleaseZero(_) => format!(
                "`{}`: a number in a prerelease does not begin with 0",
                &text[range.clone()]
            ),
            other => other.to_string(),
        };
        SyntaxError::new(message, range)
    }
}

impl std::fmt::Display for VersionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is before an offset is ASCII, so offsets count characters too.
        match self {
            Self::NoNumber => f.write_str("a version begins with a number, perhaps behind a `v`"),
            Self::Unexpected(at) => {
                write!(f, "it stops being a version at character {}", at + 1)
            }
            Self::TooFewNumbers => f.write_str("a version has three numbers, as in 1.2.3"),
            Self::LeadingZero(range) => write!(
                f,
                "a number begins with 0, which Flux takes since 2.7 only (at character {})",
                range.start + 1
            ),
            Self::PrereleaseZero(range) => write!(
                f,
                "a number in a prerelease does not begin with 0 (at character {})",
                range.start + 1
            ),
            Self::TooLarge(range) => write!(
                f,
                "a number is larger than {} (at character {})",
                u64::MAX,
                range.start + 1
            ),
            Self::TooLong => f.write_str("it is longer than 256 bytes"),
        }
    }
}

impl std::error::Error for VersionError {}
