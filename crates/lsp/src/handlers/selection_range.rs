use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{Position, Range, SelectionRange, SelectionRangeParams};

/// `textDocument/selectionRange`: one answer for each position, in their order.
pub(crate) fn selection_range(
    context: &Context<'_>,
    file: SourceFile,
    params: &SelectionRangeParams,
) -> Option<Vec<SelectionRange>> {
    let ranges = params
        .positions
        .iter()
        .map(|position| around(context, file, *position));
    Some(ranges.collect())
}

fn around(context: &Context<'_>, file: SourceFile, position: Position) -> SelectionRange {
    let offset = context.offset(file, position);
    let mut selection: Option<SelectionRange> = None;
    for range in infragen_ide::selection(context.db, file, offset)
        .into_iter()
        .rev()
    {
        selection = Some(SelectionRange {
            range: context.range(file, range),
            parent: selection.map(Box::new),
        });
    }
    selection.unwrap_or(SelectionRange {
        range: Range::new(position, position),
        parent: None,
    })
}
