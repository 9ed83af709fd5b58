//! Names, kinds and namespaces at the rows of the reference table.

use super::{REPOSITORY, from_line, in_apps, labels, offers, taken};

#[test]
fn what_a_kustomization_may_wait_for_nearest_first() {
    let found = labels(&in_apps("  dependsOn:\n    - name: $0\n"));
    // Its own namespace, then another one; what only another environment has does not come at all, as its own name.
    assert_eq!(found, ["flux-system", "infra", "tenants"]);
}

#[test]
fn an_offer_says_where_the_object_is() {
    let offers = offers(&in_apps("  dependsOn:\n    - name: in$0\n"));
    let infra = offers.iter().find(|offer| offer.label == "infra").unwrap();
    assert_eq!(
        infra.detail.as_deref(),
        Some("flux-system · production · clusters/production/infra.yaml")
    );
    assert_eq!(
        infra.documentation.as_deref(),
        Some(
            "**Kustomization** `flux-system/infra`\n\nBuilds a path of a source with kustomize and \
             applies the result.\n\nDefined in `clusters/production/infra.yaml`, applied in `production`"
        )
    );
}

#[test]
fn the_word_at_the_cursor_is_replaced_to_its_end() {
    let text = taken(&in_apps("  dependsOn:\n    - name: in$0visible\n"), "infra");
    assert!(text.ends_with("    - name: infra\n"), "{text}");
}

#[test]
fn another_namespace_is_written_beside_the_name() {
    let text = taken(
        &in_apps("  dependsOn:\n    - name: $0\n  path: ./x\n"),
        "tenants",
    );
    assert_eq!(
        from_line(&text, "dependsOn"),
        "  dependsOn:\n    - name: tenants\n      namespace: tenants\n  path: ./x\n"
    );
}

#[test]
fn the_namespace_stands_before_the_name_where_the_text_ends() {
    let text = taken(&in_apps("  dependsOn:\n    - name: $0"), "tenants");
    assert_eq!(
        from_line(&text, "dependsOn"),
        "  dependsOn:\n    - namespace: tenants\n      name: tenants"
    );
}

#[test]
fn an_empty_namespace_is_filled_in() {
    let text = taken(
        &in_apps("  dependsOn:\n    - name: $0\n      namespace:\n"),
        "tenants",
    );
    assert_eq!(
        from_line(&text, "dependsOn"),
        "  dependsOn:\n    - name: tenants\n      namespace: tenants\n"
    );
}

#[test]
fn a_written_namespace_decides() {
    let found = labels(&in_apps(
        "  dependsOn:\n    - namespace: tenants\n      name: $0\n",
    ));
    assert_eq!(found, ["tenants"]);
}

#[test]
fn what_other_items_name_is_not_offered_again() {
    let found = labels(&in_apps(
        "  dependsOn:\n    - name: infra\n    - name: $0\n",
    ));
    assert_eq!(found, ["flux-system", "tenants"]);
}

#[test]
fn what_would_close_a_loop_comes_last() {
    let text = format!(
        "{}//- clusters/production/late.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: api, namespace: flux-system}}
spec: {{dependsOn: [{{name: apps}}]}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: beta, namespace: flux-system}}
spec: {{dependsOn: [{{name: api}}]}}
",
        in_apps("  dependsOn:\n    - name: $0\n")
    );
    let found = labels(&text);
    assert_eq!(found, ["flux-system", "infra", "tenants", "api", "beta"]);
}

#[test]
fn only_the_kinds_that_the_field_allows() {
    let found = labels(&in_apps("  sourceRef:\n    kind: $0\n"));
    // Those that the repository has come first.
    assert_eq!(
        found,
        [
            "OCIRepository",
            "GitRepository",
            "Bucket",
            "ExternalArtifact"
        ]
    );
}

#[test]
fn the_kind_of_the_object_that_is_named_comes_first() {
    let found = labels(&in_apps(
        "  sourceRef:\n    kind: $0\n    name: flux-system\n",
    ));
    assert_eq!(found[0], "GitRepository");
}

#[test]
fn a_name_without_kind_brings_its_kind() {
    let text = in_apps("  sourceRef:\n    name: $0\n");
    assert_eq!(labels(&text), ["flux-system", "podinfo"]);
    assert_eq!(
        from_line(&taken(&text, "podinfo"), "sourceRef"),
        "  sourceRef:\n    kind: OCIRepository\n    name: podinfo\n"
    );
}

