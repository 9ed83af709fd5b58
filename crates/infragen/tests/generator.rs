//! `new-service` and `add-env` as a person runs them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types
)] // runs the program over folders of its own

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A folder with a repository in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.path().join(".git")).unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_infragen"))
            .args(arguments)
            .current_dir(self.path())
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs what must succeed; what it printed, with the folder's own path taken out.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{errors}");
        let top = self.path().canonicalize().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .replace(top.to_str().unwrap(), "TOP")
    }

    /// Runs what must be refused without a trace; what it said.
    #[track_caller]
    fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let before = self.files();
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert_eq!(self.files(), before, "something was written");
        String::from_utf8(output.stderr).unwrap()
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Every file and folder with what it holds.
    fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut stack = vec![self.path().to_owned()];
        while let Some(directory) = stack.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let text = if path.is_dir() && !path.is_symlink() {
                    stack.push(path.clone());
                    String::new()
                } else {
                    fs::read_to_string(&path).unwrap_or_default()
                };
                let name = path.strip_prefix(self.path()).unwrap();
                found.insert(name.to_str().unwrap().to_owned(), text);
            }
        }
        found
    }
}

#[test]
fn a_new_service_in_an_empty_repository() {
    let folder = Folder::new(&[]);
    let printed = folder.ok(&[
        "new-service",
        "activity",
        "--component",
        "migrations",
        "--component",
        "api",
        "--url",
        "oci://ghcr.io/acme/activity-kustomize",
    ]);
    assert_eq!(
        printed,
        "\
TOP
├── apps/
│   └── activity/
│       ├── base/
│       │   ├── api.yaml (new)
│       │   ├── kustomization.yaml (new)
│       │   ├── migrations.yaml (new)
│       │   ├── namespace.yaml (new)
│       │   └── oci-repository.yaml (new)
│       ├── components/
│       │   └── fast-polling/
│       │       └── kustomization.yaml (new)
│       └── overlays/
│           ├── production/
│           │   ├── kustomization.yaml (new)
│           │   └── patches/
│           │       └── oci-repository-patch.yaml (new)
│           └── staging/
│               ├── kustomization.yaml (new)
│               └── patches/
│                   └── oci-repository-patch.yaml (new)
└── clusters/
    ├── production/
    │   └── apps/
    │       └── activity.yaml (new)
    └── staging/
        └── apps/
            └── activity.yaml (new)

12 files new

Next:
  - let Flux apply the clusters: flux bootstrap git --url=… --path=clusters/staging
  - publish the bundle: flux push artifact oci://ghcr.io/acme/activity-kustomize:0.1.0 --path=… --source=… --revision=…
"
    );
    let api = folder.text("apps/activity/base/api.yaml");
    assert!(api.contains(
        "  dependsOn: # applied only when this one is ready\n    - name: activity-migrations\n"
    ));
    assert_eq!(folder.ok(&["check", "--hints"]), "no findings\n");
}

#[test]
fn an_environment_after_two_services() {
    let folder = Folder::new(&[(".infragen.yaml", "registry: ghcr.io/acme\n")]);
    folder.ok(&["new-service", "event-bus"]);
    folder.ok(&["new-service", "activity", "--depends-on", "event-bus"]);
    assert_eq!(
        folder.ok(&["add-env", "preview"]),
        "\
TOP
├── apps/
│   ├── activity/
│   │   └── overlays/
│   │       └── preview/
│   │           ├── kustomization.yaml (new)
│   │           └── patches/
│   │               └── oci-repository-patch.yaml (new)
│   └── event-bus/
│       └── overlays/
│           └── preview/
│               ├── kustomization.yaml (new)
│               └── patches/
│                   └── oci-repository-patch.yaml (new)
└── clusters/
    └── preview/
        └── apps/
            ├── activity.yaml (new)
            └── event-bus.yaml (new)

6 files new

Next:
  - let Flux apply it: flux bootstrap git --url=… --path=clusters/preview
"
    );
    assert_eq!(folder.ok(&["check", "--hints"]), "no findings\n");
    // It is an environment like the others now.
    let next = folder.ok(&["new-service", "search", "--env", "preview"]);
    assert!(next.contains("clusters/") && next.contains("search.yaml (new)"));
}

const LIST: &str = "# What eu runs.\nresources:\n  - web.yaml # by hand\n";
const WEB: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: web}\n";

