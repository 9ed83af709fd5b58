//! Naming a new file in the kustomization file that must know of it.

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::FILE_NAMES;
use infragen_syntax::{Node, Segment, Target, Tree, insert_sorted_item, remove_item};
use infragen_workspace::relative;

use crate::plan::Draft;
use crate::refusal::Refusal;

const RESOURCES: Target<'static> = Target {
    document: 0,
    path: &[Segment::Key("resources")],
};

/// Adds a file to the `resources` of the nearest kustomization file above it, at the most in `top`. Where
/// there is none, Flux takes in every file by itself.
pub(crate) fn list(draft: &mut Draft<'_>, top: &Utf8Path, file: &Utf8Path) -> Result<(), Refusal> {
    let Some(kustomization) = nearest_kustomization(draft, top, file) else {
        return Ok(());
    };
    let directory = kustomization.parent().unwrap_or(Utf8Path::new(""));
    let item = relative(directory, file);
    let text = draft.text(&kustomization).unwrap_or_default();
    let tree = Tree::parse(text);
    let listed: Vec<&str> = resources(&tree).filter_map(Node::as_str).collect();
    if listed
        .iter()
        .any(|other| other.trim_start_matches("./") == item)
    {
        return Ok(());
    }
    // As the others are written.
    let dotted = !listed.is_empty() && listed.iter().all(|other| other.starts_with("./"));
    let item = if dotted { format!("./{item}") } else { item };
    draft.edit(&kustomization, |tree| {
        insert_sorted_item(tree, RESOURCES, &item, Some("kind"))
    })
}

/// Takes a file out of the `resources` of the nearest kustomization file above it, at the most in `top`.
pub(crate) fn unlist(
    draft: &mut Draft<'_>,
    top: &Utf8Path,
    file: &Utf8Path,
) -> Result<(), Refusal> {
    let Some(kustomization) = nearest_kustomization(draft, top, file) else {
        return Ok(());
    };
    let directory = kustomization.parent().unwrap_or(Utf8Path::new(""));
    let item = relative(directory, file);
    let tree = Tree::parse(draft.text(&kustomization).unwrap_or_default());
    let named = |node: Node<'_>| {
        node.as_str()
            .is_some_and(|other| other.trim_start_matches("./") == item)
    };
    let at = resources(&tree).position(named);
    match at {
        Some(at) => draft.edit(&kustomization, |tree| remove_item(tree, RESOURCES, at)),
        None => Ok(()),
    }
}

fn nearest_kustomization(
    draft: &Draft<'_>,
    top: &Utf8Path,
    file: &Utf8Path,
) -> Option<Utf8PathBuf> {
    file.ancestors()
        .skip(1)
        .take_while(|directory| directory.starts_with(top))
        .flat_map(|directory| FILE_NAMES.map(|name| directory.join(name)))
        .find(|path| draft.text(path).is_some())
}

fn resources(tree: &Tree) -> impl Iterator<Item = Node<'_>> {
    let list = tree
        .document(0)
        .and_then(|document| document.root())
        .and_then(|root| root.get("resources"));
    list.into_iter().flat_map(Node::items)
}
