//! Moving files and folders of a real or a generated repository changes paths and nothing else: every directory and
//! every environment builds the same objects, and every path that led somewhere leads to the same file.
//!
//! `INFRAGEN_MOVES` sets how many moves are tried in each repository.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // a test fails by panicking
#![allow(
    clippy::disallowed_methods,
    reason = "a suite reads its corpora itself"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::kustomization::KustomizationSpec;
use infragen_ide::rename_files;
use infragen_kustomize::{FILE_NAMES, emit};
use infragen_syntax::apply;
use infragen_tests::corpora::{corpora_or_skip, not_copied};
use infragen_tests::generate::{self, Random};
use infragen_tests::layers::Layers;
use infragen_workspace::{
    Application, Child, Cluster, Db, Directory, Found, Root, Workspace, clusters, facts,
    imports_of, layers, text,
};

/// Moves in one repository, where `INFRAGEN_MOVES` asks for no other number.
const MOVES: usize = 12;

fn moves() -> usize {
    let asked = std::env::var("INFRAGEN_MOVES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(MOVES)
}

#[test]
fn moves_in_real_repositories_change_nothing_else() {
    for corpus in corpora_or_skip("moves in real repositories") {
        let mut workspace = Workspace::new();
        let root = workspace.open_root(&corpus);
        for path in not_copied(&corpus) {
            workspace.set_memory(&path, Some(""));
        }
        let edits = try_some(&mut workspace, root, 1, &[]);
        eprintln!("{corpus}: {edits} files edited in {} moves", moves());
    }
}

#[test]
fn moves_in_generated_repositories_change_nothing_else() {
    for seed in 0..3 {
        let files = generate::repository(seed, 60);
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new("/repo"), &files);
        let edits = try_some(&mut workspace, root, seed, &files);
        assert!(edits > 0, "no move needed an edit");
    }
}

#[test]
fn moves_in_random_layers_change_nothing_else() {
    let mut edits = 0;
    for seed in 0..moves() as u64 * 5 {
        let layers = Layers::random(seed);
        let files: Vec<_> = layers.texts().collect();
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new("/layers"), &files);
        edits += try_some(&mut workspace, root, seed, &files);
    }
    assert!(edits > 0, "no move needed an edit");
}

/// A move of this repository, and what is there.
struct Move {
    from: Utf8PathBuf,
    to: Utf8PathBuf,
}

impl Move {
    fn moved(&self, path: &Utf8Path) -> Utf8PathBuf {
        match path.strip_prefix(&self.from) {
            Ok(rest) if rest.as_str().is_empty() => self.to.clone(),
            Ok(rest) => self.to.join(rest),
            Err(_) => path.to_owned(),
        }
    }
}

/// `known` are the files that are in memory only.
fn try_some(workspace: &mut Workspace, root: Root, seed: u64, known: &[(&str, &str)]) -> usize {
    let mut random = Random::new(seed);
    let top = root.path(workspace.snapshot().db()).clone();
    let before = State::of(workspace.snapshot().db(), root);
    let (mut files, directories) = listing(workspace.snapshot().db(), root);
    files.extend(
        known
            .iter()
            .map(|(path, text)| ((*path).into(), (*text).to_owned())),
    );
    let mut edited = 0;
    for number in 0..moves() {
        let one = choose(&mut random, &files, &directories, number);
        if files.contains_key(&one.to) || one.to.starts_with(&one.from) {
            continue;
        }
        let name = one.from.file_name().unwrap_or_default();
        if FILE_NAMES.contains(&name) {
            continue;
        }
        let pair = [(one.from.clone(), one.to.clone())];
        let found = rename_files(workspace.snapshot().db(), root, &pair);
        if found.notes.iter().any(|note| note.contains("cycle")) {
            continue;
        }
        let mut texts = files.clone();
        let mut changed = Vec::new();
        {
            let snapshot = workspace.snapshot();
            for edits in found.changes.iter().flat_map(|change| &change.edits) {
                let before = text(snapshot.db(), edits.file).unwrap();
                let path = edits.file.path(snapshot.db());
                texts.insert(path.clone(), apply(&before, &edits.edits).unwrap());
                changed.push(path);
            }
        }
        edited += changed.len();
        let otherwise = !found.notes.is_empty()
            || before
                .entries
                .iter()
                .any(|path| path.starts_with(&one.from));
        let moving: Vec<_> = files
            .keys()
            .filter(|path| path.starts_with(&one.from))
            .collect();
        for path in &moving {
            workspace.set_memory(&top.join(path), None);
        }
        for path in moving.iter().copied().chain(&changed) {
            workspace.set_memory(&top.join(one.moved(path)), Some(&texts[path]));
        }
        let after = State::of(workspace.snapshot().db(), root);
        let what = format!("{top}: {} > {}", one.from, one.to);
        before.compare(&after, &one, &what, !otherwise);
        for path in &moving {
            workspace.set_memory(&top.join(one.moved(path)), None);
        }
        for path in moving.iter().copied().chain(&changed) {
            workspace.set_memory(&top.join(path), Some(&files[path]));
        }
    }
    edited
}

