use infragen_flux::known::NAMESPACE;
use infragen_workspace::{applied_twice, environments, target};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// One object that two Flux Kustomizations of an environment apply.
pub static APPLIED_TWICE: Rule = Rule {
    id: "applied-twice",
    severity: Severity::Warning,
    summary: "two Flux Kustomizations of one environment apply the same object",
    explanation: "\
Each of the two applies what it has, and the next one changes it back; where one of them goes, or loses the object, \
with `prune: true` it deletes what the other one still wants. The usual reasons are a path below another one that is \
applied as a whole (`./apps` and `./apps/web`), and a base that two Kustomizations take in for the same namespace.\n\n\
A Namespace is often part of several on purpose; for it this is a hint.",
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
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./apps/web
  sourceRef:
    kind: GitRepository
    name: flux-system
//- apps/web/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let several = environments(context.db, context.root).len() > 1;
    for twice in applied_twice(context.db, context.file).iter() {
        let Some(object) = context.facts.objects.get(twice.object as usize) else {
            continue;
        };
        let range = object
            .name
            .as_ref()
            .map_or(object.kind_range, |name| name.range);
        let names: Vec<_> = twice
            .kustomizations
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let place = match several {
            true => format!(" in {}", twice.environment),
            false => String::new(),
        };
        let message = format!(
            "the Kustomizations {} all apply this{place}",
            names.join(", ")
        );
        let message = match names.len() {
            2 => message
                .replace(", ", " and ")
                .replace(" all apply", " both apply"),
            _ => message,
        };
        let mut finding = APPLIED_TWICE
            .finding(range, message)
            .help("keep it in one of them; with `prune: true` the other one may delete it");
        if object.kind == *NAMESPACE {
            finding = finding.severity(Severity::Hint);
        }
        for other in &twice.others {
            if other.file != context.file
                && let Some(target) = target(context.db, other)
            {
                finding = finding.relate(target.file, target.name_range, "it is here too");
            }
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn fleet(second: &str, object: &str) -> String {
        let kustomization = |name: &str, spec: &str| {
            format!(
                "//- clusters/production/{name}.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {{interval: 1m, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}, {spec}}}
"
            )
        };
        format!(
            "{CLUSTER}{}{}//- apps/kustomization.yaml
resources: [settings.yaml]
//- apps/settings.yaml
{object}",
            kustomization("apps", "path: ./apps"),
            kustomization("again", second),
        )
    }

    const SETTINGS: &str =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: web}\n";

    #[test]
    fn the_same_object_of_two_kustomizations_is_told() {
        check("applied-twice", &fleet("path: apps", SETTINGS)).finds_one(
            Severity::Warning,
            "the Kustomizations `flux-system/again` and `flux-system/apps` both apply this",
        );
    }

    #[test]
    fn another_namespace_makes_it_another_object() {
        check(
            "applied-twice",
            &fleet("path: apps, targetNamespace: other", SETTINGS),
        )
        .finds(0);
    }

    #[test]
    fn a_namespace_is_a_hint() {
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n";
        check("applied-twice", &fleet("path: apps", namespace)).finds_one(
            Severity::Hint,
            "the Kustomizations `flux-system/again` and `flux-system/apps` both apply this",
        );
    }
}
