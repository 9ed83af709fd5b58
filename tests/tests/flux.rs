//! What a Flux Kustomization applies is what Flux's own libraries make of it: the same bytes, or a failure where
//! they fail.
//!
//! With `INFRAGEN_GO=go` random Flux Kustomizations over random trees are compared too. `INFRAGEN_SEEDS=5000`
//! tries so many, `INFRAGEN_SEEDS=70..80` these; a failure is shrunk before it is shown.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and says what it skips"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use infragen_tests::corpora::skip;
use infragen_tests::flux::{Case, Oracle, Outcome};
use infragen_tests::layers::Layers;

/// How many seeds a run without a wish tries.
const SEEDS: u64 = 300;

/// How many cases that differ are shrunk and shown.
const SHOWN: usize = 8;

/// What stands for a message where there is none.
const PANIC: &str = "a panic";

fn ours(case: &Case) -> Outcome {
    std::panic::catch_unwind(|| case.ours()).unwrap_or_else(|_| Err(PANIC.to_owned()))
}

/// How the two outcomes differ.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    /// Both gave a text, not the same.
    Text,
    /// Flux refused, in short for this reason.
    Accepted(String),
    /// Flux built it.
    Refused(String),
    /// It ended with a panic.
    Panic,
}

fn difference(theirs: &Outcome, ours: &Outcome) -> Option<Difference> {
    match (theirs, ours) {
        (_, Err(ours)) if ours == PANIC => Some(Difference::Panic),
        // Where the oracle itself crashes it says nothing.
        (Err(theirs), _) if theirs.contains("panic: ") => None,
        (Ok(theirs), Ok(ours)) => (theirs != ours).then_some(Difference::Text),
        (Err(theirs), Ok(_)) => Some(Difference::Accepted(gist(theirs))),
        (Ok(_), Err(ours)) => Some(Difference::Refused(gist(ours))),
        (Err(_), Err(_)) => None,
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

fn report(case: &Case, theirs: &Outcome, ours: &Outcome) -> String {
    let strict = if case.strict { "strict" } else { "lax" };
    let mut report = format!("build `{}`, {strict}\n", case.directory);
    for (path, text) in &case.files {
        report.push_str(&format!("#file {path}\n{text}"));
    }
    for text in [&case.kustomization].into_iter().chain(&case.objects) {
        report.push_str(&format!("#cluster\n{text}"));
    }
    for (who, outcome) in [("flux", theirs), ("infragen", ours)] {
        let (Ok(text) | Err(text)) = outcome;
        report.push_str(&format!("=== {who}\n{text}\n"));
    }
    report
}

fn seeds() -> Range<u64> {
    let wish = std::env::var("INFRAGEN_SEEDS").unwrap_or_default();
    match wish.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 0..wish.parse().unwrap_or(SEEDS),
    }
}

#[test]
fn a_random_flux_kustomization_applies_what_flux_applies() {
    let Some(oracle) = Oracle::start() else {
        skip("flux", "INFRAGEN_GO does not name the go command");
        return;
    };
    let oracle = RefCell::new(oracle);
    let (mut built, mut differing) = (0, Vec::new());
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds() {
        let layers = Layers::random_flux(seed);
        let case = layers.case().unwrap();
        let (theirs, ours_of) = (oracle.borrow_mut().ask(&case), ours(&case));
        match &theirs {
            Ok(_) => built += 1,
            Err(error) => *refusals.entry(gist(error)).or_default() += 1,
        }
        let Some(found) = difference(&theirs, &ours_of) else {
            continue;
        };
        differing.push(seed);
        if differing.len() > SHOWN {
            continue;
        }
        let least = layers.shrink(|layers| {
            layers.case().is_some_and(|case| {
                let ours_now = ours(&case);
                // Cheap questions first.
                ours_now.is_ok() == ours_of.is_ok()
                    && difference(&oracle.borrow_mut().ask(&case), &ours_now).as_ref()
                        == Some(&found)
            })
        });
        let case = least.case().unwrap();
        let (theirs, ours) = (oracle.borrow_mut().ask(&case), ours(&case));
        eprintln!("seed {seed}: {}", report(&case, &theirs, &ours));
    }
    for (gist, count) in &refusals {
        eprintln!("{count:5} refused: … {gist}");
    }
    let refused: usize = refusals.values().sum();
    eprintln!(
        "{built} applied and {refused} refused by Flux, {} differ",
        differing.len()
    );
    assert_eq!(differing, [0; 0], "the seeds that differ");
}
