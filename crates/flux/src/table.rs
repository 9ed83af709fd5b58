//! The reference table: for each kind, which field names which kinds, and by which namespace rule.
//!
//! Definition, references, completion, diagnostics and the graph all read this one table; a new kind is
//! a few rows. The facts are those of the custom resource definitions and controllers of Flux 2.9.

use crate::kinds::*;

/// What a reference is for: messages and the graph speak of it, and how sure "not found" can be
/// depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Where the manifests or the chart come from.
    Source,
    /// What must be ready first.
    DependsOn,
    /// An object whose health is waited for; it may exist only inside a bundle or a chart.
    HealthCheck,
    /// Values of a chart or of substitution; the ConfigMap or Secret may be made in the cluster.
    Values,
    /// Credentials; nearly always made in the cluster.
    Credentials,
    /// The identity to apply with; a ServiceAccount may be made by a chart.
    Identity,
    /// What an image policy, an alert, a receiver or a ResourceSet works on.
    Subject,
}

impl Role {
    /// Whether the referred object is always written down as a manifest of a Flux repository, so that
    /// its absence is a fault. All others may come into being in the cluster alone.
    pub fn is_declared(self) -> bool {
        matches!(self, Role::Source | Role::DependsOn | Role::Subject)
    }
}

/// Which kinds a reference may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Always this kind.
    Kind(&'static Kind),
    /// The field `kind` beside the name says which of these; the second is the default.
    OneOf(&'static [&'static Kind], Option<&'static Kind>),
    /// `apiVersion` and `kind` beside the name say which, and it can be any.
    Any,
}

/// In which namespace the name is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Always that of the object that refers.
    Own,
    /// That of the field `namespace` beside the name, else that of the object that refers.
    Optional,
    /// That of the object which another reference of the same object leads to: its path.
    Of(&'static [&'static str]),
}

/// One row: a field of a kind that names other objects.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// The kind that has the field.
    pub from: &'static Kind,
    /// Path of the value that refers: a mapping with `name` (and `kind`, `namespace`), or the scalar
    /// that is the name. `[]` is every item of a list.
    pub path: &'static [&'static str],
    /// Which kinds it may name.
    pub target: Target,
    /// In which namespace.
    pub scope: Scope,
    /// What it is for.
    pub role: Role,
}

/// A field of a kind that brings another object into being.
#[derive(Debug, PartialEq, Eq)]
pub struct Production {
    /// The kind that has the field.
    pub from: &'static Kind,
    /// Path of the scalar that is the new object's name; where it is absent the producer's own name
    /// counts if `named_as_self`.
    pub path: &'static [&'static str],
    /// Whether the producer's name is the default.
    pub named_as_self: bool,
    /// What comes into being, in the producer's namespace.
    pub makes: &'static Kind,
}

/// A field of a kind that names a directory of a source's artifact.
#[derive(Debug, PartialEq, Eq)]
pub struct PathReference {
    /// The kind that has the field.
    pub from: &'static Kind,
    /// Path of the scalar.
    pub path: &'static [&'static str],
    /// Path of the reference that names the source; empty where the object itself makes the source.
    pub source: &'static [&'static str],
}

const SOURCES: Target = Target::OneOf(
    &[OCI_REPOSITORY, GIT_REPOSITORY, BUCKET, EXTERNAL_ARTIFACT],
    None,
);
const CHART_SOURCES: Target = Target::OneOf(&[HELM_REPOSITORY, GIT_REPOSITORY, BUCKET], None);
const CHART_REFS: Target = Target::OneOf(&[OCI_REPOSITORY, HELM_CHART, EXTERNAL_ARTIFACT], None);
const GENERATOR_SOURCES: Target = Target::OneOf(
    &[
        BUCKET,
        GIT_REPOSITORY,
        OCI_REPOSITORY,
        HELM_CHART,
        EXTERNAL_ARTIFACT,
    ],
    None,
);
const VALUES: Target = Target::OneOf(&[CONFIG_MAP, SECRET], None);
const EVENTFUL: Target = Target::OneOf(
    &[
        BUCKET,
        GIT_REPOSITORY,
        KUSTOMIZATION,
        HELM_RELEASE,
        HELM_CHART,
        HELM_REPOSITORY,
        IMAGE_REPOSITORY,
        IMAGE_POLICY,
        IMAGE_UPDATE_AUTOMATION,
        OCI_REPOSITORY,
        ARTIFACT_GENERATOR,
        EXTERNAL_ARTIFACT,
    ],
    None,
);