#[test]
fn a_dry_run_shows_changes_and_makes_none() {
    let folder = Folder::new(&[
        ("clusters/eu/apps/kustomization.yaml", LIST),
        ("clusters/eu/apps/web.yaml", WEB),
    ]);
    let before = folder.files();
    let printed = folder.ok(&["new-service", "activity", "--dry-run"]);
    assert_eq!(folder.files(), before);
    assert!(
        printed.contains("kustomization.yaml (changed)\n"),
        "{printed}"
    );
    assert!(printed.contains("+  - activity.yaml\n"), "{printed}");
    assert!(
        printed.contains("\n8 files new, 1 file changed (dry run: nothing was written)\n"),
        "{printed}"
    );
    folder.ok(&["new-service", "activity"]);
    assert_eq!(
        folder.text("clusters/eu/apps/kustomization.yaml"),
        "# What eu runs.\nresources:\n  - activity.yaml\n  - web.yaml # by hand\n"
    );
}

#[test]
fn bad_names_and_missing_ones_are_bad_usage() {
    let folder = Folder::new(&[]);
    for command in ["new-service", "add-env"] {
        for name in [
            "Activity",
            "a_b",
            "a.b",
            "../../etc",
            "/etc",
            "a/b",
            "",
            "-a",
        ] {
            let said = folder.refused(2, &[command, "--", name]);
            assert!(said.starts_with("error: "), "{said}");
        }
        assert!(folder.refused(2, &[command]).contains("a name is missing"));
    }
    assert_eq!(
        folder.refused(2, &["new-service", "My_Service"]),
        "error: `My_Service` is no valid service name: `M` is a capital letter\n  help: `my-service` would be one\n"
    );
}

#[test]
fn bad_options_are_bad_usage() {
    let folder = Folder::new(&[]);
    for options in [
        &["--url", "ghcr.io/acme/a"][..],
        &["--url", "oci://ghcr.io/acme/a:1.0"],
        &["--namespace", "A"],
        &["--component", "a/b"],
        &["--health-check", "Deployment"],
        &["--patch", "Deploymnet/a"],
        &["--depends-on", "nothing"],
        &["--class", "pinned"],
        &["--class", "wild"],
        &["--class", "pinned", "--range", "1.0.0", "--filter", "a"],
        &["--range", ""],
        &["--range", "nope"],
        &["--range", "^1 ||"],
        &["--range", "abc def"],
        &["--filter", "["],
        &["--filter", "(?=x)"],
        &["--health-check", "/x"],
    ] {
        let mut arguments = vec!["new-service", "a"];
        arguments.extend(options);
        folder.refused(2, &arguments);
    }
    folder.refused(2, &["add-env", "a", "--from", "b", "--class", "stable"]);
    folder.refused(2, &["add-env", "a", "--service", "b"]);
    assert_eq!(
        folder.refused(2, &["new-service", "a", "--range", "1.2.3 -2.0.0"]),
        "error: --range is no range of versions: between two versions `-` has a blank on both sides \
         (at character 7 of `1.2.3 -2.0.0`)\n  \
         help: write it as in `>=1.2.0 <2.0.0`, `~1.4` or `^1 || ^2`\n"
    );
}

#[test]
fn bad_versions_in_the_settings_are_bad_input() {
    for (key, value) in [("range", "^1 ||"), ("filter", "[")] {
        let settings = format!("environments:\n  preview: {{{key}: '{value}'}}\n");
        let folder = Folder::new(&[(".infragen.yaml", &settings)]);
        let said = folder.refused(2, &["new-service", "a"]);
        let start = format!("error: the {key} of `preview` in .infragen.yaml is no ");
        assert!(said.starts_with(&start), "{said}");
    }
}

#[test]
fn an_environment_is_one_for_every_command() {
    let cluster = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster-apps, namespace: flux-system}
spec:
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
";
    let instance = "\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x, registry: ghcr.io/fluxcd}
  sync: {kind: GitRepository, url: 'https://github.com/acme/home', ref: refs/heads/main, path: kubernetes/flux/cluster}
";
    let folder = Folder::new(&[
        ("kubernetes/flux/cluster/ks.yaml", cluster),
        ("kubernetes/apps/flux-system/instance.yaml", instance),
    ]);
    folder.ok(&["new-service", "activity"]);
    let printed = folder.ok(&["add-env", "preview"]);
    assert!(printed.contains(".infragen.yaml (new)"), "{printed}");
    assert!(
        printed.contains("Next:\n  - `preview` is named in .infragen.yaml"),
        "{printed}"
    );
    let graph = folder.ok(&["graph", "--env", "preview"]);
    assert!(graph.contains("activity"), "{graph}");
    let next = folder.ok(&["new-service", "two"]);
    assert!(next.contains("preview/"), "{next}");
    assert!(
        folder
            .path()
            .join("kubernetes/flux/preview/apps/two.yaml")
            .exists()
    );
}

