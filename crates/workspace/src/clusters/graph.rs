//! What waits for what in an environment, and where it comes from.

use std::sync::Arc;

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};
use infragen_flux::{GroupKind, KindName, ObjectFacts, Role, is_flux_group, object_facts};
use infragen_kustomize::{BuildError, Place, Value, emit};
use infragen_syntax::Tree;
use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::source::Elsewhere;
use super::walk::{Cluster, cluster};
use crate::db::Db;
use crate::environment::{Entry, Environment};
use crate::files::Root;

/// The graph of an environment: its Flux Kustomizations, the releases in them, and what they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterGraph {
    /// The objects: first the Flux Kustomizations in the order of [`Cluster::applications`].
    pub nodes: Vec<ClusterNode>,
    /// What leads from one to another, as numbers of nodes.
    pub edges: Vec<ClusterEdge>,
}

/// An object of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterNode {
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The document that it comes from; none where nothing of the environment applies it.
    pub place: Option<Place>,
    /// The node of the Flux Kustomization that applies it; none for the entry point, and for what nothing applies.
    pub applied_by: Option<usize>,
    /// What keeps it from becoming ready.
    pub faults: Vec<Fault>,
}

/// What keeps an object of an environment from becoming ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Its build fails.
    Build(Vec<Arc<BuildError>>),
    /// There is no folder at its path.
    NoFolder,
    /// It names no source.
    NoSource,
    /// It is referred to, and nothing applies it.
    Missing,
    /// It waits for itself, in a loop.
    Loop,
}

/// An arrow of the graph: from what comes later to what comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterEdge {
    /// The node that refers, or is applied.
    pub from: usize,
    /// The node that it leads to.
    pub to: usize,
    /// What the arrow stands for.
    pub leads: Leads,
}

/// What an arrow stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leads {
    /// It waits for it: `dependsOn`.
    Waits,
    /// It takes its content from it.
    Source,
    /// It is applied by it.
    Applied,
}

/// The graph of an environment, with all that parents make of the objects in it.
#[salsa::tracked(returns(clone))]
pub fn cluster_graph(db: &dyn Db, root: Root, environment: Environment) -> Arc<ClusterGraph> {
    let cluster = cluster(db, root, environment);
    let mut builder = Builder {
        db,
        root,
        cluster: &cluster,
        graph: ClusterGraph::default(),
        numbers: FxHashMap::default(),
        facts: Vec::new(),
        sources: FxHashMap::default(),
        closed: true,
    };
    builder.applications();
    builder.objects();
    builder.references();
    builder.loops();
    builder.graph.edges.sort_unstable();
    builder.graph.edges.dedup();
    Arc::new(builder.graph)
}

type Key = (GroupKind, SmolStr, SmolStr);

struct Builder<'a> {
    db: &'a dyn Db,
    root: Root,
    cluster: &'a Cluster,
    graph: ClusterGraph,
    numbers: FxHashMap<Key, usize>,
    /// The nodes that refer, with what they say.
    facts: Vec<(usize, ObjectFacts)>,
    /// What else the environment applies or makes and references may lead to: its place, and what applies it.
    sources: FxHashMap<Key, (Place, usize)>,
    /// Whether all that the environment applies is known: then what is not there is missing.
    closed: bool,
}

