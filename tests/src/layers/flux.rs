//! Random Flux Kustomizations over random trees of layers.

use super::patches::{merge, operations, target};
use super::random::Random;
use super::yaml::{Yaml, list, map, scalar, scalars};
use super::{File, Layers};
use crate::flux::Case;

/// Where what is no file of the artifact stands among the files of a tree, so that it is shrunk with them.
const CLUSTER: &str = "@cluster/";

/// The values of variables, as they are written.
const VALUES: [&str; 44] = [
    "web",
    "apps",
    "\"true\"",
    "\"123\"",
    "\"1e3\"",
    "\"0123\"",
    "\"yes\"",
    "\"n\"",
    "\"null\"",
    "\"~\"",
    "\"\"",
    "\"12345678901234567890\"",
    "\"9007199254740993\"",
    "\"1.10\"",
    "\"0x1F\"",
    "\"0o17\"",
    "\"1_000\"",
    "\".5\"",
    "\"-0.0\"",
    "\"1e400\"",
    "\"2020-01-01\"",
    "\"10:20\"",
    "'a: b'",
    "'a:'",
    "\"a\\nb\"",
    "\"a: b\\nc: d\\n\"",
    "'\"q\"'",
    "\"'q'\"",
    "'\"'",
    "\"'\"",
    "'a # b'",
    "'# b'",
    "'- a'",
    "'{a: b}'",
    "'[1, 2]'",
    "'{'",
    "'*a'",
    "'&a b'",
    "'!x y'",
    "'%'",
    "\"\\t\"",
    "' a '",
    "'${A}'",
    "\u{e9}",
];

/// Texts with variables, as they are written.
const TEXTS: [&str; 36] = [
    "${A}",
    "\"${A}\"",
    "'${B}'",
    "x-${A}-y",
    "\"${A}${B}\"",
    "\"${quote}${A}${quote}\"",
    "$${A}",
    "\"$$$${A}\"",
    "${A:=5}",
    "${MISSING:=true}",
    "\"${MISSING:-1e3}\"",
    "${MISSING:=}",
    "${MISSING}",
    "\"a ${MISSING} b\"",
    "${C:=${A}}",
    "\"${A:0:1}\"",
    "\"${#A}\"",
    "\"${A^^}\"",
    "${A/a/b}",
    "\"${A%b*}\"",
    "$A",
    "$(A)",
    "\"${\"",
    "\"${}\"",
    "\"${A\"",
    "\"${a.b}\"",
    "\"${A-b}\"",
    "\"\\\\${A}\"",
    "${_x1}",
    "${1}",
    "\"a: ${A}\"",
    "\"${A}: b\"",
    "\"${A} # c\"",
    "\"0${A}\"",
    "\"${B}\\n${A}\"",
    "\"!${A}\"",
];

