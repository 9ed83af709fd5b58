//! The table of environments and versions in a hover.

use infragen_flux::Rule;
use infragen_registry::{age, since};
use infragen_workspace::{Db, Outcome, PlacedVersion, are_asked, now};

use crate::markdown::{code, counted, fit, item};

/// What to do where nothing is known.
const NOT_ASKED: &str =
    "its tags are not known: allow the network (`infragen.network`), or run `infragen versions`";

/// What to say there while it is being found out.
const BEING_ASKED: &str = "its tags are not known yet: the registry is being asked";

/// So many repositories are shown where an object is the address of several.
const MOST: usize = 4;

/// A line of the table.
struct Row {
    environments: Vec<String>,
    cells: [String; 4],
}

/// What there is to say about the versions that environments take; none where there is none.
pub(crate) fn card(db: &dyn Db, versions: &[PlacedVersion]) -> Option<String> {
    let mut by_repository: Vec<Vec<PlacedVersion>> = Vec::new();
    for version in versions {
        let of_same = |of: &&mut Vec<PlacedVersion>| {
            of.first()
                .is_some_and(|first| first.repository == version.repository)
        };
        match by_repository.iter_mut().find(of_same) {
            Some(of) => of.push(version.clone()),
            None => by_repository.push(vec![version.clone()]),
        }
    }
    let shown = by_repository
        .iter()
        .take(MOST)
        .map(|of| of_repository(db, of));
    let mut cards: Vec<String> = shown.collect();
    let more = by_repository.len().saturating_sub(MOST);
    if more > 0 {
        cards.push(format!("and {more} more"));
    }
    (!cards.is_empty()).then(|| cards.join("\n\n"))
}

/// The card of what is taken of one repository.
fn of_repository(db: &dyn Db, versions: &[PlacedVersion]) -> String {
    let headline = versions.first().map(|first| fit(&headline(db, first)));
    let mut lines = vec![headline.unwrap_or_default(), String::new()];
    lines.extend(table(db, versions));
    let notes = notes(db, versions);
    if !notes.is_empty() {
        lines.push(String::new());
        lines.push(fit(&notes.join("\n")));
    }
    lines.join("\n")
}

/// `**ghcr.io/acme/web** 27 tags, asked 5 minutes ago`
fn headline(db: &dyn Db, version: &PlacedVersion) -> String {
    let repository = match &version.repository {
        Ok(repository) => repository,
        Err(error) => return format!("**Version**: {error}"),
    };
    let name = code(&repository.to_string());
    match (version.picked.tags(), version.asked(db)) {
        (Some(tags), Some(asked)) => format!(
            "{name} {}, asked {}",
            counted(tags.len(), "tag"),
            since(now(db), asked)
        ),
        _ => name,
    }
}

fn table(db: &dyn Db, versions: &[PlacedVersion]) -> Vec<String> {
    let mut rows: Vec<Row> = Vec::new();
    for version in versions {
        let cells = cells(db, version);
        match rows.iter_mut().find(|row| row.cells == cells) {
            Some(row) => row.environments.push(version.environment.to_string()),
            None => rows.push(Row {
                environments: vec![version.environment.to_string()],
                cells,
            }),
        }
    }
    let header = ["", "range", "takes", "age", "digest"].map(str::to_owned);
    let mut table = vec![header];
    table.extend(rows.into_iter().map(|row| {
        let mut environments = row.environments;
        environments.dedup();
        let [range, takes, age, digest] = row.cells;
        [environments.join(", "), range, takes, age, digest]
    }));
    aligned(&table)
}

/// The cells of a version: range, what is taken, its age, its digest.
fn cells(db: &dyn Db, version: &PlacedVersion) -> [String; 4] {
    let range = match &version.pull.rule {
        Rule::Range { range, .. } | Rule::Image { range, .. } | Rule::Chart(range) => code(range),
        Rule::Tag(_) => "tag".to_owned(),
        Rule::Digest(_) => "digest".to_owned(),
    };
    let takes = match &version.picked.outcome {
        Outcome::Tag(tag) => code(tag),
        Outcome::Digest(_) => String::new(),
        Outcome::NoMatch => "nothing".to_owned(),
        Outcome::Absent(tag) => format!("{} is not there", code(tag)),
        Outcome::Invalid(_) => "invalid".to_owned(),
        Outcome::Unknown => "not known".to_owned(),
    };
    let artifact = version.artifact(db);
    let created = artifact.as_ref().and_then(|artifact| artifact.created);
    let age = created.map_or(String::new(), |created| age(now(db), created));
    let digest = match (&artifact, &version.picked.outcome) {
        (Some(artifact), _) => short(&artifact.digest),
        (None, Outcome::Digest(digest)) => short(digest),
        _ => String::new(),
    };
    [range, takes, age, digest]
}

