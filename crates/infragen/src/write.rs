//! The one writer: carries a plan out on disk, whole or not at all.
//!
//! A repository is untrusted input: nothing is written through a link that leads out of it, nothing is
//! overwritten that the plan did not see, and what fails halfway is taken back.

mod relocate;

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use infragen_scaffold::{Action, Change, Plan};
use tempfile::NamedTempFile;

pub use self::relocate::{check_move, relocate};
use crate::commands::Failure;

/// Refuses a plan that the disk does not allow; nothing is written.
pub fn check(root: &Utf8Path, plan: &Plan) -> Result<(), Failure> {
    plan.changes.iter().try_for_each(|change| {
        has_names_only(&change.path)?;
        let target = root.join(&change.path);
        stays_inside(root, &target)?;
        match &change.action {
            Action::Create { .. } => is_free(&target, &change.path),
            Action::Copy { from } => {
                has_names_only(from)?;
                stays_inside(root, &root.join(from))?;
                is_free(&target, &change.path)
            }
            Action::Edit { before, .. } => is_unchanged(&target, &change.path, before),
        }
    })
}

/// Carries a plan out below a root, whose path has no links in it.
pub fn write(root: &Utf8Path, plan: &Plan) -> Result<(), Failure> {
    check(root, plan)?;
    let mut done = Done::default();
    let written = stage(root, plan, &mut done).and_then(|staged| done.commit(root, plan, staged));
    written.map_err(|failed| done.taken_back(failed))
}

/// The path that could not be written, and why.
type Failed = (Utf8PathBuf, std::io::Error);

