use infragen_syntax::TextRange;
use infragen_workspace::{Db, SourceFile};

/// A text that leads to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The text.
    pub range: TextRange,
    /// Where it leads.
    pub target: SourceFile,
}

/// The links of a file: every path that leads to a file.
pub fn links(_db: &dyn Db, _file: SourceFile) -> Vec<Link> {
    Vec::new()
}
