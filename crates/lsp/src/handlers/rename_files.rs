use std::str::FromStr;

use camino::Utf8PathBuf;
use infragen_ide::Rename;

use crate::context::Context;
use crate::protocol::edit::annotated_edit;
use crate::protocol::{RenameFilesParams, Uri, WorkspaceEdit, uri};

/// `workspace/willRenameFiles`: what to edit before the client moves files and folders.
pub(crate) fn rename_files(
    context: &Context<'_>,
    params: &RenameFilesParams,
) -> Option<WorkspaceEdit> {
    let path = |text: &str| Uri::from_str(text).ok().and_then(|uri| uri::to_path(&uri));
    let mut all = Rename::default();
    for root in context.roots {
        let top = root.path(context.db);
        let below = |path: Utf8PathBuf| path.strip_prefix(top).ok().map(Utf8PathBuf::from);
        let moves: Vec<(Utf8PathBuf, Utf8PathBuf)> = params
            .files
            .iter()
            .filter_map(|file| {
                let from = below(path(&file.old_uri)?)?;
                let to = below(path(&file.new_uri)?)?;
                Some((from, to))
            })
            .collect();
        if !moves.is_empty() {
            let found = infragen_ide::rename_files(context.db, *root, &moves);
            all.changes.extend(found.changes);
            all.notes.extend(found.notes);
        }
    }
    if all.changes.is_empty() {
        return None;
    }
    annotated_edit(context, &all)
}
