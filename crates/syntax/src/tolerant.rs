//! The tolerant reader: `tree-sitter`, for documents that are broken, nearly always because somebody is
//! typing in them.

use crate::builder::DocumentBuilder;
use crate::tree::SyntaxError;

/// Reads what can be read of a broken document.
pub(crate) fn read(_builder: &mut DocumentBuilder<'_>, _error: &SyntaxError) {}
