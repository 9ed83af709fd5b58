//! The tags of a repository that are versions, read and put in order once for all ranges.

use std::cmp::Ordering;
use std::sync::Arc;

use infragen_constraint::{Constraint, Flux, MAX_STABLE, Selection, compare};
use infragen_flux::Rule;
use infragen_registry::Repository;
use semver::Version;
use smol_str::SmolStr;

use super::picked::shared_selection;
use super::remote::remote;
use crate::db::Db;

/// The tags of a repository as a rule reads them, whatever its range.
#[derive(Debug)]
pub struct Readable {
    /// All tags, in the order of the registry.
    pub listed: Arc<Vec<SmolStr>>,
    /// The newest first; of equal ones the one first that the registry lists first.
    versions: Vec<Read>,
    /// The numbers of the tags that are no versions, in the order of the registry.
    others: Vec<usize>,
    /// The newest release among all, by its place in `versions`.
    newest_stable: Option<usize>,
}

/// A tag that is a version.
#[derive(Debug)]
struct Read {
    /// Its number in the listing.
    number: usize,
    version: Version,
    /// Whether a range may take it: the filter matches it, and no expression leaves it out.
    passes: bool,
}

/// The tag that a range takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'t> {
    pub tag: &'t SmolStr,
    /// Whether others are the same version and nobody can say which of them Flux takes.
    pub ambiguous: bool,
}

/// The tags of a repository as a rule reads them. None where they are not known, and none where the filter cannot be
/// read.
pub fn readable(
    db: &dyn Db,
    repository: &Repository,
    rule: &Rule,
    flux: Flux,
) -> Option<Arc<Readable>> {
    // One answer for all ranges, so that typing one reads and sorts nothing.
    read(db, repository.clone(), rule.with_range(ANY), flux)
}

/// Every version is in it.
const ANY: &str = "*-0";

#[salsa::tracked(returns(clone), no_eq, lru = 1024)]
fn read(db: &dyn Db, repository: Repository, rule: Rule, flux: Flux) -> Option<Arc<Readable>> {
    let tags = remote(db, &repository)?.tags(db)?;
    let selection = shared_selection(db, rule, flux).ok()?;
    Some(Arc::new(Readable::of(tags, &selection)))
}

impl Readable {
    /// Reads and sorts tags, whatever the range of the selection.
    pub(super) fn of(listed: Arc<Vec<SmolStr>>, selection: &Selection) -> Self {
        let mut versions = Vec::with_capacity(listed.len());
        let mut others = Vec::new();
        for (number, tag) in listed.iter().enumerate() {
            match selection.version(tag) {
                Ok(version) => versions.push(Read {
                    number,
                    version,
                    passes: selection.admits(tag),
                }),
                Err(_) => others.push(number),
            }
        }
        versions.sort_by(|a, b| compare(&b.version, &a.version));
        let newest_stable = versions.iter().position(|read| read.version.pre.is_empty());
        Self {
            listed,
            versions,
            others,
            newest_stable,
        }
    }

    fn tag(&self, read: &Read) -> &SmolStr {
        &self.listed[read.number]
    }

    /// The tags among which a range chooses, the newest first.
    pub fn tags(&self) -> impl Iterator<Item = (&SmolStr, &Version)> {
        let passing = self.versions.iter().filter(|read| read.passes);
        passing.map(|read| (self.tag(read), &read.version))
    }

    /// All tags: the versions, the newest first, and behind them the others as the registry lists them.
    pub fn newest_first(&self) -> impl Iterator<Item = &SmolStr> {
        let versions = self.versions.iter().map(|read| self.tag(read));
        versions.chain(self.others.iter().map(|number| &self.listed[*number]))
    }

    /// The tags in a range, the newest first, each with its version.
    pub(super) fn matching(
        &self,
        range: &Constraint,
    ) -> impl Iterator<Item = (&SmolStr, &Version)> {
        self.tags().filter(|(_, version)| range.matches(version))
    }

    /// What is taken with a range. `ordered` is whether Flux chooses among tags in the order of the registry.
    pub(super) fn take(&self, range: &Constraint, ordered: bool) -> Option<Taken<'_>> {
        let mut matching = self.matching(range);
        let (tag, version) = matching.next()?;
        let has_equal = matching
            .next()
            .is_some_and(|(_, other)| compare(version, other).is_eq());
        let are_many = || self.matching(range).nth(MAX_STABLE).is_some();
        Some(Taken {
            tag,
            ambiguous: has_equal && (!ordered || are_many()),
        })
    }

    /// The tag that is taken with a range.
    pub fn taken(&self, range: &Constraint) -> Option<&SmolStr> {
        self.matching(range).next().map(|(tag, _)| tag)
    }

    /// The newest release that a range may take.
    pub fn newest_release(&self) -> Option<(&SmolStr, &Version)> {
        self.tags().find(|(_, version)| version.pre.is_empty())
    }

    /// The newest release, also one that the filter refuses.
    pub(super) fn newest_stable(&self) -> Option<&SmolStr> {
        Some(self.tag(self.versions.get(self.newest_stable?)?))
    }

    /// The newest version that is newer than another one; the newest of all where there is no other.
    pub(super) fn newer_than(&self, other: Option<&Version>) -> Option<&SmolStr> {
        let newest = self.versions.first()?;
        let is_newer = |other| compare(&newest.version, other) == Ordering::Greater;
        other.is_none_or(is_newer).then(|| self.tag(newest))
    }
}
