//! What becomes of a generated object among those that are there.

use std::sync::Arc;

use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::resource::{Behavior, OddKey, Resource};
use crate::trail::{self, ORIGIN};
use crate::value::{Map, Scalar, ScalarKind, Shared, Value, plain_kind};

/// Adds a generated object: as a new one, in place of one, or merged into one.
pub(crate) fn absorb(resource: Resource, resources: &mut Vec<Resource>, context: &mut Context<'_>) {
    let id = resource.id();
    let behavior = resource
        .generated
        .as_ref()
        .map_or(Behavior::Create, |generated| generated.behavior);
    let mut matches = resources
        .iter()
        .enumerate()
        .filter(|(_, other)| other.had_id(&id))
        .map(|(index, _)| index);
    let (first, second) = (matches.next(), matches.next());
    let place = resource.place.clone();
    let what = format!("{} {}", resource.kind(), resource.name());
    match (first, second, behavior) {
        (None, _, Behavior::Create) => resources.push(resource),
        (None, _, _) => context.push(BuildError::new(
            ErrorKind::Generator,
            place,
            format!("there is no {what} to merge into or to replace"),
        )),
        (Some(first), None, Behavior::Create) => context.push(
            BuildError::new(
                ErrorKind::Generator,
                place,
                format!("{what} is already there"),
            )
            .with_help("set `behavior: merge` or `behavior: replace`")
            .with_related(resources[first].place.clone(), "the object that is there"),
        ),
        (Some(first), None, _) => {
            let old = &mut resources[first];
            let related = old.place.clone();
            *old = over(old, resource, behavior);
            old.odd_keys = odd_keys(&old.value, &|key| {
                let message = format!(
                    "the key `{key}` of {what} loses its quotes, and is no text without them"
                );
                BuildError::new(ErrorKind::Generator, place.clone(), message)
                    .with_related(related.clone(), "the object that is there")
            });
        }
        (Some(first), Some(second), _) => context.push(
            BuildError::new(
                ErrorKind::Generator,
                place,
                format!("there is more than one {what}"),
            )
            .with_related(resources[first].place.clone(), "one")
            .with_related(resources[second].place.clone(), "another"),
        ),
    }
}

/// The new object with the name, labels and annotations of the old one; and with its data, if merged.
fn over(old: &Resource, mut new: Resource, behavior: Behavior) -> Resource {
    let mut metadata = match new.value.get("metadata") {
        Some(Value::Map(metadata)) => Map::clone(metadata),
        _ => Map::default(),
    };
    for key in ["labels", "annotations"] {
        let path = ["metadata", key];
        let mut merged = texts(old.value.at(&path), new.value.at(&path));
        // What was merged into something still comes from where that comes from.
        if let (Behavior::Merge, "annotations", Some(origin)) =
            (behavior, key, trail::get(old, ORIGIN))
        {
            merged.insert(ORIGIN, Value::string(origin));
        }
        put(&mut metadata, key, merged);
    }
    let old_metadata = old.value.get("metadata");
    for key in ["name", "namespace"] {
        match old_metadata.and_then(|metadata| metadata.get(key)) {
            Some(value) => metadata.insert(key, value.clone()),
            None => {
                metadata.remove(key);
            }
        }
    }
    let merged: Vec<(&str, Map)> = match behavior {
        Behavior::Merge => ["data", "binaryData"]
            .map(|key| {
                let there = old.value.get(key).and_then(Value::as_map).cloned();
                let there = there.map(|data| Value::from(without_nulls(data)));
                (key, texts(there.as_ref(), new.value.get(key)))
            })
            .into(),
        _ => Vec::new(),
    };
    if let Some(map) = new.value.as_map_mut() {
        map.insert("metadata", Value::from(metadata));
        for (key, data) in merged {
            put(map, key, data);
        }
    }
    // What is remembered stays that of the old one, but a hash is put only where both want it.
    let hash = new.generated.is_some_and(|generated| generated.hash);
    let mut generated = old.generated.clone();
    if let Some(generated) = &mut generated {
        generated.hash &= hash;
    }
    Resource {
        value: new.value,
        generated,
        ..old.clone()
    }
}

/// The keys of the mappings that kustomize writes anew, without quotes, that are numbers or the like then.
pub(super) fn odd_keys(value: &Value, error: &dyn Fn(&str) -> BuildError) -> Vec<OddKey> {
    let rewritten: [&[&str]; 3] = [&["data"], &["binaryData"], &["metadata", "labels"]];
    let mut odd = Vec::new();
    for path in rewritten {
        let map = value.at(path).and_then(Value::as_map);
        for (key, _) in map.into_iter().flat_map(Map::iter) {
            if plain_kind(key) != ScalarKind::String {
                odd.push(OddKey {
                    path,
                    key: key.clone(),
                    error: Arc::new(error(key)),
                });
            }
        }
    }
    odd
}

/// Data of which nothing is null: kustomize takes that for an empty text.
fn without_nulls(mut data: Map) -> Map {
    for (_, value) in data.iter_mut().filter(|(_, value)| value.is_null()) {
        *value = Value::string("");
    }
    data
}

/// The entries of two mappings, all of them texts; the second wins. Sorted by key.
fn texts(old: Option<&Value>, new: Option<&Value>) -> Map {
    let mut entries: Vec<_> = Vec::new();
    for value in [new, old].into_iter().flatten() {
        for (key, value) in value.as_map().into_iter().flat_map(Map::iter) {
            if entries.iter().any(|(there, _)| there == key) {
                continue;
            }
            let text = match value {
                Value::Scalar(scalar) => Value::Scalar(Scalar {
                    kind: ScalarKind::String,
                    shared: Shared::NONE,
                    ..scalar.clone()
                }),
                _ => Value::string(""),
            };
            entries.push((key.clone(), text));
        }
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Map::from_entries(entries)
}

/// Sets a mapping, or takes it out where it is empty.
fn put(map: &mut Map, key: &'static str, value: Map) {
    if value.is_empty() {
        map.remove(key);
    } else {
        map.insert(key, Value::from(value));
    }
}
