//! What makes a text no constraint.

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
