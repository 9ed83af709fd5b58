//! Which tag of a repository a rule takes.

use std::fmt;
use std::sync::Arc;

use infragen_constraint::{Flux, Reading, Selection, SelectionError, compare, tag_version};
use infragen_flux::Rule;
use infragen_go_regex::GoRegex;
use infragen_registry::Repository;
use rustc_hash::FxHashMap;
use semver::Version;
use smol_str::SmolStr;

use super::readable::{Readable, readable};
use super::remote::remote;
use crate::db::Db;

/// What a rule takes. What became of each of thousands of tags is not kept: [`Picked::reasons`] tells it again.
#[derive(Debug)]
pub struct Picked {
    /// What comes of it.
    pub outcome: Outcome,
    /// The range, where there is a valid one.
    pub selection: Option<Arc<Selection>>,
    /// Whether nobody can say which of several tags of one version Flux takes.
    pub ambiguous: bool,
    /// The tags in order, shared by all that choose among them.
    readable: Option<Arc<Readable>>,
    /// Whether the range decided, so that there are reasons.
    has_reasons: bool,
}

/// What comes of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Flux takes this tag.
    Tag(SmolStr),
    /// Flux takes this digest.
    Digest(SmolStr),
    /// No tag is in the range.
    NoMatch,
    /// The repository has no such tag.
    Absent(SmolStr),
    /// Nothing, because what is written is none of these.
    Invalid(Invalid),
    /// The tags of the repository are not known.
    Unknown,
}

/// Why a rule takes nothing, whatever tags there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// The range or the filter cannot be read.
    Selection(SelectionError),
    /// It holds a variable that has no value, as where a build fails or no environment applies the object.
    Variable(SmolStr),
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selection(error) => error.fmt(f),
            Self::Variable(text) => write!(f, "`{text}` has no value here"),
        }
    }
}

impl Outcome {
    /// The tag that is taken.
    pub fn tag(&self) -> Option<&SmolStr> {
        match self {
            Self::Tag(tag) => Some(tag),
            _ => None,
        }
    }

    /// The tag or digest that is taken.
    pub fn name(&self) -> Option<&SmolStr> {
        match self {
            Self::Tag(name) | Self::Digest(name) => Some(name),
            _ => None,
        }
    }
}

/// What a rule takes of a repository, by what the registry answered last.
#[salsa::tracked(returns(clone), no_eq, lru = 4096)]
pub fn pick(db: &dyn Db, repository: Repository, rule: Rule, flux: Flux) -> Arc<Picked> {
    let pinned = remote(db, &repository).and_then(|remote| remote.pinned(db));
    let rule = match pinned {
        Some(pinned) if pinned.contains(':') => Rule::Digest(pinned),
        Some(pinned) => Rule::Tag(pinned),
        None => rule,
    };
    let unfiltered = || Rule::Tag(SmolStr::default());
    let tags = readable(db, &repository, &rule, flux)
        // A filter that cannot be read chooses nothing, but the tags are known.
        .or_else(|| readable(db, &repository, &unfiltered(), flux));
    let selection = || shared_selection(db, rule.clone(), flux);
    Arc::new(Picked::by(tags, &rule, flux, &selection))
}

/// What a rule selects by. Few are written in many files, and the expression of a filter takes a machine.
#[salsa::tracked(returns(clone), no_eq, lru = 256)]
pub(super) fn shared_selection(_db: &dyn Db, rule: Rule, flux: Flux) -> Selected {
    selection(&rule, flux).map(Arc::new)
}

/// What a rule selects by, or why it selects nothing.
pub(super) type Selected = Result<Arc<Selection>, SelectionError>;

/// The digest of what a rule takes, where it is known: equal as long as Flux would take the same, whatever else a
/// registry answers.
#[salsa::tracked(returns(clone), lru = 4096)]
pub(super) fn taken_digest(
    db: &dyn Db,
    repository: Repository,
    rule: Rule,
    flux: Flux,
) -> Option<SmolStr> {
    let remote = remote(db, &repository)?;
    let picked = pick(db, repository, rule, flux);
    let artifact = remote.artifacts(db).get(picked.outcome.name()?)?;
    Some(artifact.digest.clone())
}

