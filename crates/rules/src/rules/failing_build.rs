use crate::builds::find;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// Whatever else makes a build fail.
pub static FAILING_BUILD: Rule = Rule {
    id: "failing-build",
    severity: Severity::Error,
    summary: "something else makes the build fail",
    explanation: "\
A transformer meets a value of another shape than it expects, a reference fits several objects, a `vars` entry means \
nothing, a file of `configurations`, `crds` or `openapi` cannot be used: kustomize gives nothing in all these cases.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
vars:
  - name: HOST
    objref: {apiVersion: v1, kind: Service, name: web}
//- web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    find(context, &FAILING_BUILD, findings);
}
