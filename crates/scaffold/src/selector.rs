//! `KIND/NAME` on the command line: an object of a bundle, for a health check or a patch.

use infragen_flux::KINDS;
use serde::Serialize;

use crate::names::subdomain;
use crate::refusal::Refusal;
use infragen_syntax::nearest;

/// An object of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector {
    /// The component whose object it is; none for the last one.
    pub component: Option<String>,
    pub object: Object,
}

/// What a selector names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Object {
    pub api_version: String,
    pub kind: String,
    pub name: String,
    /// None where the kind has none.
    pub namespace: Option<String>,
}

/// Kinds of Kubernetes by the `apiVersion` that clusters serve today; those of Flux are in its own table.
const KUBERNETES: &[(&str, &[&str])] = &[
    (
        "v1",
        &[
            "ConfigMap",
            "Namespace",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    (
        "apps/v1",
        &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
    ),
    ("batch/v1", &["CronJob", "Job"]),
    ("autoscaling/v2", &["HorizontalPodAutoscaler"]),
    ("policy/v1", &["PodDisruptionBudget"]),
    ("networking.k8s.io/v1", &["Ingress", "NetworkPolicy"]),
    (
        "rbac.authorization.k8s.io/v1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    ),
    ("apiextensions.k8s.io/v1", &["CustomResourceDefinition"]),
    ("gateway.networking.k8s.io/v1", &["Gateway", "HTTPRoute"]),
];

/// Kinds of both tables that have no namespace.
const CLUSTER_WIDE: &[&str] = &[
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "Namespace",
    "PersistentVolume",
];

impl Selector {
    /// Reads `[COMPONENT:][[GROUP/]VERSION/]KIND/NAME`. A kind that is not known needs its version.
    pub fn parse(text: &str, namespace: &str) -> Result<Self, Refusal> {
        let usage = || {
            Refusal::new(format!("`{}` names no object", text.escape_debug())).help(
                "write KIND/NAME as in Deployment/activity, or example.com/v1/Widget/activity; \
                 COMPONENT: in front says of which component",
            )
        };
        let (component, rest) = match text.split_once(':') {
            Some((component, rest)) => (Some(component.to_owned()), rest),
            None => (None, text),
        };
        let parts: Vec<&str> = rest.split('/').collect();
        let (api_version, kind, name) = match parts.as_slice() {
            ["", _] => return Err(usage()),
            [kind, name] => {
                let (api_version, kind) = known(kind)?;
                (api_version, kind, *name)
            }
            [version, kind, name] => ((*version).to_owned(), (*kind).to_owned(), *name),
            [group, version, kind, name] => {
                (format!("{group}/{version}"), (*kind).to_owned(), *name)
            }
            _ => return Err(usage()),
        };
        let words = api_version.split('/').chain([kind.as_str()]);
        let plain = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || ".-".contains(letter))
        };
        if !words.into_iter().all(plain) {
            return Err(usage());
        }
        subdomain("object name", name)?;
        let namespaced = !CLUSTER_WIDE.contains(&kind.as_str());
        Ok(Self {
            component,
            object: Object {
                api_version,
                kind,
                name: name.to_owned(),
                namespace: namespaced.then(|| namespace.to_owned()),
            },
        })
    }
}

/// Every kind whose `apiVersion` is known, with that.
fn kinds() -> impl Iterator<Item = (String, &'static str)> {
    let kubernetes = KUBERNETES.iter().flat_map(|(api_version, kinds)| {
        kinds.iter().map(|kind| ((*api_version).to_owned(), *kind))
    });
    let flux = KINDS.iter().map(|kind| (kind.api_version(), kind.kind));
    kubernetes.chain(flux)
}

fn known(name: &str) -> Result<(String, String), Refusal> {
    if let Some((api_version, kind)) = kinds().find(|(_, kind)| kind.eq_ignore_ascii_case(name)) {
        return Ok((api_version, kind.to_owned()));
    }
    let near = nearest(name, kinds().map(|(_, kind)| kind));
    let long = format!("write its group and version too: example.com/v1/{name}/NAME");
    let refusal = Refusal::new(format!(
        "`{}` is no kind that infragen knows",
        name.escape_debug()
    ));
    Err(refusal.help(match near {
        Some(near) => format!("did you mean `{near}`? Else {long}"),
        None => long,
    }))
}

impl Object {
    /// What a patch of such an object often changes, as a comment in it.
    pub fn example(&self) -> String {
        let lines: &[&str] = match self.kind.as_str() {
            "Deployment" | "StatefulSet" | "ReplicaSet" => &["spec:", "  replicas: 3"],
            "CronJob" => &["spec:", "  suspend: true"],
            "HorizontalPodAutoscaler" => &["spec:", "  maxReplicas: 10"],
            "ConfigMap" => &["data:", "  KEY: value"],
            "Secret" => &["stringData:", "  KEY: value"],
            "ClusterRole" | "Role" => &["rules: []"],
            "ClusterRoleBinding" | "RoleBinding" => &["subjects: []"],
            "ServiceAccount" => &["  annotations:", "    KEY: value"],
            "Service" => &["spec:", "  type: LoadBalancer"],
            "HelmRelease" => &["spec:", "  values: {}"],
            "Job" => &["spec:", "  backoffLimit: 3"],
            "DaemonSet" => &["spec:", "  minReadySeconds: 10"],
            "Namespace" => &["  labels:", "    KEY: value"],
            _ => &["spec: {}"],
        };
        let lines: Vec<String> = lines.iter().map(|line| format!("# {line}")).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Option<String>, String, String, String, Option<String>) {
        let Selector { component, object } = Selector::parse(text, "ns").unwrap();
        (
            component,
            object.api_version,
            object.kind,
            object.name,
            object.namespace,
        )
    }

    fn row(
        component: Option<&str>,
        v: &str,
        kind: &str,
        name: &str,
        ns: Option<&str>,
    ) -> (Option<String>, String, String, String, Option<String>) {
        (
            component.map(Into::into),
            v.into(),
            kind.into(),
            name.into(),
            ns.map(Into::into),
        )
    }

    #[test]
    fn known_kinds_bring_their_version() {
        assert_eq!(
            parse("Deployment/api"),
            row(None, "apps/v1", "Deployment", "api", Some("ns"))
        );
        assert_eq!(
            parse("helmrelease/api"),
            row(
                None,
                "helm.toolkit.fluxcd.io/v2",
                "HelmRelease",
                "api",
                Some("ns")
            )
        );
        assert_eq!(
            parse("CustomResourceDefinition/widgets.example.com"),
            row(
                None,
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                "widgets.example.com",
                None
            )
        );
    }

    #[test]
    fn other_kinds_are_written_out() {
        assert_eq!(
            parse("api:example.com/v1/Widget/w"),
            row(Some("api"), "example.com/v1", "Widget", "w", Some("ns"))
        );
        assert_eq!(
            parse("v1/Event/e"),
            row(None, "v1", "Event", "e", Some("ns"))
        );
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in [
            "",
            "Deployment",
            "Deployment/",
            "/x",
            "Deployment/A",
            "a/b/c/d/e",
            "//",
            "v1//x",
            "v1/K\n/x",
        ] {
            assert!(Selector::parse(text, "ns").is_err(), "{text:?}");
        }
        let refusal = Selector::parse("Deploymnet/api", "ns").unwrap_err();
        assert!(refusal.help.unwrap().contains("`Deployment`"));
        // Not even a near kind is suggested where none is given.
        for text in ["/x", "api:/x"] {
            let refusal = Selector::parse(text, "ns").unwrap_err();
            assert_eq!(refusal.message, format!("`{text}` names no object"));
            assert!(refusal.help.unwrap().starts_with("write KIND/NAME"));
        }
    }

    #[test]
    fn examples_are_fields_that_the_kind_has() {
        let example = |text| Selector::parse(text, "ns").unwrap().object.example();
        assert_eq!(example("Secret/x"), "# stringData:\n#   KEY: value");
        assert_eq!(example("ConfigMap/x"), "# data:\n#   KEY: value");
        assert_eq!(example("Role/x"), "# rules: []");
        assert_eq!(example("v1/Event/x"), "# spec: {}");
    }
}
