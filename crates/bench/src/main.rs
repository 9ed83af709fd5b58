//! `cargo xtask bench`: what a person waits for, measured at the real server over its standard streams.
//!
//! Machines are noisy, so every figure is a percentile of many, and no test asserts one. A package of its
//! own, so that the commands which build and test do not wait for the whole of infragen.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark runs programs, reads the clock and talks to a terminal; it never sees a user's repository"
)]

mod builds;
mod figures;
mod overlays;
mod session;
mod versions;

use std::process::ExitCode;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser;
use infragen_tests::{corpora, generate};

use crate::figures::{Figures, milliseconds};
use crate::session::Session;

/// Measure start, cold index, edits, completion, hover, definition and memory.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Args {
    /// The binary to measure, built for release
    #[arg(long)]
    binary: Utf8PathBuf,

    /// Manifests of the generated repositories
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000])]
    sizes: Vec<usize>,

    /// Edits in each repository, one after the other's answer
    #[arg(long, default_value_t = 1_000)]
    edits: usize,

    /// Starts of the process
    #[arg(long, default_value_t = 40)]
    starts: usize,

    /// Leave the real repositories out
    #[arg(long)]
    generated_only: bool,

    /// Write the table to this file as well, between its two markers
    #[arg(long)]
    write: Option<Utf8PathBuf>,
}

/// Lines between which the table of a page stands.
const MARKERS: (&str, &str) = ("<!-- figures -->", "<!-- end of figures -->");

fn main() -> ExitCode {
    match measure(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<(), String> {
    let binary = &args.binary;
    let mut table = String::new();
    let start = session::start_times(binary, args.starts)?;
    let line = format!(
        "Process start to the answer of `initialize`: p50 {}, p99 {} ({} starts).\n\n",
        milliseconds(start.at(50)),
        milliseconds(start.at(99)),
        start.len()
    );
    print!("{line}");
    table.push_str(&line);
    let header = "| repository | YAML files | cold start to complete findings | peak memory | own findings after an edit p50 / p99 | completion p50 / p99 | hover p50 / p99 | definition p50 / p99 |\n|---|--:|--:|--:|--:|--:|--:|--:|\n";
    print!("{header}");
    table.push_str(header);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = Utf8Path::from_path(folder.path()).ok_or("the temporary folder is not UTF-8")?;
    let mut repositories = Vec::new();
    if !args.generated_only {
        let real = corpora::corpora();
        if real.is_empty() {
            eprintln!("the real repositories are not at hand: only generated ones are measured");
        }
        repositories.extend(real);
    }
    for size in &args.sizes {
        let path = folder.join(format!("generated-{size}"));
        generate::write(&path, &generate::repository(1, *size))
            .map_err(|error| error.to_string())?;
        repositories.push(path);
    }
    for path in repositories {
        let row = measure_repository(binary, &path, args.edits)?;
        print!("{row}");
        table.push_str(&row);
    }
    if !args.generated_only {
        let lines = builds::measure(binary, &corpora::corpora())?;
        print!("{lines}");
        table.push_str(&lines);
    }
    let lines = measure_overlays(binary, folder, args)?;
    print!("{lines}");
    table.push_str(&lines);
    let lines = versions::measure(binary, folder, args.edits)?;
    print!("{lines}");
    table.push_str(&lines);
    match &args.write {
        Some(page) => write_table(page, &table),
        None => Ok(()),
    }
}

/// One row of the table. The cold start is the median of three processes; the disk is warm after the
/// first walk that counts the files.
fn measure_repository(binary: &Utf8Path, path: &Utf8Path, edits: usize) -> Result<String, String> {
    let files = session::yaml_files(path);
    let mut cold = Figures::default();
    for _ in 0..3 {
        let session = Session::open(binary, path)?;
        cold.push(session.cold_start);
        session.close()?;
    }
    let mut session = Session::open(binary, path)?;
    cold.push(session.cold_start);
    let memory = session.peak_memory_megabytes()?;
    let measured = session.edit(&session::file_to_edit(&files)?, edits)?;
    session.close()?;
    let pair = |figures: &Figures| {
        format!(
            "{} / {}",
            milliseconds(figures.at(50)),
            milliseconds(figures.at(99))
        )
    };
    Ok(format!(
        "| {} | {} | {} | {memory} MB | {} | {} | {} | {} |\n",
        path.file_name().unwrap_or_default(),
        files.len(),
        milliseconds(cold.at(50)),
        pair(&measured.findings),
        pair(&measured.completion),
        pair(&measured.hover),
        pair(&measured.definition),
    ))
}

/// A keystroke in a base of ten objects with fifty overlays, until the findings of all overlays are there.
fn measure_overlays(binary: &Utf8Path, folder: &Utf8Path, args: &Args) -> Result<String, String> {
    let mut table = String::from(
        "\n| a base in 50 overlays of 10 objects | findings of all overlays p50 / p99 |\n|---|--:|\n",
    );
    for size in args.sizes.iter().filter(|size| **size >= 10_000) {
        let path = folder.join(format!("generated-{size}"));
        overlays::add(&path)?;
        let mut session = Session::open(binary, &path)?;
        let figures = overlays::measure(&mut session, &path, args.edits.div_ceil(5))?;
        session.close()?;
        table.push_str(&format!("| among {size} manifests | {figures} |\n"));
    }
    Ok(table)
}

fn write_table(page: &Utf8Path, table: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(page).map_err(|error| format!("{page}: {error}"))?;
    let missing = || format!("{page} has no line {} or {}", MARKERS.0, MARKERS.1);
    let (before, rest) = text.split_once(MARKERS.0).ok_or_else(missing)?;
    let (_, after) = rest.split_once(MARKERS.1).ok_or_else(missing)?;
    let text = format!("{before}{}\n\n{table}\n{}{after}", MARKERS.0, MARKERS.1);
    std::fs::write(page, text).map_err(|error| format!("{page}: {error}"))
}
