//! What can go wrong in a build, each with the place that must change.

use crate::origin::Place;

/// An error of a build: kustomize refuses to build, infragen goes on with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// What is wrong: a stable name for rules, tests and documentation.
    pub kind: ErrorKind,
    /// The text that must change.
    pub place: Place,
    /// One sentence without a full stop that says what is wrong.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// Other places that belong to it, each with what it is.
    pub related: Vec<(Place, String)>,
}

/// The kinds of errors; each becomes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A file or directory that is not there.
    MissingPath,
    // … one variant a fault, in order of the documentation
}
