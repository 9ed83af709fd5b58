//! Paths as kustomize joins them: cleaned by their text, without a look at the disk.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::origin::Path;

/// A path relative to a directory, normalised: no `.`, and `..` only at its beginning.
pub fn join(directory: &Utf8Path, path: &str) -> Path {
    let joined = match path.starts_with('/') {
        true => clean(path),
        false => clean_parts(directory.as_str(), path),
    };
    Arc::from(joined.as_path())
}

/// A path without `.`, doubled `/`, and `..` where it can be resolved.
pub(crate) fn clean(path: &str) -> Utf8PathBuf {
    clean_parts(path, "")
}

/// One path behind another, cleaned.
fn clean_parts(path: &str, behind: &str) -> Utf8PathBuf {
    let root = usize::from(path.starts_with('/'));
    let mut cleaned = String::with_capacity(path.len() + 1 + behind.len());
    cleaned.push_str(&path[..root]);
    for part in path.split('/').chain(behind.split('/')) {
        let last = cleaned.rfind('/').map_or(0, |at| at + 1);
        match part {
            "" | "." => {}
            ".." if cleaned.len() > root && &cleaned[last..] != ".." => {
                cleaned.truncate(last.saturating_sub(1).max(root));
            }
            ".." if root == 1 => {}
            part => {
                if cleaned.len() > root {
                    cleaned.push('/');
                }
                cleaned.push_str(part);
            }
        }
    }
    Utf8PathBuf::from(cleaned)
}

/// Whether a directory is another one, or above it. Paths are normalised.
pub(crate) fn contains(above: &Utf8Path, directory: &Utf8Path) -> bool {
    let ups = |path: &Utf8Path| {
        path.components()
            .take_while(|part| part.as_str() == "..")
            .count()
    };
    let bare = above.components().all(|part| part.as_str() == "..");
    if bare {
        return ups(above) >= ups(directory);
    }
    directory.starts_with(above)
}

/// The way from a directory to a path, with `..` where it leads up.
pub(crate) fn relative(directory: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    let mut from = directory.components().peekable();
    let mut to = path.components().peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let mut relative = Utf8PathBuf::new();
    for _ in from {
        relative.push("..");
    }
    for part in to {
        relative.push(part.as_str());
    }
    relative
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins() {
        let join = |directory: &str, path| join(Utf8Path::new(directory), path).to_string();
        assert_eq!(join("a/b", "./c.yaml"), "a/b/c.yaml");
        assert_eq!(join("a/b", "../../../c"), "../c");
        assert_eq!(join("", ".."), "..");
        assert_eq!(join("a", "/etc/../x"), "/x");
        assert_eq!(join("/a", "../../x//./y/"), "/x/y");
        assert_eq!(join("/a/b", "../.."), "/");
        assert_eq!(join("..", "../a/../.."), "../../..");
        assert_eq!(join("a/b/", "..c/../d"), "a/b/d");
        assert_eq!(join("a", ".."), "");
    }

    #[test]
    fn contains_what_is_inside() {
        let contains = |above: &str, directory: &str| contains(above.into(), directory.into());
        assert!(contains("", "a/b"));
        assert!(contains("a", "a/b"));
        assert!(contains("a", "a"));
        assert!(!contains("a", "ab"));
        assert!(contains("..", "a"));
        assert!(contains("../..", ".."));
        assert!(!contains("../b", "a"));
    }

    #[test]
    fn finds_the_way() {
        let relative = |from: &str, to: &str| relative(from.into(), to.into()).to_string();
        assert_eq!(relative("a/prod", "a/base/x.yaml"), "../base/x.yaml");
        assert_eq!(relative("a", "a/x.yaml"), "x.yaml");
        assert_eq!(relative("", "x.yaml"), "x.yaml");
    }
}
