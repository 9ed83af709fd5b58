//! What the generators look at in a repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::known::{KUSTOMIZATION, NAMESPACE, OCI_REPOSITORY};
use infragen_flux::{Kind, ObjectFacts};
use infragen_syntax::{Node, nearest};
use infragen_workspace::{
    Class, Db, DefinedBy, Definition, Directory, Entry, Environment, EnvironmentSettings, Found,
    PathTarget, Root, Settings, SourceFile, definitions, environments, facts, find,
    kustomization_file, namespace_of, resolve_path, settings, tree,
};
use serde::Serialize;

use crate::refusal::Refusal;
use crate::versions::class_of;

/// The folder of the services, from the root.
pub(crate) const APPS: &str = "apps";

/// The namespace of Flux, and the name of the source that `flux bootstrap` makes in it.
pub(crate) const FLUX_SYSTEM: &str = "flux-system";

/// A root, with the questions of the generators.
pub(crate) struct Repository<'db> {
    pub db: &'db dyn Db,
    pub root: Root,
    pub environments: Arc<Vec<Environment>>,
    pub settings: Settings,
}

/// A Flux Kustomization.
pub(crate) struct Outer {
    pub file: SourceFile,
    pub name: String,
    pub namespace: Option<String>,
    /// The directory that it applies, from the root, where that is in this repository.
    pub applies: Option<Utf8PathBuf>,
}

/// A service: a folder of `apps/` with a base and overlays.
pub(crate) struct Service<'db> {
    pub name: String,
    pub base: Directory,
    pub overlays: Directory,
    repository: &'db Repository<'db>,
}

/// The OCIRepository of a service's base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub api_version: String,
    pub name: String,
    /// As written in the base.
    pub namespace: Option<String>,
    pub url: Option<String>,
    /// The keys of its `spec.ref`.
    pub reference: Vec<String>,
}

/// Where an environment takes its manifests from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct EntrySource {
    pub kind: String,
    pub name: String,
    /// Only where it is not the namespace of the Kustomizations that name it.
    pub namespace: Option<String>,
    /// The namespace in which Flux Kustomizations of the environment live.
    #[serde(skip)]
    pub home: String,
}

impl Default for EntrySource {
    /// What `flux bootstrap` makes.
    fn default() -> Self {
        Self {
            kind: "GitRepository".to_owned(),
            name: FLUX_SYSTEM.to_owned(),
            namespace: None,
            home: FLUX_SYSTEM.to_owned(),
        }
    }
}

impl<'db> Repository<'db> {
    /// Looks at a root; refuses one whose settings or environments are ambiguous.
    pub fn new(db: &'db dyn Db, root: Root) -> Result<Self, Refusal> {
        let settings = settings(db, root);
        if let Some(error) = &settings.error {
            return Err(Refusal::new(format!(
                "`.infragen.yaml` cannot be read: {}",
                error.message
            ))
            .help("correct it first: it may say which environments there are"));
        }
        let environments = environments(db, root);
        let mut paths: BTreeMap<&str, &Utf8Path> = BTreeMap::new();
        for environment in environments.iter() {
            if let Some(other) = paths.insert(&environment.name, &environment.path) {
                return Err(Refusal::new(format!(
                    "two environments are called `{}`: `{other}` and `{}`",
                    environment.name, environment.path
                ))
                .help(format!(
                    "give each a name of its own in .infragen.yaml: `environments: {{NAME: {{path: {other}}}}}`"
                )));
            }
        }
        Ok(Self {
            db,
            root,
            environments,
            settings: settings.settings.clone(),
        })
    }

    pub fn find(&self, path: &Utf8Path) -> Found {
        match self.root.top(self.db) {
            Some(top) => find(self.db, top, path.as_str()),
            None => Found::Missing,
        }
    }

    pub fn exists(&self, path: &Utf8Path) -> bool {
        self.find(path) != Found::Missing
    }

    pub fn directory(&self, path: &Utf8Path) -> Option<Directory> {
        match self.find(path) {
            Found::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    pub fn file(&self, path: &Utf8Path) -> Option<SourceFile> {
        match self.find(path) {
            Found::File(file) => Some(file),
            _ => None,
        }
    }

    pub fn text(&self, path: &Utf8Path) -> Option<Arc<str>> {
        infragen_workspace::text(self.db, self.file(path)?).ok()
    }

    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|environment| environment.name == name)
    }

    /// The environment that a file belongs to by its folders; none for what environments share.
    pub fn environment_of(&self, path: &Utf8Path) -> Option<&str> {
        let inside = self
            .environments
            .iter()
            .find(|environment| path.starts_with(&environment.path));
        let named = || {
            let mut folders = path.parent()?.components();
            folders.find_map(|folder| self.environment(folder.as_str()))
        };
        inside
            .or_else(named)
            .map(|environment| environment.name.as_str())
    }

