//! Ranges, tags, digests and filters, of repositories whose tags are known and of others.

use infragen_constraint::Constraint;
use infragen_syntax::Tree;

use super::after;
use crate::completion::{Completion, MAX_COMPLETIONS, completions};
use crate::fixture::Fixture;

const WEB: &str = "oci://ghcr.io/acme/web";

const TAGS: &[(&str, &[&str])] = &[(
    WEB,
    &[
        "latest",
        "v1.4.2",
        "v1.3.0",
        "v1.5.0-staging-8",
        "v1.10.0-rc.1",
        "v1.5.0-staging-7",
    ],
)];

/// A production that applies an `OCIRepository` and a chart.
fn fleet(reference: &str) -> String {
    format!(
        "//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec: {{path: ./apps, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
spec:
  interval: 5m
  url: {WEB}
  ref:
    {reference}
"
    )
}

fn offers(fixture: &Fixture) -> Vec<Completion> {
    completions(fixture.db(), fixture.file, fixture.offset)
}

/// `label: detail` of what is offered, in order.
fn told(fixture: &str) -> Vec<String> {
    let offers = offers(&Fixture::with_tags(fixture, TAGS));
    offers
        .into_iter()
        .map(|offer| format!("{}: {}", offer.label, offer.detail.unwrap_or_default()))
        .collect()
}

fn labels(fixture: &str) -> Vec<String> {
    let offers = offers(&Fixture::with_tags(fixture, TAGS));
    offers.into_iter().map(|offer| offer.label).collect()
}

const RANGES: [&str; 8] = [
    "~1.4.2: takes v1.4.2",
    "^1.4.2: takes v1.4.2",
    ">=0.0.0: takes v1.4.2",
    ">=0.0.0-0: takes v1.10.0-rc.1",
    "v1.10.0-rc.1: 6 days · sha256 41234567",
    "v1.5.0-staging-8: 7 days · sha256 31234567",
    "v1.5.0-staging-7: 5 days · sha256 51234567",
    "v1.4.2: 9 days · sha256 11234567",
];

#[test]
fn a_range_is_one_of_the_useful_ones_or_a_tag() {
    let told = told(&fleet("semver: $0"));
    assert_eq!(told[..8], RANGES);
    assert_eq!(told[8..], ["v1.3.0: 8 days · sha256 21234567"]);
}

#[test]
fn a_range_takes_what_the_filter_lets_pass() {
    let told = told(&fleet("{semver: $0, semverFilter: '.*-staging-.*'}"));
    assert_eq!(
        told[..3],
        [
            ">=0.0.0: takes nothing",
            ">=0.0.0-0: takes v1.5.0-staging-8",
            "v1.5.0-staging-8: 7 days · sha256 31234567",
        ]
    );
    assert!(!told.iter().any(|offer| offer.contains("rc.1")), "{told:?}");
}

#[test]
fn what_is_inserted_is_the_text_that_is_shown() {
    for reference in [
        "semver: $0",
        "semver:$0",
        "semver: \"$0\"",
        "semver: '$0",
        "semver: \">=$0\"",
        "semver: >=$0",
        "semver: >$0",
        "{semver: $0}",
        "{semver: \">$0\"}",
        "{semver: $0, tag: v1.4.2}",
    ] {
        let fixture = Fixture::with_tags(&fleet(reference), TAGS);
        let offers = offers(&fixture);
        assert!(!offers.is_empty(), "{reference}");
        for offer in offers {
            let text = after(&fixture.text(fixture.file), &offer);
            let tree = Tree::parse(text.as_str());
            assert!(tree.errors().is_empty(), "{reference}: {text}");
            let root = tree.document(0).unwrap().root().unwrap();
            let range = root.at(&["spec", "ref", "semver"]).unwrap();
            assert_eq!(range.as_str(), Some(&*offer.label), "{reference}: {text}");
            assert!(offer.label.parse::<Constraint>().is_ok());
        }
    }
}

#[test]
fn what_is_typed_narrows_the_list() {
    assert_eq!(
        labels(&fleet("semver: >=$0")),
        [">=0.0.0", ">=0.0.0-0", ">=1.4.2", ">=1.3.0"],
        "a folded scalar is no range"
    );
    assert_eq!(
        labels(&fleet("semver: stag$0")),
        ["v1.5.0-staging-8", "v1.5.0-staging-7"]
    );
}

#[test]
fn a_range_that_has_begun_goes_on() {
    let told = |typed: &str| told(&fleet(&format!("semver: '{typed}$0'")));
    assert_eq!(told("^1"), ["^1.4.2: takes v1.4.2", "^1.3.0: takes v1.4.2"]);
    assert_eq!(
        told(">=1.0.0 <"),
        [
            ">=1.0.0 <2.0.0: takes v1.4.2",
            ">=1.0.0 <1.4.2: takes v1.3.0",
            ">=1.0.0 <1.3.0: takes nothing",
        ]
    );
    assert_eq!(
        told(">=1.0.0-0 <")[..2],
        [
            ">=1.0.0-0 <2.0.0-0: takes v1.10.0-rc.1",
            ">=1.0.0-0 <1.10.0-rc.1: takes v1.5.0-staging-8",
        ]
    );
    assert_eq!(
        told("^0.5 || "),
        [
            "^0.5 || ^1.0.0: takes v1.4.2",
            "^0.5 || ~1.4.0: takes v1.4.2",
            "^0.5 || <2.0.0: takes v1.4.2",
            "^0.5 || ~1.3.0: takes v1.3.0",
        ]
    );
    assert_eq!(told("~1.3"), ["~1.3.0: takes v1.3.0"]);
    assert_eq!(told("^x"), [""; 0]);
}

