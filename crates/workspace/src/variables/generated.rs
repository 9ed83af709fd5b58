//! What files that are no YAML use of variables: `configMapGenerator` brings their text into objects, and Flux puts
//! values there as anywhere else. What `secretGenerator` reads is base64 by then.

use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_flux::substitute::Template;
use infragen_kustomize::{Field, Loader as _, join};
use infragen_syntax::TextRange;
use smol_str::SmolStr;

use super::uses::{BrokenReference, VariableUse};
use crate::builds::Files;
use crate::db::Db;
use crate::files::{Root, SourceFile};
use crate::imports::{importers, imports_of};
use crate::paths::Found;
use crate::query::{facts, tree};

/// The variables of a file that is no YAML, as the entry of a generator brings them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsesInFile {
    /// The path of the file.
    pub path: Utf8PathBuf,
    /// The entry that names it.
    pub entry: TextRange,
    /// What it uses; each stands at the entry, because no place of such a file is known here.
    pub uses: Vec<VariableUse>,
    /// What Flux cannot read there, at the entry too.
    pub broken: Vec<BrokenReference>,
}

/// What the files that are no YAML, and that a kustomization file puts into ConfigMaps, use of variables. None for any
/// other file.
#[salsa::tracked(returns(clone))]
pub fn variable_uses_in_files(db: &dyn Db, file: SourceFile) -> Arc<Vec<UsesInFile>> {
    let imports = imports_of(db, file);
    let mut others = imports
        .iter()
        .filter(|import| is_generated(import.field) && import.to == Found::Other)
        .peekable();
    if others.peek().is_none() {
        return Arc::default();
    }
    let facts = facts(db, file);
    let entries = facts.kustomization.as_ref().map(|facts| &facts.entries);
    let directory = file.directory(db).path(db);
    let files = Files::new(db, file.root(db), false);
    let mut found = Vec::new();
    for import in others {
        let Some(entry) = entries.and_then(|entries| entries.get(import.entry as usize)) else {
            continue;
        };
        let path = join(directory, &entry.path.value);
        let bytes = files.bytes(&path);
        let text = bytes
            .as_deref()
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = text.filter(|text| text.contains("${")) else {
            continue;
        };
        let range = entry.path.range;
        if is_of_secret(db, file, range) {
            continue;
        }
        found.push(UsesInFile::read(
            path.to_path_buf(),
            range,
            &read_of(import.field, text),
        ));
    }
    Arc::new(found)
}

/// Whether a text of a file gets into a ConfigMap as it is.
pub(super) fn is_text_of_generator(db: &dyn Db, root: Root, file: SourceFile) -> bool {
    importers(db, root, Found::File(file)).iter().any(|import| {
        let facts = facts(db, import.from);
        let entries = facts.kustomization.as_ref().map(|facts| &facts.entries);
        let entry = entries.and_then(|entries| entries.get(import.entry as usize));
        import.field == Field::GeneratorFiles
            && entry.is_some_and(|entry| !is_of_secret(db, import.from, entry.path.range))
    })
}

fn is_generated(field: Field) -> bool {
    matches!(field, Field::GeneratorFiles | Field::GeneratorEnvs)
}

/// Whether an entry of a kustomization file is one of a `secretGenerator`.
fn is_of_secret(db: &dyn Db, file: SourceFile, entry: TextRange) -> bool {
    let tree = tree(db, file);
    let root = tree.document(0).and_then(|document| document.root());
    let generators = root.and_then(|root| root.get("secretGenerator"));
    generators.is_some_and(|generators| generators.range().contains_range(entry))
}

/// What of a text gets into the object: of a file with lines `NAME=VALUE` all but the comments.
fn read_of(field: Field, text: &str) -> String {
    let is_comment =
        |line: &str| field == Field::GeneratorEnvs && line.trim_start().starts_with('#');
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !is_comment(line)).collect()
}

impl UsesInFile {
    fn read(path: Utf8PathBuf, entry: TextRange, text: &str) -> UsesInFile {
        let template = Template::parse(text);
        let part = |range: TextRange| SmolStr::new(&text[std::ops::Range::from(range)]);
        let uses = template.references().map(|reference| VariableUse {
            name: SmolStr::new(reference.name),
            name_range: entry,
            range: entry,
            text: part(reference.range),
            required: !reference.operator.tolerates_missing(),
            scalar: entry,
            document: 0,
            in_patches: false,
        });
        let broken = template.errors.iter().map(|error| BrokenReference {
            text: part(error.range),
            error: infragen_flux::substitute::Error {
                range: entry,
                ..error.clone()
            },
            scalar: entry,
            document: 0,
            in_patches: false,
        });
        UsesInFile {
            path,
            entry,
            uses: uses.collect(),
            broken: broken.collect(),
        }
    }
}
