use infragen_kustomize::FileKind;
use infragen_syntax::nearest;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A kustomization file of a version or kind that kustomize does not have.
pub static WRONG_KUSTOMIZATION_TYPE: Rule = Rule {
    id: "wrong-kustomization-type",
    severity: Severity::Error,
    summary: "the `apiVersion` or `kind` of a kustomization file is none of kustomize's",
    explanation: "\
kustomize has two kinds, and one version of each: `Kustomization` of `kustomize.config.k8s.io/v1beta1`, \
and `Component` of `kustomize.config.k8s.io/v1alpha1`. It refuses anything else, but a Kustomization may \
leave both out.",
    example: "\
//- kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Component
patches:
  - path: patch.yaml
//- patch.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    let (version, kind) = &kustomization.written_type;
    if let Some(kind) = kind
        .as_ref()
        .filter(|kind| !KINDS.contains(&kind.value.as_str()))
    {
        let finding = WRONG_KUSTOMIZATION_TYPE
            .finding(
                kind.range,
                format!("kustomize has no kind `{}`", kind.value),
            )
            .help("it is `Kustomization` or `Component`");
        findings.push(match nearest(&kind.value, KINDS) {
            Some(near) => finding.fix(context.rewrite(kind.range, near)),
            None => finding,
        });
        return;
    }
    let (name, right) = match kustomization.kind {
        FileKind::Kustomization => ("Kustomization", "kustomize.config.k8s.io/v1beta1"),
        FileKind::Component => ("Component", "kustomize.config.k8s.io/v1alpha1"),
    };
    if let Some(version) = version.as_ref().filter(|version| version.value != right) {
        let finding = WRONG_KUSTOMIZATION_TYPE
            .finding(version.range, format!("a {name} has the version `{right}`"))
            .fix(context.rewrite(version.range, right));
        findings.push(if kind.is_none() {
            finding.help("or it lacks `kind: Component`")
        } else {
            finding
        });
    }
}

const KINDS: [&str; 2] = ["Kustomization", "Component"];

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    fn file(text: &str) -> String {
        format!("//- kustomization.yaml\n{text}resources: []\n")
    }

    #[test]
    fn each_kind_has_its_version() {
        check(
            "wrong-kustomization-type",
            &file("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\n"),
        )
        .finds_one(
            Severity::Error,
            "a Component has the version `kustomize.config.k8s.io/v1alpha1`",
        )
        .fixed("apiVersion: kustomize.config.k8s.io/v1alpha1\n");
        check(
            "wrong-kustomization-type",
            &file("apiVersion: kustomize.config.k8s.io/v1\n"),
        )
        .finds_one(
            Severity::Error,
            "a Kustomization has the version `kustomize.config.k8s.io/v1beta1`",
        )
        .helps("or it lacks `kind: Component`");
    }

    #[test]
    fn other_kinds_are_refused() {
        check("wrong-kustomization-type", &file("kind: kustomization\n"))
            .finds_one(Severity::Error, "kustomize has no kind `kustomization`")
            .fixed("kind: Kustomization\n");
    }

    #[test]
    fn both_may_be_left_out() {
        for text in [
            "",
            "kind: Kustomization\n",
            "apiVersion: kustomize.config.k8s.io/v1beta1\n",
            "kind: Component\n",
        ] {
            check("wrong-kustomization-type", &file(text)).finds(0);
        }
    }
}
