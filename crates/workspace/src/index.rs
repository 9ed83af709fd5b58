//! Who defines and who names what: one index over what is on disk, and a small one over open files that
//! lies over it.
//!
//! Index rows hold no ranges, so that typing which changes no fact leaves them equal.

use std::collections::BTreeMap;
use std::sync::Arc;

use infragen_flux::{FileFacts, GroupKind, KindName, SOURCE_IGNORE, SourceIgnore};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::db::Db;
use crate::files::{Child, Directory, Root, SourceFile};
use crate::query::{disk_facts, facts};

/// An object that a file defines.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Definition {
    /// The file.
    pub file: SourceFile,
    /// Which part of the file's facts defines it.
    pub by: DefinedBy,
    /// The namespace that is written beside the name.
    pub namespace: Option<SmolStr>,
}

/// What defines an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DefinedBy {
    /// The manifest with this number in the file's facts.
    Object(u32),
    /// The second: number of what the object (the first) brings into being.
    Made(u32, u32),
    /// The generator with this number of a kustomization file.
    Generator(u32),
}

/// A place that names an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReferenceSite {
    /// The file.
    pub file: SourceFile,
    /// Number of the object in the file's facts; none for a marker.
    pub object: Option<u32>,
    /// Number of the reference in the object, or of the marker in the file.
    pub reference: u32,
}

/// What a set of files defines and names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    pub definitions: FxHashMap<(GroupKind, SmolStr), Vec<Definition>>,
    /// Kinds under which a name exists.
    pub kinds_of_name: FxHashMap<SmolStr, Vec<GroupKind>>,
    pub names_of_kind: FxHashMap<GroupKind, Vec<SmolStr>>,
    pub references: FxHashMap<(GroupKind, SmolStr), Vec<ReferenceSite>>,
    /// Those whose name is a template.
    pub templated_references: FxHashMap<GroupKind, Vec<ReferenceSite>>,
    /// Kustomization files, and files with Flux Kustomizations: what the import graph is made of.
    pub kustomization_files: Vec<SourceFile>,
    pub flux_kustomizations: Vec<(SourceFile, u32)>,
    pub namespaces: Vec<SmolStr>,
    /// Names that are known only after rendering or substitution, by kind.
    pub templated_names: FxHashMap<GroupKind, Vec<SmolStr>>,
    /// Pairs of `namePrefix` and `nameSuffix` that kustomization files give to names.
    pub affixes: Vec<(SmolStr, SmolStr)>,
    /// Names that patches give to objects.
    pub renames: Vec<SmolStr>,
    /// Whether some file could not be read: what it defines is not known.
    pub unread: bool,
    /// Whether some file may set `spec.ignore` of a source.
    pub source_ignores: bool,
    /// Directories with a `.sourceignore` file.
    pub with_patterns: Vec<Directory>,
    /// Whether a kustomization file names what sources leave out by default, or there is a link, which they leave out.
    pub left_out: bool,
}

