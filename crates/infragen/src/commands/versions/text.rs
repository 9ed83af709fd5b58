//! The table for people: aligned for a terminal, or as Markdown.

use std::fmt::Write as _;

use infragen_registry::{Timestamp, age, since};
use infragen_workspace::{Db, Outcome, PlacedVersion, now};
use smol_str::SmolStr;

use super::compare::link;
use super::is_taken;
use super::table::{Row, Table};
use crate::terminal::Terminal;

/// A cell: its text, and whether something is wrong with it.
struct Cell {
    text: String,
    wrong: bool,
}

/// Prints for a terminal.
pub fn print(db: &dyn Db, table: &Table, terminal: &Terminal) -> String {
    if table.rows.is_empty() {
        return "no environment takes anything from an OCI registry\n".to_owned();
    }
    let rows = cells(db, table);
    let columns = table.environments.len() + 1;
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].text.chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let style = match (number, column, cell.wrong) {
                (0, _, _) => "2",
                (_, 0, _) => "1",
                (_, _, true) => "31",
                _ => "",
            };
            let room = " ".repeat(width - cell.text.chars().count());
            let gap = if column == 0 { "" } else { "  " };
            let text = match style {
                "" => cell.text.clone(),
                style => terminal.styled(style, &cell.text),
            };
            let _ = write!(line, "{gap}{text}{room}");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let notes = notes(db, table);
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        let _ = writeln!(out, "{note}");
    }
    out
}

/// Prints as Markdown.
pub fn markdown(db: &dyn Db, table: &Table) -> String {
    let mut out = String::new();
    for (number, row) in cells(db, table).iter().enumerate() {
        let cells = row.iter().map(|cell| cell.text.replace('|', "\\|"));
        let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
        if number == 0 {
            let _ = writeln!(out, "|{}", "---|".repeat(row.len()));
        }
    }
    for (number, note) in notes(db, table).iter().enumerate() {
        let gap = if number == 0 { "\n" } else { "" };
        let _ = writeln!(out, "{gap}- {note}");
    }
    out
}

/// The rows, the header first.
fn cells(db: &dyn Db, table: &Table) -> Vec<Vec<Cell>> {
    let plain = |text: String| Cell { text, wrong: false };
    let names = table
        .environments
        .iter()
        .map(|(_, name)| plain(name.to_string()));
    let mut rows = vec![
        std::iter::once(plain("service".to_owned()))
            .chain(names)
            .collect(),
    ];
    for row in &table.rows {
        let alike = table.rows.iter().filter(|other| other.name == row.name);
        let name = match alike.count() {
            1 => row.name.to_string(),
            _ => format!("{} ({} {})", row.name, row.kind.kind, row.repository),
        };
        let mut cells = vec![plain(name)];
        for (number, _) in &table.environments {
            let versions: Vec<_> = row.of(*number).collect();
            cells.push(Cell {
                text: taken(db, &versions, table.moment),
                wrong: versions
                    .iter()
                    .any(|version| !is_taken(&version.picked.outcome)),
            });
        }
        rows.push(cells);
    }
    rows
}

/// What an environment takes: `v1.4.2 · 3 days`; by namespace where they differ.
fn taken(db: &dyn Db, versions: &[&PlacedVersion], moment: Timestamp) -> String {
    let mut texts: Vec<(String, Vec<&str>)> = Vec::new();
    for version in versions {
        let text = one(db, version, moment);
        match texts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, namespaces)) => namespaces.push(&version.namespace),
            None => texts.push((text, vec![&version.namespace])),
        }
    }
    match texts.as_slice() {
        [] => "-".to_owned(),
        [(text, _)] => text.clone(),
        several => {
            let texts = several
                .iter()
                .map(|(text, namespaces)| format!("{}: {text}", namespaces.join(", ")));
            texts.collect::<Vec<_>>().join("; ")
        }
    }
}

fn one(db: &dyn Db, version: &PlacedVersion, moment: Timestamp) -> String {
    let name = match &version.picked.outcome {
        Outcome::Tag(tag) => tag.to_string(),
        Outcome::Digest(digest) => digest.chars().take(15).collect(),
        Outcome::NoMatch => return "nothing fits".to_owned(),
        Outcome::Absent(tag) => return format!("{tag} is not there"),
        Outcome::Invalid(_) => return "invalid".to_owned(),
        Outcome::Unknown => return "not known".to_owned(),
    };
    let artifact = version.artifact(db);
    match artifact.and_then(|artifact| artifact.created) {
        Some(created) => format!("{name} · {}", age(moment, created)),
        None => name,
    }
}

