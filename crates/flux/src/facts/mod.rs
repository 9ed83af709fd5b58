//! What one file says: the objects that it holds, what they bring into being, and what they refer to.

mod embedded;
mod objects;
mod productions;
mod references;

use infragen_kustomize::KustomizationFile;
use infragen_syntax::{Document, Node, Spanned, TextRange, Tree};
use smol_str::SmolStr;

use crate::artifact::ArtifactCopy;
use crate::kinds::*;
use crate::renames;
use crate::repeated::{RepeatedKey, repeated_keys};
use crate::table::{PathReference, Reference};
use crate::versions::VersionFacts;
use embedded::patch_objects;
pub use objects::object_facts;
pub(crate) use references::kind_of_name;
use references::markers;

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

#[cfg(test)]
mod tests;