#[test]
fn an_empty_kind_is_filled_in_and_a_wrong_one_mended() {
    let text = in_apps("  sourceRef:\n    kind:\n    name: $0\n");
    assert_eq!(
        from_line(&taken(&text, "podinfo"), "sourceRef"),
        "  sourceRef:\n    kind: OCIRepository\n    name: podinfo\n"
    );
    let text = in_apps("  sourceRef:\n    kind: HelmRelease\n    name: $0\n");
    assert_eq!(
        from_line(&taken(&text, "podinfo"), "sourceRef"),
        "  sourceRef:\n    kind: OCIRepository\n    name: podinfo\n"
    );
}

#[test]
fn the_written_kind_decides() {
    assert_eq!(
        labels(&in_apps(
            "  sourceRef:\n    kind: OCIRepository\n    name: $0\n"
        )),
        ["podinfo"]
    );
}

#[test]
fn a_bare_name_is_completed() {
    let text = in_apps("  serviceAccountName: $0\n");
    assert_eq!(labels(&text), ["reconciler"]);
    assert!(taken(&text, "reconciler").ends_with("  serviceAccountName: reconciler\n"));
}

#[test]
fn an_object_of_another_namespace_is_nothing_for_a_field_of_the_own_one() {
    let text = in_apps("  serviceAccountName: $0\n").replace(
        "  name: apps\n  namespace: flux-system\n",
        "  name: apps\n  namespace: tenants\n",
    );
    assert!(labels(&text).is_empty());
}

#[test]
fn namespaces_that_hold_the_object_come_first() {
    let found = labels(&in_apps(
        "  dependsOn:\n    - name: tenants\n      namespace: $0\n",
    ));
    assert_eq!(found, ["tenants", "apps", "flux-system"]);
}

#[test]
fn a_field_of_the_own_namespace_has_none() {
    let found = labels(&in_apps(
        "  postBuild:\n    substituteFrom:\n      - kind: Secret\n        namespace: $0\n",
    ));
    assert!(found.is_empty());
}

#[test]
fn values_name_config_maps_and_secrets() {
    let text = "  postBuild:\n    substituteFrom:\n      - kind: $0\n";
    assert_eq!(labels(&in_apps(text)), ["ConfigMap", "Secret"]);
    let text = "  postBuild:\n    substituteFrom:\n      - kind: Secret\n        name: $0\n";
    assert_eq!(labels(&in_apps(text)), ["token"]);
}

#[test]
fn names_that_only_other_references_give_are_offered_after_those_of_objects() {
    let text = format!(
        "{}//- clusters/production/other.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: other, namespace: flux-system}}
spec: {{decryption: {{provider: sops, secretRef: {{name: sops-age}}}}}}
",
        in_apps("  decryption:\n    secretRef:\n      name: $0\n")
    );
    assert_eq!(labels(&text), ["token", "sops-age"]);
}

#[test]
fn a_health_check_names_anything_with_its_version() {
    let text = in_apps("  healthChecks:\n    - kind: $0\n");
    let found = labels(&text);
    assert_eq!(
        &found[..3],
        ["HelmRelease", "Kustomization", "CustomResourceDefinition"]
    );
    assert!(found.contains(&"OCIRepository".to_owned()));
    assert_eq!(
        from_line(&taken(&text, "Deployment"), "healthChecks"),
        "  healthChecks:\n    - apiVersion: apps/v1\n      kind: Deployment\n"
    );
}

#[test]
fn the_kinds_of_a_health_check_keep_to_its_api_version() {
    let text = in_apps("  healthChecks:\n    - apiVersion: apps/v1\n      kind: $0\n");
    assert_eq!(labels(&text), ["DaemonSet", "Deployment", "StatefulSet"]);
}

#[test]
fn keys_of_a_reference() {
    assert_eq!(
        labels(&in_apps("  sourceRef:\n    $0\n")),
        ["kind", "name", "namespace"]
    );
    assert_eq!(
        labels(&in_apps("  sourceRef:\n    kind: Bucket\n    n$0\n")),
        ["name", "namespace"]
    );
    let text = taken(
        &in_apps("  sourceRef:\n    kind: Bucket\n    n$0\n"),
        "name",
    );
    assert_eq!(
        from_line(&text, "sourceRef"),
        "  sourceRef:\n    kind: Bucket\n    name: \n"
    );
}

