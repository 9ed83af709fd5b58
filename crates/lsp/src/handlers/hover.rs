use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{Hover, HoverContents, HoverParams, markdown};

/// `textDocument/hover`
pub(crate) fn hover(
    context: &Context<'_>,
    file: SourceFile,
    params: &HoverParams,
) -> Option<Hover> {
    let at = params.text_document_position_params.position;
    let hover = infragen_ide::hover(context.db, file, context.offset(file, at))?;
    let content = markdown::content(hover.markdown, context.client.hover_markdown);
    Some(Hover {
        contents: HoverContents::Markup(content),
        range: Some(context.range(file, hover.range)),
    })
}
