//! Kustomization files with every field that changes objects.

use super::Layer;
use super::patches::{merge, operations, patch, target};
use super::random::Random;
use super::resources::{KINDS, name};
use super::words::text;
use super::yaml::{Yaml, list, map, scalar, scalars};

/// Fills a kustomization file at random; the layer gets the files that it names.
pub fn fill(layer: &mut Layer, random: &mut Random) {
    let objects = layer.objects.clone();
    let mut set = |key: &str, value: Yaml| layer.kustomization.set(key, value);
    if random.chance(35) {
        set(
            "namespace",
            scalar(random.pick(&["apps", "prod", "default"])),
        );
    }
    if random.chance(25) {
        set("namePrefix", scalar("pre-"));
    }
    if random.chance(20) {
        set("nameSuffix", scalar(random.pick(&["-suf", "\"-1\""])));
    }
    if random.chance(25) {
        set("labels", list([labels(random)]));
    }
    if random.chance(15) {
        set(
            "commonLabels",
            map([("common", scalar(random.pick(&["a", "\"1\"", "b c"])))]),
        );
    }
    if random.chance(20) {
        set(
            "commonAnnotations",
            map([(
                "anno",
                scalar(
                    random.pick(
                        &["a", "\"true\"", "b: c"]
                            .map(|text| if text == "b: c" { "'b: c'" } else { text }),
                    ),
                ),
            )]),
        );
    }
    if random.chance(30) {
        set(
            "images",
            list((0..1 + random.below(2)).map(|_| image(random))),
        );
    }
    let scaled: Vec<&Yaml> = objects.iter().filter(|object| is_scaled(object)).collect();
    if random.chance(20)
        && let Some(object) = random.any(&scaled)
    {
        let named = object.text_at(&["metadata", "name"]).unwrap_or_default();
        let replica = map([("name", scalar(named)), ("count", scalar("7"))]);
        set("replicas", list([replica]));
    }
    generators(layer, random);
    patches(layer, &objects, random);
    let mut set = |key: &str, value: Yaml| layer.kustomization.set(key, value);
    if random.chance(20)
        && let Some(replacement) = replacement(random, &objects)
    {
        set("replacements", list([replacement]));
    }
    if random.chance(8)
        && let Some(object) = random.any(&objects)
    {
        let reference = map([
            (
                "apiVersion",
                scalar(object.text_at(&["apiVersion"]).unwrap_or("v1")),
            ),
            ("kind", scalar(object.text_at(&["kind"]).unwrap_or("x"))),
            (
                "name",
                scalar(object.text_at(&["metadata", "name"]).unwrap_or("x")),
            ),
        ]);
        set(
            "vars",
            list([map([("name", scalar("VAR")), ("objref", reference)])]),
        );
    }
    if random.chance(15) {
        set(
            "sortOptions",
            map([("order", scalar(random.pick(&["fifo", "legacy"])))]),
        );
    }
    if random.chance(8) {
        let metadata = [
            "originAnnotations",
            "transformerAnnotations",
            "managedByLabel",
        ];
        let some = metadata.iter().filter(|_| random.chance(50)).copied();
        set("buildMetadata", scalars(some));
    }
    if random.chance(12) {
        transformers(layer, random);
    }
    rare(layer, random);
    if random.chance(6) {
        let reference = map([
            ("kind", scalar("ConfigMap")),
            ("version", scalar("v1")),
            (
                "fieldSpecs",
                list([map([
                    ("kind", scalar("Widget")),
                    ("path", scalar("spec/name")),
                ])]),
            ),
        ]);
        layer.add_file("config.yaml", map([("nameReference", list([reference]))]));
        layer
            .kustomization
            .set("configurations", scalars(["config.yaml"]));
    }
}

/// What is in few kustomization files.
fn rare(layer: &mut Layer, random: &mut Random) {
    if random.chance(4) {
        let legacy = map([
            ("orderFirst", scalars(["Service", "Widget"])),
            ("orderLast", scalars(["ConfigMap", "Namespace"])),
        ]);
        let options = map([("order", scalar("legacy")), ("legacySortOptions", legacy)]);
        layer.kustomization.set("sortOptions", options);
    }
    if random.chance(4) {
        layer.add_text("schema.json", SCHEMA);
        let openapi = map([("path", scalar("schema.json"))]);
        layer.kustomization.set("openapi", openapi);
    }
    if random.chance(4) {
        // One field, in another spelling.
        let (key, value) = [
            ("NamePrefix", scalar("other-")),
            ("Namespace", scalar("null")),
            ("Images", list([map([("newName", scalar("spelled"))])])),
            ("CommonLabels", map([("spelled", scalar("a"))])),
            ("commonlabels", scalar("null")),
        ][random.below(5)]
        .clone();
        layer.kustomization.set(key, value);
    }
    if random.chance(1) {
        let chart = map([("name", scalar("chart"))]);
        layer.kustomization.set("helmCharts", list([chart]));
    }
}

