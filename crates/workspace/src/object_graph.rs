//! The whole graph of a repository: Kustomizations, releases and sources, with what leads from one to
//! the other.

use std::sync::Arc;

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{GroupKind, KindName, Role};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::db::Db;
use crate::environment::environment_of;
use crate::files::{Root, SourceFile};
use crate::imports::is_patch_file;
use crate::index::{DefinedBy, Definition, definitions_of_kind};
use crate::query::facts;
use crate::resolve::{Verdict, resolve, target};

/// The graph of a root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectGraph {
    /// The objects, in order of environment, kind and name.
    pub nodes: Vec<GraphNode>,
    /// What leads from one to another, as numbers of nodes.
    pub edges: Vec<GraphEdge>,
}

/// An object of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphNode {
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace, where it is written.
    pub namespace: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// The environment whose folders hold it.
    pub environment: Option<SmolStr>,
    /// Where it is defined; none for an object that is only referred to.
    pub definition: Option<Definition>,
}

/// An arrow of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GraphEdge {
    /// The node that refers.
    pub from: usize,
    /// The node that it refers to.
    pub to: usize,
    /// Whether it waits for it (`dependsOn`) or takes its content from it.
    pub waits: bool,
}

/// The `dependsOn` and source references of every Flux Kustomization and HelmRelease of a root.
pub fn object_graph(db: &dyn Db, root: Root) -> Arc<ObjectGraph> {
    let mut builder = Builder {
        db,
        root,
        graph: ObjectGraph::default(),
        numbers: FxHashMap::default(),
    };
    for kind in [KUSTOMIZATION, HELM_RELEASE].map(GroupKind::from) {
        for (_, definition) in definitions_of_kind(db, root, kind).iter() {
            if let DefinedBy::Object(number) = definition.by
                && !is_patch_file(db, definition.file)
            {
                let from = builder.node(definition);
                from.into_iter()
                    .for_each(|from| builder.edges_of(from, definition.file, number));
            }
        }
    }
    Arc::new(builder.finish())
}

struct Builder<'db> {
    db: &'db dyn Db,
    root: Root,
    graph: ObjectGraph,
    numbers: FxHashMap<(SourceFile, DefinedBy), usize>,
}

impl Builder<'_> {
    fn node(&mut self, definition: &Definition) -> Option<usize> {
        let key = (definition.file, definition.by);
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        let target = target(self.db, definition)?;
        let node = GraphNode {
            kind: target.kind,
            namespace: target.namespace,
            name: target.name,
            environment: environment_of(self.db, self.root, &definition.file.path(self.db)),
            definition: Some(definition.clone()),
        };
        self.graph.nodes.push(node);
        self.numbers.insert(key, self.graph.nodes.len() - 1);
        Some(self.graph.nodes.len() - 1)
    }

    fn edges_of(&mut self, from: usize, file: SourceFile, number: u32) {
        let facts = facts(self.db, file);
        let Some(object) = facts.objects.get(number as usize) else {
            return;
        };
        for reference in &object.references {
            let waits = match reference.row.role {
                Role::DependsOn => true,
                Role::Source => false,
                _ => continue,
            };
            let resolution = resolve(self.db, file, Some(object), reference);
            let to = match resolution.verdict {
                Verdict::Found(found) => found.first().and_then(|definition| self.node(definition)),
                _ => self.missing(
                    from,
                    &reference.kind,
                    resolution.namespace,
                    &reference.name.value,
                ),
            };
            self.graph
                .edges
                .extend(to.map(|to| GraphEdge { from, to, waits }));
        }
    }

    /// A node for what is referred to and not in the repository: a source that a bootstrap makes, or a
    /// fault.
    fn missing(
        &mut self,
        from: usize,
        kind: &KindName,
        namespace: Option<SmolStr>,
        name: &SmolStr,
    ) -> Option<usize> {
        let KindName::Known(kind) = kind else {
            return None;
        };
        let environment = self.graph.nodes[from].environment.clone();
        let node = GraphNode {
            kind: kind.clone(),
            namespace,
            name: name.clone(),
            environment,
            definition: None,
        };
        let known = self.graph.nodes.iter().position(|known| *known == node);
        Some(known.unwrap_or_else(|| {
            self.graph.nodes.push(node);
            self.graph.nodes.len() - 1
        }))
    }

    fn finish(mut self) -> ObjectGraph {
        let nodes = std::mem::take(&mut self.graph.nodes);
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        let key = |node: &GraphNode| {
            (
                node.environment.clone(),
                node.kind.clone(),
                node.namespace.clone(),
                node.name.clone(),
            )
        };
        order.sort_by_cached_key(|number| (key(&nodes[*number]), *number));
        let mut place = vec![0; nodes.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(new, old)| place[*old] = new);
        self.graph.nodes = order.iter().map(|old| nodes[*old].clone()).collect();
        for edge in &mut self.graph.edges {
            *edge = GraphEdge {
                from: place[edge.from],
                to: place[edge.to],
                waits: edge.waits,
            };
        }
        self.graph.edges.sort_unstable();
        self.graph.edges.dedup();
        self.graph
    }
}
