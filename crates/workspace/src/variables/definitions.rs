//! From a variable of a Flux Kustomization to the texts that set it.

use std::sync::Arc;

use infragen_flux::GroupKind;
use infragen_kustomize::{How, Map, Path, Place, Resource, Value};
use infragen_syntax::{Embedded, Node, NodeKind, TextRange, TextSize, Tree};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::building::builds_with;
use crate::clusters::{Application, Cluster, cluster, objects_named};
use crate::db::Db;
use crate::environment::Environment;
use crate::files::{Root, SourceFile};
use crate::paths::{Found, find};
use crate::query::tree;

/// A text that sets a variable of a Flux Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableDefinition {
    /// The file.
    pub file: SourceFile,
    /// The name of the variable there; what stands for it where the name is not in this file.
    pub range: TextRange,
    /// Whether `range` is the name itself: a variable of an env file is told at the entry that names the file.
    pub named: bool,
    /// What holds it.
    pub within: DefinedIn,
}

/// What holds the definition of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DefinedIn {
    /// `spec.postBuild.substitute`
    Substitute,
    /// An object of `substituteFrom`.
    Object {
        /// Whether it is a Secret.
        secret: bool,
        /// Whether it is encrypted.
        encrypted: bool,
        /// Its name.
        name: SmolStr,
    },
}

/// An object that gives variables, as the number of an application and that of the object in it.
type ObjectNumber = (usize, u32);

/// The applications of an environment whose variables an object may set, as their manifest or as one that gives
/// variables: by the application that the object is of, with its number there.
#[salsa::tracked(returns(clone))]
fn receivers(
    db: &dyn Db,
    root: Root,
    environment: Environment,
) -> Arc<FxHashMap<usize, Vec<(u32, usize)>>> {
    let cluster = cluster(db, root, environment);
    let mut found: FxHashMap<usize, Vec<(u32, usize)>> = FxHashMap::default();
    for (number, application) in cluster.applications.iter().enumerate() {
        let given = objects_of(db, root, &cluster, application).into_iter();
        let given = given.map(|(_, _, object)| object);
        for (at, object) in given.chain(application.parent) {
            found.entry(at).or_default().push((object, number));
        }
    }
    Arc::new(found)
}

/// The objects of `substituteFrom` that are in the repository, in their order: kind, name, place.
fn objects_of(
    db: &dyn Db,
    root: Root,
    cluster: &Cluster,
    application: &Application,
) -> Vec<(SmolStr, SmolStr, ObjectNumber)> {
    let Some(post_build) = &application.spec.post_build else {
        return Vec::new();
    };
    if post_build.from.is_empty() {
        return Vec::new();
    }
    let found = post_build.from.iter().filter_map(|from| {
        if !matches!(from.kind.as_str(), "ConfigMap" | "Secret") {
            return None;
        }
        let kind = GroupKind {
            group: SmolStr::default(),
            kind: from.kind.clone(),
        };
        let environment = cluster.environment.clone();
        let named = objects_named(db, root, environment, kind, from.name.clone());
        let mut applied = named
            .iter()
            .filter(|placed| !placed.made && placed.namespace == application.spec.namespace);
        let id = applied.next()?.id;
        let object = (id.application as usize, id.number);
        Some((from.kind.clone(), from.name.clone(), object))
    });
    found.collect()
}

/// The sources of an application's variables, in words, the one that wins last; and whether each is in the
/// repository.
pub fn variable_sources(
    db: &dyn Db,
    root: Root,
    environment: &Environment,
    application: &Application,
) -> Vec<(String, bool)> {
    let Some(post_build) = &application.spec.post_build else {
        return Vec::new();
    };
    let cluster = cluster(db, root, environment.clone());
    let here = objects_of(db, root, &cluster, application);
    let from = post_build.from.iter().map(|from| {
        let is_here = here
            .iter()
            .any(|(kind, name, _)| *kind == from.kind && *name == from.name);
        (format!("{}/{}", from.kind, from.name), is_here)
    });
    let own = format!("`postBuild.substitute` of `{}`", application.spec.name);
    from.chain([(own, true)]).collect()
}

