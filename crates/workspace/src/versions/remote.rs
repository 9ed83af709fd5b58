#![allow(missing_docs)] // of what the macros of salsa generate
//! What registries answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_registry::{Artifact, Fault, Listing, Repository, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::{Durability, Setter};
use smol_str::SmolStr;

use crate::bundles::normalized;
use crate::db::Db;
use crate::files::{Directory, Root};
use crate::workspace::Workspace;

/// All that is known of registries.
#[salsa::input(singleton)]
pub struct Remotes {
    #[returns(ref)]
    by_repository: FxHashMap<Repository, Remote>,
    /// The time that ages are told from. The owner of the state moves it on; nothing else reads a clock.
    #[returns(copy)]
    now: Timestamp,
    /// Whether registries are asked for what is not known.
    #[returns(copy)]
    asked: bool,
}

/// What is known of one repository of a registry.
#[salsa::input]
pub struct Remote {
    /// Its tags, in the order of the registry.
    #[returns(clone)]
    pub tags: Option<Arc<Vec<SmolStr>>>,
    /// When it said so. Apart from them: that it says the same again changes nothing that is made of them.
    #[returns(copy)]
    pub asked: Option<Timestamp>,
    /// What is behind tags and digests.
    #[returns(ref)]
    pub artifacts: BTreeMap<SmolStr, Arc<Artifact>>,
    /// The tag or digest that is taken whatever objects say: for the question what would be if Flux took it.
    #[returns(clone)]
    pub pinned: Option<SmolStr>,
    /// Why the registry did not tell the tags the last time.
    #[returns(clone)]
    pub fault: Option<Arc<Fault>>,
    /// Why it did not tell what is behind tags and digests, or give the files of that.
    #[returns(ref)]
    pub faults: BTreeMap<SmolStr, Arc<Fault>>,
    /// The files of artifacts that are on disk, by the digest of the artifact.
    #[returns(ref)]
    pub pulled: BTreeMap<SmolStr, Directory>,
}

/// What a registry answered, or a cache remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The tags.
    Listing(Listing),
    /// What is behind a tag or digest.
    Artifact(SmolStr, Artifact),
    /// Where the files of the artifact with a digest are.
    Pulled(SmolStr, Utf8PathBuf),
    /// Nothing about the tags; or about this tag or digest, where there is one.
    Fault(Option<SmolStr>, Fault),
}

impl Remotes {
    /// Nothing is known yet.
    pub(crate) fn empty(db: &dyn Db) -> Self {
        Self::builder(FxHashMap::default(), Timestamp::default(), false)
            .by_repository_durability(Durability::MEDIUM)
            .now_durability(Durability::LOW)
            .new(db)
    }
}

/// What is known of a repository; none where it was never asked.
pub fn remote(db: &dyn Db, repository: &Repository) -> Option<Remote> {
    Remotes::try_get(db)?
        .by_repository(db)
        .get(repository)
        .copied()
}

/// Whether anything is known of any registry.
pub fn knows_registries(db: &dyn Db) -> bool {
    Remotes::try_get(db).is_some_and(|remotes| !remotes.by_repository(db).is_empty())
}

/// The time that ages are told from.
pub fn now(db: &dyn Db) -> Timestamp {
    Remotes::get(db).now(db)
}

/// Whether registries are asked for what is not known: then it will be soon.
pub fn are_asked(db: &dyn Db) -> bool {
    Remotes::get(db).asked(db)
}

/// The roots with the files of artifacts.
pub(crate) fn pulled_roots(db: &dyn Db) -> FxHashSet<Root> {
    let known = Remotes::get(db).by_repository(db).values();
    known
        .flat_map(|remote| remote.pulled(db).values())
        .map(|directory| directory.root(db))
        .collect()
}

/// The artifact whose files a root holds, as a person knows it: `web:v1.4.2`; by its digest where no tag of it is known.
pub fn bundle_of(db: &dyn Db, root: Root) -> Option<String> {
    let known = Remotes::get(db).by_repository(db).iter();
    let mut found = known.flat_map(|(repository, remote)| {
        let pulled = remote.pulled(db).iter();
        let here = pulled.filter(|(_, directory)| directory.root(db) == root);
        here.map(move |(digest, _)| (repository, remote, digest))
    });
    let (repository, remote, digest) = found.next()?;
    let name = repository.path.rsplit('/').next().unwrap_or_default();
    let mut artifacts = remote.artifacts(db).iter();
    let tag = artifacts
        .find(|(tag, artifact)| artifact.digest == *digest && !tag.contains(':'))
        .map(|(tag, _)| tag);
    Some(match tag {
        Some(tag) => format!("{name}:{tag}"),
        None => format!("{name}@{}", digest.chars().take(15).collect::<String>()),
    })
}

