//! What becomes of annotations at the end.

use smol_str::SmolStr;

use crate::resource::Resource;
use crate::trail::{ORIGIN, TRANSFORMATIONS};
use crate::value::{Layout, Map, Scalar, ScalarKind, Value, plain_kind};

/// The annotations that belong to kustomize and its tools: they never come out.
const INTERNAL: &[&str] = &[
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "kustomize.config.k8s.io/helm-generated",
];

/// Whether an object is only for tools: it does not come out.
pub(crate) fn is_local(resource: &Resource) -> bool {
    resource
        .annotations()
        .and_then(|annotations| annotations.get("config.kubernetes.io/local-config"))
        .is_some_and(|value| value.as_scalar().is_none_or(|value| value.text != "false"))
}

/// Takes internal annotations out and makes texts of all others, as kustomize does when it writes them anew.
///
/// # Errors
///
/// The key that stays no text: kustomize writes keys without quotes, and cannot print a number or a boolean.
pub(crate) fn clean_annotations(
    resource: &mut Resource,
    origins: bool,
    transformations: bool,
) -> Result<(), SmolStr> {
    let Some(annotations) = resource.value.at(&["metadata", "annotations"]) else {
        return Ok(());
    };
    let goes = |key: &str| {
        INTERNAL.contains(&key)
            || key == ORIGIN && !origins
            || key == TRANSFORMATIONS && !transformations
    };
    for (key, _) in annotations.as_map().into_iter().flat_map(Map::iter) {
        if plain_kind(key) != ScalarKind::String {
            return Err(key.clone());
        }
    }
    let fine = annotations.as_map().is_some_and(|map| {
        !map.is_empty()
            && map.iter().all(|(key, value)| {
                let text = value.as_scalar().is_some_and(|scalar| {
                    scalar.kind == ScalarKind::String && scalar.layout == Layout::Usual
                });
                text && !goes(key)
            })
    });
    if fine {
        return Ok(());
    }
    let kept = annotations.as_map().into_iter().flat_map(Map::iter);
    let kept = kept
        .filter(|(key, _)| !goes(key))
        .map(|(key, value)| (key.clone(), as_text(value)))
        .collect();
    let kept = Map::from_entries(kept);
    let metadata = resource
        .value
        .as_map_mut()
        .and_then(|map| map.get_mut("metadata"))
        .and_then(Value::as_map_mut);
    if let Some(metadata) = metadata {
        if kept.is_empty() {
            metadata.remove("annotations");
        } else {
            metadata.insert("annotations", Value::from(kept));
        }
    }
    Ok(())
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Scalar(scalar) => Value::Scalar(Scalar {
            kind: ScalarKind::String,
            layout: Layout::Usual,
            ..scalar.clone()
        }),
        _ => Value::string(""),
    }
}
