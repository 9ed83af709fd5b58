//! The names in kustomization files and Flux Kustomizations that choose the objects of their builds: targets of
//! patches, the names in patches, `replicas`, replacements and vars.

use infragen_flux::known::KUSTOMIZATION;
use infragen_go_regex::GoRegex;
use infragen_kustomize::{Field, FileKind, is_kustomization_file_name};
use infragen_syntax::{Document, Embedded, Node, TextRange, Tree};
use infragen_workspace::{
    Db, Directory, Found, SourceFile, appliers, facts, find, importers, imports_of,
    kustomization_file, tree,
};
use rustc_hash::FxHashSet;

use super::handed_down;
use crate::subject::{applied, node_of};

/// A name that chooses objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its file.
    pub file: SourceFile,
    /// Its bytes, without quotes.
    pub range: TextRange,
    /// What it says: a name, or an expression for names.
    pub text: String,
    /// What it is for: "patch", "replicas".
    pub field: &'static str,
    /// Whether it is an expression of Go that must match a whole name.
    pub pattern: bool,
    kind: Chosen,
    group: Option<String>,
    namespace: Option<String>,
}

/// Which kinds a choice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Chosen {
    /// Those that an expression matches; none matches all.
    Matching(Option<String>),
    /// Exactly one.
    Exactly(String),
    /// What `replicas` scales.
    Scaled,
}

/// The kinds whose `spec.replicas` the field `replicas` sets (kustomize 5.8.1).
const SCALED: [&str; 4] = [
    "Deployment",
    "ReplicationController",
    "ReplicaSet",
    "StatefulSet",
];

impl Choice {
    /// Whether it is about objects of a kind in one of some namespaces; none of them means any.
    pub fn is_about(&self, group: &str, kind: &str, namespaces: &[&str]) -> bool {
        let matches = |pattern: &str, text: &str| {
            GoRegex::anchored(pattern).is_ok_and(|pattern| pattern.is_match(text))
        };
        let of_kind = match &self.kind {
            Chosen::Matching(None) => true,
            Chosen::Matching(Some(pattern)) => matches(pattern, kind),
            Chosen::Exactly(one) => one == kind,
            Chosen::Scaled => SCALED.contains(&kind),
        };
        let of_group = match &self.group {
            Some(wanted) if self.pattern => matches(wanted, group),
            Some(wanted) => wanted == group,
            None => true,
        };
        let in_namespace = match &self.namespace {
            Some(wanted) if !namespaces.is_empty() => namespaces.iter().any(|namespace| {
                wanted == namespace || (self.pattern && matches(wanted, namespace))
            }),
            _ => true,
        };
        of_kind && of_group && in_namespace
    }

    /// Whether it chooses a name.
    pub fn takes(&self, name: &str) -> bool {
        match self.pattern {
            true => GoRegex::anchored(&self.text).is_ok_and(|pattern| pattern.is_match(name)),
            false => self.text == name,
        }
    }

    /// Its text with another name in the place of one, where the name stands in it as it is: alone, between
    /// anchors, or as one of several alternatives.
    pub fn with(&self, old: &str, new: &str) -> Option<String> {
        if self.text == old {
            return Some(new.to_owned());
        }
        let plain = |letter: char| {
            letter.is_ascii_alphanumeric()
                || matches!(letter, '-' | '.' | '|' | '(' | ')' | '^' | '$')
        };
        if !self.pattern || !self.text.chars().all(plain) {
            return None;
        }
        let edge = |letter: Option<char>| letter.is_none_or(|letter| "|()^$".contains(letter));
        let at = self.text.match_indices(old).map(|(at, _)| at).find(|at| {
            edge(self.text[..*at].chars().next_back())
                && edge(self.text[at + old.len()..].chars().next())
        })?;
        Some(format!(
            "{}{new}{}",
            &self.text[..at],
            &self.text[at + old.len()..]
        ))
    }
}

/// What acts on objects from above: kustomization files, and Flux Kustomizations as numbers of objects of files.
#[derive(Default)]
pub(super) struct Above {
    /// Kustomization files.
    pub layers: Vec<SourceFile>,
    /// Flux Kustomizations.
    pub flux: Vec<(SourceFile, u32)>,
    seen: FxHashSet<SourceFile>,
}

