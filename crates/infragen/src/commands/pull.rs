//! `infragen pull`

use std::io::Write;

use infragen_workspace::{bundles, nth_cluster};

use crate::commands::{Failure, Outcome};
use crate::registries::{Lookup, look_up};
use crate::repository::{Repositories, shown};
use crate::terminal::Terminal;

/// Fetch the bundles that the environments take, so that builds and checks go on in them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen pull                                  fetch what is not in the cache yet
  infragen pull --refresh                        ask again which tags there are
  infragen pull --offline                        say what the cache has

A bundle is an artifact from which a Flux Kustomization builds. What is fetched goes into the cache
(`infragen cache path`), once for each digest. The editor uses it at once; `check`, `build`, `graph`
and `diff` do so with --bundles.

Exit codes: 0 all bundles are there, 1 one is not, 2 bad usage or input.")]
pub struct Args {
    /// Ask no registry
    #[arg(long)]
    pub offline: bool,

    /// Ask again also for tags that the cache knows
    #[arg(long, conflicts_with = "offline")]
    pub refresh: bool,
}

/// Fetches, and says what is there.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let Repositories {
        mut workspace,
        asked,
    } = Repositories::open(&[])?;
    let Some(root) = asked.first().map(|(root, _)| *root) else {
        return Ok(Outcome::Done);
    };
    let lookup = Lookup {
        offline: args.offline,
        refresh: args.refresh,
        bundles: true,
    };
    look_up(&mut workspace, &[root], lookup);
    let db = workspace.db();
    let mut all = true;
    let mut lines: Vec<String> = Vec::new();
    for (consumer, version) in bundles(db, root) {
        let taken = version.picked.outcome.name();
        let line = match (version.files(db), taken) {
            (Some(directory), Some(taken)) => {
                let folder = shown(&directory.absolute_path(db));
                format!(
                    "{} {taken} in {}: {folder}",
                    version.name, version.environment
                )
            }
            _ if consumer.is_known => {
                let cluster = nth_cluster(db, root, consumer.environment);
                let application = cluster
                    .as_ref()
                    .and_then(|it| it.applications.get(consumer.application));
                let directory = application.and_then(|it| it.directory.as_ref().ok());
                let folder = directory.map_or(String::new(), |it| shown(&it.absolute_path(db)));
                format!(
                    "{} in {}: {folder} (mapped)",
                    version.name, version.environment
                )
            }
            _ => {
                all = false;
                let why = crate::commands::versions::wrong(db, &version);
                let why = why.unwrap_or_else(|| "its files were not fetched".to_owned());
                let text = format!("{} in {}: {why}", version.name, version.environment);
                terminal.styled("31", &text)
            }
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        lines.push("no Flux Kustomization builds from a bundle".to_owned());
    }
    for line in lines {
        writeln!(terminal.out, "{line}")?;
    }
    terminal.out.flush()?;
    Ok(if all {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}
