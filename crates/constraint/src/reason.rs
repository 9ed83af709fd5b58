//! Reasons in words.

use crate::choice::{Choice, Reading, Selection, Verdict};
use crate::constraint::Constraint;
use crate::error::VersionError;
use crate::judge::{Exclusion, Place};

impl Selection {
    /// Why a tag of a choice is what it is, as a clause without a full stop. `tags` are those that were chosen
    /// from.
    pub fn reason<T: AsRef<str>>(&self, choice: &Choice, tags: &[T], number: usize) -> String {
        let tag = |number: usize| tags.get(number).map_or("", AsRef::as_ref);
        let chosen = || choice.chosen.map_or("", tag);
        match choice.verdicts.get(number) {
            None => String::new(),
            Some(Verdict::Chosen) if choice.ambiguous => {
                "the newest in the range, but others are the same version".to_owned()
            }
            Some(Verdict::Chosen) => "the newest in the range".to_owned(),
            Some(Verdict::Older) => format!("older than `{}`", chosen()),
            Some(Verdict::Equal) if choice.ambiguous => format!(
                "the same version as `{}`, and Flux may take either",
                chosen()
            ),
            Some(Verdict::Equal) => format!(
                "the same version as `{}`, which comes first in the registry",
                chosen()
            ),
            Some(refused) => self.refused(refused, tag(number)).unwrap_or_default(),
        }
    }

    /// Why a tag is not taken whatever others there are, as a clause without a full stop; none where it is in the
    /// range.
    ///
    /// ```
    /// use infragen_constraint::{Flux, Selection};
    ///
    /// let selection = Selection::parse("^1", None, Flux::V2_9).unwrap();
    /// assert_eq!(selection.refusal("1.4.2"), None);
    /// assert_eq!(selection.refusal("2.0.0").unwrap(), "above the range: too new for `^1`");
    /// ```
    pub fn refusal(&self, tag: &str) -> Option<String> {
        let (verdict, _) = self.judge(tag);
        self.refused(&verdict, tag)
    }

    fn refused(&self, verdict: &Verdict, tag: &str) -> Option<String> {
        Some(match verdict {
            Verdict::Chosen | Verdict::Older | Verdict::Equal => return None,
            Verdict::Excluded(Exclusion::Prerelease(place)) => self.prerelease(*place, tag),
            Verdict::Excluded(exclusion) => self.range.reason(*exclusion),
            Verdict::LeftOut => "it is left out by an expression".to_owned(),
            Verdict::Filtered => "the filter does not match it".to_owned(),
            Verdict::NotAVersion(error) => self.no_version(error, tag),
        })
    }

    /// Why a tag is no version. What is one to others may be none to Helm, and of an `ImagePolicy` it is not the tag
    /// that is read.
    fn no_version(&self, error: &VersionError, tag: &str) -> String {
        match (error, self.extracted(tag)) {
            (_, Some(empty)) if empty.is_empty() => {
                "what is extracted from it is empty, which is no version".to_owned()
            }
            (_, Some(extracted)) if extracted != tag => {
                format!("`{extracted}` is extracted from it, which is no version: {error}")
            }
            (VersionError::NoNumber, _) if self.is_chart_behind_v(tag) => {
                "Helm takes no `v` before the version of a chart in a registry".to_owned()
            }
            (VersionError::LeadingZero(range), _) if self.reading == Reading::Chart => format!(
                "a number begins with 0, which Helm does not take of a chart in a registry (at character {})",
                range.start + 1
            ),
            _ => error.to_string(),
        }
    }

    fn is_chart_behind_v(&self, tag: &str) -> bool {
        let behind = tag.strip_prefix('v');
        self.reading == Reading::Chart && behind.is_some_and(|tag| self.version(tag).is_ok())
    }

    /// Why a prerelease is not taken, and what would take it.
    fn prerelease(&self, place: Place, tag: &str) -> String {
        let why = self.range.reason(Exclusion::Prerelease(place));
        let Ok(mut version) = self.version(tag) else {
            return why;
        };
        match &self.wider {
            Some(wider) if wider.matches(&version) => format!("{why}; `{}` takes it", wider.text),
            _ => {
                // Metadata does not count.
                version.build = semver::BuildMetadata::EMPTY;
                let range = self.range.text.trim();
                format!("{why}; `{range} || {version}` takes it")
            }
        }
    }
}

