use infragen_kustomize::UnknownKey;
use infragen_syntax::{TextEdit, nearest};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A field that kustomize does not know.
pub static UNKNOWN_KUSTOMIZATION_FIELD: Rule = Rule {
    id: "unknown-kustomization-field",
    severity: Severity::Error,
    summary: "a kustomization file has a field that kustomize does not know",
    explanation: "\
kustomize refuses the file: `json: unknown field \"resource\"`, without a line. In the file at the path \
of a Flux Kustomization it is worse: Flux reads that one leniently and drops the field without a word, so \
what it lists is not applied, or is pruned.

Upper and lower case do not count: `Resources` is right.",
    example: "\
//- kustomization.yaml
resource:
  - deployment.yaml
//- deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    if context.facts.broken {
        return;
    }
    for unknown in &kustomization.unknown {
        findings.push(describe(context, unknown));
    }
}

fn describe(context: &Context<'_>, unknown: &UnknownKey) -> Finding {
    let (key, range) = (unknown.key.value.as_str(), unknown.key.range);
    let message = if unknown.within.is_empty() {
        format!("kustomize knows no field `{key}`")
    } else {
        format!("kustomize knows no field `{key}` in `{}`", unknown.within)
    };
    let finding = UNKNOWN_KUSTOMIZATION_FIELD.finding(range, message);
    if key == "apiVersion" && unknown.known.contains(&"version") {
        return finding.help("a target is chosen by `group` and `version`");
    }
    if key.contains("${") || key.contains("{{") {
        return finding.help("kustomization files are read before anything is substituted");
    }
    let near = unknown
        .known
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(&format!("{key}s")))
        .or_else(|| nearest(key, unknown.known.iter().copied()));
    let Some(near) = near else {
        return finding.help(format!("its fields are {}", unknown.known.join(", ")));
    };
    let finding = finding.help(format!("did you mean `{near}`?"));
    if has_beside(context, unknown, near) {
        return finding;
    }
    let edit = TextEdit {
        range,
        new_text: near.to_owned(),
    };
    finding.fix(Some(
        context.fix(format!("change `{key}` to `{near}`"), vec![edit]),
    ))
}

/// Whether the mapping of an unknown key has another key already.
fn has_beside(context: &Context<'_>, unknown: &UnknownKey, key: &str) -> bool {
    let tree = context.tree();
    let nodes = tree.nodes_at(unknown.key.range.start());
    let mapping = nodes.iter().rev().find(|node| node.is_mapping());
    mapping.is_some_and(|mapping| mapping.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    #[test]
    fn the_nearest_field_is_the_fix() {
        check(
            "unknown-kustomization-field",
            "//- kustomization.yaml\npatchs:\n- path: a.yaml\n",
        )
        .finds_one(Severity::Error, "kustomize knows no field `patchs`")
        .helps("did you mean `patches`?")
        .fixed("patches:\n");
        check(
            "unknown-kustomization-field",
            "//- kustomization.yaml\nresource: []\n",
        )
        .helps("did you mean `resources`?");
    }

    #[test]
    fn a_target_has_no_api_version() {
        check(
            "unknown-kustomization-field",
            "//- kustomization.yaml\npatches:\n- patch: x\n  target: {kind: A, apiVersion: v1}\n",
        )
        .finds_one(
            Severity::Error,
            "kustomize knows no field `apiVersion` in `patches[].target`",
        )
        .helps("a target is chosen by `group` and `version`");
    }

    #[test]
    fn a_field_that_is_there_already_is_no_fix() {
        let found = check(
            "unknown-kustomization-field",
            "//- kustomization.yaml\nresources: []\nresource: []\n",
        );
        found.helps("did you mean `resources`?").offers(0);
    }

    #[test]
    fn case_does_not_count_and_free_mappings_are_free() {
        check(
            "unknown-kustomization-field",
            "\
//- kustomization.yaml
Resources: []
commonAnnotations: {anything: x}
openapi: {whatever: x}
labels:
- pairs: {app: web}
configMapGenerator:
- name: a
  options: {labels: {x: z}}
---
second: document
",
        )
        .finds(0);
    }
}
