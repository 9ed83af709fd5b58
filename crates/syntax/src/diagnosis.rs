use text_size::{TextRange, TextSize};

use crate::tree::SyntaxError;

pub(crate) fn explain(
    _text: &str,
    _document: TextRange,
    at: TextSize,
    message: &str,
) -> SyntaxError {
    SyntaxError {
        range: TextRange::empty(at),
        message: message.to_owned(),
        help: None,
    }
}
