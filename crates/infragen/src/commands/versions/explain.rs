//! Every tag with its reason.

use std::fmt::Write as _;

use infragen_registry::{age, since};
use infragen_workspace::{Db, PlacedVersion, now};
use serde::Serialize;
use smol_str::SmolStr;

use super::table::Table;
use super::text::wrong;
use crate::commands::Failure;
use crate::terminal::Terminal;

/// A tag with why it is taken or not.
struct Told<'a> {
    tag: &'a SmolStr,
    reason: String,
    age: Option<String>,
    chosen: bool,
}

/// Every tag, the newest first.
fn told<'a>(db: &dyn Db, version: &'a PlacedVersion) -> Vec<Told<'a>> {
    let picked = &version.picked;
    picked
        .reasons()
        .into_iter()
        .map(|(tag, reason)| {
            let reason = reason.unwrap_or_else(|| match picked.outcome.tag() == Some(tag) {
                true => "named by the object".to_owned(),
                false => "another one is named by the object".to_owned(),
            });
            let created = version
                .artifact_of(db, tag)
                .and_then(|artifact| artifact.created);
            Told {
                tag,
                reason,
                age: created.map(|created| age(now(db), created)),
                chosen: picked.outcome.tag() == Some(tag),
            }
        })
        .collect()
}

/// A line about what is chosen from.
fn headline(db: &dyn Db, version: &PlacedVersion) -> String {
    let rule = match &version.pull.rule {
        infragen_flux::Rule::Digest(digest) => format!("digest {digest}"),
        infragen_flux::Rule::Tag(tag) => format!("tag {tag}"),
        infragen_flux::Rule::Range { range, filter, .. }
        | infragen_flux::Rule::Image { range, filter, .. } => match filter {
            Some(filter) => format!("range {range}, only tags that {filter} matches"),
            None => format!("range {range}"),
        },
        infragen_flux::Rule::Chart(range) => format!("range {range}"),
    };
    let known = version.picked.tags().zip(version.asked(db));
    let asked = known.map_or(String::new(), |(tags, asked)| {
        format!(", {} tags, asked {}", tags.len(), since(now(db), asked))
    });
    format!("{rule}{asked}")
}

/// Prints for a terminal.
pub fn text(db: &dyn Db, table: &Table, terminal: &Terminal) -> String {
    let mut out = String::new();
    for row in &table.rows {
        for version in &row.versions {
            if !out.is_empty() {
                out.push('\n');
            }
            let title = format!("{} in {}", row.name, version.environment);
            let _ = writeln!(out, "{}: {}", terminal.styled("1", &title), row.repository);
            let _ = writeln!(out, "{}", headline(db, version));
            if let Some(wrong) = wrong(db, version) {
                let _ = writeln!(out, "{}", terminal.styled("31", &wrong));
            }
            let tags = told(db, version);
            let widths = tags.iter().map(|told| told.tag.chars().count());
            let width = widths.max().unwrap_or(0).min(40);
            for told in tags {
                let mark = if told.chosen { "*" } else { " " };
                let age = told.age.map_or(String::new(), |age| format!(" · {age}"));
                let tag = format!("{:width$}", told.tag);
                let tag = match told.chosen {
                    true => terminal.styled("1;32", &tag),
                    false => tag,
                };
                let _ = writeln!(out, "{mark} {tag}  {}{age}", told.reason);
            }
        }
    }
    out
}

/// Prints as Markdown.
pub fn markdown(db: &dyn Db, table: &Table) -> String {
    let mut out = String::new();
    for row in &table.rows {
        for version in &row.versions {
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(
                out,
                "{gap}### {} in {}\n\n{}: {}\n",
                row.name,
                version.environment,
                row.repository,
                headline(db, version).replace('*', "\\*")
            );
            if let Some(wrong) = wrong(db, version) {
                let _ = writeln!(out, "> {wrong}\n");
            }
            for told in told(db, version) {
                let mark = if told.chosen { "**" } else { "" };
                let _ = writeln!(out, "- {mark}`{}`{mark} {}", told.tag, told.reason);
            }
        }
    }
    out
}

#[derive(Serialize)]
struct Explained<'a> {
    service: &'a str,
    repository: &'a str,
    environment: &'a str,
    chosen: Option<&'a str>,
    error: Option<String>,
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    tag: &'a str,
    reason: String,
}

/// Prints one object for each environment.
pub fn json(db: &dyn Db, table: &Table) -> Result<String, Failure> {
    let rows = table.rows.iter();
    let explained: Vec<_> = rows
        .flat_map(|row| row.versions.iter().map(move |version| (row, version)))
        .map(|(row, version)| Explained {
            service: &row.name,
            repository: &row.repository,
            environment: &version.environment,
            chosen: version.picked.outcome.name().map(|name| name.as_str()),
            error: wrong(db, version),
            tags: told(db, version)
                .into_iter()
                .map(|told| Tag {
                    tag: told.tag,
                    reason: told.reason,
                })
                .collect(),
        })
        .collect();
    let printed = serde_json::to_string_pretty(&explained).map_err(std::io::Error::from)?;
    Ok(printed + "\n")
}
