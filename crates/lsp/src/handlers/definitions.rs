use infragen_workspace::SourceFile;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::protocol::{Location, TextDocumentPositionParams};

/// A place where something is defined, in one environment. `LocationLink` of the protocol has no place for a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LabelledDefinition {
    /// The environment; null where it makes no difference.
    environment: Option<String>,
    /// Kind and name of the object there; empty where it is none.
    name: String,
    /// The place.
    location: Location,
}

/// `infragen/definitions`: `textDocument/definition` once for each environment.
pub(crate) fn definitions(
    context: &Context<'_>,
    file: SourceFile,
    params: &TextDocumentPositionParams,
) -> Vec<LabelledDefinition> {
    let offset = context.offset(file, params.position);
    let found = infragen_ide::definition_by_environment(context.db, file, offset);
    let labelled = found.into_iter().filter_map(|one| {
        Some(LabelledDefinition {
            environment: one.environment.map(String::from),
            name: one.name,
            location: context.location(one.target.file, one.target.focus)?,
        })
    });
    labelled.collect()
}
