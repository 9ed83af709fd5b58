//! Random trees of kustomization layers: a base or two, components, and overlays on top of them.

mod flux;
mod kustomization;
mod patches;
pub mod random;
mod resources;
mod words;
pub mod yaml;

use std::collections::BTreeMap;

use self::random::Random;
use self::yaml::{Yaml, map, scalar, scalars};

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File {
    /// One YAML document.
    Yaml(Yaml),
    /// Several.
    Documents(Vec<Yaml>),
    /// Any text.
    Text(String),
}

/// The files of a tree by path, and the directory to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// The files.
    pub files: BTreeMap<String, File>,
    /// The directory of the top layer.
    pub top: String,
}

/// One directory while it is made.
struct Layer {
    directory: String,
    kustomization: Yaml,
    /// The objects that it includes, as they were written.
    objects: Vec<Yaml>,
    files: BTreeMap<String, File>,
}

impl Layer {
    fn new(directory: &str) -> Self {
        Self {
            directory: directory.to_owned(),
            kustomization: Yaml::Map(Vec::new()),
            objects: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    fn add_file(&mut self, name: &str, content: Yaml) {
        self.files.insert(name.to_owned(), File::Yaml(content));
    }

    fn add_text(&mut self, name: &str, content: &str) {
        self.files
            .insert(name.to_owned(), File::Text(content.to_owned()));
    }

    /// Objects of its own, in some files.
    fn add_objects(&mut self, random: &mut Random) -> Vec<String> {
        let mut ids = Vec::new();
        let mut documents: Vec<Vec<Yaml>> = vec![Vec::new()];
        for _ in 0..1 + random.below(5) {
            let object = resources::resource(random);
            let id = |path: &[&str]| object.text_at(path).unwrap_or_default().to_owned();
            let id = (
                id(&["kind"]),
                id(&["metadata", "name"]),
                id(&["metadata", "namespace"]),
            );
            if ids.contains(&id) {
                continue;
            }
            ids.push(id);
            self.objects.push(object.clone());
            if random.chance(50) {
                documents.push(Vec::new());
            }
            if let Some(last) = documents.last_mut() {
                last.push(object);
            }
        }
        let mut names = Vec::new();
        for (number, documents) in documents.into_iter().enumerate() {
            if documents.is_empty() {
                continue;
            }
            let name = format!("objects-{number}.yaml");
            let file = match random.chance(6) {
                true => File::Text(in_another_layout(&documents, random)),
                false => File::Documents(documents),
            };
            self.files.insert(name.clone(), file);
            names.push(name);
        }
        names
    }

    fn finish(mut self, into: &mut BTreeMap<String, File>) {
        let directory = self.directory;
        self.files.insert(
            "kustomization.yaml".to_owned(),
            File::Yaml(self.kustomization),
        );
        into.extend(
            self.files
                .into_iter()
                .map(|(name, file)| (format!("{directory}/{name}"), file)),
        );
    }
}

/// Documents as editors of all kinds leave them.
fn in_another_layout(documents: &[Yaml], random: &mut Random) -> String {
    let separator = random.pick(&[
        "---\n",
        "--- # next\n",
        "---\n---\n",
        "---\n# nothing\n---\n",
        "...\n---\n",
    ]);
    let texts: Vec<String> = documents.iter().map(Yaml::render).collect();
    let text = texts.join(separator);
    match random.below(5) {
        0 => text.replace('\n', "\r\n"),
        1 => format!("\u{feff}{text}"),
        2 => format!("# first\n---\n{text}"),
        3 => format!("{text}---\n"),
        _ => text.trim_end().to_owned(),
    }
}

impl Layers {
    /// The tree of a seed.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut files = BTreeMap::new();
        let mut below = Vec::new();
        let mut objects = Vec::new();
        for number in 0..1 + random.below(2) {
            let mut base = Layer::new(&format!("base-{number}"));
            if number == 0 || random.chance(40) {
                let names = base.add_objects(&mut random);
                base.kustomization.set("resources", scalars(names));
            }
            if number == 0 && random.chance(60) || random.chance(70) {
                kustomization::fill(&mut base, &mut random);
            }
            if base.kustomization == Yaml::Map(Vec::new()) {
                continue;
            }
            objects.extend(base.objects.iter().cloned());
            below.push(base.directory.clone());
            base.finish(&mut files);
        }
        let mut top = below.first().cloned().unwrap_or_default();
        for number in 0..random.below(4) {
            let mut overlay = Layer::new(&format!("overlay-{number}"));
            let mut resources: Vec<String> = below
                .drain(..)
                .map(|directory| format!("../{directory}"))
                .collect();
            overlay.objects = objects.clone();
            if random.chance(25) {
                resources.extend(overlay.add_objects(&mut random));
            }
            overlay.kustomization.set("resources", scalars(resources));
            if random.chance(30) {
                let mut component = Layer::new(&format!("component-{number}"));
                component.kustomization = map([
                    ("apiVersion", scalar("kustomize.config.k8s.io/v1alpha1")),
                    ("kind", scalar("Component")),
                ]);
                component.objects = overlay.objects.clone();
                kustomization::fill(&mut component, &mut random);
                if random.chance(15) {
                    let mut inner = Layer::new(&format!("inner-{number}"));
                    inner.kustomization = map([
                        ("apiVersion", scalar("kustomize.config.k8s.io/v1alpha1")),
                        ("kind", scalar("Component")),
                    ]);
                    inner.objects = component.objects.clone();
                    kustomization::fill(&mut inner, &mut random);
                    let path = format!("../{}", inner.directory);
                    component.kustomization.set("components", scalars([path]));
                    inner.finish(&mut files);
                }
                let path = format!("../{}", component.directory);
                overlay.kustomization.set("components", scalars([path]));
                component.finish(&mut files);
            }
            kustomization::fill(&mut overlay, &mut random);
            objects = overlay.objects.clone();
            top = overlay.directory.clone();
            below = vec![top.clone()];
            overlay.finish(&mut files);
        }
        Self { files, top }
    }

    /// The texts of the files.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.files.iter().map(|(path, file)| {
            let text = match file {
                File::Yaml(value) => value.render(),
                File::Documents(values) => values
                    .iter()
                    .map(Yaml::render)
                    .collect::<Vec<_>>()
                    .join("---\n"),
                File::Text(text) => text.clone(),
            };
            (path.as_str(), text)
        })
    }

    /// The least tree that still does what `fails` says: parts are left out for as long as it does.
    pub fn shrink(mut self, fails: impl Fn(&Layers) -> bool) -> Self {
        loop {
            let before = self.clone();
            // What could not be left out a moment ago mostly cannot be now: go on behind it.
            let mut at = 0;
            while let Some(smaller) = self.smaller().into_iter().nth(at) {
                if fails(&smaller) {
                    self = smaller;
                } else {
                    at += 1;
                }
            }
            if self == before {
                return self;
            }
        }
    }

    /// The trees with one part less, whole files first.
    fn smaller(&self) -> Vec<Layers> {
        let mut found = Vec::new();
        for path in self.files.keys() {
            let mut fewer = self.clone();
            fewer.files.remove(path);
            fewer.forget(path);
            found.push(fewer);
        }
        for (path, file) in &self.files {
            let smaller: Vec<File> = match file {
                File::Yaml(value) => value.smaller().into_iter().map(File::Yaml).collect(),
                File::Documents(values) => Yaml::List(values.clone())
                    .smaller()
                    .into_iter()
                    .filter_map(|value| match value {
                        Yaml::List(values) if !values.is_empty() => Some(File::Documents(values)),
                        _ => None,
                    })
                    .collect(),
                File::Text(_) => Vec::new(),
            };
            for smaller in smaller {
                let mut changed = self.clone();
                changed.files.insert(path.clone(), smaller);
                found.push(changed);
            }
        }
        found
    }

    /// Takes the name of a file or directory out of the lists that name it.
    fn forget(&mut self, path: &str) {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = if name == "kustomization.yaml" {
            [format!("../{directory}"), String::new()]
        } else {
            [name.to_owned(), String::new()]
        };
        for file in self.files.values_mut() {
            let File::Yaml(Yaml::Map(entries)) = file else {
                continue;
            };
            for (_, value) in entries.iter_mut() {
                if let Yaml::List(items) = value {
                    items
                        .retain(|item| !matches!(item, Yaml::Scalar(text) if names.contains(text)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Layers;

    #[test]
    fn a_seed_says_all() {
        for seed in 0..50 {
            assert_eq!(Layers::random(seed), Layers::random(seed));
        }
    }

    #[test]
    fn every_file_is_yaml() {
        for seed in 0..300 {
            for (path, text) in Layers::random(seed).texts() {
                let tree = infragen_syntax::Tree::parse(text.clone());
                assert!(
                    !path.ends_with(".yaml") || tree.errors().is_empty(),
                    "{seed} {path}\n{text}"
                );
            }
        }
    }

    #[test]
    fn shrinks_to_what_matters() {
        let has = |layers: &Layers| layers.texts().any(|(_, text)| text.contains("kind:"));
        let least = Layers::random(1).shrink(has);
        assert_eq!(least.files.len(), 1);
    }
}
