use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{InlayHint, InlayHintLabel, InlayHintParams};

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
            data: None,
        });
    Some(hints.collect())
}
