use infragen_ide::{Completion, CompletionKind};
use infragen_workspace::SourceFile;

use crate::context::Context;
use crate::protocol::edit::text_edit;
use crate::protocol::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList,
    CompletionParams, CompletionResponse, CompletionTextEdit, InsertTextFormat, InsertTextMode,
    markdown, snippet,
};

/// `textDocument/completion`
pub(crate) fn completion(
    context: &Context<'_>,
    file: SourceFile,
    params: &CompletionParams,
) -> Option<CompletionResponse> {
    let offset = context.offset(file, params.text_document_position.position);
    let items: Vec<_> = infragen_ide::completions(context.db, file, offset)
        .into_iter()
        .map(|completion| item(context, file, completion))
        .collect();
    Some(CompletionResponse::List(CompletionList {
        is_incomplete: items.len() >= infragen_ide::MAX_COMPLETIONS,
        items,
    }))
}

fn item(context: &Context<'_>, file: SourceFile, completion: Completion) -> CompletionItem {
    let config = context.client;
    let mut edit = text_edit(context, file, &completion.edit);
    let is_snippet = completion.snippet && config.snippets;
    if completion.snippet && !is_snippet {
        edit.new_text = snippet::without_placeholders(&edit.new_text);
    }
    let lines = edit.new_text.contains('\n');
    let additional: Vec<_> = completion
        .additional
        .iter()
        .map(|edit| text_edit(context, file, edit))
        .collect();
    CompletionItem {
        kind: Some(kind(completion.kind)),
        // Shown beside the label in the list itself; `detail` only beside the one that is selected.
        label_details: completion
            .detail
            .clone()
            .map(|description| CompletionItemLabelDetails {
                detail: None,
                description: Some(description),
            }),
        detail: completion.detail,
        documentation: completion
            .documentation
            .map(|text| markdown::documentation(text, config.completion_markdown)),
        sort_text: Some(format!("{:08}", completion.rank)),
        // Clients compare what is typed with this: what will stand there, where that is one word.
        filter_text: (!is_snippet && !lines && edit.new_text != completion.label)
            .then(|| edit.new_text.trim_end().to_owned()),
        insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
        // The text has its indentation; a client that adds that of the line would break it.
        insert_text_mode: (lines && config.verbatim_proposals).then_some(InsertTextMode::AS_IS),
        text_edit: Some(CompletionTextEdit::Edit(edit)),
        additional_text_edits: (!additional.is_empty()).then_some(additional),
        commit_characters: (completion.kind == CompletionKind::Directory)
            .then(|| vec!["/".to_owned()]),
        label: completion.label,
        ..CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Object => CompletionItemKind::REFERENCE,
        CompletionKind::Kind => CompletionItemKind::CLASS,
        CompletionKind::Namespace => CompletionItemKind::MODULE,
        CompletionKind::File => CompletionItemKind::FILE,
        CompletionKind::Directory => CompletionItemKind::FOLDER,
        CompletionKind::Skeleton => CompletionItemKind::SNIPPET,
        CompletionKind::Field => CompletionItemKind::FIELD,
        CompletionKind::Value => CompletionItemKind::VALUE,
    }
}