#[test]
fn an_item_is_offered_as_a_whole() {
    for typed in [
        "    - $0\n",
        "    -$0\n",
        "    $0\n",
        "      $0\n",
        "    - na$0\n",
    ] {
        let text = in_apps(&format!("  dependsOn:\n{typed}"));
        let result = from_line(&taken(&text, "name: infra"), "dependsOn");
        assert_eq!(
            result.trim_start_matches("  dependsOn:\n").trim(),
            "- name: infra",
            "{typed:?}"
        );
    }
}

#[test]
fn the_next_item_is_put_below_the_others() {
    let text = in_apps("  dependsOn:\n    - name: infra\n    $0\n");
    let result = taken(&text, "name: flux-system");
    assert_eq!(
        from_line(&result, "dependsOn"),
        "  dependsOn:\n    - name: infra\n    - name: flux-system\n"
    );
}

#[test]
fn events_can_be_those_of_every_object() {
    let alert = "\
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: a, namespace: flux-system}
spec:
  eventSources:
    - kind: HelmRelease
      name: $0
";
    assert_eq!(labels(alert), ["*"]);
    assert!(taken(alert, "*").ends_with("      name: \"*\"\n"));
}

#[test]
fn the_secret_of_a_chart_is_in_the_namespace_of_its_source() {
    let release = |namespace: &str| {
        in_apps("  x: y\n").replace(
            "kind: Kustomization\nmetadata:\n  name: apps",
            "kind: X\nmetadata:\n  name: apps",
        ) + &format!(
            "//- apps/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: apps}}
spec:
  chart:
    spec:
      chart: web
      sourceRef: {{kind: HelmRepository, name: bitnami, namespace: {namespace}}}
      verify:
        secretRef:
          name: $0
"
        )
    };
    assert_eq!(labels(&release("flux-system")), ["token"]);
    assert!(labels(&release("apps")).is_empty());
}

#[test]
fn an_object_inside_a_list_or_a_resource_set_is_known() {
    let list = in_apps("  x: y\n").replace("//- clusters/production/apps.yaml", "//- z.yaml")
        + "//- list.yaml
apiVersion: v1
kind: List
items:
  - apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    spec:
      sourceRef:
        kind: OCIRepository
        name: $0
";
    assert_eq!(labels(&list), ["podinfo"]);
    let set = list.replace(
        "apiVersion: v1\nkind: List\nitems:",
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nspec:\n  resources:",
    );
    assert_eq!(labels(&set), ["podinfo"]);
}

#[test]
fn nothing_in_comments_and_at_fields_that_refer_to_nothing() {
    assert!(labels(&in_apps("  dependsOn:\n    - name: # $0\n")).is_empty());
    assert!(labels(&in_apps("  # sourceRef:\n  #   name: $0\n")).is_empty());
    assert!(labels(&in_apps("  interval: $0\n")).is_empty());
    assert!(labels(&in_apps("  postBuild:\n    substitute:\n      name: $0\n")).is_empty());
}

#[test]
fn nothing_behind_a_value_that_is_already_there() {
    assert!(labels(&in_apps("  sourceRef:\n    kind: $0\"Bucket\"\n")).is_empty());
    assert!(labels(&in_apps("  sourceRef: $0{kind: Bucket}\n")).is_empty());
}

#[test]
fn an_alias_stands_for_its_namespace() {
    let text = in_apps("  dependsOn:\n    - name: $0\n      namespace: *ns\n").replace(
        "  name: apps\n  namespace: flux-system",
        "  name: apps\n  namespace: &ns flux-system",
    );
    assert_eq!(labels(&text), ["flux-system", "infra"]);
}

#[test]
fn a_secret_may_give_several_values() {
    let release = |item: &str| {
        format!(
            "{REPOSITORY}//- web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: flux-system}}
spec:
  valuesFrom:
    - {{kind: Secret, name: token, valuesKey: a}}
    - kind: Secret
      name: {item}
"
        )
    };
    assert_eq!(labels(&release("$0")), ["token"]);
}

