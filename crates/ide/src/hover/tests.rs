use crate::fixture::Fixture;

fn shown(fixture: &str) -> String {
    let fixture = Fixture::new(fixture);
    super::hover(fixture.db(), fixture.file, fixture.offset)
        .map(|hover| {
            assert!(hover.range.contains_inclusive(fixture.offset));
            hover.markdown
        })
        .unwrap_or_default()
}

const SOURCES: &str = "//- sources.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: charts
  namespace: apps
spec:
  url: oci://example.org/charts
  ref: {semver: '>=1.0.0', tag: '1.0'}
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: apps}
stringData: {password: hunter2}
";

fn release(name: &str, spec: &str) -> String {
    format!(
        "//- {name}.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: apps}}
spec: {spec}
"
    )
}

fn uses(reference: &str) -> String {
    release("web", &format!("{{chartRef: {reference}}}"))
}

#[test]
fn a_reference_shows_what_it_names() {
    let others: String = (0..9)
        .map(|number| {
            release(
                &format!("shop-{number}"),
                "{chartRef: {kind: OCIRepository, name: charts}}",
            )
        })
        .collect();
    let web = uses("{kind: OCIRepository, name: $0charts}");
    assert_eq!(
        shown(&format!("{web}{others}{SOURCES}")),
        "**OCIRepository** `apps/charts`

- url `oci://example.org/charts`
- version `>=1.0.0`
- defined in `sources.yaml:4`
- used by 10 HelmReleases: `shop-0`, `shop-1` and 8 more"
    );
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let sources = SOURCES.replace("oci://", "oci://ada:hunter2@");
    let web = uses("{kind: OCIRepository, name: $0charts}");
    let told = shown(&format!("{web}{sources}"));
    assert!(told.contains("- url `oci://example.org/charts`"), "{told}");
}

#[test]
fn an_object_that_refers_twice_is_one_referrer() {
    let depends = "//- b.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: b, namespace: apps}
spec: {dependsOn: [{name: a}, {name: a, readyExpr: 'true'}]}
//- a.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: $0a, namespace: apps}
";
    assert_eq!(
        shown(depends),
        "**Kustomization** `apps/a`\n\n- used by Kustomization `b`"
    );
}

#[test]
fn what_a_resource_set_makes_is_told() {
    let set = "//- set.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: set, namespace: apps}
spec:
  resources:
  - apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: charts, namespace: apps}
    spec: {url: 'oci://example.org/charts'}
";
    let web = uses("{kind: OCIRepository, name: $0charts}");
    assert_eq!(
        shown(&format!("{web}{set}")),
        "**OCIRepository** `apps/charts`

- url `oci://example.org/charts`
- made by ResourceSet in `set.yaml:8`
- used by HelmRelease `web`"
    );
}

#[test]
fn a_name_shows_who_refers_to_it() {
    let sources = SOURCES.replace("name: charts", "name: $0charts");
    let web = uses("{kind: OCIRepository, name: charts}");
    let list = "- url `oci://example.org/charts`\n- version `>=1.0.0`\n";
    let told = |fixture: &str| {
        // What it takes of a registry comes below.
        let shown = shown(fixture);
        shown.split("\n\n---").next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        told(&format!("{sources}{web}")),
        format!("**OCIRepository** `apps/charts`\n\n{list}- used by HelmRelease `web`")
    );
    assert_eq!(
        told(&sources),
        format!("**OCIRepository** `apps/charts`\n\n{list}- nothing here refers to it")
    );
}

#[test]
fn a_secret_keeps_its_secret() {
    let release = release("web", "{valuesFrom: [{kind: Secret, name: $0token}]}");
    let shown = shown(&format!("{release}{SOURCES}"));
    assert!(shown.starts_with("**Secret** `apps/token`"), "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("password"),
        "{shown}"
    );
}

