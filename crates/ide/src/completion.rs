use infragen_syntax::{TextEdit, TextSize};
use infragen_workspace::{Db, SourceFile};

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A short text beside the label: the namespace, the file.
    pub detail: Option<String>,
    /// Markdown beside the list.
    pub documentation: Option<String>,
    /// What accepting it changes at the cursor; covers the word that is typed.
    pub edit: TextEdit,
    /// Whether `edit` holds placeholders of the LSP snippet syntax (`${1:name}`).
    pub snippet: bool,
    /// Further edits of the same file (a `namespace:` that the reference needs).
    pub additional: Vec<TextEdit>,
    /// Order in the list, the lowest first; equal ones by label.
    pub rank: u32,
}

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// The name of an object.
    Object,
    /// A kind.
    Kind,
    /// A namespace.
    Namespace,
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A whole manifest.
    Skeleton,
    /// A field.
    Field,
    /// A value out of a fixed set.
    Value,
}

/// What can be written at an offset.
pub fn completions(_db: &dyn Db, _file: SourceFile, _offset: TextSize) -> Vec<Completion> {
    Vec::new()
}
