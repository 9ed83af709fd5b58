//! Edits: ours are byte ranges in files, the protocol's are positions in documents.

use std::collections::HashMap;

use infragen_ide::Rename;
use infragen_rules::{FileChange, FileEdits};

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

/// Edits of several files: for the versions that the client shows, where it checks them. None where files are
/// to be made or renamed, and the client cannot.
pub(crate) fn workspace_edit(
    context: &Context<'_>,
    edits: &[FileEdits],
    files: &[FileChange],
) -> Option<WorkspaceEdit> {
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
    let versioned = |(text_document, edits): (_, Vec<TextEdit>)| TextDocumentEdit {
        text_document,
        edits: edits.into_iter().map(OneOf::Left).collect(),
    };
    if !files.is_empty() {
        if !context.client.file_changes {
            return None;
        }
        let edits = documents.into_iter().map(versioned);
        let mut operations: Vec<_> = edits.map(DocumentChangeOperation::Edit).collect();
        for change in files {
            operations.extend(file_change(context, change)?);
        }
        return Some(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Operations(operations)),
            ..WorkspaceEdit::default()
        });
    }
    if context.client.versioned_edits {
        let edits = documents.into_iter().map(versioned);
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

/// A rename as one edit, with the reasons of its parts where the client shows them. What it leaves alone is told with
/// its first part, which is then to be looked at.
pub(crate) fn annotated_edit(context: &Context<'_>, rename: &Rename) -> Option<WorkspaceEdit> {
    if !context.client.annotated_edits {
        return workspace_edit(context, &together(rename), &[]);
    }
    let mut documents: Vec<TextDocumentEdit> = Vec::new();
    let mut annotations = HashMap::new();
    for (number, change) in rename.changes.iter().enumerate() {
        let notes = rename.notes.iter().filter(|_| number == 0);
        let told: Vec<&str> = change
            .description
            .iter()
            .chain(notes)
            .map(String::as_str)
            .collect();
        let annotation_id = number.to_string();
        let annotation = ChangeAnnotation {
            label: change.label.clone(),
            needs_confirmation: (!told.is_empty() || change.confirm).then_some(true),
            description: (!told.is_empty()).then(|| told.join(". ")),
        };
        annotations.insert(annotation_id.clone(), annotation);
        for FileEdits { file, edits } in &change.edits {
            let uri = context.uri(*file)?;
            let edits = edits.iter().map(|edit| {
                OneOf::Right(AnnotatedTextEdit {
                    text_edit: text_edit(context, *file, edit),
                    annotation_id: annotation_id.clone(),
                })
            });
            // One document is edited once: a second edit would be of another version of it.
            match documents
                .iter_mut()
                .find(|other| other.text_document.uri == uri)
            {
                Some(document) => document.edits.extend(edits),
                None => documents.push(TextDocumentEdit {
                    text_document: OptionalVersionedTextDocumentIdentifier {
                        uri,
                        version: context.version(*file),
                    },
                    edits: edits.collect(),
                }),
            }
        }
    }
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(documents)),
        change_annotations: Some(annotations),
        ..WorkspaceEdit::default()
    })
}

/// The edits of all parts, each file once.
fn together(rename: &Rename) -> Vec<FileEdits> {
    let mut all: Vec<FileEdits> = Vec::new();
    for of_file in rename.changes.iter().flat_map(|change| &change.edits) {
        match all.iter_mut().find(|known| known.file == of_file.file) {
            Some(known) => known.edits.extend(of_file.edits.iter().cloned()),
            None => all.push(of_file.clone()),
        }
    }
    all
}

/// A change of a file as a whole. What is there already is never overwritten.
fn file_change(context: &Context<'_>, change: &FileChange) -> Option<Vec<DocumentChangeOperation>> {
    Some(match change {
        FileChange::Create { path, text } => {
            let uri = uri::from_path(path)?;
            let create = CreateFile {
                uri: uri.clone(),
                options: None,
                annotation_id: None,
            };
            let edit = TextEdit {
                range: Range::default(),
                new_text: text.clone(),
            };
            vec![
                DocumentChangeOperation::Op(ResourceOp::Create(create)),
                DocumentChangeOperation::Edit(TextDocumentEdit {
                    text_document: OptionalVersionedTextDocumentIdentifier { uri, version: None },
                    edits: vec![OneOf::Left(edit)],
                }),
            ]
        }
        FileChange::Rename { file, to } => {
            let rename = RenameFile {
                old_uri: context.uri(*file)?,
                new_uri: uri::from_path(to)?,
                options: None,
                annotation_id: None,
            };
            vec![DocumentChangeOperation::Op(ResourceOp::Rename(rename))]
        }
    })
}
