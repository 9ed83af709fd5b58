//! Findings as a compiler prints them.

use std::collections::BTreeMap;
use std::io::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use infragen_rules::{Finding, Severity};
use infragen_syntax::{TextEdit, TextRange};
use infragen_workspace::{Db, SourceFile, text as source_of};

use crate::report::{Reported, level_name, renderer};
use crate::repository::shown;
use crate::terminal::Terminal;

/// Prints findings, and a line that counts them.
pub fn text(
    db: &dyn Db,
    reported: &[Reported],
    hints: bool,
    terminal: &mut Terminal,
) -> std::io::Result<()> {
    let renderer = renderer(terminal.color, terminal.width);
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for Reported { file, finding } in reported {
        *counts.entry(finding.severity).or_default() += 1;
        if finding.severity == Severity::Hint && !hints {
            continue;
        }
        let rendered = render(db, *file, finding, &renderer);
        writeln!(terminal.out, "{rendered}\n")?;
    }
    let counted: Vec<_> = counts
        .iter()
        .map(|(severity, count)| {
            let plural = if *count == 1 || *severity == Severity::Information {
                ""
            } else {
                "s"
            };
            format!("{count} {}{plural}", level_name(*severity))
        })
        .collect();
    let more = if counts.contains_key(&Severity::Hint) && !hints {
        " (--hints shows the hints)"
    } else {
        ""
    };
    if counted.is_empty() {
        writeln!(terminal.out, "{}", terminal.styled("1;32", "no findings"))
    } else {
        writeln!(terminal.out, "{}{more}", counted.join(", "))
    }
}

fn render(db: &dyn Db, file: SourceFile, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    };
    let source = source_of(db, file).unwrap_or_default();
    let mut snippet = Snippet::source(source.to_string())
        .path(shown(&file.absolute_path(db)))
        .annotation(AnnotationKind::Primary.span(span(finding.range, source.len())));
    // Places of the same file are shown in the one snippet, others in snippets of their own.
    let mut others = Vec::new();
    for related in &finding.related {
        if related.file == file {
            let annotation = AnnotationKind::Context.span(span(related.range, source.len()));
            snippet = snippet.annotation(annotation.label(related.message.clone()));
        } else {
            let other = source_of(db, related.file).unwrap_or_default();
            let annotation = AnnotationKind::Context.span(span(related.range, other.len()));
            others.push(
                Snippet::source(other.to_string())
                    .path(shown(&related.file.absolute_path(db)))
                    .annotation(annotation.label(related.message.clone())),
            );
        }
    }
    let title = level
        .primary_title(finding.message.clone())
        .id(finding.rule.id);
    let mut group = title.element(snippet).elements(others);
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.clone()));
    }
    let mut report: Vec<Group<'_>> = vec![group];
    report.extend(suggestion(db, file, finding));
    renderer.render(&report)
}

/// New lines that a fix may have to be shown.
const MAX_LINES: usize = 10;

/// The first fix, as a change of the lines, where it touches this file alone and is a small one.
fn suggestion<'a>(db: &dyn Db, file: SourceFile, finding: &Finding) -> Option<Group<'a>> {
    let fix = finding.fixes.first()?;
    let [edits] = fix.edits.as_slice() else {
        return None;
    };
    let lines = |edit: &TextEdit| edit.new_text.matches('\n').count();
    if edits.file != file || edits.edits.iter().map(lines).sum::<usize>() > MAX_LINES {
        return None;
    }
    let source = source_of(db, file).ok()?;
    let patches = edits
        .edits
        .iter()
        .map(|edit| Patch::new(span(edit.range, source.len()), edit.new_text.clone()));
    let snippet = Snippet::source(source.to_string())
        .path(shown(&file.absolute_path(db)))
        .patches(patches);
    Some(
        Level::HELP
            .secondary_title(fix.title.clone())
            .element(snippet),
    )
}

/// A range as the renderer wants it, never outside the text.
pub fn span(range: TextRange, len: usize) -> std::ops::Range<usize> {
    usize::from(range.start()).min(len)..usize::from(range.end()).min(len)
}

#[cfg(test)]
mod tests {
    use annotate_snippets::Renderer;
    use annotate_snippets::renderer::DecorStyle;
    use camino::Utf8Path;
    use infragen_workspace::Workspace;

    #[test]
    fn a_fix_of_several_lines_is_shown() {
        let mut workspace = Workspace::new();
        let files = [
            ("kustomization.yaml", "resources:\n  - a.yaml - b.yaml\n"),
            ("a.yaml", ""),
            ("b.yaml", ""),
        ];
        workspace.open_memory_root(Utf8Path::new("/repo"), &files);
        let file = workspace.file(Utf8Path::new("/repo/kustomization.yaml"));
        let (file, snapshot) = (file.unwrap(), workspace.snapshot());
        let findings = infragen_rules::check(snapshot.db(), file);
        let renderer = Renderer::plain().decor_style(DecorStyle::Ascii);
        let report = super::render(snapshot.db(), file, &findings[0], &renderer);
        assert!(
            report.ends_with("2 ~   - a.yaml\n3 ~   - b.yaml\n  |"),
            "{report}"
        );
    }
}
