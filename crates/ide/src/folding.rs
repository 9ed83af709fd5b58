use infragen_syntax::TextRange;
use infragen_workspace::{Db, SourceFile};

/// A part of a text that can be folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From the line that stays to the end of the last line.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What a fold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// A document, a mapping, a list or a block scalar.
    Region,
    /// Comment lines that follow each other.
    Comment,
}

/// The folds of a file.
pub fn folds(_db: &dyn Db, _file: SourceFile) -> Vec<Fold> {
    Vec::new()
}
