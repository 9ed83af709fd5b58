use std::collections::BTreeMap;

use infragen_flux::{GroupKind, KindName, REFERENCES, ReferenceFact, Role, is_templated};
use infragen_rules::nearest_path;
use infragen_syntax::{Node, NodeKind, TextRange, TextSize, nearest};
use infragen_workspace::{
    Db, DefinedBy, Definition, Directory, Found, InEnvironment, PathTarget, ReferenceSite,
    Resolution, SourceFile, Target, Verdict, appliers, bundled_paths, environment_of, facts,
    importers, is_manifest, kustomization_file, names_of_kind, namespace_of, patched_objects,
    resolve, some_references_to, target, text, tree,
};

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::below::{files_below, objects_in, selected};
use crate::effective::effective;
use crate::lens::environments_of;
use crate::markdown::{code, counted, fit, item, names, with_article};
use crate::subject::{Chooser, Part, Subject, What, reference_of, subjects};
use crate::summary::spec_facts;
use crate::target::{named_by, namespace_objects};
use crate::variables;
use crate::versions::{self, versions_at};

/// What an editor shows about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// Markdown that reads well at 60 columns.
    pub markdown: String,
}

/// Places of one object that are listed: one for each environment of a large fleet.
const MAX_PLACES: usize = 8;

/// References that are looked at to tell who refers to an object: a hover must not wait for the 30,000 of a
/// fleet's own GitRepository.
const MAX_SITES: usize = 2_000;

/// What there is to say about the thing at an offset: a headline and a list with one fact a line.
pub fn hover(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Hover> {
    if let Some(hover) = variables::hover(db, file, offset) {
        return Some(hover);
    }
    let mut cards: Vec<String> = Vec::new();
    let mut range = None;
    for subject in subjects(db, file, offset) {
        if let Some(card) = (Cards { db, file, offset }).card(&subject) {
            let card = fit(&card);
            range.get_or_insert(subject.range);
            if !cards.contains(&card) {
                cards.push(card);
            }
        }
    }
    if let Some((text, versions)) = versions_at(db, file, offset)
        && let Some(card) = versions::card(db, &versions)
    {
        range.get_or_insert(text);
        cards.push(card);
    }
    // What a field is where it is applied, below what it names.
    if is_manifest(db, file)
        && let Some((field, card)) = effective(db, file, offset)
    {
        range.get_or_insert(field);
        cards.push(card);
    }
    Some(Hover {
        range: range?,
        markdown: cards.join("\n\n---\n\n"),
    })
}

struct Cards<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    offset: TextSize,
}

