//! What is shown of versions, in a fleet of production and staging.

use infragen_syntax::TextRange;

use crate::fixture::Fixture;

pub(super) const FLEET: &str = "//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/production, sourceRef: {kind: GitRepository, name: flux-system}}
//- clusters/staging/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/staging, sourceRef: {kind: GitRepository, name: flux-system}}
//- apps/production/kustomization.yaml
resources: [../base]
//- apps/staging/kustomization.yaml
resources: [../base]
patches:
- path: web.yaml
//- apps/staging/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec:
  ref:
    semver: '>=0.0.0-0'
    semverFilter: '.*-staging-.*'
//- apps/base/kustomization.yaml
resources: [web.yaml]
//- apps/base/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec:
  interval: 5m
  url: oci://ghcr.io/acme/web
  ref:
    semver: '>=0.0.0'
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web-app, namespace: flux-system}
spec: {path: ./deploy, sourceRef: {kind: OCIRepository, name: web}}
";

pub(super) const TAGS: &[(&str, &[&str])] = &[(
    "oci://ghcr.io/acme/web",
    &["v1.3.0", "v1.4.2", "v1.5.0-rc.1", "v1.5.0-staging-7"],
)];

/// The fleet with a cursor in front of a text.
pub(super) fn at(text: &str) -> Fixture {
    assert_eq!(FLEET.matches(text).count(), 1, "{text}");
    Fixture::with_tags(&FLEET.replace(text, &format!("$0{text}")), TAGS)
}

/// The card about versions of the hover at the cursor.
fn card(fixture: &Fixture) -> String {
    let hover = crate::hover(fixture.db(), fixture.file, fixture.offset);
    let markdown = hover.map(|hover| hover.markdown).unwrap_or_default();
    let mut cards = markdown.split("\n\n---\n\n");
    cards
        .find(|card| card.contains("| range"))
        .unwrap_or_default()
        .to_owned()
}

const BOTH: &str = "`ghcr.io/acme/web` 4 tags, asked 5 minutes ago

|            | range     | takes            | age    | digest   |
|------------|-----------|------------------|--------|----------|
| production | `>=0.0.0`   | `v1.4.2`           | 9 days | `11234567` |
| staging    | `>=0.0.0-0` | `v1.5.0-staging-7` | 7 days | `31234567` |

- **production**: passes over `v1.5.0-staging-7`: prereleases are
  not asked for; `>=0.0.0-0` takes it
- **staging**: only tags that `.*-staging-.*` matches
- **staging**: newest release: `v1.4.2`";

#[test]
fn a_range_shows_what_each_environment_takes() {
    for place in [
        "semver: '>=0.0.0'\n",
        "oci://ghcr.io",
        "web, namespace: flux-system}\nspec:\n  interval",
    ] {
        assert_eq!(card(&at(place)), BOTH, "{place}");
    }
}

#[test]
fn a_reference_shows_what_it_leads_to() {
    assert_eq!(card(&at("web}}\n")), BOTH);
}

#[test]
fn a_patch_shows_what_it_changes() {
    let card = card(&at("'.*-staging-.*'"));
    assert!(card.contains("| staging "), "{card}");
    assert!(!card.contains("production"), "{card}");
}

#[test]
fn what_nobody_asked_for_is_told() {
    let fleet = FLEET.replace("oci://ghcr.io", "$0oci://ghcr.io");
    let card = card(&Fixture::new(&fleet));
    assert!(card.contains("| `>=0.0.0`   | not known |"), "{card}");
    assert!(
        card.contains("\n- its tags are not known: allow the network"),
        "{card}"
    );
}

#[test]
fn lines_of_the_table_have_one_width() {
    let fleet = FLEET.replace("'>=0.0.0'\n", "$0'^1 || ^2'\n");
    let card = card(&Fixture::with_tags(&fleet, TAGS));
    let table = card.lines().filter(|line| line.starts_with('|'));
    let widths: Vec<_> = table
        .map(|line| line.replace('`', "").chars().count())
        .collect();
    assert_eq!(widths.len(), 4);
    assert!(widths.iter().all(|width| *width == widths[0]), "{card}");
    assert!(card.contains("`^1 \\|\\| ^2`"), "{card}");
}

