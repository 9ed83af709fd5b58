//! The tolerant reader: `tree-sitter`, for documents that are broken, nearly always because somebody is
//! typing in them.

use crate::builder::DocumentBuilder;
use crate::limits::Limits;
use crate::read::Part;
use crate::tree::{Reader, SyntaxError, Tree};
use text_size::TextRange;

/// Reads what can be read of a broken document.
pub(crate) fn read(tree: &mut Tree, limits: Limits, part: Part, _error: &SyntaxError) {
    DocumentBuilder::new(tree, limits, part.content).finish(Reader::Tolerant);
}

pub(crate) fn lower(_builder: &mut DocumentBuilder<'_>, _source: TextRange) {}
