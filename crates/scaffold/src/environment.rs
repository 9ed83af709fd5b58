//! `add-env`

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::known::{FLUX_INSTANCE, KUSTOMIZATION};
use infragen_flux::{FileFacts, Role};
use infragen_syntax::{NewValue, Segment, Target, Tree, insert_entry, nearest, quote};
use infragen_templates as templates;
use infragen_workspace::{Class, Db, Directory, Entry, Environment, Root, entry_paths, facts};
use serde::Serialize;

use crate::copy::Copier;
use crate::listing::{list, unlist};
use crate::names;
use crate::plan::{Draft, Plan};
use crate::refusal::Refusal;
use crate::rename::names as names_environment;
use crate::render::render;
use crate::repository::{EntrySource, FLUX_SYSTEM, Outer, Repository, Service};
use crate::service::{NewOuter, Overlay, Place, place_versions};
use crate::versions::VersionChoice;

/// What is asked of a new environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddEnvironment {
    /// Its name.
    pub name: String,
    /// The services that it gets; all if none is given.
    pub services: Vec<String>,
    /// The environment whose overlays are copied; without it they are made from the class.
    pub from: Option<String>,
    /// Which versions it takes.
    pub versions: VersionChoice,
    /// Where a first environment takes its manifests from; without it that is left to `flux bootstrap`.
    pub sync: Option<Sync>,
}

/// The Git repository that a cluster is synchronised with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// Its address, `https://…` or `ssh://…`.
    pub url: String,
    /// The reference: `refs/heads/main`.
    pub reference: String,
}

impl AddEnvironment {
    fn class(&self, repository: &Repository<'_>) -> Class {
        let chosen = self.versions.class;
        chosen.unwrap_or_else(|| repository.class(&self.name))
    }
}

/// The folder of what clusters have beside services, from the root.
const INFRASTRUCTURE: &str = "infrastructure";

/// The settings of a repository.
const SETTINGS: &str = ".infragen.yaml";

/// Plans a new environment.
pub fn add_environment(db: &dyn Db, root: Root, request: &AddEnvironment) -> Result<Plan, Refusal> {
    let repository = Repository::new(db, root)?;
    let repository = &repository;
    names::environment(&request.name)?;
    request.versions.check(Some(request.class(repository)))?;
    if let Some(known) = repository.environment(&request.name) {
        return Err(Refusal::new(format!(
            "there is an environment `{}` already, in {}",
            known.name, known.path
        ))
        .help("choose another name"));
    }
    if request.from.is_some() && request.versions != VersionChoice::default() {
        return Err(Refusal::new(
            "what is copied from another environment has its versions already",
        )
        .help("leave out either --from or --class, --range and --filter"));
    }
    let services = chosen(repository, request)?;
    let sibling = sibling(repository, request)?;
    let path = path(repository, &request.name, sibling);

    let mut draft = Draft::new(repository);
    draft.is_free(&path)?;
    let addition = Addition {
        repository,
        request,
        services: &services,
        place: Place {
            name: request.name.clone(),
            path,
            source: repository.entry_source(sibling),
            environment: None,
        },
    };
    match sibling {
        Some(sibling) => addition.like(&mut draft, sibling)?,
        None => addition.first(&mut draft)?,
    }
    for service in &services {
        addition.overlay(&mut draft, service)?;
    }
    if draft.is_empty() {
        return Err(Refusal::new(format!(
            "`{}` would have nothing: there is neither a service nor another environment",
            request.name
        ))
        .help("write a service first: infragen new-service NAME"));
    }
    addition.settings(&mut draft, sibling)?;
    addition.notes(&mut draft, sibling);
    Ok(draft.finish())
}

