//! How fast the two readers are, in bytes a second.
//!
//! `cargo bench -p infragen-syntax --bench readers`

use divan::counter::BytesCount;
use infragen_syntax::Tree;

fn main() {
    divan::main();
}

/// Documents of a Flux repository: short keys, plain values, some lists, quotes, comments and text blocks.
fn manifests(count: usize) -> String {
    (0..count)
        .map(|number| {
            format!(
                "---\n\
                 # yaml-language-server: $schema=https://kubernetes-schemas.pages.dev/helmrelease.json\n\
                 apiVersion: helm.toolkit.fluxcd.io/v2\n\
                 kind: HelmRelease\n\
                 metadata:\n  name: app-{number}\n  namespace: default\n\
                 spec:\n  interval: 1h\n  chartRef:\n    kind: OCIRepository\n    name: app-{number}\n  \
                 install:\n    remediation:\n      retries: -1\n  \
                 dependsOn:\n    - name: rook-ceph-cluster\n      namespace: rook-ceph\n    - name: volsync\n  \
                 values:\n    controllers:\n      app:\n        annotations: {{reloader: \"true\"}}\n        \
                 containers:\n          app:\n            image:\n              \
                 repository: ghcr.io/example/app\n              \
                 tag: 1.{number}.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n            \
                 env:\n              TZ: \"${{TIMEZONE}}\"\n              PORT: &port 8080\n            \
                 args: [\"--port\", \"8080\"]\n    service:\n      app:\n        ports:\n          http:\n            port: *port\n    \
                 config: |\n      [server]\n      listen = 0.0.0.0\n      # a comment of the text\n      level = info\n"
            )
        })
        .collect()
}

/// The same with half a key in the middle of each document.
fn half_typed(count: usize) -> String {
    manifests(count).replace("  install:\n", "  inst\n  install:\n")
}

#[divan::bench(args = [1, 100, 5_000])]
fn strict(bencher: divan::Bencher<'_, '_>, documents: usize) {
    let text = manifests(documents);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Tree::parse(divan::black_box(text.as_str())));
}

#[divan::bench(args = [1, 100])]
fn concrete(bencher: divan::Bencher<'_, '_>, documents: usize) {
    let text = manifests(documents);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Tree::parse_tolerantly(divan::black_box(text.as_str())));
}

#[divan::bench(args = [1, 100])]
fn broken(bencher: divan::Bencher<'_, '_>, documents: usize) {
    let text = half_typed(documents);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Tree::parse(divan::black_box(text.as_str())));
}
