use infragen_flux::Role;
use infragen_workspace::{
    Cycle, Db, DefinedBy, Definition, SourceFile, Verdict, dependency_cycles, facts, resolve,
    target,
};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// Objects that wait for each other.
pub static DEPENDENCY_CYCLE: Rule = Rule {
    id: "dependency-cycle",
    severity: Severity::Error,
    summary: "a dependsOn leads back to where it begins",
    explanation: "\
Flux does not look for cycles: objects that wait for each other wait for ever, each with \
`dependency … is not ready`, and nothing fails. The same holds for an object that depends on itself.

It is a *warning* where a patch above may replace the list, or where a name of the loop fits several \
objects, because then another one may be meant.",
    example: "\
//- apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  dependsOn:
    - name: databases
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: databases
  namespace: flux-system
spec:
  dependsOn:
    - name: apps
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let waits = |object: &infragen_flux::ObjectFacts| {
        let mut references = object.references.iter();
        references.any(|reference| reference.row.role == Role::DependsOn)
    };
    if context.facts.objects.iter().any(waits) {
        let cycles = dependency_cycles(context.db, context.file);
        findings.extend(cycles.iter().filter_map(|cycle| describe(context, cycle)));
    }
}

fn describe(context: &Context<'_>, cycle: &Cycle) -> Option<Finding> {
    let db = context.db;
    let object = context.facts.objects.get(cycle.object as usize)?;
    let range = object.references.get(cycle.reference as usize)?.name.range;
    let targets: Vec<_> = cycle
        .steps
        .iter()
        .map(|(definition, _)| target(db, definition))
        .collect::<Option<_>>()?;
    let mut names: Vec<_> = targets.iter().map(|target| target.name.as_str()).collect();
    names.extend(names.first().copied());
    let message = format!("these wait for each other: {}", names.join(" → "));
    let certain = cycle.steps.iter().all(|step| is_certain(db, step))
        && !context
            .above()
            .may_set(db, &["spec", "dependsOn"], &|patch| {
                let mut references = patch.references.iter();
                references.any(|reference| reference.row.role == Role::DependsOn)
            });
    let mut finding = DEPENDENCY_CYCLE
        .finding(range, message)
        .help("take one of these entries out")
        .severity(if certain {
            Severity::Error
        } else {
            Severity::Warning
        })
        .fix(context.remove_item(
            format!("no longer wait for `{}`", names.get(1)?),
            object.references.get(cycle.reference as usize)?.range,
        ));
    let steps = cycle.steps.iter().zip(names.windows(2)).skip(1);
    for ((definition, reference), names) in steps {
        if let Some((file, range)) = place(db, definition, *reference) {
            let message = format!("`{}` waits for `{}`", names[0], names[1]);
            finding = finding.relate(file, range, message);
        }
    }
    Some(finding)
}

/// Whether the reference of a step leads to one object only.
fn is_certain(db: &dyn Db, (from, number): &(Definition, u32)) -> bool {
    let facts = facts(db, from.file);
    let DefinedBy::Object(object) = from.by else {
        return false;
    };
    let Some(object) = facts.objects.get(object as usize) else {
        return false;
    };
    object
        .references
        .get(*number as usize)
        .is_some_and(|reference| {
            let verdict = resolve(db, from.file, Some(object), reference).verdict;
            matches!(verdict, Verdict::Found(found) if found.len() == 1)
        })
}

fn place(
    db: &dyn Db,
    definition: &Definition,
    reference: u32,
) -> Option<(SourceFile, infragen_syntax::TextRange)> {
    let DefinedBy::Object(object) = definition.by else {
        return None;
    };
    let facts = facts(db, definition.file);
    let object = facts.objects.get(object as usize)?;
    let reference = object.references.get(reference as usize)?;
    Some((definition.file, reference.name.range))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    fn kustomization(name: &str, waits_for: &str) -> String {
        format!(
            "//- {name}.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  dependsOn:
  - name: {waits_for}
"
        )
    }

    #[test]
    fn a_loop_is_told_as_a_whole_at_each_object() {
        let loops = kustomization("a", "b") + &kustomization("b", "c") + &kustomization("c", "a");
        check("dependency-cycle", &loops)
            .finds(3)
            .at(&["a.yaml: b", "b.yaml: c", "c.yaml: a"])
            .says("these wait for each other: a → b → c → a");
    }

    #[test]
    fn the_other_entries_are_related() {
        let itself = kustomization("a", "a");
        check("dependency-cycle", &itself)
            .finds_one(Severity::Error, "these wait for each other: a → a")
            .relates(&[]);
        let two = kustomization("a", "b") + &kustomization("b", "a");
        check("dependency-cycle", &two)
            .finds(2)
            .relates_first(&["b.yaml [a]: `b` waits for `a`"]);
    }

    #[test]
    fn waiting_is_no_loop() {
        let chain = kustomization("a", "b") + &kustomization("b", "c");
        check("dependency-cycle", &chain).finds(0);
    }

    #[test]
    fn a_patch_above_may_open_it() {
        let patched = kustomization("a", "a")
            + "//- kustomization.yaml
resources: [a.yaml]
patches:
- patch: |
    - op: remove
      path: /spec/dependsOn
  target: {kind: Kustomization}
";
        check("dependency-cycle", &patched)
            .finds_one(Severity::Warning, "these wait for each other: a → a");
    }
}
