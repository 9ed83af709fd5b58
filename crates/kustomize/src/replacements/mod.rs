//! Replacements: values copied from one object into others.

mod lookup;
mod path;
mod structured;
mod target;
mod write_yaml;

use infragen_syntax::{ScalarStyle, TextRange};
use smol_str::SmolStr;

use self::path::Part;
use self::target::{Kind, Setter};
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::id::Id;
use crate::origin::{Before, How, Origin, Path, Place};
use crate::patches::{Select, write_hidden};
use crate::resource::Resource;
use crate::secret::is_secret_field;
use crate::spec::{
    FieldOptions, ReplacementEntry, ReplacementSource, ReplacementTarget, read_replacements,
};
use crate::value::{Layout, Scalar, ScalarKind, Value, kind_of, plain_kind, shared};

/// The field that is meant where none is named.
const NAME: &str = "metadata.name";

/// Applies `replacements`.
pub(crate) fn apply_replacements(
    entries: &[ReplacementEntry],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let mut odd = Vec::new();
    for entry in entries {
        let Some(path) = &entry.path else {
            apply(entry, resources, &mut odd, context);
            continue;
        };
        if entry.source.is_some()
            || entry
                .targets
                .as_ref()
                .is_some_and(|targets| !targets.is_empty())
        {
            let message = "a replacement with `path` can have no `source` and `targets` of its own";
            context.report(ErrorKind::Replacement, path.range, message);
            continue;
        }
        let Some((file, tree)) = context.tree_of(&path.value, path.range) else {
            continue;
        };
        let entries = read_replacements(&file, &tree, &mut context.errors);
        // What is wrong with them stands in that file.
        let outer: Path = std::mem::replace(&mut context.file, file);
        for entry in &entries {
            apply(entry, resources, &mut odd, context);
        }
        context.file = outer;
    }
    for (index, error) in odd {
        if resources
            .get(index)
            .is_some_and(|resource| cannot_be_printed(&resource.value))
        {
            context.push(error);
        }
    }
}

/// The number of an object, and the path that is read from it.
type Read = (usize, Vec<Part>);

/// The value that is copied.
struct Source {
    value: Value,
    /// The object and the path that it is read from, where it is whole: it changes with them, so that a
    /// replacement can copy what it has itself set.
    follows: Option<Read>,
    /// Where the replacement stands.
    place: Place,
    /// Whether it is read from the data of a Secret.
    secret: bool,
}

impl Source {
    /// The step that copies it over what was there. That it is secret is kept also where nothing is traced: what else
    /// reads it must know.
    fn step(&self, before: Before, traced: bool) -> Origin {
        if self.secret || self.value.is_secret() {
            return Origin::of_secret(How::Replacement, self.place.clone(), before);
        }
        match traced {
            true => Origin::step(How::Replacement, self.place.clone(), before),
            false => Origin::NONE,
        }
    }

    fn refresh(&mut self, resources: &[Resource]) {
        let Some((index, path)) = &self.follows else {
            return;
        };
        let now = resources
            .get(*index)
            .map(|resource| lookup::lookup(&resource.value, path));
        if let Some(Ok(Some(now))) = now {
            self.value = now.clone();
        }
    }
}

/// An object, by its number, that a replacement gave a value of a wrong type. That is an error only if it
/// stays: another replacement may set it right.
type Odd = (usize, BuildError);

fn apply(
    entry: &ReplacementEntry,
    resources: &mut [Resource],
    odd: &mut Vec<Odd>,
    context: &mut Context<'_>,
) {
    let Some(mut source) = source(entry, resources, context) else {
        return;
    };
    for target in entry.targets.iter().flatten() {
        apply_target(target, &mut source, resources, odd, context);
    }
}

fn source(
    entry: &ReplacementEntry,
    resources: &[Resource],
    context: &mut Context<'_>,
) -> Option<Source> {
    let place = context.place(entry.range);
    let wrong = |message: &str| BuildError::new(ErrorKind::Replacement, place.clone(), message);
    if entry.targets.is_none() || entry.source.is_none() && entry.source_value.is_none() {
        context.push(wrong(
            "a replacement needs a `source` and at least one of `targets`",
        ));
        return None;
    }
    match (&entry.source, &entry.source_value) {
        (Some(_), Some(_)) => {
            context.push(wrong("a replacement has either `source` or `sourceValue`"));
            None
        }
        (None, Some(value)) => Some(Source {
            value: Value::plain(value.value.clone()),
            follows: None,
            place: context.place(value.range),
            secret: false,
        }),
        (Some(source), None) => {
            let (value, follows, secret) = source_value(source, resources, context)?;
            Some(Source {
                value,
                follows,
                place: context.place(source.field_path.range),
                secret,
            })
        }
        (None, None) => None,
    }
}

