//! What a change does to an environment, and what differs between two.

use camino::Utf8Path;
use infragen_workspace::{
    Cause, CompareOptions, Comparison, Deletion, LeftAlone, ObjectChange, Shown, Side, Unknown,
    Workspace, clusters, compare_change, compare_environments,
};

const SYNC: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/main
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
";

type Files = Vec<(String, String)>;

fn flux(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )
}

/// A cluster with one Flux Kustomization, `web`, that prunes.
fn cluster(manifests: &str) -> Files {
    with_application(&flux("web", "./apps/web", "  prune: true\n"), manifests)
}

fn with_application(application: &str, manifests: &str) -> Files {
    let files = [
        ("clusters/main/gotk-sync.yaml", SYNC),
        ("clusters/main/web.yaml", application),
        ("apps/web/objects.yaml", manifests),
    ];
    files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn compared(before: &Files, after: &Files, service: Option<&str>) -> Comparison {
    let mut workspace = Workspace::new();
    let mut open = |name: &str, files: &Files| {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        workspace.open_memory_root(Utf8Path::new(name), &files)
    };
    let roots = [open("/before", before), open("/after", after)];
    let db = workspace.db();
    let [before, after] = roots.map(|root| Side {
        db,
        root,
        cluster: clusters(db, root).remove(0),
    });
    let options = CompareOptions {
        service: service.map(Into::into),
    };
    compare_change(&before, &after, &options)
}

fn deletion(deletion: &Deletion) -> String {
    let cause = match &deletion.cause {
        Cause::NotApplied => "not applied".to_owned(),
        Cause::Moved { to } => format!("moved to {}", to.1),
        Cause::ApplicationRemoved => "application removed".to_owned(),
        Cause::Renamed { to } => format!("renamed to {}", to.1),
        Cause::Immutable { fields } => {
            let paths: Vec<_> = fields.iter().map(|field| field.path.to_string()).collect();
            format!("immutable {}", paths.join(", "))
        }
    };
    let object = &deletion.object;
    format!(
        "{} {} of {}: {cause}, {:?}",
        object.kind.kind, object.name, deletion.application.1, deletion.fate
    )
}

fn deletions(before: &Files, after: &Files) -> Vec<String> {
    let comparison = compared(before, after, None);
    assert_eq!(comparison.unknown, []);
    comparison.deletions.iter().map(deletion).collect()
}

fn change(change: &ObjectChange) -> String {
    let value = |shown: &Option<Shown>| match shown {
        None => "-".to_owned(),
        Some(Shown::Hidden) => "?".to_owned(),
        Some(Shown::Value(text)) => text.trim_end().replace('\n', "|"),
    };
    let fields = change.fields.iter().map(|field| {
        format!(
            " {}: {} -> {}",
            field.path,
            value(&field.before),
            value(&field.after)
        )
    });
    let fields: Vec<_> = fields.collect();
    let sign = match (&change.before, &change.after) {
        (None, _) => "+",
        (_, None) => "-",
        _ => "~",
    };
    let object = &change.object;
    let mut name = format!("{sign}{} {}", object.kind.kind, object.name);
    if let Some(was) = &change.was {
        name.push_str(&format!(" was {}/{}", was.namespace, was.name));
    }
    name + &fields.join(",")
}

fn changes(comparison: &Comparison) -> Vec<String> {
    comparison.objects.iter().map(change).collect()
}

fn config(name: &str, data: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: web}}\ndata: {{{data}}}\n"
    )
}

fn marked(mark: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n  namespace: web\n  annotations: {{{mark}}}\n"
    )
}

#[test]
fn what_is_applied_no_more_is_deleted() {
    let before = cluster(&(config("a", "") + &config("b", "")));
    let after = cluster(&config("a", ""));
    assert_eq!(
        deletions(&before, &after),
        ["ConfigMap b of web: not applied, Deleted"]
    );
    assert_eq!(deletions(&after, &after), [""; 0]);
}

#[test]
fn what_keeps_an_object_is_known() {
    let both = config("a", "") + &config("b", "");
    let kept = |more: &str, before: &str| {
        let web = flux("web", "./apps/web", more);
        deletions(
            &with_application(&web, before),
            &with_application(&web, &config("a", "")),
        )
    };
    assert_eq!(
        kept("  prune: false\n", &both),
        ["ConfigMap b of web: not applied, Kept(NoPrune)"]
    );
    assert_eq!(
        kept("  prune: true\n  suspend: true\n", &both),
        ["ConfigMap b of web: not applied, Kept(Suspended)"]
    );
    let mark = "kustomize.toolkit.fluxcd.io/prune: Disabled";
    assert_eq!(
        kept("  prune: true\n", &(config("a", "") + &marked(mark))),
        ["ConfigMap b of web: not applied, Kept(PruneDisabled)"]
    );
}

