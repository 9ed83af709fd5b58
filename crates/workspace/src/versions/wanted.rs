//! What is to be asked of registries, so that every version that an environment takes is known.

use std::collections::{BTreeMap, BTreeSet};

use infragen_flux::known::OCI_REPOSITORY;
use infragen_registry::{Repository, Timestamp};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::declared::declared_versions;
use super::picked::Picked;
use super::placed::{bundle_consumers, versions_in};
use super::readable::readable;
use super::unapplied::written_versions;
use crate::db::Db;
use crate::environment::environments;
use crate::files::Root;
use crate::query::facts;

/// What is to be asked of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The repository.
    pub repository: Repository,
    /// Whether it is asked without TLS.
    pub insecure: bool,
    /// For how many seconds an answer is good: the shortest interval of those that take something from there.
    pub interval: u64,
    /// Tags and digests of which it is to be known what is behind them.
    pub artifacts: BTreeSet<SmolStr>,
    /// Tags and digests whose files are wanted, each with the media type of the layer where one is chosen.
    pub bundles: BTreeSet<(SmolStr, Option<SmolStr>)>,
}

/// So many of the newest tags of a repository are asked for where an editor shows an object that takes something of it:
/// completion tells how old they are.
const SHOWN: usize = 10;

/// The interval of what has none.
pub(super) const DEFAULT_INTERVAL: u64 = 600;

/// Whether something was asked so many seconds before a moment that Flux, with this interval, would have asked again.
pub(super) fn is_old(now: Timestamp, asked: Timestamp, interval: u64) -> bool {
    let interval = i64::try_from(interval).unwrap_or(i64::MAX);
    asked.0.saturating_add(interval) <= now.0
}

/// What is to be asked for the environments of a root, and for the sources that none of them applies, by what is known
/// so far: which artifacts are of interest depends on the tags.
pub fn wanted(db: &dyn Db, root: Root) -> Vec<Ask> {
    let mut asks: BTreeMap<Repository, Ask> = BTreeMap::new();
    let consumers = bundle_consumers(db, root).into_iter();
    let sources: FxHashSet<_> = consumers
        .map(|consumer| {
            (
                consumer.environment,
                consumer.source.namespace,
                consumer.source.name,
            )
        })
        .collect();
    for number in 0..environments(db, root).len() {
        // Whoever types does not wait until all versions of a fleet are gone through.
        db.unwind_if_revision_cancelled();
        for version in versions_in(db, root, number) {
            let Ok(repository) = &version.repository else {
                continue;
            };
            let interval = version.pull.interval.unwrap_or(DEFAULT_INTERVAL);
            let ask = asks
                .entry(repository.clone())
                .or_insert_with(|| Ask::of(repository, interval));
            ask.interval = ask.interval.min(interval);
            ask.insecure |= version.insecure;
            ask.artifacts.extend(told(&version.picked).cloned());
            let builds = version.kind == *OCI_REPOSITORY
                && sources.contains(&(number, version.namespace.clone(), version.name.clone()));
            if let (true, Some(name)) = (builds, version.picked.outcome.name()) {
                ask.bundles
                    .insert((name.clone(), version.pull.layer.clone()));
            }
        }
    }
    for written in written_versions(db, root) {
        let Ok(repository) = &written.repository else {
            continue;
        };
        let interval = written.pull.interval.unwrap_or(DEFAULT_INTERVAL);
        let ask = asks
            .entry(repository.clone())
            .or_insert_with(|| Ask::of(repository, interval));
        ask.interval = ask.interval.min(interval);
        ask.insecure |= written.insecure;
        ask.artifacts.extend(told(&written.picked).cloned());
    }
    for file in root.open(db) {
        for (number, object) in (0..).zip(&facts(db, *file).objects) {
            if object.versions.is_none() {
                continue;
            }
            for version in declared_versions(db, *file, number) {
                if let Ok(repository) = &version.repository
                    && let Some(ask) = asks.get_mut(repository)
                    && let Some(tags) = readable(db, repository, &version.pull.rule, version.flux)
                {
                    ask.artifacts
                        .extend(tags.newest_first().take(SHOWN).cloned());
                }
            }
        }
    }
    asks.into_values().collect()
}

impl Ask {
    fn of(repository: &Repository, interval: u64) -> Self {
        Self {
            repository: repository.clone(),
            insecure: false,
            interval,
            artifacts: BTreeSet::new(),
            bundles: BTreeSet::new(),
        }
    }
}

/// The tags and digests that are told about: what is taken, the newest release, and what was passed over.
fn told(picked: &Picked) -> impl Iterator<Item = &SmolStr> {
    [
        picked.outcome.name(),
        picked.newest_stable(),
        picked.passed_over(),
    ]
    .into_iter()
    .flatten()
}