/// The value that is copied, what it follows, and whether it is data of a Secret.
fn source_value(
    source: &ReplacementSource,
    resources: &[Resource],
    context: &mut Context<'_>,
) -> Option<(Value, Option<Read>, bool)> {
    let selector = &source.selector;
    let range = selector.range;
    let fits = |id: &Id| {
        let same = |wanted: &SmolStr, is: &SmolStr| wanted.is_empty() || wanted == is;
        let wanted = Id {
            gvk: crate::id::Gvk {
                group: selector.group.value.clone(),
                version: selector.version.value.clone(),
                kind: selector.kind.value.clone(),
            },
            name: selector.name.value.clone(),
            namespace: selector.namespace.value.clone(),
        };
        same(&wanted.name, &id.name)
            && same(&wanted.gvk.group, &id.gvk.group)
            && same(&wanted.gvk.version, &id.gvk.version)
            && same(&wanted.gvk.kind, &id.gvk.kind)
            && (wanted.namespace.is_empty()
                || wanted.effective_namespace() == id.effective_namespace())
    };
    let mut found = resources
        .iter()
        .enumerate()
        .filter(|(_, other)| fits(&other.id()) || other.previous_ids().any(|id| fits(&id)));
    let (first, second) = (found.next(), found.next());
    let Some((index, resource)) = first else {
        let place = context.place(match selector.name.value.is_empty() {
            true => range,
            false => selector.name.range,
        });
        let error = BuildError::new(
            ErrorKind::Replacement,
            place,
            "no object is the source of this replacement",
        );
        let names = resources
            .iter()
            .filter(|other| selector.kind.value.is_empty() || other.kind() == selector.kind.value);
        let near = infragen_syntax::nearest(&selector.name.value, names.map(Resource::name));
        context.push(match near.filter(|near| *near != selector.name.value) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None => error,
        });
        return None;
    };
    if let Some((_, second)) = second {
        let message = "several objects could be the source of this replacement";
        let error = BuildError::new(ErrorKind::Replacement, context.place(range), message)
            .with_help("name it by `kind`, `name` and `namespace`")
            .with_related(resource.place.clone(), "one")
            .with_related(second.place.clone(), "another");
        context.push(error);
        return None;
    }
    let path = match source.field_path.value.as_str() {
        "" => NAME,
        path => path,
    };
    let place = context.place(source.field_path.range);
    let error = |message: String| {
        BuildError::new(ErrorKind::Replacement, place.clone(), message)
            .with_related(resource.place.clone(), "the source")
    };
    let found = path::parse(path).and_then(|parts| {
        let hidden = sees_hidden(&parts) && resource.has_hidden_annotations();
        let mut object = resource.value.clone();
        if hidden {
            write_hidden(&mut object, resource);
        }
        let value = lookup::lookup(&object, &parts)?.cloned();
        let gvk = resource.gvk();
        let secret = is_secret_field(&gvk.group, &gvk.kind, parts.len(), |at| {
            match parts.get(at) {
                Some(Part::Key(key)) => Some(key),
                _ => None,
            }
        });
        Ok((value, (!hidden).then_some((index, parts)), secret))
    });
    let (value, follows, secret) = match found {
        Ok(found) => found,
        Err(message) => {
            context.push(error(format!("`{path}` leads to nothing: {message}")));
            return None;
        }
    };
    let value = value.filter(|value| match value {
        Value::Map(map) => !map.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Scalar(_) => !value.is_null(),
    });
    let Some(value) = value else {
        let message = format!("{} `{}` has no `{path}`", resource.kind(), resource.name());
        context.push(error(message));
        return None;
    };
    let options = source.options.as_ref();
    match options.filter(|options| !options.delimiter.value.is_empty()) {
        Some(options) => Some((refined(value, options, context, secret)?, None, secret)),
        None => Some((value, follows, secret)),
    }
}

/// Whether a path leads to all annotations, among which are those that kustomize keeps for itself.
fn sees_hidden(path: &[Part]) -> bool {
    let is = |part: &Part, name: &str| matches!(part, Part::Key(key) if key == name);
    match path {
        [metadata] => is(metadata, "metadata"),
        [metadata, annotations] => is(metadata, "metadata") && is(annotations, "annotations"),
        _ => false,
    }
}

