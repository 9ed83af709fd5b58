//! Renaming an object of a real or a generated repository changes its name and nothing else: every environment and
//! every directory builds the same objects but for the name, what is wrong with them stays the same, and what
//! referred to the object refers to it.
//!
//! `INFRAGEN_RENAMES` sets how many objects of each repository are renamed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // a test fails by panicking
#![allow(
    clippy::disallowed_methods,
    reason = "a suite reads its corpora itself"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::{GroupKind, named};
use infragen_ide::rename;
use infragen_kustomize::{Value, emit};
use infragen_syntax::{TextEdit, apply};
use infragen_tests::corpora::{corpora_or_skip, not_copied};
use infragen_tests::generate::{self, Random};
use infragen_tests::layers::Layers;
use infragen_workspace::{
    AppliedObject, Built, Cluster, Db, Definition, Root, SourceFile, Workspace, clusters,
    each_definition, facts, is_patch_file, layers, names_of_kind, target, text,
};

/// What no repository says anywhere.
const NEW: &str = "zz-renamed-zz";

/// Renames of one repository, where `INFRAGEN_RENAMES` asks for no other number.
const RENAMES: usize = 12;

fn renames() -> usize {
    let asked = std::env::var("INFRAGEN_RENAMES").ok();
    asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or(RENAMES)
}

#[test]
fn renames_in_real_repositories_change_nothing_else() {
    for corpus in corpora_or_skip("renames in real repositories") {
        let mut workspace = Workspace::new();
        let root = workspace.open_root(&corpus);
        for path in not_copied(&corpus) {
            workspace.set_memory(&path, Some(""));
        }
        let done = try_some(&mut workspace, root, 1, renames());
        eprintln!("{corpus}: {done:?}");
    }
}

#[test]
fn renames_in_generated_repositories_change_nothing_else() {
    for seed in 0..3 {
        let files = generate::repository(seed, 60);
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new("/repo"), &files);
        let done = try_some(&mut workspace, root, seed, renames());
        eprintln!("generated {seed}: {done:?}");
        assert!(done.renamed > 0, "nothing could be renamed");
    }
}

#[test]
fn renames_in_random_layers_change_nothing_else() {
    let mut done = Done::default();
    for seed in 0..renames() as u64 * 10 {
        let layers = Layers::random(seed);
        let files: Vec<_> = layers.texts().collect();
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new("/layers"), &files);
        let of_one = try_some(&mut workspace, root, seed, 3);
        done.renamed += of_one.renamed;
        done.edits += of_one.edits;
        done.told += of_one.told;
        for (reason, count) in of_one.refused {
            *done.refused.entry(reason).or_default() += count;
        }
    }
    eprintln!("layers: {done:?}");
    assert!(done.renamed > 0, "nothing could be renamed");
}

#[derive(Debug, Default)]
struct Done {
    renamed: usize,
    edits: usize,
    told: usize,
    refused: BTreeMap<String, usize>,
}

fn try_some(workspace: &mut Workspace, root: Root, seed: u64, count: usize) -> Done {
    let mut done = Done::default();
    let all = all_definitions(workspace.snapshot().db(), root);
    let mut random = Random::new(seed);
    let before = State::of(workspace.snapshot().db(), root);
    for _ in 0..count {
        if all.is_empty() {
            break;
        }
        let (file, at, old, kind) = random.pick(&all).clone();
        let rename = match rename(workspace.snapshot().db(), file, at, NEW) {
            Ok(rename) => rename,
            Err(refusal) => {
                let reason = refusal.to_string();
                let reason = reason.split('`').step_by(2).collect::<Vec<_>>().join("`…`");
                *done.refused.entry(reason).or_default() += 1;
                continue;
            }
        };
        // A pattern that matched, a value that a substitution gives: somebody is told to change it.
        let other_chosen = rename.changes.iter().any(|change| {
            let told = change.description.as_deref();
            told.is_some_and(|told| told.contains("keeps its name"))
        });
        if !rename.notes.is_empty() || other_chosen {
            done.told += 1;
            continue;
        }
        let mut edits: BTreeMap<SourceFile, Vec<TextEdit>> = BTreeMap::new();
        for of_file in rename.changes.iter().flat_map(|change| &change.edits) {
            edits
                .entry(of_file.file)
                .or_default()
                .extend(of_file.edits.iter().cloned());
        }
        done.renamed += 1;
        done.edits += edits.values().map(Vec::len).sum::<usize>();
        let texts = texts(workspace.snapshot().db(), &edits);
        let top = root.path(workspace.snapshot().db()).clone();
        for (path, _, after) in &texts {
            workspace.set_memory(&top.join(path), Some(after));
        }
        let after = State::of(workspace.snapshot().db(), root);
        let what = format!(
            "seed {seed}: {} `{old}` in {}/{}",
            kind.kind,
            top,
            file.path(workspace.snapshot().db())
        );
        before.compare(&after, &old, &what);
        for (path, before, _) in &texts {
            workspace.set_memory(&top.join(path), Some(before));
        }
    }
    done
}

