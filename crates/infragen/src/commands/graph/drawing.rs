//! What is drawn, however it is: objects, and what leads from one to another.

use std::collections::BTreeSet;

use infragen_flux::GroupKind;
use infragen_kustomize::Place;
use infragen_workspace::{ClusterGraph, Db, Fault, ObjectGraph, Root, target};
use smol_str::SmolStr;

pub use infragen_workspace::Leads;

use crate::places::Places;
use crate::repository::shown;

/// A graph to be drawn.
pub struct Drawing {
    /// The objects.
    pub nodes: Vec<Node>,
    /// What leads from one to another.
    pub edges: Vec<Edge>,
}

/// An object.
pub struct Node {
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace, where it is known.
    pub namespace: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// The environment that it is in; none for what environments share.
    pub environment: Option<SmolStr>,
    /// The file that defines it; none for an object that is only referred to.
    pub file: Option<String>,
    /// The line there, from 1.
    pub line: Option<u32>,
    /// The node of the Flux Kustomization that it is drawn in.
    pub inside: Option<usize>,
    /// What keeps it from becoming ready.
    pub faults: Vec<String>,
}

/// An arrow: from what comes later to what comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node that refers.
    pub from: usize,
    /// The node that it leads to.
    pub to: usize,
    /// What it stands for.
    pub leads: Leads,
}

impl Drawing {
    /// The graph of a whole repository, by what its files say.
    pub fn of_objects(db: &dyn Db, root: Root, graph: &ObjectGraph) -> Drawing {
        let mut places = Places::new(db, root);
        let nodes = graph.nodes.iter().map(|node| {
            let definition = node.definition.as_ref();
            let at = definition.and_then(|definition| target(db, definition));
            let line = at.as_ref().and_then(|at| {
                let place = Place {
                    file: at.file.path(db).into(),
                    range: at.name_range,
                };
                places.line(&place)
            });
            Node {
                kind: node.kind.clone(),
                namespace: node.namespace.clone(),
                name: node.name.clone(),
                environment: node.environment.clone(),
                file: at.map(|at| shown(&at.file.absolute_path(db))),
                line,
                inside: None,
                faults: Vec::new(),
            }
        });
        let edges = graph.edges.iter().map(|edge| Edge {
            from: edge.from,
            to: edge.to,
            leads: if edge.waits {
                Leads::Waits
            } else {
                Leads::Source
            },
        });
        Drawing {
            nodes: nodes.collect(),
            edges: edges.collect(),
        }
    }

    /// The graph of an environment, as Flux applies it.
    pub fn of_cluster(
        db: &dyn Db,
        root: Root,
        environment: &SmolStr,
        graph: &ClusterGraph,
    ) -> Drawing {
        let mut places = Places::new(db, root);
        let nodes = graph.nodes.iter().map(|node| {
            let faults = node.faults.iter().map(|fault| match fault {
                Fault::Build(errors) => {
                    let error = errors.first().map(|error| {
                        let place = places.show(&error.place);
                        format!(": {} ({place})", error.message)
                    });
                    format!("the build fails{}", error.unwrap_or_default())
                }
                Fault::NoSource => "it names no source".to_owned(),
                Fault::NoFolder => "there is no folder at its path".to_owned(),
                Fault::Missing => "nothing applies it".to_owned(),
                Fault::Loop => "waits for itself".to_owned(),
            });
            let faults = faults.collect();
            let place = node.place.as_ref();
            let is_own_box = node.kind == *infragen_flux::known::KUSTOMIZATION;
            Node {
                kind: node.kind.clone(),
                namespace: Some(node.namespace.clone()).filter(|namespace| !namespace.is_empty()),
                name: node.name.clone(),
                environment: Some(environment.clone()),
                file: place.map(|place| shown(&root.path(db).join(&place.file))),
                line: place.and_then(|place| places.line(place)),
                inside: node.applied_by.filter(|_| !is_own_box),
                faults,
            }
        });
        let nodes = nodes.collect();
        let edges = graph.edges.iter().map(|edge| Edge {
            from: edge.from,
            to: edge.to,
            leads: edge.leads,
        });
        Drawing {
            nodes,
            edges: edges.collect(),
        }
    }
}

/// What an object is called: `Kustomization/flux-system/apps`.
pub fn label(node: &Node) -> String {
    match &node.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", node.kind.kind, node.name),
        None => format!("{}/{}", node.kind.kind, node.name),
    }
}

/// The environments that objects stand in; none for what they share.
pub fn environments(graph: &Drawing) -> BTreeSet<Option<&str>> {
    let environments = graph.nodes.iter().map(|node| node.environment.as_deref());
    environments.collect()
}

/// What an environment is called.
pub fn title(environment: Option<&str>) -> &str {
    environment.unwrap_or("shared")
}

/// The objects of an environment with their numbers.
pub fn members<'g>(
    graph: &'g Drawing,
    environment: Option<&'g str>,
) -> impl Iterator<Item = (usize, &'g Node)> {
    let nodes = graph.nodes.iter().enumerate();
    nodes.filter(move |(_, node)| node.environment.as_deref() == environment)
}
