//! The tags of a repository that are versions, in order.

use std::sync::Arc;

use infragen_constraint::{Constraint, Flux, compare};
use infragen_flux::Rule;
use infragen_registry::Repository;
use semver::Version;
use smol_str::SmolStr;

use super::picked::selection;
use super::remote::remote;
use crate::db::Db;

/// The tags that a rule reads as versions.
#[derive(Debug)]
pub struct Readable {
    /// The newest first; of equal ones the one first that the registry lists first.
    pub tags: Vec<(SmolStr, Version)>,
}

/// The tags of a repository that a rule reads as versions, whatever its range: those that its filter lets pass. None
/// where the tags are not known, and none where the filter cannot be read.
pub fn readable(
    db: &dyn Db,
    repository: &Repository,
    rule: &Rule,
    flux: Flux,
) -> Option<Arc<Readable>> {
    // One answer for all ranges, so that typing one sorts nothing.
    sorted(db, repository.clone(), rule.with_range("*-0"), flux)
}

#[salsa::tracked(returns(clone), no_eq, lru = 256)]
fn sorted(db: &dyn Db, repository: Repository, rule: Rule, flux: Flux) -> Option<Arc<Readable>> {
    let listing = remote(db, &repository)?.listing(db)?;
    let selection = selection(&rule, flux).ok()?;
    let passes = |tag: &&SmolStr| {
        let filter = selection.filter.as_ref();
        filter.is_none_or(|filter| filter.is_match(tag))
    };
    let mut tags: Vec<_> = listing
        .tags
        .iter()
        .filter(passes)
        .filter_map(|tag| Some((tag.clone(), selection.version(tag).ok()?)))
        .collect();
    tags.sort_by(|(_, a), (_, b)| compare(b, a));
    Some(Arc::new(Readable { tags }))
}

impl Readable {
    /// The tag that is taken with a range.
    pub fn taken(&self, range: &Constraint) -> Option<&SmolStr> {
        let mut tags = self.tags.iter();
        tags.find(|(_, version)| range.matches(version))
            .map(|(tag, _)| tag)
    }

    /// The newest release.
    pub fn newest_release(&self) -> Option<&(SmolStr, Version)> {
        self.tags.iter().find(|(_, version)| version.pre.is_empty())
    }
}