#[test]
fn two_services_do_not_share_an_object() {
    let folder = Folder::new(&[]);
    folder.ok(&[
        "new-service",
        "svc",
        "--namespace",
        "flux-system",
        "--component",
        "api",
    ]);
    let said = folder.refused(2, &["new-service", "svc-api"]);
    assert!(
        said.contains("the Flux Kustomization `flux-system/svc-api` already"),
        "{said}"
    );
}

#[test]
fn a_patch_begins_with_a_field_that_the_kind_has() {
    let folder = Folder::new(&[]);
    folder.ok(&["new-service", "a", "--patch", "Secret/x"]);
    let app = folder.text("apps/a/base/app.yaml");
    assert!(
        app.contains("# stringData:") && !app.contains("# spec:"),
        "{app}"
    );
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new(&[]);
    folder.ok(&["new-service", "activity"]);
    assert!(
        folder
            .refused(2, &["new-service", "activity"])
            .contains("`apps/activity` exists already")
    );
    folder.ok(&["add-env", "preview"]);
    assert!(
        folder
            .refused(2, &["add-env", "preview"])
            .contains("there is an environment `preview` already")
    );
}

#[test]
fn not_even_what_git_ignores() {
    let folder = Folder::new(&[
        (".gitignore", "clusters/staging/\n"),
        ("clusters/staging/apps/activity.yaml", "mine: 1\n"),
    ]);
    let said = folder.refused(2, &["new-service", "activity"]);
    assert!(
        said.contains("`clusters/staging/apps/activity.yaml` exists already"),
        "{said}"
    );
    // A dry run tells the same.
    folder.refused(2, &["new-service", "activity", "--dry-run"]);
}

#[cfg(unix)]
#[test]
fn no_link_out_of_the_repository_is_followed() {
    let outside = tempfile::tempdir().unwrap();
    let folder = Folder::new(&[]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("apps")).unwrap();
    let said = folder.refused(2, &["new-service", "activity"]);
    assert!(
        said.contains("`apps` is a link out of the repository"),
        "{said}"
    );
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn what_would_have_errors_is_not_written() {
    // The copy would wait for a Kustomization that is nowhere, as the original does.
    let waits = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  dependsOn: [{name: nowhere}]
  interval: 1h
  path: ./web
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
";
    let folder = Folder::new(&[("clusters/staging/web.yaml", waits), ("web/cm.yaml", WEB)]);
    let said = folder.refused(1, &["add-env", "preview"]);
    assert!(said.contains("what would be written has errors"), "{said}");
    let printed = String::from_utf8(folder.run(&["add-env", "preview"]).stdout).unwrap();
    assert!(printed.contains("clusters/preview/web.yaml:5"), "{printed}");
    // Errors elsewhere are nobody's hindrance.
    folder.ok(&["new-service", "activity"]);
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let folder = Folder::new(&[]);
    let plain = folder.ok(&["new-service", "a", "--dry-run"]);
    assert!(!plain.contains('\x1b'));
    let coloured = folder.ok(&["new-service", "a", "--dry-run", "--color", "always"]);
    assert!(coloured.contains("\x1b[32m(new)\x1b[0m"));
}

#[test]
fn a_folder_below_the_top_means_the_repository() {
    let folder = Folder::new(&[("deep/down/x.yaml", WEB)]);
    let output = Command::new(env!("CARGO_BIN_EXE_infragen"))
        .args(["new-service", "a"])
        .current_dir(folder.path().join("deep/down"))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(
        folder
            .path()
            .join("apps/a/base/kustomization.yaml")
            .exists()
    );
}

#[test]
fn help_teaches_by_example() {
    let folder = Folder::new(&[]);
    for (command, options) in [
        (
            "new-service",
            &[
                "--component",
                "--url",
                "--namespace",
                "--env",
                "--depends-on",
                "--health-check",
                "--patch",
                "--class",
                "--range",
                "--filter",
                "--dry-run",
            ][..],
        ),
        (
            "add-env",
            &[
                "--service",
                "--class",
                "--from",
                "--range",
                "--filter",
                "--dry-run",
            ],
        ),
    ] {
        let help = folder.ok(&[command, "--help"]);
        for option in options {
            assert!(help.contains(option), "{command} {option}");
        }
        assert!(help.contains("Examples:\n"));
    }
}
