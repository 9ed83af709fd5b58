//! What of an environment is not known here, and why.

use infragen_flux::GroupKind;
use infragen_flux::known::{HELM_RELEASE, OCI_REPOSITORY, RESOURCE_SET};
use infragen_kustomize::{ErrorKind, Place};
use smol_str::SmolStr;

use super::errors::seen_from;
use super::index::objects_named;
use super::source::Elsewhere;
use super::walk::{Application, Cluster};
use crate::db::Db;

/// Something of an environment that ends here: what is behind it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it is.
    pub why: Why,
    /// Kind and name of the object, or the text of the entry.
    pub what: SmolStr,
    /// Where it stands.
    pub place: Place,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A Flux Kustomization builds from a bundle that nothing maps to a directory.
    Unmapped(SmolStr),
    /// It builds from another repository or bucket, at this address.
    Remote(SmolStr),
    /// Its source is not in the repository.
    NoSource(SmolStr),
    /// Its path or source holds a variable whose value is not known.
    Template,
    /// The source has no such directory.
    NoDirectory(SmolStr),
    /// An entry of a kustomization file leads out of the repository, or needs another program.
    Outside,
    /// A build that fails: Flux applies nothing of it.
    Fails,
    /// A chart renders what is behind it.
    Chart,
    /// A ResourceSet renders what is behind it.
    Rendered,
    /// An object that gives variables is not in the repository.
    Values(SmolStr),
    /// Its data is encrypted.
    Encrypted,
}

impl Cluster {
    /// What is not known of it, in the order of its Flux Kustomizations.
    pub fn leaves(&self, db: &dyn Db) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        for application in &self.applications {
            self.leaves_of(db, application, &mut leaves);
        }
        leaves
    }

    fn leaves_of(&self, db: &dyn Db, application: &Application, leaves: &mut Vec<Leaf>) {
        let spec = &application.spec;
        let place = self.place_of(db, application);
        let place =
            place.unwrap_or_else(|| Place::start_of(self.environment.path.as_path().into()));
        let what = SmolStr::new(format!("Kustomization {}/{}", spec.namespace, spec.name));
        let leaf = |why: Why| Leaf {
            why,
            what: what.clone(),
            place: place.clone(),
        };
        for source in self.missing_variables(db, application) {
            leaves.push(leaf(Why::Values(source)));
        }
        if let Err(elsewhere) = &application.directory {
            leaves.push(leaf(match elsewhere {
                Elsewhere::Template => Why::Template,
                Elsewhere::NoSource => Why::NoSource("no sourceRef".into()),
                Elsewhere::Missing => Why::NoDirectory(spec.path.clone()),
                Elsewhere::Source {
                    source,
                    url: Some(url),
                } if source.kind == OCI_REPOSITORY.kind => Why::Unmapped(url.clone()),
                Elsewhere::Source { url: Some(url), .. } => Why::Remote(url.clone()),
                Elsewhere::Source { source, url: None } => Why::NoSource(SmolStr::new(format!(
                    "{} {}/{}",
                    source.kind, source.namespace, source.name
                ))),
            }));
            return;
        }
        let errors = self.errors(db, self.root, application);
        for error in errors
            .iter()
            .filter(|error| error.kind == ErrorKind::Unsupported)
        {
            leaves.push(Leaf {
                why: Why::Outside,
                what: SmolStr::new(&error.message),
                place: error.place.clone(),
            });
        }
        if errors
            .iter()
            .any(|error| error.kind != ErrorKind::Unsupported)
        {
            leaves.push(leaf(Why::Fails));
        }
        let Some(built) = self.built(db, application) else {
            return;
        };
        let inner = application.root(db).unwrap_or(self.root);
        for resource in &built.resources {
            let is_helm_release = resource.kind() == HELM_RELEASE.kind
                && resource.api_version().starts_with(HELM_RELEASE.group);
            let why = if is_helm_release {
                Why::Chart
            } else if resource.kind() == RESOURCE_SET.kind {
                Why::Rendered
            } else if resource.value.get("sops").is_some() {
                Why::Encrypted
            } else {
                continue;
            };
            let (namespace, name) = (resource.namespace(), resource.name());
            leaves.push(Leaf {
                why,
                what: SmolStr::new(format!("{} {namespace}/{name}", resource.kind())),
                place: seen_from(db, self.root, inner, &resource.place),
            });
        }
    }

    /// The objects that give variables to an application and that nothing here applies: `Secret flux-system/keys`.
    fn missing_variables(&self, db: &dyn Db, application: &Application) -> Vec<SmolStr> {
        let Some(post_build) = &application.spec.post_build else {
            return Vec::new();
        };
        let namespace = &application.spec.namespace;
        let applied = |kind: &str, name: &str| {
            let kind = GroupKind {
                group: SmolStr::default(),
                kind: kind.into(),
            };
            let environment = self.environment.clone();
            let placed = objects_named(db, self.root, environment, kind, name.into());
            placed.iter().any(|placed| placed.namespace == *namespace)
        };
        let from = post_build.from.iter();
        from.filter(|from| !applied(&from.kind, &from.name))
            .map(|from| SmolStr::new(format!("{} {namespace}/{}", from.kind, from.name)))
            .collect()
    }
}
