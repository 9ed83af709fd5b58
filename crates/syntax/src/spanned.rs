use text_size::TextRange;

use crate::tree::Node;

/// A value with the place where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written: for a scalar, without its quotes.
    pub range: TextRange,
}

impl<'t> Node<'t> {
    /// The text of a scalar that is not null, with its place (that of the alias, where it is one).
    pub fn spanned_str(self) -> Option<Spanned<&'t str>> {
        self.as_str().map(|value| Spanned {
            value,
            range: self.content_range(),
        })
    }
}
