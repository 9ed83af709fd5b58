//! From which repository of a registry the object at a cursor takes its versions, also while its text is broken.

use std::sync::Arc;

use infragen_constraint::{Constraint, Flux};
use infragen_flux::known::{
    HELM_CHART, HELM_RELEASE, HELM_REPOSITORY, IMAGE_POLICY, IMAGE_REPOSITORY, OCI_REPOSITORY,
};
use infragen_flux::{Endpoint, GroupKind, Rule, is_templated};
use infragen_registry::Repository;
use infragen_workspace::{
    Db, DefinedBy, PlacedVersion, Readable, Remote, SourceFile, declared_versions, definitions,
    facts, is_patch_file, knows_registries, readable, remote, tree, versions_of_object,
};
use smol_str::SmolStr;

use super::position::{Embedding, Position, Subject};

/// Where versions come from, and how they are chosen.
pub(super) struct VersionSource {
    pub repository: Repository,
    pub rule: Rule,
    pub flux: Flux,
}

impl VersionSource {
    /// That of the object at a cursor: what the environments take, else what the text says. None where nothing is known
    /// of any registry.
    pub fn at(position: &Position<'_>) -> Option<Self> {
        let (kind, _) = position.field()?;
        if !knows_registries(position.db) {
            return None;
        }
        let found = placed(position).or_else(|| written(position, kind))?;
        Some(found.filtered(position, kind))
    }

    /// What is known of the repository.
    pub fn remote(&self, db: &dyn Db) -> Option<Remote> {
        remote(db, &self.repository)
    }

    /// The tags that the range may choose among.
    pub fn readable(&self, db: &dyn Db) -> Option<Arc<Readable>> {
        let unfiltered = || Rule::Tag(SmolStr::default());
        readable(db, &self.repository, &self.rule, self.flux)
            // A filter that cannot be read, because it is being typed.
            .or_else(|| readable(db, &self.repository, &unfiltered(), self.flux))
    }

    /// A range as the Flux there reads it.
    pub fn constraint(&self, range: &str) -> Option<Constraint> {
        Constraint::parse(range, self.flux).ok()
    }

    /// With the filter that is written beside the cursor.
    fn filtered(mut self, position: &Position<'_>, kind: &GroupKind) -> Self {
        if let (true, Some(written)) = (*kind == *OCI_REPOSITORY, position.sibling("semverFilter"))
            && let Rule::Range { filter, .. } = &mut self.rule
        {
            *filter = Some(written.into());
        }
        self
    }

    fn written(url: &str, rule: Rule) -> Option<Self> {
        Some(Self {
            repository: Repository::parse(url).ok()?,
            rule,
            flux: Flux::default(),
        })
    }

    fn of(version: &PlacedVersion) -> Option<Self> {
        Some(Self {
            repository: version.repository.as_ref().ok()?.clone(),
            rule: version.pull.rule.with_range("*"),
            flux: version.flux,
        })
    }
}

/// What environments take by the object at the cursor, or by what it patches.
fn placed(position: &Position<'_>) -> Option<VersionSource> {
    let (db, file) = (position.db, position.file);
    let in_patch = position.embedding == Embedding::Patch || is_patch_file(db, file);
    let own = || {
        let facts = facts(db, file);
        let object = position.object(&facts)?;
        let number = facts
            .objects
            .iter()
            .position(|other| std::ptr::eq(other, object))?;
        known(
            db,
            &declared_versions(db, file, u32::try_from(number).ok()?),
        )
    };
    // What a patch changes is found soonest by its name: to ask the builds costs their history.
    match in_patch {
        true => namesakes(position).or_else(own),
        false => own(),
    }
}