#[test]
fn a_kustomization_that_is_removed_takes_what_it_applies() {
    let removed = |more: &str| {
        let before = with_application(&flux("web", "./apps/web", more), &config("a", ""));
        let mut after = before.clone();
        after.remove(1);
        deletions(&before, &after)
    };
    let gone = "Kustomization web of flux-system: not applied, Deleted";
    assert_eq!(
        removed("  prune: true\n"),
        [gone, "ConfigMap a of web: application removed, Deleted"]
    );
    assert_eq!(
        removed("  prune: false\n"),
        [
            gone,
            "ConfigMap a of web: application removed, Kept(NoPrune)"
        ]
    );
    assert_eq!(
        removed("  prune: false\n  deletionPolicy: Delete\n"),
        [gone, "ConfigMap a of web: application removed, Deleted"]
    );
    assert_eq!(
        removed("  prune: true\n  deletionPolicy: Orphan\n"),
        [
            gone,
            "ConfigMap a of web: application removed, Kept(DeletionPolicy)"
        ]
    );
    assert_eq!(
        removed("  prune: true\n  suspend: true\n"),
        [
            gone,
            "ConfigMap a of web: application removed, Kept(Suspended)"
        ]
    );
}

#[test]
fn a_kustomization_that_stays_keeps_what_it_applies() {
    let mark = "metadata:\n  annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}\n  name: web\n  namespace: flux-system\n";
    let web = flux("web", "./apps/web", "  prune: true\n")
        .replace("metadata: {name: web, namespace: flux-system}\n", mark);
    let before = with_application(&web, &config("a", ""));
    let mut after = before.clone();
    after.remove(1);
    assert_eq!(
        deletions(&before, &after),
        [
            "Kustomization web of flux-system: not applied, Kept(PruneDisabled)",
            "ConfigMap a of web: application removed, Kept(ApplicationStays)",
        ]
    );
}

#[test]
fn a_kustomization_that_is_renamed_is_told_as_such() {
    let before = cluster(&(config("a", "") + &config("b", "")));
    let after = with_application(
        &flux("site", "./apps/web", "  prune: true\n"),
        &config("a", ""),
    );
    assert_eq!(
        deletions(&before, &after),
        [
            "Kustomization web of flux-system: renamed to site, Deleted",
            "ConfigMap b of web: application removed, Deleted",
            "ConfigMap a of web: moved to site, Race",
        ]
    );
}

#[test]
fn what_moves_between_kustomizations_may_be_pruned() {
    let before = cluster(&config("a", ""));
    let mut after = cluster("");
    after.push((
        "clusters/main/api.yaml".into(),
        flux("api", "./apps/api", "  prune: true\n"),
    ));
    after.push(("apps/api/a.yaml".into(), config("a", "")));
    assert_eq!(
        deletions(&before, &after),
        ["ConfigMap a of web: moved to api, Race"]
    );
    // Its own labels alone say so: nothing else of it changes.
    let comparison = compared(&before, &after, None);
    assert_eq!(changes(&comparison), ["~ConfigMap a", "+Kustomization api"]);
}

const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: web}\n\
                     spec: {storageClassName: slow}\n";

#[test]
fn what_cannot_be_changed_is_refused_or_made_anew() {
    let fast = CLAIM.replace("slow", "fast");
    let found = |more: &str, before: &str, after: &str| {
        let web = flux("web", "./apps/web", more);
        deletions(
            &with_application(&web, before),
            &with_application(&web, after),
        )
    };
    let path = "PersistentVolumeClaim data of web: immutable spec.storageClassName";
    assert_eq!(
        found("  prune: true\n", CLAIM, &fast),
        [format!("{path}, Refused")]
    );
    assert_eq!(
        found("  prune: true\n  force: true\n", CLAIM, &fast),
        [format!("{path}, MadeAnew")]
    );
    let forced = fast.replace(
        "metadata: {",
        "metadata: {annotations: {kustomize.toolkit.fluxcd.io/force: enabled}, ",
    );
    assert_eq!(
        found("  prune: true\n", CLAIM, &forced),
        [format!("{path}, MadeAnew")]
    );
}

