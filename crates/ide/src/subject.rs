//! What stands at an offset: the one classification that definition, references, highlights and hover
//! share.

use std::sync::Arc;

use infragen_flux::artifact::ArtifactCopy;
use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::{FileFacts, ObjectFacts, ReferenceFact, is_templated};
use infragen_kustomize::is_remote;
use infragen_rules::path_target;
use infragen_syntax::{Embedded, Node, NodeId, NodeKind, TextRange, TextSize, Tree};
use infragen_workspace::{
    Db, DefinedBy, Definition, Directory, Found, PathTarget, SourceFile, bundled_paths, facts,
    find, importers, is_manifest, is_own_source, is_patch_file, tree,
};
use smol_str::SmolStr;

use crate::pattern::Selector;
use crate::place::{Place, anchor_range, anchored_at};

/// Something at an offset that an editor can be asked about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subject {
    /// The text that means it.
    pub range: TextRange,
    /// What it means.
    pub what: What,
}

/// What chooses objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chooser {
    /// A patch: builds tell which objects it is for.
    Patch,
    /// A replacement.
    Replacement,
}

/// What a text means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// A part of a reference: numbers of the object and of the reference in the facts, as in a
    /// [`infragen_workspace::ReferenceSite`].
    Reference {
        object: Option<u32>,
        reference: u32,
        part: Part,
    },
    /// The name that the file gives to an object.
    Object(Definition),
    /// The `apiVersion` or `kind` of an object, by its number in the facts.
    Kind(u32),
    /// The `apiVersion` or `kind` of a kustomization file.
    KustomizationFile,
    /// What names the objects that a patch or replacement changes: a `target`, or the name in a patch.
    Selection {
        selector: Selector,
        directories: Vec<Directory>,
        by: Chooser,
    },
    /// The name of a namespace.
    Namespace(SmolStr),
    /// A path.
    Path { text: SmolStr, target: PathTarget },
    /// An anchor or an alias of it: the node with the anchor.
    Anchor { node: NodeId, alias: bool },
}

/// The parts of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Name,
    Kind,
    Namespace,
}

/// What an offset means, the most telling first: several where an alias stands for a name, or one scalar
/// names two objects. Nothing in files that are not manifests.
pub(crate) fn subjects(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Subject> {
    if !is_manifest(db, file) {
        return Vec::new();
    }
    let facts = facts(db, file);
    let mut finder = Finder {
        db,
        file,
        offset,
        facts: &facts,
        found: Vec::new(),
    };
    finder.references();
    finder.objects();
    finder.paths();
    finder.kustomization();
    let tree = tree(db, file);
    finder.fields(&tree);
    finder.anchors(&tree);
    finder.found
}

/// The reference that a subject is a part of, with its object.
pub(crate) fn reference_of(
    facts: &FileFacts,
    object: Option<u32>,
    reference: u32,
) -> Option<(Option<&ObjectFacts>, &ReferenceFact)> {
    match object {
        Some(object) => {
            let object = facts.objects.get(object as usize)?;
            Some((Some(object), object.references.get(reference as usize)?))
        }
        None => Some((None, facts.markers.get(reference as usize)?)),
    }
}

/// The definition that an object of a file is.
pub(crate) fn definition_of(file: SourceFile, number: u32, object: &ObjectFacts) -> Definition {
    Definition {
        file,
        by: DefinedBy::Object(number),
        namespace: object
            .namespace
            .as_ref()
            .map(|namespace| namespace.value.clone()),
    }
}

/// The directory that a Flux Kustomization applies, where it is one of this repository.
pub(crate) fn applied(db: &dyn Db, file: SourceFile, object: &ObjectFacts) -> Option<Directory> {
    match path_target(db, file, object, object.paths.first()?) {
        PathTarget::Here {
            found: Found::Directory(directory),
            ..
        } => Some(directory),
        _ => None,
    }
}

struct Finder<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    offset: TextSize,
    facts: &'a Arc<FileFacts>,
    found: Vec<Subject>,
}

