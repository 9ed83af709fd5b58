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
        if self.files.contains_key(path.as_str()) {
            return Some(Entry::File);
        }
        let is_above = |file: &String| Utf8Path::new(file).starts_with(path);
        self.files.keys().any(is_above).then_some(Entry::Directory)
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
    /// It, with origins.
    pub(crate) fn traced(mut self) -> World {
        self.traced = true;
        self
    }

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
    let shown = wrong.iter().take(4).cloned().collect::<Vec<_>>().join("\n");
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

/// The only error of a build: the text of its place, what it says, and what it advises.
fn only_error(files: &str) -> (String, String, Option<String>) {
    let world = World::of(files);
    let built = build(&world, Utf8Path::new(""), Options { sorted: true });
    let [error] = &built.errors[..] else {
        panic!("not one error: {:?}", built.errors);
    };
    let tree = world.tree(&error.place.file).unwrap();
    let text = &tree.text()[error.place.range];
    (text.to_owned(), error.message.clone(), error.help.clone())
}

const WEB: &str = "#file web.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n";

#[test]
fn a_missing_path_points_into_the_inline_patch() {
    let (text, message, help) = only_error(&format!(
        "{WEB}#file kustomization.yaml\nresources: [web.yaml]\npatches:\n- target: {{kind: Deployment}}\n  patch: |-\n    - op: replace\n      path: /spec/nope\n      value: 1\n"
    ));
    assert_eq!(text, "/spec/nope");
    assert_eq!(
        message,
        "`replace` finds no `/spec/nope` in Deployment `web`"
    );
    assert_eq!(
        help.unwrap(),
        "use `op: add`, which also sets what is not there"
    );
}

#[test]
fn another_api_version_is_said() {
    let (text, message, help) = only_error(&format!(
        "{WEB}#file kustomization.yaml\nresources: [web.yaml]\npatches:\n- path: p.yaml\n#file p.yaml\napiVersion: apps/v1beta2\nkind: Deployment\nmetadata:\n  name: web\n"
    ));
    assert_eq!(text, "apps/v1beta2");
    assert_eq!(
        message,
        "there is no Deployment `web` of `apps/v1beta2`, only of `apps/v1`"
    );
    assert_eq!(help.unwrap(), "set `apiVersion: apps/v1`");
}

#[test]
fn the_namespace_of_the_same_file_comes_later() {
    let (text, _, help) = only_error(&format!(
        "{WEB}#file kustomization.yaml\nnamespace: prod\nresources: [web.yaml]\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: web\n      namespace: prod\n"
    ));
    assert_eq!(text, "prod");
    assert!(
        help.unwrap()
            .starts_with("patches come before the `namespace` of this file")
    );
}

#[test]
fn a_star_is_no_pattern() {
    let (text, message, help) = only_error(&format!(
        "{WEB}#file kustomization.yaml\nresources: [web.yaml]\npatches:\n- target: {{kind: '*'}}\n  patch: '[{{\"op\": \"remove\", \"path\": \"/spec\"}}]'\n"
    ));
    assert_eq!(text, "*");
    assert!(message.starts_with("`*` is no regular expression"));
    assert_eq!(help.unwrap(), "use `.*`, or leave `kind` out to match any");
}

#[test]
fn a_wrong_shape_points_at_its_key() {
    let (text, message, _) = only_error(&format!(
        "{WEB}#file kustomization.yaml\nresources: [web.yaml]\npatches:\n- path: p.yaml\n#file p.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: [1]\n"
    ));
    assert_eq!(text, "replicas");
    assert_eq!(
        message,
        "the patch has a list where the object has a single value, in Deployment `web`"
    );
}