/// Every field of Flux that names objects.
pub const REFERENCES: &[Reference] = &[
    // Kustomization
    row(
        KUSTOMIZATION,
        &["spec", "sourceRef"],
        SOURCES,
        Scope::Optional,
        Role::Source,
    ),
    row(
        KUSTOMIZATION,
        &["spec", "dependsOn", "[]"],
        Target::Kind(KUSTOMIZATION),
        Scope::Optional,
        Role::DependsOn,
    ),
    row(
        KUSTOMIZATION,
        &["spec", "healthChecks", "[]"],
        Target::Any,
        Scope::Optional,
        Role::HealthCheck,
    ),
    row(
        KUSTOMIZATION,
        &["spec", "postBuild", "substituteFrom", "[]"],
        VALUES,
        Scope::Own,
        Role::Values,
    ),
    secret(KUSTOMIZATION, &["spec", "decryption", "secretRef"]),
    secret(KUSTOMIZATION, &["spec", "kubeConfig", "secretRef"]),
    config(KUSTOMIZATION, &["spec", "kubeConfig", "configMapRef"]),
    account(KUSTOMIZATION, &["spec", "serviceAccountName"]),
    account(KUSTOMIZATION, &["spec", "decryption", "serviceAccountName"]),
    // OCIRepository
    secret(OCI_REPOSITORY, &["spec", "secretRef"]),
    secret(OCI_REPOSITORY, &["spec", "certSecretRef"]),
    secret(OCI_REPOSITORY, &["spec", "proxySecretRef"]),
    secret(OCI_REPOSITORY, &["spec", "verify", "secretRef"]),
    secret(OCI_REPOSITORY, &["spec", "verify", "trustedRootSecretRef"]),
    account(OCI_REPOSITORY, &["spec", "serviceAccountName"]),
    // GitRepository
    secret(GIT_REPOSITORY, &["spec", "secretRef"]),
    secret(GIT_REPOSITORY, &["spec", "proxySecretRef"]),
    secret(GIT_REPOSITORY, &["spec", "verify", "secretRef"]),
    account(GIT_REPOSITORY, &["spec", "serviceAccountName"]),
    row(
        GIT_REPOSITORY,
        &["spec", "include", "[]", "repository"],
        Target::Kind(GIT_REPOSITORY),
        Scope::Own,
        Role::Source,
    ),
    // Bucket
    secret(BUCKET, &["spec", "secretRef"]),
    secret(BUCKET, &["spec", "certSecretRef"]),
    secret(BUCKET, &["spec", "proxySecretRef"]),
    secret(BUCKET, &["spec", "sts", "secretRef"]),
    secret(BUCKET, &["spec", "sts", "certSecretRef"]),
    account(BUCKET, &["spec", "serviceAccountName"]),
    // HelmRepository and HelmChart
    secret(HELM_REPOSITORY, &["spec", "secretRef"]),
    secret(HELM_REPOSITORY, &["spec", "certSecretRef"]),
    row(
        HELM_CHART,
        &["spec", "sourceRef"],
        CHART_SOURCES,
        Scope::Own,
        Role::Source,
    ),
    secret(HELM_CHART, &["spec", "verify", "secretRef"]),
    // HelmRelease
    row(
        HELM_RELEASE,
        &["spec", "chart", "spec", "sourceRef"],
        CHART_SOURCES,
        Scope::Optional,
        Role::Source,
    ),
    row(
        HELM_RELEASE,
        &["spec", "chartRef"],
        CHART_REFS,
        Scope::Optional,
        Role::Source,
    ),
    row(
        HELM_RELEASE,
        &["spec", "dependsOn", "[]"],
        Target::Kind(HELM_RELEASE),
        Scope::Optional,
        Role::DependsOn,
    ),
    row(
        HELM_RELEASE,
        &["spec", "valuesFrom", "[]"],
        VALUES,
        Scope::Own,
        Role::Values,
    ),
    row(
        HELM_RELEASE,
        &["spec", "chart", "spec", "verify", "secretRef"],
        Target::Kind(SECRET),
        Scope::Of(&["spec", "chart", "spec", "sourceRef"]),
        Role::Credentials,
    ),
    secret(HELM_RELEASE, &["spec", "kubeConfig", "secretRef"]),
    config(HELM_RELEASE, &["spec", "kubeConfig", "configMapRef"]),
    account(HELM_RELEASE, &["spec", "serviceAccountName"]),
    // ExternalArtifact and ArtifactGenerator
    row(
        EXTERNAL_ARTIFACT,
        &["spec", "sourceRef"],
        Target::Any,
        Scope::Optional,
        Role::Subject,
    ),
    row(
        ARTIFACT_GENERATOR,
        &["spec", "sources", "[]"],
        GENERATOR_SOURCES,
        Scope::Optional,
        Role::Source,
    ),
    // Image automation
    secret(IMAGE_REPOSITORY, &["spec", "secretRef"]),
    secret(IMAGE_REPOSITORY, &["spec", "certSecretRef"]),
    secret(IMAGE_REPOSITORY, &["spec", "proxySecretRef"]),
    account(IMAGE_REPOSITORY, &["spec", "serviceAccountName"]),
    row(
        IMAGE_POLICY,
        &["spec", "imageRepositoryRef"],
        Target::Kind(IMAGE_REPOSITORY),
        Scope::Optional,
        Role::Subject,
    ),
    row(
        IMAGE_UPDATE_AUTOMATION,
        &["spec", "sourceRef"],
        Target::OneOf(&[GIT_REPOSITORY], Some(GIT_REPOSITORY)),
        Scope::Optional,
        Role::Source,
    ),
    secret(
        IMAGE_UPDATE_AUTOMATION,
        &["spec", "git", "commit", "signingKey", "secretRef"],
    ),
    // Notification
    row(
        ALERT,
        &["spec", "providerRef"],
        Target::Kind(PROVIDER),
        Scope::Own,
        Role::Subject,
    ),
    row(
        ALERT,
        &["spec", "eventSources", "[]"],
        EVENTFUL,
        Scope::Optional,
        Role::Subject,
    ),
    secret(PROVIDER, &["spec", "secretRef"]),
    secret(PROVIDER, &["spec", "certSecretRef"]),
    secret(PROVIDER, &["spec", "proxySecretRef"]),
    account(PROVIDER, &["spec", "serviceAccountName"]),
    row(
        RECEIVER,
        &["spec", "resources", "[]"],
        EVENTFUL,
        Scope::Optional,
        Role::Subject,
    ),
    secret(RECEIVER, &["spec", "secretRef"]),
    // The Flux operator
    row(
        RESOURCE_SET,
        &["spec", "dependsOn", "[]"],
        Target::Any,
        Scope::Optional,
        Role::HealthCheck,
    ),
    row(
        RESOURCE_SET,
        &["spec", "inputsFrom", "[]"],
        Target::OneOf(
            &[RESOURCE_SET_INPUT_PROVIDER],
            Some(RESOURCE_SET_INPUT_PROVIDER),
        ),
        Scope::Own,
        Role::Subject,
    ),
    account(RESOURCE_SET, &["spec", "serviceAccountName"]),
    secret(RESOURCE_SET_INPUT_PROVIDER, &["spec", "secretRef"]),
    secret(RESOURCE_SET_INPUT_PROVIDER, &["spec", "certSecretRef"]),
    account(RESOURCE_SET_INPUT_PROVIDER, &["spec", "serviceAccountName"]),
    row(
        FLUX_INSTANCE,
        &["spec", "sync", "pullSecret"],
        Target::Kind(SECRET),
        Scope::Own,
        Role::Credentials,
    ),
];