impl Cards<'_> {
    fn card(&self, subject: &Subject) -> Option<String> {
        match &subject.what {
            What::Reference {
                object,
                reference,
                part,
            } => {
                let facts = facts(self.db, self.file);
                let (object, reference) = reference_of(&facts, *object, *reference)?;
                match part {
                    Part::Namespace => self.namespace(&reference.namespace.as_ref()?.value),
                    Part::Kind => match &reference.kind {
                        KindName::Known(kind) => self.kind(kind, None),
                        KindName::NotAllowed(kind) => Some(not_allowed(kind, reference)),
                        KindName::Missing => None,
                    },
                    Part::Name => {
                        let resolution = resolve(self.db, self.file, object, reference);
                        match &resolution.verdict {
                            Verdict::Found(found) => {
                                self.objects(found, &resolution.environments, false)
                            }
                            Verdict::OtherNamespace(found) => {
                                self.elsewhere(reference, &resolution, found)
                            }
                            Verdict::OtherKind(others) => {
                                self.other_kinds(resolution.kind.as_ref()?, reference, others)
                            }
                            Verdict::Nowhere => self.nowhere(resolution.kind.as_ref()?, reference),
                            Verdict::Unknown if is_templated(&reference.name.value) => {
                                Some(templated(&reference.name.value))
                            }
                            Verdict::Unknown => self.objects(
                                &named_by(self.db, self.file, object, reference),
                                &[],
                                false,
                            ),
                        }
                    }
                }
            }
            What::Object(definition) => self.objects(std::slice::from_ref(definition), &[], true),
            What::Kind(object) => {
                let facts = facts(self.db, self.file);
                let object = facts.objects.get(*object as usize)?;
                let own = (!object.in_patch).then_some(Found::File(self.file));
                self.kind(&object.kind, own)
            }
            What::KustomizationFile => self.kustomization_file(),
            What::Selection {
                selector,
                directories,
                by,
            } => self.patched_by(*by).or_else(|| {
                let taken: Vec<_> = directories
                    .iter()
                    .flat_map(|directory| selected(self.db, *directory, selector))
                    .collect();
                self.selection(&taken)
            }),
            What::Namespace(name) => self.namespace(name),
            What::Path { text, target } => self.path(subject.range, text, *target),
            What::Anchor { node, alias } => {
                let tree = tree(self.db, self.file);
                alias.then(|| self.anchor(tree.node(*node))).flatten()
            }
        }
    }

    /// One object, or the same name in several places.
    fn objects(
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
    fn headline(&self, target: &Target, found: &[Definition]) -> String {
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
    fn places(&self, found: &[Definition], environments: &[InEnvironment]) -> Vec<String> {
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
    fn maker(&self, file: SourceFile, object: u32) -> String {
        let facts = facts(self.db, file);
        match facts.objects.get(object as usize) {
            Some(object) => format!("made by {} in", object.kind),
            None => "made in".to_owned(),
        }
    }

    fn place(&self, definition: &Definition) -> Option<String> {
        let target = target(self.db, definition)?;
        let text = text(self.db, target.file).ok()?;
        let before = text.get(..usize::from(target.name_range.start()))?;
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Some(format!("{}:{line}", target.file.path(self.db)))
    }

    /// Who refers to it: one line for each kind of referrer.
    fn used_by(&self, target: &Target, found: &[Definition], say_nobody: bool) -> Vec<String> {
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
    fn referrer(&self, site: ReferenceSite) -> (String, String) {
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

    /// The name exists, but in other namespaces only.
    fn elsewhere(
        &self,
        reference: &ReferenceFact,
        resolution: &Resolution,
        found: &[Definition],
    ) -> Option<String> {
        let target = target(self.db, found.first()?)?;
        let name = &reference.name.value;
        let mut others: Vec<_> = found
            .iter()
            .filter_map(|definition| namespace_of(self.db, definition))
            .map(String::from)
            .collect();
        others.sort_unstable();
        others.dedup();
        let headline = match &resolution.namespace {
            Some(wanted) => format!(
                "**No {}** {} **in namespace** {}",
                target.kind,
                code(name),
                code(wanted)
            ),
            None => format!(
                "**No {}** {} **in this namespace**",
                target.kind,
                code(name)
            ),
        };
        let mut lines = vec![headline, String::new()];
        if !others.is_empty() {
            lines.push(item("there is one in", &names(20, &others)));
        }
        lines.extend(self.places(found, &resolution.environments));
        Some(lines.join("\n"))
    }

    /// The name exists, but for other kinds only.
    fn other_kinds(
        &self,
        kind: &GroupKind,
        reference: &ReferenceFact,
        others: &[(GroupKind, Vec<Definition>)],
    ) -> Option<String> {
        if !reference.row.role.is_declared() {
            return self.nowhere(kind, reference);
        }
        let name = &reference.name.value;
        let mut lines = vec![format!("**No {kind}** {}", code(name)), String::new()];
        for (other, definitions) in others.iter().take(MAX_PLACES) {
            let place = definitions
                .first()
                .and_then(|definition| self.place(definition));
            let place = place
                .map(|place| format!(" in {}", code(&place)))
                .unwrap_or_default();
            lines.push(item(
                "",
                &format!("it is {}{place}", with_article(&other.kind)),
            ));
        }
        Some(lines.join("\n"))
    }

    fn nowhere(&self, kind: &GroupKind, reference: &ReferenceFact) -> Option<String> {
        let root = self.file.root(self.db);
        let name = &reference.name.value;
        let known = names_of_kind(self.db, root, kind.clone());
        let near = nearest(name, known.iter().map(|name| name.as_str()));
        let declared = reference.row.role.is_declared();
        let headline = match declared || near.is_some() {
            true => format!("**No {kind}** {}", code(name)),
            false => format!("**{kind}** {}", code(name)),
        };
        let mut lines = vec![headline, String::new()];
        lines.push(item(
            "",
            if declared {
                "nowhere in this repository"
            } else {
                "not in this repository: made in the cluster?"
            },
        ));
        lines.extend(near.map(|near| item("nearest:", &code(near))));
        Some(lines.join("\n"))
    }

    fn kind(&self, kind: &GroupKind, file: Option<Found>) -> Option<String> {
        let known = kind.known();
        let mut lines = Vec::new();
        match known {
            Some(known) => {
                lines.push(format!("**{}** {}", known.kind, code(&known.api_version())));
                lines.push(String::new());
                lines.push(known.summary.to_owned());
            }
            None => lines.push(format!("**{}** {}", kind.kind, code(&kind.group))),
        }
        let taken_in = file.map(|file| self.taken_in_by(file)).unwrap_or_default();
        if known.is_none() && taken_in.is_empty() {
            return None;
        }
        if !taken_in.is_empty() {
            lines.push(String::new());
            lines.extend(taken_in);
        }
        Some(lines.join("\n"))
    }

    fn kustomization_file(&self) -> Option<String> {
        let directory = self.file.directory(self.db);
        let mut lines = self.directory(directory, "kustomize build");
        lines.extend(self.taken_in_by(Found::Directory(directory)));
        let environments = environments_of(self.db, self.file);
        if !environments.is_empty() {
            let environments: Vec<_> = environments.iter().map(ToString::to_string).collect();
            lines.push(item("part of", &names(8, &environments)));
        }
        Some(lines.join("\n"))
    }

    /// Which kustomization files and Flux Kustomizations take a file or directory in.
    fn taken_in_by(&self, found: Found) -> Vec<String> {
        let (db, root) = (self.db, self.file.root(self.db));
        let mut paths: Vec<_> = importers(db, root, found)
            .iter()
            .map(|import| import.from.path(db).into_string())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let mut lines = Vec::new();
        if !paths.is_empty() {
            lines.push(item("listed in", &names(12, &paths)));
        }
        if let Found::Directory(directory) = found {
            let mut names_of: Vec<_> = appliers(db, root, directory)
                .iter()
                .filter_map(|(file, number)| {
                    let facts = facts(db, *file);
                    let object = facts.objects.get(*number as usize)?;
                    object.name.as_ref().map(|name| name.value.to_string())
                })
                .collect();
            names_of.sort_unstable();
            names_of.dedup();
            if !names_of.is_empty() {
                lines.push(item("applied by Kustomization", &names(26, &names_of)));
            }
        }
        lines
    }

    /// What the patch here changes, by the builds that it takes part in; none where there are no such, or where they
    /// change nothing and not all of them is known.
    fn patched_by(&self, chooser: Chooser) -> Option<String> {
        if chooser != Chooser::Patch {
            return None;
        }
        let found = patched_objects(self.db, self.file, self.offset);
        let first = found.first()?;
        let nothing = found.iter().all(|one| one.objects.is_empty());
        if nothing {
            return found
                .iter()
                .all(|one| one.complete)
                .then(|| "**Changes no object**".to_owned());
        }
        if found.iter().all(|one| one.objects == first.objects) {
            let mut lines = vec![
                format!("**Changes {}**", counted(first.objects.len(), "object")),
                String::new(),
            ];
            lines.extend(by_kind(&first.objects));
            return Some(lines.join("\n"));
        }
        let mut lines = Vec::new();
        for one in found.iter().take(MAX_PLACES) {
            let environment = one.environment.as_deref().unwrap_or_default();
            let count = match one.objects.len() {
                0 => "no object".to_owned(),
                count => counted(count, "object"),
            };
            lines.push(format!("**Changes {count} in {environment}**\n"));
            lines.extend(by_kind(&one.objects));
            lines.push(String::new());
        }
        if found.len() > MAX_PLACES {
            lines.push(format!("and more in {} others", found.len() - MAX_PLACES));
        }
        Some(lines.join("\n").trim_end().to_owned())
    }

    fn selection(&self, taken: &[Definition]) -> Option<String> {
        if taken.is_empty() {
            return Some(
                "**No object** of this build is meant by it, as far as files tell".to_owned(),
            );
        }
        let mut lines = vec![
            format!("**Changes {}**", counted(taken.len(), "object")),
            String::new(),
        ];
        lines.extend(self.by_kind(taken));
        Some(lines.join("\n"))
    }

    /// Objects by kind, one line each.
    fn by_kind(&self, objects: &[Definition]) -> Vec<String> {
        let named = objects.iter().filter_map(|definition| {
            let target = target(self.db, definition)?;
            Some((target.kind, target.name))
        });
        by_kind(&named.collect::<Vec<_>>())
    }

    fn namespace(&self, name: &str) -> Option<String> {
        if is_templated(name) {
            return Some(templated(name));
        }
        let objects = namespace_objects(self.db, self.file, name);
        let mut lines = vec![format!("**Namespace** {}", code(name)), String::new()];
        if objects.is_empty() {
            lines.push(item("", "not in this repository: made in the cluster?"));
        }
        lines.extend(self.places(&objects, &[]));
        Some(lines.join("\n"))
    }

    fn path(&self, range: TextRange, text: &str, target: PathTarget) -> Option<String> {
        let PathTarget::Here { found, .. } = target else {
            return Some(match is_templated(text) {
                true => templated(text),
                false => format!("{}\n\n- outside this repository", code(text)),
            });
        };
        match found {
            Found::File(file) => {
                let mut lines = vec![
                    format!("**File** {}", code(file.path(self.db).as_str())),
                    String::new(),
                ];
                let objects: Vec<_> = objects_in(self.db, &[file]).collect();
                lines.extend(self.by_kind(&objects));
                Some(lines.join("\n").trim_end().to_owned())
            }
            Found::Directory(directory) => {
                let mut lines = self.directory(directory, "Directory");
                lines.extend(self.artifacts(range, directory));
                Some(lines.join("\n"))
            }
            Found::Other => Some(format!("**File** {}", code(text))),
            Found::Missing => Some(self.missing(text)),
            Found::Outside => Some(format!("**Outside the repository:** {}", code(text))),
        }
    }

    /// The artifacts in which the path at a range leads to a directory of another root, by environment.
    fn artifacts(&self, range: TextRange, directory: Directory) -> Vec<String> {
        if directory.root(self.db) == self.file.root(self.db) {
            return Vec::new();
        }
        let facts = facts(self.db, self.file);
        let mut objects = (0..).zip(&facts.objects);
        let at = objects.find(|(_, object)| {
            let mut paths = object.paths.iter();
            paths.any(|path| path.path.range == range)
        });
        let bundled = at.map(|(number, _)| bundled_paths(self.db, self.file, number));
        let here = bundled.into_iter().flatten();
        here.filter(|bundled| bundled.directory == directory)
            .map(|bundled| {
                let version = bundled.version.as_deref().map_or("a copy".to_owned(), code);
                item(
                    &format!("**{}**:", bundled.environment),
                    &format!("in {version}"),
                )
            })
            .collect()
    }

    /// What a directory's build holds.
    fn directory(&self, directory: Directory, word: &str) -> Vec<String> {
        let path = directory.path(self.db);
        let shown = if path.as_str().is_empty() {
            "."
        } else {
            path.as_str()
        };
        let mut lines = vec![format!("**{word}** {}", code(shown)), String::new()];
        let files = files_below(self.db, directory);
        if kustomization_file(self.db, directory).is_none() {
            let label = format!("no kustomization file, {}", counted(files.len(), "file"));
            lines.push(item("", &label));
        }
        let objects: Vec<_> = objects_in(self.db, &files).collect();
        lines.extend(self.by_kind(&objects));
        lines
    }

    fn missing(&self, text: &str) -> String {
        let mut lines = vec![format!("**Nothing is at** {}", code(text)), String::new()];
        let directory = self.file.directory(self.db);
        // Paths of Flux begin at the root.
        let from = match self.file.is_kustomization_file(self.db) {
            true => Some(directory),
            false => directory.root(self.db).top(self.db),
        };
        let is_there = |found| matches!(found, Found::File(_) | Found::Directory(_) | Found::Other);
        let near = from.and_then(|from| nearest_path(self.db, from, text, &is_there));
        lines.extend(near.map(|near| item("nearest:", &code(&near))));
        lines.join("\n").trim_end().to_owned()
    }

    fn anchor(&self, node: Node<'_>) -> Option<String> {
        let name = node.anchor()?;
        let value = match node.kind() {
            NodeKind::Scalar(_) => code(node.as_str().unwrap_or("null")),
            NodeKind::Mapping => counted(node.own_entries().len(), "key"),
            _ => counted(node.items().len(), "item"),
        };
        let before = node
            .tree()
            .text()
            .get(..usize::from(node.range().start()))?;
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Some(format!(
            "**Alias** {}\n\n- stands for {value}\n- anchor in line {line}",
            code(name)
        ))
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

/// Kinds and names of objects, one line for each kind.
fn by_kind(objects: &[(GroupKind, SmolStr)]) -> Vec<String> {
    let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, name) in objects {
        let names = by_kind.entry(kind.to_string()).or_default();
        names.push(name.to_string());
    }
    let shown = by_kind.len().min(MAX_PLACES);
    let rest: usize = by_kind.values().skip(shown).map(Vec::len).sum();
    let mut lines: Vec<_> = by_kind
        .into_iter()
        .take(shown)
        .map(|(kind, list)| match list.len() {
            1 => item(&kind, &code(&list[0])),
            count => {
                let label = format!("{}:", counted(count, &kind));
                item(&label, &names(label.len() + 3, &list))
            }
        })
        .collect();
    if rest > 0 {
        lines.push(item("", &format!("and {}", counted(rest, "other object"))));
    }
    lines
}

fn templated(text: &str) -> String {
    format!("{}\n\n- known only after rendering", code(text))
}

fn not_allowed(kind: &str, reference: &ReferenceFact) -> String {
    let allowed: Vec<_> = reference
        .row
        .target
        .kinds()
        .iter()
        .map(|kind| kind.kind.to_owned())
        .collect();
    let mut lines = vec![format!("{} cannot stand here", code(kind)), String::new()];
    lines.extend(allowed.iter().map(|kind| item("", kind)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    fn shown(fixture: &str) -> String {
        let fixture = Fixture::new(fixture);
        super::hover(fixture.db(), fixture.file, fixture.offset)
            .map(|hover| {
                assert!(hover.range.contains_inclusive(fixture.offset));
                hover.markdown
            })
            .unwrap_or_default()
    }

    const SOURCES: &str = "//- sources.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: charts
  namespace: apps
spec:
  url: oci://example.org/charts
  ref: {semver: '>=1.0.0', tag: '1.0'}
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: apps}
stringData: {password: hunter2}
";

    fn release(name: &str, spec: &str) -> String {
        format!(
            "//- {name}.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: apps}}
spec: {spec}
"
        )
    }

    fn uses(reference: &str) -> String {
        release("web", &format!("{{chartRef: {reference}}}"))
    }

    #[test]
    fn a_reference_shows_what_it_names() {
        let others: String = (0..9)
            .map(|number| {
                release(
                    &format!("shop-{number}"),
                    "{chartRef: {kind: OCIRepository, name: charts}}",
                )
            })
            .collect();
        let web = uses("{kind: OCIRepository, name: $0charts}");
        assert_eq!(
            shown(&format!("{web}{others}{SOURCES}")),
            "**OCIRepository** `apps/charts`

- url `oci://example.org/charts`
- version `>=1.0.0`
- defined in `sources.yaml:4`
- used by 10 HelmReleases: `shop-0`, `shop-1` and 8 more"
        );
    }

    #[test]
    fn an_object_that_refers_twice_is_one_referrer() {
        let depends = "//- b.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: b, namespace: apps}
spec: {dependsOn: [{name: a}, {name: a, readyExpr: 'true'}]}
//- a.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: $0a, namespace: apps}
";
        assert_eq!(
            shown(depends),
            "**Kustomization** `apps/a`\n\n- used by Kustomization `b`"
        );
    }

    #[test]
    fn what_a_resource_set_makes_is_told() {
        let set = "//- set.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: set, namespace: apps}
spec:
  resources:
  - apiVersion: source.toolkit.fluxcd.io/v1
    kind: OCIRepository
    metadata: {name: charts, namespace: apps}
    spec: {url: 'oci://example.org/charts'}
";
        let web = uses("{kind: OCIRepository, name: $0charts}");
        assert_eq!(
            shown(&format!("{web}{set}")),
            "**OCIRepository** `apps/charts`

- url `oci://example.org/charts`
- made by ResourceSet in `set.yaml:8`
- used by HelmRelease `web`"
        );
    }

    #[test]
    fn a_name_shows_who_refers_to_it() {
        let sources = SOURCES.replace("name: charts", "name: $0charts");
        let web = uses("{kind: OCIRepository, name: charts}");
        let list = "- url `oci://example.org/charts`\n- version `>=1.0.0`\n";
        assert_eq!(
            shown(&format!("{sources}{web}")),
            format!("**OCIRepository** `apps/charts`\n\n{list}- used by HelmRelease `web`")
        );
        assert_eq!(
            shown(&sources),
            format!("**OCIRepository** `apps/charts`\n\n{list}- nothing here refers to it")
        );
    }

    #[test]
    fn a_secret_keeps_its_secret() {
        let release = release("web", "{valuesFrom: [{kind: Secret, name: $0token}]}");
        let shown = shown(&format!("{release}{SOURCES}"));
        assert!(shown.starts_with("**Secret** `apps/token`"), "{shown}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("password"),
            "{shown}"
        );
    }

    #[test]
    fn what_is_missing_is_told_with_the_nearest_name() {
        let web = uses("{kind: OCIRepository, name: $0chart}");
        assert_eq!(
            shown(&format!("{web}{SOURCES}")),
            "**No OCIRepository** `chart`\n\n- nowhere in this repository\n- nearest: `charts`"
        );
        let web = uses("{kind: OCIRepository, name: $0charts, namespace: web}");
        assert_eq!(
            shown(&format!("{web}{SOURCES}")),
            "**No OCIRepository** `charts` **in namespace** `web`

- there is one in `apps`
- defined in `sources.yaml:4`"
        );
        let web = uses("{kind: HelmChart, name: $0charts}");
        assert_eq!(
            shown(&format!("{web}{SOURCES}")),
            "**No HelmChart** `charts`\n\n- it is an OCIRepository in `sources.yaml:4`"
        );
        let release = release("web", "{valuesFrom: [{kind: Secret, name: $0other}]}");
        assert_eq!(
            shown(&release),
            "**Secret** `other`\n\n- not in this repository: made in the cluster?"
        );
    }

    #[test]
    fn a_template_is_known_later() {
        let web = uses("{kind: OCIRepository, name: '${$0APP}'}");
        assert_eq!(shown(&web), "`${APP}`\n\n- known only after rendering");
    }

    #[test]
    fn a_kind_shows_what_it_is_and_what_may_stand_there() {
        let web = uses("{kind: $0OCIRepository, name: charts}");
        assert_eq!(
            shown(&web),
            "**OCIRepository** `source.toolkit.fluxcd.io/v1`

Pulls an OCI artifact, by tag, digest or semver range."
        );
        let web = uses("{kind: $0HelmRepository, name: charts}");
        assert_eq!(
            shown(&web),
            "`HelmRepository` cannot stand here\n\n- OCIRepository\n- HelmChart\n- ExternalArtifact"
        );
    }

    #[test]
    fn a_path_shows_what_is_there() {
        let top = format!("//- top/kustomization.yaml\nresources: [../all]\n{SOURCES}");
        let all = "//- all/kustomization.yaml\nresources: [../sources.yaml]\n";
        let shown = |entry| shown(&format!("{}{all}", top.replace("../all", entry)));
        assert_eq!(
            shown("../$0all"),
            "**Directory** `all`\n\n- OCIRepository `charts`\n- Secret `token`"
        );
        assert_eq!(
            shown("../sources.ya$0ml"),
            "**File** `sources.yaml`\n\n- OCIRepository `charts`\n- Secret `token`"
        );
        assert_eq!(
            shown("../$0alls"),
            "**Nothing is at** `../alls`\n\n- nearest: `../all`"
        );
        assert_eq!(
            shown("https://$0example.org/a.yaml"),
            "`https://example.org/a.yaml`\n\n- outside this repository"
        );
    }

    #[test]
    fn a_target_shows_what_it_takes() {
        let shown = |target| {
            shown(&format!(
                "//- top/kustomization.yaml\nresources: [../sources.yaml]\npatches: [{{path: p.yaml, target: {target}}}]\n{SOURCES}"
            ))
        };
        assert_eq!(
            shown("{kind: $0Secret}"),
            "**Changes 1 object**\n\n- Secret `token`"
        );
        assert!(shown("{name: $0other}").starts_with("**No object**"));
    }

    /// Two overlays of a base, each in an environment, and a patch that both use.
    fn patched(target: &str, patch: &str) -> String {
        let environment = |name: &str, layer: &str| {
            format!(
                "//- clusters/{name}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{path: ./apps/{name}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/{name}/kustomization.yaml
resources: [../base{layer}]
components: [../patched]
"
            )
        };
        format!(
            "{}{}//- apps/patched/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches: [{{path: patch.yaml{target}}}]
//- apps/patched/patch.yaml
{patch}
//- apps/base/kustomization.yaml
namePrefix: my-
resources: [web.yaml]
//- apps/base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: api}}
//- apps/more.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: more}}
",
            environment("production", ""),
            environment("staging", ", ../more.yaml"),
        )
    }

    #[test]
    fn a_patch_shows_the_objects_that_it_changes_in_builds() {
        let named = |name: &str| {
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: b}}")
        };
        // By the name that it is called when the patch comes.
        let prefixed = patched("", &named("$0my-web"));
        let one = "**Changes 1 object**\n\n- ConfigMap `my-web`";
        assert_eq!(shown(&prefixed), one);
        // kustomize alone builds the same where no environment is known.
        assert_eq!(shown(&prefixed.replace("//- clusters/", "//- x/.")), one);
        let several = "**Changes 2 objects in production**

- 2 ConfigMaps: `my-web`, `my-api`

**Changes 3 objects in staging**

- 3 ConfigMaps: `my-web`, `my-api`, `more`";
        let target = patched(", target: {kind: $0ConfigMap}", &named("any"));
        assert_eq!(shown(&target), several);
        let within = patched(", target: {kind: ConfigMap}", &named("$0any"));
        assert_eq!(shown(&within), several);
        let elsewhere = patched(
            ", target: {kind: $0ConfigMap, namespace: apps}",
            &named("any"),
        );
        assert_eq!(shown(&elsewhere), "**Changes no object**");
    }

    #[test]
    fn a_patch_of_a_flux_kustomization_shows_the_objects_that_it_changes() {
        let text = "//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - target: {kind: Secret}
      patch: '[]'
    - target: {kind: $0ConfigMap}
      patch: |
        - {op: add, path: /data, value: {}}
//- apps/kustomization.yaml
nameSuffix: -1
resources: [web.yaml]
//- apps/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
";
        let card = shown(text);
        let (patched, _) = card.split_once("\n\n---").unwrap();
        // Flux puts it beside the suffix, which comes later.
        assert_eq!(patched, "**Changes 1 object**\n\n- ConfigMap `web`");
    }

    #[test]
    fn an_alias_shows_what_it_stands_for() {
        let shown = shown(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &app web}\ndata: {app: *$0app}\n",
        );
        assert_eq!(
            shown,
            "**Alias** `app`\n\n- stands for `web`\n- anchor in line 3"
        );
    }

    #[test]
    fn an_object_of_a_file_shows_who_takes_it_in() {
        let shown = shown(
            "//- a.yaml\napiVersion: v1\nkind: $0ConfigMap\nmetadata: {name: a}\n//- kustomization.yaml\nresources: [a.yaml]\n",
        );
        assert_eq!(
            shown,
            "**ConfigMap** `v1`\n\nConfiguration data.\n\n- listed in `kustomization.yaml`"
        );
    }

    #[test]
    fn the_environments_that_apply_a_base_are_told_apart() {
        let environment = |name: &str, resources: &str, namespace: &str| {
            format!(
                "//- clusters/{name}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec: {{path: ./apps/{name}, targetNamespace: {namespace}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
//- apps/{name}/kustomization.yaml
resources: [{resources}]
//- apps/{name}/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: charts}}
"
            )
        };
        let base = "//- apps/base/kustomization.yaml\nresources: [web.yaml]\n//- apps/base/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec: {chartRef: {kind: OCIRepository, name: $0charts}}
";
        let own = "../base, source.yaml";
        let fleet = |third: &str| {
            format!(
                "{}{}{third}{base}",
                environment("production", own, "apps"),
                environment("staging", own, "apps")
            )
        };
        let card = shown(&fleet(""));
        assert!(
            card.contains(
                "- production: `apps/production/source.yaml:3`\n- staging: `apps/staging/source.yaml:3`"
            ),
            "{card}"
        );
        let card = shown(&fleet(&environment("testing", "../base", "apps")));
        assert!(card.contains("- not in `testing`"), "{card}");
        // One place for two environments, which give it another namespace each.
        let shared = base.replace("[web.yaml]", "[web.yaml, ../production/source.yaml]");
        let both = format!(
            "{}{}{shared}",
            environment("production", "../base", "apps"),
            environment("staging", "../base", "stage")
        );
        let card = shown(&both);
        assert!(
            card.contains("- production (apps), staging (stage): `apps/…/source.yaml:3`"),
            "{card}"
        );
    }

    #[test]
    fn several_environments_are_listed() {
        let cluster = |name: &str| {
            format!(
                "//- clusters/{name}/sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{path: ./clusters/{name}, sourceRef: {{kind: GitRepository, name: flux-system}}}}
"
            )
        };
        let shared = "//- shared/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {dependsOn: [{name: $0flux-system}]}
";
        assert_eq!(
            shown(&format!(
                "{shared}{}{}",
                cluster("production"),
                cluster("staging")
            )),
            "**Kustomization** `flux-system/flux-system`

- production: `clusters/production/sync.yaml:3`
- staging: `clusters/staging/sync.yaml:3`
- used by Kustomization `web`"
        );
    }
}