impl Index {
    fn add(&mut self, file: SourceFile, facts: &FileFacts) {
        self.renames.extend(facts.renames.iter().cloned());
        self.unread |= facts.unread;
        self.source_ignores |= facts.source_ignores;
        if let Some(kustomization) = &facts.kustomization {
            self.kustomization_files.push(file);
            let ignore = SourceIgnore::default();
            let mut paths = kustomization.entries.iter().map(|entry| &entry.path.value);
            self.left_out |=
                paths.any(|path| ignore.leaves_out(path.as_str().into(), false).is_some());
            let (prefix, suffix) = &kustomization.affixes;
            if !prefix.is_empty() || !suffix.is_empty() {
                self.affixes.push((prefix.into(), suffix.into()));
            }
            for (number, generator) in (0..).zip(&kustomization.generators) {
                self.define(
                    GroupKind::new("v1", generator.kind),
                    &generator.name.value,
                    Definition {
                        file,
                        by: DefinedBy::Generator(number),
                        namespace: generator.namespace.as_deref().map(SmolStr::new),
                    },
                );
            }
            self.namespaces.extend(
                kustomization
                    .namespace
                    .iter()
                    .map(|n| SmolStr::new(&n.value)),
            );
        }
        for (number, object) in (0..).zip(&facts.objects) {
            let namespace = object
                .namespace
                .as_ref()
                .map(|namespace| namespace.value.clone());
            self.namespaces.extend(namespace.clone());
            for (at, reference) in (0..).zip(&object.references) {
                self.refer(
                    reference,
                    ReferenceSite {
                        file,
                        object: Some(number),
                        reference: at,
                    },
                );
            }
            if object.in_patch {
                continue;
            }
            if object.kind == *infragen_flux::known::KUSTOMIZATION {
                self.flux_kustomizations.push((file, number));
            }
            if let Some(name) = &object.name {
                let by = DefinedBy::Object(number);
                let definition = Definition {
                    file,
                    by,
                    namespace,
                };
                if object.kind == *infragen_flux::known::NAMESPACE {
                    self.namespaces.push(name.value.clone());
                }
                self.define(object.kind.clone(), &name.value, definition);
            }
            for (at, made) in (0..).zip(&object.makes) {
                let by = DefinedBy::Made(number, at);
                let definition = Definition {
                    file,
                    by,
                    namespace: made.namespace.clone(),
                };
                self.define(made.kind.clone(), &made.name.value, definition);
            }
        }
        for (at, marker) in (0..).zip(&facts.markers) {
            self.refer(
                marker,
                ReferenceSite {
                    file,
                    object: None,
                    reference: at,
                },
            );
        }
    }

    fn define(&mut self, kind: GroupKind, name: &str, definition: Definition) {
        let name = SmolStr::new(name);
        if infragen_flux::is_templated(&name) {
            self.templated_names.entry(kind).or_default().push(name);
            return;
        }
        let definitions = self
            .definitions
            .entry((kind.clone(), name.clone()))
            .or_default();
        if definitions.is_empty() {
            self.kinds_of_name
                .entry(name.clone())
                .or_default()
                .push(kind.clone());
            self.names_of_kind.entry(kind).or_default().push(name);
        }
        definitions.push(definition);
    }

    fn refer(&mut self, reference: &infragen_flux::ReferenceFact, site: ReferenceSite) {
        if let KindName::Known(kind) = &reference.kind {
            if infragen_flux::is_templated(&reference.name.value) {
                let sites = self.templated_references.entry(kind.clone()).or_default();
                sites.push(site);
                return;
            }
            let key = (kind.clone(), reference.name.value.clone());
            self.references.entry(key).or_default().push(site);
        }
    }

    fn merge(&mut self, other: &Index) {
        for (key, definitions) in &other.definitions {
            let known = self.definitions.entry(key.clone()).or_default();
            if known.is_empty() {
                let (kind, name) = key.clone();
                self.kinds_of_name
                    .entry(name.clone())
                    .or_default()
                    .push(kind.clone());
                self.names_of_kind.entry(kind).or_default().push(name);
            }
            known.extend(definitions.iter().cloned());
        }
        for (key, sites) in &other.references {
            self.references
                .entry(key.clone())
                .or_default()
                .extend(sites);
        }
        for (kind, sites) in &other.templated_references {
            let known = self.templated_references.entry(kind.clone()).or_default();
            known.extend(sites);
        }
        self.kustomization_files.extend(&other.kustomization_files);
        self.flux_kustomizations.extend(&other.flux_kustomizations);
        self.namespaces.extend(other.namespaces.iter().cloned());
        for (kind, names) in &other.templated_names {
            let known = self.templated_names.entry(kind.clone()).or_default();
            known.extend(names.iter().cloned());
        }
        self.affixes.extend(other.affixes.iter().cloned());
        self.renames.extend(other.renames.iter().cloned());
        self.unread |= other.unread;
        self.source_ignores |= other.source_ignores;
        self.with_patterns.extend(&other.with_patterns);
        self.left_out |= other.left_out;
    }

