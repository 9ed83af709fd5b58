//! Values of fields that take one of a fixed set, and booleans.
//!
//! The sets are those of the custom resource definitions of Flux 2.9 and of the Flux operator.

use infragen_flux::Kind;
use infragen_flux::known::*;

use super::position::Position;
use super::writing::Writing;
use super::{Completion, CompletionKind};

/// A field of a kind and what it may hold, in the order in which it is offered.
pub(super) type Set = (&'static Kind, &'static str, &'static [&'static str]);

/// Fields of one of several strings. The `kind` of a reference is in the reference table.
pub(super) const SETS: &[Set] = &[
    (
        KUSTOMIZATION,
        "spec.buildMetadata[]",
        &["originAnnotations", "transformerAnnotations"],
    ),
    (KUSTOMIZATION, "spec.decryption.provider", &["sops"]),
    (
        KUSTOMIZATION,
        "spec.deletionPolicy",
        &["MirrorPrune", "Delete", "WaitForTermination", "Orphan"],
    ),
    (
        KUSTOMIZATION,
        "spec.postBuild.substituteStrategy",
        &["WithVariables", "Always"],
    ),
    (
        OCI_REPOSITORY,
        "spec.layerSelector.operation",
        &["extract", "copy"],
    ),
    (
        OCI_REPOSITORY,
        "spec.provider",
        &["generic", "aws", "azure", "gcp"],
    ),
    (
        OCI_REPOSITORY,
        "spec.verify.provider",
        &["cosign", "notation"],
    ),
    (
        GIT_REPOSITORY,
        "spec.provider",
        &["generic", "aws", "azure", "github"],
    ),
    (
        GIT_REPOSITORY,
        "spec.verify.mode",
        &["head", "HEAD", "Tag", "TagAndHEAD"],
    ),
    (BUCKET, "spec.provider", &["generic", "aws", "gcp", "azure"]),
    (BUCKET, "spec.sts.provider", &["aws", "ldap"]),
    (
        HELM_REPOSITORY,
        "spec.provider",
        &["generic", "aws", "azure", "gcp"],
    ),
    (HELM_REPOSITORY, "spec.type", &["default", "oci"]),
    (
        HELM_CHART,
        "spec.reconcileStrategy",
        &["ChartVersion", "Revision"],
    ),
    (HELM_CHART, "spec.verify.provider", &["cosign", "notation"]),
    (
        HELM_RELEASE,
        "spec.chart.spec.reconcileStrategy",
        &["ChartVersion", "Revision"],
    ),
    (
        HELM_RELEASE,
        "spec.chart.spec.verify.provider",
        &["cosign", "notation"],
    ),
    (
        HELM_RELEASE,
        "spec.driftDetection.mode",
        &["enabled", "warn", "disabled"],
    ),
    (
        HELM_RELEASE,
        "spec.install.crds",
        &["Skip", "Create", "CreateReplace"],
    ),
    (
        HELM_RELEASE,
        "spec.install.strategy.name",
        &["RemediateOnFailure", "RetryOnFailure"],
    ),
    (
        HELM_RELEASE,
        "spec.postRenderStrategy",
        &["nohooks", "combined", "separate"],
    ),
    (
        HELM_RELEASE,
        "spec.rollback.serverSideApply",
        &["enabled", "disabled", "auto"],
    ),
    (
        HELM_RELEASE,
        "spec.uninstall.deletionPropagation",
        &["background", "foreground", "orphan"],
    ),
    (
        HELM_RELEASE,
        "spec.upgrade.chartNameChangeStrategy",
        &["InPlaceUpdate", "Reinstall"],
    ),
    (
        HELM_RELEASE,
        "spec.upgrade.crds",
        &["Skip", "Create", "CreateReplace"],
    ),
    (
        HELM_RELEASE,
        "spec.upgrade.remediation.strategy",
        &["rollback", "uninstall"],
    ),
    (
        HELM_RELEASE,
        "spec.upgrade.serverSideApply",
        &["enabled", "disabled", "auto"],
    ),
    (
        HELM_RELEASE,
        "spec.upgrade.strategy.name",
        &["RemediateOnFailure", "RetryOnFailure"],
    ),
    (
        HELM_RELEASE,
        "spec.waitStrategy.name",
        &["poller", "legacy"],
    ),
    (
        ARTIFACT_GENERATOR,
        "spec.artifacts[].copy[].strategy",
        &["Overwrite", "Merge", "Extract"],
    ),
    (
        IMAGE_REPOSITORY,
        "spec.provider",
        &["generic", "aws", "azure", "gcp"],
    ),
    (
        IMAGE_POLICY,
        "spec.digestReflectionPolicy",
        &["Always", "IfNotPresent", "Never"],
    ),
    (
        IMAGE_POLICY,
        "spec.policy.alphabetical.order",
        &["asc", "desc"],
    ),
    (
        IMAGE_POLICY,
        "spec.policy.numerical.order",
        &["asc", "desc"],
    ),
    (
        IMAGE_UPDATE_AUTOMATION,
        "spec.git.commit.signingKey.type",
        &["gpg", "ssh"],
    ),
    (
        IMAGE_UPDATE_AUTOMATION,
        "spec.update.strategy",
        &["Setters"],
    ),
    (
        RECEIVER,
        "spec.type",
        &[
            "generic",
            "generic-hmac",
            "generic-oidc",
            "github",
            "gitlab",
            "bitbucket",
            "harbor",
            "dockerhub",
            "quay",
            "gcr",
            "nexus",
            "acr",
            "cdevents",
        ],
    ),
    (ALERT, "spec.eventSeverity", &["info", "error"]),
    (
        PROVIDER,
        "spec.type",
        &[
            "slack",
            "discord",
            "msteams",
            "rocket",
            "generic",
            "generic-hmac",
            "github",
            "gitlab",
            "gitea",
            "giteapullrequestcomment",
            "bitbucketserver",
            "bitbucket",
            "azuredevops",
            "googlechat",
            "googlepubsub",
            "webex",
            "sentry",
            "azureeventhub",
            "telegram",
            "lark",
            "matrix",
            "opsgenie",
            "alertmanager",
            "grafana",
            "githubdispatch",
            "githubpullrequestcomment",
            "gitlabmergerequestcomment",
            "pagerduty",
            "datadog",
            "nats",
            "zulip",
            "otel",
            "zoom",
            "incident.io",
        ],
    ),
    (
        RESOURCE_SET,
        "spec.inputStrategy.name",
        &["Flatten", "Permute"],
    ),
    (
        RESOURCE_SET_INPUT_PROVIDER,
        "spec.type",
        &[
            "Static",
            "GitHubBranch",
            "GitHubTag",
            "GitHubPullRequest",
            "GitLabBranch",
            "GitLabTag",
            "GitLabMergeRequest",
            "GitLabEnvironment",
            "AzureDevOpsBranch",
            "AzureDevOpsTag",
            "AzureDevOpsPullRequest",
            "AWSCodeCommitBranch",
            "AWSCodeCommitTag",
            "AWSCodeCommitPullRequest",
            "GiteaBranch",
            "GiteaTag",
            "GiteaPullRequest",
            "OCIArtifactTag",
            "ACRArtifactTag",
            "ECRArtifactTag",
            "GARArtifactTag",
            "ExternalService",
            "ExternalArtifact",
        ],
    ),
    // Of a sync, the kind is that of the source which it makes, and so no reference.
    (
        FLUX_INSTANCE,
        "spec.sync.kind",
        &["OCIRepository", "GitRepository", "Bucket"],
    ),
    (
        HELM_RELEASE,
        "spec.values.instance.sync.kind",
        &["OCIRepository", "GitRepository", "Bucket"],
    ),
    (
        FLUX_INSTANCE,
        "spec.cluster.size",
        &["small", "medium", "large"],
    ),
    (
        FLUX_INSTANCE,
        "spec.cluster.type",
        &["kubernetes", "openshift", "aws", "azure", "gcp"],
    ),
    (
        FLUX_INSTANCE,
        "spec.components[]",
        &[
            "source-controller",
            "kustomize-controller",
            "helm-controller",
            "notification-controller",
            "image-reflector-controller",
            "image-automation-controller",
            "source-watcher",
        ],
    ),
    (
        FLUX_INSTANCE,
        "spec.distribution.variant",
        &[
            "upstream-alpine",
            "enterprise-alpine",
            "enterprise-distroless",
            "enterprise-distroless-fips",
        ],
    ),
    (
        FLUX_INSTANCE,
        "spec.sharding.storage",
        &["ephemeral", "persistent"],
    ),
    (
        FLUX_INSTANCE,
        "spec.sync.provider",
        &["generic", "aws", "azure", "gcp", "github"],
    ),
];

