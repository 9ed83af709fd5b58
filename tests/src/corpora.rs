//! The real repositories that some suites need; they are not part of this project.

use camino::{Utf8Path, Utf8PathBuf};

/// The folder that holds `corpora/` and `conformance/`: `INFRAGEN_SHARED`, or `../shared` beside the
/// checkout.
pub fn shared() -> Option<Utf8PathBuf> {
    let named = std::env::var("INFRAGEN_SHARED").ok().map(Utf8PathBuf::from);
    let beside = Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()?
        .parent()?
        .join("shared");
    named
        .into_iter()
        .chain([beside])
        .find(|folder| folder.join("corpora").is_dir())
}

/// The folders of the real repositories, in order of name.
pub fn corpora() -> Vec<Utf8PathBuf> {
    let Some(folder) = shared().map(|shared| shared.join("corpora")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = folder
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(camino::Utf8DirEntry::into_path))
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// The files of a corpus's commit that were not copied, because they are not YAML: a suite lets them stand
/// in as empty ones.
pub fn not_copied(corpus: &Utf8Path) -> Vec<Utf8PathBuf> {
    let list = std::fs::read_to_string(corpus.join("FILELIST.txt")).unwrap_or_default();
    list.lines()
        .filter_map(|line| line.splitn(3, ' ').nth(2))
        // Names outside of ASCII stand in quotes; no YAML of the corpora names one.
        .filter(|path| !path.starts_with('"'))
        .map(|path| corpus.join(path))
        .filter(|path| !path.exists())
        .collect()
}

/// Like [`corpora`], for a suite that needs them: where they are absent it says so, and fails if
/// `INFRAGEN_REQUIRE_ORACLES=1`.
///
/// # Panics
/// Where they are absent and required.
#[allow(clippy::print_stderr, clippy::panic)] // a skip that nobody sees would count as passed
pub fn corpora_or_skip(suite: &str) -> Vec<Utf8PathBuf> {
    let found = corpora();
    if found.is_empty() {
        skip(
            suite,
            "the corpora are not beside this checkout (INFRAGEN_SHARED)",
        );
    }
    found
}

/// Says that a suite is skipped, or fails where nothing may be.
///
/// # Panics
/// If `INFRAGEN_REQUIRE_ORACLES=1`.
#[allow(clippy::print_stderr, clippy::panic)] // see above
pub fn skip(suite: &str, why: &str) {
    let required = std::env::var("INFRAGEN_REQUIRE_ORACLES").is_ok_and(|value| value == "1");
    if required {
        panic!("{suite} must not be skipped here: {why}");
    }
    eprintln!("SKIPPED {suite}: {why}");
}

/// Says that a suite is skipped for want of a program that nobody needs to have: no failure, also where all others
/// are required.
#[allow(clippy::print_stderr)] // see above
pub fn skip_optional(suite: &str, why: &str) {
    eprintln!("SKIPPED {suite}: {why}");
}
