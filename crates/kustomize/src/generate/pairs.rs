//! The data of a generator: `envs`, then `literals`, then `files`.

use infragen_syntax::TextRange;
use smol_str::SmolStr;

use crate::context::Context;
use crate::error::ErrorKind;
use crate::spec::{GeneratorEntry, Text};

/// One key with its value.
pub(super) struct Pair {
    /// The key.
    pub key: SmolStr,
    /// The value.
    pub value: Vec<u8>,
    /// The text that names it.
    pub range: TextRange,
}

/// The longest line of an env file; kustomize stops reading there.
const LONGEST_LINE: usize = 64 << 10;

/// All data of a generator, sorted by key; none where something is wrong with it.
pub(super) fn load(entry: &GeneratorEntry, context: &mut Context<'_>) -> Option<Vec<Pair>> {
    let before = context.errors.len();
    let mut pairs = Vec::new();
    for source in &entry.envs {
        if let Some(bytes) = bytes(&source.value, source.range, context) {
            read_lines(&bytes, source, &mut pairs, context);
        }
    }
    for source in &entry.literals {
        match source.value.split_once('=') {
            Some((key, value)) if !key.is_empty() => pairs.push(Pair {
                key: SmolStr::new(key),
                value: without_quotes(value).as_bytes().to_vec(),
                range: source.range,
            }),
            _ => {
                let message = format!("`{}` is no `key=value`", source.value);
                context.report(ErrorKind::Generator, source.range, message);
            }
        }
    }
    for source in &entry.files {
        if let Some((key, path)) = split_file_source(source, context)
            && let Some(bytes) = bytes(path, source.range, context)
        {
            pairs.push(Pair {
                key: SmolStr::new(key),
                value: bytes.to_vec(),
                range: source.range,
            });
        }
    }
    pairs.sort_by(|one, other| one.key.cmp(&other.key));
    for two in pairs.windows(2) {
        if two[0].key == two[1].key {
            let message = format!("the key `{}` is there twice", two[1].key);
            context.report(ErrorKind::Generator, two[1].range, message);
        }
    }
    (context.errors.len() == before).then_some(pairs)
}

fn bytes(path: &str, range: TextRange, context: &mut Context<'_>) -> Option<std::sync::Arc<[u8]>> {
    let file = context.resolve(path);
    if !context.may_read(path, &file, range) {
        return None;
    }
    let bytes = context.loader.bytes(&file);
    if bytes.is_none() {
        context.missing(path, &file, range);
    }
    bytes
}

/// Key and path of a file: the key is the name of the file where none is given.
fn split_file_source<'t>(
    source: &'t Text,
    context: &mut Context<'_>,
) -> Option<(&'t str, &'t str)> {
    let text = source.value.as_str();
    let mut parts = text.split('=');
    let wrong = match (parts.next(), parts.next(), parts.next()) {
        (Some(path), None, _) => return Some((base_name(path), path)),
        (Some(""), Some(_), None) => "has no key before its `=`",
        (Some(_), Some(""), None) => "has no path behind its `=`",
        (Some(key), Some(path), None) => return Some((key, path)),
        _ => "has more than one `=`",
    };
    context.report(
        ErrorKind::Generator,
        source.range,
        format!("`{text}` {wrong}"),
    );
    None
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit('/').next() {
        Some("") | None => match path {
            "" => ".",
            _ => "/",
        },
        Some(name) => name,
    }
}

fn read_lines(bytes: &[u8], source: &Text, pairs: &mut Vec<Pair>, context: &mut Context<'_>) {
    let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        if line.len() >= LONGEST_LINE || lines.peek().is_none() && line.is_empty() {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else {
            let message = format!("`{}` has a line that is no UTF-8", source.value);
            context.report(ErrorKind::Generator, source.range, message);
            return;
        };
        let line = match std::mem::take(&mut first) {
            true => line.strip_prefix('\u{feff}').unwrap_or(line),
            false => line,
        };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        // What kustomize calls a check of the key accepts anything.
        if key.is_empty() {
            continue;
        }
        pairs.push(Pair {
            key: SmolStr::new(key),
            value: value.as_bytes().to_vec(),
            range: source.range,
        });
    }
}

/// A value without the quotes around it.
fn without_quotes(value: &str) -> &str {
    let quoted = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}
