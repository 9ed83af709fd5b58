//! `images`.

use infragen_go_regex::GoRegex;
use smol_str::{SmolStr, SmolStrBuilder};

use super::refuse;
use crate::context::Context;
use crate::field_spec::{FieldSpec, Make, change};
use crate::resource::Resource;
use crate::spec::ImageEntry;
use crate::unmatched::{self, see};
use crate::value::{Layout, Map, Value};

/// Changes the images of one name: in every `containers` and `initContainers` wherever they are, and in the
/// fields of the table.
pub(crate) fn apply_image(
    entry: &ImageEntry,
    fields: &[FieldSpec],
    resources: &mut [Resource],
    context: &mut Context<'_>,
) {
    let name = ImageName::new(&entry.name.value);
    let (mut matched, mut seen) = (false, Vec::new());
    for resource in resources {
        if resource.kind() == "CustomResourceDefinition" {
            continue;
        }
        let mut update = |value: &Value| {
            if let Value::Scalar(scalar) = value {
                matched |= name.matches(&scalar.text);
                see(&mut seen, &scalar.text);
            }
            update(entry, &name, value, context)
        };
        match containers(&resource.value, &mut update) {
            Ok(Some(changed)) => resource.value = changed,
            Ok(None) => {}
            Err(why) => {
                let field = FieldSpec {
                    path: "image".into(),
                    ..FieldSpec::default()
                };
                refuse(context, entry.range, resource, &field, &why);
                continue;
            }
        }
        let gvk = resource.gvk();
        for field in fields.iter().filter(|field| field.selects(&gvk)) {
            let mut update = |value: &Value| {
                matched |= value
                    .as_scalar()
                    .is_some_and(|scalar| name.matches(&scalar.text));
                self::update(entry, &name, value, context)
            };
            match change(&resource.value, field, Make::Nothing, &mut update) {
                Ok(Some(changed)) => resource.value = changed,
                Ok(None) => {}
                Err(why) => refuse(context, entry.range, resource, field, &why),
            }
        }
    }
    if !matched {
        let unmatched = unmatched::image(entry, seen, context);
        context.unmatched.push(unmatched);
    }
}

/// Walks a whole object to the images of its containers.
fn containers(
    value: &Value,
    update: &mut dyn FnMut(&Value) -> Result<Option<Value>, String>,
) -> Result<Option<Value>, String> {
    match value {
        Value::Scalar(_) => Ok(None),
        Value::List(items) => {
            let mut changed: Option<Vec<Value>> = None;
            for (index, item) in items.iter().enumerate() {
                if let Some(new) = containers(item, update)? {
                    changed.get_or_insert_with(|| items.to_vec())[index] = new;
                }
            }
            Ok(changed.map(Value::from))
        }
        Value::Map(map) => {
            let mut changed: Option<Map> = None;
            for (key, value) in map.iter() {
                let mut new = containers(value, update)?;
                if matches!(key.as_str(), "containers" | "initContainers")
                    && let Value::List(items) = new.as_ref().unwrap_or(value)
                    && let Some(updated) = images(items, update)?
                {
                    new = Some(updated);
                }
                if let Some(new) = new {
                    changed
                        .get_or_insert_with(|| map.as_ref().clone())
                        .insert(key.clone(), new);
                }
            }
            Ok(changed.map(Value::from))
        }
    }
}

/// The images of a list of containers.
fn images(
    items: &[Value],
    update: &mut dyn FnMut(&Value) -> Result<Option<Value>, String>,
) -> Result<Option<Value>, String> {
    let mut changed: Option<Vec<Value>> = None;
    for (index, item) in items.iter().enumerate() {
        let Some(image) = item.get("image") else {
            if item.as_map().is_none() && !item.is_null() {
                return Err("a container is no mapping".to_owned());
            }
            continue;
        };
        if image.is_null() {
            continue;
        }
        let Some(new) = update(image)? else {
            continue;
        };
        let mut container = item.clone();
        if let Some(map) = container.as_map_mut() {
            map.insert("image", new);
        }
        changed.get_or_insert_with(|| items.to_vec())[index] = container;
    }
    Ok(changed.map(Value::from))
}

/// The new text of an image, where it has the name.
fn update(
    entry: &ImageEntry,
    name: &ImageName,
    value: &Value,
    context: &Context<'_>,
) -> Result<Option<Value>, String> {
    let Value::Scalar(scalar) = value else {
        return Err("it is no scalar".to_owned());
    };
    // kustomize looks at the name only when there is an image to compare it with.
    if let ImageName::Pattern(None) = name {
        return Err(format!("`{}` is no regular expression", entry.name.value));
    }
    if !name.matches(&scalar.text) {
        return Ok(None);
    }
    let text = renamed(entry, &scalar.text);
    // The fields of the table are also found by the names of their lists.
    if text == scalar.text && scalar.layout == Layout::Untyped {
        return Ok(None);
    }
    Ok(Some(context.untyped(text, entry.range, value)))
}