/// The marker `# {"$imagepolicy": "namespace:name"}`, which is no field: a row of its own.
pub const IMAGE_POLICY_MARKER: &Reference = &Reference {
    from: IMAGE_UPDATE_AUTOMATION,
    path: &[],
    target: Target::Kind(IMAGE_POLICY),
    scope: Scope::Optional,
    role: Role::Subject,
};

/// Every field that brings another object into being. A FluxInstance's `sync` is not here: it makes two
/// objects whose kind is a field (`crate::facts`).
pub const PRODUCTIONS: &[Production] = &[
    Production {
        from: ARTIFACT_GENERATOR,
        path: &["spec", "artifacts", "[]", "name"],
        named_as_self: false,
        makes: EXTERNAL_ARTIFACT,
    },
    Production {
        from: EXTERNAL_SECRET,
        path: &["spec", "target", "name"],
        named_as_self: true,
        makes: SECRET,
    },
    Production {
        from: SEALED_SECRET,
        path: &["spec", "template", "metadata", "name"],
        named_as_self: true,
        makes: SECRET,
    },
    Production {
        from: CERTIFICATE,
        path: &["spec", "secretName"],
        named_as_self: false,
        makes: SECRET,
    },
];

/// Every field that names a directory of an artifact.
pub const PATHS: &[PathReference] = &[
    PathReference {
        from: KUSTOMIZATION,
        path: &["spec", "path"],
        source: &["spec", "sourceRef"],
    },
    PathReference {
        from: IMAGE_UPDATE_AUTOMATION,
        path: &["spec", "update", "path"],
        source: &["spec", "sourceRef"],
    },
    PathReference {
        from: FLUX_INSTANCE,
        path: &["spec", "sync", "path"],
        source: &[],
    },
    // The chart flux-instance of the Flux operator takes the whole FluxInstance as values.
    PathReference {
        from: HELM_RELEASE,
        path: &["spec", "values", "instance", "sync", "path"],
        source: &[],
    },
];

