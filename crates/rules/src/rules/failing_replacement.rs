use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A replacement without its source or target.
pub static FAILING_REPLACEMENT: Rule = Rule {
    id: "failing-replacement",
    severity: Severity::Error,
    summary: "a replacement finds no source, several, or not the field to set",
    explanation: "\
The source must select one object that has the field; a target's field must be there unless `options.create` is set. \
kustomize names neither the file nor the entry: `nothing selected by`, `unable to find field`.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
replacements:
  - source: {kind: Secret, name: web, fieldPath: data.a}
    targets:
      - select: {kind: ConfigMap}
        fieldPaths: [data.a]
//- web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  a: b
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &FAILING_REPLACEMENT, findings);
}
