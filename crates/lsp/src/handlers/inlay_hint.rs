use infragen_syntax::TextRange;
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{
    InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip, TextDocumentPositionParams,
    markdown,
};

/// `textDocument/inlayHint`
pub(crate) fn inlay_hint(
    context: &Context<'_>,
    file: SourceFile,
    params: &InlayHintParams,
) -> Option<Vec<InlayHint>> {
    let within = context.text_range(file, params.range);
    let hints = infragen_ide::inlay_hints(context.db, file, within)
        .into_iter()
        .map(|hint| InlayHint {
            position: context.range(file, hint.place()).end,
            label: InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: hint.about.and_then(|about| {
                let position = context.range(file, TextRange::empty(about)).start;
                let text_document = params.text_document.clone();
                let about = TextDocumentPositionParams::new(text_document, position);
                serde_json::to_value(about).ok()
            }),
        });
    Some(hints.collect())
}

/// What an `inlayHint/resolve` is about: what [`inlay_hint`] put into the hint.
pub(crate) fn about(hint: &InlayHint) -> Option<TextDocumentPositionParams> {
    serde_json::from_value(hint.data.clone()?).ok()
}

/// `inlayHint/resolve`: only somebody who points at a hint wants all of it.
pub(crate) fn inlay_hint_tooltip(
    context: &Context<'_>,
    file: SourceFile,
    about: &TextDocumentPositionParams,
) -> Option<InlayHintTooltip> {
    let offset = context.offset(file, about.position);
    let tooltip = infragen_ide::hint_tooltip(context.db, file, offset)?;
    // Hints have no capability of their own for it: who shows Markdown in hovers does so here.
    let content = markdown::content(tooltip, context.client.hover_markdown);
    Some(InlayHintTooltip::MarkupContent(content))
}
