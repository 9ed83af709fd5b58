//! The generator of a service account that stands for an account of a cloud.

use infragen_syntax::TextRange;

use crate::context::Context;
use crate::error::ErrorKind;
use crate::origin::How;
use crate::resource::Resource;
use crate::spec::Text;
use crate::value::{Map, ScalarKind, Value};

/// What an `IAMPolicyGenerator` says.
pub(crate) struct CloudAccount {
    /// `cloud`; kustomize knows `gke` only.
    pub cloud: Text,
    /// `kubernetesService.name`
    pub name: Text,
    /// `kubernetesService.namespace`
    pub namespace: Text,
    /// `serviceAccount.name`
    pub account: Text,
    /// `serviceAccount.projectId`
    pub project: Text,
}

/// Generates the ServiceAccount; none where that fails.
pub(crate) fn generate_account(
    account: &CloudAccount,
    range: TextRange,
    context: &mut Context<'_>,
) -> Option<Resource> {
    if account.cloud.value != "gke" {
        let message = format!(
            "kustomize knows the cloud `gke` only, not `{}`",
            account.cloud.value
        );
        context.report(ErrorKind::Generator, account.cloud.range, message);
        return None;
    }
    if account.name.value.is_empty() {
        let message = "`kubernetesService` must say the `name` of the service account";
        context.report(ErrorKind::Generator, account.name.range, message);
        return None;
    }
    if account.account.value.is_empty() {
        let message = "`serviceAccount` must say the `name` of the account";
        context.report(ErrorKind::Generator, account.account.range, message);
        return None;
    }
    let text =
        |text: &str, range| context.scalar(text, ScalarKind::String, How::Generator, range, None);
    let mail = format!(
        "{}@{}.iam.gserviceaccount.com",
        account.account.value, account.project.value
    );
    let mut annotations = Map::default();
    annotations.insert(
        "iam.gke.io/gcp-service-account",
        text(&mail, account.account.range),
    );
    let mut metadata = Map::default();
    metadata.insert("annotations", Value::from(annotations));
    metadata.insert("name", text(&account.name.value, account.name.range));
    if !account.namespace.value.is_empty() {
        let namespace = text(&account.namespace.value, account.namespace.range);
        metadata.insert("namespace", namespace);
    }
    let mut object = Map::default();
    object.insert("apiVersion", text("v1", range));
    object.insert("kind", text("ServiceAccount", range));
    object.insert("metadata", Value::from(metadata));
    Some(Resource::new(Value::from(object), context.place(range)))
}
