//! Patches against what kustomize 5.8.1 makes of them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::Tree;

use crate::accumulate::{Accumulated, Way};
use crate::context::Context;
use crate::error::BuildError;
use crate::loader::{Entry, Loader};
use crate::origin::{Path, Place};
use crate::replacements::apply_replacements;
use crate::resource::{FileResources, Resource};
use crate::spec::Spec;
use crate::value::{ValueReader, emit};

/// Files in memory.
#[derive(Default)]
pub(crate) struct World {
    files: HashMap<String, Arc<Tree>>,
    traced: bool,
}

impl Loader for World {
    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        self.files.get(path.as_str()).map(|_| Entry::File)
    }

    fn bytes(&self, path: &Utf8Path) -> Option<Arc<[u8]>> {
        let tree = self.files.get(path.as_str())?;
        Some(Arc::from(tree.text().as_bytes()))
    }

    fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>> {
        self.files.get(path.as_str()).cloned()
    }

    fn list(&self, _: &Utf8Path) -> Vec<String> {
        Vec::new()
    }

    fn accumulate(&self, _: &Utf8Path, _: &Way<'_>) -> Arc<Accumulated> {
        Arc::default()
    }

    fn resources(&self, _: &Utf8Path) -> Arc<FileResources> {
        Arc::default()
    }

    fn traced(&self) -> bool {
        self.traced
    }
}

impl World {
    /// The files of a text: each begins with `#file` and its name.
    pub(crate) fn of(text: &str) -> World {
        let mut world = World::default();
        for file in text.split("#file ").skip(1) {
            let (name, content) = file.split_once('\n').unwrap();
            world.files.insert(name.to_owned(), Arc::new(Tree::parse(content)));
        }
        world
    }

    /// Applies the patches and replacements of `kustomization.yaml` to the objects of `resources.yaml`.
    pub(crate) fn patch(&self) -> (Vec<Resource>, Vec<Arc<BuildError>>) {
        let file = Path::from(Utf8Path::new("kustomization.yaml"));
        let tree = self.tree(&file).unwrap();
        let mut errors = Vec::new();
        let spec = Spec::read(&file, &tree, &mut errors).unwrap();
        let of = Path::from(Utf8Path::new("resources.yaml"));
        let mut reader = ValueReader::new(&of, self.traced);
        let objects = self.tree(&of).unwrap();
        let mut resources = Vec::new();
        for root in objects.documents().filter_map(|document| document.root()) {
            let place = Place {
                file: of.clone(),
                range: root.range(),
            };
            resources.push(Resource::new(reader.read(root), place));
        }
        let mut context = Context {
            loader: self,
            directory: Path::from(Utf8Path::new("")),
            file,
            tree: Some(tree),
            errors,
        };
        super::apply_strategic_merge(&spec.patches_strategic_merge, &mut resources, &mut context);
        super::apply_patches(&spec.patches, &mut resources, &mut context);
        super::apply_json6902(&spec.patches_json6902, &mut resources, &mut context);
        apply_replacements(&spec.replacements, &mut resources, &mut context);
        (resources, context.errors)
    }
}

/// What comes out: the objects, or `error`.
fn outcome(files: &str) -> (String, String) {
    let (resources, errors) = World::of(files).patch();
    let mut said = String::new();
    for error in &errors {
        let _ = writeln!(said, "{}", error.message);
    }
    if !errors.is_empty() {
        return ("error".to_owned(), said);
    }
    let mut out = String::new();
    for resource in &resources {
        if !out.is_empty() {
            out.push_str("---\n");
        }
        if let Err(error) = emit(&resource.value, &mut out) {
            return ("error".to_owned(), error.message);
        }
    }
    (out, said)
}

/// Runs the cases of a text: files, and behind `#expect` what kustomize prints, or `error`.
pub(crate) fn check(cases: &str) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases.split("#case ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (files, expected) = rest.split_once("#expect\n").unwrap();
        let (got, said) = outcome(files);
        count += 1;
        if got.trim_end() != expected.trim_end() {
            wrong.push(format!("=== {name}\n{files}--- kustomize\n{expected}--- here\n{got}\n{said}"));
        }
    }
    let shown = wrong.iter().take(4).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {count} cases differ\n{shown}", wrong.len());
}

#[test]
fn patches_do_what_kustomize_does() {
    check(include_str!("cases.txt"));
}
