//! Findings as one JSON array.

use std::io::Write;

use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Db, environment_of, text};
use line_index::{LineIndex, WideEncoding};
use serde::Serialize;

use crate::report::{Reported, level_name};
use crate::repository::shown;
use crate::terminal::Terminal;

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: &'a str,
    file: String,
    range: Range,
    message: &'a str,
    help: Option<&'a str>,
    environments: Vec<String>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Line and column from 1; a column counts characters.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// Prints findings as one array, in the order of files and places.
pub fn json(db: &dyn Db, reported: &[Reported], terminal: &mut Terminal) -> std::io::Result<()> {
    let mut items = Vec::new();
    for Reported { file, finding } in reported {
        let source = text(db, *file).unwrap_or_default();
        let lines = LineIndex::new(&source);
        let environment = environment_of(db, file.root(db), &file.path(db));
        items.push(Item {
            rule: finding.rule.id,
            severity: level_name(finding.severity),
            file: shown(&file.absolute_path(db)),
            range: range(&lines, finding.range),
            message: &finding.message,
            help: finding.help.as_deref(),
            environments: environment.iter().map(ToString::to_string).collect(),
        });
    }
    serde_json::to_writer_pretty(&mut terminal.out, &items)?;
    writeln!(terminal.out)
}

fn range(lines: &LineIndex, range: TextRange) -> Range {
    Range {
        start: position(lines, range.start()),
        end: position(lines, range.end()),
    }
}

fn position(lines: &LineIndex, offset: TextSize) -> Position {
    let Some(at) = lines.try_line_col(offset) else {
        return Position { line: 1, column: 1 };
    };
    let column = lines
        .to_wide(WideEncoding::Utf32, at)
        .map_or(at.col, |wide| wide.col);
    Position {
        line: at.line + 1,
        column: column + 1,
    }
}
