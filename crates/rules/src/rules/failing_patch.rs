use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A patch that cannot be applied to its object.
pub static FAILING_PATCH: Rule = Rule {
    id: "failing-patch",
    severity: Severity::Error,
    summary: "an operation of a patch does not fit the object",
    explanation: "\
`replace` and `remove` need what they name to be there, `add` needs what is around it; a `/` inside a key is written \
`~1`. kustomize names neither the patch nor the object: `replace operation does not apply: doc is missing path`.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
patches:
  - target: {kind: ConfigMap}
    patch: |
      - op: replace
        path: /data/port
        value: \"80\"
//- web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  host: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &FAILING_PATCH, findings);
}
