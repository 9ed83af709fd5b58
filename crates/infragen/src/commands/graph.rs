//! `infragen graph`

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use infragen_workspace::{
    Db, Environment, GraphEdge, GraphNode, ObjectGraph, object_graph, target,
};
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
    let known = infragen_workspace::environments(db, *root);
    let graph = match &args.env {
        Some(environment) => Arc::new(only(&whole, environment, &known)?),
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
fn only(
    graph: &ObjectGraph,
    environment: &str,
    known: &[Environment],
) -> Result<ObjectGraph, Failure> {
    if let [one] = known
        && one.name == environment
    {
        // Objects are told apart by environment only where there are several.
        return Ok(graph.clone());
    }
    if !environments(graph).contains(&Some(environment)) {
        let known: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
        let help = match known.as_slice() {
            [] => "this repository has none; leave --env out".to_owned(),
            [one] => format!("this repository has one, `{one}`; leave --env out"),
            all => format!("environments of this repository: {}", all.join(", ")),
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

/// The environments that objects of a graph stand in; none for what they share.
fn environments(graph: &ObjectGraph) -> BTreeSet<Option<&str>> {
    let environments = graph.nodes.iter().map(|node| node.environment.as_deref());
    environments.collect()
}

fn title(environment: Option<&str>) -> &str {
    environment.unwrap_or("shared")
}

/// The objects of an environment with their numbers.
fn members<'g>(
    graph: &'g ObjectGraph,
    environment: Option<&'g str>,
) -> impl Iterator<Item = (usize, &'g GraphNode)> {
    let nodes = graph.nodes.iter().enumerate();
    nodes.filter(move |(_, node)| node.environment.as_deref() == environment)
}

/// A string of the language of Graphviz.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// How deep a tree is drawn: no terminal shows more.
const MAX_DEPTH: usize = 48;

/// A tree for each environment: below each object what waits for it. What waits for several is drawn
/// below the first and named below the others.
fn text(graph: &ObjectGraph, terminal: &Terminal) -> String {
    let mut tree = Tree::of(graph, terminal);
    for environment in environments(graph) {
        let members: Vec<usize> = members(graph, environment)
            .map(|(node, _)| node)
            .filter(|node| tree.is_connected(*node))
            .collect();
        if members.is_empty() {
            continue;
        }
        let title = terminal.styled("1", title(environment));
        tree.out.push_str(&format!("{title}\n"));
        let firsts: Vec<usize> = members
            .iter()
            .copied()
            .filter(|node| tree.waits_for[*node].is_empty())
            .collect();
        for (at, first) in firsts.iter().enumerate() {
            tree.draw(*first, at + 1 == firsts.len());
        }
        // What is left waits in a loop.
        for node in members {
            if !tree.drawn[node] {
                tree.draw(node, true);
            }
        }
        tree.out.push('\n');
    }
    tree.out
}

/// The text tree while it is drawn.
struct Tree<'g> {
    graph: &'g ObjectGraph,
    terminal: &'g Terminal,
    /// What each node waits for, what waits for it, and where it comes from.
    waits_for: Vec<Vec<usize>>,
    waiting: Vec<Vec<usize>>,
    sources: Vec<Vec<usize>>,
    drawn: Vec<bool>,
    out: String,
}

impl<'g> Tree<'g> {
    fn of(graph: &'g ObjectGraph, terminal: &'g Terminal) -> Self {
        let none = vec![Vec::new(); graph.nodes.len()];
        let mut tree = Tree {
            graph,
            terminal,
            waits_for: none.clone(),
            waiting: none.clone(),
            sources: none,
            drawn: vec![false; graph.nodes.len()],
            out: String::new(),
        };
        for edge in &graph.edges {
            if edge.waits {
                tree.waits_for[edge.from].push(edge.to);
                tree.waiting[edge.to].push(edge.from);
            } else {
                tree.sources[edge.from].push(edge.to);
            }
        }
        tree
    }

    /// Whether the tree has something to tell about a node.
    fn is_connected(&self, node: usize) -> bool {
        [&self.waits_for, &self.waiting, &self.sources]
            .iter()
            .any(|edges| !edges[node].is_empty())
    }

    /// Draws a node and what waits for it. The way down is a list, not a recursion: chains may be long.
    fn draw(&mut self, node: usize, last: bool) {
        let mut rest = vec![(node, last, 0)];
        // Whether each level above goes on below.
        let mut open: Vec<bool> = Vec::new();
        while let Some((node, last, depth)) = rest.pop() {
            open.truncate(depth);
            for goes_on in &open {
                self.out.push_str(if *goes_on { "│  " } else { "   " });
            }
            self.out.push_str(if last { "└─ " } else { "├─ " });
            if depth == MAX_DEPTH {
                let more = self.count_below(node);
                self.out
                    .push_str(&format!("… {more} more below; --format json has all\n"));
                continue;
            }
            let known = std::mem::replace(&mut self.drawn[node], true);
            let sources: Vec<_> = self.sources[node]
                .iter()
                .map(|source| label(&self.graph.nodes[*source]))
                .collect();
            let from = if known {
                self.terminal.styled("2", " (above)")
            } else if sources.is_empty() {
                String::new()
            } else {
                self.terminal
                    .styled("2", &format!("  ← {}", sources.join(", ")))
            };
            let name = label(&self.graph.nodes[node]);
            self.out.push_str(&format!("{name}{from}\n"));
            if !known {
                open.push(!last);
                let below = self.waiting[node].iter().rev().enumerate();
                rest.extend(below.map(|(at, next)| (*next, at == 0, depth + 1)));
            }
        }
    }

    /// Takes a node and all that waits for it as drawn, and counts them.
    fn count_below(&mut self, node: usize) -> usize {
        let mut rest = vec![node];
        let mut count = 0;
        while let Some(node) = rest.pop() {
            if !std::mem::replace(&mut self.drawn[node], true) {
                count += 1;
                rest.extend(&self.waiting[node]);
            }
        }
        count
    }
}

fn mermaid(graph: &ObjectGraph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, environment) in environments(graph).into_iter().enumerate() {
        let title = title(environment);
        out.push_str(&format!("  subgraph e{number}[\"{title}\"]\n"));
        for (at, node) in members(graph, environment) {
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
    for (number, environment) in environments(graph).into_iter().enumerate() {
        let title = quoted(title(environment));
        out.push_str(&format!(
            "  subgraph cluster_{number} {{\n    label={title};\n"
        ));
        for (at, node) in members(graph, environment) {
            out.push_str(&format!("    n{at} [label={}];\n", quoted(&label(node))));
        }
        out.push_str("  }\n");
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
