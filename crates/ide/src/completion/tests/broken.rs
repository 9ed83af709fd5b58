//! Documents that are broken because they are being typed: in every state the same names are offered, and
//! taking one writes exactly it, exactly there.

use infragen_syntax::{Tree, cursor_at};

use super::{after, in_apps};
use crate::completion::completions;
use crate::fixture::Fixture;

/// A field of the Flux Kustomization `apps`, and one of the names that belong there.
struct Field {
    /// The lines above it.
    above: &'static str,
    /// The indentation and the dash, where the field begins an item.
    before: &'static str,
    key: &'static str,
    path: &'static [&'static str],
    offer: &'static str,
}

const FIELDS: &[Field] = &[
    Field {
        above: "  dependsOn:\n",
        before: "    - ",
        key: "name",
        path: &["spec", "dependsOn", "*", "name"],
        offer: "infra",
    },
    Field {
        above: "  sourceRef:\n",
        before: "    ",
        key: "kind",
        path: &["spec", "sourceRef", "kind"],
        offer: "OCIRepository",
    },
    Field {
        above: "  sourceRef:\n    kind: OCIRepository\n",
        before: "    ",
        key: "name",
        path: &["spec", "sourceRef", "name"],
        offer: "podinfo",
    },
    Field {
        above: "",
        before: "  ",
        key: "serviceAccountName",
        path: &["spec", "serviceAccountName"],
        offer: "reconciler",
    },
    Field {
        above: "  postBuild:\n    substituteFrom:\n    - kind: Secret\n",
        before: "      ",
        key: "name",
        path: &["spec", "postBuild", "substituteFrom", "*", "name"],
        offer: "token",
    },
];

/// What stands behind the key, and whether the document is whole once the value is.
const STATES: &[(&str, bool)] = &[
    (":$0\n", true),
    (": $0\n", true),
    (":   $0\n", true),
    (": $0", true),
    (":$0", true),
    (": x$0\n", true),
    (": $0x\n", true),
    (": x$0y\n", true),
    (": \"$0\"\n", true),
    (": \"x$0y\"\n", true),
    (": '$0'\n", true),
    (": \"$0\n", true),
    (": 'x$0\n", true),
    (": $0 # comment\n", true),
    (": $0# comment\n", true),
    (": *$0\n", true),
    (": &$0\n", false),
    (":$0\r\n", true),
    (": x$0\r\n", true),
    (": $0\n  path: ./x\n", true),
    (": $0\n  pa\n", false),
    (": $0\n\n\n  path: ./x\n", true),
    (
        ": $0\n<<<<<<< HEAD\n  path: ./x\n=======\n  path: ./y\n>>>>>>> other\n",
        false,
    ),
    (": $0\n  suspend: \"x\n", false),
    (": $0\n  x: [1,\n", false),
    (": $0\n---\napiVersion: v1\nkind: X\n", true),
    (": $0\n# comment\n---\n: :\n", false),
];

/// States of the whole value as a flow mapping; `KEY` stands for the key.
const FLOW_STATES: &[(&str, bool)] = &[
    ("{KEY: $0}\n", true),
    ("{KEY:$0}\n", true),
    ("{KEY: x$0}\n", true),
    ("{ KEY: $0 }\n", true),
    ("{KEY: \"$0\"}\n", true),
    ("{x: y, KEY: $0}\n", true),
    ("{KEY: $0, x: y}\n", true),
    ("{KEY: $0\n", false),
    ("{KEY: $0\n  path: ./x\n", false),
];

#[test]
fn every_broken_state_of_a_value() {
    for field in FIELDS {
        for (state, whole) in STATES {
            let spec = format!("{}{}{}{state}", field.above, field.before, field.key);
            check(field, &spec, *whole);
        }
    }
}

#[test]
fn every_broken_state_between_brackets() {
    let mappings = [
        ("  dependsOn:\n    - ", &FIELDS[0]),
        ("  dependsOn: [", &FIELDS[0]),
        ("  sourceRef: ", &FIELDS[1]),
    ];
    for (before, field) in mappings {
        for (state, whole) in FLOW_STATES {
            let mut state = state.replace("KEY", field.key);
            if before.ends_with('[') {
                state = state.replacen("}\n", "}]\n", 1);
            }
            check(field, &format!("{before}{state}"), *whole);
        }
    }
}

