//! Paths that lead into artifacts whose files are on disk.

use super::tests::{FLEET, TAGS};
use crate::fixture::Fixture;

const CONFIG: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: in-bundle, namespace: web}\n";

/// The fleet with a path of `web-app`, and two artifacts that have `deploy`.
fn fleet(path: &str) -> Fixture {
    let fleet = FLEET.replace("{path: ./deploy", &format!("{{path: {path}"));
    let own = "//- clusters/production/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/production, sourceRef: {kind: GitRepository, name: flux-system}}
";
    let layer: &[(&str, &str)] = &[
        ("deploy/kustomization.yaml", "resources: [config.yaml]\n"),
        ("deploy/config.yaml", CONFIG),
        ("deploy/extra/config.yaml", CONFIG),
    ];
    let web = "oci://ghcr.io/acme/web";
    Fixture::with_bundles(
        &format!("{fleet}{own}"),
        TAGS,
        &[
            (web, "v1.4.2", layer),
            (web, "v1.5.0-staging-7", &layer[..2]),
        ],
    )
}

#[test]
fn a_path_leads_into_what_each_environment_takes() {
    let fixture = fleet("$0./deploy");
    let targets = crate::definition(fixture.db(), fixture.file, fixture.offset);
    let places: Vec<_> = targets
        .iter()
        .map(|target| {
            target
                .file
                .root(fixture.db())
                .path(fixture.db())
                .join(target.file.path(fixture.db()))
        })
        .collect();
    assert_eq!(
        places,
        [
            "/cache/v1.4.2/deploy/kustomization.yaml",
            "/cache/v1.5.0-staging-7/deploy/kustomization.yaml"
        ]
    );
}

#[test]
fn a_path_shows_what_is_there() {
    let fixture = fleet("$0./deploy");
    let hover = crate::hover(fixture.db(), fixture.file, fixture.offset).unwrap();
    let production =
        "**Directory** `deploy`\n\n- ConfigMap `in-bundle`\n- **production**: in `v1.4.2`";
    assert!(hover.markdown.contains(production), "{}", hover.markdown);
    let staging = "- **staging**: in `v1.5.0-staging-7`";
    assert!(hover.markdown.contains(staging), "{}", hover.markdown);
}

#[test]
fn directories_of_the_artifact_are_offered() {
    let fixture = fleet("$0");
    let offers = crate::completions(fixture.db(), fixture.file, fixture.offset);
    let labels: Vec<_> = offers.into_iter().map(|offer| offer.label).collect();
    assert_eq!(labels, ["./deploy", "./deploy/extra"]);
}

#[test]
fn patches_are_checked_against_the_artifact() {
    let patched = |name: &str| {
        let fixture = fleet(&format!(
            "$0./deploy, patches: [{{target: {{kind: ConfigMap, name: {name}}}, patch: '- {{op: add, path: /data, value: {{a: b}}}}'}}]"
        ));
        let findings = infragen_rules::check(fixture.db(), fixture.file);
        let told = findings.iter().map(|finding| finding.rule.id);
        told.collect::<Vec<_>>()
    };
    assert_eq!(patched("in-bundle"), [""; 0]);
    assert_eq!(patched("of-another"), ["unmatched-target"]);
}

#[test]
fn a_health_check_leads_into_the_artifact() {
    let fixture = fleet(
        "./deploy, healthChecks: [{apiVersion: v1, kind: ConfigMap, name: $0in-bundle, namespace: web}]",
    );
    let targets = crate::definition(fixture.db(), fixture.file, fixture.offset);
    let first = targets.first().map(|target| {
        let path = target.file.path(fixture.db());
        target.file.root(fixture.db()).path(fixture.db()).join(path)
    });
    assert_eq!(
        first.as_deref().map(camino::Utf8Path::as_str),
        Some("/cache/v1.4.2/deploy/config.yaml")
    );
}
