//! `infragen check`

use std::io::Write;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use infragen_rules::{Severity, check};
use infragen_workspace::clusters;
use rayon::prelude::*;

use crate::commands::{Failure, Outcome};
use crate::report::{self, Reported};
use crate::repository::{Repositories, files};
use crate::terminal::Terminal;

/// Check a repository: the same findings that the editor shows
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen check                      the whole repository around this folder
  infragen check apps/activity        only what is below a folder, with the knowledge of the whole
  infragen check --format json        one JSON array, for programs
  infragen check --fail-on warning    exit 1 for warnings too
  infragen check --bundles            with the bundles that `infragen pull` fetched
  infragen check --coverage           what of each environment is not known here, and why")]
pub struct Args {
    /// Files and folders to report on; everything around them is read all the same
    #[arg(value_name = "PATH")]
    pub paths: Vec<Utf8PathBuf>,

    /// How to print the findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Print hints too; JSON always has them
    #[arg(long)]
    pub hints: bool,

    /// Instead of findings, list what each environment applies that is not known here, and why: bundles that
    /// nothing maps, other repositories, charts, templates, encrypted values
    #[arg(long, conflicts_with = "hints")]
    pub coverage: bool,

    /// Go on in the bundles that `infragen pull` fetched. The cache decides then what is seen
    #[arg(long)]
    pub bundles: bool,

    /// The mildest severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = Level::Error, value_name = "LEVEL")]
    pub fail_on: Level,
}

/// How to print findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, as a compiler does
    Text,
    /// One array of objects
    Json,
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Errors only
    Error,
    /// Warnings and errors
    Warning,
}

impl Args {
    /// What `infragen check FOLDER` takes.
    pub fn of(folder: &camino::Utf8Path) -> Self {
        Self {
            paths: vec![folder.to_owned()],
            format: Format::Text,
            hints: false,
            coverage: false,
            bundles: false,
            fail_on: Level::Error,
        }
    }
}

/// Checks and prints.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let repositories = Repositories::open(&args.paths)?.with_bundles(args.bundles);
    let snapshot = repositories.workspace.snapshot();
    let db = snapshot.db();
    if args.coverage {
        let roots = repositories.asked.iter();
        let clusters: Vec<_> = roots.flat_map(|(root, _)| clusters(db, *root)).collect();
        let clusters: Vec<_> = clusters.iter().map(|cluster| &**cluster).collect();
        match args.format {
            Format::Text => report::coverage::text(db, &clusters, terminal)?,
            Format::Json => report::coverage::json(db, &clusters, terminal)?,
        }
        terminal.out.flush()?;
        return Ok(Outcome::Done);
    }
    let mut reported = Vec::new();
    for (root, below) in &repositories.asked {
        let files = files(db, *root, below);
        let database = snapshot.database();
        let found: Vec<_> = files
            .par_chunks(32)
            .map_with(database, |db, chunk| {
                chunk
                    .iter()
                    .map(|file| (*file, check(db, *file)))
                    .collect::<Vec<_>>()
            })
            .flatten()
            .collect();
        reported.extend(found.into_iter().flat_map(|(file, findings)| {
            findings
                .iter()
                .map(|finding| Reported {
                    file,
                    finding: finding.clone(),
                })
                .collect::<Vec<_>>()
        }));
    }
    match args.format {
        Format::Text => report::text(db, &reported, args.hints, terminal)?,
        Format::Json => report::json(db, &reported, terminal)?,
    }
    terminal.out.flush()?;
    let worst = match args.fail_on {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
    };
    let failed = reported
        .iter()
        .any(|reported| reported.finding.severity <= worst);
    Ok(if failed {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}
