//! Where the directories are that objects name, also those that only this crate and the editor ask about.

use infragen_flux::known::EXTERNAL_ARTIFACT;
use infragen_flux::{KindName, ObjectFacts, PathFact, is_templated};
use infragen_workspace::{
    Db, Found, PathTarget, SourceFile, find, is_own_source, resolve_path, secure,
};

/// Where a directory is that an object of a file names: what [`resolve_path`] says, and beyond it the path
/// of a sync, whose source the object itself makes, and the paths of what a ResourceSet renders.
pub fn path_target(
    db: &dyn Db,
    file: SourceFile,
    object: &ObjectFacts,
    path: &PathFact,
) -> PathTarget {
    let makes_source = path.row.source.is_empty();
    if !makes_source && !object.rendered {
        return resolve_path(db, file, object, path);
    }
    let root = file.root(db);
    let (Some(top), Some((kind, name))) = (root.top(db), source(object, path)) else {
        return PathTarget::Elsewhere;
    };
    if is_templated(&path.path.value) || is_templated(name) || kind == EXTERNAL_ARTIFACT.kind {
        return PathTarget::Elsewhere;
    }
    let own = is_own_source(db, root, kind, name);
    let cut = secure(&path.path.value);
    match find(db, top, &cut) {
        // Every source has a top: that this one has it too says nothing.
        Found::Directory(_) if cut.is_empty() && !own => PathTarget::Elsewhere,
        found @ (Found::Directory(_) | Found::File(_)) => PathTarget::Here { found, sure: own },
        // A sync that leads nowhere is what makes its source unknown. It is this repository most likely if
        // the path begins here.
        found if own || makes_source && begins(&cut, &|part| find(db, top, part)) => {
            PathTarget::Here { found, sure: own }
        }
        _ => PathTarget::Elsewhere,
    }
}

/// Kind and name of the source that a path is a path of.
fn source<'o>(object: &'o ObjectFacts, path: &PathFact) -> Option<(&'o str, &'o str)> {
    if path.row.source.is_empty() {
        let source = object.makes.first().filter(|_| !object.in_patch)?;
        return Some((&source.kind.kind, &source.name.value));
    }
    let mut references = object.references.iter();
    let source = references.find(|reference| reference.row.path == path.row.source)?;
    match &source.kind {
        KindName::Known(kind) => Some((&kind.kind, &source.name.value)),
        _ => None,
    }
}

fn begins(path: &str, find: &dyn Fn(&str) -> Found) -> bool {
    let first = path.split_once('/').map(|(first, _)| first);
    first.is_some_and(|first| matches!(find(first), Found::Directory(_)))
}
