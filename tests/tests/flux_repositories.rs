//! What every environment of real repositories applies is what Flux's own libraries make of its Flux
//! Kustomizations.
//!
//! Runs with `INFRAGEN_GO=go`. `INFRAGEN_REPOSITORIES` names a folder with further repositories.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, says what it skips, and makes its own copies"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::kustomization::{KustomizationSpec, Variable, VariableSource, Variables};
use infragen_flux::substitute::{Missing, Template};
use infragen_kustomize::{Value, emit, print};
use infragen_tests::corpora::{corpora, not_copied, skip_optional};
use infragen_tests::flux::{Case, Oracle, Outcome};
use infragen_workspace::{Application, Cluster, Db, Workspace, clusters};
use smol_str::SmolStr;

/// What a variable is that comes from an object outside of the repository.
const FILLER: &str = "filler";

/// The corpora, and what `INFRAGEN_REPOSITORIES` holds.
fn repositories() -> Vec<Utf8PathBuf> {
    let mut found = corpora();
    if let Ok(folder) = std::env::var("INFRAGEN_REPOSITORIES") {
        let entries = Utf8Path::new(&folder).read_dir_utf8().unwrap();
        let mut more: Vec<_> = entries.map(|entry| entry.unwrap().into_path()).collect();
        more.retain(|path| path.is_dir());
        more.sort();
        found.extend(more);
    }
    found
}

