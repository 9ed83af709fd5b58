//! The context of a cursor in every state that typing leaves a document in.
//!
//! A row is a name, a text with the cursor at `$0`, and what is found, as
//! `slot path <prefix|rest of the word> {siblings} notes`. Every row is tried in a first and in a later
//! document, and with both kinds of line ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod support;

use infragen_syntax::{
    Cursor, Node, NodeKind, ScalarStyle, Slot, Step, TextSize, Tree, cursor_at, scan_value,
};

use proptest::prelude::*;

use support::{corpora, manifest};

#[rustfmt::skip]
const ROWS: &[(&str, &str, &str)] = &[
    // Values.
    ("empty value with a blank", "metadata:\n  name: $0\n  namespace: x\n", "value metadata.name <|> {namespace}"),
    ("empty value without a blank", "metadata:\n  name:$0\n  namespace: x\n", "value metadata.name <|> {namespace} needs-blank"),
    ("empty value at the end of the file", "metadata:\n  name: $0", "value metadata.name <|> {}"),
    ("value", "metadata:\n  name: fo$0o\n", "value metadata.name <fo|o> {}"),
    ("value with blanks", "a: one t$0wo three # no\n", "value a <one t|wo three> {}"),
    ("behind a value", "a: one$0\n", "value a <one|> {}"),
    ("behind a value and a blank", "a: one $0\nb: 1\n", "value a <one |> {b}"),
    ("value before a comment", "a: o$0ne # two\n", "value a <o|ne> {}"),
    ("before a value", "a: $0one\n", "value a <|one> {}"),
    ("several blanks before a value", "a: $0  one\n", "value a <|> {}"),
    ("anchored value", "a: &x on$0e\n", "value a <on|e> {}"),
    ("lone star", "spec:\n  a: *$0\n  b: 1\n", "value spec.a <*|> {b}"),
    ("lone ampersand", "spec:\n  a: &$0\n  b: 1\n", "value spec.a <&|> {b}"),
    ("alias", "a: *na$0me\n", "value a <*na|me> {}"),
    ("value with a colon in it", "url: oci://gh$0cr.io:443/x\n", "value url <oci://gh|cr.io:443/x> {}"),
    ("value with a hash in it", "a: x#y$0\n", "value a <x#y|> {}"),
    ("variable", "a: ${CLU$0STER}\n", "value a <${CLU|STER}> {}"),
    // Keys.
    ("empty document", "$0", "key  <|> {}"),
    ("first half key", "kin$0", "key  <kin|> {}"),
    ("half key before siblings", "metadata:\n  na$0\n  namespace: x\n  labels: {}\n", "key metadata <na|> {namespace,labels}"),
    ("half key between siblings", "metadata:\n  name: x\n  na$0\n  labels: {}\n", "key metadata <na|> {name,labels}"),
    ("half key after siblings", "metadata:\n  name: x\n  na$0\nspec: {}\n", "key metadata <na|> {name}"),
    ("half key at the end of the file", "metadata:\n  name: x\n  na$0", "key metadata <na|> {name}"),
    ("half key at the root", "kind: A\nsp$0\nmetadata:\n  name: x\n", "key  <sp|> {kind,metadata}"),
    ("half key after a list", "spec:\n  list:\n    - a\n  na$0\n", "key spec <na|> {list}"),
    ("half key after a list at its key's column", "spec:\n  list:\n  - a: 1\n  na$0\n", "key spec <na|> {list}"),
    ("half key with a key below it", "spec:\n  na$0\n    deep: 1\n", "key spec <na|> {deep}"),
    ("existing key", "metadata:\n  na$0me: x\n  labels: {}\n", "key metadata <na|me> {labels}"),
    ("before an existing key", "metadata:\n  $0name: x\n", "key metadata <|name> {}"),
    ("quoted key", "a:\n  \"b/c\": 1\n  \"d$0e\": 2\n", "key a <d|e> {b/c} quote"),
    ("value of a quoted key", "a:\n  'b/c': $0\n", "value a.b/c <|> {}"),
    ("key with a colon in it", "data:\n  a:b: $0\n", "value data.a:b <|> {}"),
    // Blank lines.
    ("blank line at the siblings' column", "metadata:\n  name: x\n  $0\n  labels: {}\n", "key metadata <|> {name,labels} indent-2"),
    ("blank line at column 0", "metadata:\n  name: x\n$0\nspec: {}\n", "key  <|> {metadata,spec}"),
    ("blank line at column 0 at the end", "metadata:\n  name: x\n$0", "key  <|> {metadata}"),
    ("blank line under a key", "spec:\n  $0", "key spec <|> {} indent-2"),
    ("blank line under a key by four", "spec:\n    $0", "key spec <|> {} indent-4"),
    ("blank line before the first sibling", "spec:\n  $0\n  interval: 5m\n", "key spec <|> {interval} indent-2"),
    ("blank line at a middle column", "spec:\n    a: 1\n  $0\n", "key spec <|> {a} indent-4"),
    ("blank line in a deeper mapping", "a:\n  b:\n    c: 1\n    $0\n  d: 1\n", "key a.b <|> {c} indent-4"),
    ("blank line of an outer mapping", "a:\n  b:\n    c: 1\n  $0\n  d: 1\n", "key a <|> {b,d} indent-2"),
    ("several blank lines", "a:\n  b: 1\n\n\n  $0\n", "key a <|> {b} indent-2"),
    ("cursor before trailing blanks", "a:\n  b: 1\n  $0    \n", "key a <|> {b} indent-2"),
    ("over-indented blank line", "metadata:\n  name: x\n      $0\n", "key metadata <|> {name} indent-2"),
    ("over-indented half key", "metadata:\n  name: x\n      na$0\n", "key metadata <na|> {name}"),
    ("over-indented key", "metadata:\n  name: x\n      namespace: $0\n  labels: {}\n", "value metadata.namespace <|> {name,labels}"),
    ("under a comment", "spec:\n  # what\n  $0\n", "key spec <|> {} indent-2"),
    ("comments between", "spec:\n  a: 1\n# no\n  # no: 2\n  b$0\n", "key spec <b|> {a}"),
    // Tabs.
    ("tab before half a key", "metadata:\n  name: x\n\tna$0\n", "key metadata <na|> {name}"),
    ("tab under a key", "spec:\n\t$0", "key spec <|> {} indent-2"),
    ("two tabs", "spec:\n  a:\n    b: 1\n\t\tc$0\n", "key spec.a <c|> {b}"),
    ("tab behind a colon", "a:\t$0\n", "value a <|> {}"),
    // Quotes.
    ("in quotes", "a: \"fo$0o\"\nb: 1\n", "value a <fo|o> {b} quote"),
    ("in empty quotes", "a: \"$0\"\n", "value a <|> {} quote"),
    ("behind quotes", "a: \"foo\"$0\n", "value a <|> {}"),
    ("unclosed quote", "metadata:\n  name: \"fo$0\n  namespace: x\n", "value metadata.name <fo|> {namespace} quote"),
    ("unclosed single quote", "metadata:\n  name: 'fo$0\n  namespace: 'x'\n", "value metadata.name <fo|> {namespace} quote"),
    ("lone quote", "metadata:\n  name: \"$0\n  namespace: \"x\"\n", "value metadata.name <|> {namespace} quote"),
    ("below an unclosed quote", "metadata:\n  name: \"fo\n  na$0\n", "key metadata <na|> {name}"),
    ("unclosed quote before deeper keys", "a: \"\n  b: \"x\"\n  c$0: 1\n", "key  <c|> {a,b}"),
    ("second line in quotes", "a: \"one\n  tw$0o\"\nb: 1\n", "value a <one\n  tw|o> {b} quote"),
    ("quoted item", "- \"a$0b\"\n", "item [0] <a|b> {} quote"),
    ("half a quoted key", "a:\n  \"b/$0\n  c: 1\n", "key a <b/|> {c} quote"),
    // Lists.
    ("dash and blank", "resources:\n  - $0\n", "item resources[0] <|> {}"),
    ("dash alone", "resources:\n  -$0\n", "item resources[0] <|> {} needs-blank"),
    ("dash at the key's column", "resources:\n- a\n- $0\n", "item resources[1] <|> {}"),
    ("dash alone at the key's column", "resources:\n-$0\nkind: x\n", "item resources[0] <|> {} needs-blank"),
    ("dash between", "resources:\n  - a\n  - $0\n  - c\n", "item resources[1] <|> {}"),
    ("scalar item", "resources:\n  - a\n  - ./b$0.yaml\n", "item resources[1] <./b|.yaml> {}"),
    ("half first key", "dependsOn:\n  - na$0\n", "item dependsOn[0] <na|> {}"),
    ("half first key above others", "dependsOn:\n  - na$0\n    namespace: x\n", "item dependsOn[0] <na|> {namespace}"),
    ("first key", "dependsOn:\n  - na$0me: x\n    namespace: y\n", "key dependsOn[0] <na|me> {namespace}"),
    ("value of a first key", "dependsOn:\n  - name: $0\n", "value dependsOn[0].name <|> {}"),
    ("value of a first key at the key's column", "spec:\n  dependsOn:\n  - name: a\n  - name: $0\n  path: x\n", "value spec.dependsOn[1].name <|> {}"),
    ("second key", "dependsOn:\n  - name: x\n    na$0\n", "key dependsOn[0] <na|> {name}"),
    ("second key at the key's column", "dependsOn:\n- name: x\n  na$0\n- name: y\n", "key dependsOn[0] <na|> {name}"),
    ("blank line in an item", "dependsOn:\n  - name: x\n    $0\n", "key dependsOn[0] <|> {name} indent-4"),
    ("blank line at the dashes' column", "dependsOn:\n  - name: x\n  $0\n", "item dependsOn[1] <|> {} dash indent-2"),
    ("blank line between items", "l:\n  - a\n  $0\n  - b\n", "item l[1] <|> {} dash indent-2"),
    ("blank line behind dashes at the key's column", "dependsOn:\n- name: x\n$0\n", "key  <|> {dependsOn}"),
    ("word at the dashes' column", "resources:\n  - a\n  b$0\n", "item resources[1] <b|> {} dash"),
    ("blank line below a scalar item", "resources:\n  - a\n    $0\n", "item resources[1] <|> {} dash indent-2"),
    ("list of lists", "a:\n  - - x\n    - $0\n", "item a[0][1] <|> {}"),
    ("list of maps in a list of maps", "a:\n  - name: x\n    b:\n      - name: y\n        c$0\n    d: 1\n", "key a[0].b[0] <c|> {name}"),
    ("list at the root", "- name: x\n- na$0\n", "item [1] <na|> {}"),
    ("new item of a list at the root", "- name: x\n$0", "item [1] <|> {} dash"),
    ("dash with its content below", "a:\n  -\n    name: $0\n", "value a[0].name <|> {}"),
    ("comment between items", "a:\n  - x\n  # - y\n  - $0\n", "item a[1] <|> {}"),
    // Brackets.
    ("key in braces", "ref: {na$0}\n", "key ref <na|> {} flow"),
    ("empty braces", "ref: {$0}\n", "key ref <|> {} flow"),
    ("value in braces", "ref: {kind: A, name: $0}\n", "value ref.name <|> {kind} flow"),
    ("value in braces without a blank", "ref: {name:$0}\n", "value ref.name <|> {} flow needs-blank"),
    ("second key in braces", "ref: {kind: A, $0}\n", "key ref <|> {kind} flow"),
    ("word in braces", "ref: {kind: A, name: fo$0o}\nb: 1\n", "value ref.name <fo|o> {kind} flow"),
    ("item in brackets", "l: [a, b$0]\n", "item l[1] <b|> {} flow"),
    ("new item in brackets", "l: [a, $0]\n", "item l[1] <|> {} flow"),
    ("empty brackets", "l: [$0]\n", "item l[0] <|> {} flow"),
    ("behind brackets", "l: [a]$0\n", "value l <|> {}"),
    ("unclosed brace", "spec:\n  ref: {name: $0\n  path: x\n", "value spec.ref.name <|> {} flow"),
    ("unclosed bracket", "spec:\n  l: [a, $0\n  path: x\n", "item spec.l[1] <|> {} flow"),
    ("below an unclosed bracket", "spec:\n  l: [a,\n  pa$0\n", "key spec <pa|> {l}"),
    ("brackets on several lines", "l: [\n  a,\n  b$0\n]\n", "item l[1] <b|> {} flow"),
    ("braces on several lines", "a: {\n  b: 1,\n  c$0\n}\nd: 1\n", "key a <c|> {b} flow"),
    ("braces in brackets", "l: [{name: x}, {name: $0}]\n", "value l[1].name <|> {} flow"),
    ("json", "{\"kind\": \"A\", \"metadata\": {\"name\": \"x$0\"}}", "value metadata.name <x|> {} quote flow"),
    ("quotes in brackets", "l: [\"a, b\", \"c$0\"]\n", "item l[1] <c|> {} quote flow"),
    ("pair in brackets", "l: [a: $0]\n", "value l[0].a <|> {} flow"),
    ("braces in an item", "- {name: x, na$0}\n", "key [0] <na|> {name} flow"),
    // Block scalars.
    ("in a block scalar", "patch: |\n  a: 1\n  b$0: 2\nc: 1\n", "value patch <|> {c} block-2"),
    ("in an empty block scalar", "patch: |\n  $0\nc: 1\n", "value patch <|> {c} block-2"),
    ("blank line in a block scalar", "patch: |\n  a: 1\n  $0\n  c: 1\n", "value patch <|> {} block-2"),
    ("at the end of a block scalar", "patch: |\n  a: 1\n  $0", "value patch <|> {} block-2"),
    ("below a block scalar", "patch: |\n  a: 1\n$0\n", "key  <|> {patch}"),
    ("key below a block scalar", "spec:\n  patch: |-\n    a: 1\n  ta$0\n", "key spec <ta|> {patch}"),
    ("block scalar in a list of maps", "patches:\n  - patch: |-\n      - op: re$0\n    target: {}\n", "value patches[0].patch <|> {target} block-6"),
    ("block scalar as an item", "args:\n  - |\n    ec$0ho\n", "value args[0] <|> {} block-4"),
    ("header of a block scalar", "patch: |$0\n", "value patch <||> {}"),
    ("indented by a digit", "a: |1\n  x$0\n", "value a <|> {} block-1"),
    ("hash in a block scalar", "a: |\n  # x$0\n", "value a <|> {} block-2"),
    // Comments.
    ("comment", "metadata:\n  name: x\n  # na$0\n", "key metadata <|> {name} comment"),
    ("trailing comment", "metadata:\n  name: x # wh$0y\n", "value metadata.name <|> {} comment"),
    ("comment behind nothing", "metadata: # wh$0y\n  name: x\n", "value metadata <|> {} comment"),
    // Merge conflicts.
    ("half key in a conflict", "metadata:\n  name: x\n<<<<<<< HEAD\n  na$0\n=======\n  labels: {}\n>>>>>>> other\n", "key metadata <na|> {name,labels}"),
    ("half key below a conflict", "metadata:\n<<<<<<< HEAD\n  name: x\n=======\n  name: y\n>>>>>>> other\n  na$0\n", "key metadata <na|> {name,name}"),
    // Other.
    ("merge key", "a:\n  <<: *$0\n", "value a.<< <*|> {}"),
    ("value on the next line", "a:\n  b$0c\n", "key a <b|c> {}"),
    ("second line of a plain value", "a: one two\n  three fo$0ur\nb: 1\n", "value a <one two\n  three fo|ur> {b}"),
    ("wide letters", "märz: „x\nb: ü$0ö\n", "value b <ü|ö> {märz}"),
    ("template lines", "{{- if .x }}\na: $0\n{{- end }}\n", "value a <|> {}"),
];

