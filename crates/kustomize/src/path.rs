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
