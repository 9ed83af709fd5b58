//! Versions: the ranges that most people mean, real tags, the newest first, digests and filters.

use std::sync::Arc;

use infragen_constraint::Constraint;
use infragen_flux::known::{HELM_CHART, HELM_RELEASE, OCI_REPOSITORY};
use infragen_flux::{GroupKind, Rule, VERSIONS};
use infragen_registry::age;
use infragen_workspace::{Readable, now, readable};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::position::Position;
use super::typed::fits;
use super::version_source::VersionSource;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};
use crate::markdown::counted;
use crate::versions::{digits, families};

/// What is written at a cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Range,
    Tag,
    Digest,
    Filter,
}

/// Ranks of tags begin here, behind those of ranges.
const TAGS: u32 = 10;

/// So many ways to go on are offered: what each of them takes is looked for among all tags.
const CONTINUED: usize = 20;

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some(field) = field_at(position) else {
        return;
    };
    let source = VersionSource::at(position);
    let mut offers = Offers {
        position,
        source: source.as_ref(),
        found,
    };
    match field {
        Field::Range => offers.ranges(),
        Field::Tag => offers.tags(),
        Field::Digest => offers.digests(),
        Field::Filter => offers.filters(),
    }
}

fn field_at(position: &Position<'_>) -> Option<Field> {
    if !position.on_value() {
        return None;
    }
    let (kind, path) = position.field()?;
    let (key, above) = path.split_last()?;
    let row = VERSIONS
        .iter()
        .find(|row| *kind == *row.from && above == row.path)?;
    match *key {
        key if key == row.range => is_read(position, kind).then_some(Field::Range),
        "tag" if *kind == *OCI_REPOSITORY => Some(Field::Tag),
        "digest" if *kind == *OCI_REPOSITORY => Some(Field::Digest),
        key if Some(key) == row.filter => Some(Field::Filter),
        _ => None,
    }
}

/// Whether a range counts: nobody reads the version of a chart from a Git repository or a bucket.
fn is_read(position: &Position<'_>, kind: &GroupKind) -> bool {
    let chart: &[&str] = match *kind {
        ref kind if *kind == *HELM_RELEASE => &["spec", "chart", "spec"],
        ref kind if *kind == *HELM_CHART => &["spec"],
        _ => return true,
    };
    let source = position.scalar_at(&[chart, &["sourceRef", "kind"]].concat());
    !matches!(source, Some("GitRepository" | "Bucket"))
}

/// A range that is being typed.
#[derive(Debug, PartialEq, Eq)]
struct RangeTyped<'t> {
    /// All up to the version that is typed last: `>=1.0.0 <`.
    before: &'t str,
    /// That version, as far as it is typed.
    version: &'t str,
}

impl<'t> RangeTyped<'t> {
    fn of(typed: &'t str) -> Self {
        let of_version = |letter: char| letter.is_ascii_alphanumeric() || ".+-".contains(letter);
        let version = typed.rfind(|letter| !of_version(letter));
        let (before, version) = typed.split_at(version.map_or(0, |at| {
            at + typed[at..].chars().next().map_or(1, char::len_utf8)
        }));
        Self { before, version }
    }
}

struct Offers<'o, 'a> {
    position: &'o Position<'a>,
    source: Option<&'o VersionSource>,
    found: &'o mut Vec<Completion>,
}

impl Offers<'_, '_> {
    /// Ranges, each with what it would take, and behind them the versions that there are.
    fn ranges(&mut self) {
        let db = self.position.db;
        let readable = self.source.and_then(|source| source.readable(db));
        let newest = readable
            .as_ref()
            .and_then(|readable| readable.newest_release());
        let about_newest = newest.map(|(_, version)| {
            let (major, minor, patch) = (version.major, version.minor, version.patch);
            [
                (format!("~{major}.{minor}.{patch}"), "its patches"),
                (
                    format!("^{major}.{minor}.{patch}"),
                    "until the next major version",
                ),
            ]
        });
        let of_all = [
            (">=0.0.0".to_owned(), "every release"),
            (">=0.0.0-0".to_owned(), "prereleases too"),
        ];
        let ranges = about_newest.into_iter().flatten().chain(of_all);
        for (rank, (range, meaning)) in (0..).zip(ranges) {
            let detail = match &readable {
                Some(readable) => self.would_take(readable, &range),
                None => meaning.to_owned(),
            };
            self.offer(&range, rank, Some(detail), Some(meaning));
        }
        let Some(readable) = readable else { return };
        // Tags of charts have `_` where their versions have `+`.
        let of_chart = |tag: &SmolStr| match tag.contains('_') {
            true => tag.replace('_', "+").into(),
            false => tag.clone(),
        };
        let typed = self.position.cursor.prefix;
        let versions = readable.tags().map(|(tag, _)| of_chart(tag));
        let rest = RangeTyped::of(typed);
        if !rest.before.is_empty() {
            self.continued(&readable, &rest);
            return;
        }
        // What is cheap to tell first.
        let versions = versions.filter(|version| fits(typed, version));
        self.each_tag(versions.filter(|version| version.parse::<Constraint>().is_ok()));
    }

