//! Places to go to.

use infragen_flux::known::NAMESPACE;
use infragen_flux::{GroupKind, KindName, ObjectFacts, ReferenceFact};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Db, Definition, Directory, Found, SourceFile, Verdict, definitions, environment_of,
    kustomization_file, names_of_kind, overriding_namespaces, resolve, target, text,
};

use crate::definition::NavigationTarget;

/// The objects that a reference names: also those in another namespace, because that is where somebody
/// wants to look who wrote the namespace wrong. While its kind is being typed every kind counts that may
/// stand there.
pub(crate) fn named_by(
    db: &dyn Db,
    file: SourceFile,
    object: Option<&ObjectFacts>,
    reference: &ReferenceFact,
) -> Vec<Definition> {
    match resolve(db, file, object, reference).verdict {
        Verdict::Found(found) | Verdict::OtherNamespace(found) => found,
        Verdict::Unknown if reference.kind == KindName::Missing && !reference.is_templated() => {
            let kinds = reference.row.target.kinds().into_iter();
            kinds
                .flat_map(|kind| {
                    definitions(db, file.root(db), &kind.into(), &reference.name.value)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The Namespace objects of a name, seen from a file: kustomize renames those of a build whose
/// kustomization file gives a namespace. Those of the file's own environment, where it has any.
pub(crate) fn namespace_objects(db: &dyn Db, file: SourceFile, name: &str) -> Vec<Definition> {
    let root = file.root(db);
    let kind = GroupKind::from(NAMESPACE);
    let mut found = Vec::new();
    for written in names_of_kind(db, root, kind.clone()).iter() {
        for definition in definitions(db, root, &kind, written) {
            let above = overriding_namespaces(db, definition.file);
            let renamed = above.overrides.iter().any(|namespace| namespace == name);
            if renamed || (written == name && (above.own || above.overrides.is_empty())) {
                found.push(definition);
            }
        }
    }
    let environment = |file: SourceFile| environment_of(db, root, &file.path(db));
    let here = environment(file);
    let same = |definition: &Definition| environment(definition.file) == here;
    if here.is_some() && found.iter().any(same) {
        found.retain(same);
    }
    found
}

/// The place of an object.
pub(crate) fn of_object(
    db: &dyn Db,
    origin: TextRange,
    definition: &Definition,
) -> Option<NavigationTarget> {
    let target = target(db, definition)?;
    Some(NavigationTarget {
        origin,
        file: target.file,
        range: target.range.cover(target.name_range),
        focus: target.name_range,
    })
}

/// The place of what a path leads to.
pub(crate) fn of_path(db: &dyn Db, origin: TextRange, found: Found) -> Option<NavigationTarget> {
    let file = file_of(db, found)?;
    let text = text(db, file).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let start = TextSize::from(0);
    Some(NavigationTarget {
        origin,
        file,
        range: TextRange::new(start, TextSize::of(line)),
        focus: TextRange::empty(start),
    })
}

/// The file that stands for what a path leads to: a directory's kustomization file, else its first file,
/// also below.
pub(crate) fn file_of(db: &dyn Db, found: Found) -> Option<SourceFile> {
    match found {
        Found::File(file) => Some(file),
        Found::Directory(directory) => {
            kustomization_file(db, directory).or_else(|| first_file(db, directory))
        }
        _ => None,
    }
}

fn first_file(db: &dyn Db, directory: Directory) -> Option<SourceFile> {
    let own = directory.files(db).next();
    own.or_else(|| {
        directory
            .directories(db)
            .find_map(|below| first_file(db, below))
    })
}
