use infragen_flux::RepeatedKey;
use infragen_syntax::{Entry, Node, TextEdit, TextRange, Tree};
use infragen_workspace::{Found, importers};

use crate::above::Reach;
use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};

/// A key that its mapping already has.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    summary: "a key stands twice in one mapping",
    explanation: "\
In a manifest kustomize refuses it: `mapping key \"x\" already defined`. That is an *error* where a \
kustomization file takes the manifest in or a cluster of this repository applies it.

`metadata.annotations`, and one annotation, may stand twice to kustomize, which writes them anew: two \
`annotations:` become one. That is a *warning* in any case.

In a kustomization file it is a *warning*, and yet worse: the build goes on with the last one, and what \
the first `resources:` lists is left out without a word.",
    example: "\
//- kustomization.yaml
resources:
  - a.yaml
namespace: web
resources:
  - b.yaml
//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
//- b.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for repeated in &context.facts.repeated {
        let key = &repeated.key.value;
        let finding = DUPLICATE_KEY
            .finding(
                repeated.key.range,
                format!("the key `{key}` is there twice"),
            )
            .relate(context.file, repeated.first, "the first one is here");
        findings.push(if context.facts.kustomization.is_some() {
            finding
                .severity(Severity::Warning)
                .help("only this one counts; the first one is ignored")
                .fix(without_first(context, repeated))
        } else if is_of_annotations(context, repeated) {
            finding
                .severity(Severity::Warning)
                .help("take one of them out: kustomize makes one of both, kubectl refuses the file")
        } else {
            let built = is_listed(context) || context.above().reach == Reach::Applied;
            finding
                .severity(if built {
                    Severity::Error
                } else {
                    Severity::Warning
                })
                .help("take one of them out: kustomize refuses the file")
                .fix(without_first(context, repeated))
        });
    }
}

/// Whether it is `metadata.annotations` or an annotation of an object, which kustomize does not mind.
fn is_of_annotations(context: &Context<'_>, repeated: &RepeatedKey) -> bool {
    let tree = context.tree();
    let at = repeated.key.range.start();
    let root = tree.document_at(at).and_then(|document| document.root());
    let metadata = root.and_then(|root| root.get("metadata"));
    let mut blocks = metadata.into_iter().flat_map(Node::own_entries);
    blocks.any(|block| {
        let is_it = |entry: Entry<'_>| entry.key.content_range() == repeated.key.range;
        block.key.as_str() == Some("annotations")
            && (is_it(block) || block.value.own_entries().any(is_it))
    })
}

/// A fix that takes out the first of two entries: readers that go on at all take the last one.
fn without_first(context: &Context<'_>, repeated: &RepeatedKey) -> Option<Fix> {
    let tree = context.tree();
    let text = tree.text();
    let is_first = |entry: &Entry<'_>| entry.key.content_range() == repeated.first;
    let around = tree.nodes_at(repeated.first.start());
    let mapping = around
        .iter()
        .rev()
        .find(|node| node.is_mapping() && node.own_entries().any(|entry| is_first(&entry)))?;
    let mut entries = mapping.own_entries().skip_while(|entry| !is_first(entry));
    let (entry, next) = (entries.next()?, entries.next()?);
    let start = usize::from(entry.key.range().start());
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let begins_line = text[line..start].trim().is_empty();
    let (from, to) = if begins_line && !mapping.is_flow() {
        let end = text[..usize::from(entry.range().end())].trim_end().len();
        let end_of_line = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        (line, end_of_line)
    } else {
        // The next entry takes its place: behind the dash of an item, or between brackets.
        (start, usize::from(next.key.range().start()))
    };
    let edit = TextEdit {
        range: TextRange::new(from.try_into().ok()?, to.try_into().ok()?),
        new_text: String::new(),
    };
    // An anchor in it may be used later on.
    let after = infragen_syntax::apply(text, std::slice::from_ref(&edit)).ok()?;
    if !Tree::parse(after.as_str()).errors().is_empty() {
        return None;
    }
    let title = format!("remove the first `{}`", repeated.key.value);
    Some(context.fix(title, vec![edit]))
}

/// Whether a kustomization file takes the file in.
fn is_listed(context: &Context<'_>) -> bool {
    let importers = importers(context.db, context.root, Found::File(context.file));
    importers.iter().any(|import| import.field.includes())
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    #[test]
    fn a_kustomization_file_ignores_the_first() {
        check(
            "duplicate-key",
            "//- kustomization.yaml\nresources: [a]\nresources: [b]\n//- a\n//- b\n",
        )
        .finds_one(Severity::Warning, "the key `resources` is there twice")
        .helps("only this one counts; the first one is ignored")
        .relates(&["kustomization.yaml [resources]: the first one is here"]);
    }

    #[test]
    fn a_manifest_that_is_built_is_refused() {
        let manifest =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: x\n  a: z\n";
        check(
            "duplicate-key",
            &format!("{CLUSTER}//- clusters/production/a.yaml\n{manifest}"),
        )
        .finds_one(Severity::Error, "the key `a` is there twice");
        let listed = format!("//- kustomization.yaml\nresources: [a.yaml]\n//- a.yaml\n{manifest}");
        check("duplicate-key", &listed).finds_one(Severity::Error, "the key `a` is there twice");
        check("duplicate-key", &format!("//- a.yaml\n{manifest}"))
            .finds_one(Severity::Warning, "the key `a` is there twice");
    }

    #[test]
    fn annotations_are_made_one() {
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
        let listed = format!("//- kustomization.yaml\nresources: [a.yaml]\n//- a.yaml\n{object}");
        let twice = "  annotations: {a: b}\n  annotations: {c: d}\n";
        check("duplicate-key", &format!("{listed}{twice}"))
            .finds_one(Severity::Warning, "the key `annotations` is there twice");
        check(
            "duplicate-key",
            &format!("{listed}  annotations: {{a: b, a: c}}\n"),
        )
        .finds_one(Severity::Warning, "the key `a` is there twice");
        check(
            "duplicate-key",
            &format!("{listed}{}", twice.replace("annotations", "labels")),
        )
        .finds_one(Severity::Error, "the key `labels` is there twice");
    }

    #[test]
    fn the_first_can_be_taken_out() {
        // The lines that are left of those that change, none where one goes.
        for (text, left) in [
            ("resources: # all\n  - a\nresources:\n  - b\n", ""),
            ("resources: [a]\nnamePrefix: x\n# b\nresources: [b]\n", ""),
            (
                "{resources: [a], namePrefix: x, resources: [b]}\n",
                "{namePrefix: x, resources: [b]}\n",
            ),
            ("images:\n  - name: a\n    name: b\n", "  - name: b\n"),
        ] {
            let fixture = format!("//- kustomization.yaml\n{text}//- a\n//- b\n");
            check("duplicate-key", &fixture).offers(1).fixed(left);
        }
        let used = "namePrefix: &a x\nnamePrefix: y\nnameSuffix: *a\n";
        check("duplicate-key", &format!("//- kustomization.yaml\n{used}")).offers(0);
    }

    #[test]
    fn what_is_no_manifest_is_left_alone() {
        check("duplicate-key", "//- values.yaml\na: 1\na: 2\nkind: x\n").finds(0);
    }
}
