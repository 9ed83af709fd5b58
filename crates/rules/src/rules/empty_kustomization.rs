use infragen_syntax::{NewValue, Segment, Target, insert_entry, set_scalar};
use infragen_workspace::{Found, appliers, facts, importers, tree};

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};

/// A kustomization file without content that another one takes in.
pub static EMPTY_KUSTOMIZATION: Rule = Rule {
    id: "empty-kustomization",
    severity: Severity::Error,
    summary: "a kustomization file that is taken in by another one says nothing",
    explanation: "\
Below another layer kustomize refuses a file in which nothing but `apiVersion` and `kind` has a value: \
`kustomization.yaml is empty`. This often happens when the last entry of `resources:` is commented out. \
`resources: []` says the same and is accepted.

At the path of a Flux Kustomization such a file is accepted, and builds to nothing. With `prune: true` Flux then deletes \
all that it applied before: a hint tells that.",
    example: "\
//- apps/kustomization.yaml
resources:
  - web
//- apps/web/kustomization.yaml
resources:
#  - deployment.yaml
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.file.is_kustomization_file(context.db) || context.facts.broken {
        return;
    }
    let empty = match &context.facts.kustomization {
        Some(kustomization) => kustomization.empty,
        None => context.facts.objects.is_empty() && is_blank(context),
    };
    if !empty {
        return;
    }
    let importers = importers(
        context.db,
        context.root,
        Found::Directory(context.directory()),
    );
    let mut importers = importers
        .iter()
        .filter(|import| import.field.includes())
        .peekable();
    if importers.peek().is_none() {
        findings.extend(deletes(context));
        return;
    }
    let mut finding = EMPTY_KUSTOMIZATION
        .finding(context.first_line(context.file), "kustomize refuses this file as empty")
        .help("`resources: []` says that there is nothing, or take the directory out of what names it")
        .fix(filled(context));
    for import in importers {
        let facts = facts(context.db, import.from);
        let entries = facts.kustomization.as_ref().map(|file| &file.entries);
        if let Some(entry) = entries.and_then(|entries| entries.get(import.entry as usize)) {
            finding = finding.relate(import.from, entry.path.range, "it is taken in here");
        }
    }
    findings.push(finding);
}

/// At the path of a Flux Kustomization that prunes.
fn deletes(context: &Context<'_>) -> Option<Finding> {
    let db = context.db;
    let prunes = appliers(db, context.root, context.directory())
        .into_iter()
        .find_map(|(file, number)| {
            let facts = facts(db, file);
            let object = facts.objects.get(number as usize)?;
            let tree = tree(db, file);
            let root = tree.document(object.document)?.root()?;
            let prune = root.at(&["spec", "prune"])?.as_str()?;
            (prune == "true").then(|| (file, object.name.clone()))
        });
    let (file, Some(name)) = prunes? else {
        return None;
    };
    let message = format!(
        "this builds to nothing, and `{}` deletes what it applied before",
        name.value
    );
    let finding = EMPTY_KUSTOMIZATION
        .finding(context.first_line(context.file), message)
        .severity(Severity::Hint)
        .help("list what is to be applied, or remove the Flux Kustomization if nothing is")
        .relate(file, name.range, "it applies this directory");
    Some(finding)
}

/// Whether the first document, the only one that kustomize reads, holds nothing.
fn is_blank(context: &Context<'_>) -> bool {
    let tree = context.tree();
    let root = tree.document(0).and_then(|document| document.root());
    root.is_none_or(|root| root.scalar().is_some() && root.as_str().is_none())
}

/// A fix that writes `resources: []`.
fn filled(context: &Context<'_>) -> Option<Fix> {
    let tree = context.tree();
    let target = |path| Target { document: 0, path };
    let root = tree.document(0)?.root();
    let resources = [Segment::Key("resources")];
    let nothing = NewValue::Yaml("[]");
    let edit = if root.is_some_and(|root| root.get("resources").is_some()) {
        set_scalar(&tree, target(&resources), nothing)
    } else {
        insert_entry(&tree, target(&[]), "resources", nothing, Some("kind"))
    };
    Some(context.fix("write `resources: []`".to_owned(), vec![edit.ok()?]))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn nested(text: &str) -> String {
        format!("//- kustomization.yaml\nresources: [base]\n//- base/kustomization.yaml\n{text}")
    }

    #[test]
    fn what_is_commented_out_is_empty() {
        check(
            "empty-kustomization",
            &nested("kind: Kustomization\nresources:\n# - a.yaml\n"),
        )
        .finds_one(Severity::Error, "kustomize refuses this file as empty")
        .fixed("resources: []\n")
        .relates(&["kustomization.yaml [base]: it is taken in here"]);
    }

    #[test]
    fn a_blank_file_is_empty() {
        check("empty-kustomization", &nested("# soon\n")).finds(1);
        check("empty-kustomization", &nested("---\n")).finds(1);
    }

    #[test]
    fn nothing_said_aloud_is_enough() {
        for text in ["resources: []\n", "namespace: a\n"] {
            check("empty-kustomization", &nested(text)).finds(0);
        }
    }

    #[test]
    fn what_prunes_deletes_all_that_was_there() {
        let top = |prune: &str| {
            format!(
                "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  path: ./apps
  prune: {prune}
  sourceRef: {{kind: GitRepository, name: flux-system}}
//- apps/kustomization.yaml
kind: Kustomization
"
            )
        };
        check("empty-kustomization", &top("true")).finds_one(
            Severity::Hint,
            "this builds to nothing, and `apps` deletes what it applied before",
        );
        check("empty-kustomization", &top("false")).finds(0);
    }

    #[test]
    fn flux_accepts_it_at_the_top() {
        check(
            "empty-kustomization",
            "//- kustomization.yaml\nresources:\n",
        )
        .finds(0);
    }
}
