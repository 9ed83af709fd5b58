use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, SourceFile};

/// What an editor shows about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// Markdown that reads well at 60 columns.
    pub markdown: String,
}

/// What there is to say about the thing at an offset.
pub fn hover(_db: &dyn Db, _file: SourceFile, _offset: TextSize) -> Option<Hover> {
    None
}
