//! The running example: production takes releases, staging what is built for it.

use camino::Utf8Path;
use std::sync::Arc;

use infragen_constraint::Flux;
use infragen_flux::Rule;
use infragen_registry::{Artifact, Fault, Listing, Repository, Timestamp};
use smol_str::SmolStr;

use super::picked::selection;
use super::*;
use crate::files::Root;
use crate::index::DefinedBy;
use crate::workspace::Workspace;

const REPO: &str = "/repo";

const FLEET: &[(&str, &str)] = &[
    (
        "clusters/production/web.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/production, sourceRef: {kind: GitRepository, name: flux-system}}
",
    ),
    (
        "clusters/staging/web.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/staging, sourceRef: {kind: GitRepository, name: flux-system}}
",
    ),
    ("apps/production/kustomization.yaml", "resources: [../base]\n"),
    (
        "apps/staging/kustomization.yaml",
        "resources: [../base]
patches:
- patch: |-
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: web, namespace: flux-system}
    spec: {ref: {semver: '>=0.0.0-0', semverFilter: '.*-staging-.*'}}
",
    ),
    ("apps/base/kustomization.yaml", "resources: [web.yaml]\n"),
    (
        "apps/base/web.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec: {interval: 5m, url: oci://ghcr.io/acme/web, ref: {semver: '>=0.0.0'}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web-app, namespace: flux-system}
spec: {path: ./deploy, sourceRef: {kind: OCIRepository, name: web}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {type: oci, url: oci://ghcr.io/acme/charts}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db, namespace: flux-system}
spec: {interval: 1h, chart: {spec: {chart: db, version: 1.x, sourceRef: {kind: HelmRepository, name: charts}}}}
",
    ),
];

fn fleet() -> (Workspace, Root) {
    let mut workspace = Workspace::new();
    let root = workspace.open_memory_root(Utf8Path::new(REPO), FLEET);
    (workspace, root)
}

fn web() -> Repository {
    Repository::parse("oci://ghcr.io/acme/web").unwrap()
}

fn listing(tags: &[&str]) -> Answer {
    Answer::Listing(Listing {
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        at: Timestamp(0),
    })
}

/// `production web v1.4.2`, for each object that takes something.
fn versions(workspace: &Workspace, root: Root) -> Vec<String> {
    let db = workspace.db();
    let all = (0..2).flat_map(|number| versions_in(db, root, number));
    all.map(|version| {
        let taken = match version.picked.outcome.name() {
            Some(name) => name.to_string(),
            None => format!("{:?}", version.picked.outcome),
        };
        format!("{} {} {taken}", version.environment, version.name)
    })
    .collect()
}

#[test]
fn each_environment_takes_its_own() {
    let (mut workspace, root) = fleet();
    assert_eq!(
        versions(&workspace, root),
        [
            "production web Unknown",
            "production db Unknown",
            "staging web Unknown",
            "staging db Unknown"
        ]
    );
    let tags = ["v1.4.2", "v1.5.0-rc.1", "v1.5.0-staging-7", "v1.3.0"];
    let charts = Repository::parse("oci://ghcr.io/acme/charts/db").unwrap();
    workspace.set_answers(
        vec![
            (web(), listing(&tags)),
            (charts, listing(&["1.2.0", "v1.9.0", "2.0.0"])),
        ],
        Timestamp(60),
    );
    assert_eq!(
        versions(&workspace, root),
        [
            "production web v1.4.2",
            "production db 1.2.0",
            "staging web v1.5.0-staging-7",
            "staging db 1.2.0"
        ]
    );
    let db = workspace.db();
    let production = &versions_in(db, root, 0)[0];
    assert_eq!(production.picked.newest_stable().unwrap(), "v1.4.2");
    let passed = production.picked.passed_over().unwrap();
    assert_eq!(passed, "v1.5.0-staging-7");
    assert_eq!(
        production.picked.why_passed_over().unwrap(),
        "prereleases are not asked for; `>=0.0.0-0` takes it"
    );
    assert_eq!(now(db), Timestamp(60));
}

#[test]
fn a_range_that_is_typed_chooses_at_once() {
    let (mut workspace, root) = fleet();
    workspace.set_answers(vec![(web(), listing(&["1.4.2", "1.3.0"]))], Timestamp(0));
    let text = FLEET[5].1.replace(">=0.0.0", "<1.4.0");
    let file = workspace
        .set_buffer(Utf8Path::new("/repo/apps/base/web.yaml"), Some(text.into()))
        .unwrap();
    assert_eq!(versions(&workspace, root)[0], "production web 1.3.0");
    let own = versions_of_object(workspace.db(), file, DefinedBy::Object(0));
    let told: Vec<_> = own
        .iter()
        .map(|version| (version.environment.as_str(), version.picked.outcome.clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("production", Outcome::Tag("1.3.0".into())),
            ("staging", Outcome::NoMatch)
        ]
    );
}

#[test]
fn equal_tags_are_ambiguous_where_nothing_orders_them() {
    let tags = Arc::new(["1.0.0", "v1.0.0"].map(SmolStr::new).to_vec());
    let of = |rule: Rule| {
        let selection = selection(&rule, Flux::default()).unwrap();
        let tags = Readable::of(tags.clone(), &selection);
        Picked::of(Some(Arc::new(tags)), &rule, Flux::default())
    };
    let range = of(Rule::Range {
        range: "*".into(),
        filter: None,
        helm: false,
    });
    assert_eq!(range.outcome, Outcome::Tag("1.0.0".into()));
    assert!(!range.ambiguous);
    let image = of(Rule::Image {
        range: "*".into(),
        filter: None,
        extract: None,
        excluded: Vec::new(),
    });
    assert!(image.ambiguous);
    // Helm lists no tag with a `v`.
    assert!(!of(Rule::Chart("*".into())).ambiguous);
}

#[test]
fn what_cannot_be_read_is_the_reason_of_every_tag() {
    let reason = |range: &str, filter: Option<&str>| {
        let rule = |filter: Option<&str>| Rule::Range {
            range: range.into(),
            filter: filter.map(Into::into),
            helm: false,
        };
        let any = selection(&rule(None).with_range("*"), Flux::default()).unwrap();
        let tags = Readable::of(Arc::new(vec!["1.0.0".into()]), &any);
        let picked = Picked::of(Some(Arc::new(tags)), &rule(filter), Flux::default());
        picked.reasons()[0].1.clone().unwrap()
    };
    assert_eq!(
        reason("^1 ||", None),
        "the range cannot be read, so none is taken"
    );
    assert_eq!(
        reason("^1", Some("[")),
        "the filter cannot be read, so none is taken"
    );
}

#[test]
fn what_is_to_be_asked_grows_with_the_answers() {
    let (mut workspace, root) = fleet();
    let ask = |workspace: &Workspace| {
        let asks = wanted(workspace.db(), root);
        let names: Vec<_> = asks.iter().map(|ask| ask.repository.to_string()).collect();
        assert_eq!(names, ["ghcr.io/acme/charts/db", "ghcr.io/acme/web"]);
        asks[1].clone()
    };
    let before = ask(&workspace);
    assert_eq!((before.interval, before.insecure), (300, false));
    assert!(before.artifacts.is_empty() && before.bundles.is_empty());
    let tags = ["1.4.2", "1.5.0-rc.1", "1.5.0-staging-7"];
    workspace.set_answers(vec![(web(), listing(&tags))], Timestamp(0));
    let after = ask(&workspace);
    assert_eq!(
        after.artifacts.into_iter().collect::<Vec<_>>(),
        ["1.4.2", "1.5.0-staging-7"]
    );
    let bundles: Vec<_> = after.bundles.into_iter().map(|(tag, _)| tag).collect();
    assert_eq!(bundles, ["1.4.2", "1.5.0-staging-7"]);
}

#[test]
fn an_answer_that_says_nothing_new_makes_nothing_anew() {
    let (mut workspace, root) = fleet();
    let folder = tempfile::tempdir().unwrap();
    let top = Utf8Path::from_path(folder.path()).unwrap();
    let artifact = |at| Artifact {
        digest: "sha256:0".into(),
        created: None,
        source: None,
        revision: None,
        layers: Vec::new(),
        at: Timestamp(at),
    };
    let answers = |at| {
        let tags = ["1.4.2".into(), "1.3.0".into()].to_vec();
        let tags = Listing {
            tags,
            at: Timestamp(at),
        };
        [
            Answer::Listing(tags),
            Answer::Artifact("1.4.2".into(), artifact(at)),
            Answer::Pulled("sha256:0".into(), top.to_owned()),
        ]
        .map(|answer| (web(), answer))
        .to_vec()
    };
    // Whatever is made anew is another one, for builds and choices are not compared.
    let made = |workspace: &Workspace| {
        let db = workspace.db();
        let cluster = crate::nth_cluster(db, root, 0).unwrap();
        let applications = cluster.applications.iter();
        let builds: Vec<_> = applications
            .filter_map(|one| cluster.built(db, one))
            .collect();
        let picked = versions_in(db, root, 0)[0].picked.clone();
        (builds, picked)
    };
    let same = |(a, of_a): &(Vec<Arc<crate::Built>>, Arc<Picked>), (b, of_b): &(Vec<_>, _)| {
        let builds = a.iter().zip(b).map(|(a, b)| Arc::ptr_eq(a, b));
        (builds.collect::<Vec<_>>(), Arc::ptr_eq(of_a, of_b))
    };
    workspace.set_answers(answers(0), Timestamp(0));
    let first = made(&workspace);
    assert_eq!(first.0.len(), 2, "the artifact is walked through too");
    workspace.set_answers(answers(60), Timestamp(60));
    let again = made(&workspace);
    assert_eq!(same(&first, &again), (vec![true, true], true));
    let asked = versions_in(workspace.db(), root, 0)[0].asked(workspace.db());
    assert_eq!(asked, Some(Timestamp(60)));
    // A new tag that production does not take is chosen among anew, but nothing is built for it.
    let mut newer = answers(90);
    if let Answer::Listing(listing) = &mut newer[0].1 {
        listing.tags.push("1.5.0-rc.1".into());
    }
    workspace.set_answers(newer, Timestamp(90));
    assert_eq!(same(&first, &made(&workspace)), (vec![true, true], false));
}

#[test]
fn the_walk_goes_on_in_the_artifact_that_is_taken() {
    let (mut workspace, root) = fleet();
    let folder = tempfile::tempdir().unwrap();
    let top = Utf8Path::from_path(folder.path()).unwrap();
    std::fs::create_dir(top.join("deploy")).unwrap();
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: in-bundle, namespace: web}\n";
    std::fs::write(top.join("deploy/config.yaml"), manifest).unwrap();
    let artifact = Artifact {
        digest: "sha256:0".into(),
        created: None,
        source: None,
        revision: None,
        layers: Vec::new(),
        at: Timestamp(0),
    };
    let answers = [
        listing(&["1.4.2"]),
        Answer::Artifact("1.4.2".into(), artifact),
        Answer::Pulled("sha256:0".into(), top.to_owned()),
    ];
    let unknown = |workspace: &Workspace| {
        let consumers = bundle_consumers(workspace.db(), root);
        consumers
            .iter()
            .map(|consumer| consumer.is_known)
            .collect::<Vec<_>>()
    };
    assert_eq!(unknown(&workspace), [false, false]);
    workspace.set_answers(answers.map(|answer| (web(), answer)).into(), Timestamp(0));
    // Staging takes none of the tags.
    assert_eq!(unknown(&workspace), [true, false]);
    let db = workspace.db();
    let cluster = crate::nth_cluster(db, root, 0).unwrap();
    let names: Vec<_> = cluster
        .applications
        .iter()
        .flat_map(|application| cluster.objects(db, application).as_ref().clone())
        .map(|object| object.name)
        .collect();
    assert!(names.iter().any(|name| name == "in-bundle"), "{names:?}");
    // The files know who applies them, and which artifact they are of.
    let files = versions_in(db, root, 0)[0].files(db).unwrap();
    let crate::Found::File(file) = crate::find(db, files, "deploy/config.yaml") else {
        panic!("the artifact has no such file")
    };
    let applied: Vec<_> = crate::applied_from(db, file)
        .iter()
        .map(|applied| applied.name.clone())
        .collect();
    assert_eq!(applied, ["in-bundle"]);
    assert_eq!(bundle_of(db, file.root(db)).as_deref(), Some("web:1.4.2"));
    let way = crate::relative(Utf8Path::new(REPO), &file.absolute_path(db));
    assert_eq!(
        shown_path(db, root, Utf8Path::new(&way)),
        "web:1.4.2/deploy/config.yaml"
    );
}

