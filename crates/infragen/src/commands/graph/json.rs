//! The graph for programs.

use serde::Serialize;

use super::drawing::{Drawing, Leads};
use crate::commands::Failure;

#[derive(Serialize)]
struct JsonGraph<'g> {
    nodes: Vec<JsonNode<'g>>,
    edges: Vec<JsonEdge>,
}

#[derive(Serialize)]
struct JsonNode<'g> {
    id: usize,
    kind: String,
    group: String,
    namespace: Option<String>,
    name: String,
    environment: Option<String>,
    /// None for an object that is not in the repository.
    file: Option<String>,
    /// From 1.
    line: Option<u32>,
    /// What keeps it from becoming ready.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: &'g [String],
}

#[derive(Serialize)]
struct JsonEdge {
    from: usize,
    to: usize,
    kind: &'static str,
}

/// What to print.
pub fn json(graph: &Drawing) -> Result<String, Failure> {
    let nodes = graph.nodes.iter().enumerate().map(|(id, node)| JsonNode {
        id,
        kind: node.kind.kind.to_string(),
        group: node.kind.group.to_string(),
        namespace: node.namespace.as_ref().map(ToString::to_string),
        name: node.name.to_string(),
        environment: node.environment.as_ref().map(ToString::to_string),
        file: node.file.clone(),
        line: node.line,
        faults: &node.faults,
    });
    let edges = graph.edges.iter().map(|edge| JsonEdge {
        from: edge.from,
        to: edge.to,
        kind: match edge.leads {
            Leads::Waits => "dependsOn",
            Leads::Source => "source",
            Leads::Applied => "appliedBy",
        },
    });
    let graph = JsonGraph {
        nodes: nodes.collect(),
        edges: edges.collect(),
    };
    let json = serde_json::to_string_pretty(&graph).map_err(std::io::Error::from)?;
    Ok(json + "\n")
}
