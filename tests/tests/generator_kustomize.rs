//! kustomize builds every base and every overlay that the generators write, and the result says what was
//! asked for.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types
)] // writes repositories and runs the oracle

use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_scaffold::{
    AddEnvironment, NewService, Plan, Refusal, VersionChoice, add_environment, demo_plan,
    new_service,
};
use infragen_tests::corpora::skip;
use infragen_workspace::{Class, Db, Root, Workspace};

/// The kustomize of `INFRAGEN_KUSTOMIZE`, else the one on the `PATH`.
struct Kustomize {
    program: String,
}

impl Kustomize {
    fn find(suite: &str) -> Option<Self> {
        let program =
            std::env::var("INFRAGEN_KUSTOMIZE").unwrap_or_else(|_| "kustomize".to_owned());
        match Command::new(&program).arg("version").output() {
            Ok(output) if output.status.success() => Some(Self { program }),
            _ => {
                skip(suite, "there is no kustomize (INFRAGEN_KUSTOMIZE, PATH)");
                None
            }
        }
    }

    fn build(&self, directory: &Utf8Path) -> String {
        let output = Command::new(&self.program)
            .arg("build")
            .arg(directory)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{directory}: {errors}");
        assert_eq!(errors, "", "{directory} builds with warnings");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A repository on disk, and in memory for the generators.
struct Repository {
    _folder: tempfile::TempDir,
    top: Utf8PathBuf,
    workspace: Workspace,
    root: Root,
}

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(&top, &[]);
        Self {
            _folder: folder,
            top,
            workspace,
            root,
        }
    }

    fn run(&mut self, generator: impl FnOnce(&dyn Db, Root) -> Result<Plan, Refusal>) {
        let plan = generator(self.workspace.snapshot().db(), self.root).unwrap();
        self.write(&plan);
    }

    fn write(&mut self, plan: &Plan) {
        assert_eq!(plan.verify(&mut self.workspace, self.root), []);
        for change in &plan.changes {
            let path = self.top.join(&change.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, change.action.text().unwrap()).unwrap();
        }
    }

    /// Every directory with a kustomization file that is no feature.
    fn buildable(&self) -> Vec<Utf8PathBuf> {
        let mut found = Vec::new();
        let mut stack = vec![self.top.clone()];
        while let Some(directory) = stack.pop() {
            for entry in directory.read_dir_utf8().unwrap() {
                let path = entry.unwrap().into_path();
                if path.is_dir() {
                    stack.push(path);
                } else if path.file_name() == Some("kustomization.yaml")
                    && !fs::read_to_string(&path)
                        .unwrap()
                        .contains("kind: Component")
                {
                    found.push(directory.clone());
                }
            }
        }
        found
    }

    fn overlay(&self, service: &str, environment: &str) -> Utf8PathBuf {
        self.top
            .join(format!("apps/{service}/overlays/{environment}"))
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// The demo, a service with every option, and environments of each class.
fn repository() -> Repository {
    let mut repository = Repository::new();
    repository.write(&demo_plan().unwrap());
    let service = NewService {
        name: "123".to_owned(),
        components: strings(&["on", "api", "worker"]),
        namespace: Some("shared".to_owned()),
        depends_on: strings(&["activity", "infrastructure"]),
        health_checks: strings(&["Deployment/api", "api:example.com/v1/Widget/null"]),
        patches: strings(&["on:Job/1e3", "Deployment/api"]),
        ..NewService::default()
    };
    repository.run(|db, root| new_service(db, root, &service));
    let pinned = VersionChoice {
        class: Some(Class::Pinned),
        range: Some("1.10".to_owned()),
        filter: None,
    };
    for (name, from, versions) in [
        ("preview", None, VersionChoice::default()),
        ("pinned", None, pinned),
        ("copied", Some("staging"), VersionChoice::default()),
    ] {
        let environment = AddEnvironment {
            name: name.to_owned(),
            from: from.map(str::to_owned),
            versions,
            ..AddEnvironment::default()
        };
        repository.run(|db, root| add_environment(db, root, &environment));
    }
    repository
}

#[test]
fn every_base_and_overlay_builds() {
    let Some(kustomize) = Kustomize::find("every_base_and_overlay_builds") else {
        return;
    };
    let repository = repository();
    let buildable = repository.buildable();
    // Three services with a base and five overlays, and the infrastructure with as many.
    assert_eq!(buildable.len(), 4 * 6);
    for directory in buildable {
        assert!(
            kustomize.build(&directory).contains("kind: "),
            "{directory}"
        );
    }
}

/// The lines of `spec.ref` of the OCIRepository in a build.
fn reference(built: &str) -> Vec<String> {
    let source = built
        .split("---\n")
        .find(|object| object.starts_with("apiVersion: source.toolkit.fluxcd.io/"))
        .unwrap();
    let lines = source.lines().skip_while(|line| *line != "  ref:").skip(1);
    lines
        .take_while(|line| line.starts_with("    "))
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn an_environment_gets_the_versions_of_its_class() {
    let Some(kustomize) = Kustomize::find("an_environment_gets_the_versions_of_its_class") else {
        return;
    };
    let repository = repository();
    let of =
        |environment| reference(&kustomize.build(&repository.overlay("activity", environment)));
    assert_eq!(of("production"), ["semver: '>=0.0.0'"]);
    assert_eq!(
        of("staging"),
        ["semver: '>=0.0.0-0'", "semverFilter: .*-staging-.*"]
    );
    assert_eq!(
        of("preview"),
        ["semver: '>=0.0.0-0'", "semverFilter: .*-preview-.*"]
    );
    assert_eq!(
        of("copied"),
        ["semver: '>=0.0.0-0'", "semverFilter: .*-copied-.*"]
    );
    // A strategic merge keeps what the patch does not take away, and Flux would take the range.
    assert_eq!(of("pinned"), ["tag: \"1.10\""]);
}

#[test]
fn the_infrastructure_of_each_environment_says_its_name() {
    let Some(kustomize) = Kustomize::find("the_infrastructure_of_each_environment_says_its_name")
    else {
        return;
    };
    let repository = repository();
    for environment in ["staging", "production", "preview", "pinned", "copied"] {
        let overlay = repository
            .top
            .join("infrastructure/overlays")
            .join(environment);
        let built = kustomize.build(&overlay);
        assert!(
            built.contains(&format!("  ENVIRONMENT: {environment}\n")),
            "{built}"
        );
    }
}

#[test]
fn the_example_feature_works_where_it_is_switched_on() {
    let Some(kustomize) = Kustomize::find("the_example_feature_works_where_it_is_switched_on")
    else {
        return;
    };
    let repository = repository();
    let overlay = repository.overlay("activity", "staging");
    assert!(kustomize.build(&overlay).contains("  interval: 5m\n"));
    let file = overlay.join("kustomization.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let text = text
        .replace("# components:\n", "components:\n")
        .replace("#   - ../../components/", "  - ../../components/");
    fs::write(&file, text).unwrap();
    let built = kustomize.build(&overlay);
    assert!(
        built.contains("  interval: 1m\n") && !built.contains("  interval: 5m\n"),
        "{built}"
    );
}
