//! Cards of objects: where they are, and who refers to them.

use std::collections::BTreeMap;

use infragen_flux::{REFERENCES, Role};
use infragen_workspace::{
    DefinedBy, Definition, InEnvironment, ReferenceSite, SourceFile, Target, environment_of, facts,
    namespace_of, some_references_to, target, text,
};
use rustc_hash::FxHashSet;

use super::{Cards, MAX_PLACES};
use crate::markdown::{code, counted, item, names};
use crate::summary::spec_facts;

/// References that are looked at to tell who refers to an object: a hover must not wait for the 30,000 of a
/// fleet's own GitRepository.
const MAX_SITES: usize = 2_000;

impl Cards<'_> {
    /// One object, or the same name in several places.
    pub(super) fn objects(
        &self,
        found: &[Definition],
        environments: &[InEnvironment],
        is_own_name: bool,
    ) -> Option<String> {
        let db = self.db;
        let first = found.first()?;
        let target = target(db, first)?;
        let mut lines = vec![self.headline(&target, found), String::new()];
        if found.len() == 1 {
            lines.extend(
                spec_facts(db, first)
                    .iter()
                    .map(|(label, value)| item(label, value)),
            );
        }
        if !is_own_name || !matches!(first.by, DefinedBy::Object(_)) {
            lines.extend(self.places(found, environments));
        }
        lines.extend(self.used_by(&target, found, is_own_name));
        if lines.len() == 2 {
            lines.extend(target.kind.known().map(|kind| kind.summary.to_owned()));
        }
        Some(lines.join("\n").trim_end().to_owned())
    }

    /// `**GitRepository** flux-system/fleet`
    pub(super) fn headline(&self, target: &Target, found: &[Definition]) -> String {
        let namespace = namespace_of(self.db, &found[0]);
        let same = found
            .iter()
            .all(|other| namespace_of(self.db, other) == namespace);
        let name = match namespace.filter(|_| same) {
            Some(namespace) => format!("{namespace}/{}", target.name),
            None => target.name.to_string(),
        };
        format!("**{}** {}", target.kind, code(&name))
    }

    /// Where it is defined, with the environments where there are several.
    pub(super) fn places(
        &self,
        found: &[Definition],
        environments: &[InEnvironment],
    ) -> Vec<String> {
        let rows = grouped(found, environments);
        let mut lines: Vec<_> = rows
            .iter()
            .take(MAX_PLACES)
            .filter_map(|(definition, environments)| {
                let place = code(&self.place(definition)?);
                let root = self.file.root(self.db);
                let by_folder = || environment_of(self.db, root, &definition.file.path(self.db));
                let label = match environments.as_slice() {
                    [] if rows.len() > 1 => by_folder().map(|name| name.to_string()),
                    [] => None,
                    names => Some(names.join(", ")),
                };
                let label = match (definition.by, label) {
                    (_, Some(label)) => format!("{label}:"),
                    (DefinedBy::Object(_), None) => "defined in".to_owned(),
                    (DefinedBy::Made(object, _), None) => self.maker(definition.file, object),
                    (DefinedBy::Generator(_), None) => "generated in".to_owned(),
                };
                Some(item(&label, &place))
            })
            .collect();
        if rows.len() > MAX_PLACES {
            lines.push(item("", &format!("and {} more", rows.len() - MAX_PLACES)));
        }
        let is_somewhere = environments.iter().any(|answer| !answer.found.is_empty());
        let mut without: Vec<_> = environments
            .iter()
            .filter(|answer| is_somewhere && answer.found.is_empty())
            .map(|answer| answer.environment.to_string())
            .collect();
        without.dedup();
        if !without.is_empty() {
            lines.push(item("not in", &names("not in ".len(), &without)));
        }
        lines
    }

    /// What makes an object that has no manifest: `made by ExternalSecret in`.
    pub(super) fn maker(&self, file: SourceFile, object: u32) -> String {
        let facts = facts(self.db, file);
        match facts.objects.get(object as usize) {
            Some(object) => format!("made by {} in", object.kind),
            None => "made in".to_owned(),
        }
    }

    pub(super) fn place(&self, definition: &Definition) -> Option<String> {
        let target = target(self.db, definition)?;
        let text = text(self.db, target.file).ok()?;
        let before = text.get(..usize::from(target.name_range.start()))?;
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Some(format!("{}:{line}", target.file.path(self.db)))
    }

    /// Who refers to it: one line for each kind of referrer.
    pub(super) fn used_by(
        &self,
        target: &Target,
        found: &[Definition],
        say_nobody: bool,
    ) -> Vec<String> {
        let root = self.file.root(self.db);
        let (db, kind, name) = (self.db, &target.kind, &target.name);
        let (sites, more) = some_references_to(db, root, kind, name, found, MAX_SITES);
        let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut counted_once = FxHashSet::default();
        for site in sites {
            // An object may name another one twice; each place of a marker counts.
            let marker = site.object.is_none().then_some(site.reference);
            if counted_once.insert((site.file, site.object, marker)) {
                let (kind, name) = self.referrer(site);
                by_kind.entry(kind).or_default().push(name);
            }
        }
        // Nothing needs to wait for a Kustomization; but a source that nothing uses is of no use.
        let expected = REFERENCES.iter().any(|row| {
            let one_kind = matches!(row.target, infragen_flux::Target::Kind(_));
            (row.role == Role::Source || row.role == Role::Subject && one_kind)
                && row.target.kinds().iter().any(|kind| target.kind == **kind)
        });
        if by_kind.is_empty() && say_nobody && expected {
            return vec![item("", "nothing here refers to it")];
        }
        by_kind
            .into_iter()
            .map(|(kind, mut referrers)| {
                let count = referrers.len();
                let least = if more { "at least " } else { "" };
                referrers.sort_unstable();
                referrers.dedup();
                let label = match count {
                    1 => format!("used by {kind}"),
                    _ => format!("used by {least}{}:", counted(count, &kind)),
                };
                item(&label, &names(label.len() + 3, &referrers))
            })
            .collect()
    }

    /// Kind and name of what refers.
    pub(super) fn referrer(&self, site: ReferenceSite) -> (String, String) {
        let facts = facts(self.db, site.file);
        match site.in_facts(&facts) {
            Some((Some(object), _)) => {
                let name = object.name.as_ref().map_or("?", |name| &name.value);
                let kind = object.kind.to_string();
                match object.in_patch && !object.rendered {
                    true => ("patch".to_owned(), format!("{kind}/{name}")),
                    false => (kind, name.to_owned()),
                }
            }
            _ => (
                "image marker".to_owned(),
                site.file.path(self.db).into_string(),
            ),
        }
    }
}

/// Each object once, or once for each namespace that it has in environments, with these where they tell it from
/// others: `production`, `production (apps)`.
fn grouped<'d>(
    found: &'d [Definition],
    environments: &[InEnvironment],
) -> Vec<(&'d Definition, Vec<String>)> {
    let first = environments.first().map(|answer| &answer.namespace);
    let one_namespace = environments
        .iter()
        .all(|answer| Some(&answer.namespace) == first);
    let mut rows = Vec::new();
    for definition in found {
        let of = environments.iter().filter(|answer| {
            answer.found.contains(definition) || answer.elsewhere.contains(definition)
        });
        let labels: Vec<_> = of
            .map(|answer| match one_namespace || answer.found.is_empty() {
                true => answer.environment.to_string(),
                false => format!("{} ({})", answer.environment, answer.namespace),
            })
            .collect();
        rows.push((definition, labels));
    }
    // One place for all needs no label.
    if let ([(_, labels)], true) = (rows.as_mut_slice(), one_namespace) {
        labels.clear();
    }
    rows
}
