//! Cards of kinds and kustomization files, with who takes them in.

use infragen_flux::GroupKind;
use infragen_workspace::{Found, appliers, facts, importers};

use super::Cards;
use crate::lens::environments_of;
use crate::markdown::{code, item, names};

impl Cards<'_> {
    pub(super) fn kind(&self, kind: &GroupKind, file: Option<Found>) -> Option<String> {
        let known = kind.known();
        let mut lines = Vec::new();
        match known {
            Some(known) => {
                lines.push(format!("**{}** {}", known.kind, code(&known.api_version())));
                lines.push(String::new());
                lines.push(known.summary.to_owned());
            }
            None => lines.push(format!("**{}** {}", kind.kind, code(&kind.group))),
        }
        let taken_in = file.map(|file| self.taken_in_by(file)).unwrap_or_default();
        if known.is_none() && taken_in.is_empty() {
            return None;
        }
        if !taken_in.is_empty() {
            lines.push(String::new());
            lines.extend(taken_in);
        }
        Some(lines.join("\n"))
    }

    pub(super) fn kustomization_file(&self) -> Option<String> {
        let directory = self.file.directory(self.db);
        let mut lines = self.directory(directory, "kustomize build");
        lines.extend(self.taken_in_by(Found::Directory(directory)));
        let environments = environments_of(self.db, self.file);
        if !environments.is_empty() {
            let environments: Vec<_> = environments.iter().map(ToString::to_string).collect();
            lines.push(item("part of", &names(8, &environments)));
        }
        Some(lines.join("\n"))
    }

    /// Which kustomization files and Flux Kustomizations take a file or directory in.
    pub(super) fn taken_in_by(&self, found: Found) -> Vec<String> {
        let (db, root) = (self.db, self.file.root(self.db));
        let mut paths: Vec<_> = importers(db, root, found)
            .iter()
            .map(|import| import.from.path(db).into_string())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let mut lines = Vec::new();
        if !paths.is_empty() {
            lines.push(item("listed in", &names(12, &paths)));
        }
        if let Found::Directory(directory) = found {
            let mut names_of: Vec<_> = appliers(db, root, directory)
                .iter()
                .filter_map(|(file, number)| {
                    let facts = facts(db, *file);
                    let object = facts.objects.get(*number as usize)?;
                    object.name.as_ref().map(|name| name.value.to_string())
                })
                .collect();
            names_of.sort_unstable();
            names_of.dedup();
            if !names_of.is_empty() {
                lines.push(item("applied by Kustomization", &names(26, &names_of)));
            }
        }
        lines
    }
}