fn chosen<'r>(
    repository: &'r Repository<'r>,
    request: &AddEnvironment,
) -> Result<Vec<Service<'r>>, Refusal> {
    let mut services = repository.services();
    for name in &request.services {
        if services.iter().any(|service| service.name == *name) {
            continue;
        }
        let names = || services.iter().map(|service| service.name.as_str());
        let refusal = Refusal::new(format!("there is no service `{}`", name.escape_debug()));
        return Err(match nearest(name, names()) {
            Some(near) => refusal.help(format!("did you mean `{near}`?")),
            None => match names().collect::<Vec<_>>().as_slice() {
                [] => refusal.help(format!("write it first: infragen new-service {name}")),
                all => refusal.help(format!("this repository has {}", all.join(", "))),
            },
        });
    }
    if !request.services.is_empty() {
        services.retain(|service| request.services.contains(&service.name));
    }
    let Some(from) = &request.from else {
        return Ok(services);
    };
    // What is asked for by name must be there; else only what there is gets copied.
    if let Some(service) = services
        .iter()
        .find(|service| !request.services.is_empty() && service.overlay(from).is_none())
    {
        return Err(
            Refusal::new(format!("`{}` has no overlay for `{from}`", service.name))
                .help("leave --from out, or name an environment that has it"),
        );
    }
    services.retain(|service| service.overlay(from).is_some());
    Ok(services)
}

/// The environment that the new one is made like: the one that was named, else the most similar one.
fn sibling<'r>(
    repository: &'r Repository<'r>,
    request: &AddEnvironment,
) -> Result<Option<&'r Environment>, Refusal> {
    if let Some(from) = &request.from {
        return match repository.environment(from) {
            Some(environment) => Ok(Some(environment)),
            None => Err(repository.no_environment(from)),
        };
    }
    let class = request.class(repository);
    Ok(repository.environments.iter().min_by_key(|environment| {
        let other_class = repository.class(&environment.name) != class;
        let no_entry = !matches!(environment.entry, Entry::Object { .. });
        (other_class, no_entry)
    }))
}

/// The folder of the new environment: what the settings say, else like its sibling's, else in `clusters/`.
fn path(repository: &Repository<'_>, name: &str, sibling: Option<&Environment>) -> Utf8PathBuf {
    let default = Utf8Path::new("clusters").join(name);
    let settled = repository.environment_settings(name);
    if let Some(path) = settled.and_then(|settings| settings.path.clone()) {
        return path;
    }
    let Some(sibling) = sibling else {
        return default;
    };
    let parts: Vec<&str> = sibling
        .path
        .components()
        .map(|part| part.as_str())
        .collect();
    if !parts.contains(&sibling.name.as_str()) {
        return default;
    }
    let renamed = parts
        .into_iter()
        .map(|part| if part == sibling.name { name } else { part });
    renamed.collect()
}

struct Addition<'a, 'r> {
    repository: &'r Repository<'r>,
    request: &'a AddEnvironment,
    services: &'a [Service<'r>],
    place: Place<'r>,
}

