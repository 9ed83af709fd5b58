//! scratch
use camino::Utf8Path;
use infragen_syntax::TextSize;
use infragen_workspace::{Workspace, text};
#[test]
fn look() {
    for (corpus, path, needle, nth) in [
        ("flux2-kustomize-helm-example", "clusters/production/apps.yaml", "name: apps", 0),
        ("flux2-kustomize-helm-example", "clusters/production/apps.yaml", "./production", 0),
        ("flux2-kustomize-helm-example", "clusters/production/apps.yaml", "infra-configs", 0),
        ("flux2-kustomize-helm-example", "clusters/production/apps.yaml", "Kustomization", 0),
        ("flux2-kustomize-helm-example", "apps/production/kustomization.yaml", "../base/podinfo", 0),
        ("flux2-kustomize-helm-example", "apps/production/kustomization.yaml", "name: podinfo", 0),
        ("onedr0p-home-ops", "kubernetes/apps/default/atuin/ks.yaml", "name: ", 3),
        ("onedr0p-home-ops", "kubernetes/apps/default/atuin/ks.yaml", "name: ", 0),
        ("onedr0p-home-ops", "kubernetes/apps/default/atuin/ks.yaml", "components/", 0),
        ("onedr0p-home-ops", "kubernetes/apps/default/atuin/ks.yaml", "path: ./kub", 0),
        ("onedr0p-home-ops", "kubernetes/apps/default/kustomization.yaml", "./atuin", 0),
        ("onedr0p-home-ops", "kubernetes/apps/default/kustomization.yaml", "namespace: d", 0),
        ("onedr0p-home-ops", "kubernetes/apps/default/atuin/app/helmrelease.yaml", "name: ", 1),
        ("onedr0p-home-ops", "kubernetes/flux/cluster/ks.yaml", "kind: HelmR", 0),
    ] {
        let mut ws = Workspace::new();
        let root = Utf8Path::new("/work/shared/corpora").join(corpus);
        let r = ws.open_root(&root);
        let snap = ws.snapshot();
        let _ = r;
        let Some(file) = ws.file(&root.join(path)) else { println!("no {path}"); continue };
        let t = text(snap.db(), file).unwrap();
        let Some((at, m)) = t.match_indices(needle).nth(nth) else { println!("no {needle} in {path}\n{t}"); continue };
        let off = TextSize::try_from(at + m.len()).unwrap();
        println!("===== {path} at {needle}#{nth}");
        match infragen_ide::hover(snap.db(), file, off) { Some(h) => println!("[{}]\n{}", &t[h.range], h.markdown), None => println!("NONE") }
        for d in infragen_ide::definition(snap.db(), file, off) { println!("  -> {} {:?}", d.file.path(snap.db()), d.focus); }
    }
}
