//! The walk from an entry point through all Flux Kustomizations: where it goes, and that it ends.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // asks in memory, and fails by panicking

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use infragen_workspace::{Cluster, Workspace, clusters, flux_version};

/// A Flux Kustomization; `rest` is more of its `spec`.
fn kustomization(name: &str, path: &str, rest: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n  \
         namespace: flux-system\nspec:\n  path: {path}\n  prune: true\n  interval: 1h\n  sourceRef: {{kind: \
         GitRepository, name: flux-system}}\n{rest}---\n"
    )
}

fn config_map(name: &str, namespace: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {{{data}}}\n---\n"
    )
}

fn open(files: &[(&str, String)]) -> (Workspace, Vec<Arc<Cluster>>) {
    let mut workspace = Workspace::new();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let root = workspace.open_memory_root(Utf8Path::new("/repository"), &files);
    let found = clusters(workspace.db(), root);
    (workspace, found)
}

/// `clusters/a` with its entry point, and more files.
fn with_entry(files: &[(&str, String)]) -> (Workspace, Arc<Cluster>) {
    let mut all = vec![(
        "clusters/a/flux-system/gotk-sync.yaml",
        kustomization("flux-system", "./clusters/a", ""),
    )];
    all.extend(files.iter().cloned());
    let (workspace, found) = open(&all);
    let mut found = found.into_iter();
    let entry = found.find(|cluster| cluster.environment.name == "a");
    (workspace, entry.unwrap())
}

fn names(cluster: &Cluster) -> Vec<&str> {
    let applications = cluster.applications.iter();
    applications
        .map(|application| application.spec.name.as_str())
        .collect()
}

/// All objects of an application as one text.
fn text(workspace: &Workspace, cluster: &Cluster, name: &str) -> String {
    let applications = &mut cluster.applications.iter();
    let application = applications
        .find(|application| application.spec.name == name)
        .unwrap();
    let built = cluster.built(workspace.db(), application).unwrap();
    let mut text = String::new();
    for resource in &built.resources {
        infragen_kustomize::emit(&resource.value, &mut text).unwrap();
    }
    text
}

#[test]
fn what_applies_itself_or_each_other_is_there_once() {
    let (_, cluster) = with_entry(&[
        ("clusters/a/one.yaml", kustomization("one", "./one", "")),
        ("one/two.yaml", kustomization("two", "./two", "")),
        ("one/self.yaml", kustomization("one", "./one", "")),
        ("two/one.yaml", kustomization("one", "./one", "")),
        (
            "two/entry.yaml",
            kustomization("flux-system", "./clusters/a", ""),
        ),
    ]);
    assert_eq!(names(&cluster), ["flux-system", "one", "two"]);
}

#[test]
fn of_two_parents_the_first_counts() {
    let (_, cluster) = with_entry(&[
        ("clusters/a/a.yaml", kustomization("a", "./a", "")),
        ("clusters/a/b.yaml", kustomization("b", "./b", "")),
        ("a/app.yaml", kustomization("app", "./from-a", "")),
        ("b/app.yaml", kustomization("app", "./from-b", "")),
    ]);
    assert_eq!(names(&cluster), ["flux-system", "a", "b", "app"]);
    assert_eq!(cluster.applications[3].spec.path, "./from-a");
    assert_eq!(cluster.applications[3].parent.unwrap().0, 1);
}

#[test]
fn a_root_that_patches_itself_settles() {
    let patch = "  patches:\n  - target: {kind: Kustomization}\n    patch: |\n      - {op: add, path: /spec/postBuild, \
                 value: {substitute: {NAME: patched}}}\n";
    let entry = "resources: [sync.yaml]\npatches:\n- patch: |\n    apiVersion: kustomize.toolkit.fluxcd.io/v1\n    \
                 kind: Kustomization\n    metadata: {name: flux-system, namespace: flux-system}\n    spec:\n"
        .to_owned()
        + &patch
            .lines()
            .map(|line| format!("    {line}\n"))
            .collect::<String>();
    let (workspace, found) = open(&[
        (
            "clusters/a/flux-system/sync.yaml",
            kustomization("flux-system", "./clusters/a", ""),
        ),
        ("clusters/a/flux-system/kustomization.yaml", entry),
        ("clusters/a/app.yaml", kustomization("app", "./app", "")),
        ("app/map.yaml", config_map("map", "apps", "name: '${NAME}'")),
    ]);
    let cluster = &found[0];
    assert_eq!(names(cluster), ["flux-system", "app"]);
    let entry = &cluster.applications[0].spec;
    assert!(
        entry.additions.contains("NAME: patched"),
        "{}",
        entry.additions
    );
    assert!(text(&workspace, cluster, "app").contains("name: patched"));
}

#[test]
fn the_version_is_that_of_components_that_the_entry_point_takes_in() {
    let header = |version: &str| format!("---\n# Flux Version: {version}\nkind: Namespace\n");
    let (workspace, entry) = with_entry(&[
        (
            "clusters/a/kustomization.yaml",
            "resources: [flux-system/gotk-sync.yaml, ../base]\n".to_owned(),
        ),
        (
            "clusters/base/kustomization.yaml",
            "resources: [../../flux/a]\n".to_owned(),
        ),
        (
            "flux/a/kustomization.yaml",
            "resources: [gotk-components.yaml, ../../clusters/base]\n".to_owned(),
        ),
        ("flux/a/gotk-components.yaml", header("v2.8.8")),
        ("flux/b/gotk-components.yaml", header("v2.9.1")),
    ]);
    let version = flux_version(workspace.db(), entry.root, entry.environment.clone());
    assert_eq!(version, infragen_flux::FluxVersion::parse("v2.8.8"));
    let (workspace, entry) = with_entry(&[("flux/b/gotk-components.yaml", header("v2.9.1"))]);
    let version = flux_version(workspace.db(), entry.root, entry.environment.clone());
    assert_eq!(version, None);
}

