use camino::Utf8PathBuf;
use infragen_syntax::apply;

use crate::fixture::Fixture;

/// The changed lines of every file when things get other places: `from > to`.
fn moved(fixture: &str, moves: &[&str]) -> String {
    let fixture = Fixture::new(fixture);
    let moves: Vec<(Utf8PathBuf, Utf8PathBuf)> = moves
        .iter()
        .map(|pair| {
            let (from, to) = pair.split_once(" > ").unwrap();
            (from.into(), to.into())
        })
        .collect();
    let found = super::rename_files(fixture.db(), fixture.root, &moves);
    let mut out = String::new();
    for edits in found.changes.iter().flat_map(|change| &change.edits) {
        let text = fixture.text(edits.file);
        let after = apply(&text, &edits.edits).unwrap();
        let path = edits.file.path(fixture.db());
        for (number, (old, new)) in text.lines().zip(after.lines()).enumerate() {
            if old != new {
                out.push_str(&format!("{path}:{}: {}\n", number + 1, new.trim()));
            }
        }
    }
    for note in &found.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    out
}

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n";

fn layers() -> String {
    format!(
        "//- base/kustomization.yaml
resources: [./web.yaml]
patches:
- path: patches/a.yaml # kept
configMapGenerator:
- name: a
  files: [data/a.txt, b=data/b.txt]
  envs: [data/c.env]
//- base/web.yaml
{MAP}//- base/patches/a.yaml
{MAP}//- base/data/a.txt
a
//- base/data/b.txt
b
//- base/data/c.env
C=1
//- overlays/one/kustomization.yaml
resources:
- ../../base
- \"../../base/\"
components: [../../feature]
//- feature/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
//- clusters/a/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/a, sourceRef: {{kind: GitRepository, name: flux-system}}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec:
  path: ./overlays/one/
  components: [../../feature]
  sourceRef: {{kind: GitRepository, name: flux-system}}
//- .infragen.yaml
bundles:
  oci://ghcr.io/acme/web: base
environments:
  a: {{path: clusters/a}}
"
    )
}

#[test]
fn who_names_a_file_follows() {
    assert_eq!(
        moved(&layers(), &["base/web.yaml > base/apps/site.yaml"]),
        "base/kustomization.yaml:1: resources: [./apps/site.yaml]\n"
    );
    assert_eq!(
        moved(&layers(), &["base/patches > base/changes"]),
        "base/kustomization.yaml:3: - path: changes/a.yaml # kept\n"
    );
    assert_eq!(
        moved(&layers(), &["base/web.yaml > web.yaml"]),
        "base/kustomization.yaml:1: resources: [../web.yaml]\n"
    );
}

#[test]
fn keys_of_generators_stay() {
    assert_eq!(
        moved(
            &layers(),
            &[
                "base/data/a.txt > base/data/z.txt",
                "base/data/b.txt > base/data/y.txt",
                "base/data/c.env > base/c.env"
            ]
        ),
        "\
base/kustomization.yaml:6: files: [a.txt=data/z.txt, b=data/y.txt]
base/kustomization.yaml:7: envs: [c.env]
"
    );
    assert_eq!(
        moved(&layers(), &["base/data/a.txt > base/a.txt"]),
        "base/kustomization.yaml:6: files: [a.txt, b=data/b.txt]\n"
    );
}

#[test]
fn who_names_a_folder_follows_and_what_it_names() {
    assert_eq!(
        moved(&layers(), &["base > apps/web/base"]),
        "\
.infragen.yaml:2: oci://ghcr.io/acme/web: apps/web/base
overlays/one/kustomization.yaml:2: - ../../apps/web/base
overlays/one/kustomization.yaml:3: - \"../../apps/web/base/\"
"
    );
    assert_eq!(
        moved(&layers(), &["overlays/one > overlays/deep/two"]),
        "\
clusters/a/sync.yaml:10: path: ./overlays/deep/two/
clusters/a/sync.yaml:11: components: [../../../feature]
overlays/one/kustomization.yaml:2: - ../../../base
overlays/one/kustomization.yaml:3: - \"../../../base/\"
overlays/one/kustomization.yaml:4: components: [../../../feature]
"
    );
    assert_eq!(
        moved(&layers(), &["clusters/a > clusters/b"]),
        "\
.infragen.yaml:4: a: {path: clusters/b}
clusters/a/sync.yaml:4: spec: {path: ./clusters/b, sourceRef: {kind: GitRepository, name: flux-system}}
"
    );
}

