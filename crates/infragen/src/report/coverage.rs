//! What of each environment is not known here.

use std::collections::BTreeMap;

use infragen_workspace::{Cluster, Db, Leaf, Why, flux_version};
use serde::Serialize;

use crate::places::Places;
use crate::terminal::Terminal;

/// Names that one line holds at the most; the width of a terminal.
const WIDTH: usize = 96;

#[derive(Serialize)]
struct Environment<'a> {
    environment: &'a str,
    path: &'a str,
    flux: Option<String>,
    kustomizations: usize,
    built: usize,
    objects: usize,
    unknown: Vec<Unknown>,
}

#[derive(Serialize)]
struct Unknown {
    reason: &'static str,
    what: String,
    detail: Option<String>,
    place: String,
}

/// Prints it for people.
pub fn text(db: &dyn Db, clusters: &[&Cluster], terminal: &mut Terminal) -> std::io::Result<()> {
    if clusters.is_empty() {
        return writeln!(
            terminal.out,
            "no environment: a folder of `clusters/`, a `gotk-sync.yaml` or a FluxInstance makes one, or \
             name them in `.infragen.yaml`"
        );
    }
    for (number, cluster) in clusters.iter().enumerate() {
        if number > 0 {
            writeln!(terminal.out)?;
        }
        let environment = read(db, cluster);
        let flux = environment.flux.as_ref().map_or_else(
            || "an unknown version of Flux".to_owned(),
            |flux| format!("Flux {flux}"),
        );
        writeln!(
            terminal.out,
            "{} ({}): {} of {} Kustomizations built here, {} objects, {flux}",
            environment.environment,
            environment.path,
            environment.built,
            environment.kustomizations,
            environment.objects
        )?;
        let mut groups: BTreeMap<usize, Vec<&Unknown>> = BTreeMap::new();
        for unknown in &environment.unknown {
            let at = REASONS
                .iter()
                .position(|(reason, _)| *reason == unknown.reason);
            groups
                .entry(at.unwrap_or(REASONS.len()))
                .or_default()
                .push(unknown);
        }
        if groups.is_empty() {
            writeln!(terminal.out, "  everything is known")?;
        }
        for (at, group) in groups {
            let Some((reason, title)) = REASONS.get(at) else {
                continue;
            };
            writeln!(terminal.out, "  {title} ({}):", group.len())?;
            if matches!(*reason, "chart" | "rendered" | "encrypted") {
                // The kind of most is in the title.
                let name = |unknown: &&Unknown| {
                    let kind = match *reason {
                        "chart" => "HelmRelease ",
                        "rendered" => "ResourceSet ",
                        _ => "",
                    };
                    unknown.what.trim_start_matches(kind).to_owned()
                };
                let names: Vec<_> = group.iter().map(name).collect();
                for line in wrapped(&names) {
                    writeln!(terminal.out, "    {line}")?;
                }
                continue;
            }
            for unknown in group {
                let detail = unknown.detail.as_ref().map(|detail| format!(": {detail}"));
                let detail = detail.unwrap_or_default();
                writeln!(
                    terminal.out,
                    "    {}{detail} ({})",
                    unknown.what, unknown.place
                )?;
            }
            if *reason == "unmapped-bundle" {
                writeln!(
                    terminal.out,
                    "    map them in .infragen.yaml: bundles: {{oci://…: ../service/config}}"
                )?;
            }
        }
    }
    Ok(())
}

/// Prints it as one JSON array.
pub fn json(db: &dyn Db, clusters: &[&Cluster], terminal: &mut Terminal) -> std::io::Result<()> {
    let environments: Vec<_> = clusters.iter().map(|cluster| read(db, cluster)).collect();
    serde_json::to_writer_pretty(&mut terminal.out, &environments)?;
    writeln!(terminal.out)
}

/// The reasons in the order in which they are told: what can be mended here first.
const REASONS: &[(&str, &str)] = &[
    (
        "unmapped-bundle",
        "bundles that nothing maps to a directory",
    ),
    ("failing-build", "builds that fail"),
    ("missing-directory", "paths that the source does not have"),
    ("missing-source", "sources that are not in the repository"),
    ("template", "paths with a variable whose value is not known"),
    ("remote-source", "other repositories and buckets"),
    ("outside", "entries that lead out of the repository"),
    (
        "values",
        "variables from objects that are not in the repository",
    ),
    ("encrypted", "encrypted objects"),
    ("rendered", "ResourceSets"),
    ("chart", "charts"),
];

fn read<'c>(db: &dyn Db, cluster: &'c Cluster) -> Environment<'c> {
    let mut places = Places::new(db, cluster.root);
    let applications = cluster.applications.iter();
    let objects = applications
        .clone()
        .map(|application| cluster.objects(db, application).len());
    Environment {
        environment: &cluster.environment.name,
        path: cluster.environment.path.as_str(),
        flux: flux_version(db, cluster.root, cluster.environment.clone())
            .map(|version| version.to_string()),
        kustomizations: cluster.applications.len(),
        built: applications
            .filter(|application| application.directory.is_ok())
            .count(),
        objects: objects.sum(),
        unknown: cluster
            .leaves(db)
            .into_iter()
            .map(|leaf| unknown(leaf, &mut places))
            .collect(),
    }
}

fn unknown(leaf: Leaf, places: &mut Places<'_>) -> Unknown {
    let (reason, detail) = match leaf.why {
        Why::Unmapped(url) => ("unmapped-bundle", Some(url)),
        Why::Remote(url) => ("remote-source", Some(url)),
        Why::NoSource(source) => ("missing-source", Some(source)),
        Why::Template => ("template", None),
        Why::NoDirectory(path) => ("missing-directory", Some(path)),
        Why::Outside => ("outside", None),
        Why::Fails => ("failing-build", None),
        Why::Chart => ("chart", None),
        Why::Rendered => ("rendered", None),
        Why::Values(source) => ("values", Some(source)),
        Why::Encrypted => ("encrypted", None),
    };
    Unknown {
        reason,
        what: leaf.what.to_string(),
        detail: detail.map(|detail| detail.to_string()),
        place: places.show(&leaf.place),
    }
}

/// Names in lines.
fn wrapped(names: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (number, name) in names.iter().enumerate() {
        let name = match number + 1 == names.len() {
            true => name.clone(),
            false => format!("{name},"),
        };
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = name,
            Some(line) if line.len() + 1 + name.len() <= WIDTH => {
                line.push(' ');
                line.push_str(&name);
            }
            _ => lines.push(name),
        }
    }
    lines
}
