//! Which versions of a bundle an environment takes.

use infragen_constraint::{Constraint, place};
use infragen_go_regex::GoRegex;
use infragen_workspace::{Class, EnvironmentSettings};
use serde::Serialize;

use crate::refusal::Refusal;

/// What was asked for; what is left out is decided by the settings, the siblings and the name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionChoice {
    /// Which versions the environment takes.
    pub class: Option<Class>,
    /// The semver range; of the class `pinned`, the tag.
    pub range: Option<String>,
    /// The `semverFilter`.
    pub filter: Option<String>,
}

/// `spec.ref` of an OCIRepository, as far as a class says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Versions {
    Range {
        semver: String,
        filter: Option<String>,
    },
    Tag(String),
}

/// A key of `spec.ref` in a patch; no value takes away what the base says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RefEntry {
    key: &'static str,
    value: Option<String>,
}

const STABLE: &str = ">=0.0.0";
const PRERELEASE: &str = ">=0.0.0-0";

/// The class of an environment that nobody says otherwise about.
pub(crate) fn class_of(environment: &str) -> Class {
    let name = environment.to_ascii_lowercase();
    if name.starts_with("prod") || name == "live" {
        Class::Stable
    } else {
        Class::Prerelease
    }
}

impl VersionChoice {
    /// Refuses values that the environment cannot take; what only some class takes is looked at where the
    /// class is known.
    pub(crate) fn check(&self, class: Option<Class>) -> Result<(), Refusal> {
        for (option, value) in [("range", &self.range), ("filter", &self.filter)] {
            let Some(value) = value else { continue };
            if value.trim().is_empty() {
                return Err(Refusal::new(format!("the {option} is empty"))
                    .help(format!("give --{option} a value, or leave it out")));
            }
            if value.chars().any(char::is_control) {
                return Err(Refusal::new(format!(
                    "the {option} holds a control character"
                )));
            }
        }
        if let Some(filter) = &self.filter {
            check_filter(filter, "--filter")?;
        }
        match &self.range {
            Some(range) if class.is_some_and(|class| class != Class::Pinned) => {
                check_range(range, "--range")
            }
            _ => Ok(()),
        }
    }

    /// The versions for an environment. `sibling_filter` is the filter that other services have there.
    pub(crate) fn versions(
        &self,
        environment: &str,
        settings: Option<&EnvironmentSettings>,
        sibling_filter: Option<String>,
    ) -> Result<Versions, Refusal> {
        let named = class_of(environment);
        let settled = settings.and_then(|settings| settings.class);
        let class = self.class.or(settled).unwrap_or(named);
        // What the settings say of another class than the chosen one does not fit it.
        let settings = settings.filter(|_| class == settled.unwrap_or(named));
        let in_settings = |key| format!("the {key} of `{environment}` in .infragen.yaml");
        let settled_range = settings.and_then(|settings| settings.range.clone());
        let settled_filter = settings.and_then(|settings| settings.filter.clone());
        if class != Class::Pinned {
            match (&self.range, &settled_range) {
                (Some(range), _) => check_range(range, "--range")?,
                (None, Some(range)) => check_range(range, &in_settings("range"))?,
                (None, None) => {}
            }
            match (&self.filter, &settled_filter) {
                (Some(filter), _) => check_filter(filter, "--filter")?,
                (None, Some(filter)) => check_filter(filter, &in_settings("filter"))?,
                (None, None) => {}
            }
        }
        let range = self.range.clone().or(settled_range);
        let filter = self.filter.clone().or(settled_filter);
        Ok(match class {
            Class::Pinned => {
                if self.filter.is_some() {
                    return Err(Refusal::new("a filter means nothing beside a tag")
                        .help("leave --filter out, or choose the class prerelease"));
                }
                let Some(tag) = range else {
                    return Err(Refusal::new(format!(
                        "`{environment}` is pinned, and no tag is given"
                    ))
                    .help("say which: --range 1.4.2"));
                };
                check_tag(&tag)?;
                Versions::Tag(tag)
            }
            Class::Stable => Versions::Range {
                semver: range.unwrap_or_else(|| STABLE.to_owned()),
                filter,
            },
            Class::Prerelease => {
                if let (None, Some(filter)) = (&filter, &sibling_filter) {
                    let whose = format!("the filter of the other services in `{environment}`");
                    check_filter(filter, &whose)?;
                }
                Versions::Range {
                    semver: range.unwrap_or_else(|| PRERELEASE.to_owned()),
                    filter: filter
                        .or(sibling_filter)
                        .or_else(|| Some(filter_of(environment))),
                }
            }
        })
    }
}

