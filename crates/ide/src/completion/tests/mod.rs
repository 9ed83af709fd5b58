//! Tests as texts with a cursor: what is offered, and what the text is after one offer is taken.

mod broken;
mod corpora;
mod headers;
mod markers;
mod names;
mod patches;
mod paths;
mod robust;
mod skeletons;
mod values;
mod versions;

use infragen_syntax::{TextEdit, apply};

use super::{Completion, completions};
use crate::fixture::Fixture;

/// A repository with two environments, and objects of every kind that references name.
const REPOSITORY: &str = "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/production/infra.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: infra, namespace: flux-system}
spec: {path: ./infra, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: tenants, namespace: tenants}
//- clusters/staging/flux-system/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  path: ./clusters/staging
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/staging/preview.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: preview, namespace: flux-system}
//- sources/all.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: podinfo, namespace: flux-system}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: bitnami, namespace: flux-system}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: reconciler, namespace: flux-system}
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: flux-system}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: vars, namespace: flux-system}
---
apiVersion: v1
kind: Namespace
metadata: {name: apps}
";

/// The object that most tests write in, with the field at the end left to them.
const APPS: &str = "\
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
";

/// The repository with a text behind the `spec:` of the Flux Kustomization `apps`.
fn in_apps(spec: &str) -> String {
    format!("{REPOSITORY}{APPS}{spec}")
}

fn offers(fixture: &str) -> Vec<Completion> {
    let fixture = Fixture::new(fixture);
    completions(fixture.db(), fixture.file, fixture.offset)
}

fn labels(fixture: &str) -> Vec<String> {
    offers(fixture)
        .into_iter()
        .map(|offer| offer.label)
        .collect()
}

/// The text of the cursor's file after the first offer of a label is taken.
fn taken(fixture: &str, label: &str) -> String {
    let fixture = Fixture::new(fixture);
    let offers = completions(fixture.db(), fixture.file, fixture.offset);
    let Some(offer) = offers.iter().find(|offer| offer.label == label) else {
        let labels: Vec<_> = offers.iter().map(|offer| &offer.label).collect();
        panic!("{label} is not offered, only {labels:?}");
    };
    after(&fixture.text(fixture.file), offer)
}

/// A text after an offer is taken. As the protocol wants it, no further edit touches the first.
fn after(text: &str, offer: &Completion) -> String {
    for edit in &offer.additional {
        let apart = edit.range.end() < offer.edit.range.start()
            || offer.edit.range.end() < edit.range.start()
            || (edit.range.end() == offer.edit.range.start() && !edit.range.is_empty());
        assert!(apart, "{edit:?} touches {:?}", offer.edit);
    }
    let edits: Vec<TextEdit> = offer
        .additional
        .iter()
        .chain([&offer.edit])
        .cloned()
        .collect();
    apply(text, &edits).unwrap()
}

/// The lines of a text from the one that begins with `from` (blanks aside).
fn from_line(text: &str, from: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines
        .skip_while(|line| !line.trim_start().starts_with(from))
        .collect()
}
