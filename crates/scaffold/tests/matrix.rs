//! Random combinations of all options, one generator after the other: whatever is planned parses, leads
//! somewhere, and has no finding of any severity, and neither has the rest of the repository.

#![allow(clippy::unwrap_used, clippy::panic)] // a test ends there

mod support;

use camino::Utf8Path;
use infragen_rules::check;
use infragen_scaffold::{
    AddEnvironment, NewService, Plan, Refusal, VersionChoice, add_environment, demo_plan,
    new_service,
};
use infragen_workspace::{Class, Directory, Found, facts, imports_of};
use proptest::prelude::*;
use proptest::sample::subsequence;
use support::Repository;

/// Kinds of repositories to begin with.
#[derive(Debug, Clone, Copy)]
enum Start {
    Empty,
    Demo,
    Listed,
}

/// Clusters whose files are listed, in two styles.
const LISTED: &str = "\
//- .infragen.yaml
registry: ghcr.io/acme
environments:
  eu: {class: stable, range: ^1}
//- clusters/eu/kustomization.yaml
# All of eu.
resources:
  - cm.yaml
//- clusters/eu/cm.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
//- clusters/test/apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [./zero.yaml]
//- clusters/test/apps/zero.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
";

/// Ranges and filters that leave releases and prereleases, so that they fit every class: of others the rules about
/// versions would speak.
fn versions() -> impl Strategy<Value = VersionChoice> {
    let ranged = (
        proptest::option::of(prop_oneof![Just(Class::Stable), Just(Class::Prerelease)]),
        proptest::option::of(prop_oneof![
            Just(">=1.0.0-0 <2.0.0-0"),
            Just("~1.2-0"),
            Just("^0-0 || ^1-0")
        ]),
        proptest::option::of(prop_oneof![
            Just(r"-rc|\d$"),
            Just(r"^\d+\.\d+"),
            Just("'\": #|.")
        ]),
    )
        .prop_map(|(class, range, filter)| VersionChoice {
            class,
            range: range.map(str::to_owned),
            filter: filter.map(str::to_owned),
        });
    let pinned = prop_oneof![Just("1.4.2"), Just("1.10"), Just("latest"), Just("v1e3")];
    let pinned = pinned.prop_map(|tag: &str| VersionChoice {
        class: Some(Class::Pinned),
        range: Some(tag.to_owned()),
        filter: None,
    });
    prop_oneof![4 => ranged, 1 => pinned]
}

/// Names that are easy to read as something else in YAML among them.
const COMPONENTS: &[&str] = &[
    "migrations",
    "api",
    "worker",
    "on",
    "123",
    "null",
    "0x1f",
    "app",
];

const SELECTORS: &[&str] = &[
    "Deployment/api",
    "statefulset/db.primary",
    "CustomResourceDefinition/widgets.example.com",
    "example.com/v1/Widget/w",
    "HelmRelease/123",
];

fn owned(texts: Vec<&'static str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// A service without what depends on the repository.
fn service(name: &'static str) -> impl Strategy<Value = NewService> {
    (
        subsequence(COMPONENTS, 0..=COMPONENTS.len()),
        proptest::option::of(Just("oci://localhost:5000/acme/a_b.c")),
        proptest::option::of(prop_oneof![
            Just("shared"),
            Just("default"),
            Just("flux-system"),
            Just("1")
        ]),
        subsequence(SELECTORS, 0..=SELECTORS.len()),
        subsequence(SELECTORS, 0..=SELECTORS.len()),
        versions(),
    )
        .prop_map(
            move |(components, url, namespace, health_checks, patches, versions)| NewService {
                name: name.to_owned(),
                components: owned(components),
                url: url.map(str::to_owned),
                namespace: namespace.map(str::to_owned),
                health_checks: owned(health_checks),
                patches: owned(patches),
                versions,
                ..NewService::default()
            },
        )
}

fn start() -> impl Strategy<Value = Start> {
    prop_oneof![Just(Start::Empty), Just(Start::Demo), Just(Start::Listed)]
}

impl Repository {
    fn begin(start: Start) -> Self {
        match start {
            Start::Empty => Repository::new(""),
            Start::Listed => Repository::new(LISTED),
            Start::Demo => {
                let mut repository = Repository::new("");
                repository.apply(&demo_plan().unwrap());
                repository
            }
        }
    }

    fn environments(&self) -> Vec<String> {
        let snapshot = self.workspace.snapshot();
        let found = infragen_workspace::environments(snapshot.db(), self.root);
        found
            .iter()
            .map(|environment| environment.name.to_string())
            .collect()
    }

    fn step(&mut self, plan: Result<Plan, Refusal>) {
        let plan = plan.unwrap_or_else(|refusal| panic!("{refusal}"));
        assert!(plan.notes.len() <= 3, "{:?}", plan.notes);
        self.apply(&plan);
    }

    fn new_service(&mut self, request: &NewService) {
        let plan = self.plan(|db, root| new_service(db, root, request));
        self.step(plan);
    }

    fn add_environment(&mut self, request: &AddEnvironment) {
        let plan = self.plan(|db, root| add_environment(db, root, request));
        self.step(plan);
    }

    /// Every file parses, names only what is there, and has no finding.
    fn assert_sound(&self) {
        let snapshot = self.workspace.snapshot();
        let db = snapshot.db();
        let mut stack: Vec<Directory> = self.root.top(db).into_iter().collect();
        while let Some(directory) = stack.pop() {
            for file in directory.files(db) {
                let path = file.path(db);
                assert!(
                    infragen_workspace::tree(db, file).errors().is_empty(),
                    "{path}"
                );
                assert_eq!(*check(db, file), [], "{path}");
                for import in imports_of(db, file).iter() {
                    assert!(
                        !matches!(import.to, Found::Missing | Found::Outside),
                        "{path}"
                    );
                }
                let facts = facts(db, file);
                for object in facts.objects.iter().filter(|object| !object.in_patch) {
                    assert!(object.name.is_some(), "{path}");
                }
            }
            stack.extend(directory.directories(db));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_combination_leaves_a_sound_repository(
        start in start(),
        first in service("first"),
        second in service("second"),
        waits in any::<bool>(),
        some_environments in any::<prop::sample::Index>(),
        everywhere in any::<bool>(),
        from in proptest::option::of(any::<prop::sample::Index>()),
        only_first in any::<bool>(),
        choice in versions(),
        third in service("third"),
    ) {
        let mut repository = Repository::begin(start);
        repository.new_service(&first);
        let known = repository.environments();
        let second = NewService {
            depends_on: if waits { vec!["first".to_owned()] } else { Vec::new() },
            environments: if everywhere {
                Vec::new()
            } else {
                vec![some_environments.get(&known).clone()]
            },
            ..second
        };
        repository.new_service(&second);
        let from = from.map(|from| from.get(&known).clone());
        let environment = AddEnvironment {
            name: "preview-1".to_owned(),
            services: if only_first { vec!["first".to_owned()] } else { Vec::new() },
            versions: if from.is_some() { VersionChoice::default() } else { choice },
            from,
            sync: None,
        };
        repository.add_environment(&environment);
        assert!(repository.environments().contains(&"preview-1".to_owned()));
        let overlay = Utf8Path::new(support::TOP)
            .join("apps/first/overlays/preview-1/kustomization.yaml");
        assert!(repository.workspace.file(&overlay).is_some());
        repository.new_service(&third);
        repository.assert_sound();
    }
}
