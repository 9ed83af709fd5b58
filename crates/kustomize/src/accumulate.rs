//! The unit of a build: what a directory adds to whoever names it.

mod include;
mod plugins;
mod transformers;

use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::Tree;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::{self, Config, no_definition, read_configuration, read_crds};
use crate::context::Context;
use crate::deprecated::{Deprecated, deprecated_fields};
use crate::error::{BuildError, ErrorKind};
use crate::finish::note_vars;
use crate::generate::{Kind, absorb, generate};
use crate::id::Id;
use crate::loader::Loader;
use crate::matched::Matched;
use crate::origin::{Path, Place};
use crate::resource::Resource;
use crate::schema::{Chosen, CustomSchema};
use crate::spec::{self, BuildMetadata, Spec, Text, Var};
use crate::trail::Trail;
use crate::unmatched::Unmatched;
use crate::value::ValueReader;

/// The objects that a directory yields, with original ids: hashes, name references and vars are finished
/// only at the top.
#[derive(Debug, Clone)]
pub struct Accumulated {
    /// The objects in order.
    pub resources: Vec<Resource>,
    /// The vars declared here and below.
    pub vars: Vec<Var>,
    /// The directories that were read on the way: an overlay may not be inside any of them.
    pub directories: Vec<Path>,
    /// What is wrong here and below.
    pub errors: Vec<Arc<BuildError>>,
    /// The deprecated fields here and below.
    pub deprecated: Vec<Deprecated>,
    /// The entries here and below that change nothing.
    pub unmatched: Vec<Unmatched>,
    /// The objects that the patches here and below are for; empty unless the build is traced.
    pub matched: Vec<Matched>,
    /// Which fields transformers act on, here and below.
    pub(crate) config: Arc<Config>,
    /// The schema that is chosen here or below, where none was before.
    pub(crate) schema: Option<Arc<Chosen>>,
    /// See [`Context::consulted`], here or below.
    pub(crate) consulted: bool,
}

impl Default for Accumulated {
    fn default() -> Self {
        Accumulated {
            resources: Vec::new(),
            vars: Vec::new(),
            directories: Vec::new(),
            errors: Vec::new(),
            deprecated: Vec::new(),
            unmatched: Vec::new(),
            matched: Vec::new(),
            config: Config::empty_shared(),
            schema: None,
            consulted: false,
        }
    }
}

/// The directories between the top of a build and the one that is accumulated, to find those that include
/// themselves; and what of the top matters below.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way<'a> {
    /// The directory that names the next one; none at the top.
    pub last: Option<(&'a Utf8Path, &'a Way<'a>)>,
    /// `buildMetadata` of the top.
    pub(crate) metadata: BuildMetadata,
    /// The schema that was chosen before, if any was.
    pub(crate) schema: Option<&'a Arc<Chosen>>,
    /// The kustomization file of the top, as long as the way has not left it.
    pub(crate) top_file: Option<&'a TopFile>,
    /// Whether a schema that is chosen at its end comes after kustomize looked into the one that it has built in.
    pub(crate) late: bool,
}

impl<'a> Way<'a> {
    /// Whether what is accumulated at its end is the same on every other plain way: then it may be
    /// remembered.
    pub fn is_plain(&self) -> bool {
        !self.metadata.any && self.schema.is_none() && !self.late
    }

    /// The way that begins at a top with this `buildMetadata`.
    pub(crate) fn of_top(metadata: BuildMetadata) -> Way<'a> {
        Way {
            metadata,
            ..Way::default()
        }
    }

    /// The way that begins at a top, and has not left it.
    pub(crate) fn at_top(file: &'a TopFile) -> Way<'a> {
        Way {
            top_file: Some(file),
            ..Way::of_top(file.spec.build_metadata)
        }
    }

    /// The way on from a directory.
    pub(crate) fn on(
        &'a self,
        directory: &'a Utf8Path,
        schema: Option<&'a Arc<Chosen>>,
    ) -> Way<'a> {
        Way {
            last: Some((directory, self)),
            metadata: self.metadata,
            schema,
            top_file: None,
            late: self.late,
        }
    }

    /// Whether a directory is on the way.
    pub fn visits(&self, directory: &Utf8Path) -> bool {
        self.steps().any(|step| step == directory)
    }

    /// The directory of the top, seen from a directory at the end of the way.
    pub(crate) fn top(&self, directory: &'a Utf8Path) -> &'a Utf8Path {
        self.steps().last().unwrap_or(directory)
    }

    fn steps(&self) -> impl Iterator<Item = &'a Utf8Path> {
        let mut way = *self;
        std::iter::from_fn(move || {
            let (last, before) = way.last?;
            way = *before;
            Some(last)
        })
    }
}

