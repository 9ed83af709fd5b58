use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, SourceFile};

/// A range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileRange {
    /// The file.
    pub file: SourceFile,
    /// The range in it.
    pub range: TextRange,
}

/// Every place that names the object, file or directory at an offset.
pub fn references(
    _db: &dyn Db,
    _file: SourceFile,
    _offset: TextSize,
    _include_declaration: bool,
) -> Vec<FileRange> {
    Vec::new()
}
