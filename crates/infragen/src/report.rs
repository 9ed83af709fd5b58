//! Findings for people and for programs.

mod build;
pub mod choice;
pub mod coverage;
mod json;
mod substitution;
mod text;

use annotate_snippets::Renderer;
use annotate_snippets::renderer::DecorStyle;
use infragen_rules::{Finding, Severity};
use infragen_workspace::SourceFile;

pub use build::{builds, deprecated};
pub use json::json;
pub use substitution::substitution;
pub use text::text;

/// What draws findings and errors, in the look of a compiler.
fn renderer(color: bool, width: usize) -> Renderer {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.term_width(width).decor_style(DecorStyle::Ascii)
}

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
