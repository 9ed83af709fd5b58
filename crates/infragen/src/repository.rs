//! Opening the repositories that a command works on.

use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_workspace::{Db, Directory, Root, SourceFile, Workspace};

use crate::commands::Failure;
use crate::registries::{Lookup, look_up};

/// The repositories of some paths, indexed.
pub struct Repositories {
    /// The state.
    pub workspace: Workspace,
    /// What was asked for: each root with the absolute paths inside it; a root itself stands for all.
    pub asked: Vec<(Root, Vec<Utf8PathBuf>)>,
}

impl Repositories {
    /// Opens the repositories around paths; without any, that around the current folder.
    pub fn open(paths: &[Utf8PathBuf]) -> Result<Self, Failure> {
        let here = current_dir()?;
        let given = if paths.is_empty() {
            vec![here.clone()]
        } else {
            paths.to_vec()
        };
        let mut workspace = Workspace::new();
        let mut asked: Vec<(Root, Vec<Utf8PathBuf>)> = Vec::new();
        for path in given {
            let path = absolute(&here.join(&path), &path)?;
            let folder = if path.is_dir() {
                path.as_path()
            } else {
                path.parent().unwrap_or(&path)
            };
            // Without a path the whole repository is meant; a path means what is below it, checked with
            // the knowledge of the whole.
            let top = Workspace::root_of(folder);
            let root = workspace.open_root(&top);
            let limit = if paths.is_empty() { top } else { path };
            match asked.iter_mut().find(|(known, _)| *known == root) {
                Some((_, limits)) => limits.push(limit),
                None => asked.push((root, vec![limit])),
            }
        }
        for (root, _) in &asked {
            workspace.index(*root, &|_, _| {});
        }
        Ok(Self { workspace, asked })
    }

    /// Takes in what the cache has of bundles, where that is wanted.
    pub fn with_bundles(mut self, wanted: bool) -> Self {
        if wanted {
            let roots: Vec<_> = self.asked.iter().map(|(root, _)| *root).collect();
            look_up(&mut self.workspace, &roots, Lookup::CACHED_BUNDLES);
        }
        self
    }
}

/// Every YAML file of a root below one of the given absolute paths, in order of path.
pub fn files(db: &dyn Db, root: Root, below: &[Utf8PathBuf]) -> Vec<SourceFile> {
    let mut found = Vec::new();
    let mut stack: Vec<Directory> = root.top(db).into_iter().collect();
    while let Some(directory) = stack.pop() {
        let files = directory.files(db).filter(|file| {
            let path = file.absolute_path(db);
            below.iter().any(|limit| path.starts_with(limit))
        });
        found.extend(files);
        stack.extend(directory.directories(db));
    }
    found.sort_by_cached_key(|file| file.path(db));
    found
}

/// The current folder.
pub fn current_dir() -> Result<Utf8PathBuf, Failure> {
    let here = std::env::current_dir()?;
    Utf8PathBuf::from_path_buf(here).map_err(|path| {
        Failure::new(
            format!("{} is not UTF-8", path.display()),
            "use a folder whose name is UTF-8",
        )
    })
}

/// A path as a person at the current folder would write it.
pub fn shown(path: &Utf8Path) -> String {
    let Ok(here) = current_dir() else {
        return path.to_string();
    };
    match path.strip_prefix(&here) {
        Ok(below) if !below.as_str().is_empty() => below.to_string(),
        _ => path.to_string(),
    }
}

fn absolute(path: &Utf8Path, given: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    path.canonicalize_utf8().map_err(|error| {
        let message = match error.kind() {
            ErrorKind::NotFound => format!("there is no file or folder `{given}`"),
            _ => format!("`{given}` cannot be read: {error}"),
        };
        Failure::new(
            message,
            "name files or folders of a repository, or none for the one around this folder",
        )
    })
}
