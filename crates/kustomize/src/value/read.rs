//! From a spanned tree to a value, with the types that kustomize's YAML library gives.

use std::sync::Arc;

use infragen_syntax::{Node, NodeKind, ScalarStyle, TextRange};
use smol_str::SmolStr;

use super::{Layout, Map, Scalar, ScalarKind, Shared, Value, block::has_stray_tab, kind_of};
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
    /// Whether there were more.
    exhausted: bool,
}

/// The most nodes of one document.
const MAX_NODES: usize = 1 << 20;

impl<'a> ValueReader<'a> {
    /// A reader of a file.
    pub(crate) fn new(file: &'a Path, traced: bool) -> ValueReader<'a> {
        ValueReader {
            file,
            traced,
            errors: Vec::new(),
            budget: MAX_NODES,
            exhausted: false,
        }
    }

    /// The value of a node; aliases and merges are replaced by what they stand for.
    pub(crate) fn read(&mut self, node: Node<'_>) -> Value {
        self.value(node, false)
    }

    /// `in_flow`: whether it stands in a collection with braces or brackets.
    fn value(&mut self, node: Node<'_>, in_flow: bool) -> Value {
        let node = node.resolve();
        let Some(budget) = self.budget.checked_sub(1) else {
            if !std::mem::replace(&mut self.exhausted, true) {
                let message = "there are too many aliases of aliases up to here".to_owned();
                self.errors.push((node.range(), message));
            }
            return self.scalar(node, "", ScalarKind::Null, Layout::Usual);
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
                if style == ScalarStyle::DoubleQuoted && has_json_escape(node.text()) {
                    let message = "kustomize does not know the escape `\\/`, a `/` needs none";
                    self.errors.push((node.range(), message.to_owned()));
                }
                let text = block_text(node, style, text);
                let layout = match style {
                    ScalarStyle::Folded => Layout::Folded,
                    _ if in_flow && text.is_empty() && kind == ScalarKind::Null => {
                        Layout::EmptyInFlow
                    }
                    _ => Layout::Usual,
                };
                self.scalar(node, text, kind, layout)
            }
            NodeKind::Mapping => Value::Map(Arc::new(self.entries(node))),
            NodeKind::Sequence => Value::List(Arc::new(
                node.items()
                    .map(|item| self.value(item, node.is_flow()))
                    .collect(),
            )),
            NodeKind::Alias => self.scalar(node, "", ScalarKind::Null, Layout::Usual),
        }
    }

    fn scalar(&self, node: Node<'_>, text: &str, kind: ScalarKind, layout: Layout) -> Value {
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
            layout,
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
            let value = self.value(entry.value, node.is_flow());
            match entries.iter_mut().find(|(there, _)| there == key) {
                None => entries.push((SmolStr::new(key), value)),
                Some((_, there)) => {
                    *there = value;
                    let message = format!("the key `{key}` is already given above");
                    self.errors.push((entry.key.range(), message));
                }
            }
        }
        if let [_, second, ..] = &merges[..] {
            let message = "a mapping takes in others by one `<<` only, which may be a list";
            self.errors.push((second.range(), message.to_owned()));
        }
        for merge in merges {
            let one = (!merge.is_sequence()).then_some(merge);
            for from in one.into_iter().chain(merge.items()) {
                let Value::Map(merged) = self.read(from) else {
                    let message = "`<<` can take in nothing but mappings".to_owned();
                    self.errors.push((from.range(), message));
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

/// Whether a text in double quotes has the one escape that JSON knows and kustomize's YAML library does not.
fn has_json_escape(source: &str) -> bool {
    let mut characters = source.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next() == Some('/') {
            return true;
        }
    }
    false
}

/// The text of a scalar, as kustomize's YAML library reads it: where the text of the file ends within a block
/// and without a line end, the block has none either.
pub(crate) fn block_text<'t>(node: Node<'_>, style: ScalarStyle, text: &'t str) -> &'t str {
    let file = node.tree().text();
    let is_cut_off = usize::from(node.range().end()) == file.len() && !file.ends_with('\n');
    match style.is_block() && is_cut_off {
        true => text.strip_suffix('\n').unwrap_or(text),
        false => text,
    }
}
