//! Which directories the workflows of a repository publish as bundles.

use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::db::Db;
use crate::files::{Child, Directory, Root, SourceFile};
use crate::paths::{Found, find};
use crate::query::text;

/// A directory that `flux push artifact` publishes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Published {
    /// `oci://…`, without a tag.
    pub address: String,
    /// The directory.
    pub directory: Directory,
}

/// What the workflows of a root publish: those of the repository itself, and of the services that are folders in it.
#[salsa::tracked(returns(clone))]
pub(crate) fn published(db: &dyn Db, root: Root) -> Arc<Vec<Published>> {
    let mut found = Vec::new();
    for (directory, file) in workflows(db, root).iter() {
        let text = text(db, *file).unwrap_or_default();
        for (address, path) in pushes(&text) {
            if let Found::Directory(directory) = find(db, *directory, path.as_str()) {
                found.push(Published { address, directory });
            }
        }
    }
    Arc::new(found)
}

/// The workflows of a root, each with the directory that it runs in. Apart from what they say, so that no keystroke
/// asks all directories.
#[salsa::tracked(returns(clone))]
fn workflows(db: &dyn Db, root: Root) -> Arc<Vec<(Directory, SourceFile)>> {
    let mut found = Vec::new();
    let mut stack: Vec<_> = root.top(db).into_iter().collect();
    while let Some(directory) = stack.pop() {
        if let Some(Child::Directory(github)) = directory.child(db, ".github")
            && let Some(Child::Directory(workflows)) = github.child(db, "workflows")
        {
            found.extend(workflows.files(db).map(|file| (directory, file)));
        }
        stack.extend(directory.directories(db));
    }
    Arc::new(found)
}

/// The addresses and paths of `flux push artifact oci://ADDRESS:TAG --path=PATH` in a script. An address that is
/// known only when the workflow runs is left out.
fn pushes(text: &str) -> Vec<(String, Utf8PathBuf)> {
    // A command may go on behind a backslash.
    let text = text.replace("\\\n", " ");
    let commands = text.split("flux push artifact").skip(1);
    let pushes = commands.filter_map(|command| {
        let line = command.lines().next()?;
        let mut words = line
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '\'']));
        let (mut address, mut path) = (None, None);
        while let Some(word) = words.next() {
            if word.starts_with("oci://") {
                address = Some(without_tag(word));
            } else if let Some(given) = word.strip_prefix("--path=").or(word.strip_prefix("-f=")) {
                path = Some(given.trim_matches(['"', '\'']));
            } else if word == "--path" || word == "-f" {
                path = words.next();
            }
        }
        let address = address.filter(|address| !address.contains('$'))?;
        Some((address.to_owned(), Utf8PathBuf::from(path?)))
    });
    pushes.collect()
}

fn without_tag(address: &str) -> &str {
    let name = address.rfind('/').unwrap_or(0);
    // `oci://host:port/…` has a colon before the last slash.
    let end = address[name..]
        .find([':', '@'])
        .map_or(address.len(), |end| name + end);
    &address[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_workflow_pushes() {
        let text = "\
jobs:
  push:
    steps:
    - run: |
        flux push artifact oci://ghcr.io/acme/activity-kustomize:${GITHUB_REF_NAME} \\
          --path=\"./config\" \\
          --source=\"$(git config --get remote.origin.url)\"
    - run: flux push artifact oci://localhost:5000/acme/web:$(git rev-parse HEAD) -f deploy --revision=x
    - run: flux push artifact oci://ghcr.io/${{ github.repository }}:latest --path=./config
    - run: flux push artifact oci://ghcr.io/acme/none:latest
";
        let expected = [
            ("oci://ghcr.io/acme/activity-kustomize", "./config"),
            ("oci://localhost:5000/acme/web", "deploy"),
        ];
        let expected = expected.map(|(address, path)| (address.to_owned(), path.into()));
        assert_eq!(pushes(text), expected);
    }
}
