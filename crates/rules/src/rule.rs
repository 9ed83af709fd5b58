use infragen_syntax::TextRange;

pub use crate::context::Context;
use crate::finding::{Finding, Severity};

/// A rule: the documentation and the check in one place.
#[derive(Debug)]
pub struct Rule {
    /// Its name in output, settings and addresses: `dangling-reference`.
    pub id: &'static str,
    /// The severity it usually has.
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why that matters and what to do, in Markdown.
    pub explanation: &'static str,
    /// Files that it finds something in, each behind a line `//- path`.
    pub example: &'static str,
    /// Finds.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Rule {
    /// A finding of this rule with its usual severity, to be completed.
    pub fn finding(&'static self, range: TextRange, message: impl Into<String>) -> Finding {
        Finding {
            rule: self,
            severity: self.severity,
            range,
            message: message.into(),
            help: None,
            related: Vec::new(),
            fixes: Vec::new(),
        }
    }
}
