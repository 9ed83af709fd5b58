//! Which `#` begins a comment, and what it stands beside.

mod support;

use infragen_syntax::{Tree, comments};
use proptest::prelude::*;

use support::manifest;

const TEXT: &str = r##"# yaml-language-server: $schema=https://x/y.json
image: nginx:1.27 # {"$imagepolicy": "flux-system:nginx:tag"}
hash: a#b
quoted: "a # b" # c
block: | # header
  # text
  more # text
  # last
list: # of
  - ./a.yaml
  # - ./b.yaml # why
  #- ./c.yaml
  # prose - with a dash
flow: [a, # one
  'b # c'] # two
---
ä: ö # ü
"##;

#[test]
fn comments_are_found_outside_scalars_only() {
    let tree = Tree::parse(TEXT);
    let found: Vec<_> = comments(&tree)
        .map(|comment| {
            (
                comment.body(),
                comment.is_trailing(),
                comment.node().map(|node| node.text()),
            )
        })
        .collect();
    let expected = [
        (
            "yaml-language-server: $schema=https://x/y.json",
            false,
            None,
        ),
        (
            "{\"$imagepolicy\": \"flux-system:nginx:tag\"}",
            true,
            Some("nginx:1.27"),
        ),
        ("c", true, Some("\"a # b\"")),
        (
            "header",
            true,
            Some("| # header\n  # text\n  more # text\n  # last"),
        ),
        ("of", true, Some("list")),
        ("- ./b.yaml # why", false, None),
        ("- ./c.yaml", false, None),
        ("prose - with a dash", false, None),
        ("one", true, Some("a")),
        ("two", true, Some("'b # c'")),
        ("ü", true, Some("ö")),
    ];
    assert_eq!(found, expected);
}

#[test]
fn items_that_are_commented_out_are_told() {
    let tree = Tree::parse(TEXT);
    let items: Vec<_> = comments(&tree)
        .filter_map(|comment| comment.commented_item())
        .collect();
    assert_eq!(items, ["./b.yaml", "./c.yaml"]);
}

#[test]
fn a_broken_document_has_its_comments_too() {
    let tree = Tree::parse("a: [ # one\nb: 1 # two\n# three\n");
    let found: Vec<_> = comments(&tree).map(|comment| comment.body()).collect();
    assert_eq!(found, ["one", "two", "three"]);
}

proptest! {
    #[test]
    fn the_comments_of_a_manifest_are_the_written_ones(written in manifest()) {
        let text = written.text();
        let count = text.matches("# trailing").count() + text.matches("# - above").count()
            + text.matches("# and a comment\n").count();
        let tree = Tree::parse(text.as_str());
        prop_assert_eq!(comments(&tree).count(), count, "{}", text);
        for comment in comments(&tree).filter(|comment| comment.is_trailing()) {
            prop_assert!(comment.node().is_some_and(|node| node.range().end() <= comment.range().start() || node.text().starts_with('|')), "{:?} in\n{}", comment, text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ #a:\\-\\[\\]{},\"'|\n\r&*]{0,60}") {
        for comment in comments(&Tree::parse(text.as_str())) {
            prop_assert!(comment.text().starts_with('#'));
            comment.node();
            comment.commented_item();
        }
    }
}
