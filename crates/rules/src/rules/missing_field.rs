use infragen_workspace::{environments_around, is_patch_file, without_namespace};

use crate::above::Reach;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// An object without a field that it must have.
pub static MISSING_FIELD: Rule = Rule {
    id: "missing-field",
    severity: Severity::Warning,
    summary: "a Flux object lacks a field that the API server requires",
    explanation: "\
`prune` of a Kustomization has no default, nor has `interval` or `sourceRef`: the API server refuses the \
object, and with it everything that Flux applies in the same step.

`metadata.namespace` may come from a kustomization file or from `targetNamespace`; where the build of an environment \
ends without one, the API server refuses the object too: `namespace not specified`.

Parents often patch such fields into their children. Where anything above has patches, components or \
substitutions, nothing is reported, nor in files that no cluster of this repository applies.",
    example: "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: ssh://git@example.com/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./clusters/production
  sourceRef:
    kind: GitRepository
    name: flux-system
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for object in &context.facts.objects {
        if object.missing.is_empty() || is_patch_file(context.db, context.file) {
            continue;
        }
        let above = context.above();
        if above.reach != Reach::Applied || above.rewrites(context.db) {
            continue;
        }
        let fields: Vec<_> = object
            .missing
            .iter()
            .map(|field| format!("`spec.{field}`"))
            .collect();
        let message = format!("this {} has no {}", object.kind, fields.join(" and no "));
        let finding = MISSING_FIELD
            .finding(object.kind_range, message)
            .help("the API server refuses the object without it");
        findings.push(finding);
    }
    let several = environments_around(context.db, context.root).len() > 1;
    for (number, environments) in without_namespace(context.db, context.file).iter() {
        let Some(object) = context.facts.objects.get(*number as usize) else {
            continue;
        };
        let place = match several {
            true => format!(" in {}", environments.join(", ")),
            false => String::new(),
        };
        let message = format!("this {} gets no namespace{place}", object.kind);
        findings.push(
            MISSING_FIELD
                .finding(object.kind_range, message)
                .help("write `metadata.namespace`, or `namespace` in a kustomization file above"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const APPS: &str = "\
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./clusters
  sourceRef: {kind: GitRepository, name: flux-system}
";

    #[test]
    fn required_fields_are_told_together() {
        check("missing-field", &format!("{CLUSTER}{APPS}")).finds_one(
            Severity::Warning,
            "this Kustomization has no `spec.interval` and no `spec.prune`",
        );
    }

    #[test]
    fn a_namespace_comes_from_somewhere() {
        let apps = APPS
            .replace(", namespace: flux-system}", "}")
            .replacen("spec:\n", "spec:\n  interval: 1m\n  prune: true\n", 1)
            .replace("path: ./clusters", "path: ./apps");
        let bare = format!("{CLUSTER}{apps}");
        check("missing-field", &bare)
            .finds_one(Severity::Warning, "this Kustomization gets no namespace")
            .at(&["clusters/production/apps.yaml: Kustomization"]);
        let layer = "//- clusters/production/kustomization.yaml\nnamespace: flux-system\nresources: [apps.yaml]\n";
        check("missing-field", &format!("{bare}{layer}")).finds(0);
        let target = "path: ./clusters/production\n  targetNamespace: apps";
        check(
            "missing-field",
            &bare.replacen("path: ./clusters/production", target, 1),
        )
        .finds(0);
    }

    #[test]
    fn a_patch_above_may_set_them() {
        let patched = format!(
            "{CLUSTER}{APPS}//- clusters/production/kustomization.yaml
resources: [apps.yaml]
patches: [{{path: defaults.yaml, target: {{kind: Kustomization}}}}]
//- clusters/production/defaults.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: all}}
spec: {{interval: 1m, prune: true}}
"
        );
        check("missing-field", &patched).finds(0);
    }

    #[test]
    fn what_no_cluster_applies_is_left_alone() {
        check(
            "missing-field",
            &APPS.replace("clusters/production", "archive"),
        )
        .finds(0);
    }
}
