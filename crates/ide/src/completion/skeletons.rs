//! Whole manifests for an empty document: one of each Flux kind, and the two kinds of kustomization files.

use infragen_flux::known::*;
use infragen_flux::{Kind, flux_kinds};
use infragen_kustomize::{FileKind, is_kustomization_file_name};
use infragen_workspace::{Child, facts, kustomization_file};

use super::header::LAYERS;
use super::position::{Embedding, Position, Subject};
use super::{Completion, CompletionKind};

/// The `spec` of each kind with its required fields and those that nearly every manifest has, as an LSP
/// snippet. Placeholders 1 and 2 are the name and the namespace.
const SPECS: &[(&Kind, &str)] = &[
    (
        KUSTOMIZATION,
        "  interval: ${3:10m}
  sourceRef:
    kind: ${4|GitRepository,OCIRepository,Bucket,ExternalArtifact|}
    name: ${5:flux-system}
  path: ${6:./}
  prune: true
  wait: true
  timeout: ${7:5m}
",
    ),
    (
        OCI_REPOSITORY,
        "  interval: ${3:10m}
  url: oci://${4:ghcr.io/org/name}
  ref:
    semver: \"${5:>=0.0.0}\"
",
    ),
    (
        GIT_REPOSITORY,
        "  interval: ${3:10m}
  url: ${4:https://github.com/org/name}
  ref:
    branch: ${5:main}
",
    ),
    (
        BUCKET,
        "  interval: ${3:10m}
  provider: ${4|generic,aws,gcp,azure|}
  endpoint: ${5:s3.amazonaws.com}
  bucketName: ${6:name}
",
    ),
    (
        HELM_REPOSITORY,
        "  interval: ${3:1h}
  url: ${4:https://charts.example.com}
",
    ),
    (
        HELM_CHART,
        "  interval: ${3:1h}
  chart: ${4:name}
  version: \"${5:*}\"
  sourceRef:
    kind: ${6|HelmRepository,GitRepository,Bucket|}
    name: ${7:name}
",
    ),
    (
        EXTERNAL_ARTIFACT,
        "  sourceRef:
    apiVersion: ${3:source.extensions.fluxcd.io/v1beta1}
    kind: ${4:ArtifactGenerator}
    name: ${5:name}
",
    ),
    (
        ARTIFACT_GENERATOR,
        "  sources:
    - alias: ${3:repo}
      kind: ${4|GitRepository,OCIRepository,Bucket,HelmChart,ExternalArtifact|}
      name: ${5:flux-system}
  artifacts:
    - name: ${6:name}
      copy:
        - from: \"@${3:repo}/${7:path}/**\"
          to: \"@artifact/\"
",
    ),
    (
        HELM_RELEASE,
        "  interval: ${3:1h}
  chartRef:
    kind: ${4|OCIRepository,HelmChart,ExternalArtifact|}
    name: ${5:name}
  values:
    ${6:replicaCount}: ${7:1}
",
    ),
    (
        IMAGE_REPOSITORY,
        "  interval: ${3:10m}
  image: ${4:ghcr.io/org/name}
",
    ),
    (
        IMAGE_POLICY,
        "  imageRepositoryRef:
    name: ${3:name}
  policy:
    semver:
      range: \"${4:>=0.0.0}\"
",
    ),
    (
        IMAGE_UPDATE_AUTOMATION,
        "  interval: ${3:30m}
  sourceRef:
    kind: GitRepository
    name: ${4:flux-system}
  git:
    checkout:
      ref:
        branch: ${5:main}
    commit:
      author:
        name: ${6:fluxbot}
        email: ${7:fluxbot@example.com}
    push:
      branch: ${8:main}
  update:
    path: ${9:./}
    strategy: Setters
",
    ),
    (
        RECEIVER,
        "  type: ${3|github,gitlab,bitbucket,harbor,dockerhub,quay,gcr,nexus,acr,cdevents,generic,generic-hmac|}
  events:
    - ${4:push}
  secretRef:
    name: ${5:webhook-token}
  resources:
    - kind: ${6:GitRepository}
      name: ${7:flux-system}
",
    ),
    (
        ALERT,
        "  providerRef:
    name: ${3:name}
  eventSeverity: ${4|info,error|}
  eventSources:
    - kind: ${5:Kustomization}
      name: ${6:\"*\"}
",
    ),
    (
        PROVIDER,
        "  type: ${3:slack}
  address: ${4:https://hooks.example.com}
  secretRef:
    name: ${5:name}
",
    ),
    (
        RESOURCE_SET,
        "  inputs:
    - ${3:tenant}: ${4:team1}
  resources:
    - apiVersion: ${5:v1}
      kind: ${6:Namespace}
      metadata:
        name: << inputs.${3:tenant} >>
",
    ),
    (
        RESOURCE_SET_INPUT_PROVIDER,
        "  type: ${3:OCIArtifactTag}
  url: ${4:oci://ghcr.io/org/name}
  filter:
    limit: ${5:1}
",
    ),
    (
        FLUX_INSTANCE,
        "  distribution:
    version: \"${3:2.x}\"
    registry: ${4:ghcr.io/fluxcd}
  components:
    - source-controller
    - kustomize-controller
    - helm-controller
    - notification-controller
  sync:
    kind: ${5|GitRepository,OCIRepository,Bucket|}
    url: ${6:https://github.com/org/name}
    ref: ${7:refs/heads/main}
    path: ${8:./clusters/production}
",
    ),
];

/// Where objects of Flux live unless somebody says otherwise.
const USUAL_NAMESPACE: &str = "flux-system";

/// Resources that the skeleton of a kustomization file lists at the most.
const MAX_RESOURCES: usize = 50;

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    if !is_empty_document(position) {
        return;
    }
    if is_kustomization_file_name(position.file.name(position.db)) {
        // Kustomize reads the first document only.
        if position.subject == Subject::Kustomization && is_first(position) {
            layers(position, found);
        }
        return;
    }
    if !is_among_manifests(position) {
        return;
    }
    for kind in flux_kinds() {
        if let Some((_, spec)) = SPECS.iter().find(|(of, _)| *of == kind) {
            let text = object(kind, spec, &namespace(position));
            found.push(skeleton(
                position,
                kind.kind,
                kind.api_version(),
                kind.summary,
                text,
                0,
            ));
        }
    }
}

/// Whether nothing but the word at the cursor, blanks and comments are in the document.
fn is_empty_document(position: &Position<'_>) -> bool {
    let cursor = &position.cursor;
    let bare = position.embedding == Embedding::File
        && position.on_key()
        && cursor.path.is_empty()
        && !cursor.in_flow
        && cursor.quote.is_none()
        && position.is_alone();
    let document = &position.text[cursor.document];
    let word = position.text[cursor.word].trim();
    let mut lines = document
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    bare && lines.next().is_none_or(|line| line == word) && lines.next().is_none()
}

fn is_first(position: &Position<'_>) -> bool {
    let before = &position.text[..usize::from(position.cursor.document.start())];
    before.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("---")
    })
}

/// Whether the other documents of the file, if there are any, are objects.
fn is_among_manifests(position: &Position<'_>) -> bool {
    let document = position.cursor.document;
    let before = &position.text[..usize::from(document.start())];
    let after = &position.text[usize::from(document.end())..];
    let is_nothing = |line: &str| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("---")
    };
    let alone = before.lines().chain(after.lines()).all(is_nothing);
    alone || !facts(position.db, position.file).objects.is_empty()
}

/// The namespace that the objects of Flux beside this one are in.
fn namespace(position: &Position<'_>) -> String {
    let directory = position.file.directory(position.db);
    let beside = directory.files(position.db).find_map(|file| {
        let facts = facts(position.db, file);
        let object = facts.objects.iter().find(|object| {
            infragen_flux::is_flux_group(&object.kind.group) && object.namespace.is_some()
        })?;
        object
            .namespace
            .as_ref()
            .map(|namespace| namespace.value.to_string())
    });
    let plain = beside.filter(|namespace| !infragen_flux::is_templated(namespace));
    plain.unwrap_or_else(|| USUAL_NAMESPACE.to_owned())
}

fn object(kind: &Kind, spec: &str, namespace: &str) -> String {
    // The operator takes a FluxInstance of this name only.
    let name = match kind == FLUX_INSTANCE {
        true => "flux".to_owned(),
        false => "${1:name}".to_owned(),
    };
    format!(
        "apiVersion: {}\nkind: {}\nmetadata:\n  name: {name}\n  namespace: ${{2:{}}}\nspec:\n{spec}",
        kind.api_version(),
        kind.kind,
        escape(namespace),
    )
}

fn layers(position: &Position<'_>, found: &mut Vec<Completion>) {
    let path = position.file.path(position.db);
    let feature = path.components().any(|part| part.as_str() == "components");
    for (kind, name, version, summary) in LAYERS {
        let mut text = format!("apiVersion: {version}\nkind: {name}\n");
        match kind {
            FileKind::Kustomization => text.push_str(&resources(position)),
            FileKind::Component => {
                text.push_str("patches:\n  - path: ${1:patch.yaml}\n    target:\n      kind: ${2:Kustomization}\n");
            }
        }
        let rank = u32::from(feature != (*kind == FileKind::Component));
        found.push(skeleton(
            position,
            name,
            (*version).to_owned(),
            summary,
            text,
            rank,
        ));
    }
}

/// The `resources` of a new kustomization file: what already lies beside it.
fn resources(position: &Position<'_>) -> String {
    let (db, file) = (position.db, position.file);
    let mut resources: Vec<String> = Vec::new();
    for entry in file.directory(db).entries(db).iter() {
        let is_resource = match &entry.child {
            Child::File(other) => {
                *other != file
                    && facts(db, *other)
                        .objects
                        .iter()
                        .any(|object| !object.in_patch)
            }
            Child::Directory(below) => kustomization_file(db, *below).is_some_and(|file| {
                let layer = facts(db, file);
                layer
                    .kustomization
                    .as_ref()
                    .is_some_and(|l| l.kind == FileKind::Kustomization)
            }),
            _ => false,
        };
        if is_resource && resources.len() < MAX_RESOURCES {
            resources.push(escape(&infragen_syntax::quote(&entry.name)));
        }
    }
    if resources.is_empty() {
        resources.push("${1:resource.yaml}".to_owned());
    }
    let items = resources.iter().map(|resource| format!("  - {resource}\n"));
    format!("resources:\n{}", items.collect::<String>())
}

fn skeleton(
    position: &Position<'_>,
    label: &str,
    detail: String,
    summary: &str,
    text: String,
    rank: u32,
) -> Completion {
    let mut writing = position.scalar("");
    writing.edit.new_text = text;
    let offer = writing.offer(CompletionKind::Skeleton, label);
    Completion {
        snippet: true,
        ..offer
    }
    .detailed(detail)
    .documented(summary.to_owned())
    .ranked(rank)
}

/// A text as it must stand in a snippet to mean itself.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}
