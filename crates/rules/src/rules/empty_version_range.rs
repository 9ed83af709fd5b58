use infragen_constraint::{Comparator, Constraint, Flux, Operator, Precision};
use infragen_flux::VersionField;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, version_fields};

/// A range that takes nothing, or next to nothing.
pub static EMPTY_VERSION_RANGE: Rule = Rule {
    id: "empty-version-range",
    severity: Severity::Error,
    summary: "a version range takes no version, or only 0.0.0",
    explanation: "\
A version must satisfy every comparator of a group: `>2 <1` takes nothing, and Flux says `no match found for semver`. \
Alternatives stand apart by `||`.

Behind `^` and `<=` a lone wildcard is 0.0.0: `^*` takes 0.0.0 only, and `<=*` what begins with 0.0. That is a \
*warning*, as is an alternative that takes nothing beside others that do, and what a patch above may write. Everything \
is `*`, and with prereleases `>=0.0.0-0`.",
    example: "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: oci://ghcr.io/acme/fleet
  ref:
    semver: \">=2.0.0 <1.0.0\"
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef:
    kind: OCIRepository
    name: flux-system
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for fields in version_fields(context) {
        let Some((range, constraint)) = fields.constraint() else {
            continue;
        };
        if constraint.is_empty() {
            findings.push(nothing(&fields, range));
            continue;
        }
        for (number, group) in constraint.groups.iter().enumerate() {
            if constraint.is_group_empty(number) {
                let first = group
                    .comparators
                    .first()
                    .map_or(0, |first| first.range.start);
                let last = group.comparators.last().map_or(0, |last| last.range.end);
                findings.push(
                    EMPTY_VERSION_RANGE
                        .finding(
                            fields.place(range, &(first..last)),
                            "no version fits this alternative",
                        )
                        .severity(Severity::Warning),
                );
            } else {
                let comparators = group.comparators.iter();
                findings.extend(
                    comparators.filter_map(|one| wildcard(&fields, range, &constraint, one)),
                );
            }
        }
    }
}

fn nothing(fields: &VersionFields<'_>, range: &VersionField) -> Finding {
    let empty = |flux: &Flux| {
        Constraint::parse(&range.value.value, *flux).is_ok_and(|range| range.is_empty())
    };
    let severity = if Flux::ALL.iter().all(empty) {
        fields.severity()
    } else {
        Severity::Warning
    };
    EMPTY_VERSION_RANGE
        .finding(
            range.value.range,
            format!("no version fits `{}`", range.value.value),
        )
        .severity(severity)
        .help("a version must fit all that is not apart by `||`")
}

/// `^*` and the like.
fn wildcard(
    fields: &VersionFields<'_>,
    range: &VersionField,
    constraint: &Constraint,
    comparator: &Comparator,
) -> Option<Finding> {
    let takes = match (comparator.operator, comparator.precision) {
        (Operator::Caret, Precision::Any) => "0.0.0 only",
        (Operator::LessEqual, Precision::Any) => "0.0.x only",
        _ => return None,
    };
    let written = constraint.written(comparator);
    let bare = written.trim_start_matches(['^', '<', '=', ' ']);
    let new = format!(
        "{}{bare}{}",
        &range.value.value[..comparator.range.start],
        &range.value.value[comparator.range.end..]
    );
    let place = fields.place(range, &comparator.range);
    let fix = fields.rewrite(format!("take every version: `{bare}`"), range, &new);
    Some(
        EMPTY_VERSION_RANGE
            .finding(place, format!("`{written}` takes {takes}"))
            .severity(Severity::Warning)
            .help(format!("`{bare}` takes everything"))
            .fix(fix),
    )
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "empty-version-range";

    fn policy(range: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/app.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {{name: app, namespace: apps}}
spec:
  imageRepositoryRef: {{name: app}}
  policy:
    semver:
      range: '{range}'
"
        )
    }

    #[test]
    fn nothing_fits() {
        check(RULE, &policy(">2 <1")).finds_one(Severity::Error, "no version fits `>2 <1`");
        check(RULE, &policy("^1 || >2 <1"))
            .finds_one(Severity::Warning, "no version fits this alternative")
            .at(&["clusters/production/app.yaml: >2 <1"]);
        // Flux 2.6 takes no prerelease here, and later releases do.
        check(RULE, &policy(">=1.0.0-0 <1.0.0")).finds(0);
    }

    #[test]
    fn a_wildcard_is_zero() {
        check(RULE, &policy("^* || ^1"))
            .finds_one(Severity::Warning, "`^*` takes 0.0.0 only")
            .fixed("      range: '* || ^1'\n");
        check(RULE, &policy("<= x")).finds_one(Severity::Warning, "`<= x` takes 0.0.x only");
    }

    #[test]
    fn something_fits() {
        for range in ["*", "^0.0.0", ">=0.0.0-0", "~*", "!=*", "^1 <1.5"] {
            check(RULE, &policy(range)).finds(0);
        }
    }
}