#[test]
fn the_source_that_lies_beside_or_bears_the_name_comes_first() {
    let source = |path: &str, name: &str| {
        format!(
            "//- {path}\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: {name}}}\n"
        )
    };
    let text = [
        source("charts/a.yaml", "app-template"),
        source("charts/web.yaml", "web"),
        source("apps/web/oci.yaml", "beside"),
    ]
    .concat()
        + "//- apps/web/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  chartRef:
    kind: OCIRepository
    name: $0
";
    assert_eq!(labels(&text), ["beside", "web", "app-template"]);
}

#[test]
fn what_many_wait_for_comes_before_what_few_do() {
    let mut text = in_apps("  dependsOn:\n    - name: $0\n");
    for name in ["zeta", "alpha"] {
        text += &format!(
            "//- infra/{name}.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\n"
        );
    }
    for number in 0..9 {
        text += &format!(
            "//- other/{number}.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: x{number}, namespace: x}}\nspec: {{dependsOn: [{{name: zeta, namespace: flux-system}}]}}\n"
        );
    }
    let found = labels(&text);
    let place = |name: &str| found.iter().position(|label| label == name).unwrap();
    assert!(place("zeta") < place("alpha"), "{found:?}");
}

/// A base in two environments: each gives another namespace, and one a prefix.
fn shared(release: &str) -> String {
    let cluster = |name: &str| {
        format!(
            "//- clusters/{name}/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/{name}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{path: ./apps/{name}, sourceRef: {{kind: GitRepository, name: flux-system}}, targetNamespace: {name}}}
"
        )
    };
    let secret = |name: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\n");
    format!(
        "{}{}//- apps/production/kustomization.yaml
resources: [../base, only.yaml]
//- apps/production/only.yaml
{}//- apps/staging/kustomization.yaml
resources: [../base, prefixed]
//- apps/staging/prefixed/kustomization.yaml
namePrefix: pre-
resources: [secret.yaml]
//- apps/staging/prefixed/secret.yaml
{}//- apps/base/kustomization.yaml
resources: [secret.yaml, release.yaml]
//- apps/base/secret.yaml
{}//- old/secret.yaml
{}//- apps/base/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web}}
spec:
{release}",
        cluster("production"),
        cluster("staging"),
        secret("only"),
        secret("view"),
        secret("zz"),
        secret("old"),
    )
}

#[test]
fn a_base_is_offered_what_its_environments_have() {
    let offers = offers(&shared(
        "  valuesFrom:\n    - kind: Secret\n      name: $0\n",
    ));
    let told: Vec<_> = offers
        .iter()
        .map(|offer| format!("{}: {}", offer.label, offer.detail.as_deref().unwrap_or("")))
        .collect();
    // With the names that they have there; in all environments first, what none applies last.
    assert_eq!(
        told,
        [
            "zz: all 2 environments · apps/base/secret.yaml",
            "only: production · production · apps/production/only.yaml",
            "pre-view: staging · staging · apps/staging/prefixed/secret.yaml",
            "old: old/secret.yaml",
        ]
    );
}

#[test]
fn what_only_another_environment_has_is_not_offered() {
    let text = shared("  chart: {}\n").replace(
        "//- apps/staging/prefixed/secret.yaml\n",
        "//- apps/staging/prefixed/secret.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: api}
spec: {valuesFrom: [{kind: Secret, name: $0}]}
---
",
    );
    let found = labels(&text);
    assert_eq!(found, ["pre-view", "zz", "old"]);
}

#[test]
fn the_namespace_that_an_object_has_where_it_is_applied_is_written_beside_its_name() {
    let text = shared("  chart: {}\n")
        .replace(
            "//- apps/production/only.yaml\n",
            "//- apps/production/only.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: charts}
---
",
        )
        .replace(
            "//- clusters/production/sync.yaml\n",
            "//- clusters/production/late.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: late, namespace: flux-system}
spec:
  sourceRef:
    kind: OCIRepository
    name: $0
//- clusters/production/sync.yaml
",
        );
    assert_eq!(
        from_line(&taken(&text, "charts"), "sourceRef"),
        "  sourceRef:\n    kind: OCIRepository\n    name: charts\n    namespace: production\n"
    );
    let text = text.replace("    name: $0\n", "    name: charts\n    namespace: $0\n");
    assert_eq!(labels(&text)[0], "production");
}

#[test]
fn what_a_broken_file_says_itself_is_offered() {
    let broken = shared(
        "  valuesFrom:\n    - kind: Secret\n      name: $0\n  values: [\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: beside}\n",
    );
    assert!(labels(&broken).contains(&"beside".to_owned()));
}
