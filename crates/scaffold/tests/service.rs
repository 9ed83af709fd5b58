//! What `new-service` plans.
#![allow(clippy::unwrap_used, clippy::panic)] // a test ends there

mod support;

use infragen_scaffold::{NewService, Plan, Refusal, VersionChoice, new_service};
use infragen_workspace::Class;
use support::{Repository, bare, text, tree};

fn service(name: &str) -> NewService {
    NewService {
        name: name.to_owned(),
        ..NewService::default()
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn try_plan(files: &str, request: &NewService) -> Result<Plan, Refusal> {
    Repository::new(files).plan(|db, root| new_service(db, root, request))
}

/// The plan, carried out without any finding.
#[track_caller]
fn plan(files: &str, request: &NewService) -> Plan {
    let mut repository = Repository::new(files);
    let plan = repository
        .plan(|db, root| new_service(db, root, request))
        .unwrap();
    repository.apply(&plan);
    plan
}

/// Why a request is refused.
#[track_caller]
fn refused(files: &str, request: &NewService) -> String {
    try_plan(files, request).unwrap_err().to_string()
}

/// Two clusters whose entry points are Flux Kustomizations that apply themselves.
const CLUSTERS: &str = "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: gitops}
spec: {interval: 1m, url: https://github.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: fleet, namespace: gitops}
spec:
  interval: 10m
  path: ./clusters/production
  prune: true
  sourceRef: {kind: GitRepository, name: fleet}
//- clusters/staging/infrastructure.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: infrastructure, namespace: flux-system}
spec:
  interval: 10m
  path: ./infrastructure
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
//- infrastructure/kustomization.yaml
resources: [ns.yaml]
//- infrastructure/ns.yaml
apiVersion: v1
kind: Namespace
metadata: {name: shared}
";

#[test]
fn an_empty_repository_gets_staging_and_production() {
    let request = NewService {
        components: strings(&["migrations", "api"]),
        ..service("activity")
    };
    assert_eq!(
        tree(&plan("", &request)),
        "\
apps/activity/base/api.yaml
apps/activity/base/kustomization.yaml
apps/activity/base/migrations.yaml
apps/activity/base/namespace.yaml
apps/activity/base/oci-repository.yaml
apps/activity/components/fast-polling/kustomization.yaml
apps/activity/overlays/production/kustomization.yaml
apps/activity/overlays/production/patches/oci-repository-patch.yaml
apps/activity/overlays/staging/kustomization.yaml
apps/activity/overlays/staging/patches/oci-repository-patch.yaml
clusters/production/apps/activity.yaml
clusters/staging/apps/activity.yaml
"
    );
}

#[test]
fn the_base_in_full() {
    let request = NewService {
        components: strings(&["migrations", "api"]),
        url: Some("oci://ghcr.io/acme/activity-kustomize".to_owned()),
        ..service("activity")
    };
    let plan = plan("", &request);
    assert_eq!(
        bare(text(&plan, "apps/activity/base/kustomization.yaml")),
        "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
  - oci-repository.yaml
  - migrations.yaml
  - api.yaml
"
    );
    assert_eq!(
        bare(text(&plan, "apps/activity/base/oci-repository.yaml")),
        "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: activity
  namespace: activity
spec:
  url: oci://ghcr.io/acme/activity-kustomize
  interval: 5m
  timeout: 60s
  ref:
    semver: \">=0.0.0\"
"
    );
    assert_eq!(
        bare(text(&plan, "apps/activity/base/api.yaml")),
        "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: activity-api
  namespace: activity
spec:
  dependsOn:
    - name: activity-migrations
  sourceRef:
    kind: OCIRepository
    name: activity
  path: ./api
  targetNamespace: activity
  interval: 1h
  retryInterval: 2m
  timeout: 5m
  prune: true
  wait: true
"
    );
    assert!(text(&plan, "apps/activity/base/api.yaml").contains("\n  # patches:\n"));
    assert!(!text(&plan, "apps/activity/base/migrations.yaml").contains("dependsOn"));
}

#[test]
fn the_overlay_and_the_outer_kustomization_in_full() {
    let plan = plan("", &service("activity"));
    assert_eq!(
        bare(text(
            &plan,
            "apps/activity/overlays/staging/kustomization.yaml"
        )),
        "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../base
patches:
  - path: patches/oci-repository-patch.yaml
"
    );
    assert_eq!(
        bare(text(&plan, "clusters/staging/apps/activity.yaml")),
        "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: activity
  namespace: flux-system
spec:
  sourceRef:
    kind: GitRepository
    name: flux-system
  path: ./apps/activity/overlays/staging
  interval: 1h
  retryInterval: 2m
  timeout: 10m
  prune: true
  wait: true
"
    );
}

/// `spec.ref` of the patch of an environment, as it is written.
fn reference(plan: &Plan, environment: &str) -> String {
    let path = format!("apps/a/overlays/{environment}/patches/oci-repository-patch.yaml");
    let text = bare(text(plan, &path));
    text.split_once("  ref:\n").unwrap().1.to_owned()
}

#[test]
fn production_takes_releases_and_staging_its_prereleases() {
    let plan = plan("", &service("a"));
    assert_eq!(reference(&plan, "production"), "    semver: \">=0.0.0\"\n");
    assert_eq!(
        reference(&plan, "staging"),
        "    semver: \">=0.0.0-0\"\n    semverFilter: .*-staging-.*\n"
    );
}

#[test]
fn a_pinned_environment_takes_the_range_of_the_base_away() {
    let request = NewService {
        environments: strings(&["staging"]),
        versions: VersionChoice {
            class: Some(Class::Pinned),
            range: Some("1.4.2".to_owned()),
            filter: None,
        },
        ..service("a")
    };
    assert_eq!(
        reference(&plan("", &request), "staging"),
        "    tag: 1.4.2\n    semver: null\n"
    );
}

#[test]
fn class_range_and_filter_are_as_chosen() {
    let request = NewService {
        environments: strings(&["production"]),
        versions: VersionChoice {
            class: Some(Class::Prerelease),
            range: Some(">=1.0.0-0 <2.0.0-0".to_owned()),
            filter: Some(r"-rc\.\d+$".to_owned()),
        },
        ..service("a")
    };
    assert_eq!(
        reference(&plan("", &request), "production"),
        "    semver: \">=1.0.0-0 <2.0.0-0\"\n    semverFilter: -rc\\.\\d+$\n"
    );
}

#[test]
fn a_new_service_takes_the_filter_that_others_have_there() {
    let mut repository = Repository::new("");
    let first = NewService {
        versions: VersionChoice {
            class: Some(Class::Prerelease),
            filter: Some("next".to_owned()),
            range: None,
        },
        environments: strings(&["staging"]),
        ..service("first")
    };
    let plan = repository
        .plan(|db, root| new_service(db, root, &first))
        .unwrap();
    repository.apply(&plan);
    let plan = repository
        .plan(|db, root| new_service(db, root, &service("a")))
        .unwrap();
    assert!(reference(&plan, "staging").ends_with("    semverFilter: next\n"));
}

#[test]
fn settings_say_registry_and_versions() {
    let settings = "\
//- .infragen.yaml
registry: oci://ghcr.io/acme/
environments:
  eu: {class: stable, range: ~1.2}
";
    let plan = plan(settings, &service("a"));
    assert!(
        text(&plan, "apps/a/base/oci-repository.yaml")
            .contains("url: oci://ghcr.io/acme/a-kustomize\n")
    );
    assert_eq!(reference(&plan, "eu"), "    semver: ~1.2\n");
    assert_eq!(
        plan.notes
            .iter()
            .filter(|note| note.contains("registry"))
            .count(),
        0
    );
}

#[test]
fn the_registry_of_the_other_services_is_taken() {
    let mut repository = Repository::new("");
    let first = NewService {
        url: Some("oci://ghcr.io/acme/first-kustomize".to_owned()),
        ..service("first")
    };
    let plan = repository
        .plan(|db, root| new_service(db, root, &first))
        .unwrap();
    repository.apply(&plan);
    let plan = repository
        .plan(|db, root| new_service(db, root, &service("second")))
        .unwrap();
    assert!(
        text(&plan, "apps/second/base/oci-repository.yaml")
            .contains("url: oci://ghcr.io/acme/second-kustomize\n")
    );
}

#[test]
fn without_any_registry_the_next_step_says_so() {
    let plan = plan("", &service("a"));
    assert!(plan.notes[0].contains("registry"), "{:?}", plan.notes);
    assert!(plan.notes.len() <= 3);
}

#[test]
fn the_source_is_that_of_the_entry_point() {
    let plan = plan(CLUSTERS, &service("a"));
    assert_eq!(
        bare(text(&plan, "clusters/production/apps/a.yaml")),
        "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: a
  namespace: gitops
spec:
  sourceRef:
    kind: GitRepository
    name: fleet
  path: ./apps/a/overlays/production
  interval: 1h
  retryInterval: 2m
  timeout: 10m
  prune: true
  wait: true
"
    );
    let staging = text(&plan, "clusters/staging/apps/a.yaml");
    assert!(staging.contains("namespace: flux-system\n"));
    assert!(staging.contains("kind: GitRepository\n    name: flux-system\n"));
}

#[test]
fn the_source_of_a_flux_instance_is_used() {
    let instance = "\
//- clusters/eu/flux-system/flux-instance.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x, registry: ghcr.io/fluxcd}
  sync: {kind: OCIRepository, url: oci://ghcr.io/acme/fleet, ref: latest, path: clusters/eu}
";
    let plan = plan(instance, &service("a"));
    assert!(
        text(&plan, "clusters/eu/apps/a.yaml")
            .contains("kind: OCIRepository\n    name: flux-system\n")
    );
}

#[test]
fn only_the_chosen_environments_get_it() {
    let request = NewService {
        environments: strings(&["staging", "staging"]),
        ..service("a")
    };
    let tree = tree(&plan(CLUSTERS, &request));
    assert!(tree.contains("clusters/staging/apps/a.yaml"));
    assert!(!tree.contains("production"));
    let unknown = NewService {
        environments: strings(&["stagign"]),
        ..service("a")
    };
    assert_eq!(
        refused(CLUSTERS, &unknown),
        "there is no environment `stagign`; did you mean `staging`? This repository has production, staging"
    );
}

#[test]
fn it_is_listed_where_there_is_a_list_and_comments_stay() {
    let listed = "\
//- clusters/eu/apps/kustomization.yaml
# The services of eu.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./alpha.yaml # the first
  # - ./beta.yaml
  - ./gamma.yaml
# The end.
//- clusters/eu/apps/alpha.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: alpha, namespace: alpha}
//- clusters/eu/apps/gamma.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: gamma, namespace: gamma}
";
    let plan = plan(listed, &service("delta"));
    assert_eq!(
        text(&plan, "clusters/eu/apps/kustomization.yaml"),
        "\
# The services of eu.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./alpha.yaml # the first
  - ./delta.yaml
  # - ./beta.yaml
  - ./gamma.yaml
# The end.
"
    );
}

#[test]
fn it_is_listed_in_the_nearest_kustomization_file_above() {
    let listed = "\
//- clusters/eu/kustomization.yaml
resources:
  - z.yaml
  - a.yaml
//- clusters/eu/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: x}
//- clusters/eu/z.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: z, namespace: x}
";
    let plan = plan(listed, &service("m"));
    assert_eq!(
        text(&plan, "clusters/eu/kustomization.yaml"),
        "resources:\n  - z.yaml\n  - a.yaml\n  - apps/m.yaml\n"
    );
}

#[test]
fn a_list_that_cannot_be_edited_refuses_all() {
    let broken = "\
//- clusters/eu/kustomization.yaml
resources: [a.yaml
//- clusters/eu/a.yaml
a: 1
";
    let message = refused(broken, &service("m"));
    assert!(
        message.contains("`clusters/eu/kustomization.yaml` cannot be edited"),
        "{message}"
    );
}

#[test]
fn it_waits_for_another_service_of_the_environment() {
    let mut repository = Repository::new("");
    let first = repository
        .plan(|db, root| new_service(db, root, &service("event-bus")))
        .unwrap();
    repository.apply(&first);
    let request = NewService {
        depends_on: strings(&["event-bus", "event-bus"]),
        ..service("activity")
    };
    let plan = repository
        .plan(|db, root| new_service(db, root, &request))
        .unwrap();
    repository.apply(&plan);
    assert!(
        bare(text(&plan, "clusters/staging/apps/activity.yaml"))
            .contains("spec:\n  dependsOn:\n    - name: event-bus\n  sourceRef:")
    );
    let wrong = NewService {
        depends_on: strings(&["evnt-bus"]),
        ..service("x")
    };
    let message = repository.plan(|db, root| new_service(db, root, &wrong));
    assert_eq!(
        message.unwrap_err().to_string(),
        "`production` has no service `evnt-bus` to depend on; did you mean `event-bus`?"
    );
}

#[test]
fn it_does_not_wait_for_what_is_only_elsewhere() {
    let request = NewService {
        depends_on: strings(&["infrastructure"]),
        ..service("a")
    };
    assert!(
        refused(CLUSTERS, &request).starts_with("`production` has no service `infrastructure`")
    );
    let staging = NewService {
        environments: strings(&["staging"]),
        ..request
    };
    let plan = plan(CLUSTERS, &staging);
    assert!(text(&plan, "clusters/staging/apps/a.yaml").contains("- name: infrastructure\n"));
}

#[test]
fn health_checks_switch_waiting_off() {
    let request = NewService {
        components: strings(&["crds", "api"]),
        health_checks: strings(&[
            "Deployment/a-api",
            "crds:CustomResourceDefinition/as.example.com",
        ]),
        ..service("a")
    };
    let plan = plan("", &request);
    assert!(bare(text(&plan, "apps/a/base/api.yaml")).ends_with(
        "\
  wait: false
  healthChecks:
    - apiVersion: apps/v1
      kind: Deployment
      name: a-api
      namespace: a
"
    ));
    assert!(bare(text(&plan, "apps/a/base/crds.yaml")).ends_with(
        "\
  wait: false
  healthChecks:
    - apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      name: as.example.com
"
    ));
}

#[test]
fn a_patch_is_there_to_be_filled_in() {
    let request = NewService {
        patches: strings(&["Deployment/a", "example.com/v1/Widget/w"]),
        ..service("a")
    };
    let plan = plan("", &request);
    let text = text(&plan, "apps/a/base/app.yaml");
    assert!(
        text.contains(
            "\
    - target:
        kind: Deployment
        name: a
      patch: |
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: a
        # Fill in what to change:
        # spec:
        #   replicas: 3
    - target:
        kind: Widget
        name: w
"
        ),
        "{text}"
    );
    assert!(!text.contains("# patches:"));
}

#[test]
fn a_selector_of_no_component_is_refused() {
    let request = NewService {
        components: strings(&["api"]),
        patches: strings(&["web:Deployment/a"]),
        ..service("a")
    };
    assert_eq!(
        refused("", &request),
        "`web:Deployment/a` names no component of this service; its components: api"
    );
}

#[test]
fn a_namespace_that_is_there_is_not_brought_again() {
    for (namespace, noted) in [
        ("shared", true),
        ("flux-system", false),
        ("default", false),
        ("kube-system", false),
    ] {
        let request = NewService {
            namespace: Some(namespace.to_owned()),
            ..service("a")
        };
        let plan = plan(CLUSTERS, &request);
        assert!(!tree(&plan).contains("namespace.yaml"), "{namespace}");
        assert!(!text(&plan, "apps/a/base/kustomization.yaml").contains("namespace.yaml"));
        assert_eq!(
            plan.notes
                .iter()
                .any(|note| note.contains("infrastructure/ns.yaml")),
            noted
        );
    }
}

#[test]
fn another_namespace_is_everywhere() {
    let request = NewService {
        namespace: Some("other".to_owned()),
        ..service("a")
    };
    let plan = plan("", &request);
    assert!(text(&plan, "apps/a/base/namespace.yaml").ends_with("metadata:\n  name: other\n"));
    assert!(text(&plan, "apps/a/base/app.yaml").contains("  targetNamespace: other\n"));
    assert!(
        text(
            &plan,
            "apps/a/overlays/staging/patches/oci-repository-patch.yaml"
        )
        .contains("  name: a\n  namespace: other\n")
    );
}

#[test]
fn names_that_kubernetes_refuses_are_refused() {
    for name in ["", "A", "a_b", "a.b", "-a", "../a", "a/b", &"a".repeat(64)] {
        assert!(try_plan("", &service(name)).is_err(), "{name}");
        let component = NewService {
            components: strings(&[name]),
            ..service("a")
        };
        assert!(try_plan("", &component).is_err(), "{name}");
        let namespace = NewService {
            namespace: Some(name.to_owned()),
            ..service("a")
        };
        assert!(try_plan("", &namespace).is_err(), "{name}");
        let environment = NewService {
            environments: strings(&[name]),
            ..service("a")
        };
        assert!(try_plan("", &environment).is_err(), "{name}");
    }
    let long = NewService {
        components: strings(&[&"b".repeat(40)]),
        ..service(&"a".repeat(40))
    };
    assert!(refused("", &long).contains("81 characters"));
}

#[test]
fn components_are_named_once_and_not_like_a_file_of_the_base() {
    for components in [
        &["a", "a"][..],
        &["namespace"],
        &["kustomization"],
        &["oci-repository"],
    ] {
        let request = NewService {
            components: strings(components),
            ..service("x")
        };
        assert!(try_plan("", &request).is_err(), "{components:?}");
    }
}

#[test]
fn names_that_yaml_reads_otherwise_stay_names() {
    let request = NewService {
        components: strings(&["on", "1e3", "null"]),
        ..service("123")
    };
    let plan = plan("", &request);
    assert!(text(&plan, "apps/123/base/namespace.yaml").contains("name: \"123\"\n"));
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let folder = "//- apps/a/README.yaml\na: 1\n";
    assert!(refused(folder, &service("a")).starts_with("`apps/a` exists already"));
    let outer =
        "//- clusters/eu/apps/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
    assert!(refused(outer, &service("a")).starts_with("`clusters/eu/apps/a.yaml` exists already"));
    assert!(refused(CLUSTERS, &service("infrastructure")).contains(
        "`staging` has the Flux Kustomization `flux-system/infrastructure` already, in clusters/staging/infrastructure.yaml"
    ));
}

#[test]
fn no_object_comes_into_being_twice() {
    let mut repository = Repository::new(CLUSTERS);
    let inner = NewService {
        namespace: Some("flux-system".to_owned()),
        components: strings(&["api"]),
        ..service("svc")
    };
    let plan = repository.plan(|db, root| new_service(db, root, &inner));
    repository.apply(&plan.unwrap());
    // Its own component has the name that the outer Kustomization of another service would have …
    let refused = |repository: &Repository, request: &NewService| {
        let plan = repository.plan(|db, root| new_service(db, root, request));
        plan.unwrap_err().to_string()
    };
    assert_eq!(
        refused(&repository, &service("svc-api")),
        "there is the Flux Kustomization `flux-system/svc-api` already, in apps/svc/base/api.yaml; \
         choose another name for the service"
    );
    // … and the other way round.
    let mut repository = Repository::new(CLUSTERS);
    let outer = NewService {
        environments: strings(&["staging"]),
        ..service("svc-api")
    };
    let plan = repository.plan(|db, root| new_service(db, root, &outer));
    repository.apply(&plan.unwrap());
    assert_eq!(
        refused(&repository, &inner),
        "`staging` has the Flux Kustomization `flux-system/svc-api` already, in \
         clusters/staging/apps/svc-api.yaml; \
         choose another name for the service or its component, or a --namespace of its own"
    );
    // Elsewhere it is another object.
    let production = NewService {
        environments: strings(&["production"]),
        ..inner.clone()
    };
    assert!(
        repository
            .plan(|db, root| new_service(db, root, &production))
            .is_ok()
    );
    let own = NewService {
        namespace: None,
        ..inner
    };
    assert!(
        repository
            .plan(|db, root| new_service(db, root, &own))
            .is_ok()
    );
}

#[test]
fn a_source_is_not_made_twice() {
    let files = format!(
        "{CLUSTERS}//- infrastructure/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: web}}
spec: {{interval: 5m, url: oci://ghcr.io/acme/web}}
"
    );
    assert!(refused(&files, &service("web")).starts_with(
        "there is the OCIRepository `web/web` already, in infrastructure/source.yaml"
    ));
}

#[test]
fn two_environments_of_one_name_are_refused() {
    let twice = "\
//- .infragen.yaml
environments:
  eu: {path: fleet/eu}
//- clusters/eu/cm.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: x, namespace: x}
";
    assert!(refused(twice, &service("x")).starts_with("two environments are called `eu`"));
}

#[test]
fn broken_settings_are_refused() {
    assert!(refused("//- .infragen.yaml\nregistr: x\n", &service("a")).contains(".infragen.yaml"));
}

#[test]
fn settings_lead_nowhere_outside_of_the_repository() {
    for environment in [
        "'../../../../x': {}",
        "x: {path: ../x}",
        "x: {path: /etc}",
        "x: {path: a/../../b}",
        "'a/b': {path: ../..}",
        "..: {}",
    ] {
        let settings = format!("//- .infragen.yaml\nenvironments:\n  {environment}\n");
        let message = refused(&settings, &service("a"));
        assert!(
            message.contains("is no path below the top"),
            "{environment}: {message}"
        );
    }
}

#[test]
fn a_name_cannot_end_the_comment_that_it_is_written_into() {
    let settings = "//- .infragen.yaml\nenvironments:\n  \"x\\na: b\": {path: clusters/x}\n";
    assert!(refused(settings, &service("a")).contains("control character"));
}
