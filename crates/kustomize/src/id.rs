//! How kustomize tells objects apart.

use smol_str::SmolStr;

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