/// The prereleases that are published for an environment: `1.4.0-preview-7`. Flux searches with it
/// unanchored (RE2).
pub(crate) fn filter_of(environment: &str) -> String {
    let mut escaped = String::new();
    for letter in environment.chars() {
        if !letter.is_ascii_alphanumeric() && !"-_".contains(letter) && letter.is_ascii() {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    format!(".*-{escaped}-.*")
}

/// Refuses what Flux does not read as `semver`, and what takes no version. `whose` says where it stands.
fn check_range(range: &str, whose: &str) -> Result<(), Refusal> {
    let help = "write it as in `>=1.2.0 <2.0.0`, `~1.4` or `^1 || ^2`";
    match range.parse::<Constraint>() {
        Err(error) => Err(Refusal::new(format!(
            "{whose} is no range of versions: {} ({})",
            error.message,
            place(range, error.range.start)
        ))
        .help(help)),
        Ok(read) if read.is_empty() => {
            Err(Refusal::new(format!("{whose} takes no version: `{range}`")).help(help))
        }
        Ok(_) => Ok(()),
    }
}

/// Refuses what Flux does not read as `semverFilter`.
fn check_filter(filter: &str, whose: &str) -> Result<(), Refusal> {
    let Err(error) = GoRegex::new(filter) else {
        return Ok(());
    };
    Err(Refusal::new(format!(
        "{whose} is no regular expression: {} ({})",
        error.message,
        place(filter, error.range.start)
    ))
    .help("Flux reads it as Go does (RE2): write it as in `.*-preview-.*`"))
}

/// The grammar of tags in the OCI distribution specification.
fn check_tag(tag: &str) -> Result<(), Refusal> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let first_fits = !tag.starts_with(['.', '-']);
    if tag.len() <= 128 && first_fits && tag.chars().all(allowed) {
        return Ok(());
    }
    Err(Refusal::new(format!(
        "`{tag}` is no tag, and a pinned environment takes one"
    ))
    .help("give --range a single tag such as 1.4.2, or choose another class"))
}

impl Versions {
    /// In words, for a comment.
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Tag(_) => "this one, until somebody writes another",
            Self::Range {
                filter: Some(_), ..
            } => "those in the range that pass the filter, the highest of them",
            Self::Range { filter: None, .. } => "those in the range, the highest of them",
        }
    }

    /// The entries of `spec.ref` that make it so over a base whose `spec.ref` has the given keys. A
    /// strategic merge keeps the keys of the base beside those of the patch, and Flux takes the digest
    /// before the semver range before the tag: what the base says beyond the patch is taken away.
    pub fn over(&self, base: &[String]) -> Vec<RefEntry> {
        let mut entries: Vec<RefEntry> = match self {
            Self::Tag(tag) => vec![("tag", tag)],
            Self::Range {
                semver,
                filter: Some(filter),
            } => vec![("semver", semver), ("semverFilter", filter)],
            Self::Range {
                semver,
                filter: None,
            } => vec![("semver", semver)],
        }
        .into_iter()
        .map(|(key, value)| RefEntry {
            key,
            value: Some(value.clone()),
        })
        .collect();
        for key in ["digest", "semver", "semverFilter", "tag"] {
            let said = entries.iter().any(|entry| entry.key == key);
            if !said && base.iter().any(|other| other == key) {
                entries.push(RefEntry { key, value: None });
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(class: Option<Class>, range: Option<&str>, filter: Option<&str>) -> VersionChoice {
        VersionChoice {
            class,
            range: range.map(str::to_owned),
            filter: filter.map(str::to_owned),
        }
    }

    fn entries(versions: &Versions, base: &[&str]) -> Vec<(&'static str, Option<String>)> {
        let base: Vec<String> = base.iter().map(ToString::to_string).collect();
        let entries = versions.over(&base).into_iter();
        entries.map(|entry| (entry.key, entry.value)).collect()
    }

    fn range(semver: &str, filter: Option<&str>) -> Versions {
        Versions::Range {
            semver: semver.to_owned(),
            filter: filter.map(str::to_owned),
        }
    }

    #[test]
    fn the_name_decides_the_class() {
        for name in ["prod", "prod-eu", "production", "live", "Production"] {
            assert_eq!(class_of(name), Class::Stable, "{name}");
        }
        for name in ["staging", "preview", "nonprod", "liverpool", "test"] {
            assert_eq!(class_of(name), Class::Prerelease, "{name}");
        }
    }

    #[test]
    fn stable_takes_releases_and_prerelease_filters() {
        let none = VersionChoice::default();
        assert_eq!(
            none.versions("production", None, Some("x".into())),
            Ok(range(">=0.0.0", None))
        );
        assert_eq!(
            none.versions("preview", None, None),
            Ok(range(">=0.0.0-0", Some(".*-preview-.*")))
        );
        assert_eq!(
            none.versions("preview", None, Some("-rc".into())),
            Ok(range(">=0.0.0-0", Some("-rc")))
        );
    }

    #[test]
    fn what_is_said_wins() {
        let stable = choice(Some(Class::Stable), Some("^1"), Some("lts"));
        assert_eq!(
            stable.versions("preview", None, Some("x".into())),
            Ok(range("^1", Some("lts")))
        );
    }

    #[test]
    fn settings_come_before_the_name_but_only_for_their_class() {
        let settings = EnvironmentSettings {
            class: Some(Class::Stable),
            range: Some("~1.2".to_owned()),
            ..EnvironmentSettings::default()
        };
        let none = VersionChoice::default();
        assert_eq!(
            none.versions("preview", Some(&settings), None),
            Ok(range("~1.2", None))
        );
        let other = choice(Some(Class::Prerelease), None, None);
        assert_eq!(
            other.versions("preview", Some(&settings), None),
            Ok(range(">=0.0.0-0", Some(".*-preview-.*")))
        );
    }

    #[test]
    fn pinned_needs_a_tag_and_no_filter() {
        let pinned = |range, filter| {
            choice(Some(Class::Pinned), range, filter).versions("preview", None, None)
        };
        assert_eq!(
            pinned(Some("1.4.2"), None),
            Ok(Versions::Tag("1.4.2".into()))
        );
        assert!(pinned(None, None).is_err());
        assert!(pinned(Some(">=1"), None).is_err());
        assert!(pinned(Some("1.4.2"), Some("x")).is_err());
    }

    #[test]
    fn a_tag_over_a_range_takes_the_range_away() {
        let tag = Versions::Tag("1.0.0".into());
        assert_eq!(
            entries(&tag, &["semver", "semverFilter"]),
            [
                ("tag", Some("1.0.0".into())),
                ("semver", None),
                ("semverFilter", None)
            ]
        );
        assert_eq!(
            entries(&range("^1", None), &["semver", "semverFilter", "digest"]),
            [
                ("semver", Some("^1".into())),
                ("digest", None),
                ("semverFilter", None)
            ]
        );
        assert_eq!(
            entries(&range("^1", Some("a")), &["tag"]),
            [
                ("semver", Some("^1".into())),
                ("semverFilter", Some("a".into())),
                ("tag", None)
            ]
        );
    }

    #[test]
    fn a_name_in_a_filter_stands_for_itself() {
        assert_eq!(filter_of("pr.1"), ".*-pr\\.1-.*");
    }

    #[test]
    fn empty_and_control_characters_are_refused() {
        assert!(choice(None, Some(" "), None).check(None).is_err());
        assert!(choice(None, None, Some("a\nb")).check(None).is_err());
    }

    #[test]
    fn a_range_is_one_for_flux() {
        let said = |range| {
            let refusal = choice(None, Some(range), None).versions("preview", None, None);
            refusal.unwrap_err().message
        };
        assert_eq!(
            said("nope"),
            "--range is no range of versions: `nope` is no version (at character 1 of `nope`)"
        );
        assert_eq!(
            said("^1 ||"),
            "--range is no range of versions: nothing stands behind `||` (at the end of `^1 ||`)"
        );
        assert_eq!(
            said("1 def"),
            "--range is no range of versions: `def` is no version (at character 3 of `1 def`)"
        );
        for range in ["~1.4", ">=1.0.0-0, <2", "1 - 2 || *", "1.x-0"] {
            let versions = choice(None, Some(range), None).versions("preview", None, None);
            assert!(versions.is_ok(), "{range}");
        }
        // The tag of a pinned environment is no range.
        let latest = choice(Some(Class::Pinned), Some("latest"), None);
        assert_eq!(latest.check(Some(Class::Pinned)), Ok(()));
        assert!(latest.check(Some(Class::Stable)).is_err());
        assert!(latest.versions("preview", None, None).is_ok());
    }

    #[test]
    fn a_range_takes_something() {
        let refusal = choice(None, Some(">2 <1"), None).versions("preview", None, None);
        let message = refusal.unwrap_err().message;
        assert_eq!(message, "--range takes no version: `>2 <1`");
    }

    #[test]
    fn a_filter_is_one_for_go() {
        let said = |filter| choice(None, None, Some(filter)).check(None).unwrap_err();
        assert!(
            said("[")
                .message
                .starts_with("--filter is no regular expression: ")
        );
        assert!(said("a(?=x)").message.ends_with("of `a(?=x)`)"));
        assert!(said("(?=x)").help.unwrap().contains("RE2"));
        for filter in [".*-preview-.*", "^v\\d+", "(?i)rc", "\\pL"] {
            assert_eq!(choice(None, None, Some(filter)).check(None), Ok(()));
        }
    }

    #[test]
    fn what_others_say_is_read_too() {
        let settings = |range: Option<&str>, filter: Option<&str>| EnvironmentSettings {
            range: range.map(str::to_owned),
            filter: filter.map(str::to_owned),
            ..EnvironmentSettings::default()
        };
        let none = VersionChoice::default();
        let said = |settings: EnvironmentSettings| {
            let refusal = none.versions("preview", Some(&settings), None);
            refusal.unwrap_err().message
        };
        assert!(
            said(settings(Some("=="), None))
                .starts_with("the range of `preview` in .infragen.yaml is no range of versions: ")
        );
        assert!(
            said(settings(None, Some("*"))).starts_with(
                "the filter of `preview` in .infragen.yaml is no regular expression: "
            )
        );
        let sibling = none.versions("preview", None, Some("[".to_owned()));
        assert!(
            sibling
                .unwrap_err()
                .message
                .starts_with("the filter of the other services in `preview`")
        );
        // What is not used is not looked at.
        let chosen = choice(None, Some("1"), Some("x"));
        let versions = chosen.versions("preview", Some(&settings(Some("=="), Some("*"))), None);
        assert_eq!(versions, Ok(range("1", Some("x"))));
    }
}
