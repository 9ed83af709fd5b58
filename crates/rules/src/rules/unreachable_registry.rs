use infragen_flux::known::{
    HELM_CHART, HELM_RELEASE, HELM_REPOSITORY, IMAGE_POLICY, OCI_REPOSITORY,
};
use infragen_flux::{Kind, ObjectFacts};
use infragen_syntax::{Node, TextRange};
use infragen_workspace::{
    DefinedBy, is_patch_file, knows_registries, versions_from, versions_of_object,
};

use crate::context::object_node;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A registry that gave no answer.
pub static UNREACHABLE_REGISTRY: Rule = Rule {
    id: "unreachable-registry",
    severity: Severity::Hint,
    summary: "the registry gave no answer, so versions are not known or not new",
    explanation: "\
The registry was asked for tags, and did not answer as it should: it refused the credentials, has no such repository, \
could not be reached, or was too slow. What is shown of versions is what it said before, if anything. Flux may reach \
it all the same: it runs elsewhere, and with other credentials. Of a chart the fault stands at the `chart`, and at the \
`url` of its `HelmRepository`.

Where no registry was asked, this rule is silent.",
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
! ghcr.io refused the connection
",
    check,
};

/// Where each kind says from where it takes something.
const PLACES: &[(&Kind, &[&str])] = &[
    (OCI_REPOSITORY, &["spec", "url"]),
    (HELM_RELEASE, &["spec", "chart", "spec", "chart"]),
    (HELM_CHART, &["spec", "chart"]),
    (HELM_REPOSITORY, &["spec", "url"]),
    (IMAGE_POLICY, &["spec", "imageRepositoryRef", "name"]),
];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let db = context.db;
    if !knows_registries(db) || is_patch_file(db, context.file) {
        return;
    }
    for (number, object) in (0..).zip(&context.facts.objects) {
        let place = PLACES.iter().find(|(kind, _)| object.kind == **kind);
        let Some((kind, path)) = place.filter(|_| !object.in_patch) else {
            continue;
        };
        let versions = match *kind == HELM_REPOSITORY {
            true => versions_from(db, context.file, number),
            false => versions_of_object(db, context.file, DefinedBy::Object(number)),
        };
        let Some(fault) = versions.iter().find_map(|version| version.fault(db)) else {
            continue;
        };
        let Some(range) = place_in(context, object, path) else {
            continue;
        };
        let finding = UNREACHABLE_REGISTRY.finding(range, fault.message.to_string());
        findings.push(match &fault.help {
            Some(help) => finding.help(help.to_string()),
            None => finding,
        });
    }
}

fn place_in(context: &Context<'_>, object: &ObjectFacts, path: &[&str]) -> Option<TextRange> {
    let tree = context.tree();
    object_node(&tree, object)?
        .at(path)
        .map(Node::content_range)
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn fleet(answer: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
spec: {{url: \"oci://ghcr.io/acme/web\"}}
{answer}"
        )
    }

    #[test]
    fn a_fault_stands_at_the_address() {
        check(
            "unreachable-registry",
            &fleet("//- oci://ghcr.io/acme/web\n! ghcr.io refused the credentials\n"),
        )
        .finds_one(Severity::Hint, "ghcr.io refused the credentials")
        .at(&["clusters/production/web.yaml: oci://ghcr.io/acme/web"]);
        let other = "//- oci://ghcr.io/acme/other\n! ghcr.io refused the credentials\n";
        check("unreachable-registry", &fleet(other)).finds(0);
        check("unreachable-registry", &fleet("")).finds(0);
    }

    #[test]
    fn a_fault_of_a_chart_stands_at_the_address_of_its_repository_too() {
        let charts = format!(
            "{CLUSTER}//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: charts, namespace: flux-system}}
spec: {{type: oci, url: \"oci://ghcr.io/acme\"}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: others, namespace: flux-system}}
spec: {{type: oci, url: \"oci://ghcr.io/others\"}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: flux-system}}
spec: {{chart: {{spec: {{chart: web, sourceRef: {{kind: HelmRepository, name: charts}}}}}}}}
//- oci://ghcr.io/acme/web
! ghcr.io refused the credentials
"
        );
        check("unreachable-registry", &charts).finds(2).at(&[
            "clusters/production/web.yaml: oci://ghcr.io/acme",
            "clusters/production/web.yaml: web",
        ]);
    }
}
