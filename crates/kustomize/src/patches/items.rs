//! Lists whose items have keys: how kustomize finds the item of the object that an item of the patch means,
//! and in which order the items come out.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::directive;
use super::merge::{MergeError, Merged, Merger, Step, is_same, what};
use crate::schema::Schema;
use crate::value::{Map, ScalarKind, Value};

/// Merges the items of a patch into those of an object.
pub(super) fn merge<'a>(
    merger: &mut Merger<'a>,
    own: &[Value],
    new: &[Value],
    keys: &[&str],
    schema: Option<Schema<'a>>,
) -> Result<Value, MergeError> {
    let pool = own.iter().chain(new).cloned().collect();
    let lists = Lists {
        pool,
        own: (0..own.len()).collect(),
        new: Some((own.len()..own.len() + new.len()).collect()),
        own_len: own.len(),
        is_one: false,
    };
    lists.merge(merger, keys, schema)
}

/// Merges the items of a patch with themselves, which is what kustomize does where the object has no list.
pub(super) fn adopt<'a>(
    merger: &mut Merger<'a>,
    new: &[Value],
    keys: &[&str],
    schema: Option<Schema<'a>>,
) -> Result<Value, MergeError> {
    let lists = Lists {
        pool: new.to_vec(),
        own: (0..new.len()).collect(),
        new: None,
        own_len: 0,
        is_one: true,
    };
    lists.merge(merger, keys, schema)
}

/// Puts the items of an object together that no patch says anything about.
pub(super) fn settle<'a>(
    merger: &mut Merger<'a>,
    own: &Value,
    items: &[Value],
    keys: &[&str],
    schema: Option<Schema<'a>>,
) -> Result<Value, MergeError> {
    if !is_regular(items, keys) {
        let lists = Lists {
            pool: items.to_vec(),
            own: (0..items.len()).collect(),
            new: None,
            own_len: items.len(),
            is_one: false,
        };
        return lists.merge(merger, keys, schema);
    }
    let mut settled = Vec::new();
    for item in items {
        settled.extend(merger.settled(item, schema)?);
    }
    let same = settled
        .iter()
        .zip(items)
        .all(|(new, old)| is_same(new, old));
    Ok(match same && settled.len() == items.len() {
        true => own.clone(),
        false => settled.into(),
    })
}

/// Whether every item has its own key, so that nothing moves.
fn is_regular(items: &[Value], keys: &[&str]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    if keys.is_empty() {
        return items.iter().all(|item| {
            let scalar = item.as_scalar();
            scalar.is_some_and(|s| s.kind != ScalarKind::Null && seen.insert(vec![s.text.as_str()]))
        });
    }
    let given = |item: &Value| -> Vec<bool> {
        keys.iter()
            .map(|key| !key_text(item, key).is_empty())
            .collect()
    };
    let Some(first) = items.first().map(given) else {
        return true;
    };
    first.contains(&true)
        && items.iter().all(|item| {
            item.as_map().is_some()
                && given(item) == first
                && seen.insert(keys.iter().map(|key| key_text(item, key)).collect())
        })
}

/// The two lists. Items are numbers in a pool, because kustomize changes items in place: the list of the
/// object sees what was merged into its items.
struct Lists {
    pool: Vec<Value>,
    own: Vec<usize>,
    /// The patch's list; none where there is none, or where it is the same list.
    new: Option<Vec<usize>>,
    /// How many items of the pool are the object's, to count those of the patch.
    own_len: usize,
    /// Whether the patch's list is the object's.
    is_one: bool,
}

