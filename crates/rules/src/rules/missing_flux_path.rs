use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::{KindName, ObjectFacts, PathFact};
use infragen_workspace::{
    DefinedBy, Found, PathTarget, definitions, facts, find, is_patch_file, relative, resolve_path,
};

use crate::above::Reach;
use crate::finding::{Finding, Severity};
use crate::nearest_path::nearest_path;
use crate::rule::{Context, Rule};

/// A `spec.path` that leads nowhere.
pub static MISSING_FLUX_PATH: Rule = Rule {
    id: "missing-flux-path",
    severity: Severity::Error,
    summary: "the path of a Flux Kustomization is no directory of its source",
    explanation: "\
`kustomization path not found: stat …` is seen only in the cluster. `spec.path` counts from the root of \
the source, never from the file that it stands in; `..` cannot leave that root, and Flux cuts it off.

Only paths of sources that are this repository are looked up: the source of an entry point. What another \
repository or an OCI artifact holds is not known here, nor is a path that a patch above replaces. Where \
no cluster of this repository applies the file it is a *warning*.",
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
            if *path.row.from == *KUSTOMIZATION {
                findings.extend(check_path(context, object, path));
            }
        }
    }
}

fn check_path(context: &Context<'_>, object: &ObjectFacts, path: &PathFact) -> Option<Finding> {
    let db = context.db;
    let PathTarget::Here { found, sure: true } = resolve_path(db, context.file, object, path)
    else {
        return None;
    };
    let text = path.path.value.as_str();
    let message = match found {
        Found::Directory(_) | Found::Outside => return None,
        Found::Missing => format!("the source has no directory `{text}`"),
        Found::File(_) | Found::Other => format!("`{text}` is a file; Flux builds directories"),
    };
    let top = context.root.top(db)?;
    let above = context.above();
    // Without an entry point here it is only likely that the source is this repository: then at least
    // the beginning of the path must be.
    let first = text
        .split('/')
        .find(|part| !matches!(*part, "" | "." | ".."))?;
    if above.reach == Reach::Unknown && find(db, top, first) == Found::Missing {
        return None;
    }
    let doubtful = is_patch_file(db, context.file)
        || context.may_be_submodule(top, text.trim_start_matches("./"))
        || includes_others(context, object, path)
        || above.may_set(db, path.row.path, &|patch| !patch.paths.is_empty())
        || above.may_set(db, path.row.source, &|patch| {
            let mut references = patch.references.iter();
            references.any(|reference| reference.row.path == path.row.source)
        });
    if doubtful {
        return None;
    }
    let severity = match above.reach {
        Reach::Applied => Severity::Error,
        Reach::Orphan | Reach::Unknown => Severity::Warning,
    };
    let finding = MISSING_FLUX_PATH
        .finding(path.path.range, message)
        .severity(severity);
    Some(match suggestion(context, text, found) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .fix(context.rewrite(path.path.range, &near)),
        None => finding.help("the path counts from the root of the source, not from this file"),
    })
}

/// Whether the source has parts of other repositories in it (`spec.include` of a GitRepository).
fn includes_others(context: &Context<'_>, object: &ObjectFacts, path: &PathFact) -> bool {
    let mut references = object.references.iter();
    let source = references.find(|reference| reference.row.path == path.row.source);
    let Some(KindName::Known(kind)) = source.map(|source| &source.kind) else {
        return false;
    };
    let name = source.map_or("", |source| &source.name.value);
    let sources = definitions(context.db, context.root, kind, name);
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
    let parts: Vec<_> = text
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .collect();
    let plain = parts.join("/");
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
    let dotted = text.starts_with('.');
    Some(if dotted { format!("./{near}") } else { near })
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
    fn a_source_may_include_others() {
        let fixture = apps("./vendor/app", "").replace(
            "spec: {interval: 1m, url",
            "spec: {include: [{repository: {name: vendor}, toPath: vendor}], url",
        );
        check("missing-flux-path", &fixture).finds(0);
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
