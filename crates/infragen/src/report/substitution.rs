//! Errors of substitution, in the look of findings.

use annotate_snippets::{AnnotationKind, Level, Snippet};
use infragen_flux::substitute::Error;

use super::renderer;
use super::text::span;
use crate::terminal::Terminal;

/// Prints an error in what came from standard input to standard error.
pub fn substitution(error: &Error, source: String, terminal: &mut Terminal) -> std::io::Result<()> {
    let renderer = renderer(terminal.color_err, terminal.width);
    let annotation = AnnotationKind::Primary.span(span(error.range, source.len()));
    let snippet = Snippet::source(source)
        .path("standard input")
        .annotation(annotation);
    let mut group = Level::ERROR
        .primary_title(error.message.clone())
        .element(snippet)
        .element(Level::HELP.message(error.help.clone()));
    if let Some(flux) = error.kind.flux_says() {
        group = group.element(Level::NOTE.message(format!("Flux says: {flux}")));
    }
    writeln!(terminal.err, "{}", renderer.render(&[group]))
}
