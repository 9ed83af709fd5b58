use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::{CodeLens, CodeLensParams, Command};

/// `textDocument/codeLens`: lines to read, there is nothing to run.
pub(crate) fn code_lens(
    context: &Context<'_>,
    file: SourceFile,
    _: &CodeLensParams,
) -> Option<Vec<CodeLens>> {
    let lenses = infragen_ide::lenses(context.db, file);
    let lenses = lenses.into_iter().map(|lens| CodeLens {
        range: context.range(file, lens.range),
        command: Some(Command {
            title: lens.title,
            command: String::new(),
            arguments: None,
        }),
        data: None,
    });
    Some(lenses.collect())
}
