//! The files of `infragen build --recursive`: which one each directory gets, and how it is written.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Seek, Write};

use camino::{Utf8Path, Utf8PathBuf};

use crate::commands::Failure;
use crate::repository::shown;

/// The file of each directory below the folder for all of them: that of `a/b` is `a/b.yaml`, that of the root
/// itself `root.yaml`, or `root-1.yaml` where a directory `root` has that.
///
/// # Errors
/// Two directories of which one needs a folder where the other one has its file: nothing is built then.
pub(super) fn name(
    root: &Utf8Path,
    directories: &[Utf8PathBuf],
) -> Result<Vec<Utf8PathBuf>, Failure> {
    let below = directories
        .iter()
        .map(|directory| directory.strip_prefix(root).unwrap_or(directory));
    let mut files: Vec<Utf8PathBuf> = below
        .map(|below| match below.as_str() {
            "" => Utf8PathBuf::new(),
            below => Utf8PathBuf::from(format!("{below}.yaml")),
        })
        .collect();
    let given = files.iter().filter(|file| !file.as_str().is_empty());
    let mut taken: HashSet<Utf8PathBuf> = given.cloned().collect();
    if let Some(own) = files.iter_mut().find(|file| file.as_str().is_empty()) {
        let is_free = |name: &Utf8PathBuf| !taken.contains(name);
        let further = (1..).map(|number| Utf8PathBuf::from(format!("root-{number}.yaml")));
        let names = std::iter::once(Utf8PathBuf::from("root.yaml")).chain(further);
        *own = names.into_iter().find(is_free).unwrap_or_default();
        taken.insert(own.clone());
    }
    for (file, directory) in files.iter().zip(directories) {
        let above = file.ancestors().skip(1);
        if let Some(other) = above.into_iter().find(|above| taken.contains(*above)) {
            let at = files.iter().position(|file| file == other);
            let other_directory = at.map_or(root, |at| directories[at].as_path());
            let named = |directory: &Utf8Path| match directory.as_str() {
                "" => ".".to_owned(),
                _ => shown(directory),
            };
            return Err(Failure::new(
                format!(
                    "`{}` and `{}` cannot be built into one folder: `{other}` would be the file of the one and a \
                     folder for the other",
                    named(other_directory),
                    named(directory)
                ),
                "build them one by one, each with an --out-dir of its own, or rename one; nothing was written",
            ));
        }
    }
    Ok(files)
}

/// Writes the build of a directory.
pub(super) fn write(file: &Utf8Path, yaml: &str) -> Result<(), Failure> {
    let written = overwrite(file, yaml).or_else(|_| {
        std::fs::create_dir_all(file.parent().unwrap_or(file))?;
        overwrite(file, yaml)
    });
    written.map_err(|error| {
        let mut above = file.ancestors().skip(1);
        let help = match above.find(|above| above.is_file()) {
            Some(above) => format!(
                "`{}` is a file where a folder is needed: remove it",
                shown(above)
            ),
            None if file.is_dir() => "there is a folder of that name: remove it".to_owned(),
            None => "give --out-dir a folder that can be written to".to_owned(),
        };
        Failure::new(format!("{} cannot be written: {error}", shown(file)), help)
    })
}

/// Takes away what an earlier build of a directory wrote, which fails now: it is no answer any more. What is no
/// file was not written by a build, and stays.
pub(super) fn remove(file: &Utf8Path) -> Result<(), Failure> {
    let is_file = std::fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file());
    let removed = match is_file {
        true => std::fs::remove_file(file),
        false => Ok(()),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::new(
            format!(
                "{} is of an earlier build and cannot be removed: {error}",
                shown(file)
            ),
            "remove it: this directory cannot be built any more",
        )),
        _ => Ok(()),
    }
}

/// Writes a file over what an earlier build left there. That is not cut to nothing before: some file systems,
/// among them ext4, bring such a file to the disk as soon as it is closed.
fn overwrite(file: &Utf8Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)?;
    let written = file.write_all(text.as_bytes());
    // Nothing of the earlier build stays behind the new one, also where the disk is full.
    let length = file.stream_position()?;
    if file.metadata()?.len() > length {
        file.set_len(length)?;
    }
    written
}

#[cfg(test)]
mod tests {
    use camino::{Utf8Path, Utf8PathBuf};

    use super::{name, overwrite};

    fn names(directories: &[&str]) -> Result<Vec<String>, String> {
        let directories: Vec<_> = directories.iter().map(Utf8PathBuf::from).collect();
        let names = name(Utf8Path::new("x"), &directories);
        let names = names.map_err(|failure| failure.message.clone())?;
        Ok(names.into_iter().map(Utf8PathBuf::into_string).collect())
    }

    #[test]
    fn every_directory_has_a_file_of_its_own() {
        assert_eq!(
            names(&["x", "x/a", "x/a/b"]).unwrap(),
            ["root.yaml", "a.yaml", "a/b.yaml"]
        );
        assert_eq!(
            names(&["x", "x/root", "x/root-1"]).unwrap(),
            ["root-2.yaml", "root.yaml", "root-1.yaml"]
        );
        assert_eq!(names(&["x/root"]).unwrap(), ["root.yaml"]);
    }

    #[test]
    fn a_file_is_no_folder() {
        let message = names(&["x/a", "x/a.yaml/b"]).unwrap_err();
        assert!(
            message.starts_with("`x/a` and `x/a.yaml/b` cannot be built"),
            "{message}"
        );
        assert!(
            names(&["x", "x/root.yaml/b"])
                .unwrap_err()
                .starts_with("`x` and")
        );
    }

    #[test]
    fn nothing_is_left_of_what_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        let file = camino::Utf8Path::from_path(&path).unwrap();
        for text in ["a: 1\n", "a: 1\nb: 2\n", "c: 3\n", ""] {
            overwrite(file, text).unwrap();
            assert_eq!(std::fs::read_to_string(file).unwrap(), text);
        }
    }
}
