use camino::Utf8PathBuf;
use infragen_syntax::{TextEdit, TextRange};
use infragen_workspace::SourceFile;

use crate::rule::Rule;

/// How bad a finding is, and how sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// It is certainly wrong: the cluster will refuse it, or wait forever.
    Error,
    /// It is very likely wrong, or depends on something that is not known here.
    Warning,
    /// Worth knowing.
    Information,
    /// A suggestion; shown quietly.
    Hint,
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// Where, in the file that was checked.
    pub range: TextRange,
    /// What is wrong: one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Ways to mend it, the best first.
    pub fixes: Vec<Fix>,
}

/// A place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub file: SourceFile,
    /// Where in it.
    pub range: TextRange,
    /// What is there.
    pub message: String,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "change `apps` to `app`".
    pub title: String,
    /// What it changes.
    pub edits: Vec<FileEdits>,
    /// What it does to files as a whole.
    pub files: Vec<FileChange>,
    /// Whether it is the one that nearly everybody wants.
    pub preferred: bool,
}

/// A file that comes into being, or gets another name. Paths are absolute, and nothing is there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// A new file.
    Create {
        /// Where.
        path: Utf8PathBuf,
        /// What it holds.
        text: String,
    },
    /// Another name.
    Rename {
        /// The file.
        file: SourceFile,
        /// Where it is afterwards.
        to: Utf8PathBuf,
    },
}

/// The edits of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdits {
    /// The file.
    pub file: SourceFile,
    /// Its edits.
    pub edits: Vec<TextEdit>,
}

impl Finding {
    /// With another severity than the rule usually has.
    pub(crate) fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// With what to do about it.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// With another place.
    pub(crate) fn relate(
        mut self,
        file: SourceFile,
        range: TextRange,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            file,
            range,
            message: message.into(),
        });
        self
    }

    /// With a way to mend it, where there is one; the first one is the one that most people want.
    pub(crate) fn fix(mut self, fix: Option<Fix>) -> Self {
        let preferred = self.fixes.is_empty();
        self.fixes.extend(fix.map(|fix| Fix { preferred, ..fix }));
        self
    }
}
