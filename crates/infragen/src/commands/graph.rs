//! `infragen graph`

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use infragen_workspace::{Db, GraphEdge, GraphNode, ObjectGraph, object_graph, target};
use line_index::LineIndex;
use serde::Serialize;

use crate::commands::{Failure, Outcome};
use crate::repository::{Repositories, shown};
use crate::terminal::Terminal;

/// Draw what waits for what, and where it comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen graph                              a tree for each environment
  infragen graph --env production             one environment
  infragen graph --format mermaid             for Markdown pages
  infragen graph --format dot | dot -Tsvg     for Graphviz
  infragen graph --format json                for programs")]
pub struct Args {
    /// A folder of the repository
    #[arg(value_name = "PATH")]
    pub path: Option<Utf8PathBuf>,

    /// How to draw it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Only this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
}

/// How to draw a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A tree: below each object what waits for it
    Text,
    /// A Mermaid flowchart
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// Nodes and edges
    Json,
}

/// Prints the graph.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let repositories = Repositories::open(args.path.as_slice())?;
    let snapshot = repositories.workspace.snapshot();
    let db = snapshot.db();
    let Some((root, _)) = repositories.asked.first() else {
        return Ok(Outcome::Done);
    };
    let whole = object_graph(db, *root);
    let graph = match &args.env {
        Some(environment) => Arc::new(only(&whole, environment)?),
        None => whole,
    };
    let drawn = match args.format {
        Format::Text => text(&graph, terminal),
        Format::Mermaid => mermaid(&graph),
        Format::Dot => dot(&graph),
        Format::Json => json(db, &graph)?,
    };
    terminal.out.write_all(drawn.as_bytes())?;
    terminal.out.flush()?;
    Ok(Outcome::Done)
}

/// The part of a graph that belongs to an environment, with what environments share.
fn only(graph: &ObjectGraph, environment: &str) -> Result<ObjectGraph, Failure> {
    let known: BTreeSet<_> = graph
        .nodes
        .iter()
        .filter_map(|node| node.environment.clone())
        .collect();
    if !known.iter().any(|known| known == environment) {
        let known: Vec<_> = known.iter().map(|name| name.as_str()).collect();
        let help = if known.is_empty() {
            "this repository has one environment or none; leave --env out".to_owned()
        } else {
            format!("environments of this repository: {}", known.join(", "))
        };
        return Err(Failure::new(
            format!("there is no environment `{environment}`"),
            help,
        ));
    }
    let keeps = |node: &GraphNode| {
        node.environment
            .as_ref()
            .is_none_or(|own| own == environment)
    };
    let mut places = Vec::new();
    let mut nodes = Vec::new();
    for node in &graph.nodes {
        places.push(keeps(node).then_some(nodes.len()));
        nodes.extend(keeps(node).then(|| node.clone()));
    }
    let edge = |edge: &GraphEdge| {
        Some(GraphEdge {
            from: places[edge.from]?,
            to: places[edge.to]?,
            waits: edge.waits,
        })
    };
    Ok(ObjectGraph {
        nodes,
        edges: graph.edges.iter().filter_map(edge).collect(),
    })
}

fn label(node: &GraphNode) -> String {
    match &node.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", node.kind.kind, node.name),
        None => format!("{}/{}", node.kind.kind, node.name),
    }
}

/// A tree for each environment: below each object what waits for it. What waits for several is drawn
/// below the first and named below the others.
fn text(graph: &ObjectGraph, terminal: &Terminal) -> String {
    let mut out = String::new();
    let environments: BTreeSet<_> = graph.nodes.iter().map(|node| &node.environment).collect();
    let waiting = |node: usize| {
        graph
            .edges
            .iter()
            .filter(move |edge| edge.waits && edge.to == node)
    };
    for environment in environments {
        let members: Vec<usize> = (0..graph.nodes.len())
            .filter(|node| graph.nodes[*node].environment == *environment)
            .filter(|node| {
                graph.edges.iter().any(|edge| edge.from == *node)
                    || graph
                        .edges
                        .iter()
                        .any(|edge| edge.waits && edge.to == *node)
            })
            .collect();
        if members.is_empty() {
            continue;
        }
        let title = environment.as_ref().map_or("shared", |name| name.as_str());
        out.push_str(&format!("{}\n", terminal.styled("1", title)));
        let waits = |node: usize| {
            graph
                .edges
                .iter()
                .any(|edge| edge.waits && edge.from == node)
        };
        let mut drawn = BTreeSet::new();
        let firsts: Vec<usize> = members
            .iter()
            .copied()
            .filter(|node| !waits(*node))
            .collect();
        for (at, first) in firsts.iter().enumerate() {
            branch(
                graph,
                terminal,
                *first,
                "",
                at + 1 == firsts.len(),
                &mut drawn,
                &waiting,
                &mut out,
            );
        }
        // What is left waits in a loop.
        for node in members {
            if !drawn.contains(&node) {
                branch(
                    graph, terminal, node, "", true, &mut drawn, &waiting, &mut out,
                );
            }
        }
        out.push('\n');
    }
    out
}

