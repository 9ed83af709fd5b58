//! Paths in kustomization files and of Flux Kustomizations.

use super::{from_line, labels, offers, taken};

const LAYERS: &str = "\
//- apps/web/base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
//- apps/web/base/extra/cm.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
//- apps/web/base/values.yaml
replicas: 1
//- apps/web/base/patches/web-patch.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
//- apps/web/base/app.env
A=b
//- apps/web/components/ha/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
//- apps/web/overlays/staging/kustomization.yaml
resources: [../../base]
";

fn base(text: &str) -> String {
    format!("{LAYERS}//- apps/web/base/kustomization.yaml\n{text}")
}

fn overlay(text: &str) -> String {
    format!(
        "{LAYERS}//- apps/web/base/kustomization.yaml\nresources: [web.yaml]\n//- apps/web/overlays/production/kustomization.yaml\n{text}"
    )
}

#[test]
fn files_that_are_not_listed_come_first() {
    let found = labels(&base("resources:\n  - web.yaml\n  - $0\n"));
    assert_eq!(
        found,
        [
            "extra/cm.yaml",
            "patches/web-patch.yaml",
            "values.yaml",
            "extra/",
            "patches/",
            "../",
            "web.yaml"
        ]
    );
}

#[test]
fn an_overlay_finds_its_base() {
    let found = labels(&overlay("resources:\n  - $0\n"));
    assert_eq!(found, ["../../base", "../"]);
    let text = taken(&overlay("resources:\n  - $0\n"), "../../base");
    assert_eq!(text, "resources:\n  - ../../base\n");
}

#[test]
fn the_way_up_goes_on() {
    assert_eq!(
        labels(&overlay("resources:\n  - ../$0\n")),
        ["../../base", "../staging", "../production/", "../../"]
    );
    let found = labels(&overlay("resources:\n  - ../../$0\n"));
    assert_eq!(found[0], "../../base");
    assert!(found.contains(&"../../components/".to_owned()), "{found:?}");
    assert_eq!(
        labels(&overlay("resources:\n  - ../../base/$0\n")),
        [
            "../../base/web.yaml",
            "../../base/extra/cm.yaml",
            "../../base/patches/web-patch.yaml",
            "../../base/values.yaml",
            "../../base/extra/",
            "../../base/patches/",
        ]
    );
}

#[test]
fn a_dot_in_front_is_kept() {
    let text = base("resources:\n  - ./$0\n");
    assert!(labels(&text).contains(&"./web.yaml".to_owned()));
    assert_eq!(taken(&text, "./web.yaml"), "resources:\n  - ./web.yaml\n");
}

#[test]
fn features_of_the_repository() {
    let found = labels(&overlay("components:\n  - $0\n"));
    assert_eq!(found[0], "../../components/ha");
    let text = taken(&overlay("components:\n  - ../$0\n"), "../../components/ha");
    assert_eq!(text, "components:\n  - ../../components/ha\n");
}

const FEATURES: &str = "\
//- apps/web/components/tls/kustomization.yaml
kind: Component
//- apps/api/components/ha/kustomization.yaml
kind: Component
//- components/all/kustomization.yaml
kind: Component
";

#[test]
fn the_own_features_come_first() {
    let nearest = ["../../components/ha", "../../components/tls"];
    let found = labels(&overlay(&format!("components:\n  - $0\n{FEATURES}")));
    assert_eq!(found[..2], nearest);
    assert_eq!(
        found[2..4],
        ["../../../api/components/ha", "../../../../components/all"]
    );
    let above = format!("{LAYERS}{FEATURES}//- apps/web/kustomization.yaml\ncomponents:\n  - $0\n");
    assert_eq!(
        labels(&above)[..3],
        ["components/ha", "components/tls", "../api/components/ha"]
    );
}

#[test]
fn features_of_a_flux_kustomization() {
    let flux = |components: &str| {
        format!(
            "{LAYERS}{FEATURES}//- clusters/a/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web}}
spec:
  path: ./apps/web/overlays/staging
  components:
{components}"
        )
    };
    let nearest = ["../../components/ha", "../../components/tls"];
    let found = labels(&flux("    - $0\n"));
    assert_eq!(found[..2], nearest);
    assert_eq!(labels(&flux("    $0\n"))[..2], nearest);
    // What is listed already is not offered again.
    let found = labels(&flux(
        "    - ../../components/ha\n    - ../../components/$0\n",
    ));
    assert_eq!(found[0], nearest[1]);
    assert!(!found.contains(&nearest[0].to_owned()), "{found:?}");
    let text = taken(&flux("    - $0\n"), "../../components/ha");
    assert!(text.ends_with("  components:\n    - ../../components/ha\n"));
}

#[test]
fn a_feature_is_no_resource() {
    let found = labels(&overlay("resources:\n  - ../../components/$0\n"));
    assert_eq!(found, ["../../components/ha/"]);
}

#[test]
fn patches_come_first_where_a_patch_is_wanted() {
    let found = labels(&base("resources: [web.yaml]\npatches:\n  - path: $0\n"));
    assert_eq!(found[0], "patches/web-patch.yaml");
    assert_eq!(found.last().unwrap(), "web.yaml");
}

#[test]
fn files_of_a_generator_behind_their_key() {
    let text = base("configMapGenerator:\n  - name: a\n    files:\n      - a.conf=$0\n");
    assert!(labels(&text).contains(&"app.env".to_owned()));
    let result = taken(&text, "app.env");
    assert_eq!(from_line(&result, "- a.conf"), "      - a.conf=app.env\n");
    let envs = labels(&base(
        "configMapGenerator:\n  - name: a\n    envs:\n      - $0\n",
    ));
    assert_eq!(envs[0], "app.env");
}

