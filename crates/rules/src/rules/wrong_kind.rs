use infragen_flux::{GroupKind, KindName, ReferenceFact, Role, is_templated};
use infragen_syntax::{NewValue, TextRange, insert_entry, nearest};
use infragen_workspace::{Verdict, definitions, namespace_of, resolve, target};
use smol_str::SmolStr;

use crate::finding::{FileEdits, Finding, Fix, Severity};
use crate::rule::{Context, Rule};
use crate::unresolved::{Problem, Unresolved};

/// A reference whose name exists, but as another kind.
pub static WRONG_KIND: Rule = Rule {
    id: "wrong-kind",
    severity: Severity::Warning,
    summary: "a reference names an object of another kind, or a kind that the field cannot name",
    explanation: "\
Names are looked up by kind. The usual slips: a `HelmRepository` of type `oci` where an `OCIRepository` \
is meant, a `dependsOn` of a HelmRelease that names a Kustomization (each waits only for its own kind), \
and a `chartRef` that names a `HelmRepository` (`chart.spec.sourceRef` does that).

It is a *warning*, because an object of the right kind may still be made by something outside of this \
repository, or a patch may replace the kind.",
    example: "\
//- podinfo.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: podinfo
spec:
  interval: 10m
  chart:
    spec:
      chart: podinfo
      sourceRef:
        kind: GitRepository
        name: charts
//- charts.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: charts
  namespace: podinfo
spec:
  url: https://example.com/charts
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for Unresolved { reference, problem } in context.unresolved() {
        match problem {
            Problem::OtherKind(kind, other, found) => {
                let mut finding = mixed_up(context, reference, kind, other);
                if let Some(target) = found.first().and_then(|first| target(context.db, first)) {
                    let message = format!("{other} `{}` is here", target.name);
                    finding = finding.relate(target.file, target.name_range, message);
                }
                findings.push(finding);
            }
            Problem::NotAllowed(kind) => findings.push(not_allowed(context, reference, kind)),
            Problem::Nowhere(_) | Problem::OtherNamespace(..) => {}
        }
    }
}

fn mixed_up(
    context: &Context<'_>,
    reference: &ReferenceFact,
    kind: &GroupKind,
    other: &GroupKind,
) -> Finding {
    let name = &reference.name.value;
    let message = format!(
        "there is no {kind} `{name}`; it exists, but as {}",
        article(&other.kind)
    );
    let finding = WRONG_KIND.finding(reference.name.range, message);
    let allowed = reference.row.target.kinds();
    match reference.kind_range {
        Some(range) if allowed.iter().any(|allowed| *other == **allowed) => finding
            .help(format!("did you mean `kind: {other}`?"))
            .fix(change_kind(context, reference, range, other)),
        _ if reference.row.role == Role::DependsOn => finding.help(format!(
            "`dependsOn` of {} waits for objects of its own kind only",
            article(reference.row.from.kind)
        )),
        _ => finding.help(format!(
            "`{}` names {}",
            reference.row.field(),
            list(reference)
        )),
    }
}

fn not_allowed(context: &Context<'_>, reference: &ReferenceFact, kind: &str) -> Finding {
    let range = reference.kind_range.unwrap_or(reference.range);
    let field = reference.row.field();
    let finding = WRONG_KIND
        .finding(range, format!("`{field}` cannot name {}", article(kind)))
        .help(format!("it names {}", list(reference)));
    let allowed = reference.row.target.kinds();
    // The kind under which the name exists; else the one that is spelt alike.
    let exists = allowed.iter().find(|allowed| {
        let kind = GroupKind::from(**allowed);
        !definitions(context.db, context.root, &kind, &reference.name.value).is_empty()
    });
    let meant = exists
        .map(|kind| kind.kind)
        .or_else(|| nearest(kind, allowed.iter().map(|allowed| allowed.kind)));
    match allowed.iter().find(|allowed| meant == Some(allowed.kind)) {
        Some(meant) => finding.fix(change_kind(context, reference, range, &(*meant).into())),
        None => finding,
    }
}

/// A fix that names another kind, and the namespace of the object where it would not be found without.
fn change_kind(
    context: &Context<'_>,
    reference: &ReferenceFact,
    range: TextRange,
    kind: &GroupKind,
) -> Option<Fix> {
    let fix = context.rewrite(range, &kind.kind)?;
    match namespace_to_write(context, reference, kind) {
        None => Some(fix),
        Some(namespace) => {
            let more = set_namespace(context, reference, &namespace)?;
            Some(Fix {
                title: format!("{} and `namespace` to `{namespace}`", fix.title),
                edits: vec![FileEdits {
                    file: context.file,
                    edits: [fix.edits, more.edits]
                        .into_iter()
                        .flatten()
                        .flat_map(|edits| edits.edits)
                        .collect(),
                }],
                ..fix
            })
        }
    }
}

