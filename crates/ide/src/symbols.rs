use std::cmp::Reverse;
use std::collections::BinaryHeap;

use infragen_flux::known::{CONFIG_MAP, SECRET};
use infragen_flux::{FileFacts, ObjectFacts};
use infragen_syntax::{Entry, Node, TextRange, Tree};
use infragen_workspace::{
    Db, DefinedBy, Definition, Root, SourceFile, each_definition, facts, is_manifest,
    is_patch_file, target, tree,
};

use smol_str::SmolStr;

use crate::fuzzy::Query;
use crate::subject::node_of;

/// Something with a name in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// `Kustomization/apps`
    pub name: String,
    /// The namespace, or what else tells it apart.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// The part to select.
    pub focus: TextRange,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// An object.
    Object,
    /// A field.
    Field,
    /// An item of a list.
    Item,
    /// A path.
    File,
}

/// A symbol with its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// The file.
    pub file: SourceFile,
    /// The symbol, without children.
    pub symbol: Symbol,
}

/// What a file holds: its objects with the fields of their `spec` (of a ConfigMap or Secret, the keys);
/// of a kustomization file, its fields with their paths. Patches are part of what holds them.
pub fn document_symbols(db: &dyn Db, file: SourceFile) -> Vec<Symbol> {
    if !is_manifest(db, file) {
        return Vec::new();
    }
    let facts = facts(db, file);
    let tree = tree(db, file);
    if facts.kustomization.is_some() {
        return kustomization(&tree, &facts);
    }
    let mut symbols: Vec<Symbol> = Vec::new();
    for object in &facts.objects {
        let symbol = object_symbol(&tree, object);
        match symbols
            .last_mut()
            .filter(|outer| object.in_patch && contains(outer, &symbol))
        {
            Some(outer) => outer.children.push(symbol),
            None => symbols.push(symbol),
        }
    }
    symbols
}

fn contains(outer: &Symbol, inner: &Symbol) -> bool {
    outer.range.contains_range(inner.range)
}

fn object_symbol(tree: &Tree, object: &ObjectFacts) -> Symbol {
    let name = object.name.as_ref();
    let written = match name {
        Some(name) => format!("{}/{}", object.kind, name.value),
        None => object.kind.to_string(),
    };
    let is_patch = object.in_patch && !object.rendered;
    let root = node_of(tree, object.range).filter(|_| !is_patch);
    let fields = root.map(fields).unwrap_or_default();
    let focus = name.map_or(object.kind_range, |name| name.range);
    Symbol {
        name: if is_patch {
            format!("patch {written}")
        } else {
            written
        },
        detail: object
            .namespace
            .as_ref()
            .map(|namespace| namespace.value.to_string()),
        kind: SymbolKind::Object,
        range: object.range.cover(focus),
        focus,
        children: fields,
    }
}

/// The fields of an object's `spec`, with their values where those are scalars; the keys of data without
/// values.
fn fields(root: Node<'_>) -> Vec<Symbol> {
    let is =
        |kind: &infragen_flux::Kind| root.get("kind").and_then(Node::as_str) == Some(kind.kind);
    if is(SECRET) || is(CONFIG_MAP) {
        let data = ["data", "stringData"]
            .into_iter()
            .filter_map(|key| root.get(key));
        return data
            .flat_map(|data| data.own_entries())
            .map(|entry| field(entry, false))
            .collect();
    }
    let spec = root.get("spec").into_iter();
    spec.flat_map(|spec| spec.own_entries())
        .map(|entry| field(entry, true))
        .collect()
}

fn field(entry: Entry<'_>, with_value: bool) -> Symbol {
    let value = entry
        .value
        .as_str()
        .filter(|value| with_value && !value.contains('\n'));
    Symbol {
        name: entry.key.scalar().map_or("", |(key, _)| key).to_owned(),
        detail: value.map(str::to_owned),
        kind: SymbolKind::Field,
        range: entry.range(),
        focus: entry.key.range(),
        children: Vec::new(),
    }
}

/// The fields of a kustomization file; below each its paths, and the patches and generators in it.
fn kustomization(tree: &Tree, facts: &FileFacts) -> Vec<Symbol> {
    let root = tree.document(0).and_then(|document| document.root());
    let Some((root, file)) = root.zip(facts.kustomization.as_ref()) else {
        return Vec::new();
    };
    let header =
        |entry: &Entry<'_>| matches!(entry.key.as_str(), Some("apiVersion" | "kind" | "metadata"));
    let mut fields: Vec<_> = root
        .own_entries()
        .filter(|entry| !header(entry))
        .map(|entry| field(entry, true))
        .collect();
    let paths = file.entries.iter().map(|entry| Symbol {
        name: entry.path.value.clone(),
        detail: None,
        kind: SymbolKind::File,
        range: entry.path.range,
        focus: entry.path.range,
        children: Vec::new(),
    });
    let generators = file.generators.iter().map(|generator| Symbol {
        name: format!("{}/{}", generator.kind, generator.name.value),
        detail: generator.namespace.clone(),
        kind: SymbolKind::Object,
        range: generator.name.range,
        focus: generator.name.range,
        children: Vec::new(),
    });
    let patches = facts
        .objects
        .iter()
        .map(|object| object_symbol(tree, object));
    for symbol in paths.chain(generators).chain(patches) {
        if let Some(outer) = fields.iter_mut().find(|outer| contains(outer, &symbol)) {
            outer.children.push(symbol);
        }
    }
    for outer in &mut fields {
        outer.children.sort_by_key(|symbol| symbol.range.start());
    }
    fields
}