fn choose(
    random: &mut Random,
    files: &BTreeMap<Utf8PathBuf, String>,
    directories: &[Utf8PathBuf],
    number: usize,
) -> Move {
    let paths: Vec<_> = files.keys().cloned().collect();
    let from = match number % 2 {
        0 => random.pick(&paths).clone(),
        _ => random.pick(directories).clone(),
    };
    let name = from.file_name().unwrap_or_default();
    let above = from.parent().unwrap_or(Utf8Path::new(""));
    let to = match random.below(4) {
        0 => above.join(format!("new-{name}")),
        1 => above.join("deeper/still").join(name),
        2 => Utf8PathBuf::from("elsewhere").join(name),
        _ => random.pick(directories).join(format!("moved-{name}")),
    };
    Move { from, to }
}

/// The files with their texts, and the directories.
fn listing(db: &dyn Db, root: Root) -> (BTreeMap<Utf8PathBuf, String>, Vec<Utf8PathBuf>) {
    let mut files = BTreeMap::new();
    let mut directories = Vec::new();
    let mut open: Vec<Directory> = root.top(db).into_iter().collect();
    while let Some(directory) = open.pop() {
        let own = directory.path(db);
        if !own.as_str().is_empty() {
            directories.push(own.clone());
        }
        for entry in directory.entries(db).iter() {
            let path = own.join(&*entry.name);
            match &entry.child {
                Child::File(file) => {
                    let text = text(db, *file).map(|text| text.to_string());
                    files.insert(path, text.unwrap_or_default());
                }
                Child::Other(_) => {
                    let absolute = root.path(db).join(&path);
                    files.insert(path, std::fs::read_to_string(absolute).unwrap_or_default());
                }
                Child::Directory(below) => open.push(*below),
                Child::Link(_) => {}
            }
        }
    }
    directories.sort();
    (files, directories)
}

/// What everything builds, and where paths lead.
struct State {
    directories: BTreeMap<Utf8PathBuf, Vec<String>>,
    environments: BTreeMap<String, Vec<String>>,
    /// The entry points.
    entries: Vec<Utf8PathBuf>,
    /// Kustomization file and number of the entry, with what it leads to.
    paths: BTreeMap<(Utf8PathBuf, u32), Utf8PathBuf>,
}

impl State {
    fn of(db: &dyn Db, root: Root) -> State {
        let mut state = State {
            directories: BTreeMap::new(),
            environments: BTreeMap::new(),
            entries: Vec::new(),
            paths: BTreeMap::new(),
        };
        for file in layers(db, root) {
            let directory = file.directory(db);
            let path = directory.path(db);
            let alone = Cluster::of_directory(db, directory);
            // Its own name, which objects are labelled with, would be another one behind the move.
            let unnamed = Application {
                spec: Arc::new(KustomizationSpec::of_path(
                    "".into(),
                    "".into(),
                    path.as_str().into(),
                    None,
                )),
                ..alone.applications[0].clone()
            };
            let built = alone.built(db, &unnamed).unwrap();
            let mut objects: Vec<String> = built
                .resources
                .iter()
                .map(|resource| shown(&resource.value))
                .collect();
            objects.push(format!("{} errors", built.errors.len()));
            state.directories.insert(path.clone(), objects);
            for import in imports_of(db, file).iter() {
                let target = match import.to {
                    Found::File(file) => file.path(db),
                    Found::Directory(directory) => directory.path(db).clone(),
                    _ => continue,
                };
                state.paths.insert((file.path(db), import.entry), target);
            }
            let entries = facts(db, file)
                .kustomization
                .as_ref()
                .map_or(0, |k| k.entries.len());
            assert!(imports_of(db, file).len() == entries);
        }
        for cluster in clusters(db, root) {
            let name = cluster.environment.name.to_string();
            state.entries.push(cluster.environment.path.clone());
            let objects = state.environments.entry(name).or_default();
            for application in &cluster.applications {
                let built = cluster.built(db, application);
                let own = built.iter().flat_map(|built| &built.resources);
                // The paths of Flux Kustomizations are what moves change.
                objects.extend(own.map(|resource| without_paths(&shown(&resource.value))));
            }
            objects.sort();
        }
        state
    }

    fn compare(&self, after: &State, one: &Move, what: &str, environments: bool) {
        for (path, objects) in &self.directories {
            let there = one.moved(path);
            let now = after.directories.get(&there);
            let now = now.unwrap_or_else(|| panic!("{what}: {there} is gone"));
            let same = |objects: &[String]| -> Vec<String> {
                objects.iter().map(|object| without_paths(object)).collect()
            };
            assert_eq!(same(objects), same(now), "{what}: {path} builds otherwise");
        }
        for ((file, entry), target) in &self.paths {
            let now = after.paths.get(&(one.moved(file), *entry));
            assert_eq!(
                now,
                Some(&one.moved(target)),
                "{what}: entry {entry} of {file}"
            );
        }
        if environments {
            assert_eq!(self.environments, after.environments, "{what}");
        }
    }
}

/// An object without what moves change in Flux's own objects.
fn without_paths(object: &str) -> String {
    let lines = object.lines().filter(|line| {
        let key = line.trim_start_matches([' ', '-']);
        !key.starts_with("path:") && !key.starts_with("from:") && !key.contains("./")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn shown(value: &infragen_kustomize::Value) -> String {
    let mut out = String::new();
    match emit(value, &mut out) {
        Ok(()) => out,
        Err(_) => format!("{value:?}"),
    }
}
