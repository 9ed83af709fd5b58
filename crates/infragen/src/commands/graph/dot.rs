//! The graph in the language of Graphviz.

use super::drawing::{Drawing, Leads, environments, label, members, title};

/// A string of the language of Graphviz.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub fn dot(graph: &Drawing) -> String {
    let mut out = String::from("digraph infragen {\n  rankdir=LR;\n  node [shape=box];\n");
    for (number, environment) in environments(graph).into_iter().enumerate() {
        let title = quoted(title(environment));
        out.push_str(&format!(
            "  subgraph cluster_{number} {{\n    label={title};\n"
        ));
        for (at, node) in members(graph, environment) {
            let color = if node.faults.is_empty() {
                ""
            } else {
                ", color=red"
            };
            let label = quoted(&label(node));
            out.push_str(&format!("    n{at} [label={label}{color}];\n"));
        }
        out.push_str("  }\n");
    }
    for edge in &graph.edges {
        let style = match edge.leads {
            Leads::Waits => "solid",
            Leads::Source => "dashed",
            Leads::Applied => "dotted",
        };
        out.push_str(&format!(
            "  n{} -> n{} [style={style}];\n",
            edge.from, edge.to
        ));
    }
    out.push_str("}\n");
    out
}
