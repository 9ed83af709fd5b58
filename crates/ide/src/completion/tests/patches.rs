//! Inside inline patches, and their targets.

use super::{REPOSITORY, from_line, in_apps, labels, taken};

/// A layer that builds a HelmRelease and a Deployment.
const LAYER: &str = "\
//- infra/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: proxy}
//- infra/kustomization.yaml
resources: [web.yaml]
";

fn in_layer(text: &str) -> String {
    format!("{REPOSITORY}{LAYER}{text}")
}

#[test]
fn references_inside_a_patch() {
    let patch = "
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: {name: web}
      spec:
        chartRef:
          kind: OCIRepository
          name: $0
";
    let text = in_layer(&format!("patches:\n  - patch: |{patch}"));
    assert_eq!(labels(&text), ["podinfo"]);
    assert!(taken(&text, "podinfo").ends_with("          name: podinfo\n"));
    let flux = in_apps(&format!(
        "  patches:\n    - patch: |-{}",
        patch.replace('\n', "\n    ")
    ));
    assert_eq!(labels(&flux), ["podinfo"]);
}

#[test]
fn a_kind_is_added_inside_a_patch() {
    let text = in_apps(
        "  patches:
    - patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: _
        spec:
          chartRef:
            name: $0
      target:
        kind: HelmRelease
",
    );
    assert_eq!(
        from_line(&taken(&text, "podinfo"), "chartRef"),
        "          chartRef:
            kind: OCIRepository
            name: podinfo
      target:
        kind: HelmRelease
"
    );
}

#[test]
fn a_patch_inside_a_patch() {
    let text = in_apps(
        "  patches:
    - patch: |
        kind: Kustomization
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        metadata: {name: _}
        spec:
          patches:
            - patch: |
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata: {name: _}
                spec:
                  chart:
                    spec:
                      sourceRef:
                        name: $0
",
    );
    let text = taken(&text, "bitnami");
    assert_eq!(
        from_line(&text, "sourceRef:"),
        "                      sourceRef:
                        kind: HelmRepository
                        name: bitnami
",
    );
}

#[test]
fn what_a_target_can_take() {
    let text = in_layer("patches:\n  - path: p.yaml\n    target:\n      kind: $0\n");
    assert_eq!(labels(&text), ["Deployment", "HelmRelease"]);
    let text = in_layer(
        "patches:\n  - path: p.yaml\n    target:\n      kind: Deployment\n      name: $0\n",
    );
    assert_eq!(labels(&text), ["proxy"]);
    let text = in_layer("patches:\n  - path: p.yaml\n    target:\n      name: $0\n");
    assert_eq!(labels(&text), ["proxy", "web"]);
    assert_eq!(
        from_line(&taken(&text, "web"), "target"),
        "    target:\n      kind: HelmRelease\n      name: web\n"
    );
    let text = in_layer(
        "patches:\n  - path: p.yaml\n    target:\n      kind: HelmRelease\n      group: $0\n",
    );
    assert_eq!(labels(&text), ["helm.toolkit.fluxcd.io"]);
}

#[test]
fn what_a_replacement_can_take() {
    let text = in_layer("replacements:\n  - source:\n      kind: $0\n");
    assert_eq!(labels(&text), ["Deployment", "HelmRelease"]);
    let text = in_layer(
        "replacements:\n  - targets:\n      - select:\n          kind: HelmRelease\n          name: $0\n",
    );
    assert_eq!(labels(&text), ["web"]);
}

#[test]
fn the_targets_of_a_flux_kustomization_are_in_its_build() {
    let text = format!(
        "{}{LAYER}",
        in_apps(
            "  path: ./infra
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - patch: x
      target:
        kind: $0
"
        )
    );
    assert_eq!(labels(&text), ["Deployment", "HelmRelease"]);
}

#[test]
fn a_feature_changes_what_takes_it_in() {
    let text = format!(
        "{REPOSITORY}{LAYER}//- overlay/kustomization.yaml
resources: [../infra]
components: [../ha]
//- ha/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {{kind: HelmRelease, name: $0}}
"
    );
    assert_eq!(labels(&text), ["web"]);
}

#[test]
fn the_heading_of_a_patch() {
    let text = in_layer("patches:\n  - patch: |\n      kind: $0\n");
    assert_eq!(&labels(&text)[..2], ["Deployment", "HelmRelease"]);
    assert!(
        taken(&text, "Deployment").ends_with("      apiVersion: apps/v1\n      kind: Deployment\n")
    );
    let text = in_layer(
        "patches:\n  - patch: |\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: $0\n",
    );
    assert_eq!(labels(&text), ["proxy"]);
}

#[test]
fn a_list_of_operations_is_no_object() {
    let text = in_layer("patches:\n  - patch: |\n      - op: replace\n        path: $0\n");
    assert!(labels(&text).is_empty());
}
