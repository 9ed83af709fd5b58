use infragen_ide::{CallItem, call_items, incoming_calls, outgoing_calls};
use infragen_syntax::TextRange;
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Range,
    SymbolKind,
};

/// `textDocument/prepareCallHierarchy`
pub(crate) fn prepare_call_hierarchy(
    context: &Context<'_>,
    file: SourceFile,
    params: &CallHierarchyPrepareParams,
) -> Option<Vec<CallHierarchyItem>> {
    let at = params.text_document_position_params.position;
    let items = call_items(context.db, file, context.offset(file, at));
    let items: Vec<_> = items
        .iter()
        .filter_map(|found| item(context, found))
        .collect();
    (!items.is_empty()).then_some(items)
}

/// `callHierarchy/incomingCalls`: what waits for an object.
pub(crate) fn incoming(
    context: &Context<'_>,
    file: SourceFile,
    params: &CallHierarchyIncomingCallsParams,
) -> Option<Vec<CallHierarchyIncomingCall>> {
    let at = context.offset(file, params.item.selection_range.start);
    let calls = incoming_calls(context.db, file, at).into_iter();
    let calls = calls.filter_map(|call| {
        Some(CallHierarchyIncomingCall {
            from: item(context, &call.item)?,
            from_ranges: ranges(context, call.item.file, &call.ranges),
        })
    });
    Some(calls.collect())
}

/// `callHierarchy/outgoingCalls`: what an object waits for.
pub(crate) fn outgoing(
    context: &Context<'_>,
    file: SourceFile,
    params: &CallHierarchyOutgoingCallsParams,
) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let at = context.offset(file, params.item.selection_range.start);
    let calls = outgoing_calls(context.db, file, at).into_iter();
    let calls = calls.filter_map(|call| {
        Some(CallHierarchyOutgoingCall {
            to: item(context, &call.item)?,
            from_ranges: ranges(context, file, &call.ranges),
        })
    });
    Some(calls.collect())
}

fn item(context: &Context<'_>, item: &CallItem) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        name: item.name.clone(),
        kind: SymbolKind::OBJECT,
        tags: None,
        detail: Some(item.detail.clone()),
        uri: context.uri(item.file)?,
        range: context.range(item.file, item.range),
        selection_range: context.range(item.file, item.focus),
        data: None,
    })
}

fn ranges(context: &Context<'_>, file: SourceFile, ranges: &[TextRange]) -> Vec<Range> {
    ranges
        .iter()
        .map(|range| context.range(file, *range))
        .collect()
}