/// A schema in which the lists of widgets merge.
const SCHEMA: &str = r#"{"definitions": {"Widget": {"properties": {"spec": {"properties": {"list": {"type": "array",
"items": {"type": "object"}, "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}}}},
"x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Widget", "version": "v1"}]}}}
"#;

fn is_scaled(object: &Yaml) -> bool {
    matches!(
        object.text_at(&["kind"]),
        Some("Deployment" | "StatefulSet")
    )
}

fn labels(random: &mut Random) -> Yaml {
    let mut item = map([(
        "pairs",
        map([("label", scalar(text(random))), ("app", scalar("set"))]),
    )]);
    for option in ["includeSelectors", "includeTemplates"] {
        if random.chance(30) {
            item.set(option, scalar("true"));
        }
    }
    if random.chance(15) {
        let path = random.pick(&["spec/labels", "spec/list[]/labels", "metadata/x"]);
        let mut field = map([
            ("path", scalar(path)),
            ("create", scalar(random.pick(&["true", "false"]))),
        ]);
        if random.chance(50) {
            field.set("kind", scalar(KINDS[random.below(KINDS.len())].1));
        }
        item.set("fields", list([field]));
    }
    item
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
    if random.chance(60) {
        item.set("newTag", scalar(random.pick(&["\"1.10\"", "v2", "'7'"])));
    }
    if random.chance(30) {
        item.set("newName", scalar("example.com/new"));
    }
    if random.chance(15) {
        item.set("digest", scalar("sha256:abc"));
    }
    if random.chance(10) {
        item.set("tagSuffix", scalar("-x"));
    }
    item
}

fn generators(layer: &mut Layer, random: &mut Random) {
    for field in ["configMapGenerator", "secretGenerator"] {
        if !random.chance(25) {
            continue;
        }
        let named = if random.chance(60) {
            format!("gen-{}", layer.directory)
        } else {
            name(random)
        };
        let mut item = map([("name", scalar(named))]);
        if random.chance(80) {
            let literals = [
                "a=b",
                "'k=x y'",
                "'q=\"quoted\"'",
                "'n=1'",
                "'e='",
                "\"l=a\\nb\"",
                "'z=x=y'",
            ];
            item.set(
                "literals",
                scalars(literals.iter().filter(|_| random.chance(30)).copied()),
            );
        }
        if random.chance(30) {
            layer.add_text(
                "data.txt",
                random.pick(&["", "text\n", "a \nb\n", "no end", "\u{e9}\n\n", "\ttab\n"]),
            );
            item.set(
                "files",
                scalars([random.pick(&["data.txt", "key=data.txt"])]),
            );
        }
        if random.chance(20) {
            layer.add_text(
                "data.env",
                random.pick(&["A=1\nB=two words\n", "# c\n\nA=\"q\"\n", "A=x=y"]),
            );
            item.set("envs", scalars(["data.env"]));
        }
        let kind = if field == "configMapGenerator" {
            "ConfigMap"
        } else {
            "Secret"
        };
        let same = layer.objects.iter().find(|object| {
            object.text_at(&["kind"]) == Some(kind)
                && object.text_at(&["metadata", "namespace"]).is_none()
        });
        let same = same.and_then(|object| object.text_at(&["metadata", "name"]));
        if let Some(same) = same
            && random.chance(50)
        {
            item.set("name", scalar(same));
            item.set("behavior", scalar(random.pick(&["merge", "replace"])));
        } else if random.chance(4) {
            item.set(
                "behavior",
                scalar(random.pick(&["create", "merge", "replace"])),
            );
        }
        if field == "secretGenerator" && random.chance(20) {
            item.set("type", scalar("kubernetes.io/tls"));
        }
        if random.chance(30) {
            item.set("options", options(random));
        }
        if random.chance(10) {
            item.set("namespace", scalar("apps"));
        }
        layer.kustomization.set(field, list([item]));
    }
    if random.chance(15) {
        layer.kustomization.set("generatorOptions", options(random));
    }
}

fn options(random: &mut Random) -> Yaml {
    let mut options = Yaml::Map(Vec::new());
    if random.chance(50) {
        options.set("disableNameSuffixHash", scalar("true"));
    }
    if random.chance(30) {
        options.set("labels", map([("gen", scalar("x"))]));
    }
    if random.chance(30) {
        options.set("annotations", map([("gen", scalar("'1'"))]));
    }
    if random.chance(20) {
        options.set("immutable", scalar("true"));
    }
    options
}

