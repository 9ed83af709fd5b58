//! An object on its way through a build.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::error::BuildError;
use crate::id::{DEFAULT_NAMESPACE, Gvk, Id, NO_NAMESPACE, split_api_version};
use crate::origin::Place;
use crate::scope;
use crate::value::{Map, ScalarKind, Value, plain_kind, shared};

/// An object, with what kustomize remembers about it beside its text (in annotations of its own, which never
/// show; here in fields).
#[derive(Debug, Clone)]
pub struct Resource {
    /// The object itself; always a mapping.
    pub value: Value,
    /// What it was called before, the oldest first: names, namespaces and kinds that patches and references
    /// may still use.
    pub previous: Vec<Previous>,
    /// The prefixes and suffixes that were put around its name, in order.
    pub prefixes: Vec<SmolStr>,
    /// See `prefixes`.
    pub suffixes: Vec<SmolStr>,
    /// What a generator says about it.
    pub generated: Option<Generated>,
    /// The names of the vars that read from it.
    pub vars: Vec<SmolStr>,
    /// The objects that refer to it, as far as names were followed.
    pub referrers: Vec<Id>,
    /// How its fields change together.
    pub(crate) nodes: Nodes,
    /// Keys that kustomize wrote without quotes although they are no texts without them: it cannot print the
    /// object while they are there.
    pub(crate) odd_keys: Vec<OddKey>,
    /// Whether kustomize has written its annotations anew, which it does behind every JSON patch: keys that were in quotes
    /// are in none then, and the next JSON patch cannot read those that are no texts so.
    pub(crate) plain_annotations: bool,
    /// Keys that patches gave again: if the object still has two of one key at the end, kustomize cannot print it.
    pub(crate) repeated: Vec<Arc<BuildError>>,
    /// Where it stands: the document of a resource file, or the item of a generator.
    pub place: Place,
}

/// A key that was written without quotes.
#[derive(Debug, Clone)]
pub(crate) struct OddKey {
    /// The way to the mapping.
    pub path: &'static [&'static str],
    /// The key.
    pub key: SmolStr,
    /// What to say where it is still there at the end.
    pub error: Arc<BuildError>,
}

/// The nodes of the YAML tree that stand in several fields of an object; see [`Shared`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nodes {
    /// How many have a number.
    pub count: u32,
    /// Whether any of them stands in more than one field.
    pub shared: bool,
}

/// What an object was called at some time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Previous {
    /// Its kind then.
    pub kind: SmolStr,
    /// Its name then.
    pub name: SmolStr,
    /// The namespace that counted then.
    pub namespace: SmolStr,
}

/// How a generated object goes on.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// `create`, `replace` or `merge`.
    pub behavior: Behavior,
    /// Whether its name gets a hash at the end.
    pub hash: bool,
}

/// What becomes of a generated object where one of its id exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Behavior {
    /// That is an error.
    #[default]
    Create,
    /// It takes its place.
    Replace,
    /// It is merged into it.
    Merge,
}

/// What a manifest file holds.
#[derive(Debug, Default)]
pub struct FileResources {
    /// Its objects, `List`s unrolled.
    pub resources: Vec<Resource>,
    /// What is wrong with the rest.
    pub errors: Vec<Arc<BuildError>>,
}

impl Resource {
    /// An object without a history.
    pub fn new(value: Value, place: Place) -> Resource {
        Resource {
            value,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            generated: None,
            vars: Vec::new(),
            referrers: Vec::new(),
            nodes: Nodes::default(),
            odd_keys: Vec::new(),
            plain_annotations: false,
            repeated: Vec::new(),
            place,
        }
    }

    /// Takes the last of the annotations that patches gave again, as kustomize does when it writes them anew.
    pub(crate) fn keep_last_annotations(&mut self) {
        if self.repeated.is_empty() {
            return;
        }
        let metadata = self
            .value
            .as_map_mut()
            .and_then(|map| map.get_mut("metadata"));
        let metadata = metadata.and_then(Value::as_map_mut);
        let annotations = metadata.and_then(|metadata| metadata.get_mut("annotations"));
        if let Some(annotations) = annotations.and_then(Value::as_map_mut) {
            annotations.keep_last();
        }
    }

    /// A key of its annotations that kustomize wrote as if it were a number or a boolean.
    pub(crate) fn odd_annotation(&self) -> Option<&SmolStr> {
        let annotations = self.annotations().filter(|_| self.plain_annotations)?;
        let mut keys = annotations.iter().map(|(key, _)| key);
        keys.find(|key| plain_kind(key) != ScalarKind::String)
    }

