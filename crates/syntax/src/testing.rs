//! What the tests of several files look at trees with.

use crate::{Node, NodeKind, Tree};

/// Every node's source text, parents first; anchors and tags in front, `@7` for an empty value.
pub(crate) fn outline(tree: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    walk(tree, |node| {
        let anchor = node
            .anchor()
            .map(|name| format!("&{name} "))
            .unwrap_or_default();
        let tag = node.tag().map(|tag| format!("{tag} ")).unwrap_or_default();
        let text = match node.text() {
            "" => format!("@{}", u32::from(node.range().start())),
            text => text.to_owned(),
        };
        lines.push(format!("{anchor}{tag}{text}"));
    });
    lines
}

/// The decoded values of all scalars of a text.
pub(crate) fn values(text: &str) -> Vec<String> {
    let tree = Tree::parse(text);
    let mut values = Vec::new();
    walk(&tree, |node| {
        if let (NodeKind::Scalar(_), Some((value, _))) = (node.kind(), node.scalar()) {
            values.push(value.to_owned());
        }
    });
    values
}

/// Visits every node once, parents first.
pub(crate) fn walk<'t>(tree: &'t Tree, mut visit: impl FnMut(Node<'t>)) {
    let mut rest: Vec<_> = tree
        .documents()
        .filter_map(|document| document.root())
        .collect();
    rest.reverse();
    while let Some(node) = rest.pop() {
        visit(node);
        rest.extend(children(node).into_iter().rev());
    }
}

/// The children of a node as written: an alias has none.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    match node.kind() {
        NodeKind::Mapping => node
            .own_entries()
            .flat_map(|entry| [entry.key, entry.value])
            .collect(),
        NodeKind::Sequence => node.items().collect(),
        NodeKind::Scalar(_) | NodeKind::Alias => Vec::new(),
    }
}

/// The path and value of every scalar; items of lists have no number in it.
pub(crate) fn leaves(tree: &Tree) -> Vec<String> {
    let mut leaves = Vec::new();
    let roots = tree.documents().filter_map(|document| document.root());
    let mut rest: Vec<_> = roots.map(|root| (String::new(), root)).collect();
    while let Some((path, node)) = rest.pop() {
        match node.kind() {
            NodeKind::Mapping => rest.extend(node.own_entries().map(|entry| {
                let key = entry.key.scalar().map_or("?", |(key, _)| key);
                (format!("{path}/{key}"), entry.value)
            })),
            NodeKind::Sequence => rest.extend(node.items().map(|item| (format!("{path}/-"), item))),
            NodeKind::Scalar(_) => {
                leaves.push(format!(
                    "{path} = {}",
                    node.scalar().map_or("", |(value, _)| value)
                ));
            }
            NodeKind::Alias => leaves.push(format!("{path} = {}", node.text())),
        }
    }
    leaves
}

pub(crate) const HELM_RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: podinfo
  annotations: {app: podinfo, tier: \"1\"}
spec:
  releaseName: podinfo
  chart:
    spec:
      chart: podinfo
      version: \">=1.0.0\"
      sourceRef:
        kind: HelmRepository
        name: podinfo
        namespace: flux-system
  interval: 50m
  dependsOn:
    - name: redis
      namespace: cache
    - name: ingress
  install:
    remediation:
      retries: 3
  values:
    redis:
      enabled: true
      repository: public.ecr.aws/docker/library/redis
    hosts:
    - podinfo.local
    - host: podinfo.example
      paths: [/, /api]
    args: [\"--a\", \"--b\"]
  valuesFrom:
    - kind: ConfigMap
      name: podinfo-values
";

pub(crate) const KUSTOMIZATION: &str = "\
# The applications of this cluster.
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  labels:
    team: a
spec:
  interval: 10m0s
  path: ./apps/production
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      cluster: production
    substituteFrom:
      - kind: ConfigMap
        name: settings

      - kind: Secret
        name: secrets
  patches:
    - target:
        kind: Deployment
      patch: \"[]\"
  timeout: 3m
";