impl Constraint {
    /// A reason of this constraint in words.
    pub fn reason(&self, exclusion: Exclusion) -> String {
        let written = |place: Place| {
            let group = self.groups.get(place.group);
            let comparator = group.and_then(|group| group.comparators.get(place.comparator));
            comparator.map_or("", |comparator| self.written(comparator))
        };
        match exclusion {
            Exclusion::Below(place) => format!("below the range: too old for `{}`", written(place)),
            Exclusion::Above(place) => format!("above the range: too new for `{}`", written(place)),
            Exclusion::Between { above, below } => format!(
                "between the ranges: too new for `{}`, too old for `{}`",
                written(above),
                written(below)
            ),
            Exclusion::Named(place) => format!("excluded by `{}`", written(place)),
            Exclusion::Prerelease(_) if self.flux.group_decides() => {
                "prereleases are not asked for".to_owned()
            }
            Exclusion::Prerelease(place) => {
                format!("`{}` does not ask for prereleases", written(place))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Flux;

    fn reasons(range: &str, flux: Flux, tags: &[&str]) -> Vec<String> {
        let selection = Selection::parse(range, Some("[0-9l]"), flux).unwrap();
        let choice = selection.choose(tags);
        let numbers = 0..tags.len();
        numbers
            .map(|number| selection.reason(&choice, tags, number))
            .collect()
    }

    #[test]
    fn every_verdict_has_its_reason() {
        assert_eq!(
            reasons(
                ">=1.2 !=1.4.0 <2.0.0 || ^3",
                Flux::V2_9,
                &[
                    "1.5.0",
                    "v1.5.0",
                    "1.3.0",
                    "1.4.0",
                    "1.0.0",
                    "2.1.0",
                    "4.0.0",
                    "1.6.0-rc.1",
                    "next",
                    "latest",
                ]
            ),
            [
                "the newest in the range",
                "the same version as `1.5.0`, which comes first in the registry",
                "older than `1.5.0`",
                "excluded by `!=1.4.0`",
                "below the range: too old for `>=1.2`",
                "between the ranges: too new for `<2.0.0`, too old for `^3`",
                "above the range: too new for `^3`",
                "prereleases are not asked for; `>=1.2-0 !=1.4.0 <2.0.0-0 || ^3-0` takes it",
                "the filter does not match it",
                "a version begins with a number, perhaps behind a `v`",
            ]
        );
    }

    #[test]
    fn what_takes_a_prerelease() {
        let of = |range, flux, tag| reasons(range, flux, &[tag]).remove(0);
        assert_eq!(
            of("<=2.0.0", Flux::V2_9, "2.0.0-rc.1+b"),
            "prereleases are not asked for; `<=2.0.0 || 2.0.0-rc.1` takes it"
        );
        assert_eq!(
            of(">=1.0.0-0 <2.0.0", Flux::V2_6, "1.1.0-rc.1"),
            "`<2.0.0` does not ask for prereleases; `>=1.0.0-0 <2.0.0-0` takes it"
        );
        // It would be outside in any case.
        assert_eq!(
            of("^2", Flux::V2_9, "2.0.0-rc.1"),
            "below the range: too old for `^2`"
        );
    }

    #[test]
    fn helm_says_what_it_does_not_take() {
        let mut charts = Selection::parse(">=1.0.0", None, Flux::V2_9).unwrap();
        charts.reading = Reading::Chart;
        let refusal = |tag| charts.refusal(tag).unwrap();
        assert_eq!(
            refusal("v1.5.0"),
            "Helm takes no `v` before the version of a chart in a registry"
        );
        assert_eq!(
            refusal("1.05.0"),
            "a number begins with 0, which Helm does not take of a chart in a registry (at character 3)"
        );
        assert_eq!(
            refusal("vnext"),
            "a version begins with a number, perhaps behind a `v`"
        );
    }

    #[test]
    fn what_is_extracted_is_no_version() {
        let refusal = |extract: &str, tag| {
            let mut images = Selection::parse("*", Some("^(.*?)-?v.*$"), Flux::V2_9).unwrap();
            images.reading = Reading::Extract(extract.to_owned());
            images.refusal(tag).unwrap()
        };
        assert_eq!(
            refusal("$nope", "v1.0.0"),
            "what is extracted from it is empty, which is no version"
        );
        assert_eq!(
            refusal("$1", "main-v1.0.0"),
            "`main` is extracted from it, which is no version: a version begins with a number, perhaps behind a `v`"
        );
        assert_eq!(
            refusal("$0", "v1"),
            "a version has three numbers, as in 1.2.3"
        );
    }

    #[test]
    fn equal_tags_among_many_are_not_decided() {
        let mut tags = vec!["1.0.0", "v1.0.0"];
        tags.extend(["0.1.0"; 11]);
        let reasons = reasons("*", Flux::V2_9, &tags);
        assert_eq!(
            reasons[..2],
            [
                "the newest in the range, but others are the same version",
                "the same version as `1.0.0`, and Flux may take either"
            ]
        );
    }
}
