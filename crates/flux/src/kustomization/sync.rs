//! The Flux Kustomization that the sync of a FluxInstance makes, with the patches of the instance.
//! [flux-operator:internal/builder/templates.go]

use std::sync::Arc;

use camino::Utf8Path;
use infragen_kustomize::{
    Accumulated, Additions, Entry, FileResources, Loader, Map, Path, Value, Way, accumulate,
    build_as_flux, emit, read_file,
};
use infragen_syntax::Tree;
use smol_str::SmolStr;

use super::spec::KustomizationSpec;
use crate::known::KUSTOMIZATION;

/// What the Flux Kustomization says that an instance makes: `spec.kustomize.patches` act on it and on its source. None
/// without a sync. A patch that fails, or that means an object of the installation, changes nothing here.
///
/// `instance` is the `spec` of a FluxInstance, or `values.instance` of its Helm release; `named` gives namespace and
/// name of what the sync makes.
pub fn of_instance(instance: &Value, named: (&str, &str)) -> Option<KustomizationSpec> {
    let sync = instance.get("sync")?;
    let mut texts = String::new();
    for object in [source(sync, named), kustomization(sync, named)] {
        texts.push_str("---\n");
        emit(&object, &mut texts).ok()?;
    }
    let made = Made {
        tree: Arc::new(Tree::parse(texts)),
    };
    let patches = instance
        .at(&["kustomize", "patches"])
        .and_then(Value::as_list);
    let mut text = String::new();
    let patches = Value::from(patches.unwrap_or_default().to_vec());
    emit(&entries([("patches", patches)]), &mut text).ok()?;
    let additions = Additions::new(Path::from(Utf8Path::new("\0")), text.into(), false);
    let built = build_as_flux(&made, Utf8Path::new(""), &additions);
    let made = built.resources.iter();
    let mut made = made.filter(|resource| resource.kind() == KUSTOMIZATION.kind);
    made.next()
        .map(|resource| KustomizationSpec::read(&resource.value))
}

fn entries<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    let entries = entries.map(|(key, value)| (SmolStr::new_static(key), value));
    Value::from(Map::from_entries(entries.into()))
}

fn text(sync: &Value, key: &str) -> Value {
    Value::string(sync.get(key).and_then(Value::as_str).unwrap_or_default())
}

fn object(version: &str, kind: Value, (namespace, name): (&str, &str), spec: Value) -> Value {
    let named = [
        ("name", Value::string(name)),
        ("namespace", Value::string(namespace)),
    ];
    entries([
        ("apiVersion", Value::string(version)),
        ("kind", kind),
        ("metadata", entries(named)),
        ("spec", spec),
    ])
}

fn source(sync: &Value, named: (&str, &str)) -> Value {
    let (reference, url) = (text(sync, "ref"), text(sync, "url"));
    let spec = match sync.get("kind").and_then(Value::as_str) {
        Some("OCIRepository") => entries([("ref", entries([("tag", reference)])), ("url", url)]),
        Some("Bucket") => entries([("bucketName", reference), ("endpoint", url)]),
        _ => entries([("ref", entries([("name", reference)])), ("url", url)]),
    };
    object(
        "source.toolkit.fluxcd.io/v1",
        text(sync, "kind"),
        named,
        spec,
    )
}

fn kustomization(sync: &Value, named: (&str, &str)) -> Value {
    let source = [
        ("kind", text(sync, "kind")),
        ("name", Value::string(named.1)),
    ];
    let spec = entries([
        ("interval", Value::string("10m0s")),
        ("path", text(sync, "path")),
        ("prune", Value::plain("true")),
        ("sourceRef", entries(source)),
    ]);
    let kind = Value::string(KUSTOMIZATION.kind);
    object("kustomize.toolkit.fluxcd.io/v1", kind, named, spec)
}

/// One file of objects in a directory of its own.
struct Made {
    tree: Arc<Tree>,
}

const FILE: &str = "sync.yaml";

impl Loader for Made {
    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        (path == FILE).then_some(Entry::File)
    }

    fn bytes(&self, path: &Utf8Path) -> Option<Arc<[u8]>> {
        (path == FILE).then(|| Arc::from(self.tree.text().as_bytes()))
    }

    fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>> {
        (path == FILE).then(|| self.tree.clone())
    }

    fn list(&self, _: &Utf8Path) -> Vec<String> {
        vec![FILE.to_owned()]
    }

    fn accumulate(&self, directory: &Utf8Path, way: &Way<'_>) -> Arc<Accumulated> {
        Arc::new(accumulate(self, directory, way))
    }

    fn resources(&self, file: &Utf8Path) -> Arc<FileResources> {
        Arc::new(read_file(self, file))
    }

    fn lenient_operations(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infragen_kustomize::read_through_json;

    fn made(patches: &str) -> KustomizationSpec {
        let text = format!(
            "sync: {{kind: OCIRepository, url: 'oci://a/b', ref: latest, path: clusters/a}}\nkustomize:\n  patches:\n{patches}"
        );
        of_instance(&read_through_json(&text).unwrap(), ("flux-system", "fleet")).unwrap()
    }

    #[test]
    fn the_sync_makes_a_kustomization() {
        let spec = made("");
        assert_eq!(
            (spec.namespace.as_str(), spec.name.as_str()),
            ("flux-system", "fleet")
        );
        assert_eq!(spec.path, "clusters/a");
        let source = spec.source.unwrap();
        assert_eq!(
            (
                source.kind.as_str(),
                source.namespace.as_str(),
                source.name.as_str()
            ),
            ("OCIRepository", "flux-system", "fleet")
        );
        assert!(spec.post_build.is_none() && spec.additions.is_empty() && spec.prune);
    }

    #[test]
    fn patches_of_the_instance_change_it() {
        let spec = made(
            "    - {target: {kind: Deployment}, patch: '[{op: remove, path: /spec}]'}\n\
             \x20   - target: {kind: Kustomization}\n\
             \x20     patch: |\n\
             \x20       - {op: add, path: /spec/postBuild, value: {substitute: {A: b}}}\n\
             \x20       - {op: add, path: /spec/targetNamespace, value: apps}\n",
        );
        let post_build = spec.post_build.unwrap();
        assert_eq!(post_build.substitute, [("A".into(), "b".into())]);
        assert_eq!(&*spec.additions, "namespace: apps\n");
    }

    #[test]
    fn a_patch_of_the_installation_changes_nothing() {
        let spec = made(
            "    - patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: source-controller}}'\n",
        );
        assert_eq!(spec.path, "clusters/a");
    }

    #[test]
    fn without_a_sync_nothing_is_made() {
        assert_eq!(of_instance(&Value::map(), ("flux-system", "fleet")), None);
    }
}
