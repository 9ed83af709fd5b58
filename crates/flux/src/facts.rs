//! What one file says: the objects that it holds, what they bring into being, and what they refer to.

use infragen_kustomize::KustomizationFile;
use infragen_syntax::{Document, Embedded, Node, Spanned, TextRange, TextSize, Tree};
use smol_str::SmolStr;

use crate::artifact::{self, ArtifactCopy};
use crate::kinds::*;
use crate::renames;
use crate::repeated::{RepeatedKey, repeated_keys};
use crate::required;
use crate::table::{
    IMAGE_POLICY_MARKER, PATHS, PRODUCTIONS, PathReference, REFERENCES, Reference, Scope, Target,
};
use crate::versions::{self, VersionFacts};

/// Everything that one file says about objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// The objects in order of place; items of a `List` count one by one.
    pub objects: Vec<ObjectFacts>,
    /// What the file says as a kustomization file, where its name makes it one.
    pub kustomization: Option<KustomizationFile>,
    /// `# {"$imagepolicy": …}` markers.
    pub markers: Vec<ReferenceFact>,
    /// Whether the text is not YAML; then the rest is what could be read of it.
    pub broken: bool,
    /// Whether a part of the text was not read at all: what it defines is not known.
    pub unread: bool,
    /// Keys that stand twice in one mapping, of the documents that facts are read from.
    pub repeated: Vec<RepeatedKey>,
    /// The names that patches in the file give to objects; with a placeholder where that cannot be told.
    pub renames: Vec<SmolStr>,
    /// Whether the text holds what may be a variable of `postBuild`: `${`.
    pub variables: bool,
    /// Whether the text may set `spec.ignore` of a source, in its manifest or by a patch.
    pub source_ignores: bool,
}

/// One object of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Group and kind.
    pub kind: GroupKind,
    /// `apiVersion` as written.
    pub api_version: SmolStr,
    /// `metadata.name`; none where it is absent or generated.
    pub name: Option<Spanned<SmolStr>>,
    /// `metadata.namespace`, where it is written.
    pub namespace: Option<Spanned<SmolStr>>,
    /// Number of the document in the file.
    pub document: usize,
    /// The object's text.
    pub range: TextRange,
    /// The scalar of `kind`.
    pub kind_range: TextRange,
    /// What it brings into being beside itself.
    pub makes: Vec<Definition>,
    /// What it refers to.
    pub references: Vec<ReferenceFact>,
    /// The directories that it names.
    pub paths: Vec<PathFact>,
    /// `spec.components` of a Flux Kustomization: directories, relative to its path.
    pub components: Vec<Spanned<SmolStr>>,
    /// `spec.targetNamespace`, of a Flux Kustomization.
    pub target_namespace: Option<SmolStr>,
    /// Whether the parent may get another spec from its own parent: it holds patches, substitutions or
    /// components, which change what its build applies.
    pub rewrites: bool,
    /// What an ArtifactGenerator copies where.
    pub copies: Vec<ArtifactCopy>,
    /// Where the object stands: in the file itself, or in another object (an inline patch, or what a
    /// ResourceSet renders). Then it is no object of its own, but its references are references.
    pub in_patch: bool,
    /// Whether a ResourceSet renders it, once for each of its inputs: it is one of what that makes.
    pub rendered: bool,
    /// The fields of `spec` that the API server requires and that are not written.
    pub missing: Vec<&'static str>,
    /// Which versions it takes.
    pub versions: Option<Box<VersionFacts>>,
}

/// An object that another one brings into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Group and kind of the new object.
    pub kind: GroupKind,
    /// Its name, and the scalar that gives it.
    pub name: Spanned<SmolStr>,
    /// Its namespace, where that is known from the producer itself.
    pub namespace: Option<SmolStr>,
}

/// Which kind a reference names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KindName {
    /// This kind, which the row allows.
    Known(GroupKind),
    /// A kind that the row does not allow, as written.
    NotAllowed(SmolStr),
    /// No kind is written where one must be, or it is a template.
    Missing,
}

/// A reference of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceFact {
    /// The row of the table.
    pub row: &'static Reference,
    /// The name that it gives.
    pub name: Spanned<SmolStr>,
    /// The kind that it names.
    pub kind: KindName,
    /// The scalar of the `kind` beside the name.
    pub kind_range: Option<TextRange>,
    /// The namespace beside the name.
    pub namespace: Option<Spanned<SmolStr>>,
    /// Whether `optional: true` stands beside the name.
    pub optional: bool,
    /// The whole value that refers.
    pub range: TextRange,
}

