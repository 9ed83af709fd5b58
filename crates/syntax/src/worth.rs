//! What a document is worth: its values without their places, styles and comments. Two texts that are
//! worth the same are the same to Kubernetes.

use crate::edit::Segment;
use crate::scalar::type_of;
use crate::tree::{Node, NodeKind};

/// The worth of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worth {
    /// Anchor and tag as written.
    properties: (Option<String>, Option<String>),
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// The decoded text, and whether it is a string: `"1"` is not `1`.
    Scalar {
        text: String,
        string: bool,
    },
    Mapping(Vec<(Worth, Worth)>),
    Sequence(Vec<Worth>),
    Alias(String),
}

impl Worth {
    pub(crate) fn of(node: Node<'_>) -> Worth {
        let value = match node.kind() {
            NodeKind::Scalar(style) => {
                let text = node.scalar().map_or("", |(text, _)| text);
                let string = type_of(text, style, node.tag()).is_string();
                Value::Scalar {
                    text: text.to_owned(),
                    string,
                }
            }
            NodeKind::Mapping => {
                let entries = node.own_entries();
                Value::Mapping(
                    entries
                        .map(|entry| (Worth::of(entry.key), Worth::of(entry.value)))
                        .collect(),
                )
            }
            NodeKind::Sequence => Value::Sequence(node.items().map(Worth::of).collect()),
            NodeKind::Alias => Value::Alias(node.text().to_owned()),
        };
        Worth {
            properties: (
                node.anchor().map(str::to_owned),
                node.tag().map(str::to_owned),
            ),
            value,
        }
    }

    /// A string without anchor and tag.
    pub(crate) fn string(text: &str) -> Worth {
        Value::Scalar {
            text: text.to_owned(),
            string: true,
        }
        .into()
    }

    /// The place of a node, to change it.
    pub(crate) fn at(&mut self, path: &[Segment<'_>]) -> Option<&mut Worth> {
        path.iter()
            .try_fold(self, |worth, segment| match (&mut worth.value, segment) {
                (Value::Mapping(entries), Segment::Key(key)) => entries
                    .iter_mut()
                    .rev()
                    .find(|(own, _)| own.is_key(key))
                    .map(|(_, value)| value),
                (Value::Sequence(items), Segment::Item(index)) => items.get_mut(*index),
                _ => None,
            })
    }

    pub(crate) fn is_key(&self, key: &str) -> bool {
        matches!(&self.value, Value::Scalar { text, .. } if text == key)
    }

    /// Whether it is what stands where nothing is written.
    pub(crate) fn is_null(&self) -> bool {
        matches!(
            &self.value,
            Value::Scalar { text, string: false } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
        )
    }

    /// The entries, of nothing too, which becomes a mapping.
    pub(crate) fn entries(&mut self) -> Option<&mut Vec<(Worth, Worth)>> {
        if self.is_null() {
            self.value = Value::Mapping(Vec::new());
        }
        match &mut self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, of nothing too, which becomes a list.
    pub(crate) fn items(&mut self) -> Option<&mut Vec<Worth>> {
        if self.is_null() {
            self.value = Value::Sequence(Vec::new());
        }
        match &mut self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }
}

impl From<Value> for Worth {
    fn from(value: Value) -> Worth {
        Worth {
            properties: (None, None),
            value,
        }
    }
}