fn check(field: &Field, spec: &str, whole: bool) {
    // Only the written document counts: line ends of Windows in it are as good.
    let fixture = Fixture::new(&in_apps(spec));
    let offers = completions(fixture.db(), fixture.file, fixture.offset);
    assert!(
        offers.iter().any(|offer| offer.label == field.offer),
        "{} is not offered in {spec:?}",
        field.offer
    );
    for offer in &offers {
        let text = after(&fixture.text(fixture.file), offer);
        let moved: i64 = offer
            .additional
            .iter()
            .filter(|edit| edit.range.start() <= offer.edit.range.start())
            .map(|edit| edit.new_text.len() as i64 - i64::from(u32::from(edit.range.len())))
            .sum();
        let written = i64::from(u32::from(offer.edit.range.start())) + moved;
        let end = written
            + offer
                .edit
                .new_text
                .trim_end()
                .trim_end_matches(['"', '\''])
                .len() as i64;
        let cursor = cursor_at(&text, u32::try_from(end).unwrap().into());
        assert_eq!(
            cursor.pattern(),
            field.path,
            "{} in {spec:?}:\n{text}",
            offer.label
        );
        assert_eq!(&text[cursor.word], offer.label, "{spec:?}:\n{text}");
        if whole {
            let tree = Tree::parse(text.as_str());
            assert_eq!(tree.errors(), [], "{} in {spec:?}:\n{text}", offer.label);
        }
    }
}

#[test]
fn every_broken_state_of_an_item() {
    for state in [
        "  dependsOn:\n    - $0\n",
        "  dependsOn:\n    -$0\n",
        "  dependsOn:\n    - n$0\n",
        "  dependsOn:\n    - $0\n      namespace: tenants\n",
        "  dependsOn:\n    - name: infra\n    - $0\n",
        "  dependsOn:\n    - name: infra\n    $0\n",
        "  dependsOn:\n    - $0\n    - name: infra\n",
        "  dependsOn:\n  - $0\n",
        "  dependsOn:\n      $0\n",
        "  dependsOn:\n    $0\n  path: ./x\n",
        "  dependsOn: [$0]\n",
        "  dependsOn: [{name: infra}, $0]\n",
    ] {
        let fixture = Fixture::new(&in_apps(state));
        let offers = completions(fixture.db(), fixture.file, fixture.offset);
        let whole: Vec<_> = offers
            .iter()
            .filter(|offer| offer.label.starts_with("name: "))
            .collect();
        assert!(!whole.is_empty(), "{state:?}");
        for offer in whole {
            let text = after(&fixture.text(fixture.file), offer);
            let tree = Tree::parse(text.as_str());
            assert_eq!(tree.errors(), [], "{} in {state:?}:\n{text}", offer.label);
            let root = tree.document(0).unwrap().root().unwrap();
            let names: Vec<_> = root
                .at(&["spec", "dependsOn"])
                .unwrap()
                .items()
                .map(|item| {
                    item.get("name")
                        .and_then(|name| name.as_str())
                        .unwrap_or_default()
                })
                .collect();
            let name = offer.label.trim_start_matches("name: ");
            assert!(names.contains(&name), "{name} in {state:?}:\n{text}");
        }
    }
}

#[test]
fn a_tab_indents_as_deep_as_it_looks() {
    let typed = |spec: &str| super::labels(&in_apps(spec));
    let kinds = [
        "GitRepository",
        "OCIRepository",
        "Bucket",
        "ExternalArtifact",
    ];
    for spec in [
        "  sourceRef:\n\tkind: $0",
        "  sourceRef:\n\tname: podinfo\n\tkind: $0\n",
        "  sourceRef:\n  \tkind: $0\n  path: ./\n",
        "\tsourceRef:\n\t\tkind: $0\n",
    ] {
        let found = typed(spec);
        assert!(
            kinds.iter().all(|kind| found.contains(&(*kind).to_owned())),
            "{spec:?}: {found:?}"
        );
    }
    let text = super::taken(
        &in_apps("  dependsOn:\n\t- name: inf$0\n  path: ./\n"),
        "infra",
    );
    assert!(text.ends_with("  dependsOn:\n\t- name: infra\n  path: ./\n"));
    let text = super::taken(&in_apps("  sourceRef:\n\tname: p$0\n"), "podinfo");
    assert!(
        text.ends_with("  sourceRef:\n\tkind: OCIRepository\n\tname: podinfo\n"),
        "{text}"
    );
}
