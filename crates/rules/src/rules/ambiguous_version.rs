use infragen_workspace::PlacedVersion;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, in_environments, version_fields};

/// Several tags that are the version which is taken.
pub static AMBIGUOUS_VERSION: Rule = Rule {
    id: "ambiguous-version",
    severity: Severity::Warning,
    summary: "several tags are the version that is taken",
    explanation: "\
`v1.4.2`, `1.4.2` and `1.4.2+build` are the same version to a range. Where more than twelve tags are in the range, \
Flux may take any of those that are the newest, and another one the next time: it sorts them in no certain order. \
Delete all but one of them, or let `semverFilter` keep one: `^v` for those with a `v`.

Where nothing is known of a registry, this rule is silent.",
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
v1.0.0
v1.0.1
v1.0.2
v1.0.3
v1.0.4
v1.0.5
v1.0.6
v1.0.7
v1.0.8
v1.0.9
v1.0.10
v1.0.11
v1.4.2
1.4.2
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(version_fields(context).filter_map(|fields| ambiguous(&fields)));
}

fn ambiguous(fields: &VersionFields<'_>) -> Option<Finding> {
    let range = fields.facts.range()?;
    let versions = fields.taken_by(range.key.value);
    let found: Vec<&PlacedVersion> = versions
        .iter()
        .filter(|version| version.picked.ambiguous)
        .collect();
    let tags = found.first()?.picked.equal();
    let told = tags.iter().map(|tag| format!("`{tag}`"));
    let told = told.collect::<Vec<_>>().join(" and ");
    let environments = in_environments(&found, &versions);
    Some(
        AMBIGUOUS_VERSION
            .finding(
                range.value.range,
                format!("{told} are the same version, and Flux may take any of them{environments}"),
            )
            .help("delete all but one of them, or let `semverFilter` keep one"),
    )
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn fleet(tags: &str) -> String {
        let older: String = (0..12).map(|patch| format!("1.0.{patch}\n")).collect();
        format!(
            "{CLUSTER}//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
spec: {{url: oci://ghcr.io/acme/web, ref: {{semver: 1.x}}}}
//- oci://ghcr.io/acme/web
{older}{tags}"
        )
    }

    #[test]
    fn equal_tags_are_told() {
        check("ambiguous-version", &fleet("v1.4.2\n1.4.2\n"))
            .finds_one(
                Severity::Warning,
                "`v1.4.2` and `1.4.2` are the same version, and Flux may take any of them",
            )
            .at(&["clusters/production/web.yaml: 1.x"]);
        check("ambiguous-version", &fleet("v1.4.2\n1.4.1\n")).finds(0);
    }
}