/// A directory that an object names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFact {
    /// The row of the table.
    pub row: &'static PathReference,
    /// The path as written; an absent `path` is no fact.
    pub path: Spanned<SmolStr>,
}

/// Whether a text is known only after rendering or substitution: `${VAR}`, `<< inputs.x >>`, `{{ x }}`.
pub fn is_templated(text: &str) -> bool {
    text.contains("${") || text.contains("<<") || text.contains("{{")
}

/// Whether a text holds what may be a variable of `postBuild`.
fn may_hold_variables(text: &str) -> bool {
    holds(text, "${")
}

fn holds(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

/// Whether a file may set `spec.ignore` of a source. The definitions of these kinds, which are in most repositories, name
/// the field too.
fn may_ignore(tree: &Tree) -> bool {
    if !holds(tree.text(), "ignore") {
        return false;
    }
    tree.documents().filter_map(Document::root).any(|root| {
        let text = root.text();
        let kinds = [&GIT_REPOSITORY, &OCI_REPOSITORY, &BUCKET];
        let of_source = || kinds.iter().any(|known| holds(text, known.kind));
        let kind = root.get("kind").and_then(Node::as_str);
        kind != Some("CustomResourceDefinition")
            && holds(text, "ignore")
            && (holds(text, "/spec/ignore") || of_source())
    })
}

impl FileFacts {
    /// What a text says that holds no object.
    pub fn without_objects(text: &str) -> FileFacts {
        FileFacts {
            variables: may_hold_variables(text),
            source_ignores: holds(text, "/spec/ignore"),
            ..FileFacts::default()
        }
    }

    /// Reads what a file says. `kustomization` tells that the file's name makes it a kustomization file.
    pub fn read(tree: &Tree, kustomization: bool) -> FileFacts {
        let mut facts = FileFacts {
            broken: !tree.errors().is_empty(),
            unread: tree.errors().iter().any(|error| error.is_limit),
            renames: renames::renames(tree),
            variables: may_hold_variables(tree.text()),
            source_ignores: may_ignore(tree),
            ..FileFacts::default()
        };
        let mut documents = tree.documents();
        if kustomization {
            facts.kustomization = documents.next().and_then(KustomizationFile::read);
            if facts.kustomization.is_some() {
                // kustomize reads the first document only.
                if let Some(document) = tree.document(0) {
                    repeated_keys(document, &mut facts.repeated);
                }
                facts.read_patches_of_kustomization_file(tree);
                facts.markers = markers(tree);
                return facts;
            }
            documents = tree.documents();
        }
        for document in documents {
            let before = facts.objects.len();
            object_facts(document, &mut facts.objects);
            if facts.objects.len() > before {
                repeated_keys(document, &mut facts.repeated);
            }
        }
        facts.markers = markers(tree);
        facts
    }

    fn read_patches_of_kustomization_file(&mut self, tree: &Tree) {
        let Some(root) = tree.document(0).and_then(|document| document.root()) else {
            return;
        };
        for patch in root
            .get("patches")
            .into_iter()
            .flat_map(|patches| patches.items())
        {
            patch_objects(patch.get("patch"), patch.get("target"), &mut self.objects);
        }
        for patch in root
            .get("patchesStrategicMerge")
            .into_iter()
            .flat_map(|patches| patches.items())
        {
            patch_objects(Some(patch), None, &mut self.objects);
        }
    }

    /// Every reference of the file: those of its objects and its markers.
    pub fn references(&self) -> impl Iterator<Item = (Option<&ObjectFacts>, &ReferenceFact)> {
        let of_objects = self.objects.iter().flat_map(|object| {
            object
                .references
                .iter()
                .map(move |reference| (Some(object), reference))
        });
        of_objects.chain(self.markers.iter().map(|marker| (None, marker)))
    }
}

/// The objects of a document: itself, or the items of a `List`.
pub fn object_facts(document: Document<'_>, objects: &mut Vec<ObjectFacts>) {
    let Some(root) = document.root().filter(|root| root.is_mapping()) else {
        return;
    };
    let is_list = root
        .get("kind")
        .and_then(Node::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    match root.get("items").filter(|_| is_list) {
        Some(items) => items
            .items()
            .for_each(|item| object(item, document.index(), false, objects)),
        None => object(root, document.index(), false, objects),
    }
}

fn object(root: Node<'_>, document: usize, in_patch: bool, objects: &mut Vec<ObjectFacts>) {
    let (Some(api_version), Some(kind_node)) = (
        root.get("apiVersion").and_then(Node::as_str),
        root.get("kind"),
    ) else {
        return;
    };
    let Some(kind_name) = kind_node.as_str() else {
        return;
    };
    let kind = GroupKind::new(api_version, kind_name);
    let name = root.at(&["metadata", "name"]).and_then(spanned);
    let namespace = root.at(&["metadata", "namespace"]).and_then(spanned);
    let at = objects.len();
    objects.push(ObjectFacts {
        makes: productions(root, &kind, name.as_ref(), namespace.as_ref()),
        references: references(root, &kind),
        paths: paths(root, &kind),
        components: if kind == *KUSTOMIZATION {
            let components = root.at(&["spec", "components"]).into_iter();
            components
                .flat_map(|list| list.items())
                .filter_map(spanned)
                .collect()
        } else {
            Vec::new()
        },
        target_namespace: (kind == *KUSTOMIZATION)
            .then(|| {
                root.at(&["spec", "targetNamespace"])?
                    .as_str()
                    .map(SmolStr::new)
            })
            .flatten(),
        rewrites: ["patches", "postBuild", "components"]
            .iter()
            .any(|key| root.at(&["spec", key]).is_some()),
        copies: if kind == *ARTIFACT_GENERATOR {
            artifact::copies(root)
        } else {
            Vec::new()
        },
        versions: versions::read(root, &kind),
        missing: if in_patch {
            Vec::new()
        } else {
            required::missing(root, &kind)
        },
        kind,
        api_version: api_version.into(),
        name,
        namespace,
        document,
        range: root.range(),
        kind_range: kind_node.content_range(),
        in_patch,
        rendered: false,
    });
    if objects[at].kind == *RESOURCE_SET && !in_patch {
        rendered_objects(root, document, at, objects);
    }
    if objects[at].kind == *KUSTOMIZATION {
        for patch in root
            .at(&["spec", "patches"])
            .into_iter()
            .flat_map(|patches| patches.items())
        {
            patch_objects(patch.get("patch"), patch.get("target"), objects);
        }
    }
}

/// The objects inside an inline strategic merge patch, their places mapped to the file. Patches inside
/// such a patch are read too: parents hand defaults down that way. Of a JSON patch its target, where it chooses a version.
fn patch_objects(
    patch: Option<Node<'_>>,
    target: Option<Node<'_>>,
    objects: &mut Vec<ObjectFacts>,
) {
    let Some(embedded) = patch.and_then(Embedded::of) else {
        return;
    };
    if let Some(target) = target
        && embedded.text().contains("op")
    {
        objects.extend(json_patched(&embedded, target));
    }
    embedded_objects(&embedded, embedded.text(), objects, &mut |_| {});
}

/// The object whose version a JSON patch chooses, as far as the patch and its target tell it.
fn json_patched(embedded: &Embedded, target: Node<'_>) -> Option<ObjectFacts> {
    let tree = Tree::parse(embedded.text());
    let operations = tree.document(0)?.root()?;
    let (kind, versions) = versions::in_operations(operations, target)?;
    let mut object = ObjectFacts {
        kind: kind.into(),
        api_version: SmolStr::default(),
        name: None,
        namespace: None,
        document: 0,
        range: operations.range(),
        kind_range: TextRange::empty(operations.range().start()),
        makes: Vec::new(),
        references: Vec::new(),
        paths: Vec::new(),
        components: Vec::new(),
        target_namespace: None,
        rewrites: false,
        copies: Vec::new(),
        in_patch: true,
        rendered: false,
        missing: Vec::new(),
        versions: Some(versions),
    };
    map_to_file(&mut object, embedded);
    Some(object)
}

fn map_to_file(object: &mut ObjectFacts, embedded: &Embedded) {
    object.map_ranges(&|range| {
        embedded
            .range_to_file(range)
            .unwrap_or(TextRange::empty(TextSize::new(0)))
    });
}

/// The objects in a text inside a scalar, which is `text` or as long, their places mapped to the file. Each
/// object of the text itself is shown to `visit`, not those in patches of it.
fn embedded_objects(
    embedded: &Embedded,
    text: &str,
    objects: &mut Vec<ObjectFacts>,
    visit: &mut dyn FnMut(&mut ObjectFacts),
) {
    if !text.contains("kind:") {
        return;
    }
    let tree = Tree::parse(text);
    let from = objects.len();
    for document in tree.documents() {
        if let Some(root) = document.root().filter(|root| root.is_mapping()) {
            let at = objects.len();
            object(root, document.index(), true, objects);
            objects.get_mut(at).into_iter().for_each(&mut *visit);
        }
    }
    for object in &mut objects[from..] {
        map_to_file(object, embedded);
    }
}

/// The objects that a ResourceSet renders: those of its lists, and those in its template texts as far as
/// they can be read. The set makes them, and what they make.
fn rendered_objects(root: Node<'_>, document: usize, set: usize, objects: &mut Vec<ObjectFacts>) {
    let first = objects.len();
    let steps = root.at(&["spec", "steps"]).into_iter();
    let parts = root.get("spec").into_iter();
    for part in parts.chain(steps.flat_map(|steps| steps.items())) {
        let items = part.get("resources").into_iter();
        for item in items.flat_map(|list| list.items()) {
            let at = objects.len();
            object(item, document, true, objects);
            objects
                .get_mut(at)
                .into_iter()
                .for_each(|object| object.rendered = true);
        }
        if let Some(template) = part.get("resourcesTemplate").and_then(Embedded::of) {
            let text = without_instructions(template.text());
            embedded_objects(&template, &text, objects, &mut |object| {
                object.rendered = true;
            });
        }
    }
    let (mut makes, mut copies) = (Vec::new(), Vec::new());
    for object in objects[first..].iter_mut().filter(|object| object.rendered) {
        let own = object.name.clone().map(|name| Definition {
            kind: object.kind.clone(),
            name,
            namespace: object.namespace.clone().map(|namespace| namespace.value),
        });
        makes.extend(own.filter(|own| !is_templated(&own.kind.kind)));
        makes.append(&mut object.makes);
        // What an artifact is put together from is asked of whoever makes the artifact.
        copies.append(&mut object.copies);
    }
    objects[set].makes = makes;
    objects[set].copies = copies;
}

/// A template with blanks in the place of the lines that hold an instruction and no more
/// (`<<- range … >>`): they vanish when it is rendered, and are no YAML.
fn without_instructions(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    for line in template.split_inclusive('\n') {
        let bare = line.trim();
        let instruction = bare.starts_with("<<")
            && bare
                .find(">>")
                .is_some_and(|end| end + ">>".len() == bare.len());
        if instruction {
            let end = line.trim_end_matches(['\r', '\n']).len();
            text.extend(std::iter::repeat_n(' ', end));
            text.push_str(&line[end..]);
        } else {
            text.push_str(line);
        }
    }
    text
}

impl ObjectFacts {
    fn map_ranges(&mut self, map: &dyn Fn(TextRange) -> TextRange) {
        let mut ranges = vec![&mut self.range, &mut self.kind_range];
        ranges.extend(self.name.as_mut().map(|name| &mut name.range));
        ranges.extend(
            self.namespace
                .as_mut()
                .map(|namespace| &mut namespace.range),
        );
        ranges.extend(self.makes.iter_mut().map(|made| &mut made.name.range));
        ranges.extend(self.paths.iter_mut().map(|path| &mut path.path.range));
        ranges.extend(self.copies.iter_mut().map(|copy| &mut copy.range));
        ranges.extend(
            self.components
                .iter_mut()
                .map(|component| &mut component.range),
        );
        ranges.extend(
            self.versions
                .iter_mut()
                .flat_map(|versions| versions.ranges()),
        );
        for reference in &mut self.references {
            ranges.push(&mut reference.name.range);
            ranges.push(&mut reference.range);
            ranges.extend(reference.kind_range.as_mut());
            ranges.extend(
                reference
                    .namespace
                    .as_mut()
                    .map(|namespace| &mut namespace.range),
            );
        }
        for range in ranges {
            *range = map(*range);
        }
    }
}

fn spanned(node: Node<'_>) -> Option<Spanned<SmolStr>> {
    let Spanned { value, range } = node.spanned_str()?;
    Some(Spanned {
        value: value.into(),
        range,
    })
}

fn each<'t>(node: Node<'t>, path: &[&str], found: &mut dyn FnMut(Node<'t>)) {
    match path {
        [] => found(node),
        ["[]", rest @ ..] => node.items().for_each(|item| each(item, rest, found)),
        [key, rest @ ..] => {
            if let Some(value) = node.get(key) {
                each(value, rest, found);
            }
        }
    }
}

fn references(root: Node<'_>, kind: &GroupKind) -> Vec<ReferenceFact> {
    let mut found = Vec::new();
    for row in REFERENCES.iter().filter(|row| *kind == *row.from) {
        each(root, row.path, &mut |node| {
            found.extend(reference(row, node))
        });
    }
    found.sort_by_key(|reference: &ReferenceFact| reference.range.start());
    found
}

fn reference(row: &'static Reference, node: Node<'_>) -> Option<ReferenceFact> {
    if node.scalar().is_some() {
        let name = spanned(node).filter(|_| row.is_bare_name())?;
        let kind = kind_name(row, None);
        return Some(ReferenceFact {
            row,
            range: name.range,
            name,
            kind,
            kind_range: None,
            namespace: None,
            optional: false,
        });
    }
    let name = node.get("name").and_then(spanned)?;
    if name.value == "*" {
        // Alerts and receivers: every object of the kind.
        return None;
    }
    Some(ReferenceFact {
        row,
        name,
        kind: kind_name(row, Some(node)),
        kind_range: node
            .get("kind")
            .filter(|_| row.target.has_kind_field())
            .map(Node::content_range),
        namespace: node
            .get("namespace")
            .filter(|_| row.has_namespace_field())
            .and_then(spanned),
        optional: node.get("optional").and_then(Node::as_str) == Some("true"),
        range: node.range(),
    })
}

fn kind_name(row: &Reference, node: Option<Node<'_>>) -> KindName {
    let text = |key| node.and_then(|node| node.get(key)).and_then(Node::as_str);
    kind_of_name(row, text("kind"), text("apiVersion"))
}

/// The kind that a reference names, by the `kind` and the `apiVersion` that are written beside the name.
pub(crate) fn kind_of_name(
    row: &Reference,
    written: Option<&str>,
    version: Option<&str>,
) -> KindName {
    match (row.target, written) {
        (Target::Kind(kind), _) => KindName::Known(kind.into()),
        (Target::OneOf(_, Some(default)), None) => KindName::Known(default.into()),
        (_, None) => KindName::Missing,
        (_, Some(kind)) if is_templated(kind) => KindName::Missing,
        (Target::OneOf(kinds, _), Some(kind)) => kinds
            .iter()
            .find(|allowed| allowed.kind == kind)
            .map_or_else(
                || KindName::NotAllowed(kind.into()),
                |allowed| KindName::Known((*allowed).into()),
            ),
        (Target::Any, Some(kind)) => KindName::Known(match version {
            Some(version) => GroupKind::new(version, kind),
            // The kind alone: Flux's own come first, then the core group.
            None => KINDS
                .iter()
                .find(|known| known.kind == kind)
                .map_or_else(|| GroupKind::new("", kind), |known| GroupKind::from(*known)),
        }),
    }
}

fn productions(
    root: Node<'_>,
    kind: &GroupKind,
    name: Option<&Spanned<SmolStr>>,
    namespace: Option<&Spanned<SmolStr>>,
) -> Vec<Definition> {
    let namespace = namespace.map(|namespace| namespace.value.clone());
    let mut made = Vec::new();
    for row in PRODUCTIONS.iter().filter(|row| *kind == *row.from) {
        let before = made.len();
        each(root, row.path, &mut |node| made.extend(spanned(node)));
        if made.len() == before && row.named_as_self {
            made.extend(name.cloned());
        }
        if made.len() > before {
            let kind = GroupKind::from(row.makes);
            let definition = |name| Definition {
                kind: kind.clone(),
                name,
                namespace: namespace.clone(),
            };
            return made.into_iter().map(definition).collect();
        }
    }
    if *kind == *FLUX_INSTANCE {
        return sync(root, root.at(&["spec", "sync"]), name, namespace);
    }
    if *kind == *HELM_RELEASE {
        // The chart flux-instance of the Flux operator takes the whole FluxInstance as values.
        return sync(
            root,
            root.at(&["spec", "values", "instance", "sync"]),
            name,
            namespace,
        );
    }
    Vec::new()
}

/// A FluxInstance's sync makes a source and a Kustomization, both named `sync.name`, else as the
/// namespace of the instance is called (the operator's default).
fn sync(
    root: Node<'_>,
    sync: Option<Node<'_>>,
    name: Option<&Spanned<SmolStr>>,
    namespace: Option<SmolStr>,
) -> Vec<Definition> {
    let (Some(sync), Some(own)) = (sync, name) else {
        return Vec::new();
    };
    let Some(source) = sync.get("kind").and_then(Node::as_str) else {
        return Vec::new();
    };
    let named = sync
        .get("name")
        .or_else(|| root.at(&["metadata", "namespace"]))
        .and_then(spanned);
    let name = named.unwrap_or(Spanned {
        value: SmolStr::new_static("flux-system"),
        range: own.range,
    });
    let source = GroupKind {
        group: SmolStr::new_static(GIT_REPOSITORY.group),
        kind: source.into(),
    };
    [source, KUSTOMIZATION.into()]
        .map(|kind| Definition {
            kind,
            name: name.clone(),
            namespace: namespace.clone(),
        })
        .into()
}

fn paths(root: Node<'_>, kind: &GroupKind) -> Vec<PathFact> {
    let mut found = Vec::new();
    for row in PATHS.iter().filter(|row| *kind == *row.from) {
        each(root, row.path, &mut |node| {
            found.extend(spanned(node).map(|path| PathFact { row, path }));
        });
    }
    found
}

/// The image policy markers: line comments that hold `{"$imagepolicy": "namespace:name"}`, perhaps with
/// `:tag`, `:name` or `:digest` behind.
fn markers(tree: &Tree) -> Vec<ReferenceFact> {
    const TOKEN: &str = "{\"$imagepolicy\":";
    let text = tree.text();
    let mut found = Vec::new();
    for (at, _) in text.match_indices(TOKEN) {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        if !text[line_start..at].contains('#') {
            continue;
        }
        let rest = text[at..].lines().next().unwrap_or_default();
        found.extend(marker(at + TOKEN.len(), &rest[TOKEN.len()..]));
    }
    found
}

fn marker(offset: usize, rest: &str) -> Option<ReferenceFact> {
    let open = rest.find('"')? + 1;
    let value = &rest[open..open + rest[open..].find('"')?];
    let mut parts = value.split(':');
    let (namespace, name) = (parts.next()?, parts.next()?);
    let start = TextSize::try_from(offset + open).ok()?;
    let at = |from: usize, text: &str| Spanned {
        value: SmolStr::new(text),
        range: TextRange::at(
            start + TextSize::try_from(from).unwrap_or_default(),
            TextSize::of(text),
        ),
    };
    Some(ReferenceFact {
        row: IMAGE_POLICY_MARKER,
        name: at(namespace.len() + 1, name),
        kind: KindName::Known(IMAGE_POLICY.into()),
        kind_range: None,
        namespace: Some(at(0, namespace)),
        optional: false,
        range: at(0, value).range,
    })
}

impl ReferenceFact {
    /// Whether any part of it is known only after rendering or substitution.
    pub fn is_templated(&self) -> bool {
        is_templated(&self.name.value)
            || self
                .namespace
                .as_ref()
                .is_some_and(|namespace| is_templated(&namespace.value))
    }

    /// The namespace in which the name is looked up, given the referring object's; none where that is
    /// not known from the file alone.
    pub fn namespace_in<'a>(&'a self, object: Option<&'a ObjectFacts>) -> Option<&'a SmolStr> {
        let own = || object.and_then(|object| object.namespace.as_ref());
        let found = match self.row.scope {
            Scope::Own => own(),
            Scope::Optional => self.namespace.as_ref().or_else(own),
            Scope::Of(path) => object
                .and_then(|object| {
                    object
                        .references
                        .iter()
                        .find(|other| other.row.path == path)
                })
                .and_then(|source| source.namespace.as_ref())
                .or_else(own),
        };
        found
            .map(|namespace| &namespace.value)
            .filter(|namespace| !is_templated(namespace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FileFacts {
        FileFacts::read(&Tree::parse(text), false)
    }

    const APPS: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  dependsOn:
    - name: infra
      namespace: other
  path: ./apps/production
  sourceRef:
    kind: GitRepository
    name: flux-system
  patches:
    - patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: _
        spec:
          chartRef:
            kind: OCIRepository
            name: app-template
";

    #[test]
    fn reads_references_with_places() {
        let facts = read(APPS);
        let object = &facts.objects[0];
        assert_eq!(object.kind, *KUSTOMIZATION);
        let seen: Vec<_> = object
            .references
            .iter()
            .map(|r| {
                (
                    r.row.field(),
                    &APPS[r.name.range],
                    r.namespace_in(Some(object)).unwrap().as_str(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("spec.dependsOn[]".to_owned(), "infra", "other"),
                ("spec.sourceRef".to_owned(), "flux-system", "flux-system")
            ]
        );
        assert_eq!(&APPS[object.paths[0].path.range], "./apps/production");
    }

    #[test]
    fn references_in_an_inline_patch_map_to_the_file() {
        let facts = read(APPS);
        let patch = &facts.objects[1];
        assert!(patch.in_patch);
        assert_eq!(&APPS[patch.references[0].name.range], "app-template");
        assert_eq!(
            patch.references[0].kind,
            KindName::Known(OCI_REPOSITORY.into())
        );
    }

    #[test]
    fn a_resource_set_makes_what_it_renders() {
        let text = "\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: set, namespace: apps}
spec:
  resources:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: a}
  - apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: b, namespace: c}
    spec: {target: {name: d}}
  resourcesTemplate: |
    << if inputs.on >>
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: << inputs.name >>-é
      namespace: e
    << end >>
";
        let facts = read(text);
        let made = facts.objects[0].makes.iter();
        let made: Vec<_> = made
            .map(|made| {
                assert_eq!(text[made.name.range], *made.name.value);
                let namespace = made.namespace.as_deref().unwrap_or_default();
                format!("{} {namespace}/{}", made.kind, made.name.value)
            })
            .collect();
        assert_eq!(
            made,
            [
                "ConfigMap /a",
                "ExternalSecret c/b",
                "Secret c/d",
                "Secret e/<< inputs.name >>-é"
            ]
        );
        let inner = &facts.objects[1..];
        assert_eq!(inner.len(), 3);
        assert!(
            inner
                .iter()
                .all(|object| object.rendered && object.in_patch)
        );
    }

    #[test]
    fn an_external_secret_makes_its_target() {
        let facts = read(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {target: {name: b}}\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: c}\n",
        );
        let made: Vec<_> = facts
            .objects
            .iter()
            .map(|o| o.makes[0].name.value.as_str())
            .collect();
        assert_eq!(made, ["b", "c"]);
        assert_eq!(facts.objects[0].makes[0].kind, *SECRET);
    }

    #[test]
    fn a_flux_instance_makes_a_source_and_a_kustomization() {
        let facts = read(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\nspec: {sync: {kind: OCIRepository, url: x, path: ./c}}\n",
        );
        let made: Vec<_> = facts.objects[0]
            .makes
            .iter()
            .map(|m| (m.kind.kind.as_str(), m.name.value.as_str()))
            .collect();
        assert_eq!(
            made,
            [
                ("OCIRepository", "flux-system"),
                ("Kustomization", "flux-system")
            ]
        );
    }

    #[test]
    fn items_of_a_list_are_objects() {
        let facts = read(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\n",
        );
        assert_eq!(facts.objects.len(), 2);
    }

    #[test]
    fn image_policy_markers_are_references() {
        let text = "spec:\n  image: a:1 # {\"$imagepolicy\": \"flux-system:web:tag\"}\n";
        let facts = read(text);
        assert_eq!(&text[facts.markers[0].name.range], "web");
        assert_eq!(
            &text[facts.markers[0].namespace.as_ref().unwrap().range],
            "flux-system"
        );
    }

    #[test]
    fn a_kind_that_the_row_does_not_allow_is_kept_as_written() {
        let facts = read(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {chartRef: {kind: HelmRepository, name: x}}\n",
        );
        assert_eq!(
            facts.objects[0].references[0].kind,
            KindName::NotAllowed("HelmRepository".into())
        );
    }

    #[test]
    fn every_row_can_be_found_by_its_field() {
        let mut fields: Vec<_> = REFERENCES
            .iter()
            .map(|row| (row.from.kind, row.field()))
            .collect();
        let count = fields.len();
        fields.sort();
        fields.dedup();
        assert_eq!(fields.len(), count, "two rows for one field");
    }
}
