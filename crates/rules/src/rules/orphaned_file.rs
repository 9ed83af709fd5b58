use infragen_syntax::{Segment, Target, insert_sorted_item};
use infragen_workspace::{
    Found, SourceFile, environments, importers, is_patch_file, kustomization_file, readers, text,
    tree,
};

use crate::finding::{FileEdits, Finding, Fix, Severity};
use crate::rule::{Context, Rule};

/// A manifest beside a kustomization file that does not name it.
pub static ORPHANED_FILE: Rule = Rule {
    id: "orphaned-file",
    severity: Severity::Hint,
    summary: "a manifest is in no kustomization file, though one stands beside it and is applied",
    explanation: "\
Where a directory has a kustomization file, only what that names is built: a new file beside it that nobody added to \
`resources` is never applied, and nothing says so.\n\n\
A commented-out entry (`# - web.yaml`) is a toggle: then nothing is reported.",
    example: "\
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
//- apps/kustomization.yaml
resources:
  - deployment.yaml
//- apps/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
//- apps/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (db, file) = (context.db, context.file);
    let is_object = context.facts.objects.iter().any(|object| !object.in_patch);
    if !is_object
        || context.facts.kustomization.is_some()
        || environments(db, context.root).is_empty()
        || !importers(db, context.root, Found::File(file)).is_empty()
        || is_patch_file(db, file)
        || !readers(db, file).is_empty()
    {
        return;
    }
    let Some(beside) = kustomization_file(db, context.directory()) else {
        return;
    };
    // What nobody applies has no orphans.
    if readers(db, beside).is_empty() || is_commented_out(context, beside) {
        return;
    }
    let message = "no kustomization file names this file, so it is never applied";
    findings.push(
        ORPHANED_FILE
            .finding(context.first_line(file), message)
            .fix(add(context, beside)),
    );
}

/// Whether a comment of the kustomization file names the file.
fn is_commented_out(context: &Context<'_>, beside: SourceFile) -> bool {
    let name = context.file.name(context.db);
    let text = text(context.db, beside).unwrap_or_default();
    let mut comments = text.lines().filter_map(|line| line.split_once('#'));
    comments.any(|(_, comment)| comment.contains(&**name))
}

fn add(context: &Context<'_>, beside: SourceFile) -> Option<Fix> {
    let tree = tree(context.db, beside);
    let target = Target {
        document: 0,
        path: &[Segment::Key("resources")],
    };
    let name = context.file.name(context.db);
    let edit = insert_sorted_item(&tree, target, name, None).ok()?;
    Some(Fix {
        title: format!("add `{name}` to `resources`"),
        edits: vec![FileEdits {
            file: beside,
            edits: vec![edit],
        }],
        files: Vec::new(),
        preferred: true,
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn fleet(kustomization: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{interval: 1m, prune: true, path: ./apps, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/kustomization.yaml
{kustomization}//- apps/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: a}}
//- apps/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: c}}
"
        )
    }

    #[test]
    fn a_file_that_is_not_listed_is_told_and_added() {
        check("orphaned-file", &fleet("resources:\n- c.yaml\n"))
            .finds_one(
                Severity::Hint,
                "no kustomization file names this file, so it is never applied",
            )
            .fixed("- a.yaml\n");
    }

    #[test]
    fn a_commented_out_entry_is_a_toggle() {
        check(
            "orphaned-file",
            &fleet("resources:\n- c.yaml\n# - a.yaml\n"),
        )
        .finds(0);
    }

    #[test]
    fn a_patch_is_no_orphan() {
        check(
            "orphaned-file",
            &fleet("resources: [c.yaml]\npatches: [{path: a.yaml, target: {name: c}}]\n"),
        )
        .finds(0);
    }
}
