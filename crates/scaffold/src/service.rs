//! `new-service`

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::names::MAX_LABEL;
use infragen_syntax::nearest;
use infragen_templates as templates;
use infragen_workspace::{Db, Environment, Root, definitions, environment_of, names_of_kind};
use serde::Serialize;

use crate::identity::is_new;
use crate::listing::list;
use crate::names::{self, label};
use crate::plan::{Draft, Plan};
use crate::refusal::Refusal;
use crate::render::render;
use crate::repository::{APPS, EntrySource, FLUX_SYSTEM, Repository, Source};
use crate::selector::{Object, Selector};
use crate::versions::{RefEntry, VersionChoice, Versions};

/// What is asked of a new service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewService {
    /// Its name.
    pub name: String,
    /// Its components in the order in which they are applied; without any it has one, `app`.
    pub components: Vec<String>,
    /// Where its bundle is pulled from.
    pub url: Option<String>,
    /// The namespace of its objects; its name if not given.
    pub namespace: Option<String>,
    /// The environments that get it; all if none is given.
    pub environments: Vec<String>,
    /// Other services, or Flux Kustomizations of the environments, that must be ready before it.
    pub depends_on: Vec<String>,
    /// `[COMPONENT:]KIND/NAME`: objects whose health is waited for instead of that of all.
    pub health_checks: Vec<String>,
    /// `[COMPONENT:]KIND/NAME`: objects that get an inline patch to fill in.
    pub patches: Vec<String>,
    /// Which versions the environments take.
    pub versions: VersionChoice,
}

/// The component of a service that names none.
const ONLY_COMPONENT: &str = "app";

/// The environments of a repository that has none.
const FIRST_ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// The example among the features.
const FEATURE: &str = "fast-polling";

/// Where bundles are pulled from as long as nobody says it.
const PLACEHOLDER_REGISTRY: &str = "registry.example.com";

/// Names of files of a base, which no component can have.
const BASE_FILES: [&str; 3] = ["kustomization", "namespace", "oci-repository"];

/// Plans a new service.
pub fn new_service(db: &dyn Db, root: Root, request: &NewService) -> Result<Plan, Refusal> {
    let repository = Repository::new(db, root)?;
    let repository = &repository;
    label("service name", &request.name)?;
    let namespace = request.namespace.as_deref().unwrap_or(&request.name);
    label("namespace", namespace)?;
    request.versions.check(None)?;
    let components = components(request, namespace)?;
    let url = url(repository, request)?;
    let places = places(repository, request)?;

    let mut draft = Draft::new(repository);
    let folder = Utf8Path::new(APPS).join(&request.name);
    draft.is_free(&folder)?;
    base(&mut draft, &folder, request, namespace, &url, &components)?;
    let environments: Vec<&str> = places.iter().map(|place| &*place.name).collect();
    for (_, text) in draft.new_texts() {
        is_new(repository, text, &environments).map_err(|refusal| {
            refusal.help(
                "choose another name for the service or its component, or a --namespace of its own",
            )
        })?;
    }
    feature(&mut draft, &folder, &request.name)?;
    for place in &places {
        let versions = place_versions(repository, &place.name, &request.versions)?;
        let source = Source {
            api_version: infragen_flux::known::OCI_REPOSITORY.api_version(),
            name: request.name.clone(),
            namespace: Some(namespace.to_owned()),
            url: Some(url.text.clone()),
            reference: vec!["semver".to_owned()],
        };
        let overlay = Overlay {
            service: &request.name,
            environment: &place.name,
            source: Some(&source),
            feature: Some(FEATURE),
        };
        overlay.write(
            &mut draft,
            &folder.join("overlays").join(&place.name),
            &versions,
        )?;
        let outer = NewOuter {
            service: &request.name,
            component_count: components.len(),
            depends_on: dependencies(repository, place, &request.depends_on)?,
        };
        outer.write(&mut draft, place)?;
    }
    notes(&mut draft, request, &places, &url);
    Ok(draft.finish())
}

/// An environment that gets a service.
pub(crate) struct Place<'a> {
    pub name: String,
    /// The folder of its entry point.
    pub path: Utf8PathBuf,
    pub source: EntrySource,
    /// None for one that comes into being with this plan.
    pub environment: Option<&'a Environment>,
}