fn describe(cursor: &Cursor<'_>, text: &str) -> String {
    let mut path = String::new();
    for step in &cursor.path {
        match step {
            Step::Key { name, .. } if path.is_empty() => path.push_str(name),
            Step::Key { name, .. } => path.push_str(&format!(".{name}")),
            Step::Item { index } => path.push_str(&format!("[{index}]")),
        }
    }
    let slot = match cursor.slot {
        Slot::Key => "key",
        Slot::Value => "value",
        Slot::Item { .. } => "item",
    };
    let rest = &text[cursor.word][cursor.prefix.len()..];
    let siblings: Vec<_> = cursor.siblings().map(|sibling| sibling.name).collect();
    let mut out = format!(
        "{slot} {path} <{}|{rest}> {{{}}}",
        cursor.prefix,
        siblings.join(",")
    );
    let mut note = |on: bool, note: &str| {
        if on {
            out.push(' ');
            out.push_str(note);
        }
    };
    note(cursor.quote.is_some(), "quote");
    note(cursor.in_flow, "flow");
    note(cursor.in_comment, "comment");
    note(cursor.slot == Slot::Item { dash: false }, "dash");
    note(cursor.needs_blank, "needs-blank");
    if let Some(block) = cursor.block {
        note(true, &format!("block-{}", block.indent));
    }
    let free = cursor.word.is_empty()
        && cursor.slot != Slot::Value
        && !cursor.in_flow
        && !cursor.in_comment;
    let dashed = cursor.slot == Slot::Item { dash: true };
    note(
        free && !dashed && cursor.indent > 0,
        &format!("indent-{}", cursor.indent),
    );
    out
}