impl Builder<'_> {
    fn node(&mut self, key: Key, place: Option<Place>, applied_by: Option<usize>) -> usize {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.graph.nodes.len();
        let (kind, namespace, name) = key.clone();
        self.graph.nodes.push(ClusterNode {
            kind,
            namespace,
            name,
            place,
            applied_by,
            faults: Vec::new(),
        });
        if let Some(to) = applied_by {
            let leads = Leads::Applied;
            let edge = ClusterEdge {
                from: number,
                to,
                leads,
            };
            self.graph.edges.push(edge);
        }
        self.numbers.insert(key, number);
        number
    }

    fn applications(&mut self) {
        let (db, cluster) = (self.db, self.cluster);
        for application in &cluster.applications {
            let spec = &application.spec;
            let key = (
                GroupKind::from(KUSTOMIZATION),
                spec.namespace.clone(),
                spec.name.clone(),
            );
            let parent = application.parent.map(|(parent, _)| parent);
            let place = cluster.place_of(db, application);
            let number = self.node(key, place, parent);
            let errors = cluster.certain_errors(db, self.root, application);
            let fault = match &application.directory {
                Err(Elsewhere::Missing) => Some(Fault::NoFolder),
                Err(Elsewhere::NoSource) => Some(Fault::NoSource),
                _ if !errors.is_empty() => Some(Fault::Build(errors)),
                _ => None,
            };
            self.closed &= fault.is_none() && application.directory.is_ok();
            self.graph.nodes[number].faults.extend(fault);
        }
    }

    /// Takes in the releases, and what the objects of Flux say.
    fn objects(&mut self) {
        let (db, cluster) = (self.db, self.cluster);
        for (at, application) in cluster.applications.iter().enumerate() {
            let Some(built) = cluster.built(db, application) else {
                continue;
            };
            let ids = cluster.objects(db, application);
            for (resource, id) in built.resources.iter().zip(ids.iter()) {
                if !is_flux_group(&id.kind.group) {
                    continue;
                }
                let key = (id.kind.clone(), id.namespace.clone(), id.name.clone());
                let Some(facts) = facts_of(&resource.value) else {
                    continue;
                };
                let place = cluster.place_of_object(db, application, resource);
                for made in &facts.makes {
                    let namespace = made
                        .namespace
                        .clone()
                        .unwrap_or_else(|| id.namespace.clone());
                    let made = (made.kind.clone(), namespace, made.name.value.clone());
                    self.sources.entry(made).or_insert((place.clone(), at));
                }
                if id.kind == *HELM_RELEASE {
                    let number = self.node(key, Some(place), Some(at));
                    self.facts.push((number, facts));
                } else if let (true, Some(number)) =
                    (id.kind == *KUSTOMIZATION, self.numbers.get(&key).copied())
                {
                    self.facts.push((number, facts));
                } else {
                    self.sources.entry(key).or_insert((place, at));
                }
            }
        }
    }

    fn references(&mut self) {
        for (from, facts) in std::mem::take(&mut self.facts) {
            for reference in &facts.references {
                let leads = match reference.row.role {
                    Role::DependsOn => Leads::Waits,
                    Role::Source => Leads::Source,
                    _ => continue,
                };
                let KindName::Known(kind) = &reference.kind else {
                    continue;
                };
                if reference.is_templated() {
                    continue;
                }
                let own = self.graph.nodes[from].namespace.clone();
                let namespace = reference.namespace_in(Some(&facts)).cloned();
                let key = (
                    kind.clone(),
                    namespace.unwrap_or(own),
                    reference.name.value.clone(),
                );
                self.edge(from, key, leads);
            }
        }
        // An entry point that nothing declares still has a source.
        if let Some(source) = self
            .cluster
            .applications
            .first()
            .and_then(|entry| entry.spec.source.clone())
            && let Some(kind) = infragen_flux::flux_kinds().find(|kind| kind.kind == source.kind)
        {
            let key = (GroupKind::from(kind), source.namespace, source.name);
            self.edge(0, key, Leads::Source);
        }
    }

    fn edge(&mut self, from: usize, key: Key, leads: Leads) {
        let to = match (self.numbers.get(&key), self.sources.get(&key).cloned()) {
            (Some(known), _) => *known,
            (None, Some((place, by))) => self.node(key, Some(place), Some(by)),
            (None, None) => {
                // What makes the entry point makes its source, too.
                let is_entry = matches!(
                    &self.cluster.environment.entry,
                    Entry::Object { source: Some((kind, name)), .. }
                        if *kind == key.0.kind && *name == key.2
                ) || self.cluster.applications.first().is_some_and(|entry| {
                    let source = entry.spec.source.as_ref();
                    source.is_some_and(|source| source.kind == key.0.kind && source.name == key.2)
                });
                let is_new = !self.numbers.contains_key(&key);
                let number = self.node(key, None, None);
                if is_new && self.closed && !is_entry {
                    self.graph.nodes[number].faults.push(Fault::Missing);
                }
                number
            }
        };
        self.graph.edges.push(ClusterEdge { from, to, leads });
    }

    fn loops(&mut self) {
        let waits = self
            .graph
            .edges
            .iter()
            .filter(|edge| edge.leads == Leads::Waits);
        let graph = DiGraphMap::<usize, ()>::from_edges(waits.map(|edge| (edge.from, edge.to)));
        for nodes in kosaraju_scc(&graph) {
            if nodes.len() > 1 || graph.contains_edge(nodes[0], nodes[0]) {
                for node in nodes {
                    self.graph.nodes[node].faults.push(Fault::Loop);
                }
            }
        }
    }
}

/// What an object says by the reference table, as it is after its build.
fn facts_of(object: &Value) -> Option<ObjectFacts> {
    let mut text = String::new();
    emit(object, &mut text).ok()?;
    let tree = Tree::parse(text);
    let mut objects = Vec::new();
    object_facts(tree.document(0)?, &mut objects);
    objects.into_iter().find(|object| !object.in_patch)
}
