use infragen_flux::known::{EXTERNAL_ARTIFACT, IMAGE_UPDATE_AUTOMATION};
use infragen_flux::{KindName, ObjectFacts, PathFact, ReferenceFact, is_templated};
use infragen_kustomize::FileKind;
use infragen_syntax::nearest;
use infragen_workspace::{
    DefinedBy, Directory, Found, PathTarget, artifact_directories, definitions, facts, find,
    is_patch_file, kustomization_file, relative,
};

use crate::above::Reach;
use crate::finding::{Finding, Severity};
use crate::nearest_path::nearest_path;
use crate::path_target::path_target;
use crate::rule::{Context, Rule};

/// A `spec.path` that leads nowhere.
pub static MISSING_FLUX_PATH: Rule = Rule {
    id: "missing-flux-path",
    severity: Severity::Error,
    summary: "the path or a component that Flux builds is no directory of its source",
    explanation: "\
`kustomization path not found: stat …` is seen only in the cluster. `spec.path` counts from the root of \
the source, never from the file that it stands in; `..` cannot leave that root, and Flux cuts it off. \
`spec.components` count from the directory at `spec.path`. The `sync.path` of a FluxInstance is such a \
path too, also in the values of its chart.

Only paths of sources that are this repository are looked up: the source of an entry point, and artifacts \
that an ArtifactGenerator puts together out of it. What another \
repository or an OCI artifact holds is not known here, nor is a path that a patch above replaces. Where \
no cluster of this repository applies the file it is a *warning*, as it is for a sync and for what a \
ResourceSet renders.",
    example: "\
//- clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: ssh://git@example.com/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef:
    kind: GitRepository
    name: flux-system
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./apps/prodution
  sourceRef:
    kind: GitRepository
    name: flux-system
//- apps/production/kustomization.yaml
resources: []
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for object in &context.facts.objects {
        for path in &object.paths {
            if *path.row.from != *IMAGE_UPDATE_AUTOMATION {
                findings.extend(check_path(context, object, path));
                check_components(context, object, path, findings);
            }
        }
    }
}

fn check_path(context: &Context<'_>, object: &ObjectFacts, path: &PathFact) -> Option<Finding> {
    let db = context.db;
    let found = match path_target(db, context.file, object, path) {
        PathTarget::Here { found, sure } if sure || path.row.source.is_empty() => found,
        PathTarget::Here { .. } => return None,
        PathTarget::Elsewhere => return check_artifact(context, object, path),
    };
    let text = path.path.value.as_str();
    let message = match found {
        Found::Directory(_) | Found::Outside => return None,
        Found::Missing => format!("the source has no directory `{text}`"),
        Found::File(_) | Found::Other => format!("`{text}` is a file; Flux builds directories"),
    };
    let top = context.root.top(db)?;
    // Without an entry point here it is only likely that the source is this repository: then at least
    // the beginning of the path must be.
    let plain = plain(text);
    let begins = find(db, top, plain.split('/').next()?) != Found::Missing;
    if context.above().reach == Reach::Unknown && !begins {
        return None;
    }
    let submodule = context.may_be_submodule(top, text.trim_start_matches("./"));
    if submodule || is_doubtful(context, path) || includes_others(context, object, path) {
        return None;
    }
    let finding = MISSING_FLUX_PATH
        .finding(path.path.range, message)
        .severity(severity(context).max(least(object, path)));
    Some(match suggestion(context, text, found) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .fix(context.rewrite(path.path.range, &near)),
        None => finding.help("the path counts from the root of the source, not from this file"),
    })
}

/// The components that are added to what the path holds: directories relative to it.
fn check_components(
    context: &Context<'_>,
    object: &ObjectFacts,
    path: &PathFact,
    findings: &mut Vec<Finding>,
) {
    let db = context.db;
    if object.components.is_empty() {
        return;
    }
    let PathTarget::Here {
        found: Found::Directory(base),
        sure: true,
    } = path_target(db, context.file, object, path)
    else {
        return;
    };
    for component in &object.components {
        let text = component.value.as_str();
        let found = find(db, base, text);
        let message = match found {
            Found::Directory(directory) => match is_component(context, directory) {
                Some(false) => format!("`{text}` is no Component"),
                _ => continue,
            },
            Found::Missing => format!("there is no component `{text}`"),
            Found::File(_) | Found::Other => {
                format!("`{text}` is a file; components are directories")
            }
            Found::Outside => continue,
        };
        let doubtful = is_templated(text)
            || context.may_be_submodule(base, text)
            || skips_missing(context, object)
            || is_doubtful(context, path)
            || context
                .above()
                .may_set(db, &["spec", "components"], &|patch| {
                    !patch.components.is_empty()
                });
        if doubtful {
            continue;
        }
        let finding = MISSING_FLUX_PATH
            .finding(component.range, message)
            .severity(severity(context));
        let fits = |found: Found| match found {
            Found::Directory(directory) => is_component(context, directory) == Some(true),
            _ => false,
        };
        findings.push(match nearest_path(db, base, text, &fits) {
            Some(near) => finding
                .help(format!("did you mean `{near}`?"))
                .fix(context.rewrite(component.range, &near)),
            None => finding.help("components count from the directory at `spec.path`"),
        });
    }
}

