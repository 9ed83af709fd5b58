//! Patches of both kinds, for objects that are there and for some that are not.

use super::random::Random;
use super::resources::{container, name, tree};
use super::words::{awkward, text};
use super::yaml::{Yaml, list, map, scalar, scalars};

/// An item of `patches` with the file that it names, if it names one.
pub fn patch(random: &mut Random, objects: &[Yaml], file: &str) -> Option<(Yaml, Option<Yaml>)> {
    let object = random.any(objects)?;
    let json = random.chance(35);
    let body = if json {
        operations(random, object)
    } else {
        merge(random, object)
    };
    let mut item = Yaml::Map(Vec::new());
    if json || random.chance(40) {
        item.set("target", target(random, object));
    }
    if random.chance(15) {
        // The hash of a generated object of another kind counts the lines of its YAML, so none gets one.
        let option = match item.get("target") {
            None => random.pick(&["allowNameChange", "allowKindChange"]),
            Some(_) => "allowNameChange",
        };
        item.set("options", map([(option, scalar("true"))]));
    }
    if random.chance(50) {
        item.set("path", scalar(file));
        Some((item, Some(body)))
    } else {
        item.set("patch", Yaml::Inner(Box::new(body)));
        Some((item, None))
    }
}

/// Whom a patch means.
pub fn target(random: &mut Random, object: &Yaml) -> Yaml {
    let mut target = Yaml::Map(Vec::new());
    let kind = object.text_at(&["kind"]).unwrap_or_default();
    if random.chance(80) {
        let kind = if random.chance(20) { ".*" } else { kind };
        target.set("kind", scalar(kind));
    }
    if random.chance(50) {
        let named = object.text_at(&["metadata", "name"]).unwrap_or_default();
        let patterns = [named, "web|db", ".*b", "w"];
        let pattern = if random.chance(70) {
            named
        } else {
            random.pick(&patterns)
        };
        target.set("name", scalar(pattern));
    }
    if random.chance(10) {
        target.set("namespace", scalar(random.pick(&["apps", "default"])));
    }
    if random.chance(15) {
        let selector = random.pick(&[
            "app=web",
            "app in (web, db)",
            "app!=web",
            "!tier",
            "app",
            "app=web,tier",
            "app notin (db)",
            "app==web",
        ]);
        target.set("labelSelector", scalar(format!("\"{selector}\"")));
    }
    if random.chance(5) {
        target.set("annotationSelector", scalar("note=x"));
    }
    if target == Yaml::Map(Vec::new()) || random.chance(10) {
        let version = object.text_at(&["apiVersion"]).unwrap_or_default();
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        if !group.is_empty() {
            target.set("group", scalar(group));
        }
        target.set("version", scalar(version));
    }
    target
}

/// A strategic merge patch.
pub fn merge(random: &mut Random, object: &Yaml) -> Yaml {
    let at = |path: &[&str]| scalar(object.text_at(path).unwrap_or("x"));
    let mut metadata = map([("name", at(&["metadata", "name"]))]);
    if let Some(namespace) = object.text_at(&["metadata", "namespace"]) {
        metadata.set("namespace", scalar(namespace));
    }
    if random.chance(40) {
        metadata.set(
            random.pick(&["labels", "annotations"]),
            map([
                ("patched", scalar(text(random))),
                ("app", scalar(random.pick(&["null", "new"]))),
            ]),
        );
    }
    let mut patch = map([
        ("apiVersion", at(&["apiVersion"])),
        ("kind", at(&["kind"])),
        ("metadata", metadata),
    ]);
    if random.chance(7) {
        patch.set("$patch", scalar("delete"));
        return patch;
    }
    match object.text_at(&["kind"]) {
        Some("Deployment" | "StatefulSet" | "DaemonSet") => {
            let mut spec = map([("template", map([("spec", pod(random))]))]);
            if random.chance(30) {
                spec.set("replicas", scalar(random.pick(&["5", "null", "\"2\""])));
            }
            patch.set("spec", spec);
        }
        Some("Job") => patch.set("spec", map([("template", map([("spec", pod(random))]))])),
        Some("Service") => {
            let mut port = map([("port", scalar("80")), ("name", scalar("patched"))]);
            if random.chance(30) {
                port.set("$patch", scalar("delete"));
            }
            patch.set(
                "spec",
                map([("ports", list([port, map([("port", scalar("81"))])]))]),
            );
        }
        Some("ConfigMap" | "Secret") => {
            let mut data = map([("k", awkward(random)), ("new", scalar(text(random)))]);
            if random.chance(8)
                && let Yaml::Map(entries) = &mut data
            {
                // Of a key that is there twice the first counts.
                let key = random.pick(&["k", "\"k\"", "$patch"]);
                entries.push((key.to_owned(), scalar(random.pick(&["again", "null"]))));
            }
            patch.set("data", data);
        }
        Some("Widget" | "HelmRelease") => patch.set("spec", tree(random, 3)),
        Some("Ingress") => {
            let tls = map([
                ("secretName", scalar(name(random))),
                ("hosts", scalars(["a.b"])),
            ]);
            patch.set("spec", map([("tls", list([tls]))]));
        }
        _ if random.chance(50) => patch.set("extra", tree(random, 2)),
        _ => {}
    }
    patch
}

