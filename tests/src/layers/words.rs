//! Awkward scalars: what readers and writers of YAML disagree about.

use super::random::Random;
use super::yaml::{Yaml, scalar};

const PLAIN: [&str; 68] = [
    "true",
    "False",
    "yes",
    "NO",
    "on",
    "y",
    "n",
    "~",
    "null",
    "Null",
    "0",
    "12",
    "-3",
    "+4",
    "017",
    "0o17",
    "08",
    "0x1F",
    "1_000",
    "0b11",
    "1e3",
    "1.0",
    "1.10",
    ".5",
    "5.",
    "1e400",
    "-0",
    "-0.0",
    "12345678901234567890",
    "123456789012345678901234567890",
    "0.00001",
    "1234567.5",
    "2020-01-01",
    "2020-01-01T10:00:00Z",
    "10:20",
    "190:20:30",
    "a",
    "a b",
    "a:b",
    "a#b",
    "a-b",
    "1.2.3",
    "v1.2",
    "1e",
    "0x",
    "x=y",
    "http://x/y?a=b&c",
    "!!str 12",
    "!!int \"3\"",
    "!!float 3",
    "!!binary aGk=",
    "\"\"",
    "''",
    "''''",
    "{}",
    "[]",
    "[a:, b]",
    "{a: b:, c: d}",
    "[a, {b: c}, \"d\":e]",
    "[a: ]",
    "{x: {y: &x1 {p: q}, z: *x1}, w: {<<: *x1, r: s}}",
    ".inf",
    "-.Inf",
    ".nan",
    "Off",
    "NULL",
    "2001-12-14t21:59:43.10-05:00",
    "0B1",
];

const QUOTED: [&str; 40] = [
    "yes",
    "true",
    "12",
    "1.0",
    "null",
    "~",
    "2020-01-01",
    "1:30",
    " a",
    "a ",
    "a: b",
    "a #b",
    "- a",
    "-",
    "?",
    ":",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "{a",
    "[a",
    "'a'",
    "a, b",
    "\\\"a\\\"",
    "a\\tb",
    "a\\nb",
    "a\\nb\\n",
    "\\n",
    "a \\nb",
    "\\n a",
    "\\u00e9",
    "\\u2028",
    "\\U0001F600",
    "\\ufeffa",
    "a\\x85b",
    "\\x07",
    "key=value",
];

/// A scalar, awkward in every second case.
pub fn awkward(random: &mut Random) -> Yaml {
    match random.below(10) {
        0..5 => scalar(random.pick(&["a", "web", "prod", "\"x y\"", "info", "/var/lib", "80"])),
        5..7 => scalar(random.pick(&PLAIN)),
        7..9 => scalar(format!("\"{}\"", random.pick(&QUOTED))),
        _ => lines(random),
    }
}

/// A text, written so that every reader takes it for one.
pub fn text(random: &mut Random) -> String {
    if random.chance(70) {
        random.pick(&["a", "web", "prod", "x-y", "info"]).to_owned()
    } else {
        format!("\"{}\"", random.pick(&QUOTED))
    }
}

/// A block of lines.
pub fn lines(random: &mut Random) -> Yaml {
    let long = "long ".repeat(20 + random.below(10));
    let parts = [
        "a", "a b", "  a", "a ", "", "x\ty", "# c", "- d", "e: f", &long, "\u{e9}", "$(VAR)",
    ];
    let mut text: Vec<&str> = (0..1 + random.below(5))
        .map(|_| random.pick(&parts))
        .collect();
    if random.chance(70) {
        text.push("");
    }
    let text = text.join("\n");
    if text.trim().is_empty() {
        return scalar("\"\"");
    }
    Yaml::Block(text)
}