#[test]
fn a_hint_stands_behind_a_range() {
    let hints = |fixture: &Fixture| {
        let whole = TextRange::up_to((fixture.text(fixture.file).len() as u32).into());
        let hints = crate::inlay_hints(fixture.db(), fixture.file, whole);
        hints.into_iter().map(|hint| hint.label).collect::<Vec<_>>()
    };
    assert_eq!(hints(&at("oci://")), ["→ v1.4.2 · v1.5.0-staging-7"]);
    // Where there is room, environments have their names.
    let staging = FLEET.replace("semverFilter: '.*-staging-.*'", "semverFilter: '-rc'");
    let staging = staging.replace("oci://ghcr.io", "$0oci://ghcr.io");
    let fixture = Fixture::with_tags(&staging, TAGS);
    assert_eq!(
        hints(&fixture),
        ["→ production v1.4.2 · staging v1.5.0-rc.1"]
    );
    let long: &[&str] = &["v1.4.2", "v1.5.0-staging-and-much-more-than-is-shown"];
    let long = [(TAGS[0].0, long)];
    let fleet = FLEET.replace("oci://ghcr.io", "$0oci://ghcr.io");
    assert_eq!(hints(&Fixture::with_tags(&fleet, &long)), ["→ 2 versions"]);
    assert_eq!(
        hints(&at("'.*-staging-.*'")),
        ["→ v1.5.0-staging-7 · 7 days"]
    );
    // Nothing is known.
    let fleet = FLEET.replace("oci://ghcr.io", "$0oci://ghcr.io");
    assert!(hints(&Fixture::new(&fleet)).is_empty());
}

#[test]
fn a_hint_tells_all_of_it_when_it_is_pointed_at() {
    let fixture = at("oci://");
    let text = fixture.text(fixture.file);
    let whole = TextRange::up_to((text.len() as u32).into());
    let hint = &crate::inlay_hints(fixture.db(), fixture.file, whole)[0];
    let tooltip = crate::hint_tooltip(fixture.db(), fixture.file, hint.about.unwrap());
    assert_eq!(tooltip.unwrap(), BOTH);
}

#[test]
fn a_hint_stands_behind_the_quotes_of_a_range() {
    for range in ["'>=0.0.0'", "\">=0.0.0\"", "v1.4.x", "1.4.x # \""] {
        let fleet = FLEET.replace("oci://ghcr.io", "$0oci://ghcr.io");
        let fleet = fleet.replace("semver: '>=0.0.0'\n", &format!("semver: {range}\n"));
        let fixture = Fixture::with_tags(&fleet, TAGS);
        let text = fixture.text(fixture.file);
        let whole = TextRange::up_to((text.len() as u32).into());
        let hints = crate::inlay_hints(fixture.db(), fixture.file, whole);
        let before = &text[..hints[0].offset.into()];
        let (range, _) = range.split_once(" #").unwrap_or((range, ""));
        assert!(before.ends_with(&format!("semver: {range}")), "{before}");
    }
}

#[test]
fn a_lens_stands_above_what_takes_a_version() {
    let fixture = at("oci://");
    let lenses = crate::lenses(fixture.db(), fixture.file);
    let titles: Vec<_> = lenses.into_iter().map(|lens| lens.title).collect();
    assert!(
        titles.contains(&"production v1.4.2 · staging v1.5.0-staging-7".to_owned()),
        "{titles:?}"
    );
}

#[test]
fn a_patch_that_names_nothing_is_about_what_it_selects() {
    let inline = "patches:
- target: {kind: OCIRepository, name: web}
  patch: |-
    - op: replace
      path: /spec/ref/semver
      value: '$0>=0.0.0-0'
";
    let fleet = FLEET.replace("patches:\n- path: web.yaml\n", inline);
    let fixture = Fixture::with_tags(&fleet, TAGS);
    let card = card(&fixture);
    assert!(
        card.contains("| staging | `>=0.0.0-0` | `v1.5.0-staging-7` |"),
        "{card}"
    );
    assert!(!card.contains("production"), "{card}");
    // Edits of operations are not offered: they would have to be made of other operations.
    let at = TextRange::empty(fixture.offset);
    let actions = crate::actions(fixture.db(), fixture.file, at);
    assert!(
        actions.iter().all(|action| action.finding.is_some()),
        "{actions:?}"
    );
}

