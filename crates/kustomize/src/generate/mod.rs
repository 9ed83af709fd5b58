//! ConfigMaps and Secrets that a kustomization file generates.

mod absorb;
mod base64;
mod iam;
mod pairs;

pub(crate) use self::absorb::absorb;
pub(crate) use self::iam::{CloudAccount, generate_account};
use self::pairs::Pair;
use infragen_syntax::TextRange;

use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::origin::How;
use crate::resource::{Behavior, Generated, Resource};
use crate::spec::{GeneratorEntry, GeneratorOptions, Pairs};
use crate::value::{Map, ScalarKind, Value, block};

/// Which of the two is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A ConfigMap.
    ConfigMap,
    /// A Secret.
    Secret,
}

/// Generates one object; none where that fails.
pub(crate) fn generate(
    kind: Kind,
    entry: &GeneratorEntry,
    global: Option<&GeneratorOptions>,
    context: &mut Context<'_>,
) -> Option<Resource> {
    if entry.name.value.is_empty() {
        let message = "a generator must have a name";
        context.report(ErrorKind::Generator, entry.range, message);
        return None;
    }
    let pairs = pairs::load(entry, context)?;
    let unreadable =
        |pair: &&Pair| std::str::from_utf8(&pair.value).is_ok_and(block::is_unreadable);
    if kind == Kind::ConfigMap
        && let Some(pair) = pairs.iter().find(unreadable)
    {
        let message = format!(
            "the text of `{}` begins with a tab, which kustomize cannot print where there is more than one line",
            pair.key
        );
        context.report(ErrorKind::Generator, pair.range, message);
    }
    let options = merged(entry.options.as_ref(), global);
    let value = Value::from(object(kind, entry, &options, &pairs, context));
    let mut resource = Resource::new(value, context.place(entry.range));
    resource.odd_keys = absorb::odd_keys(&resource.value, &|key| {
        let message = format!("the key `{key}` is written without quotes, and is no text then");
        let place = pairs.iter().find(|pair| pair.key == key);
        let range = place.map_or(entry.range, |pair| pair.range);
        BuildError::new(ErrorKind::Generator, context.place(range), message)
    });
    resource.generated = Some(Generated {
        behavior: match entry.behavior.value.as_str() {
            "replace" => Behavior::Replace,
            "merge" => Behavior::Merge,
            _ => Behavior::Create,
        },
        hash: !options.disable_name_suffix_hash,
    });
    Some(resource)
}

/// The options of a generator; it wins over `generatorOptions` key by key, but cannot take back a true.
fn merged(own: Option<&GeneratorOptions>, global: Option<&GeneratorOptions>) -> GeneratorOptions {
    let mut options = own.cloned().unwrap_or_default();
    if let Some(global) = global {
        add_missing(&mut options.labels, &global.labels);
        add_missing(&mut options.annotations, &global.annotations);
        options.disable_name_suffix_hash |= global.disable_name_suffix_hash;
        options.immutable |= global.immutable;
    }
    options
}

fn add_missing(own: &mut Pairs, others: &Pairs) {
    for (key, value) in others {
        if !own.iter().any(|(own, _)| own.value == key.value) {
            own.push((key.clone(), value.clone()));
        }
    }
}

fn object(
    kind: Kind,
    entry: &GeneratorEntry,
    options: &GeneratorOptions,
    pairs: &[Pair],
    context: &Context<'_>,
) -> Map {
    let text = |text: &str, range: TextRange| {
        context.scalar(text, ScalarKind::String, How::Generator, range, None)
    };
    let mut object = Map::default();
    object.insert("apiVersion", text("v1", entry.range));
    let name = match kind {
        Kind::ConfigMap => "ConfigMap",
        Kind::Secret => "Secret",
    };
    object.insert("kind", text(name, entry.range));
    let mut metadata = Map::default();
    metadata.insert("name", text(&entry.name.value, entry.name.range));
    if !entry.namespace.value.is_empty() {
        metadata.insert(
            "namespace",
            text(&entry.namespace.value, entry.namespace.range),
        );
    }
    for (key, pairs) in [
        ("labels", &options.labels),
        ("annotations", &options.annotations),
    ] {
        if !pairs.is_empty() {
            let mut map = Map::default();
            for (key, value) in pairs {
                map.insert(key.value.clone(), text(&value.value, value.range));
            }
            metadata.insert(key, Value::from(map));
        }
    }
    object.insert("metadata", Value::from(metadata));
    if kind == Kind::Secret {
        let secret_type = match entry.secret_type.value.as_str() {
            "" => "Opaque",
            other => other,
        };
        object.insert("type", text(secret_type, entry.secret_type.range));
    }
    let mut data = Map::default();
    let mut binary = Map::default();
    for pair in pairs {
        match (kind, std::str::from_utf8(&pair.value)) {
            (Kind::ConfigMap, Ok(value)) => {
                data.insert(pair.key.clone(), text(value, pair.range));
            }
            (Kind::ConfigMap, Err(_)) => {
                binary.insert(
                    pair.key.clone(),
                    text(&base64::encode(&pair.value), pair.range),
                );
            }
            (Kind::Secret, _) => {
                data.insert(
                    pair.key.clone(),
                    text(&base64::encode(&pair.value), pair.range),
                );
            }
        }
    }
    if kind == Kind::Secret || !data.is_empty() {
        object.insert("data", Value::from(data));
    }
    if !binary.is_empty() {
        object.insert("binaryData", Value::from(binary));
    }
    if options.immutable {
        let immutable = context.scalar("true", ScalarKind::Bool, How::Generator, entry.range, None);
        object.insert("immutable", immutable);
    }
    object
}