impl Above {
    /// What acts on the objects of a file.
    pub fn of(db: &dyn Db, file: SourceFile) -> Above {
        let mut above = Above::default();
        let generates = facts(db, file).kustomization.is_some();
        if generates {
            above.layer(db, file);
            return above;
        }
        let includes = importers(db, file.root(db), Found::File(file));
        let mut any = false;
        for import in includes.iter().filter(|import| import.field.includes()) {
            any = true;
            above.layer(db, import.from);
        }
        // Flux makes a kustomization file of all that is below a directory without one.
        let mut at = (!any).then(|| file.directory(db));
        while let Some(directory) = at {
            if kustomization_file(db, directory).is_some() {
                break;
            }
            above.applied(db, directory);
            at = directory.parent(db);
        }
        above
    }

    fn layer(&mut self, db: &dyn Db, file: SourceFile) {
        if !self.seen.insert(file) {
            return;
        }
        self.layers.push(file);
        self.components(db, file);
        let directory = file.directory(db);
        for import in importers(db, file.root(db), Found::Directory(directory)) {
            if import.field.includes() {
                self.layer(db, import.from);
            }
        }
        self.applied(db, directory);
    }

    /// Components act on all that was accumulated before them.
    fn components(&mut self, db: &dyn Db, file: SourceFile) {
        for import in imports_of(db, file).iter() {
            let Found::Directory(directory) = import.to else {
                continue;
            };
            if import.field == Field::Components
                && let Some(component) = kustomization_file(db, directory)
                && self.seen.insert(component)
            {
                self.layers.push(component);
                self.components(db, component);
            }
        }
    }

    fn applied(&mut self, db: &dyn Db, directory: Directory) {
        for (file, number) in appliers(db, directory.root(db), directory) {
            if self.flux.contains(&(file, number)) {
                continue;
            }
            self.flux.push((file, number));
            let facts = facts(db, file);
            let Some(object) = facts.objects.get(number as usize) else {
                continue;
            };
            for component in &object.components {
                if let Some(top) = applied(db, file, object)
                    && let Found::Directory(directory) = find(db, top, &component.value)
                    && let Some(component) = kustomization_file(db, directory)
                    && self.seen.insert(component)
                {
                    self.layers.push(component);
                }
            }
        }
    }

    /// Every choice that they make, with the directory whose objects it is about as far as it is known.
    pub fn choices(&self, db: &dyn Db) -> Vec<(Option<Directory>, Choice)> {
        let mut choices = Vec::new();
        for file in &self.layers {
            let of_layer = choices_of_layer(db, *file).into_iter();
            choices.extend(of_layer.map(|choice| (Some(file.directory(db)), choice)));
        }
        for (file, number) in &self.flux {
            let facts = facts(db, *file);
            let object = facts.objects.get(*number as usize);
            let directory = object.and_then(|object| applied(db, *file, object));
            let of_flux = choices_of_flux(db, *file, *number).into_iter();
            choices.extend(of_flux.map(|choice| (directory, choice)));
            let handed_down = handed_down::choices(db, *file, *number).into_iter();
            choices.extend(handed_down.map(|choice| (directory, choice)));
        }
        choices
    }
}

/// The kustomization files that take in one, directly or through others, and itself.
pub(crate) fn layers_above(db: &dyn Db, layer: SourceFile) -> Vec<SourceFile> {
    Above::of(db, layer).layers
}

