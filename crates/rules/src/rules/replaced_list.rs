use infragen_flux::{KindName, ObjectFacts, ReferenceFact, is_templated};
use infragen_workspace::{
    DefinedBy, Definition, Found, SourceFile, definitions, facts, importers, is_patch_file,
};

use crate::above::above;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A list of a patch that takes the place of the one of its base.
pub static REPLACED_LIST: Rule = Rule {
    id: "replaced-list",
    severity: Severity::Hint,
    summary: "a patch replaces a list of a custom resource, and drops what its base lists",
    explanation: "\
A strategic merge knows by the schema of a kind which lists it merges, and by which key. kustomize has the schemas of \
the kinds of Kubernetes itself only: a list of any other kind, such as `dependsOn` or `valuesFrom` of Flux, is replaced \
as a whole, and nobody says so.

To add an item, write a JSON6902 patch with `op: add` and a path that ends in `/-`. If the other items are to go, all \
is well.",
    example: "\
//- kustomization.yaml
resources:
  - release.yaml
patches:
  - patch: |
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata:
        name: web
        namespace: apps
      spec:
        dependsOn:
          - name: cache
//- release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
  namespace: apps
spec:
  dependsOn:
    - name: database
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.facts.broken {
        return;
    }
    let in_layer = context.facts.kustomization.is_some();
    let objects = context.facts.objects.iter();
    let lists = objects.filter(|object| {
        // The schemas of these kinds are not built in.
        object.kind.group.ends_with("fluxcd.io") && object.references.iter().any(is_item)
    });
    let mut lists = lists.peekable();
    if lists.peek().is_none() || !in_layer && !is_patch_file(context.db, context.file) {
        return;
    }
    let layers = match in_layer {
        true => vec![context.file],
        false => {
            let importers = importers(context.db, context.root, Found::File(context.file));
            let patching = importers.iter().filter(|import| import.field.patches());
            patching.map(|import| import.from).collect()
        }
    };
    for object in lists.filter(|object| object.in_patch || !in_layer) {
        of_patch(context, object, &layers, findings);
    }
}

/// Whether a reference is an item of a list, not of what a chart is given, where lists mean what they say.
fn is_item(reference: &ReferenceFact) -> bool {
    let path = reference.row.path;
    path.contains(&"[]") && !path.contains(&"values")
}

/// The path of the list that an item is in.
fn list_of(reference: &ReferenceFact) -> &'static [&'static str] {
    let path = reference.row.path;
    let end = path.iter().position(|step| *step == "[]");
    &path[..end.unwrap_or(path.len())]
}

fn of_patch(
    context: &Context<'_>,
    object: &ObjectFacts,
    layers: &[SourceFile],
    findings: &mut Vec<Finding>,
) {
    let name = object
        .name
        .as_ref()
        .filter(|name| !is_templated(&name.value));
    let Some(name) = name else { return };
    let bases = definitions(context.db, context.root, &object.kind, &name.value);
    let is_base = |base: &&Definition| {
        let namespace = object.namespace.as_ref().map(|namespace| &namespace.value);
        base.file != context.file
            && (namespace.is_none()
                || base.namespace.is_none()
                || namespace == base.namespace.as_ref())
            && !is_patch_file(context.db, base.file)
            && above(context.db, base.file)
                .layers
                .iter()
                .any(|layer| layers.contains(layer))
    };
    let mut told: Vec<&[&str]> = Vec::new();
    for base in bases.iter().filter(is_base) {
        let DefinedBy::Object(number) = base.by else {
            continue;
        };
        let facts = facts(context.db, base.file);
        let Some(written) = facts.objects.get(number as usize) else {
            continue;
        };
        for item in object.references.iter().filter(|item| is_item(item)) {
            let list = list_of(item);
            if told.contains(&list) {
                continue;
            }
            let of_list = |object: &'_ ObjectFacts| -> Vec<ReferenceFact> {
                let references = object.references.iter();
                references
                    .filter(|other| is_item(other) && list_of(other) == list)
                    .cloned()
                    .collect()
            };
            let (new, old) = (of_list(object), of_list(written));
            let is_kept = |old: &ReferenceFact| {
                new.iter()
                    .any(|new| new.name.value == old.name.value && same_kind(&new.kind, &old.kind))
            };
            let Some(dropped) = old.iter().find(|old| !is_kept(old)) else {
                continue;
            };
            told.push(list);
            let key = list.last().copied().unwrap_or_default();
            let message = format!(
                "this takes the place of all `{key}` of the base: `{}` is no longer there",
                dropped.name.value
            );
            findings.push(
                REPLACED_LIST
                    .finding(item.range, message)
                    .relate(base.file, dropped.range, "this is dropped")
                    .help(format!(
                        "to add to the list, use a JSON6902 patch: `{{op: add, path: /{}/-, value: …}}`",
                        list.join("/")
                    )),
            );
        }
    }
}

fn same_kind(a: &KindName, b: &KindName) -> bool {
    match (a, b) {
        (KindName::Known(a), KindName::Known(b)) => a == b,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    const RULE: &str = "replaced-list";

    fn layers(base: &str, patch: &str) -> String {
        format!(
            "//- overlay/kustomization.yaml
resources: [../base]
patches: [{{path: patch.yaml}}]
//- overlay/patch.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web}}
spec: {{{patch}}}
//- base/kustomization.yaml
resources: [web.yaml]
//- base/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: apps}}
spec: {{{base}}}
//- other/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: apps}}
spec: {{dependsOn: [{{name: elsewhere}}]}}
"
        )
    }

    #[test]
    fn what_a_patch_drops_is_told() {
        check(RULE, &layers("dependsOn: [{name: a}]", "dependsOn: [{name: b}]"))
            .finds_one(
                Severity::Hint,
                "this takes the place of all `dependsOn` of the base: `a` is no longer there",
            )
            .at(&["overlay/patch.yaml: {name: b}"])
            .relates(&["base/web.yaml [{name: a}]: this is dropped"])
            .helps("to add to the list, use a JSON6902 patch: `{op: add, path: /spec/dependsOn/-, value: …}`");
    }

    #[test]
    fn what_stays_or_is_new_is_left_alone() {
        let both = "dependsOn: [{name: b}, {name: a}]";
        check(RULE, &layers("dependsOn: [{name: a}]", both)).finds(0);
        check(RULE, &layers("interval: 1h", both)).finds(0);
        check(RULE, &layers("dependsOn: [{name: a}]", "interval: 1h")).finds(0);
        // Nothing is patched where the base is not built with it.
        let apart = layers("dependsOn: [{name: a}]", "dependsOn: [{name: b}]");
        check(RULE, &apart.replace("[../base]", "[]")).finds(0);
    }
}
