//! The build of a random tree of layers is that of kustomize: the same bytes, or a failure where it fails.
//!
//! `INFRAGEN_SEEDS=5000` tries so many, `INFRAGEN_SEEDS=70..80` these; a failure is shrunk before it is shown.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types
)] // writes trees and runs the oracle

use std::collections::BTreeMap;
use std::ops::Range;
use std::process::Command;

use camino::Utf8Path;
use infragen_kustomize::{Options, Printed, build, print};
use infragen_tests::corpora::skip;
use infragen_tests::layers::Layers;
use infragen_tests::memory::Memory;

/// How many seeds a run without a wish tries.
const SEEDS: u64 = 300;

/// How many trees that differ are shrunk and shown.
const SHOWN: usize = 8;

/// What stands for a message where there is none.
const PANIC: &str = "a panic";

/// What a build gives: the text, or why there is none.
type Outcome = Result<String, String>;

fn kustomize() -> Option<String> {
    let program = std::env::var("INFRAGEN_KUSTOMIZE").unwrap_or_else(|_| "kustomize".to_owned());
    let works = Command::new(&program)
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    works.then_some(program)
}

fn theirs(program: &str, layers: &Layers) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let top = Utf8Path::from_path(folder.path()).unwrap();
    for (path, text) in layers.texts() {
        let file = top.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let output = Command::new(program)
        .args(["build", "--load-restrictor", "LoadRestrictionsNone"])
        .arg(top.join(&layers.top))
        .output()
        .unwrap();
    if output.status.success() {
        // A build from source does not know its version.
        let text = String::from_utf8(output.stdout).unwrap();
        Ok(text.replace("kustomize-(devel)", "kustomize-v5.8.1"))
    } else {
        let error = String::from_utf8_lossy(&output.stderr);
        Err(error.replace(top.as_str(), ""))
    }
}

fn ours(layers: &Layers) -> Outcome {
    let memory = Memory::new(layers.texts());
    let build = std::panic::catch_unwind(|| {
        print(build(
            &memory,
            layers.top.as_str().into(),
            Options { sorted: true },
        ))
    });
    let Ok(Printed { yaml, errors, .. }) = build else {
        return Err(PANIC.to_owned());
    };
    if errors.is_empty() {
        return Ok(yaml);
    }
    let messages: Vec<_> = errors
        .iter()
        .map(|error| format!("{}: {}", error.place.file, error.message))
        .collect();
    Err(messages.join("\n"))
}

/// How two builds differ.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    /// Both gave a text, not the same.
    Text,
    /// kustomize refused, in short for this reason.
    Accepted(String),
    /// kustomize built it.
    Refused,
    /// It ended with a panic.
    Panic,
}

/// A tree with what the two programs make of it.
struct Compared {
    layers: Layers,
    theirs: Outcome,
    ours: Outcome,
}

impl Compared {
    fn new(program: &str, layers: Layers) -> Self {
        Self {
            theirs: theirs(program, &layers),
            ours: ours(&layers),
            layers,
        }
    }

    fn difference(&self) -> Option<Difference> {
        match (&self.theirs, &self.ours) {
            (_, Err(ours)) if ours == PANIC => Some(Difference::Panic),
            // Where the oracle itself crashes it says nothing.
            (Err(theirs), _) if theirs.contains("goroutine 1 [running]") => None,
            (Ok(theirs), Ok(ours)) => (theirs != ours).then_some(Difference::Text),
            (Err(theirs), Ok(_)) => Some(Difference::Accepted(gist(theirs))),
            (Ok(_), Err(_)) => Some(Difference::Refused),
            (Err(_), Err(_)) => None,
        }
    }

    /// The least tree that differs in the same way.
    fn shrink(self, program: &str) -> Self {
        let difference = self.difference();
        let built = self.ours.is_ok();
        let least = self.layers.shrink(|layers| {
            // Cheap questions first: the other program has to be started.
            ours(layers).is_ok() == built
                && Compared::new(program, layers.clone()).difference() == difference
        });
        Compared::new(program, least)
    }

    fn report(&self) -> String {
        let mut report = format!("build `{}`\n", self.layers.top);
        for (path, text) in self.layers.texts() {
            report.push_str(&format!("=== {path}\n{text}"));
        }
        for (who, outcome) in [("kustomize", &self.theirs), ("infragen", &self.ours)] {
            let (Ok(text) | Err(text)) = outcome;
            report.push_str(&format!("=== {who}\n{text}\n"));
        }
        report
    }
}

/// The last words of a message without what is named in it: what kind of message it is.
fn gist(message: &str) -> String {
    let plain: String = message
        .trim()
        .chars()
        .filter(|character| character.is_ascii_alphabetic() || *character == ' ')
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words[words.len().saturating_sub(6)..].join(" ")
}

fn seeds() -> Range<u64> {
    let wish = std::env::var("INFRAGEN_SEEDS").unwrap_or_default();
    match wish.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 0..wish.parse().unwrap_or(SEEDS),
    }
}

#[test]
fn a_random_tree_builds_as_with_kustomize() {
    let Some(program) = kustomize() else {
        skip("builds", "there is no kustomize (INFRAGEN_KUSTOMIZE, PATH)");
        return;
    };
    let (mut built, mut differing) = (0, Vec::new());
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds() {
        let compared = Compared::new(&program, Layers::random(seed));
        match &compared.theirs {
            Ok(_) => built += 1,
            Err(error) => *refusals.entry(gist(error)).or_default() += 1,
        }
        if compared.difference().is_some() {
            differing.push(seed);
            if differing.len() <= SHOWN {
                eprintln!("seed {seed}: {}", compared.shrink(&program).report());
            }
        }
    }
    for (gist, count) in &refusals {
        eprintln!("{count:5} refused: … {gist}");
    }
    let refused: usize = refusals.values().sum();
    eprintln!(
        "{built} built and {refused} refused by kustomize, {} differ",
        differing.len()
    );
    assert_eq!(differing, [0; 0], "the seeds that differ");
}
