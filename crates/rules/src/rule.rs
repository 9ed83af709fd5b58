use std::sync::Arc;

use infragen_flux::FileFacts;
use infragen_syntax::{TextRange, Tree};
use infragen_workspace::{Db, Root, SourceFile, facts, tree};

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
    /// YAML that it finds something in.
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

/// What a check may look at.
pub struct Context<'db> {
    /// The database.
    pub db: &'db dyn Db,
    /// The file to check.
    pub file: SourceFile,
    /// Its root.
    pub root: Root,
    /// What it says.
    pub facts: Arc<FileFacts>,
}

impl<'db> Context<'db> {
    pub(crate) fn new(db: &'db dyn Db, file: SourceFile) -> Self {
        Self {
            db,
            file,
            root: file.root(db),
            facts: facts(db, file),
        }
    }

    /// The tree of the file; parsed anew where the file is closed, so only for a finding that needs it.
    pub fn tree(&self) -> Arc<Tree> {
        tree(self.db, self.file)
    }
}
