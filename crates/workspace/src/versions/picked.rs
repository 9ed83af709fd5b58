//! Which tag of a repository a rule takes.

use std::sync::Arc;

use infragen_constraint::{
    Choice, Flux, Reading, Selection, SelectionError, Verdict, compare, tag_version,
};
use infragen_flux::Rule;
use infragen_registry::{Listing, Repository};
use semver::Version;
use smol_str::SmolStr;

use super::remote::remote;
use crate::db::Db;

/// What a rule takes.
#[derive(Debug)]
pub struct Picked {
    /// What comes of it.
    pub outcome: Outcome,
    /// The tags that were chosen from, where they are known.
    pub listing: Option<Arc<Listing>>,
    /// What became of each tag, where a range chose among them.
    pub choice: Option<Choice>,
    /// The range, where there is a valid one.
    pub selection: Option<Selection>,
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
            return Self {
                outcome: match absent {
                    true => Outcome::Absent(tag),
                    false => Outcome::Tag(tag),
                },
                listing,
                choice: None,
                selection: None,
            };
        }
        let selection = match rule {
            Rule::Digest(digest) => {
                return Self {
                    outcome: Outcome::Digest(digest.clone()),
                    listing,
                    choice: None,
                    selection: None,
                };
            }
            rule => selection(rule, flux),
        };
        let selection = match selection {
            Ok(selection) => selection,
            Err(error) => {
                return Self {
                    outcome: Outcome::Invalid(error),
                    listing,
                    choice: None,
                    selection: None,
                };
            }
        };
        let choice = listing
            .as_ref()
            .map(|listing| selection.choose(&listing.tags));
        let outcome = match (&listing, &choice) {
            (Some(listing), Some(choice)) => match choice.chosen {
                Some(number) => Outcome::Tag(listing.tags[number].clone()),
                None => Outcome::NoMatch,
            },
            _ => Outcome::Unknown,
        };
        Self {
            outcome,
            listing,
            choice,
            selection: Some(selection),
        }
    }

    /// The newest release among all tags, also those that the range or filter refuses.
    pub fn newest_stable(&self) -> Option<&SmolStr> {
        self.newest(|_, version| version.pre.is_empty())
    }

    /// The newest tag that is newer than what is taken, or the newest of all where nothing is.
    pub fn passed_over(&self) -> Option<&SmolStr> {
        let chosen = match &self.outcome {
            Outcome::Tag(tag) => self.version(tag),
            _ => None,
        };
        self.newest(|tag, version| {
            self.outcome.tag() != Some(tag)
                && chosen
                    .as_ref()
                    .is_none_or(|chosen| compare(version, chosen).is_gt())
        })
    }

    /// Why a tag is what it is, as a clause without a full stop; none where no range decides.
    pub fn reason(&self, tag: &str) -> Option<String> {
        let (listing, choice, selection) = (
            self.listing.as_ref()?,
            self.choice.as_ref()?,
            self.selection.as_ref()?,
        );
        let number = listing.tags.iter().position(|known| known == tag)?;
        Some(selection.reason(choice, &listing.tags, number))
    }

    /// The tags that are in the range, with their numbers, in no order.
    pub fn matching(&self) -> impl Iterator<Item = &SmolStr> {
        let tags = self.listing.iter().flat_map(|listing| &listing.tags);
        let verdicts = self.choice.iter().flat_map(|choice| &choice.verdicts);
        tags.zip(verdicts)
            .filter(|(_, verdict)| {
                matches!(verdict, Verdict::Chosen | Verdict::Older | Verdict::Equal)
            })
            .map(|(tag, _)| tag)
    }

    /// All tags that are versions, the newest first; of equal ones the one that the registry lists first.
    pub fn newest_first(&self) -> Vec<&SmolStr> {
        let tags = self.listing.iter().flat_map(|listing| &listing.tags);
        let mut versions: Vec<_> = tags
            .filter_map(|tag| Some((tag, self.version(tag)?)))
            .collect();
        versions.sort_by(|(_, a), (_, b)| compare(b, a));
        versions.into_iter().map(|(tag, _)| tag).collect()
    }

    fn newest(&self, fits: impl Fn(&SmolStr, &Version) -> bool) -> Option<&SmolStr> {
        let tags = self.listing.iter().flat_map(|listing| &listing.tags);
        let mut best: Option<(&SmolStr, Version)> = None;
        for tag in tags {
            let Some(version) = self.version(tag).filter(|version| fits(tag, version)) else {
                continue;
            };
            if best
                .as_ref()
                .is_none_or(|(_, best)| compare(&version, best).is_gt())
            {
                best = Some((tag, version));
            }
        }
        best.map(|(tag, _)| tag)
    }

    /// The version that a tag stands for.
    pub fn version(&self, tag: &str) -> Option<Version> {
        match &self.selection {
            Some(selection) => selection.version(tag).ok(),
            None => tag_version(tag, Flux::default()).ok(),
        }
    }
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

fn selection(rule: &Rule, flux: Flux) -> Result<Selection, SelectionError> {
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
        } => {
            let mut selection = Selection::parse(range, filter.as_deref(), flux)?;
            if let Some(extract) = extract {
                selection.reading = Reading::Extract(extract.to_string());
            }
            Ok(selection)
        }
        Rule::Digest(_) | Rule::Tag(_) => Err(SelectionError::NoRange),
    }
}
