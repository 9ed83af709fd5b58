//! Paths of fields: `spec.containers.[name=web].image`, `metadata.annotations.[a.b/c]`.

use smol_str::SmolStr;

/// One part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A key of a mapping.
    Key(SmolStr),
    /// The number of an item.
    Index(usize),
    /// `[key=value]`: items by a key, or by themselves where the key is empty.
    Items {
        /// The key.
        key: SmolStr,
        /// What its value must be: a text for sources, a regular expression for targets.
        value: SmolStr,
    },
    /// `*`: every item.
    All,
}

/// Splits a path at its dots, but not at `\.` and not in brackets.
///
/// # Errors
///
/// One sentence without a full stop.
pub(super) fn parse(path: &str) -> Result<Vec<Part>, String> {
    split(path).iter().map(|part| classify(part)).collect()
}

fn classify(part: &str) -> Result<Part, String> {
    let number = part.strip_prefix('+').unwrap_or(part);
    if let Ok(index) = number.parse() {
        return Ok(Part::Index(index));
    }
    if let Some(inside) = part
        .strip_prefix('[')
        .and_then(|part| part.strip_suffix(']'))
    {
        return match inside.split_once('=') {
            Some((key, value)) => Ok(Part::Items {
                key: SmolStr::new(key),
                value: SmolStr::new(value),
            }),
            None => Err(format!(
                "`{part}` says no `key=value` by which an item is found"
            )),
        };
    }
    Ok(match part {
        "*" => Part::All,
        key => Part::Key(SmolStr::new(key)),
    })
}

/// The parts as texts. Brackets without a `=` only keep the dots in them together.
fn split(path: &str) -> Vec<String> {
    let raw = split_escaped(path);
    let mut parts = Vec::new();
    let mut rest = raw.into_iter();
    while let Some(mut part) = rest.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            parts.push(part);
            continue;
        }
        for next in rest.by_ref() {
            part.push('.');
            part.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        parts.push(match part.contains('=') {
            true => part,
            false => part.trim_matches(['[', ']']).to_owned(),
        });
    }
    parts
}

fn split_escaped(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let path = match path.strip_prefix('.') {
        Some(rest) if !rest.is_empty() || path.len() > 1 => rest,
        _ => path,
    };
    for piece in path.split('.') {
        match parts.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push('.');
                last.push_str(piece);
            }
            None => parts.push(piece.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn dots_split_outside_brackets() {
        assert_eq!(split("a.b"), ["a", "b"]);
        assert_eq!(split(".a.b"), ["a", "b"]);
        assert_eq!(split(r"a.b\.c"), ["a", "b.c"]);
        assert_eq!(split("a.[b.c/d].e"), ["a", "b.c/d", "e"]);
        assert_eq!(split("a.[n=b.c].e"), ["a", "[n=b.c]", "e"]);
        assert_eq!(split("a.[n=b]"), ["a", "[n=b]"]);
    }
}
