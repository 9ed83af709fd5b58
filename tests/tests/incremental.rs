//! Whatever happens to a repository that is open, in whatever order, the answers are those of a workspace
//! that is opened on the outcome: nothing stale, nothing lost.
//!
//! Events are the fewest that a watcher may send: one for a folder that is moved or deleted, none for the
//! folders made on the way to a new file, all of them late, in any order, or lost.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and makes its own files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use camino::Utf8PathBuf;
use infragen_rules::FileEdits;
use infragen_syntax::{TextRange, TextSize};
use infragen_tests::generate::{self, File, Random};
use infragen_workspace::{Db, Directory, FileEvent, Root, SourceFile, Workspace, facts};

/// Sequences of one run, where `INFRAGEN_SEQUENCES` asks for no other number.
const SEQUENCES: u64 = 240;

/// Steps of the longest sequence.
const STEPS: usize = 40;

/// Something that happens: plain data that means the same after steps before it are taken away. Where it
/// makes no sense any more, nothing happens.
#[derive(Debug, Clone)]
enum Step {
    /// An editor opens a file, or a new one under this name.
    Open(String),
    /// Somebody types into an open file.
    Type(String, Change),
    /// An editor closes a file and forgets what was typed.
    Close(String),
    /// An editor writes a file.
    Save(String),
    /// Another program changes a file.
    Change(String, Change),
    /// Another program writes a file.
    Write(String, &'static str),
    /// A file is copied.
    Copy(String, String),
    /// A file or folder is deleted.
    Delete(String),
    /// A file or folder is moved.
    Move(String, String),
    /// What happened on disk is told, in an order that this number decides.
    Tell(u64),
    /// What happened on disk was not told, and that is known.
    Rescan,
    /// The folder is closed and opened again.
    Reopen,
    /// Somebody looks at some files, so that their answers are remembered.
    Look(u64),
}

/// A change of a text. Lines are counted round and round.
#[derive(Debug, Clone)]
enum Change {
    /// Another value behind the key of a line.
    Value(usize, String),
    /// A line less.
    Drop(usize),
    /// A line twice.
    Repeat(usize),
    /// A line more.
    Insert(usize, &'static str),
    /// The end of a line.
    Append(usize, &'static str),
    /// Another text.
    Whole(String),
}

/// Lines that break something, or only move what is below.
const LINES: [&str; 9] = [
    "# moves what is below",
    "  dependsOn: [{name: billing-0-0}, {name: nowhere}]",
    "  - missing.yaml",
    "  - ../base",
    "namespace: elsewhere",
    "namePrefix: new-",
    "---",
    "configMapGenerator: [{name: settings, literals: [a=b]}]",
    "  sourceRef: {kind: HelmRepository, name: nowhere}",
];

/// Ends that leave a text broken.
const ENDS: [&str; 5] = [" [", "\"", ": x: y", "\n\t", " &anchor"];

const SETTINGS: [&str; 4] = [
    "registry: ghcr.io/acme\n",
    "environments:\n  production: {path: clusters/staging}\n",
    "environments:\n  other: {path: apps}\n  staging: {class: stable}\n",
    "registy: typo\n",
];

const IGNORED: [&str; 4] = [
    "staging/\n",
    "*.yaml\n!kustomization.yaml\n",
    "base\n",
    "\n",
];

fn one_of(texts: &[&'static str], random: &mut Random) -> &'static str {
    texts[random.below(texts.len())]
}

impl Change {
    fn of(text: &str, random: &mut Random) -> Change {
        let lines = text.lines().count().max(1);
        let line = random.below(lines);
        match random.below(9) {
            0..=3 => {
                // A name, kind, path or namespace, from here or from the next best line.
                let told = |line: &str| {
                    ["name", "kind", "path", "- "]
                        .iter()
                        .any(|key| line.contains(key))
                };
                let told: Vec<_> = (0..).zip(text.lines()).filter(|(_, l)| told(l)).collect();
                let at = if told.is_empty() {
                    line
                } else {
                    random.pick(&told).0
                };
                let other = random.pick(&[
                    "flux-system",
                    "billing-0",
                    "search-0",
                    "orders-0",
                    "media-0-0",
                    "GitRepository",
                    "Kustomization",
                    "./apps",
                    "./clusters/staging",
                    "namespace.yaml",
                    "../../base",
                    "${NAME}",
                ]);
                Change::Value(at, (*other).to_owned())
            }
            4 => Change::Drop(line),
            5 => Change::Repeat(line),
            6 | 7 => Change::Insert(line, one_of(&LINES, random)),
            _ => Change::Append(line, one_of(&ENDS, random)),
        }
    }

    fn apply(&self, text: &str) -> String {
        if let Change::Whole(text) = self {
            return text.clone();
        }
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        let count = lines.len();
        match self {
            Change::Value(at, value) => {
                let line = &mut lines[at % count];
                let start = line.find(": ").or_else(|| line.find("- "));
                line.truncate(start.map_or(0, |start| start + 2));
                line.push_str(value);
            }
            Change::Drop(at) => {
                lines.remove(at % count);
            }
            Change::Repeat(at) => lines.insert(at % count, lines[at % count].clone()),
            Change::Insert(at, line) => lines.insert(at % count, (*line).to_owned()),
            Change::Append(at, end) => lines[at % count].push_str(end),
            Change::Whole(_) => {}
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// A repository on disk with what is open of it, and the workspace that heard of every change.
struct World {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
    disk: BTreeMap<String, String>,
    open: BTreeMap<String, String>,
    untold: Vec<String>,
    workspace: Workspace,
    root: Root,
}

impl World {
    fn new(files: &[File]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        generate::write(&path, files).unwrap();
        let mut workspace = Workspace::new();
        let root = workspace.open_root(&path);
        World {
            _folder: folder,
            path,
            disk: files.iter().cloned().collect(),
            open: BTreeMap::new(),
            untold: Vec::new(),
            workspace,
            root,
        }
    }

    /// The next thing that may happen.
    fn next(&self, random: &mut Random) -> Step {
        let files: Vec<_> = self.disk.keys().cloned().collect();
        let open: Vec<_> = self.open.keys().cloned().collect();
        let folders: BTreeSet<_> = files
            .iter()
            .flat_map(|file| file.match_indices('/').map(|(at, _)| file[..at].to_owned()))
            .collect();
        let folders: Vec<_> = folders.into_iter().collect();
        if files.is_empty() || folders.is_empty() {
            return Step::Write("apps/a.yaml".to_owned(), "kind: ConfigMap\n");
        }
        let file = random.pick(&files).clone();
        let folder = random.pick(&folders).clone();
        let new_name = *random.pick(&["new.yaml", "kustomization.yaml", "notes.txt", "new/a.yaml"]);
        let new_file = format!("{folder}/{new_name}");
        let new_folder = format!("{folder}/{}", random.pick(&["new", "base", "staging"]));
        let some_open = if open.is_empty() || random.below(8) == 0 {
            file.clone()
        } else {
            random.pick(&open).clone()
        };
        match random.below(32) {
            0..=3 => Step::Open(file),
            4 => Step::Open(new_file),
            5..=11 => {
                let text = self.open.get(&some_open).map_or("", String::as_str);
                let change = match random.below(8) {
                    0 => Change::Whole(self.disk[&file].clone()),
                    _ => Change::of(text, random),
                };
                Step::Type(some_open, change)
            }
            12 | 13 => Step::Close(some_open),
            14 | 15 => Step::Save(some_open),
            16 | 17 => Step::Change(file.clone(), Change::of(&self.disk[&file], random)),
            18 => Step::Copy(file, new_file),
            19 => Step::Delete(file),
            20 => Step::Delete(folder),
            21 => Step::Move(file, new_file),
            22 => Step::Move(folder, random.pick(&folders).clone() + "-moved"),
            23 => Step::Move(random.pick(&folders).clone(), new_folder),
            24 => Step::Write(".infragen.yaml".to_owned(), one_of(&SETTINGS, random)),
            25 => {
                let at = random.pick(&["", "apps/", "clusters/"]);
                Step::Write(format!("{at}.gitignore"), one_of(&IGNORED, random))
            }
            26 | 27 => Step::Tell(random.number()),
            28 => match random.below(4) {
                0 => Step::Reopen,
                1 => Step::Rescan,
                _ => Step::Type(".infragen.yaml".to_owned(), Change::of("a\n", random)),
            },
            _ => Step::Look(random.number()),
        }
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Open(path) if !self.open.contains_key(path) => {
                let text = self.disk.get(path).cloned().unwrap_or_default();
                self.show(path, text);
            }
            Step::Type(path, change) => {
                if let Some(text) = self.open.get(path) {
                    let text = change.apply(text);
                    self.show(path, text);
                }
            }
            Step::Close(path) => {
                if self.open.remove(path).is_some() {
                    self.workspace.set_buffer(&self.path.join(path), None);
                }
            }
            Step::Save(path) => {
                if let Some(text) = self.open.get(path).cloned() {
                    self.write(path, text);
                }
            }
            Step::Change(path, change) => {
                if let Some(text) = self.disk.get(path) {
                    let text = change.apply(text);
                    self.write(path, text);
                }
            }
            Step::Write(path, text) => self.write(path, (*text).to_owned()),
            Step::Copy(from, to) => {
                if let Some(text) = self.disk.get(from).cloned() {
                    self.write(to, text);
                }
            }
            Step::Delete(path) => self.delete(path),
            Step::Move(from, to) => self.move_to(from, to),
            Step::Tell(order) => self.tell(*order),
            Step::Rescan => {
                self.untold.clear();
                self.workspace.rescan();
            }
            Step::Reopen => {
                self.untold.clear();
                self.workspace.close_root(&self.path);
                self.root = self.workspace.open_root(&self.path);
                for (path, text) in &self.open {
                    let text = Some(text.as_str().into());
                    self.workspace.set_buffer(&self.path.join(path), text);
                }
            }
            Step::Look(at) => {
                let snapshot = self.workspace.snapshot();
                let (db, mut random) = (snapshot.db(), Random::new(*at));
                let files = files(db, self.root.top(db).unwrap());
                for _ in 0..files.len().min(4) {
                    answers_of(db, *random.pick(&files), &mut String::new());
                }
            }
            Step::Open(_) => {}
        }
    }

    fn show(&mut self, path: &str, text: String) {
        let buffer = Some(text.as_str().into());
        self.workspace.set_buffer(&self.path.join(path), buffer);
        self.open.insert(path.to_owned(), text);
    }

    fn write(&mut self, path: &str, text: String) {
        generate::write(&self.path, &[(path.to_owned(), text.clone())]).unwrap();
        self.disk.insert(path.to_owned(), text);
        self.untold.push(path.to_owned());
    }

    /// The files at or below a path.
    fn at(&self, path: &str) -> Vec<String> {
        let below = |file: &&String| file.strip_prefix(path).is_some_and(is_end);
        self.disk.keys().filter(below).cloned().collect()
    }

    fn delete(&mut self, path: &str) {
        let files = self.at(path);
        if files.is_empty() {
            return;
        }
        let on_disk = self.path.join(path);
        if self.disk.contains_key(path) {
            fs::remove_file(on_disk).unwrap();
        } else {
            fs::remove_dir_all(on_disk).unwrap();
        }
        for file in files {
            self.disk.remove(&file);
        }
        self.untold.push(path.to_owned());
    }

    fn move_to(&mut self, from: &str, to: &str) {
        let files = self.at(from);
        let inside = to.strip_prefix(from).is_some_and(is_end);
        let target = self.path.join(to);
        if files.is_empty() || inside || target.exists() {
            return;
        }
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::rename(self.path.join(from), target).unwrap();
        for file in files {
            let text = self.disk.remove(&file).unwrap();
            self.disk
                .insert(format!("{to}{}", &file[from.len()..]), text);
        }
        self.untold.extend([from.to_owned(), to.to_owned()]);
    }

    fn tell(&mut self, order: u64) {
        let mut random = Random::new(order);
        let mut events = Vec::new();
        while !self.untold.is_empty() {
            let path = self.untold.swap_remove(random.below(self.untold.len()));
            let path = self.path.join(path);
            events.push(FileEvent { path });
        }
        self.workspace.apply_events(&events);
    }

    /// The rules that find something.
    fn rules(&self) -> BTreeSet<&'static str> {
        let snapshot = self.workspace.snapshot();
        let db = snapshot.db();
        let files = files(db, self.root.top(db).unwrap());
        let findings = files.iter().map(|file| infragen_rules::check(db, *file));
        findings
            .flat_map(|findings| findings.iter().map(|it| it.rule.id).collect::<Vec<_>>())
            .collect()
    }

    fn answers(&self) -> String {
        answers(&self.workspace, self.root)
    }

    /// What a workspace says that is opened on the outcome.
    fn fresh_answers(&self) -> String {
        let mut workspace = Workspace::new();
        let root = workspace.open_root(&self.path);
        for (path, text) in &self.open {
            workspace.set_buffer(&self.path.join(path), Some(text.as_str().into()));
        }
        answers(&workspace, root)
    }
}

fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// All answers about a repository, one a line.
fn answers(workspace: &Workspace, root: Root) -> String {
    let snapshot = workspace.snapshot();
    let db = snapshot.db();
    let mut out = String::new();
    let mut files = files(db, root.top(db).unwrap());
    files.sort_by_key(|file| file.path(db));
    for environment in infragen_workspace::environments(db, root).iter() {
        let _ = writeln!(out, "environment {} {}", environment.name, environment.path);
    }
    for cluster in infragen_workspace::clusters(db, root) {
        applied_by(db, &cluster, &mut out);
    }
    for file in files {
        answers_of(db, file, &mut out);
    }
    out
}

/// What an environment applies.
fn applied_by(db: &dyn Db, cluster: &infragen_workspace::Cluster, out: &mut String) {
    for application in &cluster.applications {
        let spec = &application.spec;
        let name = format!(
            "{} {}/{}",
            cluster.environment.name, spec.namespace, spec.name
        );
        let directory = application.directory.as_ref();
        let directory = directory.map(|directory| directory.path(db).clone());
        let _ = writeln!(
            out,
            "{name} from {:?} builds {directory:?} with {:?} {spec:?}",
            application.parent,
            application.variables.known.keys()
        );
        let Some(built) = cluster.built(db, application) else {
            continue;
        };
        let mut text = String::new();
        for resource in &built.resources {
            let _ = writeln!(text, "# {:?}", resource.place);
            let _ = infragen_kustomize::emit(&resource.value, &mut text);
        }
        for line in text.lines() {
            let _ = writeln!(out, "  {name}: {line}");
        }
        let _ = writeln!(out, "  {name}: {:?} {:?}", built.errors, built.problems);
    }
}

fn answers_of(db: &dyn Db, file: SourceFile, out: &mut String) {
    let path = file.path(db);
    let place = |file: SourceFile, range: TextRange| format!("{} {range:?}", file.path(db));
    let _ = writeln!(out, "{path}");
    for finding in infragen_rules::check(db, file).iter() {
        let (rule, range) = (finding.rule.id, finding.range);
        let message = &finding.message;
        let severity = finding.severity;
        let _ = writeln!(out, "  {path}: {severity:?} {rule} at {range:?}: {message}");
        let _ = writeln!(out, "    help {:?}", finding.help);
        for other in &finding.related {
            let _ = writeln!(
                out,
                "    {} {}",
                place(other.file, other.range),
                other.message
            );
        }
        for fix in &finding.fixes {
            let _ = writeln!(out, "    fix {}", fix.title);
            for FileEdits { file, edits } in &fix.edits {
                let _ = writeln!(out, "      {} {edits:?}", file.path(db));
            }
        }
    }
    let facts = facts(db, file);
    let named = facts
        .objects
        .iter()
        .filter_map(|object| object.name.as_ref());
    for name in named {
        asked(db, file, name.range.start(), out);
    }
    for (_, reference) in facts.references() {
        asked(db, file, reference.name.range.start(), out);
    }
    let paths = facts.objects.iter().flat_map(|object| &object.paths);
    for path in paths {
        asked(db, file, path.path.range.start(), out);
    }
    let kustomization = facts.kustomization.as_ref();
    for entry in kustomization.into_iter().flat_map(|it| &it.entries) {
        asked(db, file, entry.path.range.start(), out);
    }
}

fn asked(db: &dyn Db, file: SourceFile, at: TextSize, out: &mut String) {
    let path = file.path(db);
    for target in infragen_ide::definition(db, file, at) {
        let (to, range, focus) = (target.file.path(db), target.range, target.focus);
        let _ = writeln!(out, "  {path} {at:?} is {to} {range:?} {focus:?}");
    }
    for other in infragen_ide::references(db, file, at, true) {
        let (from, range) = (other.file.path(db), other.range);
        let _ = writeln!(out, "  {path} {at:?} is named by {from} {range:?}");
    }
}

fn files(db: &dyn Db, directory: Directory) -> Vec<SourceFile> {
    let below = directory.directories(db).flat_map(|below| files(db, below));
    directory.files(db).chain(below).collect()
}

/// What differs after these steps; a panic is a difference too.
fn difference(files: &[File], steps: &[Step]) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(files);
        for step in steps {
            world.apply(step);
        }
        world.tell(0);
        compare(&world)
    }));
    outcome.unwrap_or_else(|_| Some("it panics".to_owned()))
}

fn compare(world: &World) -> Option<String> {
    let (kept, fresh) = (world.answers(), world.fresh_answers());
    if kept == fresh {
        return None;
    }
    let pairs = kept.lines().zip(fresh.lines());
    let first = pairs.into_iter().find(|(kept, fresh)| kept != fresh);
    let mut text = format!("the first difference: {first:#?}\n");
    let only = |one: &str, other: &str| {
        let other: BTreeSet<_> = other.lines().collect();
        let lines = one.lines().filter(|line| !other.contains(line));
        lines
            .take(8)
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let _ = write!(text, "kept, but wrong:\n{}", only(&kept, &fresh));
    let _ = write!(text, "opened anew:\n{}", only(&fresh, &kept));
    Some(text)
}

/// The shortest sequence that taking away steps leads to.
fn shortest(files: &[File], mut steps: Vec<Step>) -> Vec<Step> {
    let mut size = steps.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at + size <= steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..at + size);
            if difference(files, &fewer).is_some() {
                steps = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    steps
}

/// Runs a sequence: the rules that find something at its end, or what is wrong.
fn run(seed: u64) -> Result<BTreeSet<&'static str>, String> {
    let mut random = Random::new(seed);
    // One service, or two that may refer to each other.
    let files = generate::repository(seed % 6, if seed.is_multiple_of(2) { 10 } else { 30 });
    let mut steps = Vec::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(&files);
        for _ in 0..=random.below(STEPS) {
            let step = world.next(&mut random);
            steps.push(step.clone());
            world.apply(&step);
        }
        world.tell(0);
        (world.rules(), compare(&world))
    }));
    if let Ok((rules, None)) = outcome {
        return Ok(rules);
    }
    let steps = shortest(&files, steps);
    let difference = difference(&files, &steps).unwrap_or_default();
    let steps: String = steps.iter().map(|step| format!("  {step:?}\n")).collect();
    Err(format!(
        "sequence {seed} goes wrong by\n{steps}{difference}"
    ))
}

#[test]
fn the_repositories_apply_something() {
    for seed in 0..6 {
        let world = World::new(&generate::repository(seed, 10));
        let answers = world.answers();
        assert!(answers.contains(" builds Ok"), "{seed}: {answers}");
    }
}

#[test]
fn any_sequence_of_changes_ends_in_the_answers_of_a_workspace_that_is_opened_anew() {
    let wanted = std::env::var("INFRAGEN_SEQUENCES").ok();
    let wanted = wanted.and_then(|number| number.parse().ok());
    let next = AtomicU64::new(0);
    let work = || {
        let mut rules = BTreeSet::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= wanted.unwrap_or(SEQUENCES) {
                return Ok(rules);
            }
            rules.extend(run(seed)?);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let outcomes: Vec<Result<_, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().map(|worker| worker.join().unwrap());
        ends.collect()
    });
    let mut rules = BTreeSet::new();
    for outcome in outcomes {
        rules.extend(outcome.unwrap_or_else(|wrong| panic!("{wrong}")));
    }
    // Otherwise the answers are equal because there are none.
    assert!(rules.len() >= 12, "the changes break too little: {rules:?}");
}