impl Lists {
    fn merge<'a>(
        mut self,
        merger: &mut Merger<'a>,
        keys: &[&str],
        schema: Option<Schema<'a>>,
    ) -> Result<Value, MergeError> {
        let keys: &[&str] = if keys.is_empty() { &[""] } else { keys };
        let mut wanted = self.wanted(keys);
        if keys.len() > 1 {
            unite(&mut wanted);
        }
        let mut added = Vec::new();
        let mut last = (Vec::new(), Vec::new());
        for values in wanted.clone() {
            last = usable(&wanted, &values, keys);
            let (keys, values) = &last;
            let Some(item) = self.item(merger, keys, values, schema)? else {
                let mut own = std::mem::take(&mut self.own);
                self.set(merger, &mut own, None, keys, values)?;
                self.own = own;
                continue;
            };
            for (key, value) in keys.iter().zip(values) {
                self.ensure_key(item, key, value);
            }
            self.set(merger, &mut added, Some(item), keys, values)?;
        }
        if wanted.is_empty() {
            return Ok(self.values(&self.own));
        }
        for item in self.own.clone() {
            self.append(merger, &mut added, item, &last.0)?;
        }
        Ok(self.values(&added))
    }

    fn values(&self, list: &[usize]) -> Value {
        let values: Vec<Value> = list
            .iter()
            .filter_map(|&item| self.pool.get(item))
            .cloned()
            .collect();
        values.into()
    }

    fn get(&self, item: usize) -> &Value {
        static NULL: Value = Value::NULL;
        self.pool.get(item).unwrap_or(&NULL)
    }

    /// The values of the keys of all items, those of the patch first, each once.
    fn wanted(&self, keys: &[&str]) -> Vec<Vec<SmolStr>> {
        let mut wanted: Vec<Vec<SmolStr>> = Vec::new();
        let mut seen = HashSet::new();
        for &item in self.new.iter().flatten().chain(&self.own) {
            let item = self.get(item);
            let values: Vec<_> = keys
                .iter()
                .map(|key| SmolStr::new(key_text(item, key)))
                .collect();
            if seen.insert(values.clone()) {
                wanted.push(values);
            }
        }
        wanted
    }

    /// Merges the items that have these values; none where nothing remains.
    fn item<'a>(
        &mut self,
        merger: &mut Merger<'a>,
        keys: &[&str],
        values: &[SmolStr],
        schema: Option<Schema<'a>>,
    ) -> Result<Option<usize>, MergeError> {
        let (keys, values) = usable(&[values.to_vec()], values, keys);
        let own = self.find(&self.own, &keys, &values);
        let new = match (&self.new, self.is_one) {
            (Some(new), _) => self.find(new, &keys, &values),
            (None, true) => own,
            (None, false) => None,
        };
        let (item, merged) = match (own, new) {
            (None, None) => return Ok(None),
            (Some(own), None) => {
                let value = self.get(own).clone();
                (own, merger.settled(&value, schema)?)
            }
            (own, Some(new)) => {
                let patch = self.get(new).clone();
                let object = own.map(|own| (own, self.get(own).clone()));
                let step = Step::Item(new.saturating_sub(self.own_len));
                let is_one = self.is_one;
                merger.within(step, |merger| {
                    Ok(match object {
                        Some((own, _)) if is_one => (own, merger.adopted(&patch, schema)?),
                        None => (new, merger.added(&patch, schema)?.into_value()),
                        Some((own, object)) => match merger.both(&object, &patch, schema)? {
                            Merged::Gone => (own, None),
                            Merged::Changed(value) => (own, Some(value)),
                            Merged::Replaced(value) => (new, Some(value)),
                        },
                    })
                })?
            }
        };
        // kustomize takes a directive out of the patch as soon as it has read it.
        if let Some(Value::Map(map)) = new.and_then(|new| self.pool.get(new))
            && let Ok((_, rest)) = directive::of_map(map)
            && rest.len() < map.len()
            && let Some(there) = new.and_then(|new| self.pool.get_mut(new))
        {
            *there = rest.into();
        }
        let merged = merged.filter(|value| !is_nothing(value));
        let Some(merged) = merged else {
            return Ok(None);
        };
        if let Some(there) = self.pool.get_mut(item) {
            *there = merged;
        }
        Ok(Some(item))
    }

    /// The first item with these values.
    fn find(&self, list: &[usize], keys: &[&str], values: &[SmolStr]) -> Option<usize> {
        let fits = |item: &&usize| {
            let item = self.get(**item);
            if keys.first().is_none_or(|key| key.is_empty()) {
                return values.first().is_some_and(|value| text(item) == value);
            }
            item.as_map().is_some_and(|map| {
                keys.iter()
                    .zip(values)
                    .all(|(key, value)| map.get(key).is_some_and(|there| text(there) == value))
            })
        };
        list.iter().find(fits).copied()
    }

    /// Gives an item a key by which it was found in the other list.
    fn ensure_key(&mut self, item: usize, key: &str, value: &SmolStr) {
        if key.is_empty() || value.is_empty() {
            return;
        }
        let map = self.pool.get_mut(item).and_then(Value::as_map_mut);
        if let Some(map) = map.filter(|map| map.get(key).is_none()) {
            map.insert(key, Value::plain(value.clone()));
        }
    }

    /// Puts an item in the place of all that have these values, or behind the others; or takes those out.
    /// On the way it drops what is empty.
    fn set(
        &self,
        merger: &Merger<'_>,
        list: &mut Vec<usize>,
        item: Option<usize>,
        keys: &[&str],
        values: &[SmolStr],
    ) -> Result<(), MergeError> {
        let by_mapping = keys.first().is_some_and(|key| !key.is_empty())
            && values.first().is_some_and(|value| !value.is_empty());
        let mut result = Vec::with_capacity(list.len() + 1);
        let mut found = false;
        for &there in list.iter() {
            let value = self.get(there);
            if is_nothing(value) {
                continue;
            }
            if by_mapping && value.as_map().is_none() {
                result.push(there);
                continue;
            }
            if !self.has(merger, value, keys, values)? {
                // Without any value to compare, kustomize drops what it does not find.
                if !values.is_empty() {
                    result.push(there);
                }
                continue;
            }
            found = true;
            result.extend(item);
        }
        if let Some(item) = item.filter(|_| !found)
            && !self.get(item).is_null()
        {
            result.push(item);
        }
        *list = result;
        Ok(())
    }

    /// Whether an item has these values. An empty value fits anything that has the key.
    fn has(
        &self,
        merger: &Merger<'_>,
        item: &Value,
        keys: &[&str],
        values: &[SmolStr],
    ) -> Result<bool, MergeError> {
        if values.is_empty() {
            return Ok(false);
        }
        for (key, value) in keys.iter().zip(values) {
            let fits = match (item, *key) {
                (Value::Scalar(_), "") => text(item) == value,
                (Value::Map(map), key) if !key.is_empty() => map
                    .get(key)
                    .is_some_and(|there| value.is_empty() || text(there) == value),
                (item, "") => {
                    return merger.error(format!("an item is {}, not a text", what(item)));
                }
                (item, _) => {
                    return merger.error(format!("an item is {}, not a mapping", what(item)));
                }
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts an item of the object into the result.
    fn append(
        &self,
        merger: &Merger<'_>,
        result: &mut Vec<usize>,
        item: usize,
        keys: &[&str],
    ) -> Result<(), MergeError> {
        let value = self.get(item);
        if keys == [""] {
            let values = [SmolStr::new(text(value))];
            return self.set(merger, result, Some(item), keys, &values);
        }
        let mut values = Vec::new();
        for key in keys {
            if value.as_map().is_none() && !value.is_null() {
                return merger.error(format!("an item is {}, not a mapping", what(value)));
            }
            match value.get(key) {
                Some(there) => values.push(SmolStr::new(text(there))),
                None => result.push(item),
            }
        }
        if keys.len() > 1 {
            self.set(merger, result, None, keys, &values)?;
        }
        self.set(merger, result, Some(item), keys, &values)
    }
}

/// The text of a scalar, also of null; empty for a collection.
fn text(value: &Value) -> &str {
    value.as_scalar().map_or("", |scalar| &scalar.text)
}

/// The text of a key of an item, or of the item itself.
fn key_text<'v>(item: &'v Value, key: &str) -> &'v str {
    if key.is_empty() {
        return text(item);
    }
    let value = item.get(key).filter(|value| !value.is_null());
    value.map_or("", text)
}

