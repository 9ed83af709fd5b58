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
/// Trees of closed files are dropped again; only their facts stay.
#[salsa::tracked(returns(clone), no_eq, lru = 128)]
pub fn tree(db: &dyn Db, file: SourceFile) -> Arc<Tree> {
    Arc::new(parse(text(db, file)))
}

/// The tree of a file on disk, whatever an editor makes of it; kept nowhere.
pub(crate) fn disk_tree(db: &dyn Db, file: SourceFile) -> Arc<Tree> {
    Arc::new(parse(disk_text(db, file)))
}

fn parse(text: Result<Arc<str>, SyntaxError>) -> Tree {
    match text {
        Ok(text) => Tree::parse(text),
        Err(error) => Tree::unreadable(SyntaxError {
            range: TextRange::empty(0.into()),
            ..error
        }),
    }
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

/// What a file on disk says, whatever an editor makes of it. No tree is kept.
#[salsa::tracked(returns(clone))]
pub(crate) fn disk_facts(db: &dyn Db, file: SourceFile) -> Arc<FileFacts> {
    let Ok(text) = disk_text(db, file) else {
        return Arc::new(FileFacts {
            broken: true,
            unread: true,
            ..FileFacts::default()
        });
    };
    let kustomization = file.is_kustomization_file(db);
    if !kustomization && !may_hold_objects(&text) {
        return Arc::default();
    }
    Arc::new(FileFacts::read(&Tree::parse(text), kustomization))
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