type Start = (SourceFile, infragen_syntax::TextSize, String, GroupKind);

fn all_definitions(db: &dyn Db, root: Root) -> Vec<Start> {
    let mut found: Vec<Definition> = Vec::new();
    each_definition(db, root, &mut |_, _, definition| {
        found.push(definition.clone());
    });
    found.retain(|definition| !is_patch_file(db, definition.file));
    // kustomize follows the name of what an autoscaler scales whatever kind is written beside it; a rename does not.
    let scaled = |kind: &str| {
        [
            "Deployment",
            "StatefulSet",
            "ReplicaSet",
            "ReplicationController",
        ]
        .contains(&kind)
    };
    let scales = !names_of_kind(
        db,
        root,
        GroupKind::new("autoscaling/v2", "HorizontalPodAutoscaler"),
    )
    .is_empty();
    let mut starts: Vec<_> = found
        .iter()
        .filter_map(|definition| {
            let target = target(db, definition)?;
            let start = target.name_range.start();
            if scales && scaled(&target.kind.kind) {
                return None;
            }
            // Another name in its place is written without quotes.
            let is_word = target
                .name
                .starts_with(|letter: char| letter.is_ascii_lowercase());
            if !is_word
                || matches!(
                    target.name.as_str(),
                    "y" | "n" | "yes" | "no" | "on" | "off"
                )
            {
                return None;
            }
            // What is named after something else has no name of its own to change.
            let written = text(db, target.file).ok()?;
            if !written[target.name_range].contains(target.name.as_str()) {
                return None;
            }
            Some((target.file, start, target.name.to_string(), target.kind))
        })
        .collect();
    starts.sort_by_key(|(file, start, ..)| (file.path(db), *start));
    starts
}

fn texts(
    db: &dyn Db,
    edits: &BTreeMap<SourceFile, Vec<TextEdit>>,
) -> Vec<(String, Arc<str>, String)> {
    let one = |(file, edits): (&SourceFile, &Vec<TextEdit>)| {
        let before = text(db, *file).unwrap();
        let after = apply(&before, edits).unwrap();
        (file.path(db).to_string(), before, after)
    };
    edits.iter().map(one).collect()
}

/// What every environment and every directory builds.
struct State {
    builds: BTreeMap<String, Build>,
}

#[derive(Default)]
struct Build {
    /// The objects, hashes of generated names left out.
    objects: Vec<String>,
    errors: Vec<String>,
    /// References that an object of the same environment bears: how often each name is meant.
    uses: BTreeMap<(String, String), usize>,
}

impl State {
    fn of(db: &dyn Db, root: Root) -> State {
        let mut builds = BTreeMap::new();
        for cluster in clusters(db, root) {
            let mut built = Vec::new();
            for application in &cluster.applications {
                if let Some(of_one) = cluster.built(db, application) {
                    built.push((of_one, cluster.objects(db, application)));
                }
            }
            let name = format!("environment {}", cluster.environment.name);
            builds.insert(name, Build::of(&built));
        }
        for file in layers(db, root) {
            let component = facts(db, file)
                .kustomization
                .as_ref()
                .is_none_or(|layer| layer.kind == infragen_kustomize::FileKind::Component);
            if component {
                continue;
            }
            let directory = file.directory(db);
            let path = directory.path(db).as_str();
            let cluster = Cluster::of_directory(db, directory);
            let application = &cluster.applications[0];
            let one = cluster.built(db, application).unwrap();
            let ids = cluster.objects(db, application);
            builds.insert(format!("directory {path}"), Build::of(&[(one, ids)]));
        }
        State { builds }
    }

