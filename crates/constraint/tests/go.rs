//! What the Go library (Masterminds/semver 3.5.0) reads and refuses, and how it takes a text apart.
#![allow(clippy::unwrap_used, clippy::disallowed_types)] // the oracle is a program

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use infragen_constraint::{Comparator, Constraint, Operator};

/// A text as the library writes it once it is read, or `error`.
fn outcome(text: &str) -> String {
    let Ok(constraint) = text.parse::<Constraint>() else {
        return "error".to_owned();
    };
    let groups = constraint.groups.iter().map(|group| {
        let comparators = group.comparators.iter();
        let texts: Vec<String> = comparators.map(|one| comparator(text, one)).collect();
        texts.join(" ")
    });
    groups.collect::<Vec<_>>().join(" || ")
}

fn comparator(text: &str, comparator: &Comparator) -> String {
    let text = &text[comparator.range.clone()];
    let version = text.trim_start_matches(['!', '=', '<', '>', '~', '^']);
    let operator = match &text[..text.len() - version.len()] {
        // Of `A - B`.
        "" if comparator.operator == Operator::GreaterEqual => ">=",
        "" if comparator.operator == Operator::LessEqual => "<=",
        spelling => spelling,
    };
    format!("{operator}{}", version.trim_start())
}

#[test]
fn telling_cases() {
    let mut wrong = String::new();
    for row in include_str!("go.tsv").lines() {
        let (text, expected) = row.split_once('\t').unwrap();
        let text = text.replace('␉', "\t");
        let got = outcome(&text);
        if got != expected {
            writeln!(wrong, "{text:?}\n  go   {expected:?}\n  here {got:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Texts that are nearly constraints, the same ones each time.
struct Texts(u64);

impl Texts {
    fn below(&mut self, count: usize) -> usize {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % count as u64).unwrap()
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn version(&mut self) -> String {
        let mut text = self.pick(&["", "", "", "v"]).to_owned();
        for number in 0..=self.below(3) {
            text += if number == 0 { "" } else { "." };
            text += self.pick(&[
                "0",
                "1",
                "2",
                "12",
                "01",
                "x",
                "*",
                "X",
                "18446744073709551616",
            ]);
        }
        text += self.pick(&["", "", "", "", "-0", "-rc.1", "-01", "-a-b", "-0a.1", "-1."]);
        text + self.pick(&["", "", "", "", "", "+b", "+01.c"])
    }

    /// Pieces that mostly fit together.
    fn likely(&mut self) -> String {
        let mut text = self.pick(&["", "", "", " "]).to_owned();
        for number in 0..=self.below(4) {
            if number > 0 {
                text += self.pick(&[" ", ", ", ",", "||", " || ", " - ", "  -\t", " -", "|", ""]);
            }
            text += self.pick(&[
                "", "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "==",
            ]);
            text += self.pick(&["", "", "", "", " ", "\t"]);
            text += &self.version();
        }
        text + self.pick(&["", "", "", " ", ",", "||"])
    }

    /// Any of the letters that mean something.
    fn wild(&mut self) -> String {
        let len = self.below(14);
        let letters = [
            "0", "1", "2", "x", "X", "*", "|", "||", ".", "v", "^", "~", "<", ">", "=", "!", ",",
            " ", " ", "-", " - ", "+", "a", "rc", "\t", "\u{c}", "\u{b}", "é",
        ];
        (0..len).map(|_| self.pick(&letters)).collect()
    }
}

/// Run with `INFRAGEN_GO=go`: the first time that loads the library.
#[test]
fn random_texts() {
    let Some(go) = std::env::var_os("INFRAGEN_GO") else {
        eprintln!("SKIPPED random_texts: INFRAGEN_GO does not name the go command");
        return;
    };
    let mut texts = Texts(1);
    let texts: Vec<String> = (0..400_000)
        .map(|number| match number % 2 {
            0 => texts.likely(),
            _ => texts.wild(),
        })
        .collect();
    let mut child = Command::new(go)
        .args(["run", "."])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = texts.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    let expected: Vec<&str> = output.lines().collect();
    assert_eq!(expected.len(), texts.len());
    let mut wrong = Vec::new();
    for (text, expected) in texts.iter().zip(&expected) {
        let got = outcome(text);
        if got != *expected {
            wrong.push(format!("{text:?}\n  go   {expected:?}\n  here {got:?}"));
        }
    }
    let read = expected.iter().filter(|line| **line != "error").count();
    eprintln!("{read} of {} texts are constraints", texts.len());
    assert!(
        wrong.is_empty(),
        "{} texts differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}
