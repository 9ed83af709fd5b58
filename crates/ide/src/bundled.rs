//! The files of a bundle that another repository applies: what the environments of that one make of them.

use camino::Utf8Path;
use infragen_syntax::TextSize;
use infragen_workspace::{Snapshot, SourceFile, Workspace};

/// A repository with an environment that applies a bundle and patches it.
const INFRA: &[(&str, &str)] = &[(
    "clusters/production/web.yaml",
    "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, url: oci://ghcr.io/acme/web-kustomize}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: charts, namespace: web}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  path: ./overlay
  targetNamespace: web
  sourceRef: {kind: OCIRepository, name: web}
  patches:
    - patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: web}
        spec:
          interval: 9m
",
)];

/// The bundle, in a repository of its own.
const WEB: &[(&str, &str)] = &[
    (
        ".github/workflows/push.yaml",
        "jobs:
  push:
    steps:
    - run: flux push artifact oci://ghcr.io/acme/web-kustomize:$TAG --path=./config
",
    ),
    (
        "config/overlay/kustomization.yaml",
        "resources: [../base]
patches:
- target: {kind: HelmRelease}
  patch: |
    - {op: add, path: /spec/timeout, value: 1m}
",
    ),
    ("config/base/kustomization.yaml", "resources: [web.yaml]\n"),
    (
        "config/base/web.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  interval: 5m
  chartRef: {kind: OCIRepository, name: charts}
",
    ),
];

fn repositories(settings: Option<&str>) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.open_memory_root(Utf8Path::new("/infra"), INFRA);
    match settings {
        None => workspace.open_memory_root(Utf8Path::new("/web"), WEB),
        // Without the workflow only the settings tell.
        Some(_) => workspace.open_memory_root(Utf8Path::new("/web"), &WEB[1..]),
    };
    if settings.is_some() {
        workspace.set_memory(Utf8Path::new("/infra/.infragen.yaml"), settings);
    }
    workspace
}

/// A state, a file of it, and the place of a text in it.
fn at(workspace: &Workspace, path: &str, before: &str) -> (Snapshot, SourceFile, TextSize) {
    let file = workspace.file(Utf8Path::new(path)).unwrap();
    let snapshot = workspace.snapshot();
    let text = infragen_workspace::text(snapshot.db(), file).unwrap();
    let offset = TextSize::try_from(text.find(before).unwrap()).unwrap();
    (snapshot, file, offset)
}

const MAPPED: &str = "bundles: {'oci://ghcr.io/acme/web-kustomize': ../web/config}\n";

fn by_both_ways(check: impl Fn(&Workspace)) {
    check(&repositories(None));
    check(&repositories(Some(MAPPED)));
}

#[test]
fn a_base_of_a_bundle_names_the_environments_that_apply_it() {
    by_both_ways(|workspace| {
        let (snapshot, file, _) = at(workspace, "/web/config/base/kustomization.yaml", "");
        let lenses = crate::lenses(snapshot.db(), file);
        assert_eq!(lenses[0].title, "1 overlay · production");
    });
}

#[test]
fn a_field_of_a_bundle_has_the_value_that_an_environment_gives_it() {
    by_both_ways(|workspace| {
        let (snapshot, file, offset) = at(workspace, "/web/config/base/web.yaml", "5m");
        let hover = crate::hover(snapshot.db(), file, offset).unwrap();
        assert_eq!(
            hover.markdown,
            "`spec.interval`

- **production**: `9m`
  - `../infra/clusters/production/web.yaml:23`
  - was `5m` in `config/base/web.yaml:5`"
        );
    });
}

#[test]
fn a_patch_of_a_bundle_names_what_it_changes() {
    by_both_ways(|workspace| {
        let path = "/web/config/overlay/kustomization.yaml";
        let (snapshot, file, offset) = at(workspace, path, "HelmRelease");
        let hover = crate::hover(snapshot.db(), file, offset).unwrap();
        assert_eq!(
            hover.markdown,
            "**Changes 1 object**\n\n- HelmRelease `web`"
        );
    });
}

#[test]
fn a_reference_in_a_bundle_leads_to_the_environment_that_applies_it() {
    by_both_ways(|workspace| {
        let (snapshot, file, offset) = at(workspace, "/web/config/base/web.yaml", "charts");
        let found = crate::definition_by_environment(snapshot.db(), file, offset);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].environment.as_deref(), Some("production"));
        let target = &found[0].target;
        let path = target.file.absolute_path(snapshot.db());
        assert_eq!(path, "/infra/clusters/production/web.yaml");
    });
}

#[test]
fn what_no_environment_takes_is_left_alone() {
    let workspace = repositories(Some("bundles: {}\n"));
    let (snapshot, file, offset) = at(&workspace, "/web/config/base/web.yaml", "5m");
    assert!(crate::hover(snapshot.db(), file, offset).is_none());
}
