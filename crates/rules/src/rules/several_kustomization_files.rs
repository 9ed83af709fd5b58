use infragen_workspace::kustomization_file;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A directory with more than one kustomization file.
pub static SEVERAL_KUSTOMIZATION_FILES: Rule = Rule {
    id: "several-kustomization-files",
    severity: Severity::Error,
    summary: "a directory has more than one kustomization file",
    explanation: "\
kustomize refuses to choose between `kustomization.yaml`, `kustomization.yml` and `Kustomization`: \
`Found multiple kustomization files`. Keep one.",
    example: "\
//- kustomization.yaml
resources: []
//- kustomization.yml
resources: []
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.file.is_kustomization_file(context.db) {
        return;
    }
    let Some(first) = kustomization_file(context.db, context.directory()) else {
        return;
    };
    if first != context.file && first.exists(context.db) {
        let message = format!("this directory has a `{}` too", first.name(context.db));
        let finding = SEVERAL_KUSTOMIZATION_FILES
            .finding(context.first_line(context.file), message)
            .help("keep one of them: kustomize refuses to choose")
            .relate(first, context.first_line(first), "the other one is here");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn all_but_the_first_are_told() {
        check(
            "several-kustomization-files",
            "//- a/kustomization.yaml\nresources: []\n//- a/Kustomization\nnamespace: x\n//- b/kustomization.yml\nresources: []\n",
        )
        .at(&["a/Kustomization: namespace: x"])
        .says("this directory has a `kustomization.yaml` too")
        .relates(&["a/kustomization.yaml [resources: []]: the other one is here"]);
    }
}
