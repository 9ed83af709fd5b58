//! What is asked of this crate and of the Go library alike. As a line, so that a program in Go can read it:
//! the question and its texts apart by tabs, a tab in a text as `␉`.

use std::cmp::Ordering;

use infragen_constraint::{
    Comparator, Constraint, Flux, Operator, Reading, Selection, VersionError, compare,
    loose_version, strict_version, tag_version,
};
use semver::Version;

pub enum Query {
    Read(String),
    Match(String, String),
    Loose(String),
    Strict(String),
    Tag(String),
    Order(String, String),
    Choose {
        range: String,
        filter: String,
        helm: bool,
        tags: Vec<String>,
    },
}

impl Query {
    pub fn parse(line: &str) -> Query {
        let fields: Vec<String> = line.split('\t').map(|f| f.replace('␉', "\t")).collect();
        let field = |number: usize| fields[number].clone();
        match field(0).as_str() {
            "read" => Query::Read(field(1)),
            "match" => Query::Match(field(1), field(2)),
            "loose" => Query::Loose(field(1)),
            "strict" => Query::Strict(field(1)),
            "tag" => Query::Tag(field(1)),
            "order" => Query::Order(field(1), field(2)),
            "choose" => Query::Choose {
                range: field(1),
                filter: field(2),
                helm: fields[3] == "helm",
                tags: fields[4].split(' ').map(str::to_owned).collect(),
            },
            other => panic!("nobody asks `{other}`"),
        }
    }

    pub fn line(&self) -> String {
        let tags_of;
        let (question, fields): (&str, Vec<&str>) = match self {
            Query::Read(text) => ("read", vec![text]),
            Query::Match(range, version) => ("match", vec![range, version]),
            Query::Loose(text) => ("loose", vec![text]),
            Query::Strict(text) => ("strict", vec![text]),
            Query::Tag(text) => ("tag", vec![text]),
            Query::Order(a, b) => ("order", vec![a, b]),
            Query::Choose {
                range,
                filter,
                helm,
                tags,
            } => {
                tags_of = tags.join(" ");
                let helm = if *helm { "helm" } else { "" };
                ("choose", vec![range, filter, helm, &tags_of])
            }
        };
        let fields = fields.iter().map(|field| field.replace('\t', "␉"));
        let fields: Vec<String> = std::iter::once(question.to_owned()).chain(fields).collect();
        fields.join("\t")
    }

    /// Whether this crate means to answer as the library does: not where `StrictNewVersion` of 3.3.0 takes empty
    /// identifiers.
    pub fn is_followed(&self, flux: Flux) -> bool {
        !matches!(self, Query::Strict(_)) || flux != Flux::V2_6
    }

    /// What this crate answers. Several answers where Go's sort may put equal tags in any order.
    pub fn answers(&self, flux: Flux) -> Vec<String> {
        let answer = match self {
            Query::Read(text) => Constraint::parse(text, flux)
                .ok()
                .map(|read| written(&read)),
            Query::Match(range, version) => Constraint::parse(range, flux).ok().map(|range| {
                let version = loose_version(version, flux);
                version.map_or("no version".to_owned(), |v| range.matches(&v).to_string())
            }),
            Query::Loose(text) => canonical(loose_version(text, flux)),
            Query::Strict(text) => canonical(strict_version(text, flux)),
            Query::Tag(text) => canonical(tag_version(text, flux)),
            Query::Order(a, b) => loose_version(a, flux)
                .and_then(|a| Ok((a, loose_version(b, flux)?)))
                .ok()
                .map(|(a, b)| match compare(&a, &b) {
                    Ordering::Less => "-1".to_owned(),
                    Ordering::Equal => "0".to_owned(),
                    Ordering::Greater => "1".to_owned(),
                }),
            Query::Choose {
                range,
                filter,
                helm,
                tags,
            } => return chosen(range, filter, *helm, tags, flux),
        };
        vec![
            answer
                .unwrap_or_else(|| "error".to_owned())
                .replace('\t', "␉"),
        ]
    }
}

fn chosen(range: &str, filter: &str, helm: bool, tags: &[String], flux: Flux) -> Vec<String> {
    let Ok(mut selection) = Selection::parse(range, Some(filter), flux) else {
        return vec!["error".to_owned()];
    };
    if helm {
        selection.reading = Reading::Underscores;
    }
    let choice = selection.choose(tags);
    let Some(chosen) = choice.chosen else {
        return vec!["none".to_owned()];
    };
    let mut answers = vec![tags[chosen].clone()];
    if choice.ambiguous {
        let verdicts = choice.verdicts.iter().zip(tags);
        let equal =
            verdicts.filter(|(verdict, _)| **verdict == infragen_constraint::Verdict::Equal);
        answers.extend(equal.map(|(_, tag)| tag.clone()));
    }
    answers
}

fn canonical(version: Result<Version, VersionError>) -> Option<String> {
    version.ok().map(|version| version.to_string())
}

/// A constraint as the library writes it.
fn written(constraint: &Constraint) -> String {
    let groups = constraint.groups.iter().map(|group| {
        let comparators = group.comparators.iter();
        let texts: Vec<String> = comparators
            .map(|one| comparator(constraint.written(one), one))
            .collect();
        texts.join(" ")
    });
    groups.collect::<Vec<_>>().join(" || ")
}

fn comparator(text: &str, comparator: &Comparator) -> String {
    let version = text.trim_start_matches(['!', '=', '<', '>', '~', '^']);
    let operator = match &text[..text.len() - version.len()] {
        // Of `A - B`.
        "" if comparator.operator == Operator::GreaterEqual => ">=",
        "" if comparator.operator == Operator::LessEqual => "<=",
        spelling => spelling,
    };
    format!("{operator}{}", version.trim_start())
}
