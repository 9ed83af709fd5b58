//! What git tracks: the names in its index. A file that an ignore rule matches is part of the repository all
//! the same once it was added by force.
//!
//! The index is read here, not by a library: the smallest one that can brings sixty packages along, and the
//! names are the first field of a simple format (`gitformat-index`, versions 2 to 4).

use camino::{Utf8Path, Utf8PathBuf};

/// Mode of a submodule, and of a folder in a sparse index: neither is a file.
const GITLINK: u32 = 0o160_000;
const FOLDER: u32 = 0o040_000;

/// Bytes of an entry in front of the hash, and the mode's place in them.
const STAT: usize = 40;
const MODE: usize = 24;

/// The files below a directory that git tracks, as absolute paths; none where no git is about, or the index
/// cannot be read.
pub(crate) fn tracked(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let top = root.ancestors().find(|above| above.join(".git").exists());
    let found = top.and_then(|top| {
        let folder = git_folder(top)?;
        let index = std::fs::read(folder.join("index")).ok()?;
        let names = names(&index, hash_bytes(&folder))?;
        let paths = names.into_iter().map(|name| top.join(name));
        Some(paths.filter(|path| path.starts_with(root)).collect())
    });
    found.unwrap_or_default()
}

/// The folder that `.git` is, or that it names in a work tree of its own and in a submodule.
fn git_folder(top: &Utf8Path) -> Option<Utf8PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = std::fs::read_to_string(git).ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The length of a hash in this repository.
fn hash_bytes(folder: &Utf8Path) -> usize {
    // The settings of a work tree of its own are those of the repository that it belongs to.
    let common = std::fs::read_to_string(folder.join("commondir")).unwrap_or_default();
    let config = folder.join(common.trim()).join("config");
    let config = std::fs::read_to_string(config).unwrap_or_default();
    let sha256 = config.lines().any(|line| {
        let line = line.to_ascii_lowercase().replace([' ', '\t'], "");
        line == "objectformat=sha256"
    });
    if sha256 { 32 } else { 20 }
}

/// The names of files in an index; none where it is not one, or is cut off.
fn names(index: &[u8], hash: usize) -> Option<Vec<String>> {
    if !index.starts_with(b"DIRC") {
        return None;
    }
    let version = number(index, 4)?;
    let count = number(index, 8)?;
    let mut names = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..count {
        let mode = number(index, at + MODE)?;
        let flags = at + STAT + hash;
        let is_extended = version >= 3 && index.get(flags)? & 0x40 != 0;
        let start = flags + if is_extended { 4 } else { 2 };
        let (name, next) = if version == 4 {
            let (cut, suffix) = offset(index, start)?;
            let end = suffix + memchr::memchr(0, index.get(suffix..)?)?;
            before.truncate(before.len().checked_sub(cut)?);
            before.extend(index.get(suffix..end)?);
            (before.clone(), end + 1)
        } else {
            let end = start + memchr::memchr(0, index.get(start..)?)?;
            // One to eight zeros fill the entry up to a multiple of eight bytes.
            let len = (end - at) / 8 * 8 + 8;
            (index.get(start..end)?.to_vec(), at + len)
        };
        at = next;
        if mode != GITLINK && mode != FOLDER {
            names.extend(String::from_utf8(name));
        }
    }
    Some(names)
}

fn number(index: &[u8], at: usize) -> Option<u32> {
    let bytes = index.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

/// The number of bytes that a name does not share with the one before, and the place behind it.
fn offset(index: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value = usize::from(index.get(at)? & 0x7f);
    while index.get(at)? & 0x80 != 0 {
        at += 1;
        value = (value + 1).checked_mul(128)? | usize::from(index.get(at)? & 0x7f);
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use camino::Utf8Path;

    use super::{names, tracked};

    fn git(folder: &Utf8Path, args: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(args)
            .current_dir(folder)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{args:?}: {output:?}");
    }

    #[test]
    fn reads_every_version_and_both_hashes() {
        for (format, version) in [("sha1", "2"), ("sha1", "3"), ("sha1", "4"), ("sha256", "4")] {
            let folder = tempfile::tempdir().unwrap();
            let folder = Utf8Path::from_path(folder.path()).unwrap();
            git(folder, &["init", "-q", "--object-format", format]);
            std::fs::create_dir_all(folder.join("apps/web")).unwrap();
            let long = format!("apps/web/{}.yaml", "long-".repeat(30));
            let mut files = vec![
                ".gitignore",
                "a.yaml",
                "apps/web/b.yaml",
                "apps/web/bc.yaml",
                &long,
            ];
            for file in &files {
                std::fs::write(folder.join(file), "*.yaml\n").unwrap();
            }
            std::fs::write(folder.join("apps/untracked.yaml"), "").unwrap();
            git(
                folder,
                &["add", "--force", ".gitignore", "a.yaml", "apps/web"],
            );
            git(folder, &["update-index", "--index-version", version]);
            if version == "3" {
                // Only an entry with extended flags makes git write version 3.
                git(folder, &["update-index", "--skip-worktree", "a.yaml"]);
            }
            let mut found = tracked(folder);
            found.sort();
            files.sort_unstable();
            let expected: Vec<_> = files.iter().map(|file| folder.join(file)).collect();
            assert_eq!(found, expected, "{format} {version}");
            assert_eq!(tracked(&folder.join("apps")).len(), 3);
        }
    }

    #[test]
    fn what_is_no_index_has_no_names() {
        let mut index = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
        assert_eq!(names(&index, 20), None);
        index.extend([0; 61]);
        for len in 0..index.len() {
            assert_eq!(names(&index[..len], 20), None, "{len}");
        }
        assert_eq!(names(b"", 20), None);
        let outside = tempfile::tempdir().unwrap();
        assert!(tracked(Utf8Path::from_path(outside.path()).unwrap()).is_empty());
    }
}