#[test]
fn a_tag_is_any_tag_and_no_range() {
    assert_eq!(
        labels(&fleet("tag: $0")),
        [
            "v1.10.0-rc.1",
            "v1.5.0-staging-8",
            "v1.5.0-staging-7",
            "v1.4.2",
            "v1.3.0",
            "latest"
        ]
    );
    // A filter is nothing to a tag.
    let filtered = fleet("{tag: $0, semverFilter: '.*-staging-.*'}");
    assert_eq!(labels(&filtered).len(), 6);
}

#[test]
fn a_digest_is_told_by_its_tag() {
    let told = told(&fleet("digest: $0"));
    assert_eq!(told[0], "sha256:41234567890: v1.10.0-rc.1 · 6 days");
    assert_eq!(told.len(), 6);
}

#[test]
fn a_filter_is_a_family_of_tags() {
    let filters = ".*-staging-.*: 2 tags";
    assert_eq!(
        told(&fleet("semverFilter: $0")),
        [filters, ".*-rc\\..*: 1 tag"]
    );
}

#[test]
fn nothing_is_made_up() {
    let told = |reference| {
        let offers = offers(&Fixture::new(&fleet(reference)));
        let told = offers.into_iter();
        told.map(|offer| format!("{}: {}", offer.label, offer.detail.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told("semver: $0"),
        [">=0.0.0: every release", ">=0.0.0-0: prereleases too"]
    );
    for reference in ["tag: $0", "digest: $0", "semverFilter: $0"] {
        assert!(told(reference).is_empty(), "{reference}");
    }
}

#[test]
fn a_patch_has_the_tags_of_what_it_changes() {
    let layer = "//- apps/kustomization.yaml\nresources: [web.yaml]\n\
                 //- overlay/kustomization.yaml\nresources: [../apps]\n";
    let patch = "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec:
  ref:
    semver: $0
";
    let base = fleet("semver: '*'");
    let base = base.replace("path: ./apps", "path: ./overlay");
    let file = format!("{base}{layer}patches: [{{path: web.yaml}}]\n//- overlay/web.yaml\n{patch}");
    assert_eq!(told(&file)[..8], RANGES);
    let inline = patch.replace('\n', "\n    ");
    let inline = format!("{base}{layer}patches:\n- patch: |\n    {inline}");
    assert_eq!(told(&inline)[..8], RANGES);
    // While its own build fails.
    let broken = file.replace("semver: $0", "semver: >$0");
    assert_eq!(told(&broken)[..2], RANGES[2..4]);
    // With a target the name says nothing.
    let target = "  target: {kind: OCIRepository}\n";
    let any = inline.replace("name: web, namespace", "name: any, namespace");
    let any = format!("{}\n{target}", any.trim_end().replace("$0", "'$01.0.0'"));
    assert!(
        told(&any).contains(&RANGES[7].to_owned()),
        "{:?}",
        told(&any)
    );
}

#[test]
fn charts_and_images_have_versions_too() {
    let charts = "---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {type: oci, url: oci://ghcr.io/acme/charts}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: flux-system}
spec: {image: ghcr.io/acme/image}
---
";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: flux-system}
spec:
  chart:
    spec:
      chart: web
      sourceRef: {kind: HelmRepository, name: charts}
      version: $0
";
    let policy = "apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: flux-system}
spec:
  imageRepositoryRef: {name: web}
  policy: {semver: {range: $0}}
";
    let tags: &[(&str, &[&str])] = &[
        ("oci://ghcr.io/acme/charts/web", &["v9.0.0", "1.2.3"]),
        ("oci://ghcr.io/acme/image", &["3.0.0"]),
    ];
    for (object, first) in [(release, "~1.2.3"), (policy, "~3.0.0")] {
        for applied in [true, false] {
            let fleet = fleet("tag: a");
            let fleet = match applied {
                true => fleet,
                false => fleet.replace("path: ./apps", "path: ./none"),
            };
            let fixture = Fixture::with_tags(&format!("{fleet}{charts}{object}"), tags);
            let labels: Vec<_> = offers(&fixture).into_iter().map(|o| o.label).collect();
            assert_eq!(labels[0], first);
            assert_eq!(labels.len(), 5);
        }
    }
    let git = release.replace("kind: HelmRepository", "kind: GitRepository");
    assert!(labels(&format!("{}{charts}{git}", fleet("tag: a"))).is_empty());
}

#[test]
fn a_long_list_is_cut() {
    let tags: Vec<String> = (0..10_000).map(|number| format!("1.{number}.0")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let fixture = Fixture::with_listing(&fleet("semver: $0"), WEB, &tags);
    let all = offers(&fixture);
    assert_eq!(all.len(), MAX_COMPLETIONS);
    assert_eq!(all[4].label, "1.9999.0");
    let fixture = Fixture::with_listing(&fleet("semver: 1.4321$0"), WEB, &tags);
    let found = offers(&fixture);
    assert!(found.iter().any(|offer| offer.label == "1.4321.0"));
}