impl Finder<'_> {
    /// Adds a subject if the cursor is on its text. An empty text is no place: it stands for a part of a
    /// patch that could not be mapped to the file.
    fn add(&mut self, range: TextRange, what: impl FnOnce() -> What) {
        if self.is_at(range) {
            self.found.push(Subject {
                range,
                what: what(),
            });
        }
    }

    fn is_at(&self, range: TextRange) -> bool {
        !range.is_empty() && range.contains_inclusive(self.offset)
    }

    fn references(&mut self) {
        let facts = self.facts.clone();
        for (number, object) in (0..).zip(&facts.objects) {
            if object.range.contains_inclusive(self.offset) {
                self.references_among(Some(number), &object.references);
            }
        }
        self.references_among(None, &facts.markers);
    }

    fn references_among(&mut self, object: Option<u32>, references: &[ReferenceFact]) {
        for (number, reference) in (0..).zip(references) {
            let what = |part| What::Reference {
                object,
                reference: number,
                part,
            };
            self.add(reference.name.range, || what(Part::Name));
            if let Some(range) = reference.kind_range {
                self.add(range, || what(Part::Kind));
            }
            if let Some(namespace) = &reference.namespace {
                self.add(namespace.range, || what(Part::Namespace));
            }
        }
    }

    fn objects(&mut self) {
        let facts = self.facts.clone();
        for (number, object) in (0..).zip(&facts.objects) {
            if !object.range.contains_inclusive(self.offset) {
                continue;
            }
            self.add(object.kind_range, || What::Kind(number));
            if let Some(namespace) = &object.namespace {
                self.add(namespace.range, || What::Namespace(namespace.value.clone()));
            }
            if object.in_patch {
                continue;
            }
            if let Some(name) = &object.name
                && self.is_at(name.range)
            {
                let (db, file) = (self.db, self.file);
                self.add(name.range, || {
                    match patched(db, file, object, &name.value) {
                        Some(selection) => selection,
                        None => What::Object(definition_of(file, number, object)),
                    }
                });
            }
            for (at, made) in (0..).zip(&object.makes) {
                let definition = Definition {
                    file: self.file,
                    by: DefinedBy::Made(number, at),
                    namespace: made.namespace.clone(),
                };
                self.add(made.name.range, || What::Object(definition));
            }
        }
    }

    fn paths(&mut self) {
        let (offset, mut found) = (self.offset, Vec::new());
        each_path(self.db, self.file, &mut |range, text, target| {
            if !range.is_empty() && range.contains_inclusive(offset) {
                let targets = match target() {
                    PathTarget::Elsewhere => in_artifacts(self.db, self.file, self.facts, range),
                    here => vec![here],
                };
                let subject = |target| Subject {
                    range,
                    what: What::Path {
                        text: text.into(),
                        target,
                    },
                };
                found.extend(targets.into_iter().map(subject));
            }
        });
        self.found.extend(found);
    }

    fn kustomization(&mut self) {
        let facts = self.facts.clone();
        let Some(kustomization) = &facts.kustomization else {
            return;
        };
        let file = self.file;
        for (number, generator) in (0..).zip(&kustomization.generators) {
            self.add(generator.name.range, || {
                What::Object(Definition {
                    file,
                    by: DefinedBy::Generator(number),
                    namespace: generator.namespace.as_deref().map(SmolStr::new),
                })
            });
        }
        if let Some(namespace) = &kustomization.namespace {
            self.add(namespace.range, || {
                What::Namespace(SmolStr::new(&namespace.value))
            });
        }
    }

    /// What is known by its field alone.
    fn fields(&mut self, tree: &Tree) {
        let Some(place) = Place::at(tree, self.offset) else {
            return;
        };
        let path = place.path();
        let directory = || vec![self.file.directory(self.db)];
        match path {
            ["apiVersion" | "kind"] if self.facts.kustomization.is_some() => {
                let range = place.node().map(Node::content_range).unwrap_or_default();
                self.add(range, || What::KustomizationFile);
            }
            ["patches" | "patchesJson6902", "[]", "target", ..] if !place.on_key => {
                self.selection(&place, 3, directory(), Chooser::Patch);
            }
            ["replacements", "[]", "source", ..] if !place.on_key => {
                self.selection(&place, 3, directory(), Chooser::Replacement);
            }
            ["replacements", "[]", "targets", "[]", "select", ..] if !place.on_key => {
                self.selection(&place, 5, directory(), Chooser::Replacement);
            }
            ["patches", "[]", "patch"] | ["patchesStrategicMerge", "[]"]
                if self.facts.kustomization.is_some() =>
            {
                self.name_in_patch(&place, 2, directory());
            }
            _ => self.fields_of_object(&place),
        }
    }

    fn fields_of_object(&mut self, place: &Place<'_>) {
        let facts = self.facts.clone();
        // What a ResourceSet renders stands behind the set, and inside it.
        let counts = |object: &ObjectFacts| object.rendered || !object.in_patch;
        let here = |object: &ObjectFacts| object.range.contains_inclusive(self.offset);
        let mut objects = facts.objects.iter();
        let Some(number) = objects.rposition(|object| counts(object) && here(object)) else {
            return;
        };
        let object = &facts.objects[number];
        let Ok(number) = u32::try_from(number) else {
            return;
        };
        // An object in a list has its path begin at the item.
        let depth = place
            .nodes()
            .iter()
            .position(|node| node.is_mapping() && node.range() == object.range);
        let Some(depth) = depth else { return };
        let is_flux = object.kind == *KUSTOMIZATION;
        let applied = || {
            applied(self.db, self.file, object)
                .into_iter()
                .collect::<Vec<_>>()
        };
        let text = || {
            place
                .node()
                .and_then(Node::spanned_str)
                .filter(|_| !place.on_key)
        };
        match &place.path()[depth..] {
            ["apiVersion"] if !place.on_key => {
                let range = place.node().map(Node::content_range).unwrap_or_default();
                self.add(range, || What::Kind(number));
            }
            ["spec", "targetNamespace"] if is_flux => {
                if let Some(text) = text() {
                    self.add(text.range, || What::Namespace(text.value.into()));
                }
            }
            ["spec", "patches", "[]", "target", ..] if is_flux && !place.on_key => {
                self.selection(place, depth + 4, applied(), Chooser::Patch);
            }
            ["spec", "patches", "[]", "patch"] if is_flux => {
                self.name_in_patch(place, depth + 3, applied());
            }
            _ => {}
        }
    }

    /// The cursor is in the selector at a depth of the path.
    fn selection(
        &mut self,
        place: &Place<'_>,
        depth: usize,
        directories: Vec<Directory>,
        by: Chooser,
    ) {
        let selector = place.ancestor(depth).and_then(Selector::read);
        let text = place.node().and_then(Node::spanned_str);
        if let (Some(selector), Some(text)) = (selector, text) {
            self.add(text.range, || What::Selection {
                selector,
                directories,
                by,
            });
        }
    }

    /// The cursor is in an inline patch, an item of a list at a depth of the path. Its `metadata.name`
    /// names what it changes, unless a `target` does.
    fn name_in_patch(&mut self, place: &Place<'_>, depth: usize, directories: Vec<Directory>) {
        let (Some(item), Some(patch)) = (place.ancestor(depth), place.node()) else {
            return;
        };
        let Some(embedded) = Embedded::of(patch) else {
            return;
        };
        let Some(offset) = embedded.to_embedded(self.offset) else {
            return;
        };
        let tree = Tree::parse(embedded.text());
        let Some(inner) = Place::at(&tree, offset) else {
            return;
        };
        let root = inner.ancestor(0);
        let text = |path: &[&str]| root.and_then(|root| root.at(path)).and_then(Node::as_str);
        if inner.path() != ["metadata", "name"] || inner.on_key {
            return;
        }
        let selector = match item.get("target") {
            Some(target) => Selector::read(target),
            None => text(&["kind"])
                .zip(text(&["metadata", "name"]))
                .map(|(kind, name)| {
                    let kind = infragen_flux::GroupKind::new(
                        text(&["apiVersion"]).unwrap_or_default(),
                        kind,
                    );
                    Selector::exactly(&kind, name)
                }),
        };
        let range = inner.node().map(Node::content_range);
        let range = range.and_then(|range| embedded.range_to_file(range));
        if let (Some(selector), Some(range)) = (selector, range) {
            self.add(range, || What::Selection {
                selector,
                directories,
                by: Chooser::Patch,
            });
        }
    }

    fn anchors(&mut self, tree: &Tree) {
        if let Some((node, range)) = anchored_at(tree, self.offset) {
            self.add(range, || What::Anchor {
                node: node.id(),
                alias: false,
            });
        }
        let innermost = Place::at(tree, self.offset).and_then(|place| place.node());
        if let Some(alias) = innermost.filter(|node| node.kind() == NodeKind::Alias) {
            let node = alias.resolve();
            if anchor_range(node).is_some() {
                self.add(alias.range(), || What::Anchor {
                    node: node.id(),
                    alias: true,
                });
            }
        }
    }
}

