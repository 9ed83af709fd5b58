//! Paths as kustomize joins them: cleaned by their text, without a look at the disk.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::origin::Path;

/// A path relative to a directory, normalised: no `.`, and `..` only at its beginning.
pub fn join(directory: &Utf8Path, path: &str) -> Path {
    if path.starts_with('/') {
        return Arc::from(clean(path).as_path());
    }
    Arc::from(clean(directory.join(path).as_str()).as_path())
}

/// A path without `.`, doubled `/`, and `..` where it can be resolved.
pub(crate) fn clean(path: &str) -> Utf8PathBuf {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if absolute => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Utf8PathBuf::from(if absolute {
        format!("/{joined}")
    } else {
        joined
    })
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
