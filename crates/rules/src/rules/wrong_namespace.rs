use infragen_flux::{ReferenceFact, Role, is_templated};
use infragen_syntax::{NewValue, insert_entry};
use infragen_workspace::{Definition, namespace_of, target};
use smol_str::SmolStr;

use crate::above::{Reach, above};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};
use crate::unresolved::{Problem, Unresolved};

/// A reference whose object exists, but in another namespace.
pub static WRONG_NAMESPACE: Rule = Rule {
    id: "wrong-namespace",
    severity: Severity::Warning,
    summary: "a reference looks in one namespace, and the object is in another",
    explanation: "\
Without a `namespace` of its own a reference looks in the namespace of the object that it stands in. A \
HelmRelease in `apps` that uses a HelmRepository of `flux-system` must say so. `providerRef`, \
`secretRef`, `valuesFrom` and `substituteFrom` never look elsewhere: there the object itself has to move.

It is reported only where both namespaces are known: written down, and not replaced by a kustomization \
file, a `targetNamespace` or a placeholder.",
    example: "\
//- apps/podinfo.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: apps
spec:
  interval: 10m
  chartRef:
    kind: OCIRepository
    name: podinfo
//- sources/podinfo.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: podinfo
  namespace: flux-system
spec:
  interval: 10m
  url: oci://ghcr.io/stefanprodan/charts/podinfo
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for Unresolved { reference, problem } in context.unresolved() {
        let Problem::OtherNamespace(kind, wanted, found) = problem else {
            continue;
        };
        if context.above().reach != Reach::Applied
            && found.iter().any(|other| goes_along(context, other))
        {
            // Whatever applies the layer from elsewhere may give both one namespace.
            continue;
        }
        let mut others: Vec<_> = found
            .iter()
            .filter_map(|definition| Some((known_namespace(context, definition)?, definition)))
            .collect();
        others.sort_by(|a, b| a.0.cmp(&b.0));
        others.dedup_by(|a, b| a.0 == b.0);
        let Some((first, _)) = others.first() else {
            continue;
        };
        let names: Vec<_> = others.iter().map(|(name, _)| format!("`{name}`")).collect();
        let name = &reference.name.value;
        let place = wanted.as_ref().map_or("here".to_owned(), |wanted| {
            format!("in namespace `{wanted}`")
        });
        let message = format!(
            "there is no {kind} `{name}` {place}; it exists in {}",
            names.join(", ")
        );
        let mut finding = WRONG_NAMESPACE.finding(reference.name.range, message);
        if reference.row.role == Role::Values {
            // Something in the cluster may copy it.
            finding = finding.severity(Severity::Hint);
        }
        finding = if !reference.row.has_namespace_field() {
            let field = reference.row.field();
            finding.help(format!(
                "`{field}` looks in the namespace of its own object only"
            ))
        } else if others.len() == 1 {
            fixed(context, finding, reference, first)
        } else {
            finding.help("say which one by `namespace`")
        };
        for (namespace, definition) in &others {
            if let Some(target) = target(context.db, definition) {
                let message = format!("{kind} `{name}` of namespace `{namespace}` is here");
                finding = finding.relate(target.file, target.name_range, message);
            }
        }
        findings.push(finding);
    }
}

/// Whether some layer takes in an object together with the file.
fn goes_along(context: &Context<'_>, other: &Definition) -> bool {
    let own = &context.above().layers;
    let others = above(context.db, other.file).layers;
    others.iter().any(|layer| own.contains(layer))
}

/// The namespace that an object certainly has, else the one that is written.
fn known_namespace(context: &Context<'_>, definition: &Definition) -> Option<SmolStr> {
    namespace_of(context.db, definition)
        .or_else(|| definition.namespace.clone())
        .filter(|namespace| !is_templated(namespace))
}

fn fixed(
    context: &Context<'_>,
    finding: Finding,
    reference: &ReferenceFact,
    namespace: &str,
) -> Finding {
    let finding = finding.help(format!("`namespace: {namespace}` says where it is"));
    match &reference.namespace {
        Some(written) => finding.fix(context.rewrite(written.range, namespace)),
        None => finding.fix(context.edit_at(
            format!("add `namespace: {namespace}`"),
            reference.range,
            |tree, mapping| {
                insert_entry(
                    tree,
                    mapping,
                    "namespace",
                    NewValue::String(namespace),
                    Some("name"),
                )
            },
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    fn release(metadata: &str, reference: &str, more: &str) -> String {
        format!(
            "\
//- apps/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{{metadata}}}
spec:
  chartRef:
    kind: OCIRepository
    name: web
{reference}//- sources/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: web, namespace: flux-system}}
{more}"
        )
    }

    #[test]
    fn the_missing_namespace_is_added() {
        check(
            "wrong-namespace",
            &release("name: web, namespace: apps", "", ""),
        )
        .finds_one(
            Severity::Warning,
            "there is no OCIRepository `web` in namespace `apps`; it exists in `flux-system`",
        )
        .fixed("    namespace: flux-system\n")
        .relates(&[
            "sources/web.yaml [web]: OCIRepository `web` of namespace `flux-system` is here",
        ]);
    }

    #[test]
    fn a_wrong_namespace_is_changed() {
        check(
            "wrong-namespace",
            &release("name: web, namespace: apps", "    namespace: flux\n", ""),
        )
        .fixed("    namespace: flux-system\n");
    }

    #[test]
    fn what_a_build_can_change_is_not_known() {
        // No namespace is written, so it depends on who applies the file.
        check("wrong-namespace", &release("name: web", "", "")).finds(0);
        // A kustomization file moves the source to where it is looked for.
        let layer = "//- sources/kustomization.yaml\nnamespace: apps\nresources: [web.yaml]\n";
        check(
            "wrong-namespace",
            &release("name: web, namespace: apps", "", layer),
        )
        .finds(0);
        // A placeholder.
        check(
            "wrong-namespace",
            &release("name: web, namespace: \"${NS}\"", "", ""),
        )
        .finds(0);
    }

    #[test]
    fn a_base_that_is_applied_from_elsewhere_may_move_both() {
        let list =
            "//- base/kustomization.yaml\nresources: [../apps/web.yaml, ../sources/web.yaml]\n";
        let files = release("name: web, namespace: web", "", list);
        check("wrong-namespace", &files).finds(0);
        let alone = files.replace(", ../sources/web.yaml", "");
        check("wrong-namespace", &alone).finds(1);
    }

    #[test]
    fn where_the_field_has_no_namespace_the_object_must_move() {
        check(
            "wrong-namespace",
            "\
//- alert.yaml
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: all, namespace: apps}
spec:
  providerRef: {name: chat}
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: chat, namespace: flux-system}
",
        )
        .helps("`spec.providerRef` looks in the namespace of its own object only");
    }
}
