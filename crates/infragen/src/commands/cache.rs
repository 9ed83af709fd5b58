//! `infragen cache`

use std::io::Write;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use infragen_registry::cache::{self, Sizes};

use crate::commands::{Failure, Outcome};
use crate::terminal::Terminal;

/// Show or clear what is kept of registries: lists of tags, artifacts and their files
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen cache                where it is, and how much is in it
  infragen cache path           its folder alone, for scripts
  infragen cache clear          remove all of it

It is in $INFRAGEN_CACHE, else in `infragen` below $XDG_CACHE_HOME or ~/.cache. All that run at the
same time share it, and may go on while it is cleared: what they need they ask for again. When files
come and all of them have more than 2 GiB, those go that nobody has used for the longest time, but
none that was used within a day.")]
pub struct Args {
    /// What to do; without it the cache is described
    #[arg(value_enum, value_name = "ACTION")]
    pub action: Option<Action>,
}

/// What to do with the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Action {
    /// Print its folder
    Path,
    /// Remove what is in it
    Clear,
}

/// Shows or clears the cache.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let folder = folder()?;
    match args.action {
        None => {
            let (sizes, most) = (told(cache::sizes(&folder)), size(cache::MOST_BYTES));
            writeln!(terminal.out, "{folder}\n{sizes} of at most {most}")?;
        }
        Some(Action::Path) => writeln!(terminal.out, "{folder}")?,
        Some(Action::Clear) => {
            let sizes = cache::clear(&folder).map_err(|error| {
                let help = "remove the folder by hand, or name another one in INFRAGEN_CACHE";
                Failure::new(format!("{folder} could not be cleared: {error}"), help)
            })?;
            writeln!(terminal.out, "removed {}", told(sizes))?;
        }
    }
    terminal.out.flush()?;
    Ok(Outcome::Done)
}

fn folder() -> Result<Utf8PathBuf, Failure> {
    let found = cache::folder(|name| std::env::var(name).ok());
    found.ok_or_else(|| {
        Failure::new(
            "there is no folder for a cache",
            "set HOME, XDG_CACHE_HOME or INFRAGEN_CACHE",
        )
    })
}

fn told(sizes: Sizes) -> String {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    format!(
        "{} of registries, the files of {}, {}",
        count(sizes.answers, "answer"),
        count(sizes.artifacts, "artifact"),
        size(sizes.bytes)
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes < 1024 * 1024 => format!("{} KiB", bytes.div_ceil(1024)),
        bytes => format!("{} MiB", bytes.div_ceil(1024 * 1024)),
    }
}
