use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{DocumentLink, DocumentLinkParams};

/// `textDocument/documentLink`
pub(crate) fn document_link(
    context: &Context<'_>,
    file: SourceFile,
    _: &DocumentLinkParams,
) -> Option<Vec<DocumentLink>> {
    let links = infragen_ide::links(context.db, file)
        .into_iter()
        .map(|link| DocumentLink {
            range: context.range(file, link.range),
            target: context.uri(link.target),
            tooltip: Some(link.target.path(context.db).into_string()),
            data: None,
        });
    Some(links.collect())
}
