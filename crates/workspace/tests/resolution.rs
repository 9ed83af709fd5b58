//! What references lead to, in small repositories that exist in memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and makes its own files"
)]

use camino::Utf8Path;
use infragen_workspace::{
    Db, Entry, Found, PathTarget, Root, Verdict, Workspace, dependency_cycles, environment_of,
    environments, facts, find, is_patch_file, overriding_namespaces, references_to, resolve,
    resolve_path, target,
};

const ROOT: &str = "/repository";

struct Case {
    workspace: Workspace,
    root: Root,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Case {
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new(ROOT), files);
        Case { workspace, root }
    }

    fn with<T>(&self, work: impl FnOnce(&dyn Db, Root) -> T) -> T {
        work(self.workspace.snapshot().db(), self.root)
    }

    /// The verdict on every reference of a file: `name → path, path`, `name → elsewhere …`.
    fn verdicts(&self, path: &str) -> Vec<String> {
        self.with(|db, _| {
            let file = self
                .workspace
                .file(&Utf8Path::new(ROOT).join(path))
                .unwrap();
            let facts = facts(db, file);
            facts
                .references()
                .map(|(object, reference)| {
                    let paths = |found: &[infragen_workspace::Definition]| {
                        let paths: Vec<_> =
                            found.iter().map(|d| d.file.path(db).to_string()).collect();
                        paths.join(", ")
                    };
                    let verdict = match resolve(db, file, object, reference).verdict {
                        Verdict::Found(found) => paths(&found),
                        Verdict::OtherNamespace(found) => {
                            format!("other namespace: {}", paths(&found))
                        }
                        Verdict::OtherKind(kinds) => {
                            let kinds: Vec<_> =
                                kinds.iter().map(|(kind, _)| kind.to_string()).collect();
                            format!("other kind: {}", kinds.join(", "))
                        }
                        Verdict::Nowhere => "nowhere".to_owned(),
                        Verdict::Unknown => "unknown".to_owned(),
                    };
                    format!("{} → {verdict}", reference.name.value)
                })
                .collect()
        })
    }
}

fn kustomization(name: &str, namespace: &str, rest: &str) -> String {
    let namespace = if namespace.is_empty() {
        String::new()
    } else {
        format!("  namespace: {namespace}\n")
    };
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n{namespace}spec:\n{rest}"
    )
}

const SOURCE: &str = "  sourceRef:\n    kind: GitRepository\n    name: flux-system\n";

#[test]
fn a_name_resolves_to_the_same_environment_first() {
    let wait = kustomization("b", "flux-system", "  dependsOn:\n  - name: a\n");
    let a = kustomization("a", "flux-system", "  prune: true\n");
    let case = Case::new(&[
        ("clusters/staging/a.yaml", &a),
        ("clusters/production/a.yaml", &a),
        ("clusters/staging/b.yaml", &wait),
        ("shared/c.yaml", &wait),
    ]);
    assert_eq!(
        case.verdicts("clusters/staging/b.yaml"),
        ["a → clusters/staging/a.yaml"]
    );
    assert_eq!(
        case.verdicts("shared/c.yaml"),
        ["a → clusters/production/a.yaml, clusters/staging/a.yaml"],
        "a shared file answers once per environment"
    );
}

#[test]
fn a_literal_namespace_elsewhere_is_told() {
    let case = Case::new(&[
        ("a.yaml", &kustomization("a", "apps", "  prune: true\n")),
        (
            "b.yaml",
            &kustomization(
                "b",
                "flux-system",
                "  dependsOn:\n  - name: a\n  - name: a\n    namespace: apps\n",
            ),
        ),
    ]);
    assert_eq!(
        case.verdicts("b.yaml"),
        ["a → other namespace: a.yaml", "a → a.yaml"]
    );
}

#[test]
fn a_kustomization_file_above_decides_the_namespace() {
    let case = Case::new(&[
        (
            "apps/kustomization.yaml",
            "namespace: media\nresources: [a.yaml, b.yaml]\n",
        ),
        ("apps/a.yaml", &kustomization("a", "", "  prune: true\n")),
        (
            "apps/b.yaml",
            &kustomization("b", "ignored", "  dependsOn:\n  - name: a\n"),
        ),
        (
            "other.yaml",
            &kustomization("c", "flux-system", "  dependsOn:\n  - name: a\n"),
        ),
    ]);
    assert_eq!(case.verdicts("apps/b.yaml"), ["a → apps/a.yaml"]);
    assert_eq!(
        case.verdicts("other.yaml"),
        ["a → other namespace: apps/a.yaml"]
    );
    let overrides = case.with(|db, _| {
        let file = case
            .workspace
            .file(Utf8Path::new("/repository/apps/b.yaml"))
            .unwrap();
        overriding_namespaces(db, file).overrides.clone()
    });
    assert_eq!(overrides, ["media"]);
}

