//! `vars`: texts like `$(NAME)` in fields that the tables know.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, ToSmolStr};

use crate::config::Config;
use crate::error::{BuildError, ErrorKind};
use crate::field_spec::{Make, change, split_at};
use crate::id::Id;
use crate::origin::{Before, How, Origin, Place};
use crate::resource::Resource;
use crate::secret::is_secret_field;
use crate::spec::Var;
use crate::value::{Layout, Map, Scalar, ScalarKind, Value, in_text};

/// Notes on each object which vars read from it, and adds the vars to those that there are.
pub(crate) fn note_vars(
    vars: &[Var],
    resources: &mut [Resource],
    known: &mut Vec<Var>,
) -> Vec<BuildError> {
    let mut errors = Vec::new();
    for var in vars {
        let id = Id {
            gvk: var.gvk.clone(),
            name: var.object.clone(),
            namespace: var.namespace.clone(),
        };
        let fits = |other: &Id| match var.namespace.is_empty() {
            true => other.name == id.name && other.gvk == id.gvk,
            false => other.equals(&id),
        };
        let mut matches = resources.iter_mut().filter(|resource| {
            fits(&resource.id()) || resource.previous_ids().any(|previous| fits(&previous))
        });
        match (matches.next(), matches.next()) {
            (Some(resource), None) => resource.vars.push(var.name.value.clone()),
            (Some(_), Some(_)) => errors.push(error(
                var,
                format!("more than one object is the {} of this var", id.gvk.kind),
            )),
            (None, _) => {}
        }
        add(var, known, &mut errors);
    }
    errors
}

/// Adds a var to others.
pub(crate) fn add(var: &Var, known: &mut Vec<Var>, errors: &mut Vec<BuildError>) {
    match known
        .iter()
        .find(|other| other.name.value == var.name.value)
    {
        None => known.push(var.clone()),
        Some(other) => {
            let first = Place {
                file: other.file.clone(),
                range: other.name.range,
            };
            let message = format!("the var {} is there twice", var.name.value);
            errors.push(error(var, message).with_related(first, "the first one"));
        }
    }
}

fn error(var: &Var, message: String) -> BuildError {
    let place = Place {
        file: var.file.clone(),
        range: var.name.range,
    };
    BuildError::new(ErrorKind::Vars, place, message)
}

/// Puts the values of vars into the fields that name them.
pub(crate) fn replace_vars(
    vars: &[Var],
    config: &Config,
    resources: &mut [Resource],
    traced: bool,
) -> Vec<BuildError> {
    if vars.is_empty() {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let mut values: FxHashMap<SmolStr, Found> = FxHashMap::default();
    for var in vars {
        match value_of(var, resources) {
            Ok((value, secret)) => {
                let place = Place {
                    file: var.file.clone(),
                    range: var.name.range,
                };
                let found = Found {
                    value,
                    place,
                    secret,
                };
                values.insert(var.name.value.clone(), found);
            }
            Err(found) => errors.push(found),
        }
    }
    let replacer = Replacer { values, traced };
    for resource in resources {
        let gvk = resource.gvk();
        for field in config
            .var_references
            .iter()
            .filter(|field| field.selects(&gvk))
        {
            let set = &mut |value: &Value| replacer.set(value);
            match change(&resource.value, field, Make::Nothing, set) {
                Ok(Some(changed)) => {
                    resource.value = changed;
                    resource.settle();
                }
                Ok(None) => {}
                Err(why) => errors.push(BuildError::new(
                    ErrorKind::Vars,
                    resource.place.clone(),
                    format!(
                        "vars in `{}` of {} {} cannot be replaced: {why}",
                        field.path,
                        resource.kind(),
                        resource.name()
                    ),
                )),
            }
        }
    }
    errors
}

/// The scalar that a var reads, and whether it is data of a Secret; none where the field holds no scalar: then the var
/// stays as it is.
fn value_of(var: &Var, resources: &[Resource]) -> Result<(Option<Scalar>, bool), BuildError> {
    let resource = resources
        .iter()
        .find(|resource| resource.vars.contains(&var.name.value));
    let Some(resource) = resource else {
        return Err(error(
            var,
            "this var reads from no object of the build".to_owned(),
        ));
    };
    let missing = || {
        let message = format!(
            "{} {} has no `{}`",
            resource.kind(),
            resource.name(),
            var.field_path
        );
        error(var, message)
    };
    let mut value = &resource.value;
    let keys = keys_of(&var.field_path);
    let gvk = resource.gvk();
    let secret = is_secret_field(&gvk.group, &gvk.kind, keys.len(), |at| {
        keys.get(at).map(String::as_str)
    });
    for key in keys {
        value = match value {
            Value::List(items) => key.parse().ok().and_then(|index: usize| items.get(index)),
            _ => value.get(&key),
        }
        .ok_or_else(missing)?;
    }
    let Some(scalar) = value.as_scalar() else {
        return Ok((None, secret));
    };
    let text = read_as_go(scalar).ok_or_else(missing)?;
    let read = Scalar {
        text,
        ..scalar.clone()
    };
    Ok((Some(read), secret || scalar.origin.is_secret()))
}

/// The text of a scalar as kustomize has it once it has read it: numbers by `Atoi` and `ParseFloat` of Go, which know
/// no `0x1F`, `1_000` or `.inf`, and take `0777` for 777. None where they read nothing. [kyaml: RNode.GetFieldValue]
fn read_as_go(scalar: &Scalar) -> Option<SmolStr> {
    let text = &scalar.text;
    Some(match scalar.kind {
        ScalarKind::Int => text.parse::<i64>().ok()?.to_smolstr(),
        ScalarKind::Float => {
            let is_number = text.bytes().any(|byte| byte.is_ascii_digit());
            in_text(text.parse().ok().filter(|_| is_number)?).into()
        }
        ScalarKind::Bool => text.to_lowercase().into(),
        _ => text.clone(),
    })
}

/// The keys of a path with dots: `a.b[0].[c.d]`.
fn keys_of(path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut parts = split_at(path, '.').into_iter();
    while let Some(mut part) = parts.next() {
        if part.starts_with('[') && !part.ends_with(']') {
            for next in parts.by_ref() {
                part.push('.');
                part.push_str(&next);
                if next.ends_with(']') {
                    break;
                }
            }
            keys.push(part.trim_matches(['[', ']']).to_owned());
            continue;
        }
        let index = part
            .strip_suffix(']')
            .and_then(|part| part.rsplit_once('['))
            .filter(|(_, index)| {
                !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())
            });
        match index {
            Some((key, index)) => {
                let both = [key, index].map(str::to_owned);
                keys.extend(both.into_iter().filter(|key| !key.is_empty()));
            }
            None => keys.push(part),
        }
    }
    keys
}

