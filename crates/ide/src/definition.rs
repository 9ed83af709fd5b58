use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, SourceFile};

/// A place to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavigationTarget {
    /// The text under the cursor that leads there.
    pub origin: TextRange,
    /// The file.
    pub file: SourceFile,
    /// The whole of it: the document of an object; the first line of a file.
    pub range: TextRange,
    /// The part to select: the `metadata.name` of an object.
    pub focus: TextRange,
}

/// Where the thing at an offset is defined.
pub fn definition(_db: &dyn Db, _file: SourceFile, _offset: TextSize) -> Vec<NavigationTarget> {
    Vec::new()
}
