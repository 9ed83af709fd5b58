//! From what is wanted to questions for registries, and from their answers back.
//!
//! What there is to ask depends on what was answered: the tags tell which artifacts are of interest, these which
//! files. So a face asks [`Round::next`] again until there is nothing more.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use camino::Utf8Path;
use infragen_registry as registry;
use infragen_registry::{Endpoint, Mirror, Registry, Repository, Timestamp};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::remote::{Answer, remote};
use super::wanted::{Ask, is_old, wanted};
use crate::configuration::{MIRROR_SCHEMES, settings};
use crate::db::Db;
use crate::files::Root;

/// What has been asked so far, so that nothing is asked twice.
#[derive(Debug, Clone, Default)]
pub struct Round {
    asked: FxHashSet<(Repository, Question)>,
    /// Whether files of artifacts are asked for too.
    pub bundles: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    Tags,
    Artifact(SmolStr),
    Files(SmolStr),
}

impl Round {
    /// Asks for versions, and for the files of artifacts where they are wanted.
    pub fn new(bundles: bool) -> Self {
        Self {
            asked: FxHashSet::default(),
            bundles,
        }
    }

    /// What the cache of a registry knows of what is wanted and was not looked for yet. It uses no network.
    pub fn remembered(&mut self, registry: &Registry, wants: &[Ask]) -> Vec<(Repository, Answer)> {
        let mut answers = Vec::new();
        for want in wants {
            let (repository, endpoint) = (&want.repository, want.endpoint());
            let mut add = |question: Question, answer: &dyn Fn() -> Option<Answer>| {
                if self.asked.insert((repository.clone(), question)) {
                    answers.extend(answer().map(|answer| (repository.clone(), answer)));
                }
            };
            add(Question::Tags, &|| {
                registry.remembered_tags(&endpoint).map(Answer::Listing)
            });
            for name in &want.artifacts {
                add(Question::Artifact(name.clone()), &|| {
                    let artifact = registry.remembered_artifact(&endpoint, name)?;
                    Some(Answer::Artifact(name.clone(), artifact))
                });
            }
            for (name, layer) in want.bundles.iter().filter(|_| self.bundles) {
                let question = Question::Files(name.clone());
                add(question, &|| {
                    let artifact = registry.remembered_artifact(&endpoint, name)?;
                    let layer = layer.as_deref();
                    let folder = match registry.network() {
                        true => registry.pulled(&endpoint, &artifact, layer)?,
                        // From the cache, or from a folder that stands in for the registry.
                        false => registry.pull(&endpoint, &artifact, layer).ok()?,
                    };
                    Some(Answer::Pulled(artifact.digest, folder))
                });
            }
        }
        answers
    }

    /// What is still to be asked of registries: what is not known, or so old that Flux would have asked again. With
    /// `anew`, whatever its age.
    pub fn next(
        &mut self,
        db: &dyn Db,
        wants: &[Ask],
        now: Timestamp,
        anew: bool,
    ) -> Vec<registry::Ask> {
        let mut asks = Vec::new();
        for want in wants {
            let known = remote(db, &want.repository);
            let endpoint = want.endpoint();
            let is_old = |at: Timestamp| anew || is_old(now, at, want.interval);
            let mut ask = |question: Question, ask: registry::Ask| {
                if self.asked.insert((want.repository.clone(), question)) {
                    asks.push(ask);
                }
            };
            let asked = known.and_then(|known| known.asked(db));
            if asked.is_none_or(is_old) {
                ask(Question::Tags, registry::Ask::Tags(endpoint.clone()));
            }
            let artifact = |name: &SmolStr| known?.artifacts(db).get(name).cloned();
            let bundles = want.bundles.iter().filter(|_| self.bundles);
            let names = want.artifacts.iter().chain(bundles.map(|(name, _)| name));
            for name in names {
                // What a digest stands for never changes.
                let is_digest = name.contains(':');
                let fresh =
                    artifact(name).is_some_and(|artifact| is_digest || !is_old(artifact.at));
                if !fresh {
                    ask(
                        Question::Artifact(name.clone()),
                        registry::Ask::Artifact(endpoint.clone(), name.clone()),
                    );
                }
            }
            for (name, layer) in want.bundles.iter().filter(|_| self.bundles) {
                let Some(artifact) = artifact(name) else {
                    continue;
                };
                let pulled =
                    known.is_some_and(|known| known.pulled(db).contains_key(&artifact.digest));
                if !pulled {
                    let pull = registry::Ask::Pull {
                        endpoint: endpoint.clone(),
                        artifact: (*artifact).clone(),
                        media_type: layer.clone(),
                    };
                    ask(Question::Files(artifact.digest.clone()), pull);
                }
            }
        }
        asks
    }
}

