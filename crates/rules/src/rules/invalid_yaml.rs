use infragen_syntax::SyntaxError;
use infragen_workspace::{Found, importers};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A manifest or kustomization file that is not YAML.
pub static INVALID_YAML: Rule = Rule {
    id: "invalid-yaml",
    severity: Severity::Error,
    summary: "a manifest or kustomization file is not valid YAML",
    explanation: "\
kustomize and Flux read a file as a whole: one broken line fails the build of every Kustomization that \
takes the file in, with all other objects in it.

Only files that plainly are manifests (with `apiVersion:` and `kind:`) or kustomization files are looked \
at, and files of which nothing can be read. Templates of Helm charts, and files whose lines begin with `{{`, `{%` or `<%`, are left alone: they become \
YAML later.",
    example: "\
//- settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  hosts: [a, b
  port: \"80\"
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.facts.broken {
        return;
    }
    let tree = context.tree();
    if let ("", [error]) = (tree.text(), tree.errors()) {
        unreadable(context, error, findings);
        return;
    }
    if !is_manifest(context, tree.text()) || is_template(tree.text()) {
        return;
    }
    for SyntaxError {
        range,
        message,
        help,
        is_limit,
    } in tree.errors()
    {
        let finding = Finding {
            help: help.clone(),
            ..INVALID_YAML.finding(*range, message.clone())
        };
        findings.push(match is_limit {
            true => finding.severity(Severity::Warning),
            false => finding,
        });
    }
}

/// A file of which nothing can be read. What it holds is not known, so it is an error only where a build
/// certainly takes it in, and fails.
fn unreadable(context: &Context<'_>, error: &SyntaxError, findings: &mut Vec<Finding>) {
    let listed = importers(context.db, context.root, Found::File(context.file));
    let built = context.file.is_kustomization_file(context.db)
        || listed
            .iter()
            .any(|import| import.field.includes() || import.field.patches());
    let severity = match built && !error.is_limit {
        true => Severity::Error,
        false => Severity::Warning,
    };
    findings.push(Finding {
        help: error.help.clone(),
        ..INVALID_YAML
            .finding(error.range, error.message.clone())
            .severity(severity)
    });
}

/// Whether a text plainly is meant as a manifest, although it cannot be read.
fn is_manifest(context: &Context<'_>, text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    context.file.is_kustomization_file(context.db) || has("apiVersion:") && has("kind:")
}

/// Whether a text becomes YAML only when something renders it: a placeholder stands where YAML has
/// structure. In the middle of a text, as in an alert's annotation, it means nothing.
fn is_template(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches("- ");
        line.starts_with("{{")
            || line.starts_with("{%")
            || line.starts_with("<%")
            || line.contains(": {{")
            || line.contains(": {%")
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn tells_the_place() {
        check(
            "invalid-yaml",
            "\
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a
data:
  a: b
",
        )
        .finds(1);
    }

    #[test]
    fn a_broken_kustomization_file_counts_without_a_kind() {
        check(
            "invalid-yaml",
            "//- kustomization.yaml\nresources: [a.yaml\n",
        )
        .finds(1);
    }

    #[test]
    fn what_is_no_manifest_is_left_alone() {
        check("invalid-yaml", "//- values.yaml\nkind: [a\n").finds(0);
    }

    #[test]
    fn templates_are_left_alone() {
        check(
            "invalid-yaml",
            "\
//- jinja.yaml
apiVersion: v1
kind: ConfigMap
{% if x %}
metadata: {name: a
{% endif %}
//- chart/Chart.yaml
name: chart
//- chart/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: [
//- value.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ name }}
",
        )
        .finds(0);
    }

    #[test]
    fn a_placeholder_inside_a_text_does_not_make_a_template() {
        check(
            "invalid-yaml",
            "\
//- rule.yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: a
spec:
  summary: disk of {{ $labels.node }} is full
",
        )
        .finds(1);
    }
}
