use infragen_syntax::{Node, NodeKind, Tree};

use super::emit;
use crate::value::{Map, Scalar, ScalarKind, Value, kind_of};

/// A value from YAML, as simply as a test needs it.
fn value_of(node: Node<'_>) -> Value {
    match node.resolve().kind() {
        NodeKind::Mapping => {
            let mut map = Map::default();
            for entry in node.own_entries() {
                let (key, _) = entry.key.scalar().unwrap();
                map.insert(key, value_of(entry.value));
            }
            Value::Map(map.into())
        }
        NodeKind::Sequence => Value::List(node.items().map(value_of).collect::<Vec<_>>().into()),
        _ => {
            let (text, style) = node.scalar().unwrap();
            Value::Scalar(Scalar {
                text: text.into(),
                kind: kind_of(text, style, node.resolve().tag()).unwrap(),
                quoted: false,
                origin: crate::Origin::default(),
                layout: crate::value::Layout::Usual,
                shared: crate::value::Shared::NONE,
            })
        }
    }
}

fn printed(yaml: &str) -> Result<String, super::Unprintable> {
    let tree = Tree::parse(yaml);
    let root = tree.document(0).unwrap().root().unwrap();
    let mut out = String::new();
    emit(&value_of(root), &mut out).map(|()| out)
}

#[track_caller]
fn check(yaml: &str, expected: &str) {
    assert_eq!(printed(yaml).unwrap(), expected, "{yaml}");
}

#[test]
fn keys_are_sorted_and_lists_below_keys_not_indented() {
    check(
        "b: [1, [2, {y: 1, x: [3]}], []]\na: {}\n",
        "a: {}\nb:\n- 1\n- - 2\n  - x:\n    - 3\n    \"y\": 1\n- []\n",
    );
}

#[test]
fn scalars_lose_their_spelling() {
    check("a: 0x1F", "a: 31\n");
    check("a: 1.0", "a: 1\n");
    check("a: ~", "a: null\n");
    check("a: TRUE", "a: true\n");
    check("a: yes", "a: \"yes\"\n");
    check("a: '123'", "a: \"123\"\n");
    check("a: 2020-01-01", "a: \"2020-01-01T00:00:00Z\"\n");
    check("a: !!binary aGVsbG8=", "a: hello\n");
    check("a: !!float 3", "a: 3\n");
    check("a: ''", "a: \"\"\n");
}

#[test]
fn strings_are_quoted_where_they_must_be() {
    check("a: '- x'", "a: '- x'\n");
    check("a: \"it's: x\"", "a: 'it''s: x'\n");
    check("a: \"tab\\tx\"", "a: \"tab\\tx\"\n");
    check("a: \"\\U0001F600\"", "a: \"\\U0001F600\"\n");
    check("a: \"\\uFEFFab\"", "a: \"\\uFEFF\\x61\\x62\"\n");
    check("a: \"1:30\"", "a: \"1:30\"\n");
}

#[test]
fn lines_become_blocks() {
    check("a: |\n  x\n  y\n", "a: |\n  x\n  y\n");
    check("a: \"x\\ny\"", "a: |-\n  x\n  y\n");
    check("a: \"x\\n\\n\"", "a: |+\n  x\n\n");
    check("a: \"\\n x\\n\"", "a: |2\n\n   x\n");
    check("a: \"x \\ny\"", "a: \"x \\ny\"\n");
    check("a: [\"x\\ny\", b]", "a:\n- |-\n  x\n  y\n- b\n");
}

#[test]
fn long_lines_are_folded_at_blanks() {
    let word = "w".repeat(50);
    check(
        &format!("a: {word} {word} {word}"),
        &format!("a: {word} {word}\n  {word}\n"),
    );
    check(
        &format!("a: '{word}: {word} {word}'"),
        &format!("a: '{word}: {word}\n  {word}'\n"),
    );
    check(
        &format!("a: \"{word}\\t {word}  {word}\""),
        &format!("a: \"{word}\\t {word}\n  \\ {word}\"\n"),
    );
}

#[test]
fn long_keys_get_a_question_mark() {
    let key = "k".repeat(129);
    check(&format!("? {key}\n: [1]\n"), &format!("? {key}\n: - 1\n"));
    check(
        &format!("a:\n  ? {key}\n  : {{b: 1}}\n"),
        &format!("a:\n  ? {key}\n  : b: 1\n"),
    );
    check("? \"a\\nb\"\n: 1\n", "? |-\n  a\n  b\n: 1\n");
}

#[test]
fn what_cannot_be_printed_is_said_with_its_path() {
    let error = printed("a: [{b: .nan}]").unwrap_err();
    assert_eq!(error.path, ["a", "0", "b"]);
    assert!(error.message.contains(".nan"));
    assert!(printed("a: \"\\x7f\"").is_err());
    assert!(printed("a: !!binary x").is_err());
}

#[test]
fn a_kind_that_its_text_contradicts_cannot_be_printed() {
    for kind in [ScalarKind::Bool, ScalarKind::Int, ScalarKind::Float] {
        let value = Value::Scalar(Scalar {
            text: "abc".into(),
            kind,
            quoted: false,
            origin: crate::Origin::default(),
            layout: crate::value::Layout::Usual,
            shared: crate::value::Shared::NONE,
        });
        assert!(emit(&value, &mut String::new()).is_err());
    }
}
