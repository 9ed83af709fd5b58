use infragen_flux::known::OCI_REPOSITORY;
use infragen_syntax::{NewValue, Segment, Target, insert_entry, quote};
use infragen_workspace::{
    Child, DefinedBy, Directory, Elsewhere, Found, applied_from, cluster, environments, find,
    kustomization_file, secure, tree,
};

use crate::finding::{FileChange, FileEdits, Finding, Fix, Severity};
use crate::rule::{Context, Rule};

/// A bundle that Flux Kustomizations build from, and that nothing maps to a directory.
pub static UNMAPPED_BUNDLE: Rule = Rule {
    id: "unmapped-bundle",
    severity: Severity::Hint,
    summary: "Flux Kustomizations build from a bundle whose files are not known here",
    explanation: "\
What an OCI artifact holds is in another repository most of the time: then the paths, patches and health checks of \
Kustomizations that build from it cannot be checked, and nothing is known of the objects in it. Where that repository \
stands beside this one, say so in `.infragen.yaml`:\n\n\
```yaml\nbundles:\n  oci://ghcr.io/acme/activity-kustomize: ../activity/config\n```\n\n\
A folder of this repository, or of one that is open beside it, whose workflow runs \
`flux push artifact oci://… --path=./config` needs no such entry. `infragen check --coverage` lists all that is not \
known.",
    example: "\
//- clusters/production/activity.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: activity
  namespace: flux-system
spec:
  interval: 5m
  url: oci://ghcr.io/acme/activity-kustomize
  ref:
    semver: '>=0.0.0'
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: activity
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./overlays/production
  sourceRef:
    kind: OCIRepository
    name: activity
",
    check,
};

/// Directories that are offered.
const MAX_OFFERS: usize = 3;

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let db = context.db;
    let objects = (0..).zip(&context.facts.objects);
    let mut bundles = objects
        .filter(|(_, object)| object.kind == *OCI_REPOSITORY)
        .peekable();
    if bundles.peek().is_none() {
        return;
    }
    let applied = applied_from(db, context.file);
    let known = environments(db, context.root);
    for (number, object) in bundles {
        let mut paths: Vec<String> = Vec::new();
        let own = applied
            .iter()
            .filter(|from| from.by == DefinedBy::Object(number));
        for from in own {
            let Some(environment) = known.get(from.environment) else {
                continue;
            };
            let cluster = cluster(db, context.root, environment.clone());
            for application in &cluster.applications {
                if let Err(Elsewhere::Source { source, .. }) = &application.directory
                    && source.kind == OCI_REPOSITORY.kind
                    && source.name == from.name
                    && source.namespace == from.namespace
                {
                    paths.push(secure(&application.spec.path));
                }
            }
        }
        if paths.is_empty() {
            continue;
        }
        let tree = context.tree();
        let url = tree
            .document(object.document)
            .and_then(|document| document.root())
            .and_then(|root| root.at(&["spec", "url"]));
        let Some((url, text)) = url.and_then(|url| Some((url, url.as_str()?))) else {
            continue;
        };
        let message = format!("what `{text}` holds is not known here");
        let mut finding = UNMAPPED_BUNDLE
            .finding(url.content_range(), message)
            .help("`bundles` in `.infragen.yaml` maps it to the directory that is published");
        for directory in offers(context, text, &paths) {
            finding = finding.fix(map(context, text, &directory));
        }
        findings.push(finding);
    }
}

/// Directories that may be what is published: those of this repository that have all the paths; else a guess.
fn offers(context: &Context<'_>, url: &str, paths: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack: Vec<Directory> = context.root.top(context.db).into_iter().collect();
    while let Some(directory) = stack.pop() {
        let fits = paths.iter().all(|path| {
            let at = find(context.db, directory, path);
            let Found::Directory(at) = at else {
                return false;
            };
            !path.is_empty() && kustomization_file(context.db, at).is_some()
        });
        if fits && !directory.path(context.db).as_str().is_empty() {
            found.push(directory.path(context.db).to_string());
        }
        stack.extend(directory.directories(context.db));
    }
    found.sort_unstable();
    found.truncate(MAX_OFFERS);
    if found.is_empty() {
        let name = url.rsplit('/').next().unwrap_or_default();
        let name = name
            .trim_end_matches("-kustomize")
            .trim_end_matches("-manifests");
        found.push(format!("../{name}/config"));
    }
    found
}

/// A fix that maps a bundle in the settings.
fn map(context: &Context<'_>, url: &str, directory: &str) -> Option<Fix> {
    const SETTINGS: &str = ".infragen.yaml";
    let title = format!("map it to `{directory}` in `{SETTINGS}`");
    let top = context.root.top(context.db)?;
    let Some(Child::File(file)) = top.child(context.db, SETTINGS) else {
        let text = format!("bundles:\n  {}: {}\n", quote(url), quote(directory));
        return context.file_fix(title, top, SETTINGS, |path| FileChange::Create {
            path,
            text,
        });
    };
    let settings = tree(context.db, *file);
    let root = settings.document(0).and_then(|document| document.root());
    let has_bundles = root.is_some_and(|root| root.get("bundles").is_some());
    let edit = if has_bundles {
        let target = Target {
            document: 0,
            path: &[Segment::Key("bundles")],
        };
        insert_entry(&settings, target, url, NewValue::String(directory), None)
    } else {
        let target = Target {
            document: 0,
            path: &[],
        };
        let value = format!("{}: {}", quote(url), quote(directory));
        insert_entry(&settings, target, "bundles", NewValue::Yaml(&value), None)
    };
    Some(Fix {
        title,
        edits: vec![FileEdits {
            file: *file,
            edits: vec![edit.ok()?],
        }],
        files: Vec::new(),
        preferred: false,
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const BUNDLED: &str = "//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, url: oci://ghcr.io/acme/web-kustomize, ref: {semver: '>=0.0.0'}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, prune: true, path: ./overlays/production, sourceRef: {kind: OCIRepository, name: web}}
";

    #[test]
    fn a_bundle_that_nothing_maps_is_told_and_mapped() {
        check("unmapped-bundle", &format!("{CLUSTER}{BUNDLED}"))
            .finds_one(
                Severity::Hint,
                "what `oci://ghcr.io/acme/web-kustomize` holds is not known here",
            )
            .changes_file(
                0,
                ".infragen.yaml",
                Some("bundles:\n  oci://ghcr.io/acme/web-kustomize: ../web/config\n"),
            );
    }

    #[test]
    fn a_directory_that_has_the_path_is_offered() {
        let here = "//- services/web/overlays/production/kustomization.yaml\nresources: []\n\
                    //- .infragen.yaml\nregistry: ghcr.io/acme\n";
        check("unmapped-bundle", &format!("{CLUSTER}{BUNDLED}{here}"))
            .finds_one(
                Severity::Hint,
                "what `oci://ghcr.io/acme/web-kustomize` holds is not known here",
            )
            .fixed("bundles:\n  oci://ghcr.io/acme/web-kustomize: services/web\n");
    }

    #[test]
    fn a_mapped_bundle_is_known() {
        let here = "//- web/overlays/production/kustomization.yaml\nresources: []\n\
                    //- .infragen.yaml\nbundles: {'oci://ghcr.io/acme/web-kustomize': web}\n";
        check("unmapped-bundle", &format!("{CLUSTER}{BUNDLED}{here}")).finds(0);
    }
}