/// The namespace that a reference must name to lead to an object of a kind, where it does not yet.
fn namespace_to_write(
    context: &Context<'_>,
    reference: &ReferenceFact,
    kind: &GroupKind,
) -> Option<SmolStr> {
    let mut objects = context.facts.objects.iter();
    let object = objects.find(|object| object.references.contains(reference));
    let changed = ReferenceFact {
        kind: KindName::Known(kind.clone()),
        ..reference.clone()
    };
    let verdict = resolve(context.db, context.file, object, &changed).verdict;
    let Verdict::OtherNamespace(found) = verdict else {
        return None;
    };
    let mut namespaces = found.iter().filter_map(|found| {
        let written = || found.namespace.clone();
        namespace_of(context.db, found).or_else(written)
    });
    let first = namespaces.next()?;
    let sure = reference.row.has_namespace_field()
        && !is_templated(&first)
        && namespaces.all(|other| other == first);
    sure.then_some(first)
}

fn set_namespace(context: &Context<'_>, reference: &ReferenceFact, namespace: &str) -> Option<Fix> {
    if let Some(written) = &reference.namespace {
        return context.rewrite(written.range, namespace);
    }
    context.edit_at("", reference.range, |tree, mapping| {
        let value = NewValue::String(namespace);
        insert_entry(tree, mapping, "namespace", value, Some("name"))
    })
}

/// The kinds that a reference may name, as a text.
fn list(reference: &ReferenceFact) -> String {
    let kinds = reference.row.target.kinds();
    let names: Vec<_> = kinds.iter().map(|kind| kind.kind).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

fn article(kind: &str) -> String {
    let an = kind.starts_with(['A', 'E', 'I', 'O']);
    format!("{} {kind}", if an { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    const CHARTS: &str = "\
//- charts.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: web}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: web}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: infra, namespace: web}
";

    fn release(spec: &str) -> String {
        format!(
            "{CHARTS}//- web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: release, namespace: web}}
spec:
{spec}"
        )
    }

    #[test]
    fn a_source_of_another_kind_is_told_and_fixed() {
        check(
            "wrong-kind",
            &release("  chart: {spec: {sourceRef: {kind: GitRepository, name: charts}}}\n"),
        )
        .finds_one(
            Severity::Warning,
            "there is no GitRepository `charts`; it exists, but as a HelmRepository",
        )
        .fixed("  chart: {spec: {sourceRef: {kind: HelmRepository, name: charts}}}\n")
        .relates(&["charts.yaml [charts]: HelmRepository `charts` is here"]);
    }

    #[test]
    fn the_namespace_is_mended_with_the_kind() {
        let elsewhere = |reference: &str| {
            release(&format!("  chartRef:\n{reference}")).replace(
                "name: release, namespace: web",
                "name: release, namespace: apps",
            )
        };
        check(
            "wrong-kind",
            &elsewhere("    kind: HelmChart\n    name: web\n"),
        )
        .fixed("    kind: OCIRepository\n    name: web\n    namespace: web\n");
        check(
            "wrong-kind",
            &elsewhere("    kind: GitRepository\n    name: web\n    namespace: other\n"),
        )
        .fixed("    kind: OCIRepository\n    name: web\n    namespace: web\n");
        check(
            "wrong-kind",
            &elsewhere("    kind: HelmChart\n    name: web\n    namespace: web\n"),
        )
        .fixed("    kind: OCIRepository\n");
    }

    #[test]
    fn a_source_that_the_field_cannot_name_has_no_fix() {
        check(
            "wrong-kind",
            &release("  chart: {spec: {sourceRef: {kind: HelmRepository, name: web}}}\n"),
        )
        .helps("`spec.chart.spec.sourceRef` names HelmRepository, GitRepository or Bucket");
    }

    #[test]
    fn releases_wait_for_releases() {
        check("wrong-kind", &release("  dependsOn: [{name: infra}]\n"))
            .finds_one(
                Severity::Warning,
                "there is no HelmRelease `infra`; it exists, but as a Kustomization",
            )
            .helps("`dependsOn` of a HelmRelease waits for objects of its own kind only");
    }

    #[test]
    fn a_kind_that_the_field_cannot_name_is_told() {
        check(
            "wrong-kind",
            &release("  chartRef: {kind: HelmRepository, name: web}\n"),
        )
        .finds_one(
            Severity::Warning,
            "`spec.chartRef` cannot name a HelmRepository",
        )
        .helps("it names OCIRepository, HelmChart or ExternalArtifact")
        .fixed("  chartRef: {kind: OCIRepository, name: web}\n");
        check(
            "wrong-kind",
            &release("  chartRef: {kind: OciRepository, name: web}\n"),
        )
        .fixed("  chartRef: {kind: OCIRepository, name: web}\n");
    }

    #[test]
    fn an_unrelated_object_of_that_name_is_no_mix_up() {
        check("wrong-kind", &release("  dependsOn: [{name: web}]\n")).finds(0);
    }

    #[test]
    fn the_right_kind_is_right() {
        check(
            "wrong-kind",
            &release("  chartRef: {kind: OCIRepository, name: web}\n"),
        )
        .finds(0);
    }
}
