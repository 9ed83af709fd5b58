use infragen_ide::Action;
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::diagnostic::diagnostic;
use crate::protocol::edit::workspace_edit;
use crate::protocol::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
};

/// `textDocument/codeAction`
pub(crate) fn code_action(
    context: &Context<'_>,
    file: SourceFile,
    params: &CodeActionParams,
) -> Option<CodeActionResponse> {
    let wanted = |only: &Vec<CodeActionKind>| only.iter().any(covers_quick_fixes);
    if !params.context.only.as_ref().is_none_or(wanted) || !context.tells_about(file) {
        return None;
    }
    let range = context.text_range(file, params.range);
    let actions = infragen_ide::actions(context.db, file, range)
        .into_iter()
        .filter_map(|action| quick_fix(context, file, action));
    Some(actions.map(CodeActionOrCommand::CodeAction).collect())
}

/// Kinds are a tree whose levels are divided by dots; the empty kind is its root.
fn covers_quick_fixes(kind: &CodeActionKind) -> bool {
    let (kind, ours) = (kind.as_str(), CodeActionKind::QUICKFIX);
    kind.is_empty() || kind == ours.as_str()
}

fn quick_fix(context: &Context<'_>, file: SourceFile, action: Action) -> Option<CodeAction> {
    let finding = action.finding.as_ref();
    Some(CodeAction {
        title: capitalised(action.title),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: finding.map(|finding| vec![diagnostic(context, file, finding)]),
        edit: Some(workspace_edit(context, &action.edits, &action.files)?),
        is_preferred: action.preferred.then_some(true),
        ..CodeAction::default()
    })
}

/// Menus begin with a capital letter.
fn capitalised(title: String) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
