//! How kustomize tells objects apart.

use std::fmt;

use smol_str::SmolStr;

use crate::scope;

/// Group, version and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    /// `apps`; empty for the core group.
    pub group: SmolStr,
    /// `v1`
    pub version: SmolStr,
    /// `Deployment`
    pub kind: SmolStr,
}

/// The id of an object: what must be unique in a build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    /// Its type.
    pub gvk: Gvk,
    /// `metadata.name`
    pub name: SmolStr,
    /// `metadata.namespace` as written, empty where it is not.
    pub namespace: SmolStr,
}

/// The namespace of what can have none.
pub const NO_NAMESPACE: &str = "_non_namespaceable_";

/// The namespace of what says nothing about it.
pub const DEFAULT_NAMESPACE: &str = "default";

/// Group and version of an `apiVersion`.
pub fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Gvk {
    /// From `apiVersion` and `kind`.
    pub fn new(api_version: &str, kind: &str) -> Gvk {
        let (group, version) = split_api_version(api_version);
        Gvk {
            group: SmolStr::new(group),
            version: SmolStr::new(version),
            kind: SmolStr::new(kind),
        }
    }

    /// `group/version`, or `version` alone in the core group.
    pub fn api_version(&self) -> String {
        match self.group.as_str() {
            "" => self.version.to_string(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// Whether kustomize knows objects of this type to have no namespace.
    pub fn is_cluster_scoped(&self) -> bool {
        scope::is_cluster_scoped(&self.group, &self.version, &self.kind)
    }
}

impl Id {
    /// The namespace that counts: `default` where none is written, [`NO_NAMESPACE`] where there can be none.
    pub fn effective_namespace(&self) -> &str {
        if self.gvk.is_cluster_scoped() {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            DEFAULT_NAMESPACE
        } else {
            &self.namespace
        }
    }

    /// Whether the two name one object: the same but for how the namespace is written.
    pub fn equals(&self, other: &Id) -> bool {
        self.name == other.name
            && self.gvk == other.gvk
            && self.effective_namespace() == other.effective_namespace()
    }

    /// It with the namespace that counts, so that what [`Id::equals`] is also equal.
    #[must_use]
    pub fn normal(mut self) -> Id {
        let effective = self.effective_namespace();
        if effective != self.namespace {
            self.namespace = SmolStr::new(effective);
        }
        self
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &SmolStr, or: &'static str| match text.is_empty() {
            true => SmolStr::new_static(or),
            false => text.clone(),
        };
        write!(
            f,
            "{}.{}.{}",
            or(&self.kind, "[noKind]"),
            or(&self.version, "[noVer]"),
            or(&self.group, "[noGrp]")
        )
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.name.as_str() {
            "" => "[noName]",
            name => name,
        };
        let namespace = match self.namespace.as_str() {
            "" => "[noNs]",
            namespace => namespace,
        };
        write!(f, "{}/{name}.{namespace}", self.gvk)
    }
}