/// The texts that set a variable of an application, the one that counts first.
#[salsa::tracked(returns(clone))]
pub fn variable_definitions(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    number: usize,
    name: SmolStr,
) -> Arc<Vec<VariableDefinition>> {
    let cluster = cluster(db, root, environment);
    let mut finder = Finder {
        db,
        root,
        cluster: &cluster,
        name: &name,
        found: Vec::new(),
    };
    if let Some(application) = cluster.applications.get(number) {
        finder.inline(application);
        for (kind, object_name, object) in objects_of(db, root, &cluster, application)
            .into_iter()
            .rev()
        {
            finder.object(&kind, &object_name, object);
        }
    }
    Arc::new(finder.found)
}

/// The applications whose variables a file may set: as the manifest of one, as an object that gives variables, or as
/// a patch of one of those. As environments and numbers.
#[salsa::tracked(returns(clone))]
pub fn variable_receivers(db: &dyn Db, file: SourceFile) -> Arc<Vec<(Environment, usize)>> {
    let root = file.root(db);
    let path = file.path(db);
    let mut found = Vec::new();
    for applied in builds_with(db, file).iter() {
        let environment = &applied.environment;
        let cluster = cluster(db, root, environment.clone());
        let is_manifest = !applied.objects.is_empty() && !file.is_kustomization_file(db);
        let counts = |object: u32| !is_manifest || applied.objects.contains(&object);
        let receivers = receivers(db, root, environment.clone());
        let given = receivers.get(&applied.number).into_iter().flatten();
        let given = given.filter(|(object, _)| counts(*object));
        // Nothing of the environment applies the entry point.
        let entry = cluster.applications.first();
        let entry = entry.filter(|entry| entry.file.as_deref() == Some(&*path));
        let mut numbers: Vec<_> = given.map(|(_, number)| *number).collect();
        numbers.extend(entry.map(|_| 0));
        numbers.sort_unstable();
        numbers.dedup();
        found.extend(
            numbers
                .into_iter()
                .map(|number| (environment.clone(), number)),
        );
    }
    found.sort_by(|a, b| (&a.0.name, &a.0.path, a.1).cmp(&(&b.0.name, &b.0.path, b.1)));
    found.dedup();
    Arc::new(found)
}

struct Finder<'a> {
    db: &'a dyn Db,
    root: Root,
    cluster: &'a Cluster,
    name: &'a str,
    found: Vec<VariableDefinition>,
}