/// What the objects take that have the kind and name of the one at the cursor.
fn namesakes(position: &Position<'_>) -> Option<VersionSource> {
    let db = position.db;
    let Subject::Object {
        kind,
        name: Some(name),
        ..
    } = &position.subject
    else {
        return None;
    };
    let found = definitions(db, position.root, kind, name);
    let versions: Vec<_> = found
        .iter()
        .filter(|definition| definition.file != position.file)
        .flat_map(|definition| versions_of_object(db, definition.file, definition.by))
        .collect();
    let placed = known(db, &versions);
    // Where nothing applies it, or a build fails because something is being typed.
    placed.or_else(|| {
        let url = (*kind == *OCI_REPOSITORY).then(|| endpoint(position, kind, name, None))??;
        VersionSource::written(&url, Rule::Tag(SmolStr::default()).with_range("*"))
    })
}

/// The first of them whose tags are known, or else the first.
fn known(db: &dyn Db, versions: &[PlacedVersion]) -> Option<VersionSource> {
    let mut sources = versions.iter().filter_map(VersionSource::of);
    let first = sources.next()?;
    let is_known = |source: &VersionSource| {
        let remote = source.remote(db);
        remote.is_some_and(|remote| remote.tags(db).is_some())
    };
    match is_known(&first) {
        true => Some(first),
        false => Some(sources.find(is_known).unwrap_or(first)),
    }
}

/// What the text says at the cursor, where no environment is known to apply it.
fn written(position: &Position<'_>, kind: &GroupKind) -> Option<VersionSource> {
    let text = |path: &[&str]| position.scalar_at(path).filter(|text| !is_templated(text));
    let rule = Rule::Tag(SmolStr::default()).with_range("*");
    let (url, rule) = if *kind == *OCI_REPOSITORY {
        (SmolStr::new(text(&["spec", "url"])?), rule)
    } else if *kind == *HELM_RELEASE {
        let chart = ["spec", "chart", "spec"];
        let at = |key: &'static [&'static str]| text(&[&chart, key].concat());
        let name = at(&["sourceRef", "name"])?;
        (
            endpoint(position, &HELM_REPOSITORY.into(), name, at(&["chart"]))?,
            Rule::Chart("*".into()),
        )
    } else if *kind == *HELM_CHART {
        let name = text(&["spec", "sourceRef", "name"])?;
        let chart = text(&["spec", "chart"]);
        (
            endpoint(position, &HELM_REPOSITORY.into(), name, chart)?,
            Rule::Chart("*".into()),
        )
    } else if *kind == *IMAGE_POLICY {
        let name = text(&["spec", "imageRepositoryRef", "name"])?;
        let filter = |key| text(&["spec", "filterTags", key]).map(SmolStr::new);
        let rule = Rule::Image {
            range: "*".into(),
            filter: filter("pattern"),
            extract: filter("extract"),
            excluded: Vec::new(),
        };
        (
            endpoint(position, &IMAGE_REPOSITORY.into(), name, None)?,
            rule,
        )
    } else {
        return None;
    };
    VersionSource::written(&url, rule)
}

/// The address that an object has which is named at the cursor.
pub(super) fn endpoint(
    position: &Position<'_>,
    kind: &GroupKind,
    name: &str,
    chart: Option<&str>,
) -> Option<SmolStr> {
    let db = position.db;
    definitions(db, position.root, kind, name)
        .into_iter()
        .find_map(|definition| {
            let DefinedBy::Object(number) = definition.by else {
                return None;
            };
            address(db, definition.file, number, kind, chart)
        })
}

fn address(
    db: &dyn Db,
    file: SourceFile,
    number: u32,
    kind: &GroupKind,
    chart: Option<&str>,
) -> Option<SmolStr> {
    let facts = facts(db, file);
    let object = facts.objects.get(number as usize)?;
    let tree = tree(db, file);
    let root = tree.document(object.document)?.root()?;
    let field = |key| {
        root.at(&["spec", key])
            .and_then(infragen_syntax::Node::as_str)
    };
    Endpoint::address(kind, field("url").or(field("image"))?, chart)
}
