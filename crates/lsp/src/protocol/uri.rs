//! Addresses of the protocol and paths: the one place that converts between them.
//!
//! A document that was never saved has no path. It gets one that no file can have, so that everything
//! above treats it like any other document: it is relative, and starts with `untitled:`.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::Uri;

/// The path of what an address names; none for what is neither a file nor an unsaved document.
pub(crate) fn to_path(uri: &Uri) -> Option<Utf8PathBuf> {
    match uri.scheme().as_str() {
        "file" => {
            let Some(path) = uri.to_file_path() else {
                // So Neovim calls a buffer without a name: `file://`.
                return Some(unsaved(uri));
            };
            let path = Utf8PathBuf::from_path_buf(path.into_owned()).ok()?;
            path.is_absolute().then(|| path.components().collect())
        }
        "untitled" => Some(unsaved(uri)),
        _ => None,
    }
}

fn unsaved(uri: &Uri) -> Utf8PathBuf {
    let mut directory = "untitled:".to_owned();
    for byte in uri.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => directory.push(byte.into()),
            _ => {
                let _ = write!(directory, "%{byte:02x}");
            }
        }
    }
    // A directory of its own, so that no unsaved document sees another one.
    Utf8PathBuf::from(directory).join("unsaved.yaml")
}

/// Whether a path is that of a document that was never saved.
pub(crate) fn is_unsaved(path: &Utf8Path) -> bool {
    path.as_str().starts_with("untitled:")
}

/// The address of a file; none for what has no absolute path.
pub(crate) fn from_path(path: &Utf8Path) -> Option<Uri> {
    if !path.is_absolute() {
        return None;
    }
    Uri::from_file_path(path.as_std_path())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn path(uri: &str) -> Option<String> {
        to_path(&Uri::from_str(uri).unwrap()).map(Utf8PathBuf::into_string)
    }

    #[test]
    #[cfg(unix)]
    fn what_is_escaped_comes_back() {
        for file in ["/a b/c#d.yaml", "/ä/100%/🚀.yaml", "/a/[x]/{y}.yaml"] {
            let uri = from_path(Utf8Path::new(file)).unwrap();
            assert_eq!(to_path(&uri).unwrap(), file, "{}", uri.as_str());
        }
        assert_eq!(path("file:///a%20b/c.yaml").unwrap(), "/a b/c.yaml");
        assert_eq!(path("file:///a//b/./c.yaml").unwrap(), "/a/b/c.yaml");
    }

    #[test]
    fn other_schemes_have_no_path() {
        assert_eq!(path("git:/a/b.yaml?%7B%7D"), None);
        assert_eq!(path("https://example.com/a.yaml"), None);
        assert_eq!(from_path(Utf8Path::new("a/b.yaml")), None);
    }

    #[test]
    fn unsaved_documents_have_paths_of_their_own() {
        let one = path("untitled:Untitled-1").unwrap();
        assert!(is_unsaved(Utf8Path::new(&one)));
        assert_ne!(one, path("untitled:Untitled-2").unwrap());
        assert!(is_unsaved(Utf8Path::new(&path("file://").unwrap())));
    }
}
