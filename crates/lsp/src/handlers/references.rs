use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{Location, ReferenceParams};

/// `textDocument/references`
pub(crate) fn references(
    context: &Context<'_>,
    file: SourceFile,
    params: &ReferenceParams,
) -> Option<Vec<Location>> {
    let at = context.offset(file, params.text_document_position.position);
    let declaration = params.context.include_declaration;
    let places = infragen_ide::references(context.db, file, at, declaration)
        .into_iter()
        .filter_map(|place| context.location(place.file, place.range));
    Some(places.collect())
}