#[test]
fn both_sides_together_change_nothing_between_them() {
    let together = "//- apps/base/kustomization.yaml
resources: []
//- apps/one/kustomization.yaml
resources: [../base]
";
    assert_eq!(moved(together, &["apps > services"]), "");
    assert_eq!(
        moved(together, &["apps/base > x/base", "apps/one > x/one"]),
        ""
    );
    assert_eq!(
        moved(together, &["apps/base > x/base", "apps/one > one"]),
        "apps/one/kustomization.yaml:1: resources: [../x/base]\n"
    );
}

#[test]
fn artifacts_follow_what_they_copy() {
    let text = "//- clusters/a/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/a, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: apps, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: GitRepository, name: flux-system}]
  artifacts:
  - name: web
    copy:
    - {from: '@repo/apps/web/**', to: '@artifact/'}
  - name: api
    copy:
    - {from: '@repo/apps/api', to: '@artifact/x'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./base, sourceRef: {kind: ExternalArtifact, name: web}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: api, namespace: flux-system}
spec: {path: ./x/api/base, sourceRef: {kind: ExternalArtifact, name: api}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: all, namespace: flux-system}
spec: {sourceRef: {kind: GitRepository, name: flux-system}, update: {path: ./apps}}
//- apps/web/base/kustomization.yaml
resources: []
//- apps/api/base/kustomization.yaml
resources: []
";
    assert_eq!(
        moved(text, &["apps/web > apps/site"]),
        "clusters/a/sync.yaml:14: - {from: '@repo/apps/site/**', to: '@artifact/'}\n"
    );
    assert_eq!(
        moved(text, &["apps/web/base > apps/web/one"]),
        "clusters/a/sync.yaml:22: spec: {path: ./one, sourceRef: {kind: ExternalArtifact, name: web}}\n"
    );
    assert_eq!(
        moved(text, &["apps/api > apps/app"]),
        "\
clusters/a/sync.yaml:17: - {from: '@repo/apps/app', to: '@artifact/x'}
clusters/a/sync.yaml:27: spec: {path: ./x/app/base, sourceRef: {kind: ExternalArtifact, name: api}}
"
    );
    let out = moved(text, &["apps/web/base > base"]);
    assert!(
        out.starts_with("note: `./base` in clusters/a/sync.yaml leads to `apps/web/base`")
            && out.contains("does not take in `base`"),
        "{out}"
    );
    let all = moved(text, &["apps > services"]);
    assert!(all.contains("update: {path: ./services}"), "{all}");
    assert!(
        !all.contains(":22:") && all.contains("@repo/services/web/**"),
        "{all}"
    );
}