#[test]
fn a_source_that_no_environment_applies_shows_what_it_says_itself() {
    let fleet = "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web}
spec: {url: oci://ghcr.io/acme/web, ref: {semver: $0'1.x'}}
";
    let fixture = Fixture::with_tags(fleet, TAGS);
    let shown = card(&fixture);
    assert!(
        shown.contains("| (not applied here) | `1.x`   | `v1.4.2` | 9 days |"),
        "{shown}"
    );
    let whole = TextRange::up_to((fleet.len() as u32).into());
    assert_eq!(
        crate::inlay_hints(fixture.db(), fixture.file, whole),
        [],
        "nothing else is told of it"
    );
    // A template says nothing.
    let template = fleet.replace("oci://ghcr.io", "oci://${REGISTRY}");
    assert_eq!(card(&Fixture::with_tags(&template, TAGS)), "");
}

#[test]
fn an_address_shows_what_is_taken_by_it() {
    let charts = "---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {type: oci, url: oci://ghcr.io/acme/charts}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db, namespace: flux-system}
spec:
  chart: {spec: {chart: db, version: ^1, sourceRef: {kind: HelmRepository, name: charts}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache, namespace: flux-system}
spec:
  chart: {spec: {chart: cache, sourceRef: {kind: HelmRepository, name: charts}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web-app, namespace: flux-system}
";
    let other = "---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web-app, namespace: flux-system}
";
    let fleet = FLEET.replace(other, charts);
    let tags: &[(&str, &[&str])] = &[
        ("oci://ghcr.io/acme/charts/db", &["1.0.0", "1.1.0", "2.0.0"]),
        ("oci://ghcr.io/acme/charts/cache", &["0.3.0"]),
    ];
    let hover = |place: &str| {
        assert_eq!(fleet.matches(place).count(), 1, "{place}");
        let fixture = Fixture::with_tags(&fleet.replace(place, &format!("$0{place}")), tags);
        let hover = crate::hover(fixture.db(), fixture.file, fixture.offset);
        hover.map(|hover| hover.markdown).unwrap_or_default()
    };
    for place in [
        "charts, namespace: flux-system}\nspec",
        "oci://ghcr.io/acme/charts}",
        "oci, url",
    ] {
        let text = hover(place);
        assert!(
            text.contains("`ghcr.io/acme/charts/db` 3 tags"),
            "{place}: {text}"
        );
        assert!(text.contains("`1.1.0`"), "{place}: {text}");
        assert!(
            text.contains("`ghcr.io/acme/charts/cache` 1 tag"),
            "{place}: {text}"
        );
    }
    // Whoever takes one chart by it sees that one.
    let text = hover("charts}}}\n---\napiVersion: helm");
    assert!(text.contains("`ghcr.io/acme/charts/db` 3 tags"), "{text}");
    assert!(!text.contains("charts/cache` 1 tag"), "{text}");
}

#[test]
fn a_digest_is_told_by_its_first_digits() {
    let digest = format!("digest: 'sha256:{}'", "0123456789abcdef".repeat(4));
    let fleet = FLEET.replace("semver: '>=0.0.0'\n", &format!("$0{digest}\n"));
    let fixture = Fixture::with_tags(&fleet, TAGS);
    let lenses = crate::lenses(fixture.db(), fixture.file);
    let titles: Vec<_> = lenses.iter().map(|lens| lens.title.as_str()).collect();
    // A digest of the base wins over the range of the patch.
    assert!(
        titles.contains(&"production, staging sha256 01234567"),
        "{titles:?}"
    );
    let hover = crate::hover(fixture.db(), fixture.file, fixture.offset);
    let text = hover.unwrap().markdown;
    assert!(text.contains("newest release: `v1.4.2`"), "{text}");
    assert!(!text.contains("passes over"), "{text}");
}