fn patches(layer: &mut Layer, objects: &[Yaml], random: &mut Random) {
    if random.chance(45) {
        let mut items = Vec::new();
        for number in 0..1 + random.below(2) {
            let file = format!("patch-{number}.yaml");
            let Some((item, body)) = patch(random, objects, &file) else {
                continue;
            };
            if let Some(body) = body {
                layer.add_file(&file, body);
            }
            items.push(item);
        }
        layer.kustomization.set("patches", Yaml::List(items));
    }
    let Some(object) = random.any(objects) else {
        return;
    };
    if random.chance(10) {
        layer.add_file("merge.yaml", merge(random, object));
        layer
            .kustomization
            .set("patchesStrategicMerge", scalars(["merge.yaml"]));
    }
    if random.chance(7) {
        let mut item = map([("target", target(random, object))]);
        let exact = map([
            ("version", scalar("v1")),
            ("kind", scalar(object.text_at(&["kind"]).unwrap_or("x"))),
            (
                "name",
                scalar(object.text_at(&["metadata", "name"]).unwrap_or("x")),
            ),
        ]);
        if random.chance(70) {
            item.set("target", exact);
        }
        item.set("patch", Yaml::Inner(Box::new(operations(random, object))));
        layer.kustomization.set("patchesJson6902", list([item]));
    }
}

fn replacement(random: &mut Random, objects: &[Yaml]) -> Option<Yaml> {
    let from = random.any(objects)?;
    let to = random.any(objects)?;
    let mut source = map([
        ("kind", scalar(from.text_at(&["kind"])?)),
        ("name", scalar(from.text_at(&["metadata", "name"])?)),
    ]);
    let mut known = Vec::new();
    scalars_of(from, "", &mut known);
    if random.chance(70) {
        let path = random.any(&known).cloned().unwrap_or_default();
        source.set(
            "fieldPath",
            scalar(if random.chance(95) {
                path
            } else {
                "metadata".to_owned()
            }),
        );
    }
    if random.chance(15) {
        let delimiter = random.pick(&["'-'", "':'", "'.'", "'/'"]);
        let index = random.pick(&["0", "1", "3", "-1"]);
        let options = map([("delimiter", scalar(delimiter)), ("index", scalar(index))]);
        source.set("options", options);
    }
    let mut select = map([("kind", scalar(to.text_at(&["kind"])?))]);
    if random.chance(50) {
        select.set("name", scalar(to.text_at(&["metadata", "name"])?));
    }
    let paths = [
        "metadata.annotations.copied",
        "metadata.name",
        "metadata.annotations.note",
        "metadata.annotations.a/b",
        "metadata.annotations.[a/b]",
        "metadata.labels.[app.kubernetes.io/name]",
        "'metadata.labels.app\\.kubernetes\\.io/name'",
        "metadata.labels.new",
        "metadata.namespace",
        "spec.*.name",
        "spec.list.-",
        "spec.list.0.a",
        "spec.template.spec.containers.[name=added].image",
        "spec.template.spec.containers.[image=nginx.*].env.[name=A].value",
        "spec.template.spec.containers.[name=main].image",
        "spec.template.spec.containers.*.env.[name=A].value",
        "spec.template.spec.containers.0.name",
        "spec.a",
        "data.k",
    ];
    let mut known = Vec::new();
    scalars_of(to, "", &mut known);
    let path = match random.any(&known) {
        Some(path) if random.chance(60) => path,
        _ => random.pick(&paths),
    };
    let mut aim = map([("select", select), ("fieldPaths", scalars([path]))]);
    if random.chance(60) {
        let mut options = map([("create", scalar("true"))]);
        if random.chance(20) {
            options.set("delimiter", scalar("':'"));
            options.set("index", scalar(random.pick(&["0", "1", "-1", "5"])));
        }
        if random.chance(20) {
            options.set("create", scalar("false"));
        }
        aim.set("options", options);
    }
    if random.chance(10) {
        let rejected = [("name", "web"), ("kind", "Widget"), ("namespace", "apps")];
        let (key, value) = rejected[random.below(3)];
        aim.set("reject", list([map([(key, scalar(value))])]));
    }
    let mut aims = vec![aim];
    if random.chance(15) {
        aims.insert(
            random.below(2),
            map([
                ("select", map([("kind", scalar("ConfigMap|Widget"))])),
                ("fieldPaths", scalars(["metadata.annotations.second"])),
                ("options", map([("create", scalar("true"))])),
            ]),
        );
    }
    let mut item = map([("targets", Yaml::List(aims))]);
    if random.chance(15) {
        item.set("sourceValue", scalar(text(random)));
    } else {
        item.set("source", source);
    }
    Some(item)
}

