//! The files that `crds` names: definitions of custom types, whose extensions tell what a field holds.

use infragen_syntax::{Node, ScalarStyle, TextRange, Tree};
use smol_str::SmolStr;

use super::{Config, Conflict, NameReference, merge_one};
use crate::field_spec::FieldSpec;
use crate::id::Gvk;
use crate::value::{ScalarKind, plain_kind};

/// How many fields of a type are looked at: definitions that name each other can have any number of them.
const MAX_FIELDS: usize = 1 << 16;

/// What is no definition in a file of `crds`: it holds definitions by name, and no CustomResourceDefinition.
pub(crate) fn no_definition(tree: &Tree) -> Option<TextRange> {
    let root = tree.document(0)?.root()?;
    let is_fine = |node: Node<'_>| {
        let node = node.resolve();
        let is_null = node.scalar().is_some_and(|(text, style)| {
            style == ScalarStyle::Plain && plain_kind(text) == ScalarKind::Null
        });
        node.is_mapping() || is_null
    };
    if !is_fine(root) {
        return Some(root.range());
    }
    let mut values = root.own_entries().map(|definition| definition.value);
    values.find(|value| !is_fine(*value)).map(Node::range)
}

/// What a file of `crds` says about the fields of its types.
pub(crate) fn read_crds(tree: &Tree) -> Result<Config, Conflict> {
    let mut config = Config::default();
    let Some(root) = tree.document(0).and_then(|document| document.root()) else {
        return Ok(config);
    };
    for definition in root.own_entries() {
        let Some(name) = definition.key.as_str() else {
            continue;
        };
        let Some(properties) = properties_of(definition.value) else {
            continue;
        };
        let is_type = ["kind", "apiVersion", "metadata"]
            .iter()
            .all(|key| properties.get(key).is_some());
        if is_type {
            let kind = name.rsplit('.').next().unwrap_or(name);
            let mut reader = Reader {
                config: &mut config,
                root,
                kind: SmolStr::new(kind),
                fields_left: MAX_FIELDS,
                inside: vec![name],
            };
            reader.read(properties, "")?;
        }
    }
    Ok(config)
}

fn properties_of(definition: Node<'_>) -> Option<Node<'_>> {
    definition
        .at(&["Schema", "properties"])
        .or_else(|| definition.at(&["schema", "properties"]))
}

struct Reader<'a, 't> {
    config: &'a mut Config,
    root: Node<'t>,
    kind: SmolStr,
    fields_left: usize,
    /// The definitions that lead here: one that names itself is not followed.
    inside: Vec<&'t str>,
}

impl<'t> Reader<'_, 't> {
    fn read(&mut self, properties: Node<'t>, path: &str) -> Result<(), Conflict> {
        for property in properties.own_entries() {
            let Some(name) = property.key.as_str() else {
                continue;
            };
            let Some(left) = self.fields_left.checked_sub(1) else {
                return Ok(());
            };
            self.fields_left = left;
            let below = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}/{name}")
            };
            let says = |extension| property.value.get(extension).and_then(Node::as_str);
            let spec = |path: &str| FieldSpec {
                kind: self.kind.clone(),
                path: SmolStr::new(path),
                ..FieldSpec::default()
            };
            if says("x-kubernetes-annotation").is_some() {
                merge_one(&mut self.config.common_annotations, &spec(&below))?;
            }
            if says("x-kubernetes-label-selector").is_some() {
                merge_one(&mut self.config.common_labels, &spec(&below))?;
            }
            if says("x-kubernetes-identity").is_some() {
                merge_one(&mut self.config.name_prefix, &spec(&below))?;
            }
            let referred = says("x-kubernetes-object-ref-api-version")
                .zip(says("x-kubernetes-object-ref-kind"));
            if let Some((version, kind)) = referred {
                let key = says("x-kubernetes-object-ref-name-key").unwrap_or("name");
                let reference = NameReference {
                    gvk: Gvk {
                        group: SmolStr::default(),
                        version: SmolStr::new(version),
                        kind: SmolStr::new(kind),
                    },
                    fields: vec![spec(&format!("{below}/{key}"))],
                };
                self.config.merge(&Config {
                    name_references: vec![reference],
                    ..Config::default()
                })?;
            }
            let target = property.value.get("$ref").and_then(Node::as_str);
            let target = target.filter(|target| !self.inside.contains(target));
            let definition = target.and_then(|target| self.root.get(target));
            if let (Some(target), Some(properties)) = (target, definition.and_then(properties_of)) {
                self.inside.push(target);
                self.read(properties, &below)?;
                self.inside.pop();
            }
        }
        Ok(())
    }
}
