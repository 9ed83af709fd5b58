use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A field of a kustomization file with a value that kustomize cannot take.
pub static WRONG_TYPE: Rule = Rule {
    id: "wrong-type",
    severity: Severity::Error,
    summary: "a field of a kustomization file has a value that kustomize cannot take",
    explanation: "\
kustomize reads its file as JSON after YAML 1.1: `1.10` is a number, `y` and `on` are booleans, and a field that \
holds text takes neither. It fails with `cannot unmarshal number into Go struct field`, and names no line. Put such a \
value in quotes.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
images:
  - name: web
    newTag: 1.10
//- web.yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &WRONG_TYPE, findings);
}
