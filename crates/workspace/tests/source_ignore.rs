//! `spec.ignore` of a source: what it leaves out is not there for the environments that take their files from it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // asks in memory, and fails by panicking

#[cfg(unix)]
mod on_disk;

use camino::Utf8Path;
use infragen_workspace::{Workspace, clusters};

const ENTRY: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec:
  url: https://example.com/fleet
  ignore: |
    IGNORE
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/a, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
";

const APPS: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
";

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: web}}\n")
}

/// The files of a repository whose source says `ignore`, line by line.
fn repository(ignore: &str, more: &[(&str, &str)]) -> Workspace {
    let entry = ENTRY.replace("IGNORE", &ignore.replace('\n', "\n    "));
    let (one, two) = (config_map("one"), config_map("two"));
    let mut files = vec![
        ("clusters/a/flux-system/gotk-sync.yaml", entry.as_str()),
        ("clusters/a/apps.yaml", APPS),
        ("apps/one.yaml", one.as_str()),
        ("apps/more/two.yaml", two.as_str()),
    ];
    files.extend(more);
    let mut workspace = Workspace::new();
    workspace.open_memory_root(Utf8Path::new("/repository"), &files);
    workspace
}

/// The names of the `ConfigMap`s that the environment gets, and what its builds say.
fn outcome(workspace: &Workspace) -> (Vec<String>, Vec<String>) {
    let root = workspace.roots()[0];
    let db = workspace.db();
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    for cluster in clusters(db, root) {
        for application in &cluster.applications {
            let objects = cluster.objects(db, application);
            let objects = objects.iter().filter(|it| it.kind.kind == "ConfigMap");
            names.extend(objects.map(|object| object.name.to_string()));
            // A build with histories says the same.
            let traced = cluster.traced(db, application).unwrap();
            let built = cluster.built(db, application).unwrap();
            assert_eq!(traced.errors, built.errors);
            assert_eq!(traced.resources.len(), built.resources.len());
            errors.extend(cluster.errors(db, root, application).iter().map(|error| {
                let place = &error.place;
                let file = place.file.to_string();
                format!(
                    "{file}:{}: {}",
                    u32::from(place.range.start()),
                    error.message
                )
            }));
        }
    }
    (names, errors)
}

fn applied(ignore: &str) -> Vec<String> {
    let (names, errors) = outcome(&repository(ignore, &[]));
    assert_eq!(errors, <[String; 0]>::default());
    names
}

#[test]
fn a_made_up_kustomization_file_does_not_name_what_is_left_out() {
    assert_eq!(applied("*.md"), ["two", "one"]);
    assert_eq!(applied("two.yaml"), ["one"]);
    assert_eq!(applied("/apps/more"), ["one"]);
    assert_eq!(applied("/*\n!/clusters\n!/apps"), ["two", "one"]);
}

#[test]
fn a_file_comes_back_in_a_folder_that_is_left_out() {
    assert_eq!(applied("/apps/*\n!/apps/more/two.yaml"), ["two"]);
}

#[test]
fn it_wins_over_files_with_patterns() {
    let workspace = repository("!two.yaml", &[("apps/.sourceignore", "*.yaml\n")]);
    assert_eq!(outcome(&workspace).0, ["two"]);
    // Also where nothing is left out any more.
    let workspace = repository("!*.yaml", &[("apps/.sourceignore", "*.yaml\n")]);
    assert_eq!(outcome(&workspace).0, ["two", "one"]);
}

#[test]
fn an_entry_that_names_what_is_left_out_fails() {
    let named = "resources: [one.yaml, more]\n";
    let inner = "resources: [two.yaml]\nconfigMapGenerator: [{name: g, files: [a.txt]}]\n";
    let more = [
        ("apps/kustomization.yaml", named),
        ("apps/more/kustomization.yaml", inner),
        ("apps/more/a.txt", "a"),
    ];
    let (_, errors) = outcome(&repository("two.yaml", &more));
    assert_eq!(
        errors,
        ["apps/more/kustomization.yaml:12: `two.yaml` is there, but the source leaves it out"]
    );
    let (names, errors) = outcome(&repository("*.txt", &more));
    assert!(
        errors[0].contains("`a.txt` is there, but the source leaves it out"),
        "{errors:?}"
    );
    assert_eq!(names, ["one", "two"]);
    let (_, errors) = outcome(&repository("/apps/more/", &more));
    assert_eq!(
        errors,
        ["apps/kustomization.yaml:22: `more` is there, but the source leaves it out"]
    );
    let (_, errors) = outcome(&repository("*.md", &more));
    assert_eq!(errors, <[String; 0]>::default());
}

#[test]
fn directories_that_include_each_other_end() {
    let object = config_map("gone");
    let more = [
        (
            "apps/kustomization.yaml",
            "resources: [one.yaml, ../base]\n",
        ),
        (
            "base/kustomization.yaml",
            "resources: [../apps, gone.yaml]\n",
        ),
        ("base/gone.yaml", object.as_str()),
    ];
    let (names, _) = outcome(&repository("gone.yaml", &more));
    assert_eq!(names, ["one"]);
}

#[test]
fn a_path_that_is_left_out_is_told_where_it_stands() {
    let (names, errors) = outcome(&repository("/*\n!/clusters", &[]));
    assert_eq!(names, <[String; 0]>::default());
    let at = APPS.find("./apps").unwrap();
    assert_eq!(
        errors,
        [format!(
            "clusters/a/apps.yaml:{at}: `apps` is there, but the source leaves it out"
        )]
    );
}