impl<'r> Addition<'_, 'r> {
    /// Copies the clusters's folder of another environment, without its services, and all that it names.
    fn like(&self, draft: &mut Draft<'r>, sibling: &Environment) -> Result<(), Refusal> {
        let repository = self.repository;
        let db = repository.db;
        let Some(directory) = repository.directory(&sibling.path) else {
            return Ok(());
        };
        let outers = self.service_outers(sibling);
        let mut copier = Copier::new(draft, sibling, &self.request.name, &self.place.path);
        copier.elsewhere = repository
            .services()
            .iter()
            .map(|service| service.overlay_path(&sibling.name))
            .collect();
        for (service, outer) in &outers {
            if self.has(service) {
                continue;
            }
            if stands_alone(repository, outer) {
                copier.without.insert(outer.file.path(db));
            } else {
                return Err(Refusal::new(format!(
                    "`{}` holds `{service}`, which --service leaves out, together with others",
                    outer.file.path(db)
                ))
                .help(format!(
                    "add --service {service}, or give it a file of its own"
                )));
            }
        }
        copier.directory(directory)?;
        for part in self.parts_of_infrastructure(&sibling.name) {
            copier.directory(part)?;
        }
        let left_out: Vec<Utf8PathBuf> = copier
            .without
            .iter()
            .filter_map(|outer| copier.path_of_copy(outer))
            .collect();
        for outer in left_out {
            unlist(draft, &self.place.path, &outer)?;
        }
        for service in self.services {
            self.outer(draft, service, sibling)?;
        }
        Ok(())
    }

    fn has(&self, service: &str) -> bool {
        self.services.iter().any(|known| known.name == service)
    }

    /// The Flux Kustomizations of an environment that apply overlays of services.
    fn service_outers(&self, environment: &Environment) -> Vec<(String, Outer)> {
        let services = self.repository.services();
        let outers = self.repository.outers(environment).into_iter();
        outers
            .filter_map(|outer| {
                let applied = outer.applies.as_ref()?;
                let service = services
                    .iter()
                    .find(|service| applied.starts_with(service.path()))?;
                Some((service.name.clone(), outer))
            })
            .collect()
    }

    /// The directories of `infrastructure/` that bear an environment's name, the outermost ones.
    fn parts_of_infrastructure(&self, environment: &str) -> Vec<Directory> {
        let db = self.repository.db;
        let mut found = Vec::new();
        let mut stack: Vec<Directory> = self
            .repository
            .directory(Utf8Path::new(INFRASTRUCTURE))
            .into_iter()
            .collect();
        while let Some(directory) = stack.pop() {
            if directory.path(db).file_name() == Some(environment) {
                found.push(directory);
            } else {
                stack.extend(directory.directories(db));
            }
        }
        found
    }

    /// The Flux Kustomization of a service: that of the sibling, which is copied with the folder, a copy of
    /// that of another environment that has the service, else a new one.
    fn outer(
        &self,
        draft: &mut Draft<'r>,
        service: &Service<'r>,
        sibling: &Environment,
    ) -> Result<(), Refusal> {
        let repository = self.repository;
        let others = repository.environments.iter();
        let others = others.filter(|environment| environment.name != sibling.name);
        let found = std::iter::once(sibling)
            .chain(others)
            .find_map(|environment| {
                let outers = self.service_outers(environment).into_iter();
                let own = outers.filter(|(name, _)| *name == service.name);
                own.map(|(_, outer)| (environment, outer)).next()
            });
        let Some((environment, outer)) = found else {
            return self.new_outer(draft, service);
        };
        self.waits_only_for_what_is_here(&outer, environment)?;
        if environment.name == sibling.name {
            return Ok(());
        }
        if !stands_alone(repository, &outer) {
            return self.new_outer(draft, service);
        }
        let mut copier = Copier::new(draft, environment, &self.request.name, &self.place.path);
        copier
            .elsewhere
            .insert(service.overlay_path(&environment.name));
        copier.file(outer.file)?;
        let copy = copier.path_of_copy(&outer.file.path(repository.db));
        match copy {
            Some(copy) => list(draft, &self.place.path, &copy),
            None => Ok(()),
        }
    }

    fn new_outer(&self, draft: &mut Draft<'r>, service: &Service<'r>) -> Result<(), Refusal> {
        let outer = NewOuter {
            service: &service.name,
            component_count: service.component_count(),
            depends_on: Vec::new(),
        };
        outer.write(draft, &self.place)
    }

    /// Refuses to copy a Flux Kustomization that waits for a service which is left out.
    fn waits_only_for_what_is_here(
        &self,
        outer: &Outer,
        environment: &Environment,
    ) -> Result<(), Refusal> {
        let facts = facts(self.repository.db, outer.file);
        let names: BTreeSet<&str> = facts
            .objects
            .iter()
            .filter(|object| !object.in_patch)
            .flat_map(|object| &object.references)
            .filter(|reference| reference.row.role == Role::DependsOn)
            .map(|reference| reference.name.value.as_str())
            .collect();
        let left_out = self
            .service_outers(environment)
            .into_iter()
            .find(|(service, other)| names.contains(other.name.as_str()) && !self.has(service));
        match left_out {
            None => Ok(()),
            Some((service, _)) => Err(Refusal::new(format!(
                "`{}` waits for `{service}`, which `{}` would not have",
                outer.name, self.request.name
            ))
            .help(format!("add --service {service}"))),
        }
    }

    /// The first environment of a repository.
    fn first(&self, draft: &mut Draft<'r>) -> Result<(), Refusal> {
        #[derive(Serialize)]
        struct Data<'a> {
            environment: &'a str,
            namespace: &'a str,
            source: &'a EntrySource,
            path: String,
        }
        let place = &self.place;
        if let Some(sync) = &self.request.sync {
            self.flux_instance(draft, sync)?;
        }
        let data = |path: &Utf8Path| Data {
            environment: &place.name,
            namespace: &place.source.home,
            source: &place.source,
            path: format!("./{path}"),
        };
        let infrastructure = Utf8Path::new(INFRASTRUCTURE);
        let base = infrastructure.join("base");
        let overlay = infrastructure.join("overlays").join(&place.name);
        if !draft.exists(infrastructure) {
            for (name, template) in [
                ("kustomization.yaml", templates::INFRASTRUCTURE_BASE),
                ("cluster-settings.yaml", templates::INFRASTRUCTURE_SETTINGS),
            ] {
                draft.create(base.join(name), render(template, &data(&base))?)?;
            }
            for (name, template) in [
                ("kustomization.yaml", templates::INFRASTRUCTURE_OVERLAY),
                (
                    "cluster-settings-patch.yaml",
                    templates::INFRASTRUCTURE_OVERLAY_SETTINGS,
                ),
            ] {
                draft.create(overlay.join(name), render(template, &data(&overlay))?)?;
            }
            draft.create(
                place.path.join("infrastructure.yaml"),
                render(templates::ENVIRONMENT_INFRASTRUCTURE, &data(&overlay))?,
            )?;
        }
        for service in self.services {
            self.new_outer(draft, service)?;
        }
        Ok(())
    }

    fn flux_instance(&self, draft: &mut Draft<'r>, sync: &Sync) -> Result<(), Refusal> {
        #[derive(Serialize)]
        struct Data<'a> {
            environment: &'a str,
            url: &'a str,
            reference: &'a str,
            path: &'a str,
        }
        let place = &self.place;
        let data = Data {
            environment: &place.name,
            url: &sync.url,
            reference: &sync.reference,
            path: place.path.as_str(),
        };
        draft.create(
            place.path.join(FLUX_SYSTEM).join("flux-instance.yaml"),
            render(templates::ENVIRONMENT_FLUX_INSTANCE, &data)?,
        )
    }

    fn overlay(&self, draft: &mut Draft<'r>, service: &Service<'r>) -> Result<(), Refusal> {
        let repository = self.repository;
        let name = &self.request.name;
        let original = self
            .request
            .from
            .as_ref()
            .and_then(|from| Some((repository.environment(from)?, service.overlay(from)?)));
        if let Some((environment, directory)) = original {
            let mut copier = Copier::new(draft, environment, name, &self.place.path);
            return copier.directory(directory);
        }
        let source = service.source();
        let overlay = Overlay {
            service: &service.name,
            environment: name,
            source: source.as_ref(),
            feature: None,
        };
        let versions = place_versions(repository, name, &self.request.versions)?;
        overlay.write(draft, &service.overlay_path(name), &versions)?;
        if source.is_none() {
            draft.notes.push(format!(
                "the base of `{}` has no OCIRepository of its name: say in {} which version `{name}` takes",
                service.name,
                service.overlay_path(name)
            ));
        }
        Ok(())
    }

    /// Names the environment in `.infragen.yaml` if its sibling is named there, or if nothing else says that
    /// it is one: what applies the sibling's folder may stand where it is not copied.
    fn settings(
        &self,
        draft: &mut Draft<'r>,
        sibling: Option<&Environment>,
    ) -> Result<(), Refusal> {
        let repository = self.repository;
        let name = &self.request.name;
        if repository.environment_settings(name).is_some() {
            return Ok(());
        }
        let settings = sibling.and_then(|sibling| repository.environment_settings(&sibling.name));
        if settings.is_none() {
            if self.shows_itself(draft) {
                return Ok(());
            }
            let note = format!(
                "`{name}` is named in {SETTINGS}: nothing else says that {} is an environment",
                self.place.path
            );
            draft.notes.insert(0, note);
        }
        let mut lines = Vec::new();
        let mut say = |key: &str, value: &str| {
            lines.push(format!("{key}: {}", quote(value)));
        };
        if settings.is_none_or(|settings| settings.path.is_some()) {
            say("path", self.place.path.as_str());
        }
        // What later services get here. A tag is that of one service, so a pin is none of it.
        let chosen = &self.request.versions;
        let of_sibling = settings.and_then(|settings| settings.class);
        let copied = self.request.from.as_ref().and(of_sibling);
        let class = chosen.class.or(copied);
        if let Some(class) = class.filter(|class| *class != Class::Pinned) {
            say("class", class_name(class));
        }
        if class != Some(Class::Pinned) {
            if let Some(range) = &chosen.range {
                say("range", range);
            }
            if let Some(filter) = &chosen.filter {
                say("filter", filter);
            }
        }
        let value = if lines.is_empty() {
            "{}".to_owned()
        } else {
            lines.join("\n")
        };
        name_in_settings(draft, name, &value)
    }

    /// Whether what is planned makes the folder an environment of its own accord.
    fn shows_itself(&self, draft: &Draft<'r>) -> bool {
        let path = &self.place.path;
        let in_clusters = path.parent() == Some(Utf8Path::new("clusters"));
        draft.new_texts().any(|(file, text)| {
            let Some(here) = file.parent() else {
                return false;
            };
            let near = here == path || here.parent() == Some(path);
            (in_clusters && near) || entry_paths(here, text).contains(path)
        })
    }

    fn notes(&self, draft: &mut Draft<'r>, sibling: Option<&Environment>) {
        let path = &self.place.path;
        if let Some(sibling) = sibling {
            let left: Vec<String> = draft
                .new_texts()
                .filter(|(_, text)| names_environment(text, &sibling.name, &self.request.name))
                .map(|(path, _)| path.to_string())
                .collect();
            if let Some(first) = left.first() {
                let more = match left.len() {
                    1 => String::new(),
                    more => format!(" and {} more", more - 1),
                };
                draft.notes.push(format!(
                    "`{}` is still named in {first}{more}: see whether it should be",
                    sibling.name
                ));
            }
        }
        // The last step is one that nobody may miss.
        draft.notes.truncate(2);
        let instance = draft.new_texts().find(|(_, text)| is_flux_instance(text));
        let last = match (
            instance,
            sibling.and_then(|sibling| self.instance_of(sibling)),
        ) {
            (Some((instance, _)), _) => format!(
                "install Flux in the cluster: kubectl apply -f {instance} (by the Flux operator)"
            ),
            (None, Some(instance)) => format!(
                "let Flux apply it: a FluxInstance like that in {instance}, whose sync path is {path}"
            ),
            (None, None) => {
                format!("let Flux apply it: flux bootstrap git --url=… --path={path}")
            }
        };
        draft.notes.push(last);
    }

    /// The file of the FluxInstance, or of the Helm release of one, that applies an environment.
    fn instance_of(&self, environment: &Environment) -> Option<Utf8PathBuf> {
        let Entry::Object { file, object, .. } = &environment.entry else {
            return None;
        };
        let db = self.repository.db;
        let facts = facts(db, *file);
        let object = facts.objects.get(*object as usize)?;
        (object.kind != *KUSTOMIZATION).then(|| file.path(db))
    }
}

