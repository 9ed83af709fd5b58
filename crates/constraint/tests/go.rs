//! What the Go library and Flux's ParseVersion say, for each release of Flux: how a text is taken apart, whether a
//! version matches, which of two is newer, which tag is chosen.
//!
//! `go.tsv` and `answers.tsv` hold what they said, so they need no Go. `INFRAGEN_GO=go` asks anew, over random texts;
//! the first time that loads the modules. With `INFRAGEN_UPDATE_SNAPSHOTS=1` beside it `answers.tsv` is written anew.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // the oracle is a program

#[path = "support/query.rs"]
mod query;
#[path = "support/texts.rs"]
mod texts;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use infragen_constraint::Flux;

use crate::query::Query;
use crate::texts::Texts;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go");
const ANSWERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/answers.tsv");

#[test]
fn telling_constraints() {
    let mut wrong = String::new();
    for row in include_str!("go.tsv").lines() {
        let (text, expected) = row.split_once('\t').unwrap();
        let query = Query::parse(&format!("read\t{text}"));
        let got = query.answers(Flux::V2_9).remove(0);
        if got != expected {
            writeln!(wrong, "{text:?}\n  go   {expected:?}\n  here {got:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Each row is a question and its answers by the release of Flux, one where all agree.
#[test]
fn written_answers() {
    let mut wrong = String::new();
    let mut rows = 0;
    for row in include_str!("answers.tsv").lines() {
        let (line, answers) = row.split_once("\t→\t").unwrap();
        let mut answers = answers.split('\t').cycle();
        for flux in Flux::ALL {
            let expected = answers.next().unwrap();
            let query = Query::parse(line);
            let got = query.answers(flux);
            if query.is_followed(flux) && got != [expected] {
                writeln!(
                    wrong,
                    "{flux:?} {line:?}\n  go   {expected:?}\n  here {got:?}"
                )
                .unwrap();
            }
        }
        rows += 1;
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(rows > 1900, "{rows}");
}

#[test]
fn random_questions() {
    let Some(go) = std::env::var_os("INFRAGEN_GO") else {
        eprintln!("SKIPPED random_questions: INFRAGEN_GO does not name the go command");
        return;
    };
    let mut texts = Texts(1);
    let queries: Vec<Query> = (0..400_000).map(|_| texts.query()).collect();
    let mut wrong = Vec::new();
    for flux in Flux::ALL {
        let answers = ask(&go, flux, &queries);
        for (query, expected) in queries.iter().zip(&answers) {
            let got = query.answers(flux);
            if query.is_followed(flux) && !got.contains(expected) {
                wrong.push(format!(
                    "{flux:?} {:?}\n  go   {expected:?}\n  here {got:?}",
                    query.line()
                ));
            }
        }
        let refused = answers.iter().filter(|answer| *answer == "error").count();
        eprintln!(
            "{flux:?}: {} questions, {refused} of them errors",
            queries.len()
        );
    }
    assert!(
        wrong.is_empty(),
        "{} answers differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(30)].join("\n")
    );
    if std::env::var_os("INFRAGEN_UPDATE_SNAPSHOTS").is_some() {
        write_answers(&go);
    }
}

/// What Go says of each question.
fn ask(go: &OsStr, flux: Flux, queries: &[Query]) -> Vec<String> {
    let module = match flux {
        Flux::V2_5 => "flux-2.5.mod",
        Flux::V2_6 => "flux-2.6.mod",
        Flux::V2_7 => "flux-2.7.mod",
        Flux::V2_9 => "go.mod",
    };
    let mut child = Command::new(go)
        .args(["run", "-modfile", module, "."])
        .current_dir(FOLDER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = queries.iter().map(|query| query.line() + "\n").collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<String> = output.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), queries.len());
    answers
}

/// Random questions other than those above, and what Go says of them.
fn write_answers(go: &OsStr) {
    let mut texts = Texts(2);
    let questions = std::iter::repeat_with(|| texts.query());
    // Where Go's sort may put equal tags in any order, no answer can be written down; long lines help nobody.
    let queries: Vec<Query> = questions
        .filter(|query| query.answers(Flux::V2_9).len() == 1 && query.line().len() < 200)
        .take(2000)
        .collect();
    let answers = Flux::ALL.map(|flux| ask(go, flux, &queries));
    let mut table = String::new();
    for (number, query) in queries.iter().enumerate() {
        let mut of_all: Vec<&str> = answers.iter().map(|of| of[number].as_str()).collect();
        if of_all.iter().all(|answer| *answer == of_all[0]) {
            of_all.truncate(1);
        }
        writeln!(table, "{}\t→\t{}", query.line(), of_all.join("\t")).unwrap();
    }
    std::fs::write(ANSWERS, table).unwrap();
}
