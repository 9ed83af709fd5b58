//! Completion inside the texts that some fields hold: inline patches, and the templates of a ResourceSet.

use infragen_flux::Kind;
use infragen_flux::known::{FLUX_INSTANCE, HELM_RELEASE, KUSTOMIZATION, RESOURCE_SET};
use infragen_syntax::{BlockText, TextEdit, TextRange};

use super::position::{Embedding, Position};
use super::{Completion, complete as complete_at};

/// The fields of objects whose block scalars hold objects.
const OF_OBJECTS: &[(&Kind, &[&str], Embedding)] = &[
    (
        KUSTOMIZATION,
        &["spec", "patches", "[]", "patch"],
        Embedding::Patch,
    ),
    (
        HELM_RELEASE,
        &[
            "spec",
            "postRenderers",
            "[]",
            "kustomize",
            "patches",
            "[]",
            "patch",
        ],
        Embedding::Patch,
    ),
    (
        FLUX_INSTANCE,
        &["spec", "kustomize", "patches", "[]", "patch"],
        Embedding::Patch,
    ),
    (
        RESOURCE_SET,
        &["spec", "resourcesTemplate"],
        Embedding::Template,
    ),
    (
        RESOURCE_SET,
        &["spec", "steps", "[]", "resourcesTemplate"],
        Embedding::Template,
    ),
];

/// Those of kustomization files.
const OF_LAYERS: &[&[&str]] = &[
    &["patches", "[]", "patch"],
    &["patchesStrategicMerge", "[]"],
];

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let (Some(block), Some(embedding)) = (position.cursor.block, embedding_at(position)) else {
        return;
    };
    let (text, offset) = block.dedent(position.text, position.offset);
    if block.to_file(position.text, offset) != position.offset {
        // The cursor is in the indentation of the text, which is no part of it.
        return;
    }
    let inner = Position::new(
        position.db,
        position.file,
        &text,
        (offset, position.offset_in_file),
        embedding,
    );
    let mut inside = Vec::new();
    complete_at(&inner, &mut inside);
    for mut completion in inside {
        to_outer(&mut completion.edit, block, position.text);
        for edit in &mut completion.additional {
            to_outer(edit, block, position.text);
        }
        found.push(completion);
    }
}

fn embedding_at(position: &Position<'_>) -> Option<Embedding> {
    if let Some(field) = position.kustomization_field() {
        return OF_LAYERS
            .contains(&field.as_slice())
            .then_some(Embedding::Patch);
    }
    let (kind, field) = position.field()?;
    OF_OBJECTS
        .iter()
        .find(|(of, path, _)| kind == *of && field == *path)
        .map(|(_, _, embedding)| *embedding)
}

/// Moves an edit from the text of a block scalar to the text around it.
fn to_outer(edit: &mut TextEdit, block: BlockText, outer: &str) {
    let start = block.to_file(outer, edit.range.start());
    let end = block.to_file(outer, edit.range.end());
    edit.range = TextRange::new(start, end.max(start));
    if edit.new_text.contains('\n') {
        let line_end = format!("\n{}", " ".repeat(block.indent));
        edit.new_text = edit.new_text.replace('\n', &line_end);
    }
}
