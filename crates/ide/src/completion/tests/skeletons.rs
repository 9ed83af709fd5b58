//! Whole manifests in empty documents.

use infragen_flux::{FileFacts, REQUIRED, flux_kinds};
use infragen_syntax::Tree;

use super::{labels, offers, taken};
use crate::completion::CompletionKind;

/// A snippet as it stands once every placeholder is left as it is.
fn filled(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some(at) = rest.find(['$', '\\', '}']) {
        out.push_str(&rest[..at]);
        let special = &rest[at..];
        if let Some(escaped) = special.strip_prefix('\\') {
            out.push_str(&escaped[..1]);
            rest = &escaped[1..];
        } else if let Some(placeholder) = special.strip_prefix("${") {
            let end = placeholder.find('}').unwrap();
            let body = placeholder[..end].trim_start_matches(|c: char| c.is_ascii_digit());
            let text = match body.strip_prefix('|') {
                Some(choices) => choices.trim_end_matches('|').split(',').next().unwrap(),
                None => body.strip_prefix(':').unwrap(),
            };
            out.push_str(text);
            rest = &placeholder[end + 1..];
        } else {
            panic!("{special} is no placeholder");
        }
    }
    out + rest
}

#[test]
fn every_flux_kind_has_a_skeleton_with_its_required_fields() {
    let offers = offers("$0");
    for kind in flux_kinds() {
        let offer = offers
            .iter()
            .find(|offer| offer.label == kind.kind && offer.kind == CompletionKind::Skeleton);
        let text = filled(
            &offer
                .unwrap_or_else(|| panic!("{}", kind.kind))
                .edit
                .new_text,
        );
        let tree = Tree::parse(text.as_str());
        assert_eq!(tree.errors(), [], "{text}");
        let facts = FileFacts::read(&tree, false);
        assert_eq!(facts.objects[0].kind, *kind, "{text}");
        assert!(facts.objects[0].name.is_some() && facts.objects[0].namespace.is_some());
        let spec = tree
            .document(0)
            .unwrap()
            .root()
            .unwrap()
            .get("spec")
            .unwrap();
        let required = REQUIRED
            .iter()
            .find(|(of, _)| *of == kind)
            .map_or(&[][..], |(_, all)| all);
        for field in required {
            assert!(spec.get(field).is_some(), "{field} in {text}");
        }
        for reference in &facts.objects[0].references {
            assert!(
                matches!(reference.kind, infragen_flux::KindName::Known(_)),
                "{text}"
            );
        }
    }
}

#[test]
fn what_is_called_as_other_tools_call_their_own_is_left_to_them() {
    for name in [
        "docker-compose.yaml",
        "compose.override.yaml",
        "values.yaml",
        "charts/values-production.yaml",
        "Chart.yaml",
        "Taskfile.yml",
        ".github/workflows/ci.yaml",
    ] {
        for text in ["$0", "k$0", "# a\n$0\n"] {
            assert!(
                labels(&format!("//- {name}\n{text}")).is_empty(),
                "{name} {text:?}"
            );
        }
    }
    // Its objects say more than its name.
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n$0";
    assert!(!labels(&format!("//- values.yaml\n{object}")).is_empty());
}

#[test]
fn where_a_document_is_empty() {
    for text in [
        "$0",
        "\n$0\n",
        "Helm$0\n",
        "# comment\n$0",
        "---\n$0",
        "---\n# x\nKust$0\n",
    ] {
        assert!(labels(text).contains(&"HelmRelease".to_owned()), "{text:?}");
    }
    let later = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\nHelm$0\n";
    let text = taken(later, "HelmRelease");
    assert!(
        text.contains("---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"),
        "{text}"
    );
    let indented = taken("  Helm$0\n", "HelmRelease");
    assert!(indented.starts_with("apiVersion: helm"), "{indented}");
}

#[test]
fn where_it_is_not() {
    for text in [
        "a: b\n$0\n",
        "--- $0\n",
        "Helm$0\na: b\n",
        "# $0\n",
        "\"$0\n",
        "version: 3\n---\n$0\n",
        "//- .github/x.yaml\n$0\n",
    ] {
        let found = offers(text);
        assert!(
            !found
                .iter()
                .any(|offer| offer.kind == CompletionKind::Skeleton),
            "{text:?}"
        );
    }
}

#[test]
fn the_namespace_is_that_of_the_neighbours() {
    let text = "//- a.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {name: a, namespace: infra}\n//- b.yaml\n$0\n";
    assert!(taken(text, "HelmRelease").contains("namespace: ${2:infra}"));
    assert!(taken("$0", "HelmRelease").contains("namespace: ${2:flux-system}"));
}

#[test]
fn a_kustomization_file_lists_what_lies_beside_it() {
    let text = "\
//- apps/kustomization.yaml
$0
//- apps/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
//- apps/values.yaml
replicas: 1
//- apps/api/kustomization.yaml
resources: []
//- apps/ha/kustomization.yaml
kind: Component
";
    let found = offers(text);
    let shown: Vec<_> = found
        .iter()
        .filter(|offer| offer.snippet)
        .map(|offer| &*offer.label)
        .collect();
    assert_eq!(shown, ["Kustomization", "Component"]);
    assert_eq!(
        filled(&found[0].edit.new_text),
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - api\n  - web.yaml\n"
    );
    let feature = offers("//- components/x/kustomization.yaml\n$0");
    assert_eq!(feature[0].label, "Component");
}
