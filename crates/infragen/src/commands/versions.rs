//! `infragen versions`

mod compare;
mod explain;
mod json;
mod past;
mod table;
mod text;

use std::io::Write;

use camino::Utf8Path;
use clap::ValueEnum;
use infragen_registry::Timestamp;
use infragen_syntax::nearest;
use infragen_workspace::{Db, Outcome as Taken, Root, Workspace, environments, versions_in};

use crate::commands::{Failure, Outcome};
use crate::environments::environment;
use crate::registries::{Lookup, look_up};
use crate::repository::Repositories;
use crate::terminal::Terminal;
use table::Table;
pub use text::wrong;

/// Tell which version of each service every environment takes, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen versions                               all services in all environments
  infragen versions activity --explain            why this version, and why not the others
  infragen versions --env production --format json
  infragen versions --format markdown             for a wiki or a pull request
  infragen versions activity --as-of 2026-11-01   what was taken on that day
  infragen versions --offline                     by what the cache knows, however old it is

A service is an object that takes its version from an OCI registry: an OCIRepository, a HelmRelease of
an OCI HelmRepository, an ImagePolicy. Registries are asked with the credentials of Docker's
`config.json`, and what they say is kept in a cache for the `interval` of the objects. A registry or
repository can be mapped to another one, or to a folder, under `mirrors` in `.infragen.yaml`.

Exit codes: 0 every version is known, 1 one is not, or nothing fits a range, 2 bad usage or input.")]
pub struct Args {
    /// Only this service: the name of the object, of its repository, or of a Flux Kustomization that uses it
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,

    /// Only these environments
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,

    /// List the tags with the reason why each is taken or not
    #[arg(long, requires = "service", conflicts_with = "as_of")]
    pub explain: bool,

    /// What was taken at that time, as far as the tags of today tell: a day, or a time as in
    /// 2026-11-01T12:00:00Z. It goes by when artifacts say that they were created
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Timestamp>,

    /// Ask no registry: use the cache and mirrors that are folders
    #[arg(long)]
    pub offline: bool,

    /// Ask again also for what the cache knows
    #[arg(long, conflicts_with = "offline")]
    pub refresh: bool,

    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How to print versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For programs
    Json,
    /// For a wiki or a pull request
    Markdown,
}

fn date(text: &str) -> Result<Timestamp, String> {
    let whole = match text.len() {
        // The end of that day.
        10 => format!("{text}T23:59:59Z"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&whole)
        .ok_or_else(|| "write a day as 2026-11-01 or a time as 2026-11-01T12:00:00Z".to_owned())
}

impl Args {
    /// All services, by what is known without a network.
    pub fn offline() -> Self {
        Self {
            service: None,
            env: Vec::new(),
            explain: false,
            as_of: None,
            offline: true,
            refresh: false,
            format: Format::Text,
        }
    }
}

/// Looks up and prints.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    print(Repositories::open(&[])?, args, terminal)
}

/// The same for the repository in a folder.
pub fn run_in(folder: &Utf8Path, args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    print(Repositories::open(&[folder.to_owned()])?, args, terminal)
}

fn print(
    repositories: Repositories,
    args: &Args,
    terminal: &mut Terminal,
) -> Result<Outcome, Failure> {
    let Repositories {
        mut workspace,
        asked,
    } = repositories;
    let Some(root) = asked.first().map(|(root, _)| *root) else {
        return Ok(Outcome::Done);
    };
    let numbers = numbers(workspace.db(), root, &args.env)?;
    let lookup = Lookup {
        offline: args.offline,
        refresh: args.refresh,
        bundles: false,
    };
    let registry = look_up(&mut workspace, &[root], lookup);
    let mut table = read(&workspace, root, &numbers, args.service.as_deref())?;
    if let Some(moment) = args.as_of {
        past::look_back(&mut workspace, &registry, &mut table, moment, args.offline);
    }
    let db = workspace.db();
    let printed = match (args.explain, args.format) {
        (true, Format::Json) => explain::json(db, &table)?,
        (true, Format::Text) => explain::text(db, &table, terminal),
        (true, Format::Markdown) => explain::markdown(db, &table),
        (false, Format::Json) => json::print(db, &table)?,
        (false, Format::Text) => text::print(db, &table, terminal),
        (false, Format::Markdown) => text::markdown(db, &table),
    };
    terminal.out.write_all(printed.as_bytes())?;
    terminal.out.flush()?;
    Ok(match table.is_complete() {
        true => Outcome::Done,
        false => Outcome::Findings,
    })
}

/// The environments that are asked for, by number.
fn numbers(db: &dyn Db, root: Root, names: &[String]) -> Result<Vec<usize>, Failure> {
    let known = environments(db, root);
    for name in names {
        environment(db, root, name)?;
    }
    let asked = |name: &str| names.is_empty() || names.iter().any(|given| given == name);
    Ok((0..known.len())
        .filter(|number| asked(&known[*number].name))
        .collect())
}

/// What the environments take.
fn read(
    workspace: &Workspace,
    root: Root,
    numbers: &[usize],
    service: Option<&str>,
) -> Result<Table, Failure> {
    let db = workspace.db();
    let all = numbers
        .iter()
        .flat_map(|number| versions_in(db, root, *number));
    let table = Table::new(db, root, numbers, all.collect());
    let Some(service) = service else {
        return Ok(table);
    };
    let found = table.only(db, root, service);
    if !found.rows.is_empty() {
        return Ok(found);
    }
    let names: Vec<_> = table.rows.iter().map(|row| row.name.as_str()).collect();
    let help = match (nearest(service, names.iter().copied()), names.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "no environment takes anything from an OCI registry".to_owned(),
        (None, all) => format!("services: {}", all.join(", ")),
    };
    Err(Failure::new(
        format!("no environment takes a version of `{service}`"),
        help,
    ))
}

/// Whether something is taken, and known.
fn is_taken(outcome: &Taken) -> bool {
    matches!(outcome, Taken::Tag(_) | Taken::Digest(_))
}