/// The choices of a kustomization file, and of the files that it names for them.
pub(super) fn choices_of_layer(db: &dyn Db, file: SourceFile) -> Vec<Choice> {
    let tree = tree(db, file);
    let mut reader = Reader::new(file);
    let Some(root) = tree.document(0).and_then(Document::root) else {
        return reader.choices;
    };
    for patch in items(root, "patches") {
        reader.patch(patch);
    }
    for patch in items(root, "patchesJson6902") {
        reader.target(patch.get("target"), "patchesJson6902");
    }
    for patch in items(root, "patchesStrategicMerge") {
        reader.inline(patch);
    }
    for entry in items(root, "replicas") {
        reader.add(entry.get("name"), Chosen::Scaled, None, "replicas");
    }
    for entry in items(root, "replacements") {
        reader.replacement(entry);
    }
    for entry in items(root, "vars") {
        reader.object(entry.get("objref"), "vars");
    }
    for (field, kind) in [
        ("configMapGenerator", "ConfigMap"),
        ("secretGenerator", "Secret"),
    ] {
        for generator in items(root, field) {
            let behavior = generator.get("behavior").and_then(Node::as_str);
            if matches!(behavior, Some("merge" | "replace")) {
                let kind = Chosen::Exactly(kind.to_owned());
                reader.add(generator.get("name"), kind, Some(generator), field);
            }
        }
    }
    for import in imports_of(db, file).iter() {
        let Found::File(named) = import.to else {
            continue;
        };
        let tree = infragen_workspace::tree(db, named);
        reader.file = named;
        for root in tree.documents().filter_map(Document::root) {
            match import.field {
                Field::Patches | Field::PatchesStrategicMerge => reader.named_in(root, "patch"),
                Field::Replacements => each_item(root, &mut |entry| reader.replacement(entry)),
                _ => {}
            }
        }
    }
    reader.choices
}

/// The choices of a Flux Kustomization.
pub(super) fn choices_of_flux(db: &dyn Db, file: SourceFile, number: u32) -> Vec<Choice> {
    let tree = tree(db, file);
    let facts = facts(db, file);
    let mut reader = Reader::new(file);
    let object = facts
        .objects
        .get(number as usize)
        .filter(|object| object.kind == *KUSTOMIZATION);
    let patches = object
        .and_then(|object| node_of(&tree, object.range))
        .and_then(|node| node.at(&["spec", "patches"]));
    for patch in patches.into_iter().flat_map(|patches| patches.items()) {
        reader.patch(patch);
    }
    reader.choices
}

/// The directories whose objects the choices in a file are about, with the choices: of the file itself, or of who
/// uses it as a patch.
pub(super) fn choices_in(db: &dyn Db, file: SourceFile) -> Vec<(Directory, Choice)> {
    let mut found = Vec::new();
    let name = file.path(db);
    let is_layer = name.file_name().is_some_and(is_kustomization_file_name)
        && facts(db, file).kustomization.is_some();
    let mut layers = Vec::new();
    if is_layer {
        layers.push(file);
    }
    layers.extend(
        importers(db, file.root(db), Found::File(file))
            .iter()
            .map(|import| import.from),
    );
    for layer in layers {
        let is_component = facts(db, layer)
            .kustomization
            .as_ref()
            .is_some_and(|layer| layer.kind == FileKind::Component);
        let directory = layer.directory(db);
        let mut directories = vec![directory];
        if is_component {
            let users = importers(db, file.root(db), Found::Directory(directory));
            directories.extend(users.iter().map(|import| import.from.directory(db)));
        }
        let choices = choices_of_layer(db, layer);
        for choice in choices.into_iter().filter(|choice| choice.file == file) {
            let choices = directories
                .iter()
                .map(|directory| (*directory, choice.clone()));
            found.extend(choices);
        }
    }
    for (number, object) in (0..).zip(&facts(db, file).objects) {
        if object.kind != *KUSTOMIZATION || object.in_patch {
            continue;
        }
        if let Some(directory) = applied(db, file, object) {
            let choices = choices_of_flux(db, file, number).into_iter();
            found.extend(choices.map(|choice| (directory, choice)));
        }
    }
    found
}

/// The items of a list behind a key.
pub(crate) fn items<'t>(root: Node<'t>, key: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
    root.get(key).into_iter().flat_map(|list| list.items())
}

/// Whether a target, whose texts are expressions, chooses what has these texts.
pub(crate) fn selects(target: Node<'_>, wanted: &[(&str, &str)]) -> bool {
    wanted.iter().all(|(key, wanted)| {
        let pattern = target.get(key).and_then(Node::as_str).unwrap_or_default();
        let matches = |pattern: GoRegex| pattern.is_match(wanted);
        pattern.is_empty() || GoRegex::anchored(pattern).is_ok_and(matches)
    })
}

