//! What environments apply, on small repositories in memory.

use camino::Utf8Path;

use super::{Cluster, clusters};
use crate::Workspace;
use crate::db::Db;

/// Files behind `//- path` lines.
fn files(fixture: &str) -> Vec<(&str, &str)> {
    fixture
        .split("//- ")
        .skip(1)
        .map(|file| file.split_once('\n').unwrap())
        .collect()
}

fn open(workspace: &mut Workspace, root: &str, fixture: &str) {
    workspace.open_memory_root(Utf8Path::new(root), &files(fixture));
}

/// What each environment of the first root applies: `production: flux-system/web: ConfigMap web/settings`.
fn applied(workspace: &Workspace) -> Vec<String> {
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let clusters = clusters(db, workspace.roots()[0]);
    clusters
        .iter()
        .flat_map(|cluster| lines(db, cluster))
        .collect()
}

fn lines(db: &dyn Db, cluster: &Cluster) -> Vec<String> {
    let mut lines = Vec::new();
    for application in &cluster.applications {
        let (environment, spec) = (&cluster.environment.name, &application.spec);
        let name = format!("{environment}: {}/{}", spec.namespace, spec.name);
        if let Err(elsewhere) = &application.directory {
            lines.push(format!("{name}: {elsewhere:?}"));
        }
        for object in cluster.objects(db, application).iter() {
            let (kind, namespace) = (&object.kind.kind, &object.namespace);
            lines.push(format!("{name}: {kind} {namespace}/{}", object.name));
        }
    }
    lines
}

const BUNDLED: &str = "//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, url: oci://ghcr.io/acme/web-kustomize, ref: {semver: '>=0.0.0'}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  interval: 1m
  prune: true
  path: ./overlays/production
  targetNamespace: web
  sourceRef: {kind: OCIRepository, name: web}
";

const BUNDLE: &str = "//- config/overlays/production/kustomization.yaml
resources: [../../base]
//- config/base/kustomization.yaml
resources: [settings.yaml]
//- config/base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
";

const GOES_ON: [&str; 3] = [
    "production: flux-system/flux-system: OCIRepository flux-system/web",
    "production: flux-system/flux-system: Kustomization flux-system/web",
    "production: flux-system/web: ConfigMap web/settings",
];

#[test]
fn a_bundle_that_nothing_maps_is_elsewhere() {
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", BUNDLED);
    let applied = applied(&workspace);
    assert!(
        applied[2].contains("url: Some(\"oci://ghcr.io/acme/web-kustomize\")"),
        "{applied:#?}"
    );
}

#[test]
fn the_walk_goes_on_into_a_mapped_bundle() {
    let mut workspace = Workspace::new();
    let settings =
        "//- .infragen.yaml\nbundles: {'oci://ghcr.io/acme/web-kustomize': bundles/config}\n";
    let inside = BUNDLE.replace("//- config", "//- bundles/config");
    open(
        &mut workspace,
        "/infra",
        &format!("{BUNDLED}{settings}{inside}"),
    );
    assert_eq!(applied(&workspace), GOES_ON);
}

#[test]
fn a_bundle_may_be_mapped_to_a_directory_outside() {
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", BUNDLED);
    open(&mut workspace, "/web", BUNDLE);
    let settings = "bundles: {'oci://ghcr.io/acme/web-kustomize': ../web/config}\n";
    workspace.set_memory(Utf8Path::new("/infra/.infragen.yaml"), Some(settings));
    assert_eq!(applied(&workspace), GOES_ON);
}

#[test]
fn a_workflow_maps_what_it_publishes() {
    let workflow = "//- .github/workflows/push.yaml
jobs:
  push:
    steps:
    - run: flux push artifact oci://ghcr.io/acme/web-kustomize:$TAG --path=./config
";
    // In a folder of the same repository.
    let mut workspace = Workspace::new();
    let service = format!("{workflow}{BUNDLE}").replace("//- ", "//- services/web/");
    open(&mut workspace, "/infra", &format!("{BUNDLED}{service}"));
    assert_eq!(applied(&workspace), GOES_ON);
    // In a repository that is open beside it.
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", BUNDLED);
    open(&mut workspace, "/web", &format!("{workflow}{BUNDLE}"));
    assert_eq!(applied(&workspace), GOES_ON);
}

