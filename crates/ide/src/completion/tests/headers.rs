//! `apiVersion` and `kind`.

use super::{labels, taken};

#[test]
fn choosing_a_kind_fills_in_the_version() {
    assert_eq!(
        taken("kind: Helm$0\n", "HelmRelease"),
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
    );
    assert_eq!(
        taken("apiVersion:\nkind: $0\n", "OCIRepository"),
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n"
    );
}

#[test]
fn a_written_version_decides() {
    let found = labels("apiVersion: image.toolkit.fluxcd.io/v1\nkind: $0\n");
    assert_eq!(
        found,
        ["ImagePolicy", "ImageRepository", "ImageUpdateAutomation"]
    );
    assert!(labels("apiVersion: apps/v1\nkind: $0\n").is_empty());
}

#[test]
fn the_version_of_a_written_kind() {
    assert_eq!(
        labels("apiVersion: $0\nkind: Alert\n"),
        ["notification.toolkit.fluxcd.io/v1beta3"]
    );
    let found = labels("apiVersion: $0\n");
    assert!(
        found.contains(&"helm.toolkit.fluxcd.io/v2".to_owned()),
        "{found:?}"
    );
    let mut once = found.clone();
    once.dedup();
    assert_eq!(found, once);
}

#[test]
fn a_kustomization_file_has_kinds_of_its_own() {
    let text = "//- kustomization.yaml\nkind: $0\n";
    assert_eq!(labels(text), ["Component", "Kustomization"]);
    assert_eq!(
        taken(text, "Component"),
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    );
    let other = "//- kustomization.yaml\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: $0\n";
    assert_eq!(
        taken(other, "Component"),
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    );
}

#[test]
fn the_kinds_of_later_documents_and_list_items() {
    assert!(labels("kind: A\n---\nkind: $0\n").contains(&"HelmRelease".to_owned()));
    let item = "apiVersion: v1\nkind: List\nitems:\n  - kind: $0\n";
    assert_eq!(
        taken(item, "HelmRelease"),
        "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: helm.toolkit.fluxcd.io/v2\n    kind: HelmRelease\n"
    );
}

#[test]
fn nothing_in_what_is_no_object() {
    assert!(labels("jobs: {}\nkind: $0\n").is_empty());
    assert!(labels("image:\n  kind: $0\n").is_empty());
    assert!(labels("//- .github/workflows/ci.yaml\nkind: $0\n").is_empty());
    assert!(labels("//- .infragen.yaml\n$0\n").is_empty());
}

#[test]
fn keys_at_the_top() {
    assert_eq!(labels("kind: Alert\n$0\n"), ["apiVersion"]);
    assert_eq!(
        taken("kind: Alert\nap$0\n", "apiVersion"),
        "kind: Alert\napiVersion: \n"
    );
}