    fn definitions_of_kind(&self, kind: &GroupKind) -> Vec<(SmolStr, Definition)> {
        let names = self.names_of_kind.get(kind).into_iter().flatten();
        let definitions = names.flat_map(|name| {
            let of_name = self.definitions.get(&(kind.clone(), name.clone()));
            let of_name = of_name.into_iter().flatten();
            of_name.map(|definition| (name.clone(), definition.clone()))
        });
        definitions.collect()
    }

    fn finish(mut self) -> Self {
        self.namespaces
            .retain(|namespace| !infragen_flux::is_templated(namespace));
        self.namespaces.sort_unstable();
        self.namespaces.dedup();
        self.affixes.sort_unstable();
        self.affixes.dedup();
        self.renames.sort_unstable();
        self.renames.dedup();
        for names in self.templated_names.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        self.names_of_kind
            .values_mut()
            .for_each(|names| names.sort_unstable());
        self
    }
}

/// The index of one directory's files on disk: unchanged files of other directories are not looked at
/// again when one changes.
#[salsa::tracked(returns(clone))]
fn directory_index(db: &dyn Db, directory: Directory) -> Arc<Index> {
    let mut index = Index::default();
    for file in directory.files(db) {
        index.add(file, &disk_facts(db, file));
    }
    if directory.child(db, SOURCE_IGNORE).is_some() {
        index.with_patterns.push(directory);
    }
    let mut entries = directory.entries(db).iter();
    index.left_out |= entries.any(|entry| matches!(entry.child, Child::Link(_)));
    Arc::new(index.finish())
}

/// The index of everything on disk below a root. High durability: no keystroke asks for it anew.
#[salsa::tracked(returns(clone))]
pub(crate) fn disk_index(db: &dyn Db, root: Root) -> Arc<Index> {
    let mut index = Index::default();
    let mut stack: Vec<_> = root.top(db).into_iter().collect();
    while let Some(directory) = stack.pop() {
        index.merge(&directory_index(db, directory));
        stack.extend(directory.directories(db));
    }
    Arc::new(index.finish())
}

/// The index of the files that are open in an editor.
#[salsa::tracked(returns(clone))]
pub(crate) fn open_index(db: &dyn Db, root: Root) -> Arc<Index> {
    let mut index = Index::default();
    for file in root.open(db) {
        index.merge(&file_index(db, *file));
    }
    Arc::new(index.finish())
}

/// The index of one open file: equal after an edit that changes no fact but places.
#[salsa::tracked(returns(clone))]
fn file_index(db: &dyn Db, file: SourceFile) -> Arc<Index> {
    let mut index = Index::default();
    index.add(file, &facts(db, file));
    Arc::new(index.finish())
}

/// What the files of a root give, in two layers: of those on disk, and of those that are open. The first
/// is made from disk alone, so that no keystroke has to ask whether it still holds; the second is small.
pub(crate) struct Layered<'db, T> {
    db: &'db dyn Db,
    root: Root,
    disk: Arc<T>,
    open: Arc<T>,
}

impl<'db, T> Layered<'db, T> {
    pub(crate) fn new(db: &'db dyn Db, root: Root, disk: Arc<T>, open: Arc<T>) -> Self {
        Layered {
            db,
            root,
            disk,
            open,
        }
    }

    /// What counts of the part that `part` takes of each layer: an open file is what the editor shows.
    /// `file` tells which file something is of.
    pub(crate) fn iter<'a, I>(
        &'a self,
        part: impl Fn(&'a T) -> I,
        file: impl Fn(&I::Item) -> SourceFile,
    ) -> impl Iterator<Item = I::Item>
    where
        I: Iterator,
    {
        let open_files = self.root.open(self.db);
        let closed = move |item: &I::Item| !open_files.contains(&file(item));
        part(&self.disk).filter(closed).chain(part(&self.open))
    }
}

/// The kustomization files on disk. These lists stand apart from the indexes: what is made from them is not
/// made anew when an open file changes some other fact.
#[salsa::tracked(returns(clone))]
pub(crate) fn disk_kustomization_files(db: &dyn Db, root: Root) -> Arc<Vec<SourceFile>> {
    Arc::new(disk_index(db, root).kustomization_files.clone())
}

