//! A schema from a file: the `definitions` of an OpenAPI document.

use std::collections::HashMap;

use super::{Form, Keys};
use crate::value::Value;

/// How deep properties may be in each other: a file could refer to itself without end.
const MAX_DEPTH: usize = 64;

/// The merging lists of a schema.
#[derive(Debug, Default)]
pub(crate) struct CustomSchema {
    /// `apiVersion` and `kind` to types.
    kinds: HashMap<(String, String), usize>,
    types: Vec<Type>,
}

#[derive(Debug, Default)]
struct Type {
    properties: HashMap<String, Property>,
    /// What any other key holds.
    others: Option<Property>,
}

#[derive(Debug)]
struct Property {
    of: usize,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Object,
    List,
    Keyed(Vec<String>),
}

impl CustomSchema {
    /// Reads an OpenAPI document.
    pub(crate) fn read(document: &Value) -> CustomSchema {
        let definitions = document.get("definitions");
        let mut reader = Reader {
            definitions,
            known: HashMap::new(),
            schema: CustomSchema::default(),
        };
        let all = definitions.and_then(Value::as_map);
        for (name, definition) in all.into_iter().flat_map(|map| map.iter()) {
            let of = reader.definition(name, definition);
            let kinds = definition.get("x-kubernetes-group-version-kind");
            for kind in kinds.and_then(Value::as_list).unwrap_or_default() {
                let text = |key| kind.get(key).and_then(Value::as_str).unwrap_or_default();
                let api_version = match text("group") {
                    "" => text("version").to_owned(),
                    group => format!("{group}/{}", text("version")),
                };
                let kind = text("kind").to_owned();
                reader.schema.kinds.insert((api_version, kind), of);
            }
        }
        reader.schema
    }

    pub(super) fn type_of(&self, api_version: &str, kind: &str) -> Option<usize> {
        let key = (api_version.to_owned(), kind.to_owned());
        self.kinds.get(&key).copied()
    }

    pub(super) fn field(&self, of: usize, key: &str) -> Option<(usize, Form<'_>)> {
        let of = self.types.get(of)?;
        let property = of.properties.get(key).or(of.others.as_ref())?;
        let form = match &property.shape {
            Shape::Object => Form::Object,
            Shape::List => Form::List,
            Shape::Keyed(keys) => Form::Keyed(Keys::Custom(keys)),
        };
        Some((property.of, form))
    }
}

struct Reader<'v> {
    definitions: Option<&'v Value>,
    /// The types of the definitions that were read, or are being read.
    known: HashMap<String, usize>,
    schema: CustomSchema,
}

impl<'v> Reader<'v> {
    fn definition(&mut self, name: &str, definition: &'v Value) -> usize {
        if let Some(&known) = self.known.get(name) {
            return known;
        }
        let of = self.new_type();
        self.known.insert(name.to_owned(), of);
        self.fill(of, definition, 0);
        of
    }

    fn new_type(&mut self) -> usize {
        self.schema.types.push(Type::default());
        self.schema.types.len() - 1
    }

    fn fill(&mut self, of: usize, schema: &'v Value, depth: usize) {
        let mut filled = Type::default();
        let properties = schema.get("properties").and_then(Value::as_map);
        for (name, property) in properties.into_iter().flat_map(|map| map.iter()) {
            let property = self.property(property, depth + 1);
            filled.properties.insert(name.to_string(), property);
        }
        if let Some(others) = schema
            .get("additionalProperties")
            .filter(|v| v.as_map().is_some())
        {
            filled.others = Some(self.property(others, depth + 1));
        }
        if let Some(there) = self.schema.types.get_mut(of) {
            *there = filled;
        }
    }

    /// A property, and what a `$ref` in it refers to. The reference replaces all else that it says.
    fn property(&mut self, schema: &'v Value, depth: usize) -> Property {
        let (name, schema) = self.resolve(schema);
        let is_list = schema.get("type").and_then(Value::as_str) == Some("array");
        if !is_list {
            let of = self.type_of_schema(name, schema, depth);
            let shape = match merge_keys(schema) {
                Some(keys) => Shape::Keyed(keys),
                None => Shape::Object,
            };
            return Property { of, shape };
        }
        let of = match schema.get("items") {
            Some(items) => {
                let (name, items) = self.resolve(items);
                self.type_of_schema(name, items, depth)
            }
            None => self.new_type(),
        };
        let shape = match merge_keys(schema) {
            Some(keys) => Shape::Keyed(keys),
            None => Shape::List,
        };
        Property { of, shape }
    }

    fn type_of_schema(&mut self, name: Option<String>, schema: &'v Value, depth: usize) -> usize {
        match name {
            Some(name) => self.definition(&name, schema),
            None => {
                let of = self.new_type();
                if depth < MAX_DEPTH {
                    self.fill(of, schema, depth);
                }
                of
            }
        }
    }

    /// What a `$ref` refers to, with its name.
    fn resolve(&self, schema: &'v Value) -> (Option<String>, &'v Value) {
        let mut name = None;
        let mut schema = schema;
        for _ in 0..MAX_DEPTH {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let Some(target) = reference.strip_prefix("#/definitions/") else {
                break;
            };
            let target = target.replace("~1", "/").replace("~0", "~");
            let Some(definition) = self.definitions.and_then(|all| all.get(&target)) else {
                break;
            };
            name = Some(target);
            schema = definition;
        }
        (name, schema)
    }
}

/// The keys by which a list merges, where it does.
fn merge_keys(schema: &Value) -> Option<Vec<String>> {
    let strategy = schema.get("x-kubernetes-patch-strategy")?.as_str()?;
    if !strategy.split(',').any(|word| word == "merge") {
        return None;
    }
    let keys = schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_list);
    if let Some(keys) = keys {
        return Some(
            keys.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        );
    }
    let key = schema
        .get("x-kubernetes-patch-merge-key")
        .and_then(Value::as_str);
    Some(key.into_iter().map(str::to_owned).collect())
}