#[test]
fn an_artifact_that_is_copied_as_it_is_has_everything() {
    let source = |operation| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: bundle, namespace: \
             flux-system}}\nspec: {{url: 'oci://ghcr.io/acme/bundle', ignore: /left.yaml, layerSelector: \
             {{operation: {operation}}}}}\n"
        )
    };
    let kustomization = APPS.replace(
        "GitRepository, name: flux-system",
        "OCIRepository, name: bundle",
    );
    let kustomization = kustomization
        .replace("./apps", "./")
        .replace("name: apps", "name: taken");
    let left = config_map("left");
    let names = |operation| {
        let source = source(operation);
        let more = [
            (
                ".infragen.yaml",
                "bundles: {'oci://ghcr.io/acme/bundle': bundle}\n",
            ),
            ("clusters/a/source.yaml", source.as_str()),
            ("clusters/a/taken.yaml", kustomization.as_str()),
            ("bundle/left.yaml", left.as_str()),
        ];
        let (names, errors) = outcome(&repository("# nothing", &more));
        assert_eq!(errors, <[String; 0]>::default());
        names
    };
    assert_eq!(names("copy"), ["two", "one", "left"]);
    // Patterns count from the folder of the bundle.
    assert_eq!(names("extract"), ["two", "one"]);
}

#[test]
fn what_an_editor_shows_of_it_counts() {
    let mut workspace = repository("*.md", &[]);
    assert_eq!(outcome(&workspace).0, ["two", "one"]);
    let path = Utf8Path::new("/repository/clusters/a/flux-system/gotk-sync.yaml");
    workspace.set_buffer(path, Some(ENTRY.replace("IGNORE", "one.yaml").into()));
    assert_eq!(outcome(&workspace).0, ["two"]);
    workspace.set_buffer(path, None);
    assert_eq!(outcome(&workspace).0, ["two", "one"]);
}

#[test]
fn a_patch_above_may_set_it() {
    let layer = "\
resources: [apps.yaml, flux-system/gotk-sync.yaml]
patches:
- target: {kind: GitRepository}
  patch: '- {op: replace, path: /spec/ignore, value: one.yaml}'
";
    let workspace = repository("*.md", &[("clusters/a/kustomization.yaml", layer)]);
    assert_eq!(outcome(&workspace), (vec!["two".to_owned()], Vec::new()));
}

/// What the builds say of a repository whose source says nothing.
fn errors_without_field(more: &[(&str, &str)]) -> Vec<String> {
    outcome(&repository("# nothing", more)).1
}

#[test]
fn an_entry_fails_that_names_what_is_left_out_by_default() {
    let named = "resources: [one.yaml]\nconfigMapGenerator: [{name: g, files: [logo.png]}]\n";
    let mut files = vec![
        ("apps/kustomization.yaml", named),
        ("apps/logo.png", "a picture"),
    ];
    let message = "`logo.png` is there, but sources leave out what has such a name";
    let errors = errors_without_field(&files);
    assert!(
        errors.len() == 1 && errors[0].ends_with(message),
        "{errors:?}"
    );
    // A pattern anywhere in the source stands for all that is left out by default; a comment is none.
    files.push(("elsewhere/.sourceignore", "# none\n"));
    assert_eq!(errors_without_field(&files), errors);
    files.pop();
    files.push(("elsewhere/.sourceignore", "*.md\n"));
    assert_eq!(errors_without_field(&files), <[String; 0]>::default());
    // So does one of the source's own manifest.
    files.pop();
    let (_, errors) = outcome(&repository("*.md", &files));
    assert_eq!(errors, <[String; 0]>::default());
}

#[test]
fn an_entry_fails_that_a_file_with_patterns_leaves_out() {
    let files = [
        ("apps/kustomization.yaml", "resources: [one.yaml, more]\n"),
        ("apps/more/kustomization.yaml", "resources: [two.yaml]\n"),
        ("apps/more/.sourceignore", "two.yaml\n"),
    ];
    let at = "resources: [".len();
    assert_eq!(
        errors_without_field(&files),
        [format!(
            "apps/more/kustomization.yaml:{at}: `two.yaml` is there, but the source leaves it out"
        )]
    );
}

#[test]
#[cfg(unix)]
fn a_link_is_not_in_an_artifact() {
    let entry = ENTRY.replace("IGNORE", "# nothing");
    let repository = on_disk::Repository::new(&[
        ("clusters/a/flux-system/gotk-sync.yaml", &entry),
        ("clusters/a/apps.yaml", APPS),
        ("apps/one.yaml", &config_map("one")),
        ("shared/two.yaml", &config_map("two")),
    ]);
    let root = &repository.path;
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, root.join(from)).unwrap();
    link("../shared/two.yaml", "apps/linked.yaml");
    link("shared", "behind");
    let outcome = || {
        let mut workspace = Workspace::new();
        workspace.open_root(root);
        outcome(&workspace)
    };
    // A made up kustomization file does not name it, and entries that lead there fail.
    assert_eq!(outcome(), (vec!["one".to_owned()], vec![]));
    for path in ["linked.yaml", "../behind/two.yaml"] {
        repository.write(
            "apps/kustomization.yaml",
            &format!("resources: [one.yaml, {path}]\n"),
        );
        let (names, errors) = outcome();
        assert_eq!(names, ["one"]);
        assert_eq!(
            errors,
            [format!(
                "apps/kustomization.yaml:22: `{path}` is a symbolic link, or behind one: sources leave links out"
            )]
        );
    }
}
