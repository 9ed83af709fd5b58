//! Edits: each row is a text before, an edit, and the text after.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod support;

use infragen_syntax::{
    EditError, NewValue, Node, NodeKind, Segment, Target, TextEdit, Tree, append_item, apply,
    insert_entry, insert_sorted_item, remove_entry, remove_item, set_scalar,
};

use proptest::prelude::*;

use support::{corpora, manifest};

use NewValue::{String as Str, Yaml};
use Segment::{Item, Key};

enum Edit {
    Append(&'static [Segment<'static>], NewValue<'static>),
    AppendAfter(&'static [Segment<'static>], NewValue<'static>, &'static str),
    Sorted(&'static [Segment<'static>], &'static str),
    RemoveItem(&'static [Segment<'static>], usize),
    Set(&'static [Segment<'static>], NewValue<'static>),
    Insert(
        &'static [Segment<'static>],
        &'static str,
        NewValue<'static>,
        Option<&'static str>,
    ),
    RemoveEntry(&'static [Segment<'static>], &'static str),
}

use Edit::{Append, AppendAfter, Insert, RemoveEntry, RemoveItem, Set, Sorted};

impl Edit {
    fn plan(&self, tree: &Tree, document: usize) -> Result<TextEdit, EditError> {
        let at = |path| Target { document, path };
        match *self {
            Append(path, item) => append_item(tree, at(path), item, None),
            AppendAfter(path, item, after) => append_item(tree, at(path), item, Some(after)),
            Sorted(path, item) => insert_sorted_item(tree, at(path), item, None),
            RemoveItem(path, index) => remove_item(tree, at(path), index),
            Set(path, value) => set_scalar(tree, at(path), value),
            Insert(path, key, value, after) => insert_entry(tree, at(path), key, value, after),
            RemoveEntry(path, key) => remove_entry(tree, at(path), key),
        }
    }
}

