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

use infragen_tests::corpora::skip_optional;
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

/// A case of `flux_cases.txt`: `#case` with its name, `strict` or `lax`, and the directory; files; the `spec` of the
/// Flux Kustomization; objects of the cluster.
fn told_case(text: &str) -> Case {
    let (header, rest) = text.split_once('\n').unwrap();
    let mut words = header.rsplit(' ');
    let mut case = Case {
        directory: words.next().unwrap().to_owned(),
        strict: words.next() == Some("strict"),
        ..Case::default()
    };
    let (inputs, _) = rest.split_once("#expect\n").unwrap_or((rest, ""));
    for part in inputs
        .split_inclusive('\n')
        .fold(Vec::<String>::new(), |mut parts, line| {
            if line.starts_with('#') {
                parts.push(String::new());
            }
            parts.last_mut().unwrap().push_str(line);
            parts
        })
    {
        let (header, text) = part.split_once('\n').unwrap();
        match header.split_once(' ') {
            Some(("#file", path)) => {
                case.files.insert(path.to_owned(), text.to_owned());
            }
            _ if header == "#flux" => case.kustomization = format!("{KUSTOMIZATION}{text}"),
            _ => case.objects.push(text.to_owned()),
        }
    }
    case
}

const KUSTOMIZATION: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ks, namespace: apps}\n";

/// With `INFRAGEN_GO=go` what is expected is compared with Flux too; `INFRAGEN_UPDATE_SNAPSHOTS=1` writes it anew.
#[test]
fn the_cases_that_are_told_apply_what_flux_applies() {
    let cases = include_str!("flux_cases.txt");
    let mut oracle = Oracle::start();
    let (mut written, mut wrong, mut count) = (String::new(), Vec::new(), 0);
    for text in cases.split("#case ").skip(1) {
        let case = told_case(text);
        let (inputs, expected) = text.split_once("#expect\n").unwrap_or((text, ""));
        let plain = |outcome: Outcome| outcome.unwrap_or_else(|_| "error\n".to_owned());
        let got = ours(&case);
        count += 1;
        if plain(got.clone()) != expected {
            wrong.push(format!("=== {text}--- here\n{got:?}"));
        }
        if let Some(oracle) = &mut oracle {
            let theirs = plain(oracle.ask(&case));
            if theirs != expected {
                wrong.push(format!("=== {text}--- flux\n{theirs}"));
            }
            written.push_str(&format!("#case {inputs}#expect\n{theirs}"));
        }
    }
    if std::env::var("INFRAGEN_UPDATE_SNAPSHOTS").is_ok_and(|value| value == "1") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/flux_cases.txt");
        std::fs::write(path, written).unwrap();
    }
    assert!(wrong.is_empty(), "of {count} cases\n{}", wrong.join("\n"));
    assert!(count > 25, "the cases are not read");
}

#[test]
fn a_random_flux_kustomization_applies_what_flux_applies() {
    let Some(oracle) = Oracle::start() else {
        skip_optional("flux", "INFRAGEN_GO does not name the go command");
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