/// What is shown of a path: its range, its text, and where it leads if that is asked for.
type VisitPath<'a> = dyn FnMut(TextRange, &str, &dyn Fn() -> PathTarget) + 'a;

/// Shows every path that a file names.
pub(crate) fn each_path(db: &dyn Db, file: SourceFile, visit: &mut VisitPath<'_>) {
    let facts = facts(db, file);
    for entry in facts
        .kustomization
        .iter()
        .flat_map(|kustomization| &kustomization.entries)
    {
        let path = &entry.path;
        visit(path.range, &path.value, &|| {
            entry_target(db, file, &path.value)
        });
    }
    for object in &facts.objects {
        for path in &object.paths {
            visit(path.path.range, &path.path.value, &|| {
                path_target(db, file, object, path)
            });
        }
        for copy in &object.copies {
            visit(copy.range, &copy.from, &|| copied_from(db, file, copy));
        }
    }
    let counts = |object: &&ObjectFacts| object.rendered || !object.in_patch;
    for object in facts.objects.iter().filter(counts) {
        for path in &object.components {
            visit(
                path.range,
                &path.value,
                &|| match applied(db, file, object) {
                    Some(directory) => PathTarget::Here {
                        found: find(db, directory, &path.value),
                        sure: true,
                    },
                    None => PathTarget::Elsewhere,
                },
            );
        }
    }
}