#[test]
fn what_is_missing_is_told_with_the_nearest_name() {
    let web = uses("{kind: OCIRepository, name: $0chart}");
    assert_eq!(
        shown(&format!("{web}{SOURCES}")),
        "**No OCIRepository** `chart`\n\n- nowhere in this repository\n- nearest: `charts`"
    );
    let web = uses("{kind: OCIRepository, name: $0charts, namespace: web}");
    assert_eq!(
        shown(&format!("{web}{SOURCES}")),
        "**No OCIRepository** `charts` **in namespace** `web`

- there is one in `apps`
- defined in `sources.yaml:4`"
    );
    let web = uses("{kind: HelmChart, name: $0charts}");
    assert_eq!(
        shown(&format!("{web}{SOURCES}")),
        "**No HelmChart** `charts`\n\n- it is an OCIRepository in `sources.yaml:4`"
    );
    let release = release("web", "{valuesFrom: [{kind: Secret, name: $0other}]}");
    assert_eq!(
        shown(&release),
        "**Secret** `other`\n\n- not in this repository: made in the cluster?"
    );
}

#[test]
fn a_template_is_known_later() {
    let web = uses("{kind: OCIRepository, name: '${$0APP}'}");
    assert_eq!(shown(&web), "`${APP}`\n\n- known only after rendering");
}

#[test]
fn a_kind_shows_what_it_is_and_what_may_stand_there() {
    let web = uses("{kind: $0OCIRepository, name: charts}");
    assert_eq!(
        shown(&web),
        "**OCIRepository** `source.toolkit.fluxcd.io/v1`

Pulls an OCI artifact, by tag, digest or semver range."
    );
    let web = uses("{kind: $0HelmRepository, name: charts}");
    assert_eq!(
        shown(&web),
        "`HelmRepository` cannot stand here\n\n- OCIRepository\n- HelmChart\n- ExternalArtifact"
    );
}

#[test]
fn a_path_shows_what_is_there() {
    let top = format!("//- top/kustomization.yaml\nresources: [../all]\n{SOURCES}");
    let all = "//- all/kustomization.yaml\nresources: [../sources.yaml]\n";
    let shown = |entry| shown(&format!("{}{all}", top.replace("../all", entry)));
    assert_eq!(
        shown("../$0all"),
        "**Directory** `all`\n\n- OCIRepository `charts`\n- Secret `token`"
    );
    assert_eq!(
        shown("../sources.ya$0ml"),
        "**File** `sources.yaml`\n\n- OCIRepository `charts`\n- Secret `token`"
    );
    assert_eq!(
        shown("../$0alls"),
        "**Nothing is at** `../alls`\n\n- nearest: `../all`"
    );
    assert_eq!(
        shown("https://$0example.org/a.yaml"),
        "`https://example.org/a.yaml`\n\n- outside this repository"
    );
}

#[test]
fn a_target_shows_what_it_takes() {
    let shown = |target| {
        shown(&format!(
            "//- top/kustomization.yaml\nresources: [../sources.yaml]\npatches: [{{path: p.yaml, target: {target}}}]\n{SOURCES}"
        ))
    };
    assert_eq!(
        shown("{kind: $0Secret}"),
        "**Changes 1 object**\n\n- Secret `token`"
    );
    assert!(shown("{name: $0other}").starts_with("**No object**"));
}

/// Two overlays of a base, each in an environment, and a patch that both use.
fn patched(target: &str, patch: &str) -> String {
    let environment = |name: &str, layer: &str| {
        format!(
            "//- clusters/{name}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{path: ./apps/{name}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/{name}/kustomization.yaml
resources: [../base{layer}]
components: [../patched]
"
        )
    };
    format!(
        "{}{}//- apps/patched/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches: [{{path: patch.yaml{target}}}]
//- apps/patched/patch.yaml
{patch}
//- apps/base/kustomization.yaml
namePrefix: my-
resources: [web.yaml]
//- apps/base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: api}}
//- apps/more.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: more}}
",
        environment("production", ""),
        environment("staging", ", ../more.yaml"),
    )
}

#[test]
fn a_patch_shows_the_objects_that_it_changes_in_builds() {
    let named = |name: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: b}}")
    };
    // By the name that it is called when the patch comes.
    let prefixed = patched("", &named("$0my-web"));
    let one = "**Changes 1 object**\n\n- ConfigMap `my-web`";
    assert_eq!(shown(&prefixed), one);
    // kustomize alone builds the same where no environment is known.
    assert_eq!(shown(&prefixed.replace("//- clusters/", "//- x/.")), one);
    let several = "**Changes 2 objects in production**

