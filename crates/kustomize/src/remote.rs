/// Whether a `resources` entry names something outside the file system: a URL or a git address.
///
/// kustomize tries the file and the directory first, then reads the text as a git address: a scheme, the
/// scp form `git@host:org/repo`, a query with `ref`, or a host followed by `//` or at least two parts.
pub fn is_remote(entry: &str) -> bool {
    if entry.contains("://") || entry.contains("?ref=") || entry.contains("&ref=") {
        return true;
    }
    let scp = entry
        .split_once(':')
        .is_some_and(|(host, _)| host.contains('@') && !host.contains('/'));
    let host = entry.split('/').next().unwrap_or_default();
    let hosted = [
        "github.com",
        "gitlab.com",
        "bitbucket.org",
        "dev.azure.com",
        "ssh.dev.azure.com",
    ];
    scp || (entry.contains('/') && hosted.contains(&host))
        || entry.contains(".git//")
        || entry.ends_with(".git")
}

/// Whether kustomize fetches what a path of one file names: `files` and `envs` of generators, the paths of patches
/// and replacements, `configurations`, `crds`, `openapi`. These it asks for by HTTP, and knows no git address there.
pub(crate) fn is_fetched(path: &str) -> bool {
    let scheme = path.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use super::is_remote;

    #[test]
    fn tells_remote_from_local() {
        for remote in [
            "https://github.com/org/repo//deploy?ref=v1",
            "github.com/org/repo/deploy",
            "git@github.com:org/repo",
            "ssh://git@host/org/repo",
            "org/repo?ref=main",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        for local in [
            "./a.yaml",
            "../base",
            "a",
            "github.com",
            "apps/github",
            "a.yaml - b.yaml",
            "",
        ] {
            assert!(!is_remote(local), "{local}");
        }
    }
}