/// Whatever a plan says: a path with `..` in it, or an absolute one, is not written.
fn has_names_only(path: &Utf8Path) -> Result<(), Failure> {
    if path
        .components()
        .all(|part| matches!(part, Utf8Component::Normal(_)))
    {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{path}` is no path below the top of the repository"),
        "nothing was written",
    ))
}

fn stays_inside(root: &Utf8Path, target: &Utf8Path) -> Result<(), Failure> {
    let below: Vec<&Utf8Path> = target
        .ancestors()
        .take_while(|ancestor| *ancestor != root)
        .collect();
    for ancestor in below.into_iter().rev() {
        let shown = ancestor.strip_prefix(root).unwrap_or(ancestor);
        match fs::symlink_metadata(ancestor) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(Failure::new(
                    format!("`{shown}` cannot be read: {error}"),
                    "nothing was written",
                ));
            }
            Ok(_) => {}
        }
        let real = ancestor.canonicalize_utf8().map_err(|error| {
            Failure::new(
                format!("`{shown}` is a link that leads nowhere: {error}"),
                "remove the link first; nothing was written",
            )
        })?;
        if !real.starts_with(root) {
            return Err(Failure::new(
                format!("`{shown}` is a link out of the repository, to `{real}`"),
                "infragen writes inside of the repository only; nothing was written",
            ));
        }
        if ancestor != target && !real.is_dir() {
            return Err(Failure::new(
                format!("`{shown}` is not a folder"),
                "choose another name, or remove it first; nothing was written",
            ));
        }
    }
    Ok(())
}

fn is_free(target: &Utf8Path, shown: &Utf8Path) -> Result<(), Failure> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => Err(Failure::new(
            format!("`{shown}` exists already"),
            "nothing is overwritten: choose another name, or remove it first",
        )),
    }
}

fn is_unchanged(target: &Utf8Path, shown: &Utf8Path, before: &str) -> Result<(), Failure> {
    match fs::read(target) {
        Ok(bytes) if bytes == before.as_bytes() => Ok(()),
        Ok(_) => Err(Failure::new(
            format!("`{shown}` changed in the meantime"),
            "run the command again; nothing was written",
        )),
        Err(error) => Err(Failure::new(
            format!("`{shown}` cannot be read: {error}"),
            "nothing was written",
        )),
    }
}

/// What stands on disk because of a plan, in the order in which it came there.
#[derive(Default)]
struct Done {
    directories: Vec<Utf8PathBuf>,
    files: Vec<Utf8PathBuf>,
    /// Files that were edited, with what they held before.
    edited: Vec<(Utf8PathBuf, String)>,
}

/// Writes every new text beside its place under another name. Dropping the files removes them.
fn stage(root: &Utf8Path, plan: &Plan, done: &mut Done) -> Result<Vec<NamedTempFile>, Failed> {
    let one = |change: &Change, done: &mut Done| {
        let target = place(root, change)?;
        let directory = target.parent().unwrap_or(root);
        done.make_directories(directory)?;
        let mut file = temporary(directory)?;
        match &change.action {
            Action::Create { text } => file.write_all(text.as_bytes())?,
            Action::Copy { from } => {
                let from = root.join(from);
                file.write_all(&fs::read(&from)?)?;
                fs::set_permissions(file.path(), fs::metadata(&from)?.permissions())?;
            }
            Action::Edit { after, .. } => {
                file.write_all(after.as_bytes())?;
                fs::set_permissions(file.path(), fs::metadata(&target)?.permissions())?;
            }
        }
        Ok(file)
    };
    plan.changes
        .iter()
        .map(|change| one(change, done).map_err(|error| (change.path.clone(), error)))
        .collect()
}

/// Where a change takes place: an edited file's own place, not that of a link to it.
fn place(root: &Utf8Path, change: &Change) -> std::io::Result<Utf8PathBuf> {
    let target = root.join(&change.path);
    match change.action {
        Action::Edit { .. } => target.canonicalize_utf8(),
        Action::Create { .. } | Action::Copy { .. } => Ok(target),
    }
}

fn temporary(directory: &Utf8Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".infragen-");
    if let Some(permissions) = usual_permissions() {
        builder.permissions(permissions);
    }
    builder.tempfile_in(directory)
}

/// Those of any new file; the process's mask is taken off them.
#[cfg(unix)]
fn usual_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}

impl Done {
    fn make_directories(&mut self, directory: &Utf8Path) -> std::io::Result<()> {
        let missing: Vec<&Utf8Path> = directory
            .ancestors()
            .take_while(|ancestor| !ancestor.exists())
            .collect();
        for ancestor in missing.into_iter().rev() {
            fs::create_dir(ancestor)?;
            self.directories.push(ancestor.to_owned());
        }
        Ok(())
    }

    /// Puts the staged files into place.
    fn commit(
        &mut self,
        root: &Utf8Path,
        plan: &Plan,
        staged: Vec<NamedTempFile>,
    ) -> Result<(), Failed> {
        let mut one = |change: &Change, file: NamedTempFile| {
            let target = place(root, change)?;
            match &change.action {
                Action::Create { .. } | Action::Copy { .. } => {
                    file.persist_noclobber(&target)
                        .map_err(|error| error.error)?;
                    self.files.push(target);
                }
                Action::Edit { before, .. } => {
                    file.persist(&target).map_err(|error| error.error)?;
                    self.edited.push((target, before.to_string()));
                }
            }
            Ok(())
        };
        plan.changes
            .iter()
            .zip(staged)
            .try_for_each(|(change, file)| {
                one(change, file).map_err(|error| (change.path.clone(), error))
            })
    }

    /// Takes back what was done, and says what could not be written.
    fn taken_back(self, (path, error): Failed) -> Failure {
        let help = match self.take_back() {
            Ok(()) => "nothing was written".to_owned(),
            Err(left) => format!("what was written could not be taken back: remove {left}"),
        };
        Failure::new(format!("`{path}` cannot be written: {error}"), help)
    }

    /// Removes what was written and restores what was edited; else says what is left.
    fn take_back(self) -> Result<(), String> {
        let mut left = Vec::new();
        for (path, before) in self.edited.iter().rev() {
            if fs::write(path, before).is_err() {
                left.push(path.to_string());
            }
        }
        for path in self.files.iter().rev() {
            if fs::remove_file(path).is_err() {
                left.push(path.to_string());
            }
        }
        for path in self.directories.iter().rev() {
            if fs::remove_dir(path).is_err() {
                left.push(path.to_string());
            }
        }
        if left.is_empty() {
            Ok(())
        } else {
            Err(left.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        (folder, path)
    }

    fn create(path: &str) -> Change {
        Change {
            path: path.into(),
            action: Action::Create {
                text: format!("# {path}\n"),
            },
        }
    }

    fn edit(path: &str, before: &str, after: &str) -> Change {
        Change {
            path: path.into(),
            action: Action::Edit {
                before: before.into(),
                after: after.to_owned(),
            },
        }
    }

    fn plan(changes: Vec<Change>) -> Plan {
        Plan {
            changes,
            notes: Vec::new(),
        }
    }

    /// Every path below a folder, directories too.
    fn listing(root: &Utf8Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut stack = vec![root.to_owned()];
        while let Some(directory) = stack.pop() {
            for entry in directory.read_dir_utf8().unwrap() {
                let path = entry.unwrap().into_path();
                if path.is_dir() && !path.is_symlink() {
                    stack.push(path.clone());
                }
                found.push(path.strip_prefix(root).unwrap().to_string());
            }
        }
        found.sort();
        found
    }

    #[test]
    fn writes_new_files_and_edits() {
        let (_folder, root) = root();
        fs::write(root.join("k.yaml"), "a: 1 # kept\n").unwrap();
        let plan = plan(vec![
            create("a/b/c.yaml"),
            edit("k.yaml", "a: 1 # kept\n", "a: 2 # kept\n"),
        ]);
        write(&root, &plan).unwrap();
        assert_eq!(listing(&root), ["a", "a/b", "a/b/c.yaml", "k.yaml"]);
        assert_eq!(
            fs::read_to_string(root.join("k.yaml")).unwrap(),
            "a: 2 # kept\n"
        );
    }

    #[test]
    fn copies_bytes() {
        let (_folder, root) = root();
        fs::write(root.join("logo.bin"), [0, 159, 146, 150]).unwrap();
        let plan = plan(vec![Change {
            path: "b/logo.bin".into(),
            action: Action::Copy {
                from: "logo.bin".into(),
            },
        }]);
        write(&root, &plan).unwrap();
        assert_eq!(
            fs::read(root.join("b/logo.bin")).unwrap(),
            [0, 159, 146, 150]
        );
    }

    #[test]
    fn overwrites_nothing() {
        let (_folder, root) = root();
        fs::write(root.join("a.yaml"), "mine").unwrap();
        let error = write(&root, &plan(vec![create("0.yaml"), create("a.yaml")])).unwrap_err();
        assert!(error.message.contains("`a.yaml` exists"), "{error:?}");
        assert_eq!(listing(&root), ["a.yaml"]);
        assert_eq!(fs::read_to_string(root.join("a.yaml")).unwrap(), "mine");
    }

    #[test]
    fn leaves_the_root_by_no_path() {
        let (_folder, root) = root();
        let inner = root.join("inner");
        fs::create_dir(&inner).unwrap();
        for path in ["../x", "a/../../x", "/nonexistent-folder/x"] {
            assert!(write(&inner, &plan(vec![create(path)])).is_err(), "{path}");
        }
        assert_eq!(listing(&root), ["inner"]);
    }

    #[test]
    fn a_file_that_changed_in_the_meantime_stays() {
        let (_folder, root) = root();
        fs::write(root.join("a.yaml"), "newer").unwrap();
        assert!(write(&root, &plan(vec![edit("a.yaml", "old", "planned")])).is_err());
        assert_eq!(fs::read_to_string(root.join("a.yaml")).unwrap(), "newer");
    }

    #[test]
    fn what_fails_halfway_is_taken_back() {
        let (_folder, root) = root();
        fs::write(root.join("a.yaml"), "before").unwrap();
        // The folder of the last one stands where the third must be.
        let plan = plan(vec![
            edit("a.yaml", "before", "after"),
            create("b/first.yaml"),
            create("b/x"),
            create("b/x/y.yaml"),
        ]);
        let error = write(&root, &plan).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("nothing was written"));
        assert_eq!(listing(&root), ["a.yaml"]);
        assert_eq!(fs::read_to_string(root.join("a.yaml")).unwrap(), "before");
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        #[test]
        fn follows_no_link_out_of_the_root() {
            let (_folder, root) = root();
            let (_other, outside) = super::root();
            symlink(&outside, root.join("apps")).unwrap();
            let error = write(&root, &plan(vec![create("apps/x.yaml")])).unwrap_err();
            assert!(
                error.message.contains("link out of the repository"),
                "{error:?}"
            );
            assert_eq!(listing(&outside), [""; 0]);
        }

        #[test]
        fn a_link_that_leads_nowhere_is_not_filled() {
            let (_folder, root) = root();
            symlink("/nonexistent/x", root.join("a.yaml")).unwrap();
            assert!(write(&root, &plan(vec![create("a.yaml")])).is_err());
        }

        #[test]
        fn copies_nothing_from_outside() {
            let (_folder, root) = root();
            let (_other, outside) = super::root();
            fs::write(outside.join("secret"), "s").unwrap();
            symlink(outside.join("secret"), root.join("link")).unwrap();
            let copy = Change {
                path: "copy".into(),
                action: Action::Copy {
                    from: "link".into(),
                },
            };
            assert!(write(&root, &plan(vec![copy])).is_err());
            assert!(!root.join("copy").exists());
        }

        #[test]
        fn an_edit_through_a_link_keeps_the_link() {
            let (_folder, root) = root();
            fs::write(root.join("real.yaml"), "a").unwrap();
            symlink("real.yaml", root.join("link.yaml")).unwrap();
            write(&root, &plan(vec![edit("link.yaml", "a", "b")])).unwrap();
            assert!(root.join("link.yaml").is_symlink());
            assert_eq!(fs::read_to_string(root.join("real.yaml")).unwrap(), "b");
        }

        #[test]
        fn permissions_are_the_usual_ones_and_those_of_edited_files_stay() {
            let (_folder, root) = root();
            fs::write(root.join("plain"), "").unwrap();
            fs::write(root.join("a.yaml"), "a").unwrap();
            fs::set_permissions(root.join("a.yaml"), Permissions::from_mode(0o640)).unwrap();
            write(
                &root,
                &plan(vec![create("n.yaml"), edit("a.yaml", "a", "b")]),
            )
            .unwrap();
            let mode = |name: &str| {
                let metadata = fs::metadata(root.join(name)).unwrap();
                metadata.permissions().mode() & 0o777
            };
            assert_eq!(mode("n.yaml"), mode("plain"));
            assert_eq!(mode("a.yaml"), 0o640);
        }

        #[test]
        fn a_folder_that_cannot_be_written_leaves_nothing_behind() {
            let (_folder, root) = root();
            let closed = root.join("z");
            fs::create_dir(&closed).unwrap();
            fs::set_permissions(&closed, Permissions::from_mode(0o555)).unwrap();
            if fs::write(closed.join("probe"), "").is_ok() {
                println!("SKIPPED: this user may write everywhere");
                return;
            }
            let error = write(&root, &plan(vec![create("a/x.yaml"), create("z/x.yaml")]));
            assert!(error.is_err());
            assert_eq!(listing(&root), ["z"]);
            fs::set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
        }
    }
}
