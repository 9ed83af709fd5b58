//! What actions write.

use infragen_syntax::{TextRange, apply};

use super::tests::{FLEET, TAGS, at};
use crate::fixture::Fixture;

/// The titles of the actions at the cursor, each with the lines behind `ref:` that it writes.
fn offered(fixture: &Fixture) -> Vec<(String, String)> {
    let at = TextRange::empty(fixture.offset);
    let actions = crate::actions(fixture.db(), fixture.file, at);
    let own = actions
        .into_iter()
        .filter(|action| action.finding.is_none());
    own.map(|action| {
        let edits = &action.edits[0];
        let text = apply(&fixture.text(edits.file), &edits.edits).unwrap();
        let behind = text.split("ref:\n").nth(1).unwrap();
        let lines = behind.split("---").next().unwrap().lines();
        let written: Vec<_> = lines.map(str::trim).collect();
        (action.title, written.join("; "))
    })
    .collect()
}

fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(title, text): &(&str, &str)| ((*title).to_owned(), (*text).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn a_range_is_pinned_or_widened() {
    // Staging goes by a range of its own: a tag does nothing there, and a digest would win there too.
    let wanted = expected(&[
        ("Pin to v1.4.2 in production", "tag: v1.4.2"),
        ("Widen to prereleases (`>=0.0.0-0`)", "semver: '>=0.0.0-0'"),
    ]);
    assert_eq!(offered(&at("semver: '>=0.0.0'\n")), wanted);
    // On the name of the object too.
    let fixture = at("web, namespace: flux-system}\nspec:\n  interval");
    assert_eq!(offered(&fixture), wanted);
}

#[test]
fn what_all_environments_take_alike_is_pinned_in_all() {
    let patch = "    semver: '>=0.0.0-0'\n    semverFilter: '.*-staging-.*'\n";
    let fleet = FLEET.replace(patch, "    {}\n");
    let range = "semver: '>=0.0.0'\n";
    let fixture = Fixture::with_tags(&fleet.replace(range, &format!("$0{range}")), TAGS);
    let pins = expected(&[
        ("Pin to v1.4.2", "tag: v1.4.2"),
        (
            "Pin to digest sha256:11234567… (v1.4.2)",
            "digest: sha256:11234567890",
        ),
    ]);
    assert_eq!(offered(&fixture)[..2], pins);
}

#[test]
fn a_base_that_decides_nowhere_is_not_pinned() {
    let patched = FLEET.replace(
        "//- apps/production/kustomization.yaml\nresources: [../base]\n",
        "//- apps/production/kustomization.yaml\nresources: [../base]\npatches:\n- path: ../staging/web.yaml\n",
    );
    assert_ne!(patched, FLEET);
    let range = "semver: '>=0.0.0'\n";
    let fixture = Fixture::with_tags(&patched.replace(range, &format!("$0{range}")), TAGS);
    let titles: Vec<_> = offered(&fixture)
        .into_iter()
        .map(|(title, _)| title)
        .collect();
    assert_eq!(titles, ["Widen to prereleases (`>=0.0.0-0`)"]);
}

#[test]
fn a_patch_takes_away_what_its_base_says() {
    let pinned = "semver: null; tag: v1.5.0-staging-7; semverFilter: null";
    let digest = "semver: null; digest: sha256:31234567890; semverFilter: null";
    let wanted = expected(&[
        ("Pin to v1.5.0-staging-7", pinned),
        ("Pin to digest sha256:31234567… (v1.5.0-staging-7)", digest),
    ]);
    assert_eq!(offered(&at("'>=0.0.0-0'")), wanted);
}

#[test]
fn a_key_that_loses_against_the_base_can_be_made_to_count() {
    let patch = "    semver: '>=0.0.0-0'\n    semverFilter: '.*-staging-.*'\n";
    assert!(FLEET.contains(patch));
    let fleet = FLEET.replace(patch, "    tag: $0v1.3.0 # for now\n");
    let fixture = Fixture::with_tags(&fleet, TAGS);
    let last = offered(&fixture).pop().unwrap();
    assert_eq!(last.0, "Set `semver: null`, so that `tag` counts");
    assert_eq!(last.1, "tag: v1.3.0 # for now; semver: null");
}

#[test]
fn a_patch_inside_a_text_is_edited_there() {
    let inline = "patches:
- patch: |-
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: web, namespace: flux-system}
    spec:
      # Staging is first.
      ref:
        tag: $0v1.3.0 # for now
//- apps/staging/unused.yaml
a: b
//- apps/staging/web.yaml
";
    let fleet = FLEET.replace(
        "patches:\n- path: web.yaml\n//- apps/staging/web.yaml\n",
        inline,
    );
    let fixture = Fixture::with_tags(&fleet, TAGS);
    let last = offered(&fixture).pop().unwrap();
    assert_eq!(last.1, "tag: v1.3.0 # for now; semver: null");
    // The edit is a small one.
    let at = TextRange::empty(fixture.offset);
    let action = crate::actions(fixture.db(), fixture.file, at)
        .pop()
        .unwrap();
    assert!(action.edits[0].edits[0].new_text.len() < 40, "{action:?}");
}

#[test]
fn nothing_is_offered_where_nothing_is_known() {
    let fleet = FLEET.replace("'>=0.0.0'", "$0'>=0.0.0-0'");
    assert_eq!(offered(&Fixture::new(&fleet)), []);
}