/// What a directory adds to whoever names it.
pub fn accumulate(loader: &dyn Loader, directory: &Utf8Path, way: &Way<'_>) -> Accumulated {
    let mut state = State::default();
    if let Some(top) = way.top_file {
        state.found.errors.clone_from(&top.errors);
        state.run(loader, &top.spec, Some(top.tree.clone()), None, way);
        return settled(state.found, Path::from(directory));
    }
    let named_at = Place::start_of(Path::from(directory));
    match spec::find(loader, directory, &named_at) {
        Ok(file) => {
            if let Some((spec, tree)) = read_spec(loader, &file, &mut state.found.errors) {
                state.run(loader, &spec, Some(tree), None, way);
            }
        }
        Err(error) => state.found.errors.push(Arc::new(error)),
    }
    settled(state.found, Path::from(directory))
}

/// What was accumulated in a directory, each thing once.
fn settled(mut found: Accumulated, directory: Path) -> Accumulated {
    found.directories.push(directory);
    // Directories that include each other along many ways would make these lists endless.
    found.directories.sort_unstable();
    found.directories.dedup();
    let mut seen = FxHashSet::default();
    found.errors.retain(|error| seen.insert(Arc::as_ptr(error)));
    let mut seen = FxHashSet::default();
    found
        .deprecated
        .retain(|deprecated| seen.insert(deprecated.place.clone()));
    let mut seen = FxHashSet::default();
    found
        .unmatched
        .retain(|unmatched| seen.insert(unmatched.place.clone()));
    let mut seen = FxHashSet::default();
    found.matched.retain(|matched| seen.insert(matched.clone()));
    found
}

/// What the top of a build gets beside its own kustomization file.
pub(crate) struct Added<'a> {
    /// What it says.
    pub spec: &'a Spec,
    /// Its tree.
    pub tree: &'a Arc<Tree>,
    /// Whether components that are not there are passed over.
    pub ignore_missing_components: bool,
}

/// What the directory of a kustomization file accumulates with what is added to it.
pub(crate) fn accumulate_top(
    loader: &dyn Loader,
    spec: &Spec,
    tree: Option<Arc<Tree>>,
    added: &Added<'_>,
    way: &Way<'_>,
) -> Accumulated {
    let mut state = State::default();
    state.run(loader, spec, tree, Some(added), way);
    settled(state.found, spec.directory.clone())
}

/// The kustomization file of a top, which is read before anything is accumulated.
#[derive(Debug)]
pub(crate) struct TopFile {
    /// What it says.
    pub spec: Spec,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// What is wrong with it.
    pub errors: Vec<Arc<BuildError>>,
}

/// Reads a kustomization file. What is wrong goes to `errors`.
pub(crate) fn read_spec(
    loader: &dyn Loader,
    file: &Path,
    errors: &mut Vec<Arc<BuildError>>,
) -> Option<(Spec, Arc<Tree>)> {
    let tree = loader.tree(file)?;
    let spec = Spec::read(file, &tree, errors)?;
    Some((spec, tree))
}

/// What is accumulated so far.
#[derive(Default)]
struct State {
    found: Accumulated,
    /// The ids of the objects, as long as nothing changes them.
    ids: Option<FxHashMap<Id, usize>>,
}

