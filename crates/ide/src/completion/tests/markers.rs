//! Image policy markers.

use super::{labels, taken};

const POLICIES: &str = "\
//- policies.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: flux-system}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: api, namespace: flux-system}
//- deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
";

#[test]
fn policies_in_a_marker() {
    let text = format!("{POLICIES}  image: a:1 # {{\"$imagepolicy\": \"$0\"}}\n");
    assert_eq!(labels(&text), ["flux-system:api", "flux-system:web"]);
    let text = format!("{POLICIES}  image: a:1 # {{\"$imagepolicy\": \"flux-$0x:tag\"}}\n");
    assert!(
        taken(&text, "flux-system:web")
            .ends_with("  image: a:1 # {\"$imagepolicy\": \"flux-system:web\"}\n")
    );
}

#[test]
fn the_part_of_the_image_stays() {
    let text = format!("{POLICIES}  image: a:1 # {{\"$imagepolicy\": \"flux-system:w$0:tag\"}}\n");
    assert!(taken(&text, "flux-system:web").ends_with("\"flux-system:web:tag\"}\n"));
}

#[test]
fn parts_of_the_image() {
    let text = format!("{POLICIES}  image: a:1 # {{\"$imagepolicy\": \"flux-system:web:$0\"}}\n");
    assert_eq!(labels(&text), ["tag", "name", "digest"]);
    assert!(taken(&text, "tag").ends_with("\"flux-system:web:tag\"}\n"));
}

#[test]
fn nothing_beside_a_marker() {
    for comment in [
        "# $0",
        "# {\"$imagepolicy\": $0\"a\"}",
        "# {\"$imagepolicy\": \"a:b\"$0}",
    ] {
        assert!(
            labels(&format!("{POLICIES}  image: a:1 {comment}\n")).is_empty(),
            "{comment}"
        );
    }
}
