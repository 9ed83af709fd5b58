use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};

/// `textDocument/documentHighlight`
pub(crate) fn document_highlight(
    context: &Context<'_>,
    file: SourceFile,
    params: &DocumentHighlightParams,
) -> Option<Vec<DocumentHighlight>> {
    let at = params.text_document_position_params.position;
    let places = infragen_ide::highlights(context.db, file, context.offset(file, at))
        .into_iter()
        .map(|(range, names)| DocumentHighlight {
            range: context.range(file, range),
            kind: Some(if names {
                DocumentHighlightKind::WRITE
            } else {
                DocumentHighlightKind::READ
            }),
        });
    Some(places.collect())
}
