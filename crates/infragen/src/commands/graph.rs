//! `infragen graph`

mod dot;
mod drawing;
mod json;
mod layout;
mod mermaid;
mod page;
mod svg;
mod text;

use std::io::Write;

use camino::Utf8PathBuf;
use clap::ValueEnum;
use infragen_workspace::{cluster_graph, object_graph};

use crate::commands::{Failure, Outcome};
use crate::environments::environment;
use crate::repository::Repositories;
use crate::terminal::Terminal;
use drawing::Drawing;

/// Draw what waits for what, and where it comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen graph                              a tree for each environment, by what the files say
  infragen graph --env production             one environment, with all that builds make of it
  infragen graph --env production --format html > graph.html
                                              a page to look at, to search and to click on
  infragen graph --env production --format svg > graph.svg
                                              the same as a picture
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

    /// Only this environment, exactly as Flux applies it: with the releases in its Flux Kustomizations, and
    /// what fails in red
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,

    /// Go on in the bundles that `infragen pull` fetched. The cache decides then what is seen
    #[arg(long, requires = "env")]
    pub bundles: bool,
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
    /// A picture
    Svg,
    /// A page with the picture, to search and to click on; it needs nothing from the network
    Html,
}

/// Prints the graph.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let repositories = Repositories::open(args.path.as_slice())?.with_bundles(args.bundles);
    let snapshot = repositories.workspace.snapshot();
    let db = snapshot.db();
    let Some((root, _)) = repositories.asked.first() else {
        return Ok(Outcome::Done);
    };
    let graph = match &args.env {
        Some(name) => {
            let cluster = environment(db, *root, name)?;
            let graph = cluster_graph(db, *root, cluster.environment.clone());
            Drawing::of_cluster(db, *root, &cluster.environment.name, &graph)
        }
        None => Drawing::of_objects(db, *root, &object_graph(db, *root)),
    };
    let path = root.path(db);
    let repository = path.file_name().unwrap_or("repository");
    let title = match &args.env {
        Some(name) => format!("{name} · {repository}"),
        None => repository.to_owned(),
    };
    let drawn = match args.format {
        Format::Text => text::text(&graph, terminal),
        Format::Mermaid => mermaid::mermaid(&graph),
        Format::Dot => dot::dot(&graph),
        Format::Json => json::json(&graph)?,
        Format::Svg => svg::picture(&graph, &title),
        Format::Html => page::page(&graph, &title)?,
    };
    terminal.out.write_all(drawn.as_bytes())?;
    terminal.out.flush()?;
    Ok(Outcome::Done)
}
