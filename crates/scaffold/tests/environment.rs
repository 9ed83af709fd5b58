//! What `add-env` plans.
#![allow(clippy::unwrap_used, clippy::panic)] // a test ends there

mod support;

use infragen_scaffold::{
    AddEnvironment, NewService, Plan, Refusal, VersionChoice, add_environment, demo_plan,
    new_service,
};
use infragen_workspace::{Class, environments};
use support::{Repository, bare, text, tree};

fn environment(name: &str) -> AddEnvironment {
    AddEnvironment {
        name: name.to_owned(),
        ..AddEnvironment::default()
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// The repository of the demo.
fn demo() -> Repository {
    let mut repository = Repository::new("");
    repository.apply(&demo_plan().unwrap());
    repository
}

fn try_add(repository: &Repository, request: &AddEnvironment) -> Result<Plan, Refusal> {
    repository.plan(|db, root| add_environment(db, root, request))
}

/// The plan, carried out without any finding.
#[track_caller]
fn add(repository: &mut Repository, request: &AddEnvironment) -> Plan {
    let plan = try_add(repository, request).unwrap();
    repository.apply(&plan);
    plan
}

#[track_caller]
fn refused(repository: &Repository, request: &AddEnvironment) -> String {
    try_add(repository, request).unwrap_err().to_string()
}

#[test]
fn the_demo_in_paths() {
    assert_eq!(
        tree(&demo_plan().unwrap()),
        "\
.infragen.yaml
apps/activity/base/api.yaml
apps/activity/base/kustomization.yaml
apps/activity/base/migrations.yaml
apps/activity/base/namespace.yaml
apps/activity/base/oci-repository.yaml
apps/activity/base/worker.yaml
apps/activity/components/fast-polling/kustomization.yaml
apps/activity/overlays/production/kustomization.yaml
apps/activity/overlays/production/patches/oci-repository-patch.yaml
apps/activity/overlays/staging/kustomization.yaml
apps/activity/overlays/staging/patches/oci-repository-patch.yaml
apps/event-bus/base/app.yaml
apps/event-bus/base/kustomization.yaml
apps/event-bus/base/namespace.yaml
apps/event-bus/base/oci-repository.yaml
apps/event-bus/components/fast-polling/kustomization.yaml
apps/event-bus/overlays/production/kustomization.yaml
apps/event-bus/overlays/production/patches/oci-repository-patch.yaml
apps/event-bus/overlays/staging/kustomization.yaml
apps/event-bus/overlays/staging/patches/oci-repository-patch.yaml
clusters/production/apps/activity.yaml
clusters/production/apps/event-bus.yaml
clusters/production/flux-system/flux-instance.yaml
clusters/production/infrastructure.yaml
clusters/staging/apps/activity.yaml
clusters/staging/apps/event-bus.yaml
clusters/staging/flux-system/flux-instance.yaml
clusters/staging/infrastructure.yaml
infrastructure/base/cluster-settings.yaml
infrastructure/base/kustomization.yaml
infrastructure/overlays/production/cluster-settings-patch.yaml
infrastructure/overlays/production/kustomization.yaml
infrastructure/overlays/staging/cluster-settings-patch.yaml
infrastructure/overlays/staging/kustomization.yaml
"
    );
    demo();
}

#[test]
fn an_environment_is_like_its_sibling_and_has_every_service() {
    let plan = add(&mut demo(), &environment("preview"));
    assert_eq!(
        tree(&plan),
        "\
apps/activity/overlays/preview/kustomization.yaml
apps/activity/overlays/preview/patches/oci-repository-patch.yaml
apps/event-bus/overlays/preview/kustomization.yaml
apps/event-bus/overlays/preview/patches/oci-repository-patch.yaml
clusters/preview/apps/activity.yaml
clusters/preview/apps/event-bus.yaml
clusters/preview/flux-system/flux-instance.yaml
clusters/preview/infrastructure.yaml
infrastructure/overlays/preview/cluster-settings-patch.yaml
infrastructure/overlays/preview/kustomization.yaml
"
    );
    let has = |path: &str, line: &str| {
        let text = text(&plan, path);
        assert!(text.contains(line), "{path}: {line}\n{text}");
    };
    has(
        "clusters/preview/flux-system/flux-instance.yaml",
        "    path: clusters/preview\n",
    );
    has(
        "clusters/preview/infrastructure.yaml",
        "  path: ./infrastructure/overlays/preview\n",
    );
    has(
        "clusters/preview/apps/activity.yaml",
        "  path: ./apps/activity/overlays/preview\n",
    );
    has(
        "clusters/preview/apps/activity.yaml",
        "    - name: event-bus\n",
    );
    has(
        "infrastructure/overlays/preview/cluster-settings-patch.yaml",
        "  ENVIRONMENT: preview\n",
    );
    has(
        "apps/activity/overlays/preview/patches/oci-repository-patch.yaml",
        "    semverFilter: .*-preview-.*\n",
    );
    for change in &plan.changes {
        assert!(
            !change.action.text().unwrap().contains("staging"),
            "{}",
            change.path
        );
    }
}

#[test]
fn the_sibling_is_one_of_the_same_class() {
    let mut repository = Repository::new(
        "\
//- clusters/production/entry.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: from-production, namespace: x}
//- clusters/staging/entry.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: from-staging, namespace: x}
",
    );
    let stable = add(&mut repository, &environment("prod-eu"));
    assert!(text(&stable, "clusters/prod-eu/entry.yaml").contains("from-production"));
    let other = add(&mut repository, &environment("preview"));
    assert!(text(&other, "clusters/preview/entry.yaml").contains("from-staging"));
}

#[test]
fn the_class_and_range_are_as_chosen() {
    let request = AddEnvironment {
        versions: VersionChoice {
            class: Some(Class::Stable),
            range: Some("~1.4".to_owned()),
            filter: None,
        },
        ..environment("preview")
    };
    let plan = add(&mut demo(), &request);
    let patch = "apps/activity/overlays/preview/patches/oci-repository-patch.yaml";
    assert!(bare(text(&plan, patch)).ends_with("  ref:\n    semver: ~1.4\n"));
}

#[test]
fn a_pinned_environment_of_an_existing_service_takes_its_range_away() {
    let request = AddEnvironment {
        versions: VersionChoice {
            class: Some(Class::Pinned),
            range: Some("1.4.2".to_owned()),
            filter: None,
        },
        ..environment("preview")
    };
    let plan = add(&mut demo(), &request);
    let patch = "apps/activity/overlays/preview/patches/oci-repository-patch.yaml";
    assert!(bare(text(&plan, patch)).ends_with("  ref:\n    tag: 1.4.2\n    semver: null\n"));
}

#[test]
fn only_the_chosen_services_come_along() {
    let mut repository = demo();
    let one = |name: &str| AddEnvironment {
        services: strings(&[name]),
        ..environment("preview")
    };
    assert_eq!(
        refused(&repository, &one("activity")),
        "`activity` waits for `event-bus`, which `preview` would not have; add --service event-bus"
    );
    let tree = tree(&add(&mut repository, &one("event-bus")));
    assert!(tree.contains("clusters/preview/apps/event-bus.yaml"));
    assert!(!tree.contains("activity"));
    assert_eq!(
        refused(
            &repository,
            &AddEnvironment {
                name: "other".to_owned(),
                ..one("activty")
            }
        ),
        "there is no service `activty`; did you mean `activity`?"
    );
}

#[test]
fn what_is_there_or_cannot_be_is_refused() {
    let repository = demo();
    assert!(refused(&repository, &environment("staging")).starts_with("there is an environment"));
    for name in ["", "Preview", "a/b", "..", "a b", "base"] {
        assert!(try_add(&repository, &environment(name)).is_err(), "{name}");
    }
    let unknown = AddEnvironment {
        from: Some("stagin".to_owned()),
        ..environment("preview")
    };
    assert!(refused(&repository, &unknown).contains("did you mean `staging`?"));
    let both = AddEnvironment {
        from: Some("staging".to_owned()),
        versions: VersionChoice {
            class: Some(Class::Stable),
            ..VersionChoice::default()
        },
        ..environment("preview")
    };
    assert!(refused(&repository, &both).contains("leave out either --from"));
}

/// A service that somebody changed by hand in staging.
const CUSTOM: &str = "\
//- apps/web/base/kustomization.yaml
resources: [oci.yaml]
//- apps/web/base/oci.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: web}
spec: {interval: 5m, url: oci://ghcr.io/acme/web, ref: {tag: 1.0.0}}
//- apps/web/overlays/staging/kustomization.yaml
# staging is where web is tried.
resources:
  - ../../base # shared with production
patches:
  - path: patches/ref.yaml
configMapGenerator:
  - name: web-settings
    namespace: web
    files: [settings.json]
    literals: [HOST=web.staging.example.com, ISSUER=letsencrypt-staging]
//- apps/web/overlays/staging/settings.json
{}
//- apps/web/overlays/staging/patches/ref.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: web}
spec:
  ref:
    tag: null
    semver: '>=0.0.0-0'
    semverFilter: .*-staging-.*
//- clusters/staging/apps/kustomization.yaml
# What staging runs.
resources:
  - infra.yaml
  - web.yaml # by hand
//- clusters/staging/apps/infra.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: infra, namespace: flux-system}
spec:
  interval: 1h
  path: ./platform/staging
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/staging/apps/web.yaml
# Changed by hand.
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  dependsOn: [{name: infra}]
  interval: 7m
  path: ./apps/web/overlays/staging
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
//- platform/staging/kustomization.yaml
resources: [cm.yaml, ../shared]
//- platform/staging/cm.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: platform, namespace: flux-system}
data: {ENVIRONMENT: staging}
//- platform/shared/kustomization.yaml
resources: [ns.yaml]
//- platform/shared/ns.yaml
apiVersion: v1
kind: Namespace
metadata: {name: web}
";

#[test]
fn from_copies_overlays_and_renames_what_means_the_environment() {
    let mut repository = Repository::new(CUSTOM);
    let request = AddEnvironment {
        from: Some("staging".to_owned()),
        ..environment("preview")
    };
    let plan = add(&mut repository, &request);
    assert_eq!(
        tree(&plan),
        "\
apps/web/overlays/preview/kustomization.yaml
apps/web/overlays/preview/patches/ref.yaml
= apps/web/overlays/preview/settings.json
clusters/preview/apps/infra.yaml
clusters/preview/apps/kustomization.yaml
clusters/preview/apps/web.yaml
platform/preview/cm.yaml
platform/preview/kustomization.yaml
"
    );
    assert_eq!(
        text(&plan, "apps/web/overlays/preview/kustomization.yaml"),
        "\
# preview is where web is tried.
resources:
  - ../../base # shared with production
patches:
  - path: patches/ref.yaml
configMapGenerator:
  - name: web-settings
    namespace: web
    files: [settings.json]
    literals: [HOST=web.preview.example.com, ISSUER=letsencrypt-staging]
"
    );
    assert!(text(&plan, "apps/web/overlays/preview/patches/ref.yaml").contains(".*-preview-.*"));
    assert!(text(&plan, "platform/preview/cm.yaml").contains("ENVIRONMENT: preview"));
    assert_eq!(
        text(&plan, "clusters/preview/apps/kustomization.yaml"),
        "# What preview runs.\nresources:\n  - infra.yaml\n  - web.yaml # by hand\n"
    );
    let outer = text(&plan, "clusters/preview/apps/web.yaml");
    assert!(outer.starts_with("# Changed by hand.\n") && outer.contains("interval: 7m"));
    assert!(
        plan.notes[0]
            .contains("`staging` is still named in apps/web/overlays/preview/kustomization.yaml"),
        "{:?}",
        plan.notes
    );
}

#[test]
fn without_from_the_overlay_comes_from_the_class_and_the_base() {
    let plan = add(&mut Repository::new(CUSTOM), &environment("preview"));
    let patch = "apps/web/overlays/preview/patches/oci-repository-patch.yaml";
    assert!(
        bare(text(&plan, patch)).ends_with(
            "    semver: \">=0.0.0-0\"\n    semverFilter: .*-preview-.*\n    tag: null\n"
        )
    );
    assert!(!tree(&plan).contains("settings.json"));
}

#[test]
fn a_service_that_is_left_out_is_not_listed() {
    let mut repository = Repository::new(CUSTOM);
    let other = repository.plan(|db, root| {
        let service = NewService {
            name: "api".to_owned(),
            ..NewService::default()
        };
        new_service(db, root, &service)
    });
    repository.apply(&other.unwrap());
    let request = AddEnvironment {
        services: strings(&["api"]),
        ..environment("preview")
    };
    let plan = add(&mut repository, &request);
    assert_eq!(
        text(&plan, "clusters/preview/apps/kustomization.yaml"),
        "# What preview runs.\nresources:\n  - api.yaml\n  - infra.yaml\n"
    );
    assert!(!tree(&plan).contains("web.yaml"));
}

#[test]
fn a_list_keeps_its_order_and_comments() {
    let list = "resources:\n  # First what others need.\n  - infra.yaml\n  - web.yaml # by hand\n";
    let unsorted = "resources:\n  - web.yaml # by hand\n  # Last.\n  - infra.yaml # slow\n";
    let files = CUSTOM.replace(
        "resources:\n  - infra.yaml\n  - web.yaml # by hand\n",
        unsorted,
    );
    let mut repository = Repository::new(&files);
    let request = AddEnvironment {
        from: Some("staging".to_owned()),
        ..environment("preview")
    };
    let plan = add(&mut repository, &request);
    let path = "clusters/preview/apps/kustomization.yaml";
    assert_eq!(
        text(&plan, path),
        format!("# What preview runs.\n{unsorted}")
    );
    // Without the service its line goes, and nothing else.
    let files = CUSTOM.replace("resources:\n  - infra.yaml\n  - web.yaml # by hand\n", list);
    let mut repository = Repository::new(&files);
    let portal = NewService {
        name: "portal".to_owned(),
        ..NewService::default()
    };
    let portal = repository.plan(|db, root| new_service(db, root, &portal));
    repository.apply(&portal.unwrap());
    let request = AddEnvironment {
        services: strings(&["portal"]),
        ..environment("preview")
    };
    assert_eq!(
        text(&add(&mut repository, &request), path),
        "# What preview runs.\nresources:\n  # First what others need.\n  - infra.yaml\n  - portal.yaml\n"
    );
}

/// The cluster of many a home: its FluxInstance stands outside of the folder that it applies.
const HOME: &str = "\
//- kubernetes/flux/cluster/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster-apps, namespace: flux-system}
spec:
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
//- kubernetes/apps/flux-system/instance.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x, registry: ghcr.io/fluxcd}
  sync:
    kind: GitRepository
    url: https://github.com/acme/home
    ref: refs/heads/main
    path: kubernetes/flux/cluster
";

#[track_caller]
fn is_environment(repository: &Repository, name: &str, path: &str) {
    let snapshot = repository.workspace.snapshot();
    let environments = environments(snapshot.db(), repository.root);
    assert!(
        environments
            .iter()
            .any(|known| known.name == name && known.path == path),
        "{environments:#?}"
    );
}

#[test]
fn an_environment_that_nothing_shows_is_named_in_the_settings() {
    let settings = "environments:\n  preview:\n    path: kubernetes/flux/preview\n";
    for (before, after) in [
        (None, settings.to_owned()),
        (
            Some("# Ours.\nregistry: ghcr.io/acme\n"),
            format!("# Ours.\nregistry: ghcr.io/acme\n{settings}"),
        ),
        (Some("# Ours.\n"), format!("# Ours.\n{settings}")),
        (Some("environments:\n"), settings.to_owned()),
        (
            Some("environments:\n  lab: {} # later\nregistry: ghcr.io/acme\n"),
            "environments:\n  lab: {} # later\n  preview:\n    path: kubernetes/flux/preview\nregistry: ghcr.io/acme\n"
                .to_owned(),
        ),
    ] {
        let before = before.map(|text| format!("//- .infragen.yaml\n{text}"));
        let mut repository = Repository::new(&format!("{HOME}{}", before.unwrap_or_default()));
        let request = AddEnvironment {
            from: Some("cluster".to_owned()),
            ..environment("preview")
        };
        let plan = add(&mut repository, &request);
        assert_eq!(text(&plan, ".infragen.yaml"), after);
        assert_eq!(
            plan.notes.first().unwrap(),
            "`preview` is named in .infragen.yaml: nothing else says that kubernetes/flux/preview is an environment"
        );
        assert_eq!(
            plan.notes.last().unwrap(),
            "let Flux apply it: a FluxInstance like that in kubernetes/apps/flux-system/instance.yaml, \
             whose sync path is kubernetes/flux/preview"
        );
        is_environment(&repository, "preview", "kubernetes/flux/preview");
    }
}

#[test]
fn an_environment_that_shows_itself_needs_no_settings() {
    for files in [CUSTOM, BOOTSTRAP, ""] {
        let mut repository = Repository::new(files);
        let plan = add(&mut repository, &environment("preview"));
        assert!(!tree(&plan).contains(".infragen.yaml"), "{}", tree(&plan));
        is_environment(&repository, "preview", "clusters/preview");
    }
    let mut repository = demo();
    let plan = add(&mut repository, &environment("preview"));
    assert!(!tree(&plan).contains(".infragen.yaml"));
    is_environment(&repository, "preview", "clusters/preview");
    // The folder of the entry point is deeper than that of the cluster.
    let deep = HOME.replace("kubernetes/flux/cluster", "clusters/cluster/flux");
    let mut repository = Repository::new(&deep);
    let request = AddEnvironment {
        from: Some("flux".to_owned()),
        ..environment("preview")
    };
    add(&mut repository, &request);
    is_environment(&repository, "preview", "clusters/cluster/preview");
}

#[test]
fn a_flux_instance_is_applied_and_not_bootstrapped() {
    let plan = add(&mut demo(), &environment("preview"));
    assert_eq!(
        plan.notes,
        [
            "install Flux in the cluster: kubectl apply -f clusters/preview/flux-system/flux-instance.yaml \
             (by the Flux operator)"
        ]
    );
    // Others are bootstrapped.
    let plan = add(&mut Repository::new(CUSTOM), &environment("preview"));
    assert_eq!(
        plan.notes.last().unwrap(),
        "let Flux apply it: flux bootstrap git --url=… --path=clusters/preview"
    );
}

#[test]
fn a_name_that_holds_the_sibling_s_is_none_of_it() {
    let request = AddEnvironment {
        from: Some("production".to_owned()),
        ..environment("production-2")
    };
    let plan = add(&mut demo(), &request);
    assert!(
        !plan.notes.iter().any(|note| note.contains("still named")),
        "{:?}",
        plan.notes
    );
}

#[test]
fn a_range_that_is_none_is_refused_without_any_service() {
    let request = AddEnvironment {
        versions: VersionChoice {
            range: Some("^1 ||".to_owned()),
            ..VersionChoice::default()
        },
        ..environment("preview")
    };
    let said = refused(&Repository::new(HOME), &request);
    assert!(
        said.starts_with("--range is no range of versions: "),
        "{said}"
    );
}

#[test]
fn an_old_version_of_the_base_s_source_is_patched_as_that() {
    let old = CUSTOM.replace(
        "source.toolkit.fluxcd.io/v1",
        "source.toolkit.fluxcd.io/v1beta2",
    );
    let repository = Repository::new(&old);
    let plan = try_add(&repository, &environment("preview")).unwrap();
    let patch = "apps/web/overlays/preview/patches/oci-repository-patch.yaml";
    assert!(text(&plan, patch).contains("apiVersion: source.toolkit.fluxcd.io/v1beta2\n"));
}

/// A cluster as `flux bootstrap` leaves it.
const BOOTSTRAP: &str = "\
//- clusters/staging/flux-system/gotk-components.yaml
# a staging word in a generated file
apiVersion: v1
kind: Namespace
metadata: {name: flux-system}
//- clusters/staging/flux-system/gotk-sync.yaml
# This manifest was generated by flux. DO NOT EDIT.
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, ref: {branch: main}, url: 'ssh://git@github.com/acme/fleet'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m0s
  path: ./clusters/staging
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/staging/flux-system/kustomization.yaml
resources: [gotk-components.yaml, gotk-sync.yaml]
//- clusters/staging/secret.sops.yaml
apiVersion: v1
kind: Secret
metadata: {name: staging, namespace: flux-system}
stringData: {a: 'ENC[AES256_GCM,data:staging]'}
sops: {mac: 'ENC[x]', version: 3.9.0}
";

#[test]
fn an_entry_point_of_a_bootstrap_is_copied() {
    let mut repository = Repository::new(BOOTSTRAP);
    let plan = try_add(&repository, &environment("preview")).unwrap();
    assert_eq!(
        tree(&plan),
        "\
clusters/preview/flux-system/gotk-components.yaml
clusters/preview/flux-system/gotk-sync.yaml
clusters/preview/flux-system/kustomization.yaml
clusters/preview/secret.sops.yaml
"
    );
    assert!(
        text(&plan, "clusters/preview/flux-system/gotk-sync.yaml")
            .contains("  path: ./clusters/preview\n")
    );
    assert!(
        text(&plan, "clusters/preview/flux-system/gotk-components.yaml").contains("a staging word")
    );
    assert!(text(&plan, "clusters/preview/secret.sops.yaml").contains("name: staging"));
    assert!(
        plan.notes
            .iter()
            .any(|note| note.contains("encrypt it for `preview`"))
    );
    repository.apply(&plan);
}

#[test]
fn settings_that_name_the_sibling_name_the_new_one_too() {
    let settings = "\
//- .infragen.yaml
# Where we run.
environments:
  eu: # the first
    path: fleet/eu
    class: stable
# The end.
//- fleet/eu/cm.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: eu, namespace: x}
";
    let mut repository = Repository::new(settings);
    let request = AddEnvironment {
        versions: VersionChoice {
            class: Some(Class::Stable),
            ..VersionChoice::default()
        },
        ..environment("us")
    };
    let plan = add(&mut repository, &request);
    assert_eq!(tree(&plan), "~ .infragen.yaml\nfleet/us/cm.yaml\n");
    assert_eq!(
        text(&plan, ".infragen.yaml"),
        "\
# Where we run.
environments:
  eu: # the first
    path: fleet/eu
    class: stable
  us:
    path: fleet/us
    class: stable
# The end.
"
    );
    assert!(text(&plan, "fleet/us/cm.yaml").contains("{name: us, "));
}

#[test]
fn the_first_environment_leaves_the_entry_point_to_a_bootstrap() {
    let mut repository = Repository::new("");
    let plan = add(&mut repository, &environment("preview"));
    assert_eq!(
        tree(&plan),
        "\
clusters/preview/infrastructure.yaml
infrastructure/base/cluster-settings.yaml
infrastructure/base/kustomization.yaml
infrastructure/overlays/preview/cluster-settings-patch.yaml
infrastructure/overlays/preview/kustomization.yaml
"
    );
    assert!(plan.notes[0].contains("flux bootstrap git --url=… --path=clusters/preview"));
}

#[test]
fn a_file_of_several_services_comes_along_whole_or_not_at_all() {
    let (before, outer) = CUSTOM
        .split_once("//- clusters/staging/apps/infra.yaml\n")
        .unwrap();
    let shared = format!("{before}//- clusters/staging/apps/infra.yaml\n{outer}")
        .replace(
            "//- clusters/staging/apps/web.yaml\n# Changed by hand.\n",
            "---\n",
        )
        .replace("  - web.yaml # by hand\n", "");
    let mut repository = Repository::new(&shared);
    let plan = add(&mut repository, &environment("preview"));
    let both = text(&plan, "clusters/preview/apps/infra.yaml");
    assert!(
        both.contains("path: ./platform/preview")
            && both.contains("path: ./apps/web/overlays/preview")
    );
    let api = repository.plan(|db, root| {
        let service = NewService {
            name: "api".to_owned(),
            environments: strings(&["staging"]),
            ..NewService::default()
        };
        new_service(db, root, &service)
    });
    repository.apply(&api.unwrap());
    let request = AddEnvironment {
        services: strings(&["api"]),
        from: Some("staging".to_owned()),
        ..environment("other")
    };
    assert_eq!(
        refused(&repository, &request),
        "`clusters/staging/apps/infra.yaml` holds `web`, which --service leaves out, together with others; \
         add --service web, or give it a file of its own"
    );
}

#[test]
fn a_missing_overlay_is_refused_only_where_it_was_asked_for() {
    let mut repository = demo();
    let only = repository.plan(|db, root| {
        let service = NewService {
            name: "late".to_owned(),
            environments: strings(&["production"]),
            ..NewService::default()
        };
        new_service(db, root, &service)
    });
    repository.apply(&only.unwrap());
    let from = AddEnvironment {
        from: Some("staging".to_owned()),
        ..environment("preview")
    };
    let named = AddEnvironment {
        services: strings(&["late"]),
        ..from.clone()
    };
    assert!(refused(&repository, &named).starts_with("`late` has no overlay for `staging`"));
    assert!(!tree(&add(&mut repository, &from)).contains("late"));
    // Without --from every service comes along, by the Kustomization of the environment that has it.
    let all = add(&mut repository, &environment("other"));
    assert!(
        text(&all, "clusters/other/apps/late.yaml").contains("path: ./apps/late/overlays/other\n")
    );
}
