//! The graph for pages of Markdown.

use super::drawing::{Drawing, Leads, environments, label, members, title};

pub fn mermaid(graph: &Drawing) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, environment) in environments(graph).into_iter().enumerate() {
        let title = title(environment);
        out.push_str(&format!("  subgraph e{number}[\"{title}\"]\n"));
        for (at, node) in members(graph, environment) {
            let fails = if node.faults.is_empty() {
                ""
            } else {
                ":::fails"
            };
            out.push_str(&format!("    n{at}[\"{}\"]{fails}\n", label(node)));
        }
        out.push_str("  end\n");
    }
    for edge in &graph.edges {
        let arrow = match edge.leads {
            Leads::Waits => "-->|waits for|",
            Leads::Source => "-.->|source|",
            Leads::Applied => "-.->|applied by|",
        };
        out.push_str(&format!("  n{} {arrow} n{}\n", edge.from, edge.to));
    }
    if graph.nodes.iter().any(|node| !node.faults.is_empty()) {
        out.push_str("  classDef fails stroke:#d1242f,color:#d1242f\n");
    }
    out
}
