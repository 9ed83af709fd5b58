use infragen_workspace::{Found, importers};

use crate::above::Reach;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A key that its mapping already has.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    summary: "a key stands twice in one mapping",
    explanation: "\
In a manifest kustomize refuses it: `mapping key \"x\" already defined`. That is an *error* where a \
kustomization file takes the manifest in or a cluster of this repository applies it.

In a kustomization file it is a *warning*, and yet worse: the build goes on with the last one, and what \
the first `resources:` lists is left out without a word.",
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
            finding
                .severity(Severity::Warning)
                .help("only this one counts; the first one is ignored")
        } else {
            let built = is_listed(context) || context.above().reach == Reach::Applied;
            finding
                .severity(if built {
                    Severity::Error
                } else {
                    Severity::Warning
                })
                .help("take one of them out: kustomize refuses the file")
        });
    }
}

/// Whether a kustomization file takes the file in.
fn is_listed(context: &Context<'_>) -> bool {
    let importers = importers(context.db, context.root, Found::File(context.file));
    importers.iter().any(|import| import.field.includes())
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
        .finds_one(Severity::Warning, "the key `resources` is there twice")
        .helps("only this one counts; the first one is ignored")
        .relates(&["kustomization.yaml [resources]: the first one is here"]);
    }

    #[test]
    fn a_manifest_that_is_built_is_refused() {
        let manifest =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: x\n  a: z\n";
        check(
            "duplicate-key",
            &format!("{CLUSTER}//- clusters/production/a.yaml\n{manifest}"),
        )
        .finds_one(Severity::Error, "the key `a` is there twice");
        let listed = format!("//- kustomization.yaml\nresources: [a.yaml]\n//- a.yaml\n{manifest}");
        check("duplicate-key", &listed).finds_one(Severity::Error, "the key `a` is there twice");
        check("duplicate-key", &format!("//- a.yaml\n{manifest}"))
            .finds_one(Severity::Warning, "the key `a` is there twice");
    }

    #[test]
    fn what_is_no_manifest_is_left_alone() {
        check("duplicate-key", "//- values.yaml\na: 1\na: 2\nkind: x\n").finds(0);
    }
}