struct Found {
    value: Option<Scalar>,
    place: Place,
    /// Whether it is data of a Secret.
    secret: bool,
}

struct Replacer {
    values: FxHashMap<SmolStr, Found>,
    traced: bool,
}

impl Replacer {
    fn set(&self, value: &Value) -> Result<Option<Value>, String> {
        match value {
            Value::Scalar(scalar) => Ok(self.scalar(scalar)),
            Value::Map(map) => {
                let mut changed: Option<Map> = None;
                for (key, value) in map.iter() {
                    if let Some(new) = value.as_scalar().and_then(|scalar| self.scalar(scalar)) {
                        changed
                            .get_or_insert_with(|| map.as_ref().clone())
                            .insert(key.clone(), new);
                    }
                }
                Ok(changed.map(Value::from))
            }
            Value::List(items) => {
                let mut changed: Option<Vec<Value>> = None;
                for (index, item) in items.iter().enumerate() {
                    let scalar = item
                        .as_scalar()
                        .filter(|scalar| scalar.kind == ScalarKind::String)
                        .ok_or_else(|| "an item is no text".to_owned())?;
                    if let Some(new) = self.scalar(scalar) {
                        changed.get_or_insert_with(|| items.to_vec())[index] = new;
                    }
                }
                Ok(changed.map(Value::from))
            }
        }
    }

    /// The new value of a text; none where nothing in it is a var.
    fn scalar(&self, scalar: &Scalar) -> Option<Value> {
        if scalar.kind != ScalarKind::String || !scalar.text.contains('$') {
            return None;
        }
        let (text, kind, found) = self.expand(&scalar.text);
        if text == scalar.text && kind == ScalarKind::String {
            return None;
        }
        let origin = match found {
            Some((place, secret)) if self.traced || secret => {
                let step = match secret {
                    true => Origin::of_secret,
                    false => Origin::step,
                };
                let before = Before {
                    text: Some(scalar.text.clone()),
                    origin: scalar.origin.clone(),
                };
                step(How::Replacement, place.clone(), before)
            }
            _ => scalar.origin.clone(),
        };
        Some(Value::Scalar(Scalar {
            text,
            kind,
            quoted: false,
            origin,
            layout: Layout::Usual,
            shared: scalar.shared.after_set(),
        }))
    }

    /// A text with its vars replaced: `$$` stands for one `$`. A text that is nothing but one var takes the
    /// type of its value. Then the last var, and whether any of them is data of a Secret.
    fn expand(&self, text: &str) -> (SmolStr, ScalarKind, Option<(&Place, bool)>) {
        let mut out = String::new();
        let mut place: Option<(&Place, bool)> = None;
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            let Some(sign) = behind.chars().next() else {
                rest = &rest[at..];
                out.push_str(rest);
                return (out.to_smolstr(), ScalarKind::String, place);
            };
            rest = &behind[sign.len_utf8()..];
            match sign {
                '$' => out.push('$'),
                '(' => match rest.split_once(')') {
                    Some((name, after)) => {
                        let found = self.values.get(name);
                        if let Some(found) = found {
                            let secret = found.secret || place.is_some_and(|(_, secret)| secret);
                            place = Some((&found.place, secret));
                        }
                        match found.and_then(|found| found.value.as_ref()) {
                            Some(value)
                                if at == 0
                                    && out.is_empty()
                                    && after.is_empty()
                                    && text.len() == name.len() + 3 =>
                            {
                                return (value.text.clone(), typed(value.kind), place);
                            }
                            Some(value) => out.push_str(&value.text),
                            None => {
                                out.push_str("$(");
                                out.push_str(name);
                                out.push(')');
                            }
                        }
                        rest = after;
                    }
                    None => out.push_str("$("),
                },
                sign => {
                    out.push('$');
                    out.push(sign);
                }
            }
        }
        out.push_str(rest);
        (out.to_smolstr(), ScalarKind::String, place)
    }
}

/// The type that a value keeps: numbers and booleans, anything else is text.
fn typed(kind: ScalarKind) -> ScalarKind {
    match kind {
        ScalarKind::Int | ScalarKind::Float | ScalarKind::Bool => kind,
        _ => ScalarKind::String,
    }
}
