//! The copy of everything that an environment has under its own name.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_workspace::{
    Child, Directory, Environment, Found, PathTarget, SourceFile, facts, imports_of, resolve_path,
    text, tree,
};

use crate::plan::Draft;
use crate::refusal::Refusal;
use crate::rename::rename;
use crate::repository::Repository;

/// Copies files of one environment to another, and on to whatever the copies name that only the first
/// environment has.
pub(crate) struct Copier<'a, 'r> {
    pub draft: &'a mut Draft<'r>,
    from: &'a Environment,
    to_name: &'a str,
    to_path: &'a Utf8Path,
    /// Files that are left out.
    pub without: BTreeSet<Utf8PathBuf>,
    /// Directories that are left to others: the overlays of services.
    pub elsewhere: BTreeSet<Utf8PathBuf>,
    /// Copies that were made, by the path of the original.
    done: BTreeSet<Utf8PathBuf>,
}

impl<'a, 'r> Copier<'a, 'r> {
    pub fn new(
        draft: &'a mut Draft<'r>,
        from: &'a Environment,
        to_name: &'a str,
        to_path: &'a Utf8Path,
    ) -> Self {
        Self {
            draft,
            from,
            to_name,
            to_path,
            without: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
            done: BTreeSet::new(),
        }
    }

    fn repository(&self) -> &'r Repository<'r> {
        self.draft.repository()
    }

    /// The path of a copy; none for what both environments share.
    pub fn path_of_copy(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let renamed = |path: &Utf8Path| -> Utf8PathBuf {
            let parts = path.components();
            parts.map(|part| self.renamed_part(part.as_str())).collect()
        };
        if let Ok(below) = path.strip_prefix(&self.from.path) {
            return Some(self.to_path.join(renamed(below)));
        }
        Some(renamed(path)).filter(|copy| copy != path)
    }

    /// `staging` becomes `preview`, and `staging.yaml` `preview.yaml`.
    fn renamed_part(&self, part: &str) -> String {
        let (stem, ending) = match part.rsplit_once('.') {
            Some((stem, _)) if stem == self.from.name => (stem, &part[stem.len()..]),
            _ => (part, ""),
        };
        if stem == self.from.name {
            format!("{}{ending}", self.to_name)
        } else {
            part.to_owned()
        }
    }

    /// Copies a directory with all that is in it.
    pub fn directory(&mut self, directory: Directory) -> Result<(), Refusal> {
        let db = self.repository().db;
        let path = directory.path(db).clone();
        if self.elsewhere.contains(&path) || !self.done.insert(path.clone()) {
            return Ok(());
        }
        for entry in directory.entries(db).iter() {
            let original = path.join(&*entry.name);
            match &entry.child {
                Child::File(file) => self.file(*file)?,
                Child::Directory(below) => self.directory(*below)?,
                Child::Other(_) => self.bytes(original)?,
                Child::Link(_) => self
                    .draft
                    .notes
                    .push(format!("`{original}` is a link, and is not copied")),
            }
        }
        Ok(())
    }

    /// Copies a file, and what it names.
    pub fn file(&mut self, file: SourceFile) -> Result<(), Refusal> {
        let db = self.repository().db;
        let path = file.path(db);
        let Some(copy) = self.path_of_copy(&path) else {
            return Ok(());
        };
        if self.without.contains(&path) || !file.exists(db) || !self.done.insert(path.clone()) {
            return Ok(());
        }
        let text = text(db, file).ok();
        match text.filter(|_| tree(db, file).errors().is_empty()) {
            Some(text) if is_encrypted(&text) => {
                self.draft.notes.push(format!(
                    "`{copy}` is encrypted for `{}`: encrypt it for `{}`",
                    self.from.name, self.to_name
                ));
                self.draft.create(copy, text.to_string())?;
            }
            // The manifests of Flux itself are the same everywhere.
            Some(text) if path.file_name() == Some("gotk-components.yaml") => {
                self.draft.create(copy, text.to_string())?;
            }
            Some(text) => {
                let renamed = self.renamed(&text);
                self.draft.create(copy, renamed)?;
            }
            // A template, say: what it means is not known here.
            None => self.draft.copy(path, copy)?,
        }
        self.follow(file)
    }

    fn renamed(&self, text: &str) -> String {
        let from = &self.from.path;
        let named = from
            .components()
            .any(|part| part.as_str() == self.from.name);
        if named {
            return rename(text, &self.from.name, self.to_name);
        }
        // The folder does not bear the name, so the two are replaced one by one.
        let text = text.replace(from.as_str(), self.to_path.as_str());
        rename(&text, &self.from.name, self.to_name)
    }

    fn bytes(&mut self, path: Utf8PathBuf) -> Result<(), Refusal> {
        match self.path_of_copy(&path) {
            Some(copy) if self.done.insert(path.clone()) => self.draft.copy(path, copy),
            _ => Ok(()),
        }
    }

    /// Copies what a file names, where that belongs to the environment and has no counterpart yet.
    fn follow(&mut self, file: SourceFile) -> Result<(), Refusal> {
        let db = self.repository().db;
        let mut named: Vec<Found> = imports_of(db, file)
            .iter()
            .map(|import| import.to)
            .collect();
        let facts = facts(db, file);
        for object in &facts.objects {
            for path in &object.paths {
                if let PathTarget::Here { found, .. } = resolve_path(db, file, object, path) {
                    named.push(found);
                }
            }
        }
        for found in named {
            let path = match found {
                Found::File(file) => file.path(db),
                Found::Directory(directory) => directory.path(db).clone(),
                Found::Other | Found::Missing | Found::Outside => continue,
            };
            let Some(copy) = self.path_of_copy(&path) else {
                continue;
            };
            if self.repository().exists(&copy) || self.from.path.starts_with(&path) {
                continue;
            }
            match found {
                Found::File(file) => self.file(file)?,
                Found::Directory(directory) => self.directory(directory)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a file is encrypted by SOPS: its values have a checksum, so a word in it cannot change.
fn is_encrypted(text: &str) -> bool {
    text.contains("\nsops:") && text.contains("ENC[")
}
