//! What one file says: its text, its tree and its facts.

use std::sync::Arc;

use infragen_flux::FileFacts;
use infragen_syntax::{SyntaxError, TextRange, Tree};

use crate::db::Db;
use crate::files::{Disk, SourceFile};

/// The text of a file as it stands in the editor, else on disk. None where it is absent; an error where
/// it cannot be read as text.
pub fn text(db: &dyn Db, file: SourceFile) -> Result<Arc<str>, SyntaxError> {
    match file.buffer(db) {
        Some(buffer) => Ok(buffer.clone()),
        None => disk_text(db, file),
    }
}

pub(crate) fn disk_text(db: &dyn Db, file: SourceFile) -> Result<Arc<str>, SyntaxError> {
    match file.disk(db) {
        Disk::Absent => Ok(Arc::from("")),
        Disk::Memory(text) => Ok(text.clone()),
        Disk::Stored(bytes) => infragen_syntax::decode(bytes.to_vec()).map(Arc::from),
        Disk::Present(_) => crate::disk::read(&file.absolute_path(db)),
    }
}

/// The tree of a file. A file that cannot be read has an empty tree with the error.
///
/// Only some trees of closed files are kept; their facts stay.
#[salsa::tracked(returns(clone), no_eq, lru = 128)]
pub fn tree(db: &dyn Db, file: SourceFile) -> Arc<Tree> {
    match file.buffer(db) {
        Some(buffer) => Arc::new(Tree::parse(buffer.clone())),
        None => disk_tree(db, file),
    }
}

/// The tree of a file on disk, whatever an editor makes of it; kept for as long as others do not drive it out.
pub(crate) fn disk_tree(db: &dyn Db, file: SourceFile) -> Arc<Tree> {
    if let Some(tree) = recent_tree(db, file) {
        return tree;
    }
    match disk_text(db, file) {
        Ok(text) => parse_disk(db, file, text),
        Err(error) => Arc::new(Tree::unreadable(SyntaxError {
            range: TextRange::empty(0.into()),
            ..error
        })),
    }
}

fn recent_tree(db: &dyn Db, file: SourceFile) -> Option<Arc<Tree>> {
    match file.disk(db) {
        Disk::Present(content) => db.recent_trees().get(file, *content),
        Disk::Absent | Disk::Memory(_) | Disk::Stored(_) => None,
    }
}

fn parse_disk(db: &dyn Db, file: SourceFile, text: Arc<str>) -> Arc<Tree> {
    let tree = Arc::new(Tree::parse(text));
    if let Disk::Present(content) = file.disk(db) {
        db.recent_trees().keep(file, *content, &tree);
    }
    tree
}

/// What a file says, buffer over disk.
#[salsa::tracked(returns(clone))]
pub fn facts(db: &dyn Db, file: SourceFile) -> Arc<FileFacts> {
    match file.buffer(db) {
        Some(_) => Arc::new(FileFacts::read(
            &tree(db, file),
            file.is_kustomization_file(db),
        )),
        None => disk_facts(db, file),
    }
}

/// What a file on disk says, whatever an editor makes of it.
#[salsa::tracked(returns(clone))]
pub(crate) fn disk_facts(db: &dyn Db, file: SourceFile) -> Arc<FileFacts> {
    let kustomization = file.is_kustomization_file(db);
    let of_no_object = |text: &str| {
        let none = !kustomization && !may_hold_objects(text);
        none.then(|| FileFacts::without_objects(text))
    };
    let tree = match recent_tree(db, file) {
        Some(tree) => tree,
        None => {
            let Ok(text) = disk_text(db, file) else {
                return Arc::new(FileFacts {
                    broken: true,
                    unread: true,
                    ..FileFacts::default()
                });
            };
            if let Some(facts) = of_no_object(&text) {
                return Arc::new(facts);
            }
            parse_disk(db, file, text)
        }
    };
    let facts = of_no_object(tree.text());
    Arc::new(facts.unwrap_or_else(|| FileFacts::read(&tree, kustomization)))
}

/// A byte search that spares the parse of everything that is no manifest and gives no object a name.
fn may_hold_objects(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"kind").is_some()
        || text.contains("$imagepolicy")
        || text.contains("/metadata/name")
}

/// Whether infragen has anything to say about a file: it holds an object, or is a kustomization file.
pub fn is_manifest(db: &dyn Db, file: SourceFile) -> bool {
    let facts = facts(db, file);
    facts.kustomization.is_some() || !facts.objects.is_empty() || file.is_kustomization_file(db)
}
