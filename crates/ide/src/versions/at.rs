//! Which versions a place of a file is about.

use infragen_flux::known::{
    HELM_CHART, HELM_RELEASE, HELM_REPOSITORY, IMAGE_POLICY, IMAGE_REPOSITORY, OCI_REPOSITORY,
};
use infragen_flux::{FileFacts, GroupKind, ObjectFacts, takes_versions};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Db, DefinedBy, PlacedVersion, SourceFile, Verdict, declared_versions, facts, resolve, tree,
    versions_from, versions_of_object, written_version,
};

use crate::place::Place;
use crate::subject::{Part, What, reference_of, subjects};

/// The fields of each kind that tell which version is taken, and from where.
const FIELDS: &[(&infragen_flux::Kind, &[&[&str]])] = &[
    (
        OCI_REPOSITORY,
        &[
            &["spec", "ref"],
            &["spec", "ref", "semver"],
            &["spec", "ref", "semverFilter"],
            &["spec", "ref", "tag"],
            &["spec", "ref", "digest"],
            &["spec", "url"],
        ],
    ),
    (
        HELM_RELEASE,
        &[
            &["spec", "chart", "spec", "version"],
            &["spec", "chart", "spec", "chart"],
        ],
    ),
    (HELM_CHART, &[&["spec", "version"], &["spec", "chart"]]),
    (HELM_REPOSITORY, &[&["spec", "url"], &["spec", "type"]]),
    (IMAGE_REPOSITORY, &[&["spec", "image"]]),
    (
        IMAGE_POLICY,
        &[
            &["spec", "policy", "semver", "range"],
            &["spec", "filterTags", "pattern"],
            &["spec", "filterTags", "extract"],
        ],
    ),
];

/// The versions that a place is about, with the text that means them: those of the object whose field or name is
/// there, or of the one that a reference leads to.
pub(crate) fn versions_at(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
) -> Option<(TextRange, Vec<PlacedVersion>)> {
    let facts = facts(db, file);
    if let Some((range, number)) = own_field(db, file, &facts, offset) {
        return Some((range, shown(db, file, &facts, number)));
    }
    for subject in subjects(db, file, offset) {
        match &subject.what {
            What::Object(definition) => {
                if let DefinedBy::Object(number) = definition.by
                    && facts
                        .objects
                        .get(number as usize)
                        .is_some_and(|object| has_versions(&object.kind))
                {
                    return Some((subject.range, shown(db, file, &facts, number)));
                }
            }
            What::Reference {
                object,
                reference,
                part: Part::Name,
            } => {
                let number = *object;
                let (object, reference) = reference_of(&facts, number, *reference)?;
                let resolution = resolve(db, file, object, reference);
                // Of all that is there it takes this one chart, or image.
                if let Some(number) = number
                    && resolution.kind.as_ref().is_some_and(is_address)
                {
                    let versions = shown(db, file, &facts, number);
                    if !versions.is_empty() {
                        return Some((subject.range, versions));
                    }
                }
                if resolution
                    .kind
                    .as_ref()
                    .is_none_or(|kind| !leads_to_version(kind))
                {
                    continue;
                }
                let mut versions: Vec<PlacedVersion> = Vec::new();
                for answer in &resolution.environments {
                    for definition in &answer.found {
                        let of_it = versions_of_object(db, definition.file, definition.by);
                        versions.extend(of_it.into_iter().filter(|version| {
                            version.environment == answer.environment
                                && version.namespace == answer.namespace
                        }));
                    }
                }
                if let (true, Verdict::Found(found)) =
                    (resolution.environments.is_empty(), &resolution.verdict)
                {
                    let of_it = found.iter();
                    versions.extend(of_it.flat_map(|definition| {
                        versions_of_object(db, definition.file, definition.by)
                    }));
                }
                versions.dedup_by_key(|version| (version.number, version.id));
                if !versions.is_empty() {
                    return Some((subject.range, versions));
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether other objects take versions by the address of one of this kind.
fn is_address(kind: &GroupKind) -> bool {
    *kind == *HELM_REPOSITORY || *kind == *IMAGE_REPOSITORY
}

fn has_versions(kind: &GroupKind) -> bool {
    takes_versions(kind) || is_address(kind)
}

/// What an object of the file takes, also where no environment applies it; of one with an address what others take by
/// that.
fn shown(db: &dyn Db, file: SourceFile, facts: &FileFacts, number: u32) -> Vec<PlacedVersion> {
    let kind = facts
        .objects
        .get(number as usize)
        .map(|object| &object.kind);
    if kind.is_some_and(is_address) {
        let mut versions = versions_from(db, file, number);
        // Charts of an index have no registry to ask.
        versions.retain(|version| version.repository.is_ok());
        return versions;
    }
    let mut versions = declared_versions(db, file, number);
    if versions.is_empty() {
        versions.extend(written_version(db, file, number));
    }
    versions
}

/// The object of the file whose name, or whose field that chooses a version, is at an offset: its number.
pub(crate) fn object_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<u32> {
    let facts = facts(db, file);
    let is_name = |object: &ObjectFacts| {
        let name = object.name.as_ref();
        name.is_some_and(|name| !name.range.is_empty() && name.range.contains_inclusive(offset))
    };
    let objects = (0..).zip(&facts.objects);
    let mut at = objects.filter(|(_, object)| {
        takes_versions(&object.kind) && (is_name(object) || is_in_field(object, offset))
    });
    at.next().map(|(number, _)| number)
}

/// Whether an offset is in a field that chooses a version, from its key to the end of its value.
fn is_in_field(object: &ObjectFacts, offset: TextSize) -> bool {
    let mut fields = object.versions.iter().flat_map(|versions| &versions.fields);
    fields.any(|field| {
        let (key, value) = (field.key.range, field.value.range);
        !value.is_empty() && key.cover(value).contains_inclusive(offset)
    })
}

fn leads_to_version(kind: &GroupKind) -> bool {
    takes_versions(kind) && *kind != *HELM_RELEASE
}

/// The object of which a field about versions stands at an offset, by its number.
fn own_field(
    db: &dyn Db,
    file: SourceFile,
    facts: &FileFacts,
    offset: TextSize,
) -> Option<(TextRange, u32)> {
    let objects = (0..).zip(&facts.objects);
    let around = objects.filter(|(_, object)| object.range.contains_inclusive(offset));
    let (number, object) = around.min_by_key(|(_, object)| object.range.len())?;
    let (_, fields) = FIELDS.iter().find(|(kind, _)| object.kind == **kind)?;
    if let Some(field) = field_in_facts(object, offset) {
        return Some((field, number));
    }
    if object.in_patch {
        return None;
    }
    let tree = tree(db, file);
    let place = Place::at(&tree, offset)?;
    fields
        .contains(&place.path())
        .then(|| Some((place.node()?.range(), number)))?
}

/// The field that the facts know, also in a patch inside of another text.
fn field_in_facts(object: &ObjectFacts, offset: TextSize) -> Option<TextRange> {
    let fields = object.versions.iter().flat_map(|versions| &versions.fields);
    fields
        .flat_map(|field| [field.key.range, field.value.range])
        .find(|range| !range.is_empty() && range.contains_inclusive(offset))
}