    /// What `.infragen.yaml` says of an environment.
    pub fn environment_settings(&self, name: &str) -> Option<&EnvironmentSettings> {
        self.settings.environments.get(name)
    }

    /// The class of an environment that nobody chooses one for.
    pub fn class(&self, environment: &str) -> Class {
        self.environment_settings(environment)
            .and_then(|settings| settings.class)
            .unwrap_or_else(|| class_of(environment))
    }

    pub fn no_environment(&self, name: &str) -> Refusal {
        let names = || {
            self.environments
                .iter()
                .map(|environment| environment.name.as_str())
        };
        let known = names().collect::<Vec<_>>().join(", ");
        let refusal = Refusal::new(format!("there is no environment `{}`", name.escape_debug()));
        refusal.help(match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`? This repository has {known}"),
            None if known.is_empty() => {
                format!("this repository has none yet: infragen add-env {name}")
            }
            None => format!("this repository has {known}; to add one: infragen add-env {name}"),
        })
    }

    /// Every YAML file below a directory, in order of path.
    pub fn files_below(&self, directory: Directory) -> Vec<SourceFile> {
        let mut found = Vec::new();
        let mut stack = vec![directory];
        while let Some(directory) = stack.pop() {
            found.extend(directory.files(self.db));
            stack.extend(directory.directories(self.db));
        }
        found.sort_by_cached_key(|file| file.path(self.db));
        found
    }

    /// The source of an environment: that of its entry point, else what a bootstrap makes.
    pub fn entry_source(&self, environment: Option<&Environment>) -> EntrySource {
        let found = environment.and_then(|environment| match &environment.entry {
            Entry::Object {
                file,
                object,
                source,
            } => {
                let (kind, name) = source.as_ref()?;
                let facts = facts(self.db, *file);
                let number = *object;
                let object = facts.objects.get(number as usize)?;
                let home = self
                    .namespace_of(*file, number, object)
                    .unwrap_or_else(|| FLUX_SYSTEM.to_owned());
                let own = object
                    .references
                    .iter()
                    .find(|reference| reference.row.path == ["spec", "sourceRef"])
                    .and_then(|reference| reference.namespace.as_ref())
                    .map(|namespace| namespace.value.to_string());
                Some(EntrySource {
                    kind: kind.to_string(),
                    name: name.to_string(),
                    namespace: own.filter(|own| *own != home),
                    home,
                })
            }
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// The namespace in which an object certainly ends up.
    fn namespace_of(&self, file: SourceFile, number: u32, object: &ObjectFacts) -> Option<String> {
        let definition = Definition {
            file,
            by: DefinedBy::Object(number),
            namespace: object
                .namespace
                .as_ref()
                .map(|namespace| namespace.value.clone()),
        };
        namespace_of(self.db, &definition).map(|namespace| namespace.to_string())
    }

    /// The Flux Kustomizations in the files below a directory.
    pub fn kustomizations_below(&self, directory: Directory) -> Vec<Outer> {
        let mut found = Vec::new();
        for file in self.files_below(directory) {
            let facts = facts(self.db, file);
            for (number, object) in (0..).zip(&facts.objects) {
                if object.kind == *KUSTOMIZATION && !object.in_patch {
                    found.extend(self.outer(file, number, object));
                }
            }
        }
        found
    }

    fn outer(&self, file: SourceFile, number: u32, object: &ObjectFacts) -> Option<Outer> {
        let name = object.name.as_ref()?.value.to_string();
        let target = object
            .paths
            .first()
            .map(|path| resolve_path(self.db, file, object, path));
        let applies = match target {
            Some(PathTarget::Here {
                found: Found::Directory(directory),
                ..
            }) => Some(directory.path(self.db).clone()),
            _ => None,
        };
        Some(Outer {
            file,
            name,
            namespace: self.namespace_of(file, number, object),
            applies,
        })
    }

    /// The Flux Kustomizations of an environment: those in its own folder.
    pub fn outers(&self, environment: &Environment) -> Vec<Outer> {
        self.directory(&environment.path)
            .map(|directory| self.kustomizations_below(directory))
            .unwrap_or_default()
    }

    /// The files in which a namespace is defined, of which each gives it to some cluster.
    pub fn namespace_files(&self, name: &str) -> Vec<Utf8PathBuf> {
        let kind = NAMESPACE.into();
        definitions(self.db, self.root, &kind, name)
            .into_iter()
            .map(|definition| definition.file.path(self.db))
            .collect()
    }

    /// The services, in order of name.
    pub fn services(&'db self) -> Vec<Service<'db>> {
        let Some(apps) = self.directory(Utf8Path::new(APPS)) else {
            return Vec::new();
        };
        apps.directories(self.db)
            .filter_map(|folder| {
                let part = |name: &str| self.directory(&folder.path(self.db).join(name));
                let base = part("base")?;
                kustomization_file(self.db, base)?;
                Some(Service {
                    name: folder.path(self.db).file_name()?.to_owned(),
                    base,
                    overlays: part("overlays")?,
                    repository: self,
                })
            })
            .collect()
    }

    /// Where bundles are published: what the settings say, else where the other services' are.
    pub fn registry(&'db self) -> Option<String> {
        let trimmed = |registry: &str| {
            registry
                .trim_start_matches("oci://")
                .trim_end_matches('/')
                .to_owned()
        };
        if let Some(registry) = &self.settings.registry {
            return Some(trimmed(registry));
        }
        let prefixes = self.services().into_iter().filter_map(|service| {
            let url = service.source()?.url?;
            let prefix = url.strip_suffix(&format!("/{}-kustomize", service.name))?;
            Some(trimmed(prefix))
        });
        most_common(prefixes)
    }

    /// The filter that the services have in an environment: that of their OCIRepositories and of the
    /// patches of these in folders of its name.
    pub fn filter_in(&self, environment: &str) -> Option<String> {
        let mut filters = Vec::new();
        let mut stack: Vec<(Directory, bool)> = self
            .root
            .top(self.db)
            .map(|top| (top, false))
            .into_iter()
            .collect();
        while let Some((directory, inside)) = stack.pop() {
            let inside = inside || directory.path(self.db).file_name() == Some(environment);
            if inside {
                filters.extend(
                    directory
                        .files(self.db)
                        .filter_map(|file| self.filter_of(file)),
                );
            }
            stack.extend(directory.directories(self.db).map(|below| (below, inside)));
        }
        most_common(filters.into_iter())
    }

    fn filter_of(&self, file: SourceFile) -> Option<String> {
        let facts = facts(self.db, file);
        let object = facts
            .objects
            .iter()
            .find(|object| object.kind == *OCI_REPOSITORY)?;
        let tree = tree(self.db, file);
        let filter = tree
            .document(object.document)?
            .root()?
            .at(&["spec", "ref", "semverFilter"])?
            .as_str()?;
        Some(filter.to_owned())
    }
}

/// The value that is there most often, of equals the first in order.
fn most_common(values: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts
        .into_iter()
        .find(|(_, count)| *count == most)
        .map(|(value, _)| value)
}

impl Service<'_> {
    /// Its folder, from the root.
    pub fn path(&self) -> Utf8PathBuf {
        Utf8Path::new(APPS).join(&self.name)
    }

    /// Its overlay for an environment, if it has one.
    pub fn overlay(&self, environment: &str) -> Option<Directory> {
        self.repository.directory(&self.overlay_path(environment))
    }

    pub fn overlay_path(&self, environment: &str) -> Utf8PathBuf {
        self.overlays.path(self.repository.db).join(environment)
    }

    /// The OCIRepository in its base: that of its name, else the only one.
    pub fn source(&self) -> Option<Source> {
        let mut sources = self.objects(OCI_REPOSITORY, |object, root| {
            let name = object.name.as_ref()?.value.to_string();
            let reference = root.at(&["spec", "ref"]);
            let keys = reference.into_iter().flat_map(|reference| {
                reference
                    .own_entries()
                    .filter_map(|entry| entry.key.as_str())
            });
            Some(Source {
                api_version: object.api_version.to_string(),
                name,
                namespace: object
                    .namespace
                    .as_ref()
                    .map(|namespace| namespace.value.to_string()),
                url: root
                    .at(&["spec", "url"])
                    .and_then(Node::as_str)
                    .map(str::to_owned),
                reference: keys.map(str::to_owned).collect(),
            })
        });
        if let Some(own) = sources.iter().position(|source| source.name == self.name) {
            return Some(sources.swap_remove(own));
        }
        match sources.len() {
            1 => sources.pop(),
            _ => None,
        }
    }

    /// How many Flux Kustomizations its base holds.
    pub fn component_count(&self) -> usize {
        self.objects(KUSTOMIZATION, |_, _| Some(())).len()
    }

    fn objects<T>(
        &self,
        kind: &Kind,
        read: impl Fn(&ObjectFacts, Node<'_>) -> Option<T>,
    ) -> Vec<T> {
        let db = self.repository.db;
        let mut found = Vec::new();
        for file in self.repository.files_below(self.base) {
            let facts = facts(db, file);
            let wanted = facts
                .objects
                .iter()
                .filter(|object| object.kind == *kind && !object.in_patch);
            for object in wanted {
                let tree = tree(db, file);
                let root = tree
                    .document(object.document)
                    .and_then(|document| document.root());
                found.extend(root.and_then(|root| read(object, root)));
            }
        }
        found
    }
}
