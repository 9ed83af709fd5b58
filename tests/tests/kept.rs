//! What is known of a repository is kept when a file is opened or edited that it does not depend on: an edit costs what
//! it changes, not what there is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_registry::{Listing, Repository, Timestamp};
use infragen_rules::Finding;
use infragen_tests::generate::{self, File};
use infragen_workspace::{Answer, Workspace};

/// The findings of every file, by path: what was made anew is another list, even if it says the same.
type Findings = BTreeMap<Utf8PathBuf, Arc<Vec<Finding>>>;

struct World {
    workspace: Workspace,
    paths: Vec<Utf8PathBuf>,
}

impl World {
    fn new() -> World {
        World::of(&generate::repository(1, 200))
    }

    fn of(files: &[File]) -> World {
        let named: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let root = Utf8Path::new("/repo");
        let mut workspace = Workspace::new();
        workspace.open_memory_root(root, &named);
        let paths = files.iter().map(|(path, _)| root.join(path)).collect();
        World { workspace, paths }
    }

    fn text(&self, path: &Utf8Path) -> String {
        let file = self.workspace.file(path).unwrap();
        let text = infragen_workspace::text(self.workspace.db(), file);
        text.unwrap().to_string()
    }

    fn findings(&self) -> Findings {
        let db = self.workspace.db();
        let of = |path: &Utf8PathBuf| {
            let file = self.workspace.file(path).unwrap();
            (path.clone(), infragen_rules::check(db, file))
        };
        self.paths.iter().map(of).collect()
    }

    fn show(&mut self, path: &Utf8Path, text: Option<String>) {
        self.workspace.set_buffer(path, text.map(Arc::from));
    }

    /// The first file with this end whose text holds a part.
    fn find(&self, end: &str, part: &str) -> Utf8PathBuf {
        let paths = self
            .paths
            .iter()
            .filter(|path| path.as_str().ends_with(end));
        let mut found = paths.filter(|path| self.text(path).contains(part));
        found.next().unwrap().clone()
    }
}

/// The files whose findings were made anew.
fn made_anew(before: &Findings, after: &Findings) -> Vec<Utf8PathBuf> {
    let differ = |path: &&Utf8PathBuf| !Arc::ptr_eq(&before[*path], &after[*path]);
    after.keys().filter(differ).cloned().collect()
}

#[test]
fn opening_a_file_makes_nothing_anew_that_does_not_build_with_it() {
    let mut world = World::new();
    for path in [
        world.find("base/settings-0.yaml", "kind: ConfigMap"),
        world.find("base/step-1.yaml", "dependsOn"),
        world.find("base/kustomization.yaml", "resources"),
    ] {
        let service = path.parent().unwrap().parent().unwrap().to_owned();
        let before = world.findings();
        let text = world.text(&path);
        world.show(&path, Some(text));
        let opened = world.findings();
        let elsewhere = |path: &Utf8PathBuf| !path.starts_with(&service);
        let mut anew = made_anew(&before, &opened);
        assert!(anew.contains(&path));
        anew.retain(elsewhere);
        assert_eq!(anew, [] as [&str; 0], "by opening {path}");
        world.show(&path, None);
        let mut anew = made_anew(&opened, &world.findings());
        anew.retain(elsewhere);
        assert_eq!(anew, [] as [&str; 0], "by closing {path}");
    }
}

#[test]
fn a_name_that_is_typed_makes_nothing_anew_that_does_not_name_it() {
    let mut world = World::new();
    for (end, part) in [
        ("base/settings-0.yaml", "kind: ConfigMap"),
        ("base/step-1.yaml", "dependsOn"),
        ("base/kustomization.yaml", "resources"),
    ] {
        let path = world.find(end, part);
        let service = path.parent().unwrap().parent().unwrap().to_owned();
        let text = world.text(&path);
        world.show(&path, Some(text.clone()));
        let before = world.findings();
        let typed = match part {
            "resources" => text.replace("settings-0.yaml", "settings-0.yamlx"),
            // What it waits for; the name of a Flux Kustomization itself decides what its environment applies.
            "dependsOn" => {
                let (before, after) = text.split_once("dependsOn").unwrap();
                format!(
                    "{before}dependsOn{}",
                    after.replacen("name: ", "name: typed-", 1)
                )
            }
            _ => text.replacen("name: ", "name: typed-", 1),
        };
        assert_ne!(typed, text);
        world.show(&path, Some(typed));
        let mut anew = made_anew(&before, &world.findings());
        assert!(anew.contains(&path));
        let name = service.file_name().unwrap().to_owned();
        anew.retain(|path| !path.starts_with(&service) && !path.as_str().contains(&name));
        assert_eq!(anew, [] as [&str; 0], "by typing in {path}");
        world.show(&path, None);
    }
}

const SYNC: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: \"ssh://git@example.com/fleet\"}
---
";

const CHARTS: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: web}
spec: {type: oci, url: oci://ghcr.io/acme}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec:
  interval: 1m
  chart: {spec: {chart: web, version: 1.x, sourceRef: {kind: HelmRepository, name: charts}}}
";

const SETTINGS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: web}\n";

fn kustomization(name: &str, path: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  interval: 1m
  prune: true
  path: {path}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"
    )
}

#[test]
fn versions_of_charts_are_kept_while_another_kustomization_is_edited() {
    let entry = kustomization("flux-system", "./clusters/production");
    let files = [
        (
            "clusters/production/flux-system/gotk-sync.yaml",
            format!("{SYNC}{entry}"),
        ),
        (
            "clusters/production/charts.yaml",
            kustomization("charts", "./charts"),
        ),
        (
            "clusters/production/settings.yaml",
            kustomization("settings", "./settings"),
        ),
        ("charts/charts.yaml", CHARTS.to_owned()),
        ("settings/settings.yaml", SETTINGS.to_owned()),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text));
    let mut world = World::of(&files);
    let repository = Repository::parse("oci://ghcr.io/acme/web").unwrap();
    let tags = Answer::Listing(Listing {
        tags: vec!["1.2.3".into()],
        at: Timestamp(0),
    });
    let answers = vec![(repository, tags)];
    world.workspace.set_answers(answers, Timestamp(0));
    let before = world.findings();
    let path = world.find("settings/settings.yaml", "ConfigMap");
    world.show(
        &path,
        Some(SETTINGS.replace("name: settings", "name: others")),
    );
    let anew = made_anew(&before, &world.findings());
    assert!(anew.contains(&path));
    let charts = anew
        .iter()
        .filter(|path| path.ends_with("charts/charts.yaml"));
    assert_eq!(charts.count(), 0);
}
