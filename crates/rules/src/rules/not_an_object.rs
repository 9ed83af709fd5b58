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
    // Where somebody names a kustomization file as a resource, that entry is what is wrong.
    if context.facts.kustomization.is_some() {
        return;
    }
    find(context, &NOT_AN_OBJECT, findings);
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn a_kustomization_file_among_resources_is_told_where_it_is_named() {
        let files = "//- kustomization.yaml
resources: [base/kustomization.yaml]
//- base/kustomization.yaml
resources: [web.yaml]
//- base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
";
        check("not-an-object", files).finds(0);
        check("kustomization-as-resource", files).finds(1);
        let values = files.replace("base/kustomization.yaml", "base/values.yaml");
        check("not-an-object", &values).finds(1);
    }
}
