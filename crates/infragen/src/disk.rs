//! The files of a build, straight from the disk: each is read once, and so is each directory accumulated.
//!
//! The language server sees files through its database; a build on the command line runs once and needs
//! none.

mod listing;
mod memo;

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::{Accumulated, Entry, FileResources, Loader, Way, accumulate, read_file};
use infragen_syntax::{Tree, decode};

use self::listing::Listings;
use self::memo::Memo;

/// The disk below, and around, a folder.
pub struct Disk {
    /// The folder that paths are relative to.
    base: Utf8PathBuf,
    /// Whether a kustomization may only name files beside and below it.
    restricted: bool,
    listings: Listings,
    entries: Memo<Option<Entry>>,
    trees: Memo<Option<Arc<Tree>>>,
    resources: Memo<Arc<FileResources>>,
    accumulated: Memo<Arc<Accumulated>>,
}

impl Disk {
    /// The disk around an absolute folder.
    pub fn new(base: Utf8PathBuf, restricted: bool) -> Self {
        Self {
            base,
            restricted,
            listings: Listings::default(),
            entries: Memo::default(),
            trees: Memo::default(),
            resources: Memo::default(),
            accumulated: Memo::default(),
        }
    }

    /// The text of a file, for messages; empty where there is none.
    pub fn text(&self, path: &Utf8Path) -> Arc<str> {
        self.tree(path)
            .map_or_else(|| Arc::from(""), |tree| tree.shared_text())
    }

    /// Where a path of the build is on this machine.
    pub fn absolute(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.base.join(path)
    }

    /// Which directories below one have a kustomization file, itself included, in order of path. What stands
    /// in the directories is known from then on.
    pub fn kustomizations(&mut self, below: &Utf8Path) -> Vec<Utf8PathBuf> {
        let (listings, kustomizations) = Listings::walk(&self.base, below);
        self.listings = listings;
        kustomizations
    }

    /// The bytes of a file, without a question for its size: what is read tells that. (A `File` by itself asks for it;
    /// behind `take` it does not.)
    fn read(&self, path: &Utf8Path) -> Option<Vec<u8>> {
        const USUAL: usize = 16 << 10;
        let file = File::open(self.absolute(path)).ok()?;
        let mut bytes = Vec::with_capacity(USUAL);
        file.take(u64::MAX).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Asks the disk what a path leads to.
    fn look(&self, path: &Utf8Path) -> Option<Entry> {
        let metadata = std::fs::metadata(self.absolute(path)).ok()?;
        Some(if metadata.is_dir() {
            Entry::Directory
        } else {
            Entry::File
        })
    }
}

impl Loader for Disk {
    fn restricted(&self) -> bool {
        self.restricted
    }

    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        let seen = self.listings.entry(path);
        seen.unwrap_or_else(|| self.entries.get(path, || self.look(path)))
    }

    fn bytes(&self, path: &Utf8Path) -> Option<Arc<[u8]>> {
        self.read(path).map(Arc::from)
    }

    fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>> {
        self.trees.get(path, || {
            Some(Arc::new(match decode(self.read(path)?) {
                Ok(text) => Tree::parse(text),
                Err(error) => Tree::unreadable(error),
            }))
        })
    }

    fn list(&self, directory: &Utf8Path) -> Vec<String> {
        let entries = self.absolute(directory).read_dir_utf8();
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_owned())
            .collect();
        names.sort();
        names
    }

    fn accumulate(&self, directory: &Utf8Path, way: &Way<'_>) -> Arc<Accumulated> {
        let make = || Arc::new(accumulate(self, directory, way));
        if way.is_plain() {
            self.accumulated.get(directory, make)
        } else {
            make()
        }
    }

    fn resources(&self, file: &Utf8Path) -> Arc<FileResources> {
        self.resources.get(file, || {
            let resources = Arc::new(read_file(self, file));
            // Its objects are known from now on: the memory of the tree serves for the next one.
            self.trees.forget(file);
            resources
        })
    }
}

#[cfg(test)]
mod tests {
    use infragen_kustomize::{Entry, Loader, build};

    use super::Disk;

    fn disk(files: &[&str]) -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "a: 1\n").unwrap();
        }
        let base = folder.path().to_path_buf().try_into().unwrap();
        (folder, Disk::new(base, false))
    }

    #[test]
    fn says_what_a_path_leads_to() {
        let (_folder, disk) = disk(&["a/b.yaml"]);
        assert_eq!(disk.entry("a".into()), Some(Entry::Directory));
        assert_eq!(disk.entry("a/b.yaml".into()), Some(Entry::File));
        assert_eq!(disk.entry("a/c.yaml".into()), None);
        assert_eq!(&*disk.bytes("a/b.yaml".into()).unwrap(), b"a: 1\n");
        assert_eq!(disk.tree("a/b.yaml".into()).unwrap().text(), "a: 1\n");
        assert!(disk.tree("a".into()).is_none());
        assert_eq!(disk.list("a".into()), ["b.yaml"]);
    }

    #[test]
    fn a_restricted_build_reads_no_file_beside_its_directory() {
        let (folder, disk) = disk(&["top/x.yaml"]);
        let write =
            |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
        write(
            "shared.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        );
        write("top/kustomization.yaml", "resources: [../shared.yaml]\n");
        let options = infragen_kustomize::Options { sorted: true };
        assert!(build(&disk, "top".into(), options).errors.is_empty());
        let restricted = Disk::new(disk.absolute("".into()), true);
        let errors = build(&restricted, "top".into(), options).errors;
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].kind, infragen_kustomize::ErrorKind::Restricted);
    }

    #[test]
    fn sees_what_a_walk_saw() {
        let (folder, mut disk) = disk(&["a/kustomization.yaml", "b.yaml"]);
        assert_eq!(disk.kustomizations("".into()), ["a"]);
        std::fs::remove_file(folder.path().join("b.yaml")).unwrap();
        assert_eq!(disk.entry("b.yaml".into()), Some(Entry::File));
        assert_eq!(disk.entry("../x/y.yaml".into()), None);
    }
}
