use infragen_syntax::nearest;
use infragen_workspace::{Outcome, PlacedVersion};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::version_fields::{VersionFields, in_environments, version_fields};

/// A tag, or the only version of a chart, that is not there.
pub static MISSING_TAG: Rule = Rule {
    id: "missing-tag",
    severity: Severity::Warning,
    summary: "the repository has no such tag",
    explanation: "\
The registry was asked, and the repository has no tag of this name. Flux says `manifest unknown` or `not found` until \
somebody pushes it. It may be a tag that is still being built; a tag with a `v` and one without are two tags.

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
    tag: 1.4.2
//- oci://ghcr.io/acme/web
v1.4.1
v1.4.2
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(version_fields(context).filter_map(|fields| missing(&fields)));
}

fn missing(fields: &VersionFields<'_>) -> Option<Finding> {
    let field = fields.facts.field("tag").or(fields.facts.range())?;
    let versions = fields.taken_by(field.key.value);
    let absent: Vec<&PlacedVersion> = versions
        .iter()
        .filter(|version| matches!(version.picked.outcome, Outcome::Absent(_)))
        .collect();
    let first = *absent.first()?;
    let Outcome::Absent(tag) = &first.picked.outcome else {
        return None;
    };
    let repository = first.repository.as_ref().ok()?;
    let environments = in_environments(&absent, &versions);
    let finding = MISSING_TAG.finding(
        field.value.range,
        format!("`{repository}` has no tag `{tag}`{environments}"),
    );
    let tags = first.picked.tags().unwrap_or_default().iter();
    Some(match nearest(tag, tags.map(|tag| &**tag)) {
        Some(near) => {
            let title = format!("change `{tag}` to `{near}`");
            // Tags of charts have `_` where their versions have `+`.
            let near_version = match field.key.value {
                "version" => near.replace('_', "+"),
                _ => near.to_owned(),
            };
            finding
                .help(format!("there is `{near}`"))
                .fix(fields.rewrite(title, field, &near_version))
        }
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "missing-tag";

    const TAGS: &str = "//- oci://ghcr.io/acme/web\nv1.4.2\nlatest\n";

    fn oci(reference: &str, tags: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
spec: {{url: oci://ghcr.io/acme/web, ref: {reference}}}
{tags}"
        )
    }

    #[test]
    fn the_nearest_tag_is_offered() {
        check(RULE, &oci("{tag: v1.4.3}", TAGS))
            .finds_one(Severity::Warning, "`ghcr.io/acme/web` has no tag `v1.4.3`")
            .at(&["clusters/production/web.yaml: v1.4.3"])
            .helps("there is `v1.4.2`")
            .fixed("spec: {url: oci://ghcr.io/acme/web, ref: {tag: v1.4.2}}\n");
        check(RULE, &oci("{tag: main}", TAGS)).offers(0);
    }

    #[test]
    fn what_is_there_or_not_known_or_not_read_is_left_alone() {
        check(RULE, &oci("{tag: latest}", TAGS)).finds(0);
        check(RULE, &oci("{tag: v9}", "")).finds(0);
        check(RULE, &oci("{tag: v9, semver: '*'}", TAGS)).finds(0);
        check(RULE, &oci("{semver: 1.4.2}", TAGS)).finds(0);
    }

    #[test]
    fn a_patch_that_names_nothing_is_told_by_its_target() {
        let patched = |patch: &str| {
            let fleet = oci("{tag: v1.4.2}", TAGS);
            let fleet = fleet.replacen(
                "//- oci",
                "//- clusters/production/kustomization.yaml
resources: [web.yaml, flux-system/gotk-sync.yaml]
patches:
- target: {kind: OCIRepository, name: web}
  patch: |-
PATCH//- oci",
                1,
            );
            fleet.replace("PATCH", patch)
        };
        let merged = patched(
            "    apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: any}
    spec: {ref: {tag: v1.4.3}}
",
        );
        let operations = patched(
            "    - op: replace
      path: /spec/ref/tag
      value: v1.4.3
",
        );
        let whole = patched("    - {op: add, path: /spec/ref, value: {tag: v1.4.3}}\n");
        let json = patched(
            "    [{\"op\": \"replace\", \"path\": \"/spec/ref/tag\", \"value\": \"v1.4.3\"}]\n",
        );
        for fleet in [merged, operations, whole, json] {
            check(RULE, &fleet)
                .finds_one(Severity::Warning, "`ghcr.io/acme/web` has no tag `v1.4.3`")
                .at(&["clusters/production/kustomization.yaml: v1.4.3"]);
        }
        // Another field, another kind of operation.
        for operation in [
            "{op: replace, path: /spec/url, value: v1.4.3}",
            "{op: test, path: /spec/ref/tag, value: v1.4.2}",
        ] {
            check(RULE, &patched(&format!("    - {operation}\n"))).finds(0);
        }
    }

    #[test]
    fn a_chart_of_one_version_is_a_tag() {
        let chart = format!(
            "{CLUSTER}//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: charts, namespace: flux-system}}
spec: {{type: oci, url: oci://ghcr.io/acme}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: flux-system}}
spec:
  chart:
    spec:
      chart: web
      version: 1.2.3+a
      sourceRef: {{kind: HelmRepository, name: charts}}
//- oci://ghcr.io/acme/web
1.2.3_b
"
        );
        check(RULE, &chart)
            .finds_one(Severity::Warning, "`ghcr.io/acme/web` has no tag `1.2.3_a`")
            .fixed("      version: 1.2.3+b\n");
    }
}
