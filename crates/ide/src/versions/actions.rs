//! What can be done to the version that an object takes.

use infragen_constraint::Constraint;
use infragen_flux::known::{IMAGE_POLICY, OCI_REPOSITORY};
use infragen_flux::{Rule, VersionFacts};
use infragen_rules::FileEdits;
use infragen_syntax::TextSize;
use infragen_workspace::{
    Db, Outcome, PlacedVersion, SourceFile, declared_versions, facts, is_patch_file, tree,
};

use super::at::object_at;
use super::card::digits;
use super::edit::{Change, ObjectPlace, change};
use crate::actions::Action;

/// The actions about the version that the object at an offset takes: to pin it, to widen its range, and to make what
/// a patch says count.
pub(crate) fn actions(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Action> {
    let facts = facts(db, file);
    let Some(number) = object_at(db, file, offset) else {
        return Vec::new();
    };
    let Some(object) = facts.objects.get(number as usize) else {
        return Vec::new();
    };
    let Some(said) = object.versions.as_deref() else {
        return Vec::new();
    };
    let place = match object.in_patch {
        true => ObjectPlace::Inside(offset),
        false => ObjectPlace::File(object.range),
    };
    let subject = Subject {
        said,
        is_oci: object.kind == *OCI_REPOSITORY,
        is_image: object.kind == *IMAGE_POLICY,
        is_patch: object.in_patch || is_patch_file(db, file),
        versions: declared_versions(db, file, number),
    };
    let mut wanted = subject.pins();
    wanted.extend(subject.digest_pins(db));
    wanted.extend(subject.widened());
    wanted.extend(subject.unmasked());
    let tree = tree(db, file);
    wanted
        .into_iter()
        .filter_map(|(title, changes)| {
            let edit = change(&tree, place, said.row.path, &changes)?;
            Some(Action {
                title,
                edits: vec![FileEdits {
                    file,
                    edits: vec![edit],
                }],
                files: Vec::new(),
                finding: None,
                preferred: false,
            })
        })
        .collect()
}

struct Subject<'a> {
    said: &'a VersionFacts,
    is_oci: bool,
    is_image: bool,
    is_patch: bool,
    versions: Vec<PlacedVersion>,
}

type Wanted = (String, Vec<Change>);