fn pod(random: &mut Random) -> Yaml {
    let mut containers = vec![container(random.pick(&["main", "side", "added"]), random)];
    if random.chance(25) {
        containers.push(map([
            ("name", scalar("side")),
            ("$patch", scalar("delete")),
        ]));
    }
    if random.chance(10) {
        containers.push(map([("$patch", scalar("replace"))]));
    }
    let mut spec = map([("containers", Yaml::List(containers))]);
    if random.chance(20) {
        spec.set(
            "initContainers",
            random.pick(&[&scalar("null"), &scalar("[]")]).clone(),
        );
    }
    if random.chance(20) {
        spec.set("tolerations", list([map([("key", scalar("b"))])]));
    }
    if random.chance(20) {
        let volume = map([
            ("name", scalar("config")),
            ("emptyDir", Yaml::Map(Vec::new())),
        ]);
        spec.set("volumes", list([volume]));
    }
    if random.chance(8) {
        let order = ["main", "side"].map(|name| map([("name", scalar(name))]));
        spec.set("$setElementOrder/containers", list(order));
    }
    if random.chance(4) {
        spec.set("$retainKeys", scalars(["containers"]));
    }
    if random.chance(4) {
        spec.set("$deleteFromPrimitiveList/finalizers", scalars(["a"]));
    }
    if random.chance(10) {
        spec.set(
            "nodeSelector",
            map([("$patch", scalar("replace")), ("a", scalar("b"))]),
        );
    }
    spec
}

/// JSON6902 operations, most of which can be done.
pub fn operations(random: &mut Random, object: &Yaml) -> Yaml {
    let mut paths = Vec::new();
    collect(object, "", &mut paths);
    list((0..1 + random.below(3)).map(|_| {
        let path = paths[random.below(paths.len())].clone();
        match random.below(11) {
            10 => {
                let value = random.pick(&["a", "web", "80", "null", "true"]);
                operation("test", &path, Some(scalar(value)))
            }
            0..3 => operation("replace", &path, Some(tree(random, 1))),
            3..6 => operation("add", &path, Some(tree(random, 1))),
            6 => operation("add", "/metadata/labels/added", Some(scalar(text(random)))),
            7 => operation(
                "add",
                "/metadata/annotations/a~1b",
                Some(scalar(text(random))),
            ),
            8 => operation("remove", &path, None),
            _ => {
                let mut item = operation(random.pick(&["copy", "move"]), "/metadata/copied", None);
                item.set("from", scalar(path));
                item
            }
        }
    }))
}

fn operation(op: &str, path: &str, value: Option<Yaml>) -> Yaml {
    let mut item = map([("op", scalar(op)), ("path", scalar(path))]);
    if let Some(value) = value {
        item.set("value", value);
    }
    item
}

/// The JSON pointers into a value.
fn collect(value: &Yaml, path: &str, into: &mut Vec<String>) {
    match value {
        Yaml::Map(entries) => {
            for (key, value) in entries {
                // The type and the name of an object stay.
                if path.is_empty() && key != "spec" && key != "data" && key != "metadata" {
                    continue;
                }
                if path == "/metadata" && (key == "name" || key == "namespace") {
                    continue;
                }
                let key = key.trim_matches('"').replace('/', "~1");
                let path = format!("{path}/{key}");
                if path != "/metadata" {
                    into.push(path.clone());
                }
                collect(value, &path, into);
            }
            if into.is_empty() {
                into.push("/metadata/labels".to_owned());
            }
        }
        Yaml::List(items) => {
            for (at, value) in items.iter().enumerate() {
                let path = format!("{path}/{at}");
                into.push(path.clone());
                collect(value, &path, into);
            }
            into.push(format!("{path}/-"));
        }
        _ => {}
    }
}
