use infragen_rules::{FileChange, FileEdits, Finding, check};
use infragen_syntax::TextRange;
use infragen_workspace::{Db, SourceFile};

/// Something that an editor offers to do at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// What it changes.
    pub edits: Vec<FileEdits>,
    /// What it does to files as a whole.
    pub files: Vec<FileChange>,
    /// The finding that it mends.
    pub finding: Option<Finding>,
    /// Whether it is the one that nearly everybody wants.
    pub preferred: bool,
}

/// The actions at a range: the fixes of the findings that touch it.
pub fn actions(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<Action> {
    check(db, file)
        .iter()
        .filter(|finding| finding.range.intersect(range).is_some())
        .flat_map(|finding| {
            finding.fixes.iter().map(|fix| Action {
                title: fix.title.clone(),
                edits: fix.edits.clone(),
                files: fix.files.clone(),
                finding: Some(finding.clone()),
                preferred: fix.preferred,
            })
        })
        .collect()
}