#[test]
fn the_outermost_namespace_wins_and_a_target_namespace_over_all() {
    let outer = kustomization(
        "apps",
        "flux-system",
        &format!("  path: ./apps\n  targetNamespace: final\n{SOURCE}"),
    );
    let case = Case::new(&[
        (
            "clusters/one/flux-system/sync.yaml",
            &kustomization(
                "flux-system",
                "flux-system",
                &format!("  path: ./clusters/one\n{SOURCE}"),
            ),
        ),
        ("clusters/one/apps.yaml", &outer),
        (
            "apps/kustomization.yaml",
            "namespace: outer\nresources: [web]\n",
        ),
        (
            "apps/web/kustomization.yaml",
            "namespace: inner\nresources: [a.yaml]\n",
        ),
        (
            "apps/web/a.yaml",
            &kustomization("a", "", "  prune: true\n"),
        ),
    ]);
    let namespaces = case.with(|db, _| {
        let file = case
            .workspace
            .file(Utf8Path::new("/repository/apps/web/a.yaml"))
            .unwrap();
        (*overriding_namespaces(db, file)).clone()
    });
    assert_eq!(
        (namespaces.overrides.as_slice(), namespaces.own),
        (["final".into()].as_slice(), false)
    );
}

#[test]
fn what_stands_in_a_patch_file_is_no_object() {
    let case = Case::new(&[
        ("base/kustomization.yaml", "resources: [a.yaml]\n"),
        ("base/a.yaml", &kustomization("a", "x", "  prune: true\n")),
        (
            "overlay/kustomization.yaml",
            "resources: [../base]\npatches: [{path: patch.yaml}]\n",
        ),
        (
            "overlay/patch.yaml",
            &kustomization("a", "x", "  wait: true\n"),
        ),
        (
            "b.yaml",
            &kustomization("b", "x", "  dependsOn: [{name: a}]\n"),
        ),
    ]);
    assert_eq!(case.verdicts("b.yaml"), ["a → base/a.yaml"]);
    assert!(case.with(|db, _| {
        is_patch_file(
            db,
            case.workspace
                .file(Utf8Path::new("/repository/overlay/patch.yaml"))
                .unwrap(),
        )
    }));
}

#[test]
fn another_kind_of_the_name_is_told() {
    let case = Case::new(&[
        (
            "a.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n",
        ),
        (
            "b.yaml",
            &kustomization(
                "b",
                "x",
                "  dependsOn: [{name: a}, {name: zzz}, {name: '${NAME}'}]\n",
            ),
        ),
    ]);
    assert_eq!(
        case.verdicts("b.yaml"),
        [
            "a → other kind: HelmRelease",
            "zzz → nowhere",
            "${NAME} → unknown"
        ]
    );
}

#[test]
fn generators_and_producers_define_objects() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: n}\nspec:\n  valuesFrom:\n  - {kind: ConfigMap, name: made}\n  - {kind: Secret, name: pulled}\n";
    let case = Case::new(&[
        (
            "kustomization.yaml",
            "resources: [r.yaml, e.yaml]\nconfigMapGenerator: [{name: made}]\n",
        ),
        ("r.yaml", release),
        (
            "e.yaml",
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e, namespace: n}\nspec: {target: {name: pulled}}\n",
        ),
    ]);
    assert_eq!(
        case.verdicts("r.yaml"),
        ["made → kustomization.yaml", "pulled → e.yaml"]
    );
}

#[test]
fn open_files_lie_over_the_disk() {
    let mut case = Case::new(&[
        ("a.yaml", &kustomization("a", "x", "  prune: true\n")),
        (
            "b.yaml",
            &kustomization("b", "x", "  dependsOn: [{name: a}]\n"),
        ),
    ]);
    let a = Utf8Path::new("/repository/a.yaml");
    case.workspace.set_buffer(
        a,
        Some(kustomization("renamed", "x", "  prune: true\n").into()),
    );
    assert_eq!(case.verdicts("b.yaml"), ["a → nowhere"]);
    case.workspace.set_buffer(a, None);
    assert_eq!(case.verdicts("b.yaml"), ["a → a.yaml"]);
    case.workspace.set_buffer(
        Utf8Path::new("/repository/new.yaml"),
        Some(kustomization("zzz", "x", "").into()),
    );
    case.workspace.set_memory(
        Utf8Path::new("/repository/b.yaml"),
        Some(&kustomization("b", "x", "  dependsOn: [{name: zzz}]\n")),
    );
    assert_eq!(
        case.verdicts("b.yaml"),
        ["zzz → new.yaml"],
        "a file that only an editor has"
    );
}

