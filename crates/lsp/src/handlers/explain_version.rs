use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::TextDocumentPositionParams;

/// The command `infragen.explainVersion`
pub(crate) fn explain_version(
    context: &Context<'_>,
    file: SourceFile,
    params: &TextDocumentPositionParams,
) -> Option<String> {
    infragen_ide::explain_version(context.db, file, context.offset(file, params.position))
}