/// Whether a directory is a component; none where its kustomization file cannot be read.
fn is_component(context: &Context<'_>, directory: Directory) -> Option<bool> {
    let Some(file) = kustomization_file(context.db, directory) else {
        return Some(false);
    };
    let facts = facts(context.db, file);
    let layer = facts.kustomization.as_ref().filter(|_| !facts.broken)?;
    Some(layer.kind == FileKind::Component)
}

/// Whether a Kustomization goes on without components that are not there.
fn skips_missing(context: &Context<'_>, object: &ObjectFacts) -> bool {
    let tree = context.tree();
    let root = tree
        .document(object.document)
        .and_then(|document| document.root());
    let skip = root.and_then(|root| root.at(&["spec", "ignoreMissingComponents"]));
    skip.and_then(|skip| skip.as_str()) == Some("true")
}

/// A path of an artifact that an ArtifactGenerator of this repository puts together out of it.
fn check_artifact(context: &Context<'_>, object: &ObjectFacts, path: &PathFact) -> Option<Finding> {
    let text = path.path.value.as_str();
    let source = source(object, path)?;
    let artifact = matches!(&source.kind, KindName::Known(kind) if *kind == *EXTERNAL_ARTIFACT);
    if !artifact || object.in_patch || is_templated(text) {
        return None;
    }
    let name = &source.name.value;
    let directories = artifact_directories(context.db, context.root, name)?;
    let plain = plain(text);
    let above = |directory: &String| directory.starts_with(&format!("{plain}/"));
    if plain.is_empty() || directories.iter().any(above) || is_doubtful(context, path) {
        return None;
    }
    let finding = MISSING_FLUX_PATH
        .finding(
            path.path.range,
            format!("the artifact `{name}` has no directory `{text}`"),
        )
        .severity(severity(context));
    Some(
        match nearest(&plain, directories.iter().map(String::as_str)) {
            Some(near) => {
                let near = written_alike(near, text);
                finding
                    .help(format!("did you mean `{near}`?"))
                    .fix(context.rewrite(path.path.range, &near))
            }
            None => finding.help("its ArtifactGenerator says what is copied where"),
        },
    )
}

fn severity(context: &Context<'_>) -> Severity {
    match context.above().reach {
        Reach::Applied => Severity::Error,
        Reach::Orphan | Reach::Unknown => Severity::Warning,
    }
}

/// How sure it can be at the most: what a ResourceSet renders it may never render, and a sync that leads
/// nowhere here is perhaps one of another repository.
fn least(object: &ObjectFacts, path: &PathFact) -> Severity {
    if object.rendered || path.row.source.is_empty() {
        Severity::Warning
    } else {
        Severity::Error
    }
}

/// Whether a patch may write the path, or the source that it is a path of.
fn is_doubtful(context: &Context<'_>, path: &PathFact) -> bool {
    let (db, above) = (context.db, context.above());
    is_patch_file(db, context.file)
        || above.may_set(db, path.row.path, &|patch| !patch.paths.is_empty())
        || !path.row.source.is_empty()
            && above.may_set(db, path.row.source, &|patch| source(patch, path).is_some())
}

/// The source of an object's path.
fn source<'o>(object: &'o ObjectFacts, path: &PathFact) -> Option<&'o ReferenceFact> {
    let mut references = object.references.iter();
    references.find(|reference| reference.row.path == path.row.source)
}

/// A path without its dots and the slashes at its ends.
fn plain(text: &str) -> String {
    let parts = text
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."));
    parts.collect::<Vec<_>>().join("/")
}

/// A path with `./` before it, if that is how the other one is written.
fn written_alike(path: &str, other: &str) -> String {
    if other.starts_with('.') {
        format!("./{path}")
    } else {
        path.to_owned()
    }
}