fn renamed(entry: &ImageEntry, image: &str) -> SmolStr {
    let (mut name, tag, digest) = split(image);
    let new = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (new_tag, new_digest) = (new(&entry.new_tag.value), new(&entry.digest.value));
    if !entry.new_name.value.is_empty() {
        name = &entry.new_name.value;
    }
    let suffix = &entry.tag_suffix.value;
    let (tag, digest) = match (new_tag, new_digest) {
        (None, None) if suffix.is_empty() => (tag.to_owned(), digest.to_owned()),
        (None, None) => (format!("{tag}{suffix}"), String::new()),
        (tag, digest) => (tag.unwrap_or_default(), digest.unwrap_or_default()),
    };
    let mut text = SmolStrBuilder::new();
    text.push_str(name);
    for (sign, part) in [(":", &tag), ("@", &digest)] {
        if !part.is_empty() {
            text.push_str(sign);
            text.push_str(part);
        }
    }
    text.finish()
}

/// Name, tag and digest of an image. A `:` before the first `/` belongs to the host.
fn split(image: &str) -> (&str, &str, &str) {
    let path = match image.find('/') {
        Some(at) if at > 0 => at,
        _ => 0,
    };
    let find = |sign| image[path..].find(sign).map(|at| at + path);
    match (find('@'), find(':')) {
        (None, None) => (image, "", ""),
        (Some(at), Some(colon)) if colon < at => {
            (&image[..colon], &image[colon + 1..at], &image[at + 1..])
        }
        (Some(at), _) => (&image[..at], "", &image[at + 1..]),
        (None, Some(colon)) => (&image[..colon], &image[colon + 1..], ""),
    }
}

/// The name of an entry. kustomize reads it as a regular expression; nearly all are texts with dots.
enum ImageName {
    /// A text whose dots stand for any character.
    Text(SmolStr),
    /// Anything else; none where it is no expression: then it matches nothing.
    Pattern(Option<GoRegex>),
}

impl ImageName {
    fn new(name: &SmolStr) -> ImageName {
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/-_:.".contains(&byte));
        match plain {
            true => ImageName::Text(name.clone()),
            false => ImageName::Pattern(pattern(name)),
        }
    }

    fn matches(&self, image: &str) -> bool {
        let text = match self {
            ImageName::Text(text) => text,
            ImageName::Pattern(pattern) => {
                return pattern
                    .as_ref()
                    .is_some_and(|pattern| pattern.is_match(image));
            }
        };
        let mut rest = image.chars();
        let fits = text.chars().all(|wanted| match (wanted, rest.next()) {
            ('.', Some(any)) => any != '\n',
            (wanted, found) => found == Some(wanted),
        });
        fits && is_tag_and_digest(rest.as_str())
    }
}

fn pattern(name: &str) -> Option<GoRegex> {
    let text = format!(
        "^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{{}}-]*)?$"
    );
    GoRegex::new(&text).ok()
}

/// Whether a text is what may follow the name of an image: a tag, a digest, both or nothing.
fn is_tag_and_digest(text: &str) -> bool {
    let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || b"_.{}-".contains(&byte);
    let rest = match text.strip_prefix(':') {
        Some(tag) => tag.trim_start_matches(|sign: char| sign.is_ascii() && is_tag(sign as u8)),
        None => text,
    };
    let Some(digest) = rest.strip_prefix('@') else {
        return rest.is_empty();
    };
    let Some((algorithm, hash)) = digest.split_once(':') else {
        return false;
    };
    algorithm
        .split(['.', '+', '_', '-'])
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        && hash.bytes().all(is_tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_images() {
        assert_eq!(split("nginx"), ("nginx", "", ""));
        assert_eq!(split("nginx:1.2"), ("nginx", "1.2", ""));
        assert_eq!(
            split("host:5000/nginx:1.2@sha256:ab"),
            ("host:5000/nginx", "1.2", "sha256:ab")
        );
        assert_eq!(
            split("host:5000/nginx@sha256:ab"),
            ("host:5000/nginx", "", "sha256:ab")
        );
    }

    #[test]
    fn matches_whole_names() {
        let name = ImageName::new(&"nginx".into());
        for image in [
            "nginx",
            "nginx:1",
            "nginx:",
            "nginx@sha256:ab",
            "nginx:1@sha256:ab",
        ] {
            assert!(name.matches(image), "{image}");
        }
        for image in ["nginx2", "library/nginx", "nginx:1/2", "nginx@ab"] {
            assert!(!name.matches(image), "{image}");
        }
        assert!(ImageName::new(&"ghcr.io/a".into()).matches("ghcrXio/a:1"));
    }
}