fn places<'a>(
    repository: &'a Repository<'a>,
    request: &NewService,
) -> Result<Vec<Place<'a>>, Refusal> {
    let known = &repository.environments;
    let mut names: Vec<String> = request.environments.clone();
    if names.is_empty() && known.is_empty() {
        names = FIRST_ENVIRONMENTS.map(str::to_owned).to_vec();
    } else if names.is_empty() {
        names = known
            .iter()
            .map(|environment| environment.name.to_string())
            .collect();
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
        .into_iter()
        .map(|name| {
            let environment = repository.environment(&name);
            if environment.is_none() {
                names::environment(&name)?;
                if !known.is_empty() {
                    return Err(repository.no_environment(&name));
                }
            }
            // It is written into comments, which a line end would end.
            if name
                .chars()
                .any(|letter| letter.is_control() || "\u{2028}\u{2029}".contains(letter))
            {
                return Err(Refusal::new(format!(
                    "the name of the environment `{}` holds a control character",
                    name.escape_debug()
                ))
                .help("give it another name in .infragen.yaml"));
            }
            let path = environment.map_or_else(
                || Utf8Path::new("clusters").join(&name),
                |environment| environment.path.clone(),
            );
            let source = repository.entry_source(environment);
            Ok(Place {
                name,
                path,
                source,
                environment,
            })
        })
        .collect()
}

/// The versions of an environment: what was chosen, else what the settings, the siblings and the name say.
pub(crate) fn place_versions(
    repository: &Repository<'_>,
    environment: &str,
    choice: &VersionChoice,
) -> Result<Versions, Refusal> {
    choice.versions(
        environment,
        repository.environment_settings(environment),
        repository.filter_in(environment),
    )
}

/// The Flux Kustomization of one component.
#[derive(Serialize)]
struct Component {
    service: String,
    /// Its file in the base.
    file: String,
    name: String,
    namespace: String,
    /// Its directory in the bundle.
    path: String,
    /// The name of the one before it.
    after: Option<String>,
    health_checks: Vec<Object>,
    patches: Vec<Patch>,
    #[serde(skip)]
    component: String,
}

#[derive(Serialize)]
struct Patch {
    #[serde(flatten)]
    object: Object,
    example: String,
}

fn components(request: &NewService, namespace: &str) -> Result<Vec<Component>, Refusal> {
    let service = &request.name;
    let mut found: Vec<Component> = Vec::new();
    let only = [ONLY_COMPONENT.to_owned()];
    let names = if request.components.is_empty() {
        &only[..]
    } else {
        &request.components
    };
    for component in names {
        label("component name", component)?;
        if BASE_FILES.contains(&component.as_str()) {
            return Err(Refusal::new(format!(
                "no component can be called `{component}`: `{component}.yaml` is a file of every base"
            ))
            .help("choose another name"));
        }
        if found.iter().any(|known| known.component == *component) {
            return Err(
                Refusal::new(format!("the component `{component}` is named twice"))
                    .help("name each once, in the order in which they are applied"),
            );
        }
        let name = format!("{service}-{component}");
        if name.len() > MAX_LABEL {
            return Err(Refusal::new(format!(
                "the Flux Kustomization `{name}` would have {} characters, and {MAX_LABEL} are the most",
                name.len()
            ))
            .help("shorten the name of the service or of the component"));
        }
        // Without a choice the bundle is applied from its top.
        let path = if request.components.is_empty() {
            "./".to_owned()
        } else {
            format!("./{component}")
        };
        found.push(Component {
            service: service.clone(),
            file: format!("{component}.yaml"),
            after: found.last().map(|before| before.name.clone()),
            name,
            namespace: namespace.to_owned(),
            path,
            health_checks: Vec::new(),
            patches: Vec::new(),
            component: component.clone(),
        });
    }
    for text in &request.health_checks {
        let (component, object) = select(&mut found, text, namespace)?;
        if !component.health_checks.contains(&object) {
            component.health_checks.push(object);
        }
    }
    for text in &request.patches {
        let (component, object) = select(&mut found, text, namespace)?;
        if !component.patches.iter().any(|patch| patch.object == object) {
            let example = object.example();
            component.patches.push(Patch { object, example });
        }
    }
    Ok(found)
}

