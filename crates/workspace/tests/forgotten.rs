//! What the database let go of to save memory is made again when somebody asks for it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // asks in memory, and fails by panicking

use camino::Utf8Path;
use infragen_workspace::{Cancelled, Snapshot, Workspace, clusters};

/// Flux Kustomizations: more of them than builds with histories are remembered.
const APPLICATIONS: usize = 140;

/// The repository: each Flux Kustomization applies a directory that takes in another one, the first and the last of
/// them the same.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut file = |path: String, text: String| files.push((path, text));
    let mut resources = "resources: [unrelated.yaml".to_owned();
    for number in 0..APPLICATIONS {
        let base = number % (APPLICATIONS - 1);
        resources.push_str(&format!(", {number}.yaml"));
        file(
            format!("clusters/a/{number}.yaml"),
            format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: k{number}, namespace: flux-system}}\nspec: {{path: ./apps/{number}, prune: true, interval: 1h, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
            ),
        );
        file(
            format!("apps/{number}/kustomization.yaml"),
            format!("resources: [../../bases/{base}]\n"),
        );
        file(
            format!("bases/{number}/kustomization.yaml"),
            "resources: [web.yaml]\n".to_owned(),
        );
        file(
            format!("bases/{number}/web.yaml"),
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n".to_owned(),
        );
    }
    resources.push_str("]\n");
    file("clusters/a/kustomization.yaml".to_owned(), resources);
    let unrelated = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: unrelated}\n";
    file("clusters/a/unrelated.yaml".to_owned(), unrelated.to_owned());
    file(
        "clusters/a/flux-system/gotk-sync.yaml".to_owned(),
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {path: ./clusters/a, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}\n".to_owned(),
    );
    files
}

/// How many objects a Flux Kustomization applies, built with the history of every value.
fn traced(snapshot: &Snapshot, number: usize) -> Result<usize, Cancelled> {
    let root = snapshot.roots()[0];
    snapshot.run(|db| {
        let cluster = &clusters(db, root)[0];
        let name = format!("k{number}");
        let mut applications = cluster.applications.iter();
        let application = applications.find(|application| application.spec.name == name);
        let built = cluster.traced(db, application.unwrap()).unwrap();
        built.resources.len()
    })
}

#[test]
fn a_build_that_was_let_go_of_is_made_again() {
    let files = files();
    let texts: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let top = Utf8Path::new("/repository");
    let mut workspace = Workspace::new();
    workspace.open_memory_root(top, &texts);
    let snapshot = workspace.snapshot();
    for number in (0..APPLICATIONS - 1).chain([0]) {
        assert_eq!(traced(&snapshot, number), Ok(1), "{number}");
    }
    drop(snapshot);
    // The base of the first one is let go of, and what was built from it is not.
    let unrelated = top.join("clusters/a/unrelated.yaml");
    for edit in 0..3 {
        let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: other-{edit}}}\n");
        workspace.set_buffer(&unrelated, Some(text.into()));
        let snapshot = workspace.snapshot();
        // That this one still holds is found out without its base, which the last one needs.
        assert_eq!(traced(&snapshot, 0), Ok(1));
        assert_eq!(traced(&snapshot, APPLICATIONS - 1), Ok(1), "edit {edit}");
    }
}
