//! Settings before they are decoded: what a kustomization file, or an object that configures a transformer,
//! says, in one form with places.

use infragen_syntax::{
    Node, NodeId, NodeKind, ScalarStyle, Spanned, TextRange, Tree, Typed, type_of,
};
use smol_str::{SmolStr, format_smolstr};

use super::spellings;
use crate::value::{
    Map, Number, ScalarKind, Value, block_text, decode_base64, kind_of, number, text_of_bytes,
};

/// A piece of settings.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// What it is.
    pub shape: Shape,
    /// Where it stands; for a scalar without its quotes.
    pub range: TextRange,
    /// Its node, where it was read from a file.
    pub node: Option<NodeId>,
}

/// What a piece of settings is, with the types that the JSON between YAML and kustomize has.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Null,
    Bool(bool),
    Number(SmolStr),
    Text(SmolStr),
    Map(Vec<(Spanned<SmolStr>, Input)>),
    List(Vec<Input>),
}

/// How deep settings may nest: aliases can make a small text endless.
const MAX_DEPTH: usize = 64;

/// How many nodes settings may have, for the same reason.
pub(crate) const MAX_NODES: usize = 1 << 20;

impl Input {
    /// What a node of a file says, with the scalars of YAML 1.1.
    pub(crate) fn of_node(node: Node<'_>) -> Input {
        let mut left = MAX_NODES;
        read_node(node, MAX_DEPTH, &mut left)
    }

    /// It, with one field for all spellings of a name.
    pub(crate) fn united(mut self) -> Input {
        spellings::unite(&mut self);
        self
    }

    /// Nothing.
    pub(crate) fn null(range: TextRange) -> Input {
        Input {
            shape: Shape::Null,
            range,
            node: None,
        }
    }

    /// What an object says; all of it stands where the object does.
    pub(crate) fn of_value(value: &Value, range: TextRange) -> Input {
        let shape = match value {
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => Shape::Null,
                ScalarKind::Bool => Shape::Bool(scalar.text.eq_ignore_ascii_case("true")),
                ScalarKind::Int | ScalarKind::Float => Shape::Number(match number(&scalar.text) {
                    Some(Number::Int(number)) => format_smolstr!("{number}"),
                    Some(Number::UInt(number)) => format_smolstr!("{number}"),
                    Some(Number::Float(number)) => format_smolstr!("{number}"),
                    None => scalar.text.clone(),
                }),
                ScalarKind::String | ScalarKind::Timestamp | ScalarKind::Binary => {
                    Shape::Text(scalar.text.clone())
                }
            },
            Value::Map(map) => Shape::Map(
                map.iter()
                    .map(|(key, value)| {
                        let key = Spanned {
                            value: key.clone(),
                            range,
                        };
                        (key, Input::of_value(value, range))
                    })
                    .collect(),
            ),
            Value::List(items) => Shape::List(
                items
                    .iter()
                    .map(|item| Input::of_value(item, range))
                    .collect(),
            ),
        };
        Input {
            shape,
            range,
            node: None,
        }
    }

    /// The value that kustomize has of this after it went through JSON: numbers are floating ones then, and
    /// large whole numbers lose digits. [kyaml:yaml/rnode.go UnmarshalJSON]
    fn into_value(self) -> Value {
        match self.shape {
            Shape::Null => Value::null(),
            Shape::Bool(value) => Value::plain(if value { "true" } else { "false" }),
            Shape::Number(text) => Value::plain(through_float(text)),
            Shape::Text(text) => Value::string(text),
            Shape::Map(entries) => {
                let entries = entries.into_iter();
                let entries = entries.map(|(key, value)| (key.value, value.into_value()));
                Value::from(Map::from_entries(entries.collect()))
            }
            Shape::List(items) => {
                let items: Vec<_> = items.into_iter().map(Input::into_value).collect();
                Value::from(items)
            }
        }
    }

    /// The value of a key, compared as Go does when it decodes: without case.
    pub(crate) fn get(&self, key: &str) -> Option<&Input> {
        let Shape::Map(entries) = &self.shape else {
            return None;
        };
        entries
            .iter()
            .find(|(name, _)| name.value.eq_ignore_ascii_case(key))
            .map(|(_, value)| value)
    }
}

/// How deep objects may nest: as deep as the readers of YAML go.
const MAX_OBJECT_DEPTH: usize = 256;

/// How many nodes an object may have; values of variables could make aliases of aliases.
const MAX_OBJECT_NODES: usize = 4 << 20;

/// Whole numbers up to here are floating ones without loss.
const MAX_EXACT: u64 = 1 << 53;

fn through_float(text: SmolStr) -> SmolStr {
    let digits = text.strip_prefix('-').unwrap_or(&text);
    match (digits.parse::<u64>(), text.parse::<f64>()) {
        (Ok(number), Ok(float)) if number > MAX_EXACT => format_smolstr!("{float}"),
        _ => text,
    }
}