    fn compare(&self, after: &State, old: &str, what: &str) {
        assert_eq!(
            self.builds.keys().collect::<Vec<_>>(),
            after.builds.keys().collect::<Vec<_>>()
        );
        for (name, before) in &self.builds {
            let after = &after.builds[name];
            // Of two objects of one name the build has one: another name brings the other back.
            if before.errors.iter().any(|error| error.contains("already")) {
                continue;
            }
            let back = |texts: &[String]| -> BTreeSet<String> {
                texts.iter().map(|text| text.replace(NEW, old)).collect()
            };
            let (one, two) = (back(&before.objects), back(&after.objects));
            if let Some(lost) = one.difference(&two).next() {
                let now = two.difference(&one).next().map_or("", String::as_str);
                panic!(
                    "{what}: {name} builds something else: {}",
                    first_difference(lost, now)
                );
            }
            assert_eq!(one.len(), two.len(), "{what}: {name} builds more");
            assert_eq!(back(&before.errors), back(&after.errors), "{what}: {name}");
            let mut expected: BTreeMap<(String, String), usize> = BTreeMap::new();
            for ((kind, called), count) in &after.uses {
                let key = (kind.clone(), called.replace(NEW, old));
                *expected.entry(key).or_default() += count;
            }
            assert_eq!(before.uses, expected, "{what}: {name} refers otherwise");
        }
    }
}

fn first_difference(one: &str, two: &str) -> String {
    let lines = one.lines().zip(two.lines().chain(std::iter::repeat("")));
    let found = lines.into_iter().find(|(one, two)| one != two);
    let (one, two) = found.unwrap_or(("", "more"));
    format!("`{}` is `{}`", one.trim(), two.trim())
}

type One = (Arc<Built>, Arc<Vec<AppliedObject>>);

impl Build {
    fn of(built: &[One]) -> Build {
        let mut build = Build::default();
        let mut hashed: Vec<String> = Vec::new();
        let mut bearers: Vec<(GroupKind, String)> = Vec::new();
        for (one, ids) in built {
            for (resource, id) in one.resources.iter().zip(ids.iter()) {
                if resource.generated.as_ref().is_some_and(|how| how.hash) {
                    hashed.push(id.name.to_string());
                }
            }
            for resource in &one.resources {
                named(&resource.value, &mut |name| {
                    let kind = GroupKind {
                        group: name.kind.group.clone().unwrap_or_default(),
                        kind: name.kind.kind.clone(),
                    };
                    if name.bears {
                        bearers.push((kind, name.name.text.to_string()));
                    }
                });
            }
            build
                .errors
                .extend(one.errors.iter().map(|error| error.message.clone()));
            build.errors.extend(
                one.problems
                    .iter()
                    .map(|problem| problem.error.message.clone()),
            );
        }
        hashed.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let bare = |text: String| {
            hashed.iter().fold(text, |text, name| {
                let stem = name.rsplit_once('-').map_or("", |(stem, _)| stem);
                text.replace(name.as_str(), &format!("{stem}-HASH"))
            })
        };
        for (one, _) in built {
            for resource in &one.resources {
                build.objects.push(bare(shown(&resource.value)));
                named(&resource.value, &mut |name| {
                    let is_borne = bearers.iter().any(|(kind, called)| {
                        name.kind.fits(kind) && *called == name.name.text.as_str()
                    });
                    if is_borne && !name.bears {
                        let key = (name.kind.kind.to_string(), bare(name.name.text.to_string()));
                        *build.uses.entry(key).or_default() += 1;
                    }
                });
            }
        }
        build
    }
}

fn shown(value: &Value) -> String {
    let mut out = String::new();
    match emit(value, &mut out) {
        Ok(()) => out,
        Err(_) => format!("{value:?}"),
    }
}