impl Ask {
    /// The repository as a registry is asked for it.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint {
            repository: self.repository.clone(),
            insecure: self.insecure,
        }
    }
}

/// An answer of a registry as the database takes it in.
pub fn answer_of(ask: &registry::Ask, answer: registry::Answer) -> (Repository, Answer) {
    let taken = match answer {
        registry::Answer::Tags(listing) => listing.map(Answer::Listing),
        registry::Answer::Artifact(artifact) => artifact.map(|artifact| {
            let name = match ask {
                registry::Ask::Artifact(_, name) => name.clone(),
                _ => artifact.digest.clone(),
            };
            Answer::Artifact(name, artifact)
        }),
        registry::Answer::Pull(folder) => folder.map(|folder| {
            let digest = match ask {
                registry::Ask::Pull { artifact, .. } => artifact.digest.clone(),
                _ => SmolStr::default(),
            };
            Answer::Pulled(digest, folder)
        }),
    };
    let repository = ask.endpoint().repository.clone();
    let fault = |fault| match ask {
        registry::Ask::Tags(_) => Answer::Fault(None, fault),
        registry::Ask::Artifact(_, name) => Answer::Fault(Some(name.clone()), fault),
        registry::Ask::Pull { artifact, .. } => Answer::Fault(Some(artifact.digest.clone()), fault),
    };
    (repository, taken.unwrap_or_else(fault))
}

/// What is to be asked for the environments of several roots.
pub fn wanted_in(db: &dyn Db, roots: &[Root]) -> Vec<Ask> {
    let mut all: BTreeMap<Repository, Ask> = BTreeMap::new();
    for ask in roots.iter().flat_map(|root| wanted(db, *root)) {
        match all.entry(ask.repository.clone()) {
            Entry::Occupied(known) => {
                let known = known.into_mut();
                known.interval = known.interval.min(ask.interval);
                known.insecure |= ask.insecure;
                known.artifacts.extend(ask.artifacts);
                known.bundles.extend(ask.bundles);
            }
            Entry::Vacant(vacant) => {
                vacant.insert(ask);
            }
        }
    }
    all.into_values().collect()
}

/// The mirrors that the settings of roots name.
pub fn mirrors(db: &dyn Db, roots: &[Root]) -> Vec<(String, Mirror)> {
    let mut mirrors = Vec::new();
    for root in roots {
        let settings = settings(db, *root);
        let named = settings.settings.mirrors.iter();
        mirrors.extend(named.map(|(name, place)| (name.clone(), mirror(root.path(db), place))));
    }
    mirrors
}

/// A mirror as it is written: `oci://host/path`, `http://host/path` for one without TLS, or a folder.
fn mirror(root: &Utf8Path, place: &str) -> Mirror {
    let mut schemes = MIRROR_SCHEMES.iter();
    match schemes.find_map(|scheme| Some((scheme, place.strip_prefix(scheme)?))) {
        Some((scheme, address)) => Mirror::Registry {
            address: address.trim_end_matches('/').to_owned(),
            insecure: *scheme == "http://",
        },
        None => Mirror::Layout(root.join(place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_addresses_or_folders() {
        let read = |place| mirror(Utf8Path::new("/repo"), place);
        let registry = |address: &str, insecure| Mirror::Registry {
            address: address.to_owned(),
            insecure,
        };
        assert_eq!(
            read("oci://m.example.com/a/"),
            registry("m.example.com/a", false)
        );
        assert_eq!(
            read("http://127.0.0.1:5000"),
            registry("127.0.0.1:5000", true)
        );
        assert_eq!(
            read("./registry"),
            Mirror::Layout("/repo/./registry".into())
        );
    }
}
