//! Cards of paths: what is there.

use infragen_flux::is_templated;
use infragen_rules::nearest_path;
use infragen_syntax::TextRange;
use infragen_workspace::{Directory, Found, PathTarget, bundled_paths, facts, kustomization_file};

use super::{Cards, templated};
use crate::below::{files_below, objects_in};
use crate::markdown::{code, counted, item};

impl Cards<'_> {
    pub(super) fn path(&self, range: TextRange, text: &str, target: PathTarget) -> Option<String> {
        let PathTarget::Here { found, .. } = target else {
            return Some(match is_templated(text) {
                true => templated(text),
                false => format!("{}\n\n- outside this repository", code(text)),
            });
        };
        match found {
            Found::File(file) => {
                let mut lines = vec![
                    format!("**File** {}", code(file.path(self.db).as_str())),
                    String::new(),
                ];
                let objects: Vec<_> = objects_in(self.db, &[file]).collect();
                lines.extend(self.by_kind(&objects));
                Some(lines.join("\n").trim_end().to_owned())
            }
            Found::Directory(directory) => {
                let mut lines = self.directory(directory, "Directory");
                lines.extend(self.artifacts(range, directory));
                Some(lines.join("\n"))
            }
            Found::Other => Some(format!("**File** {}", code(text))),
            Found::Missing => Some(self.missing(text)),
            Found::Outside => Some(format!("**Outside the repository:** {}", code(text))),
        }
    }

    /// The artifacts in which the path at a range leads to a directory of another root, by environment.
    pub(super) fn artifacts(&self, range: TextRange, directory: Directory) -> Vec<String> {
        if directory.root(self.db) == self.file.root(self.db) {
            return Vec::new();
        }
        let facts = facts(self.db, self.file);
        let mut objects = (0..).zip(&facts.objects);
        let at = objects.find(|(_, object)| {
            let mut paths = object.paths.iter();
            paths.any(|path| path.path.range == range)
        });
        let bundled = at.map(|(number, _)| bundled_paths(self.db, self.file, number));
        let here = bundled.into_iter().flatten();
        here.filter(|bundled| bundled.directory == directory)
            .map(|bundled| {
                let version = bundled.version.as_deref().map_or("a copy".to_owned(), code);
                item(
                    &format!("**{}**:", bundled.environment),
                    &format!("in {version}"),
                )
            })
            .collect()
    }

    /// What a directory's build holds.
    pub(super) fn directory(&self, directory: Directory, word: &str) -> Vec<String> {
        let path = directory.path(self.db);
        let shown = if path.as_str().is_empty() {
            "."
        } else {
            path.as_str()
        };
        let mut lines = vec![format!("**{word}** {}", code(shown)), String::new()];
        let files = files_below(self.db, directory);
        if kustomization_file(self.db, directory).is_none() {
            let label = format!("no kustomization file, {}", counted(files.len(), "file"));
            lines.push(item("", &label));
        }
        let objects: Vec<_> = objects_in(self.db, &files).collect();
        lines.extend(self.by_kind(&objects));
        lines
    }

    pub(super) fn missing(&self, text: &str) -> String {
        let mut lines = vec![format!("**Nothing is at** {}", code(text)), String::new()];
        let directory = self.file.directory(self.db);
        // Paths of Flux begin at the root.
        let from = match self.file.is_kustomization_file(self.db) {
            true => Some(directory),
            false => directory.root(self.db).top(self.db),
        };
        let is_there = |found| matches!(found, Found::File(_) | Found::Directory(_) | Found::Other);
        let near = from.and_then(|from| nearest_path(self.db, from, text, &is_there));
        lines.extend(near.map(|near| item("nearest:", &code(&near))));
        lines.join("\n").trim_end().to_owned()
    }
}
