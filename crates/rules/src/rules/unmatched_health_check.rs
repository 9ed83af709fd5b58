use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::{
    GroupKind, KindName, ObjectFacts, ReferenceFact, Role, is_flux_group, is_templated,
};
use infragen_kustomize::Resource;
use infragen_syntax::nearest;
use infragen_workspace::{
    Application, AppliedFrom, AppliedObject, Cluster, DefinedBy, applied_from, nth_cluster, resolve,
};

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A health check of an object that the Flux Kustomization nearly applies.
pub static UNMATCHED_HEALTH_CHECK: Rule = Rule {
    id: "unmatched-health-check",
    severity: Severity::Warning,
    summary: "a health check names no object that is applied, but nearly one that is",
    explanation: "\
Flux waits for the objects of `healthChecks` until the `timeout` of the Flux Kustomization, and says `health check \
failed` when one of them never comes. Here no object of the environment has this kind, namespace and name, and the \
Flux Kustomization applies one of the same kind whose name is nearly the same, or that is in another namespace.

A health check may well name what an operator or a chart makes, so without such a near one nothing is reported; nor \
where the files that the Flux Kustomization builds are not known. Files of bundles count where they are at hand.",
    example: "\
//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
  healthChecks:
    - apiVersion: apps/v1
      kind: Deployment
      name: wbe
      namespace: web
//- apps/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: web
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (db, file) = (context.db, context.file);
    if context.facts.broken {
        return;
    }
    let objects = (0..).zip(&context.facts.objects);
    for (number, object) in objects.filter(|(_, object)| object.kind == *KUSTOMIZATION) {
        let mut checks = object.references.iter();
        if object.in_patch || !checks.any(|check| check.row.role == Role::HealthCheck) {
            continue;
        }
        let applied = applied_from(db, file);
        let own: Vec<_> = applied
            .iter()
            .filter(|applied| applied.by == DefinedBy::Object(number))
            .collect();
        for check in &object.references {
            if check.row.role == Role::HealthCheck {
                findings.extend(unmatched(context, object, check, &own));
            }
        }
    }
}

fn unmatched(
    context: &Context<'_>,
    object: &ObjectFacts,
    check: &ReferenceFact,
    own: &[&AppliedFrom],
) -> Option<Finding> {
    let (db, file) = (context.db, context.file);
    let KindName::Known(kind) = &check.kind else {
        return None;
    };
    let name = &check.name.value;
    if is_templated(name) || own.is_empty() {
        return None;
    }
    let resolution = resolve(db, file, Some(object), check);
    let root = file.root(db);
    let mut near: Option<(Option<String>, String)> = None;
    let mut environments = Vec::new();
    for answer in &resolution.environments {
        if !answer.found.is_empty() || is_templated(&answer.namespace) {
            continue;
        }
        let here = own.iter().filter_map(|applied| {
            let cluster = nth_cluster(db, root, applied.environment)?;
            (cluster.environment.name == answer.environment).then_some(())?;
            let application = made_by(&cluster, applied)?;
            // What a build that fails would apply is not known.
            let built = cluster.built(db, application)?;
            let objects = cluster.objects(db, application);
            built.succeeds().then_some((built, objects))
        });
        for (built, objects) in here {
            let of_kind: Vec<(&AppliedObject, &Resource)> = objects
                .iter()
                .zip(&built.resources)
                .filter(|(object, _)| object.kind == *kind)
                .collect();
            let found = match of_kind.iter().find(|(object, _)| object.name == *name) {
                Some(object) => Some(*object).filter(|_| is_known(kind)),
                None => {
                    let names = of_kind.iter().map(|(object, _)| object.name.as_str());
                    let nearest = nearest(name, names);
                    nearest.and_then(|near| {
                        let mut of_kind = of_kind.iter();
                        of_kind.find(|(object, _)| object.name == near).copied()
                    })
                }
            };
            if let Some((object, resource)) = found {
                let is_set = !resource.namespace().is_empty();
                near.get_or_insert_with(|| {
                    let namespace = is_set.then(|| object.namespace.to_string());
                    (namespace, object.name.to_string())
                });
                if !environments.contains(&answer.environment.to_string()) {
                    environments.push(answer.environment.to_string());
                }
            }
        }
    }
    let (namespace, near) = near?;
    let finding = UNMATCHED_HEALTH_CHECK.finding(
        check.name.range,
        format!(
            "no {} `{name}` is applied in {}",
            kind.kind,
            environments.join(", ")
        ),
    );
    Some(match near == **name {
        true => finding.help(match namespace {
            Some(namespace) => format!("it is in namespace `{namespace}`"),
            None => "it has no namespace, and so Flux cannot apply it: set `metadata.namespace` of it, `namespace` \
                     above it, or `targetNamespace`"
                .to_owned(),
        }),
        false => finding.help(format!("did you mean `{near}`?")),
    })
}

/// Whether it is known that objects of a kind have namespaces if they are applied with one: kustomize gives one to all of
/// a kind that it does not know, and the API server drops it where the kind has none.
fn is_known(kind: &GroupKind) -> bool {
    let group = &kind.group;
    !group.contains('.') || group.ends_with(".k8s.io") || is_flux_group(group)
}

/// The Flux Kustomization that an object is, among those of its cluster.
fn made_by<'c>(cluster: &'c Cluster, applied: &AppliedFrom) -> Option<&'c Application> {
    let parent = (applied.id.application as usize, applied.id.number);
    let mut applications = cluster.applications.iter();
    applications.find(|application| application.parent == Some(parent))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "unmatched-health-check";

    fn fleet(health_check: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: flux-system}}
spec:
  path: ./apps
  sourceRef: {{kind: GitRepository, name: flux-system}}
  healthChecks: [{{apiVersion: apps/v1, kind: Deployment, {health_check}}}]
//- apps/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: web}}
"
        )
    }

    #[test]
    fn a_near_name_or_another_namespace_is_told() {
        check(RULE, &fleet("name: wbe, namespace: web"))
            .finds_one(
                Severity::Warning,
                "no Deployment `wbe` is applied in production",
            )
            .helps("did you mean `web`?");
        check(RULE, &fleet("name: web, namespace: other"))
            .finds_one(
                Severity::Warning,
                "no Deployment `web` is applied in production",
            )
            .helps("it is in namespace `web`");
        let without = fleet("name: web, namespace: other").replace(
            "metadata: {name: web, namespace: web}",
            "metadata: {name: web}",
        );
        check(RULE, &without).helps(
            "it has no namespace, and so Flux cannot apply it: set `metadata.namespace` of it, `namespace` above it, or \
             `targetNamespace`",
        );
    }

    #[test]
    fn what_is_there_and_what_something_else_may_make_is_left_alone() {
        for health_check in [
            "name: web, namespace: web",
            "name: made-by-an-operator, namespace: web",
            "name: '${NAME}', namespace: web",
        ] {
            check(RULE, &fleet(health_check)).finds(0);
        }
        // What kustomize gives a namespace to may have none in the cluster.
        let issuer = fleet("name: web")
            .replace("apps/v1", "cert-manager.io/v1")
            .replace("Deployment", "ClusterIssuer");
        check(RULE, &issuer).finds(0);
        let broken = fleet("name: wbe, namespace: web")
            + "//- apps/kustomization.yaml\nresources: [nowhere.yaml]\n";
        check(RULE, &broken).finds(0);
    }
}
