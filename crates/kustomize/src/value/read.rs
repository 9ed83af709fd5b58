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
    /// Keys that are given again, where that may be no error: both entries are kept then.
    pub repeated: Option<Vec<(TextRange, String)>>,
    /// How many nodes may still be read: aliases of aliases make a small text endless.
    budget: usize,
    /// Whether there were more.
    exhausted: bool,
}

/// What is wrong with a plain text in brackets: signs in it that go-yaml takes for signs of its own.
pub(crate) fn sign_in_flow(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    let sign = match first {
        '|' | '>' | ':' => first,
        _ => text.chars().find(|character| *character == '?')?,
    };
    Some(format!(
        "a `{sign}` is no text in brackets or braces, put all of it in quotes"
    ))
}

/// Whether the name of an anchor is one for go-yaml, which knows fewer than YAML 1.2.
fn is_name(anchor: &str) -> bool {
    let mut bytes = anchor.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
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
            repeated: None,
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
        // What is written in brackets may have a pair without any.
        let in_flow = in_flow || node.is_flow();
        if let Some(anchor) = node.anchor().filter(|anchor| !is_name(anchor)) {
            let message = format!("an anchor has a name of letters and digits, not `{anchor}`");
            self.errors.push((node.range(), message));
        }
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
                if in_flow && style == ScalarStyle::Plain {
                    self.errors
                        .extend(sign_in_flow(text).map(|why| (node.range(), why)));
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
            NodeKind::Mapping => Value::Map(Arc::new(self.entries(node, in_flow))),
            NodeKind::Sequence => Value::List(Arc::new(
                node.items().map(|item| self.value(item, in_flow)).collect(),
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

    fn entries(&mut self, node: Node<'_>, in_flow: bool) -> Map {
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
            if in_flow && style == ScalarStyle::Plain {
                self.errors
                    .extend(sign_in_flow(key).map(|why| (entry.key.range(), why)));
            }
            // kustomize reads such a key, but cannot print it.
            if kind_of(key, style, entry.key.tag()) != Some(ScalarKind::String) {
                let message = format!("the key `{key}` is no text, put it in quotes");
                self.errors.push((entry.key.range(), message));
            }
            // kustomize takes out every key of this text, also one that merges nothing.
            if key == "<<" {
                continue;
            }
            let value = self.value(entry.value, in_flow);
            match entries.iter_mut().find(|(there, _)| there == key) {
                None => entries.push((SmolStr::new(key), value)),
                Some((_, there)) => {
                    let message = format!("the key `{key}` is already given above");
                    match &mut self.repeated {
                        Some(repeated) => {
                            repeated.push((entry.key.range(), message));
                            entries.push((SmolStr::new(key), value));
                        }
                        None => {
                            *there = value;
                            self.errors.push((entry.key.range(), message));
                        }
                    }
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
