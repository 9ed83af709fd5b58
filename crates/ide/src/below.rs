//! The files that become part of a directory's build, as far as the import graph tells: what a patch in
//! it can change.

use infragen_kustomize::{Field, FileKind};
use infragen_workspace::{
    Child, Db, DefinedBy, Definition, Directory, Found, SourceFile, facts, importers, imports_of,
    kustomization_file, target,
};
use rustc_hash::FxHashSet;

use crate::pattern::Selector;

/// Files that one walk looks at: a build of more is no build of the field, but somebody's whole fleet.
const MAX_FILES: usize = 20_000;

/// The manifests of a directory's build, in the order of the build. Flux generates the kustomization file
/// of a directory that has none: then everything below is taken in.
pub(crate) fn files_below(db: &dyn Db, directory: Directory) -> Vec<SourceFile> {
    let mut walk = Walk {
        db,
        seen: FxHashSet::default(),
        files: Vec::new(),
    };
    match kustomization_file(db, directory) {
        Some(file) => walk.kustomization(file),
        None => walk.generated(directory),
    }
    walk.files
}

/// The files that hold what a layer acts on: those below its directory, and of a component also those of all that
/// use it.
pub(crate) fn files_acted_on(db: &dyn Db, directory: Directory) -> Vec<SourceFile> {
    let mut seen = FxHashSet::default();
    let mut rest = vec![directory];
    let mut files = Vec::new();
    while let Some(directory) = rest.pop() {
        if !seen.insert(directory) {
            continue;
        }
        files.extend(files_below(db, directory));
        let layer = kustomization_file(db, directory).map(|file| facts(db, file));
        let layer = layer
            .as_ref()
            .and_then(|facts| facts.kustomization.as_ref());
        if layer.is_some_and(|layer| layer.kind == FileKind::Component) {
            let users = importers(db, directory.root(db), Found::Directory(directory));
            rest.extend(users.iter().map(|user| user.from.directory(db)));
        }
    }
    files.sort_unstable();
    files.dedup();
    files
}

struct Walk<'a> {
    db: &'a dyn Db,
    seen: FxHashSet<Found>,
    files: Vec<SourceFile>,
}

impl Walk<'_> {
    fn enter(&mut self, found: Found) -> bool {
        self.files.len() < MAX_FILES && self.seen.insert(found)
    }

    fn kustomization(&mut self, file: SourceFile) {
        if !self.enter(Found::Directory(file.directory(self.db))) {
            return;
        }
        self.files.push(file);
        for import in imports_of(self.db, file).iter() {
            match import.to {
                Found::File(file) if import.field == Field::Resources && self.enter(import.to) => {
                    self.files.push(file);
                }
                Found::Directory(directory) if import.field.includes() => {
                    if let Some(file) = kustomization_file(self.db, directory) {
                        self.kustomization(file);
                    }
                }
                _ => {}
            }
        }
    }

    fn generated(&mut self, directory: Directory) {
        if let Some(file) = kustomization_file(self.db, directory) {
            return self.kustomization(file);
        }
        if !self.enter(Found::Directory(directory)) {
            return;
        }
        for entry in directory.entries(self.db).iter() {
            match entry.child {
                Child::File(file) if self.enter(Found::File(file)) => self.files.push(file),
                Child::Directory(below) => self.generated(below),
                _ => {}
            }
        }
    }
}

/// The objects that the given files hold or generate.
pub(crate) fn objects_in<'a>(
    db: &'a dyn Db,
    files: &'a [SourceFile],
) -> impl Iterator<Item = Definition> + 'a {
    files.iter().flat_map(move |file| {
        let facts = facts(db, *file);
        let generators = facts
            .kustomization
            .as_ref()
            .map_or(0, |kustomization| kustomization.generators.len() as u32);
        let objects: Vec<_> = (0..)
            .zip(&facts.objects)
            .filter(|(_, object)| !object.in_patch && object.name.is_some())
            .map(|(number, object)| Definition {
                file: *file,
                by: DefinedBy::Object(number),
                namespace: object
                    .namespace
                    .as_ref()
                    .map(|namespace| namespace.value.clone()),
            })
            .collect();
        let generated = (0..generators).map(move |number| Definition {
            file: *file,
            by: DefinedBy::Generator(number),
            namespace: None,
        });
        objects.into_iter().chain(generated)
    })
}

/// The objects of a directory's build that a selector takes.
pub(crate) fn selected(db: &dyn Db, directory: Directory, selector: &Selector) -> Vec<Definition> {
    let files = files_below(db, directory);
    objects_in(db, &files)
        .filter(|definition| {
            target(db, definition).is_some_and(|target| selector.takes(&target.kind, &target.name))
        })
        .collect()
}