/// The component that a selector means, and the object that it names.
fn select<'c>(
    components: &'c mut [Component],
    text: &str,
    namespace: &str,
) -> Result<(&'c mut Component, Object), Refusal> {
    let Selector { component, object } = Selector::parse(text, namespace)?;
    let at = match &component {
        None => components.len().checked_sub(1),
        Some(name) => components.iter().position(|known| known.component == *name),
    };
    let names: Vec<String> = components
        .iter()
        .map(|component| component.component.clone())
        .collect();
    match at.and_then(|at| components.get_mut(at)) {
        Some(component) => Ok((component, object)),
        None => Err(
            Refusal::new(format!("`{text}` names no component of this service"))
                .help(format!("its components: {}", names.join(", "))),
        ),
    }
}

struct Url {
    text: String,
    placeholder: bool,
}

fn url<'r>(repository: &'r Repository<'r>, request: &NewService) -> Result<Url, Refusal> {
    let given = request.url.clone();
    let registry = match &given {
        Some(_) => None,
        None => repository.registry(),
    };
    let placeholder = given.is_none() && registry.is_none();
    let text = given.unwrap_or_else(|| {
        let registry = registry.unwrap_or_else(|| PLACEHOLDER_REGISTRY.to_owned());
        format!("oci://{registry}/{}-kustomize", request.name)
    });
    check_url(&text)?;
    Ok(Url { text, placeholder })
}

/// Refuses what Flux refuses as `spec.url` of an OCIRepository: it is `oci://`, a registry and a
/// repository in it, without a tag.
fn check_url(url: &str) -> Result<(), Refusal> {
    let wrong = |reason: &str| {
        Refusal::new(format!("`{}` {reason}", url.escape_debug()))
            .help("write oci://REGISTRY/REPOSITORY as in oci://ghcr.io/acme/activity-kustomize")
    };
    let Some(rest) = url.strip_prefix("oci://") else {
        return Err(wrong("does not begin with oci://"));
    };
    let Some((registry, repository)) = rest.split_once('/') else {
        return Err(wrong("names no repository in the registry"));
    };
    if repository.contains('@') {
        return Err(wrong(
            "holds a digest; which version is taken is said by --range",
        ));
    }
    if repository.contains(':') {
        return Err(wrong(
            "holds a tag; which version is taken is said by --range",
        ));
    }
    let host = |letter: char| letter.is_ascii_alphanumeric() || ".:-_[]".contains(letter);
    if registry.is_empty() || !registry.chars().all(host) {
        return Err(wrong("names no registry"));
    }
    let part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter)
            })
    };
    if !repository.split('/').all(part) {
        return Err(wrong(
            "is no repository: it may hold a-z, 0-9, `.`, `_`, `-` and `/`",
        ));
    }
    Ok(())
}

/// Another Flux Kustomization that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Dependency {
    name: String,
    /// Only where it is another one than the waiting Kustomization's.
    namespace: Option<String>,
}

fn dependencies(
    repository: &Repository<'_>,
    place: &Place<'_>,
    names: &[String],
) -> Result<Vec<Dependency>, Refusal> {
    let here = place
        .environment
        .map(|environment| repository.outers(environment))
        .unwrap_or_default();
    let mut found: Vec<Dependency> = Vec::new();
    for name in names {
        let own = here.iter().find(|outer| outer.name == *name);
        let namespace = match own {
            Some(outer) => outer.namespace.clone(),
            None if is_shared(repository, &place.name, name) => None,
            None => return Err(no_dependency(repository, place, &here, name)),
        };
        let dependency = Dependency {
            name: name.clone(),
            namespace: namespace.filter(|namespace| *namespace != place.source.home),
        };
        if !found.contains(&dependency) {
            found.push(dependency);
        }
    }
    Ok(found)
}

