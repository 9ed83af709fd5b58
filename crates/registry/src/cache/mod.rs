//! What is kept on disk between runs: answers of registries, and the files of artifacts.
//!
//! All processes share one folder. Whatever appears under its name is whole: it is written under another name in the
//! same folder and then renamed, so a reader sees the old or the new, and a writer that is killed leaves a file that
//! nobody reads. The layout has a version in its path; another version of infragen has a folder of its own.

mod answers;
mod eviction;
mod layers;
mod partial;

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use answers::{Answers, Kept};
pub(crate) use layers::Layers;

/// How many bytes the files of all artifacts may have together. Those that were used longest ago go when others come.
pub const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// The folder of this layout; another layout gets another number.
const VERSION: &str = "registry-v1";

/// The cache of a user: `INFRAGEN_CACHE`, else `infragen` in `XDG_CACHE_HOME`, else in `~/.cache`. A relative
/// `XDG_CACHE_HOME` does not count, as its specification wants it.
pub fn folder(variable: impl Fn(&str) -> Option<String>) -> Option<Utf8PathBuf> {
    let named = |name: &str| variable(name).filter(|path| !path.is_empty());
    if let Some(own) = named("INFRAGEN_CACHE") {
        return Some(own.into());
    }
    let of_all = named("XDG_CACHE_HOME").map(Utf8PathBuf::from);
    let of_all = of_all.filter(|path| path.is_absolute());
    let of_all = of_all.or_else(|| Some(Utf8PathBuf::from(named("HOME")?).join(".cache")));
    Some(of_all?.join("infragen"))
}

/// How much a cache holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Remembered answers: lists of tags, and artifacts.
    pub answers: usize,
    /// Artifacts whose files are there.
    pub artifacts: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// How much a cache holds, of this version of infragen and of others.
pub fn sizes(root: &Utf8Path) -> Sizes {
    let mut sizes = Sizes::default();
    for version in versions(root) {
        sizes.answers += whole(&version.join(answers::FOLDER));
        sizes.artifacts += whole(&version.join(layers::FOLDER));
        sizes.bytes += bytes(&version);
    }
    sizes
}

/// Removes all that a cache holds, and nothing else that is in its folder; says what there was. Whoever works with the
/// cache at that moment finds it empty.
///
/// # Errors
///
/// Something could not be removed.
pub fn clear(root: &Utf8Path) -> std::io::Result<Sizes> {
    let sizes = sizes(root);
    for version in versions(root) {
        // Under another name at once, so that nobody finds the half of it; unless somebody began with that before.
        let has_begun = version.file_name().is_some_and(partial::is_partial);
        let target = if has_begun {
            version
        } else {
            let gone = partial::name_for(&version);
            match fs::rename(&version, &gone) {
                Ok(()) => gone,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
        };
        partial::remove(&target)?;
    }
    Ok(sizes)
}

/// The folders of all layouts, and of caches that were not removed to the end.
fn versions(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let names = root.read_dir_utf8().into_iter().flatten().flatten();
    names
        .map(camino::Utf8DirEntry::into_path)
        .filter(|path| path.file_name().is_some_and(is_ours))
        .collect()
}

fn is_ours(name: &str) -> bool {
    let name = partial::finished_name(name);
    let number = name.strip_prefix("registry-v");
    number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How many finished entries a folder has.
fn whole(folder: &Utf8Path) -> usize {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .filter(|entry| !partial::is_partial(entry.file_name()))
        .count()
}

fn bytes(path: &Utf8Path) -> u64 {
    let entries = path.read_dir_utf8().into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes(entry.path()),
        Ok(found) => found.len(),
        // Somebody else clears the cache.
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_users() {
        let of = |variables: &[(&str, &str)]| {
            folder(|name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let home = ("HOME", "/home/ada");
        assert_eq!(of(&[home]).unwrap(), "/home/ada/.cache/infragen");
        assert_eq!(
            of(&[home, ("XDG_CACHE_HOME", "/x")]).unwrap(),
            "/x/infragen"
        );
        assert_eq!(
            of(&[home, ("XDG_CACHE_HOME", "x")]).unwrap(),
            "/home/ada/.cache/infragen"
        );
        assert_eq!(
            of(&[home, ("INFRAGEN_CACHE", "/i"), ("XDG_CACHE_HOME", "/x")]).unwrap(),
            "/i"
        );
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn clearing_removes_what_is_ours_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        for file in [
            "registry-v1/answers/a.json",
            "registry-v0/x",
            "registry-vx/mine",
            "notes.txt",
        ] {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "12345").unwrap();
        }
        let had = Sizes {
            answers: 1,
            artifacts: 0,
            bytes: 10,
        };
        assert_eq!(sizes(root), had);
        // What a killed process began to remove is removed to the end.
        fs::rename(
            root.join("registry-v0"),
            partial::name_for(&root.join("registry-v0")),
        )
        .unwrap();
        assert_eq!(clear(root).unwrap(), had);
        assert_eq!(sizes(root), Sizes::default());
        let mut left: Vec<_> = root
            .read_dir_utf8()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_owned())
            .collect();
        left.sort();
        assert_eq!(left, ["notes.txt", "registry-vx"]);
        assert_eq!(clear(&root.join("absent")).unwrap(), Sizes::default());
    }
}
