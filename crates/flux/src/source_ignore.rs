//! What the artifact of a source leaves out. [pkg:sourceignore/sourceignore.go]

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use infragen_kustomize::LeftOut;
use smol_str::SmolStr;

/// Names of version control, which source-controller leaves out of every artifact, in whatever folder they are, unless
/// the source names them.
const VERSION_CONTROL: &[&str] = &[".git", ".gitignore", ".gitmodules", ".gitattributes"];

/// Names that it leaves out where the source says nothing at all: what continuous integration keeps in a repository,
/// and settings that look like manifests. A single pattern anywhere in the source stands for all of them.
/// [pkg:artifact/storage/archive.go]
const LEFT_OUT: &[&str] = &[
    ".github",
    ".circleci",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    ".goreleaser.yml",
    ".sops.yaml",
    ".flux.yaml",
];

/// Likewise the ends of names: pictures, films and archives.
const LEFT_OUT_ENDS: &[&str] = &[
    ".jpg", ".jpeg", ".gif", ".png", ".wmv", ".flv", ".tar.gz", ".zip",
];

/// The name of a file with patterns of what is left out.
pub const SOURCE_IGNORE: &str = ".sourceignore";

/// `spec.ignore` of a source: what its own manifest says that the artifact leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IgnoreField {
    /// The folder that is the top of the source.
    pub top: Utf8PathBuf,
    /// The patterns, in the syntax of git.
    pub patterns: SmolStr,
}

/// What a source leaves out: what it does by default, what its `.sourceignore` files say, and last its `spec.ignore`.
#[derive(Debug, Default)]
pub struct SourceIgnore {
    /// A matcher for each pattern, for the last that matches a path or a folder around it decides: a file can come
    /// back that is in a folder which is left out, unlike with git.
    patterns: Vec<(Utf8PathBuf, Gitignore)>,
    /// Whether there are patterns anywhere in the source.
    has_patterns: bool,
}

impl SourceIgnore {
    /// Adds the patterns of a `.sourceignore` file in a folder; those of outer folders come first, those of the source's
    /// own manifest last. A pattern that cannot be read matches nothing.
    pub fn add(&mut self, folder: &Utf8Path, text: &str) {
        for line in patterns(text) {
            self.has_patterns = true;
            let mut builder = GitignoreBuilder::new("");
            let pattern = builder
                .add_line(None, line)
                .and_then(|builder| builder.build());
            if let Ok(pattern) = pattern {
                self.patterns.push((folder.to_owned(), pattern));
            }
        }
    }

    /// Notes that there are patterns somewhere else in the source.
    pub fn add_elsewhere(&mut self) {
        self.has_patterns = true;
    }

    /// Whether the artifact has nothing at a path, and why.
    pub fn leaves_out(&self, path: &Utf8Path, is_directory: bool) -> Option<LeftOut> {
        for (folder, pattern) in self.patterns.iter().rev() {
            let Ok(below) = path.strip_prefix(folder) else {
                continue;
            };
            match pattern.matched_path_or_any_parents(below, is_directory) {
                Match::None => {}
                Match::Ignore(_) => return Some(LeftOut::ByPatterns),
                Match::Whitelist(_) => return None,
            }
        }
        let by_default = path.components().any(|part| {
            let name = part.as_str();
            let ends = || LEFT_OUT_ENDS.iter().any(|end| name.ends_with(end));
            VERSION_CONTROL.contains(&name)
                || !self.has_patterns && (LEFT_OUT.contains(&name) || ends())
        });
        by_default.then_some(LeftOut::ByDefault)
    }
}

/// Whether the text of a `.sourceignore` file has a pattern.
pub fn has_patterns(text: &str) -> bool {
    patterns(text).next().is_some()
}

fn patterns(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines();
    lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(text: &str, path: &str) -> bool {
        let mut ignore = SourceIgnore::default();
        ignore.add("apps".into(), text);
        ignore.leaves_out(path.into(), false).is_some()
    }

    #[test]
    fn the_last_pattern_decides() {
        assert!(left_out("/*\n", "apps/a.yaml"));
        assert!(!left_out("/*\n!/a.yaml\n", "apps/a.yaml"));
        assert!(left_out("!/a.yaml\n/*\n", "apps/a.yaml"));
        assert!(!left_out("x/\n!x/a.yaml\n", "apps/x/a.yaml"));
        assert!(left_out("x/\n", "apps/x/a.yaml"));
    }

    #[test]
    fn patterns_are_of_their_folder() {
        assert!(!left_out("*.yaml\n", "other/a.yaml"));
        assert!(!left_out("# *.yaml\n\n", "apps/a.yaml"));
    }

    #[test]
    fn what_is_left_out_by_default_can_come_back() {
        assert!(left_out("", "apps/.sops.yaml"));
        assert!(left_out("", ".github/workflows/a.yaml"));
        assert!(left_out("", "apps/logo.png"));
        assert!(left_out("", "apps/chart.tar.gz"));
        assert!(!left_out("", "apps/chart.gz"));
        assert!(!left_out("!.sops.yaml\n", "apps/.sops.yaml"));
    }

    #[test]
    fn a_pattern_replaces_the_defaults_but_those_of_version_control() {
        assert!(!left_out("*.md\n", "apps/.sops.yaml"));
        assert!(left_out("# none\n", "apps/.sops.yaml"));
        assert!(left_out("*.md\n", "apps/.gitattributes"));
        let mut ignore = SourceIgnore::default();
        let logo = Utf8Path::new("apps/logo.png");
        assert_eq!(ignore.leaves_out(logo, false), Some(LeftOut::ByDefault));
        ignore.add_elsewhere();
        assert_eq!(ignore.leaves_out(logo, false), None);
    }
}