impl State {
    /// Does what a kustomization file says, and what is added to it, on top of what is there.
    fn run(
        &mut self,
        loader: &dyn Loader,
        spec: &Spec,
        tree: Option<Arc<Tree>>,
        added: Option<&Added<'_>>,
        way: &Way<'_>,
    ) {
        if let Some(tree) = &tree {
            let deprecated = deprecated_fields(&spec.file, tree);
            self.found.deprecated.extend(deprecated);
        }
        let trail = Trail {
            metadata: way.metadata,
            top: way.top(&spec.directory),
        };
        let mut context = Context {
            loader,
            directory: spec.directory.clone(),
            file: spec.file.clone(),
            tree,
            schema: way.schema.cloned(),
            consulted: false,
            errors: Vec::new(),
            unmatched: Vec::new(),
            matched: Vec::new(),
        };
        if context.schema.is_none() && self.found.schema.is_none() {
            let late = way.late || self.found.consulted;
            self.found.schema = read_schema(spec, late, &mut context).map(Arc::new);
        }
        self.take_schema(&mut context);
        for entry in &spec.resources {
            self.include(entry, &mut context, way, trail);
            self.take_schema(&mut context);
        }
        self.configure(spec, &mut context);
        self.generate(spec, &mut context, way, trail);
        for entry in &spec.components {
            self.component(entry, &mut context, way);
            self.take_schema(&mut context);
        }
        let mut added = added.map(|added| {
            let context = Context {
                loader,
                directory: spec.directory.clone(),
                file: added.spec.file.clone(),
                tree: Some(added.tree.clone()),
                schema: context.schema.clone(),
                consulted: false,
                errors: Vec::new(),
                unmatched: Vec::new(),
                matched: Vec::new(),
            };
            (added, context)
        });
        if let Some((added, context)) = &mut added {
            for entry in &added.spec.components {
                self.added_component(entry, added.ignore_missing_components, context, way);
                self.take_schema(context);
            }
        }
        let steps = added.as_mut().map(|(added, context)| (added.spec, context));
        self.transform(spec, steps, &mut context, way, trail);
        self.found.consulted |= context.consulted;
        if let Some((_, added)) = added {
            self.found.consulted |= added.consulted;
            context.errors.extend(added.errors);
            context.unmatched.extend(added.unmatched);
            context.matched.extend(added.matched);
        }
        let errors = note_vars(&spec.vars, &mut self.found.resources, &mut self.found.vars);
        errors.into_iter().for_each(|error| context.push(error));
        self.found.errors.append(&mut context.errors);
        self.found.unmatched.append(&mut context.unmatched);
        self.found.matched.append(&mut context.matched);
    }

    /// Goes on with the schema that was chosen last, unless there is one already.
    fn take_schema(&self, context: &mut Context<'_>) {
        if context.schema.is_none() {
            context.schema.clone_from(&self.found.schema);
        }
    }

    /// Reads `configurations` and `crds`.
    fn configure(&mut self, spec: &Spec, context: &mut Context<'_>) {
        let mut config = Config::default_shared();
        let mut files = Config::default();
        for entry in &spec.configurations {
            if let Some((file, tree)) = context.tree_of(&entry.value, entry.range) {
                report_syntax(&file, &tree, context);
                let read = read_configuration(&file, &tree, &mut context.errors);
                if files.merge(&read).is_err() {
                    conflict(entry, context);
                }
            }
        }
        let last = spec.configurations.last();
        if let Some(last) = last
            && config::merge_shared(&mut config, &Arc::new(files)).is_err()
        {
            conflict(last, context);
        }
        if config::merge_shared(&mut self.found.config, &config).is_err() {
            // Without an entry here the two that contradict each other came from below.
            let above = Text {
                value: spec.file.as_str().into(),
                range: Default::default(),
            };
            conflict(last.unwrap_or(&above), context);
        }
        for entry in &spec.crds {
            if let Some((file, tree)) = context.tree_of(&entry.value, entry.range) {
                report_syntax(&file, &tree, context);
                if let Some(range) = no_definition(&tree) {
                    let message = "a file of `crds` holds OpenAPI definitions by their names, and this is none";
                    let place = Place { file, range };
                    context.push(
                        BuildError::new(ErrorKind::Configuration, place, message)
                            .with_help("list CustomResourceDefinitions under `resources`"),
                    );
                    continue;
                }
                match read_crds(&tree) {
                    Ok(config) => self.merge_config(&Arc::new(config), entry, context),
                    Err(config::Conflict) => conflict(entry, context),
                }
            }
        }
    }

    fn merge_config(&mut self, config: &Arc<Config>, entry: &Text, context: &mut Context<'_>) {
        if config::merge_shared(&mut self.found.config, config).is_err() {
            conflict(entry, context);
        }
    }