/// The digits of a digest by which people know it.
fn short(digest: &str) -> String {
    code(digits(digest))
}

/// The same without the marks of Markdown.
pub(crate) fn digits(digest: &str) -> &str {
    let digits = digest.split_once(':').map_or(digest, |(_, digits)| digits);
    digits.get(..8).unwrap_or(digits)
}

/// A table whose columns are aligned where the marks of Markdown are not shown. Columns that are empty are left out.
fn aligned(rows: &[[String; 5]]) -> Vec<String> {
    // In a table a bar ends a cell, also in a code span.
    let shown = |cell: &str| cell.replace('|', "\\|");
    let width = |cell: &str| cell.replace('`', "").chars().count();
    let mut columns: Vec<usize> = (0..5).collect();
    columns.retain(|column| *column < 3 || rows[1..].iter().any(|row| !row[*column].is_empty()));
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            let cells = rows.iter().map(|row| width(&shown(&row[*column])));
            cells.max().unwrap_or(0).max(3)
        })
        .collect();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = columns.iter().zip(&widths).map(|(column, wide)| {
                let cell = shown(&row[*column]);
                let room = wide.saturating_sub(width(&cell));
                format!(" {cell}{} ", " ".repeat(room))
            });
            format!("|{}|", cells.collect::<Vec<_>>().join("|"))
        })
        .collect();
    let line = widths.iter().map(|wide| "-".repeat(wide + 2));
    lines.insert(1, format!("|{}|", line.collect::<Vec<_>>().join("|")));
    lines
}

/// What the table has no room for.
fn notes(db: &dyn Db, versions: &[PlacedVersion]) -> Vec<String> {
    let mut notes: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |note: String, environment: &str| match notes
        .iter_mut()
        .find(|(known, _)| *known == note)
    {
        Some((_, environments)) => {
            if !environments.iter().any(|known| known == environment) {
                environments.push(environment.to_owned());
            }
        }
        None => notes.push((note, vec![environment.to_owned()])),
    };
    for version in versions {
        for note in notes_of(db, version) {
            add(note, &version.environment);
        }
    }
    let mut all: Vec<_> = versions
        .iter()
        .map(|version| &version.environment)
        .collect();
    all.dedup();
    let several = all.len() > 1;
    notes
        .into_iter()
        .map(
            |(note, environments)| match several && environments.len() < all.len() {
                true => item(&format!("**{}**:", environments.join(", ")), &note),
                false => item("", &note),
            },
        )
        .collect()
}

fn notes_of(db: &dyn Db, version: &PlacedVersion) -> Vec<String> {
    let picked = &version.picked;
    let mut notes = Vec::new();
    match &version.pull.rule {
        Rule::Range {
            filter: Some(filter),
            ..
        }
        | Rule::Image {
            filter: Some(filter),
            ..
        } => notes.push(format!("only tags that {} matches", code(filter))),
        _ => {}
    }
    if let Outcome::Invalid(error) = &picked.outcome {
        notes.push(error.to_string());
    }
    if picked.ambiguous {
        notes.push("several tags are that version, and Flux may take any of them".to_owned());
    }
    // Where a tag or digest is named nothing is passed over for a reason.
    if let (Some(passed), Some(reason)) = (picked.passed_over(), picked.why_passed_over()) {
        notes.push(format!("passes over {}: {reason}", code(passed)));
    }
    let newest = picked.newest_stable();
    if newest.is_some() && newest != picked.outcome.tag() {
        notes.push(format!(
            "newest release: {}",
            code(newest.map_or("", |tag| tag))
        ));
    }
    if let Some(fault) = version.fault(db) {
        notes.push(fault.to_string());
    } else if version.repository.is_ok() && picked.tags().is_none() {
        let note = match are_asked(db) {
            true => BEING_ASKED,
            false => NOT_ASKED,
        };
        notes.push(note.to_owned());
    }
    notes
}
