//! Which tag of a repository a rule takes.

use std::sync::Arc;

use infragen_constraint::{
    Choice, Flux, Reading, Selection, SelectionError, Verdict, compare, tag_version,
};
use infragen_flux::Rule;
use infragen_go_regex::GoRegex;
use infragen_registry::{Listing, Repository};
use rustc_hash::{FxHashMap, FxHashSet};
use semver::Version;
use smol_str::SmolStr;

use super::remote::remote;
use crate::db::Db;

/// What a rule takes. What became of each of thousands of tags is not kept: [`Picked::choose`] tells it again.
#[derive(Debug)]
pub struct Picked {
    /// What comes of it.
    pub outcome: Outcome,
    /// The tags that were chosen from, where they are known.
    pub listing: Option<Arc<Listing>>,
    /// The range, where there is a valid one.
    pub selection: Option<Selection>,
    /// Whether nobody can say which of several tags of one version Flux takes.
    pub ambiguous: bool,
    newest_stable: Option<SmolStr>,
    /// With the reason, where a range decides.
    passed_over: Option<(SmolStr, Option<String>)>,
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
    /// The range or the filter cannot be read.
    Invalid(SelectionError),
    /// The tags of the repository are not known.
    Unknown,
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
    let remote = remote(db, &repository);
    let listing = remote.and_then(|remote| remote.listing(db));
    if let Some(pinned) = remote.and_then(|remote| remote.pinned(db)) {
        let rule = match pinned.contains(':') {
            true => Rule::Digest(pinned),
            false => Rule::Tag(pinned),
        };
        return Arc::new(Picked::of(listing, &rule, flux));
    }
    Arc::new(Picked::of(listing, &rule, flux))
}

impl Picked {
    /// What a rule takes of these tags.
    pub fn of(listing: Option<Arc<Listing>>, rule: &Rule, flux: Flux) -> Self {
        if let Some(tag) = exact(rule, flux) {
            let absent = listing
                .as_ref()
                .is_some_and(|listing| !listing.tags.contains(&tag));
            let outcome = match absent {
                true => Outcome::Absent(tag),
                false => Outcome::Tag(tag),
            };
            return Self::new(outcome, listing, None);
        }
        if let Rule::Digest(digest) = rule {
            return Self::new(Outcome::Digest(digest.clone()), listing, None);
        }
        let selection = match selection(rule, flux) {
            Ok(selection) => selection,
            Err(error) => return Self::new(Outcome::Invalid(error), listing, None),
        };
        let Some(known) = listing.clone() else {
            return Self::new(Outcome::Unknown, None, Some(selection));
        };
        let choice = selection.choose(&known.tags);
        let outcome = match choice.chosen {
            Some(number) => Outcome::Tag(known.tags[number].clone()),
            None => Outcome::NoMatch,
        };
        let mut picked = Self::new(outcome, listing, Some(selection));
        // Helm and ImagePolicies keep tags in no order before they choose.
        let ordered = matches!(rule, Rule::Range { .. });
        picked.ambiguous =
            choice.ambiguous || !ordered && choice.verdicts.contains(&Verdict::Equal);
        if let (Some((tag, reason)), Some(selection)) = (&mut picked.passed_over, &picked.selection)
        {
            let number = known.tags.iter().position(|known| known == tag);
            *reason = number.map(|number| selection.reason(&choice, &known.tags, number));
        }
        picked
    }

    fn new(outcome: Outcome, listing: Option<Arc<Listing>>, selection: Option<Selection>) -> Self {
        let mut picked = Self {
            outcome,
            listing,
            selection,
            ambiguous: false,
            newest_stable: None,
            passed_over: None,
        };
        let chosen = picked.outcome.tag().and_then(|tag| picked.version(tag));
        let (mut stable, mut over): (Option<Newest<'_>>, Option<Newest<'_>>) = (None, None);
        for tag in picked.listing.iter().flat_map(|listing| &listing.tags) {
            let Some(version) = picked.version(tag) else {
                continue;
            };
            let is_newer = chosen
                .as_ref()
                .is_none_or(|chosen| compare(&version, chosen).is_gt());
            if is_newer && is_newest(&over, &version) {
                over = Some((tag, version.clone()));
            }
            if version.pre.is_empty() && is_newest(&stable, &version) {
                stable = Some((tag, version));
            }
        }
        let stable = stable.map(|(tag, _)| tag.clone());
        let over = over.map(|(tag, _)| (tag.clone(), None));
        picked.newest_stable = stable;
        picked.passed_over = over;
        picked
    }

