use crate::above::Reach;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A key that its mapping already has.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    summary: "a key stands twice in one mapping",
    explanation: "\
In a manifest kustomize refuses it: `mapping key \"x\" already defined`. In a kustomization file it is \
worse: the last one counts, and what the first `resources:` lists is left out without a word.

In a manifest that no cluster of this repository applies it is a *warning*.",
    example: "\
//- kustomization.yaml
resources:
  - a.yaml
namespace: web
resources:
  - b.yaml
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
//- b.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for repeated in &context.facts.repeated {
        let key = &repeated.key.value;
        let finding = DUPLICATE_KEY
            .finding(
                repeated.key.range,
                format!("the key `{key}` is there twice"),
            )
            .relate(context.file, repeated.first, "the first one is here");
        findings.push(if context.facts.kustomization.is_some() {
            finding.help("only this one counts; the first one is ignored")
        } else {
            let applied = context.above().reach == Reach::Applied;
            finding
                .severity(if applied {
                    Severity::Error
                } else {
                    Severity::Warning
                })
                .help("take one of them out: kustomize refuses the file")
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    #[test]
    fn a_kustomization_file_ignores_the_first() {
        check(
            "duplicate-key",
            "//- kustomization.yaml\nresources: [a]\nresources: [b]\n//- a\n//- b\n",
        )
        .finds_one(Severity::Error, "the key `resources` is there twice")
        .helps("only this one counts; the first one is ignored")
        .relates(&["kustomization.yaml [resources]: the first one is here"]);
    }

    #[test]
    fn a_manifest_that_is_applied_is_refused() {
        let manifest =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: x\n  a: z\n";
        check(
            "duplicate-key",
            &format!("{CLUSTER}//- clusters/production/a.yaml\n{manifest}"),
        )
        .finds_one(Severity::Error, "the key `a` is there twice");
        check("duplicate-key", &format!("//- a.yaml\n{manifest}"))
            .finds_one(Severity::Warning, "the key `a` is there twice");
    }

    #[test]
    fn what_is_no_manifest_is_left_alone() {
        check("duplicate-key", "//- values.yaml\na: 1\na: 2\nkind: x\n").finds(0);
    }
}
