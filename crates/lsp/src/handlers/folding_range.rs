use infragen_ide::{Fold, FoldKind};
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

/// `textDocument/foldingRange`
pub(crate) fn folding_range(
    context: &Context<'_>,
    file: SourceFile,
    _: &FoldingRangeParams,
) -> Option<Vec<FoldingRange>> {
    let limit = context.client.fold_limit.unwrap_or(usize::MAX);
    let folds = infragen_ide::folds(context.db, file)
        .iter()
        .filter_map(|fold| folding(context, file, fold))
        .take(limit)
        .collect();
    Some(folds)
}

fn folding(context: &Context<'_>, file: SourceFile, fold: &Fold) -> Option<FoldingRange> {
    let range = context.range(file, fold.range);
    // What ends with a line break ends with the line before it.
    let ends_before = range.end.character == 0 && range.end.line > range.start.line;
    let end_line = range.end.line - u32::from(ends_before);
    let whole_lines = context.client.line_folds;
    (end_line > range.start.line).then(|| FoldingRange {
        start_line: range.start.line,
        end_line,
        end_character: (!whole_lines && !ends_before).then_some(range.end.character),
        kind: Some(match fold.kind {
            FoldKind::Region => FoldingRangeKind::Region,
            FoldKind::Comment => FoldingRangeKind::Comment,
        }),
        ..FoldingRange::default()
    })
}