#[test]
fn variables_come_from_objects_that_are_applied_later() {
    let from = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: later}]}\n";
    let (workspace, cluster) = with_entry(&[
        (
            "clusters/a/a.yaml",
            kustomization("app", "./${FOLDER:=nowhere}", from),
        ),
        ("clusters/a/b.yaml", kustomization("vars", "./vars", "")),
        ("clusters/a/c.yaml", kustomization("user", "./user", from)),
        ("user/app.yaml", kustomization("used", "./${FOLDER}", "")),
        (
            "user/map.yaml",
            config_map("map", "apps", "name: '${NAME}'"),
        ),
        (
            "vars/later.yaml",
            config_map("later", "flux-system", "NAME: found, FOLDER: deep"),
        ),
        ("deep/map.yaml", config_map("deep", "apps", "")),
    ]);
    assert!(text(&workspace, &cluster, "user").contains("name: found"));
    let used = cluster
        .applications
        .iter()
        .find(|one| one.spec.name == "used")
        .unwrap();
    assert!(used.directory.is_ok(), "{:?}", used.directory);
}

#[test]
fn a_config_map_of_another_namespace_gives_nothing() {
    let from = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n";
    let (workspace, cluster) = with_entry(&[
        ("clusters/a/app.yaml", kustomization("app", "./app", from)),
        (
            "clusters/a/vars.yaml",
            config_map("vars", "other", "NAME: wrong"),
        ),
        ("app/map.yaml", config_map("map", "apps", "name: '${NAME}'")),
    ]);
    assert!(text(&workspace, &cluster, "app").contains("name: ${NAME}"));
}

#[test]
fn the_patches_of_a_flux_instance_change_what_it_makes() {
    let patches = "kustomize:\n    patches:\n    - target: {kind: Kustomization}\n      patch: |\n        - {op: add, \
                   path: /spec/targetNamespace, value: patched}\n";
    let sync = "sync: {kind: OCIRepository, url: 'oci://a/b', ref: latest, path: clusters/a}\n";
    let instance = format!(
        "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {{name: flux, namespace: flux-system}}\n\
         spec:\n  distribution: {{version: 2.x, registry: a}}\n  {sync}  {patches}"
    );
    let indented = format!("{sync}{}", patches.replace("\n  ", "\n"))
        .lines()
        .map(|line| format!("      {line}\n"))
        .collect::<String>();
    let release = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: flux, namespace: flux-system}}\n\
         spec:\n  chartRef: {{kind: OCIRepository, name: flux-instance}}\n  values:\n    instance:\n{indented}"
    );
    for entry in [instance, release] {
        let (workspace, found) = open(&[
            ("clusters/a/flux-system/flux.yaml", entry.clone()),
            ("clusters/a/map.yaml", config_map("map", "apps", "")),
        ]);
        assert_eq!(found.len(), 1, "{entry}");
        let text = text(&workspace, &found[0], "flux-system");
        assert!(text.contains("namespace: patched"), "{entry}\n{text}");
    }
}

#[test]
fn a_made_up_kustomization_has_nothing_that_the_source_leaves_out() {
    let (workspace, cluster) = with_entry(&[
        (".sourceignore", "left/\n".to_owned()),
        (
            "clusters/a/.sourceignore",
            "b-*.yaml\n!b-2.yaml\n".to_owned(),
        ),
        ("clusters/a/a.yaml", config_map("a", "apps", "")),
        ("clusters/a/b-1.yaml", config_map("b-1", "apps", "")),
        ("clusters/a/b-2.yaml", config_map("b-2", "apps", "")),
        ("clusters/a/left/c.yaml", config_map("c", "apps", "")),
    ]);
    let text = text(&workspace, &cluster, "flux-system");
    let names = text
        .lines()
        .filter_map(|line| line.strip_prefix("  name: "));
    assert_eq!(names.collect::<Vec<_>>(), ["a", "b-2", "flux-system"]);
}

/// Many Flux Kustomizations, each with variables and a source beside it.
fn many(count: usize) -> Vec<(&'static str, String)> {
    let mut applications = String::new();
    let from = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n";
    for number in 0..count {
        applications.push_str(&kustomization(&format!("app-{number}"), "./app", from));
        let _ = write!(
            applications,
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: app-{number}, namespace: \
             flux-system}}\nspec: {{url: 'oci://a/{number}'}}\n---\n"
        );
    }
    vec![
        ("clusters/a/applications.yaml", applications),
        (
            "clusters/a/vars.yaml",
            config_map("vars", "flux-system", "NAME: x"),
        ),
        ("app/map.yaml", config_map("map", "apps", "name: '${NAME}'")),
    ]
}

#[test]
fn many_applications_take_time_by_their_number_only() {
    let time = |count| {
        let files = many(count);
        let started = Instant::now();
        let (_, cluster) = with_entry(&files);
        assert_eq!(cluster.applications.len(), count + 1);
        started.elapsed()
    };
    let (few, many) = (time(500), time(2_000));
    // Four times as many; a walk that is quadratic takes sixteen times as long.
    assert!(
        many < few * 10 + Duration::from_secs(1),
        "{few:?} and {many:?}"
    );
}
