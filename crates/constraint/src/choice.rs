//! Which of many tags Flux takes.

use std::cmp::Ordering;

use infragen_go_regex::GoRegex;
use semver::Version;

use crate::constraint::Constraint;
use crate::error::{SyntaxError, VersionError};
use crate::flux::Flux;
use crate::judge::Exclusion;
use crate::order::compare;
use crate::version::{strict_version, tag_version};

/// `semver` and `semverFilter` of an `OCIRepository`: what chooses a tag.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The range, with the release of Flux whose rules count.
    pub range: Constraint,
    /// The filter: a regular expression of Go that may match anywhere in a tag.
    pub filter: Option<GoRegex>,
    /// Expressions of tags that are left out before anything else is asked of them, as by `exclusionList` of an
    /// `ImageRepository`.
    pub excluded: Vec<GoRegex>,
    /// How a version is read from a tag.
    pub reading: Reading,
    /// The range that takes prereleases too, where there is one: reasons tell it again and again.
    pub(crate) wider: Option<Constraint>,
}

/// How a version is read from a tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Reading {
    /// As Flux reads the tags of artifacts: the tag is the version.
    #[default]
    Plain,
    /// As Flux reads the tags of an `OCIRepository` that takes the layer of a chart: `_` stands for `+`.
    Underscores,
    /// As Helm lists the charts of a registry for a `HelmRelease`: strict versions without `v`, and `_` stands for
    /// `+`. [helm:pkg/registry/client.go Tags]
    Chart,
    /// As an `ImagePolicy` with `filterTags.extract` does: the version is this, with `$name` and `$1` filled in
    /// from what the filter matches. [image-reflector-controller:internal/policy/filter.go]
    Extract(String),
}

/// Why there can be no selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionError {
    /// The range is empty, which counts as no range: Flux takes `tag` then, or the tag `latest`.
    NoRange,
    /// The range cannot be read.
    Range(SyntaxError),
    /// The filter cannot be read.
    Filter(infragen_go_regex::SyntaxError),
}

/// What became of each tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The number of the tag that Flux takes.
    pub chosen: Option<usize>,
    /// Whether another tag is the same version and nobody can say which of them Flux takes; see
    /// [`MAX_STABLE`].
    pub ambiguous: bool,
    /// For each tag, in the order of the tags.
    pub verdicts: Vec<Verdict>,
}

/// What became of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Flux takes it.
    Chosen,
    /// It is in the range, and older than the chosen one.
    Older,
    /// It is in the range and the same version as the chosen one, which differs in `v`, leading zeros or
    /// metadata only.
    Equal,
    /// It is not in the range.
    Excluded(Exclusion),
    /// An expression leaves it out.
    LeftOut,
    /// The filter does not match it.
    Filtered,
    /// It is no version.
    NotAVersion(VersionError),
}

/// So many matching tags are sorted in a way that lets the first of equal ones win. With more of them Go's sort
/// may put equal ones in any order.
pub const MAX_STABLE: usize = 12;

impl Selection {
    /// Reads a range and a filter; an empty filter keeps every tag.
    ///
    /// # Errors
    ///
    /// Says which of the two is wrong, and where.
    pub fn parse(range: &str, filter: Option<&str>, flux: Flux) -> Result<Self, SelectionError> {
        if range.is_empty() {
            return Err(SelectionError::NoRange);
        }
        // Flux reads the filter first.
        let filter = filter.filter(|filter| !filter.is_empty());
        let filter = filter.map(GoRegex::new).transpose();
        let filter = filter.map_err(SelectionError::Filter)?;
        let range = Constraint::parse(range, flux).map_err(SelectionError::Range)?;
        let wider = range.with_prereleases();
        Ok(Self {
            wider: wider.and_then(|wider| Constraint::parse(&wider, flux).ok()),
            range,
            filter,
            excluded: Vec::new(),
            reading: Reading::Plain,
        })
    }