/// Where the path at a range leads in artifacts: one place for each that some environment takes. Elsewhere, where none
/// is known.
fn in_artifacts(
    db: &dyn Db,
    file: SourceFile,
    facts: &FileFacts,
    range: TextRange,
) -> Vec<PathTarget> {
    let has_path = |object: &&ObjectFacts| object.paths.iter().any(|path| path.path.range == range);
    let mut objects = (0..).zip(&facts.objects);
    let number = objects.find(|(_, object)| has_path(object));
    let mut targets: Vec<_> = number
        .map(|(number, _)| bundled_paths(db, file, number))
        .into_iter()
        .flatten()
        .map(|bundled| PathTarget::Here {
            found: Found::Directory(bundled.directory),
            sure: false,
        })
        .collect();
    targets.dedup();
    if targets.is_empty() {
        targets.push(PathTarget::Elsewhere);
    }
    targets
}

/// The node of an object, given its range; a list of one object has the same.
pub(crate) fn node_of(tree: &Tree, range: TextRange) -> Option<Node<'_>> {
    tree.nodes_at(range.start())
        .into_iter()
        .find(|node| node.is_mapping() && node.range() == range)
}

fn copied_from(db: &dyn Db, file: SourceFile, copy: &ArtifactCopy) -> PathTarget {
    let root = file.root(db);
    let (kind, name) = &copy.source;
    match root.top(db).filter(|_| is_own_source(db, root, kind, name)) {
        Some(top) => PathTarget::Here {
            found: find(db, top, &copy.from),
            sure: true,
        },
        None => PathTarget::Elsewhere,
    }
}

/// Where an entry of a kustomization file leads.
fn entry_target(db: &dyn Db, file: SourceFile, path: &str) -> PathTarget {
    let found = find(db, file.directory(db), path);
    if matches!(found, Found::Missing | Found::Outside) && (is_remote(path) || is_templated(path)) {
        return PathTarget::Elsewhere;
    }
    PathTarget::Here { found, sure: true }
}

/// Of an object in a patch file: the objects that it changes.
fn patched(db: &dyn Db, file: SourceFile, object: &ObjectFacts, name: &str) -> Option<What> {
    if !is_patch_file(db, file) {
        return None;
    }
    let users = importers(db, file.root(db), Found::File(file));
    let mut directories: Vec<_> = users
        .iter()
        .filter(|import| import.field.patches())
        .map(|import| import.from.directory(db))
        .collect();
    directories.dedup();
    let selector = target_of_patch_file(db, &users, file)
        .unwrap_or_else(|| Selector::exactly(&object.kind, name));
    Some(What::Selection {
        selector,
        directories,
        by: Chooser::Patch,
    })
}

/// The `target` beside the `path` of a patch file, if its first user gives one.
fn target_of_patch_file(
    db: &dyn Db,
    users: &[infragen_workspace::Import],
    file: SourceFile,
) -> Option<Selector> {
    let import = users.iter().find(|import| import.field.patches())?;
    let facts = facts(db, import.from);
    let entry = facts
        .kustomization
        .as_ref()?
        .entries
        .get(import.entry as usize)?;
    debug_assert!(import.to == Found::File(file));
    let tree = tree(db, import.from);
    let place = Place::at(&tree, entry.path.range.start())?;
    place.parent()?.get("target").and_then(Selector::read)
}
