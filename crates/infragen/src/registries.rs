//! Asking registries for what the environments of open repositories take.

use infragen_registry::{Ask, Cancel, Registry, Settings, Timestamp};
use infragen_workspace::{Root, Round, Workspace, answer_of, mirrors, wanted_in};

/// How registries are asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lookup {
    /// Use the cache and folders only.
    pub offline: bool,
    /// Ask again also for what is known and not old.
    pub refresh: bool,
    /// Fetch the files of artifacts that Flux Kustomizations build.
    pub bundles: bool,
}

impl Lookup {
    /// What the cache has of versions and bundles.
    pub const CACHED_BUNDLES: Self = Self {
        offline: true,
        refresh: false,
        bundles: true,
    };
}

/// A registry with the mirrors that the repositories name.
pub fn registry(workspace: &Workspace, roots: &[Root], network: bool) -> Registry {
    let mut settings = Settings::of_environment(|name| std::env::var(name).ok());
    settings.network = network;
    settings.mirrors = mirrors(workspace.db(), roots);
    Registry::new(settings)
}

/// Makes known what the environments of some roots take: first from the cache, then from registries, until there is
/// nothing more to ask.
pub fn look_up(workspace: &mut Workspace, roots: &[Root], lookup: Lookup) -> Registry {
    let registry = registry(workspace, roots, !lookup.offline);
    let mut remembered = Round::new(lookup.bundles);
    let mut round = Round::new(lookup.bundles);
    let now = Timestamp::now();
    workspace.set_answers(Vec::new(), now);
    loop {
        let wants = wanted_in(workspace.db(), roots);
        let cached = remembered.remembered(&registry, &wants);
        if !cached.is_empty() {
            workspace.set_answers(cached, now);
            continue;
        }
        if lookup.offline {
            return registry;
        }
        let asks = round.next(workspace.db(), &wants, now, lookup.refresh);
        if asks.is_empty() {
            return registry;
        }
        ask(workspace, &registry, asks, now);
    }
}

/// Asks, and takes in the answers.
pub fn ask(workspace: &mut Workspace, registry: &Registry, asks: Vec<Ask>, now: Timestamp) {
    let mut answers = Vec::new();
    registry.many(asks, &Cancel::default(), &mut |ask, answer| {
        answers.push(answer_of(&ask, answer));
    });
    workspace.set_answers(answers, now);
}
