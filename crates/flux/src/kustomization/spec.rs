//! What a Flux Kustomization says.

use std::sync::Arc;

use infragen_kustomize::{Map, Value, emit};
use smol_str::SmolStr;

use super::variables::Variables;
use crate::source_ignore::IgnoreField;

/// What decides about the objects of a Flux Kustomization, read from its effective object. Equal specs apply
/// equal objects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KustomizationSpec {
    /// `metadata.namespace`; empty where nothing gives one.
    pub namespace: SmolStr,
    /// `metadata.name`
    pub name: SmolStr,
    /// `spec.path` as written; empty is the top of the source.
    pub path: SmolStr,
    /// `spec.sourceRef`
    pub source: Option<SourceName>,
    /// What it adds to the kustomization file at its path, as the text of one; empty where it adds nothing.
    pub additions: Arc<str>,
    /// `spec.ignoreMissingComponents`
    pub ignore_missing_components: bool,
    /// `spec.postBuild`
    pub post_build: Option<PostBuild>,
    /// `spec.commonMetadata.labels`
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// `spec.commonMetadata.annotations`
    pub annotations: Vec<(SmolStr, SmolStr)>,
    /// `spec.prune`
    pub prune: bool,
    /// `spec.suspend`
    pub suspended: bool,
    /// What its source leaves out by `spec.ignore`: no field of its own, known to whoever knows the source.
    pub source_ignore: Option<Arc<IgnoreField>>,
}

/// A source by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceName {
    /// `kind`
    pub kind: SmolStr,
    /// `namespace`, that of the Kustomization where none is given.
    pub namespace: SmolStr,
    /// `name`
    pub name: SmolStr,
}

/// `spec.postBuild`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PostBuild {
    /// `substitute`, in order of name.
    pub substitute: Vec<(SmolStr, SmolStr)>,
    /// `substituteFrom`
    pub from: Vec<VariableSource>,
    /// Whether text is substituted although no variable is given: `substituteStrategy: Always`.
    pub always: bool,
}

/// An item of `substituteFrom`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VariableSource {
    /// `kind`: ConfigMap or Secret.
    pub kind: SmolStr,
    /// `name`
    pub name: SmolStr,
    /// `optional`
    pub optional: bool,
}

impl KustomizationSpec {
    /// One that only builds a path.
    pub fn of_path(
        namespace: SmolStr,
        name: SmolStr,
        path: SmolStr,
        source: Option<SourceName>,
    ) -> KustomizationSpec {
        KustomizationSpec {
            namespace,
            name,
            path,
            source,
            additions: Arc::default(),
            ignore_missing_components: false,
            post_build: None,
            labels: Vec::new(),
            annotations: Vec::new(),
            prune: true,
            suspended: false,
            source_ignore: None,
        }
    }

    /// Whether values are put into what it applies: there is a `postBuild`, and a variable or the wish to do so
    /// without one. [pkg:kustomize/kustomize_varsub.go]
    pub fn substitutes(&self, variables: &Variables) -> bool {
        let post_build = self.post_build.as_ref();
        post_build.is_some_and(|post_build| post_build.always || !variables.is_empty())
    }

    /// What an object says; what is of a wrong type is as if it were not there, for the API server refuses it.
    pub fn read(object: &Value) -> KustomizationSpec {
        let text = |path: &[&str]| {
            SmolStr::new(object.at(path).and_then(Value::as_str).unwrap_or_default())
        };
        let namespace = text(&["metadata", "namespace"]);
        let spec = object.get("spec");
        let source = object.at(&["spec", "sourceRef"]).map(|source| {
            let field =
                |key| SmolStr::new(source.get(key).and_then(Value::as_str).unwrap_or_default());
            let given = field("namespace");
            SourceName {
                kind: field("kind"),
                namespace: if given.is_empty() {
                    namespace.clone()
                } else {
                    given
                },
                name: field("name"),
            }
        });
        KustomizationSpec {
            name: text(&["metadata", "name"]),
            path: text(&["spec", "path"]),
            source,
            additions: spec.map(additions).unwrap_or_default(),
            ignore_missing_components: is_true(object.at(&["spec", "ignoreMissingComponents"])),
            post_build: object.at(&["spec", "postBuild"]).and_then(post_build),
            labels: pairs(object.at(&["spec", "commonMetadata", "labels"])),
            annotations: pairs(object.at(&["spec", "commonMetadata", "annotations"])),
            prune: is_true(object.at(&["spec", "prune"])),
            suspended: is_true(object.at(&["spec", "suspend"])),
            source_ignore: None,
            namespace,
        }
    }
}

fn is_true(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str) == Some("true")
}

/// Texts with keys, in order of key.
fn pairs(value: Option<&Value>) -> Vec<(SmolStr, SmolStr)> {
    let map = value.and_then(Value::as_map);
    let entries = map.into_iter().flat_map(Map::iter);
    let mut pairs: Vec<_> = entries
        .map(|(key, value)| {
            (
                key.clone(),
                SmolStr::new(value.as_str().unwrap_or_default()),
            )
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

fn post_build(value: &Value) -> Option<PostBuild> {
    value.as_map()?;
    let from = value.get("substituteFrom").and_then(Value::as_list);
    let from = from.unwrap_or_default().iter().map(|source| {
        let field = |key| SmolStr::new(source.get(key).and_then(Value::as_str).unwrap_or_default());
        VariableSource {
            kind: field("kind"),
            name: field("name"),
            optional: is_true(source.get("optional")),
        }
    });
    Some(PostBuild {
        substitute: pairs(value.get("substitute")),
        from: from.collect(),
        always: value.get("substituteStrategy").and_then(Value::as_str) == Some("Always"),
    })
}

/// Fields of a spec that go into the kustomization file, with the names that they have there.
const ADDED: &[(&str, &str)] = &[
    ("targetNamespace", "namespace"),
    ("namePrefix", "namePrefix"),
    ("nameSuffix", "nameSuffix"),
    ("components", "components"),
    ("buildMetadata", "buildMetadata"),
];

/// Lists of a spec that go there, and what of each item does: the rest the API server drops.
const ADDED_LISTS: &[(&str, &[&str])] = &[
    ("patches", &["patch", "target"]),
    ("images", &["name", "newName", "newTag", "digest"]),
];

/// The kustomization file of what a spec adds.
fn additions(spec: &Value) -> Arc<str> {
    let mut entries = Vec::new();
    for (field, name) in ADDED {
        if let Some(value) = spec.get(field).filter(|value| !value.is_null()) {
            entries.push((SmolStr::new_static(name), value.clone()));
        }
    }
    for (field, keys) in ADDED_LISTS {
        let Some(items) = spec.get(field).and_then(Value::as_list) else {
            continue;
        };
        let items: Vec<_> = items.iter().map(|item| only(item, keys)).collect();
        if !items.is_empty() {
            entries.push((SmolStr::new_static(field), Value::from(items)));
        }
    }
    let mut text = String::new();
    // Keys and scalars come from YAML, so there is text for them.
    if entries.is_empty() || emit(&Value::from(Map::from_entries(entries)), &mut text).is_err() {
        return Arc::default();
    }
    Arc::from(text)
}

fn only(item: &Value, keys: &[&'static str]) -> Value {
    if item.as_map().is_none() {
        return item.clone();
    }
    let entries = keys
        .iter()
        .filter_map(|key| Some((SmolStr::new_static(key), item.get(key)?.clone())));
    Value::from(Map::from_entries(entries.collect()))
}
