//! Whatever the text, parsing returns, and every range it gives can be used.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

#[path = "support/anything.rs"]
mod anything;

use infragen_syntax::Tree;
use proptest::prelude::*;

use anything::{check, check_bytes};

const MANIFEST: &str = "\
# The application.
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, labels: {\"a\": 'b', c: }}
spec:
  interval: 50m
  chart: &chart
    spec:
      version: \">=1.0.0 \\u00e9\"
  dependsOn:
  - name: redis
  - name: größe # ü
    namespace:
  patches:
    - patch: |-
        - op: replace
          path: /spec

      target: !t {kind: Deployment}
    - >2
        folded
         text
  copy:
    <<: [*chart, *chart]
    text: several
      lines
---
? [a, b: c]
: - - d
...
%YAML 1.2
---
\u{feff}last
";

/// What is typed or pasted by accident.
fn snippet() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\-\\?:,\\[\\]\\{\\}#&*!|>'\"%@` \\t\\n\\r]{1,4}",
        "[ab:\\n -]{1,8}",
        prop::sample::select(vec![
            "---\n", "...\n", "\u{feff}", "\r\n", "é", "🦀", "\0", "\u{85}", "<<: *a", "{{ x }}"
        ])
        .prop_map(str::to_owned),
    ]
}

/// A mutation: where, how many characters are deleted, and what is inserted.
type Mutation = (prop::sample::Index, usize, String);

fn mutate(text: &str, mutations: &[Mutation]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (at, deleted, inserted) in mutations {
        let at = at.index(characters.len() + 1);
        let end = (at + deleted).min(characters.len());
        characters.splice(at..end, inserted.chars());
    }
    characters.into_iter().collect()
}

proptest! {
    #[test]
    fn mutated_manifests(mutations in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, snippet()), 1..5)) {
        check(&mutate(MANIFEST, &mutations));
    }

    #[test]
    fn arbitrary_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_bytes(&bytes);
    }

    #[test]
    fn mutated_bytes(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = MANIFEST.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        check_bytes(&bytes);
    }

    #[test]
    fn arbitrary_indicators(text in prop::collection::vec(snippet(), 0..40)) {
        check(&text.concat());
    }
}

#[test]
fn the_manifest_is_valid() {
    assert_eq!(Tree::parse(MANIFEST.replace('\u{feff}', "")).errors(), []);
}

#[test]
fn every_prefix_and_every_missing_line() {
    for (at, _) in MANIFEST.char_indices() {
        check(&MANIFEST[..at]);
    }
    let lines: Vec<_> = MANIFEST.split_inclusive('\n').collect();
    for missing in 0..lines.len() {
        let mut lines = lines.clone();
        lines.remove(missing);
        check(&lines.concat());
    }
}

#[test]
fn what_was_found_once() {
    check("? [a, b: c]\n:!: - d\n");
    check("é\ra: {{ x }}");
    check("{*---\n\u{feff}|\n\t<<: *a");
    check("%YAML x\n---\na: b\n");
    check("a: b\n...\n%YAML 1.2\n...\nlast\n");
    check("a: ---\n---a\n--- \n...\n");
}