/// A path from a root as it is shown: of a file in an artifact the artifact and the path in that, and not the place in the
/// cache.
pub fn shown_path(db: &dyn Db, root: Root, path: &Utf8Path) -> String {
    let absolute = normalized(&root.path(db).join(path));
    let in_artifact = pulled_roots(db).into_iter().find_map(|artifact| {
        let inside = absolute.strip_prefix(artifact.path(db)).ok()?;
        Some(format!("{}/{inside}", bundle_of(db, artifact)?))
    });
    in_artifact.unwrap_or_else(|| path.to_string())
}

impl Workspace {
    /// Takes in what registries answered, and what time it is. What an answer does not speak of stays.
    pub fn set_answers(&mut self, answers: Vec<(Repository, Answer)>, now: Timestamp) {
        let remotes = Remotes::get(self.db());
        let mut known = remotes.by_repository(self.db()).clone();
        let before = known.len();
        for (repository, _) in &answers {
            if !known.contains_key(repository) {
                let (artifacts, faults, pulled) = Default::default();
                let remote = Remote::builder(None, None, artifacts, None, None, faults, pulled)
                    .durability(Durability::MEDIUM)
                    .new(self.db());
                known.insert(repository.clone(), remote);
            }
        }
        if known.len() != before {
            remotes
                .set_by_repository(self.database_mut())
                .with_durability(Durability::MEDIUM)
                .to(known.clone());
        }
        if remotes.now(self.db()) != now {
            remotes.set_now(self.database_mut()).to(now);
        }
        let mut pulled = false;
        for (repository, answer) in answers {
            if let Some(remote) = known.get(&repository) {
                pulled |= matches!(answer, Answer::Pulled(..));
                self.set_answer(*remote, answer);
            }
        }
        if pulled {
            self.tell_who_maps();
        }
    }

    /// Notes whether registries are asked for what is not known.
    pub fn set_asked(&mut self, asked: bool) {
        let remotes = Remotes::get(self.db());
        if remotes.asked(self.db()) != asked {
            remotes.set_asked(self.database_mut()).to(asked);
        }
    }

    /// Lets all that takes something of a repository take this tag or digest, whatever objects say; without one they are
    /// heard again. A repository that was never asked cannot be pinned.
    pub fn pin(&mut self, repository: &Repository, to: Option<&str>) {
        if let Some(remote) = remote(self.db(), repository) {
            let db = self.database_mut();
            remote
                .set_pinned(db)
                .with_durability(Durability::MEDIUM)
                .to(to.map(SmolStr::new));
        }
    }

    fn set_answer(&mut self, remote: Remote, answer: Answer) {
        match answer {
            Answer::Listing(listing) => {
                let (tags, asked) = (Some(Arc::new(listing.tags)), Some(listing.at));
                if remote.tags(self.db()) != tags {
                    let db = self.database_mut();
                    remote
                        .set_tags(db)
                        .with_durability(Durability::MEDIUM)
                        .to(tags);
                }
                if remote.asked(self.db()) != asked {
                    let db = self.database_mut();
                    remote
                        .set_asked(db)
                        .with_durability(Durability::MEDIUM)
                        .to(asked);
                }
                self.set_fault(remote, None);
            }
            Answer::Artifact(tag, artifact) => {
                self.set_fault_of(remote, tag.clone(), None);
                let mut artifacts = remote.artifacts(self.db()).clone();
                artifacts.insert(tag, Arc::new(artifact));
                if artifacts != *remote.artifacts(self.db()) {
                    let db = self.database_mut();
                    remote
                        .set_artifacts(db)
                        .with_durability(Durability::MEDIUM)
                        .to(artifacts);
                }
            }
            Answer::Pulled(digest, path) => {
                let Some(directory) = self.outside_directory(&path) else {
                    return;
                };
                self.set_fault_of(remote, digest.clone(), None);
                let mut pulled = remote.pulled(self.db()).clone();
                if pulled.insert(digest, directory) != Some(directory) {
                    let db = self.database_mut();
                    remote
                        .set_pulled(db)
                        .with_durability(Durability::MEDIUM)
                        .to(pulled);
                }
            }
            Answer::Fault(None, fault) => self.set_fault(remote, Some(Arc::new(fault))),
            Answer::Fault(Some(name), fault) => self.set_fault_of(remote, name, Some(fault)),
        }
    }

    fn set_fault_of(&mut self, remote: Remote, name: SmolStr, fault: Option<Fault>) {
        let mut faults = remote.faults(self.db()).clone();
        match fault {
            Some(fault) => faults.insert(name, Arc::new(fault)),
            None => faults.remove(&name),
        };
        if faults != *remote.faults(self.db()) {
            let db = self.database_mut();
            remote
                .set_faults(db)
                .with_durability(Durability::MEDIUM)
                .to(faults);
        }
    }

    fn set_fault(&mut self, remote: Remote, fault: Option<Arc<Fault>>) {
        if remote.fault(self.db()) != fault {
            let db = self.database_mut();
            remote
                .set_fault(db)
                .with_durability(Durability::MEDIUM)
                .to(fault);
        }
    }
}
