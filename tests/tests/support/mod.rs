//! What the suites over findings share.

use infragen_workspace::{Child, Db, Root, SourceFile};

/// Every YAML file of a repository.
pub fn files(db: &dyn Db, root: Root) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut open: Vec<_> = root.top(db).into_iter().collect();
    while let Some(directory) = open.pop() {
        for entry in directory.entries(db).iter() {
            match &entry.child {
                Child::File(file) => files.push(*file),
                Child::Directory(below) => open.push(*below),
                Child::Other(_) | Child::Link(_) => {}
            }
        }
    }
    files
}

/// Whether snapshots are to be written anew.
pub fn updates_snapshots() -> bool {
    std::env::var("INFRAGEN_UPDATE_SNAPSHOTS").is_ok_and(|value| value == "1")
}

/// Whether everything that is found is to be printed, for whoever reviews it.
pub fn shows_all() -> bool {
    std::env::var("INFRAGEN_SHOW_ALL").is_ok_and(|value| value == "1")
}
