//! The table of what Go 1.26 says about expressions, alone and in `^(?:…)$`.
//!
//! Each row is an expression, and for both forms `error` or, for each of the texts below, whether it matches.

#![allow(clippy::unwrap_used)]

use infragen_go_regex::{GoRegex, SyntaxError};

const TEXTS: [&str; 53] = [
    "",
    "a",
    "b",
    "web",
    "prod",
    "Deployment",
    "aa",
    "aB",
    "a b",
    "a-b",
    "a.b",
    "a&&b",
    "&",
    "~",
    "-",
    "K",
    "\u{212A}",
    "ſ",
    "s",
    "é",
    "É",
    "1",
    "١",
    "_",
    "web-1",
    "web\nprod",
    "a\nb",
    " ",
    "\t",
    "Ω",
    "中",
    "[",
    "]",
    "a]",
    "{2}",
    "a{,2}",
    "a{",
    "{",
    "}",
    "(",
    ")",
    "\\",
    "x",
    "A",
    "staging",
    "prod-web",
    "\0",
    "#",
    "ab",
    "abc",
    "b1",
    "web.prod",
    "aaaa",
];

fn outcome(regex: Result<GoRegex, SyntaxError>) -> String {
    match regex {
        Err(_) => "error".to_owned(),
        Ok(regex) => TEXTS
            .iter()
            .map(|text| if regex.is_match(text) { '1' } else { '0' })
            .collect(),
    }
}

fn check(table: &str) {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in table.lines() {
        let mut cells = row.split('\t');
        let mut cell = || cells.next().unwrap();
        let pattern = cell()
            .replace('␤', "\n")
            .replace('␉', "\t")
            .replace('␀', "\0");
        let expected = [cell(), cell()];
        let got = [
            outcome(GoRegex::new(&pattern)),
            outcome(GoRegex::anchored(&pattern)),
        ];
        rows += 1;
        if got != expected {
            wrong.push(format!("{pattern:?}\n  go   {expected:?}\n  here {got:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {rows} rows differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn matches_what_go_matches() {
    check(include_str!("go.tsv"));
}

#[test]
fn an_error_has_its_place_in_the_selector() {
    let error = GoRegex::anchored("*").unwrap_err();
    assert_eq!(error.range, 0..1);
    let message = "there is nothing before `*` that it could repeat";
    assert_eq!(error.message, message);
    let error = GoRegex::anchored("we[b").unwrap_err();
    assert_eq!(error.range.start, 2);
}
