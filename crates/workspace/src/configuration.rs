//! `.infragen.yaml`: what a repository says to infragen.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_syntax::{SyntaxError, TextRange, TextSize, Tree};
use serde::Deserialize;

use crate::db::Db;
use crate::files::{Child, Root};
use crate::query::text;

/// The content of `.infragen.yaml`. Every field is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Settings {
    /// Where bundles are published, without `oci://`: `ghcr.io/acme`.
    pub registry: Option<String>,
    /// Bundles by the address that they are published at (`oci://ghcr.io/acme/web`), each with the directory that
    /// is published: a path from the root.
    pub bundles: BTreeMap<String, Utf8PathBuf>,
    /// Where registries are asked instead: a host or a repository (`ghcr.io`, `ghcr.io/acme/web`), each with another
    /// registry (`oci://mirror.example.com/ghcr`, `http://…` for one without TLS) or with a folder that is an OCI image
    /// layout, as a path from the root.
    pub mirrors: BTreeMap<String, String>,
    /// Environments by name, beside those that the repository itself shows.
    pub environments: BTreeMap<String, EnvironmentSettings>,
}

/// What is said of one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct EnvironmentSettings {
    /// The directory of its entry point, from the root; `clusters/<name>` if not given.
    pub path: Option<Utf8PathBuf>,
    /// The version of Flux that runs there: `2.8`.
    pub flux: Option<String>,
    /// Which versions it takes.
    pub class: Option<Class>,
    /// The semver range that new services get here.
    pub range: Option<String>,
    /// The `semverFilter` that new services get here.
    pub filter: Option<String>,
}

/// Which versions an environment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Releases only: `>=0.0.0`.
    Stable,
    /// Prereleases too: `>=0.0.0-0` and a filter.
    Prerelease,
    /// One version, written down.
    Pinned,
}

/// Settings that were read, and why others were not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsError {
    /// The settings; the defaults where the file is absent or broken.
    pub settings: Settings,
    /// What is wrong with the file.
    pub error: Option<SyntaxError>,
}

/// A settings file larger than this is not read: its reader is quadratic in nesting.
const MAX_BYTES: usize = 256 << 10;

/// The settings of a root, buffer over disk.
#[salsa::tracked(returns(clone))]
pub fn settings(db: &dyn Db, root: Root) -> Arc<SettingsError> {
    let file = root
        .top(db)
        .and_then(|top| match top.child(db, ".infragen.yaml") {
            Some(Child::File(file)) => Some(*file),
            _ => None,
        });
    let Some(text) = file
        .and_then(|file| text(db, file).ok())
        .filter(|text| !text.trim().is_empty())
    else {
        return Arc::default();
    };
    Arc::new(read(&text))
}

fn read(text: &str) -> SettingsError {
    let failed = |range: TextRange, message: String| SettingsError {
        settings: Settings::default(),
        error: Some(SyntaxError {
            range,
            message,
            help: None,
            is_limit: false,
        }),
    };
    if text.len() > MAX_BYTES {
        return failed(
            TextRange::empty(0.into()),
            "this file is too large for settings".to_owned(),
        );
    }
    // A file of comments only is an empty one.
    match serde_yaml::from_str::<Option<Settings>>(text) {
        Ok(settings) => {
            let mut settings = settings.unwrap_or_default();
            let error = unknown_mirror(text, &settings);
            settings.mirrors.retain(|_, place| is_known_place(place));
            SettingsError { settings, error }
        }
        Err(error) => {
            let at = error
                .location()
                .map_or(0, |location| location.index().min(text.len()));
            let at = (0..=at)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0);
            let word = text[at..]
                .find(|c: char| c.is_whitespace() || c == ':')
                .unwrap_or(text.len() - at);
            let start = TextSize::try_from(at).unwrap_or_default();
            let range = TextRange::at(start, TextSize::try_from(word).unwrap_or_default());
            let message = error.to_string();
            let message = message
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned();
            failed(range, message)
        }
    }
}

/// What an address of another registry begins with. What does not have a scheme is a folder.
pub(crate) const MIRROR_SCHEMES: [&str; 3] = ["oci://", "https://", "http://"];

/// Whether a mirror is a folder, or a registry that can be asked.
fn is_known_place(place: &str) -> bool {
    !place.contains("://") || MIRROR_SCHEMES.iter().any(|known| place.starts_with(known))
}

/// What is wrong with the first mirror that nobody can ask.
fn unknown_mirror(text: &str, settings: &Settings) -> Option<SyntaxError> {
    let mut mirrors = settings.mirrors.iter();
    let (name, place) = mirrors.find(|(_, place)| !is_known_place(place))?;
    let tree = Tree::parse(text);
    let root = tree.documents().next()?.root()?;
    let value = root.at(&["mirrors", name])?;
    let (scheme, _) = place.split_once("://")?;
    Some(SyntaxError {
        range: value.content_range(),
        message: format!("a mirror at `{scheme}://` cannot be asked"),
        help: Some(
            "write `oci://mirror.example.com/path`, `http://…` for one without TLS, or the path of a folder"
                .into(),
        ),
        is_limit: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_a_registry_or_a_folder() {
        let text =
            "mirrors:\n  ghcr.io: ./registry\n  quay.io: ftp://ada:secret@a.b\n  a.b: http://c.d\n";
        let read = read(text);
        let error = read.error.unwrap();
        assert_eq!(error.message, "a mirror at `ftp://` cannot be asked");
        assert_eq!(&text[error.range], "ftp://ada:secret@a.b");
        // The others count.
        let names: Vec<_> = read.settings.mirrors.keys().collect();
        assert_eq!(names, ["a.b", "ghcr.io"]);
    }

    #[test]
    fn reads_environments() {
        let read = read(
            "registry: ghcr.io/acme\nenvironments:\n  production: {class: stable}\n  preview:\n    path: fleet/preview\n",
        );
        assert_eq!(read.error, None);
        assert_eq!(read.settings.registry.as_deref(), Some("ghcr.io/acme"));
        assert_eq!(
            read.settings.environments["production"].class,
            Some(Class::Stable)
        );
    }

    #[test]
    fn an_unknown_key_is_told_with_its_place() {
        let text = "registry: a\nenvironment: {}\n";
        let error = read(text).error.unwrap();
        assert!(
            error.message.contains("unknown field `environment`"),
            "{}",
            error.message
        );
    }

    #[test]
    fn comments_only_are_no_error() {
        assert_eq!(read("# nothing yet\n").error, None);
    }
}