const R: &[Segment<'_>] = &[Key("resources")];
const S: &[Segment<'_>] = &[Key("spec")];
const D: &[Segment<'_>] = &[Key("spec"), Key("dependsOn")];

#[rustfmt::skip]
const ROWS: &[(&str, &str, Edit, &str)] = &[
    // Appending.
    ("indented list", "resources:\n  - a\n", Append(R, Str("b")), "resources:\n  - a\n  - b\n"),
    ("list at its key's column", "resources:\n- a\nkind: x\n", Append(R, Str("b")), "resources:\n- a\n- b\nkind: x\n"),
    ("deeply indented list", "resources:\n      - a\n", Append(R, Str("b")), "resources:\n      - a\n      - b\n"),
    ("no final newline", "resources:\n  - a", Append(R, Str("b")), "resources:\n  - a\n  - b"),
    ("trailing comment", "resources:\n  - a # why\n", Append(R, Str("b")), "resources:\n  - a # why\n  - b\n"),
    ("comments below", "resources:\n  - a\n  # - c\n# end\nkind: x\n", Append(R, Str("b")), "resources:\n  - a\n  - b\n  # - c\n# end\nkind: x\n"),
    ("blank line and a key below", "resources:\n  - a\n\nkind: x\n", Append(R, Str("b")), "resources:\n  - a\n  - b\n\nkind: x\n"),
    ("empty brackets", "resources: []\nkind: x\n", Append(R, Str("b")), "resources:\n  - b\nkind: x\n"),
    ("empty brackets with a comment", "resources: [] # none\n", Append(R, Str("b")), "resources: # none\n  - b\n"),
    ("empty brackets in a document with lists at the key's column", "a:\n- x\nresources: []\n", Append(R, Str("b")), "a:\n- x\nresources:\n- b\n"),
    ("nothing", "resources:\nkind: x\n", Append(R, Str("b")), "resources:\n  - b\nkind: x\n"),
    ("nothing with a commented item", "resources:\n  # - a\n", Append(R, Str("b")), "resources:\n  - b\n  # - a\n"),
    ("null", "resources: null # none\n", Append(R, Str("b")), "resources: # none\n  - b\n"),
    ("missing key", "kind: x\n", Append(R, Str("b")), "kind: x\nresources:\n  - b\n"),
    ("missing key, no final newline", "kind: x", Append(R, Str("b")), "kind: x\nresources:\n  - b"),
    ("missing key behind a sibling", "kind: x # c\nmetadata: {}\n", AppendAfter(R, Str("b"), "kind"), "kind: x # c\nresources:\n  - b\nmetadata: {}\n"),
    ("missing key in a document with lists at the key's column", "a:\n- x\n", Append(R, Str("b")), "a:\n- x\nresources:\n- b\n"),
    ("missing key in an empty file", "", Append(R, Str("b")), "resources:\n  - b\n"),
    ("missing key in a file of comments", "# only\n", Append(R, Str("b")), "# only\nresources:\n  - b\n"),
    ("missing nested key", "spec:\n    a: 1\nb: 2\n", Append(D, Yaml("name: x")), "spec:\n    a: 1\n    dependsOn:\n      - name: x\nb: 2\n"),
    ("brackets", "resources: [a, b] # c\n", Append(R, Str("d, e")), "resources: [a, b, \"d, e\"] # c\n"),
    ("brackets on lines", "resources: [\n  a,\n  b # c\n]\n", Append(R, Str("d")), "resources: [\n  a,\n  b, # c\n  d\n]\n"),
    ("brackets on lines with a last comma", "resources: [\n  a,\n  b, # c\n]\n", Append(R, Str("d")), "resources: [\n  a,\n  b, # c\n  d,\n]\n"),
    ("CRLF", "resources:\r\n  - a\r\nkind: x\r\n", Append(R, Str("b")), "resources:\r\n  - a\r\n  - b\r\nkind: x\r\n"),
    ("CRLF, missing key", "kind: x\r\n", Append(R, Str("b")), "kind: x\r\nresources:\r\n  - b\r\n"),
    ("item that needs quotes", "resources:\n  - a\n", Append(R, Str("on")), "resources:\n  - a\n  - \"on\"\n"),
    ("mapping", "spec:\n  dependsOn:\n    - name: a\n      namespace: b\n  path: x\n", Append(D, Yaml("name: c\nnamespace: d")), "spec:\n  dependsOn:\n    - name: a\n      namespace: b\n    - name: c\n      namespace: d\n  path: x\n"),
    ("mapping below a wide dash", "spec:\n  dependsOn:\n  -   name: a\n", Append(D, Yaml("name: c\nnamespace: d")), "spec:\n  dependsOn:\n  -   name: a\n  -   name: c\n      namespace: d\n"),
    ("below a block scalar", "resources:\n  - |\n    a\n    # b\n\nkind: x\n", Append(R, Str("b")), "resources:\n  - |\n    a\n    # b\n  - b\n\nkind: x\n"),
    ("dash with its content below", "spec:\n  dependsOn:\n    - # first\n      name: a\n", Append(D, Yaml("name: b")), "spec:\n  dependsOn:\n    - # first\n      name: a\n    - name: b\n"),
    ("empty last item", "resources:\n  - a\n  -\n", Append(R, Str("b")), "resources:\n  - a\n  -\n  - b\n"),
    ("anchored items", "resources:\n  - &x a\n  - *x\n", Append(R, Str("b")), "resources:\n  - &x a\n  - *x\n  - b\n"),
    ("list of lists", "a:\n  - - x\n", Append(&[Key("a"), Item(0)], Str("z")), "a:\n  - - x\n    - z\n"),
    ("list of lists, outer", "a:\n- - x\n  - z\n", Append(&[Key("a")], Str("v")), "a:\n- - x\n  - z\n- v\n"),
    ("list at the root", "- a\n", Append(&[], Str("b")), "- a\n- b\n"),
    ("wide letters", "# ä\nresources:\n  - ö # ü\n", Append(R, Str("ß")), "# ä\nresources:\n  - ö # ü\n  - ß\n"),
    // In order.
    ("sorted, in the middle", "resources:\n  - a\n  # about c\n  - c\n", Sorted(R, "b"), "resources:\n  - a\n  - b\n  # about c\n  - c\n"),
    ("sorted, first", "resources:\n  - b\n  - c\n", Sorted(R, "a"), "resources:\n  - a\n  - b\n  - c\n"),
    ("sorted, last", "resources:\n  - a\n  - b\n", Sorted(R, "c"), "resources:\n  - a\n  - b\n  - c\n"),
    ("not in order", "resources:\n  - c\n  - a\n", Sorted(R, "b"), "resources:\n  - c\n  - a\n  - b\n"),
    ("sorted brackets", "resources: [a, c]\n", Sorted(R, "b"), "resources: [a, b, c]\n"),
    ("sorted brackets, first", "resources: [b, c]\n", Sorted(R, "a"), "resources: [a, b, c]\n"),
    ("sorted, missing key", "kind: x\n", Sorted(R, "b"), "kind: x\nresources:\n  - b\n"),
    // Removing items.
    ("first item", "resources:\n  - a # c\n  - b\n", RemoveItem(R, 0), "resources:\n  - b\n"),
    ("last item", "resources:\n  - a\n  - b\nkind: x\n", RemoveItem(R, 1), "resources:\n  - a\nkind: x\n"),
    ("last item, no final newline", "resources:\n  - a\n  - b", RemoveItem(R, 1), "resources:\n  - a"),
    ("only item", "resources:\n  - a # c\nkind: x\n", RemoveItem(R, 0), "resources: []\nkind: x\n"),
    ("only item below comments", "resources: # d\n  # e\n  - a\nkind: x\n", RemoveItem(R, 0), "resources: [] # d\n  # e\nkind: x\n"),
    ("only item, CRLF", "resources:\r\n  - a\r\nkind: x\r\n", RemoveItem(R, 0), "resources: []\r\nkind: x\r\n"),
    ("only item of the root", "- a\n", RemoveItem(&[], 0), "[]\n"),
    ("item with lines", "l:\n  - name: a\n    b: |\n      x\n  - name: c\n", RemoveItem(&[Key("l")], 0), "l:\n  - name: c\n"),
    ("first item of an inner list", "a:\n  - - x\n    - y\n", RemoveItem(&[Key("a"), Item(0)], 0), "a:\n  - - y\n"),
    ("item in brackets", "l: [a, b, c]\n", RemoveItem(&[Key("l")], 1), "l: [a, c]\n"),
    ("last item in brackets", "l: [a, b]\n", RemoveItem(&[Key("l")], 1), "l: [a]\n"),
    ("only item in brackets", "l: [a,]\n", RemoveItem(&[Key("l")], 0), "l: []\n"),
    // Scalars.
    ("plain", "a: b # c\n", Set(&[Key("a")], Str("d")), "a: d # c\n"),
    ("plain that needs quotes", "a: b\n", Set(&[Key("a")], Str("1.10")), "a: \"1.10\"\n"),
    ("single quotes", "a: 'b'\n", Set(&[Key("a")], Str("it's")), "a: 'it''s'\n"),
    ("double quotes", "a: \"b\" # c\n", Set(&[Key("a")], Str("x\ty")), "a: \"x\\ty\" # c\n"),
    ("single quotes with a newline", "a: 'b'\n", Set(&[Key("a")], Str("x\ny")), "a: \"x\\ny\"\n"),
    ("nothing", "a:\nb: 1\n", Set(&[Key("a")], Str("x")), "a: x\nb: 1\n"),
    ("nothing before a comment", "a: # c\nb: 1\n", Set(&[Key("a")], Str("x")), "a: x # c\nb: 1\n"),
    ("number", "a: 1\n", Set(&[Key("a")], Yaml("2")), "a: 2\n"),
    ("string to number", "a: \"1\"\n", Set(&[Key("a")], Yaml("2")), "a: 2\n"),
    ("item", "l:\n  - a\n  - b\n", Set(&[Key("l"), Item(1)], Str("c")), "l:\n  - a\n  - c\n"),
    ("in brackets", "l: {a: b}\n", Set(&[Key("l"), Key("a")], Str("c, d")), "l: {a: \"c, d\"}\n"),
    ("block scalar", "a: |\n    x\n    y\nb: 1\n", Set(&[Key("a")], Str("z\n\n  w\n")), "a: |\n    z\n\n      w\nb: 1\n"),
    ("block scalar without a final newline", "a: | # c\n  x\nb: 1\n", Set(&[Key("a")], Str("z")), "a: |- # c\n  z\nb: 1\n"),
    ("several lines", "a: x\n  y\nb: 1\n", Set(&[Key("a")], Str("z")), "a: z\nb: 1\n"),
    ("tagged", "a: !!str 1\n", Set(&[Key("a")], Str("x")), "a: !!str x\n"),
    // Entries.
    ("at the end", "spec:\n  a: 1\nb: 2\n", Insert(S, "c", Str("d"), None), "spec:\n  a: 1\n  c: d\nb: 2\n"),
    ("behind a sibling", "spec:\n  a: 1 # x\n  b: 2\n", Insert(S, "c", Str("d"), Some("a")), "spec:\n  a: 1 # x\n  c: d\n  b: 2\n"),
    ("behind a sibling with lines", "spec:\n  a:\n    - 1\n  b: 2\n", Insert(S, "c", Yaml("d: e"), Some("a")), "spec:\n  a:\n    - 1\n  c:\n    d: e\n  b: 2\n"),
    ("list as a value", "a:\n- x\nspec:\n  b: 1\n", Insert(S, "c", Yaml("- d\n- e"), None), "a:\n- x\nspec:\n  b: 1\n  c:\n  - d\n  - e\n"),
    ("block scalar as a value", "spec:\n  b: 1\n", Insert(S, "c", Yaml("|\n  x\n\n  y"), None), "spec:\n  b: 1\n  c: |\n    x\n\n    y\n"),
    ("into nothing", "spec:\nb: 1\n", Insert(S, "c", Str("d"), None), "spec:\n  c: d\nb: 1\n"),
    ("into empty braces", "spec: {} # x\n", Insert(S, "c", Str("d"), None), "spec: # x\n  c: d\n"),
    ("into braces", "spec: {a: 1}\n", Insert(S, "c", Str("d"), None), "spec: {a: 1, c: d}\n"),
    ("into an item", "l:\n  - name: a\n  - name: b\n", Insert(&[Key("l"), Item(0)], "c", Str("d"), None), "l:\n  - name: a\n    c: d\n  - name: b\n"),
    ("into an empty item", "l:\n  -\n  - b\n", Insert(&[Key("l"), Item(0)], "c", Str("d"), None), "l:\n  - c: d\n  - b\n"),
    ("key that needs quotes", "spec:\n  a: 1\n", Insert(S, "on", Str("d"), None), "spec:\n  a: 1\n  \"on\": d\n"),
    ("null as a value", "a: 1\n", Insert(&[], "b", Yaml(""), None), "a: 1\nb:\n"),
    ("entry", "spec:\n  a: 1 # c\n  b: 2\n", RemoveEntry(S, "a"), "spec:\n  b: 2\n"),
    ("last entry", "spec:\n  a: 1\n  b:\n    - 1\nc: 1\n", RemoveEntry(S, "b"), "spec:\n  a: 1\nc: 1\n"),
    ("only entry", "spec:\n  a: 1\nc: 1\n", RemoveEntry(S, "a"), "spec: {}\nc: 1\n"),
    ("only entry of the root", "a: 1\n", RemoveEntry(&[], "a"), "{}\n"),
    ("first entry of an item", "l:\n  - a: 1\n    b: 2\n", RemoveEntry(&[Key("l"), Item(0)], "a"), "l:\n  - b: 2\n"),
    ("only entry of an item", "l:\n  - a: 1\n  - b: 2\n", RemoveEntry(&[Key("l"), Item(0)], "a"), "l:\n  - {}\n  - b: 2\n"),
    ("entry in braces", "spec: {a: 1, b: 2}\n", RemoveEntry(S, "a"), "spec: {b: 2}\n"),
    ("only entry in braces", "spec: {a: 1}\n", RemoveEntry(S, "a"), "spec: {}\n"),
];

#[test]
fn each_edit_keeps_to_the_file() {
    let mut wrong = Vec::new();
    for (name, before, edit, after) in ROWS {
        let line_end = if before.contains('\r') { "\r\n" } else { "\n" };
        let earlier = "# first\nresources:\n  - other # keep\n---\n".replace('\n', line_end);
        let variants = [
            ("alone", 0, (*before).to_owned(), (*after).to_owned()),
            (
                "in a later document",
                1,
                format!("{earlier}{before}"),
                format!("{earlier}{after}"),
            ),
        ];
        for (variant, document, before, after) in variants {
            let tree = Tree::parse(before.as_str());
            let found = edit
                .plan(&tree, document)
                .and_then(|edit| apply(&before, &[edit]));
            if found.as_ref() != Ok(&after) {
                wrong.push(format!(
                    "{name} ({variant}):\n{before}\n  found {found:?}\n  expected {after:?}\n"
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

#[rustfmt::skip]
const REFUSED: &[(&str, &str, Edit, &str)] = &[
    ("broken document", "resources:\n  - a\n b: [\n", Append(R, Str("b")), "this document is not valid YAML; correct it first"),
    ("not a list", "resources: a\n", Append(R, Str("b")), "this is not a list"),
    ("alias", "a: &x [1]\nresources: *x\n", Append(R, Str("b")), "this is an alias; edit the list that it names"),
    ("inside an alias", "a: &x {b: 1}\nspec: *x\n", Set(&[Key("spec"), Key("b")], Str("c")), "this is an alias; edit what it names"),
    ("missing parent", "kind: x\n", Append(D, Str("b")), "there is no key `spec`"),
    ("key that is there", "spec:\n  a: 1\n", Insert(S, "a", Str("b"), None), "the key `a` is there already"),
    ("no such item", "resources:\n  - a\n", RemoveItem(R, 1), "this list has no item number 1"),
    ("no such key", "spec:\n  a: 1\n", RemoveEntry(S, "b"), "there is no key `b`"),
    ("collection as a scalar", "spec:\n  a: 1\n", Set(S, Str("b")), "this is not a scalar"),
    ("broken value", "spec:\n  a: 1\n", Insert(S, "b", Yaml("[1"), None), "the new value is not valid YAML"),
    ("lines between brackets", "l: [a]\n", Append(&[Key("l")], Yaml("a: 1\nb: 2")), "lines of YAML cannot be put between brackets"),
    ("comment between items in brackets", "l: [\n  a, # x\n  b\n]\n", RemoveItem(&[Key("l")], 0), "a comment stands between this and what is next to it"),
    ("anchored item that is used", "l:\n  - &x a\n  - *x\n", RemoveItem(&[Key("l")], 0), "the edit would break the file"),
];

#[test]
fn what_cannot_be_right_is_refused() {
    for (name, before, edit, reason) in REFUSED {
        let tree = Tree::parse(*before);
        let error = edit.plan(&tree, 0).expect_err(name);
        assert!(
            error.message.starts_with(reason),
            "{name}: {}",
            error.message
        );
    }
}

#[test]
fn edits_are_applied_by_place() {
    let edit = |start: u32, end: u32, text: &str| TextEdit {
        range: infragen_syntax::TextRange::new(start.into(), end.into()),
        new_text: text.to_owned(),
    };
    assert_eq!(
        apply("abc", &[edit(2, 3, "C"), edit(0, 1, "A")]).as_deref(),
        Ok("AbC")
    );
    assert_eq!(
        apply("abc", &[edit(1, 1, "x"), edit(1, 1, "y")]).as_deref(),
        Ok("axybc")
    );
    assert!(apply("abc", &[edit(0, 2, ""), edit(1, 3, "")]).is_err());
    assert!(apply("abc", &[edit(2, 4, "")]).is_err());
    assert!(apply("ä", &[edit(1, 2, "")]).is_err());
}

/// The value of every node without its layout, as text.
fn worth(node: Node<'_>) -> String {
    match node.kind() {
        NodeKind::Scalar(style) => {
            let text = node.scalar().map_or("", |(text, _)| text);
            format!(
                "{text:?}:{:?}",
                infragen_syntax::type_of(text, style, node.tag())
            )
        }
        NodeKind::Mapping => {
            let entries = node
                .own_entries()
                .map(|entry| format!("{}={}", worth(entry.key), worth(entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(";"))
        }
        NodeKind::Sequence => format!(
            "[{}]",
            node.items().map(worth).collect::<Vec<_>>().join(";")
        ),
        NodeKind::Alias => node.text().to_owned(),
    }
}

/// The paths of all nodes below one, with the nodes.
fn below<'t>(
    node: Node<'t>,
    path: Vec<Segment<'t>>,
    found: &mut Vec<(Vec<Segment<'t>>, Node<'t>)>,
) {
    found.push((path.clone(), node));
    let step = |segment| path.iter().copied().chain([segment]).collect::<Vec<_>>();
    match node.kind() {
        NodeKind::Mapping => {
            for entry in node.own_entries() {
                let name = entry.key.as_str().expect("generated keys are strings");
                below(entry.value, step(Key(name)), found);
            }
        }
        NodeKind::Sequence => {
            for (index, item) in node.items().enumerate() {
                below(item, step(Item(index)), found);
            }
        }
        NodeKind::Scalar(_) | NodeKind::Alias => {}
    }
}

fn nodes(tree: &Tree) -> Vec<(Vec<Segment<'_>>, Node<'_>)> {
    let mut found = Vec::new();
    if let Some(root) = tree.document(0).and_then(|document| document.root()) {
        below(root, Vec::new(), &mut found);
    }
    found
}

fn at<'t>(tree: &'t Tree, path: &[Segment<'_>]) -> Option<Node<'t>> {
    path.iter()
        .try_fold(tree.document(0)?.root()?, |node, segment| match segment {
            Key(key) => node.get(key),
            Item(index) => node.items().nth(*index),
        })
}

/// Appends to a list and checks everything by other means than the edit's own; says whether it was done.
fn append_everywhere(text: &str) -> Result<(usize, Vec<String>), TestCaseError> {
    let tree = Tree::parse(text);
    let (mut done, mut refused) = (0, Vec::new());
    for (path, list) in nodes(&tree)
        .iter()
        .filter(|(_, node)| node.kind() == NodeKind::Sequence)
    {
        let edit = match append_item(&tree, Target { document: 0, path }, Str("./new.yaml"), None) {
            Ok(edit) => edit,
            Err(error) => {
                refused.push(format!("{error} at {:?}", list.text()));
                continue;
            }
        };
        done += 1;
        let after = apply(text, std::slice::from_ref(&edit)).unwrap();
        let new = Tree::parse(after.as_str());
        prop_assert_eq!(new.errors(), &[]);
        let items: Vec<_> = at(&new, path).unwrap().items().map(worth).collect();
        let mut expected: Vec<_> = list.items().map(worth).collect();
        expected.push("\"./new.yaml\":String".to_owned());
        prop_assert_eq!(items, expected, "{}", after);
        // Nothing but `[]` is ever replaced: what else the range has is kept.
        let replaced = text[edit.range].trim();
        let kept = replaced.strip_prefix("[]").unwrap_or(replaced).trim();
        prop_assert!(edit.new_text.contains(kept), "{}", after);
        // Taking it out again gives the text back.
        if list.items().len() > 0 {
            let index = list.items().len();
            let back = remove_item(&new, Target { document: 0, path }, index)
                .and_then(|edit| apply(&after, &[edit]));
            prop_assert_eq!(back.as_deref(), Ok(text), "{}", after);
        }
    }
    Ok((done, refused))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_item_is_appended_to_every_list(written in manifest(), crlf: bool, cut: bool) {
        let mut text = written.text();
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if cut {
            text.truncate(text.trim_end().len());
        }
        let (_, refused) = append_everywhere(&text)?;
        prop_assert_eq!(refused, Vec::<String>::new(), "{}", text);
    }

    #[test]
    fn every_scalar_is_set(written in manifest(), value in "\\PC{0,6}|[a-z]{1,6}|on|[0-9]{1,3}") {
        let text = written.text();
        let tree = Tree::parse(text.as_str());
        for (path, node) in nodes(&tree) {
            if !matches!(node.kind(), NodeKind::Scalar(_)) {
                continue;
            }
            match set_scalar(&tree, Target { document: 0, path: &path }, Str(&value)) {
                Ok(edit) => {
                    let after = Tree::parse(apply(&text, &[edit]).unwrap());
                    prop_assert_eq!(at(&after, &path).and_then(|node| node.scalar()).map(|(text, _)| text), Some(value.as_str()));
                }
                // Nothing behind an anchor or tag has no place of its own.
                Err(error) => prop_assert!(node.tag().is_some() || node.anchor().is_some(), "{}: {:?}\n{}", error, node, text),
            }
        }
    }

    #[test]
    fn every_entry_comes_and_goes(written in manifest()) {
        let text = written.text();
        let tree = Tree::parse(text.as_str());
        for (path, node) in nodes(&tree).iter().filter(|(_, node)| node.kind() == NodeKind::Mapping) {
            let target = Target { document: 0, path };
            for after in [None, node.own_entries().next().and_then(|entry| entry.key.as_str())] {
                let edit = insert_entry(&tree, target, "newKey", Yaml("1"), after);
                let added = edit.and_then(|edit| apply(&text, &[edit]));
                prop_assert!(added.is_ok(), "{:?} at {:?} in\n{}", added, path, text);
                let added = added.unwrap();
                let back = remove_entry(&Tree::parse(added.as_str()), target, "newKey").and_then(|edit| apply(&added, &[edit]));
                if node.own_entries().len() > 0 {
                    prop_assert_eq!(back.as_deref(), Ok(text.as_str()));
                }
            }
            for entry in node.own_entries() {
                let key = entry.key.as_str().unwrap();
                if let Ok(edit) = remove_entry(&tree, target, key) {
                    let after = Tree::parse(apply(&text, &[edit]).unwrap());
                    prop_assert!(at(&after, path).is_some_and(|node| node.get(key).is_none()));
                }
            }
        }
    }
}

#[test]
fn in_the_corpora_an_item_is_appended_to_every_list() {
    let (mut files, mut lists, mut refused) = (0, 0, Vec::new());
    for (file, text) in corpora() {
        if !file.ends_with("kustomization.yaml") || !Tree::parse(text.as_str()).errors().is_empty()
        {
            continue;
        }
        files += 1;
        let (done, reasons) =
            append_everywhere(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        lists += done;
        refused.extend(
            reasons
                .into_iter()
                .map(|reason| format!("{file}: {reason}")),
        );
        for key in ["resources", "components", "newList"] {
            let tree = Tree::parse(text.as_str());
            let appended = append_item(
                &tree,
                Target {
                    document: 0,
                    path: &[Key(key)],
                },
                Str("./new.yaml"),
                Some("kind"),
            );
            if let Err(error) = appended {
                refused.push(format!("{file}: {error} for {key}"));
            }
        }
    }
    println!("{lists} lists in {files} files");
    assert!(
        refused.is_empty(),
        "{} refused\n{}",
        refused.len(),
        refused.join("\n")
    );
}
