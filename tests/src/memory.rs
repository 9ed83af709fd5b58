//! A build of files that are in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::{Accumulated, Entry, FileResources, Loader, Way, accumulate, read_file};
use infragen_syntax::Tree;

/// The files by path.
#[derive(Debug, Default)]
pub struct Memory {
    files: BTreeMap<Utf8PathBuf, String>,
    traced: bool,
    flux: bool,
}

impl Memory {
    /// These files.
    pub fn new<'f>(files: impl Iterator<Item = (&'f str, String)>) -> Self {
        Self {
            files: files.map(|(path, text)| (path.into(), text)).collect(),
            traced: false,
            flux: false,
        }
    }

    /// They, for a build whose values carry their origins.
    pub fn traced(mut self) -> Self {
        self.traced = true;
        self
    }

    /// They, for a build of Flux.
    pub fn as_flux(mut self) -> Self {
        self.flux = true;
        self
    }

    /// The text of a file.
    pub fn text(&self, path: &Utf8Path) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

impl Loader for Memory {
    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        if self.files.contains_key(path) {
            return Some(Entry::File);
        }
        let is_directory = self.files.keys().any(|file| file.starts_with(path));
        is_directory.then_some(Entry::Directory)
    }

    fn bytes(&self, path: &Utf8Path) -> Option<Arc<[u8]>> {
        self.files.get(path).map(|text| Arc::from(text.as_bytes()))
    }

    fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>> {
        let text = self.files.get(path)?;
        Some(Arc::new(Tree::parse(text.as_str())))
    }

    fn list(&self, directory: &Utf8Path) -> Vec<String> {
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(directory).ok()?.iter().next())
            .map(str::to_owned)
            .collect();
        names.dedup();
        names
    }

    fn accumulate(&self, directory: &Utf8Path, way: &Way<'_>) -> Arc<Accumulated> {
        Arc::new(accumulate(self, directory, way))
    }

    fn traced(&self) -> bool {
        self.traced
    }

    fn lenient_operations(&self) -> bool {
        self.flux
    }

    fn resources(&self, file: &Utf8Path) -> Arc<FileResources> {
        Arc::new(read_file(self, file))
    }
}
