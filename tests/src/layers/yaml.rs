//! YAML that a test writes and takes apart again: values with their scalars as they are written.

use std::fmt::Write as _;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Yaml {
    /// A scalar on one line, as it is written: `1`, `"a b"`.
    Scalar(String),
    /// A text in a literal block.
    Block(String),
    /// Keys with values.
    Map(Vec<(String, Yaml)>),
    /// A list.
    List(Vec<Yaml>),
    /// An object inside a block of text: an inline patch.
    Inner(Box<Yaml>),
}

/// A scalar as it is written.
pub fn scalar(text: impl Into<String>) -> Yaml {
    Yaml::Scalar(text.into())
}

/// A mapping.
pub fn map<const N: usize>(entries: [(&str, Yaml); N]) -> Yaml {
    Yaml::Map(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// A list.
pub fn list(items: impl IntoIterator<Item = Yaml>) -> Yaml {
    Yaml::List(items.into_iter().collect())
}

/// A list of scalars as they are written.
pub fn scalars<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Yaml {
    list(items.into_iter().map(scalar))
}

impl Yaml {
    /// Sets a key.
    pub fn set(&mut self, key: &str, value: Yaml) {
        if let Yaml::Map(entries) = self {
            entries.retain(|(name, _)| name != key);
            entries.push((key.to_owned(), value));
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        match self {
            Yaml::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar at a path of keys.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        match path.iter().try_fold(self, |value, key| value.get(key))? {
            Yaml::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a document.
    pub fn render(&self) -> String {
        let mut out = String::new();
        match self {
            Yaml::Map(entries) if !entries.is_empty() => self.write(0, &mut out),
            Yaml::List(items) if !items.is_empty() => self.write(0, &mut out),
            _ => {
                self.write(0, &mut out);
            }
        }
        out.trim_start_matches('\n').trim_start().to_owned()
    }

    /// Writes what stands behind a `:` or a `-`.
    fn write(&self, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        match self {
            Yaml::Scalar(text) => {
                let _ = writeln!(out, " {text}");
            }
            Yaml::Block(text) => write_block(text, &pad, out),
            Yaml::Inner(value) => write_block(&value.render(), &pad, out),
            Yaml::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
            Yaml::List(items) if items.is_empty() => out.push_str(" []\n"),
            Yaml::Map(entries) => {
                out.push('\n');
                for (key, value) in entries {
                    let _ = write!(out, "{pad}{key}:");
                    value.write(indent + 2, out);
                }
            }
            Yaml::List(items) => {
                out.push('\n');
                for item in items {
                    let _ = write!(out, "{pad}-");
                    item.write(indent + 2, out);
                }
            }
        }
    }

    /// The values with one part less: an entry, an item, or a part of one of them, the largest first.
    pub fn smaller(&self) -> Vec<Yaml> {
        let mut found = Vec::new();
        match self {
            Yaml::Scalar(_) | Yaml::Block(_) => {}
            Yaml::Inner(value) => {
                found.extend(
                    value
                        .smaller()
                        .into_iter()
                        .map(|value| Yaml::Inner(Box::new(value))),
                );
            }
            Yaml::Map(entries) => {
                for at in 0..entries.len() {
                    let mut fewer = entries.clone();
                    fewer.remove(at);
                    found.push(Yaml::Map(fewer));
                }
                for (at, (_, value)) in entries.iter().enumerate() {
                    for smaller in value.smaller() {
                        let mut changed = entries.clone();
                        changed[at].1 = smaller;
                        found.push(Yaml::Map(changed));
                    }
                }
            }
            Yaml::List(items) => {
                for at in 0..items.len() {
                    let mut fewer = items.clone();
                    fewer.remove(at);
                    found.push(Yaml::List(fewer));
                }
                for (at, item) in items.iter().enumerate() {
                    for smaller in item.smaller() {
                        let mut changed = items.clone();
                        changed[at] = smaller;
                        found.push(Yaml::List(changed));
                    }
                }
            }
        }
        found
    }
}

fn write_block(text: &str, pad: &str, out: &mut String) {
    let indent = if text.starts_with([' ', '\n']) {
        "2"
    } else {
        ""
    };
    let chomp = if !text.ends_with('\n') {
        "-"
    } else if text.ends_with("\n\n") || text == "\n" {
        "+"
    } else {
        ""
    };
    let _ = writeln!(out, " |{indent}{chomp}");
    for line in text.split_inclusive('\n') {
        if line != "\n" {
            // The block is two deeper than the key before it, as the hint says.
            out.push_str(pad);
        }
        out.push_str(line);
    }
    if !text.ends_with('\n') {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{Yaml, list, map, scalar, scalars};

    #[test]
    fn renders() {
        let value = map([
            ("a", scalar("1")),
            (
                "b",
                list([map([("c", scalars(["x"]))]), Yaml::List(Vec::new())]),
            ),
            ("d", Yaml::Inner(Box::new(map([("e", scalar("f"))])))),
        ]);
        assert_eq!(
            value.render(),
            "a: 1\nb:\n  -\n    c:\n      - x\n  - []\nd: |\n  e: f\n"
        );
    }

    #[test]
    fn has_one_part_less() {
        let value = map([("a", scalar("1")), ("b", scalars(["x", "y"]))]);
        let smaller: Vec<_> = value.smaller().iter().map(Yaml::render).collect();
        assert_eq!(
            smaller,
            [
                "b:\n  - x\n  - y\n",
                "a: 1\n",
                "a: 1\nb:\n  - y\n",
                "a: 1\nb:\n  - x\n"
            ]
        );
    }
}