#[test]
fn a_field_tells_what_it_was_and_which_line_sets_it() {
    let mut before = cluster("");
    before[2] = (
        "apps/web/kustomization.yaml".into(),
        "resources: [../base]\npatches:\n- path: patch.yaml\n".into(),
    );
    before.push((
        "apps/base/kustomization.yaml".into(),
        "resources: [a.yaml]\n".into(),
    ));
    before.push((
        "apps/base/a.yaml".into(),
        config("a", "size: one, left: out"),
    ));
    let mut after = before.clone();
    before.push(("apps/web/patch.yaml".into(), config("a", "other: thing")));
    after.push((
        "apps/web/patch.yaml".into(),
        config("a", "\n  other: thing,\n  size: two,\n  left: null"),
    ));
    let comparison = compared(&before, &after, None);
    assert_eq!(
        changes(&comparison),
        ["~ConfigMap a data.size: one -> two, data.left: out -> -"]
    );
    let [size, left] = comparison.objects[0].fields.as_slice() else {
        panic!("{comparison:?}");
    };
    assert!(left.set.is_none());
    assert_eq!(
        left.was_set.as_ref().unwrap().file.as_str(),
        "apps/base/a.yaml"
    );
    assert_eq!(
        size.was_set.as_ref().unwrap().file.as_str(),
        "apps/base/a.yaml"
    );
    let set = size.set.as_ref().unwrap();
    assert_eq!(set.file.as_str(), "apps/web/patch.yaml");
    assert_eq!(&after.last().unwrap().1[set.range], "two");
}

#[test]
fn the_data_of_a_secret_is_told_by_key_only() {
    let secret = |data: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: web\n  annotations:\n    \
             kubectl.kubernetes.io/last-applied-configuration: '{data}'\nstringData: {{{data}}}\ndata: {{{data}}}\n"
        )
    };
    let comparison = compared(
        &cluster(&secret("key: hunter2, old: swordfish")),
        &cluster(&secret("key: hunter3, new: trustno1")),
        None,
    );
    let all = format!("{comparison:?}");
    for word in ["hunter2", "hunter3", "swordfish", "trustno1"] {
        assert!(!all.contains(word), "{word} in {all}");
    }
    let told = changes(&comparison).join("");
    for path in [
        "data.key: ? -> ?",
        "data.old: ? -> -",
        "stringData.new: - -> ?",
    ] {
        assert!(told.contains(path), "{told}");
    }
    // Also where all of it is new.
    let none = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: web}\n";
    let comparison = compared(&cluster(none), &cluster(&secret("key: hunter2")), None);
    assert!(
        !format!("{comparison:?}").contains("hunter2"),
        "{comparison:?}"
    );
}

#[test]
fn what_is_copied_out_of_a_secret_is_not_told() {
    let files = |value: &str| {
        let mut files = cluster(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: web}}\nstringData: {{a: {value}}}\n---\n{}",
            config("c", "x: one, y: two")
        ));
        files.push((
            "apps/web/kustomization.yaml".into(),
            "resources: [objects.yaml]
replacements:
- source: {kind: Secret, name: s, fieldPath: stringData.a}
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.x]}]
- source: {kind: Secret, name: s, fieldPath: stringData}
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.all], options: {create: true}}]
- source: {kind: Secret, name: s, fieldPath: metadata.name}
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.y]}]
"
            .into(),
        ));
        files
    };
    let comparison = compared(&files("hunter2"), &files("hunter3"), None);
    let all = format!("{comparison:?}");
    assert!(!all.contains("hunter"), "{all}");
    assert_eq!(
        changes(&comparison),
        [
            "~ConfigMap c data.x: ? -> ?, data.all.a: ? -> ?",
            "~Secret s stringData.a: ? -> ?"
        ]
    );
}

#[test]
fn what_a_secret_gives_to_variables_is_not_told() {
    let files = |value: &str| {
        let more = "  prune: true\n  postBuild: {substituteFrom: [{kind: Secret, name: s}]}\n";
        let mut files = with_application(
            &flux("web", "./apps/web", more),
            &config("a", "url: 'https://${PASSWORD}@x'"),
        );
        files.push((
            "clusters/main/secret.yaml".into(),
            format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: flux-system}}\nstringData: {{PASSWORD: {value}}}\n"),
        ));
        files
    };
    let comparison = compared(&files("hunter2"), &files("hunter3"), None);
    let all = format!("{comparison:?}");
    assert!(!all.contains("hunter"), "{all}");
    assert_eq!(
        changes(&comparison),
        ["~Secret s stringData.PASSWORD: ? -> ?"]
    );
}

