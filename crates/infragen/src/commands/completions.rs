//! `infragen completions`

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::commands::{Failure, Outcome};
use crate::terminal::Terminal;

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen completions bash > ~/.local/share/bash-completion/completions/infragen
  infragen completions zsh > \"${fpath[1]}/_infragen\"
  infragen completions fish > ~/.config/fish/completions/infragen.fish")]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "infragen", &mut script);
    terminal.out.write_all(&script)?;
    terminal.out.flush()?;
    Ok(Outcome::Done)
}
