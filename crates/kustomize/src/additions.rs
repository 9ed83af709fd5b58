//! A build as Flux makes it: the kustomization file at the top is read leniently, made up where there is none,
//! and gets what a Flux Kustomization says. Everything below is kustomize as ever.
//!
//! Source: [pkg:kustomize/kustomize_generator.go].

use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::{Spanned, TextRange, Tree};
use smol_str::{SmolStr, format_smolstr};

use crate::accumulate::{Added, Way, accumulate_top};
use crate::build::{Builder, Built, Options, finish};
use crate::error::{BuildError, ErrorKind};
use crate::file::FILE_NAMES;
use crate::loader::{Entry, Loader};
use crate::origin::{Path, Place};
use crate::spec::{self, Spec, Text};

/// What is added to the kustomization file at the top of a build: `namespace`, `namePrefix`, `nameSuffix`,
/// `components`, `patches`, `images` and `buildMetadata`, written as a kustomization file of its own. Places
/// in errors and origins are those of that text, under the name of that file.
#[derive(Debug, Clone)]
pub struct Additions {
    /// The name under which places in the text are told: no file of the loader.
    pub file: Path,
    /// The text.
    pub tree: Arc<Tree>,
    /// Whether components that are not there are passed over.
    pub ignore_missing_components: bool,
}

impl Additions {
    /// Additions of a text; an empty one adds nothing.
    pub fn new(file: Path, text: Arc<str>, ignore_missing_components: bool) -> Additions {
        Additions {
            file,
            tree: Arc::new(Tree::parse(text)),
            ignore_missing_components,
        }
    }

    fn read(&self, errors: &mut Vec<Arc<BuildError>>) -> Spec {
        let spec = Spec::read_leniently(&self.file, &self.tree, errors);
        spec.unwrap_or_else(|| Spec::empty(&self.file))
    }
}

/// Builds a directory as Flux does, which leaves objects in the order in which they were found.
pub fn build_as_flux(loader: &dyn Loader, directory: &Utf8Path, additions: &Additions) -> Built {
    let mut errors = Vec::new();
    let added = additions.read(&mut errors);
    let Some((mut spec, tree)) = top(loader, directory, &mut errors) else {
        return Built {
            errors,
            ..Built::default()
        };
    };
    if tree.is_some() && spec.resources.is_empty() {
        // So that kustomize does not call it empty. It shows: generated objects get annotations of it.
        spec.build_metadata.any = true;
        spec.build_metadata.origins = true;
    }
    if added.build_metadata.any {
        spec.build_metadata = added.build_metadata;
    }
    let added = Added {
        spec: &added,
        tree: &additions.tree,
        ignore_missing_components: additions.ignore_missing_components,
    };
    let way = Way::of_top(spec.build_metadata);
    let mut accumulated = accumulate_top(loader, &spec, tree, &added, &way);
    errors.append(&mut accumulated.errors);
    accumulated.errors = errors;
    let options = Options { sorted: false };
    finish(loader, &spec, &accumulated, options, Builder::Flux)
}

/// Whether Flux, with nothing added, builds a directory as kustomize does by itself, as long as that finds no error: it
/// has a kustomization file, which both read the same, and nothing in it shows who builds.
pub fn builds_as_kustomize(loader: &dyn Loader, directory: &Utf8Path) -> bool {
    let mut errors = Vec::new();
    let Some((spec, Some(tree))) = top(loader, directory, &mut errors) else {
        return false;
    };
    let strict = Spec::read(&spec.file, &tree, &mut errors);
    errors.is_empty()
        && !spec.resources.is_empty()
        && !spec.build_metadata.any
        && strict.as_ref() == Some(&spec)
}

/// The kustomization file of a directory, or one that is made up.
fn top(
    loader: &dyn Loader,
    directory: &Utf8Path,
    errors: &mut Vec<Arc<BuildError>>,
) -> Option<(Spec, Option<Arc<Tree>>)> {
    if has_kustomization_file(loader, directory) {
        let named_at = Place::start_of(Path::from(directory));
        let file = match spec::find(loader, directory, &named_at) {
            Ok(file) => file,
            Err(error) => {
                errors.push(Arc::new(error));
                return None;
            }
        };
        let tree = loader.tree(&file)?;
        let spec = Spec::read_leniently(&file, &tree, errors)?;
        return Some((spec, Some(tree)));
    }
    let file = Path::from(directory.join(FILE_NAMES[0]));
    let mut spec = Spec::empty(&file);
    list(loader, directory, "./", &mut spec.resources);
    if spec.resources.is_empty() {
        // It says something then, so kustomize does not call it empty.
        spec.namespace = Some(made_up("_placeholder".into()));
    }
    Some((spec, None))
}

fn has_kustomization_file(loader: &dyn Loader, directory: &Utf8Path) -> bool {
    FILE_NAMES
        .iter()
        .any(|name| loader.entry(&directory.join(name)) == Some(Entry::File))
}

/// Collects what a made up kustomization file names: directories with a kustomization file, and YAML files of
/// all others, at any depth.
fn list(loader: &dyn Loader, directory: &Utf8Path, below: &str, resources: &mut Vec<Text>) {
    for name in loader.list(directory) {
        let path = directory.join(&name);
        match loader.entry(&path) {
            Some(Entry::Directory) if has_kustomization_file(loader, &path) => {
                resources.push(made_up(format_smolstr!("{below}{name}")));
            }
            Some(Entry::Directory) => {
                list(loader, &path, &format!("{below}{name}/"), resources);
            }
            Some(Entry::File) if matches!(path.extension(), Some("yaml" | "yml")) => {
                resources.push(made_up(format_smolstr!("{below}{name}")));
            }
            _ => {}
        }
    }
}

fn made_up(text: SmolStr) -> Text {
    Spanned {
        value: text,
        range: TextRange::empty(0.into()),
    }
}

/// Why Flux refuses the path of a component of a Flux Kustomization; none where it does not.
pub(crate) fn refuse_component(path: &str) -> Option<(ErrorKind, String)> {
    let lower = path.to_lowercase();
    let remote = [
        "git::",
        "gh:",
        "ssh://",
        "https://",
        "http://",
        "git@",
        "github.com:",
        "github.com/",
    ]
    .iter()
    .any(|start| lower.len() > start.len() && lower.starts_with(start));
    let absolute = lower.trim_start_matches("file://").starts_with('/');
    (remote || absolute).then(|| {
        let message = format!("the component path `{path}` must be local and relative");
        (ErrorKind::MissingPath, message)
    })
}
