use infragen_kustomize::{Unmatched, Wanted};
use infragen_syntax::nearest;
use infragen_workspace::{unmatched, unmatched_additions};
use smol_str::SmolStr;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A patch target, or an item of `images`, that fits nothing in the build.
pub static UNMATCHED_TARGET: Rule = Rule {
    id: "unmatched-target",
    severity: Severity::Warning,
    summary: "the `target` of a patch, or an item of `images`, fits nothing in the build",
    explanation: "\
kustomize says nothing when a `target` selects no object, or no image has the name: the patch has no effect. The fields \
of a target are regular expressions that must match the whole text (`we` does not select `web`), and they see names \
and namespaces as they are *before* this kustomization's own `namespace`, `namePrefix` and `nameSuffix`.\n\n\
It is a warning where the target has a name, and a hint where it selects by kind or labels alone: such patches are \
often written for objects that may come. A patch that changes something in one of the builds that have it is none of \
these, and where a part of a build is not known nothing is reported. Patches of Flux Kustomizations are looked at too.",
    example: "\
//- kustomization.yaml
resources: [web.yaml]
patches:
  - target:
      kind: Deployment
      name: wbe
    patch: |
      - op: replace
        path: /spec/replicas
        value: 3
//- web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.facts.broken {
        return;
    }
    let (db, file) = (context.db, context.file);
    for entry in unmatched(db, file)
        .iter()
        .chain(unmatched_additions(db, file).iter())
    {
        findings.push(match &entry.what {
            Wanted::Image(name) => image(entry, name),
            Wanted::Objects { .. } => target(entry),
        });
    }
}

fn image(entry: &Unmatched, name: &SmolStr) -> Finding {
    let message = format!("no image of this build is called `{name}`");
    let finding = UNMATCHED_TARGET.finding(entry.place.range, message);
    // The name of an image, without its tag and digest.
    let plain = |image: &str| {
        let image = image.split('@').next().unwrap_or(image);
        let name = image.rfind('/').unwrap_or(0);
        let end = image[name..]
            .find(':')
            .map_or(image.len(), |end| name + end);
        SmolStr::new(&image[..end])
    };
    let there: Vec<_> = entry.there.iter().map(|image| plain(image)).collect();
    match nearest(name, there.iter().map(SmolStr::as_str)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding
            .severity(Severity::Hint)
            .help("the name counts as it is written, with its registry"),
    }
}

fn target(entry: &Unmatched) -> Finding {
    let Wanted::Objects {
        kind,
        name,
        namespace,
        selects,
        in_other_namespaces,
    } = &entry.what
    else {
        return UNMATCHED_TARGET.finding(entry.place.range, "this changes nothing");
    };
    let what = if kind.is_empty() { "object" } else { kind };
    let message = match (name.is_empty(), namespace.is_empty()) {
        (false, _) => format!("no {what} `{name}` of this build fits this target"),
        (true, false) => format!("no {what} in `{namespace}` of this build fits this target"),
        (true, true) => format!("no {what} of this build fits this target"),
    };
    let finding = UNMATCHED_TARGET.finding(entry.place.range, message);
    if *in_other_namespaces > 0 {
        return finding.help(
            "only the namespace keeps it from one: what this kustomization's own `namespace` gives counts later, \
             leave it out",
        );
    }
    let finding = match name.is_empty() || *selects {
        true => finding.severity(Severity::Hint),
        false => finding,
    };
    let within = entry
        .there
        .iter()
        .find(|there| !name.is_empty() && there.contains(&**name));
    match (
        within,
        nearest(name, entry.there.iter().map(SmolStr::as_str)),
    ) {
        (Some(there), _) if !selects => finding.help(format!(
            "a target must fit the whole name: write `{there}`, or `.*` around it"
        )),
        (None, Some(near)) if !name.is_empty() => finding.help(format!("did you mean `{near}`?")),
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    fn layer(kustomization: &str) -> String {
        format!(
            "//- kustomization.yaml
resources: [web.yaml]
{kustomization}//- web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec: {{replicas: 1, template: {{spec: {{containers: [{{name: web, image: 'nginx:1'}}]}}}}}}
"
        )
    }

    fn patch(target: &str) -> String {
        layer(&format!(
            "patches:\n- target: {{{target}}}\n  patch: '[{{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 2}}]'\n"
        ))
    }

    #[test]
    fn a_target_that_fits_nothing_is_told_with_the_nearest_name() {
        check("unmatched-target", &patch("kind: Deployment, name: wbe"))
            .finds_one(
                Severity::Warning,
                "no Deployment `wbe` of this build fits this target",
            )
            .helps("did you mean `web`?");
    }

    #[test]
    fn a_part_of_a_name_does_not_fit() {
        check("unmatched-target", &patch("name: we"))
            .finds_one(
                Severity::Warning,
                "no object `we` of this build fits this target",
            )
            .helps("a target must fit the whole name: write `web`, or `.*` around it");
    }

    #[test]
    fn the_namespace_of_this_layer_counts_later() {
        let fixture = patch("kind: Deployment, namespace: prod");
        let fixture = fixture.replace(
            "resources: [web.yaml]",
            "namespace: prod\nresources: [web.yaml]",
        );
        check("unmatched-target", &fixture).finds_one(
            Severity::Warning,
            "no Deployment in `prod` of this build fits this target",
        );
    }

    #[test]
    fn a_target_without_a_name_is_a_hint() {
        check("unmatched-target", &patch("kind: StatefulSet")).finds_one(
            Severity::Hint,
            "no StatefulSet of this build fits this target",
        );
    }

    #[test]
    fn an_image_that_nothing_has_is_told() {
        check(
            "unmatched-target",
            &layer("images: [{name: ngnix, newTag: '2'}]\n"),
        )
        .finds_one(
            Severity::Warning,
            "no image of this build is called `ngnix`",
        )
        .helps("did you mean `nginx`?");
        check(
            "unmatched-target",
            &layer("images: [{name: nginx, newTag: '2'}]\n"),
        )
        .finds(0);
    }

    #[test]
    fn a_component_counts_where_it_fits_somewhere() {
        let fixture = |first: &str| {
            let layer = |name: &str, object: &str| {
                format!(
                    "//- {name}/kustomization.yaml\nresources: [object.yaml]\ncomponents: [../component]\n\
                     //- {name}/object.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {object}}}\n"
                )
            };
            format!(
                "{}{}//- component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {{name: web}}
  patch: '[{{\"op\": \"add\", \"path\": \"/data\", \"value\": {{\"a\": \"b\"}}}}]'
",
                layer("one", first),
                layer("two", "other"),
            )
        };
        check("unmatched-target", &fixture("web")).finds(0);
        check("unmatched-target", &fixture("another")).finds(1);
    }

    #[test]
    fn a_patch_of_a_flux_kustomization_is_looked_at() {
        let kustomization = "//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  interval: 1m
  prune: true
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
  - target: {kind: Deployment, name: wbe}
    patch: '[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 2}]'
";
        let apps = layer("").replace("//- ", "//- apps/");
        check(
            "unmatched-target",
            &format!("{CLUSTER}{kustomization}{apps}"),
        )
        .finds_one(
            Severity::Warning,
            "no Deployment `wbe` of this build fits this target",
        );
    }
}
