//! What makes a text no expression.

use std::ops::Range;

/// Why an expression is none for Go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// One sentence without a full stop.
    pub message: String,
    /// The bytes of the expression that are wrong.
    pub range: Range<usize>,
}

impl SyntaxError {
    pub(crate) fn new(message: impl Into<String>, range: Range<usize>) -> SyntaxError {
        SyntaxError {
            message: message.into(),
            range,
        }
    }

    /// The same error of a pattern of `len` bytes that stood in `^(?:…)$`.
    pub(crate) fn within_anchors(mut self, len: usize) -> SyntaxError {
        let back = |at: usize| at.saturating_sub("^(?:".len()).min(len);
        self.range = back(self.range.start)..back(self.range.end);
        self
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}
