//! A whole build: what a directory accumulates, finished.

use std::sync::Arc;

use camino::Utf8Path;

use crate::accumulate::{Accumulated, TopFile, Way, read_spec};
use crate::context::Context;
use crate::deprecated::Deprecated;
use crate::error::{BuildError, ErrorKind};
use crate::finish::{
    add_hashes, check, clean_annotations, follow_names, is_local, replace_vars, sort,
};
use crate::loader::Loader;
use crate::matched::Matched;
use crate::origin::{Path, Place};
use crate::resource::Resource;
use crate::spec::{self, Spec};
use crate::trail;
use crate::unmatched::Unmatched;
use crate::value::Value;

/// How a build is made beside what its files say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whether objects are sorted where `sortOptions` says nothing: the command line of kustomize does,
    /// Flux does not.
    pub sorted: bool,
}

/// Who builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builder {
    /// The command line of kustomize.
    Kustomize,
    /// kustomize-controller, whose kustomize does not know its version: the label is one that no cluster takes.
    Flux,
}

impl Builder {
    /// What `managedByLabel` says. [kustomize:api/provenance]
    fn name(self) -> &'static str {
        match self {
            Builder::Kustomize => "kustomize-v5.8.1",
            Builder::Flux => "kustomize-(devel)",
        }
    }
}

/// What a build gives.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The objects in order.
    pub resources: Vec<Resource>,
    /// What is wrong: kustomize gives nothing if there is anything.
    pub errors: Vec<Arc<BuildError>>,
    /// The deprecated fields of all files that took part.
    pub deprecated: Vec<Deprecated>,
    /// The entries of all files that change nothing.
    pub unmatched: Vec<Unmatched>,
    /// The objects that the patches of all files are for; empty unless the build is traced.
    pub matched: Vec<Matched>,
}

/// Where `buildMetadata` of a kustomization file stands.
fn place_of_metadata(loader: &dyn Loader, file: &Path) -> Place {
    let tree = loader.tree(file);
    let range = tree.as_deref().and_then(|tree| {
        let root = tree.document(0)?.root()?;
        let mut entries = root.own_entries();
        entries.find_map(|entry| {
            let key = entry.key.as_str()?;
            let is_it = key.eq_ignore_ascii_case("buildMetadata");
            is_it.then(|| entry.value.content_range())
        })
    });
    Place {
        file: file.clone(),
        range: range.unwrap_or_default(),
    }
}

/// Gives a list without items its metadata: kustomize kept notes there.
fn complete(resource: &mut Resource) {
    if let Some(map) = resource.value.as_map_mut()
        && map.get("metadata").is_none()
    {
        map.insert("metadata", Value::map());
    }
}

/// Builds a directory.
pub fn build(loader: &dyn Loader, directory: &Utf8Path, options: Options) -> Built {
    let named_at = Place::start_of(Path::from(directory));
    let file = match spec::find(loader, directory, &named_at) {
        Ok(file) => file,
        Err(error) => {
            return Built {
                errors: vec![Arc::new(error)],
                ..Built::default()
            };
        }
    };
    let mut errors = Vec::new();
    let Some((spec, tree)) = read_spec(loader, &file, &mut errors) else {
        return Built {
            errors,
            ..Built::default()
        };
    };
    let top = TopFile { spec, tree, errors };
    let accumulated = loader.accumulate(directory, &Way::at_top(&top));
    finish(loader, &top.spec, &accumulated, options, Builder::Kustomize)
}

/// What a kustomization file at the top accumulates, finished.
pub(crate) fn finish(
    loader: &dyn Loader,
    spec: &Spec,
    accumulated: &Accumulated,
    options: Options,
    builder: Builder,
) -> Built {
    let mut resources = accumulated.resources.clone();
    let errors = accumulated.errors.clone();
    let mut context = Context {
        loader,
        directory: spec.directory.clone(),
        file: spec.file.clone(),
        tree: None,
        schema: None,
        consulted: false,
        errors,
        unmatched: Vec::new(),
        matched: Vec::new(),
    };
    let config = &accumulated.config;
    add_hashes(&mut resources, loader.traced());
    for error in follow_names(config, &mut resources, loader.traced()) {
        context.push(error);
    }
    for error in replace_vars(&accumulated.vars, config, &mut resources, loader.traced()) {
        context.push(error);
    }
    resources.retain(|resource| !is_local(resource));
    for resource in &mut resources {
        resource.keep_last_annotations();
        context.errors.extend(resource.key_errors());
    }
    check(&resources, &mut context);
    sort(
        spec.sort_options.as_ref(),
        options.sorted,
        &mut resources,
        &mut context,
    );
    let metadata = spec.build_metadata;
    let told_by = (metadata.any && loader.traced()).then(|| place_of_metadata(loader, &spec.file));
    for resource in &mut resources {
        complete(resource);
        if metadata.managed_by {
            trail::set_in(
                resource,
                "labels",
                trail::MANAGED_BY,
                builder.name().to_owned(),
            );
        }
        if let Some(place) = &told_by {
            trail::note_origin(resource, place);
        }
        if let Err(key) = clean_annotations(resource, metadata.origins, metadata.transformers) {
            let message =
                format!("the annotation `{key}` loses its quotes, and is no text without them");
            let place = resource.place.clone();
            context.push(BuildError::new(ErrorKind::NotAnObject, place, message));
        }
    }
    Built {
        resources,
        errors: context.errors,
        deprecated: accumulated.deprecated.clone(),
        unmatched: accumulated.unmatched.clone(),
        matched: accumulated.matched.clone(),
    }
}
