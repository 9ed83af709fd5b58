//! The values that a build works on: YAML without its layout.
//!
//! Cloning is cheap and unchanged parts are shared: ten overlays of one base hold one copy of what none of
//! them changes. A scalar knows its type as kustomize's own YAML library resolves it, so nothing has to be
//! parsed again to be compared or written.

pub(crate) mod binary;
pub(crate) mod block;
mod emit;
mod folded;
mod kind;
mod read;
pub(crate) mod shared;
mod shortest;
mod timestamp;

pub use emit::{Unprintable, emit};
pub use kind::{kind_of, plain_kind};

pub(crate) use self::binary::{decode as decode_base64, to_text as text_of_bytes};
pub(crate) use self::emit::{may_be_plain, needs_no_quotes};
pub(crate) use self::folded::refold;
pub(crate) use self::kind::{Number, number};
pub(crate) use self::read::{ValueReader, block_text, sign_in_flow};
pub(crate) use self::shared::Shared;
pub(crate) use self::shortest::{in_text, shortest};
pub(crate) use self::timestamp::to_rfc3339;

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::origin::Origin;

/// A YAML value.
#[derive(Debug, Clone)]
pub enum Value {
    /// A string, a number, a boolean or null.
    Scalar(Scalar),
    /// Keys with values.
    Map(Arc<Map>),
    /// A list.
    List(Arc<Vec<Value>>),
}

/// A scalar: its text and what it is.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The decoded text, as written: `0x1F` stays `0x1F`.
    pub text: SmolStr,
    /// Its type.
    pub kind: ScalarKind,
    /// Whether it is written with quotes, or as a block. kustomize keeps that when it sets another value, so
    /// a number that takes the place of `"1"` is a text.
    pub quoted: bool,
    /// Where it comes from; empty unless the build is traced.
    pub origin: Origin,
    /// What kustomize reads when it has written it once more.
    pub(crate) layout: Layout,
    /// The fields of its object that change with it.
    pub(crate) shared: Shared,
}

/// How a scalar is laid out, or what else kustomize's YAML tree knows of it. Before kustomize prints an object it
/// writes it in the layout in which it was read, and reads that; some layouts do not come back as they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Any that keeps the value.
    #[default]
    Usual,
    /// A folded block, which can get empty lines.
    Folded,
    /// Nothing, in a collection with braces or brackets: it comes back as an empty text.
    EmptyInFlow,
    /// Made by a step that notes no type: a text that takes its place has the type that it would be read with.
    Untyped,
}

impl Layout {
    /// The layout after the scalar was set to something else.
    pub(crate) fn after_set(self) -> Layout {
        match self {
            Layout::Folded => Layout::Folded,
            Layout::Usual | Layout::EmptyInFlow | Layout::Untyped => Layout::Usual,
        }
    }
}

/// The type of a scalar, as kustomize sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarKind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// Any other number.
    Float,
    /// Text.
    String,
    /// A plain date or time.
    Timestamp,
    /// Base64 under a `!!binary` tag: it stays base64 until it is printed.
    Binary,
}

/// The entries of a mapping, in the order in which they came. Keys are few, so looking one up walks them.
#[derive(Debug, Clone, Default)]
pub struct Map {
    entries: Vec<(SmolStr, Value)>,
}

impl Value {
    /// Nothing.
    pub const NULL: Value = Value::Scalar(Scalar {
        text: SmolStr::new_static("null"),
        kind: ScalarKind::Null,
        quoted: false,
        origin: Origin::NONE,
        layout: Layout::Usual,
        shared: Shared::NONE,
    });

    /// A scalar as it would be read without quotes.
    pub fn plain(text: impl Into<SmolStr>) -> Value {
        let text = text.into();
        let kind = plain_kind(&text);
        Value::Scalar(Scalar {
            text,
            kind,
            quoted: false,
            origin: Origin::NONE,
            layout: Layout::Usual,
            shared: Shared::NONE,
        })
    }

    /// A string that a transformer makes.
    pub fn string(text: impl Into<SmolStr>) -> Value {
        Value::Scalar(Scalar {
            text: text.into(),
            kind: ScalarKind::String,
            quoted: false,
            origin: Origin::default(),
            layout: Layout::Usual,
            shared: Shared::NONE,
        })
    }

    /// Nothing.
    pub fn null() -> Value {
        Value::Scalar(Scalar {
            text: SmolStr::new_static("null"),
            kind: ScalarKind::Null,
            quoted: false,
            origin: Origin::default(),
            layout: Layout::Usual,
            shared: Shared::NONE,
        })
    }

    /// Nothing at all: null without a text.
    pub(crate) fn nothing() -> Value {
        let mut nothing = Value::null();
        if let Value::Scalar(scalar) = &mut nothing {
            scalar.text = SmolStr::default();
        }
        nothing
    }

    /// An empty mapping.
    pub fn map() -> Value {
        Value::Map(Arc::default())
    }

    /// Its entries, where it is a mapping.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Its entries to change, where it is a mapping; they are copied if something else shares them.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    /// Its items, where it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Its items to change, where it is a list; they are copied if something else shares them.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Value>> {
        match self {
            Value::List(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// It, where it is a scalar.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar that is not null.
    pub fn as_str(&self) -> Option<&str> {
        let scalar = self.as_scalar()?;
        (scalar.kind != ScalarKind::Null).then_some(&scalar.text)
    }

    /// Whether data of a Secret got into it or into anything in it: see [`Origin::is_secret`].
    pub fn is_secret(&self) -> bool {
        match self {
            Value::Scalar(scalar) => scalar.origin.is_secret(),
            Value::List(items) => items.iter().any(Value::is_secret),
            Value::Map(map) => map.iter().any(|(_, value)| value.is_secret()),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.kind == ScalarKind::Null)
    }

    /// The value of a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// Whether a mapping in it gives a key again.
    pub(crate) fn repeats_keys(&self) -> bool {
        match self {
            Value::Map(map) => map.repeats(),
            Value::List(items) => items.iter().any(Value::repeats_keys),
            Value::Scalar(_) => false,
        }
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Map(Arc::new(map))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }
}

impl Map {
    /// A mapping of these entries; of two with one key all but [`Map::iter`] see the first only.
    pub fn from_entries(entries: Vec<(SmolStr, Value)>) -> Map {
        Map { entries }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries
            .iter_mut()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Sets a key: in its place if it is there, else behind the others.
    pub fn insert(&mut self, key: impl Into<SmolStr>, value: Value) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(there) => *there = value,
            None => self.entries.push((key, value)),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Its entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&SmolStr, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Its entries in order, the values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&SmolStr, &mut Value)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// Whether a key is given again, here or further down.
    pub(crate) fn repeats(&self) -> bool {
        let keys: HashSet<&SmolStr> = self.entries.iter().map(|(key, _)| key).collect();
        keys.len() < self.entries.len() || self.iter().any(|(_, value)| value.repeats_keys())
    }

    /// Keeps the last value of a key that is given again, in the place of the first.
    pub(crate) fn keep_last(&mut self) {
        for (key, value) in std::mem::take(&mut self.entries) {
            self.insert(key, value);
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The type of a text that takes the place of a scalar and is written as that one was: in quotes it is a
/// string, without them whatever the text says.
pub(crate) fn resolve_like(before: &Scalar, text: &str) -> ScalarKind {
    match before.quoted {
        true => ScalarKind::String,
        false => plain_kind(text),
    }
}