impl Finder<'_> {
    /// What `postBuild.substitute` says: in the manifest, or what a parent patches into it.
    fn inline(&mut self, application: &Application) {
        let Some(post_build) = &application.spec.post_build else {
            return;
        };
        let Ok(at) = post_build
            .substitute
            .binary_search_by(|(name, _)| name.as_str().cmp(self.name))
        else {
            return;
        };
        let value = &post_build.substitute[at].1;
        let path = ["spec", "postBuild", "substitute"];
        let place = self.cluster.place_of(self.db, application);
        let written = place.and_then(|place| self.entry(self.root, &place, &path));
        // A parent that substitutes changes the value, too.
        let is_all = written
            .as_ref()
            .is_some_and(|(_, text)| text == value || text.contains('$'));
        if !is_all && let Some((parent, number)) = application.parent {
            self.history(parent, number, &path, &DefinedIn::Substitute);
        }
        if let Some(((file, range), _)) = written {
            self.add(file, range, true, DefinedIn::Substitute);
        }
    }

    /// What an object of `substituteFrom` says.
    fn object(&mut self, kind: &str, object_name: &SmolStr, (at, number): ObjectNumber) {
        let Some(application) = self.cluster.applications.get(at) else {
            return;
        };
        let Some(built) = self.cluster.built(self.db, application) else {
            return;
        };
        let Some(resource) = built.resources.get(number as usize) else {
            return;
        };
        let within = DefinedIn::Object {
            secret: kind == "Secret",
            encrypted: resource.value.get("sops").is_some(),
            name: object_name.clone(),
        };
        for field in ["stringData", "data"] {
            let Some(value) = self.value(resource, &[field]) else {
                continue;
            };
            let inner = application.root(self.db).unwrap_or(self.root);
            let written = self.entry(inner, &resource.place, &[field]);
            let is_all = written.as_ref().is_some_and(|(_, text)| {
                text == value || text.contains('$') || within.hides_values()
            });
            if !is_all {
                self.history(at, number, &[field], &within);
            }
            if let Some(((file, range), _)) = written {
                self.add(file, range, true, within.clone());
            }
        }
    }

    fn value<'r>(&self, resource: &'r Resource, path: &[&str]) -> Option<&'r str> {
        let value = resource.value.at(path)?.get(self.name)?;
        Some(value.as_str().unwrap_or_default())
    }

    /// The key of the variable in a mapping of a manifest, and the value that it has there.
    fn entry(
        &self,
        root: Root,
        place: &Place,
        path: &[&str],
    ) -> Option<((SourceFile, TextRange), SmolStr)> {
        let file = file_at(self.db, root, &place.file)?;
        let tree = tree(self.db, file);
        let entry = object_at(&tree, place.range.start())?
            .at(path)?
            .entry(self.name)?;
        let value = entry.value.resolve().scalar();
        let text = value.map_or("", |(text, _)| text);
        Some(((file, entry.key.content_range()), SmolStr::new(text)))
    }

    /// The places of all steps that made the value, the newest first.
    fn history(&mut self, application: usize, object: u32, path: &[&str], within: &DefinedIn) {
        let environment = self.cluster.environment.clone();
        let all = histories(self.db, self.root, environment, application);
        let field = path.last().copied().unwrap_or_default();
        let key = (object, SmolStr::new(field), SmolStr::new(self.name));
        for (file, range, named) in all.get(&key).into_iter().flatten() {
            self.add(*file, *range, *named, within.clone());
        }
    }

    fn add(&mut self, file: SourceFile, range: TextRange, named: bool, within: DefinedIn) {
        let known = |known: &VariableDefinition| known.file == file && known.range == range;
        if !self.found.iter().any(known) {
            self.found.push(VariableDefinition {
                file,
                range,
                named,
                within,
            });
        }
    }
}

/// The number of an object of an application, a mapping in it and a key of that.
type Entry = (u32, SmolStr, SmolStr);

/// A place: file, range, and whether that is the name itself.
type NamePlace = (SourceFile, TextRange, bool);

/// Where the entries of an application's objects come from that set variables. One traced build answers for all of them.
#[salsa::tracked(returns(clone), lru = 64)]
fn histories(
    db: &dyn Db,
    root: Root,
    environment: Environment,
    number: usize,
) -> Arc<FxHashMap<Entry, Vec<NamePlace>>> {
    let cluster = cluster(db, root, environment.clone());
    let mut found = FxHashMap::default();
    let application = cluster.applications.get(number);
    let traced =
        application.and_then(|application| Some((application, cluster.traced(db, application)?)));
    let Some((application, traced)) = traced else {
        return Arc::default();
    };
    let receivers = receivers(db, root, environment);
    let receivers = receivers.get(&number).map_or(&[][..], Vec::as_slice);
    let gives = |object: u32| receivers.iter().any(|(from, _)| *from == object);
    for (object, resource) in (0..).zip(&traced.resources) {
        let paths: &[&[&str]] = match resource.kind() {
            "Kustomization" => &[&["spec", "postBuild", "substitute"]],
            _ if gives(object) => &[&["data"], &["stringData"]],
            _ => &[],
        };
        for path in paths {
            let entries = resource.value.at(path).and_then(Value::as_map);
            for (name, value) in entries.into_iter().flat_map(Map::iter) {
                let Value::Scalar(scalar) = value else {
                    continue;
                };
                let changes = cluster.history(db, root, application, &scalar.origin);
                let changes = changes
                    .iter()
                    .filter(|change| change.how != How::Substitution);
                let places = changes.filter_map(|change| {
                    let file = file_at(db, root, &change.place.file)?;
                    let range = change.place.range;
                    let near = name_near(&tree(db, file), range, name);
                    Some((file, near.unwrap_or(range), near.is_some()))
                });
                let field = SmolStr::new(path.last().copied().unwrap_or_default());
                found.insert((object, field, name.clone()), places.collect());
            }
        }
    }
    Arc::new(found)
}

