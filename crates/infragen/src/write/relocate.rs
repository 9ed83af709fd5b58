//! Moving a file or folder together with the edits that this needs.

use std::fs;

use camino::Utf8Path;
use infragen_scaffold::Plan;

use super::{Done, check, has_names_only, is_free, stage, stays_inside};
use crate::commands::Failure;

/// Refuses a move that the disk does not allow; nothing is written.
pub fn check_move(
    root: &Utf8Path,
    plan: &Plan,
    from: &Utf8Path,
    to: &Utf8Path,
) -> Result<(), Failure> {
    check(root, plan)?;
    for path in [from, to] {
        has_names_only(path)?;
        stays_inside(root, &root.join(path))?;
    }
    is_free(&root.join(to), to)
}

/// Makes the edits of a plan and then moves a file or folder; edited files are called as they are before. The move
/// comes last, so whatever fails is taken back.
pub fn relocate(
    root: &Utf8Path,
    plan: &Plan,
    from: &Utf8Path,
    to: &Utf8Path,
) -> Result<(), Failure> {
    check_move(root, plan, from, to)?;
    let mut done = Done::default();
    let moved = stage(root, plan, &mut done)
        .and_then(|staged| done.commit(root, plan, staged))
        .and_then(|()| {
            let target = root.join(to);
            let made = done.make_directories(target.parent().unwrap_or(root));
            made.and_then(|()| fs::rename(root.join(from), &target))
                .map_err(|error| (to.to_owned(), error))
        });
    moved.map_err(|failed| done.taken_back(failed))
}

#[cfg(test)]
mod tests {
    use infragen_scaffold::{Action, Change};

    use super::*;

    fn repository() -> (tempfile::TempDir, camino::Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        fs::create_dir_all(path.join("apps/web")).unwrap();
        fs::write(path.join("apps/web/a.yaml"), "a").unwrap();
        fs::write(path.join("k.yaml"), "apps/web").unwrap();
        (folder, path)
    }

    fn plan() -> Plan {
        let edit = |path: &str, before: &str, after: &str| Change {
            path: path.into(),
            action: Action::Edit {
                before: before.into(),
                after: after.to_owned(),
            },
        };
        Plan {
            changes: vec![
                edit("apps/web/a.yaml", "a", "b"),
                edit("k.yaml", "apps/web", "x/site"),
            ],
            notes: Vec::new(),
        }
    }

    fn read(path: &Utf8Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn moves_a_folder_and_edits_in_it() {
        let (_folder, root) = repository();
        relocate(&root, &plan(), "apps/web".into(), "x/site".into()).unwrap();
        assert_eq!(read(&root.join("x/site/a.yaml")), "b");
        assert_eq!(read(&root.join("k.yaml")), "x/site");
        assert!(!root.join("apps/web").exists());
    }

    #[test]
    fn overwrites_nothing_and_leaves_nothing_behind() {
        let (_folder, root) = repository();
        for to in ["k.yaml", "apps", "../x", "k.yaml/x"] {
            relocate(&root, &plan(), "apps/web".into(), to.into()).unwrap_err();
        }
        // Into itself: found by the system only when all else is done.
        let error = relocate(&root, &plan(), "apps/web".into(), "apps/web/x/y".into()).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("nothing was written"));
        assert_eq!(read(&root.join("apps/web/a.yaml")), "a");
        assert_eq!(read(&root.join("k.yaml")), "apps/web");
        assert!(!root.join("apps/web/x").exists());
    }
}