/// Whether a Flux Kustomization of a name stands in a file that belongs to no environment, or to this one
/// though it is outside of its folder.
fn is_shared(repository: &Repository<'_>, environment: &str, name: &str) -> bool {
    let Repository { db, root, .. } = *repository;
    definitions(db, root, &KUSTOMIZATION.into(), name)
        .iter()
        .any(|definition| {
            let path = definition.file.path(db);
            let inner = path.starts_with(APPS);
            !inner && environment_of(db, root, &path).is_none_or(|other| other == environment)
        })
}

fn no_dependency(
    repository: &Repository<'_>,
    place: &Place<'_>,
    here: &[crate::repository::Outer],
    name: &str,
) -> Refusal {
    let refusal = Refusal::new(format!(
        "`{}` has no service `{}` to depend on",
        place.name,
        name.escape_debug()
    ));
    let elsewhere = names_of_kind(repository.db, repository.root, KUSTOMIZATION.into())
        .iter()
        .any(|other| other == name);
    let is_service = repository
        .services()
        .iter()
        .any(|service| service.name == name);
    if elsewhere && is_service {
        let environment = &place.name;
        return refusal.help(format!(
            "it is in other environments only: leave `{environment}` out with --env, or add it there first"
        ));
    }
    let names = || {
        here.iter()
            .map(|outer| outer.name.as_str())
            .filter(|other| *other != FLUX_SYSTEM)
    };
    match nearest(name, names()) {
        Some(near) => refusal.help(format!("did you mean `{near}`?")),
        None => match names().collect::<Vec<_>>().as_slice() {
            [] => refusal.help("write that one first, or leave --depends-on out"),
            all => refusal.help(format!("it has {}", all.join(", "))),
        },
    }
}

fn base(
    draft: &mut Draft<'_>,
    folder: &Utf8Path,
    request: &NewService,
    namespace: &str,
    url: &Url,
    components: &[Component],
) -> Result<(), Refusal> {
    #[derive(Serialize)]
    struct Data<'a> {
        service: &'a str,
        namespace: &'a str,
        makes_namespace: bool,
        url: &'a str,
        components: &'a [Component],
    }
    let makes_namespace = makes_namespace(draft, namespace);
    let data = Data {
        service: &request.name,
        namespace,
        makes_namespace,
        url: &url.text,
        components,
    };
    let base = folder.join("base");
    draft.create(
        base.join("kustomization.yaml"),
        render(templates::SERVICE_BASE, &data)?,
    )?;
    if makes_namespace {
        draft.create(
            base.join("namespace.yaml"),
            render(templates::SERVICE_NAMESPACE, &data)?,
        )?;
    }
    draft.create(
        base.join("oci-repository.yaml"),
        render(templates::SERVICE_SOURCE, &data)?,
    )?;
    for component in components {
        let text = render(templates::SERVICE_COMPONENT, component)?;
        draft.create(base.join(&component.file), text)?;
    }
    Ok(())
}

/// Whether the base brings its namespace. One that is there already belongs to somebody else: two
/// Kustomizations would fight for it, and removing the service would delete it.
fn makes_namespace(draft: &mut Draft<'_>, namespace: &str) -> bool {
    let of_the_cluster =
        namespace == "default" || namespace == FLUX_SYSTEM || namespace.starts_with("kube-");
    if of_the_cluster {
        return false;
    }
    match draft.repository().namespace_files(namespace).first() {
        None => true,
        Some(file) => {
            draft.notes.push(format!(
                "the namespace `{namespace}` comes from {file}: this service does not bring its own"
            ));
            false
        }
    }
}

fn feature(draft: &mut Draft<'_>, folder: &Utf8Path, service: &str) -> Result<(), Refusal> {
    #[derive(Serialize)]
    struct Data<'a> {
        service: &'a str,
    }
    let path = folder
        .join("components")
        .join(FEATURE)
        .join("kustomization.yaml");
    draft.create(path, render(templates::SERVICE_FEATURE, &Data { service })?)
}

/// The overlay of a service for an environment.
pub(crate) struct Overlay<'a> {
    pub service: &'a str,
    pub environment: &'a str,
    /// What the range is said of; none where the base has no such source.
    pub source: Option<&'a Source>,
    /// A feature to name as an example.
    pub feature: Option<&'a str>,
}

