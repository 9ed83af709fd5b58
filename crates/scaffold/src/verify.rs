//! Building and checking what a plan leaves before the first byte is written.

use camino::Utf8PathBuf;
use infragen_kustomize::is_remote;
use infragen_rules::{Finding, Severity, check};
use infragen_workspace::{Db, Found, Root, SourceFile, Workspace, facts, imports_of};

use crate::plan::{Action, Plan};

/// Why a plan should not be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A rule finds an error that was not there before.
    Finding {
        /// The file that it is in.
        file: SourceFile,
        /// What was found.
        finding: Box<Finding>,
    },
    /// A kustomization file would name something that is not there.
    Import {
        /// The kustomization file, from the root.
        file: Utf8PathBuf,
        /// What it names.
        path: String,
    },
}

impl Plan {
    /// Makes a workspace see the repository as the plan leaves it; nothing is written.
    pub fn preview(&self, workspace: &mut Workspace, root: Root) {
        let top = root.path(workspace.snapshot().db()).clone();
        for change in &self.changes {
            // Of a file that is no YAML only its existence counts.
            let text = change.action.text().unwrap_or_default();
            workspace.set_memory(&top.join(&change.path), Some(text));
        }
    }

    /// What would be wrong with the files of the plan that is not wrong now. Afterwards the workspace sees
    /// the repository as the plan leaves it.
    pub fn verify(&self, workspace: &mut Workspace, root: Root) -> Vec<Problem> {
        let top = root.path(workspace.snapshot().db()).clone();
        let errors = |workspace: &Workspace, change: &crate::Change| {
            let snapshot = workspace.snapshot();
            let file = workspace.file(&top.join(&change.path));
            file.map(|file| (file, errors_in(snapshot.db(), file)))
        };
        let before: Vec<Vec<Finding>> = self
            .changes
            .iter()
            .map(|change| match change.action {
                Action::Edit { .. } => {
                    errors(workspace, change).map_or(Vec::new(), |found| found.1)
                }
                _ => Vec::new(),
            })
            .collect();
        self.preview(workspace, root);
        let mut problems = Vec::new();
        for (change, mut known) in self.changes.iter().zip(before) {
            let Some((file, found)) = errors(workspace, change) else {
                continue;
            };
            for finding in found {
                let same = |other: &Finding| {
                    other.rule == finding.rule && other.message == finding.message
                };
                match known.iter().position(same) {
                    Some(at) => drop(known.swap_remove(at)),
                    None => problems.push(Problem::Finding {
                        file,
                        finding: Box::new(finding),
                    }),
                }
            }
            let snapshot = workspace.snapshot();
            problems.extend(dangling_imports(snapshot.db(), file));
        }
        problems
    }
}

fn errors_in(db: &dyn Db, file: SourceFile) -> Vec<Finding> {
    let findings = check(db, file);
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors.cloned().collect()
}

/// What a kustomization file names in vain.
fn dangling_imports(db: &dyn Db, file: SourceFile) -> Vec<Problem> {
    let facts = facts(db, file);
    let Some(kustomization) = &facts.kustomization else {
        return Vec::new();
    };
    let imports = imports_of(db, file);
    let missing = imports.iter().filter_map(|import| {
        let entry = kustomization.entries.get(import.entry as usize)?;
        let path = &entry.path.value;
        let lost = matches!(import.to, Found::Missing | Found::Outside) && !is_remote(path);
        lost.then(|| Problem::Import {
            file: file.path(db),
            path: path.clone(),
        })
    });
    missing.collect()
}