/// The items of a list, or the one that stands alone.
fn each_item<'t>(node: Node<'t>, visit: &mut dyn FnMut(Node<'t>)) {
    match node.is_sequence() {
        true => node.items().for_each(visit),
        false => visit(node),
    }
}

/// What reads choices out of the texts of a file.
pub(super) struct Reader {
    file: SourceFile,
    pub choices: Vec<Choice>,
}

impl Reader {
    pub fn new(file: SourceFile) -> Reader {
        Reader {
            file,
            choices: Vec::new(),
        }
    }

    fn add(
        &mut self,
        name: Option<Node<'_>>,
        kind: Chosen,
        beside: Option<Node<'_>>,
        field: &'static str,
    ) {
        let text = |key: &str| {
            let value = beside
                .and_then(|beside| beside.get(key))
                .and_then(Node::as_str);
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let Some(name) = name.and_then(|name| name.resolve().spanned_str()) else {
            return;
        };
        self.choices.push(Choice {
            file: self.file,
            range: name.range,
            text: name.value.to_owned(),
            field,
            pattern: matches!(kind, Chosen::Matching(_)),
            group: text("group"),
            namespace: text("namespace"),
            kind,
        });
    }

    /// A selector of expressions.
    fn target(&mut self, target: Option<Node<'_>>, field: &'static str) {
        let Some(target) = target else { return };
        let kind = target.get("kind").and_then(Node::as_str);
        let kind = kind.filter(|kind| !kind.is_empty()).map(str::to_owned);
        self.add(
            target.get("name"),
            Chosen::Matching(kind),
            Some(target),
            field,
        );
    }

    /// One object by kind and name.
    fn object(&mut self, object: Option<Node<'_>>, field: &'static str) {
        let Some(object) = object else { return };
        let kind = match object.get("kind").and_then(Node::as_str) {
            Some(kind) => Chosen::Exactly(kind.to_owned()),
            None => return,
        };
        self.add(object.get("name"), kind, Some(object), field);
    }

    fn replacement(&mut self, entry: Node<'_>) {
        self.object(entry.get("source"), "replacements");
        for target in items(entry, "targets") {
            self.target(target.get("select"), "replacements");
            for reject in items(target, "reject") {
                self.target(Some(reject), "replacements");
            }
        }
    }

    /// Those of an item of `patches`.
    pub fn patch(&mut self, patch: Node<'_>) {
        self.target(patch.get("target"), "patches");
        if let Some(text) = patch.get("patch") {
            self.inline(text);
        }
    }

    /// The names of the objects in an inline patch.
    fn inline(&mut self, text: Node<'_>) {
        self.embedded(text, &mut |reader, root| reader.named_in(root, "patch"));
    }

    /// What `read` finds in the objects of a text inside a scalar.
    pub fn embedded(&mut self, text: Node<'_>, read: &mut dyn FnMut(&mut Reader, Node<'_>)) {
        let Some(embedded) = Embedded::of(text).filter(|text| text.text().contains("kind")) else {
            return;
        };
        let tree = Tree::parse(embedded.text());
        let before = self.choices.len();
        for root in tree.documents().filter_map(Document::root) {
            read(self, root);
        }
        let mut made = self.choices.split_off(before);
        made.retain_mut(|choice| {
            let mapped = embedded.range_to_file(choice.range);
            choice.range = mapped.unwrap_or_default();
            mapped.is_some()
        });
        self.choices.extend(made);
    }

    /// The name of an object in a patch.
    fn named_in(&mut self, root: Node<'_>, field: &'static str) {
        let (Some(kind), Some(metadata)) = (
            root.get("kind").and_then(Node::as_str),
            root.get("metadata"),
        ) else {
            return;
        };
        let before = self.choices.len();
        let kind = Chosen::Exactly(kind.to_owned());
        self.add(metadata.get("name"), kind, Some(metadata), field);
        let version = root.get("apiVersion").and_then(Node::as_str);
        for choice in &mut self.choices[before..] {
            choice.group = version.map(|version| match version.split_once('/') {
                Some((group, _)) => group.to_owned(),
                None => String::new(),
            });
        }
    }
}
