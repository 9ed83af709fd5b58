use infragen_registry::{Fault, Listing, Repository, Timestamp};
use infragen_workspace::Answer;

/// The files of an example or a fixture, by path: each stands behind a line `//- path`.
pub fn example_files(text: &str) -> Vec<(&str, &str)> {
    let mut sections = sections(text);
    sections.retain(|(path, _)| !path.starts_with(SCHEME));
    sections
}

/// What begins the line of a section that is no file: `//- oci://ghcr.io/acme/app`.
const SCHEME: &str = "oci://";

/// The repositories of registries in an example, each with its tags, one a line. A line `! message` is the fault that
/// came in place of them.
pub(crate) fn example_repositories(text: &str) -> Vec<(&str, Vec<&str>)> {
    let sections = sections(text).into_iter();
    sections
        .filter(|(path, _)| path.starts_with(SCHEME))
        .map(|(url, body)| (url, body.lines().collect()))
        .collect()
}

/// The same as answers of registries.
pub(crate) fn example_answers(text: &str) -> Vec<(Repository, Answer)> {
    let repositories = example_repositories(text).into_iter();
    repositories
        .filter_map(|(url, lines)| {
            let fault = lines.first().and_then(|line| line.strip_prefix("! "));
            let answer = match fault {
                Some(message) => Answer::Fault(
                    None,
                    Fault {
                        message: message.into(),
                        help: None,
                        at: Timestamp(0),
                        is_passing: true,
                        retry_at: None,
                    },
                ),
                None => Answer::Listing(Listing {
                    tags: lines.into_iter().map(Into::into).collect(),
                    at: Timestamp(0),
                }),
            };
            Some((Repository::parse(url).ok()?, answer))
        })
        .collect()
}

fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut files: Vec<(&str, &str)> = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.strip_prefix("//- ") {
        let (path, body) = begin.split_once('\n').unwrap_or((begin, ""));
        let end = body
            .starts_with("//- ")
            .then_some(0)
            .or_else(|| body.find("\n//- ").map(|at| at + 1));
        let (content, next) = body.split_at(end.unwrap_or(body.len()));
        files.push((path.trim(), content));
        rest = next;
    }
    files
}

#[cfg(test)]
mod tests {
    use super::{example_files, example_repositories};

    #[test]
    fn splits_files() {
        assert_eq!(
            example_files("//- a/b.yaml\nx: 1\n//- c\n//- d.yaml\ny: 2\n"),
            [("a/b.yaml", "x: 1\n"), ("c", ""), ("d.yaml", "y: 2\n")]
        );
    }

    #[test]
    fn repositories_are_no_files() {
        let text = "//- a.yaml\nx: 1\n//- oci://ghcr.io/acme/app\n1.0.0\n2.0.0\n";
        assert_eq!(example_files(text), [("a.yaml", "x: 1\n")]);
        assert_eq!(
            example_repositories(text),
            [("oci://ghcr.io/acme/app", vec!["1.0.0", "2.0.0"])]
        );
    }
}