/// What the table has no room for: why something is not known, how old that is which is, and links.
fn notes(db: &dyn Db, table: &Table) -> Vec<String> {
    let versions = || table.rows.iter().flat_map(|row| &row.versions);
    let mut notes = together(versions().filter_map(|version| fault(db, version)));
    notes.extend(together(
        versions().filter_map(|version| stale(db, version)),
    ));
    notes.extend(together(versions().filter_map(either)));
    for (environment, names) in &table.failing {
        notes.extend(together(names.iter().map(|name| {
            let why = format!(
                "does not build in {environment}, where all stays as it is until it does; see `infragen check`"
            );
            (name.clone(), why)
        })));
    }
    for row in &table.rows {
        notes.extend(links(db, table, row));
    }
    notes
}

/// One cause makes many notes: each is told once, with those that have it.
fn together(notes: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut causes: Vec<(String, Vec<String>)> = Vec::new();
    for (what, why) in notes {
        match causes.iter_mut().find(|(known, _)| *known == why) {
            Some((_, all)) if all.contains(&what) => {}
            Some((_, all)) => all.push(what),
            None => causes.push((why, vec![what])),
        }
    }
    let causes = causes.into_iter();
    causes
        .map(|(why, what)| match what.as_slice() {
            [one, other, _, rest @ ..] => {
                format!("{one}, {other} and {} more: {why}", rest.len() + 1)
            }
            few => format!("{}: {why}", few.join(", ")),
        })
        .collect()
}

/// How old the tags of a repository are, where Flux may know others by now.
fn stale(db: &dyn Db, version: &PlacedVersion) -> Option<(String, String)> {
    let asked = version.stale(db)?;
    let repository = version.repository.as_ref().ok()?.to_string();
    Some((repository, format!("tags as of {}", since(now(db), asked))))
}

/// That others are the version which is taken, where Flux may take them.
fn either(version: &PlacedVersion) -> Option<(String, String)> {
    let here = format!("{} in {}", version.name, version.environment);
    let equal = version.picked.ambiguous.then(|| version.picked.equal())?;
    let equal: Vec<&str> = equal.into_iter().map(SmolStr::as_str).collect();
    let why = format!(
        "{} are the same version, and Flux may take any of them",
        equal.join(", ")
    );
    Some((here, why))
}

/// What is wrong with what an environment takes.
pub fn wrong(db: &dyn Db, version: &PlacedVersion) -> Option<String> {
    let (what, why) = fault(db, version)?;
    Some(format!("{what}: {why}"))
}

/// What something is wrong with, and what that is.
fn fault(db: &dyn Db, version: &PlacedVersion) -> Option<(String, String)> {
    let name = version.name.to_string();
    let repository = match &version.repository {
        Ok(repository) => repository.to_string(),
        Err(error) => return Some((name, error.to_string())),
    };
    let here = format!("{name} in {}", version.environment);
    let told = version.fault(db).map(|fault| fault.to_string());
    match &version.picked.outcome {
        Outcome::Invalid(error) => Some((here, error.to_string())),
        Outcome::NoMatch => {
            let nearest = version.picked.passed_over();
            let why = nearest
                .and_then(|tag| Some(format!("; {tag}: {}", version.picked.why_passed_over()?)));
            let why = why.unwrap_or_default();
            Some((here, format!("no tag of {repository} fits{why}")))
        }
        Outcome::Absent(tag) => Some((here, format!("{repository} has no tag {tag}"))),
        Outcome::Unknown => {
            let unknown = || "the tags, or their times, are not known".to_owned();
            Some((repository, told.unwrap_or_else(unknown)))
        }
        // Shown from the cache.
        Outcome::Tag(_) | Outcome::Digest(_) => told.map(|told| (repository, told)),
    }
}

/// What lies between what neighbours take.
fn links(db: &dyn Db, table: &Table, row: &Row) -> Vec<String> {
    let mut links = Vec::new();
    for pair in table.environments.windows(2) {
        let artifact = |number| {
            row.of(number)
                .next()
                .and_then(|version| version.artifact(db))
        };
        let (Some(left), Some(right)) = (artifact(pair[0].0), artifact(pair[1].0)) else {
            continue;
        };
        if let Some(link) = link(&left, &right) {
            links.push(format!(
                "{}: {} to {}: {link}",
                row.name, pair[0].1, pair[1].1
            ));
        }
    }
    links
}