    /// What is wrong with the keys that are there.
    pub(crate) fn key_errors(&self) -> impl Iterator<Item = Arc<BuildError>> + '_ {
        let is_there = |odd: &&OddKey| {
            let map = self.value.at(odd.path);
            map.is_some_and(|map| map.get(&odd.key).is_some())
        };
        let odd = self.odd_keys.iter().filter(is_there);
        let repeats = !self.repeated.is_empty() && self.value.repeats_keys();
        let repeated = repeats.then_some(&self.repeated).into_iter().flatten();
        odd.map(|odd| odd.error.clone()).chain(repeated.cloned())
    }

    /// Sets all fields of a node to what was set in one of them.
    pub(crate) fn settle(&mut self) {
        if self.nodes.shared {
            shared::settle(&mut self.value);
        }
    }

    /// Makes every field a node of its own.
    pub(crate) fn part(&mut self) {
        if self.nodes.count > 0 {
            shared::part(&mut self.value);
            self.nodes = Nodes::default();
        }
    }

    /// `apiVersion`
    pub fn api_version(&self) -> &str {
        text_of(self.value.get("apiVersion"))
    }

    /// `kind`
    pub fn kind(&self) -> &str {
        text_of(self.value.get("kind"))
    }

    /// `metadata.name`
    pub fn name(&self) -> &str {
        self.metadata("name")
    }

    /// `metadata.namespace` as written.
    pub fn namespace(&self) -> &str {
        self.metadata("namespace")
    }

    fn metadata(&self, key: &str) -> &str {
        let value = self
            .value
            .get("metadata")
            .and_then(|metadata| metadata.get(key));
        value.and_then(Value::as_str).unwrap_or_default()
    }

    /// Its labels.
    pub fn labels(&self) -> Option<&Map> {
        self.value.at(&["metadata", "labels"])?.as_map()
    }

    /// Its annotations.
    pub fn annotations(&self) -> Option<&Map> {
        self.value.at(&["metadata", "annotations"])?.as_map()
    }

    /// Its type.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// Whether kustomize knows its type to have no namespace.
    pub fn is_cluster_scoped(&self) -> bool {
        let (group, version) = split_api_version(self.api_version());
        scope::is_cluster_scoped(group, version, self.kind())
    }

    /// The namespace that counts.
    pub fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped() {
            return NO_NAMESPACE;
        }
        match self.namespace() {
            "" => DEFAULT_NAMESPACE,
            namespace => namespace,
        }
    }

    /// The id that it has now.
    pub fn id(&self) -> Id {
        Id {
            gvk: self.gvk(),
            name: SmolStr::new(self.name()),
            namespace: SmolStr::new(self.namespace()),
        }
    }

    /// The ids that it had before, the oldest first. kustomize keeps no group and version of old ids: they
    /// have those of today.
    pub fn previous_ids(&self) -> impl ExactSizeIterator<Item = Id> + '_ {
        let (group, version) = split_api_version(self.api_version());
        self.previous.iter().map(move |previous| Id {
            gvk: Gvk {
                group: SmolStr::new(group),
                version: SmolStr::new(version),
                kind: previous.kind.clone(),
            },
            name: previous.name.clone(),
            namespace: previous.namespace.clone(),
        })
    }

    /// The id that it had first.
    pub fn original_id(&self) -> Id {
        self.previous_ids().next().unwrap_or_else(|| self.id())
    }

    /// Remembers what it is called now, before that changes.
    pub fn remember_id(&mut self) {
        self.previous.push(Previous {
            kind: SmolStr::new(self.kind()),
            name: SmolStr::new(self.name()),
            namespace: SmolStr::new(self.effective_namespace()),
        });
    }

    /// Whether an id is its own, now or earlier.
    pub fn had_id(&self, id: &Id) -> bool {
        self.name() == id.name && self.id().equals(id)
            || self.previous_ids().any(|previous| previous.equals(id))
    }

    /// Whether kustomize has annotations of its own on the object at this time: it then has a mapping
    /// `metadata.annotations` that is written nowhere.
    pub fn has_hidden_annotations(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.generated.is_some()
            || !self.referrers.is_empty()
    }
}

/// The text of a scalar, empty for anything else.
fn text_of(value: Option<&Value>) -> &str {
    value
        .and_then(Value::as_scalar)
        .map_or("", |scalar| &scalar.text)
}