#[test]
fn every_path_field_offers_something() {
    for row in infragen_kustomize::FIELDS {
        let mut text = String::new();
        let mut indent = 0;
        for (number, key) in row.path.iter().enumerate() {
            if *key == "[]" {
                text.push_str(&format!("\n{}- ", " ".repeat(indent)));
                indent += 2;
            } else {
                if number > 0 && row.path[number - 1] != "[]" {
                    text.push_str(&format!("\n{}", " ".repeat(indent)));
                }
                text.push_str(&format!("{key}: "));
                indent += 2;
            }
        }
        let offers = offers(&overlay(&format!("{text}../../$0\n")));
        assert!(!offers.is_empty(), "{text}");
    }
}

#[test]
fn the_first_item_brings_its_dash() {
    assert_eq!(
        taken(&base("resources:\n  $0\n"), "web.yaml"),
        "resources:\n  - web.yaml\n"
    );
    assert_eq!(
        taken(&base("resources:\n  - values.yaml\n  $0\n"), "web.yaml"),
        "resources:\n  - values.yaml\n  - web.yaml\n"
    );
    assert_eq!(
        taken(&base("resources: [$0]\n"), "web.yaml"),
        "resources: [web.yaml]\n"
    );
    assert_eq!(
        taken(&base("Resources:\n  -$0\n"), "web.yaml"),
        "Resources:\n  - web.yaml\n"
    );
}

const FLEET: &str = "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/staging/flux-system/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/staging
  sourceRef: {kind: GitRepository, name: flux-system}
//- apps/production/kustomization.yaml
resources: [../base]
//- apps/staging/kustomization.yaml
resources: [../base]
//- apps/base/kustomization.yaml
resources: [web.yaml]
//- apps/features/ha/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
//- generator.yaml
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: g, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: GitRepository, name: flux-system}]
  artifacts:
    - name: apps
      copy: [{from: '@repo/apps/**', to: '@artifact/here/'}]
";

fn apps(spec: &str) -> String {
    format!(
        "{FLEET}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
{spec}"
    )
}

const OWN: &str = "  sourceRef: {kind: GitRepository, name: flux-system}\n";

#[test]
fn directories_with_a_kustomization_file_come_first() {
    let found = labels(&apps(&format!("{OWN}  path: $0\n")));
    assert_eq!(
        &found[..3],
        ["./apps/production", "./apps/base", "./apps/staging"]
    );
    assert_eq!(found.last().unwrap(), "./apps/features/ha");
    let text = taken(&apps(&format!("{OWN}  path: $0\n")), "./apps/production");
    assert!(text.ends_with("  path: ./apps/production\n"));
}

#[test]
fn a_path_is_continued_as_it_is_typed() {
    let found = labels(&apps(&format!("{OWN}  path: ./apps/$0\n")));
    assert_eq!(
        found,
        [
            "./apps/production",
            "./apps/base",
            "./apps/staging",
            "./apps/features",
            "./apps/features/ha"
        ]
    );
    assert_eq!(
        labels(&apps(&format!("{OWN}  path: apps/st$0\n"))),
        ["apps/staging"]
    );
    assert_eq!(
        labels(&apps(&format!("{OWN}  path: \"/apps/st$0\"\n"))),
        ["/apps/staging"]
    );
}

#[test]
fn nothing_of_this_repository_for_a_source_that_is_another_one() {
    let text = apps("  sourceRef: {kind: GitRepository, name: podinfo}\n  path: $0\n");
    assert!(labels(&text).is_empty());
}

#[test]
fn the_paths_of_a_generated_artifact() {
    let artifact = "  sourceRef: {kind: ExternalArtifact, name: apps}\n";
    let found = labels(&apps(&format!("{artifact}  path: $0\n")));
    assert!(found.contains(&"./here".to_owned()), "{found:?}");
    assert!(found.contains(&"./here/production".to_owned()), "{found:?}");
    assert_eq!(
        labels(&apps(&format!("{artifact}  path: ./here/pro$0\n"))),
        ["./here/production"]
    );
}

#[test]
fn where_the_automation_looks_for_markers() {
    let text = format!(
        "{FLEET}//- x.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {{name: a, namespace: flux-system}}
spec:
  sourceRef: {{name: flux-system}}
  update:
    path: ./cl$0
"
    );
    assert!(labels(&text).contains(&"./clusters".to_owned()));
}

#[test]
fn what_lies_below_the_file_and_is_not_applied_comes_first() {
    let text = format!(
        "{FLEET}//- apps/web/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec:
{OWN}  path: $0
//- apps/web/app/kustomization.yaml
resources: [a.yaml]
"
    );
    assert_eq!(labels(&text)[0], "./apps/web/app");
}

#[test]
fn a_bundle_that_is_mapped_to_a_directory_is_listed() {
    let text = |settings: &str| {
        format!(
            "{FLEET}//- .infragen.yaml
{settings}
//- bundle/deploy/kustomization.yaml
resources: [a.yaml]
//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
spec: {{url: oci://ghcr.io/acme/web}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec:
  sourceRef: {{kind: OCIRepository, name: web}}
  path: $0
"
        )
    };
    assert_eq!(
        labels(&text("bundles: {'oci://ghcr.io/acme/web': ./bundle}")),
        ["./deploy"]
    );
    assert_eq!(labels(&text("bundles: {}")), [""; 0]);
}
