//! Repositories in one string, and plans as texts.
#![allow(dead_code, reason = "each suite uses a part of it")]

use camino::Utf8Path;
use infragen_rules::check;
use infragen_scaffold::{Action, Plan, Refusal};
use infragen_workspace::{Db, Root, Workspace};

/// Where the repositories of the tests are.
pub const TOP: &str = "/r";

/// A repository in memory.
pub struct Repository {
    /// The state.
    pub workspace: Workspace,
    /// Its root.
    pub root: Root,
}

impl Repository {
    /// Files in one string: each begins with a line `//- path`.
    pub fn new(files: &str) -> Self {
        let mut found: Vec<(&str, String)> = Vec::new();
        for line in files.split_inclusive('\n') {
            match (line.strip_prefix("//- "), found.last_mut()) {
                (Some(path), _) => found.push((path.trim(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                (None, None) => assert!(line.trim().is_empty(), "a line before the first file"),
            }
        }
        let files: Vec<(&str, &str)> = found
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new(TOP), &files);
        Self { workspace, root }
    }

    /// Makes a plan.
    pub fn plan(
        &self,
        generator: impl FnOnce(&dyn Db, Root) -> Result<Plan, Refusal>,
    ) -> Result<Plan, Refusal> {
        generator(self.workspace.snapshot().db(), self.root)
    }

    /// Carries a plan out, and asserts that nothing at all is found in its files.
    pub fn apply(&mut self, plan: &Plan) {
        assert_eq!(plan.verify(&mut self.workspace, self.root), []);
        let snapshot = self.workspace.snapshot();
        for change in &plan.changes {
            let path = Utf8Path::new(TOP).join(&change.path);
            if let Some(file) = self.workspace.file(&path) {
                let findings = check(snapshot.db(), file);
                assert!(findings.is_empty(), "{}: {findings:#?}", change.path);
            }
        }
    }
}

/// The paths of a plan, one a line; changed ones with a `~`, copied ones with a `=`.
pub fn tree(plan: &Plan) -> String {
    let lines = plan.changes.iter().map(|change| {
        let mark = match change.action {
            Action::Create { .. } => "",
            Action::Copy { .. } => "= ",
            Action::Edit { .. } => "~ ",
        };
        format!("{mark}{}\n", change.path)
    });
    lines.collect()
}

/// The text that a plan gives to a file.
pub fn text<'p>(plan: &'p Plan, path: &str) -> &'p str {
    let change = plan.changes.iter().find(|change| change.path == path);
    change
        .unwrap_or_else(|| panic!("{path} is not in\n{}", tree(plan)))
        .action
        .text()
        .unwrap()
}

/// What a text says, without comments: the lines that YAML reads.
pub fn bare(text: &str) -> String {
    let lines = text.lines().filter_map(|line| {
        let line = match line.find(" #") {
            Some(at) => line[..at].trim_end(),
            None if line.starts_with('#') => "",
            None => line,
        };
        (!line.is_empty()).then(|| format!("{line}\n"))
    });
    lines.collect()
}
