//! Patches against what kustomize 5.8.1 makes of them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use camino::Utf8Path;
use infragen_syntax::Tree;

use crate::accumulate::{Accumulated, Way, accumulate};
use crate::build::{Options, build};
use crate::loader::{Entry, Loader};
use crate::print::print;
use crate::read_resources::read_file;
use crate::resource::FileResources;

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

    fn accumulate(&self, directory: &Utf8Path, way: &Way<'_>) -> Arc<Accumulated> {
        Arc::new(accumulate(self, directory, way))
    }

    fn resources(&self, file: &Utf8Path) -> Arc<FileResources> {
        Arc::new(read_file(self, file))
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
            world
                .files
                .insert(name.to_owned(), Arc::new(Tree::parse(content)));
        }
        world
    }
}

/// What comes out: the objects, or `error`.
fn outcome(files: &str) -> (String, String) {
    let world = World::of(files);
    let built = build(&world, Utf8Path::new(""), Options { sorted: true });
    let printed = print(built);
    let mut said = String::new();
    for error in &printed.errors {
        let _ = writeln!(said, "{}", error.message);
    }
    match printed.errors.is_empty() {
        true => (printed.yaml, said),
        false => ("error".to_owned(), said),
    }
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
            wrong.push(format!(
                "=== {name}\n{files}--- kustomize\n{expected}--- here\n{got}\n{said}"
            ));
        }
    }
    let shown = wrong
        .iter()
        .take(40)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {count} cases differ\n{shown}",
        wrong.len()
    );
}

#[test]
fn patches_do_what_kustomize_does() {
    check(include_str!("cases.txt"));
}
