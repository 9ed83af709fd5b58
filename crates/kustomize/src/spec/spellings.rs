//! Fields that are given in several spellings: `images` and `Images`.
//!
//! Go's decoder compares the names of fields without case, and decodes one value after the other into the same
//! field, in the order of the alphabet, for the way to JSON sorts the keys. What the later one does not say stays:
//! keys of mappings, and fields of items that have the same number in their lists. [encoding/json Unmarshal]

use infragen_syntax::Spanned;
use smol_str::SmolStr;

use super::input::{Input, Shape};

type Entry = (Spanned<SmolStr>, Input);

/// Fields that hold keys of their own, which are compared as they are.
const FREE: [&str; 6] = [
    "annotations",
    "commonAnnotations",
    "commonLabels",
    "labels",
    "openapi",
    "pairs",
];

fn is_free(field: &str) -> bool {
    FREE.iter().any(|free| free.eq_ignore_ascii_case(field))
}

/// Makes one field of all its spellings, everywhere.
pub(super) fn unite(input: &mut Input) {
    match &mut input.shape {
        Shape::List(items) => items.iter_mut().for_each(unite),
        Shape::Map(entries) => {
            if is_spelled_twice(entries) {
                entries.sort_by(|(one, _), (other, _)| one.value.cmp(&other.value));
                for (key, value) in std::mem::take(entries) {
                    put(entries, key, value, false);
                }
            }
            for (key, value) in entries {
                if !(is_free(&key.value) && matches!(value.shape, Shape::Map(_))) {
                    unite(value);
                }
            }
        }
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => {}
    }
}

fn is_spelled_twice(entries: &[Entry]) -> bool {
    entries.iter().enumerate().any(|(at, (key, _))| {
        let before = entries.iter().take(at);
        before
            .into_iter()
            .any(|(other, _)| other.value.eq_ignore_ascii_case(&key.value))
    })
}

/// Decodes an entry into those that are there. `free`: whether keys are compared as they are.
fn put(entries: &mut Vec<Entry>, key: Spanned<SmolStr>, mut value: Input, free: bool) {
    let below = entries.iter().position(|(there, _)| match free {
        true => there.value == key.value,
        false => there.value.eq_ignore_ascii_case(&key.value),
    });
    if let Some(at) = below {
        let (_, below) = entries.remove(at);
        value = over(below, value, !free && is_free(&key.value));
    }
    entries.push((key, value));
}

/// What a field holds into which one value was decoded and then another.
fn over(mut below: Input, mut above: Input, free: bool) -> Input {
    if !free {
        unite(&mut below);
        unite(&mut above);
    }
    above.shape = match (below.shape, above.shape) {
        (Shape::Map(mut entries), Shape::Map(new)) => {
            for (key, value) in new {
                put(&mut entries, key, value, free);
            }
            Shape::Map(entries)
        }
        (Shape::List(items), Shape::List(new)) => {
            let mut items = items.into_iter();
            let item = |new: Input| match (items.next(), &new.shape) {
                (Some(old), Shape::Null) => old,
                (Some(old), _) => over(old, new, false),
                (None, _) => new,
            };
            Shape::List(new.into_iter().map(item).collect())
        }
        (old @ (Shape::Text(_) | Shape::Number(_) | Shape::Bool(_)), Shape::Null) => old,
        (_, new) => new,
    };
    above
}
