//! Fixed values, booleans, and namespaces that refer to nothing else.

use super::{in_apps, labels, taken};
use crate::completion::values::{BOOLEANS, SETS, Set};

#[test]
fn fixed_values() {
    assert_eq!(
        labels(&in_apps("  deletionPolicy: $0\n")),
        ["MirrorPrune", "Delete", "WaitForTermination", "Orphan"]
    );
    let text = taken(
        &in_apps("  buildMetadata:\n    - $0\n"),
        "originAnnotations",
    );
    assert!(text.ends_with("  buildMetadata:\n    - originAnnotations\n"));
}

#[test]
fn a_boolean_is_written_without_quotes_and_not_inside_them() {
    let text = in_apps("  prune: $0\n");
    assert_eq!(labels(&text), ["true", "false"]);
    assert!(taken(&text, "true").ends_with("  prune: true\n"));
    assert!(labels(&in_apps("  prune: \"$0\"\n")).is_empty());
}

#[test]
fn the_kinds_of_a_sync() {
    let instance = |path: &str, rest: &str| {
        format!(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nspec:\n  sync:\n    kind: {path}\n    path: {rest}\n//- clusters/a/a.yaml\n"
        )
    };
    assert_eq!(
        labels(&instance("$0", "")),
        ["OCIRepository", "GitRepository", "Bucket"]
    );
    let paths = labels(&instance("GitRepository", "$0"));
    assert!(paths.contains(&"./clusters/a".to_owned()), "{paths:?}");
}

#[test]
fn namespaces_of_the_repository() {
    let every = ["apps", "flux-system", "tenants"];
    assert_eq!(labels(&in_apps("  targetNamespace: $0\n")), every);
    let moved =
        in_apps("  x: y\n").replace("  namespace: flux-system\nspec:", "  namespace: $0\nspec:");
    assert_eq!(labels(&moved), every);
    let layer = in_apps("  x: y\n") + "//- apps/kustomization.yaml\nnamespace: $0\n";
    assert_eq!(labels(&layer), every);
}

/// The tables against the facts that they were written from.
#[test]
#[allow(clippy::disallowed_methods)] // reads the facts beside the repository
fn tables_hold_the_facts_of_the_definitions() {
    let shared = std::env::var("INFRAGEN_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let Ok(facts) = std::fs::read_to_string(format!("{shared}/reference/crd-fields.tsv")) else {
        assert!(
            std::env::var("INFRAGEN_REQUIRE_ORACLES").is_err(),
            "the facts of the definitions are not there: set INFRAGEN_SHARED"
        );
        println!("SKIPPED the facts of the custom resource definitions are not there");
        return;
    };
    let mut sets = 0;
    let mut booleans = 0;
    for line in facts.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let [_, _, kind, path, type_name, constraints] = columns[..] else {
            continue;
        };
        // The kind of a reference is in the table of references; that of a sync is none.
        let of_reference = path.ends_with("kind") && path != "spec.sync.kind";
        if of_reference || path.ends_with("apiVersion") || kind == "FluxReport" {
            continue;
        }
        if let Some((_, rest)) = constraints.split_once("enum=[") {
            let values = rest.split(']').next().unwrap();
            let values: Vec<_> = values
                .split(", ")
                .map(|value| value.trim_matches('"'))
                .collect();
            let known = SETS
                .iter()
                .find(|(of, field, _)| of.kind == kind && *field == path);
            assert_eq!(known.map(|set| set.2), Some(&values[..]), "{kind} {path}");
            sets += 1;
        }
        // `ready` of a ResourceSet's dependencies is one too.
        if type_name == "boolean" {
            let known = BOOLEANS.iter().find(|(of, _)| of.kind == kind);
            assert!(
                known.is_some_and(|(_, fields)| fields.contains(&path)),
                "{kind} {path}"
            );
            booleans += 1;
        }
    }
    // The values of a chart are in no definition.
    let of_values = |(_, field, _): &&Set| field.starts_with("spec.values.");
    assert_eq!(sets, SETS.len() - SETS.iter().filter(of_values).count());
    assert_eq!(
        booleans,
        BOOLEANS
            .iter()
            .map(|(_, fields)| fields.len())
            .sum::<usize>()
    );
}
