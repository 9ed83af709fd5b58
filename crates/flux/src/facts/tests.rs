//! Objects, references and what comes of them, read from manifests.

use super::*;
use crate::table::REFERENCES;

fn read(text: &str) -> FileFacts {
    FileFacts::read(&Tree::parse(text), false)
}

const APPS: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  dependsOn:
    - name: infra
      namespace: other
  path: ./apps/production
  sourceRef:
    kind: GitRepository
    name: flux-system
  patches:
    - patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: _
        spec:
          chartRef:
            kind: OCIRepository
            name: app-template
";

#[test]
fn reads_references_with_places() {
    let facts = read(APPS);
    let object = &facts.objects[0];
    assert_eq!(object.kind, *KUSTOMIZATION);
    let seen: Vec<_> = object
        .references
        .iter()
        .map(|r| {
            (
                r.row.field(),
                &APPS[r.name.range],
                r.namespace_in(Some(object)).unwrap().as_str(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("spec.dependsOn[]".to_owned(), "infra", "other"),
            ("spec.sourceRef".to_owned(), "flux-system", "flux-system")
        ]
    );
    assert_eq!(&APPS[object.paths[0].path.range], "./apps/production");
}

#[test]
fn references_in_an_inline_patch_map_to_the_file() {
    let facts = read(APPS);
    let patch = &facts.objects[1];
    assert!(patch.in_patch);
    assert_eq!(&APPS[patch.references[0].name.range], "app-template");
    assert_eq!(
        patch.references[0].kind,
        KindName::Known(OCI_REPOSITORY.into())
    );
}

#[test]
fn a_resource_set_makes_what_it_renders() {
    let text = "\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: set, namespace: apps}
spec:
  resources:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: a}
  - apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: b, namespace: c}
    spec: {target: {name: d}}
  resourcesTemplate: |
    << if inputs.on >>
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: << inputs.name >>-é
      namespace: e
    << end >>
";
    let facts = read(text);
    let made = facts.objects[0].makes.iter();
    let made: Vec<_> = made
        .map(|made| {
            assert_eq!(text[made.name.range], *made.name.value);
            let namespace = made.namespace.as_deref().unwrap_or_default();
            format!("{} {namespace}/{}", made.kind, made.name.value)
        })
        .collect();
    assert_eq!(
        made,
        [
            "ConfigMap /a",
            "ExternalSecret c/b",
            "Secret c/d",
            "Secret e/<< inputs.name >>-é"
        ]
    );
    let inner = &facts.objects[1..];
    assert_eq!(inner.len(), 3);
    assert!(
        inner
            .iter()
            .all(|object| object.rendered && object.in_patch)
    );
}

#[test]
fn an_external_secret_makes_its_target() {
    let facts = read(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {target: {name: b}}\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: c}\n",
    );
    let made: Vec<_> = facts
        .objects
        .iter()
        .map(|o| o.makes[0].name.value.as_str())
        .collect();
    assert_eq!(made, ["b", "c"]);
    assert_eq!(facts.objects[0].makes[0].kind, *SECRET);
}

#[test]
fn a_flux_instance_makes_a_source_and_a_kustomization() {
    let facts = read(
        "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\nspec: {sync: {kind: OCIRepository, url: x, path: ./c}}\n",
    );
    let made: Vec<_> = facts.objects[0]
        .makes
        .iter()
        .map(|m| (m.kind.kind.as_str(), m.name.value.as_str()))
        .collect();
    assert_eq!(
        made,
        [
            ("OCIRepository", "flux-system"),
            ("Kustomization", "flux-system")
        ]
    );
}

#[test]
fn items_of_a_list_are_objects() {
    let facts = read(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\n",
    );
    assert_eq!(facts.objects.len(), 2);
}

#[test]
fn image_policy_markers_are_references() {
    let text = "spec:\n  image: a:1 # {\"$imagepolicy\": \"flux-system:web:tag\"}\n";
    let facts = read(text);
    assert_eq!(&text[facts.markers[0].name.range], "web");
    assert_eq!(
        &text[facts.markers[0].namespace.as_ref().unwrap().range],
        "flux-system"
    );
}

#[test]
fn a_kind_that_the_row_does_not_allow_is_kept_as_written() {
    let facts = read(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {chartRef: {kind: HelmRepository, name: x}}\n",
    );
    assert_eq!(
        facts.objects[0].references[0].kind,
        KindName::NotAllowed("HelmRepository".into())
    );
}

#[test]
fn every_row_can_be_found_by_its_field() {
    let mut fields: Vec<_> = REFERENCES
        .iter()
        .map(|row| (row.from.kind, row.field()))
        .collect();
    let count = fields.len();
    fields.sort();
    fields.dedup();
    assert_eq!(fields.len(), count, "two rows for one field");
}
