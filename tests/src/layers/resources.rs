//! Objects of many kinds, whose names meet often.

use super::random::Random;
use super::words::{awkward, text};
use super::yaml::{Yaml, list, map, scalar, scalars};

/// The names of objects, so few that references find them.
const NAMES: [&str; 4] = ["web", "db", "cache", "job"];

const IMAGES: [&str; 6] = [
    "nginx",
    "nginx:1.25",
    "ghcr.io/acme/app:v1",
    "ghcr.io/acme/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "localhost:5000/x",
    "redis:\"7\"",
];

/// The kinds, each with its version.
pub const KINDS: [(&str, &str); 28] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Namespace"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("example.com/v1", "Widget"),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    ("v1", "Pod"),
    ("v1", "PersistentVolume"),
    ("apiregistration.k8s.io/v1", "APIService"),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
    ),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("example.com/v1", "WidgetList"),
];

/// A name of an object.
pub fn name(random: &mut Random) -> String {
    random.pick(&NAMES).to_owned()
}

/// An object.
pub fn resource(random: &mut Random) -> Yaml {
    let (version, kind) = KINDS[random.below(KINDS.len())];
    let mut metadata = map([("name", scalar(name(random)))]);
    if random.chance(20) {
        metadata.set(
            "namespace",
            scalar(random.pick(&["apps", "default", "other"])),
        );
    }
    if random.chance(40) {
        metadata.set("labels", labels(random));
    }
    if random.chance(30) {
        let mut notes = map([("note", scalar(text(random))), ("a/b", scalar("x"))]);
        if random.chance(5) {
            let key = "config.kubernetes.io/local-config";
            notes.set(key, scalar(random.pick(&["\"true\"", "\"false\"", "x"])));
        }
        metadata.set("annotations", notes);
    }
    let mut object = map([
        ("apiVersion", scalar(version)),
        ("kind", scalar(kind)),
        ("metadata", metadata),
    ]);
    fill(kind, &mut object, random);
    object
}

fn labels(random: &mut Random) -> Yaml {
    let mut labels = map([("app", scalar(name(random)))]);
    if random.chance(40) {
        labels.set(
            random.pick(&["tier", "app.kubernetes.io/name", "\"1\""]),
            scalar(text(random)),
        );
    }
    labels
}

