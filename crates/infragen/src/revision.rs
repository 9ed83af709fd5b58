//! The files of a commit, as git keeps them.
//!
//! They are read by the program `git`, and not by a library: the smallest that can (gix) brings 76 packages along,
//! and who compares with a commit has git. Only plumbing is run that reads objects: `rev-parse`, `ls-tree` and
//! `cat-file` look at neither the work tree nor the index, so no filter, hook, monitor or external diff that the
//! repository configures is started; that nothing is fetched and nothing locked is said besides.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Command, Output, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use infragen_syntax::Limits;
use infragen_workspace::Stored;

use crate::commands::Failure;

/// A commit with its files.
pub struct Revision {
    /// The hash of the commit.
    pub commit: String,
    /// Its files below the folder, each with its path from there. Folders of other repositories are left out, as is
    /// what is too large to be read.
    pub files: Vec<(Utf8PathBuf, Stored)>,
}

/// A file in a listing.
struct Listed {
    is_link: bool,
    object: String,
    path: Utf8PathBuf,
}

/// Reads the files of a commit that stand in a folder of its repository.
pub fn read(folder: &Utf8Path, revision: &str) -> Result<Revision, Failure> {
    let commit = commit(folder, revision)?;
    let listing = run(folder, &["ls-tree", "-r", "-z", "--long", &commit])?;
    if !listing.status.success() {
        return Err(refused(
            &listing,
            "the commit may not be whole: `git fsck` tells",
        ));
    }
    let files = listed(&listing.stdout);
    let contents = contents(folder, &files)?;
    let files = files.into_iter().zip(contents).map(|(file, content)| {
        let stored = if file.is_link {
            Stored::Link(String::from_utf8_lossy(&content).into_owned())
        } else {
            Stored::File(content)
        };
        (file.path, stored)
    });
    Ok(Revision {
        commit,
        files: files.collect(),
    })
}

/// The hash of the commit that a text names.
fn commit(folder: &Utf8Path, revision: &str) -> Result<String, Failure> {
    let named = format!("{revision}^{{commit}}");
    let arguments = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &named,
    ];
    let output = run(folder, &arguments)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    if output.stderr.is_empty() {
        return Err(Failure::new(
            format!("there is no commit `{revision}`"),
            "name a branch, a tag or a hash that this repository has; a shallow clone has few: `git fetch` gets more",
        ));
    }
    Err(refused(
        &output,
        "`--since` compares with a commit of a git repository",
    ))
}

fn refused(output: &Output, help: &str) -> Failure {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().next().unwrap_or("it says nothing");
    Failure::new(
        format!("git refuses: {}", line.trim_start_matches("fatal: ")),
        help,
    )
}

/// The program, so that it reads objects and does nothing else.
fn git(folder: &Utf8Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(["--no-pager", "-c", "core.fsmonitor=false"]);
    command.args(arguments).current_dir(folder);
    command
        .env("GIT_OPTIONAL_LOCKS", "0")
        // A clone that fetches objects when they are asked for would run what its remote is configured with.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C");
    // In a hook these name the repository that is being worked on, from another folder than ours.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command
}

fn run(folder: &Utf8Path, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = git(folder, arguments);
    command.stdin(Stdio::null()).output().map_err(not_started)
}

fn not_started(error: std::io::Error) -> Failure {
    let message = match error.kind() {
        ErrorKind::NotFound => "there is no `git` on the PATH".to_owned(),
        _ => format!("`git` cannot be run: {error}"),
    };
    Failure::new(message, "`--since` reads commits with git: install it")
}

