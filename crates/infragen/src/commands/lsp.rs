//! `infragen lsp`

use std::net::SocketAddr;

use infragen_lsp::{Ended, Options, run_stdio, run_tcp};
use tracing_subscriber::EnvFilter;

use crate::commands::{Failure, Outcome};

/// Run the language server: editors start it, people need not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The server speaks on its standard input and output, and logs to its standard error.
INFRAGEN_LOG says how much: warn,infragen=info (the default), or such as infragen=debug.

Examples:
  infragen lsp                          speak with the editor that started it
  infragen lsp --tcp 127.0.0.1:9257     wait for one client at an address, to debug the server")]
pub struct Args {
    /// Wait for one client at this address instead, e.g. 127.0.0.1:9257
    #[arg(long, value_name = "ADDRESS")]
    pub tcp: Option<SocketAddr>,

    /// What it does anyway; many editors say it
    #[arg(long, hide = true, conflicts_with = "tcp")]
    pub stdio: bool,
}

/// Serves one client until it leaves.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let level = EnvFilter::try_from_env("INFRAGEN_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,infragen=info"));
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
    let options = Options {
        version: env!("CARGO_PKG_VERSION"),
    };
    let ended = match args.tcp {
        Some(address) => run_tcp(address, options).map_err(|error| {
            Failure::new(
                format!("no client can be waited for at {address}: {error}"),
                "name another port, or 0 for a free one",
            )
        })?,
        None => run_stdio(options)?,
    };
    Ok(match ended {
        Ended::Properly => Outcome::Done,
        Ended::Abruptly => Outcome::Interrupted,
    })
}
