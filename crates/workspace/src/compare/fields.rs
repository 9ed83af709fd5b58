//! What differs in two values, field by field.

use std::fmt;

use infragen_kustomize::{Map, Value, emit};
use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use smol_str::SmolStr;

/// The way to a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldPath(pub Vec<FieldStep>);

/// A step on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldStep {
    /// Into a mapping.
    Key(SmolStr),
    /// Into a list: the name of the item, or its number from 0.
    Item(SmolStr),
}

/// `spec.containers[web].env[PORT].value`; keys that are no plain words are quoted.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |key: &str| {
            !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        };
        for (number, step) in self.0.iter().enumerate() {
            match step {
                FieldStep::Key(key) if !is_plain(key) => write!(f, "[\"{key}\"]")?,
                FieldStep::Key(key) if number == 0 => write!(f, "{key}")?,
                FieldStep::Key(key) => write!(f, ".{key}")?,
                FieldStep::Item(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

impl FieldPath {
    /// Whether it leads to one of some keys, or into it.
    pub fn is_below(&self, keys: &[&str]) -> bool {
        self.0.len() >= keys.len()
            && self
                .0
                .iter()
                .zip(keys)
                .all(|(step, key)| matches!(step, FieldStep::Key(own) if own == key))
    }

    /// The key at a depth.
    pub fn key(&self, depth: usize) -> Option<&str> {
        match self.0.get(depth)? {
            FieldStep::Key(key) => Some(key),
            FieldStep::Item(_) => None,
        }
    }
}

/// A field that differs; none on the side where it is not there.
pub(crate) struct Difference {
    pub path: FieldPath,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// What differs, in the order of the fields before; new ones come last. Items of lists are told apart by what
/// names them, where something does.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut walk = Walk {
        path: FieldPath::default(),
        found: Vec::new(),
    };
    walk.values(before, after);
    walk.found
}

/// Whether two values say the same, however they are written.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Scalar(a), Value::Scalar(b)) => a.kind == b.kind && a.text == b.text,
        (Value::Map(a), Value::Map(b)) => {
            std::sync::Arc::ptr_eq(a, b)
                || a.len() == b.len()
                    && a.iter()
                        .all(|(key, value)| b.get(key).is_some_and(|other| is_same(value, other)))
        }
        (Value::List(a), Value::List(b)) => {
            std::sync::Arc::ptr_eq(a, b)
                || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_same(a, b))
        }
        _ => false,
    }
}

/// What names the items of a list: the first of these that all items have, each its own. They are the merge keys
/// of the lists of Kubernetes.
const NAMES: &[&str] = &[
    "name",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "topologyKey",
    "ip",
    "key",
    "host",
    "path",
    "uid",
];

struct Walk {
    path: FieldPath,
    found: Vec<Difference>,
}

impl Walk {
    fn values(&mut self, before: &Value, after: &Value) {
        match (before, after) {
            _ if is_same(before, after) => {}
            (Value::Map(before), Value::Map(after)) => self.maps(before, after),
            (Value::List(before), Value::List(after)) => self.lists(before, after),
            _ => self.differs(Some(before), Some(after)),
        }
    }

