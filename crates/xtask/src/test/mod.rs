//! The project's one test command: every suite, and an honest last line.

mod cargo;
mod editors;

use std::{
    fmt,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::builder::PossibleValuesParser;

use crate::process::Result;
use cargo::Cargo;

/// Run all suites: format, lints, Rust tests, and the editors against the real server.
///
/// What a suite needs and the machine lacks is installed with apt and npm, into a cache outside the checkout:
/// $INFRAGEN_TEST_CACHE, else ~/.cache/infragen-test. A suite whose tools cannot be had is skipped, and the last line
/// counts it as such.
#[derive(clap::Args)]
pub struct Args {
    /// Run this suite only; may be given several times.
    #[arg(long, value_name = "SUITE", value_parser = PossibleValuesParser::new(SUITES.iter().map(|suite| suite.name)))]
    only: Vec<String>,
    /// List the suites and run none.
    #[arg(long)]
    list: bool,
    /// Fail where something would be skipped that does not need Go.
    #[arg(long)]
    require_all: bool,
}

/// A part of the tests that passes, fails or is skipped as a whole.
struct Suite {
    name: &'static str,
    about: &'static str,
    run: fn(&Context) -> Outcome,
    /// Whether it needs a program that nobody has to have: it is then counted as skipped, also where all others are
    /// required.
    optional: bool,
}

const SUITES: &[Suite] = &[
    Suite {
        name: "fmt",
        about: "the code is formatted",
        run: cargo::fmt,
        optional: false,
    },
    Suite {
        name: "clippy",
        about: "no lint has anything to say",
        run: cargo::clippy,
        optional: false,
    },
    Suite {
        name: "rust",
        about: "unit, integration and documentation tests of all crates",
        run: cargo::test,
        optional: false,
    },
    Suite {
        name: "registry",
        about: "the registry client against a real registry: plain, with passwords, TLS and tokens",
        run: cargo::registry,
        optional: false,
    },
    Suite {
        name: "go",
        about: "random cases beside the libraries of Flux and Masterminds, a registry with pages, where INFRAGEN_GO names a go",
        run: cargo::go,
        optional: true,
    },
    Suite {
        name: "neovim",
        about: "the plugin and the server in a real Neovim",
        run: editors::neovim,
        optional: false,
    },
    Suite {
        name: "vscode",
        about: "the extension and the server in a real VS Code workbench",
        run: editors::vscode,
        optional: false,
    },
];

/// What suites share.
struct Context {
    cargo: Cargo,
    require_all: bool,
}

/// How a suite ended.
enum Outcome {
    Passed,
    /// Passed, but something in it was skipped, for this reason.
    PassedWithout(String),
    Failed(String),
    Skipped(String),
}

impl Outcome {
    fn of(result: Result<()>) -> Self {
        match result {
            Ok(()) => Outcome::Passed,
            Err(reason) => Outcome::Failed(reason),
        }
    }

    /// Where everything is required, what is left out is a failure.
    fn strict(self) -> Self {
        match self {
            Outcome::PassedWithout(reason) | Outcome::Skipped(reason) => {
                Outcome::Failed(format!("required, but not possible: {reason}"))
            }
            other => other,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Passed => write!(f, "passed"),
            Outcome::PassedWithout(reason) => write!(f, "passed, but not all of it ran: {reason}"),
            Outcome::Failed(reason) => write!(f, "FAILED: {reason}"),
            Outcome::Skipped(reason) => write!(f, "SKIPPED: {reason}"),
        }
    }
}

/// Runs the suites that were asked for. The last line is always `suites: N passed, N failed, N skipped`.
pub fn run(args: &Args) -> ExitCode {
    if args.list {
        for suite in SUITES {
            println!("{:8} {}", suite.name, suite.about);
        }
        return ExitCode::SUCCESS;
    }
    let context = Context {
        cargo: Cargo::new(),
        require_all: args.require_all,
    };
    let wanted = SUITES
        .iter()
        .filter(|suite| args.only.is_empty() || args.only.iter().any(|name| name == suite.name));

    let mut results = Vec::new();
    for suite in wanted {
        println!("\n== {}: {}", suite.name, suite.about);
        let started = Instant::now();
        let outcome = (suite.run)(&context);
        let outcome = if args.require_all && !suite.optional {
            outcome.strict()
        } else {
            outcome
        };
        println!("== {}: {outcome}", suite.name);
        results.push((suite.name, outcome, started.elapsed()));
    }
    report(&results)
}

fn report(results: &[(&str, Outcome, Duration)]) -> ExitCode {
    println!();
    for (name, outcome, took) in results {
        let outcome = outcome.to_string();
        println!(
            "{name:8} {:>5} s  {}",
            took.as_secs(),
            outcome.lines().next().unwrap_or_default()
        );
    }
    let tally = Tally::of(results.iter().map(|(_, outcome, _)| outcome));
    println!("{tally}");
    if tally.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// How many suites ended in which way.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Passed | Outcome::PassedWithout(_) => tally.passed += 1,
                Outcome::Failed(_) => tally.failed += 1,
                Outcome::Skipped(_) => tally.skipped += 1,
            }
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "suites: {} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes() -> [Outcome; 4] {
        [
            Outcome::Passed,
            Outcome::PassedWithout("no oracle".to_owned()),
            Outcome::Failed("a test".to_owned()),
            Outcome::Skipped("no network".to_owned()),
        ]
    }

    #[test]
    fn what_is_skipped_is_not_counted_as_passed() {
        assert_eq!(
            Tally::of(outcomes().iter()).to_string(),
            "suites: 2 passed, 1 failed, 1 skipped"
        );
        assert_eq!(
            Tally::of([].iter()).to_string(),
            "suites: 0 passed, 0 failed, 0 skipped"
        );
    }

    #[test]
    fn where_all_is_required_nothing_is_skipped() {
        let strict = outcomes().map(Outcome::strict);
        assert_eq!(
            Tally::of(strict.iter()).to_string(),
            "suites: 1 passed, 3 failed, 0 skipped"
        );
        assert_eq!(
            strict[3].to_string(),
            "FAILED: required, but not possible: no network"
        );
    }
}
