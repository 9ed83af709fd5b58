//! The graph as a page: the picture, with what it takes to search it and to click on it. All of it is in one file,
//! and a policy in it forbids the browser to load anything.

use serde::Serialize;

use super::drawing::{Drawing, Leads, label};
use super::svg::{draw, escaped};
use crate::commands::Failure;

const PICTURE: &str = include_str!("picture.css");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

#[derive(Serialize)]
struct PageGraph<'g> {
    nodes: Vec<PageNode<'g>>,
    /// What comes later, what comes first, and what the arrow stands for.
    edges: Vec<(usize, usize, &'static str)>,
}

#[derive(Serialize)]
struct PageNode<'g> {
    label: String,
    place: Option<String>,
    faults: &'g [String],
}

/// What to print.
pub fn page(graph: &Drawing, title: &str) -> Result<String, Failure> {
    let drawn = draw(graph);
    let (width, height) = drawn.size;
    let failing = graph
        .nodes
        .iter()
        .filter(|node| !node.faults.is_empty())
        .count();
    let failing = match failing {
        0 => String::new(),
        1 => "<button id=\"bad\" class=\"bad\">1 fails</button>".to_owned(),
        count => format!("<button id=\"bad\" class=\"bad\">{count} fail</button>"),
    };
    let objects = graph.nodes.len();
    Ok(format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">
<title>{title}</title>
<style>{PICTURE}{STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<span>{objects} objects</span>
{failing}
<input type=\"search\" placeholder=\"Search (press /)\" aria-label=\"Search\">
<span id=\"found\" role=\"status\"></span>
<button id=\"out\" aria-label=\"Smaller\">−</button>
<button id=\"in\" aria-label=\"Larger\">+</button>
<button id=\"fit\">Fit</button>
<div class=\"legend\">
<span><i style=\"background:var(--blue)\"></i>Kustomization</span>
<span><i style=\"background:var(--green)\"></i>HelmRelease</span>
<span><i style=\"background:var(--grey)\"></i>source</span>
<span><svg width=\"26\" height=\"8\"><path d=\"M0 4h26\"/></svg>first → then</span>
<span><svg width=\"26\" height=\"8\"><path d=\"M0 4h26\" stroke-dasharray=\"5 4\"/></svg>source of</span>
<span><svg width=\"26\" height=\"8\"><path d=\"M0 4h26\" stroke-dasharray=\"1 4\"/></svg>applies</span>
</div>
</header>
<main>
<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">
{}</svg>
</main>
<aside aria-live=\"polite\"></aside>
<script type=\"application/json\" id=\"graph\">{}</script>
<script>{SCRIPT}</script>
</body>
</html>
",
        drawn.body,
        data(graph)?,
        title = escaped(title),
    ))
}

/// The data of the page. Nothing in it ends the element that holds it.
fn data(graph: &Drawing) -> Result<String, Failure> {
    let nodes = graph.nodes.iter().map(|node| PageNode {
        label: label(node),
        place: node.file.as_ref().map(|file| match node.line {
            Some(line) => format!("{file}:{line}"),
            None => file.clone(),
        }),
        faults: &node.faults,
    });
    let edges = graph.edges.iter().map(|edge| {
        let leads = match edge.leads {
            Leads::Waits => "waits",
            Leads::Source => "source",
            Leads::Applied => "applied",
        };
        (edge.from, edge.to, leads)
    });
    let graph = PageGraph {
        nodes: nodes.collect(),
        edges: edges.collect(),
    };
    let json = serde_json::to_string(&graph).map_err(std::io::Error::from)?;
    Ok(json.replace('<', "\\u003c"))
}
