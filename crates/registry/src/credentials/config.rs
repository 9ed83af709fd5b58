//! Docker's `config.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _};

use camino::Utf8Path;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::repository::registry_name;
use crate::words;

/// What Docker Hub is called in these files.
const HUB: &str = "https://index.docker.io/v1/";

/// No such file is larger.
const LIMIT: u64 = 4 * 1024 * 1024;

/// The part that is about credentials.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    auths: BTreeMap<String, Entry>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

/// The credential of a registry.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Entry {
    pub auth: Option<String>,
    pub username: Option<String>,
    pub password: Option<String>,
    pub identitytoken: Option<String>,
    pub registrytoken: Option<String>,
}

impl Config {
    /// Reads a file; none where there is none.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence that quotes nothing of it.
    pub(super) fn read(path: &Utf8Path) -> Result<Option<Self>, String> {
        let mut text = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut text));
        match read {
            Ok(_) => {}
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(format!("cannot be read: {error}")),
        }
        let wrong = |error: serde_json::Error| format!("is broken at {}", words::place(&error));
        serde_json::from_slice(&text).map(Some).map_err(wrong)
    }

    /// The name of the helper for a registry.
    pub(super) fn helper(&self, host: &str) -> Option<&str> {
        let own = self
            .cred_helpers
            .iter()
            .find(|(key, _)| host_of(key) == registry_name(host) && path_of(key).is_empty());
        let name = own.map(|(_, name)| name).or(self.creds_store.as_ref())?;
        // It becomes the name of a program.
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (!name.is_empty() && name.bytes().all(good)).then_some(name)
    }

    /// The entry for a repository, with its name: that of the longest path that it is below.
    pub(super) fn entry(&self, host: &str, path: &str) -> Option<(SmolStr, &Entry)> {
        let fitting = self.auths.iter().filter_map(|(key, entry)| {
            let own = path_of(key);
            let rest = path.strip_prefix(own)?;
            let fits = host_of(key) == registry_name(host)
                && (own.is_empty() || rest.is_empty() || rest.starts_with('/'));
            fits.then_some((own.len(), key, entry))
        });
        let (_, key, entry) = fitting.max_by_key(|(length, ..)| *length)?;
        Some((shown(key), entry))
    }
}

/// The names that a helper may know a registry by.
pub(super) fn names(host: &str) -> Vec<&str> {
    match registry_name(host) {
        "index.docker.io" => vec![HUB, "index.docker.io", "docker.io"],
        _ => vec![host],
    }
}

fn shown(key: &str) -> SmolStr {
    without_scheme(key).trim_end_matches('/').into()
}

fn without_scheme(key: &str) -> &str {
    key.strip_prefix("https://")
        .or_else(|| key.strip_prefix("http://"))
        .unwrap_or(key)
}

/// The host of a key, which may be an address.
fn host_of(key: &str) -> &str {
    registry_name(without_scheme(key).split('/').next().unwrap_or_default())
}

/// The path of a key; the version of an interface in an address is none.
fn path_of(key: &str) -> &str {
    let path = without_scheme(key)
        .split_once('/')
        .map_or("", |(_, path)| path)
        .trim_end_matches('/');
    if matches!(path, "v1" | "v2") {
        ""
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_entry_of_a_registry_or_of_a_path() {
        let config = config(
            r#"{"auths": {"ghcr.io": {"auth": "host"}, "ghcr.io/acme": {"auth": "acme"}, "https://a.b/v2/": {},
                "https://index.docker.io/v1/": {"auth": "hub"}, "127.0.0.1:5000": {"auth": "port"}}}"#,
        );
        let entry = |host: &str, path: &str| {
            let (name, entry) = config.entry(host, path)?;
            Some((name.to_string(), entry.auth.clone().unwrap_or_default()))
        };
        let named = |name: &str, auth: &str| Some((name.to_owned(), auth.to_owned()));
        assert_eq!(entry("ghcr.io", "other/web"), named("ghcr.io", "host"));
        assert_eq!(entry("ghcr.io", "acme/web"), named("ghcr.io/acme", "acme"));
        assert_eq!(entry("ghcr.io", "acme-two/web"), named("ghcr.io", "host"));
        assert_eq!(entry("a.b", "x"), named("a.b/v2", ""));
        assert_eq!(
            entry("index.docker.io", "library/nginx"),
            named("index.docker.io/v1", "hub")
        );
        assert_eq!(
            entry("registry-1.docker.io", "x"),
            named("index.docker.io/v1", "hub")
        );
        assert_eq!(
            entry("127.0.0.1:5000", "x"),
            named("127.0.0.1:5000", "port")
        );
        assert_eq!(entry("127.0.0.1:5001", "x"), None);
        assert_eq!(entry("127.0.0.1", "x"), None);
    }

    #[test]
    fn the_helper_of_a_registry_or_of_all() {
        let both = config(
            r#"{"credHelpers": {"ghcr.io": "gh", "docker.io": "hub"}, "credsStore": "all"}"#,
        );
        assert_eq!(both.helper("ghcr.io"), Some("gh"));
        assert_eq!(both.helper("index.docker.io"), Some("hub"));
        assert_eq!(both.helper("quay.io"), Some("all"));
        assert_eq!(
            config(r#"{"credsStore": "../../bin/sh"}"#).helper("a.b"),
            None
        );
        assert_eq!(config(r#"{"credsStore": ""}"#).helper("a.b"), None);
    }
}
