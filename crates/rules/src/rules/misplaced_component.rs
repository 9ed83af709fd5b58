use infragen_kustomize::{Field, FileKind, PathEntry};
use infragen_syntax::{
    NewValue, Segment, Target, TextEdit, TextRange, TextSize, Tree, append_item, apply, remove_item,
};
use infragen_workspace::{Found, Import, facts, imports_of, kustomization_file};

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};

/// A component under `resources`, or something else under `components`.
pub static MISPLACED_COMPONENT: Rule = Rule {
    id: "misplaced-component",
    severity: Severity::Error,
    summary: "a Component is listed as a resource, or something else as a component",
    explanation: "\
A directory whose kustomization file says `kind: Component` changes what was taken in before it, and \
stands under `components`; any other directory brings objects, and stands under `resources`. kustomize \
refuses each in the place of the other. Without `kind: Component` a directory is none, whatever its \
`apiVersion` says; a file is never one.",
    example: "\
//- kustomization.yaml
resources:
  - components/monitoring
//- components/monitoring/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
commonAnnotations:
  monitoring: enabled
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    for import in imports_of(context.db, context.file).iter() {
        if let Some(entry) = kustomization.entries.get(import.entry as usize) {
            findings.extend(misplaced(context, import, entry));
        }
    }
}

fn misplaced(context: &Context<'_>, import: &Import, entry: &PathEntry) -> Option<Finding> {
    let (path, range) = (&entry.path.value, entry.path.range);
    match (import.field, import.to) {
        (Field::Components, Found::File(file)) => {
            // Of a kustomization file another rule speaks.
            let layer = file.is_kustomization_file(context.db);
            (!layer).then(|| {
                MISPLACED_COMPONENT
                    .finding(
                        range,
                        format!("`{path}` is a file; components are directories"),
                    )
                    .help("a file of manifests stands under `resources`, a patch under `patches`")
                    .fix(moved(context, entry, "components", "resources"))
            })
        }
        (Field::Components, Found::Other) => Some(MISPLACED_COMPONENT.finding(
            range,
            format!("`{path}` is a file; components are directories"),
        )),
        (field, Found::Directory(directory)) => {
            let file = kustomization_file(context.db, directory)?;
            let facts = facts(context.db, file);
            let kind = facts.kustomization.as_ref().filter(|_| !facts.broken)?.kind;
            match (field, kind) {
                (Field::Resources | Field::Bases, FileKind::Component) => Some(
                    MISPLACED_COMPONENT
                        .finding(
                            range,
                            format!("`{path}` is a Component; it stands under `components`"),
                        )
                        .fix(moved(context, entry, field.name(), "components")),
                ),
                (Field::Components, FileKind::Kustomization) => Some(
                    MISPLACED_COMPONENT
                        .finding(
                            range,
                            format!("`{path}` is no Component; it stands under `resources`"),
                        )
                        .help("or its kustomization file lacks `kind: Component`")
                        .fix(moved(context, entry, "components", "resources")),
                ),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A fix that moves an entry from one list to another: both edits of the text as one, because the place
/// to add may be part of what is taken out.
fn moved(context: &Context<'_>, entry: &PathEntry, from: &str, to: &str) -> Option<Fix> {
    let tree = context.tree();
    let list = |path| Target { document: 0, path };
    let (old, new) = ([Segment::Key(from)], [Segment::Key(to)]);
    let mut items = tree.document(0)?.root()?.get(from)?.items();
    let index = items.position(|item| item.content_range() == entry.path.range)?;
    let without = remove_item(&tree, list(&old), index).ok()?;
    let without = Tree::parse(apply(tree.text(), &[without]).ok()?);
    let item = NewValue::String(&entry.path.value);
    let with = append_item(&without, list(&new), item, Some(from)).ok()?;
    let after = apply(without.text(), &[with]).ok()?;
    let title = format!("move `{}` to `{to}`", entry.path.value);
    Some(context.fix(title, vec![difference(tree.text(), &after)?]))
}

/// The one edit that makes one text of another.
fn difference(before: &str, after: &str) -> Option<TextEdit> {
    let same = |(a, b): &(char, char)| a == b;
    let length = |letters: &mut dyn Iterator<Item = (char, char)>| {
        letters.map(|(letter, _)| letter.len_utf8()).sum::<usize>()
    };
    let head = length(&mut before.chars().zip(after.chars()).take_while(same));
    let (old, new) = (&before[head..], &after[head..]);
    let tail = length(&mut old.chars().rev().zip(new.chars().rev()).take_while(same));
    let at = |offset: usize| TextSize::try_from(offset).ok();
    Some(TextEdit {
        range: TextRange::new(at(head)?, at(before.len() - tail)?),
        new_text: new[..new.len() - tail].to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    const COMPONENT: &str = "\
//- ha/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
//- base/kustomization.yaml
resources: []
//- a.yaml
";

    #[test]
    fn a_component_moves_to_the_components() {
        check(
            "misplaced-component",
            &format!("//- kustomization.yaml\nresources:\n  - a.yaml\n  - ha\n{COMPONENT}"),
        )
        .finds_one(
            Severity::Error,
            "`ha` is a Component; it stands under `components`",
        )
        .fixed("components:\n");
    }

    #[test]
    fn a_base_moves_to_the_resources() {
        check(
            "misplaced-component",
            &format!("//- kustomization.yaml\nresources:\n- a.yaml\ncomponents:\n- base\n- ha\n{COMPONENT}"),
        )
        .finds_one(Severity::Error, "`base` is no Component; it stands under `resources`")
        .fixed("- base\ncomponents:\n");
    }

    #[test]
    fn a_file_is_no_component() {
        check(
            "misplaced-component",
            &format!("//- kustomization.yaml\ncomponents: [a.yaml]\n{COMPONENT}"),
        )
        .finds_one(
            Severity::Error,
            "`a.yaml` is a file; components are directories",
        );
    }

    #[test]
    fn what_is_in_its_place_is_right() {
        check(
            "misplaced-component",
            &format!(
                "//- kustomization.yaml\nresources: [a.yaml, base]\ncomponents: [ha]\n{COMPONENT}"
            ),
        )
        .finds(0);
    }

    #[test]
    fn a_broken_or_empty_layer_is_not_judged() {
        check(
            "misplaced-component",
            "//- kustomization.yaml\ncomponents: [a, b]\n//- a/kustomization.yaml\nkind: [\n//- b/kustomization.yaml\n# soon\n",
        )
        .finds(0);
    }
}
