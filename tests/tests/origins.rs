//! Every scalar of a traced build knows where it comes from.
#![allow(clippy::unwrap_used, clippy::panic)] // what is not there fails the test

use infragen_kustomize::{Built, How, Options, Origin, ScalarKind, Value, build};
use infragen_tests::layers::Layers;
use infragen_tests::memory::Memory;

/// How many random trees are built.
const SEEDS: u64 = 300;

fn traced(memory: &Memory, top: &str) -> Built {
    build(memory, top.into(), Options { sorted: true })
}

/// Calls something with every scalar and the way to it.
fn each(value: &Value, path: &mut Vec<String>, look: &mut dyn FnMut(&[String], &Value)) {
    match value {
        Value::Scalar(_) => look(path, value),
        Value::Map(map) => {
            for (key, value) in map.iter() {
                path.push(key.to_string());
                each(value, path, look);
                path.pop();
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                each(item, path, look);
                path.pop();
            }
        }
    }
}

/// What is wrong with a history, from its newest step on.
fn wrong(memory: &Memory, text: &str, kind: ScalarKind, origin: &Origin) -> Option<String> {
    let Some(step) = origin.newest() else {
        // A collection among annotations becomes an empty text at the end, and has no place of its own.
        return (!text.is_empty()).then(|| "no origin".to_owned());
    };
    let Some(file) = memory.text(&step.place.file) else {
        return Some(format!("no file {}", step.place.file));
    };
    let (from, to) = (
        usize::from(step.place.range.start()),
        usize::from(step.place.range.end()),
    );
    let Some(source) = file.get(from..to) else {
        return Some(format!("{from}..{to} is not in {}", step.place.file));
    };
    let is_plain = !source.contains(['\n', '\\', '\'', '"', '!', '>', '|']);
    // A JSON6902 patch spells numbers anew.
    let is_spelled = matches!(kind, ScalarKind::String | ScalarKind::Bool);
    match step.how {
        How::Resource if step.before.text.is_some() => Some("read, but not first".to_owned()),
        How::Resource if is_plain && is_spelled && source != text => {
            Some(format!("`{source}` is written there"))
        }
        How::Resource => None,
        _ if source.is_empty() && !text.is_empty() && from > 0 => {
            Some(format!("{:?} at nothing", step.how))
        }
        _ => {
            let before = step.before.text.as_deref()?;
            let before_kind = infragen_kustomize::plain_kind(before);
            wrong(memory, before, before_kind, &step.before.origin)
                .map(|wrong| format!("before {:?}, as `{before}`: {wrong}", step.how))
        }
    }
}

#[test]
fn every_scalar_of_a_random_tree_has_an_origin() {
    let mut faults = Vec::new();
    let mut scalars = 0;
    for seed in 0..SEEDS {
        let layers = Layers::random(seed);
        let memory = Memory::new(layers.texts()).traced();
        for resource in traced(&memory, &layers.top).resources {
            each(&resource.value, &mut Vec::new(), &mut |path, value| {
                let scalar = value.as_scalar().unwrap();
                scalars += 1;
                if let Some(wrong) = wrong(&memory, &scalar.text, scalar.kind, &scalar.origin) {
                    let path = path.join(".");
                    faults.push(format!("{seed} {path} `{}`: {wrong}", scalar.text));
                }
            });
        }
    }
    assert!(scalars > 10_000, "{scalars}");
    let shown = faults.iter().take(30).cloned().collect::<Vec<_>>();
    assert!(
        faults.is_empty(),
        "{} of {scalars}\n{}",
        faults.len(),
        shown.join("\n")
    );
}

/// The steps of a field of the object of a kind, the newest first: what happened, the file, the text there and
/// the value before.
fn steps(files: &[(&str, &str)], kind: &str, path: &str) -> Vec<[String; 4]> {
    let texts = files.iter().map(|(path, text)| (*path, (*text).to_owned()));
    let memory = Memory::new(texts).traced();
    let built = traced(&memory, "");
    assert!(built.errors.is_empty(), "{:?}", built.errors);
    let mut of_kind = built
        .resources
        .iter()
        .filter(|object| object.kind() == kind);
    let object = of_kind.next().unwrap();
    let field = path
        .split('/')
        .fold(&object.value, |value, key| match value {
            Value::List(items) => &items[key.parse::<usize>().unwrap()],
            _ => value.get(&key.replace("~1", "/")).unwrap(),
        });
    let mut origin = field.as_scalar().unwrap().origin.clone();
    let mut steps = Vec::new();
    while let Some(step) = origin.newest() {
        let file = memory.text(&step.place.file).unwrap();
        steps.push([
            format!("{:?}", step.how),
            step.place.file.to_string(),
            file[step.place.range].to_owned(),
            step.before.text.as_deref().unwrap_or("-").to_owned(),
        ]);
        let before = step.before.origin.clone();
        origin = before;
    }
    steps
}