impl Subject<'_> {
    /// One for each version that environments take by the range that is written here.
    fn pins(&self) -> Vec<Wanted> {
        let taken =
            self.each_taken(
                |version| match (&version.pull.rule, &version.picked.outcome) {
                    (Rule::Tag(_) | Rule::Digest(_), _) => None,
                    (_, Outcome::Tag(tag)) => Some(tag.to_string()),
                    _ => None,
                },
            );
        let pins = taken
            .into_iter()
            .filter_map(|(tag, version, environments)| {
                let changes = match self.is_oci {
                    true => self.only("tag", tag.clone()),
                    // A chart or an image of one version: its range is that.
                    false => vec![Change::Set(
                        self.said.row.range,
                        self.exact(version, &tag)?,
                        "",
                    )],
                };
                let is_there = self
                    .said
                    .range()
                    .is_some_and(|range| range.value.value == *tag);
                (!is_there).then(|| (format!("Pin to {tag}{environments}"), changes))
            });
        pins.collect()
    }

    /// Likewise to digests: these win over whatever else is said, so none where some environment goes by something else.
    fn digest_pins(&self, db: &dyn Db) -> Vec<Wanted> {
        if !self.is_oci || !self.versions.iter().all(|version| self.decides(version)) {
            return Vec::new();
        }
        let taken = self.each_taken(|version| match &version.picked.outcome {
            Outcome::Tag(_) => Some(version.artifact(db)?.digest.to_string()),
            _ => None,
        });
        let pins = taken.into_iter().map(|(digest, version, environments)| {
            let algorithm = digest.split(':').next().unwrap_or_default();
            let tag = version.picked.outcome.tag().map_or("", |tag| tag.as_str());
            let short = digits(&digest);
            let title = format!("Pin to digest {algorithm}:{short}… ({tag}){environments}");
            let changes = self.only("digest", digest.clone());
            (title, changes)
        });
        pins.collect()
    }

    fn widened(&self) -> Option<Wanted> {
        let range = self.said.range().filter(|range| range.is_literal())?;
        let wider = range
            .value
            .value
            .parse::<Constraint>()
            .ok()?
            .with_prereleases()?;
        let title = format!("Widen to prereleases (`{wider}`)");
        Some((title, vec![Change::Set(range.key.value, wider, "")]))
    }

    /// Takes away what wins over the key of a patch.
    fn unmasked(&self) -> Option<Wanted> {
        let here = |key| self.said.field(key).is_some();
        if !self.is_patch || !self.is_oci || here("digest") {
            return None;
        }
        let wins = self
            .versions
            .iter()
            .find_map(|version| match version.pull.rule {
                Rule::Digest(_) => Some("digest"),
                Rule::Range { .. } if here("tag") && !here("semver") => Some("semver"),
                _ => None,
            })?;
        let read = if here("semver") { "semver" } else { "tag" };
        here(read).then(|| {
            let title = format!("Set `{wins}: null`, so that `{read}` counts");
            (title, vec![Change::Null(wins)])
        })
    }

    /// Whether an environment goes by the range that is written here, and not by one that another patch puts in its
    /// place.
    fn decides(&self, version: &PlacedVersion) -> bool {
        let Some(here) = self.said.range().filter(|range| range.is_literal()) else {
            return true;
        };
        match &version.pull.rule {
            Rule::Range { range, .. } | Rule::Chart(range) | Rule::Image { range, .. } => {
                *range == here.value.value
            }
            Rule::Digest(_) | Rule::Tag(_) => false,
        }
    }

    /// The changes after which this key alone decides.
    fn only(&self, key: &'static str, value: String) -> Vec<Change> {
        let (over, range) = (&self.said.row.over, self.said.row.range);
        let others = over.iter().chain([&range]).chain(&self.said.row.filter);
        let others = others.chain(self.said.row.under);
        let others = others.copied().filter(|other| *other != key);
        let mut changes = vec![Change::Set(key, value, range)];
        for other in others {
            let is_there = self.said.field(other).is_some();
            // What the base says stays unless the patch takes it away.
            let wins = match other {
                "digest" => self.takes(|rule| matches!(rule, Rule::Digest(_))),
                "semver" => self.takes(|rule| matches!(rule, Rule::Range { .. })),
                _ => false,
            };
            match self.is_patch {
                true if other == "tag" && !is_there => {}
                true if wins || is_there => changes.push(Change::Null(other)),
                false if is_there => changes.push(Change::Remove(other)),
                _ => {}
            }
        }
        changes
    }

    fn takes(&self, by: impl Fn(&Rule) -> bool) -> bool {
        self.versions.iter().any(|version| by(&version.pull.rule))
    }

    /// The range that takes a tag of a chart or an image alone.
    fn exact(&self, version: &PlacedVersion, tag: &str) -> Option<String> {
        match self.is_image {
            true => Some(version.picked.version(tag)?.to_string()),
            false => Some(tag.replace('_', "+")),
        }
    }

    /// The different things that environments take by what is written here, each with one that takes it and a mention of
    /// the environments: where they differ, or where others go by something else.
    fn each_taken(
        &self,
        taken: impl Fn(&PlacedVersion) -> Option<String>,
    ) -> Vec<(String, &PlacedVersion, String)> {
        let mut groups: Vec<(String, &PlacedVersion, Vec<&str>)> = Vec::new();
        let mut others = false;
        for version in &self.versions {
            if !self.decides(version) {
                others = true;
                continue;
            }
            let Some(text) = taken(version) else { continue };
            let environment = version.environment.as_str();
            match groups.iter_mut().find(|(known, ..)| *known == text) {
                Some((.., environments)) if environments.contains(&environment) => {}
                Some((.., environments)) => environments.push(environment),
                None => groups.push((text, version, vec![environment])),
            }
        }
        let several = groups.len() > 1;
        groups
            .into_iter()
            .map(|(text, version, environments)| {
                let environments = environments.join(", ");
                let told = match several {
                    true => format!(" as {environments}"),
                    false if others => format!(" in {environments}"),
                    false => String::new(),
                };
                (text, version, told)
            })
            .collect()
    }
}
