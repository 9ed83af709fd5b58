use infragen_constraint::Constraint;
use infragen_workspace::{Outcome, PlacedVersion, readable};

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, in_environments, version_fields};

/// A range that takes none of the tags that there are.
pub static UNMATCHED_VERSION_RANGE: Rule = Rule {
    id: "unmatched-version-range",
    severity: Severity::Warning,
    summary: "no tag of the repository is in the range",
    explanation: "\
The registry was asked, and of the tags that the repository has none is in the range, or passes the filter. Flux says \
`no match found for semver`, and goes on with what it took before; a new cluster gets nothing.

Prereleases (`1.5.0-rc.1`) are taken only by a range that has one in it: `>=0.0.0-0` takes all of them. Where nothing \
is known of a registry, this rule is silent.",
    example: "\
//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
//- apps/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 5m
  url: oci://ghcr.io/acme/web
  ref:
    semver: 1.x
//- oci://ghcr.io/acme/web
v0.9.0
v1.0.0-rc.1
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(version_fields(context).filter_map(|fields| unmatched(context, &fields)));
}

fn unmatched(context: &Context<'_>, fields: &VersionFields<'_>) -> Option<Finding> {
    let range = fields.facts.range()?;
    let versions = fields.taken_by(range.key.value);
    let nothing: Vec<&PlacedVersion> = versions
        .iter()
        .filter(|version| version.picked.outcome == Outcome::NoMatch)
        .collect();
    let first = *nothing.first()?;
    let repository = first.repository.as_ref().ok()?;
    let environments = in_environments(&nothing, &versions);
    let finding = UNMATCHED_VERSION_RANGE.finding(
        range.value.range,
        format!("no tag of `{repository}` is in this range{environments}"),
    );
    let newest = first.picked.passed_over();
    let help = match newest.map(|tag| (tag, first.picked.why_passed_over())) {
        Some((tag, Some(reason))) => format!("the newest one, `{tag}`, is not taken: {reason}"),
        _ => "the repository has no tag that is a version".to_owned(),
    };
    Some(finding.help(help).fix(widened(context, fields, first)))
}

/// A fix that takes prereleases, where that takes something.
fn widened(
    context: &Context<'_>,
    fields: &VersionFields<'_>,
    version: &PlacedVersion,
) -> Option<Fix> {
    let (range, constraint) = fields.constraint()?;
    let wider = constraint.with_prereleases()?;
    let repository = version.repository.as_ref().ok()?;
    let tags = readable(context.db, repository, &version.pull.rule, version.flux)?;
    let taken = tags.taken(&Constraint::parse(&wider, version.flux).ok()?)?;
    let title = format!("take prereleases too: `{wider}` takes `{taken}`");
    fields.rewrite(title, range, &wider)
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    const FLEET: &str = "\
//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}
//- clusters/staging/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./overlay, sourceRef: {kind: GitRepository, name: flux-system}}
//- overlay/kustomization.yaml
resources: [../apps]
patches: [{path: patch.yaml}]
//- apps/kustomization.yaml
resources: [web.yaml]
";

    const RULE: &str = "unmatched-version-range";

    fn fleet(base: &str, patch: &str, tags: &str) -> String {
        let object = |reference: &str| {
            format!(
                "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
spec:
  url: oci://ghcr.io/acme/web
  ref:
    {reference}
"
            )
        };
        let (base, patch) = (object(base), object(patch));
        format!("{FLEET}//- apps/web.yaml\n{base}//- overlay/patch.yaml\n{patch}{tags}")
    }

    const TAGS: &str = "//- oci://ghcr.io/acme/web\n1.4.2\n1.5.0-staging-7\n";

    #[test]
    fn the_range_of_each_environment_is_its_own() {
        let both = fleet("semver: ^1", "semver: ^2", TAGS);
        check(RULE, &both)
            .finds_one(
                Severity::Warning,
                "no tag of `ghcr.io/acme/web` is in this range",
            )
            .at(&["overlay/patch.yaml: ^2"])
            .helps("the newest one, `1.5.0-staging-7`, is not taken: below the range: too old for `^2`")
            .offers(0);
        let shared = fleet("semver: ^2", "semverFilter: 1", TAGS);
        check(RULE, &shared).finds_one(
            Severity::Warning,
            "no tag of `ghcr.io/acme/web` is in this range in production, staging",
        );
    }

    #[test]
    fn prereleases_are_taken_where_that_helps() {
        let filtered = fleet(
            "semver: ^1",
            "{semver: '>=1.0.0', semverFilter: staging}",
            TAGS,
        );
        check(RULE, &filtered)
            .at(&["overlay/patch.yaml: >=1.0.0"])
            .fixed("    {semver: '>=1.0.0-0', semverFilter: staging}\n");
    }

    #[test]
    fn nothing_is_said_where_nothing_is_known_or_all_is_well() {
        check(RULE, &fleet("semver: ^1", "semver: ^2", "")).finds(0);
        check(RULE, &fleet("semver: ^1", "semver: '*-0'", TAGS)).finds(0);
        check(RULE, &fleet("tag: a", "{tag: b, semver: ''}", TAGS)).finds(0);
    }
}