/// The files of a listing: `<mode> blob <hash> <size>`, a tab, the path, a zero.
fn listed(listing: &[u8]) -> Vec<Listed> {
    let entries = listing.split(|byte| *byte == 0);
    let files = entries.filter_map(|entry| {
        let (about, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
        let mut words = about.split_ascii_whitespace();
        let (mode, kind) = (words.next()?, words.next()?);
        let (object, size) = (words.next()?, words.next()?);
        // Of what git does not have, it does not know the size: asking for it tells.
        let size = size.parse().unwrap_or(0);
        (kind == "blob" && size <= Limits::DEFAULT.text_bytes).then(|| Listed {
            is_link: mode == "120000",
            object: object.to_owned(),
            path: path.into(),
        })
    });
    files.collect()
}

/// The bytes of the files, in their order.
fn contents(folder: &Utf8Path, files: &[Listed]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut command = git(folder, &["cat-file", "--batch", "--buffer"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().map_err(not_started)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Failure::from(std::io::Error::from(ErrorKind::BrokenPipe)));
    };
    let asked: String = files
        .iter()
        .map(|file| format!("{}\n", file.object))
        .collect();
    // Asked from another thread: git answers while it is still being asked.
    let asking = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let mut output = BufReader::new(output);
    let mut contents = Vec::with_capacity(files.len());
    for file in files {
        let mut header = String::new();
        output.read_line(&mut header)?;
        // `<hash> blob <size>`, the bytes, a newline.
        let size = header.split_ascii_whitespace().nth(2);
        let Some(size) = size.and_then(|size| size.parse::<usize>().ok()) else {
            return Err(Failure::new(
                format!("git does not have the content of {}", file.path),
                "the clone is not whole: `git fetch --refetch` gets all of it",
            ));
        };
        let mut content = vec![0; size];
        output.read_exact(&mut content)?;
        output.read_exact(&mut [0])?;
        contents.push(content);
    }
    // What could not be asked was not answered either.
    let _ = asking.join();
    child.wait()?;
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use camino::{Utf8Path, Utf8PathBuf};
    use infragen_workspace::Stored;

    use super::{git, read};

    struct Repository {
        _folder: tempfile::TempDir,
        path: Utf8PathBuf,
    }

    fn repository() -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let repository = Repository {
            _folder: folder,
            path,
        };
        repository.git(&["init", "-q"]);
        repository
    }

    impl Repository {
        fn write(&self, name: &str, bytes: &[u8]) {
            let path = self.path.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }

        fn git(&self, arguments: &[&str]) {
            let mut all = vec!["-c", "user.name=a", "-c", "user.email=a@b"];
            all.extend(arguments);
            let output = git(&self.path, &all).output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {output:?}");
        }

        fn commit(&self) {
            self.git(&["add", "--all"]);
            self.git(&["commit", "-q", "--no-verify", "-m", "more"]);
        }

        fn state(&self) -> Vec<(Utf8PathBuf, Vec<u8>)> {
            let mut found = Vec::new();
            let mut folders = vec![self.path.clone()];
            while let Some(folder) = folders.pop() {
                for entry in folder.read_dir_utf8().unwrap() {
                    let path = entry.unwrap().into_path();
                    if path.is_dir() {
                        folders.push(path);
                    } else if !path.is_symlink() {
                        let bytes = fs::read(&path).unwrap();
                        found.push((path, bytes));
                    }
                }
            }
            found.sort();
            found
        }
    }

    #[test]
    fn files_are_those_of_the_commit_and_nothing_is_written() {
        let repository = repository();
        repository.write("a.yaml", b"a: 1\n");
        repository.write("apps/web/ä b.bin", b"\0\xff\n");
        #[cfg(unix)]
        std::os::unix::fs::symlink("../a.yaml", repository.path.join("apps/link.yaml")).unwrap();
        repository.commit();
        repository.write("a.yaml", b"a: 2\n");
        repository.write("new.yaml", b"b: 1\n");
        let before = repository.state();
        let revision = read(&repository.path, "HEAD").unwrap();
        assert_eq!(revision.commit.len(), 40);
        let mut files = revision.files;
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let mut expected = vec![
            ("a.yaml".into(), Stored::File(b"a: 1\n".to_vec())),
            (
                "apps/web/ä b.bin".into(),
                Stored::File(b"\0\xff\n".to_vec()),
            ),
        ];
        if cfg!(unix) {
            let link = Stored::Link("../a.yaml".to_owned());
            expected.insert(1, ("apps/link.yaml".into(), link));
        }
        assert_eq!(files, expected);
        assert!(before == repository.state(), "something was written");
        // Of a folder in the repository, the files below.
        let below = read(&repository.path.join("apps"), "HEAD").unwrap();
        assert!(below.files.iter().any(|(path, _)| path == "web/ä b.bin"));
        assert!(!below.files.iter().any(|(path, _)| path == "a.yaml"));
    }

    #[test]
    fn nothing_that_the_repository_configures_is_run() {
        let repository = repository();
        let trap = repository.path.join("trapped");
        let touch = format!("touch '{trap}'; cat");
        repository.write("a.yaml", b"a: 1\n");
        repository.write(".gitattributes", b"*.yaml filter=trap diff=trap\n");
        repository.commit();
        for (key, value) in [
            ("core.fsmonitor", touch.as_str()),
            ("filter.trap.smudge", &touch),
            ("filter.trap.clean", &touch),
            ("filter.trap.process", &touch),
            ("diff.trap.textconv", &touch),
            ("diff.external", &touch),
            ("core.pager", &touch),
            ("core.sshCommand", &touch),
            ("alias.ls-tree", "!touch trapped"),
        ] {
            repository.git(&["config", key, value]);
        }
        let hook = format!("#!/bin/sh\n{touch}\n");
        for name in [
            "post-checkout",
            "post-index-change",
            "reference-transaction",
        ] {
            repository.write(&format!(".git/hooks/{name}"), hook.as_bytes());
        }
        assert_eq!(read(&repository.path, "HEAD").unwrap().files.len(), 2);
        assert!(!trap.exists(), "it was run");
    }

    /// A clone without content asks its remote when content is read: which runs what the remote is configured with.
    #[test]
    fn nothing_is_fetched() {
        let repository = repository();
        repository.write("a.yaml", b"a: 1\n");
        repository.commit();
        let trap = repository.path.join("trapped");
        repository.git(&[
            "config",
            "remote.origin.url",
            &format!("ext::sh -c touch% {trap}"),
        ]);
        repository.git(&["config", "remote.origin.promisor", "true"]);
        repository.git(&["config", "remote.origin.partialclonefilter", "blob:none"]);
        repository.git(&["config", "extensions.partialClone", "origin"]);
        repository.git(&["config", "protocol.ext.allow", "always"]);
        fs::remove_file(blob_of(&repository)).unwrap();
        let error = read(&repository.path, "HEAD").err().unwrap();
        assert!(!trap.exists(), "it was run");
        assert_eq!(error.message, "git does not have the content of a.yaml");
    }

    fn blob_of(repository: &Repository) -> Utf8PathBuf {
        let output = git(&repository.path, &["rev-parse", "HEAD:a.yaml"])
            .output()
            .unwrap();
        let hash = String::from_utf8(output.stdout).unwrap();
        let (folder, file) = hash.trim().split_at(2);
        repository.path.join(".git/objects").join(folder).join(file)
    }

    #[test]
    fn what_is_no_commit_is_said() {
        let repository = repository();
        repository.write("a.yaml", b"a: 1\n");
        repository.commit();
        for (folder, revision, expected) in [
            (&*repository.path, "nowhere", "there is no commit `nowhere`"),
            (&*repository.path, "--all", "there is no commit `--all`"),
            (
                &*repository.path,
                "HEAD:a.yaml",
                "there is no commit `HEAD:a.yaml`",
            ),
            (Utf8Path::new("/"), "HEAD", "not a git repository"),
        ] {
            let error = read(folder, revision).err().unwrap();
            assert!(error.message.contains(expected), "{}", error.message);
            assert!(error.help.is_some());
        }
    }
}
