use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::version_fields;

/// A number where a version must be text.
pub static VERSION_NOT_TEXT: Rule = Rule {
    id: "version-not-text",
    severity: Severity::Error,
    summary: "a version or range is a number or a boolean to Kubernetes",
    explanation: "\
Without quotes `1.10` is the number 1.1 and `1` is a number too, and the API server refuses both where a version is \
text. Put it in quotes.

It is a *warning* where a patch above may write the field, and where no cluster of this repository applies the file.",
    example: "\
//- app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: app
  namespace: apps
spec:
  interval: 5m
  url: oci://ghcr.io/acme/app
  ref:
    semver: 1.10
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for fields in version_fields(context) {
        for field in &fields.facts.fields {
            if field.type_name == "string" {
                continue;
            }
            let (key, text) = (field.key.value, &field.value.value);
            let what = match field.type_name {
                "boolean" => "a boolean",
                _ => "a number",
            };
            let message = format!("`{text}` is {what} here, and `{key}` takes text");
            let quoted = fields.rewrite("put it in quotes".to_owned(), field, text);
            findings.push(
                VERSION_NOT_TEXT
                    .finding(field.value.range, message)
                    .severity(fields.severity_of_object())
                    .help("put it in quotes: the API server refuses the object")
                    .fix(quoted),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn oci(reference: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: app, namespace: apps}}
spec: {{interval: 1m, url: oci://ghcr.io/acme/app}}
"
        )
        .replace("acme/app}", &format!("acme/app, ref: {{{reference}}}}}"))
    }

    #[test]
    fn a_number_is_put_in_quotes() {
        check("version-not-text", &oci("semver: 1.10"))
            .finds_one(
                Severity::Error,
                "`1.10` is a number here, and `semver` takes text",
            )
            .fixed("spec: {interval: 1m, url: oci://ghcr.io/acme/app, ref: {semver: \"1.10\"}}\n");
        check("version-not-text", &oci("tag: 7, semverFilter: on")).finds(2);
    }

    #[test]
    fn text_is_text() {
        for reference in [
            "semver: 1.2.3",
            "semver: '1'",
            "tag: v1",
            "tag: null",
            "semver: 1.x",
        ] {
            check("version-not-text", &oci(reference)).finds(0);
        }
    }
}
