//! The command line.

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands;

/// Language server, generator and checker for Flux CD and kustomize.
#[derive(Debug, Parser)]
#[command(
    name = "infragen",
    version,
    about,
    max_term_width = 100,
    after_help = "\
Examples:
  infragen check                        check the repository around this folder
  infragen build apps/production        what kustomize makes of a directory
  infragen envsubst --set ENV=staging   fill in ${ENV} as Flux does
  infragen new-service activity         write a service: base, overlays, clusters
  infragen add-env preview              add an environment with all services
  infragen rename ConfigMap/settings options
                                        rename an object and all that names it
  infragen mv apps/activity services/activity
                                        move a folder, and edit the paths to it
  infragen graph --format mermaid       draw what waits for what
  infragen versions                     which version each environment takes
  infragen pull                         fetch the bundles that they take
  infragen pick '^1' --tags tags.txt    which of these tags Flux would take, and why
  infragen demo                         see it all work in a new folder

Exit codes: 0 done, 1 findings of level error, a build or text that failed, or no tag that fits,
2 bad usage or input and nothing written."
)]
pub struct Cli {
    /// When to colour the output; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,

    #[command(subcommand)]
    pub command: Command,
}

/// When to colour the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Check(commands::check::Args),
    Build(commands::build::Args),
    Envsubst(commands::envsubst::Args),
    NewService(commands::new_service::Args),
    AddEnv(commands::add_env::Args),
    Rename(commands::rename::Args),
    Mv(commands::mv::Args),
    Graph(commands::graph::Args),
    Versions(commands::versions::Args),
    Pull(commands::pull::Args),
    Pick(commands::pick::Args),
    Diff(commands::diff::Args),
    Cache(commands::cache::Args),
    Demo(commands::demo::Args),
    Explain(commands::explain::Args),
    Lsp(commands::lsp::Args),
    Completions(commands::completions::Args),
}