const fn row(
    from: &'static Kind,
    path: &'static [&'static str],
    target: Target,
    scope: Scope,
    role: Role,
) -> Reference {
    Reference {
        from,
        path,
        target,
        scope,
        role,
    }
}

const fn secret(from: &'static Kind, path: &'static [&'static str]) -> Reference {
    row(
        from,
        path,
        Target::Kind(SECRET),
        Scope::Own,
        Role::Credentials,
    )
}

const fn config(from: &'static Kind, path: &'static [&'static str]) -> Reference {
    row(
        from,
        path,
        Target::Kind(CONFIG_MAP),
        Scope::Own,
        Role::Credentials,
    )
}

const fn account(from: &'static Kind, path: &'static [&'static str]) -> Reference {
    row(
        from,
        path,
        Target::Kind(SERVICE_ACCOUNT),
        Scope::Own,
        Role::Identity,
    )
}

impl Target {
    /// The kinds that the row itself names; empty for [`Target::Any`].
    pub fn kinds(self) -> Vec<&'static Kind> {
        match self {
            Target::Kind(kind) => vec![kind],
            Target::OneOf(kinds, _) => kinds.to_vec(),
            Target::Any => Vec::new(),
        }
    }

    /// Whether a `kind` is written beside the name.
    pub fn has_kind_field(self) -> bool {
        !matches!(self, Target::Kind(_))
    }
}

impl Reference {
    /// Whether the value at the row's path is itself the name, not a mapping with `name`.
    pub fn is_bare_name(&self) -> bool {
        self.path
            .last()
            .is_some_and(|key| key.ends_with("Name") || *key == "pullSecret")
    }

    /// The row's path as one writes it: `spec.dependsOn[]`.
    pub fn field(&self) -> String {
        self.path.join(".").replace(".[]", "[]")
    }

    /// Whether a `namespace` may be written beside the name.
    pub fn has_namespace_field(&self) -> bool {
        self.scope == Scope::Optional
    }
}