fn found(marked: &str) -> String {
    let offset = marked.find("$0").expect("a row has a cursor");
    let text = marked.replacen("$0", "", 1);
    let cursor = cursor_at(&text, TextSize::try_from(offset).unwrap());
    describe(&cursor, &text)
}

#[test]
fn every_state_has_its_context() {
    let mut wrong = Vec::new();
    for (name, text, expected) in ROWS {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let earlier = "kind: Earlier\nspec:\n  list:\n    - name: \"open\n---\n";
        let variants = [
            ("alone", (*text).to_owned()),
            ("in a later document", format!("{earlier}{text}")),
            (
                "before another document",
                format!("{text}{end}---\nkind: Next\n"),
            ),
            ("behind a bare marker", format!("---\n{text}")),
            ("with CRLF", text.replace('\n', "\r\n")),
        ];
        for (variant, text) in variants {
            let found = found(&text).replace("\r\n", "\n");
            if found != *expected {
                wrong.push(format!(
                    "{name} ({variant}):\n{text}\n  found    {found}\n  expected {expected}\n"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows are wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn levels_hold_the_keys_beside_every_step() {
    let text = "apiVersion: v1\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      sourceRef:\n        kind: 'OCIRepository'\n        name: \n      version: 1.x\n";
    let offset = text.find("name: ").unwrap() + 6;
    let cursor = cursor_at(text, TextSize::try_from(offset).unwrap());
    assert_eq!(cursor.root_value("kind"), Some("HelmRelease"));
    assert_eq!(cursor.nearest("kind"), Some("OCIRepository"));
    assert_eq!(cursor.nearest("version"), Some("1.x"));
    assert_eq!(
        cursor.pattern(),
        ["spec", "chart", "spec", "sourceRef", "name"]
    );
    let depths: Vec<_> = cursor
        .levels
        .iter()
        .map(|level| (level.depth, level.column))
        .collect();
    assert_eq!(
        depths,
        [
            (0, Some(0)),
            (1, Some(2)),
            (2, Some(4)),
            (3, Some(6)),
            (4, Some(8))
        ]
    );
}

#[test]
fn values_are_found_by_path() {
    let text = "metadata: {name: x, labels: {a: b}}\nspec:\n  # no\n  path: \"./a b\" # yes\n  broken: [\n  list:\n  - path: no\n  last: 1\n";
    let document = cursor_at(text, 0.into()).document;
    let value = |path: &[&str]| {
        scan_value(text, document, path).map(|(value, range)| {
            assert_eq!(value, &text[range]);
            value
        })
    };
    assert_eq!(value(&["metadata", "name"]), Some("x"));
    assert_eq!(value(&["metadata", "labels", "a"]), Some("b"));
    assert_eq!(value(&["spec", "path"]), Some("./a b"));
    assert_eq!(value(&["spec", "last"]), Some("1"));
    assert_eq!(value(&["spec", "list"]), None);
    assert_eq!(value(&["spec", "none"]), None);
}

#[test]
fn a_block_scalar_is_a_text_of_its_own() {
    let marked =
        "patches:\n  - patch: |\n      kind: A\n\n      spec:\n        pa$0th: x\n    target: {}\n";
    let offset = TextSize::try_from(marked.find("$0").unwrap()).unwrap();
    let text = marked.replacen("$0", "", 1);
    let block = cursor_at(&text, offset)
        .block
        .expect("the cursor is in a block scalar");
    let (inner, place) = block.dedent(&text, offset);
    assert_eq!(inner, "kind: A\n\nspec:\n  path: x");
    assert_eq!(block.to_file(&text, place), offset);
    assert_eq!(
        describe(&cursor_at(&inner, place), &inner),
        "key spec <pa|th> {}"
    );
    for at in 0..=inner.len() {
        let at = TextSize::try_from(at).unwrap();
        assert_eq!(block.dedent(&text, block.to_file(&text, at)).1, at);
    }
}

/// The path of every scalar of a tree, as text, with the scalar; a key's path is that of its mapping.
fn scalars(tree: &Tree) -> Vec<(String, Node<'_>)> {
    let mut found = Vec::new();
    let mut rest: Vec<_> = tree
        .documents()
        .filter_map(|document| Some((String::new(), document.root()?)))
        .collect();
    while let Some((path, node)) = rest.pop() {
        match node.kind() {
            NodeKind::Scalar(_) | NodeKind::Alias => found.push((path, node)),
            NodeKind::Mapping => {
                for entry in node.own_entries() {
                    found.push((path.clone(), entry.key));
                    let name = &tree.text()[entry.key.content_range()];
                    rest.push((format!("{path}/{name}"), entry.value));
                }
            }
            NodeKind::Sequence => {
                rest.extend(
                    node.items()
                        .enumerate()
                        .map(|(index, item)| (format!("{path}/{index}"), item)),
                );
            }
        }
    }
    found
}

fn path_of(cursor: &Cursor<'_>) -> String {
    let steps = cursor.path.iter().map(|step| match step {
        Step::Key { name, .. } => format!("/{name}"),
        Step::Item { index } => format!("/{index}"),
    });
    steps.collect()
}

/// Offsets of a scalar that a cursor can stand at: its ends and its middle.
fn offsets(node: Node<'_>) -> Vec<TextSize> {
    let range = node.range();
    let middle = (usize::from(range.start()) + usize::from(range.end())) / 2;
    let middle = (middle..)
        .find(|at| node.tree().text().is_char_boundary(*at))
        .unwrap();
    vec![
        range.start(),
        TextSize::try_from(middle).unwrap(),
        range.end(),
    ]
}

/// Why the scan may differ from the tree at a scalar.
fn exception(node: Node<'_>) -> Option<&'static str> {
    match node.kind() {
        NodeKind::Scalar(ScalarStyle::Plain) if node.text().contains('\n') => {
            Some("a plain scalar of several lines")
        }
        _ => None,
    }
}

#[test]
fn in_the_corpora_the_path_is_that_of_the_tree() {
    let (mut places, mut wrong) = (0, Vec::new());
    let mut excepted = std::collections::BTreeMap::<_, usize>::new();
    for (file, text) in corpora() {
        let tree = Tree::parse(text.as_str());
        if !tree.errors().is_empty() {
            continue;
        }
        // Unoptimized, all 300,000 places would take half a minute.
        let step = if cfg!(debug_assertions) { 7 } else { 1 };
        for (path, node) in scalars(&tree).into_iter().step_by(step) {
            for offset in offsets(node) {
                places += 1;
                let found = path_of(&cursor_at(&text, offset));
                if found == path {
                    continue;
                }
                match exception(node) {
                    Some(reason) => *excepted.entry(reason).or_default() += 1,
                    None => wrong.push(format!(
                        "{file}:{offset:?} {:?}: found {found}, expected {path}",
                        node.text()
                    )),
                }
            }
        }
    }
    println!("{places} places; exceptions: {excepted:?}");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// Pieces of text that mean something to the scan.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ \\t]{0,6}",
        3 => "[a-z]{1,4}: ?",
        3 => Just("\n".to_owned()),
        2 => "[-?:,{}\\[\\]#&*!|>'\"%@`\\\\\r<=~ä]{1,3}",
        1 => "- ?",
        1 => Just("\n---\n".to_owned()),
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What holds for every cursor.
fn check(text: &str, offset: TextSize) -> Result<(), TestCaseError> {
    let cursor = cursor_at(text, offset);
    prop_assert!(cursor.word.end() <= TextSize::of(text));
    prop_assert!(text[cursor.word].starts_with(cursor.prefix));
    if text.is_char_boundary(offset.into()) {
        prop_assert_eq!(cursor.word.start() + TextSize::of(cursor.prefix), offset);
    }
    let item = matches!(cursor.path.last(), Some(Step::Item { .. }));
    prop_assert!(
        !matches!(cursor.slot, Slot::Item { .. }) || item,
        "an item has its number: {:?}",
        cursor
    );
    for level in &cursor.levels {
        prop_assert!(level.depth <= cursor.path.len());
        for key in &level.keys {
            prop_assert_eq!(&text[key.range], key.name);
            prop_assert!(
                key.value
                    .is_none_or(|value| value == &text[key.value_range])
            );
        }
    }
    if let Some(block) = cursor.block {
        let (inner, place) = block.dedent(text, offset);
        prop_assert!(place <= TextSize::of(inner.as_str()));
        prop_assert!(block.to_file(text, place) <= TextSize::of(text));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_text_and_offset_has_an_answer(text in pieces()) {
        for offset in 0..text.len() + 2 {
            check(&text, TextSize::try_from(offset).unwrap())?;
        }
    }

    #[test]
    fn every_place_in_a_manifest_cut_short_has_an_answer(written in manifest(), part in 0.0_f64..1.0) {
        let text = written.text();
        let cut = (0..=(text.len() as f64 * part) as usize).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        check(&text[..cut], TextSize::try_from(cut).unwrap())?;
    }

    #[test]
    fn in_a_manifest_the_path_is_that_of_the_tree(written in manifest()) {
        for text in [written.text(), written.text().replace('\n', "\r\n")] {
            let tree = Tree::parse(text.as_str());
            prop_assert_eq!(tree.errors(), &[], "{}", &text);
            for (path, node) in scalars(&tree) {
                for offset in offsets(node) {
                    let found = path_of(&cursor_at(&text, offset));
                    prop_assert_eq!(&found, &path, "at {:?} {:?} of\n{}", offset, node.text(), text);
                }
            }
        }
    }
}