#[test]
fn a_build_that_fails_is_told_and_hides_no_deletion_of_others() {
    let mut before = cluster(&config("a", ""));
    before.push(("clusters/main/config.yaml".into(), config("c", "")));
    let mut after = cluster(&config("a", ""));
    after[2] = (
        "apps/web/kustomization.yaml".into(),
        "resources: [nowhere.yaml]\n".into(),
    );
    let comparison = compared(&before, &after, None);
    let [unknown] = comparison.unknown.as_slice() else {
        panic!("{comparison:?}");
    };
    assert_eq!(unknown.application.1, "web");
    assert!(unknown.before.is_none());
    assert!(matches!(&unknown.after, Some(Unknown::Fails(errors)) if !errors.is_empty()));
    let found: Vec<_> = comparison.deletions.iter().map(deletion).collect();
    assert_eq!(found, ["ConfigMap c of flux-system: not applied, Deleted"]);
    // The other way round likewise: nothing is called new.
    let comparison = compared(&after, &before, None);
    assert_eq!(comparison.unknown.len(), 1);
    assert_eq!(changes(&comparison), ["+ConfigMap c"]);
}

#[test]
fn what_follows_a_kustomization_that_fails_is_not_called_deleted() {
    let mut before = cluster(&flux("below", "./apps/below", "  prune: true\n"));
    before.push(("apps/below/a.yaml".into(), config("a", "")));
    let mut after = before.clone();
    after[2] = (
        "apps/web/kustomization.yaml".into(),
        "resources: [nowhere.yaml]\n".into(),
    );
    let comparison = compared(&before, &after, None);
    assert_eq!(comparison.deletions, []);
    assert_eq!(comparison.objects, []);
    let names: Vec<_> = comparison
        .unknown
        .iter()
        .map(|it| it.application.1.as_str())
        .collect();
    assert_eq!(names, ["web"]);
}

#[test]
fn a_name_with_the_hash_of_its_content_is_one_object() {
    let files = |value: &str| {
        let mut files = cluster("");
        files[2] = (
            "apps/web/kustomization.yaml".into(),
            format!(
                "namespace: web\nconfigMapGenerator:\n- name: settings\n  literals: [a={value}]\n"
            ),
        );
        files
    };
    let comparison = compared(&files("1"), &files("2"), None);
    assert_eq!(comparison.deletions, []);
    let told = changes(&comparison);
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("data.a: \"1\" -> \"2\""), "{told:?}");
}

#[test]
fn a_service_is_told_alone() {
    let mut before = cluster(&config("a", "x: eins"));
    before.push((
        "clusters/main/api.yaml".into(),
        flux("api", "./apps/api", "  prune: true\n"),
    ));
    before.push(("apps/api/objects.yaml".into(), config("b", "x: eins")));
    let mut after = before.clone();
    after[2].1 = config("a", "x: zwei");
    after[4].1 = config("c", "x: zwei");
    let told = |service| {
        let comparison = compared(&before, &after, Some(service));
        let mut told = changes(&comparison);
        told.extend(comparison.deletions.iter().map(deletion));
        told
    };
    assert_eq!(told("web"), ["~ConfigMap a data.x: eins -> zwei"]);
    assert_eq!(
        told("api"),
        [
            "-ConfigMap b",
            "+ConfigMap c",
            "ConfigMap b of api: not applied, Deleted"
        ]
    );
    assert_eq!(told("a"), ["~ConfigMap a data.x: eins -> zwei"]);
    assert_eq!(told("nothing"), [""; 0]);
}

