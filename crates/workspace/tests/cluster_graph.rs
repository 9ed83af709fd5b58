//! The graph of an environment: as builds make its objects, and what keeps them from becoming ready.

use camino::Utf8Path;
use infragen_workspace::{ClusterNode, Fault, Leads, Workspace, cluster_graph, environments};

fn flux(name: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         spec:\n  path: ./apps/{name}\n  prune: true\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )
}

/// The arrows of the environment, and what is wrong with its objects.
fn graph(files: &[(&str, String)]) -> (Vec<String>, Vec<String>) {
    let sync = flux("flux-system", "").replace("./apps/flux-system", "./clusters/main");
    let mut given = vec![("clusters/main/gotk-sync.yaml", sync.as_str())];
    given.extend(files.iter().map(|(name, text)| (*name, text.as_str())));
    let mut workspace = Workspace::new();
    let root = workspace.open_memory_root(Utf8Path::new("/repository"), &given);
    let db = workspace.db();
    let environment = environments(db, root)[0].clone();
    let graph = cluster_graph(db, root, environment);
    let name = |node: &ClusterNode| format!("{}/{}", node.kind.kind, node.name);
    let edges = graph.edges.iter().map(|edge| {
        let leads = match edge.leads {
            Leads::Waits => "waits for",
            Leads::Source => "comes from",
            Leads::Applied => "is applied by",
        };
        format!(
            "{} {leads} {}",
            name(&graph.nodes[edge.from]),
            name(&graph.nodes[edge.to])
        )
    });
    let faults = graph.nodes.iter().flat_map(|node| {
        let faults = node.faults.iter();
        faults.map(move |fault| {
            let fault = match fault {
                Fault::Build(errors) => format!("fails: {}", errors.len()),
                other => format!("{other:?}"),
            };
            format!("{}: {fault}", name(node))
        })
    });
    (edges.collect(), faults.collect())
}

fn has(edges: &[String], wanted: &str) {
    assert!(
        edges.iter().any(|edge| edge == wanted),
        "no {wanted} in {edges:#?}"
    );
}

const ROOM: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: room, namespace: a}\n";

const RELEASES: &str = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec: {chartRef: {kind: OCIRepository, name: chart}, dependsOn: [{name: db, namespace: data}]}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db, namespace: data}
spec: {chart: {spec: {chart: db, sourceRef: {kind: HelmRepository, name: charts, namespace: web}}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: chart, namespace: web}
spec: {url: 'oci://ghcr.io/acme/chart'}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: web}
spec: {url: 'https://acme.example'}
";

#[test]
fn kustomizations_releases_and_sources_are_in_it() {
    let (edges, faults) = graph(&[
        ("clusters/main/apps.yaml", flux("apps", "")),
        ("apps/apps/all.yaml", RELEASES.to_owned()),
    ]);
    assert_eq!(faults, [""; 0]);
    for edge in [
        "Kustomization/apps is applied by Kustomization/flux-system",
        "Kustomization/apps comes from GitRepository/flux-system",
        "Kustomization/flux-system comes from GitRepository/flux-system",
        "HelmRelease/web is applied by Kustomization/apps",
        "HelmRelease/web waits for HelmRelease/db",
        "HelmRelease/web comes from OCIRepository/chart",
        "HelmRelease/db comes from HelmRepository/charts",
        "OCIRepository/chart is applied by Kustomization/apps",
    ] {
        has(&edges, edge);
    }
}

#[test]
fn what_a_parent_patches_in_counts() {
    let patches = "resources: [gotk-sync.yaml, apps.yaml, base.yaml]\npatches:\n- target: {name: apps}\n  patch: |-\n    - {op: add, path: /spec/dependsOn, value: [{name: base}]}\n";
    let (edges, faults) = graph(&[
        ("clusters/main/kustomization.yaml", patches.to_owned()),
        ("clusters/main/apps.yaml", flux("apps", "")),
        ("clusters/main/base.yaml", flux("base", "")),
        ("apps/apps/a.yaml", ROOM.to_owned()),
        ("apps/base/a.yaml", ROOM.replace("room", "other")),
    ]);
    has(&edges, "Kustomization/apps waits for Kustomization/base");
    assert_eq!(faults, [""; 0]);
}

#[test]
fn what_keeps_objects_from_becoming_ready_is_told() {
    let (_, faults) = graph(&[
        ("clusters/main/fails.yaml", flux("fails", "")),
        (
            "apps/fails/kustomization.yaml",
            "resources: [nowhere.yaml]\n".to_owned(),
        ),
        ("clusters/main/gone.yaml", flux("gone", "")),
        (
            "clusters/main/bare.yaml",
            flux("bare", "").replace(
                "  sourceRef: {kind: GitRepository, name: flux-system}\n",
                "",
            ),
        ),
        (
            "clusters/main/a.yaml",
            flux("a", "  dependsOn: [{name: b}]\n"),
        ),
        (
            "clusters/main/b.yaml",
            flux("b", "  dependsOn: [{name: a}]\n"),
        ),
        ("apps/a/a.yaml", ROOM.to_owned()),
        ("apps/b/a.yaml", ROOM.replace("room", "other")),
    ]);
    assert_eq!(
        faults,
        [
            "Kustomization/a: Loop",
            "Kustomization/b: Loop",
            "Kustomization/bare: NoSource",
            "Kustomization/fails: fails: 1",
            "Kustomization/gone: NoFolder",
        ]
    );
}

#[test]
fn what_nothing_applies_is_missing_only_where_all_is_known() {
    let waits = |more: &[(&'static str, String)]| {
        let mut files = vec![
            (
                "clusters/main/a.yaml",
                flux("a", "  dependsOn: [{name: nowhere}]\n"),
            ),
            ("apps/a/a.yaml", ROOM.to_owned()),
        ];
        files.extend_from_slice(more);
        graph(&files).1
    };
    assert_eq!(waits(&[]), ["Kustomization/nowhere: Missing"]);
    let elsewhere = flux("else", "").replace("name: flux-system}\n", "name: other}\n");
    let elsewhere = elsewhere.replace("GitRepository", "OCIRepository");
    let other = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: other, namespace: flux-system}\nspec: {url: 'oci://ghcr.io/x/y'}\n";
    assert_eq!(
        waits(&[
            ("clusters/main/else.yaml", elsewhere),
            ("clusters/main/other.yaml", other.to_owned())
        ]),
        [""; 0]
    );
}
