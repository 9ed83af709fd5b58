//! Edits: ours are byte ranges in files, the protocol's are positions in documents.

use std::collections::HashMap;

use infragen_rules::FileEdits;

use super::*;
use crate::context::Context;

/// An edit of one file.
pub(crate) fn text_edit(
    context: &Context<'_>,
    file: infragen_workspace::SourceFile,
    edit: &infragen_syntax::TextEdit,
) -> TextEdit {
    TextEdit {
        range: context.range(file, edit.range),
        new_text: edit.new_text.clone(),
    }
}

/// Edits of several files: for the versions that the client shows, where it checks them.
pub(crate) fn workspace_edit(context: &Context<'_>, edits: &[FileEdits]) -> Option<WorkspaceEdit> {
    let mut documents = Vec::with_capacity(edits.len());
    for FileEdits { file, edits } in edits {
        let identifier = OptionalVersionedTextDocumentIdentifier {
            uri: context.uri(*file)?,
            version: context.version(*file),
        };
        let edits: Vec<_> = edits
            .iter()
            .map(|edit| text_edit(context, *file, edit))
            .collect();
        documents.push((identifier, edits));
    }
    if context.client.versioned_edits {
        let edits = documents.into_iter().map(|(text_document, edits)| {
            let edits = edits.into_iter().map(OneOf::Left).collect();
            TextDocumentEdit {
                text_document,
                edits,
            }
        });
        return Some(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(edits.collect())),
            ..WorkspaceEdit::default()
        });
    }
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (document, edits) in documents {
        changes.entry(document.uri).or_default().extend(edits);
    }
    Some(WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    })
}
