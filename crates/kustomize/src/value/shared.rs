//! Fields that change together.
//!
//! Where kustomize's transformers of labels and annotations make a field, they put the same node of the YAML
//! tree into every field that they make in an object. Whatever changes that node later, a strategic merge
//! or another transformer, changes it everywhere. Values here are copies, so scalars that are one node to
//! kustomize have a number in common, and [`settle`] makes them equal again after a change.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Scalar, Value};

/// What a scalar is one node with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shared {
    /// The number of the node in its object; 0 for a scalar of its own.
    node: u32,
    /// Whether it was set since the object was settled.
    set: bool,
}

impl Shared {
    /// A scalar of its own.
    pub(crate) const NONE: Shared = Shared {
        node: 0,
        set: false,
    };

    /// One of the places of a node; numbers begin with 1.
    pub(crate) fn node(node: u32) -> Shared {
        Shared { node, set: false }
    }

    /// What it is after its scalar was set in its place.
    pub(crate) fn after_set(self) -> Shared {
        Shared {
            set: self.node != 0,
            ..self
        }
    }
}

/// Sets all places of a node to what was set last in one of them. A strategic merge goes through keys in
/// alphabetical order, so what comes last there was set last.
pub(crate) fn settle(object: &mut Value) {
    let mut newest = FxHashMap::default();
    find_set(object, &mut newest);
    if newest.is_empty() {
        return;
    }
    let changed = with_scalars(object, &mut |scalar| {
        let newest = newest.get(&scalar.shared.node)?;
        Some(Scalar {
            shared: Shared::node(scalar.shared.node),
            quoted: scalar.quoted,
            layout: scalar.layout.after_set(),
            ..newest.clone()
        })
    });
    if let Some(changed) = changed {
        *object = changed;
    }
}

/// Makes every scalar of an object a node of its own.
pub(crate) fn part(object: &mut Value) {
    let changed = with_scalars(object, &mut |scalar| {
        (scalar.shared != Shared::NONE).then(|| Scalar {
            shared: Shared::NONE,
            ..scalar.clone()
        })
    });
    if let Some(changed) = changed {
        *object = changed;
    }
}

fn find_set(value: &Value, newest: &mut FxHashMap<u32, Scalar>) {
    match value {
        Value::Scalar(scalar) => {
            if scalar.shared.set {
                newest.insert(scalar.shared.node, scalar.clone());
            }
        }
        Value::List(items) => items.iter().for_each(|item| find_set(item, newest)),
        Value::Map(map) => {
            let mut entries: Vec<(&SmolStr, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (_, value) in entries {
                find_set(value, newest);
            }
        }
    }
}

/// The value with other scalars; none where all stay.
fn with_scalars(value: &Value, change: &mut dyn FnMut(&Scalar) -> Option<Scalar>) -> Option<Value> {
    match value {
        Value::Scalar(scalar) => change(scalar).map(Value::Scalar),
        Value::List(items) => {
            let mut changed: Option<Vec<Value>> = None;
            for (index, item) in items.iter().enumerate() {
                if let Some(new) = with_scalars(item, change) {
                    changed.get_or_insert_with(|| items.to_vec())[index] = new;
                }
            }
            changed.map(Value::from)
        }
        Value::Map(map) => {
            let mut changed = None;
            for (key, value) in map.iter() {
                if let Some(new) = with_scalars(value, change) {
                    let changed = changed.get_or_insert_with(|| map.clone());
                    Arc::make_mut(changed).insert(key.clone(), new);
                }
            }
            changed.map(Value::Map)
        }
    }
}