/// The part of a value that `options` of the source ask for.
fn refined(
    value: Value,
    options: &FieldOptions,
    context: &mut Context<'_>,
    secret: bool,
) -> Option<Value> {
    let Value::Scalar(mut scalar) = value else {
        let message = format!(
            "`delimiter` needs a text, and the source is {}",
            lookup::what(&value)
        );
        context.report(ErrorKind::Replacement, options.delimiter.range, message);
        return None;
    };
    let mut parts = scalar.text.split(options.delimiter.value.as_str());
    let part = usize::try_from(options.index)
        .ok()
        .and_then(|index| parts.nth(index));
    let Some(part) = part.map(SmolStr::new) else {
        let index = options.index;
        let message = match secret || scalar.origin.is_secret() {
            true => format!("the data of the Secret has no part number {index}"),
            false => format!("`{}` has no part number {index}", scalar.text),
        };
        context.report(ErrorKind::Replacement, options.range, message);
        return None;
    };
    scalar.text = part;
    Some(Value::Scalar(scalar))
}

fn apply_target(
    target: &ReplacementTarget,
    source: &mut Source,
    resources: &mut [Resource],
    odd: &mut Vec<Odd>,
    context: &mut Context<'_>,
) {
    let Some(selector) = &target.select else {
        let message = "a target must say with `select` which objects it is about";
        context.report(ErrorKind::Replacement, target.range, message);
        return;
    };
    let rejects: Vec<_> = target
        .reject
        .iter()
        .map(|reject| Select::read(reject, context))
        .collect();
    let Some(select) = Select::read(selector, context) else {
        return;
    };
    let Some(rejects) = rejects.into_iter().collect::<Option<Vec<_>>>() else {
        return;
    };
    let mut paths: Vec<(SmolStr, TextRange)> = Vec::new();
    for path in &target.field_paths {
        paths.push((path.value.clone(), path.range));
    }
    if paths.is_empty() {
        paths.push((SmolStr::new_static(NAME), target.range));
    }
    for index in 0..resources.len() {
        let Some(resource) = resources.get(index) else {
            break;
        };
        let ids: Vec<Id> = std::iter::once(resource.id())
            .chain(resource.previous_ids())
            .collect();
        let rejected = rejects.iter().any(|reject| {
            reject.is_by_labels() && reject.fits_labels(resource)
                || !reject.is_only_labels() && ids.iter().any(|id| reject.fits_id(id))
        });
        if rejected || !select.fits_labels(resource) || !ids.iter().any(|id| select.fits_id(id)) {
            continue;
        }
        for (path, range) in &paths {
            source.refresh(resources);
            let Some(resource) = resources.get_mut(index) else {
                break;
            };
            let done = set_field(resource, path, source, target.options.as_ref(), context);
            let (message, help) = match &done {
                Ok(None) => continue,
                Ok(Some(odd)) => (odd, None),
                Err((message, help)) => (message, *help),
            };
            let message = format!("{} `{}`: {message}", resource.kind(), resource.name());
            let mut error = BuildError::new(ErrorKind::Replacement, context.place(*range), message)
                .with_related(resource.place.clone(), "the target");
            error.help = help.map(str::to_owned);
            match done {
                Ok(_) => odd.push((index, error)),
                Err(_) => context.push(error),
            }
        }
    }
}

