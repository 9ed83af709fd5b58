//! Every error that is found in a real repository is a true one.
//!
//! `tests/snapshots/findings/<repository>.txt` holds, for each, every finding of level error with the
//! reason why it is true, written by somebody who looked, and how many of the others there are. A new
//! error, or one without a reason, fails. `INFRAGEN_UPDATE_SNAPSHOTS=1` writes the files anew and keeps
//! the reasons; `INFRAGEN_SHOW_ALL=1` prints the others. Of kustomize's own cases, those that it builds
//! have no error at all.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite reads its corpora and its snapshots itself"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_rules::{Finding, Severity, check};
use infragen_tests::corpora::{corpora_or_skip, not_copied};
use infragen_workspace::{Db, SourceFile, Workspace, text};

#[test]
fn every_error_in_a_real_repository_is_true() {
    let update = support::updates_snapshots();
    let mut wrong = String::new();
    for corpus in corpora_or_skip("findings of real repositories") {
        let name = corpus.file_name().unwrap();
        let file = snapshots().join(format!("{name}.txt"));
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        let found = report(&corpus, &reasons(&before));
        if update {
            std::fs::write(&file, &found).unwrap();
        }
        if found != before && !update {
            let _ = writeln!(wrong, "{file} is not what is found now:\n{found}");
        }
        if found.contains(NO_REASON) {
            let _ = writeln!(wrong, "{file}: an error has no reason yet");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Stands where nobody has written a reason yet.
const NO_REASON: &str = "  true because: ?";

fn snapshots() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/findings")
}

/// The reasons of a snapshot, by the line of the finding above each.
fn reasons(snapshot: &str) -> BTreeMap<&str, &str> {
    let lines: Vec<_> = snapshot.lines().collect();
    let pairs = lines
        .windows(2)
        .filter(|pair| pair[1].starts_with("  true because: "));
    pairs.map(|pair| (pair[0], pair[1])).collect()
}

/// The errors of a repository, each with its reason, and the number of its other findings.
fn report(corpus: &Utf8Path, reasons: &BTreeMap<&str, &str>) -> String {
    let mut workspace = Workspace::new();
    let root = workspace.open_root(corpus);
    for path in not_copied(corpus) {
        workspace.set_memory(&path, Some(""));
    }
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let mut errors = Vec::new();
    let mut others: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for file in support::files(db, root) {
        for finding in check(db, file).iter() {
            if finding.severity == Severity::Error {
                errors.push(line(db, file, finding));
            } else {
                let level = format!("{:?}", finding.severity).to_lowercase();
                *others.entry((finding.rule.id, level)).or_default() += 1;
                if support::shows_all() {
                    println!("{:?} {}", finding.severity, line(db, file, finding));
                }
            }
        }
    }
    errors.sort_unstable();
    let mut report = String::new();
    for error in &errors {
        let reason = reasons.get(error.as_str()).unwrap_or(&NO_REASON);
        let _ = writeln!(report, "{error}\n{reason}\n");
    }
    let _ = writeln!(report, "{} errors", errors.len());
    for ((rule, level), count) in others {
        let _ = writeln!(report, "{count} {rule} ({level})");
    }
    report
}

fn line(db: &dyn Db, file: SourceFile, finding: &Finding) -> String {
    let text = text(db, file).unwrap();
    let before = &text[..usize::from(finding.range.start())];
    let line = before.matches('\n').count() + 1;
    format!(
        "{}:{line}: {}: {}",
        file.path(db),
        finding.rule.id,
        finding.message
    )
}

#[test]
fn what_kustomize_builds_has_no_error() {
    let Some(folder) =
        infragen_tests::corpora::shared().map(|shared| shared.join("conformance/kustomize"))
    else {
        return infragen_tests::corpora::skip(
            "findings of kustomize's own cases",
            "they are not here",
        );
    };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let (mut untrue, mut refused, mut told) = (String::new(), 0, 0);
    for case in index.as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut workspace = Workspace::new();
        let top = folder.join(name).join("in");
        let root = workspace.open_root(&top);
        let db = workspace.db();
        let all = support::files(db, root).into_iter().flat_map(|file| {
            let errors = check(db, file);
            let errors = errors
                .iter()
                .filter(|finding| finding.severity == Severity::Error);
            errors
                .map(|error| line(db, file, error))
                .collect::<Vec<_>>()
        });
        let all: Vec<_> = all.collect();
        if case["rc"] == 0 {
            for error in all {
                let _ = writeln!(untrue, "{name}: {error}");
            }
        } else {
            refused += 1;
            told += usize::from(!all.is_empty());
            if support::shows_all() {
                println!("{name}: {all:?}");
            }
        }
    }
    println!("of {refused} that kustomize refuses {told} have an error");
    assert!(untrue.is_empty(), "kustomize builds these:\n{untrue}");
}

#[test]
fn what_is_in_a_submodule_that_is_not_checked_out_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let top = Utf8Path::from_path(folder.path()).unwrap();
    let errors = || {
        let mut workspace = Workspace::new();
        let root = workspace.open_root(top);
        let db = workspace.db();
        let files = support::files(db, root);
        files
            .iter()
            .map(|file| check(db, *file).len())
            .sum::<usize>()
    };
    std::fs::create_dir(top.join("vendor")).unwrap();
    let text = "resources: [vendor, vendor/a.yaml]\n";
    std::fs::write(top.join("kustomization.yaml"), text).unwrap();
    assert_eq!(
        errors(),
        2,
        "an empty directory, and a file that is not in it"
    );
    std::fs::write(top.join(".gitmodules"), "[submodule \"vendor\"]\n").unwrap();
    assert_eq!(errors(), 0);
    std::fs::write(top.join("vendor/b.yaml"), "").unwrap();
    assert_eq!(errors(), 2, "now it is checked out");
}
