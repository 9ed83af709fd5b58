//! The lists that merge, by type: facts of the Kubernetes 1.21.2 schema that kustomize 5.8.1 builds in.

use super::builtin::Property;
use super::builtin::Shape::{Keyed, List, Map, Object};

/// `apiVersion`, `kind` and the index of the type in [`TYPES`], in order.
pub(super) static KINDS: &[(&str, &str, u16)] = &[
    ("admission.k8s.io/v1", "DeleteOptions", 0),
    ("admission.k8s.io/v1", "WatchEvent", 0),
    ("admission.k8s.io/v1beta1", "DeleteOptions", 0),
    ("admission.k8s.io/v1beta1", "WatchEvent", 0),
    ("admissionregistration.k8s.io/v1", "DeleteOptions", 0),
    (
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration",
        1,
    ),
    (
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfigurationList",
        2,
    ),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        3,
    ),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfigurationList",
        4,
    ),
    ("admissionregistration.k8s.io/v1", "WatchEvent", 0),
    ("admissionregistration.k8s.io/v1beta1", "DeleteOptions", 0),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration",
        5,
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfigurationList",
        6,
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfiguration",
        7,
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfigurationList",
        8,
    ),
    ("admissionregistration.k8s.io/v1beta1", "WatchEvent", 0),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", 191),
    (
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinitionList",
        192,
    ),
    ("apiextensions.k8s.io/v1", "DeleteOptions", 0),
    ("apiextensions.k8s.io/v1", "WatchEvent", 0),
    (
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinition",
        193,
    ),
    (
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinitionList",
        194,
    ),
    ("apiextensions.k8s.io/v1beta1", "DeleteOptions", 0),
    ("apiextensions.k8s.io/v1beta1", "WatchEvent", 0),
    ("apiregistration.k8s.io/v1", "APIService", 196),
    ("apiregistration.k8s.io/v1", "APIServiceList", 197),
    ("apiregistration.k8s.io/v1", "DeleteOptions", 0),
    ("apiregistration.k8s.io/v1", "WatchEvent", 0),
    ("apiregistration.k8s.io/v1beta1", "APIService", 199),
    ("apiregistration.k8s.io/v1beta1", "APIServiceList", 200),
    ("apiregistration.k8s.io/v1beta1", "DeleteOptions", 0),
    ("apiregistration.k8s.io/v1beta1", "WatchEvent", 0),
    ("apps/v1", "ControllerRevision", 9),
    ("apps/v1", "ControllerRevisionList", 10),
    ("apps/v1", "DaemonSet", 11),
    ("apps/v1", "DaemonSetList", 12),
    ("apps/v1", "DeleteOptions", 0),
    ("apps/v1", "Deployment", 15),
    ("apps/v1", "DeploymentList", 16),
    ("apps/v1", "ReplicaSet", 19),
    ("apps/v1", "ReplicaSetList", 20),
    ("apps/v1", "StatefulSet", 23),
    ("apps/v1", "StatefulSetList", 24),
    ("apps/v1", "WatchEvent", 0),
    ("apps/v1beta1", "DeleteOptions", 0),
    ("apps/v1beta1", "WatchEvent", 0),
    ("apps/v1beta2", "DeleteOptions", 0),
    ("apps/v1beta2", "WatchEvent", 0),
    ("authentication.k8s.io/v1", "DeleteOptions", 0),
    ("authentication.k8s.io/v1", "TokenRequest", 27),
    ("authentication.k8s.io/v1", "TokenReview", 28),
    ("authentication.k8s.io/v1", "WatchEvent", 0),
    ("authentication.k8s.io/v1beta1", "DeleteOptions", 0),
    ("authentication.k8s.io/v1beta1", "TokenReview", 29),
    ("authentication.k8s.io/v1beta1", "WatchEvent", 0),
    ("authorization.k8s.io/v1", "DeleteOptions", 0),
    ("authorization.k8s.io/v1", "LocalSubjectAccessReview", 30),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview", 31),
    ("authorization.k8s.io/v1", "SelfSubjectRulesReview", 32),
    ("authorization.k8s.io/v1", "SubjectAccessReview", 33),
    ("authorization.k8s.io/v1", "WatchEvent", 0),
    ("authorization.k8s.io/v1beta1", "DeleteOptions", 0),
    (
        "authorization.k8s.io/v1beta1",
        "LocalSubjectAccessReview",
        34,
    ),
    (
        "authorization.k8s.io/v1beta1",
        "SelfSubjectAccessReview",
        35,
    ),
    ("authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", 36),
    ("authorization.k8s.io/v1beta1", "SubjectAccessReview", 37),
    ("authorization.k8s.io/v1beta1", "WatchEvent", 0),
    ("autoscaling/v1", "DeleteOptions", 0),
    ("autoscaling/v1", "HorizontalPodAutoscaler", 38),
    ("autoscaling/v1", "HorizontalPodAutoscalerList", 39),
    ("autoscaling/v1", "Scale", 40),
    ("autoscaling/v1", "WatchEvent", 0),
    ("autoscaling/v2beta1", "DeleteOptions", 0),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", 41),
    ("autoscaling/v2beta1", "HorizontalPodAutoscalerList", 42),
    ("autoscaling/v2beta1", "WatchEvent", 0),
    ("autoscaling/v2beta2", "DeleteOptions", 0),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 43),
    ("autoscaling/v2beta2", "HorizontalPodAutoscalerList", 44),
    ("autoscaling/v2beta2", "WatchEvent", 0),
    ("batch/v1", "CronJob", 45),
    ("batch/v1", "CronJobList", 46),
    ("batch/v1", "DeleteOptions", 0),
    ("batch/v1", "Job", 48),
    ("batch/v1", "JobList", 49),
    ("batch/v1", "WatchEvent", 0),
    ("batch/v1beta1", "CronJob", 53),
    ("batch/v1beta1", "CronJobList", 54),
    ("batch/v1beta1", "DeleteOptions", 0),
    ("batch/v1beta1", "WatchEvent", 0),
    ("certificates.k8s.io/v1", "CertificateSigningRequest", 57),
    (
        "certificates.k8s.io/v1",
        "CertificateSigningRequestList",
        58,
    ),
    ("certificates.k8s.io/v1", "DeleteOptions", 0),
    ("certificates.k8s.io/v1", "WatchEvent", 0),
    (
        "certificates.k8s.io/v1beta1",
        "CertificateSigningRequest",
        59,
    ),
    (
        "certificates.k8s.io/v1beta1",
        "CertificateSigningRequestList",
        60,
    ),
    ("certificates.k8s.io/v1beta1", "DeleteOptions", 0),
    ("certificates.k8s.io/v1beta1", "WatchEvent", 0),
    ("coordination.k8s.io/v1", "DeleteOptions", 0),
    ("coordination.k8s.io/v1", "Lease", 61),
    ("coordination.k8s.io/v1", "LeaseList", 62),
    ("coordination.k8s.io/v1", "WatchEvent", 0),
    ("coordination.k8s.io/v1beta1", "DeleteOptions", 0),
    ("coordination.k8s.io/v1beta1", "Lease", 63),
    ("coordination.k8s.io/v1beta1", "LeaseList", 64),
    ("coordination.k8s.io/v1beta1", "WatchEvent", 0),
    ("discovery.k8s.io/v1", "DeleteOptions", 0),
    ("discovery.k8s.io/v1", "EndpointSlice", 114),
    ("discovery.k8s.io/v1", "EndpointSliceList", 115),
    ("discovery.k8s.io/v1", "WatchEvent", 0),
    ("discovery.k8s.io/v1beta1", "DeleteOptions", 0),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", 116),
    ("discovery.k8s.io/v1beta1", "EndpointSliceList", 117),
    ("discovery.k8s.io/v1beta1", "WatchEvent", 0),
    ("events.k8s.io/v1", "DeleteOptions", 0),
    ("events.k8s.io/v1", "Event", 118),
    ("events.k8s.io/v1", "EventList", 119),
    ("events.k8s.io/v1", "WatchEvent", 0),
    ("events.k8s.io/v1beta1", "DeleteOptions", 0),
    ("events.k8s.io/v1beta1", "Event", 120),
    ("events.k8s.io/v1beta1", "EventList", 121),
    ("events.k8s.io/v1beta1", "WatchEvent", 0),
    ("extensions/v1beta1", "DeleteOptions", 0),
    ("extensions/v1beta1", "Ingress", 122),
    ("extensions/v1beta1", "IngressList", 123),
    ("extensions/v1beta1", "WatchEvent", 0),
    ("flowcontrol.apiserver.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("flowcontrol.apiserver.k8s.io/v1alpha1", "WatchEvent", 0),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "DeleteOptions", 0),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 124),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "FlowSchemaList",
        125,
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "PriorityLevelConfiguration",
        126,
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "PriorityLevelConfigurationList",
        127,
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "WatchEvent", 0),
    ("imagepolicy.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("imagepolicy.k8s.io/v1alpha1", "WatchEvent", 0),
    ("internal.apiserver.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("internal.apiserver.k8s.io/v1alpha1", "WatchEvent", 0),
    ("networking.k8s.io/v1", "DeleteOptions", 0),
    ("networking.k8s.io/v1", "Ingress", 128),
    ("networking.k8s.io/v1", "IngressClass", 129),
    ("networking.k8s.io/v1", "IngressClassList", 130),
    ("networking.k8s.io/v1", "IngressList", 131),
    ("networking.k8s.io/v1", "NetworkPolicy", 132),
    ("networking.k8s.io/v1", "NetworkPolicyList", 133),
    ("networking.k8s.io/v1", "WatchEvent", 0),
    ("networking.k8s.io/v1beta1", "DeleteOptions", 0),
    ("networking.k8s.io/v1beta1", "Ingress", 134),
    ("networking.k8s.io/v1beta1", "IngressClass", 135),
    ("networking.k8s.io/v1beta1", "IngressClassList", 136),
    ("networking.k8s.io/v1beta1", "IngressList", 137),
    ("networking.k8s.io/v1beta1", "WatchEvent", 0),
    ("node.k8s.io/v1", "DeleteOptions", 0),
    ("node.k8s.io/v1", "RuntimeClass", 138),
    ("node.k8s.io/v1", "RuntimeClassList", 139),
    ("node.k8s.io/v1", "WatchEvent", 0),
    ("node.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("node.k8s.io/v1alpha1", "WatchEvent", 0),
    ("node.k8s.io/v1beta1", "DeleteOptions", 0),
    ("node.k8s.io/v1beta1", "RuntimeClass", 140),
    ("node.k8s.io/v1beta1", "RuntimeClassList", 141),
    ("node.k8s.io/v1beta1", "WatchEvent", 0),
    ("policy/v1", "DeleteOptions", 0),
    ("policy/v1", "PodDisruptionBudget", 142),
    ("policy/v1", "PodDisruptionBudgetList", 143),
    ("policy/v1", "WatchEvent", 0),
    ("policy/v1beta1", "DeleteOptions", 0),
    ("policy/v1beta1", "Eviction", 145),
    ("policy/v1beta1", "PodDisruptionBudget", 146),
    ("policy/v1beta1", "PodDisruptionBudgetList", 147),
    ("policy/v1beta1", "PodSecurityPolicy", 149),
    ("policy/v1beta1", "PodSecurityPolicyList", 150),
    ("policy/v1beta1", "WatchEvent", 0),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", 151),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", 152),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBindingList",
        153,
    ),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleList", 154),
    ("rbac.authorization.k8s.io/v1", "DeleteOptions", 0),
    ("rbac.authorization.k8s.io/v1", "Role", 155),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", 156),
    ("rbac.authorization.k8s.io/v1", "RoleBindingList", 157),
    ("rbac.authorization.k8s.io/v1", "RoleList", 158),
    ("rbac.authorization.k8s.io/v1", "WatchEvent", 0),
    ("rbac.authorization.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("rbac.authorization.k8s.io/v1alpha1", "WatchEvent", 0),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRole", 159),
    (
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRoleBinding",
        160,
    ),
    (
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRoleBindingList",
        161,
    ),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleList", 162),
    ("rbac.authorization.k8s.io/v1beta1", "DeleteOptions", 0),
    ("rbac.authorization.k8s.io/v1beta1", "Role", 163),
    ("rbac.authorization.k8s.io/v1beta1", "RoleBinding", 164),
    ("rbac.authorization.k8s.io/v1beta1", "RoleBindingList", 165),
    ("rbac.authorization.k8s.io/v1beta1", "RoleList", 166),
    ("rbac.authorization.k8s.io/v1beta1", "WatchEvent", 0),
    ("scheduling.k8s.io/v1", "DeleteOptions", 0),
    ("scheduling.k8s.io/v1", "PriorityClass", 167),
    ("scheduling.k8s.io/v1", "PriorityClassList", 168),
    ("scheduling.k8s.io/v1", "WatchEvent", 0),
    ("scheduling.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("scheduling.k8s.io/v1alpha1", "WatchEvent", 0),
    ("scheduling.k8s.io/v1beta1", "DeleteOptions", 0),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", 169),
    ("scheduling.k8s.io/v1beta1", "PriorityClassList", 170),
    ("scheduling.k8s.io/v1beta1", "WatchEvent", 0),
    ("storage.k8s.io/v1", "CSIDriver", 171),
    ("storage.k8s.io/v1", "CSIDriverList", 172),
    ("storage.k8s.io/v1", "CSINode", 173),
    ("storage.k8s.io/v1", "CSINodeList", 174),
    ("storage.k8s.io/v1", "DeleteOptions", 0),
    ("storage.k8s.io/v1", "StorageClass", 176),
    ("storage.k8s.io/v1", "StorageClassList", 177),
    ("storage.k8s.io/v1", "VolumeAttachment", 178),
    ("storage.k8s.io/v1", "VolumeAttachmentList", 179),
    ("storage.k8s.io/v1", "WatchEvent", 0),
    ("storage.k8s.io/v1alpha1", "DeleteOptions", 0),
    ("storage.k8s.io/v1alpha1", "WatchEvent", 0),
    ("storage.k8s.io/v1beta1", "CSIDriver", 180),
    ("storage.k8s.io/v1beta1", "CSIDriverList", 181),
    ("storage.k8s.io/v1beta1", "CSINode", 182),
    ("storage.k8s.io/v1beta1", "CSINodeList", 183),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 185),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacityList", 186),
    ("storage.k8s.io/v1beta1", "DeleteOptions", 0),
    ("storage.k8s.io/v1beta1", "StorageClass", 187),
    ("storage.k8s.io/v1beta1", "StorageClassList", 188),
    ("storage.k8s.io/v1beta1", "VolumeAttachment", 189),
    ("storage.k8s.io/v1beta1", "VolumeAttachmentList", 190),
    ("storage.k8s.io/v1beta1", "WatchEvent", 0),
    ("v1", "APIGroup", 0),
    ("v1", "APIGroupList", 0),
    ("v1", "APIResourceList", 0),
    ("v1", "APIVersions", 0),
    ("v1", "Binding", 65),
    ("v1", "ComponentStatus", 66),
    ("v1", "ComponentStatusList", 67),
    ("v1", "ConfigMap", 68),
    ("v1", "ConfigMapList", 69),
    ("v1", "DeleteOptions", 0),
    ("v1", "Endpoints", 71),
    ("v1", "EndpointsList", 72),
    ("v1", "Event", 75),
    ("v1", "EventList", 76),
    ("v1", "LimitRange", 77),
    ("v1", "LimitRangeList", 78),
    ("v1", "Namespace", 79),
    ("v1", "NamespaceList", 80),
    ("v1", "Node", 82),
    ("v1", "NodeList", 83),
    ("v1", "PersistentVolume", 86),
    ("v1", "PersistentVolumeClaim", 87),
    ("v1", "PersistentVolumeClaimList", 88),
    ("v1", "PersistentVolumeList", 91),
    ("v1", "Pod", 92),
    ("v1", "PodList", 93),
    ("v1", "PodTemplate", 96),
    ("v1", "PodTemplateList", 97),
    ("v1", "ReplicationController", 99),
    ("v1", "ReplicationControllerList", 100),
    ("v1", "ResourceQuota", 103),
    ("v1", "ResourceQuotaList", 104),
    ("v1", "Secret", 105),
    ("v1", "SecretList", 106),
    ("v1", "Service", 107),
    ("v1", "ServiceAccount", 108),
    ("v1", "ServiceAccountList", 109),
    ("v1", "ServiceList", 110),
    ("v1", "Status", 0),
    ("v1", "WatchEvent", 0),
];

