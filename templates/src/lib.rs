//! The handlebars templates of the generator, embedded.
//!
//! Each looks like the file that it makes. `{{yaml value}}` writes a string as a YAML scalar, quoted where
//! it must be; `{{indent 8 text}}` writes the lines of a text from a column on. How they are rendered is
//! decided in `infragen-scaffold`.

/// A template with the name under which it is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Its path in this package, without `.hbs`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! templates {
    ($($(#[$doc:meta])* $constant:ident = $path:literal;)+) => {
        $(
            $(#[$doc])*
            pub const $constant: Template = Template {
                name: $path,
                text: include_str!(concat!("../", $path, ".hbs")),
            };
        )+
        /// Every template.
        pub const ALL: &[Template] = &[$($constant),+];
    };
}

templates! {
    /// `apps/NAME/base/kustomization.yaml`
    SERVICE_BASE = "service/base/kustomization.yaml";
    /// `apps/NAME/base/namespace.yaml`
    SERVICE_NAMESPACE = "service/base/namespace.yaml";
    /// `apps/NAME/base/oci-repository.yaml`
    SERVICE_SOURCE = "service/base/oci-repository.yaml";
    /// `apps/NAME/base/COMPONENT.yaml`: the Flux Kustomization of one component.
    SERVICE_COMPONENT = "service/base/component.yaml";
    /// `apps/NAME/components/FEATURE/kustomization.yaml`
    SERVICE_FEATURE = "service/feature/kustomization.yaml";
    /// `apps/NAME/overlays/ENV/kustomization.yaml`
    SERVICE_OVERLAY = "service/overlay/kustomization.yaml";
    /// `apps/NAME/overlays/ENV/patches/oci-repository-patch.yaml`
    SERVICE_VERSIONS = "service/overlay/patches/oci-repository-patch.yaml";
    /// `clusters/ENV/apps/NAME.yaml`: the outer Flux Kustomization of a service.
    SERVICE_CLUSTER = "service/cluster.yaml";
    /// `clusters/ENV/flux-system/flux-instance.yaml`
    ENVIRONMENT_FLUX_INSTANCE = "environment/flux-instance.yaml";
    /// `clusters/ENV/infrastructure.yaml`
    ENVIRONMENT_INFRASTRUCTURE = "environment/infrastructure.yaml";
    /// `infrastructure/base/kustomization.yaml`
    INFRASTRUCTURE_BASE = "infrastructure/base/kustomization.yaml";
    /// `infrastructure/base/cluster-settings.yaml`
    INFRASTRUCTURE_SETTINGS = "infrastructure/base/cluster-settings.yaml";
    /// `infrastructure/overlays/ENV/kustomization.yaml`
    INFRASTRUCTURE_OVERLAY = "infrastructure/overlay/kustomization.yaml";
    /// `infrastructure/overlays/ENV/cluster-settings-patch.yaml`
    INFRASTRUCTURE_OVERLAY_SETTINGS = "infrastructure/overlay/cluster-settings-patch.yaml";
}