    /// The same with another end, of which nobody knows the reasons.
    #[must_use]
    pub fn ending(&self, outcome: Outcome) -> Self {
        Self::new(outcome, self.listing.clone(), self.selection.clone())
    }

    /// The newest release among all tags, also those that the range or filter refuses.
    pub fn newest_stable(&self) -> Option<&SmolStr> {
        self.newest_stable.as_ref()
    }

    /// The newest tag that is newer than what is taken, or the newest of all where nothing is.
    pub fn passed_over(&self) -> Option<&SmolStr> {
        self.passed_over.as_ref().map(|(tag, _)| tag)
    }

    /// Why that is not taken, as a clause without a full stop; none where no range decides.
    pub fn why_passed_over(&self) -> Option<&str> {
        self.passed_over.as_ref()?.1.as_deref()
    }

    /// What becomes of each tag, where a range chooses among them.
    pub fn choose(&self) -> Option<Choice> {
        let listing = self.listing.as_ref()?;
        Some(self.selection.as_ref()?.choose(&listing.tags))
    }

    /// The tags that are in the range, the newest first.
    pub fn matching(&self) -> Vec<&SmolStr> {
        let Some(choice) = self.choose() else {
            return Vec::new();
        };
        let tags = self.listing.iter().flat_map(|listing| &listing.tags);
        let matching = tags.zip(&choice.verdicts).filter(|(_, verdict)| {
            matches!(verdict, Verdict::Chosen | Verdict::Older | Verdict::Equal)
        });
        self.sorted(matching.map(|(tag, _)| tag))
    }

    /// The tags that are the version which is taken, in the order of the registry.
    pub fn equal(&self) -> Vec<&SmolStr> {
        let tags = self.listing.iter().flat_map(|listing| &listing.tags);
        let choice = self.choose();
        let verdicts = choice.iter().flat_map(|choice| &choice.verdicts);
        tags.zip(verdicts)
            .filter(|(_, verdict)| matches!(verdict, Verdict::Chosen | Verdict::Equal))
            .map(|(tag, _)| tag)
            .collect()
    }

    /// All tags that are versions, the newest first; of equal ones the one that the registry lists first.
    pub fn newest_first(&self) -> Vec<&SmolStr> {
        self.sorted(self.listing.iter().flat_map(|listing| &listing.tags))
    }

    /// Every tag with what becomes of it, as a clause without a full stop where a range decides: versions first, the
    /// newest before the older ones, then the rest in the order of the registry.
    pub fn reasons(&self) -> Vec<(&SmolStr, Option<String>)> {
        let Some(listing) = &self.listing else {
            return Vec::new();
        };
        let mut tags = self.newest_first();
        let versions: FxHashSet<_> = tags.iter().copied().collect();
        tags.extend(listing.tags.iter().filter(|tag| !versions.contains(tag)));
        let choice = self.choose();
        let numbers: FxHashMap<&SmolStr, usize> = listing.tags.iter().zip(0..).collect();
        let reason = |tag: &SmolStr| {
            let (selection, choice) = (self.selection.as_ref()?, choice.as_ref()?);
            Some(selection.reason(choice, &listing.tags, *numbers.get(tag)?))
        };
        tags.into_iter().map(|tag| (tag, reason(tag))).collect()
    }

    fn sorted<'t>(&self, tags: impl Iterator<Item = &'t SmolStr>) -> Vec<&'t SmolStr> {
        let mut versions: Vec<_> = tags
            .filter_map(|tag| Some((tag, self.version(tag)?)))
            .collect();
        versions.sort_by(|(_, a), (_, b)| compare(b, a));
        versions.into_iter().map(|(tag, _)| tag).collect()
    }

    /// The version that a tag stands for.
    pub fn version(&self, tag: &str) -> Option<Version> {
        match &self.selection {
            Some(selection) => selection.version(tag).ok(),
            None => tag_version(tag, Flux::default()).ok(),
        }
    }
}

/// The newest tag so far.
type Newest<'t> = (&'t SmolStr, Version);

fn is_newest(so_far: &Option<Newest<'_>>, version: &Version) -> bool {
    so_far
        .as_ref()
        .is_none_or(|(_, newest)| compare(version, newest).is_gt())
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
