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

use std::ops::Range;
use std::process::Command;

use camino::Utf8Path;
use infragen_kustomize::{Options, Printed, build, print};
use infragen_tests::corpora::skip;
use infragen_tests::layers::Layers;
use infragen_tests::memory::Memory;

/// How many seeds a run without a wish tries.
const SEEDS: u64 = 300;

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
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        let error = String::from_utf8_lossy(&output.stderr);
        Err(error.replace(top.as_str(), ""))
    }
}

fn ours(layers: &Layers) -> Outcome {
    let memory = Memory::new(layers.texts());
    let build = std::panic::catch_unwind(|| {
        let mut build = build(
            &memory,
            layers.top.as_str().into(),
            Options { sorted: true },
        );
        let text = build.print();
        (text, build.errors)
    });
    let Ok(Printed { yaml, errors }) = build else {
        return Err("PANIC".to_owned());
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

fn agree(program: &str, layers: &Layers) -> bool {
    match (theirs(program, layers), ours(layers)) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        (Err(_), Err(ours)) => ours != "PANIC",
        _ => false,
    }
}

/// Like [`agree`], where a smaller tree must differ in the same way.
fn differs_alike(program: &str, layers: &Layers, first: (bool, bool)) -> bool {
    let (theirs, ours) = (theirs(program, layers), ours(layers));
    let same = match (&theirs, &ours) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        (Err(_), Err(ours)) => ours != "PANIC",
        _ => false,
    };
    !same && (theirs.is_ok(), ours.is_ok()) == first
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
    let keep_going = std::env::var("INFRAGEN_KEEP_GOING").is_ok();
    let (mut built, mut failed, mut differing) = (0, 0, 0);
    for seed in seeds() {
        let layers = Layers::random(seed);
        let outcome = theirs(&program, &layers);
        *if outcome.is_ok() {
            &mut built
        } else {
            &mut failed
        } += 1;
        if agree(&program, &layers) {
            continue;
        }
        differing += 1;
        let first = (outcome.is_ok(), ours(&layers).is_ok());
        let least = layers.shrink(|layers| differs_alike(&program, layers, first));
        let mut report = format!("seed {seed}, build `{}`\n", least.top);
        for (path, text) in least.texts() {
            report.push_str(&format!("=== {path}\n{text}"));
        }
        report.push_str(&format!(
            "=== kustomize\n{}\n",
            theirs(&program, &least).unwrap_or_else(|error| error)
        ));
        report.push_str(&format!(
            "=== infragen\n{}\n",
            ours(&least).unwrap_or_else(|error| error)
        ));
        assert!(keep_going, "{report}");
        eprintln!("{report}");
    }
    eprintln!("{built} built and {failed} refused by kustomize, {differing} differ");
    assert_eq!(differing, 0);
}