/// Reads a text as Flux reads an object after it has put values into it: from YAML 1.1 to JSON, and from that to
/// a value of kustomize. [pkg:kustomize/kustomize_varsub.go varSubstitution]
///
/// # Errors
/// The text is no YAML, or no mapping.
pub fn read_through_json(text: &str) -> Result<Value, String> {
    let tree = Tree::parse(text);
    if let Some(error) = tree.errors().first() {
        return Err(error.message.clone());
    }
    let root = tree.document(0).and_then(|document| document.root());
    match root {
        // As deep, and as large, as any object may be.
        Some(root) if root.is_mapping() => {
            check_keys(root)?;
            let mut left = MAX_OBJECT_NODES;
            Ok(read_node(root, MAX_OBJECT_DEPTH, &mut left).into_value())
        }
        _ => Err("it is no mapping".to_owned()),
    }
}

/// What JSON has no keys for, the library refuses. The text is one that was printed, so nothing in it is an alias.
fn check_keys(node: Node<'_>) -> Result<(), String> {
    for entry in node.own_entries() {
        match entry.key.scalar() {
            Some((text, style)) if type_of(text, style, entry.key.tag()) != Typed::Null => {}
            _ => return Err("a key is empty, or no text".to_owned()),
        }
        check_keys(entry.value)?;
    }
    node.items().try_for_each(check_keys)
}

fn read_node(node: Node<'_>, depth: usize, left: &mut usize) -> Input {
    *left = left.saturating_sub(1);
    let place = node;
    let node = node.resolve();
    let shape = match node.kind() {
        _ if depth == 0 || *left == 0 => Shape::Null,
        NodeKind::Scalar(style) => {
            let text = node.scalar().map_or("", |(text, _)| text);
            scalar(block_text(node, style, text), style, node.tag())
        }
        NodeKind::Mapping => Shape::Map(read_entries(node, depth, left)),
        NodeKind::Sequence => Shape::List(
            node.items()
                .map(|item| read_node(item, depth - 1, left))
                .collect(),
        ),
        NodeKind::Alias => Shape::Null,
    };
    Input {
        shape,
        range: place.content_range(),
        node: Some(node.id()),
    }
}

/// A scalar with the type that YAML 1.1 gives it. Base64 under `!!binary` is decoded on the way to JSON.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Shape {
    if tag.is_some()
        && kind_of(text, style, tag) == Some(ScalarKind::Binary)
        && let Some(bytes) = decode_base64(text)
    {
        return Shape::Text(SmolStr::new(text_of_bytes(&bytes)));
    }
    match type_of(text, style, tag) {
        Typed::Null => Shape::Null,
        Typed::Bool(value) => Shape::Bool(value),
        Typed::Int(value) => Shape::Number(format_smolstr!("{value}")),
        Typed::UInt(value) => Shape::Number(format_smolstr!("{value}")),
        Typed::Float(value) => Shape::Number(format_smolstr!("{value}")),
        Typed::Timestamp | Typed::Merge | Typed::String | Typed::Invalid => {
            Shape::Text(SmolStr::new(text))
        }
    }
}

/// The entries of a mapping: merged ones where it has no own of that key; of a key given twice the last.
fn read_entries(node: Node<'_>, depth: usize, left: &mut usize) -> Vec<(Spanned<SmolStr>, Input)> {
    let mut entries: Vec<(Spanned<SmolStr>, Input)> = Vec::new();
    let mut merged = Vec::new();
    for entry in node.own_entries() {
        if entry.is_merge() {
            let one = (!entry.value.is_sequence()).then_some(entry.value);
            for from in one.into_iter().chain(entry.value.items()) {
                merged.extend(read_entries_below(from, depth, left));
            }
            continue;
        }
        let Some((text, style)) = entry.key.scalar() else {
            continue;
        };
        // A key is a text in JSON, whatever it was in YAML: `n` is `false`.
        let text = match scalar(text, style, entry.key.tag()) {
            Shape::Bool(value) => SmolStr::new_static(if value { "true" } else { "false" }),
            Shape::Number(text) | Shape::Text(text) => text,
            _ => SmolStr::new_static("null"),
        };
        let value = read_node(entry.value, depth - 1, left);
        let key = Spanned {
            value: text,
            range: entry.key.content_range(),
        };
        match entries
            .iter_mut()
            .find(|(there, _)| there.value == key.value)
        {
            Some(there) => *there = (key, value),
            None => entries.push((key, value)),
        }
    }
    for (key, value) in merged {
        if !entries.iter().any(|(there, _)| there.value == key.value) {
            entries.push((key, value));
        }
    }
    entries
}

fn read_entries_below(
    node: Node<'_>,
    depth: usize,
    left: &mut usize,
) -> Vec<(Spanned<SmolStr>, Input)> {
    match depth.checked_sub(1) {
        Some(depth) if depth > 0 && *left > 0 => read_entries(node.resolve(), depth, left),
        _ => Vec::new(),
    }
}
