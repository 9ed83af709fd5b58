use infragen_ide::NavigationTarget;
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{GotoDefinitionParams, GotoDefinitionResponse, LocationLink};

/// `textDocument/definition`
pub(crate) fn definition(
    context: &Context<'_>,
    file: SourceFile,
    params: &GotoDefinitionParams,
) -> Option<GotoDefinitionResponse> {
    let at = params.text_document_position_params.position;
    let targets = infragen_ide::definition(context.db, file, context.offset(file, at));
    if targets.is_empty() {
        return None;
    }
    if context.client.definition_links {
        let links = targets
            .iter()
            .filter_map(|target| link(context, file, target));
        return Some(GotoDefinitionResponse::Link(links.collect()));
    }
    let places = targets
        .iter()
        .filter_map(|target| context.location(target.file, target.focus));
    Some(GotoDefinitionResponse::Array(places.collect()))
}

fn link(
    context: &Context<'_>,
    file: SourceFile,
    target: &NavigationTarget,
) -> Option<LocationLink> {
    Some(LocationLink {
        origin_selection_range: Some(context.range(file, target.origin)),
        target_uri: context.uri(target.file)?,
        target_range: context.range(target.file, target.range.cover(target.focus)),
        target_selection_range: context.range(target.file, target.focus),
    })
}
