//! `infragen`: language server, generator and checker for Flux CD and kustomize.
//!
//! This crate is arguments, exit codes and rendering; what is wrong, what leads where and what to write
//! is decided by the crates below.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // a face: reads the environment, writes files

mod args;
mod commands;
mod disk;
mod environments;
mod generate;
mod places;
mod registries;
mod report;
mod repository;
mod revision;
mod secret_lines;
mod terminal;
mod write;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::commands::Outcome;
use crate::terminal::Terminal;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::new(cli.color);
    let outcome = match &cli.command {
        Command::Build(args) => commands::build::run(args, &mut terminal),
        Command::Envsubst(args) => commands::envsubst::run(args, &mut terminal),
        Command::NewService(args) => commands::new_service::run(args, &mut terminal),
        Command::AddEnv(args) => commands::add_env::run(args, &mut terminal),
        Command::Rename(args) => commands::rename::run(args, &mut terminal),
        Command::Mv(args) => commands::mv::run(args, &mut terminal),
        Command::Check(args) => commands::check::run(args, &mut terminal),
        Command::Graph(args) => commands::graph::run(args, &mut terminal),
        Command::Versions(args) => commands::versions::run(args, &mut terminal),
        Command::Pull(args) => commands::pull::run(args, &mut terminal),
        Command::Pick(args) => commands::pick::run(args, &mut terminal),
        Command::Diff(args) => commands::diff::run(args, &mut terminal),
        Command::Cache(args) => commands::cache::run(args, &mut terminal),
        Command::Explain(args) => commands::explain::run(args, &mut terminal),
        Command::Demo(args) => commands::demo::run(args, &mut terminal),
        Command::Lsp(args) => commands::lsp::run(args),
        Command::Completions(args) => commands::completions::run(args, &mut terminal),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings | Outcome::Interrupted) => ExitCode::from(1),
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(2)
        }
    }
}
