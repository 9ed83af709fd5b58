//! What infragen finds wrong in a repository.
//!
//! A rule is one file that reads top to bottom: what it is called, how sure it is, why it matters, an
//! example, and the check. The findings of a file are one query over the database; rules touch neither
//! the file system nor a clock, and know no editor.

mod finding;
mod rule;
mod rules;

pub use finding::{FileEdits, Finding, Fix, Related, Severity};
pub use rule::{Context, Rule};
pub use rules::RULES;

use std::sync::Arc;

use infragen_workspace::{Db, SourceFile};

/// The findings of a file, in order of place.
#[salsa::tracked(returns(clone))]
pub fn check(db: &dyn Db, file: SourceFile) -> Arc<Vec<Finding>> {
    let context = Context::new(db, file);
    let mut findings = Vec::new();
    if file.exists(db) {
        for rule in RULES {
            (rule.check)(&context, &mut findings);
        }
    }
    findings.sort_by(|a, b| {
        (a.range.start(), a.range.end(), a.rule.id).cmp(&(
            b.range.start(),
            b.range.end(),
            b.rule.id,
        ))
    });
    Arc::new(findings)
}
