use infragen_workspace::is_patch_file;

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
