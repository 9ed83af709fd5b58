/// The files of an example or a fixture, by path: each stands behind a line `//- path`.
pub fn example_files(text: &str) -> Vec<(&str, &str)> {
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
    use super::example_files;

    #[test]
    fn splits_files() {
        assert_eq!(
            example_files("//- a/b.yaml\nx: 1\n//- c\n//- d.yaml\ny: 2\n"),
            [("a/b.yaml", "x: 1\n"), ("c", ""), ("d.yaml", "y: 2\n")]
        );
    }
}
