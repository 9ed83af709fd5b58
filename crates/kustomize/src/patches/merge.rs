//! Strategic merge: a patch that looks like the object it changes.
//!
//! kustomize walks over the whole object, also where the patch says nothing: a key without a value goes away
//! and lists with merge keys are put together anew wherever they are. What is left alone stays shared.

use smol_str::SmolStr;

use super::directive::{self, Directive};
use super::items;
use crate::origin::{Before, How, Origin};
use crate::schema::{Schema, Schemas};
use crate::value::{Map, Scalar, ScalarKind, Value};

/// Why a patch cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergeError {
    /// The way to what is wrong in the patch, or in the object where the patch says nothing about it.
    pub path: Vec<Step>,
    /// A sentence without a full stop.
    pub message: String,
}

/// A step from a collection to what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of a key.
    Key(SmolStr),
    /// An item of the patch's list.
    Item(usize),
}

/// What became of a place.
pub(super) enum Merged {
    /// It goes away.
    Gone,
    /// It holds this, made from what the object had.
    Changed(Value),
    /// It holds what the patch has there.
    Replaced(Value),
}

/// Merges a patch into an object; none where the patch deletes it. `repeats`: whether keys may be given twice.
pub(crate) fn merge(
    object: &Value,
    patch: &Value,
    schemas: Schemas<'_>,
    repeats: bool,
) -> Result<Option<Value>, MergeError> {
    let mut merger = Merger {
        schemas,
        repeats,
        path: Vec::new(),
    };
    Ok(match merger.both(object, patch, None)? {
        Merged::Gone => None,
        Merged::Changed(value) => Some(value),
        // kustomize forgets to take what replaces the whole object.
        Merged::Replaced(_) => Some(object.clone()),
    })
}

/// A merge on its way.
pub(super) struct Merger<'a> {
    schemas: Schemas<'a>,
    repeats: bool,
    path: Vec<Step>,
}

impl Merged {
    /// What is there now.
    pub(super) fn into_value(self) -> Option<Value> {
        match self {
            Merged::Gone => None,
            Merged::Changed(value) | Merged::Replaced(value) => Some(value),
        }
    }
}

impl<'a> Merger<'a> {
    pub(super) fn error<T>(&self, message: impl Into<String>) -> Result<T, MergeError> {
        Err(MergeError {
            path: self.path.clone(),
            message: message.into(),
        })
    }

    /// Does something inside a collection.
    pub(super) fn within<T>(
        &mut self,
        step: Step,
        work: impl FnOnce(&mut Self) -> Result<T, MergeError>,
    ) -> Result<T, MergeError> {
        self.path.push(step);
        let done = work(self)?;
        self.path.pop();
        Ok(done)
    }

