//! Where output goes, and whether it is coloured.

use std::io::{IsTerminal, Write};

use crate::args::Color;
use crate::commands::Failure;

/// Standard output and standard error. Colour is decided for each of the two.
pub struct Terminal {
    /// Results.
    pub out: Box<dyn Write>,
    /// Messages.
    pub err: Box<dyn Write>,
    /// Whether results are coloured.
    pub color: bool,
    /// Whether messages are coloured.
    pub color_err: bool,
    /// Columns of the terminal; 100 where it is none.
    pub width: usize,
}

impl Terminal {
    /// The process's own, coloured as asked.
    pub fn new(color: Color) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let decide = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color && !dumb,
        };
        let width = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .unwrap_or(100);
        Self {
            color: decide(std::io::stdout().is_terminal()),
            color_err: decide(std::io::stderr().is_terminal()),
            out: Box::new(std::io::BufWriter::new(std::io::stdout())),
            err: Box::new(std::io::stderr()),
            width,
        }
    }

    /// Says why a command could not do its work.
    pub fn error(&mut self, failure: &Failure) {
        let (red, cyan, bold, reset) = if self.color_err {
            ("\x1b[1;91m", "\x1b[1;96m", "\x1b[1m", "\x1b[0m")
        } else {
            ("", "", "", "")
        };
        // Nothing is left to do where standard error itself is gone.
        let _ = self.out.flush();
        let _ = writeln!(
            self.err,
            "{red}error{reset}{bold}: {}{reset}",
            failure.message
        );
        if let Some(help) = &failure.help {
            let _ = writeln!(self.err, "  {cyan}help{reset}: {help}");
        }
    }

    /// Writes text in a style of ANSI codes (`1` bold, `2` faint, `31` red), where colours are on.
    pub fn styled(&self, style: &str, text: &str) -> String {
        if self.color {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
