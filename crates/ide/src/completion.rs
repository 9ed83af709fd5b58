//! What can be written at a place: names, kinds and namespaces at every row of the reference table, paths,
//! fixed values, and whole manifests. One file per sort; each looks at a [`Position`], which says where
//! the cursor stands, also in a document that is broken because it is being typed.

mod components;
mod directories;
mod embedded;
mod fields;
mod header;
mod kinds;
mod kustomization;
mod marker;
mod names;
mod namespaces;
mod position;
mod row;
mod selectors;
mod skeletons;
mod tabs;
#[cfg(test)]
mod tests;
mod typed;
mod values;
mod variables;
mod version_source;
mod versions;
mod writing;

use infragen_syntax::{TextEdit, TextSize};
use infragen_workspace::{Db, SourceFile, text};

use position::{Embedding, Position};
use tabs::Untabbed;

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A short text beside the label: the namespace, the file.
    pub detail: Option<String>,
    /// Markdown beside the list.
    pub documentation: Option<String>,
    /// What accepting it changes at the cursor; covers the word that is typed.
    pub edit: TextEdit,
    /// Whether `edit` holds placeholders of the LSP snippet syntax (`${1:name}`).
    pub snippet: bool,
    /// Further edits of the same file (a `namespace:` that the reference needs); none touches `edit`.
    pub additional: Vec<TextEdit>,
    /// Order in the list, the lowest first; equal ones by label.
    pub rank: u32,
}

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// The name of an object.
    Object,
    /// A kind.
    Kind,
    /// A namespace.
    Namespace,
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A whole manifest.
    Skeleton,
    /// A field.
    Field,
    /// A value out of a fixed set.
    Value,
}

/// How many proposals one source gives at the most: a list of so many, or more, may be cut, and what is
/// missing in it comes when more is typed. No editor shows more, and every client pays for each.
pub const MAX_COMPLETIONS: usize = 200;

/// What can be written at an offset, the likeliest first.
pub fn completions(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Completion> {
    let Ok(text) = text(db, file) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if variables::complete_reference(db, file, &text, offset, &mut found) {
        // Nothing else can stand there.
    } else if position::may_hold_manifests(db, file) {
        match Untabbed::read(&text, offset) {
            Some(untabbed) => {
                let offsets = (untabbed.offset, offset);
                let file = Position::new(db, file, &untabbed.text, offsets, Embedding::File);
                complete(&file, &mut found);
                for completion in &mut found {
                    untabbed.to_file(&mut completion.edit);
                    let more = completion.additional.iter_mut();
                    more.for_each(|edit| untabbed.to_file(edit));
                }
            }
            None => complete(&Position::of_file(db, file, &text, offset), &mut found),
        }
    }
    found.sort_by(|a, b| (a.rank, &a.label, &a.detail).cmp(&(b.rank, &b.label, &b.detail)));
    found
}

fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    if position.cursor.in_comment {
        return marker::complete(position, found);
    }
    if position.cursor.block.is_some() {
        return embedded::complete(position, found);
    }
    if !position.is_free() {
        return;
    }
    if !position::is_of_another_tool(position.db, position.file) {
        header::complete(position, found);
        skeletons::complete(position, found);
    }
    names::complete(position, found);
    kinds::complete(position, found);
    namespaces::complete(position, found);
    fields::complete(position, found);
    values::complete(position, found);
    variables::complete_names(position, found);
    selectors::complete(position, found);
    kustomization::complete(position, found);
    components::complete(position, found);
    directories::complete(position, found);
    versions::complete(position, found);
}
