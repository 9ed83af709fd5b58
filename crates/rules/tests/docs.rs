//! `docs/rules/` is made from the rules. `INFRAGEN_UPDATE_SNAPSHOTS=1` writes it anew.
#![allow(
    clippy::disallowed_methods,
    reason = "compares files of this repository"
)]

use std::collections::BTreeMap;

use camino::Utf8Path;
use infragen_rules::{RULES, index, page};

#[test]
fn the_pages_of_the_rules_are_up_to_date() {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut expected: BTreeMap<String, String> = RULES
        .iter()
        .map(|rule| (format!("{}.md", rule.id), page(rule)))
        .collect();
    expected.insert("README.md".to_owned(), index());
    if std::env::var("INFRAGEN_UPDATE_SNAPSHOTS").is_ok_and(|value| value == "1") {
        for (name, text) in &expected {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let entries = folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap());
    let found: BTreeMap<String, String> = entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().to_owned(), text)
        })
        .collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "one page for each rule");
    for (name, text) in &expected {
        assert_eq!(&found[name], text, "docs/rules/{name} is out of date");
    }
}