#[test]
fn references_lead_back() {
    let case = Case::new(&[
        ("a.yaml", &kustomization("a", "x", "  prune: true\n")),
        (
            "b.yaml",
            &kustomization("b", "x", "  dependsOn: [{name: a}]\n"),
        ),
        (
            "c.yaml",
            &kustomization(
                "c",
                "y",
                "  dependsOn: [{name: a, namespace: x}, {name: a}]\n",
            ),
        ),
    ]);
    let sites = case.with(|db, root| {
        let kind = infragen_flux::GroupKind::from(infragen_flux::known::KUSTOMIZATION);
        let found = infragen_workspace::definitions(db, root, &kind, "a");
        assert_eq!(target(db, &found[0]).unwrap().name, "a");
        references_to(db, root, &kind, "a", Some(&found[0]))
            .iter()
            .map(|s| (s.file.path(db).to_string(), s.reference))
            .collect::<Vec<_>>()
    });
    assert_eq!(sites, [("b.yaml".to_owned(), 0), ("c.yaml".to_owned(), 0)]);
}

#[test]
fn cycles_are_found_with_all_their_steps() {
    let waits = |name: &str, on: &str| {
        kustomization(name, "x", &format!("  dependsOn: [{{name: {on}}}]\n"))
    };
    let case = Case::new(&[
        ("a.yaml", &waits("a", "b")),
        ("b.yaml", &waits("b", "c")),
        ("c.yaml", &waits("c", "a")),
        ("d.yaml", &waits("d", "a")),
        ("e.yaml", &waits("e", "e")),
    ]);
    let steps = |path: &str| {
        case.with(|db, _| {
            let file = case
                .workspace
                .file(&Utf8Path::new(ROOT).join(path))
                .unwrap();
            let cycles = dependency_cycles(db, file);
            cycles
                .iter()
                .map(|cycle| {
                    cycle
                        .steps
                        .iter()
                        .map(|(d, _)| d.file.path(db).to_string())
                        .collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(steps("a.yaml"), [["a.yaml", "b.yaml", "c.yaml"]]);
    assert_eq!(
        steps("d.yaml"),
        Vec::<Vec<String>>::new(),
        "it waits for a loop, and is in none"
    );
    assert_eq!(steps("e.yaml"), [["e.yaml"]]);
}

#[test]
fn environments_are_found_as_the_repository_shows_them() {
    let case = Case::new(&[
        (
            "clusters/staging/flux-system/gotk-sync.yaml",
            &kustomization(
                "flux-system",
                "flux-system",
                &format!("  path: ./clusters/staging\n{SOURCE}"),
            ),
        ),
        (
            "clusters/production/apps.yaml",
            &kustomization("apps", "flux-system", "  prune: true\n"),
        ),
        ("apps/web/overlays/staging/a.yaml", ""),
        (
            ".infragen.yaml",
            "environments: {preview: {path: fleet/preview}}\n",
        ),
    ]);
    case.with(|db, root| {
        let found = environments(db, root);
        let seen: Vec<_> = found
            .iter()
            .map(|e| {
                (
                    e.name.as_str(),
                    e.path.as_str(),
                    matches!(e.entry, Entry::Object { .. }),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("preview", "fleet/preview", false),
                ("production", "clusters/production", false),
                ("staging", "clusters/staging", true)
            ]
        );
        let of =
            |path: &str| environment_of(db, root, Utf8Path::new(path)).map(|name| name.to_string());
        assert_eq!(
            of("apps/web/overlays/staging/a.yaml").as_deref(),
            Some("staging")
        );
        assert_eq!(
            of("clusters/production/x/y.yaml").as_deref(),
            Some("production")
        );
        assert_eq!(
            of("apps/web/base/staging.yaml"),
            None,
            "a file's name says nothing"
        );
    });
}

#[test]
fn entry_points_in_folders_of_one_name_are_told_apart() {
    let instance = |environment: &str| {
        format!(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {{name: flux, namespace: flux-system}}\nspec: {{sync: {{kind: GitRepository, url: x, path: kubernetes/{environment}/flux}}}}\n"
        )
    };
    let (main, utility) = (instance("main"), instance("utility"));
    let case = Case::new(&[
        ("kubernetes/main/apps/flux.yaml", &main),
        ("kubernetes/main/flux/a.yaml", ""),
        ("kubernetes/utility/apps/flux.yaml", &utility),
        ("kubernetes/utility/flux/a.yaml", ""),
    ]);
    case.with(|db, root| {
        let names: Vec<_> = environments(db, root)
            .iter()
            .map(|e| e.name.clone())
            .collect();
        assert_eq!(names, ["main", "utility"]);
        let apps = Utf8Path::new("kubernetes/utility/apps/web/a.yaml");
        assert_eq!(environment_of(db, root, apps).as_deref(), Some("utility"));
    });
}

#[test]
fn a_path_belongs_to_its_source() {
    let sync = kustomization(
        "flux-system",
        "flux-system",
        &format!("  path: ./clusters/one\n{SOURCE}"),
    );
    let foreign = "  sourceRef:\n    kind: OCIRepository\n    name: bundle\n";
    let case = Case::new(&[
        ("clusters/one/flux-system/gotk-sync.yaml", &sync),
        (
            "clusters/one/here.yaml",
            &kustomization(
                "here",
                "flux-system",
                &format!("  path: ./apps/web\n{SOURCE}"),
            ),
        ),
        (
            "clusters/one/gone.yaml",
            &kustomization(
                "gone",
                "flux-system",
                &format!("  path: ../../apps/wbe\n{SOURCE}"),
            ),
        ),
        (
            "clusters/one/bundle.yaml",
            &kustomization(
                "bundle",
                "flux-system",
                &format!("  path: ./migrations\n{foreign}"),
            ),
        ),
        ("apps/web/a.yaml", ""),
    ]);
    let path = |file: &str| {
        case.with(|db, _| {
            let file = case
                .workspace
                .file(&Utf8Path::new(ROOT).join(file))
                .unwrap();
            let facts = facts(db, file);
            resolve_path(db, file, &facts.objects[0], &facts.objects[0].paths[0])
        })
    };
    assert!(matches!(
        path("clusters/one/here.yaml"),
        PathTarget::Here {
            found: Found::Directory(_),
            sure: true
        }
    ));
    assert!(matches!(
        path("clusters/one/gone.yaml"),
        PathTarget::Here {
            found: Found::Missing,
            sure: true
        }
    ));
    assert_eq!(path("clusters/one/bundle.yaml"), PathTarget::Elsewhere);
}

#[test]
fn an_artifact_leads_back_to_the_repository() {
    let generator = "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\nmetadata: {name: g, namespace: flux-system}\nspec:\n  sources: [{alias: m, kind: GitRepository, name: flux-system}]\n  artifacts:\n  - name: apps\n    copy: [{from: '@m/apps/one/**', to: '@artifact/one/'}]\n";
    let source = "  sourceRef: {kind: ExternalArtifact, name: apps}\n";
    let case = Case::new(&[
        (
            "clusters/one/flux-system/gotk-sync.yaml",
            &kustomization(
                "flux-system",
                "flux-system",
                &format!("  path: ./clusters/one\n{SOURCE}"),
            ),
        ),
        ("clusters/one/g.yaml", generator),
        (
            "clusters/one/apps.yaml",
            &kustomization("apps", "flux-system", &format!("  path: ./one\n{source}")),
        ),
        ("apps/one/a.yaml", ""),
    ]);
    case.with(|db, _| {
        let file = case
            .workspace
            .file(Utf8Path::new("/repository/clusters/one/apps.yaml"))
            .unwrap();
        let facts = facts(db, file);
        let PathTarget::Here {
            found: Found::Directory(found),
            ..
        } = resolve_path(db, file, &facts.objects[0], &facts.objects[0].paths[0])
        else {
            panic!("not found")
        };
        assert_eq!(found.path(db), "apps/one");
    });
    assert_eq!(
        case.verdicts("clusters/one/apps.yaml"),
        ["apps → clusters/one/g.yaml"]
    );
}

#[test]
fn paths_are_found_with_their_kind() {
    let case = Case::new(&[("a/b/c.yaml", ""), ("a/logo.png", ""), ("d.yaml", "")]);
    case.with(|db, root| {
        let top = root.top(db).unwrap();
        assert!(matches!(find(db, top, "./a/b/c.yaml"), Found::File(_)));
        assert!(matches!(find(db, top, "a/b/.."), Found::Directory(_)));
        assert_eq!(find(db, top, "a/logo.png"), Found::Other);
        assert_eq!(find(db, top, "a/x"), Found::Missing);
        assert_eq!(find(db, top, "../x"), Found::Outside);
        assert_eq!(find(db, top, "/etc/passwd"), Found::Outside);
        assert_eq!(find(db, top, "d.yaml/x"), Found::Missing);
    });
}
