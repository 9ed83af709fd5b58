//! What builds find wrong: which file an error is told of, and what is not told.
#![allow(clippy::disallowed_methods)] // writes a repository

#[cfg(unix)]
mod on_disk;

use camino::Utf8Path;
use infragen_workspace::{Workspace, build_errors, takes_itself_in};

const WEB: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n";

/// The errors of every file: its path and the message.
fn errors(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut workspace = Workspace::new();
    let top = Utf8Path::new("/repository");
    workspace.open_memory_root(top, files);
    let mut found = Vec::new();
    for (name, _) in files {
        let Some(file) = workspace.file(&top.join(name)) else {
            continue;
        };
        for error in build_errors(workspace.db(), file).iter() {
            found.push(((*name).to_owned(), error.message.clone()));
        }
    }
    found
}

fn files_with_errors(files: &[(&str, &str)]) -> Vec<String> {
    errors(files).into_iter().map(|(file, _)| file).collect()
}

const PATCH: &str = "- {op: replace, path: /data/nope, value: c}\n";
const PATCHED: &str =
    "resources: [web.yaml]\npatches: [{path: patch.yaml, target: {kind: ConfigMap}}]\n";

#[test]
fn an_error_is_told_once_in_the_file_that_must_change() {
    let files = [
        ("base/kustomization.yaml", PATCHED),
        ("base/web.yaml", WEB),
        ("base/patch.yaml", PATCH),
        ("production/kustomization.yaml", "resources: [../base]\n"),
    ];
    assert_eq!(files_with_errors(&files), ["base/patch.yaml"]);
}

#[test]
fn a_component_is_built_on_what_uses_it() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n";
    let patch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: c}\n";
    let other = patch.replace("name: web", "name: other");
    let used = "resources: [web.yaml]\ncomponents: [../feature]\n";
    let files = |patch| {
        [
            ("feature/kustomization.yaml", component),
            ("feature/patch.yaml", patch),
            ("app/kustomization.yaml", used),
            ("app/web.yaml", WEB),
        ]
    };
    assert_eq!(errors(&files(patch)), []);
    assert_eq!(files_with_errors(&files(&other)), ["feature/patch.yaml"]);
    // Used by nothing, it is patched onto nothing.
    assert_eq!(errors(&files(&other)[..2]), []);
}

#[test]
fn what_may_only_be_missing_here_is_no_error() {
    let patches =
        "patches:\n- patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: nope}}'\n";
    let own = format!("resources: [web.yaml]\n{patches}");
    let files = [("kustomization.yaml", own.as_str()), ("web.yaml", WEB)];
    assert_eq!(files_with_errors(&files), ["kustomization.yaml"]);
    let remote = format!("resources: [web.yaml, https://example.com/base]\n{patches}");
    let files = [("kustomization.yaml", remote.as_str()), ("web.yaml", WEB)];
    let told = errors(&files);
    assert!(
        told.iter()
            .all(|(_, message)| message.contains("not fetched")),
        "{told:?}"
    );
}

#[test]
fn a_flux_kustomization_may_add_the_component_that_a_patch_is_for() {
    let patches = "resources: [web.yaml]\npatches:\n- patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: nope}}'\n";
    let applied = |more: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: app, namespace: a}}\nspec:\n  path: ./app\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
        )
    };
    let files = |flux| {
        [
            ("app/kustomization.yaml", patches),
            ("app/web.yaml", WEB),
            ("ks.yaml", flux),
        ]
    };
    let alone = applied("");
    assert_eq!(
        files_with_errors(&files(&alone)),
        ["app/kustomization.yaml"]
    );
    let with = applied("  components: [../feature]\n");
    assert_eq!(errors(&files(&with)), []);
}