impl Picked {
    /// What a rule takes of these tags.
    pub(super) fn of(readable: Option<Arc<Readable>>, rule: &Rule, flux: Flux) -> Self {
        Self::by(readable, rule, flux, &|| {
            selection(rule, flux).map(Arc::new)
        })
    }

    fn by(
        readable: Option<Arc<Readable>>,
        rule: &Rule,
        flux: Flux,
        selection: &dyn Fn() -> Selected,
    ) -> Self {
        let with = |outcome, selection| Self {
            outcome,
            selection,
            ambiguous: false,
            readable: readable.clone(),
            has_reasons: false,
        };
        if let Some(text) = variable(rule) {
            return with(Outcome::Invalid(Invalid::Variable(text.clone())), None);
        }
        if let Some(tag) = exact(rule, flux) {
            let absent = readable
                .as_ref()
                .is_some_and(|tags| !tags.listed.contains(&tag));
            let outcome = match absent {
                true => Outcome::Absent(tag),
                false => Outcome::Tag(tag),
            };
            return with(outcome, None);
        }
        if let Rule::Digest(digest) = rule {
            return with(Outcome::Digest(digest.clone()), None);
        }
        let selection = match selection() {
            Ok(selection) => selection,
            Err(error) => return with(Outcome::Invalid(Invalid::Selection(error)), None),
        };
        let Some(tags) = &readable else {
            return with(Outcome::Unknown, Some(selection));
        };
        // Helm and ImagePolicies keep tags in no order before they choose.
        let ordered = matches!(rule, Rule::Range { .. });
        let taken = tags.take(&selection.range, ordered);
        let ambiguous = taken.is_some_and(|taken| taken.ambiguous);
        let outcome = taken.map_or(Outcome::NoMatch, |taken| Outcome::Tag(taken.tag.clone()));
        Self {
            ambiguous,
            has_reasons: true,
            ..with(outcome, Some(selection))
        }
    }

    /// The same with another end, of which nobody knows the reasons.
    #[must_use]
    pub fn ending(&self, outcome: Outcome) -> Self {
        Self {
            outcome,
            selection: self.selection.clone(),
            ambiguous: false,
            readable: self.readable.clone(),
            has_reasons: false,
        }
    }

    /// The tags that were chosen from, in the order of the registry; none where they are not known.
    pub fn tags(&self) -> Option<&[SmolStr]> {
        Some(&self.readable.as_ref()?.listed)
    }

    /// The newest release among all tags, also those that the range or filter refuses.
    pub fn newest_stable(&self) -> Option<&SmolStr> {
        self.readable.as_ref()?.newest_stable()
    }

    /// The newest tag that is newer than what is taken, or the newest of all where nothing is.
    pub fn passed_over(&self) -> Option<&SmolStr> {
        let taken = self.outcome.tag().and_then(|tag| self.version(tag));
        self.readable.as_ref()?.newer_than(taken.as_ref())
    }

    /// Why that is not taken, as a clause without a full stop; none where no range decides.
    pub fn why_passed_over(&self) -> Option<String> {
        let selection = self.selection.as_ref().filter(|_| self.has_reasons)?;
        selection.refusal(self.passed_over()?)
    }

    /// The tags that are in the range, the newest first.
    pub fn matching(&self) -> Vec<&SmolStr> {
        self.in_range().map(|(tag, _)| tag).collect()
    }

    fn in_range(&self) -> impl Iterator<Item = (&SmolStr, &Version)> {
        let range = self.selection.as_ref().map(|selection| &selection.range);
        let chosen_from = self.readable.as_ref().zip(range).into_iter();
        chosen_from.flat_map(|(tags, range)| tags.matching(range))
    }

    /// The tags that are the version which a range takes, in the order of the registry.
    pub fn equal(&self) -> Vec<&SmolStr> {
        let mut newest = self.in_range().peekable();
        let Some((_, taken)) = newest.peek().copied() else {
            return Vec::new();
        };
        newest
            .take_while(|(_, version)| compare(taken, version).is_eq())
            .map(|(tag, _)| tag)
            .collect()
    }

