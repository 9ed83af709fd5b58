use infragen_syntax::TextRange;
use infragen_workspace::{Db, Root, SourceFile};

/// Something with a name in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// `Kustomization/apps`
    pub name: String,
    /// The namespace, or what else tells it apart.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// The part to select.
    pub focus: TextRange,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// An object.
    Object,
    /// A field.
    Field,
    /// An item of a list.
    Item,
    /// A path.
    File,
}

/// A symbol with its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// The file.
    pub file: SourceFile,
    /// The symbol, without children.
    pub symbol: Symbol,
}

/// What a file holds.
pub fn document_symbols(_db: &dyn Db, _file: SourceFile) -> Vec<Symbol> {
    Vec::new()
}

/// The objects of a root whose kind, namespace or name hold the letters of a query, the best first.
pub fn workspace_symbols(
    _db: &dyn Db,
    _root: Root,
    _query: &str,
    _limit: usize,
) -> Vec<WorkspaceSymbol> {
    Vec::new()
}