const WEB: (&str, &str) = (
    "web.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: old}\nspec:\n  replicas: 1\n  \
     template: {spec: {containers: [{name: web, image: 'nginx:1'}], volumes: [{name: v, configMap: {name: cm}}]}}\n",
);

/// The steps of a field of [`WEB`] behind a kustomization file.
fn of_web(kustomization: &str, path: &str) -> Vec<[String; 4]> {
    let kustomization = format!("resources: [web.yaml]\n{kustomization}");
    steps(
        &[WEB, ("kustomization.yaml", &kustomization)],
        "Deployment",
        path,
    )
}

const FILE: &str = "kustomization.yaml";

#[test]
fn what_is_only_read_stands_in_its_file() {
    assert_eq!(
        of_web("", "spec/replicas"),
        [["Resource", "web.yaml", "1", "-"]]
    );
}

#[test]
fn a_merge_stands_on_what_it_changes() {
    let patch = "patches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web, namespace: old}\n    spec: {replicas: 5, paused: true}\n";
    let read = ["Resource", "web.yaml", "1", "-"];
    assert_eq!(
        of_web(patch, "spec/replicas"),
        [["Patch", FILE, "5", "1"], read]
    );
    assert_eq!(of_web(patch, "spec/paused"), [["Patch", FILE, "true", "-"]]);
}

#[test]
fn an_operation_stands_at_its_value() {
    let patch =
        |op: &str| format!("patches:\n- target: {{kind: Deployment}}\n  patch: |-\n    - {op}\n");
    let replace = patch("{op: replace, path: /spec/replicas, value: 7}");
    assert_eq!(
        of_web(&replace, "spec/replicas"),
        [
            ["Patch", FILE, "7", "1"],
            ["Resource", "web.yaml", "1", "-"]
        ]
    );
    let add = patch("{op: add, path: /spec/paused, value: true}");
    assert_eq!(of_web(&add, "spec/paused"), [["Patch", FILE, "true", "-"]]);
    let copy = patch("{op: copy, from: /spec/replicas, path: /spec/copied}");
    assert_eq!(
        of_web(&copy, "spec/copied").last().unwrap(),
        &["Resource", "web.yaml", "1", "-"]
    );
}

#[test]
fn transformers_stand_at_their_fields() {
    let image = of_web(
        "images: [{name: nginx, newTag: '2'}]\n",
        "spec/template/spec/containers/0/image",
    );
    assert_eq!(image[0][0], "Transformer");
    assert_eq!(image[0][2], "{name: nginx, newTag: '2'}");
    assert_eq!(image[1], ["Resource", "web.yaml", "nginx:1", "-"]);
    for (field, path, text, before) in [
        ("namespace: new\n", "metadata/namespace", "new", "old"),
        ("namePrefix: p-\n", "metadata/name", "p-", "web"),
        (
            "replicas: [{name: web, count: 3}]\n",
            "spec/replicas",
            "3",
            "1",
        ),
    ] {
        assert_eq!(
            of_web(field, path),
            [
                ["Transformer", FILE, text, before],
                ["Resource", "web.yaml", before, "-"]
            ]
        );
    }
    for field in ["labels: [{pairs: {a: b}}]\n", "commonLabels: {a: b}\n"] {
        assert_eq!(
            of_web(field, "metadata/labels/a"),
            [["Transformer", FILE, "b", "-"]]
        );
    }
}

#[test]
fn labels_that_change_together_come_from_one_place() {
    let files = [
        ("base/web.yaml", WEB.1),
        (
            "base/kustomization.yaml",
            "resources: [web.yaml]\ncommonLabels: {a: b}\n",
        ),
        (FILE, "resources: [base]\nlabels: [{pairs: {a: c}}]\n"),
    ];
    let expected = [
        ["Transformer", FILE, "c", "b"],
        ["Transformer", "base/kustomization.yaml", "b", "-"],
    ];
    for path in ["metadata/labels/a", "spec/selector/matchLabels/a"] {
        assert_eq!(steps(&files, "Deployment", path), expected, "{path}");
    }
}

