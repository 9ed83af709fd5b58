//! Findings for people and for programs.

mod build;
mod json;
mod substitution;
mod text;

use infragen_rules::{Finding, Severity};
use infragen_workspace::SourceFile;

pub use build::builds;
pub use json::json;
pub use substitution::substitution;
pub use text::text;

/// A finding with its file.
pub struct Reported {
    /// The file that was checked.
    pub file: SourceFile,
    /// What was found in it.
    pub finding: Finding,
}

/// The name of a severity, in every output.
pub fn level_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    }
}