#[allow(clippy::too_many_arguments)] // one recursion, drawn step by step
fn branch<'g, I: Iterator<Item = &'g GraphEdge>>(
    graph: &ObjectGraph,
    terminal: &Terminal,
    node: usize,
    indent: &str,
    last: bool,
    drawn: &mut BTreeSet<usize>,
    waiting: &impl Fn(usize) -> I,
    out: &mut String,
) {
    let known = !drawn.insert(node);
    let sources: Vec<_> = graph
        .edges
        .iter()
        .filter(|edge| !edge.waits && edge.from == node)
        .map(|edge| label(&graph.nodes[edge.to]))
        .collect();
    let elbow = if last { "└─ " } else { "├─ " };
    let name = label(&graph.nodes[node]);
    let from = if known {
        terminal.styled("2", " (above)")
    } else if sources.is_empty() {
        String::new()
    } else {
        terminal.styled("2", &format!("  ← {}", sources.join(", ")))
    };
    out.push_str(&format!("{indent}{elbow}{name}{from}\n"));
    if known {
        return;
    }
    let below: Vec<usize> = waiting(node).map(|edge| edge.from).collect();
    let indent = format!("{indent}{}", if last { "   " } else { "│  " });
    for (at, next) in below.iter().enumerate() {
        branch(
            graph,
            terminal,
            *next,
            &indent,
            at + 1 == below.len(),
            drawn,
            waiting,
            out,
        );
    }
}

fn mermaid(graph: &ObjectGraph) -> String {
    let mut out = String::from("flowchart LR\n");
    let environments: BTreeSet<_> = graph.nodes.iter().map(|node| &node.environment).collect();
    for (number, environment) in environments.into_iter().enumerate() {
        let title = environment.as_ref().map_or("shared", |name| name.as_str());
        out.push_str(&format!("  subgraph e{number}[\"{title}\"]\n"));
        for (at, node) in graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.environment == *environment)
        {
            out.push_str(&format!("    n{at}[\"{}\"]\n", label(node)));
        }
        out.push_str("  end\n");
    }
    for edge in &graph.edges {
        let arrow = if edge.waits {
            "-->|waits for|"
        } else {
            "-.->|source|"
        };
        out.push_str(&format!("  n{} {arrow} n{}\n", edge.from, edge.to));
    }
    out
}

fn dot(graph: &ObjectGraph) -> String {
    let mut out = String::from("digraph infragen {\n  rankdir=LR;\n  node [shape=box];\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let label = label(node).replace('"', "\\\"");
        out.push_str(&format!("  n{at} [label=\"{label}\"];\n"));
    }
    for edge in &graph.edges {
        let style = if edge.waits { "solid" } else { "dashed" };
        out.push_str(&format!(
            "  n{} -> n{} [style={style}];\n",
            edge.from, edge.to
        ));
    }
    out.push_str("}\n");
    out
}

#[derive(Serialize)]
struct JsonGraph {
    nodes: Vec<JsonNode>,
    edges: Vec<JsonEdge>,
}

#[derive(Serialize)]
struct JsonNode {
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
}

#[derive(Serialize)]
struct JsonEdge {
    from: usize,
    to: usize,
    kind: &'static str,
}

fn json(db: &dyn Db, graph: &ObjectGraph) -> Result<String, Failure> {
    let nodes = graph.nodes.iter().enumerate().map(|(id, node)| {
        let at = node
            .definition
            .as_ref()
            .and_then(|definition| target(db, definition));
        let line = at.as_ref().and_then(|at| {
            let text = infragen_workspace::text(db, at.file).ok()?;
            Some(
                LineIndex::new(&text)
                    .try_line_col(at.name_range.start())?
                    .line
                    + 1,
            )
        });
        JsonNode {
            id,
            kind: node.kind.kind.to_string(),
            group: node.kind.group.to_string(),
            namespace: node.namespace.as_ref().map(ToString::to_string),
            name: node.name.to_string(),
            environment: node.environment.as_ref().map(ToString::to_string),
            file: at.map(|at| shown(&at.file.absolute_path(db))),
            line,
        }
    });
    let edges = graph.edges.iter().map(|edge| JsonEdge {
        from: edge.from,
        to: edge.to,
        kind: if edge.waits { "dependsOn" } else { "source" },
    });
    let graph = JsonGraph {
        nodes: nodes.collect(),
        edges: edges.collect(),
    };
    let json = serde_json::to_string_pretty(&graph).map_err(std::io::Error::from)?;
    Ok(json + "\n")
}