impl DefinedIn {
    /// Whether the values in it are shown to nobody.
    pub fn hides_values(&self) -> bool {
        matches!(
            self,
            DefinedIn::Object { secret, encrypted, .. } if *secret || *encrypted
        )
    }
}

fn file_at(db: &dyn Db, root: Root, path: &Path) -> Option<SourceFile> {
    match find(db, root.top(db)?, path.as_str()) {
        Found::File(file) => Some(file),
        _ => None,
    }
}

/// The object that begins at an offset; an item, in a list of objects.
fn object_at(tree: &Tree, offset: TextSize) -> Option<Node<'_>> {
    let root = tree.document_at(offset)?.root()?;
    let items = root.get("items").filter(|items| items.is_sequence());
    let mut items = items.into_iter().flat_map(|items| items.items());
    let item = items.find(|item| item.range().contains_inclusive(offset));
    Some(item.unwrap_or(root))
}

/// The name of a variable at or in the text whose place is told of its value.
fn name_near(tree: &Tree, place: TextRange, name: &str) -> Option<TextRange> {
    let around = tree.nodes_at(place.start());
    // The key of the innermost entries, then what is in the innermost node: a patch as text, an item.
    for node in around.iter().rev().take(3) {
        if node.is_mapping() {
            let mut entries = node.own_entries();
            let entry = entries.find(|entry| {
                entry.key.as_str() == Some(name) && entry.value.range().contains_range(place)
            });
            if let Some(entry) = entry {
                return Some(entry.key.content_range());
            }
        }
    }
    around.last().and_then(|node| name_in(*node, name))
}

/// The name of a variable in a node: as a key, in `NAME=value`, at the end of a path `/NAME`, or in a text that is
/// YAML itself.
fn name_in(root: Node<'_>, name: &str) -> Option<TextRange> {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Mapping => {
                for entry in node.own_entries() {
                    if entry.key.as_str() == Some(name) {
                        return Some(entry.key.content_range());
                    }
                    open.push(entry.value);
                }
            }
            NodeKind::Sequence => open.extend(node.items()),
            NodeKind::Alias => {}
            NodeKind::Scalar(style) => {
                let embedded = Embedded::of(node)?;
                let text = embedded.text();
                let part = |start: usize| {
                    let start = TextSize::try_from(start).ok()?;
                    embedded.range_to_file(TextRange::at(start, TextSize::of(name)))
                };
                if text
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with('='))
                {
                    return part(0);
                }
                if let Some(before) = text.strip_suffix(name)
                    && before.ends_with('/')
                {
                    return part(before.len());
                }
                if style.is_block() || text.contains('\n') {
                    let tree = Tree::parse(text);
                    let root = tree.document(0).and_then(|document| document.root());
                    let inner = root
                        .filter(|root| !matches!(root.kind(), NodeKind::Scalar(_)))
                        .and_then(|root| name_in(root, name));
                    if let Some(inner) = inner {
                        return embedded.range_to_file(inner);
                    }
                }
            }
        }
    }
    None
}
