//! Errors of builds, in the look of findings.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use infragen_kustomize::{BuildError, Deprecated, Place};

use super::renderer;
use super::text::span;
use crate::disk::Disk;
use crate::repository::shown;
use crate::terminal::Terminal;

/// Prints errors to standard error.
pub fn builds(
    disk: &Disk,
    errors: &[Arc<BuildError>],
    terminal: &mut Terminal,
) -> std::io::Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    let renderer = renderer(terminal.color_err, terminal.width);
    // Standard error writes each piece at once, so it gets all of them as one.
    let mut text = String::new();
    for error in errors {
        text.push_str(&render(disk, error, &renderer));
        text.push_str("\n\n");
    }
    let plural = if errors.len() == 1 { "" } else { "s" };
    text.push_str(&format!("{} error{plural}\n", errors.len()));
    terminal.err.write_all(text.as_bytes())
}

/// Prints warnings of deprecated fields to standard error, a line each.
pub fn deprecated(
    disk: &Disk,
    fields: &[Deprecated],
    terminal: &mut Terminal,
) -> std::io::Result<()> {
    for field in fields {
        let text = disk.text(&field.place.file);
        let before = text.get(..usize::from(field.place.range.start()));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        writeln!(
            terminal.err,
            "warning: `{}` is deprecated, use `{}` instead ({}:{line})",
            field.field,
            field.instead,
            shown(&disk.absolute(&field.place.file)),
        )?;
    }
    Ok(())
}

fn render(disk: &Disk, error: &BuildError, renderer: &Renderer) -> String {
    let text = |place: &Place| disk.text(&place.file).to_string();
    let path = |place: &Place| shown(&disk.absolute(&place.file));
    let source = text(&error.place);
    let primary = AnnotationKind::Primary.span(span(error.place.range, source.len()));
    let mut snippet = Snippet::source(source.clone())
        .path(path(&error.place))
        .annotation(primary);
    let mut others = Vec::new();
    for (place, what) in &error.related {
        if place.file == error.place.file {
            let annotation = AnnotationKind::Context.span(span(place.range, source.len()));
            snippet = snippet.annotation(annotation.label(what.clone()));
        } else {
            let other = text(place);
            let annotation = AnnotationKind::Context.span(span(place.range, other.len()));
            others.push(
                Snippet::source(other)
                    .path(path(place))
                    .annotation(annotation.label(what.clone())),
            );
        }
    }
    let title = Level::ERROR
        .primary_title(error.message.clone())
        .id(error.kind.id());
    let mut group = title.element(snippet).elements(others);
    if let Some(help) = &error.help {
        group = group.element(Level::HELP.message(help.clone()));
    }
    renderer.render(&[group])
}
