//! The requests, one file each: convert the question, ask `ide`, convert the answer.

mod call_hierarchy;
mod code_action;
mod code_lens;
mod completion;
mod definition;
mod definitions;
mod document_highlight;
mod document_link;
mod document_symbol;
mod explain_version;
mod folding_range;
mod hover;
mod inlay_hint;
mod references;
mod rename;
mod rename_files;
mod selection_range;
mod workspace_symbol;

pub(crate) use call_hierarchy::{incoming, outgoing, prepare_call_hierarchy};
pub(crate) use code_action::code_action;
pub(crate) use code_lens::code_lens;
pub(crate) use completion::completion;
pub(crate) use definition::definition;
pub(crate) use definitions::{LabelledDefinition, definitions};
pub(crate) use document_highlight::document_highlight;
pub(crate) use document_link::document_link;
pub(crate) use document_symbol::document_symbol;
pub(crate) use explain_version::explain_version;
pub(crate) use folding_range::folding_range;
pub(crate) use hover::hover;
pub(crate) use inlay_hint::{about, inlay_hint, inlay_hint_tooltip};
pub(crate) use references::references;
pub(crate) use rename::{prepare_rename, rename};
pub(crate) use rename_files::rename_files;
pub(crate) use selection_range::selection_range;
pub(crate) use workspace_symbol::workspace_symbol;
