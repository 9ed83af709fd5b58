//! The commands, one file each.

pub mod add_env;
pub mod build;
pub mod cache;
pub mod check;
pub mod completions;
pub mod demo;
pub mod diff;
pub mod envsubst;
pub mod explain;
pub mod graph;
pub mod lsp;
pub mod mv;
pub mod new_service;
pub mod pick;
pub mod pull;
pub mod rename;
pub mod versions;

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// It found something of level error, or not what was looked for.
    Findings,
    /// Whom it served left without saying so.
    Interrupted,
}

/// Why a command could not do its work: bad usage or input; nothing was written.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    closed_pipe: bool,
}

impl Failure {
    /// A failure with what to do about it.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: Some(help.into()),
            closed_pipe: false,
        }
    }

    /// Whether the reader of the output went away: nothing to complain about.
    pub fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let closed_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self {
            message: error.to_string(),
            help: None,
            closed_pipe,
        }
    }
}
