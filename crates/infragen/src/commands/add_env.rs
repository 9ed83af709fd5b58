//! `infragen add-env`

use infragen_scaffold::{AddEnvironment, add_environment};

use crate::commands::{Failure, Outcome};
use crate::generate::{Versions, generate, name};
use crate::terminal::Terminal;

/// Add an environment: its cluster, its infrastructure, and an overlay of every service
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen add-env preview
      like the most similar environment; every service takes prereleases for preview

  infragen add-env preview --from staging
      with copies of staging's overlays, in which staging is renamed to preview

  infragen add-env preview --service activity --service event-bus
      with these services only

  infragen add-env demo --class stable --range '~1.4'
      every service takes the releases of 1.4

What is written is built and checked first: it is written whole, or not at all.")]
pub struct Args {
    /// The name of the environment: a-z, 0-9 and `-`
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// A service that it gets; repeat it for several [default: all]
    #[arg(long = "service", value_name = "SERVICE")]
    services: Vec<String>,

    /// Copy the overlays of this environment, instead of writing them by the class
    #[arg(
        long,
        value_name = "ENV",
        conflicts_with_all = ["class", "range", "filter"]
    )]
    from: Option<String>,

    #[command(flatten)]
    versions: Versions,

    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Plans, checks and writes the environment.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let example = "infragen add-env preview";
    let request = AddEnvironment {
        name: name(args.name.as_ref(), "Name of the environment:", example)?,
        services: args.services.clone(),
        from: args.from.clone(),
        versions: args.versions.choice(),
        sync: None,
    };
    generate(
        |db, root| add_environment(db, root, &request),
        args.dry_run,
        terminal,
    )
}
