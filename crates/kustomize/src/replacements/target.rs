//! Finds the fields that a replacement sets, and makes them where it may.

use infragen_go_regex::GoRegex;
use smol_str::SmolStr;

use super::lookup::{text, what};
use super::path::Part;
use crate::origin::Origin;
use crate::value::{Layout, Map, ScalarKind, Value, plain_kind};

/// What is made where a field is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A mapping.
    Map,
    /// A list.
    List,
    /// A single value.
    Scalar,
}

impl Kind {
    /// What a value is.
    pub(super) fn of(value: &Value) -> Kind {
        match value {
            Value::Map(_) => Kind::Map,
            Value::List(_) => Kind::List,
            Value::Scalar(_) => Kind::Scalar,
        }
    }

    fn empty(self) -> Value {
        match self {
            Kind::Map => Value::map(),
            Kind::List => Vec::new().into(),
            Kind::Scalar => Value::NULL,
        }
    }
}

/// Sets the fields that a path leads to.
pub(super) struct Setter<'s> {
    /// What is made at the end of the path where it is missing; none where nothing is.
    pub create: Option<Kind>,
    /// Sets one field; the flag says whether it was made just now.
    pub set: &'s mut dyn FnMut(&mut Value, bool) -> Result<(), String>,
    /// The history of what is made on the way: an item that a path finds by its name.
    pub origin: Origin,
    /// How many fields were found.
    pub found: usize,
}

impl Setter<'_> {
    /// Goes to all that a path leads to.
    ///
    /// # Errors
    ///
    /// One sentence without a full stop.
    pub(super) fn visit(
        &mut self,
        value: &mut Value,
        path: &[Part],
        new: bool,
    ) -> Result<(), String> {
        let Some((part, rest)) = path.split_first() else {
            self.found += 1;
            return (self.set)(value, new);
        };
        match part {
            Part::Key(key) => self.key(value, key, rest),
            Part::Index(index) => self.index(value, *index, rest),
            Part::Items {
                key,
                value: pattern,
            } => self.items(value, key, pattern, rest),
            Part::All if value.is_null() => Ok(()),
            Part::All => items(value)?
                .iter_mut()
                .try_for_each(|item| self.visit(item, rest, false)),
        }
    }

    fn key(&mut self, value: &mut Value, key: &SmolStr, rest: &[Part]) -> Result<(), String> {
        if value.is_null() {
            if self.create.is_some() {
                // kustomize makes it, but keeps it nowhere.
                self.found += 1;
            }
            return Ok(());
        }
        let create = self.create;
        if key.is_empty() {
            return Err(format!("an empty name is looked for in {}", what(value)));
        }
        let Some(map) = value.as_map_mut() else {
            return Err(format!("`{key}` is looked for in {}", what(value)));
        };
        if let Some(there) = map.get_mut(key) {
            if there.as_scalar().is_some() && !rest.is_empty() {
                return self.inside(there, rest);
            }
            return self.visit(there, rest, false);
        }
        let Some(create) = create else {
            return Ok(());
        };
        if plain_kind(key) != ScalarKind::String {
            return Err(format!("the key `{key}` would be no text"));
        }
        let mut made = next_kind(rest, create).empty();
        self.visit(&mut made, rest, true)?;
        map.insert(key.clone(), made);
        Ok(())
    }

    /// A path that goes on inside a text: kustomize reads the text as YAML, and throws the result away.
    fn inside(&mut self, scalar: &Value, rest: &[Part]) -> Result<(), String> {
        let mut inside = super::structured::read(text(scalar))?;
        let mut ignore = |_: &mut Value, _: bool| Ok(());
        let mut setter = Setter {
            create: self.create,
            set: &mut ignore,
            origin: Origin::NONE,
            found: 0,
        };
        setter.visit(&mut inside, rest, false)?;
        self.found += setter.found;
        Ok(())
    }

    fn index(&mut self, value: &mut Value, index: usize, rest: &[Part]) -> Result<(), String> {
        let create = self.create;
        if value.is_null() && index == 0 && create.is_some() {
            // kustomize makes it, but keeps it nowhere.
            self.found += 1;
            return Ok(());
        }
        let items = items(value)?;
        let mut new = false;
        if let Some(create) = create.filter(|_| index == items.len()) {
            items.push(next_kind(rest, create).empty());
            new = true;
        }
        let count = items.len();
        match items.get_mut(index) {
            Some(item) => self.visit(item, rest, new),
            None => Err(format!(
                "there are only {count} items, and none of number {index}"
            )),
        }
    }

    fn items(
        &mut self,
        value: &mut Value,
        key: &SmolStr,
        pattern: &SmolStr,
        rest: &[Part],
    ) -> Result<(), String> {
        let regex = GoRegex::new(pattern)
            .map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
        let found = self.found;
        let create = self.create;
        if value.is_null() {
            self.found += usize::from(create.is_some());
            return Ok(());
        }
        let items = items(value)?;
        for item in items.iter_mut() {
            let fits = match key.is_empty() {
                true => regex.is_match(text(item).trim()),
                false => item.get(key).is_some_and(|there| fits(&regex, there)),
            };
            if fits {
                // What is found by itself is the end of the path, whatever follows.
                let rest = if key.is_empty() { &[] } else { rest };
                self.visit(item, rest, false)?;
            }
        }
        if self.found > found || create.is_none() {
            return Ok(());
        }
        if !regex.is_match(pattern) {
            return Err(format!(
                "no item fits `{pattern}`, and one that is made would not either"
            ));
        }
        let mut made = Value::plain(pattern.clone());
        if let Value::Scalar(made) = &mut made {
            made.layout = Layout::Untyped;
            made.origin = self.origin.clone();
        }
        if key.is_empty() {
            self.visit(&mut made, &[], true)?;
        } else {
            made = Map::from_entries(vec![(key.clone(), made)]).into();
            self.visit(&mut made, rest, false)?;
        }
        items.push(made);
        Ok(())
    }
}

/// Whether a value fits an expression. kustomize writes it for that: what is quoted has its quotes, which may be of
/// both kinds.
fn fits(regex: &GoRegex, value: &Value) -> bool {
    let content = text(value).trim();
    if !value.as_scalar().is_some_and(|scalar| scalar.quoted) {
        return regex.is_match(content);
    }
    regex.is_match(&format!("'{}'", content.replace('\'', "''")))
        || regex.is_match(&format!("\"{}\"", content.replace('"', "\\\"")))
}

/// What stands at a part of a path, by what follows.
fn next_kind(rest: &[Part], last: Kind) -> Kind {
    match rest.first() {
        None => last,
        Some(Part::Index(_) | Part::Items { .. }) => Kind::List,
        Some(Part::Key(_) | Part::All) => Kind::Map,
    }
}

fn items(value: &mut Value) -> Result<&mut Vec<Value>, String> {
    let message = format!("an item is looked for in {}", what(value));
    value.as_list_mut().ok_or(message)
}