#[test]
fn flux_lets_an_operation_replace_a_key_that_is_not_there() {
    let fixture = "//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, prune: true, path: ./apps/overlay, sourceRef: {kind: GitRepository, name: flux-system}}
//- apps/overlay/kustomization.yaml
resources: [../base]
//- apps/base/kustomization.yaml
resources: [settings.yaml]
patches:
- target: {kind: ConfigMap}
  patch: '[{\"op\": \"replace\", \"path\": \"/data/new\", \"value\": \"1\"}]'
//- apps/base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: b}
";
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", fixture);
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let clusters = clusters(db, workspace.roots()[0]);
    let built = clusters[0].built(db, &clusters[0].applications[1]).unwrap();
    assert!(built.succeeds(), "{:?}", built.errors);
    let data = built.resources[0].value.at(&["data", "new"]);
    assert_eq!(data.and_then(|data| data.as_str()), Some("1"));
    // kustomize, as people install it, refuses it.
    let file = workspace.file(Utf8Path::new("/infra/apps/base/kustomization.yaml"));
    let errors = crate::build_errors(db, file.unwrap());
    assert_eq!(errors.len(), 1);
}

#[test]
fn an_instance_that_its_own_build_patches_is_what_comes_out() {
    let fixture = "//- clusters/production/kustomization.yaml
resources: [instance.yaml, web.yaml]
patches:
- target: {kind: FluxInstance}
  patch: |
    - op: add
      path: /spec/kustomize
      value:
        patches:
        - target: {kind: Kustomization}
          patch: |
            - {op: add, path: /spec/targetNamespace, value: from-instance}
//- clusters/production/instance.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  sync: {kind: GitRepository, url: 'https://example.org/fleet', ref: refs/heads/main, path: clusters/production}
//- clusters/production/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
";
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", fixture);
    let found = applied(&workspace);
    assert!(
        found.contains(
            &"production: flux-system/flux-system: ConfigMap from-instance/web".to_owned()
        ),
        "{found:#?}"
    );
}

const TEMPLATED: &str = "//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: ssh://git@example.com/acme/infra}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 1m
  prune: true
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}
//- clusters/production/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
data: {WHERE: a}
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {interval: 1m, prune: true, path: './apps/${WHERE}', sourceRef: {kind: GitRepository, name: flux-system}}
//- apps/a/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: in-a, namespace: web}
//- apps/b/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: in-b, namespace: web}
";

/// What is applied where an editor shows other texts of some files, and where these are on disk.
fn shown_and_stored(edits: &[(&str, &str, &str)]) -> (Vec<String>, Vec<String>) {
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", TEMPLATED);
    let before = applied(&workspace);
    let mut stored = TEMPLATED.to_owned();
    for (path, from, to) in edits {
        let texts = files(TEMPLATED);
        let (_, text) = texts.iter().find(|(known, _)| known == path).unwrap();
        let text = text.replace(from, to);
        let path = Utf8Path::new("/infra").join(path);
        workspace.set_buffer(&path, Some(text.into()));
        stored = stored.replace(from, to);
    }
    let shown = applied(&workspace);
    assert_ne!(shown, before);
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", &stored);
    (shown, applied(&workspace))
}

#[test]
fn an_environment_goes_where_editors_lead_it() {
    let edits = [
        // The value of a variable that a path holds.
        ("clusters/production/settings.yaml", "WHERE: a", "WHERE: b"),
        (
            "clusters/production/apps.yaml",
            "'./apps/${WHERE}'",
            "./apps/b",
        ),
        ("clusters/production/apps.yaml", "name: apps", "name: other"),
        // Its object under another name gives no variable any more.
        (
            "clusters/production/settings.yaml",
            "name: settings, namespace",
            "name: other, namespace",
        ),
        (
            "clusters/production/flux-system/gotk-sync.yaml",
            "  postBuild",
            "  noBuild",
        ),
        ("apps/a/web.yaml", "in-a", "changed"),
    ];
    for edit in edits {
        let (shown, stored) = shown_and_stored(&[edit]);
        assert_eq!(shown, stored, "{edit:?}");
    }
}

#[test]
fn an_edit_that_leads_nowhere_else_leaves_the_environment_as_it_is() {
    let mut workspace = Workspace::new();
    open(&mut workspace, "/infra", TEMPLATED);
    let cluster = |workspace: &Workspace| {
        let snapshot = workspace.snapshot();
        clusters(snapshot.db(), workspace.roots()[0]).remove(0)
    };
    let before = cluster(&workspace);
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: changed, namespace: web}\n";
    workspace.set_buffer(Utf8Path::new("/infra/apps/a/web.yaml"), Some(text.into()));
    assert!(std::sync::Arc::ptr_eq(&before, &cluster(&workspace)));
    assert!(
        applied(&workspace)
            .iter()
            .any(|line| line.ends_with("web/changed"))
    );
}