/// Whether the source has parts of other repositories in it (`spec.include` of a GitRepository).
fn includes_others(context: &Context<'_>, object: &ObjectFacts, path: &PathFact) -> bool {
    let Some(source) = source(object, path) else {
        return false;
    };
    let KindName::Known(kind) = &source.kind else {
        return false;
    };
    let sources = definitions(context.db, context.root, kind, &source.name.value);
    sources.iter().any(|source| {
        let facts = facts(context.db, source.file);
        let DefinedBy::Object(number) = source.by else {
            return false;
        };
        facts.objects.get(number as usize).is_some_and(|source| {
            let mut references = source.references.iter();
            references.any(|reference| reference.row.path.starts_with(&["spec", "include"]))
        })
    })
}

/// The directory that may be meant, written as the path is: with or without `./`.
fn suggestion(context: &Context<'_>, text: &str, found: Found) -> Option<String> {
    let db = context.db;
    let top = context.root.top(db)?;
    let directory = |found: Found| matches!(found, Found::Directory(_));
    let plain = plain(text);
    let near = match found {
        Found::File(_) | Found::Other => plain.rsplit_once('/').map(|(above, _)| above.to_owned()),
        // Written as if it counted from this file.
        _ => match find(db, context.directory(), text) {
            Found::Directory(meant) if !meant.path(db).as_str().is_empty() => {
                Some(relative("".into(), meant.path(db)))
            }
            _ => nearest_path(db, top, &plain, &directory),
        },
    }?;
    if near.starts_with("..") {
        return None;
    }
    Some(written_alike(&near, text))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn apps(path: &str, more: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  path: {path}
  sourceRef: {{kind: GitRepository, name: flux-system}}
//- apps/production/kustomization.yaml
resources: []
{more}"
        )
    }

    #[test]
    fn a_misspelt_directory_is_an_error_with_the_nearest_one() {
        check("missing-flux-path", &apps("./apps/prodution", ""))
            .finds_one(
                Severity::Error,
                "the source has no directory `./apps/prodution`",
            )
            .helps("did you mean `./apps/production`?")
            .fixed("  path: ./apps/production\n");
    }

    #[test]
    fn a_path_counted_from_the_file_is_understood() {
        let fixture = apps(
            "../local/app",
            "//- clusters/local/app/kustomization.yaml\n",
        );
        check("missing-flux-path", &fixture).helps("did you mean `./clusters/local/app`?");
    }

    #[test]
    fn a_file_is_no_path() {
        check(
            "missing-flux-path",
            &apps("apps/production/kustomization.yaml", ""),
        )
        .finds_one(
            Severity::Error,
            "`apps/production/kustomization.yaml` is a file; Flux builds directories",
        )
        .fixed("  path: apps/production\n");
    }

    #[test]
    fn what_is_there_or_elsewhere_or_unknown_is_right() {
        for path in [
            "./apps/production/",
            "apps",
            "/",
            "../../apps",
            "./apps/${ENVIRONMENT}",
        ] {
            check("missing-flux-path", &apps(path, "")).finds(0);
        }
        let remote = apps("./deploy", "").replace(
            "sourceRef: {kind: GitRepository, name: flux-system}\n//- apps",
            "sourceRef: {kind: OCIRepository, name: bundle}\n//- apps",
        );
        check("missing-flux-path", &remote).finds(0);
    }

    #[test]
    fn a_patch_above_may_replace_it() {
        for patch in [
            "- patch: |\n    - {op: replace, path: /spec/path, value: ./apps}\n  target: {kind: Kustomization}\n",
            "- path: patch.yaml\n",
        ] {
            let layer = format!(
                "//- clusters/production/kustomization.yaml\nresources: [apps.yaml]\npatches:\n{patch}\
//- clusters/production/patch.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps}}
spec: {{path: ./apps}}
"
            );
            check("missing-flux-path", &apps("./nowhere", &layer)).finds(0);
        }
    }

    #[test]
    fn a_path_of_an_artifact_is_looked_up_in_what_is_copied() {
        let artifact = |path: &str, from: &str| {
            apps(path, "").replace(
                "{kind: GitRepository, name: flux-system}\n//- apps",
                "{kind: ExternalArtifact, name: apps}\n//- apps",
            ) + &format!(
                "//- clusters/production/artifacts.yaml
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {{name: apps, namespace: flux-system}}
spec:
  sources: [{{alias: m, kind: GitRepository, name: flux-system}}]
  artifacts:
  - name: apps
    copy:
    - {{from: '@m/{from}', to: '@artifact/production/'}}
"
            )
        };
        check(
            "missing-flux-path",
            &artifact("./prodution", "apps/production/**"),
        )
        .finds_one(
            Severity::Error,
            "the artifact `apps` has no directory `./prodution`",
        )
        .helps("did you mean `./production`?")
        .fixed("  path: ./production\n");
        for (path, from) in [
            ("./production", "apps/production/**"),
            ("./", "apps/production/**"),
            ("./${ENVIRONMENT}", "apps/production/**"),
            ("./nowhere", "apps/*/deploy/**"),
        ] {
            check("missing-flux-path", &artifact(path, from)).finds(0);
        }
    }

    #[test]
    fn components_count_from_the_path() {
        let with = |component: &str, more: &str| {
            let layers = "\
//- components/ha/kustomization.yaml
kind: Component
//- base/kustomization.yaml
resources: []
";
            let path = "  path: ./apps/production";
            let components = format!("  components:\n  - {component}\n{more}{path}");
            apps("./apps/production", layers).replace(path, &components)
        };
        check("missing-flux-path", &with("../../component/ha", ""))
            .finds_one(
                Severity::Error,
                "there is no component `../../component/ha`",
            )
            .helps("did you mean `../../components/ha`?")
            .fixed("  - ../../components/ha\n");
        check("missing-flux-path", &with("../../base", ""))
            .finds_one(Severity::Error, "`../../base` is no Component");
        check("missing-flux-path", &with("../../components/ha", "")).finds(0);
        check(
            "missing-flux-path",
            &with("../../nowhere", "  ignoreMissingComponents: true\n"),
        )
        .finds(0);
    }

    #[test]
    fn a_source_may_include_others() {
        let fixture = apps("./vendor/app", "").replace(
            "spec: {interval: 1m, url",
            "spec: {include: [{repository: {name: vendor}, toPath: vendor}], url",
        );
        check("missing-flux-path", &fixture).finds(0);
    }

    fn synced(path: &str, more: &str) -> String {
        format!(
            "//- clusters/production/flux-instance.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {{name: flux, namespace: flux-system}}
spec:
  sync:
    kind: GitRepository
    path: {path}
{more}"
        )
    }

    #[test]
    fn the_path_of_a_sync_is_one_too() {
        let instance = synced("clusters/prodution", "");
        check("missing-flux-path", &instance)
            .finds_one(
                Severity::Warning,
                "the source has no directory `clusters/prodution`",
            )
            .helps("did you mean `clusters/production`?")
            .fixed("    path: clusters/production\n");
        for path in [
            "clusters/production",
            "./",
            "fleet/production",
            "clusters/${CLUSTER}",
        ] {
            check("missing-flux-path", &synced(path, "")).finds(0);
        }
        let values = synced("clusters/prodution", "")
            .replace("fluxcd.controlplane.io/v1", "helm.toolkit.fluxcd.io/v2")
            .replace("FluxInstance", "HelmRelease")
            .replace("spec:\n  sync:", "spec:\n values:\n  instance:\n   sync:");
        check("missing-flux-path", &values).finds_one(
            Severity::Warning,
            "the source has no directory `clusters/prodution`",
        );
    }

    #[test]
    fn another_cluster_tells_that_the_source_is_this_repository() {
        let other = synced("clusters/staging", "").replace("production/", "staging/");
        check("missing-flux-path", &synced("fleet/prod", &other)).finds_one(
            Severity::Warning,
            "the source has no directory `fleet/prod`",
        );
    }

    #[test]
    fn the_path_of_what_a_resource_set_renders_is_looked_up() {
        let set = |path: &str| {
            format!(
                "{CLUSTER}//- clusters/production/tenants.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {{name: tenants, namespace: flux-system}}
spec:
  resources:
  - apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {{name: << inputs.tenant >>, namespace: flux-system}}
    spec: {{path: {path}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/production/a.yaml
"
            )
        };
        check("missing-flux-path", &set("./apps/prodution"))
            .finds_one(
                Severity::Warning,
                "the source has no directory `./apps/prodution`",
            )
            .helps("did you mean `./apps/production`?");
        for path in ["./apps/production", "\"./apps/<< inputs.tenant >>\""] {
            check("missing-flux-path", &set(path)).finds(0);
        }
    }

    #[test]
    fn without_a_cluster_here_it_is_likely_at_most() {
        let bare = |path: &str| {
            apps(path, "")
                .replace(CLUSTER, "")
                .replace("clusters/production/apps.yaml", "flux/apps.yaml")
        };
        check("missing-flux-path", &bare("./apps/prodution")).finds_one(
            Severity::Warning,
            "the source has no directory `./apps/prodution`",
        );
        check("missing-flux-path", &bare("./kubernetes/apps")).finds(0);
    }
}
