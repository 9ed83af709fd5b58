//! Which Flux Kustomizations build with a file.
#![allow(clippy::disallowed_methods)] // writes a repository

use camino::Utf8Path;
use infragen_workspace::{Workspace, builds_with};

const FILES: &[(&str, &str)] = &[
    ("base/kustomization.yaml", "resources: [web.yaml]\n"),
    (
        "base/web.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
    ),
    (
        "feature/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n",
    ),
    (
        "feature/patch.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n",
    ),
    ("overlay/kustomization.yaml", "resources: [../base]\n"),
    (
        "loose/deep/one.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n",
    ),
    (
        "unused/kustomization.yaml",
        "resources: [../base, two.yaml]\n",
    ),
    (
        "unused/two.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\n",
    ),
    (
        "loose/layer/kustomization.yaml",
        "resources: [../../unused]\n",
    ),
];

fn flux(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {{path: {path}, prune: true, interval: 1m, sourceRef: {{kind: GitRepository, name: flux-system}}{more}}}
"
    )
}

/// What applies each of the files: environment, application, and how many of its objects come from the file.
fn appliers(of: &[&str]) -> Vec<String> {
    let mut files: Vec<(String, String)> = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    for (environment, more) in [("a", ", components: [../feature]"), ("b", "")] {
        let cluster = format!("clusters/{environment}");
        files.push((
            format!("{cluster}/gotk-sync.yaml"),
            flux("flux-system", &cluster, ""),
        ));
        files.push((format!("{cluster}/web.yaml"), flux("web", "overlay", more)));
    }
    files.push((
        "clusters/b/loose.yaml".to_owned(),
        flux("loose", "loose", ""),
    ));
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let mut workspace = Workspace::new();
    let top = Utf8Path::new("/repository");
    workspace.open_memory_root(top, &files);
    let mut found = Vec::new();
    for path in of {
        let file = workspace.file(&top.join(path));
        assert!(file.is_some(), "no file {path}");
        let applied = file.map(|file| builds_with(workspace.db(), file));
        for applied in applied.iter().flat_map(|applied| applied.iter()) {
            let environment = &applied.environment.name;
            let name = &applied.application.spec.name;
            found.push(format!("{environment} {name} {}", applied.objects.len()));
        }
    }
    found
}

#[test]
fn a_manifest_is_applied_through_its_layers() {
    assert_eq!(
        appliers(&["base/web.yaml"]),
        ["a web 1", "b loose 1", "b web 1"]
    );
    assert_eq!(
        appliers(&["overlay/kustomization.yaml"]),
        ["a web 0", "b web 0"]
    );
}

#[test]
fn what_a_flux_kustomization_adds_counts() {
    assert_eq!(appliers(&["feature/patch.yaml"]), ["a web 0"]);
}

#[test]
fn a_directory_without_kustomization_file_takes_in_what_is_below() {
    assert_eq!(appliers(&["loose/deep/one.yaml"]), ["b loose 1"]);
    assert_eq!(appliers(&["unused/two.yaml"]), ["b loose 1"]);
    assert_eq!(appliers(&["clusters/b/loose.yaml"]), ["b flux-system 1"]);
}