/// Those that are open in an editor.
#[salsa::tracked(returns(clone))]
pub(crate) fn open_kustomization_files(db: &dyn Db, root: Root) -> Arc<Vec<SourceFile>> {
    Arc::new(open_index(db, root).kustomization_files.clone())
}

/// The kustomization files of a root.
pub(crate) fn kustomization_files(db: &dyn Db, root: Root) -> Vec<SourceFile> {
    let disk = disk_kustomization_files(db, root);
    let open = open_kustomization_files(db, root);
    let files = Layered::new(db, root, disk, open);
    files
        .iter(|layer| layer.iter().copied(), |file| *file)
        .collect()
}

/// A Flux Kustomization: its file, and its number in the file's facts.
pub(crate) type FluxKustomization = (SourceFile, u32);

/// The Flux Kustomizations on disk.
#[salsa::tracked(returns(clone))]
pub(crate) fn disk_flux_kustomizations(db: &dyn Db, root: Root) -> Arc<Vec<FluxKustomization>> {
    Arc::new(disk_index(db, root).flux_kustomizations.clone())
}

/// Those in files that are open in an editor.
#[salsa::tracked(returns(clone))]
pub(crate) fn open_flux_kustomizations(db: &dyn Db, root: Root) -> Arc<Vec<FluxKustomization>> {
    Arc::new(open_index(db, root).flux_kustomizations.clone())
}

/// An object of some kind, with its name.
pub(crate) type Named = (SmolStr, Definition);

/// Every definition of a kind, in order of name.
#[salsa::tracked(returns(clone))]
pub(crate) fn definitions_of_kind(db: &dyn Db, root: Root, kind: GroupKind) -> Arc<Vec<Named>> {
    let disk = disk_definitions_of_kind(db, root, kind.clone());
    let open = open_definitions_of_kind(db, root, kind);
    let layered = Layered::new(db, root, disk, open);
    let all = layered.iter(|layer| layer.iter(), |(_, definition)| definition.file);
    let mut definitions: Vec<_> = all.cloned().collect();
    definitions.sort_by(|(a, _), (b, _)| a.cmp(b));
    Arc::new(definitions)
}

/// Those on disk: the many, which no keystroke changes.
#[salsa::tracked(returns(clone))]
pub(crate) fn disk_definitions_of_kind(
    db: &dyn Db,
    root: Root,
    kind: GroupKind,
) -> Arc<Vec<Named>> {
    Arc::new(disk_index(db, root).definitions_of_kind(&kind))
}

/// Those in open files: the few, which stay the same while somebody types anything but a name.
#[salsa::tracked(returns(clone))]
pub(crate) fn open_definitions_of_kind(
    db: &dyn Db,
    root: Root,
    kind: GroupKind,
) -> Arc<Vec<Named>> {
    Arc::new(open_index(db, root).definitions_of_kind(&kind))
}

/// Both indexes, the open files over those on disk.
pub(crate) struct View {
    disk: Arc<Index>,
    open: Arc<Index>,
    open_files: Vec<SourceFile>,
}

impl View {
    pub(crate) fn new(db: &dyn Db, root: Root) -> View {
        View {
            disk: disk_index(db, root),
            open: open_index(db, root),
            open_files: root.open(db).clone(),
        }
    }

    fn closed(&self, file: SourceFile) -> bool {
        !self.open_files.contains(&file)
    }

    pub(crate) fn definitions(&self, kind: &GroupKind, name: &str) -> Vec<Definition> {
        let key = (kind.clone(), SmolStr::new(name));
        let disk = self.disk.definitions.get(&key).into_iter().flatten();
        let open = self.open.definitions.get(&key).into_iter().flatten();
        disk.filter(|definition| self.closed(definition.file))
            .chain(open)
            .cloned()
            .collect()
    }