/// The properties of each type, in order of their names; the first type stands for all in which nothing merges.
pub(super) static TYPES: &[&[Property]] = &[
    &[],
    // api.admissionregistration.v1.MutatingWebhookConfiguration
    &[
        Property::new("metadata", Object(195)),
        Property::new("webhooks", Keyed(0, &["name"])),
    ],
    // api.admissionregistration.v1.MutatingWebhookConfigurationList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.admissionregistration.v1.ValidatingWebhookConfiguration
    &[
        Property::new("metadata", Object(195)),
        Property::new("webhooks", Keyed(0, &["name"])),
    ],
    // api.admissionregistration.v1.ValidatingWebhookConfigurationList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.admissionregistration.v1beta1.MutatingWebhookConfiguration
    &[
        Property::new("metadata", Object(195)),
        Property::new("webhooks", Keyed(0, &["name"])),
    ],
    // api.admissionregistration.v1beta1.MutatingWebhookConfigurationList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.admissionregistration.v1beta1.ValidatingWebhookConfiguration
    &[
        Property::new("metadata", Object(195)),
        Property::new("webhooks", Keyed(0, &["name"])),
    ],
    // api.admissionregistration.v1beta1.ValidatingWebhookConfigurationList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.apps.v1.ControllerRevision
    &[
        Property::new("data", Object(0)),
        Property::new("metadata", Object(195)),
    ],
    // api.apps.v1.ControllerRevisionList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.apps.v1.DaemonSet
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(13)),
        Property::new("status", Object(14)),
    ],
    // api.apps.v1.DaemonSetList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.apps.v1.DaemonSetSpec
    &[
        Property::new("selector", Object(0)),
        Property::new("template", Object(98)),
        Property::new("updateStrategy", Object(0)),
    ],
    // api.apps.v1.DaemonSetStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // api.apps.v1.Deployment
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(17)),
        Property::new("status", Object(18)),
    ],
    // api.apps.v1.DeploymentList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.apps.v1.DeploymentSpec
    &[
        Property::new("selector", Object(0)),
        Property::new("strategy", Object(0)),
        Property::new("template", Object(98)),
    ],
    // api.apps.v1.DeploymentStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // api.apps.v1.ReplicaSet
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(21)),
        Property::new("status", Object(22)),
    ],
    // api.apps.v1.ReplicaSetList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.apps.v1.ReplicaSetSpec
    &[
        Property::new("selector", Object(0)),
        Property::new("template", Object(98)),
    ],
    // api.apps.v1.ReplicaSetStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // api.apps.v1.StatefulSet
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(25)),
        Property::new("status", Object(26)),
    ],
    // api.apps.v1.StatefulSetList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.apps.v1.StatefulSetSpec
    &[
        Property::new("selector", Object(0)),
        Property::new("template", Object(98)),
        Property::new("updateStrategy", Object(0)),
        Property::new("volumeClaimTemplates", List),
    ],
    // api.apps.v1.StatefulSetStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // api.authentication.v1.TokenRequest
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authentication.v1.TokenReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authentication.v1beta1.TokenReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1.LocalSubjectAccessReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1.SelfSubjectAccessReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1.SelfSubjectRulesReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1.SubjectAccessReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1beta1.LocalSubjectAccessReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1beta1.SelfSubjectAccessReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1beta1.SelfSubjectRulesReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.authorization.v1beta1.SubjectAccessReview
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.autoscaling.v1.HorizontalPodAutoscaler
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.autoscaling.v1.HorizontalPodAutoscalerList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.autoscaling.v1.Scale
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.autoscaling.v2beta1.HorizontalPodAutoscaler
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.autoscaling.v2beta1.HorizontalPodAutoscalerList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.autoscaling.v2beta2.HorizontalPodAutoscaler
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.autoscaling.v2beta2.HorizontalPodAutoscalerList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.batch.v1.CronJob
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(47)),
        Property::new("status", Object(0)),
    ],
    // api.batch.v1.CronJobList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.batch.v1.CronJobSpec
    &[Property::new("jobTemplate", Object(52))],
    // api.batch.v1.Job
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(50)),
        Property::new("status", Object(51)),
    ],
    // api.batch.v1.JobList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.batch.v1.JobSpec
    &[
        Property::new("selector", Object(0)),
        Property::new("template", Object(98)),
    ],
    // api.batch.v1.JobStatus
    &[
        Property::new("completionTime", Object(0)),
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("startTime", Object(0)),
    ],
    // api.batch.v1.JobTemplateSpec
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(50)),
    ],
    // api.batch.v1beta1.CronJob
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(55)),
        Property::new("status", Object(0)),
    ],
    // api.batch.v1beta1.CronJobList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.batch.v1beta1.CronJobSpec
    &[Property::new("jobTemplate", Object(56))],
    // api.batch.v1beta1.JobTemplateSpec
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(50)),
    ],
    // api.certificates.v1.CertificateSigningRequest
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.certificates.v1.CertificateSigningRequestList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.certificates.v1beta1.CertificateSigningRequest
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.certificates.v1beta1.CertificateSigningRequestList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.coordination.v1.Lease
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.coordination.v1.LeaseList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.coordination.v1beta1.Lease
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.coordination.v1beta1.LeaseList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.Binding
    &[
        Property::new("metadata", Object(195)),
        Property::new("target", Object(0)),
    ],
    // api.core.v1.ComponentStatus
    &[
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("metadata", Object(195)),
    ],
    // api.core.v1.ComponentStatusList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.ConfigMap
    &[Property::new("metadata", Object(195))],
    // api.core.v1.ConfigMapList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.Container
    &[
        Property::new("env", Keyed(0, &["name"])),
        Property::new("envFrom", List),
        Property::new("lifecycle", Object(0)),
        Property::new("livenessProbe", Object(0)),
        Property::new("ports", Keyed(0, &["containerPort", "protocol"])),
        Property::new("readinessProbe", Object(0)),
        Property::new("resources", Object(0)),
        Property::new("securityContext", Object(0)),
        Property::new("startupProbe", Object(0)),
        Property::new("volumeDevices", Keyed(0, &["devicePath"])),
        Property::new("volumeMounts", Keyed(0, &["mountPath"])),
    ],
    // api.core.v1.Endpoints
    &[
        Property::new("metadata", Object(195)),
        Property::new("subsets", List),
    ],
    // api.core.v1.EndpointsList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.EphemeralContainer
    &[
        Property::new("env", Keyed(0, &["name"])),
        Property::new("envFrom", List),
        Property::new("lifecycle", Object(0)),
        Property::new("livenessProbe", Object(0)),
        Property::new("ports", List),
        Property::new("readinessProbe", Object(0)),
        Property::new("resources", Object(0)),
        Property::new("securityContext", Object(0)),
        Property::new("startupProbe", Object(0)),
        Property::new("volumeDevices", Keyed(0, &["devicePath"])),
        Property::new("volumeMounts", Keyed(0, &["mountPath"])),
    ],
    // api.core.v1.EphemeralVolumeSource
    &[Property::new("volumeClaimTemplate", Object(90))],
    // api.core.v1.Event
    &[
        Property::new("eventTime", Object(0)),
        Property::new("firstTimestamp", Object(0)),
        Property::new("involvedObject", Object(0)),
        Property::new("lastTimestamp", Object(0)),
        Property::new("metadata", Object(195)),
        Property::new("related", Object(0)),
        Property::new("series", Object(0)),
        Property::new("source", Object(0)),
    ],
    // api.core.v1.EventList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.LimitRange
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.core.v1.LimitRangeList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.Namespace
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(81)),
    ],
    // api.core.v1.NamespaceList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.NamespaceStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // api.core.v1.Node
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(84)),
        Property::new("status", Object(85)),
    ],
    // api.core.v1.NodeList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.NodeSpec
    &[
        Property::new("configSource", Object(0)),
        Property::new("podCIDRs", Keyed(0, &[])),
        Property::new("taints", List),
    ],
    // api.core.v1.NodeStatus
    &[
        Property::new("addresses", Keyed(0, &["type"])),
        Property::new("allocatable", Map(0)),
        Property::new("capacity", Map(0)),
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("config", Object(0)),
        Property::new("daemonEndpoints", Object(0)),
        Property::new("images", List),
        Property::new("nodeInfo", Object(0)),
        Property::new("volumesAttached", List),
    ],
    // api.core.v1.PersistentVolume
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.core.v1.PersistentVolumeClaim
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(89)),
    ],
    // api.core.v1.PersistentVolumeClaimList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.PersistentVolumeClaimStatus
    &[
        Property::new("capacity", Map(0)),
        Property::new("conditions", Keyed(0, &["type"])),
    ],
    // api.core.v1.PersistentVolumeClaimTemplate
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.core.v1.PersistentVolumeList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.Pod
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(94)),
        Property::new("status", Object(95)),
    ],
    // api.core.v1.PodList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.PodSpec
    &[
        Property::new("affinity", Object(0)),
        Property::new("containers", Keyed(70, &["name"])),
        Property::new("dnsConfig", Object(0)),
        Property::new("ephemeralContainers", Keyed(73, &["name"])),
        Property::new("hostAliases", Keyed(0, &["ip"])),
        Property::new("imagePullSecrets", Keyed(0, &["name"])),
        Property::new("initContainers", Keyed(70, &["name"])),
        Property::new("overhead", Map(0)),
        Property::new("readinessGates", List),
        Property::new("securityContext", Object(0)),
        Property::new("tolerations", List),
        Property::new(
            "topologySpreadConstraints",
            Keyed(0, &["topologyKey", "whenUnsatisfiable"]),
        ),
        Property::new("volumes", Keyed(113, &["name"])),
    ],
    // api.core.v1.PodStatus
    &[
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("containerStatuses", List),
        Property::new("ephemeralContainerStatuses", List),
        Property::new("initContainerStatuses", List),
        Property::new("podIPs", Keyed(0, &["ip"])),
        Property::new("startTime", Object(0)),
    ],
    // api.core.v1.PodTemplate
    &[
        Property::new("metadata", Object(195)),
        Property::new("template", Object(98)),
    ],
    // api.core.v1.PodTemplateList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.PodTemplateSpec
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(94)),
    ],
    // api.core.v1.ReplicationController
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(101)),
        Property::new("status", Object(102)),
    ],
    // api.core.v1.ReplicationControllerList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.ReplicationControllerSpec
    &[Property::new("template", Object(98))],
    // api.core.v1.ReplicationControllerStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // api.core.v1.ResourceQuota
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.core.v1.ResourceQuotaList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.Secret
    &[Property::new("metadata", Object(195))],
    // api.core.v1.SecretList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.Service
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(111)),
        Property::new("status", Object(112)),
    ],
    // api.core.v1.ServiceAccount
    &[
        Property::new("imagePullSecrets", List),
        Property::new("metadata", Object(195)),
        Property::new("secrets", Keyed(0, &["name"])),
    ],
    // api.core.v1.ServiceAccountList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.ServiceList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.core.v1.ServiceSpec
    &[
        Property::new("clusterIPs", List),
        Property::new("ipFamilies", List),
        Property::new("ports", Keyed(0, &["port", "protocol"])),
        Property::new("sessionAffinityConfig", Object(0)),
    ],
    // api.core.v1.ServiceStatus
    &[
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("loadBalancer", Object(0)),
    ],
    // api.core.v1.Volume
    &[
        Property::new("awsElasticBlockStore", Object(0)),
        Property::new("azureDisk", Object(0)),
        Property::new("azureFile", Object(0)),
        Property::new("cephfs", Object(0)),
        Property::new("cinder", Object(0)),
        Property::new("configMap", Object(0)),
        Property::new("csi", Object(0)),
        Property::new("downwardAPI", Object(0)),
        Property::new("emptyDir", Object(0)),
        Property::new("ephemeral", Object(74)),
        Property::new("fc", Object(0)),
        Property::new("flexVolume", Object(0)),
        Property::new("flocker", Object(0)),
        Property::new("gcePersistentDisk", Object(0)),
        Property::new("gitRepo", Object(0)),
        Property::new("glusterfs", Object(0)),
        Property::new("hostPath", Object(0)),
        Property::new("iscsi", Object(0)),
        Property::new("nfs", Object(0)),
        Property::new("persistentVolumeClaim", Object(0)),
        Property::new("photonPersistentDisk", Object(0)),
        Property::new("portworxVolume", Object(0)),
        Property::new("projected", Object(0)),
        Property::new("quobyte", Object(0)),
        Property::new("rbd", Object(0)),
        Property::new("scaleIO", Object(0)),
        Property::new("secret", Object(0)),
        Property::new("storageos", Object(0)),
        Property::new("vsphereVolume", Object(0)),
    ],
    // api.discovery.v1.EndpointSlice
    &[
        Property::new("endpoints", List),
        Property::new("metadata", Object(195)),
        Property::new("ports", List),
    ],
    // api.discovery.v1.EndpointSliceList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.discovery.v1beta1.EndpointSlice
    &[
        Property::new("endpoints", List),
        Property::new("metadata", Object(195)),
        Property::new("ports", List),
    ],
    // api.discovery.v1beta1.EndpointSliceList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.events.v1.Event
    &[
        Property::new("deprecatedFirstTimestamp", Object(0)),
        Property::new("deprecatedLastTimestamp", Object(0)),
        Property::new("deprecatedSource", Object(0)),
        Property::new("eventTime", Object(0)),
        Property::new("metadata", Object(195)),
        Property::new("regarding", Object(0)),
        Property::new("related", Object(0)),
        Property::new("series", Object(0)),
    ],
    // api.events.v1.EventList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.events.v1beta1.Event
    &[
        Property::new("deprecatedFirstTimestamp", Object(0)),
        Property::new("deprecatedLastTimestamp", Object(0)),
        Property::new("deprecatedSource", Object(0)),
        Property::new("eventTime", Object(0)),
        Property::new("metadata", Object(195)),
        Property::new("regarding", Object(0)),
        Property::new("related", Object(0)),
        Property::new("series", Object(0)),
    ],
    // api.events.v1beta1.EventList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.extensions.v1beta1.Ingress
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.extensions.v1beta1.IngressList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.flowcontrol.v1beta1.FlowSchema
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.flowcontrol.v1beta1.FlowSchemaList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.flowcontrol.v1beta1.PriorityLevelConfiguration
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.flowcontrol.v1beta1.PriorityLevelConfigurationList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.networking.v1.Ingress
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.networking.v1.IngressClass
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.networking.v1.IngressClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.networking.v1.IngressList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.networking.v1.NetworkPolicy
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.networking.v1.NetworkPolicyList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.networking.v1beta1.Ingress
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.networking.v1beta1.IngressClass
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.networking.v1beta1.IngressClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.networking.v1beta1.IngressList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.node.v1.RuntimeClass
    &[
        Property::new("metadata", Object(195)),
        Property::new("overhead", Object(0)),
        Property::new("scheduling", Object(0)),
    ],
    // api.node.v1.RuntimeClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.node.v1beta1.RuntimeClass
    &[
        Property::new("metadata", Object(195)),
        Property::new("overhead", Object(0)),
        Property::new("scheduling", Object(0)),
    ],
    // api.node.v1beta1.RuntimeClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.policy.v1.PodDisruptionBudget
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(144)),
    ],
    // api.policy.v1.PodDisruptionBudgetList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.policy.v1.PodDisruptionBudgetStatus
    &[
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("disruptedPods", Map(0)),
    ],
    // api.policy.v1beta1.Eviction
    &[
        Property::new("deleteOptions", Object(0)),
        Property::new("metadata", Object(195)),
    ],
    // api.policy.v1beta1.PodDisruptionBudget
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(148)),
    ],
    // api.policy.v1beta1.PodDisruptionBudgetList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.policy.v1beta1.PodDisruptionBudgetStatus
    &[
        Property::new("conditions", Keyed(0, &["type"])),
        Property::new("disruptedPods", Map(0)),
    ],
    // api.policy.v1beta1.PodSecurityPolicy
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.policy.v1beta1.PodSecurityPolicyList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1.ClusterRole
    &[
        Property::new("aggregationRule", Object(0)),
        Property::new("metadata", Object(195)),
        Property::new("rules", List),
    ],
    // api.rbac.v1.ClusterRoleBinding
    &[
        Property::new("metadata", Object(195)),
        Property::new("roleRef", Object(0)),
        Property::new("subjects", List),
    ],
    // api.rbac.v1.ClusterRoleBindingList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1.ClusterRoleList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1.Role
    &[
        Property::new("metadata", Object(195)),
        Property::new("rules", List),
    ],
    // api.rbac.v1.RoleBinding
    &[
        Property::new("metadata", Object(195)),
        Property::new("roleRef", Object(0)),
        Property::new("subjects", List),
    ],
    // api.rbac.v1.RoleBindingList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1.RoleList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1beta1.ClusterRole
    &[
        Property::new("aggregationRule", Object(0)),
        Property::new("metadata", Object(195)),
        Property::new("rules", List),
    ],
    // api.rbac.v1beta1.ClusterRoleBinding
    &[
        Property::new("metadata", Object(195)),
        Property::new("roleRef", Object(0)),
        Property::new("subjects", List),
    ],
    // api.rbac.v1beta1.ClusterRoleBindingList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1beta1.ClusterRoleList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1beta1.Role
    &[
        Property::new("metadata", Object(195)),
        Property::new("rules", List),
    ],
    // api.rbac.v1beta1.RoleBinding
    &[
        Property::new("metadata", Object(195)),
        Property::new("roleRef", Object(0)),
        Property::new("subjects", List),
    ],
    // api.rbac.v1beta1.RoleBindingList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.rbac.v1beta1.RoleList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.scheduling.v1.PriorityClass
    &[Property::new("metadata", Object(195))],
    // api.scheduling.v1.PriorityClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.scheduling.v1beta1.PriorityClass
    &[Property::new("metadata", Object(195))],
    // api.scheduling.v1beta1.PriorityClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1.CSIDriver
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.storage.v1.CSIDriverList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1.CSINode
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(175)),
    ],
    // api.storage.v1.CSINodeList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1.CSINodeSpec
    &[Property::new("drivers", Keyed(0, &["name"]))],
    // api.storage.v1.StorageClass
    &[
        Property::new("allowedTopologies", List),
        Property::new("metadata", Object(195)),
    ],
    // api.storage.v1.StorageClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1.VolumeAttachment
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.storage.v1.VolumeAttachmentList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1beta1.CSIDriver
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
    ],
    // api.storage.v1beta1.CSIDriverList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1beta1.CSINode
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(184)),
    ],
    // api.storage.v1beta1.CSINodeList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1beta1.CSINodeSpec
    &[Property::new("drivers", Keyed(0, &["name"]))],
    // api.storage.v1beta1.CSIStorageCapacity
    &[
        Property::new("capacity", Object(0)),
        Property::new("maximumVolumeSize", Object(0)),
        Property::new("metadata", Object(195)),
        Property::new("nodeTopology", Object(0)),
    ],
    // api.storage.v1beta1.CSIStorageCapacityList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1beta1.StorageClass
    &[
        Property::new("allowedTopologies", List),
        Property::new("metadata", Object(195)),
    ],
    // api.storage.v1beta1.StorageClassList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // api.storage.v1beta1.VolumeAttachment
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // api.storage.v1beta1.VolumeAttachmentList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // apiextensions.v1.CustomResourceDefinition
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // apiextensions.v1.CustomResourceDefinitionList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // apiextensions.v1beta1.CustomResourceDefinition
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(0)),
    ],
    // apiextensions.v1beta1.CustomResourceDefinitionList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // meta.v1.ObjectMeta
    &[
        Property::new("creationTimestamp", Object(0)),
        Property::new("deletionTimestamp", Object(0)),
        Property::new("finalizers", Keyed(0, &[])),
        Property::new("managedFields", List),
        Property::new("ownerReferences", Keyed(0, &["uid"])),
    ],
    // apiregistration.v1.APIService
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(198)),
    ],
    // apiregistration.v1.APIServiceList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // apiregistration.v1.APIServiceStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
    // apiregistration.v1beta1.APIService
    &[
        Property::new("metadata", Object(195)),
        Property::new("spec", Object(0)),
        Property::new("status", Object(201)),
    ],
    // apiregistration.v1beta1.APIServiceList
    &[
        Property::new("items", List),
        Property::new("metadata", Object(0)),
    ],
    // apiregistration.v1beta1.APIServiceStatus
    &[Property::new("conditions", Keyed(0, &["type"]))],
];