- 2 ConfigMaps: `my-web`, `my-api`

**Changes 3 objects in staging**

- 3 ConfigMaps: `my-web`, `my-api`, `more`";
    let target = patched(", target: {kind: $0ConfigMap}", &named("any"));
    assert_eq!(shown(&target), several);
    let within = patched(", target: {kind: ConfigMap}", &named("$0any"));
    assert_eq!(shown(&within), several);
    let elsewhere = patched(
        ", target: {kind: $0ConfigMap, namespace: apps}",
        &named("any"),
    );
    assert_eq!(shown(&elsewhere), "**Changes no object**");
}

#[test]
fn a_patch_of_a_flux_kustomization_shows_the_objects_that_it_changes() {
    let text = "//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - target: {kind: Secret}
      patch: '[]'
    - target: {kind: $0ConfigMap}
      patch: |
        - {op: add, path: /data, value: {}}
//- apps/kustomization.yaml
nameSuffix: -1
resources: [web.yaml]
//- apps/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
";
    let card = shown(text);
    let (patched, _) = card.split_once("\n\n---").unwrap();
    // Flux puts it beside the suffix, which comes later.
    assert_eq!(patched, "**Changes 1 object**\n\n- ConfigMap `web`");
}

#[test]
fn an_alias_shows_what_it_stands_for() {
    let shown =
        shown("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &app web}\ndata: {app: *$0app}\n");
    assert_eq!(
        shown,
        "**Alias** `app`\n\n- stands for `web`\n- anchor in line 3"
    );
}

#[test]
fn an_object_of_a_file_shows_who_takes_it_in() {
    let shown = shown(
        "//- a.yaml\napiVersion: v1\nkind: $0ConfigMap\nmetadata: {name: a}\n//- kustomization.yaml\nresources: [a.yaml]\n",
    );
    assert_eq!(
        shown,
        "**ConfigMap** `v1`\n\nConfiguration data.\n\n- listed in `kustomization.yaml`"
    );
}

#[test]
fn the_environments_that_apply_a_base_are_told_apart() {
    let environment = |name: &str, resources: &str, namespace: &str| {
        format!(
                "//- clusters/{name}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{path: ./apps/{name}, targetNamespace: {namespace}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/{name}/kustomization.yaml
resources: [{resources}]
//- apps/{name}/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: charts}}
"
            )
    };
    let base = "//- apps/base/kustomization.yaml\nresources: [web.yaml]\n//- apps/base/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec: {chartRef: {kind: OCIRepository, name: $0charts}}
";
    let own = "../base, source.yaml";
    let fleet = |third: &str| {
        format!(
            "{}{}{third}{base}",
            environment("production", own, "apps"),
            environment("staging", own, "apps")
        )
    };
    let card = shown(&fleet(""));
    assert!(
        card.contains(
            "- production: `apps/production/source.yaml:3`\n- staging: `apps/staging/source.yaml:3`"
        ),
        "{card}"
    );
    let card = shown(&fleet(&environment("testing", "../base", "apps")));
    assert!(card.contains("- not in `testing`"), "{card}");
    // One place for two environments, which give it another namespace each.
    let shared = base.replace("[web.yaml]", "[web.yaml, ../production/source.yaml]");
    let both = format!(
        "{}{}{shared}",
        environment("production", "../base", "apps"),
        environment("staging", "../base", "stage")
    );
    let card = shown(&both);
    assert!(
        card.contains("- production (apps), staging (stage): `apps/…/source.yaml:3`"),
        "{card}"
    );
}

#[test]
fn several_environments_are_listed() {
    let cluster = |name: &str| {
        format!(
            "//- clusters/{name}/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/{name}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
"
        )
    };
    let shared = "//- shared/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {dependsOn: [{name: $0flux-system}]}
";
    assert_eq!(
        shown(&format!(
            "{shared}{}{}",
            cluster("production"),
            cluster("staging")
        )),
        "**Kustomization** `flux-system/flux-system`

- production: `clusters/production/sync.yaml:3`
- staging: `clusters/staging/sync.yaml:3`
- used by Kustomization `web`"
    );
}
