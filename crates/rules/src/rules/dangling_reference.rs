use infragen_flux::{ObjectFacts, ReferenceFact, Role};
use infragen_syntax::nearest;
use infragen_workspace::{definitions, names_of_kind, target};

use crate::above::Reach;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::unresolved::{Problem, Unresolved};

/// A reference to an object that is nowhere.
pub static DANGLING_REFERENCE: Rule = Rule {
    id: "dangling-reference",
    severity: Severity::Error,
    summary: "a reference names an object that is nowhere in the repository",
    explanation: "\
Flux looks a `sourceRef`, `chartRef` or `dependsOn` up only in the cluster, and then waits: \
`dependency 'flux-system/infra' not found` is retried for ever and fails no pipeline.

It is an **error** where a cluster of this repository applies the file, and a *warning* where none does, \
or where the repository shows no cluster at all and may be one part of several; so it is where Flux \
passes over what is missing (`eventSources` of an Alert, an image policy marker). ConfigMaps and Secrets \
of `valuesFrom` and `substituteFrom` are often made in the cluster, so one that is not here is a *hint*; \
`optional: true` silences it. Credentials and service accounts are never reported.

Names with placeholders (`${APP}`), objects that a bootstrap or a `ResourceSet` makes, and references in \
patches are not reported: they are known only later.",
    example: "\
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
  dependsOn:
    - name: infrastructur
//- clusters/production/infrastructure.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: infrastructure
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./infrastructure
  sourceRef:
    kind: GitRepository
    name: flux-system
//- apps/.gitkeep
//- infrastructure/.gitkeep
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for Unresolved { reference, problem } in context.unresolved() {
        let Problem::Nowhere(kind) = problem else {
            continue;
        };
        let name = &reference.name.value;
        if reference.row.role == Role::Values {
            let message = format!("no {kind} `{name}` in this repository");
            let finding = DANGLING_REFERENCE
                .finding(reference.name.range, message)
                .severity(Severity::Hint)
                .help("it must exist in the cluster; `optional: true` lets Flux go on without it");
            findings.push(finding);
            continue;
        }
        let message = format!("there is no {kind} `{name}` in this repository");
        let severity = match context.above().reach {
            Reach::Applied if is_passed_over(reference) || is_rendered(context, reference) => {
                Severity::Warning
            }
            Reach::Applied => Severity::Error,
            Reach::Orphan | Reach::Unknown => Severity::Warning,
        };
        let mut finding = DANGLING_REFERENCE
            .finding(reference.name.range, message)
            .severity(severity);
        let names = names_of_kind(context.db, context.root, kind.clone());
        if let Some(near) = nearest(name, names.iter().map(|name| name.as_str())) {
            finding = finding
                .help(format!("did you mean `{near}`?"))
                .fix(context.rewrite(reference.name.range, near));
            let near = definitions(context.db, context.root, kind, near);
            if let Some(near) = near.first().and_then(|near| target(context.db, near)) {
                let message = format!("{kind} `{}` is here", near.name);
                finding = finding.relate(near.file, near.name_range, message);
            }
        }
        findings.push(finding);
    }
}

/// Whether a ResourceSet renders what refers: without any inputs it never does.
fn is_rendered(context: &Context<'_>, reference: &ReferenceFact) -> bool {
    let objects = &context.facts.objects;
    let around = |object: &ObjectFacts| object.range.contains_range(reference.range);
    objects
        .iter()
        .any(|object| object.rendered && around(object))
}

/// Whether Flux goes on without the object and says nothing: nothing fails, but nothing happens either.
fn is_passed_over(reference: &ReferenceFact) -> bool {
    let marker = reference.row.path.is_empty();
    let events = [["spec", "eventSources", "[]"], ["spec", "resources", "[]"]];
    marker || events.iter().any(|path| reference.row.path == path)
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn apps(spec: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 1m
  prune: true
{spec}"
        )
    }

    #[test]
    fn an_unknown_source_is_an_error_with_the_nearest_name() {
        check(
            "dangling-reference",
            &apps("  sourceRef: {kind: GitRepository, name: flux-sytem}\n"),
        )
        .finds_one(
            Severity::Error,
            "there is no GitRepository `flux-sytem` in this repository",
        )
        .helps("did you mean `flux-system`?")
        .fixed("  sourceRef: {kind: GitRepository, name: flux-system}\n");
    }

    #[test]
    fn where_no_cluster_applies_the_file_it_is_a_warning() {
        let fixture = apps("  sourceRef: {kind: GitRepository, name: nowhere}\n");
        let elsewhere = fixture.replace("clusters/production/apps.yaml", "archive/apps.yaml");
        check("dangling-reference", &elsewhere).finds_one(
            Severity::Warning,
            "there is no GitRepository `nowhere` in this repository",
        );
    }

    #[test]
    fn what_a_bootstrap_makes_is_not_missing() {
        check(
            "dangling-reference",
            "\
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: flux-system}
  dependsOn: [{name: flux-system}]
",
        )
        .finds(0);
    }

    #[test]
    fn templates_are_unknown() {
        check(
            "dangling-reference",
            &apps("  sourceRef: {kind: OCIRepository, name: \"${APP}\"}\n"),
        )
        .finds(0);
        let made = "//- clusters/production/tenant.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: \"${TENANT}-apps\", namespace: flux-system}
";
        let fixture = apps("  sourceRef: {kind: OCIRepository, name: blue-apps}\n");
        check("dangling-reference", &(fixture + made)).finds(0);
    }

    #[test]
    fn what_a_resource_set_renders_is_unknown() {
        let set = "//- clusters/production/tenants.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: tenants, namespace: flux-system}
spec:
  resources:
  - apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: << inputs.tenant >>}
