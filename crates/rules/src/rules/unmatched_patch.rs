use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A patch whose object is not in the build.
pub static UNMATCHED_PATCH: Rule = Rule {
    id: "unmatched-patch",
    severity: Severity::Error,
    summary: "a patch without `target` finds no object, or more than one",
    explanation: "\
A strategic merge patch without a `target` is for the one object with its API version, kind, name and namespace, as \
they are before this layer changes them: `no matches for Id`. The usual reasons are an old API version in the patch, and \
a namespace that this layer's own `namespace` gives only afterwards.\n\n\
Where a part of the build is not known here (a remote base, say) nothing is reported.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
patches:
  - patch: |
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: wbe
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
    find(context, &UNMATCHED_PATCH, findings);
}