#[test]
fn generated_data_stands_at_its_source() {
    let files = [
        ("a.env", "X=1\n"),
        ("c.txt", "text\n"),
        (
            FILE,
            "configMapGenerator:\n- name: cm\n  literals: [k=v]\n  files: [c.txt]\n  envs: [a.env]\n",
        ),
    ];
    for (key, text) in [("k", "k=v"), ("c.txt", "c.txt"), ("X", "a.env")] {
        assert_eq!(
            steps(&files, "ConfigMap", &format!("data/{key}")),
            [["Generator", FILE, text, "-"]],
            "{key}"
        );
    }
    let name = steps(&files, "ConfigMap", "metadata/name");
    assert_eq!(name.len(), 2, "{name:?}");
    assert_eq!((&*name[0][0], &*name[0][3]), ("Generator", "cm"));
    assert_eq!(name[1], ["Generator", FILE, "cm", "-"]);
}

#[test]
fn a_reference_stands_where_the_name_changed() {
    let steps = of_web(
        "configMapGenerator: [{name: cm, namespace: old, literals: [k=v]}]\n",
        "spec/template/spec/volumes/0/configMap/name",
    );
    assert_eq!((&*steps[0][0], &*steps[0][3]), ("NameReference", "cm"));
    assert_eq!(steps[1], ["Resource", "web.yaml", "cm", "-"]);
}

#[test]
fn replacements_stand_at_their_source() {
    let replacement = "replacements:\n- source: {kind: Deployment, fieldPath: metadata.name}\n  targets: [{select: {kind: Deployment}, fieldPaths: [metadata.namespace]}]\n";
    assert_eq!(
        of_web(replacement, "metadata/namespace"),
        [
            ["Replacement", FILE, "metadata.name", "old"],
            ["Resource", "web.yaml", "old", "-"]
        ]
    );
}

#[test]
fn vars_stand_at_their_names() {
    let files = [
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, args: [$(V)]}]}\n",
        ),
        (
            FILE,
            "resources: [pod.yaml]\nvars: [{name: V, objref: {apiVersion: v1, kind: Pod, name: p}}]\n",
        ),
    ];
    assert_eq!(
        steps(&files, "Pod", "spec/containers/0/args/0"),
        [
            ["Replacement", FILE, "V", "$(V)"],
            ["Resource", "pod.yaml", "$(V)", "-"]
        ]
    );
}

#[test]
fn layers_follow_each_other() {
    let files = [
        ("base/web.yaml", WEB.1),
        (
            "base/kustomization.yaml",
            "resources: [web.yaml]\nreplicas: [{name: web, count: 2}]\n",
        ),
        (
            "component/kustomization.yaml",
            "kind: Component\npatches: [{path: patch.yaml}]\n",
        ),
        (
            "component/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: old}\nspec: {replicas: 4}\n",
        ),
        (
            FILE,
            "resources: [base]\ncomponents: [component]\nreplicas: [{name: web, count: 6}]\n",
        ),
    ];
    assert_eq!(
        steps(&files, "Deployment", "spec/replicas"),
        [
            ["Transformer", FILE, "6", "4"],
            ["Patch", "component/patch.yaml", "4", "2"],
            ["Transformer", "base/kustomization.yaml", "2", "1"],
            ["Resource", "base/web.yaml", "1", "-"],
        ]
    );
}

#[test]
fn build_metadata_stands_at_its_field() {
    let origin = of_web(
        "buildMetadata: [managedByLabel]\n",
        "metadata/labels/app.kubernetes.io~1managed-by",
    );
    assert_eq!(origin, [["Transformer", FILE, "[managedByLabel]", "-"]]);
}

#[test]
fn transformers_in_files_stand_there() {
    let files = [
        WEB,
        (
            "t.yaml",
            "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: p-\nfieldSpecs: [{path: metadata/name}]\n",
        ),
        (FILE, "resources: [web.yaml]\ntransformers: [t.yaml]\n"),
    ];
    let name = steps(&files, "Deployment", "metadata/name");
    assert_eq!(
        (&*name[0][0], &*name[0][1], &*name[0][3]),
        ("Transformer", "t.yaml", "web")
    );
}