fn fill(kind: &str, object: &mut Yaml, random: &mut Random) {
    match kind {
        "Deployment" | "DaemonSet" | "StatefulSet" => {
            let mut spec = map([
                ("selector", map([("matchLabels", labels(random))])),
                ("template", template(random)),
            ]);
            if kind != "DaemonSet" && random.chance(60) {
                spec.set("replicas", scalar(random.pick(&["1", "2", "0x3"])));
            }
            if kind == "StatefulSet" {
                spec.set("serviceName", scalar(name(random)));
                if random.chance(50) {
                    let claim = map([
                        ("metadata", map([("name", scalar("data"))])),
                        ("spec", map([("accessModes", scalars(["ReadWriteOnce"]))])),
                    ]);
                    spec.set("volumeClaimTemplates", list([claim]));
                }
            }
            object.set("spec", spec);
        }
        "Pod" => {
            if let Some(spec) = template(random).get("spec") {
                object.set("spec", spec.clone());
            }
        }
        "PersistentVolume" => {
            let claim = map([
                ("name", scalar(name(random))),
                ("namespace", scalar(random.pick(&["apps", "default"]))),
            ]);
            object.set("spec", map([("claimRef", claim)]));
        }
        "APIService" => object.set("spec", map([("service", service(random))])),
        "ValidatingWebhookConfiguration" => {
            let hook = map([
                ("name", scalar("a.b.c")),
                ("clientConfig", map([("service", service(random))])),
            ]);
            object.set("webhooks", list([hook]));
        }
        "CustomResourceDefinition" => {
            let config = map([("service", service(random))]);
            let webhook = map([("clientConfig", config)]);
            let conversion = map([("strategy", scalar("Webhook")), ("webhook", webhook)]);
            object.set("spec", map([("conversion", conversion)]));
        }
        "Job" => object.set("spec", map([("template", template(random))])),
        "CronJob" => {
            let job = map([("spec", map([("template", template(random))]))]);
            object.set(
                "spec",
                map([("schedule", scalar("'*/5 * * * *'")), ("jobTemplate", job)]),
            );
        }
        "Service" => {
            let mut port = map([("port", scalar("80")), ("targetPort", scalar("http"))]);
            if random.chance(50) {
                port.set("protocol", scalar("TCP"));
            }
            let other = map([("port", scalar("443")), ("name", scalar("https"))]);
            let spec = map([("selector", labels(random)), ("ports", list([port, other]))]);
            object.set("spec", spec);
        }
        "ConfigMap" => object.set("data", data(random)),
        "Secret" => {
            object.set("type", scalar("Opaque"));
            object.set(random.pick(&["stringData", "data"]), data(random));
        }
        "ServiceAccount" if random.chance(50) => {
            let secret = map([("name", scalar(name(random)))]);
            object.set("imagePullSecrets", list([secret]));
        }
        "PersistentVolumeClaim" => {
            object.set("spec", map([("volumeName", scalar(name(random)))]));
        }
        "Role" | "ClusterRole" => {
            let rule = map([
                ("apiGroups", scalars(["\"\""])),
                ("resources", scalars(["secrets"])),
                ("verbs", scalars(["get"])),
                ("resourceNames", scalars([name(random)])),
            ]);
            object.set("rules", list([rule]));
        }
        "RoleBinding" | "ClusterRoleBinding" => bind(object, random),
        "Ingress" => {
            let service = map([
                ("name", scalar(name(random))),
                ("port", map([("number", scalar("80"))])),
            ]);
            let path = map([
                ("path", scalar("/")),
                ("pathType", scalar("Prefix")),
                ("backend", map([("service", service)])),
            ]);
            let rule = map([
                ("host", scalar("example.com")),
                ("http", map([("paths", list([path]))])),
            ]);
            let tls = map([("secretName", scalar(name(random)))]);
            object.set("spec", map([("rules", list([rule])), ("tls", list([tls]))]));
        }
        "NetworkPolicy" => {
            let from = map([("podSelector", map([("matchLabels", labels(random))]))]);
            let spec = map([
                ("podSelector", map([("matchLabels", labels(random))])),
                ("ingress", list([map([("from", list([from]))])])),
            ]);
            object.set("spec", spec);
        }
        "HorizontalPodAutoscaler" => {
            let target = map([
                ("apiVersion", scalar("apps/v1")),
                ("kind", scalar(random.pick(&["Deployment", "StatefulSet"]))),
                ("name", scalar(name(random))),
            ]);
            let spec = map([("scaleTargetRef", target), ("minReplicas", scalar("1"))]);
            object.set("spec", spec);
        }
        "PodDisruptionBudget" => {
            object.set(
                "spec",
                map([("selector", map([("matchLabels", labels(random))]))]),
            );
        }
        "Widget" | "HelmRelease" => object.set("spec", tree(random, 3)),
        _ => {}
    }
}

fn service(random: &mut Random) -> Yaml {
    map([
        ("name", scalar(name(random))),
        ("namespace", scalar(random.pick(&["apps", "default"]))),
    ])
}

fn bind(object: &mut Yaml, random: &mut Random) {
    let role = map([
        ("apiGroup", scalar("rbac.authorization.k8s.io")),
        ("kind", scalar(random.pick(&["Role", "ClusterRole"]))),
        ("name", scalar(name(random))),
    ]);
    let mut subject = map([
        ("kind", scalar("ServiceAccount")),
        ("name", scalar(random.pick(&["default", "web", "db"]))),
    ]);
    if random.chance(60) {
        subject.set("namespace", scalar(random.pick(&["apps", "default"])));
    }
    object.set("roleRef", role);
    object.set("subjects", list([subject]));
}

