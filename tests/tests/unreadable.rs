//! Files on disk of which nothing, or not all, can be read.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types
)] // writes repositories and asks git

use camino::Utf8Path;
use infragen_rules::{Severity, check};
use infragen_workspace::Workspace;

/// The findings of a repository on disk: file, rule, severity and message.
fn findings(files: &[(&str, &[u8])]) -> Vec<(String, &'static str, Severity, String)> {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut workspace = Workspace::new();
    workspace.open_root(folder);
    let mut found = Vec::new();
    for (name, _) in files {
        let file = workspace.file(&folder.join(name)).unwrap();
        for finding in check(workspace.db(), file).iter() {
            let message = finding.message.clone();
            found.push((
                (*name).to_owned(),
                finding.rule.id,
                finding.severity,
                message,
            ));
        }
    }
    found
}

const RELEASE: &[u8] = b"apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec:
  interval: 1m
  chartRef: {kind: OCIRepository, name: web}
";

#[test]
fn what_is_no_text_is_told_and_an_error_only_where_a_build_takes_it_in() {
    let latin = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \xfc}\n";
    let message = "this file is not UTF-8: line 3 has a byte that no text has".to_owned();
    assert_eq!(
        findings(&[("a.yaml", latin)]),
        [(
            "a.yaml".to_owned(),
            "invalid-yaml",
            Severity::Warning,
            message.clone()
        )]
    );
    assert_eq!(
        findings(&[
            ("a.yaml", latin),
            ("kustomization.yaml", b"resources: [a.yaml]\n")
        ]),
        [(
            "a.yaml".to_owned(),
            "invalid-yaml",
            Severity::Error,
            message
        )]
    );
}

#[test]
fn utf_16_is_read_as_kustomize_reads_it() {
    let text = "\u{feff}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let list = b"resources: [a.yaml, b.yaml]\n";
    let found = findings(&[
        ("a.yaml", &bytes),
        ("b.yaml", twice.as_bytes()),
        ("kustomization.yaml", list),
    ]);
    let rules: Vec<_> = found.iter().map(|(_, rule, ..)| *rule).collect();
    assert_eq!(rules, ["duplicate-resource"]);
}

#[test]
fn a_name_may_be_in_what_was_not_read() {
    let mut large = b"apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: web}
---
"
    .to_vec();
    let dangling = |files: &[(&str, &[u8])]| {
        let found = findings(files);
        found
            .iter()
            .filter(|(_, rule, ..)| *rule == "dangling-reference")
            .count()
    };
    assert_eq!(
        dangling(&[("release.yaml", RELEASE), ("other.yaml", b"a: b\n")]),
        1
    );
    large.resize(17 << 20, b'\n');
    let files: [(&str, &[u8]); 2] = [("release.yaml", RELEASE), ("large.yaml", &large)];
    assert_eq!(dangling(&files), 0);
    let told: Vec<_> = findings(&files)
        .into_iter()
        .filter(|(file, ..)| file == "large.yaml")
        .map(|(_, rule, severity, _)| (rule, severity))
        .collect();
    assert_eq!(told, [("invalid-yaml", Severity::Warning)]);
}

#[test]
fn what_git_tracks_counts_even_if_it_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .args(args)
            .current_dir(folder)
            .output();
        assert!(done.unwrap().status.success(), "{args:?}");
    };
    git(&["init", "-q"]);
    std::fs::create_dir(folder.join("kept")).unwrap();
    for (name, text) in [
        (".gitignore", "backup.yaml\nlocal.yaml\nkept/\n"),
        (".ignore", "searched.yaml\n"),
        ("backup.yaml", ""),
        ("local.yaml", ""),
        ("searched.yaml", ""),
        ("kept/a.yaml", ""),
        (
            "kustomization.yaml",
            "resources: [backup.yaml, local.yaml, searched.yaml, kept/a.yaml]\n",
        ),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    git(&["add", "--force", "backup.yaml", "kept/a.yaml"]);
    let mut workspace = Workspace::new();
    workspace.open_root(folder);
    let list = workspace.file(&folder.join("kustomization.yaml")).unwrap();
    let missing = |workspace: &Workspace| {
        let found = check(workspace.db(), list);
        found
            .iter()
            .map(|finding| finding.message.clone())
            .collect::<Vec<_>>()
    };
    let told = missing(&workspace);
    assert!(
        told.len() == 1 && told[0].contains("local.yaml"),
        "{told:?}"
    );
    // Listing the folder again does not forget them.
    std::fs::write(folder.join("new.yaml"), "").unwrap();
    let path = folder.join("new.yaml");
    workspace.apply_events(&[infragen_workspace::FileEvent { path }]);
    assert_eq!(missing(&workspace), told);
    workspace.rescan();
    assert_eq!(missing(&workspace), told);
}