    /// Chooses a tag. They come in the order of the registry, which decides among equal ones.
    ///
    /// ```
    /// use infragen_constraint::{Flux, Selection, Verdict};
    ///
    /// let selection = Selection::parse("^1", None, Flux::V2_9).unwrap();
    /// let tags = ["1.0.0", "1.4.2", "1.5.0-rc.1", "2.0.0", "latest"];
    /// let choice = selection.choose(&tags);
    /// assert_eq!(choice.chosen, Some(1));
    /// assert_eq!(choice.verdicts[0], Verdict::Older);
    /// assert_eq!(
    ///     selection.reason(&choice, &tags, 2),
    ///     "prereleases are not asked for; `^1-0` takes it"
    /// );
    /// ```
    pub fn choose<T: AsRef<str>>(&self, tags: &[T]) -> Choice {
        let mut verdicts = Vec::with_capacity(tags.len());
        let mut best: Option<(usize, Version)> = None;
        let mut matching = 0;
        let mut equals: Vec<usize> = Vec::new();
        for (number, tag) in tags.iter().enumerate() {
            let (verdict, version) = self.judge(tag.as_ref());
            verdicts.push(verdict);
            let Some(version) = version else { continue };
            matching += 1;
            let order = best
                .as_ref()
                .map_or(Ordering::Greater, |(_, best)| compare(&version, best));
            match order {
                Ordering::Greater => {
                    best = Some((number, version));
                    equals.clear();
                }
                Ordering::Equal => equals.push(number),
                Ordering::Less => {}
            }
        }
        for equal in &equals {
            verdicts[*equal] = Verdict::Equal;
        }
        let chosen = best.map(|(number, _)| number);
        if let Some(chosen) = chosen {
            verdicts[chosen] = Verdict::Chosen;
        }
        Choice {
            chosen,
            ambiguous: !equals.is_empty() && matching > MAX_STABLE,
            verdicts,
        }
    }

    /// Whether neither the filter nor an expression keeps the range from taking a tag.
    pub fn admits(&self, tag: &str) -> bool {
        !self.is_left_out(tag) && self.passes_filter(tag)
    }

    fn is_left_out(&self, tag: &str) -> bool {
        self.excluded.iter().any(|excluded| excluded.is_match(tag))
    }

    fn passes_filter(&self, tag: &str) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter.is_match(tag))
    }

    /// What becomes of a tag, and its version where it is in the range; among those the choice is made later.
    pub(crate) fn judge(&self, tag: &str) -> (Verdict, Option<Version>) {
        if self.is_left_out(tag) {
            return (Verdict::LeftOut, None);
        }
        if !self.passes_filter(tag) {
            return (Verdict::Filtered, None);
        }
        match self.version(tag) {
            Err(error) => (Verdict::NotAVersion(error), None),
            Ok(version) => match self.range.exclusion(&version) {
                Some(exclusion) => (Verdict::Excluded(exclusion), None),
                None => (Verdict::Older, Some(version)),
            },
        }
    }

    /// The version that a tag stands for.
    ///
    /// # Errors
    ///
    /// Says why it is none.
    pub fn version(&self, tag: &str) -> Result<Version, VersionError> {
        let flux = self.range.flux;
        match &self.reading {
            Reading::Plain => tag_version(tag, flux),
            Reading::Underscores => tag_version(&tag.replace('_', "+"), flux),
            Reading::Chart => strict_version(&tag.replace('_', "+"), flux),
            Reading::Extract(_) => tag_version(self.extracted(tag).as_deref().unwrap_or(tag), flux),
        }
    }

    /// What an `ImagePolicy` extracts of a tag; none where it extracts nothing and the tag itself counts.
    pub(crate) fn extracted(&self, tag: &str) -> Option<String> {
        match &self.reading {
            Reading::Extract(template) => self.filter.as_ref()?.expand(tag, template),
            _ => None,
        }
    }
}

impl std::fmt::Display for SelectionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoRange => {
                f.write_str("the range is empty, so Flux takes `tag`, or the tag `latest`")
            }
            Self::Range(error) => write!(f, "this is no range: {error}"),
            Self::Filter(error) => write!(f, "the filter is no regular expression: {error}"),
        }
    }
}

