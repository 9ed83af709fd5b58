use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A selector that cannot be read.
pub static INVALID_SELECTOR: Rule = Rule {
    id: "invalid-selector",
    severity: Severity::Error,
    summary: "a target or label selector cannot be read",
    explanation: "\
`group`, `version`, `kind`, `name` and `namespace` of a target are regular expressions that must match the whole text; \
`*` alone is none: leave the field out, or write `.*`. `labelSelector` and `annotationSelector` are selectors as \
Kubernetes knows them.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
patches:
  - target: {kind: \"*\"}
    patch: |
      - op: add
        path: /metadata/labels
        value: {}
//- web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &INVALID_SELECTOR, findings);
}