#[test]
fn the_newest_tags_of_what_an_editor_shows_are_asked_for() {
    let (mut workspace, root) = fleet();
    let tags: Vec<_> = (0..20).map(|minor| format!("v1.{minor}.0")).collect();
    let tags: Vec<_> = tags.iter().map(String::as_str).collect();
    workspace.set_answers(vec![(web(), listing(&tags))], Timestamp(0));
    let asked = |workspace: &Workspace| {
        let wanted = wanted(workspace.db(), root);
        let of_web = wanted.iter().find(|ask| ask.repository == web()).unwrap();
        of_web.artifacts.clone()
    };
    assert_eq!(asked(&workspace), ["v1.19.0".into()].into());
    let (path, text) = FLEET[5];
    workspace.set_buffer(&Utf8Path::new(REPO).join(path), Some(text.into()));
    let newest: Vec<_> = (10..20).map(|minor| format!("v1.{minor}.0")).collect();
    let newest = newest.iter().map(|tag| tag.as_str().into()).collect();
    assert_eq!(asked(&workspace), newest);
}

#[test]
fn what_could_not_be_had_of_one_thing_is_no_fault_of_others() {
    let (mut workspace, root) = fleet();
    let fault = Fault {
        message: "no such manifest".into(),
        help: None,
        at: Timestamp(0),
        is_passing: false,
        retry_at: None,
    };
    let answers = vec![
        (web(), listing(&["v1.0.0", "v1.1.0"])),
        (web(), Answer::Fault(Some("v1.1.0".into()), fault)),
    ];
    workspace.set_answers(answers, Timestamp(0));
    let fault = |workspace: &Workspace| {
        let versions = versions_in(workspace.db(), root, 0);
        let web = versions.iter().find(|version| version.name == "web");
        web.unwrap().fault(workspace.db()).is_some()
    };
    assert!(fault(&workspace));
    // Something else is taken from now on.
    workspace.set_answers(vec![(web(), listing(&["v1.0.0"]))], Timestamp(0));
    assert!(!fault(&workspace));
}

#[test]
fn a_variable_without_a_value_is_no_range() {
    for text in ["'${RANGE:=^1}'", "'${RANGE}'"] {
        let mut files = FLEET.to_vec();
        let base = FLEET[5].1.replace("'>=0.0.0'", text);
        files[5].1 = &base;
        // What is put there is YAML: `>=1` begins a folded text, and the build fails.
        let entry = FLEET[0].1.replace(
            "spec: {path",
            "spec: {postBuild: {substitute: {RANGE: '>=1'}}, path",
        );
        files[0].1 = &entry;
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new(REPO), &files);
        workspace.set_answers(vec![(web(), listing(&["v1.0.0"]))], Timestamp(0));
        let versions = versions_in(workspace.db(), root, 0);
        let production = versions
            .iter()
            .find(|version| version.name == "web")
            .unwrap();
        let written = text.trim_matches('\'').into();
        let invalid = Outcome::Invalid(Invalid::Variable(written));
        assert_eq!(production.picked.outcome, invalid);
        let reasons = production.picked.reasons();
        let reason = reasons[0].1.as_deref();
        assert_eq!(reason, Some("a variable has no value, so none is taken"));
    }
}