fn template(random: &mut Random) -> Yaml {
    let containers: Vec<Yaml> = ["main", "side"]
        .iter()
        .take(1 + random.below(2))
        .map(|name| container(name, random))
        .collect();
    let mut spec = map([("containers", Yaml::List(containers))]);
    if random.chance(30) {
        spec.set("initContainers", list([container("init", random)]));
    }
    if random.chance(40) {
        spec.set("serviceAccountName", scalar(name(random)));
    }
    if random.chance(40) {
        let config = map([
            ("name", scalar("config")),
            ("configMap", map([("name", scalar(name(random)))])),
        ]);
        let secret = map([
            ("name", scalar("secret")),
            ("secret", map([("secretName", scalar(name(random)))])),
        ]);
        let claim = map([
            ("name", scalar("claim")),
            (
                "persistentVolumeClaim",
                map([("claimName", scalar(name(random)))]),
            ),
        ]);
        spec.set("volumes", list([config, secret, claim]));
    }
    if random.chance(20) {
        let toleration = map([("key", scalar("a")), ("operator", scalar("Exists"))]);
        spec.set("tolerations", list([toleration]));
    }
    let mut metadata = map([("labels", labels(random))]);
    if random.chance(20) {
        metadata.set("annotations", map([("x", awkward(random))]));
    }
    map([("metadata", metadata), ("spec", spec)])
}

/// A container.
pub fn container(name: &str, random: &mut Random) -> Yaml {
    let mut container = map([
        ("name", scalar(name)),
        ("image", scalar(random.pick(&IMAGES))),
    ]);
    if random.chance(50) {
        let mut env = vec![map([
            ("name", scalar("A")),
            ("value", scalar(text(random))),
        ])];
        if random.chance(50) {
            let key = map([("name", scalar(self::name(random))), ("key", scalar("k"))]);
            let from = map([(random.pick(&["configMapKeyRef", "secretKeyRef"]), key)]);
            env.push(map([("name", scalar("B")), ("valueFrom", from)]));
        }
        container.set("env", Yaml::List(env));
    }
    if random.chance(30) {
        let from = map([("configMapRef", map([("name", scalar(self::name(random)))]))]);
        container.set("envFrom", list([from]));
    }
    if random.chance(30) {
        let port = map([("containerPort", scalar("80")), ("name", scalar("http"))]);
        let other = map([
            ("containerPort", scalar("8080")),
            ("protocol", scalar("UDP")),
        ]);
        container.set("ports", list([port, other]));
    }
    if random.chance(30) {
        container.set("args", scalars([text(random), "\"--x\"".to_owned()]));
    }
    if random.chance(20) {
        let mount = map([("name", scalar("config")), ("mountPath", scalar("/etc/x"))]);
        container.set("volumeMounts", list([mount]));
    }
    container
}

fn data(random: &mut Random) -> Yaml {
    let mut data = map([("k", scalar(text(random)))]);
    for key in ["a10", "a9", "\"1\"", "k-x", "_z"] {
        if random.chance(25) {
            data.set(key, awkward(random));
        }
    }
    data
}

/// Anything, as a custom resource may hold.
pub fn tree(random: &mut Random, depth: usize) -> Yaml {
    if depth == 0 || random.chance(20) {
        return awkward(random);
    }
    if random.chance(25) {
        return list((0..1 + random.below(3)).map(|_| tree(random, depth - 1)));
    }
    let mut value = Yaml::Map(Vec::new());
    for _ in 0..1 + random.below(4) {
        let key = random.pick(&[
            "a", "b", "c10", "c9", "name", "image", "list", "on", "\"y\"", "D",
        ]);
        value.set(key, tree(random, depth - 1));
    }
    value
}