    /// Runs the generators.
    fn generate(
        &mut self,
        spec: &Spec,
        context: &mut Context<'_>,
        way: &Way<'_>,
        trail: Trail<'_>,
    ) {
        let global = spec.generator_options.as_ref();
        for (kind, entries, name) in [
            (Kind::ConfigMap, &spec.config_maps, "ConfigMapGenerator"),
            (Kind::Secret, &spec.secrets, "SecretGenerator"),
        ] {
            for entry in entries {
                let Some(mut resource) = generate(kind, entry, global, context) else {
                    continue;
                };
                if let Some(configured) = trail.built_in(name, &spec.file) {
                    configured.made(&mut resource);
                }
                self.absorb(resource, context);
            }
        }
        for entry in &spec.unsupported {
            let message = format!("`{}` needs Helm, which is not run here", entry.value);
            context.report(ErrorKind::Unsupported, entry.range, message);
        }
        for plugin in self.plugins(&spec.generators, context, way, trail) {
            self.run_generator(&plugin, context, trail);
        }
    }

    fn absorb(&mut self, resource: Resource, context: &mut Context<'_>) {
        absorb(resource, &mut self.found.resources, context);
        self.ids = None;
    }

    /// Adds an object, unless one of its id is there.
    fn add(&mut self, resource: Resource, errors: &mut Vec<Arc<BuildError>>) {
        let resources = &mut self.found.resources;
        let ids = self.ids.get_or_insert_with(|| {
            let ids = resources.iter().enumerate();
            ids.map(|(index, resource)| (resource.id().normal(), index))
                .collect()
        });
        match ids.entry(resource.id().normal()) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(resources.len());
                resources.push(resource);
            }
            std::collections::hash_map::Entry::Occupied(there) => {
                let first = resources[*there.get()].place.clone();
                let message = format!(
                    "{} {} is already in this build ({})",
                    resource.kind(),
                    resource.name(),
                    resource.id()
                );
                let error = BuildError::new(ErrorKind::DuplicateId, resource.place, message)
                    .with_related(first, "the same object");
                errors.push(Arc::new(error));
            }
        }
    }

    /// Adds what another directory accumulated.
    fn merge(&mut self, other: &Accumulated, entry: &Text, context: &mut Context<'_>) {
        for resource in &other.resources {
            self.add(resource.clone(), &mut context.errors);
        }
        self.merge_config(&other.config, entry, context);
        let mut errors = Vec::new();
        for var in &other.vars {
            crate::finish::add_var(var, &mut self.found.vars, &mut errors);
        }
        errors.into_iter().for_each(|error| context.push(error));
        if self.found.schema.is_none() {
            self.found.schema.clone_from(&other.schema);
        }
        self.found.consulted |= other.consulted;
        self.found
            .directories
            .extend(other.directories.iter().cloned());
        self.found.errors.extend(other.errors.iter().cloned());
        self.found
            .deprecated
            .extend(other.deprecated.iter().cloned());
        self.found.unmatched.extend(other.unmatched.iter().cloned());
        self.found.matched.extend(other.matched.iter().cloned());
    }
}

/// The schema that `openapi` names. kustomize has one version of Kubernetes built in. `late`: whether things were
/// merged looked up in that before.
fn read_schema(spec: &Spec, late: bool, context: &mut Context<'_>) -> Option<Chosen> {
    if let Some(version) = &spec.openapi_version {
        if spec.openapi_path.is_some() {
            let message = "`openapi` takes a `path` or a `version`, not both";
            context.report(ErrorKind::Configuration, version.range, message);
        } else if version.value != "v1.21.2" && !version.value.is_empty() {
            let message = "kustomize has only version v1.21.2 of the schema built in";
            context.report(ErrorKind::Configuration, version.range, message);
        }
    }
    let Some(path) = &spec.openapi_path else {
        let version = spec.openapi_version.as_ref()?;
        return (!version.value.is_empty()).then_some(Chosen::Builtin);
    };
    let (file, tree) = context.tree_of(&path.value, path.range)?;
    report_syntax(&file, &tree, context);
    let root = tree.document(0)?.root()?;
    let document = ValueReader::new(&file, false).read(root);
    let schema = CustomSchema::read(&document);
    Some(match late {
        true => Chosen::Beside(schema),
        false => Chosen::Custom(schema),
    })
}

/// Says where a file of settings is no YAML.
fn report_syntax(file: &Path, tree: &Tree, context: &mut Context<'_>) {
    for error in tree.errors() {
        let place = Place {
            file: file.clone(),
            range: error.range,
        };
        context.push(BuildError::new(
            ErrorKind::Syntax,
            place,
            error.message.clone(),
        ));
    }
}

fn conflict(entry: &Text, context: &mut Context<'_>) {
    let message = format!(
        "`{}` names a field that another configuration names too, but with another `create`",
        entry.value
    );
    context.report(ErrorKind::Configuration, entry.range, message);
}
