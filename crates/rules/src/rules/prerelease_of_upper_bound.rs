use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::version_fields;

/// An upper end that lets prereleases of itself in.
pub static PRERELEASE_OF_UPPER_BOUND: Rule = Rule {
    id: "prerelease-of-upper-bound",
    severity: Severity::Warning,
    summary: "a range with prereleases takes those of the version that ends it",
    explanation: "\
`>=1.0.0-0 <2.0.0` takes `2.0.0-rc.1` too: one prerelease in a group asks for all of them since Flux 2.7, and \
`2.0.0-rc.1` comes before `2.0.0`. So the release candidate of the next major version is deployed where only 1.x is \
meant. `<2.0.0-0` ends the range before all of them, for every release of Flux.",
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
    semver: \">=1.0.0-0 <2.0.0\"
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for fields in version_fields(context) {
        let Some((range, constraint)) = fields.constraint() else {
            continue;
        };
        for (end, closed) in constraint.open_ends() {
            let written = constraint.written(end);
            let message = format!(
                "`{written}` takes prereleases of {0} too, such as {0}-rc.1",
                end.version
            );
            let fix = fields.rewrite(format!("end it before them: `{closed}`"), range, &closed);
            findings.push(
                PRERELEASE_OF_UPPER_BOUND
                    .finding(fields.place(range, &end.range), message)
                    .help(format!("`{written}-0` takes none of them"))
                    .fix(fix),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    fn git(range: &str) -> String {
        format!(
            "//- app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: app}}
spec:
  ref:
    semver: '{range}'
"
        )
    }

    #[test]
    fn an_end_is_moved_before_its_prereleases() {
        check("prerelease-of-upper-bound", &git(">=1.0.0-0 <2.0.0 || ^3"))
            .finds_one(
                Severity::Warning,
                "`<2.0.0` takes prereleases of 2.0.0 too, such as 2.0.0-rc.1",
            )
            .at(&["app.yaml: <2.0.0"])
            .helps("`<2.0.0-0` takes none of them")
            .fixed("    semver: '>=1.0.0-0 <2.0.0-0 || ^3'\n");
    }

    #[test]
    fn others_are_right() {
        for range in [
            ">=1.0.0 <2.0.0",
            ">=1.0.0-0 <2.0.0-0",
            "^1-0",
            ">=2.0.0-0 <2.0.0",
        ] {
            check("prerelease-of-upper-bound", &git(range)).finds(0);
        }
    }
}
