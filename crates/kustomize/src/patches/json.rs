//! JSON6902 patches as text: a list of operations.

use infragen_syntax::TextRange;
use smol_str::SmolStr;

use super::strict_json;
use super::text::PatchText;
use crate::origin::{Before, How, Origin};
use crate::spec::input::{Input, Shape};
use crate::spec::refused;
use crate::value::{Layout, Map, Scalar, ScalarKind, Shared, Value};

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// What it does.
    pub verb: Verb,
    /// `path`
    pub path: Pointer,
    /// `from`, of `move` and `copy`.
    pub from: Option<Pointer>,
    /// `value`; null where it is missing.
    pub value: Value,
}

/// An operation of a patch, or why it is none, which version 4 of json-patch finds out only when an object gets it.
pub(super) type Step = Result<Operation, Wrong>;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// Sets a key, or puts an item into a list.
    Add,
    /// Takes something out that is there.
    Remove,
    /// Sets something that is there.
    Replace,
    /// Takes something out and adds it elsewhere.
    Move,
    /// Adds a copy of something.
    Copy,
    /// Fails unless something is there.
    Test,
}

/// A JSON pointer: `/spec/ports/0`.
#[derive(Debug, Clone)]
pub(super) struct Pointer {
    /// As it is written.
    pub text: SmolStr,
    /// Where it is written.
    pub range: TextRange,
}

/// Why a text is no patch: a range of the text and a sentence.
pub(super) type Wrong = (TextRange, String);

impl Verb {
    fn of(text: &str) -> Option<Verb> {
        Some(match text {
            "add" => Verb::Add,
            "remove" => Verb::Remove,
            "replace" => Verb::Replace,
            "move" => Verb::Move,
            "copy" => Verb::Copy,
            "test" => Verb::Test,
            _ => return None,
        })
    }

    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Remove => "remove",
            Verb::Replace => "replace",
            Verb::Move => "move",
            Verb::Copy => "copy",
            Verb::Test => "test",
        }
    }
}

/// Reads the operations of a text. kustomize looks at its first document only, and refuses the whole patch for one that
/// is none; where it is `lenient`, that is told to whom the patch is applied, and `add` and `replace` without a value set
/// null. [compared with github.com/fluxcd/pkg/kustomize v1.29]
pub(super) fn read(text: &PatchText, traced: bool, lenient: bool) -> Result<Vec<Step>, Wrong> {
    let tree = &text.tree;
    let content = tree.text();
    if content.starts_with('[')
        && let Some(at) = strict_json::first_error(content)
    {
        let message = "a patch that begins with `[` must be JSON, and this is none from here on";
        return Err((TextRange::empty(at), message.to_owned()));
    }
    let Some(document) = tree.document(0) else {
        return Ok(Vec::new());
    };
    if let Some(error) = tree
        .errors()
        .iter()
        .find(|error| document.range().contains_inclusive(error.range.start()))
    {
        return Err((error.range, error.message.clone()));
    }
    let Some(root) = document.root() else {
        return Ok(Vec::new());
    };
    if let Some(refused) = refused::contradiction(root) {
        return Err(refused);
    }
    let input = Input::of_node(root);
    match &input.shape {
        Shape::Null => Ok(Vec::new()),
        Shape::List(items) => items
            .iter()
            .map(|item| match operation(item, text, traced, lenient) {
                Err(wrong) if !lenient || !may_be_operation(item) => Err(wrong),
                step => Ok(step),
            })
            .collect(),
        _ => Err((input.range, "this is no list of operations".to_owned())),
    }
}

/// Whether JSON can be an operation by its type.
fn may_be_operation(item: &Input) -> bool {
    matches!(item.shape, Shape::Map(_) | Shape::Null)
}

fn operation(item: &Input, text: &PatchText, traced: bool, lenient: bool) -> Step {
    let Shape::Map(entries) = &item.shape else {
        return Err((
            item.range,
            "this is no operation with `op` and `path`".to_owned(),
        ));
    };
    let get = |key: &str| {
        entries
            .iter()
            .find(|(name, _)| name.value == key)
            .map(|(_, value)| value)
    };
    let Some(op) = get("op") else {
        return Err((item.range, "the operation has no `op`".to_owned()));
    };
    let verb = match &op.shape {
        Shape::Text(word) => Verb::of(word),
        _ => None,
    };
    let Some(verb) = verb else {
        let message = "`op` must be `add`, `remove`, `replace`, `move`, `copy` or `test`";
        return Err((op.range, message.to_owned()));
    };
    let pointer = |key: &str| match get(key) {
        Some(Input {
            shape: Shape::Text(text),
            range,
            ..
        }) => Ok(Pointer {
            text: text.clone(),
            range: *range,
        }),
        Some(other) => Err((other.range, format!("`{key}` must be a text"))),
        None => Err((
            item.range,
            format!("the operation `{}` has no `{key}`", verb.name()),
        )),
    };
    let value = get("value");
    let from = match verb {
        Verb::Move | Verb::Copy => Some(pointer("from")?),
        _ => None,
    };
    if value.is_none() && !lenient && matches!(verb, Verb::Add | Verb::Replace) {
        return Err((
            item.range,
            format!("the operation `{}` has no `value`", verb.name()),
        ));
    }
    let null = Input::of_value(&Value::NULL, item.range);
    Ok(Operation {
        verb,
        path: pointer("path")?,
        from,
        value: value_of(value.unwrap_or(&null), text, traced),
    })
}

/// A value of an operation, with the types that it has in JSON.
fn value_of(input: &Input, text: &PatchText, traced: bool) -> Value {
    let scalar = |content: SmolStr, kind| {
        let origin = match traced {
            true => Origin::step(How::Patch, text.place(input.range), Before::default()),
            false => Origin::NONE,
        };
        Value::Scalar(Scalar {
            text: content,
            kind,
            quoted: false,
            origin,
            layout: Layout::Usual,
            shared: Shared::NONE,
        })
    };
    match &input.shape {
        Shape::Null => scalar(SmolStr::new_static("null"), ScalarKind::Null),
        Shape::Bool(true) => scalar(SmolStr::new_static("true"), ScalarKind::Bool),
        Shape::Bool(false) => scalar(SmolStr::new_static("false"), ScalarKind::Bool),
        Shape::Number(number) => {
            let whole = number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
            let kind = if whole {
                ScalarKind::Int
            } else {
                ScalarKind::Float
            };
            scalar(number.clone(), kind)
        }
        Shape::Text(content) => scalar(content.clone(), ScalarKind::String),
        Shape::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.value.clone(), value_of(value, text, traced)));
            Map::from_entries(entries.collect()).into()
        }
        Shape::List(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| value_of(item, text, traced))
                .collect();
            items.into()
        }
    }
}