    /// Kinds that some object has, in order.
    pub(crate) fn kinds(&self) -> Vec<GroupKind> {
        let disk = self.disk.names_of_kind.keys();
        let mut kinds: Vec<_> = disk
            .chain(self.open.names_of_kind.keys())
            .cloned()
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Names of a kind that something refers to, in order, each with how many places do.
    pub(crate) fn referred_names(&self, kind: &GroupKind) -> Vec<(SmolStr, usize)> {
        let disk = self.disk.references.iter();
        let mut names: BTreeMap<SmolStr, usize> = BTreeMap::new();
        for ((_, name), sites) in disk
            .chain(&self.open.references)
            .filter(|((of, _), _)| of == kind)
        {
            *names.entry(name.clone()).or_default() += sites.len();
        }
        names.into_iter().collect()
    }

    pub(crate) fn each_definition(&self, visit: &mut dyn FnMut(&GroupKind, &SmolStr, &Definition)) {
        for ((kind, name), definitions) in &self.disk.definitions {
            for definition in definitions.iter().filter(|found| self.closed(found.file)) {
                visit(kind, name, definition);
            }
        }
        for ((kind, name), definitions) in &self.open.definitions {
            for definition in definitions {
                visit(kind, name, definition);
            }
        }
    }

    pub(crate) fn references(&self, kind: &GroupKind, name: &str) -> Vec<ReferenceSite> {
        let key = (kind.clone(), SmolStr::new(name));
        let disk = self.disk.references.get(&key).into_iter().flatten();
        let open = self.open.references.get(&key).into_iter().flatten();
        disk.filter(|site| self.closed(site.file))
            .chain(open)
            .copied()
            .collect()
    }

    /// Kinds under which a name is defined.
    pub(crate) fn kinds_of_name(&self, name: &str) -> Vec<GroupKind> {
        let disk = self.disk.kinds_of_name.get(name).into_iter().flatten();
        let open = self.open.kinds_of_name.get(name).into_iter().flatten();
        let mut kinds: Vec<_> = disk.chain(open).cloned().collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.retain(|kind| !self.definitions(kind, name).is_empty());
        kinds
    }

    /// Names of a kind that are known only after rendering; one that an editor has just changed may still
    /// be among them.
    pub(crate) fn templated_names(&self, kind: &GroupKind) -> Vec<SmolStr> {
        let disk = self.disk.templated_names.get(kind).into_iter().flatten();
        let open = self.open.templated_names.get(kind).into_iter().flatten();
        disk.chain(open).cloned().collect()
    }

    /// Whether some file could not be read; one that an editor has just mended may still count.
    pub(crate) fn unread(&self) -> bool {
        self.disk.unread || self.open.unread
    }

    /// Whether some file may set `spec.ignore` of a source.
    pub(crate) fn source_ignores(&self) -> bool {
        self.disk.source_ignores || self.open.source_ignores
    }

    /// Whether a source may leave out what a kustomization file names, whatever its `spec.ignore` says.
    pub(crate) fn leaves_out(&self) -> bool {
        self.disk.left_out || self.open.left_out || !self.disk.with_patterns.is_empty()
    }

    /// The places that name an object of a kind by a name that is known only after rendering.
    pub(crate) fn templated_references(&self, kind: &GroupKind) -> Vec<ReferenceSite> {
        let disk = self
            .disk
            .templated_references
            .get(kind)
            .into_iter()
            .flatten();
        let open = self
            .open
            .templated_references
            .get(kind)
            .into_iter()
            .flatten();
        disk.filter(|site| self.closed(site.file))
            .chain(open)
            .copied()
            .collect()
    }

    /// Likewise the names that patches give.
    pub(crate) fn renames(&self) -> impl Iterator<Item = &SmolStr> {
        self.disk.renames.iter().chain(&self.open.renames)
    }

    /// Likewise the affixes of names.
    pub(crate) fn affixes(&self) -> Vec<(SmolStr, SmolStr)> {
        self.disk
            .affixes
            .iter()
            .chain(&self.open.affixes)
            .cloned()
            .collect()
    }

    pub(crate) fn namespaces(&self) -> Vec<SmolStr> {
        let mut namespaces: Vec<_> = self
            .disk
            .namespaces
            .iter()
            .chain(&self.open.namespaces)
            .cloned()
            .collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        namespaces
    }
}
