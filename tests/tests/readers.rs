//! The two readers of YAML agree: on every document that the strict one accepts, the tolerant one makes
//! the same tree, with the same paths, values, styles and ranges.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a suite reads its corpora and its settings itself, and says what it skips"
)]

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_syntax::{Node, NodeKind, Reader, Tree};

/// Documents that the two read differently, with the reason.
const KNOWN: &[(&str, &str)] = &[];

#[test]
fn agree_on_real_repositories() {
    let Some(corpora) = corpora() else { return };
    let mut report = Report::default();
    for file in files(&corpora) {
        let bytes = std::fs::read(&file).expect("a listed file");
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        let name = file.strip_prefix(&corpora).unwrap_or(&file);
        compare(name.as_str(), &text, &mut report);
    }
    println!("{} documents, {} nodes", report.documents, report.nodes);
    assert!(
        report.documents > 2_000,
        "the corpora hold more than {}",
        report.documents
    );
    assert!(
        report.differences.is_empty(),
        "{}",
        report.differences.join("\n")
    );
}

#[test]
fn agree_on_awkward_texts() {
    let mut report = Report::default();
    for (index, text) in AWKWARD.iter().enumerate() {
        let name = format!("awkward text {index}");
        assert_eq!(Tree::parse(*text).errors(), [], "{name} is valid: {text:?}");
        compare(&name, text, &mut report);
    }
    assert!(
        report.differences.is_empty(),
        "{}",
        report.differences.join("\n")
    );
}

#[derive(Default)]
struct Report {
    documents: usize,
    nodes: usize,
    differences: Vec<String>,
}

fn compare(name: &str, text: &str, report: &mut Report) {
    let strict = Tree::parse(text);
    let tolerant = Tree::parse_tolerantly(text);
    assert_eq!(
        strict.documents().len(),
        tolerant.documents().len(),
        "{name}"
    );
    for (expected, actual) in strict.documents().zip(tolerant.documents()) {
        if expected.reader() != Reader::Strict {
            continue;
        }
        let (expected, actual) = (describe(expected.root()), describe(actual.root()));
        report.documents += 1;
        report.nodes += expected.len();
        if expected != actual && !KNOWN.iter().any(|(known, _)| *known == name) {
            report
                .differences
                .push(difference(name, &expected, &actual));
        }
    }
}

/// The first lines that differ.
fn difference(name: &str, expected: &[String], actual: &[String]) -> String {
    let same = expected
        .iter()
        .zip(actual)
        .take_while(|(a, b)| a == b)
        .count();
    let line = |lines: &[String]| {
        lines
            .get(same)
            .cloned()
            .unwrap_or_else(|| "nothing".to_owned())
    };
    format!(
        "{name}, node {same}:\n  strict:   {}\n  tolerant: {}",
        line(expected),
        line(actual)
    )
}

/// One line for each node, parents first: its path, kind, range, properties and value.
fn describe(root: Option<Node<'_>>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<_> = root.map(|root| (String::new(), root)).into_iter().collect();
    while let Some((path, node)) = rest.pop() {
        let value = match node.kind() {
            NodeKind::Scalar(_) => node.scalar().map_or("", |(value, _)| value),
            _ => "",
        };
        lines.push(format!(
            "{path} {:?} flow={} {:?} &{:?} {:?} {value:?} to {:?}",
            node.kind(),
            node.is_flow(),
            node.range(),
            node.anchor_range(),
            node.tag(),
            node.resolve().range(),
        ));
        rest.extend(children(&path, node).into_iter().rev());
    }
    lines
}

fn children<'t>(path: &str, node: Node<'t>) -> Vec<(String, Node<'t>)> {
    match node.kind() {
        NodeKind::Mapping => {
            let mut children = Vec::new();
            for (index, entry) in node.own_entries().enumerate() {
                let key = entry.key.scalar().map_or("?", |(key, _)| key);
                let mut path = path.to_owned();
                let _ = write!(path, "/{key}#{index}");
                children.push((format!("{path}?"), entry.key));
                children.push((path, entry.value));
            }
            children
        }
        NodeKind::Sequence => node
            .items()
            .enumerate()
            .map(|(index, item)| (format!("{path}/{index}"), item))
            .collect(),
        NodeKind::Scalar(_) | NodeKind::Alias => Vec::new(),
    }
}

