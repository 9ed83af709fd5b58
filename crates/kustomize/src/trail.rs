//! What `buildMetadata` writes into objects: the file that an object came from, and what transformed it.

use camino::Utf8Path;

use crate::origin::{Before, How, Origin, Place};
use crate::path;
use crate::resource::Resource;
use crate::spec::BuildMetadata;
use crate::value::{Map, Value};

/// The annotation with the origin of an object.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";

/// The annotation with the transformers of an object.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The label with the program that built an object.
pub(crate) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Writes where objects of one directory come from; does nothing unless the top asks for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trail<'a> {
    /// What the top asks for.
    pub metadata: BuildMetadata,
    /// The directory of the top.
    pub top: &'a Utf8Path,
}

/// Who configured a step, as an annotation tells it.
pub(crate) struct Configured {
    text: String,
}

impl Trail<'_> {
    /// Notes the file that an object came from.
    pub(crate) fn note_file(self, file: &Utf8Path, resource: &mut Resource) {
        if self.metadata.any {
            let text = format!("path: {}\n", path::relative(self.top, file));
            set(resource, ORIGIN, text);
        }
    }

    /// A generator or transformer that is a field of a kustomization file.
    pub(crate) fn built_in(self, kind: &str, file: &Utf8Path) -> Option<Configured> {
        self.metadata.any.then(|| Configured {
            text: format!(
                "configuredIn: {}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}\n",
                path::relative(self.top, file)
            ),
        })
    }

    /// A generator or transformer that is an object.
    pub(crate) fn object(self, resource: &Resource) -> Option<Configured> {
        if !self.metadata.any {
            return None;
        }
        let file = path::relative(self.top, &resource.place.file);
        let mut text = format!(
            "configuredIn: {file}\nconfiguredBy:\n  apiVersion: {}\n  kind: {}\n  name: {}\n",
            resource.api_version(),
            resource.kind(),
            resource.name()
        );
        if !resource.namespace().is_empty() {
            text.push_str(&format!("  namespace: {}\n", resource.namespace()));
        }
        Some(Configured { text })
    }
}

impl Configured {
    /// Notes that it made an object.
    pub(crate) fn made(&self, resource: &mut Resource) {
        if get(resource, ORIGIN).is_none() {
            set(resource, ORIGIN, self.text.clone());
        }
    }

    /// Notes that it transformed objects: all of them, kustomize does not look whether it did.
    pub(crate) fn transformed(&self, resources: &mut [Resource]) {
        for resource in resources {
            if get(resource, ORIGIN).is_none() {
                set(resource, ORIGIN, self.text.clone());
                continue;
            }
            let mut text = get(resource, TRANSFORMATIONS)
                .unwrap_or_default()
                .to_owned();
            for (index, line) in self.text.lines().enumerate() {
                text.push_str(if index == 0 { "- " } else { "  " });
                text.push_str(line);
                text.push('\n');
            }
            set(resource, TRANSFORMATIONS, text);
        }
    }
}

/// Notes where `buildMetadata` stands as the origin of what it wrote into an object.
pub(crate) fn note_origin(resource: &mut Resource, place: &Place) {
    for (field, key) in [
        ("annotations", ORIGIN),
        ("annotations", TRANSFORMATIONS),
        ("labels", MANAGED_BY),
    ] {
        let Some(map) = resource.value.at(&["metadata", field]) else {
            continue;
        };
        let Some(Value::Scalar(scalar)) = map.get(key) else {
            continue;
        };
        if scalar.origin.newest().is_some() {
            continue;
        }
        let mut map = map.clone();
        let mut scalar = scalar.clone();
        scalar.origin = Origin::step(How::Transformer, place.clone(), Before::default());
        if let Some(map) = map.as_map_mut() {
            map.insert(key, Value::Scalar(scalar));
        }
        let metadata = resource
            .value
            .as_map_mut()
            .and_then(|object| object.get_mut("metadata"));
        if let Some(metadata) = metadata.and_then(Value::as_map_mut) {
            metadata.insert(field, map);
        }
    }
}

/// The text of an annotation.
pub(crate) fn get<'r>(resource: &'r Resource, key: &str) -> Option<&'r str> {
    resource.annotations()?.get(key)?.as_str()
}

/// Sets an annotation.
pub(crate) fn set(resource: &mut Resource, key: &'static str, text: String) {
    set_in(resource, "annotations", key, text);
}

/// Sets a label or an annotation.
pub(crate) fn set_in(
    resource: &mut Resource,
    field: &'static str,
    key: &'static str,
    text: String,
) {
    let Some(object) = resource.value.as_map_mut() else {
        return;
    };
    if object.get("metadata").and_then(Value::as_map).is_none() {
        object.insert("metadata", Value::map());
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_map_mut) else {
        return;
    };
    let mut map = metadata
        .get(field)
        .and_then(Value::as_map)
        .map_or_else(Map::default, Map::clone);
    map.insert(key, Value::string(text));
    metadata.insert(field, Value::from(map));
}