impl Layers {
    /// A random Flux Kustomization over the tree of a seed, in [`Layers::case`].
    pub fn random_flux(seed: u64) -> Layers {
        let mut layers = Layers::random(seed);
        let mut random = Random::new(seed ^ 0xf1c5);
        let objects: Vec<Yaml> = layers
            .files
            .values()
            .filter_map(|file| match file {
                File::Documents(documents) => Some(documents.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        layers.change_top(&mut random);
        let post_build = random.chance(65);
        if post_build {
            layers.put_variables(&mut random);
        }
        let mut spec = map([]);
        additions(&mut layers, &objects, &mut spec, &mut random);
        if post_build || random.chance(10) {
            let post_build = variables(&mut layers, &mut random);
            spec.set("postBuild", post_build);
        }
        if random.chance(30) {
            spec.set("commonMetadata", common(&mut random));
        }
        let named = map([("name", scalar("ks")), ("namespace", scalar("apps"))]);
        let kustomization = map([
            ("apiVersion", scalar("kustomize.toolkit.fluxcd.io/v1")),
            ("kind", scalar("Kustomization")),
            ("metadata", named),
            ("spec", spec),
        ]);
        let strict = random.pick(&["strict", "lax"]);
        let path = format!("{CLUSTER}{strict}.yaml");
        layers.files.insert(path, File::Yaml(kustomization));
        layers
    }

    /// The Flux Kustomization that [`Layers::random_flux`] made; none where shrinking took it away.
    pub fn case(&self) -> Option<Case> {
        let mut case = Case {
            directory: self.top.clone(),
            ..Case::default()
        };
        for (path, text) in self.texts() {
            match path.strip_prefix(CLUSTER) {
                Some(name @ ("strict.yaml" | "lax.yaml")) => {
                    case.strict = name == "strict.yaml";
                    case.kustomization = text;
                }
                Some(_) => case.objects.push(text),
                None => {
                    case.files.insert(path.to_owned(), text);
                }
            }
        }
        (!case.kustomization.is_empty()).then_some(case)
    }

    /// Makes the top what Flux treats in its own way.
    fn change_top(&mut self, random: &mut Random) {
        let top = format!("{}/kustomization.yaml", self.top);
        match random.below(12) {
            0..2 => {
                self.files.remove(&top);
                self.scatter(random);
            }
            2 => {
                let text = random.pick(&[
                    "",
                    "# nothing\n",
                    "kind: Kustomization\n",
                    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
                    "---\n",
                    "{}\n",
                    "resources: []\n",
                    "namespace: apps\n",
                    "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
                    "apiVersion: v1\n",
                    "[a]\n",
                    "a: [\n",
                    "kind: ConfigMap\n",
                    "metadata: {name: a, labels: {a: b}}\n",
                    "resources: null\nnamePrefix: null\n",
                ]);
                self.files.insert(top, File::Text(text.to_owned()));
            }
            3..6 => {
                let Some(File::Yaml(kustomization)) = self.files.get_mut(&top) else {
                    return;
                };
                if random.chance(60) {
                    let key = random.pick(&[
                        "unknown",
                        "resource",
                        "spec",
                        "Resources",
                        "NAMESPACE",
                        "metadata",
                    ]);
                    let value = random.pick(&["x", "[a]", "{a: b}", "null", "1", "1.10", "true"]);
                    // Of two that differ in case both are read: a rule of Go's, not of Flux.
                    if kustomization.get(&key.to_lowercase()).is_none() {
                        kustomization.set(key, scalar(value));
                    }
                }
                if random.chance(40)
                    && let Yaml::Map(entries) = kustomization
                {
                    // What is left may be generators and components.
                    entries.retain(|(key, _)| key != "resources");
                }
            }
            6 => {
                if let Some(file) = self.files.remove(&top) {
                    let name = random.pick(&["kustomization.yml", "Kustomization"]);
                    self.files.insert(format!("{}/{name}", self.top), file);
                }
            }
            _ => {}
        }
    }

    /// Files around for a kustomization file that is made up.
    fn scatter(&mut self, random: &mut Random) {
        let object = |name: &str| {
            let named = map([("name", scalar(name))]);
            let data = map([("k", scalar("\"${A:=1}\""))]);
            let object = [
                ("apiVersion", scalar("v1")),
                ("kind", scalar("ConfigMap")),
                ("metadata", named),
                ("data", data),
            ];
            map(object)
        };
        let names = [
            "a.yaml",
            "b.yml",
            "c.json",
            "d.txt",
            "nested/e.yaml",
            "nested/deep/f.yml",
            "nested/kustomization.yaml",
            "nested.yaml",
            "nested-x/g.yaml",
            ".hidden.yaml",
            ".h/i.yaml",
            "K.YAML",
            "no/j.txt",
            "sub/Kustomization",
            "sub/k.yaml",
            "flux.yaml",
        ];
        for name in names {
            if !random.chance(30) {
                continue;
            }
            let path = format!("{}/{name}", self.top);
            let file = match name {
                "nested/kustomization.yaml" | "sub/Kustomization" => {
                    let (directory, _) = path.rsplit_once('/').unwrap_or_default();
                    let listed = format!("{directory}/listed.yaml");
                    self.files
                        .insert(listed, File::Yaml(object(&format!("listed{}", name.len()))));
                    File::Yaml(map([
                        ("resources", scalars(["listed.yaml"])),
                        ("namePrefix", scalar("n-")),
                    ]))
                }
                "flux.yaml" => {
                    let mut object = object("config");
                    object.set("apiVersion", scalar("kustomize.config.k8s.io/v1beta1"));
                    object.set("kind", scalar("Kustomization"));
                    File::Yaml(object)
                }
                _ if random.chance(8) => File::Text(
                    random
                        .pick(&[
                            "",
                            "# c\n",
                            "---\n---\n",
                            "a: b\n",
                            "[a]\n",
                            "a\n",
                            "kind: X\n",
                            "a: [\n",
                            "null\n",
                        ])
                        .to_owned(),
                ),
                _ => File::Yaml(object(&format!("x{}", path.len()))),
            };
            self.files.insert(path, file);
        }
    }

    /// Puts variables into some scalars of some files.
    fn put_variables(&mut self, random: &mut Random) {
        for (path, file) in &mut self.files {
            if path.ends_with("kustomization.yaml") && random.chance(94) {
                continue;
            }
            match file {
                File::Yaml(value) => put(value, 0, random),
                File::Documents(values) => values.iter_mut().for_each(|value| {
                    put(value, 0, random);
                    if random.chance(5) {
                        disable(value, random);
                    }
                }),
                File::Text(_) => {}
            }
        }
    }
}

fn put(value: &mut Yaml, depth: usize, random: &mut Random) {
    match value {
        Yaml::Scalar(text) => {
            // What makes an object one stays mostly.
            let percent = if depth > 2 { 10 } else { 2 };
            if random.chance(percent) {
                // Those that fail in any case stand behind.
                let end = if random.chance(98) { 22 } else { TEXTS.len() };
                *text = TEXTS[random.below(end)].to_owned();
            }
        }
        Yaml::Block(text) => {
            if random.chance(10) {
                text.push_str("${A}\n$${B}\n");
            }
        }
        Yaml::Map(entries) => {
            for (key, value) in entries.iter_mut() {
                if depth > 1 && random.chance(1) {
                    *key = random
                        .pick(&["\"${A}\"", "x-${B}", "\"${quote}k\""])
                        .to_owned();
                }
                put(value, depth + 1, random);
            }
        }
        Yaml::List(items) => items
            .iter_mut()
            .for_each(|item| put(item, depth + 1, random)),
        Yaml::Inner(inner) => put(inner, depth, random),
    }
}

fn disable(object: &mut Yaml, random: &mut Random) {
    let value = random.pick(&["disabled", "Disabled", "\"${A}\"", "enabled"]);
    let marks = map([("kustomize.toolkit.fluxcd.io/substitute", scalar(value))]);
    let Yaml::Map(entries) = object else {
        return;
    };
    for (key, value) in entries {
        if key == "metadata" {
            value.set(random.pick(&["labels", "annotations"]), marks.clone());
        }
    }
}

/// What the Flux Kustomization adds to the kustomization file.
fn additions(layers: &mut Layers, objects: &[Yaml], spec: &mut Yaml, random: &mut Random) {
    if random.chance(30) {
        spec.set("targetNamespace", scalar(random.pick(&["target", "apps"])));
    }
    if random.chance(20) {
        spec.set("namePrefix", scalar(random.pick(&["flux-", "\"1\""])));
    }
    if random.chance(20) {
        spec.set("nameSuffix", scalar(random.pick(&["-flux", "\"-2\""])));
    }
    if random.chance(40) {
        let patches = (0..1 + random.below(2)).filter_map(|_| patch(objects, random));
        let patches: Vec<_> = patches.collect();
        spec.set("patches", Yaml::List(patches));
    }
    if random.chance(25) {
        components(layers, objects, spec, random);
    }
    if random.chance(25) {
        let images = (0..1 + random.below(3)).map(|_| image(random));
        let images: Vec<_> = images.collect();
        spec.set("images", Yaml::List(images));
    }
    if random.chance(15) {
        let metadata = [
            "originAnnotations",
            "transformerAnnotations",
            "managedByLabel",
        ];
        let chosen = metadata.iter().filter(|_| random.chance(50)).copied();
        let chosen: Vec<_> = chosen.collect();
        spec.set("buildMetadata", scalars(chosen));
    }
}

fn patch(objects: &[Yaml], random: &mut Random) -> Option<Yaml> {
    let object = random.any(objects)?;
    let json = random.chance(40);
    let body = match json {
        true => operations(random, object),
        false => merge(random, object),
    };
    let mut item = map([("patch", Yaml::Inner(Box::new(body)))]);
    if json && random.chance(95) || random.chance(40) {
        item.set("target", target(random, object));
    }
    if random.chance(5) {
        item.set("options", map([("allowNameChange", scalar("true"))]));
    }
    if random.chance(3) {
        item.set(
            "patch",
            scalar(random.pick(&["\"\"", "a", "\"- a\"", "\"a: b\""])),
        );
    }
    Some(item)
}

fn components(layers: &mut Layers, objects: &[Yaml], spec: &mut Yaml, random: &mut Random) {
    let mut named = vec!["../flux-component"];
    let mut component = map([
        ("apiVersion", scalar("kustomize.config.k8s.io/v1alpha1")),
        ("kind", scalar("Component")),
    ]);
    if let Some(object) = random.any(objects) {
        let body = merge(random, object);
        component.set(
            "patches",
            list([map([("patch", Yaml::Inner(Box::new(body)))])]),
        );
    }
    if random.chance(40) {
        let generator = map([
            ("name", scalar("from-component")),
            ("literals", scalars(["a=${A:=b}"])),
        ]);
        component.set("configMapGenerator", list([generator]));
    }
    if random.chance(30) {
        component.set("namePrefix", scalar("c-"));
    }
    let path = "flux-component/kustomization.yaml".to_owned();
    layers.files.insert(path, File::Yaml(component));
    if random.chance(25) {
        let other = random.pick(&[
            "../missing",
            "../missing",
            "https://github.com/a/b",
            "github.com/a/b",
            "/flux-component",
            "../base-0",
            "../base-0/objects-0.yaml",
            "\"\"",
            ".",
            "file:///a",
            "git@github.com:a/b",
        ]);
        named.insert(random.below(2), other);
    }
    spec.set("components", scalars(named));
    if random.chance(60) {
        let ignore = random.pick(&["true", "true", "false"]);
        spec.set("ignoreMissingComponents", scalar(ignore));
    }
}

fn image(random: &mut Random) -> Yaml {
    let names = [
        "nginx",
        "ghcr.io/acme/app",
        "localhost:5000/x",
        "redis",
        "none",
    ];
    let mut item = map([("name", scalar(random.pick(&names)))]);
    if random.chance(50) {
        item.set("newTag", scalar(random.pick(&["\"2.0\"", "flux", "\"\""])));
    }
    if random.chance(40) {
        item.set(
            "newName",
            scalar(random.pick(&["flux.example.com/new", "\"\""])),
        );
    }
    if random.chance(25) {
        item.set("digest", scalar("sha256:f1"));
    }
    item
}

/// `postBuild`, with the objects that it takes variables from.
fn variables(layers: &mut Layers, random: &mut Random) -> Yaml {
    let mut post_build = map([]);
    let mut own = map([]);
    for name in ["A", "B", "quote", "_x1", "not-a-name", "1x"] {
        let percent = match name {
            "not-a-name" | "1x" => 1,
            "_x1" => 30,
            _ => 80,
        };
        if random.chance(percent) {
            own.set(name, value(name, random));
        }
    }
    if random.chance(80) {
        post_build.set("substitute", own);
    }
    if random.chance(40) {
        let mut from = Vec::new();
        for number in 0..1 + random.below(3) {
            let name = format!("vars-{number}");
            let kind = if random.chance(90) {
                "ConfigMap"
            } else {
                "Secret"
            };
            let mut source = map([("kind", scalar(kind)), ("name", scalar(&name))]);
            let absent = random.chance(15);
            if absent || random.chance(20) {
                source.set("optional", scalar("true"));
            }
            if !absent {
                let object = vars_object(kind, &name, random);
                layers
                    .files
                    .insert(format!("{CLUSTER}{name}.yaml"), File::Yaml(object));
            }
            from.push(source);
        }
        post_build.set("substituteFrom", Yaml::List(from));
    }
    if random.chance(30) {
        let strategy = random.pick(&["Always", "Always", "WithVariables"]);
        post_build.set("substituteStrategy", scalar(strategy));
    }
    post_build
}

fn vars_object(kind: &str, name: &str, random: &mut Random) -> Yaml {
    let mut data = map([]);
    // What a Secret holds is not told here, so nothing may name it.
    let names: &[&str] = match kind {
        "Secret" => &["unused", "not-a-name"],
        _ => &["A", "B", "C", "not.a.name"],
    };
    for name in names {
        let percent = if name.contains(['-', '.']) { 4 } else { 60 };
        if random.chance(percent) {
            let value = match kind {
                "Secret" => scalar("YQ=="),
                _ => value(name, random),
            };
            data.set(name, value);
        }
    }
    map([
        ("apiVersion", scalar("v1")),
        ("kind", scalar(kind)),
        (
            "metadata",
            map([("name", scalar(name)), ("namespace", scalar("apps"))]),
        ),
        ("data", data),
    ])
}

fn value(name: &str, random: &mut Random) -> Yaml {
    match name {
        "quote" if random.chance(90) => scalar("'\"'"),
        // Most of the time something plain, or nothing is built.
        _ if random.chance(40) => scalar(random.pick(&["web", "x", "\"5\""])),
        _ => scalar(random.pick(&VALUES)),
    }
}

fn common(random: &mut Random) -> Yaml {
    let mut common = map([]);
    for field in ["labels", "annotations"] {
        if random.chance(70) {
            let mut pairs = map([(
                "common",
                scalar(random.pick(&["a", "\"1\"", "'b: c'", "\"\"", "${A}"])),
            )]);
            if random.chance(30) {
                let key = random.pick(&[
                    "app",
                    "note",
                    "kustomize.toolkit.fluxcd.io/name",
                    "config.kubernetes.io/x",
                ]);
                pairs.set(key, scalar("over"));
            }
            common.set(field, pairs);
        }
    }
    common
}