    /// Every tag with what becomes of it, as a clause without a full stop where a range decides or should: versions first, the
    /// newest before the older ones, then the rest in the order of the registry.
    pub fn reasons(&self) -> Vec<(&SmolStr, Option<String>)> {
        let Some(tags) = &self.readable else {
            return Vec::new();
        };
        let listed = &*tags.listed;
        let judged = self.selection.as_ref().map(|selection| {
            let numbers: FxHashMap<&SmolStr, usize> = listed.iter().zip(0..).collect();
            (selection, selection.choose(listed), numbers)
        });
        let invalid = match &self.outcome {
            Outcome::Invalid(error) => Some(nothing_because(error)),
            _ => None,
        };
        let reason = |tag: &SmolStr| {
            if let Some(invalid) = invalid {
                return Some(invalid.to_owned());
            }
            let (selection, choice, numbers) = judged.as_ref()?;
            Some(selection.reason(choice, listed, *numbers.get(tag)?))
        };
        tags.newest_first().map(|tag| (tag, reason(tag))).collect()
    }

    /// The version that a tag stands for.
    pub fn version(&self, tag: &str) -> Option<Version> {
        match &self.selection {
            Some(selection) => selection.version(tag).ok(),
            None => tag_version(tag, Flux::default()).ok(),
        }
    }
}

/// Why no tag is taken.
fn nothing_because(error: &Invalid) -> &'static str {
    match error {
        Invalid::Selection(SelectionError::NoRange) => "there is no range, so none is taken",
        Invalid::Selection(SelectionError::Range(_)) => {
            "the range cannot be read, so none is taken"
        }
        Invalid::Selection(SelectionError::Filter(_)) => {
            "the filter cannot be read, so none is taken"
        }
        Invalid::Variable(_) => "a variable has no value, so none is taken",
    }
}

/// The text of a rule that holds a variable of `postBuild`.
fn variable(rule: &Rule) -> Option<&SmolStr> {
    let (text, filter) = match rule {
        Rule::Digest(text) | Rule::Tag(text) | Rule::Chart(text) => (text, None),
        Rule::Range { range, filter, .. } | Rule::Image { range, filter, .. } => {
            (range, filter.as_ref())
        }
    };
    [Some(text), filter]
        .into_iter()
        .flatten()
        .find(|text| text.contains("${"))
}

/// The tag that a rule names without a choice.
fn exact(rule: &Rule, flux: Flux) -> Option<SmolStr> {
    match rule {
        Rule::Tag(tag) => Some(tag.clone()),
        // Helm takes what is a version without asking for tags, and writes `_` for `+`.
        // [source-controller:internal/helm/repository/oci_chart_repository.go GetChartVersion]
        Rule::Chart(version) => tag_version(version, flux)
            .is_ok()
            .then(|| version.replace('+', "_").into()),
        _ => None,
    }
}

pub(super) fn selection(rule: &Rule, flux: Flux) -> Result<Selection, SelectionError> {
    match rule {
        Rule::Range {
            range,
            filter,
            helm,
        } => {
            let mut selection = Selection::parse(range, filter.as_deref(), flux)?;
            if *helm {
                selection.reading = Reading::Underscores;
            }
            Ok(selection)
        }
        Rule::Chart(range) => {
            let mut selection = Selection::parse(range, None, flux)?;
            selection.reading = Reading::Chart;
            Ok(selection)
        }
        Rule::Image {
            range,
            filter,
            extract,
            excluded,
        } => {
            let mut selection = Selection::parse(range, filter.as_deref(), flux)?;
            // One that cannot be read keeps the controller from scanning at all, which says so in the cluster.
            let excluded = excluded.iter().map(|pattern| GoRegex::new(pattern));
            selection.excluded = excluded.filter_map(Result::ok).collect();
            if let Some(extract) = extract {
                selection.reading = Reading::Extract(extract.to_string());
            }
            Ok(selection)
        }
        Rule::Digest(_) | Rule::Tag(_) => Err(SelectionError::NoRange),
    }
}