/// The paths of the scalars of an object, as replacements write them.
fn scalars_of(value: &Yaml, path: &str, into: &mut Vec<String>) {
    match value {
        Yaml::Map(entries) => {
            for (key, value) in entries {
                if key.contains(['.', '/', '"']) {
                    continue;
                }
                let dot = if path.is_empty() { "" } else { "." };
                scalars_of(value, &format!("{path}{dot}{key}"), into);
            }
        }
        Yaml::List(items) => {
            for (at, value) in items.iter().enumerate() {
                let path = match value.text_at(&["name"]) {
                    Some(name) => format!("{path}.[name={name}]"),
                    None => format!("{path}.{at}"),
                };
                scalars_of(value, &path, into);
            }
        }
        // The hash of a generated object of another kind counts the lines of its YAML.
        _ if path == "kind" => {}
        _ if path.starts_with("apiVersion") => {}
        _ => into.push(path.to_owned()),
    }
}

fn transformers(layer: &mut Layer, random: &mut Random) {
    let field = map([
        ("path", scalar("metadata/labels")),
        ("create", scalar("true")),
    ]);
    let named = map([("name", scalar("t"))]);
    let mut transformer = map([("apiVersion", scalar("builtin")), ("metadata", named)]);
    match random.below(8) {
        6 => {
            transformer.set("kind", scalar("ValueAddTransformer"));
            transformer.set("value", scalar("added"));
            let paths = [
                "metadata/annotations/added",
                "spec/list/0/name",
                "spec/list[]",
                "spec/new/[name=q]/y",
                "spec/template/spec/containers/-/image",
                "spec/template/spec/containers/[name=main]/image",
                "metadata/name",
            ];
            let mut target = map([("fieldPath", scalar(random.pick(&paths)))]);
            if random.chance(60) {
                let kinds = ["Deployment", "Widget", "ConfigMap"];
                target.set("selector", map([("kind", scalar(random.pick(&kinds)))]));
            }
            if random.chance(20) {
                target.set("filePathPosition", scalar("2"));
            }
            transformer.set("targets", list([target]));
        }
        7 => {
            transformer.set("kind", scalar("ReplicaCountTransformer"));
            let replica = map([("name", scalar(name(random))), ("count", scalar("4"))]);
            transformer.set("replica", replica);
            let field = map([
                ("path", scalar("spec/replicas")),
                ("kind", scalar("Deployment")),
                ("create", scalar("true")),
            ]);
            transformer.set("fieldSpecs", list([field]));
        }
        0 => {
            transformer.set("kind", scalar("LabelTransformer"));
            transformer.set("labels", map([("t", scalar("x"))]));
            transformer.set("fieldSpecs", list([field]));
        }
        1 => {
            transformer.set("kind", scalar("PrefixTransformer"));
            transformer.set("prefix", scalar("t-"));
            transformer.set(
                "fieldSpecs",
                list([map([("path", scalar("metadata/name"))])]),
            );
        }
        2 => {
            transformer.set("kind", scalar("AnnotationsTransformer"));
            transformer.set("annotations", map([("t", scalar("x"))]));
            let field = map([
                ("path", scalar("metadata/annotations")),
                ("create", scalar("true")),
            ]);
            transformer.set("fieldSpecs", list([field]));
        }
        3 => {
            transformer.set("kind", scalar("NamespaceTransformer"));
            let named = map([("name", scalar("t")), ("namespace", scalar("moved"))]);
            transformer.set("metadata", named);
            let option = random.pick(&["none", "allServiceAccounts", "defaultOnly"]);
            transformer.set("setRoleBindingSubjects", scalar(option));
            transformer.set("unsetOnly", scalar(random.pick(&["true", "false"])));
        }
        4 => {
            transformer.set("kind", scalar("ImageTagTransformer"));
            transformer.set(
                "imageTag",
                map([("name", scalar("nginx")), ("newTag", scalar("t"))]),
            );
        }
        _ => {
            transformer.set("kind", scalar("PatchTransformer"));
            transformer.set("target", map([("kind", scalar("Deployment"))]));
            let operation = map([
                ("op", scalar("add")),
                ("path", scalar("/spec/added")),
                ("value", scalar("1")),
            ]);
            transformer.set("patch", Yaml::Inner(Box::new(list([operation]))));
        }
    }
    layer.add_file("transformer.yaml", transformer);
    layer
        .kustomization
        .set("transformers", scalars(["transformer.yaml"]));
}