/// The folder of real repositories, where there is one.
fn corpora() -> Option<Utf8PathBuf> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let shared =
        std::env::var("INFRAGEN_SHARED").map_or_else(|_| root.join("../shared"), Utf8PathBuf::from);
    let corpora = shared.join("corpora");
    if corpora.is_dir() {
        return Some(corpora);
    }
    println!(
        "SKIPPED: no real repositories at {corpora}; set INFRAGEN_SHARED to the folder above them"
    );
    let required = std::env::var("INFRAGEN_REQUIRE_ORACLES").is_ok_and(|value| value == "1");
    assert!(
        !required,
        "INFRAGEN_REQUIRE_ORACLES=1, but there is no {corpora}"
    );
    None
}

/// Every YAML and JSON file below a folder.
fn files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().expect("a folder").flatten() {
            let path = entry.into_path();
            if path.is_dir() {
                folders.push(path);
            } else if matches!(path.extension(), Some("yaml" | "yml" | "json")) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

const AWKWARD: &[&str] = &[
    "a: b",
    "",
    "# only a comment\n",
    "---\n---\n# c\n---\na: b\n...\n",
    "--- {a: b}\n--- |\n x\n--- # c\n- y\n",
    "%YAML 1.2\n---\na: b\n",
    "\u{feff}a: é\n---\nß: 🦀\n",
    "a:\nb: # c\nc:\n  - \n  -\n  - x\nd: {e, f: , g: h}\n",
    "a:\n- b\n-\n- - c\n  - \n  -\n    - d\ne: f\n",
    "? a\n? b\n: c\n? - d\n: - e\n",
    "a: &x b\nc: *x\nd: &y\n  e: f\ng:\n  <<: *y\n  <<: [*y, *y]\nh: &z\n",
    "a: !!str b\nc: !t\n  d: e\nf: !t &x 'g'\nh: &i !t\n- j\nk: !!null\n",
    "&m\n&k a: &v b\n",
    "a: 'it''s'\nb: \"x\\ny \\\"z\\\" \\u00e9 \\\\\"\nc: ''\nd: \"\"\n'e f': \"g\"\n",
    "a: b c\n  d\n\n  e\nf: 'g\n  h\n\n  i'\nj: \"k\n  l \\\n  m\n\n  n\\t\n  o\"\np: q\n",
    "a: |\n  b\n   c\n\n  d\n\n\ne: |-\n  f\n\ng: |+\n  h\n\ni: >\n  j\n  k\n\n  l\n   m\n  n\no: >-\n  p\n",
    "a: |2\n   b\nc:\n- |2-\n    d\n- >+ # e\n\n  f\n\n- |\n- x\ng: |\n\n\n  h\ni: |+\n\n\nj: k\n",
    "[a, 'b', {c: d}, [e], f: g, \"h\":i, ]\n",
    "{\n  a: [b,\n    c], # d\n  e: {\n  },\n  \"f\": 1\n}\n",
    "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"e\"}\n",
    "a: b\r\nc:\r\n  - d\r\n  - |\r\n    e\r\n    f\r\ng: h\r\n",
    "a: x # c\n\n# c\n  # c\nb:\n  # c\n  c: d\n  # c\n\n# c\n",
    "- a: b\n  c:\n  - d\n-\n  e: f\n- - g\n",
    "just a scalar\n",
    "url: http://x.y/z?a=b#c\ntime: 12:30:45\nglob: '*'\ndash: -a\nquestion: ?b\n",
    "|\n root literal\n",
    "'root quoted'\n",
    "[root]\n",
    "a:   \n    b:   \n        c:   d   \n",
];