";
        let fixture = apps("  sourceRef: {kind: OCIRepository, name: blue}\n");
        check("dangling-reference", &(fixture + set)).finds(0);
    }

    #[test]
    fn what_a_resource_set_renders_is_read() {
        let set = |source: &str| {
            format!(
                "//- clusters/production/tenants.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {{name: tenants, namespace: flux-system}}
spec:
  inputs: [{{tenant: blue}}]
  resources:
  - apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {{name: apps, namespace: tenants}}
  - apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {{name: << inputs.tenant >>, namespace: tenants}}
    spec: {{sourceRef: {{kind: OCIRepository, name: {source}}}}}
"
            )
        };
        let apps = apps("  sourceRef: {kind: OCIRepository, name: apps}\n");
        check(
            "dangling-reference",
            &format!("{apps}{}", set("<< inputs.tenant >>")),
        )
        .finds(0);
        check("wrong-namespace", &format!("{apps}{}", set("apps"))).finds(0);
        check("dangling-reference", &(apps + &set("ap"))).finds_one(
            Severity::Warning,
            "there is no OCIRepository `ap` in this repository",
        );
    }

    #[test]
    fn what_a_template_text_may_render_is_unknown() {
        let set = "//- clusters/production/tenants.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: tenants, namespace: flux-system}
spec:
  resourcesTemplate: |
    << if .x >>{<< end >>
    kind: OCIRepository
    metadata: {name: blue
";
        let fixture = apps("  sourceRef: {kind: OCIRepository, name: blue}\n");
        check("dangling-reference", &(fixture + set)).finds(0);
    }

    #[test]
    fn a_name_prefix_can_make_the_name() {
        let prefixed = "//- clusters/production/sources/kustomization.yaml
namePrefix: blue-
resources: [a.yaml]
//- clusters/production/sources/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: apps, namespace: flux-system}
";
        let fixture = apps("  sourceRef: {kind: OCIRepository, name: blue-apps}\n");
        check("dangling-reference", &(fixture + prefixed)).finds(0);
    }

    #[test]
    fn a_patch_can_give_the_name() {
        let renamed = "//- clusters/production/sources/kustomization.yaml
resources: [a.yaml]
patches:
- target: {kind: OCIRepository}
  patch: |
    - op: replace
      path: /metadata/name
      value: blue
//- clusters/production/sources/a.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: apps, namespace: flux-system}
";
        let fixture = apps("  sourceRef: {kind: OCIRepository, name: blue}\n");
        check("dangling-reference", &(fixture + renamed)).finds(0);
    }

    #[test]
    fn what_flux_passes_over_is_no_error() {
        let alert = "//- clusters/production/alert.yaml
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: all, namespace: flux-system}
spec:
  eventSources: [{kind: Kustomization, name: nowhere}, {kind: HelmRelease, name: '*'}]
";
        let fixture = apps("  sourceRef: {kind: GitRepository, name: flux-system}\n");
        check("dangling-reference", &(fixture + alert)).finds_one(
            Severity::Warning,
            "there is no Kustomization `nowhere` in this repository",
        );
    }

    #[test]
    fn values_may_be_made_in_the_cluster() {
        let values = |optional: &str| {
            let from = format!("{{kind: ConfigMap, name: settings{optional}}}");
            apps(&format!(
                "  sourceRef: {{kind: GitRepository, name: flux-system}}\n  postBuild: {{substituteFrom: [{from}]}}\n"
            ))
        };
        check("dangling-reference", &values(""))
            .finds_one(Severity::Hint, "no ConfigMap `settings` in this repository");
        check("dangling-reference", &values(", optional: true")).finds(0);
    }

    #[test]
    fn credentials_and_health_checks_are_not_looked_for() {
        check(
            "dangling-reference",
            &apps(
                "  sourceRef: {kind: GitRepository, name: flux-system}
  serviceAccountName: nobody
  decryption: {provider: sops, secretRef: {name: nothing}}
  healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web}]
",
            ),
        )
        .finds(0);
    }

    #[test]
    fn a_patch_is_known_to_a_build_only() {
        check(
            "dangling-reference",
            &apps(
                "  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
  - patch: |
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: {name: all}
      spec: {chartRef: {kind: OCIRepository, name: nowhere}}
",
            ),
        )
        .finds(0);
    }
}