    /// What may come next in a range that has begun: the version behind an operator, else another comparator. Each with
    /// what the whole range would take.
    fn continued(&mut self, readable: &Readable, typed: &RangeTyped<'_>) {
        // A prerelease anywhere in it lets all of them in: whoever has written none is offered none.
        let mut texts = [typed.before, typed.version].into_iter();
        let prereleases = texts.any(|text| text.contains('-'));
        let first = if prereleases { "-0" } else { "" };
        let tags = || readable.tags();
        let releases = tags().filter(|(_, version)| version.pre.is_empty());
        let versions = tags()
            .filter(|(_, version)| prereleases || version.pre.is_empty())
            .map(|(_, version)| version.to_string());
        let ends = |major: u64| format!("{}.0.0{first}", major + 1);
        let next: Box<dyn Iterator<Item = String>> = if typed.before.ends_with('<') {
            let majors = releases.map(|(_, version)| ends(version.major));
            Box::new(majors.chain(versions))
        } else if typed.before.ends_with(['^', '~', '>', '=', '!']) {
            Box::new(versions)
        } else {
            Box::new(releases.flat_map(|(_, version)| {
                let (major, minor) = (version.major, version.minor);
                [
                    format!("^{major}.0.0"),
                    format!("~{major}.{minor}.0"),
                    format!("<{}", ends(major)),
                ]
            }))
        };
        let mut seen: FxHashSet<String> = self.found.iter().map(|it| it.label.clone()).collect();
        let fitting = next
            .filter(|next| next.starts_with(typed.version))
            .map(|next| format!("{}{next}", typed.before))
            .filter(|range| seen.insert(range.clone()));
        let ranges: Vec<_> = fitting
            .filter(|range| range.parse::<Constraint>().is_ok())
            .take(CONTINUED)
            .collect();
        for (rank, range) in (TAGS..).zip(ranges) {
            let takes = self.would_take(readable, &range);
            self.offer(&range, rank, Some(takes), None);
        }
    }

    fn would_take(&self, readable: &Readable, range: &str) -> String {
        let range = self.source.and_then(|source| source.constraint(range));
        match range.and_then(|range| readable.taken(&range)) {
            Some(tag) => format!("takes {tag}"),
            None => "takes nothing".to_owned(),
        }
    }

    fn tags(&mut self) {
        if let Some(all) = self.all() {
            self.each_tag(all.newest_first().cloned());
        }
    }

    /// Offers tags in this order, as far as they fit what is typed and there is room.
    fn each_tag(&mut self, tags: impl Iterator<Item = SmolStr>) {
        let typed = self.position.cursor.prefix;
        let room = MAX_COMPLETIONS.saturating_sub(self.found.len());
        let tags = tags.filter(|tag| fits(typed, tag)).take(room);
        for (rank, tag) in (TAGS..).zip(tags) {
            let told = self.told(&tag);
            self.offer(&tag, rank, told, None);
        }
    }

    /// Digests of the newest tags of which they are known.
    fn digests(&mut self) {
        let db = self.position.db;
        let Some(remote) = self.source.and_then(|source| source.remote(db)) else {
            return;
        };
        let artifacts = remote.artifacts(db);
        let mut seen = FxHashSet::default();
        let all = self.all();
        let tags = all.iter().flat_map(|all| all.newest_first());
        let known: Vec<_> = tags
            .filter_map(|tag| Some((artifacts.get(tag)?.clone(), tag)))
            .filter(|(artifact, _)| seen.insert(artifact.digest.clone()))
            .take(MAX_COMPLETIONS)
            .collect();
        for (rank, (artifact, tag)) in (0..).zip(known) {
            let age = artifact.created.map(|created| age(now(db), created));
            let detail = [Some(tag.to_string()), age].into_iter().flatten();
            let detail = detail.collect::<Vec<_>>().join(" · ");
            self.offer(&artifact.digest, rank, Some(detail), None);
        }
    }

    /// Filters that let pass what is built for one purpose.
    fn filters(&mut self) {
        let db = self.position.db;
        let Some(remote) = self.source.and_then(|source| source.remote(db)) else {
            return;
        };
        let Some(tags) = remote.tags(db) else {
            return;
        };
        for (rank, family) in (0..).zip(families(&tags)) {
            let detail = Some(counted(family.tags, "tag"));
            self.offer(&family.filter, rank, detail, None);
        }
    }

    /// All tags as they are, whatever filter there is.
    fn all(&self) -> Option<Arc<Readable>> {
        let source = self.source?;
        let any = Rule::Tag(SmolStr::default());
        readable(self.position.db, &source.repository, &any, source.flux)
    }

    /// `3 days · sha256 1a2b3c4d`, as far as it is known.
    fn told(&self, tag: &str) -> Option<String> {
        let db = self.position.db;
        let remote = self.source?.remote(db)?;
        let artifact = remote.artifacts(db).get(tag)?;
        let age = artifact.created.map(|created| age(now(db), created));
        let algorithm = artifact.digest.split(':').next().unwrap_or_default();
        let digest = format!("{algorithm} {}", digits(&artifact.digest));
        let parts = age.into_iter().chain([digest]);
        Some(parts.collect::<Vec<_>>().join(" · "))
    }

    fn offer(&mut self, text: &str, rank: u32, detail: Option<String>, meaning: Option<&str>) {
        if !fits(self.position.cursor.prefix, text) {
            return;
        }
        self.found.push(
            self.position
                .scalar(text)
                .offer(CompletionKind::Value, text)
                .detailed(detail)
                .documented(meaning.map(str::to_owned))
                .ranked(rank),
        );
    }
}
