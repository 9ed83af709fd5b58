//! The editor features, one file each. Plain data in and out: files of the database, byte offsets and
//! ranges, edits, Markdown. No protocol type, no file system, no clock.

mod actions;
mod below;
#[cfg(test)]
mod bundled;
mod by_environment;
mod call_hierarchy;
mod completion;
mod definition;
mod effective;
#[cfg(test)]
mod everywhere;
#[cfg(test)]
mod fixture;
mod folding;
mod fuzzy;
mod highlight;
mod hover;
mod inlay_hints;
mod lens;
mod links;
mod markdown;
mod pattern;
mod place;
mod references;
mod rename;
mod rename_files;
mod selection;
mod subject;
mod summary;
mod symbols;
mod target;
mod variables;
mod versions;
mod written;

pub use actions::{Action, actions};
pub use by_environment::{Labelled, definition_by_environment};
pub use call_hierarchy::{Call, CallItem, call_items, incoming_calls, outgoing_calls};
pub use completion::{Completion, CompletionKind, MAX_COMPLETIONS, completions};
pub use definition::{NavigationTarget, definition};
pub use folding::{Fold, FoldKind, folds};
pub use highlight::highlights;
pub use hover::{Hover, hover};
pub use inlay_hints::{InlayHint, hint_tooltip, inlay_hints};
pub use lens::{Lens, lenses};
pub use links::{Link, links};
pub use references::{FileRange, references};
pub use rename::{Rename, RenameChange, RenameRefusal, prepare_rename, rename, rename_object};
pub use rename_files::rename_files;
pub use selection::selection;
pub use symbols::{Symbol, SymbolKind, WorkspaceSymbol, document_symbols, workspace_symbols};
pub use versions::explain_version;