impl Overlay<'_> {
    pub fn write(
        &self,
        draft: &mut Draft<'_>,
        folder: &Utf8Path,
        versions: &Versions,
    ) -> Result<(), Refusal> {
        #[derive(Serialize)]
        struct Data<'a> {
            service: &'a str,
            environment: &'a str,
            feature: Option<&'a str>,
            versions: bool,
        }
        let data = Data {
            service: self.service,
            environment: self.environment,
            feature: self.feature,
            versions: self.source.is_some(),
        };
        draft.create(
            folder.join("kustomization.yaml"),
            render(templates::SERVICE_OVERLAY, &data)?,
        )?;
        let Some(source) = self.source else {
            return Ok(());
        };
        #[derive(Serialize)]
        struct Patch<'a> {
            environment: &'a str,
            meaning: &'a str,
            api_version: &'a str,
            source: &'a str,
            namespace: Option<&'a str>,
            reference: Vec<RefEntry>,
        }
        let patch = Patch {
            environment: self.environment,
            meaning: versions.meaning(),
            api_version: &source.api_version,
            source: &source.name,
            namespace: source.namespace.as_deref(),
            reference: versions.over(&source.reference),
        };
        draft.create(
            folder.join("patches/oci-repository-patch.yaml"),
            render(templates::SERVICE_VERSIONS, &patch)?,
        )
    }
}

/// The Flux Kustomization that applies the overlay of a service.
pub(crate) struct NewOuter<'a> {
    pub service: &'a str,
    pub component_count: usize,
    pub depends_on: Vec<Dependency>,
}

impl NewOuter<'_> {
    pub fn write(&self, draft: &mut Draft<'_>, place: &Place<'_>) -> Result<(), Refusal> {
        #[derive(Serialize)]
        struct Data<'a> {
            service: &'a str,
            environment: &'a str,
            namespace: &'a str,
            depends_on: &'a [Dependency],
            source: &'a EntrySource,
            path: String,
            timeout: String,
        }
        let data = Data {
            service: self.service,
            environment: &place.name,
            namespace: &place.source.home,
            depends_on: &self.depends_on,
            source: &place.source,
            path: format!("./{APPS}/{}/overlays/{}", self.service, place.name),
            timeout: format!("{}m", (5 * self.component_count).max(10)),
        };
        let path = place.path.join(APPS).join(format!("{}.yaml", self.service));
        let text = render(templates::SERVICE_CLUSTER, &data)?;
        is_new(draft.repository(), &text, &[&place.name])
            .map_err(|refusal| refusal.help("choose another name for the service"))?;
        draft.create(path.clone(), text)?;
        list(draft, &place.path, &path)
    }
}

fn notes(draft: &mut Draft<'_>, request: &NewService, places: &[Place<'_>], url: &Url) {
    let name = &request.name;
    if url.placeholder {
        draft.notes.insert(
            0,
            format!(
                "say where the bundle is: put `registry:` into .infragen.yaml, or change `url` in \
                 {APPS}/{name}/base/oci-repository.yaml ({})",
                url.text
            ),
        );
    }
    if let Some(place) = places.iter().find(|place| place.environment.is_none()) {
        draft.notes.push(format!(
            "let Flux apply the clusters: flux bootstrap git --url=… --path={}",
            place.path
        ));
    }
    if !request.patches.is_empty() {
        draft
            .notes
            .push(format!("fill in the patches in {APPS}/{name}/base"));
    }
    if draft.notes.len() < 3 {
        draft.notes.push(format!(
            "publish the bundle: flux push artifact {}:0.1.0 --path=… --source=… --revision=…",
            url.text
        ));
    }
    draft.notes.truncate(3);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_what_flux_accepts() {
        for url in [
            "oci://ghcr.io/acme/activity-kustomize",
            "oci://localhost:5000/a/b_c.d",
        ] {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
        for url in [
            "ghcr.io/acme/a",
            "oci://ghcr.io",
            "oci://ghcr.io/acme/a:1.0",
            "oci://ghcr.io/acme/a@sha256:00",
            "oci://ghcr.io/Acme/a",
            "oci:///a",
            "oci://ghcr.io//a",
            "oci://ghcr.io/a b",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }
}