#[test]
fn environments_are_compared_object_by_object() {
    let config = |namespace: &str, name: &str, value: &str| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {{a: {value}}}\n"
        )
    };
    let namespace =
        |name: &str| format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n");
    let files = [
        (
            "clusters/staging/a.yaml",
            config("shared", "same", "x")
                + &config("shared", "differs", "one")
                + &config("shared", "here", "x")
                + &config("web-staging", "by-environment", "one")
                + &config("qa", "by-namespace", "one")
                + &config("shared", "url-staging", "x")
                + &namespace("qa"),
        ),
        (
            "clusters/production/a.yaml",
            config("shared", "same", "x")
                + &config("shared", "differs", "two")
                + &config("shared", "there", "x")
                + &config("web-production", "by-environment", "two")
                + &config("live", "by-namespace", "two")
                + &config("shared", "url-production", "x")
                + &namespace("live"),
        ),
    ];
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let mut workspace = Workspace::new();
    let root = workspace.open_memory_root(Utf8Path::new("/repository"), &files);
    let db = workspace.db();
    let mut sides = clusters(db, root)
        .into_iter()
        .map(|cluster| Side { db, root, cluster });
    let (production, staging) = (sides.next().unwrap(), sides.next().unwrap());
    let comparison = compare_environments(&staging, &production, &CompareOptions::default());
    assert_eq!(comparison.deletions, []);
    assert_eq!(comparison.same, 1);
    let names = |told: &str| told.split(',').next().unwrap().to_owned();
    let told: Vec<_> = changes(&comparison)
        .iter()
        .map(|told| names(told))
        .collect();
    let name = |name: &str, was: &str| format!(" metadata.name: {was} -> {name}");
    assert_eq!(
        told,
        [
            "~ConfigMap by-namespace was qa/by-namespace metadata.namespace: qa -> live".to_owned(),
            "~ConfigMap differs data.a: one -> two".to_owned(),
            "-ConfigMap here".to_owned(),
            "+ConfigMap there".to_owned(),
            format!(
                "~ConfigMap url-production was shared/url-staging{}",
                name("url-production", "url-staging")
            ),
            "~ConfigMap by-environment was web-staging/by-environment metadata.namespace: web-staging -> web-production".to_owned(),
            format!("~Namespace live was /qa{}", name("live", "qa")),
        ]
    );
}

/// A ConfigMap with a mark of Flux on it.
fn marked_config(mark: &str, value: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: {{kustomize.toolkit.fluxcd.io/{mark}}}\ndata: {{key: {value}}}\n"
    )
}

#[test]
fn what_flux_does_not_reconcile_stays_as_it_is() {
    let left = |mark: &str| {
        let (before, after) = (
            cluster(&marked_config(mark, "one")),
            cluster(&marked_config(mark, "two")),
        );
        let comparison = compared(&before, &after, None);
        assert_eq!(changes(&comparison), ["~ConfigMap a data.key: one -> two"]);
        comparison.objects[0].left_alone
    };
    assert_eq!(
        left("reconcile: Disabled"),
        Some(LeftAlone::ReconcileDisabled)
    );
    assert_eq!(left("ssa: Ignore"), Some(LeftAlone::SsaIgnore));
    assert_eq!(left("ssa: IfNotPresent"), Some(LeftAlone::IfNotPresent));
    assert_eq!(left("ssa: Merge"), None);
    assert_eq!(left("prune: disabled"), None);
    // Nor does it come into being, but for what is made only once.
    let new = |mark: &str| {
        let comparison = compared(
            &cluster("---\n"),
            &cluster(&marked_config(mark, "one")),
            None,
        );
        comparison.objects[0].left_alone
    };
    assert_eq!(new("ssa: ignore"), Some(LeftAlone::SsaIgnore));
    assert_eq!(new("ssa: IfNotPresent"), None);
}

#[test]
fn what_flux_does_not_reconcile_is_not_deleted() {
    let other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n";
    let gone = |mark: &str| {
        let before = marked_config(mark, "one") + other;
        deletions(&cluster(&before), &cluster(other)).remove(0)
    };
    let deleted = "ConfigMap a of web: not applied, Deleted";
    assert_eq!(
        gone("reconcile: disabled"),
        "ConfigMap a of web: not applied, Kept(ReconcileDisabled)"
    );
    assert_eq!(
        gone("ssa: Ignore"),
        "ConfigMap a of web: not applied, Kept(SsaIgnore)"
    );
    assert_eq!(gone("ssa: IfNotPresent"), deleted);
    assert_eq!(gone("ssa: Merge"), deleted);
}

#[test]
fn a_field_that_cannot_change_matters_only_where_flux_changes_it() {
    let set = |mark: &str, name: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, annotations: {{kustomize.toolkit.fluxcd.io/{mark}}}}}\nspec: {{selector: {{matchLabels: {{app: {name}}}}}}}\n"
        )
    };
    let found =
        |mark: &str| deletions(&cluster(&set(mark, "one")), &cluster(&set(mark, "two"))).len();
    assert_eq!(found("ssa: Merge"), 1);
    assert_eq!(found("ssa: IfNotPresent"), 0);
}
