//! Changes of real files: whatever happens on disk, the state ends up as if it had been opened anew.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and makes its own files"
)]

mod on_disk;

use std::fs;

use camino::Utf8Path;
use infragen_workspace::{Db, Directory, FileEvent, Root, Workspace, facts};
use on_disk::Repository;

fn event(repository: &Repository, path: &str) -> FileEvent {
    FileEvent {
        path: repository.path.join(path),
    }
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

/// Every file that is known below a root, with the names of its objects.
fn state(workspace: &Workspace, root: Root) -> Vec<String> {
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let mut lines = Vec::new();
    list(db, root.top(db).unwrap(), &mut lines);
    lines.sort();
    lines
}

fn list(db: &dyn Db, directory: Directory, lines: &mut Vec<String>) {
    lines.push(format!("{}/", directory.path(db)));
    for file in directory.files(db) {
        let names: Vec<_> = facts(db, file)
            .objects
            .iter()
            .filter_map(|o| Some(o.name.as_ref()?.value.to_string()))
            .collect();
        lines.push(format!("{}: {}", file.path(db), names.join(" ")));
    }
    directory
        .directories(db)
        .for_each(|below| list(db, below, lines));
}

fn fresh(path: &Utf8Path) -> Vec<String> {
    let mut workspace = Workspace::new();
    let root = workspace.open_root(path);
    state(&workspace, root)
}

#[track_caller]
fn same_as_fresh(workspace: &Workspace, root: Root, path: &Utf8Path) {
    assert_eq!(state(workspace, root), fresh(path));
}

#[test]
fn files_that_come_change_and_go() {
    let repository = Repository::new(&[
        ("a.yaml", &config_map("a")),
        ("sub/b.yaml", &config_map("b")),
    ]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    assert_eq!(
        state(&workspace, root),
        ["/", "a.yaml: a", "sub/", "sub/b.yaml: b"]
    );
    repository.write("a.yaml", &config_map("changed"));
    repository.write("sub/deep/er/c.yaml", &config_map("c"));
    workspace.apply_events(&[
        event(&repository, "a.yaml"),
        event(&repository, "sub/deep/er/c.yaml"),
    ]);
    same_as_fresh(&workspace, root, &repository.path);
    assert!(state(&workspace, root).contains(&"sub/deep/er/c.yaml: c".to_owned()));
    fs::remove_dir_all(repository.path.join("sub")).unwrap();
    workspace.apply_events(&[event(&repository, "sub")]);
    same_as_fresh(&workspace, root, &repository.path);
    assert_eq!(state(&workspace, root), ["/", "a.yaml: changed"]);
}

#[test]
fn a_folder_that_is_moved_is_found_by_one_event_for_each_name() {
    let repository = Repository::new(&[
        ("old/x/a.yaml", &config_map("a")),
        ("old/b.yaml", &config_map("b")),
    ]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    fs::rename(repository.path.join("old"), repository.path.join("new")).unwrap();
    workspace.apply_events(&[event(&repository, "new"), event(&repository, "old")]);
    same_as_fresh(&workspace, root, &repository.path);
    fs::rename(repository.path.join("new"), repository.path.join("old")).unwrap();
    workspace.apply_events(&[event(&repository, "old"), event(&repository, "new")]);
    same_as_fresh(&workspace, root, &repository.path);
}

#[test]
fn a_file_that_becomes_a_folder_and_back() {
    let repository = Repository::new(&[("a.yaml", &config_map("a"))]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    fs::remove_file(repository.path.join("a.yaml")).unwrap();
    repository.write("a.yaml/kustomization.yaml", "resources: []\n");
    workspace.apply_events(&[
        event(&repository, "a.yaml"),
        event(&repository, "a.yaml/kustomization.yaml"),
    ]);
    same_as_fresh(&workspace, root, &repository.path);
    fs::remove_dir_all(repository.path.join("a.yaml")).unwrap();
    repository.write("a.yaml", &config_map("back"));
    workspace.apply_events(&[event(&repository, "a.yaml")]);
    same_as_fresh(&workspace, root, &repository.path);
}

#[test]
fn what_git_ignores_is_not_there() {
    let repository = Repository::new(&[
        ("a.yaml", &config_map("a")),
        ("out/b.yaml", &config_map("b")),
        (".gitignore", "out/\n"),
    ]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    assert_eq!(state(&workspace, root), ["/", "a.yaml: a"]);
    repository.write(".gitignore", "a.yaml\n");
    workspace.apply_events(&[event(&repository, ".gitignore")]);
    same_as_fresh(&workspace, root, &repository.path);
    assert_eq!(state(&workspace, root), ["/", "out/", "out/b.yaml: b"]);
    repository.write("out/.gitignore", "b.yaml\n");
    workspace.apply_events(&[event(&repository, "out/.gitignore")]);
    same_as_fresh(&workspace, root, &repository.path);
}

#[test]
fn no_link_leads_out_of_the_root() {
    let outside = Repository::new(&[("secret.yaml", &config_map("secret"))]);
    let repository = Repository::new(&[("real/a.yaml", &config_map("a"))]);
    std::os::unix::fs::symlink(
        outside.path.join("secret.yaml"),
        repository.path.join("out.yaml"),
    )
    .unwrap();
    std::os::unix::fs::symlink(&outside.path, repository.path.join("outside")).unwrap();
    std::os::unix::fs::symlink(repository.path.join("real"), repository.path.join("inside"))
        .unwrap();
    std::os::unix::fs::symlink(&repository.path, repository.path.join("loop")).unwrap();
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    let snapshot = workspace.snapshot();
    let top = root.top(snapshot.db()).unwrap();
    let find = |path: &str| infragen_workspace::find(snapshot.db(), top, path);
    assert_eq!(find("out.yaml"), infragen_workspace::Found::Missing);
    assert_eq!(
        find("outside/secret.yaml"),
        infragen_workspace::Found::Missing
    );
    assert_eq!(find("inside/a.yaml"), find("real/a.yaml"));
    assert_eq!(find("loop/loop/real/a.yaml"), find("real/a.yaml"));
}

#[test]
fn odd_files_are_read_or_refused_with_a_reason() {
    let repository = Repository::new(&[("a.yaml", &config_map("a"))]);
    fs::write(repository.path.join("latin1.yaml"), [b'a', 0xe4]).unwrap();
    fs::write(
        repository.path.join("bom.yaml"),
        format!("\u{feff}{}", config_map("bom")),
    )
    .unwrap();
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    assert_eq!(
        state(&workspace, root),
        ["/", "a.yaml: a", "bom.yaml: bom", "latin1.yaml: "]
    );
    let snapshot = workspace.snapshot();
    let file = workspace
        .file(&repository.path.join("latin1.yaml"))
        .unwrap();
    let tree = infragen_workspace::tree(snapshot.db(), file);
    assert!(tree.errors()[0].message.contains("not UTF-8"));
}

#[test]
fn a_rescan_finds_what_no_event_told() {
    let repository =
        Repository::new(&[("a.yaml", &config_map("a")), ("x/b.yaml", &config_map("b"))]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    repository.write("a.yaml", &config_map("changed"));
    repository.write("y/c.yaml", &config_map("c"));
    fs::remove_dir_all(repository.path.join("x")).unwrap();
    workspace.rescan();
    same_as_fresh(&workspace, root, &repository.path);
}

#[test]
fn a_change_leaves_the_folders_beside_it_alone() {
    let repository = Repository::new(&[
        ("a.yaml", &config_map("a")),
        ("x/b.yaml", &config_map("b")),
        ("x/y/c.yaml", &config_map("c")),
    ]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    repository.write("a.yaml", &config_map("changed"));
    workspace.apply_events(&[event(&repository, "a.yaml")]);
    assert_eq!(
        state(&workspace, root),
        [
            "/",
            "a.yaml: changed",
            "x/",
            "x/b.yaml: b",
            "x/y/",
            "x/y/c.yaml: c"
        ]
    );
}

#[test]
fn a_folder_that_takes_the_place_of_another_is_read() {
    let repository = Repository::new(&[
        ("live/a.yaml", &config_map("old")),
        ("next/a.yaml", &config_map("new")),
    ]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    same_as_fresh(&workspace, root, &repository.path);
    let path = |name: &str| repository.path.join(name);
    fs::rename(path("live"), path("before")).unwrap();
    fs::rename(path("next"), path("live")).unwrap();
    // A watcher tells of folders that are moved, not of what is in them.
    let events = ["live", "before", "next"].map(|name| event(&repository, name));
    workspace.apply_events(&events);
    same_as_fresh(&workspace, root, &repository.path);
    assert!(state(&workspace, root).contains(&"live/a.yaml: new".to_owned()));
}

#[test]
fn what_happens_in_a_folder_that_git_ignores_does_not_bring_it_back() {
    let repository = Repository::new(&[("out/b.yaml", &config_map("b"))]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    repository.write(".gitignore", "out/\n");
    repository.write("out/b.yaml", &config_map("changed"));
    workspace.apply_events(&[
        event(&repository, ".gitignore"),
        event(&repository, "out/b.yaml"),
    ]);
    assert_eq!(state(&workspace, root), ["/"]);
}

#[test]
fn a_file_that_was_never_saved_is_there_while_it_is_open() {
    let repository = Repository::new(&[("a.yaml", &config_map("a"))]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    let new = repository.path.join("new/b.yaml");
    workspace.set_buffer(&new, Some(config_map("b").into()));
    let shown = ["/", "a.yaml: a", "new/", "new/b.yaml: b"];
    assert_eq!(state(&workspace, root), shown);
    workspace.apply_events(&[event(&repository, "a.yaml"), event(&repository, "new")]);
    assert_eq!(state(&workspace, root), shown);
    workspace.rescan();
    assert_eq!(state(&workspace, root), shown);
    workspace.set_buffer(&new, None);
    assert_eq!(state(&workspace, root), ["/", "a.yaml: a"]);
}

#[test]
fn a_file_that_is_deleted_while_it_is_open_is_there_until_it_is_closed() {
    let repository = Repository::new(&[("x/a.yaml", &config_map("a"))]);
    let mut workspace = Workspace::new();
    let root = workspace.open_root(&repository.path);
    let path = repository.path.join("x/a.yaml");
    workspace.set_buffer(&path, Some(config_map("typed").into()));
    fs::remove_dir_all(repository.path.join("x")).unwrap();
    workspace.apply_events(&[event(&repository, "x")]);
    assert_eq!(state(&workspace, root), ["/", "x/", "x/a.yaml: typed"]);
    workspace.set_buffer(&path, None);
    assert_eq!(state(&workspace, root), ["/"]);
}
