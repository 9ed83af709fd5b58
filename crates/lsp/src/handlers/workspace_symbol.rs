use super::document_symbol::kind;
use crate::context::Context;
use crate::protocol::{OneOf, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolResponse};

/// Enough to choose from; more only keeps the client busy while the query is typed.
const LIMIT: usize = 256;

/// `workspace/symbol`
pub(crate) fn workspace_symbol(
    context: &Context<'_>,
    params: &WorkspaceSymbolParams,
) -> Option<WorkspaceSymbolResponse> {
    let mut symbols = Vec::new();
    for root in context.roots {
        let left = LIMIT - symbols.len();
        let found = infragen_ide::workspace_symbols(context.db, *root, &params.query, left);
        symbols.extend(found.into_iter().take(left).filter_map(|found| {
            Some(WorkspaceSymbol {
                name: found.symbol.name,
                kind: kind(found.symbol.kind),
                tags: None,
                container_name: found.symbol.detail,
                location: OneOf::Left(context.location(found.file, found.symbol.focus)?),
                data: None,
            })
        }));
    }
    Some(WorkspaceSymbolResponse::Nested(symbols))
}
