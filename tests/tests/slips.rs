//! A slip of the pen anywhere in a real repository is found.
//!
//! Every name, path and entry of the repositories is misspelt, one at a time, in an editor's buffer, and
//! the file is checked. `tests/snapshots/slips.txt` holds how many are told, and at which level: a rule
//! that becomes too careful shows here, as one that becomes too bold shows in `findings.rs`.
//! `INFRAGEN_UPDATE_SNAPSHOTS=1` writes it anew.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite reads its corpora and its snapshots itself"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::Utf8Path;
use infragen_rules::{Severity, check};
use infragen_syntax::TextRange;
use infragen_tests::corpora::corpora_or_skip;
use infragen_workspace::{Db, SourceFile, Workspace, facts, text};

#[test]
fn slips_in_real_repositories_are_found() {
    let corpora = corpora_or_skip("slips in real repositories");
    if corpora.is_empty() {
        return;
    }
    let file = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/slips.txt");
    let found: String = corpora.iter().map(|corpus| report(corpus)).collect();
    if support::updates_snapshots() {
        std::fs::write(&file, &found).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let changed = |from: &str, to: &str| -> Vec<String> {
        let lines: Vec<_> = to.lines().collect();
        let missing = from.lines().filter(|line| !lines.contains(line));
        missing.map(str::to_owned).collect()
    };
    let (gone, new) = (changed(&before, &found), changed(&found, &before));
    assert!(
        found == before,
        "{file} is not what is found now: {gone:#?} became {new:#?}"
    );
}

/// Something that can be misspelt.
struct Word {
    /// What it is, for the table.
    what: String,
    range: TextRange,
}

fn report(corpus: &Utf8Path) -> String {
    let mut workspace = Workspace::new();
    let root = workspace.open_root(corpus);
    let db = workspace.db();
    let mut files = support::files(db, root);
    files.sort_by_cached_key(|file| file.path(db));
    let mut levels: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for file in files {
        let path = file.absolute_path(workspace.db());
        let Ok(before) = text(workspace.db(), file) else {
            continue;
        };
        for word in words(workspace.db(), file) {
            let mut after = before.to_string();
            after.insert_str(word.range.end().into(), "-zz");
            workspace.set_buffer(&path, Some(after.into()));
            let findings = check(workspace.db(), file);
            let told = findings
                .iter()
                .filter(|f| f.range.intersect(word.range).is_some());
            let level = told
                .map(|finding| finding.severity)
                .min()
                .map_or("nothing", level_name);
            if level == "nothing" && support::shows_all() {
                println!("not told: {} in {path}: {}", word.what, &before[word.range]);
            }
            *levels.entry((word.what, level)).or_default() += 1;
        }
        workspace.set_buffer(&path, None);
    }
    let mut report = format!("{}\n", corpus.file_name().unwrap());
    for ((what, level), count) in levels {
        let _ = writeln!(report, "  {what}: {count} {level}");
    }
    report
}

/// The names, paths and entries of a file.
fn words(db: &dyn Db, file: SourceFile) -> Vec<Word> {
    let facts = facts(db, file);
    let mut words = Vec::new();
    for object in facts.objects.iter().filter(|object| !object.in_patch) {
        for reference in &object.references {
            let role = reference.row.role;
            words.push(Word {
                what: format!("{role:?} reference"),
                range: reference.name.range,
            });
        }
        for path in &object.paths {
            words.push(Word {
                what: "path of a Kustomization".to_owned(),
                range: path.path.range,
            });
        }
    }
    for object in facts.objects.iter().filter(|object| !object.in_patch) {
        let what = || "component of a Kustomization".to_owned();
        let components = object.components.iter();
        words.extend(components.map(|component| Word {
            what: what(),
            range: component.range,
        }));
    }
    for entry in facts.kustomization.iter().flat_map(|file| &file.entries) {
        let what = format!("entry of {}", entry.field.name());
        words.push(Word {
            what,
            range: entry.path.range,
        });
    }
    words
}

fn level_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    }
}
