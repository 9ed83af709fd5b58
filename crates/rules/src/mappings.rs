//! Bundles whose files are not known here, and how to map them.

use infragen_flux::known::OCI_REPOSITORY;
use infragen_syntax::{NewValue, Segment, Target, TextRange, insert_entry, quote};
use infragen_workspace::{
    Child, Db, DefinedBy, Directory, Elsewhere, Found, SourceFile, applied_from, find,
    kustomization_file, nth_cluster, secure, tree,
};

use crate::context::Context;
use crate::finding::{FileChange, FileEdits, Fix};

/// Directories that are offered.
const MAX_OFFERS: usize = 3;

/// A bundle that Flux Kustomizations build from, and that nothing maps to a directory: ways to map it in the
/// settings. What it holds is not known until then, which is no fault; `check --coverage` lists all that is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmappedBundle {
    /// Its address, in the source that pulls it.
    pub range: TextRange,
    /// The ways to map it, the likeliest directory first.
    pub fixes: Vec<Fix>,
}

/// The bundles of a file's sources that nothing maps.
pub fn unmapped_bundles(db: &dyn Db, file: SourceFile) -> Vec<UnmappedBundle> {
    let context = &Context::new(db, file);
    let mut unmapped = Vec::new();
    let objects = (0..).zip(&context.facts.objects);
    let mut bundles = objects
        .filter(|(_, object)| object.kind == *OCI_REPOSITORY)
        .peekable();
    if bundles.peek().is_none() {
        return unmapped;
    }
    let applied = applied_from(db, context.file);
    for (number, object) in bundles {
        let mut paths: Vec<String> = Vec::new();
        let own = applied
            .iter()
            .filter(|from| from.by == DefinedBy::Object(number));
        for from in own {
            let Some(cluster) = nth_cluster(db, context.root, from.environment) else {
                continue;
            };
            for application in &cluster.applications {
                if let Err(Elsewhere::Source { source, .. }) = &application.directory
                    && source.kind == OCI_REPOSITORY.kind
                    && source.name == from.name
                    && source.namespace == from.namespace
                {
                    paths.push(secure(&application.spec.path));
                }
            }
        }
        if paths.is_empty() {
            continue;
        }
        let tree = context.tree();
        let url = tree
            .document(object.document)
            .and_then(|document| document.root())
            .and_then(|root| root.at(&["spec", "url"]));
        let Some((url, text)) = url.and_then(|url| Some((url, url.as_str()?))) else {
            continue;
        };
        let offers = offers(context, text, &paths);
        unmapped.push(UnmappedBundle {
            range: url.content_range(),
            fixes: offers
                .iter()
                .filter_map(|directory| map(context, text, directory))
                .collect(),
        });
    }
    unmapped
}

/// Directories that may be what is published: those of this repository that have all the paths; else a guess.
fn offers(context: &Context<'_>, url: &str, paths: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack: Vec<Directory> = context.root.top(context.db).into_iter().collect();
    while let Some(directory) = stack.pop() {
        let fits = paths.iter().all(|path| {
            let at = find(context.db, directory, path);
            let Found::Directory(at) = at else {
                return false;
            };
            !path.is_empty() && kustomization_file(context.db, at).is_some()
        });
        if fits && !directory.path(context.db).as_str().is_empty() {
            found.push(directory.path(context.db).to_string());
        }
        stack.extend(directory.directories(context.db));
    }
    found.sort_unstable();
    found.truncate(MAX_OFFERS);
    if found.is_empty() {
        let name = url.rsplit('/').next().unwrap_or_default();
        let name = name
            .trim_end_matches("-kustomize")
            .trim_end_matches("-manifests");
        found.push(format!("../{name}/config"));
    }
    found
}

/// A fix that maps a bundle in the settings.
fn map(context: &Context<'_>, url: &str, directory: &str) -> Option<Fix> {
    const SETTINGS: &str = ".infragen.yaml";
    let title = format!("map it to `{directory}` in `{SETTINGS}`");
    let top = context.root.top(context.db)?;
    let Some(Child::File(file)) = top.child(context.db, SETTINGS) else {
        let text = format!("bundles:\n  {}: {}\n", quote(url), quote(directory));
        return context.file_fix(title, top, SETTINGS, |path| FileChange::Create {
            path,
            text,
        });
    };
    let settings = tree(context.db, *file);
    let root = settings.document(0).and_then(|document| document.root());
    let has_bundles = root.is_some_and(|root| root.get("bundles").is_some());
    let edit = if has_bundles {
        let target = Target {
            document: 0,
            path: &[Segment::Key("bundles")],
        };
        insert_entry(&settings, target, url, NewValue::String(directory), None)
    } else {
        let target = Target {
            document: 0,
            path: &[],
        };
        let value = format!("{}: {}", quote(url), quote(directory));
        insert_entry(&settings, target, "bundles", NewValue::Yaml(&value), None)
    };
    Some(Fix {
        title,
        edits: vec![FileEdits {
            file: *file,
            edits: vec![edit.ok()?],
        }],
        files: Vec::new(),
        preferred: false,
    })
}
