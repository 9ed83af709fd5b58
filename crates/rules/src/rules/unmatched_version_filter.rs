use infragen_constraint::{Constraint, Flux};
use infragen_workspace::Db;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, version_fields};
use crate::version_filter::version_filter;

/// A filter that leaves nothing to choose from.
pub static UNMATCHED_VERSION_FILTER: Rule = Rule {
    id: "unmatched-version-filter",
    severity: Severity::Error,
    summary: "no version can pass the filter and be in the range",
    explanation: "\
`semverFilter` keeps the tags that it matches, anywhere in the tag, and the range then chooses among those that are \
versions. A filter such as `^main-` keeps none of them. One such as `-rc` keeps prereleases only, and a range without \
a prerelease in it (`>=1.0.0`) takes none: write `>=1.0.0-0`.

It is a *warning* where a patch above may write the field, and where no cluster of this repository applies the file.",
    example: "\
//- clusters/staging/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: oci://ghcr.io/acme/fleet
  ref:
    semver: \">=1.0.0\"
    semverFilter: .*-staging-.*
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./clusters/staging
  sourceRef:
    kind: OCIRepository
    name: flux-system
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let db = context.db;
    findings.extend(version_fields(context).filter_map(|fields| unmatched(db, &fields)));
}

fn unmatched(db: &dyn Db, fields: &VersionFields<'_>) -> Option<Finding> {
    let filter = fields.filter()?;
    let reach = version_filter(db, filter.value.value.clone(), fields.facts.helm).reach?;
    if reach.releases {
        return None;
    }
    if !reach.prereleases {
        let severity = match fields.range() {
            Some(_) => fields.severity(),
            None => Severity::Warning,
        };
        return Some(
            UNMATCHED_VERSION_FILTER
                .finding(filter.value.range, "no version can match this filter")
                .severity(severity)
                .help("a version is `1.2.3` or `1.2.3-rc.1`, perhaps behind a `v`"),
        );
    }
    let (range, constraint) = fields.constraint()?;
    if constraint.takes_prereleases() || constraint.is_empty() {
        return None;
    }
    let takes_none = |flux: &Flux| {
        Constraint::parse(&range.value.value, *flux).is_ok_and(|range| !range.takes_prereleases())
    };
    let severity = if Flux::ALL.iter().all(takes_none) {
        fields.severity()
    } else {
        Severity::Warning
    };
    let text = &range.value.value;
    let wider = constraint.with_prereleases();
    let fix = wider
        .as_ref()
        .and_then(|wider| fields.rewrite(format!("take prereleases too: `{wider}`"), range, wider));
    let message = format!("the filter keeps prereleases only, and `{text}` takes none");
    let finding = UNMATCHED_VERSION_FILTER
        .finding(range.value.range, message)
        .severity(severity);
    Some(match wider {
        Some(wider) => finding.help(format!("`{wider}` takes them")).fix(fix),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "unmatched-version-filter";

    fn oci(reference: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/app.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: app, namespace: apps}}
spec:
  interval: 1m
  url: oci://ghcr.io/acme/app
  ref:
    {reference}
"
        )
    }

    #[test]
    fn no_version_matches() {
        check(RULE, &oci("{semver: '*', semverFilter: '^main-'}"))
            .finds_one(Severity::Error, "no version can match this filter");
        check(RULE, &oci("{semverFilter: '^main-'}"))
            .finds_one(Severity::Warning, "no version can match this filter");
    }

    #[test]
    fn prereleases_only_and_none_is_taken() {
        check(RULE, &oci("{semver: '>=1.0.0', semverFilter: -rc}"))
            .finds_one(
                Severity::Error,
                "the filter keeps prereleases only, and `>=1.0.0` takes none",
            )
            .helps("`>=1.0.0-0` takes them")
            .fixed("    {semver: '>=1.0.0-0', semverFilter: -rc}\n");
        // Releases before 2.7 let prereleases through here.
        check(RULE, &oci("{semver: '!=1.0.0', semverFilter: -rc}")).finds_one(
            Severity::Warning,
            "the filter keeps prereleases only, and `!=1.0.0` takes none",
        );
    }

    #[test]
    fn something_passes() {
        for reference in [
            "{semver: '>=1.0.0-0', semverFilter: -rc}",
            "{semver: '>=1.0.0', semverFilter: '^v1'}",
            "{semver: '>=1.0.0', semverFilter: '^[^-]*$'}",
            "{semver: '${RANGE}', semverFilter: -rc}",
            "{semver: '>=1.0.0', semverFilter: '-${ENV}-'}",
            "{semver: '>=1.0.0', semverFilter: '('}",
            // That is said of the range alone.
            "{semver: '>2 <1', semverFilter: -rc}",
        ] {
            check(RULE, &oci(reference)).finds(0);
        }
    }

    #[test]
    fn metadata_of_charts_may_hold_anything() {
        let chart = oci("{semver: '>=1.0.0', semverFilter: -rc}").replace(
            "  interval: 1m\n  url: oci",
            "  interval: 1m\n  layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip}\n  url: oci",
        );
        check(RULE, &chart).finds(0);
    }
}