/// Whether a value is null or `{}`.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_map().is_some_and(Map::is_empty)
}

/// The keys that any item has a value for, with the values of one item; all keys where none has.
fn usable<'k>(
    all: &[Vec<SmolStr>],
    values: &[SmolStr],
    keys: &[&'k str],
) -> (Vec<&'k str>, Vec<SmolStr>) {
    let used = |index: usize| {
        all.iter()
            .any(|values| values.get(index).is_some_and(|value| !value.is_empty()))
    };
    if !(0..keys.len()).any(used) {
        return (keys.to_vec(), values.to_vec());
    }
    let pairs = keys.iter().zip(values).enumerate();
    pairs
        .filter(|(index, _)| used(*index))
        .map(|(_, (key, value))| (*key, value.clone()))
        .unzip()
}

/// Makes items one that differ only in that one of them leaves a value out.
fn unite(all: &mut [Vec<SmolStr>]) {
    for one in 0..all.len() {
        let Some(left) = all.get(one).cloned() else {
            continue;
        };
        for other in 0..all.len() {
            if let Some(united) = all.get(other).and_then(|right| united(&left, right)) {
                all[one] = united.clone();
                all[other] = united;
            }
        }
    }
}

fn united(left: &[SmolStr], right: &[SmolStr]) -> Option<Vec<SmolStr>> {
    let mut common = false;
    let mut united = Vec::with_capacity(left.len());
    for (left, right) in left.iter().zip(right) {
        if left == right {
            common = true;
        } else if !left.is_empty() && !right.is_empty() {
            return None;
        }
        united.push(if left.is_empty() {
            right.clone()
        } else {
            left.clone()
        });
    }
    common.then_some(united)
}
