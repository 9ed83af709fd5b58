use infragen_flux::known::HELM_REPOSITORY;
use infragen_flux::{ObjectFacts, is_templated};
use infragen_syntax::{NewValue, Node, Target, insert_entry, remove_entry, set_scalar};
use infragen_workspace::{is_patch_file, text};

use crate::above::Reach;
use crate::context::object_node;
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// A Helm repository whose type and address do not belong together.
pub static WRONG_HELM_REPOSITORY_TYPE: Rule = Rule {
    id: "wrong-helm-repository-type",
    severity: Severity::Error,
    summary: "the `type` of a HelmRepository is not that of its `url`",
    explanation: "\
Flux goes by `type` and not by the address: without `type: oci` it looks for an `index.yaml`, which an OCI registry has \
not got, and fails with `failed to fetch Helm repository index`. With `type: oci` and an address of another kind no \
chart is found: `invalid OCI registry URL`, at the charts; the repository itself says nothing.

It is a *warning* where no cluster of this repository applies the file. Where a patch above writes the object, this rule \
is silent.",
    example: "\
//- clusters/production/charts.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: charts
  namespace: flux-system
spec:
  interval: 1h
  url: oci://ghcr.io/acme/charts
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef:
    kind: GitRepository
    name: flux-system
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_source = |object: &&ObjectFacts| object.kind == *HELM_REPOSITORY;
    let mut sources = context.facts.objects.iter().filter(is_source).peekable();
    // To parse every file would cost too much.
    let may_be_oci = || text(context.db, context.file).is_ok_and(|text| text.contains("oci"));
    if sources.peek().is_none()
        || !may_be_oci()
        || context.facts.broken
        || is_patch_file(context.db, context.file)
    {
        return;
    }
    let tree = context.tree();
    for object in sources.filter(|object| !object.in_patch) {
        let spec = object_node(&tree, object).and_then(|node| node.get("spec"));
        findings.extend(spec.and_then(|spec| mismatch(context, spec)));
    }
}

/// What is wrong with the fields of a repository.
/// [source-controller:internal/controller/helmrepository_controller.go Reconcile;
/// helmchart_controller.go buildFromHelmRepository]
fn mismatch(context: &Context<'_>, spec: Node<'_>) -> Option<Finding> {
    let url = spec.get("url")?.spanned_str()?;
    let written = spec.get("type").and_then(Node::spanned_str);
    let of_url = match url.value.split_once("://")? {
        ("oci", _) => true,
        ("http" | "https", _) => false,
        // The API server refuses it, or it is not known.
        _ => return None,
    };
    let of_type = match written.map(|written| written.value) {
        None | Some("" | "default") => false,
        Some("oci") => true,
        Some(_) => return None,
    };
    if of_url == of_type || may_be_mended(context) {
        return None;
    }
    let finding = match (of_url, written) {
        (true, None) => WRONG_HELM_REPOSITORY_TYPE
            .finding(url.range, "this address needs `type: oci`")
            .help("without it Flux looks for an `index.yaml` there")
            .fix(
                context.edit_at("add `type: oci`", url.range, |tree, target| {
                    let mapping = around(target);
                    insert_entry(tree, mapping, "type", NewValue::String("oci"), Some("url"))
                }),
            ),
        (true, Some(written)) => WRONG_HELM_REPOSITORY_TYPE
            .finding(written.range, "an address with `oci://` is of `type: oci`")
            .help("else Flux looks for an `index.yaml` there")
            .fix(
                context.edit_at("write `type: oci`", written.range, |tree, target| {
                    set_scalar(tree, target, NewValue::String("oci"))
                }),
            ),
        (false, written) => {
            let range = written.map_or(url.range, |written| written.range);
            WRONG_HELM_REPOSITORY_TYPE
                .finding(range, "an address of `type: oci` begins with `oci://`")
                .help("write the address so, or take the type away if there is an `index.yaml`")
                .fix(context.edit_at("remove `type`", range, |tree, target| {
                    remove_entry(tree, around(target), "type")
                }))
        }
    };
    let is_certain = context.above().reach == Reach::Applied && !is_templated(url.value);
    Some(finding.severity(match is_certain {
        true => Severity::Error,
        false => Severity::Warning,
    }))
}