/// The objects of a root whose kind, namespace or name hold the letters of a query in their order, the
/// best first.
pub fn workspace_symbols(
    db: &dyn Db,
    root: Root,
    query: &str,
    limit: usize,
) -> Vec<WorkspaceSymbol> {
    let mut best: BinaryHeap<Reverse<Match>> = BinaryHeap::new();
    let mut query = Query::new(query);
    each_definition(db, root, &mut |kind, name, definition| {
        let namespace = definition.namespace.as_deref().unwrap_or_default();
        let Some(score) = query.score(&kind.kind, namespace, name) else {
            return;
        };
        let found = Match {
            score,
            name: Reverse(name.clone()),
            file: Reverse(definition.file),
            by: Reverse(definition.by),
            namespace: definition.namespace.clone(),
        };
        let worse = best.peek().is_some_and(|Reverse(worst)| found < *worst);
        if best.len() >= limit && worse || is_patch_file(db, definition.file) {
            return;
        }
        best.push(Reverse(found));
        if best.len() > limit {
            best.pop();
        }
    });
    let best = best.into_sorted_vec();
    best.into_iter()
        .filter_map(|Reverse(found)| workspace_symbol(db, found))
        .collect()
}

/// An object that fits a query, in the order of how well; of equal ones the name that comes first in the
/// alphabet, then the file that was seen first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    score: i32,
    name: Reverse<SmolStr>,
    file: Reverse<SourceFile>,
    by: Reverse<DefinedBy>,
    namespace: Option<SmolStr>,
}

fn workspace_symbol(db: &dyn Db, found: Match) -> Option<WorkspaceSymbol> {
    let Match {
        file: Reverse(file),
        by: Reverse(by),
        namespace,
        ..
    } = found;
    let target = target(
        db,
        &Definition {
            file,
            by,
            namespace,
        },
    )?;
    Some(WorkspaceSymbol {
        file: target.file,
        symbol: Symbol {
            name: format!("{}/{}", target.kind, target.name),
            detail: target.namespace.map(|namespace| namespace.to_string()),
            kind: SymbolKind::Object,
            range: target.range.cover(target.name_range),
            focus: target.name_range,
            children: Vec::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn outline(symbols: &[Symbol], depth: usize, lines: &mut Vec<String>) {
        for symbol in symbols {
            assert!(symbol.range.contains_range(symbol.focus), "{symbol:?}");
            let detail = symbol
                .detail
                .as_deref()
                .map(|detail| format!(" ({detail})"));
            lines.push(format!(
                "{:indent$}{}{}",
                "",
                symbol.name,
                detail.unwrap_or_default(),
                indent = depth * 2
            ));
            outline(&symbol.children, depth + 1, lines);
        }
    }

    fn symbols(fixture: &str) -> Vec<String> {
        let fixture = Fixture::new(fixture);
        let mut lines = Vec::new();
        outline(&document_symbols(fixture.db(), fixture.file), 0, &mut lines);
        lines
    }

    #[test]
    fn objects_with_their_fields_and_patches() {
        let found = symbols(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  path: ./apps
  patches:
    - patch: |
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
---
apiVersion: v1
kind: Secret
metadata:
  name: token
stringData:
  password: hidden
",
        );
        assert_eq!(
            found,
            [
                "Kustomization/apps (flux-system)",
                "  path (./apps)",
                "  patches",
                "  patch Deployment/web",
                "Secret/token",
                "  password",
            ]
        );
    }

    #[test]
    fn a_kustomization_file_with_its_paths() {
        let found = symbols(
            "//- kustomization.yaml
kind: Kustomization
namespace: web
resources:
  - ../base
  - a.yaml
patches:
  - path: p.yaml
configMapGenerator:
  - name: settings
    files: [a.conf]
",
        );
        assert_eq!(
            found,
            [
                "namespace (web)",
                "resources",
                "  ../base",
                "  a.yaml",
                "patches",
                "  p.yaml",
                "configMapGenerator",
                "  ConfigMap/settings",
                "  a.conf",
            ]
        );
    }

    const MANY: &str = "//- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web-settings, namespace: apps}
---
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: apps}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: weather-bell, namespace: apps}
//- kustomization.yaml
resources: [a.yaml]
patches: [{path: patch.yaml}]
//- patch.yaml
apiVersion: v1
kind: Secret
metadata: {name: web}
";

    #[test]
    fn what_a_resource_set_renders_is_a_symbol() {
        let set = "apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: tenants}
spec:
  resources:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: web, namespace: apps}
    data: {a: b}
";
        assert_eq!(
            symbols(set),
            [
                "ResourceSet/tenants",
                "  resources",
                "  ConfigMap/web (apps)",
                "    a",
            ]
        );
        let fixture = Fixture::new(set);
        let found = workspace_symbols(fixture.db(), fixture.root, "cmweb", 9);
        let names: Vec<_> = found.iter().map(|found| &found.symbol.name).collect();
        assert_eq!(names, ["ConfigMap/web"]);
    }

    fn found(query: &str, limit: usize) -> Vec<String> {
        let fixture = Fixture::new(MANY);
        workspace_symbols(fixture.db(), fixture.root, query, limit)
            .into_iter()
            .map(|found| found.symbol.name)
            .collect()
    }

    #[test]
    fn the_best_match_comes_first() {
        assert_eq!(
            found("web", 9),
            [
                "Secret/web",
                "ConfigMap/web-settings",
                "ConfigMap/weather-bell"
            ]
        );
        assert_eq!(
            found("cmweb", 9),
            ["ConfigMap/web-settings", "ConfigMap/weather-bell"]
        );
        assert_eq!(found("secret/web", 9), ["Secret/web"]);
        assert_eq!(found("web", 1), ["Secret/web"]);
        assert_eq!(found("", 9).len(), 3);
        assert!(found("zzz", 9).is_empty());
    }
}