#[test]
fn what_is_not_known_is_told_or_left() {
    let text = "//- clusters/a/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/a, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: './apps/${ENV}', sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec: {path: ./apps, sourceRef: {kind: OCIRepository, name: other}}
//- apps/one/kustomization.yaml
resources: [gone.yaml, https://example.com/a.yaml]
//- apps/two.yaml
a: b
";
    let found = moved(text, &["apps/one > apps/two"]);
    assert_eq!(
        found,
        "note: `./apps/${ENV}` in clusters/a/sync.yaml may lead to what moves; look at it\n"
    );
    let loose = moved(text, &["clusters/a/sync.yaml > sync.yaml"]);
    assert_eq!(
        loose,
        "note: `clusters/a/sync.yaml` leaves `clusters/a`, which Flux applies as a whole: what it defines is applied no longer\n"
    );
    assert_eq!(
        moved(text, &["apps/one/kustomization.yaml > apps/one/other.yaml"]),
        "note: `apps/one` has no kustomization file any more\n"
    );
}

#[test]
fn a_patch_may_say_the_path() {
    let text = "//- clusters/a/kustomization.yaml
resources: [web.yaml]
patches:
- patch: |
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: web}
    spec: {path: ./apps/one}
//- clusters/a/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/two, sourceRef: {kind: GitRepository, name: flux-system}}
//- apps/one/kustomization.yaml
resources: []
//- apps/two/kustomization.yaml
resources: []
";
    assert_eq!(
        moved(text, &["apps > services"]),
        "\
clusters/a/kustomization.yaml:7: spec: {path: ./services/one}
clusters/a/web.yaml:4: spec: {path: ./services/two, sourceRef: {kind: GitRepository, name: flux-system}}
"
    );
}

#[test]
fn a_layer_inside_of_what_it_takes_in_is_told() {
    assert_eq!(
        moved(&layers(), &["overlays/one > base/one"])
            .lines()
            .last()
            .unwrap(),
        "note: `base/one` would be inside of `base`, which it takes in: kustomize calls that a cycle"
    );
}

#[test]
fn a_place_that_sources_leave_out_is_told() {
    let found = moved(&layers(), &["base > .github/base"]);
    assert!(found.contains("look at nothing"), "{found}");
    assert_eq!(moved(&layers(), &[".github/a > .github/b"]), "");
}

#[test]
fn patches_inside_patches_may_say_the_path() {
    let fixture = format!(
        "//- clusters/a/kustomization.yaml
resources: [apps.yaml]
patches:
- target: {{kind: Kustomization, group: kustomize.toolkit.fluxcd.io}}
  patch: |-
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata:
      name: all
    spec:
      patches:
        - target: {{kind: Kustomization}}
          patch: |
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {{name: all}}
            spec:
              path: ./apps/web
- target: {{kind: Kustomization}}
  patch: |-
    - op: replace
      path: /spec/path
      value: ./apps/web/
    - op: add
      path: /spec/patches
      value:
        - target: {{kind: Kustomization}}
          patch: |
            [{{\"op\": \"replace\", \"path\": \"/spec/path\", \"value\": \"apps/web\"}}]
- target: {{kind: ConfigMap}}
  patch: '[{{\"op\": \"replace\", \"path\": \"/spec/path\", \"value\": \"apps/web\"}}]'
- path: json.yaml
  target: {{kind: Kustomization}}
//- clusters/a/json.yaml
- op: add
  path: /spec
  value: {{path: ./apps/web}}
//- clusters/a/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  path: ./clusters/b
  sourceRef: {{kind: GitRepository, name: flux-system}}
  patches:
  - target: {{kind: Kustomization}}
    patch: |
      - op: replace
        path: /spec/path
        value: ./apps/web
  - patch: |
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: {{name: web}}
      spec:
        path: ./apps/web
        patches:
        - target: {{kind: Kustomization}}
          patch: '[{{\"op\": \"replace\", \"path\": \"/spec/path\", \"value\": \"./apps/web\"}}]'
//- apps/web/web.yaml
{MAP}"
    );
    assert_eq!(
        moved(&fixture, &["apps/web > apps/site"]),
        "\
clusters/a/apps.yaml:12: value: ./apps/site
clusters/a/apps.yaml:18: path: ./apps/site
clusters/a/apps.yaml:21: patch: '[{\"op\": \"replace\", \"path\": \"/spec/path\", \"value\": \"./apps/site\"}]'
clusters/a/json.yaml:3: value: {path: ./apps/site}
clusters/a/kustomization.yaml:17: path: ./apps/site
clusters/a/kustomization.yaml:22: value: ./apps/site/
clusters/a/kustomization.yaml:28: [{\"op\": \"replace\", \"path\": \"/spec/path\", \"value\": \"apps/site\"}]
"
    );
}
