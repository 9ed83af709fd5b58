//! From a spanned tree to a value, with the types that kustomize's YAML library gives.

use std::{borrow::Cow, sync::Arc};

use infragen_syntax::{Node, NodeKind, ScalarStyle, TextRange};
use smol_str::SmolStr;

use super::{
    Map, Scalar, ScalarKind, Shared, Value, block::has_stray_tab, folded::refold, kind_of,
};
use crate::origin::{Before, How, Origin, Path, Place};

/// Reads nodes of one file.
pub(crate) struct ValueReader<'a> {
    /// The file.
    pub file: &'a Path,
    /// Whether scalars carry where they are written.
    pub traced: bool,
    /// What is wrong: a range and a sentence.
    pub errors: Vec<(TextRange, String)>,
    /// How many nodes may still be read: aliases of aliases make a small text endless.
    budget: usize,
}

/// The most nodes of one document.
const MAX_NODES: usize = 4 << 20;

impl<'a> ValueReader<'a> {
    /// A reader of a file.
    pub(crate) fn new(file: &'a Path, traced: bool) -> ValueReader<'a> {
        ValueReader {
            file,
            traced,
            errors: Vec::new(),
            budget: MAX_NODES,
        }
    }

    /// The value of a node; aliases and merges are replaced by what they stand for.
    pub(crate) fn read(&mut self, node: Node<'_>) -> Value {
        let node = node.resolve();
        let Some(budget) = self.budget.checked_sub(1) else {
            return self.scalar(node, "", ScalarKind::Null);
        };
        self.budget = budget;
        match node.kind() {
            NodeKind::Scalar(style) => {
                let text = node.scalar().map_or("", |(text, _)| text);
                let kind = kind_of(text, style, node.tag()).unwrap_or_else(|| {
                    let tag = node.tag().unwrap_or_default();
                    self.errors
                        .push((node.range(), format!("`{text}` is not what `{tag}` says")));
                    ScalarKind::String
                });
                if style.is_block() && has_stray_tab(node.text()) {
                    let message = "a tab stands where the indentation of this block is looked for";
                    self.errors.push((node.range(), message.to_owned()));
                }
                let text = if style.is_block() && is_cut_off(node) {
                    text.strip_suffix('\n').unwrap_or(text)
                } else {
                    text
                };
                let text = match style {
                    ScalarStyle::Folded => refold(text),
                    _ => Cow::Borrowed(text),
                };
                self.scalar(node, &text, kind)
            }
            NodeKind::Mapping => Value::Map(Arc::new(self.entries(node))),
            NodeKind::Sequence => {
                Value::List(Arc::new(node.items().map(|item| self.read(item)).collect()))
            }
            NodeKind::Alias => self.scalar(node, "", ScalarKind::Null),
        }
    }

    fn scalar(&self, node: Node<'_>, text: &str, kind: ScalarKind) -> Value {
        let origin = if self.traced {
            let place = Place {
                file: self.file.clone(),
                range: node.content_range(),
            };
            Origin::step(How::Resource, place, Before::default())
        } else {
            Origin::default()
        };
        Value::Scalar(Scalar {
            text: SmolStr::new(text),
            kind,
            quoted: matches!(node.kind(), NodeKind::Scalar(style) if style != ScalarStyle::Plain),
            origin,
            shared: Shared::NONE,
        })
    }

    fn entries(&mut self, node: Node<'_>) -> Map {
        let own = node.own_entries();
        let mut entries: Vec<(SmolStr, Value)> = Vec::with_capacity(own.len());
        let mut merges = Vec::new();
        for entry in own {
            if entry.is_merge() {
                merges.push(entry.value);
                continue;
            }
            let Some((key, style)) = entry.key.scalar() else {
                let message = "a key of an object must be a text".to_owned();
                self.errors.push((entry.key.range(), message));
                continue;
            };
            // kustomize reads such a key, but cannot print it.
            if kind_of(key, style, entry.key.tag()) != Some(ScalarKind::String) {
                let message = format!("the key `{key}` is no text, put it in quotes");
                self.errors.push((entry.key.range(), message));
            }
            // kustomize takes out every key of this text, also one that merges nothing.
            if key == "<<" {
                continue;
            }
            let value = self.read(entry.value);
            match entries.iter_mut().find(|(there, _)| there == key) {
                None => entries.push((SmolStr::new(key), value)),
                Some((_, there)) => {
                    *there = value;
                    let message = format!("the key `{key}` is already given above");
                    self.errors.push((entry.key.range(), message));
                }
            }
        }
        for merge in merges {
            let one = (!merge.is_sequence()).then_some(merge);
            for from in one.into_iter().chain(merge.items()) {
                let Value::Map(merged) = self.read(from) else {
                    continue;
                };
                for (key, value) in merged.iter() {
                    if !entries.iter().any(|(there, _)| there == key) {
                        entries.push((key.clone(), value.clone()));
                    }
                }
            }
        }
        Map::from_entries(entries)
    }
}

/// Whether the text of the file ends within a block, without a line end: then kustomize's YAML library sees
/// none, and the block has none either.
fn is_cut_off(node: Node<'_>) -> bool {
    let text = node.tree().text();
    usize::from(node.range().end()) == text.len() && !text.ends_with('\n')
}