impl std::error::Error for SelectionError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(range: &str, filter: Option<&str>) -> Selection {
        Selection::parse(range, filter, Flux::V2_9).unwrap()
    }

    fn chosen<'t>(selection: &Selection, tags: &[&'t str]) -> Option<&'t str> {
        selection.choose(tags).chosen.map(|number| tags[number])
    }

    #[test]
    fn the_newest_wins_as_it_is_spelt() {
        let all = selection(">=0.0.0", None);
        assert_eq!(
            chosen(&all, &["1.9.0", "v1.10.0", "1.2.0"]),
            Some("v1.10.0")
        );
        assert_eq!(
            chosen(&all, &["2025.02.03", "2025.1.9"]),
            Some("2025.02.03")
        );
        assert_eq!(chosen(&all, &["latest", "1.2"]), None);
        assert_eq!(chosen(&all, &[]), None);
    }

    #[test]
    fn the_filter_may_match_anywhere() {
        let preview = selection(">=0.0.0-0", Some("-preview-"));
        let tags = ["1.0.0", "1.1.0-preview-7", "1.1.0-rc.1"];
        assert_eq!(chosen(&preview, &tags), Some("1.1.0-preview-7"));
        assert_eq!(preview.choose(&tags).verdicts[0], Verdict::Filtered);
        let empty = selection(">=0.0.0-0", Some(""));
        assert_eq!(chosen(&empty, &tags), Some("1.1.0-rc.1"));
    }

    #[test]
    fn the_first_of_equal_ones_wins() {
        let all = selection("*", None);
        let mut tags = vec!["1.0.0+b", "v1.0.0", "1.0.0", "0.1.0"];
        let choice = all.choose(&tags);
        assert_eq!(choice.chosen, Some(0));
        assert!(!choice.ambiguous);
        assert_eq!(
            choice.verdicts,
            [
                Verdict::Chosen,
                Verdict::Equal,
                Verdict::Equal,
                Verdict::Older
            ]
        );
        tags.extend(["0.2.0"; 8]);
        assert!(!all.choose(&tags).ambiguous);
        tags.push("0.3.0");
        assert!(all.choose(&tags).ambiguous);
        // Only where it matters.
        tags.push("3.0.0");
        assert!(!all.choose(&tags).ambiguous);
    }

    #[test]
    fn an_underscore_is_a_plus_in_charts() {
        let mut charts = selection("*", None);
        assert_eq!(chosen(&charts, &["1.0.0_b"]), None);
        charts.reading = Reading::Underscores;
        assert_eq!(chosen(&charts, &["1.0.0_b", "v0.9.0"]), Some("1.0.0_b"));
        assert_eq!(chosen(&charts, &["v1.0.0"]), Some("v1.0.0"));
    }

    #[test]
    fn helm_lists_strict_versions_only() {
        let mut charts = selection("*", None);
        charts.reading = Reading::Chart;
        assert_eq!(
            chosen(&charts, &["v2.0.0", "1.2", "1.0.0_b"]),
            Some("1.0.0_b")
        );
    }

    #[test]
    fn what_an_expression_leaves_out_is_not_there() {
        let mut images = selection("*", None);
        images.excluded = vec![GoRegex::new("^2").unwrap()];
        let tags = ["1.0.0", "2.0.0"];
        let choice = images.choose(&tags);
        assert_eq!(choice.chosen, Some(0));
        assert_eq!(
            images.reason(&choice, &tags, 1),
            "it is left out by an expression"
        );
    }

    #[test]
    fn an_image_policy_reads_what_it_extracts() {
        let mut builds = selection(">=1.0.0", Some("^main-(?P<version>[0-9.]+)-[a-f0-9]+$"));
        builds.reading = Reading::Extract("${version}".to_owned());
        let tags = [
            "main-1.2.0-abc",
            "main-1.10.0-def",
            "dev-9.0.0-abc",
            "main-1-a",
        ];
        let choice = builds.choose(&tags);
        assert_eq!(choice.chosen, Some(1));
        assert_eq!(choice.verdicts[2], Verdict::Filtered);
        assert!(matches!(choice.verdicts[3], Verdict::NotAVersion(_)));
    }

    #[test]
    fn errors_say_which_text_is_wrong() {
        let error = |range, filter| {
            let error = Selection::parse(range, filter, Flux::V2_9).unwrap_err();
            error.to_string()
        };
        assert_eq!(
            error("", None),
            "the range is empty, so Flux takes `tag`, or the tag `latest`"
        );
        assert_eq!(error(" ", None), "this is no range: there is no version");
        assert!(error("^1", Some("[")).starts_with("the filter is no regular expression: "));
    }
}
