use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::edit::annotated_edit;
use crate::protocol::{
    PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit,
};
use crate::work::Refusable;

/// `textDocument/prepareRename`
pub(crate) fn prepare_rename(
    context: &Context<'_>,
    file: SourceFile,
    params: &TextDocumentPositionParams,
) -> Refusable<Option<PrepareRenameResponse>> {
    let at = context.offset(file, params.position);
    match infragen_ide::prepare_rename(context.db, file, at) {
        Ok(found) => Refusable::Answer(found.map(|(range, placeholder)| {
            PrepareRenameResponse::RangeWithPlaceholder {
                range: context.range(file, range),
                placeholder,
            }
        })),
        Err(refusal) => Refusable::Refusal(refusal.to_string()),
    }
}

/// `textDocument/rename`
pub(crate) fn rename(
    context: &Context<'_>,
    file: SourceFile,
    params: &RenameParams,
) -> Refusable<Option<WorkspaceEdit>> {
    let at = context.offset(file, params.text_document_position.position);
    match infragen_ide::rename(context.db, file, at, &params.new_name) {
        Ok(rename) => Refusable::Answer(annotated_edit(context, &rename)),
        Err(refusal) => Refusable::Refusal(refusal.to_string()),
    }
}