    /// The schema of a place: an object inside an object that nothing is known of brings its own.
    fn schema_of(
        &self,
        schema: Option<Schema<'a>>,
        values: [Option<&Value>; 2],
    ) -> Option<Schema<'a>> {
        schema.or_else(|| {
            values.into_iter().flatten().find_map(|value| {
                let text = |key| {
                    value
                        .get(key)
                        .and_then(Value::as_str)
                        .filter(|t| !t.is_empty())
                };
                self.schemas.of_object(text("apiVersion")?, text("kind")?)
            })
        })
    }

    /// A place that the object and the patch have.
    pub(super) fn both(
        &mut self,
        object: &Value,
        patch: &Value,
        schema: Option<Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        if object.is_null() {
            let added = self.added(patch, schema)?;
            return Ok(match added {
                Merged::Replaced(Value::Scalar(scalar)) => {
                    Merged::Replaced(replaced(&scalar, object))
                }
                other => other,
            });
        }
        if patch.is_null() {
            return Ok(Merged::Gone);
        }
        let schema = self.schema_of(schema, [Some(object), Some(patch)]);
        match (object, patch) {
            (Value::Map(own), Value::Map(new)) => match self.directive_of_map(new)? {
                (Directive::Delete, _) => Ok(Merged::Gone),
                (Directive::Replace, new) => {
                    Ok(Merged::Replaced(self.adopt_entries(&new, schema)?.into()))
                }
                (Directive::Merge, new) => {
                    Ok(Merged::Changed(self.entries(own, &new, schema)?.into()))
                }
            },
            (Value::List(own), Value::List(new)) => {
                let Some(keys) = schema.and_then(Schema::merge_keys) else {
                    return Ok(Merged::Replaced(patch.clone()));
                };
                let keys = keys.to_vec();
                let item = schema.and_then(Schema::items);
                match directive::of_list(new) {
                    Err(unknown) => self.unknown_directive(&unknown),
                    Ok((Directive::Delete, _)) => Ok(Merged::Gone),
                    Ok((Directive::Replace, new)) => {
                        Ok(Merged::Replaced(items::adopt(self, &new, &keys, item)?))
                    }
                    Ok((Directive::Merge, new)) => {
                        Ok(Merged::Changed(items::merge(self, own, &new, &keys, item)?))
                    }
                }
            }
            (Value::Scalar(_), Value::Scalar(new)) => Ok(Merged::Replaced(replaced(new, object))),
            _ => self.error(format!(
                "the patch has {} where the object has {}",
                what(patch),
                what(object)
            )),
        }
    }

    fn unknown_directive<T>(&self, unknown: &str) -> Result<T, MergeError> {
        self.error(format!(
            "`$patch: {unknown}` is none of `merge`, `replace` and `delete`"
        ))
    }

    fn directive_of_map(&self, patch: &Map) -> Result<(Directive, Map), MergeError> {
        match directive::of_map(patch) {
            Ok(found) => Ok(found),
            Err(unknown) => self.unknown_directive(&unknown),
        }
    }

    /// A place that only the patch has.
    pub(super) fn added(
        &mut self,
        patch: &Value,
        schema: Option<Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        let schema = self.schema_of(schema, [Some(patch), None]);
        match patch {
            Value::Map(new) => match directive::of_map(new) {
                Ok((Directive::Delete, _)) => Ok(Merged::Gone),
                Ok((_, new)) => Ok(Merged::Replaced(self.adopt_entries(&new, schema)?.into())),
                // kustomize looks for the directive, but not at its error.
                Err(_) => Ok(Merged::Replaced(self.adopt_entries(new, schema)?.into())),
            },
            Value::List(new) => match schema.and_then(Schema::merge_keys) {
                Some(keys) => {
                    let item = schema.and_then(Schema::items);
                    let list = items::adopt(self, new, &keys.to_vec(), item)?;
                    Ok(Merged::Replaced(list))
                }
                None => Ok(Merged::Replaced(patch.clone())),
            },
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => Ok(Merged::Gone),
            Value::Scalar(_) => Ok(Merged::Replaced(patch.clone())),
        }
    }

    /// A place inside something that only the patch has: kustomize merges it with itself.
    pub(super) fn adopted(
        &mut self,
        patch: &Value,
        schema: Option<Schema<'a>>,
    ) -> Result<Option<Value>, MergeError> {
        let schema = self.schema_of(schema, [Some(patch), None]);
        match patch {
            Value::Map(new) => match self.directive_of_map(new)? {
                (Directive::Delete, _) => Ok(None),
                (_, new) => Ok(Some(self.adopt_entries(&new, schema)?.into())),
            },
            Value::List(new) => {
                let Some(keys) = schema.and_then(Schema::merge_keys) else {
                    return Ok(Some(patch.clone()));
                };
                let item = schema.and_then(Schema::items);
                match directive::of_list(new) {
                    Err(unknown) => self.unknown_directive(&unknown),
                    Ok((Directive::Delete, _)) => Ok(None),
                    Ok((_, new)) => items::adopt(self, &new, &keys.to_vec(), item).map(Some),
                }
            }
            Value::Scalar(scalar) => Ok((scalar.kind != ScalarKind::Null).then(|| patch.clone())),
        }
    }

    fn adopt_entries(&mut self, new: &Map, schema: Option<Schema<'a>>) -> Result<Map, MergeError> {
        let mut entries = Vec::with_capacity(new.len());
        for (key, value) in new.iter() {
            let schema = schema.and_then(|schema| schema.field(key));
            let adopted = self.within(Step::Key(key.clone()), |merger| {
                merger.adopted(value, schema)
            })?;
            entries.extend(adopted.map(|value| (key.clone(), value)));
        }
        Ok(Map::from_entries(entries))
    }

    fn entries(
        &mut self,
        own: &Map,
        new: &Map,
        schema: Option<Schema<'a>>,
    ) -> Result<Map, MergeError> {
        let mut entries = Vec::with_capacity(own.len() + new.len());
        for (key, value) in own.iter() {
            if self.repeats && !is_first(own, key, value) {
                entries.push((key.clone(), value.clone()));
                continue;
            }
            let schema = schema.and_then(|schema| schema.field(key));
            let merged = self.within(Step::Key(key.clone()), |merger| match new.get(key) {
                Some(patch) => Ok(merger.both(value, patch, schema)?.into_value()),
                None => merger.settled(value, schema),
            })?;
            entries.extend(merged.map(|value| (key.clone(), value)));
        }
        for (key, value) in new.iter() {
            if own.get(key).is_none() && (!self.repeats || is_first(new, key, value)) {
                let schema = schema.and_then(|schema| schema.field(key));
                let added = self.within(Step::Key(key.clone()), |merger| {
                    Ok(merger.added(value, schema)?.into_value())
                })?;
                entries.extend(added.map(|value| (key.clone(), value)));
            }
        }
        Ok(Map::from_entries(entries))
    }

    /// A place that the patch says nothing about. It is the same value if nothing in it changes.
    pub(super) fn settled(
        &mut self,
        own: &Value,
        schema: Option<Schema<'a>>,
    ) -> Result<Option<Value>, MergeError> {
        let schema = self.schema_of(schema, [Some(own), None]);
        match own {
            Value::Map(map) => {
                let mut changed: Option<Vec<(SmolStr, Value)>> = None;
                for (index, (key, value)) in map.iter().enumerate() {
                    let schema = schema.and_then(|schema| schema.field(key));
                    if schema.is_none() && value.as_list().is_some() {
                        // Nothing is known about it, so it is no list that merges.
                        if let Some(changed) = &mut changed {
                            changed.push((key.clone(), value.clone()));
                        }
                        continue;
                    }
                    let new = self.within(Step::Key(key.clone()), |merger| {
                        merger.settled(value, schema)
                    })?;
                    let same = new.as_ref().is_some_and(|new| is_same(new, value));
                    if changed.is_none() && !same {
                        let before = map.iter().take(index);
                        changed = Some(before.map(|(k, v)| (k.clone(), v.clone())).collect());
                    }
                    if let (Some(changed), Some(new)) = (&mut changed, new) {
                        changed.push((key.clone(), new));
                    }
                }
                Ok(Some(match changed {
                    Some(entries) => Map::from_entries(entries).into(),
                    None => own.clone(),
                }))
            }
            Value::List(list) => match schema.and_then(Schema::merge_keys) {
                Some(keys) => {
                    let item = schema.and_then(Schema::items);
                    items::settle(self, own, list, &keys.to_vec(), item).map(Some)
                }
                None => Ok(Some(own.clone())),
            },
            // `key:` goes away, `key: null` stays.
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null && scalar.text.is_empty() => {
                Ok(None)
            }
            Value::Scalar(_) => Ok(Some(own.clone())),
        }
    }
}