/// Whether a text holds a FluxInstance.
fn is_flux_instance(text: &str) -> bool {
    let facts = FileFacts::read(&Tree::parse(text), false);
    let mut objects = facts.objects.iter();
    objects.any(|object| object.kind == *FLUX_INSTANCE && !object.in_patch)
}

/// Adds an environment to the settings, which may not be there yet.
fn name_in_settings(draft: &mut Draft<'_>, name: &str, value: &str) -> Result<(), Refusal> {
    const ENVIRONMENTS: &str = "environments";
    let settings = Utf8Path::new(SETTINGS);
    if !draft.exists(settings) {
        draft.create(settings.to_owned(), String::new())?;
    }
    draft.edit(settings, |tree| {
        let root = tree.document(0).and_then(|document| document.root());
        if root.is_some_and(|root| root.get(ENVIRONMENTS).is_some()) {
            let environments = Target {
                document: 0,
                path: &[Segment::Key(ENVIRONMENTS)],
            };
            return insert_entry(tree, environments, name, NewValue::Yaml(value), None);
        }
        let top = Target {
            document: 0,
            path: &[],
        };
        let indented = value.replace('\n', "\n  ");
        let value = format!("{}:\n  {indented}", quote(name));
        insert_entry(tree, top, ENVIRONMENTS, NewValue::Yaml(&value), None)
    })
}

/// Whether a Flux Kustomization is the only object of its file.
fn stands_alone(repository: &Repository<'_>, outer: &Outer) -> bool {
    let facts = facts(repository.db, outer.file);
    facts
        .objects
        .iter()
        .filter(|object| !object.in_patch)
        .count()
        == 1
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Stable => "stable",
        Class::Prerelease => "prerelease",
        Class::Pinned => "pinned",
    }
}
