use infragen_flux::known::KUSTOMIZATION;
use infragen_kustomize::Value;
use infragen_syntax::{Segment, Target, remove_entry};
use infragen_workspace::{
    Cluster, DefinedIn, cluster, object_variables, variable_definitions, variable_receivers,
};
use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A variable that nothing uses.
pub static UNUSED_VARIABLE: Rule = Rule {
    id: "unused-variable",
    severity: Severity::Hint,
    summary: "nothing that a Flux Kustomization applies uses one of its variables",
    explanation: "\
`postBuild.substitute` sets it, and no `${NAME}` in what the Flux Kustomization applies reads it, in any environment. It \
may be a leftover, or the name is written differently where it is used. Nothing is said where a part of what is applied \
is not known here: a remote base, another repository.",
    example: "\
//- clusters/production/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      DOMAIN: example.com
      ZONE: eu
//- apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: apps}
data:
  host: ${DOMAIN}
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_flux = context
        .facts
        .objects
        .iter()
        .any(|object| object.kind == *KUSTOMIZATION && !object.in_patch);
    if !is_flux || context.facts.broken || context.facts.kustomization.is_some() {
        return;
    }
    let (db, root) = (context.db, context.root);
    let path = context.file.path(db);
    // By the place of the name: whether every application that it is a variable of lacks a use.
    let mut unused: FxHashMap<_, Unused> = FxHashMap::default();
    for (environment, number) in variable_receivers(db, context.file).iter() {
        let cluster = cluster(db, root, environment.clone());
        let Some(application) = cluster.applications.get(*number) else {
            continue;
        };
        let post_build = application.spec.post_build.as_ref();
        let Some(post_build) = post_build.filter(|_| application.file.as_deref() == Some(&*path))
        else {
            continue;
        };
        let uses = object_variables(db, application);
        for (name, _) in &post_build.substitute {
            let is_used = uses
                .iter()
                .any(|object| object.names.iter().any(|(used, _)| used == name));
            let is_open = is_used || !is_known(context, &cluster, *number);
            let environment = environment.clone();
            let definitions = variable_definitions(db, root, environment, *number, name.clone());
            let here = definitions.iter().filter(|definition| {
                definition.file == context.file && definition.within == DefinedIn::Substitute
            });
            for definition in here {
                let known = unused.entry(definition.range).or_insert_with(|| Unused {
                    name: name.to_string(),
                    everywhere: true,
                    removable: true,
                });
                known.everywhere &= !is_open;
                known.removable &= stays(context, &cluster, *number, name);
            }
        }
    }
    for (
        range,
        Unused {
            name, removable, ..
        },
    ) in unused.into_iter().filter(|(_, unused)| unused.everywhere)
    {
        let message = format!("nothing that is applied here uses the variable `{name}`");
        let finding = UNUSED_VARIABLE.finding(range, message);
        if !removable {
            findings.push(finding.help(
                "without any variable Flux puts no values into the objects at all, not even defaults: keep one, or \
                 write `substituteStrategy: Always`",
            ));
            continue;
        }
        let fix = context.edit_at(format!("remove `{name}`"), range, |tree, target| {
            let path: &[Segment<'_>] = target.path;
            let mapping = match path {
                [above @ .., Segment::Key(key)] if *key == name => above,
                all => all,
            };
            let mapping = Target {
                document: target.document,
                path: mapping,
            };
            remove_entry(tree, mapping, &name)
        });
        findings.push(finding.fix(fix));
    }
}

/// A variable that seems to be unused.
struct Unused {
    name: String,
    /// Whether it is in all that apply it.
    everywhere: bool,
    /// Whether the same is applied without it.
    removable: bool,
}

/// Whether an application applies the same without one of its unused variables: with none at all Flux leaves all text
/// as it is, defaults and what is escaped included.
fn stays(context: &Context<'_>, cluster: &Cluster, number: usize, name: &str) -> bool {
    let Some(application) = cluster.applications.get(number) else {
        return true;
    };
    let post_build = application.spec.post_build.as_ref();
    let others = application
        .variables
        .known
        .keys()
        .any(|other| other != name);
    if others || post_build.is_some_and(|post_build| post_build.always) {
        return true;
    }
    let built = cluster.built(context.db, application);
    object_variables(context.db, application).is_empty()
        && built.is_some_and(|built| !built.resources.iter().any(|one| has_sign(&one.value)))
}

/// Whether any text in a value has the sign that variables begin with.
fn has_sign(value: &Value) -> bool {
    match value {
        Value::Scalar(scalar) => scalar.text.contains('$'),
        Value::List(items) => items.iter().any(has_sign),
        Value::Map(map) => map
            .iter()
            .any(|(key, value)| key.contains('$') || has_sign(value)),
    }
}

/// Whether all that an application applies is known here.
fn is_known(context: &Context<'_>, cluster: &Cluster, number: usize) -> bool {
    let Some(application) = cluster.applications.get(number) else {
        return false;
    };
    let built = cluster.built(context.db, application);
    // What is wrong with values does not hide an object.
    built.is_some_and(|built| built.errors.is_empty() && !built.resources.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::testing::{CLUSTER, check};

    const ID: &str = "unused-variable";

    fn repository(layer: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef: {{kind: GitRepository, name: flux-system}}
  postBuild:
    substitute:
      DOMAIN: example.com
      ZONE: eu
//- apps/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: web, namespace: web}}
data: {{a: \"${{DOMAIN}}\"}}
//- apps/kustomization.yaml
resources: [config.yaml]
{layer}"
        )
    }

    #[test]
    fn nothing_uses_it() {
        check(ID, &repository(""))
            .at(&["clusters/production/apps.yaml: ZONE"])
            .says("nothing that is applied here uses the variable `ZONE`")
            .fixed("");
    }

    #[test]
    fn the_last_one_is_kept_where_its_loss_changes_what_is_applied() {
        let last = |data: &str| {
            let all = repository("").replace("      DOMAIN: example.com\n", "");
            check(ID, &all.replace("${DOMAIN}", data))
        };
        last("${REGION:=eu}").finds(1).offers(0);
        last("$${REGION}").finds(1).offers(0);
        last("eu").finds(1).offers(1);
        let all = repository("").replace("      DOMAIN: example.com\n", "");
        let always = all.replace("${DOMAIN}", "${REGION:=eu}").replace(
            "  postBuild:\n",
            "  postBuild:\n    substituteStrategy: Always\n",
        );
        check(ID, &always).finds(1).offers(1);
    }

    #[test]
    fn a_patch_or_a_default_uses_it() {
        let patch = "commonAnnotations: {zone: \"${OTHER:=${ZONE}}\"}\n";
        check(ID, &repository(patch)).finds(0);
    }

    #[test]
    fn what_is_not_known_may_use_it() {
        let remote =
            repository("").replace("[config.yaml]", "[config.yaml, https://example.com/base]");
        check(ID, &remote).finds(0);
    }
}
