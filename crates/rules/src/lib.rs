//! What infragen finds wrong in a repository.
//!
//! A rule is one file that reads top to bottom: what it is called, how sure it is, why it matters, an
//! example, and the check. The findings of a file are one query over the database; rules touch neither
//! the file system nor a clock, and know no editor.

mod above;
mod builds;
mod context;
mod example;
mod finding;
mod mappings;
mod nearest_path;
mod page;
mod path_target;
mod rule;
mod rules;
#[cfg(test)]
mod testing;
mod unresolved;
mod variables;
mod version_fields;
mod version_filter;

pub use example::example_files;
pub use finding::{FileChange, FileEdits, Finding, Fix, Related, Severity};
pub use mappings::{UnmappedBundle, unmapped_bundles};
pub use nearest_path::nearest_path;
pub use page::{index, page};
pub use path_target::path_target;
pub use rule::{Context, Rule};
pub use rules::{RULES, rule};

use std::sync::Arc;

use infragen_workspace::{Db, SourceFile};

/// The findings of a file, in order of place.
#[salsa::tracked(returns(clone))]
pub fn check(db: &dyn Db, file: SourceFile) -> Arc<Vec<Finding>> {
    let mut findings = Vec::new();
    if file.exists(db) {
        let context = Context::new(db, file);
        if !context.is_chart_template() {
            for rule in RULES {
                (rule.check)(&context, &mut findings);
            }
        }
    }
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.range.start(), finding.range.end(), finding.rule.id);
        key(a).cmp(&key(b))
    });
    Arc::new(findings)
}