/// The mapping that a value stands in.
fn around(value: Target<'_>) -> Target<'_> {
    Target {
        document: value.document,
        path: value.path.split_last().map_or(&[], |(_, mapping)| mapping),
    }
}

/// Whether something above may write one of the two fields.
fn may_be_mended(context: &Context<'_>) -> bool {
    let patches = |patch: &ObjectFacts| patch.kind == *HELM_REPOSITORY;
    let above = context.above();
    [["spec", "type"], ["spec", "url"]]
        .iter()
        .any(|field| above.may_set(context.db, field, &patches))
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::{CLUSTER, check};

    const RULE: &str = "wrong-helm-repository-type";

    fn charts(spec: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/charts.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {{name: charts, namespace: flux-system}}
spec:
  {spec}
"
        )
    }

    #[test]
    fn an_address_of_a_registry_needs_its_type() {
        check(RULE, &charts("url: oci://ghcr.io/acme\n  interval: 1h"))
            .finds_one(Severity::Error, "this address needs `type: oci`")
            .at(&["clusters/production/charts.yaml: oci://ghcr.io/acme"])
            .fixed("  type: oci\n");
        check(RULE, &charts("type: default\n  url: oci://ghcr.io/acme"))
            .finds_one(
                Severity::Error,
                "an address with `oci://` is of `type: oci`",
            )
            .fixed("  type: oci\n");
    }

    #[test]
    fn a_type_needs_its_address() {
        check(
            RULE,
            &charts("type: oci\n  url: https://charts.example.com"),
        )
        .finds_one(
            Severity::Error,
            "an address of `type: oci` begins with `oci://`",
        )
        .at(&["clusters/production/charts.yaml: oci"])
        .offers(1)
        .fixed("");
    }

    #[test]
    fn what_fits_or_is_not_known_is_left_alone() {
        for spec in [
            "{type: oci, url: \"oci://ghcr.io/acme\"}",
            "{url: \"https://charts.example.com/oci\"}",
            "{type: default, url: \"http://charts.example.com/oci\"}",
            "{type: \"${TYPE}\", url: \"oci://ghcr.io/acme\"}",
            "{type: oci, url: \"${URL}\"}",
            "{type: oci}",
        ] {
            let fixture = charts("x").replace("spec:\n  x", &format!("spec: {spec}"));
            check(RULE, &fixture).finds(0);
        }
    }

    #[test]
    fn what_may_be_otherwise_is_no_error() {
        // The beginning of an address tells its kind.
        check(RULE, &charts("url: oci://${REGISTRY}/acme"))
            .finds_one(Severity::Warning, "this address needs `type: oci`");
        let orphan = charts("url: oci://ghcr.io/acme")
            .replace("//- clusters/production/charts", "//- archive/charts");
        check(RULE, &orphan).finds_one(Severity::Warning, "this address needs `type: oci`");
        let patched = format!(
            "{}//- clusters/production/kustomization.yaml
resources: [charts.yaml]
patches:
  - target: {{kind: HelmRepository}}
    patch: |
      - {{op: add, path: /spec/type, value: oci}}
",
            charts("url: oci://ghcr.io/acme")
        );
        check(RULE, &patched).finds(0);
        let merged = patched.replace(
            "      - {op: add, path: /spec/type, value: oci}\n",
            "      apiVersion: source.toolkit.fluxcd.io/v1\n      kind: HelmRepository\n      \
             metadata: {name: charts}\n      spec: {type: oci}\n",
        );
        check(RULE, &merged).finds(0);
    }
}
