//! Which tag Flux takes, for people and for programs.

use std::io::Write;

use infragen_constraint::{Choice, Selection, Verdict, compare};
use serde::Serialize;

use crate::terminal::Terminal;

#[derive(Serialize)]
struct Answer<'a> {
    chosen: Option<&'a str>,
    error: Option<&'a str>,
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    tag: &'a str,
    verdict: &'static str,
    reason: String,
}

/// Prints a choice as one object, with the tags as they were given.
pub fn json(
    selection: &Selection,
    choice: &Choice,
    tags: &[&str],
    terminal: &mut Terminal,
) -> std::io::Result<()> {
    let verdicts = choice.verdicts.iter().enumerate();
    let of_tag = |(number, verdict): (usize, &Verdict)| Tag {
        tag: tags.get(number).copied().unwrap_or_default(),
        verdict: match verdict {
            Verdict::Chosen => "chosen",
            Verdict::Older | Verdict::Equal => "matches",
            Verdict::Excluded(_) => "excluded",
            Verdict::Filtered | Verdict::LeftOut => "filtered",
            Verdict::NotAVersion(_) => "not-a-version",
        },
        reason: selection.reason(choice, tags, number),
    };
    let answer = Answer {
        chosen: choice.chosen.and_then(|number| tags.get(number).copied()),
        error: None,
        tags: verdicts.map(of_tag).collect(),
    };
    write(&answer, terminal)
}

/// Prints as one object why there can be no choice.
pub fn json_error(error: &str, terminal: &mut Terminal) -> std::io::Result<()> {
    let answer = Answer {
        chosen: None,
        error: Some(error),
        tags: Vec::new(),
    };
    write(&answer, terminal)
}

fn write(answer: &Answer<'_>, terminal: &mut Terminal) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut terminal.out, answer)?;
    writeln!(terminal.out)?;
    terminal.out.flush()
}

/// So many tags of a section are shown with the same verdict, unless all are asked for.
const ALIKE: usize = 3;

/// Prints a choice: the tag, and then the others, the newest first.
pub fn text(
    selection: &Selection,
    choice: &Choice,
    tags: &[&str],
    all: bool,
    terminal: &mut Terminal,
) -> std::io::Result<()> {
    let chosen = choice.chosen.and_then(|number| tags.get(number));
    let count = |count: usize| format!("{count} tag{}", if count == 1 { "" } else { "s" });
    match chosen {
        Some(tag) => writeln!(
            terminal.out,
            "{} is what Flux takes of {}: {}",
            terminal.styled("1;32", tag),
            count(tags.len()),
            selection.reason(choice, tags, choice.chosen.unwrap_or_default()),
        )?,
        None => {
            let none = terminal.styled("1;31", "nothing");
            let of = count(tags.len());
            writeln!(terminal.out, "{none} is what Flux takes of {of}")?;
            let range = &selection.range.text;
            writeln!(
                terminal.out,
                "Flux says: no match found for semver: {range}"
            )?;
        }
    }
    let width = tags
        .iter()
        .map(|tag| tag.chars().count())
        .max()
        .unwrap_or(0);
    for section in sections(selection, choice, tags) {
        section.write(selection, choice, tags, all, width.min(40), terminal)?;
    }
    terminal.out.flush()
}

/// Tags that belong together, the newest first.
struct Section {
    title: &'static str,
    numbers: Vec<usize>,
}

fn sections(selection: &Selection, choice: &Choice, tags: &[&str]) -> Vec<Section> {
    let mut versions = Vec::new();
    let mut others = Vec::new();
    for (number, tag) in tags.iter().enumerate() {
        match selection.version(tag) {
            Ok(version) => versions.push((number, version)),
            Err(_) => others.push(number),
        }
    }
    versions.sort_by(|(_, a), (_, b)| compare(b, a));
    let chosen = versions
        .iter()
        .find(|(number, _)| choice.chosen == Some(*number));
    let newest = chosen.map(|(_, version)| version.clone());
    let (mut newer, mut same, mut older) = (Vec::new(), Vec::new(), Vec::new());
    for (number, version) in &versions {
        match newest.as_ref().map(|newest| compare(version, newest)) {
            None | Some(std::cmp::Ordering::Greater) => newer.push(*number),
            Some(std::cmp::Ordering::Equal) if choice.chosen == Some(*number) => {}
            Some(std::cmp::Ordering::Equal) => same.push(*number),
            Some(std::cmp::Ordering::Less) => older.push(*number),
        }
    }
    let newer_title = if newest.is_some() {
        "newer, and passed over"
    } else {
        "passed over"
    };
    let sections = [
        (newer_title, newer),
        ("the same version", same),
        ("older", older),
        ("no versions", others),
    ];
    sections
        .into_iter()
        .filter(|(_, numbers)| !numbers.is_empty())
        .map(|(title, numbers)| Section { title, numbers })
        .collect()
}

impl Section {
    fn write(
        &self,
        selection: &Selection,
        choice: &Choice,
        tags: &[&str],
        all: bool,
        width: usize,
        terminal: &mut Terminal,
    ) -> std::io::Result<()> {
        writeln!(terminal.out, "\n{}", terminal.styled("1", self.title))?;
        let mut shown: Vec<(&Verdict, usize)> = Vec::new();
        let mut more = 0;
        for number in &self.numbers {
            let (Some(verdict), Some(tag)) = (choice.verdicts.get(*number), tags.get(*number))
            else {
                continue;
            };
            let known = shown.iter().position(|(other, _)| is_alike(other, verdict));
            let known = known.unwrap_or_else(|| {
                shown.push((verdict, 0));
                shown.len() - 1
            });
            shown[known].1 += 1;
            if !all && shown[known].1 > ALIKE {
                more += 1;
                continue;
            }
            let reason = selection.reason(choice, tags, *number);
            let reason = terminal.styled("2", &reason);
            writeln!(terminal.out, "  {tag:width$}  {reason}")?;
        }
        if more > 0 {
            let more = terminal.styled("2", &format!("… {more} more; --all shows every tag"));
            writeln!(terminal.out, "  {more}")?;
        }
        Ok(())
    }
}

/// Whether two verdicts say much the same of their tags.
fn is_alike(a: &Verdict, b: &Verdict) -> bool {
    a == b || matches!((a, b), (Verdict::NotAVersion(_), Verdict::NotAVersion(_)))
}
