//! Repositories in one string, for tests: files behind `//- path` lines, and a cursor `$0` in one of them.

use camino::Utf8Path;
use infragen_registry::{Artifact, Listing, Repository, Timestamp};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Answer, Db, Root, Snapshot, SourceFile, Workspace, text};
use smol_str::format_smolstr;

/// The seconds of a day.
const DAY: i64 = 86_400;

/// Files by path.
type Files<'a> = &'a [(&'a str, &'a str)];

/// A repository in memory, with the file of the cursor open in an editor.
pub(crate) struct Fixture {
    snapshot: Snapshot,
    pub root: Root,
    /// The file of the cursor; the first one where there is no cursor.
    pub file: SourceFile,
    pub offset: TextSize,
}

impl Fixture {
    /// Reads a fixture. A text without any `//- path` line is the file `a.yaml`.
    pub fn new(fixture: &str) -> Fixture {
        Self::opened(fixture, Vec::new(), &[])
    }

    fn opened(
        fixture: &str,
        answers: Vec<(Repository, Answer)>,
        bundles: &[(&str, Files<'_>)],
    ) -> Fixture {
        let mut files: Vec<(&str, String)> = Vec::new();
        for line in fixture.split_inclusive('\n') {
            match line.strip_prefix("//- ") {
                Some(path) => files.push((path.trim(), String::new())),
                None => {
                    if files.is_empty() {
                        files.push(("a.yaml", String::new()));
                    }
                    files.last_mut().unwrap().1.push_str(line);
                }
            }
        }
        let cursor = files
            .iter()
            .enumerate()
            .find_map(|(number, (_, text))| text.find("$0").map(|at| (number, at)));
        let (opened, offset) = cursor.unwrap_or((0, 0));
        if cursor.is_some() {
            files[opened].1.replace_range(offset..offset + 2, "");
        }
        let mut workspace = Workspace::new();
        let given: Vec<_> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        let repository = Utf8Path::new("/repo");
        let root = workspace.open_memory_root(repository, &given);
        for (path, files) in bundles {
            workspace.open_memory_root(Utf8Path::new(path), files);
        }
        let file = workspace
            .set_buffer(
                &repository.join(files[opened].0),
                Some(files[opened].1.as_str().into()),
            )
            .unwrap();
        workspace.set_answers(answers, Timestamp(DAY * 10));
        Fixture {
            snapshot: workspace.snapshot(),
            root,
            file,
            offset: TextSize::try_from(offset).unwrap(),
        }
    }

    /// Takes in what registries answered: tags of repositories, and of some what is behind them. It is ten days after
    /// 1970 began.
    pub fn with_tags(fixture: &str, tags: &[(&str, &[&str])]) -> Fixture {
        Self::opened(fixture, answers(tags), &[])
    }

    /// Also takes in artifacts, each by its repository, tag and files.
    pub fn with_bundles(
        fixture: &str,
        tags: &[(&str, &[&str])],
        bundles: &[(&str, &str, Files<'_>)],
    ) -> Fixture {
        let mut answers = answers(tags);
        let mut roots = Vec::new();
        let names: Vec<_> = bundles
            .iter()
            .map(|(_, tag, _)| format!("/cache/{tag}"))
            .collect();
        for ((url, tag, files), path) in bundles.iter().zip(&names) {
            let repository = Repository::parse(url).unwrap();
            let digest = answers.iter().find_map(|(of, answer)| match answer {
                Answer::Artifact(name, artifact) if *of == repository && name == tag => {
                    Some(artifact.digest.clone())
                }
                _ => None,
            });
            answers.push((repository, Answer::Pulled(digest.unwrap(), path.into())));
            roots.push((path.as_str(), *files));
        }
        Self::opened(fixture, answers, &roots)
    }

    /// Takes in the tags of one repository alone: with_tags takes its time where they are many.
    pub fn with_listing(fixture: &str, url: &str, tags: &[&str]) -> Fixture {
        let listing = listing(tags);
        let repository = Repository::parse(url).unwrap();
        Self::opened(fixture, vec![(repository, Answer::Listing(listing))], &[])
    }

    pub fn db(&self) -> &dyn Db {
        self.snapshot.db()
    }

    pub fn text(&self, file: SourceFile) -> std::sync::Arc<str> {
        text(self.db(), file).unwrap()
    }

    /// `apps/a.yaml:3:9 text`: a place as a test expects it; of a text of several lines the first.
    pub fn place(&self, file: SourceFile, range: TextRange) -> String {
        let text = self.text(file);
        let before = &text[..usize::from(range.start())];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
        let shown = text[range].lines().next().unwrap_or_default();
        format!("{}:{line}:{column} {shown}", file.path(self.db()))
            .trim_end()
            .to_owned()
    }
}

fn listing(tags: &[&str]) -> Listing {
    Listing {
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        at: Timestamp(DAY * 10 - 300),
    }
}

fn answers(tags: &[(&str, &[&str])]) -> Vec<(Repository, Answer)> {
    let mut answers = Vec::new();
    for (url, tags) in tags {
        let repository = Repository::parse(url).unwrap();
        answers.push((repository.clone(), Answer::Listing(listing(tags))));
        for (number, tag) in (0..).zip(*tags) {
            let artifact = Artifact {
                digest: format_smolstr!("sha256:{number}1234567890"),
                created: Some(Timestamp(DAY * number)),
                source: None,
                revision: None,
                layers: Vec::new(),
                at: Timestamp(0),
            };
            answers.push((
                repository.clone(),
                Answer::Artifact((*tag).into(), artifact),
            ));
        }
    }
    answers
}