/// Whether a value is the first of its key: kustomize looks at no other.
fn is_first(map: &Map, key: &str, value: &Value) -> bool {
    map.get(key).is_some_and(|first| std::ptr::eq(first, value))
}

/// Whether two values are one and the same, not only alike.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => std::sync::Arc::ptr_eq(one, other),
        (Value::List(one), Value::List(other)) => std::sync::Arc::ptr_eq(one, other),
        (Value::Scalar(one), Value::Scalar(other)) => {
            one.kind == other.kind && one.text == other.text
        }
        _ => false,
    }
}

/// A scalar of the patch that stands where another one was, whose quotes it gets.
fn replaced(new: &Scalar, before: &Value) -> Value {
    let mut scalar = new.clone();
    if let Some(before) = before.as_scalar() {
        scalar.quoted = before.quoted;
        scalar.layout = before.layout.after_set();
        scalar.shared = before.shared.after_set();
    }
    if scalar.quoted {
        scalar.kind = ScalarKind::String;
    }
    if let Some(step) = new.origin.newest() {
        let before = Before::of(Some(before));
        scalar.origin = Origin::step(How::Patch, step.place.clone(), before);
    }
    Value::Scalar(scalar)
}

/// What a value is, for people.
pub(crate) fn what(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "a mapping",
        Value::List(_) => "a list",
        Value::Scalar(_) => "a single value",
    }
}
