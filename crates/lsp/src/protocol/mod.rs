//! Everything of the protocol that the rest of the crate needs: its types, and the conversion of places,
//! paths and texts between it and ours. No other module names `tower_lsp::ls_types`.

pub(crate) mod capabilities;
pub(crate) mod diagnostic;
pub(crate) mod edit;
pub(crate) mod markdown;
pub(crate) mod position;
pub(crate) mod snippet;
pub(crate) mod uri;

pub(crate) use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
pub(crate) use tower_lsp::ls_types::error_codes::REQUEST_FAILED;
pub(crate) use tower_lsp::ls_types::*;
