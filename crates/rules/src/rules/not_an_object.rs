use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A resource that is no Kubernetes object.
pub static NOT_AN_OBJECT: Rule = Rule {
    id: "not-an-object",
    severity: Severity::Error,
    summary: "a file among `resources` holds something that is no Kubernetes object",
    explanation: "\
Every document of a resource file needs `kind` and `metadata.name`: kustomize refuses the whole build with `missing \
metadata.name in object`. Values of a Helm chart, settings of a tool and fragments do not belong under `resources`.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
//- web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  labels: {app: web}
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &NOT_AN_OBJECT, findings);
}
