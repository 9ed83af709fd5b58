//! Whether a constraint takes a version, and why not.

use std::cmp::Ordering;

use semver::Version;

use crate::constraint::{Comparator, Constraint, Group, Operator, Precision};
use crate::flux::Flux;
use crate::order::compare;

/// Where a comparator stands in a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The number of its group.
    pub group: usize,
    /// Its number in the group.
    pub comparator: usize,
}

/// Why a constraint does not take a version. The places are of comparators that refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exclusion {
    /// It is a prerelease of something that is taken, and prereleases are not asked for.
    Prerelease(Place),
    /// It is one that `!=` excludes.
    Named(Place),
    /// It is too old for every group.
    Below(Place),
    /// It is too new for every group.
    Above(Place),
    /// It is too new for one group and too old for another.
    Between {
        /// What it is too new for.
        above: Place,
        /// What it is too old for.
        below: Place,
    },
}

/// How a single comparator refuses a version, prereleases being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    TooOld,
    TooNew,
    Named,
}

impl Constraint {
    /// Whether it takes a version.
    pub fn matches(&self, version: &Version) -> bool {
        self.groups
            .iter()
            .any(|group| group.matches(version, self.flux))
    }

    /// Why it does not take a version; none where it does.
    pub fn exclusion(&self, version: &Version) -> Option<Exclusion> {
        let mut best: Option<Exclusion> = None;
        for (number, group) in self.groups.iter().enumerate() {
            let found = group.exclusion(version, self.flux, number)?;
            best = Some(match best {
                Some(best) => best.and(found),
                None => found,
            });
        }
        best
    }
}

impl Exclusion {
    /// Of the reasons of two groups the one that tells more: what is nearer to being taken.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Above(above), Self::Below(below)) | (Self::Below(below), Self::Above(above)) => {
                Self::Between { above, below }
            }
            // Of several upper ends the last one, of several lower ends the first: the text mostly goes up.
            (Self::Above(_), Self::Above(_)) => other,
            _ if other.rank() < self.rank() => other,
            _ => self,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Prerelease(_) => 0,
            Self::Named(_) => 1,
            Self::Between { .. } => 2,
            Self::Below(_) | Self::Above(_) => 3,
        }
    }
}

impl Group {
    /// Whether a version satisfies every comparator.
    pub(crate) fn matches(&self, version: &Version, flux: Flux) -> bool {
        self.comparators.iter().all(|comparator| {
            comparator.refuses(version).is_none() && self.asks(comparator, version, flux)
        })
    }

    /// Whether a comparator lets a version pass as far as prereleases go.
    fn asks(&self, comparator: &Comparator, version: &Version, flux: Flux) -> bool {
        version.pre.is_empty()
            || if flux.group_decides() {
                self.names_prerelease()
            } else {
                // An exact `!=` says nothing about prereleases there.
                comparator.names_prerelease()
                    || (comparator.operator, comparator.precision)
                        == (Operator::NotEqual, Precision::Patch)
            }
    }

    /// Whether a prerelease is written in any comparator.
    pub(crate) fn names_prerelease(&self) -> bool {
        self.comparators.iter().any(Comparator::names_prerelease)
    }

    fn exclusion(&self, version: &Version, flux: Flux, group: usize) -> Option<Exclusion> {
        let place = |comparator| Place { group, comparator };
        let mut comparators = self.comparators.iter().enumerate();
        let refused = comparators.find_map(|(number, comparator)| {
            let place = place(number);
            Some(match comparator.refuses(version)? {
                Refusal::TooOld => Exclusion::Below(place),
                Refusal::TooNew => Exclusion::Above(place),
                Refusal::Named => Exclusion::Named(place),
            })
        });
        refused.or_else(|| {
            let mut comparators = self.comparators.iter();
            comparators
                .position(|comparator| !self.asks(comparator, version, flux))
                .map(|number| Exclusion::Prerelease(place(number)))
        })
    }
}

impl Comparator {
    /// Whether a prerelease is written in it.
    pub(crate) fn names_prerelease(&self) -> bool {
        !self.version.pre.is_empty()
    }

    /// How it refuses a version by precedence alone.
    fn refuses(&self, version: &Version) -> Option<Refusal> {
        let own = &self.version;
        let too_old = |refused: bool| refused.then_some(Refusal::TooOld);
        let too_new = |refused: bool| refused.then_some(Refusal::TooNew);
        let order = compare(version, own);
        match (self.operator, self.precision) {
            (Operator::Equal, Precision::Patch) => {
                too_old(order.is_lt()).or_else(|| too_new(order.is_gt()))
            }
            (Operator::Equal | Operator::Tilde, _) => {
                too_old(order.is_lt()).or_else(|| too_new(!self.is_in_tilde(version)))
            }
            (Operator::Caret, _) => {
                too_old(order.is_lt()).or_else(|| too_new(!self.is_in_caret(version)))
            }
            (Operator::NotEqual, _) => self.names(version, order).then_some(Refusal::Named),
            (Operator::GreaterEqual, _) => too_old(order.is_lt()),
            (Operator::Less, _) => too_new(order.is_ge()),
            (Operator::Greater, Precision::Major) => too_old(version.major <= own.major),
            (Operator::Greater, Precision::Minor) => {
                too_old((version.major, version.minor) <= (own.major, own.minor))
            }
            (Operator::Greater, _) => too_old(order.is_le()),
            (Operator::LessEqual, Precision::Patch) => too_new(order.is_gt()),
            (Operator::LessEqual, Precision::Major) => too_new(version.major > own.major),
            (Operator::LessEqual, _) => {
                too_new((version.major, version.minor) > (own.major, own.minor))
            }
        }
    }

    /// Whether a version that is no older is one that `~` takes.
    fn is_in_tilde(&self, version: &Version) -> bool {
        let own = &self.version;
        let same_minor = self.precision == Precision::Major || version.minor == own.minor;
        // `~0.0.0` takes everything: the library does not tell it from `~*`.
        let anything = (own.major, own.minor, own.patch) == (0, 0, 0)
            && matches!(self.precision, Precision::Any | Precision::Patch);
        anything || (version.major == own.major && same_minor)
    }

    /// Whether a version that is no older is one that `^` takes.
    fn is_in_caret(&self, version: &Version) -> bool {
        let own = &self.version;
        if version.major != own.major {
            return false;
        }
        if own.major > 0 || self.precision == Precision::Major {
            return true;
        }
        let same_patch =
            own.minor > 0 || self.precision == Precision::Minor || version.patch == own.patch;
        version.minor == own.minor && same_patch
    }

    /// Whether a version is what `!=` excludes.
    fn names(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.precision {
            Precision::Major => version.major == own.major,
            // With a prerelease on either side only the prereleases are compared.
            Precision::Minor => {
                (version.major, version.minor, &version.pre) == (own.major, own.minor, &own.pre)
            }
            Precision::Any | Precision::Patch => order.is_eq(),
        }
    }
}