#[test]
fn a_build_follows_what_an_editor_shows_and_what_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let top = Utf8Path::from_path(folder.path()).unwrap();
    let write = |name: &str, text: &str| std::fs::write(top.join(name), text).unwrap();
    write(
        "kustomization.yaml",
        "resources: [web.yaml]\npatches: [{path: patch.json, target: {kind: ConfigMap}}]\n",
    );
    write("web.yaml", WEB);
    write(
        "patch.json",
        "[{\"op\": \"replace\", \"path\": \"/data/a\", \"value\": \"c\"}]",
    );
    let mut workspace = Workspace::new();
    workspace.open_root(top);
    let list = workspace.file(&top.join("kustomization.yaml")).unwrap();
    let wrong = |workspace: &Workspace| -> Vec<String> {
        let found = build_errors(workspace.db(), list);
        found.iter().map(|error| error.message.clone()).collect()
    };
    assert_eq!(wrong(&workspace), [""; 0]);
    // In the editor the object loses what the patch replaces; nothing is saved.
    let changed = WEB.replace("{a: b}", "{z: b}");
    workspace.set_buffer(&top.join("web.yaml"), Some(changed.as_str().into()));
    let told = wrong(&workspace);
    assert!(told.len() == 1 && told[0].contains("/data/a"), "{told:?}");
    workspace.set_buffer(&top.join("web.yaml"), None);
    assert_eq!(wrong(&workspace), [""; 0]);
    // A patch that is no YAML file is looked at again when it changes.
    write(
        "patch.json",
        "[{\"op\": \"remove\", \"path\": \"/data/nope\"}]",
    );
    let path = top.join("patch.json");
    workspace.apply_events(&[infragen_workspace::FileEvent { path }]);
    let told = wrong(&workspace);
    assert!(
        told.len() == 1 && told[0].starts_with("`patch.json`: "),
        "{told:?}"
    );
}

#[test]
fn directories_that_take_each_other_in_add_nothing_whatever_the_field() {
    let wide = "resources: [../a, ../c]\n";
    let around = [
        ("c/kustomization.yaml", "resources: [web.yaml]\n"),
        ("c/web.yaml", WEB),
        ("wide/kustomization.yaml", wide),
    ];
    for field in [
        "resources",
        "bases",
        "components",
        "generators",
        "transformers",
        "validators",
    ] {
        let (a, b) = (format!("{field}: [../b]\n"), format!("{field}: [../a]\n"));
        let mut files = vec![
            ("a/kustomization.yaml", a.as_str()),
            ("b/kustomization.yaml", b.as_str()),
        ];
        files.extend(around);
        let mut workspace = Workspace::new();
        let top = Utf8Path::new("/repository");
        workspace.open_memory_root(top, &files);
        for (path, is_loop) in [("a", true), ("b", true), ("c", false), ("wide", false)] {
            let path = top.join(path).join("kustomization.yaml");
            let (db, file) = (workspace.db(), workspace.file(&path).unwrap());
            assert_eq!(
                takes_itself_in(db, file.directory(db), true),
                is_loop,
                "{field} {path}"
            );
        }
        // Nobody waits for ever, and nothing fails but what is in the loop.
        let errors = errors(&files);
        assert!(
            errors.iter().all(|(file, _)| file.starts_with(['a', 'b'])),
            "{field}: {errors:?}"
        );
    }
}

#[test]
#[cfg(unix)]
fn a_loop_by_a_link_ends() {
    let repository = on_disk::Repository::new(&[
        ("y/z/file", ""),
        // By what is written that is `x/b`, by where the link leads it would be `y/b`.
        ("x/a/kustomization.yaml", "resources: [../link/../b]\n"),
        ("x/b/kustomization.yaml", "resources: [../up/x/a]\n"),
    ]);
    let root = &repository.path;
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, root.join(from)).unwrap();
    link("../y/z", "x/link");
    link("..", "x/up");
    let mut workspace = Workspace::new();
    workspace.open_root(root);
    for path in ["x/a/kustomization.yaml", "x/b/kustomization.yaml"] {
        let db = workspace.db();
        let file = workspace.file(&root.join(path)).unwrap();
        assert!(takes_itself_in(db, file.directory(db), true), "{path}");
        build_errors(db, file);
    }
}
