use smol_str::SmolStr;

/// The group and kind of an object: what names resolve by. The version does not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKind {
    /// API group; empty for the core group.
    pub group: SmolStr,
    /// Kind.
    pub kind: SmolStr,
}

impl GroupKind {
    /// From an `apiVersion` (`group/version` or `version`) and a `kind`.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Self {
            group: group.into(),
            kind: kind.into(),
        }
    }

    /// The row of [`KINDS`] for it, if infragen knows it.
    pub fn known(&self) -> Option<&'static Kind> {
        KINDS.iter().copied().find(|kind| *self == **kind)
    }
}

impl PartialEq<Kind> for GroupKind {
    fn eq(&self, other: &Kind) -> bool {
        self.kind == other.kind && self.group == other.group
    }
}

impl From<&Kind> for GroupKind {
    fn from(kind: &Kind) -> Self {
        Self {
            group: SmolStr::new_static(kind.group),
            kind: SmolStr::new_static(kind.kind),
        }
    }
}

impl std::fmt::Display for GroupKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.kind)
    }
}

/// A kind that something of Flux is, or refers to.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Versions that current Flux serves, the preferred one first.
    pub versions: &'static [&'static str],
    /// What it is, for hovers and completion.
    pub summary: &'static str,
}

impl Kind {
    /// The `apiVersion` to write for it.
    pub fn api_version(&self) -> String {
        let version = self.versions.first().copied().unwrap_or("v1");
        if self.group.is_empty() {
            version.to_owned()
        } else {
            format!("{}/{version}", self.group)
        }
    }
}

macro_rules! kinds {
    ($($constant:ident = $group:literal $kind:literal [$($version:literal),+] $summary:literal;)+) => {
        $(#[doc = $summary]
        pub const $constant: &Kind =
            &Kind { group: $group, kind: $kind, versions: &[$($version),+], summary: $summary };)+
        /// Every kind that infragen knows by name.
        pub const KINDS: &[&Kind] = &[$($constant),+];
    };
}

kinds! {
    KUSTOMIZATION = "kustomize.toolkit.fluxcd.io" "Kustomization" ["v1"]
        "Builds a path of a source with kustomize and applies the result.";
    OCI_REPOSITORY = "source.toolkit.fluxcd.io" "OCIRepository" ["v1"]
        "Pulls an OCI artifact, by tag, digest or semver range.";
    GIT_REPOSITORY = "source.toolkit.fluxcd.io" "GitRepository" ["v1"]
        "Fetches a revision of a Git repository.";
    BUCKET = "source.toolkit.fluxcd.io" "Bucket" ["v1"]
        "Fetches the objects of an S3-compatible bucket.";
    HELM_REPOSITORY = "source.toolkit.fluxcd.io" "HelmRepository" ["v1"]
        "Names a Helm chart repository, over HTTPS or OCI.";
    HELM_CHART = "source.toolkit.fluxcd.io" "HelmChart" ["v1"]
        "Fetches one chart of a source.";
    EXTERNAL_ARTIFACT = "source.toolkit.fluxcd.io" "ExternalArtifact" ["v1"]
        "An artifact that another controller makes.";
    ARTIFACT_GENERATOR = "source.extensions.fluxcd.io" "ArtifactGenerator" ["v1beta1"]
        "Composes artifacts from parts of other sources.";
    HELM_RELEASE = "helm.toolkit.fluxcd.io" "HelmRelease" ["v2"]
        "Installs and upgrades a Helm chart.";
    IMAGE_REPOSITORY = "image.toolkit.fluxcd.io" "ImageRepository" ["v1"]
        "Scans the tags of a container image.";
    IMAGE_POLICY = "image.toolkit.fluxcd.io" "ImagePolicy" ["v1"]
        "Chooses one tag of a scanned image.";
    IMAGE_UPDATE_AUTOMATION = "image.toolkit.fluxcd.io" "ImageUpdateAutomation" ["v1"]
        "Commits the chosen tags to Git.";
    RECEIVER = "notification.toolkit.fluxcd.io" "Receiver" ["v1"]
        "Reconciles objects when a webhook calls.";
    ALERT = "notification.toolkit.fluxcd.io" "Alert" ["v1beta3"]
        "Sends the events of objects to a provider.";
    PROVIDER = "notification.toolkit.fluxcd.io" "Provider" ["v1beta3"]
        "Where alerts are sent.";
    RESOURCE_SET = "fluxcd.controlplane.io" "ResourceSet" ["v1"]
        "Renders objects from templates and inputs.";
    RESOURCE_SET_INPUT_PROVIDER = "fluxcd.controlplane.io" "ResourceSetInputProvider" ["v1"]
        "Provides inputs to ResourceSets.";
    FLUX_INSTANCE = "fluxcd.controlplane.io" "FluxInstance" ["v1"]
        "Installs Flux and synchronises the cluster.";
    CONFIG_MAP = "" "ConfigMap" ["v1"] "Configuration data.";
    SECRET = "" "Secret" ["v1"] "Confidential data.";
    NAMESPACE = "" "Namespace" ["v1"] "A scope for names.";
    SERVICE_ACCOUNT = "" "ServiceAccount" ["v1"] "An identity for processes.";
    EXTERNAL_SECRET = "external-secrets.io" "ExternalSecret" ["v1"]
        "Makes a Secret from an external store.";
    SEALED_SECRET = "bitnami.com" "SealedSecret" ["v1alpha1"]
        "A Secret that only the cluster can open.";
    CERTIFICATE = "cert-manager.io" "Certificate" ["v1"]
        "A certificate, kept in a Secret.";
}

/// The kinds that are Flux's own: those whose skeletons are offered in an empty document.
pub fn flux_kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS
        .iter()
        .copied()
        .filter(|kind| is_flux_group(kind.group))
}

/// Whether an API group belongs to Flux or the Flux operator.
pub fn is_flux_group(group: &str) -> bool {
    group.ends_with(".toolkit.fluxcd.io")
        || group == "source.extensions.fluxcd.io"
        || group == "fluxcd.controlplane.io"
}