    fn differs(&mut self, before: Option<&Value>, after: Option<&Value>) {
        self.found.push(Difference {
            path: self.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }

    /// Goes on one step deeper.
    fn at(&mut self, step: FieldStep, before: Option<&Value>, after: Option<&Value>) {
        self.path.0.push(step);
        match (before, after) {
            (Some(before), Some(after)) => self.values(before, after),
            _ => self.differs(before, after),
        }
        self.path.0.pop();
    }

    fn maps(&mut self, before: &Map, after: &Map) {
        for (key, value) in before.iter() {
            self.at(FieldStep::Key(key.clone()), Some(value), after.get(key));
        }
        for (key, value) in after.iter() {
            if before.get(key).is_none() {
                self.at(FieldStep::Key(key.clone()), None, Some(value));
            }
        }
    }

    fn lists(&mut self, before: &[Value], after: &[Value]) {
        let names = NAMES
            .iter()
            .find_map(|key| Some((names(before, key)?, names(after, key)?)));
        match names {
            Some((old, new)) => self.named(before, &old, after, &new),
            None => self.unnamed(before, after),
        }
    }

    fn named(&mut self, before: &[Value], old: &[SmolStr], after: &[Value], new: &[SmolStr]) {
        let known = self.found.len();
        let place = |names: &[SmolStr]| -> FxHashMap<SmolStr, usize> {
            names.iter().cloned().zip(0..).collect()
        };
        let (in_old, in_new) = (place(old), place(new));
        for (name, value) in old.iter().zip(before) {
            let after = in_new.get(name).and_then(|at| after.get(*at));
            self.at(FieldStep::Item(name.clone()), Some(value), after);
        }
        for (name, value) in new.iter().zip(after) {
            if !in_old.contains_key(name) {
                self.at(FieldStep::Item(name.clone()), None, Some(value));
            }
        }
        if self.found.len() == known {
            // Only their order differs.
            let list = |names: &[SmolStr]| {
                Value::from(names.iter().cloned().map(Value::string).collect::<Vec<_>>())
            };
            self.differs(Some(&list(old)), Some(&list(new)));
        }
    }

    fn unnamed(&mut self, before: &[Value], after: &[Value]) {
        let texts = |items: &[Value]| -> Vec<String> { items.iter().map(text_of).collect() };
        let item = |at: usize| FieldStep::Item(SmolStr::new(at.to_string()));
        for op in capture_diff_slices(Algorithm::Myers, &texts(before), &texts(after)) {
            let (old, new) = (op.old_range(), op.new_range());
            match op {
                DiffOp::Equal { .. } => {}
                DiffOp::Replace { .. } if old.len() == new.len() => {
                    for (old, new) in old.zip(new) {
                        self.at(item(new), before.get(old), after.get(new));
                    }
                }
                _ => {
                    old.for_each(|at| self.at(item(at), before.get(at), None));
                    new.for_each(|at| self.at(item(at), None, after.get(at)));
                }
            }
        }
    }
}

/// What names the items, if this key does.
fn names(items: &[Value], key: &str) -> Option<Vec<SmolStr>> {
    let names = items
        .iter()
        .map(|item| Some(SmolStr::new(item.get(key)?.as_str()?)));
    let names: Vec<SmolStr> = names.collect::<Option<_>>()?;
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == names.len()).then_some(names)
}

/// A value as a person reads it: the text of a scalar, else YAML.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Scalar(scalar) => scalar.text.to_string(),
        _ => {
            let mut text = String::new();
            // What cannot be printed is still told apart by what can.
            let _ = emit(value, &mut text);
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use infragen_kustomize::{Value, read_through_json};

    use super::{differences, text_of};

    fn read(text: &str) -> Value {
        read_through_json(text).unwrap()
    }

    fn found(before: &str, after: &str) -> Vec<String> {
        let text = |value: Option<Value>| {
            value.map_or("-".to_owned(), |value| {
                text_of(&value).trim_end().replace('\n', "|")
            })
        };
        differences(&read(before), &read(after))
            .into_iter()
            .map(|found| {
                format!(
                    "{}: {} -> {}",
                    found.path,
                    text(found.before),
                    text(found.after)
                )
            })
            .collect()
    }

    #[test]
    fn items_are_told_apart_by_name() {
        let before = "
containers:
- {name: web, image: 'web:1', env: [{name: A, value: a}, {name: B, value: b}], ports: [{containerPort: 80}]}
- {name: side, image: 'side:1'}
";
        let after = "
containers:
- {name: new, image: 'new:1'}
- {name: web, image: 'web:2', env: [{name: B, value: c}], ports: [{containerPort: 80, name: http}]}
";
        assert_eq!(
            found(before, after),
            [
                "containers[web].image: web:1 -> web:2",
                "containers[web].env[A]: name: A|value: a -> -",
                "containers[web].env[B].value: b -> c",
                "containers[web].ports[80].name: - -> http",
                "containers[side]: image: side:1|name: side -> -",
                "containers[new]: - -> image: new:1|name: new",
            ]
        );
    }

    #[test]
    fn items_without_names_are_told_apart_by_what_they_are() {
        assert_eq!(
            found("args: [a, b, c]", "args: [b, d, c]"),
            ["args[0]: a -> -", "args[1]: - -> d"]
        );
        assert_eq!(
            found("rules: [{verbs: [get]}]", "rules: [{verbs: [list]}]"),
            ["rules[0].verbs[0]: get -> list"]
        );
        // Two of one name are no names.
        assert_eq!(
            found(
                "a: [{name: a, b: 1}, {name: a, b: 2}]",
                "a: [{name: a, b: 1}, {name: a, b: 3}]"
            ),
            ["a[1].b: 2 -> 3"]
        );
    }

    #[test]
    fn an_order_that_differs_is_told() {
        assert_eq!(
            found("env: [{name: A}, {name: B}]", "env: [{name: B}, {name: A}]"),
            ["env: - A|- B -> - B|- A"]
        );
    }

    #[test]
    fn how_a_value_is_written_makes_no_difference_but_its_type_does() {
        assert!(found("{a: \"x\", b: 1}", "b: 1\na: x").is_empty());
        assert_eq!(found("a: 1", "a: '1'"), ["a: 1 -> 1"]);
        assert_eq!(found("a.b/c: 1", "a.b/c: 2"), ["[\"a.b/c\"]: 1 -> 2"]);
        assert_eq!(found("a: {b: 1}", "a: [1]"), ["a: b: 1 -> - 1"]);
    }
}
