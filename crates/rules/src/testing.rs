//! Repositories in one string, for the tests of rules: files behind `//- path` lines.

use std::sync::Arc;

use camino::Utf8Path;
use infragen_registry::Timestamp;
use infragen_syntax::apply;
use infragen_workspace::{Db, Snapshot, SourceFile, Workspace, text};

use crate::finding::{FileChange, Finding, Severity};

/// The entry point of a cluster whose own repository is `GitRepository/flux-system`.
pub(crate) const CLUSTER: &str = "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: \"ssh://git@example.com/fleet\"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 1m
  prune: true
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
";

/// What one rule finds in all files of a repository.
pub(crate) struct Checked {
    snapshot: Snapshot,
    found: Vec<(SourceFile, Finding)>,
}

/// Checks all files of a fixture, and keeps the findings of one rule.
pub(crate) fn check(rule: &str, fixture: &str) -> Checked {
    assert!(crate::rule(rule).is_some(), "there is no rule `{rule}`");
    let files = crate::example_files(fixture);
    let mut workspace = Workspace::new();
    let root = Utf8Path::new("/repo");
    workspace.open_memory_root(root, &files);
    workspace.set_answers(crate::example::example_answers(fixture), Timestamp(0));
    let paths = files.iter().map(|(path, _)| root.join(path));
    let files: Vec<_> = paths.filter_map(|path| workspace.file(&path)).collect();
    let snapshot = workspace.snapshot();
    let mut found = Vec::new();
    for file in files {
        let findings = crate::check(snapshot.db(), file);
        let of_rule = findings.iter().filter(|finding| finding.rule.id == rule);
        found.extend(of_rule.map(|finding| (file, finding.clone())));
    }
    Checked { snapshot, found }
}

impl Checked {
    fn db(&self) -> &dyn Db {
        self.snapshot.db()
    }

    fn text(&self, file: SourceFile) -> Arc<str> {
        text(self.db(), file).unwrap()
    }

    fn describe(&self) -> String {
        let line = |(file, finding): &(SourceFile, Finding)| {
            let shown = &self.text(*file)[finding.range];
            let (severity, message) = (finding.severity, &finding.message);
            format!(
                "{}: {severity:?}: {message} [{shown}]\n",
                file.path(self.db())
            )
        };
        self.found.iter().map(line).collect()
    }

    /// There are so many findings.
    #[track_caller]
    pub(crate) fn finds(&self, count: usize) -> &Self {
        assert_eq!(self.found.len(), count, "\n{}", self.describe());
        self
    }

    /// There is one finding, this one.
    #[track_caller]
    pub(crate) fn finds_one(&self, severity: Severity, message: &str) -> &Self {
        self.finds(1);
        let finding = &self.found[0].1;
        assert_eq!(
            (finding.severity, finding.message.as_str()),
            (severity, message)
        );
        self
    }

    /// The messages of all findings, each with the text that it stands at.
    #[track_caller]
    pub(crate) fn at(&self, expected: &[&str]) -> &Self {
        let places = self.found.iter().map(|(file, finding)| {
            let text = self.text(*file);
            format!(
                "{}: {}",
                file.path(self.db()),
                text[finding.range].escape_debug()
            )
        });
        assert_eq!(places.collect::<Vec<_>>(), expected);
        self
    }

    /// The message of the first finding.
    #[track_caller]
    pub(crate) fn says(&self, message: &str) -> &Self {
        assert_eq!(self.found[0].1.message, message);
        self
    }

    /// The help of the only finding.
    #[track_caller]
    pub(crate) fn helps(&self, help: &str) -> &Self {
        self.finds(1);
        assert_eq!(self.found[0].1.help.as_deref(), Some(help));
        self
    }

    /// The only finding has so many fixes.
    #[track_caller]
    pub(crate) fn offers(&self, fixes: usize) -> &Self {
        self.finds(1);
        assert_eq!(self.found[0].1.fixes.len(), fixes);
        self
    }

    /// No finding has a fix.
    #[track_caller]
    pub(crate) fn offers_nothing(&self) -> &Self {
        let mut found = self.found.iter();
        assert!(found.all(|(_, finding)| finding.fixes.is_empty()));
        self
    }

    /// The related places of the only finding.
    #[track_caller]
    pub(crate) fn relates(&self, expected: &[&str]) -> &Self {
        self.finds(1).relates_first(expected)
    }

    /// The related places of the first finding.
    #[track_caller]
    pub(crate) fn relates_first(&self, expected: &[&str]) -> &Self {
        let related = self.found[0].1.related.iter();
        let row = |related: &crate::Related| {
            let shown = &self.text(related.file)[related.range];
            format!(
                "{} [{shown}]: {}",
                related.file.path(self.db()),
                related.message
            )
        };
        assert_eq!(related.map(row).collect::<Vec<_>>(), expected);
        self
    }

    /// What a fix of the only finding does to files: the new path, and what a new file holds.
    #[track_caller]
    pub(crate) fn changes_file(&self, fix: usize, path: &str, text: Option<&str>) -> &Self {
        self.finds(1);
        let [change] = self.found[0].1.fixes[fix].files.as_slice() else {
            panic!("one change of a file");
        };
        let (to, made) = match change {
            FileChange::Create { path, text } => (path, Some(text.as_str())),
            FileChange::Rename { to, .. } => (to, None),
        };
        assert_eq!((to.as_str(), made), (&*format!("/repo/{path}"), text));
        self
    }

    /// The preferred fix of the only finding leaves these lines in the place of those that it changes.
    #[track_caller]
    pub(crate) fn fixed(&self, expected: &str) -> &Self {
        self.finds(1);
        let fixes = &self.found[0].1.fixes;
        let preferred = fixes.iter().position(|fix| fix.preferred);
        self.fix_makes(preferred.expect("a preferred fix"), expected)
    }

    /// So does this fix of the only finding.
    #[track_caller]
    pub(crate) fn fix_makes(&self, fix: usize, expected: &str) -> &Self {
        self.finds(1);
        let fix = &self.found[0].1.fixes[fix];
        let mut changed = String::new();
        for edits in &fix.edits {
            let before = self.text(edits.file);
            let after = apply(&before, &edits.edits).unwrap();
            let (before, after): (Vec<_>, Vec<_>) =
                (before.lines().collect(), after.lines().collect());
            let same = |(a, b): &(&&str, &&str)| a == b;
            let head = before.iter().zip(&after).take_while(same).count();
            let most = before.len().min(after.len()) - head;
            let tail = before.iter().rev().zip(after.iter().rev());
            let tail = tail.take(most).take_while(same).count();
            for line in &after[head..after.len() - tail] {
                changed.push_str(line);
                changed.push('\n');
            }
        }
        assert_eq!(changed, expected);
        self
    }
}