fn copy(from: &Utf8Path, to: &Utf8Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        let target = to.join(entry.file_name());
        if kind.is_dir() && entry.file_name() != ".git" {
            copy(entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A copy of a repository, with empty files in the place of those that the corpus leaves out.
fn copied(repository: &Utf8Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let top = Utf8Path::from_path(folder.path()).unwrap();
    copy(repository, top);
    for path in not_copied(repository) {
        let file = top.join(path.strip_prefix(repository).unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
    }
    folder
}

fn text(value: &Value) -> String {
    let mut text = String::new();
    emit(value, &mut text).unwrap();
    text
}

/// The text of a Flux Kustomization that no object declares.
fn made_up(spec: &KustomizationSpec) -> String {
    let mut text = format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {:?}\n  namespace: {:?}\nspec:\n  path: {:?}\n",
        spec.name, spec.namespace, spec.path
    );
    for line in spec.additions.lines() {
        let line = line.strip_prefix("namespace:").map_or_else(
            || line.to_owned(),
            |namespace| format!("targetNamespace:{namespace}"),
        );
        let _ = writeln!(text, "  {line}");
    }
    let pairs = |pairs: &[(SmolStr, SmolStr)]| -> serde_json::Value {
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| (key.to_string(), value.as_str().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    if let Some(post_build) = &spec.post_build {
        let strategy = if post_build.always {
            "Always"
        } else {
            "WithVariables"
        };
        let from = post_build.from.iter();
        let from = from.map(|from| serde_json::json!({"kind": from.kind.as_str(), "name": from.name.as_str(), "optional": from.optional}));
        let post_build = serde_json::json!({
            "substitute": pairs(&post_build.substitute),
            "substituteFrom": from.collect::<Vec<_>>(),
            "substituteStrategy": strategy,
        });
        let _ = writeln!(text, "  postBuild: {post_build}");
    }
    if !spec.labels.is_empty() || !spec.annotations.is_empty() {
        let common = serde_json::json!({"labels": pairs(&spec.labels), "annotations": pairs(&spec.annotations)});
        let _ = writeln!(text, "  commonMetadata: {common}");
    }
    text
}

/// An environment with what it applies.
struct World<'a> {
    db: &'a dyn Db,
    cluster: &'a Cluster,
}

impl World<'_> {
    /// The object that a Flux Kustomization takes variables from.
    fn object(&self, spec: &KustomizationSpec, source: &VariableSource) -> Option<Value> {
        self.cluster.applications.iter().find_map(|application| {
            let objects = self.cluster.objects(self.db, application);
            let at = objects.iter().position(|object| {
                object.kind.group.is_empty()
                    && object.kind.kind == source.kind
                    && object.namespace == spec.namespace
                    && object.name == source.name
            })?;
            let built = self.cluster.built(self.db, application)?;
            Some(built.resources[at].value.clone())
        })
    }

    fn kustomization(&self, application: &Application) -> String {
        let Some((parent, number)) = application.parent else {
            return made_up(&application.spec);
        };
        let parent = &self.cluster.applications[parent];
        let built = self.cluster.built(self.db, parent).unwrap();
        text(&built.resources[number as usize].value)
    }

    /// The question for the oracle, and the answer of this project.
    fn asked(&self, application: &Application) -> (Case, Outcome) {
        let mut case = Case {
            directory: application
                .directory
                .as_ref()
                .unwrap()
                .path(self.db)
                .to_string(),
            kustomization: self.kustomization(application),
            strict: self.cluster.rules.missing == Missing::Fails,
            ..Case::default()
        };
        let mut variables = application.variables.clone();
        let spec = &application.spec;
        let unknown = variables.open || variables.known.values().any(|known| known.value.is_none());
        if unknown {
            variables = Arc::new(self.filled(application));
            case.kustomization = with_variables(spec, &case.kustomization, &variables);
        } else if let Some(post_build) = &spec.post_build {
            let objects = post_build.from.iter();
            let objects = objects.filter_map(|source| self.object(spec, source));
            case.objects = objects.map(|object| text(&object)).collect();
        }
        let application = &Application {
            variables,
            ..application.clone()
        };
        let built = self.cluster.built(self.db, application).unwrap();
        let errors = built.errors.iter().cloned();
        let problems = built
            .problems
            .iter()
            .map(|problem| Arc::new(problem.error.clone()));
        let printed = print(infragen_kustomize::Built {
            resources: built.resources.clone(),
            errors: errors.chain(problems).collect(),
            ..Default::default()
        });
        let outcome = match printed.errors.as_slice() {
            [] => Ok(printed.yaml),
            errors => {
                let errors = errors.iter();
                let errors = errors.map(|error| format!("{}: {}", error.place.file, error.message));
                Err(errors.collect::<Vec<_>>().join("\n"))
            }
        };
        (case, outcome)
    }

    /// The variables of an application, with a value for each that is not known and that its objects name.
    fn filled(&self, application: &Application) -> Variables {
        let mut variables = (*application.variables).clone();
        let filler = |_: &str| Variable {
            value: Some(FILLER.into()),
            origin: Default::default(),
        };
        for (name, variable) in &mut variables.known {
            if variable.value.is_none() {
                *variable = filler(name);
            }
        }
        let bare = Arc::new(KustomizationSpec {
            post_build: None,
            ..(*application.spec).clone()
        });
        let application = &Application {
            spec: bare,
            variables: Arc::default(),
            ..application.clone()
        };
        let built = self.cluster.built(self.db, application).unwrap();
        for resource in &built.resources {
            let text = text(&resource.value);
            for reference in Template::parse(&text).references() {
                let known = variables.known.entry(reference.name.into());
                known.or_insert_with(|| filler(reference.name));
            }
        }
        variables.open = false;
        variables
    }
}

/// A Flux Kustomization with these variables and no others.
fn with_variables(spec: &KustomizationSpec, kustomization: &str, variables: &Variables) -> String {
    let post_build: BTreeMap<_, _> = variables
        .known
        .iter()
        .map(|(name, variable)| (name.as_str(), variable.value.as_deref().unwrap_or_default()))
        .collect();
    let mut out = String::new();
    let mut skips = false;
    for line in kustomization.lines() {
        // The texts are those that this project prints: two blanks a level.
        let deeper = line.starts_with("   ") || line.starts_with("  -");
        skips = line.starts_with("  postBuild:") || skips && deeper;
        if !skips {
            let _ = writeln!(out, "{line}");
        }
        if line == "spec:" {
            let always = spec
                .post_build
                .as_ref()
                .is_some_and(|post_build| post_build.always);
            let strategy = if always { "Always" } else { "WithVariables" };
            let json =
                serde_json::json!({"substitute": post_build, "substituteStrategy": strategy});
            let _ = writeln!(out, "  postBuild: {json}");
        }
    }
    out
}

/// Why an application is not built here.
fn elsewhere(application: &Application) -> Option<String> {
    let why = application.directory.as_ref().err()?;
    Some(
        format!("{why:?}")
            .split([' ', '{'])
            .next()
            .unwrap()
            .to_owned(),
    )
}

#[test]
fn every_environment_applies_what_flux_applies() {
    let Some(mut oracle) = Oracle::start() else {
        skip_optional(
            "flux_repositories",
            "INFRAGEN_GO does not name the go command",
        );
        return;
    };
    let (mut all, mut wrong) = (0, Vec::new());
    for repository in repositories() {
        let name = repository.file_name().unwrap().to_owned();
        let mut workspace = Workspace::new();
        let root = workspace.open_root(&repository);
        let snapshot = workspace.snapshot();
        if infragen_workspace::environments(snapshot.db(), root).is_empty() {
            continue;
        }
        drop(snapshot);
        let folder = copied(&repository);
        let top = Utf8Path::from_path(folder.path()).unwrap();
        let mut workspace = Workspace::new();
        let root = workspace.open_root(top);
        let snapshot = workspace.snapshot();
        let db = snapshot.db();
        let (mut built, mut failed, mut not_here) = (0, 0, BTreeMap::<String, usize>::new());
        for cluster in clusters(db, root) {
            let world = World {
                db,
                cluster: &cluster,
            };
            for application in &cluster.applications {
                if let Some(why) = elsewhere(application) {
                    *not_here.entry(why).or_default() += 1;
                    continue;
                }
                let (case, ours) = world.asked(application);
                let theirs = oracle.ask_of(top, &case);
                let spec = &application.spec;
                let what = format!(
                    "{name} {} {}/{}",
                    cluster.environment.name, spec.namespace, spec.name
                );
                match (&theirs, &ours) {
                    (Ok(theirs), Ok(ours)) if theirs == ours => built += 1,
                    (Err(theirs), Err(ours)) => {
                        failed += 1;
                        eprintln!("fails: {what}\n  flux     {theirs}\n  infragen {ours}");
                    }
                    _ => wrong.push(format!("{what}\n{}", differences(&theirs, &ours))),
                }
                all += 1;
            }
        }
        eprintln!("{name}: {built} equal, {failed} fail in both, not here: {not_here:?}");
    }
    let shown = wrong
        .iter()
        .take(30)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(wrong.is_empty(), "{} of {all} differ\n{shown}", wrong.len());
    assert!(all > 0, "there is no environment");
}

fn differences(theirs: &Outcome, ours: &Outcome) -> String {
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) => {
            let mut ours = ours.lines();
            for (number, theirs) in (1..).zip(theirs.lines()) {
                let ours = ours.next().unwrap_or("nothing");
                if theirs != ours {
                    return format!("  line {number}: flux `{theirs}`, infragen `{ours}`");
                }
            }
            "  infragen says more".to_owned()
        }
        (theirs, ours) => {
            let said = |outcome: &Outcome| match outcome {
                Ok(_) => "applies".to_owned(),
                Err(error) => error.clone(),
            };
            format!("  flux     {}\n  infragen {}", said(theirs), said(ours))
        }
    }
}
