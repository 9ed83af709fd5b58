//! What several suites need: the corpora, and generated manifests.

#![allow(dead_code, reason = "each suite uses a part")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may read files, and says what it skips"
)]

use std::path::PathBuf;

use proptest::prelude::*;

/// The YAML files of the corpora, where they are: their paths and texts.
pub fn corpora() -> Vec<(String, String)> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var("INFRAGEN_SHARED").unwrap_or_else(|_| beside.to_owned());
    let mut folders = vec![PathBuf::from(shared).join("corpora")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                files.push((path.display().to_string(), text));
            }
        }
    }
    if files.is_empty() {
        eprintln!("SKIPPED: no corpora beside the repository and none in $INFRAGEN_SHARED/corpora");
    }
    files
}

/// A value with the layout it is written in.
#[derive(Debug, Clone)]
pub enum Written {
    Scalar(&'static str),
    Block(&'static [&'static str]),
    Map {
        indent: usize,
        entries: Vec<(Note, Written)>,
    },
    List {
        indent: usize,
        items: Vec<(Note, Written)>,
    },
}

/// What stands around an entry or item.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    above: bool,
    trailing: bool,
    blank: bool,
    quoted: bool,
}

const SCALARS: &[&str] = &[
    "x",
    "./app.yaml",
    "'it''s # no comment'",
    "\"a: b\"",
    "1.10",
    "true",
    "${NAME}",
    "oci://host:1/x",
    "",
    "\"\"",
    "&anchor x",
    "!!str 1",
    "- not",
    "{a: b, \"c\": [d, e]}",
    "[a, {b: c}, 'd # e']",
    "{}",
    "[]",
    "ä ö",
    "plain words # and a comment",
    "a#b",
    "~",
];

const BLOCKS: &[&[&str]] = &[
    &["apiVersion: v1", "kind: X"],
    &["# no comment", "- op: remove", "", "  path: /x"],
    &["one"],
];

fn note() -> impl Strategy<Value = Note> + Clone {
    (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(above, trailing, blank, quoted)| Note {
            above,
            trailing,
            blank,
            quoted,
        })
}

/// A mapping as people write manifests: nested, with comments, in mixed styles.
pub fn manifest() -> impl Strategy<Value = Written> {
    let scalar = (0..SCALARS.len()).prop_map(|at| SCALARS[at]);
    let leaf = prop_oneof![
        5 => scalar.prop_filter("begins a list", |text| !text.starts_with("- ")).prop_map(Written::Scalar),
        1 => (0..BLOCKS.len()).prop_map(|at| Written::Block(BLOCKS[at])),
    ];
    let node = leaf.prop_recursive(5, 40, 5, |inner| {
        let children = prop::collection::vec((note(), inner), 1..5);
        prop_oneof![
            (1_usize..3, children.clone()).prop_map(|(steps, entries)| Written::Map {
                indent: steps * 2,
                entries
            }),
            (0_usize..3, children).prop_map(|(steps, items)| Written::List {
                indent: steps * 2,
                items
            }),
        ]
    });
    prop::collection::vec((note(), node), 1..6)
        .prop_map(|entries| Written::Map { indent: 0, entries })
}

impl Written {
    /// Its text, as a document.
    pub fn text(&self) -> String {
        let mut out = String::new();
        match self {
            Written::Map { entries, .. } => entries_at(&mut out, entries, 0, false),
            Written::List { items, .. } => items_at(&mut out, items, 0, false),
            Written::Scalar(text) => out.push_str(text),
            Written::Block(_) => {}
        }
        out
    }
}

fn above(out: &mut String, note: Note, column: usize) {
    if note.blank {
        out.push('\n');
    }
    if note.above {
        out.push_str(&format!("{:column$}# - above: x\n", ""));
    }
    out.push_str(&" ".repeat(column));
}

fn entries_at(out: &mut String, entries: &[(Note, Written)], column: usize, inline: bool) {
    for (number, (note, value)) in entries.iter().enumerate() {
        if number > 0 || !inline {
            above(out, *note, column);
        }
        let key = if note.quoted {
            format!("\"k.io/{number}\":")
        } else {
            format!("key{number}:")
        };
        out.push_str(&key);
        match value {
            Written::Map { indent, entries } => {
                line_end(out, *note);
                entries_at(out, entries, column + indent, false);
            }
            Written::List { indent, items } => {
                line_end(out, *note);
                items_at(out, items, column + indent, false);
            }
            _ => leaf(out, *note, value, column),
        }
    }
}

fn items_at(out: &mut String, items: &[(Note, Written)], column: usize, inline: bool) {
    for (number, (note, value)) in items.iter().enumerate() {
        if number > 0 || !inline {
            above(out, *note, column);
        }
        out.push('-');
        match value {
            Written::Map { entries, .. } => {
                out.push(' ');
                entries_at(out, entries, column + 2, true);
            }
            Written::List { items, .. } => {
                out.push(' ');
                items_at(out, items, column + 2, true);
            }
            _ => leaf(out, *note, value, column),
        }
    }
}

fn leaf(out: &mut String, note: Note, value: &Written, column: usize) {
    match value {
        Written::Block(lines) => {
            out.push_str(if note.quoted { " |-" } else { " |" });
            line_end(out, note);
            for line in *lines {
                let pad = if line.is_empty() { 0 } else { column + 2 };
                out.push_str(&format!("{:pad$}{line}\n", ""));
            }
        }
        Written::Scalar(text) => {
            if !text.is_empty() {
                out.push(' ');
                out.push_str(text);
            }
            line_end(out, note);
        }
        Written::Map { .. } | Written::List { .. } => {}
    }
}

fn line_end(out: &mut String, note: Note) {
    out.push_str(if note.trailing { " # trailing\n" } else { "\n" });
}
