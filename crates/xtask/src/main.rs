//! The project's own commands: `cargo xtask help` lists them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a build tool runs programs, writes files and talks to a terminal; it never sees a user's repository"
)]

mod bench;
mod conformance;
mod process;
mod test;
mod tools;

use std::process::ExitCode;

use camino::Utf8Path;
use clap::Parser;

/// Develop infragen.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Xtask {
    Bench(bench::Args),
    Conformance(conformance::Args),
    Test(test::Args),
    Tools(tools::Args),
}

fn main() -> ExitCode {
    match Xtask::parse() {
        Xtask::Bench(args) => bench::run(&args),
        Xtask::Conformance(args) => conformance::run(&args),
        Xtask::Test(args) => test::run(&args),
        Xtask::Tools(args) => tools::run(&args),
    }
}

/// The folder of the whole checkout.
fn repository() -> &'static Utf8Path {
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
