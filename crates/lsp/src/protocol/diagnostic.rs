//! Findings as the protocol's diagnostics.

use infragen_rules::{Finding, Related, Severity};
use infragen_workspace::SourceFile;

use super::*;
use crate::context::Context;

/// What names us beside a finding.
pub(crate) const SOURCE: &str = "infragen";

/// A finding of a file.
pub(crate) fn diagnostic(context: &Context<'_>, file: SourceFile, finding: &Finding) -> Diagnostic {
    let message = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    let related = finding
        .related
        .iter()
        .filter_map(|related| related_place(context, related));
    Diagnostic {
        range: context.range(file, finding.range),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.rule.id.to_owned())),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (context.client.related_places && !finding.related.is_empty())
            .then(|| related.collect()),
        ..Diagnostic::default()
    }
}

fn related_place(context: &Context<'_>, related: &Related) -> Option<DiagnosticRelatedInformation> {
    Some(DiagnosticRelatedInformation {
        location: context.location(related.file, related.range)?,
        message: related.message.clone(),
    })
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}
