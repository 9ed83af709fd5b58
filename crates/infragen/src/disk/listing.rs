//! What stands in directories, as one walk saw them.

use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_kustomize::{Entry, is_kustomization_file_name, join};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// The directories that were walked, each with what stands in it.
#[derive(Default)]
pub struct Listings {
    /// By path. A text is found sooner than a path, which is compared part by part.
    directories: FxHashMap<String, Listing>,
}

/// What stands in a directory: names in order, each with what it is, where that is no link.
struct Listing {
    entries: Vec<(String, Option<Entry>)>,
}

impl Listings {
    /// Walks a directory and all below it; paths are relative to a base. Links are not followed, and what is
    /// below a `.git` is not looked at. Gives also the directories that have a kustomization file, in order of
    /// path.
    pub fn walk(base: &Utf8Path, below: &Utf8Path) -> (Listings, Vec<Utf8PathBuf>) {
        let walked = directories(base, below.to_owned());
        let kustomizations = walked
            .iter()
            .filter(|(_, listing)| listing.has_kustomization());
        let kustomizations = kustomizations
            .map(|(directory, _)| directory.clone())
            .collect();
        let directories = walked
            .into_iter()
            .map(|(directory, listing)| (directory.into_string(), listing))
            .collect();
        (Listings { directories }, kustomizations)
    }

    /// What a path leads to, or that nothing is there; none where only the disk can tell.
    pub fn entry(&self, path: &Utf8Path) -> Option<Option<Entry>> {
        let (parent, name) = match path.as_str().rsplit_once('/') {
            Some(("", _)) => return None, // in the root of the disk
            Some(parts) => parts,
            None => ("", path.as_str()),
        };
        self.directories.get(parent)?.entry(name)
    }
}

impl Listing {
    /// Reads a directory; none where the disk does not tell all that is in it.
    fn read(directory: &Path) -> Option<Listing> {
        let listed: Result<Vec<_>, _> = std::fs::read_dir(directory).ok()?.collect();
        let mut entries: Vec<_> = listed
            .ok()?
            .into_iter()
            .filter_map(|entry| {
                let kind = entry.file_type().ok()?;
                let entry_kind = match kind {
                    kind if kind.is_dir() => Some(Entry::Directory),
                    kind if kind.is_file() => Some(Entry::File),
                    _ => None,
                };
                Some((entry.file_name().into_string().ok()?, entry_kind))
            })
            .collect();
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Some(Listing { entries })
    }

    fn entry(&self, name: &str) -> Option<Option<Entry>> {
        let at = self
            .entries
            .binary_search_by(|(there, _)| there.as_str().cmp(name));
        match at {
            Ok(at) => self.entries[at].1.map(Some),
            // Some disks take names for the same that differ in case, or in how letters are composed.
            Err(_) if !name.is_ascii() || self.has_alike(name) => None,
            Err(_) => Some(None),
        }
    }

    fn has_alike(&self, name: &str) -> bool {
        self.entries
            .iter()
            .any(|(there, _)| there.eq_ignore_ascii_case(name))
    }

    fn has_kustomization(&self) -> bool {
        self.entries
            .iter()
            .any(|(name, kind)| *kind != Some(Entry::Directory) && is_kustomization_file_name(name))
    }

    /// The directories in it that a walk goes on to.
    fn directories(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries.iter();
        entries
            .filter(|(name, kind)| *kind == Some(Entry::Directory) && name != ".git")
            .map(|(name, _)| name.as_str())
    }
}

/// A directory and all below it, in order of path.
fn directories(base: &Utf8Path, directory: Utf8PathBuf) -> Vec<(Utf8PathBuf, Listing)> {
    let Some(listing) = Listing::read(base.join(&directory).as_std_path()) else {
        return Vec::new();
    };
    let below: Vec<Utf8PathBuf> = listing
        .directories()
        .map(|name| join(&directory, name).to_path_buf())
        .collect();
    let below: Vec<_> = below
        .into_par_iter()
        .flat_map_iter(|directory| directories(base, directory))
        .collect();
    let mut found = Vec::with_capacity(1 + below.len());
    found.push((directory, listing));
    found.extend(below);
    found
}

#[cfg(test)]
mod tests {
    use camino::{Utf8Path, Utf8PathBuf};
    use infragen_kustomize::Entry;

    use super::Listings;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "a: 1\n").unwrap();
        }
        folder
    }

    fn walk(folder: &tempfile::TempDir) -> (Listings, Vec<Utf8PathBuf>) {
        Listings::walk(Utf8Path::from_path(folder.path()).unwrap(), "".into())
    }

    #[test]
    fn finds_every_kustomization() {
        let folder = folder(&[
            "kustomization.yaml",
            "a/kustomization.yml",
            "a/b/c/Kustomization",
            "a-b/kustomization.yaml",
            "d/other.yaml",
            "e/kustomization.yaml/x.yaml",
            ".git/kustomization.yaml",
        ]);
        assert_eq!(walk(&folder).1, ["", "a", "a/b/c", "a-b"]);
    }

    #[test]
    fn knows_what_is_there_and_what_is_not() {
        let (listings, _) = walk(&folder(&["a/b.yaml"]));
        assert_eq!(listings.entry("a".into()), Some(Some(Entry::Directory)));
        assert_eq!(listings.entry("a/b.yaml".into()), Some(Some(Entry::File)));
        assert_eq!(listings.entry("a/c.yaml".into()), Some(None));
    }

    #[test]
    fn leaves_to_the_disk_what_it_did_not_see() {
        let (listings, _) = walk(&folder(&["a/b.yaml", ".git/config"]));
        for path in [
            "../x",
            "/x",
            "x/y",
            ".git/config",
            "a/B.yaml",
            "a/\u{e9}.yaml",
        ] {
            assert_eq!(listings.entry(path.into()), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn leaves_links_to_the_disk() {
        let folder = folder(&["a/kustomization.yaml"]);
        std::os::unix::fs::symlink("a", folder.path().join("b")).unwrap();
        std::os::unix::fs::symlink("x", folder.path().join("a/Kustomization")).unwrap();
        let (listings, kustomizations) = walk(&folder);
        assert_eq!(kustomizations, ["a"]);
        for path in ["b", "b/kustomization.yaml", "a/Kustomization"] {
            assert_eq!(listings.entry(path.into()), None, "{path}");
        }
    }
}