/// Fields that are `true` or `false`.
pub(super) const BOOLEANS: &[(&Kind, &[&str])] = &[
    (
        KUSTOMIZATION,
        &[
            "spec.force",
            "spec.ignoreMissingComponents",
            "spec.postBuild.substituteFrom[].optional",
            "spec.prune",
            "spec.suspend",
            "spec.wait",
        ],
    ),
    (OCI_REPOSITORY, &["spec.insecure", "spec.suspend"]),
    (GIT_REPOSITORY, &["spec.recurseSubmodules", "spec.suspend"]),
    (BUCKET, &["spec.insecure", "spec.suspend"]),
    (
        HELM_REPOSITORY,
        &["spec.insecure", "spec.passCredentials", "spec.suspend"],
    ),
    (
        HELM_CHART,
        &["spec.ignoreMissingValuesFiles", "spec.suspend"],
    ),
    (
        HELM_RELEASE,
        &[
            "spec.chart.spec.ignoreMissingValuesFiles",
            "spec.install.createNamespace",
            "spec.install.disableHooks",
            "spec.install.disableOpenAPIValidation",
            "spec.install.disableSchemaValidation",
            "spec.install.disableTakeOwnership",
            "spec.install.disableWait",
            "spec.install.disableWaitForJobs",
            "spec.install.remediation.ignoreTestFailures",
            "spec.install.remediation.remediateLastFailure",
            "spec.install.replace",
            "spec.install.serverSideApply",
            "spec.install.skipCRDs",
            "spec.persistentClient",
            "spec.rollback.cleanupOnFail",
            "spec.rollback.disableHooks",
            "spec.rollback.disableWait",
            "spec.rollback.disableWaitForJobs",
            "spec.rollback.force",
            "spec.rollback.recreate",
            "spec.suspend",
            "spec.test.enable",
            "spec.test.filters[].exclude",
            "spec.test.ignoreFailures",
            "spec.uninstall.disableHooks",
            "spec.uninstall.disableWait",
            "spec.uninstall.keepHistory",
            "spec.upgrade.cleanupOnFail",
            "spec.upgrade.disableHooks",
            "spec.upgrade.disableOpenAPIValidation",
            "spec.upgrade.disableSchemaValidation",
            "spec.upgrade.disableTakeOwnership",
            "spec.upgrade.disableWait",
            "spec.upgrade.disableWaitForJobs",
            "spec.upgrade.force",
            "spec.upgrade.preserveValues",
            "spec.upgrade.remediation.ignoreTestFailures",
            "spec.upgrade.remediation.remediateLastFailure",
            "spec.valuesFrom[].literal",
            "spec.valuesFrom[].optional",
        ],
    ),
    (IMAGE_REPOSITORY, &["spec.insecure", "spec.suspend"]),
    (IMAGE_POLICY, &["spec.suspend"]),
    (IMAGE_UPDATE_AUTOMATION, &["spec.suspend"]),
    (RECEIVER, &["spec.suspend"]),
    (ALERT, &["spec.suspend"]),
    (PROVIDER, &["spec.suspend"]),
    (
        RESOURCE_SET,
        &[
            "spec.dependsOn[].ready",
            "spec.inputStrategy.includeEmptyProviders",
            "spec.wait",
        ],
    ),
    (RESOURCE_SET_INPUT_PROVIDER, &["spec.insecure"]),
    (
        FLUX_INSTANCE,
        &[
            "spec.cluster.multitenant",
            "spec.cluster.multitenantWorkloadIdentity",
            "spec.cluster.networkPolicy",
            "spec.cluster.objectLevelWorkloadIdentity",
            "spec.migrateResources",
            "spec.wait",
        ],
    ),
];

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    if !position.on_value() && !position.on_item() {
        return;
    }
    let Some((kind, field)) = position.field() else {
        return;
    };
    let field = field.join(".").replace(".[]", "[]");
    if let Some((_, _, values)) = SETS
        .iter()
        .find(|(of, path, _)| kind == *of && field == *path)
    {
        let written = values
            .iter()
            .map(|value| (*value, Some(position.scalar(value))));
        offer(written, found);
    }
    if BOOLEANS
        .iter()
        .any(|(of, paths)| kind == *of && paths.contains(&&*field))
    {
        offer(
            ["true", "false"].map(|value| (value, position.literal(value))),
            found,
        );
    }
}

fn offer<'a>(
    values: impl IntoIterator<Item = (&'a str, Option<Writing>)>,
    found: &mut Vec<Completion>,
) {
    for (rank, (value, writing)) in (0..).zip(values) {
        let Some(writing) = writing else {
            continue;
        };
        found.push(
            writing
                .offer(CompletionKind::Value, value.to_owned())
                .ranked(rank),
        );
    }
}
