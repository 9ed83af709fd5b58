//! What stands between a file and the clusters: the kustomization files that take it in, the Flux
//! Kustomizations that apply it, and whether one of them begins at an entry point.

use infragen_flux::ObjectFacts;
use infragen_kustomize::Field;
use infragen_workspace::{
    Db, Directory, Environment, Found, Root, SourceFile, appliers, environments, facts, importers,
    imports_of, kustomization_file, text,
};
use rustc_hash::FxHashSet;

/// Whether a cluster gets to see a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// An environment of this repository applies it.
    Applied,
    /// There are environments, and none of them applies it: as far as is known here.
    Orphan,
    /// This repository shows no environment: it may be one part of several.
    Unknown,
}

/// What is above a file.
#[derive(Debug)]
pub(crate) struct Above {
    /// The kustomization files that take it in, directly or through others, and their components.
    pub layers: Vec<SourceFile>,
    /// The Flux Kustomizations that apply it, or apply what applies it.
    pub appliers: Vec<(SourceFile, u32)>,
    /// Whether a cluster gets to see it.
    pub reach: Reach,
}

/// Looks up what is above a file.
pub(crate) fn above(db: &dyn Db, file: SourceFile) -> Above {
    let root = file.root(db);
    let environments = environments(db, root);
    let mut walk = Walk {
        db,
        root,
        environments: &environments,
        files: FxHashSet::default(),
        directories: FxHashSet::default(),
        above: Above {
            layers: Vec::new(),
            appliers: Vec::new(),
            reach: if environments.is_empty() {
                Reach::Unknown
            } else {
                Reach::Orphan
            },
        },
    };
    walk.file(file);
    walk.above
}

struct Walk<'a> {
    db: &'a dyn Db,
    root: Root,
    environments: &'a [Environment],
    files: FxHashSet<SourceFile>,
    directories: FxHashSet<Directory>,
    above: Above,
}

impl Walk<'_> {
    /// Goes to whatever takes a file in.
    fn file(&mut self, file: SourceFile) {
        if !self.files.insert(file) {
            return;
        }
        if file.is_kustomization_file(self.db) {
            self.layer(file);
        } else {
            let mut named = false;
            for import in importers(self.db, self.root, Found::File(file)) {
                if import.field.includes() || import.field.patches() {
                    named = true;
                    self.layer(import.from);
                }
            }
            if !named {
                self.generated(file.directory(self.db));
            }
        }
    }

    fn layer(&mut self, kustomization: SourceFile) {
        if self.above.layers.contains(&kustomization) {
            return;
        }
        self.above.layers.push(kustomization);
        self.components(kustomization);
        self.directory(kustomization.directory(self.db));
    }

    /// A component acts on all that its users take in beside it.
    fn components(&mut self, kustomization: SourceFile) {
        for import in imports_of(self.db, kustomization).iter() {
            let (Field::Components, Found::Directory(directory)) = (import.field, import.to) else {
                continue;
            };
            let component = kustomization_file(self.db, directory);
            if let Some(component) = component.filter(|file| !self.above.layers.contains(file)) {
                self.above.layers.push(component);
                self.components(component);
            }
        }
    }

    /// Goes to whatever takes in or applies a directory.
    fn directory(&mut self, directory: Directory) {
        if !self.directories.insert(directory) {
            return;
        }
        for import in importers(self.db, self.root, Found::Directory(directory)) {
            if import.field.includes() {
                self.layer(import.from);
            }
        }
        self.applied(directory);
        if let Some(parent) = directory.parent(self.db) {
            self.generated(parent);
        }
    }

    /// Goes to what applies a directory without a kustomization file, or one above it: Flux generates a
    /// kustomization file that lists everything below.
    fn generated(&mut self, directory: Directory) {
        let mut at = Some(directory);
        while let Some(directory) = at {
            if kustomization_file(self.db, directory).is_some() {
                return;
            }
            self.applied(directory);
            at = directory.parent(self.db);
        }
    }

    fn applied(&mut self, directory: Directory) {
        let path = directory.path(self.db);
        if self.environments.iter().any(|e| e.path == *path) {
            self.above.reach = Reach::Applied;
        }
        for applier in appliers(self.db, self.root, directory) {
            if !self.above.appliers.contains(&applier) {
                self.above.appliers.push(applier);
                self.file(applier.0);
            }
        }
    }
}

impl Above {
    /// Whether something above may write a field of the file's objects: a patch of an object, for which
    /// `patches` tells, or operations and replacements, which name the field by its path.
    pub(crate) fn may_set(
        &self,
        db: &dyn Db,
        field: &[&str],
        patches: &dyn Fn(&ObjectFacts) -> bool,
    ) -> bool {
        let (pointer, dotted) = (format!("/{}", field.join("/")), field.join("."));
        let writes = |file: SourceFile| {
            let facts = facts(db, file);
            facts.objects.iter().any(patches)
                || text(db, file)
                    .is_ok_and(|text| text.contains(&pointer) || text.contains(&dotted))
        };
        let in_layer = |layer: &SourceFile| {
            let files = imports_of(db, *layer);
            let files = files.iter().filter_map(|import| match import.to {
                Found::File(file) if !import.field.includes() => Some(file),
                _ => None,
            });
            files.chain([*layer]).any(|file| {
                // Objects of a file that the layer names are patches too.
                writes(file)
            })
        };
        self.layers.iter().any(in_layer)
            || self.appliers.iter().any(|(file, _)| {
                let facts = facts(db, *file);
                let patch = |object: &&ObjectFacts| object.in_patch && !object.rendered;
                let mut inline = facts.objects.iter().filter(patch);
                inline.any(patches)
                    || text(db, *file)
                        .is_ok_and(|text| text.contains(&pointer) || text.contains(&dotted))
            })
    }

    /// Whether something above changes objects at all.
    pub(crate) fn rewrites(&self, db: &dyn Db) -> bool {
        let layer = |file: &SourceFile| {
            let facts = facts(db, *file);
            facts
                .kustomization
                .as_ref()
                .is_some_and(|file| file.rewrites)
        };
        let applier = |(file, number): &(SourceFile, u32)| {
            let facts = facts(db, *file);
            facts
                .objects
                .get(*number as usize)
                .is_some_and(|object| object.rewrites)
        };
        self.layers.iter().any(layer) || self.appliers.iter().any(applier)
    }
}
