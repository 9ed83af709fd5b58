use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A patch that is neither of the two kinds.
pub static UNREADABLE_PATCH: Rule = Rule {
    id: "unreadable-patch",
    severity: Severity::Error,
    summary: "a patch is neither a strategic merge patch nor a list of operations",
    explanation: "\
A strategic merge patch is an object with `apiVersion`, `kind` and `metadata.name`, also where a `target` says what it \
is for; a JSON patch is a list of operations and needs a `target`. kustomize tries both and says `unable to parse SM or \
JSON patch`, followed by the whole text.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
patches:
  - target: {kind: ConfigMap}
    patch: |
      data:
        a: b
//- web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &UNREADABLE_PATCH, findings);
}