type Wrong = (String, Option<&'static str>);

/// Sets the fields that one path leads to in one object.
fn set_field(
    resource: &mut Resource,
    path: &SmolStr,
    source: &Source,
    options: Option<&FieldOptions>,
    context: &Context<'_>,
) -> Result<Option<String>, Wrong> {
    let parts = path::parse(path).map_err(|message| (message, None))?;
    let may_create = options.is_some_and(|options| options.create);
    let create = may_create.then(|| Kind::of(&source.value));
    let traced = context.loader.traced();
    let mut odd = None;
    let mut set = |field: &mut Value, new: bool| {
        let before = SmolStr::new(lookup::text(field));
        set_value(field, new, source, options, traced)?;
        if field.as_scalar().is_some_and(contradicts) {
            let text = lookup::text(field);
            odd = Some(format!(
                "`{before}` cannot become `{text}`, which is of another type"
            ));
        }
        Ok(())
    };
    let step = |before| source.step(before, traced);
    if structured::set(&mut resource.value, &parts, create, &mut set, &step) {
        return Ok(None);
    }
    let mut value = resource.value.clone();
    let mut setter = Setter {
        create,
        set: &mut set,
        origin: source.step(Before::of(None), traced),
        found: 0,
    };
    setter
        .visit(&mut value, &parts, false)
        .map_err(|message| (format!("`{path}`: {message}"), None))?;
    if setter.found == 0 {
        let help = "`options: {create: true}` makes what is missing";
        return Err((
            format!("there is no `{path}`"),
            (!may_create).then_some(help),
        ));
    }
    resource.value = value;
    resource.settle();
    Ok(odd.filter(|_| has_contradiction(&resource.value)))
}

/// Sets one field to the value, or a part of it.
fn set_value(
    field: &mut Value,
    new: bool,
    source: &Source,
    options: Option<&FieldOptions>,
    traced: bool,
) -> Result<(), String> {
    let before = Before::of((!new).then_some(&*field));
    let origin = source.step(before, traced);
    let mut value = source.value.clone();
    if let Some(options) = options.filter(|options| !options.delimiter.value.is_empty()) {
        let Value::Scalar(there) = &*field else {
            return Err(format!(
                "`delimiter` needs a text, and there is {}",
                lookup::what(field)
            ));
        };
        let there = if new { "" } else { there.text.as_str() };
        let joined = joined(there, lookup::text(&value), options);
        match &mut value {
            Value::Scalar(scalar) => scalar.text = joined,
            other => *other = Value::string(joined),
        }
    }
    match field {
        Value::Scalar(scalar) if !new => {
            let text = SmolStr::new(lookup::text(&value));
            if scalar.layout == Layout::Untyped && !scalar.quoted {
                scalar.kind = plain_kind(&text);
            }
            scalar.text = text;
            scalar.origin = origin;
            scalar.shared = scalar.shared.after_set();
        }
        Value::Scalar(_) => {
            let mut made = Value::plain(lookup::text(&value));
            if let Value::Scalar(scalar) = &mut made {
                scalar.origin = origin;
            }
            *field = made;
        }
        _ => {
            shared::part(&mut value);
            match &mut value {
                Value::Scalar(scalar) => scalar.origin = origin,
                _ if source.secret => keep_secret(&mut value, &source.place),
                _ => {}
            }
            *field = value;
        }
    }
    Ok(())
}

/// Notes of all that is in a copied value that it is data of a Secret; what set it there stays its history.
fn keep_secret(value: &mut Value, place: &Place) {
    match value {
        Value::Scalar(scalar) => {
            let before = Before::of(Some(&Value::Scalar(scalar.clone())));
            scalar.origin = Origin::of_secret(How::Replacement, place.clone(), before);
        }
        Value::List(_) => {
            let items = value.as_list_mut().into_iter().flatten();
            items.for_each(|item| keep_secret(item, place));
        }
        Value::Map(_) => {
            let Some(map) = value.as_map_mut() else {
                return;
            };
            let keys: Vec<_> = map.iter().map(|(key, _)| key.clone()).collect();
            for key in keys {
                if let Some(value) = map.get_mut(&key) {
                    keep_secret(value, place);
                }
            }
        }
    }
}

/// A text with one of its parts set; a negative number puts it in front, a large one behind.
fn joined(text: &str, part: &str, options: &FieldOptions) -> SmolStr {
    let delimiter = options.delimiter.value.as_str();
    let mut parts: Vec<&str> = text.split(delimiter).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, part),
        Ok(index) => match parts.get_mut(index) {
            Some(there) => *there = part,
            None => parts.push(part),
        },
    }
    SmolStr::new(parts.join(delimiter))
}

/// Whether a scalar is not what its type says: a number that is none cannot be printed.
fn contradicts(scalar: &Scalar) -> bool {
    contradicted(scalar).is_some()
}

/// The tag of the type that a scalar is not.
fn contradicted(scalar: &Scalar) -> Option<&'static str> {
    let tag = match scalar.kind {
        ScalarKind::Null => "!!null",
        ScalarKind::Bool => "!!bool",
        ScalarKind::Int => "!!int",
        ScalarKind::Float => "!!float",
        ScalarKind::Timestamp => "!!timestamp",
        _ => return None,
    };
    let is_none = kind_of(&scalar.text, ScalarStyle::Plain, Some(tag)).is_none();
    is_none.then_some(tag)
}

/// Whether anything in an object contradicts its type. Annotations become texts before they are printed.
fn cannot_be_printed(object: &Value) -> bool {
    let outside = |value: &Value, but: &str| {
        let map = value.as_map().into_iter().flat_map(|map| map.iter());
        map.filter(|(key, _)| *key != but)
            .any(|(_, value)| has_contradiction(value))
    };
    outside(object, "metadata")
        || object
            .get("metadata")
            .is_some_and(|metadata| outside(metadata, "annotations"))
}

/// Whether anything in a value contradicts its type.
fn has_contradiction(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.iter().any(|(_, value)| has_contradiction(value)),
        Value::List(items) => items.iter().any(has_contradiction),
        Value::Scalar(scalar) => contradicts(scalar),
    }
}

#[cfg(test)]
mod tests {
    use crate::patches::tests::check;

    #[test]
    fn replacements_do_what_kustomize_does() {
        check(include_str!("cases.txt"));
    }
}
