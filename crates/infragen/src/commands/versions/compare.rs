//! Links that show what lies between two versions.

use infragen_registry::Artifact;

/// Where the difference between what two artifacts were made from can be read; none where they do not say from what, are
/// from different places, or the place is of no known kind.
///
/// Flux writes `main@sha1:4f0…` or `v1.4.2@sha1:4f0…` as the revision, others a bare commit.
pub fn link(from: &Artifact, to: &Artifact) -> Option<String> {
    let source = web(from.source.as_deref()?)?;
    if source != web(to.source.as_deref()?)? {
        return None;
    }
    let (from, to) = (
        commit(from.revision.as_deref()?)?,
        commit(to.revision.as_deref()?)?,
    );
    if from == to {
        return None;
    }
    let host = source.strip_prefix("https://")?.split('/').next()?;
    Some(match host {
        // The newer one first, with a line break between.
        "bitbucket.org" => format!("{source}/branches/compare/{to}%0D{from}#diff"),
        // `GC` says that they are commits.
        _ if is_azure(host) => {
            source.split_once("/_git/")?;
            format!("{source}/branchCompare?baseVersion=GC{from}&targetVersion=GC{to}&_a=files")
        }
        // An own server of Bitbucket compares branches in addresses that a source does not tell.
        _ if host.contains("bitbucket") => return None,
        // The path of GitLab has a dash before what is no group.
        _ if host.contains("gitlab") => format!("{source}/-/compare/{from}...{to}"),
        _ => format!("{source}/compare/{from}...{to}"),
    })
}

/// Whether a host is one of Azure DevOps.
fn is_azure(host: &str) -> bool {
    let domains = ["dev.azure.com", "visualstudio.com"];
    domains.iter().any(|domain| {
        let below = host.strip_suffix(domain);
        below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
    })
}

/// The address of a repository as a browser opens it.
fn web(source: &str) -> Option<String> {
    let source = source.strip_suffix(".git").unwrap_or(source);
    let source = source.trim_end_matches('/');
    if let Some(rest) = source.strip_prefix("git@") {
        let (host, path) = rest.split_once(':')?;
        return Some(format!("https://{host}/{path}"));
    }
    let rest = ["https://", "ssh://git@", "ssh://", "http://"]
        .iter()
        .find_map(|scheme| source.strip_prefix(scheme))?;
    // Never a name or password that somebody left in it.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let good =
        rest.contains('/') && !rest.contains(|c: char| c.is_whitespace() || "<>\"'".contains(c));
    good.then(|| format!("https://{rest}"))
}

/// The commit in a revision.
fn commit(revision: &str) -> Option<&str> {
    let last = revision.rsplit('@').next()?;
    let last = last.rsplit_once(':').map_or(last, |(_, digits)| digits);
    let last = last.rsplit('/').next()?;
    let is_commit = last.len() >= 7 && last.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then_some(last)
}

#[cfg(test)]
mod tests {
    use infragen_registry::Timestamp;

    use super::*;

    fn artifact(source: &str, revision: &str) -> Artifact {
        Artifact {
            digest: "sha256:0".into(),
            created: None,
            source: Some(source.into()),
            revision: Some(revision.into()),
            layers: Vec::new(),
            at: Timestamp(0),
        }
    }

    #[test]
    fn a_link_from_one_commit_to_the_other() {
        let web = "https://github.com/acme/web";
        let ssh = "ssh://git@github.com/acme/web.git";
        assert_eq!(
            link(
                &artifact(web, "v1.4.2@sha1:aaaaaaa1"),
                &artifact(ssh, "main/bbbbbbb2")
            )
            .as_deref(),
            Some("https://github.com/acme/web/compare/aaaaaaa1...bbbbbbb2")
        );
        let lab = "git@gitlab.example.com:acme/web.git";
        assert_eq!(
            link(&artifact(lab, "aaaaaaa1"), &artifact(lab, "bbbbbbb2")).as_deref(),
            Some("https://gitlab.example.com/acme/web/-/compare/aaaaaaa1...bbbbbbb2")
        );
        let between = |source| link(&artifact(source, "aaaaaaa1"), &artifact(source, "bbbbbbb2"));
        assert_eq!(
            between("git@bitbucket.org:acme/web.git").as_deref(),
            Some("https://bitbucket.org/acme/web/branches/compare/bbbbbbb2%0Daaaaaaa1#diff")
        );
        assert_eq!(
            between("https://acme@dev.azure.com/acme/shop/_git/web").as_deref(),
            Some(
                "https://dev.azure.com/acme/shop/_git/web/branchCompare\
                 ?baseVersion=GCaaaaaaa1&targetVersion=GCbbbbbbb2&_a=files"
            )
        );
        for other in [
            "git@ssh.dev.azure.com:v3/acme/shop/web",
            "https://bitbucket.example.com/scm/acme/web.git",
        ] {
            assert_eq!(between(other), None, "{other}");
        }
    }

    #[test]
    fn what_has_no_link() {
        let web = artifact("https://github.com/acme/web", "aaaaaaa1");
        for (source, revision) in [
            ("https://github.com/acme/other", "bbbbbbb2"),
            ("https://github.com/acme/web", "aaaaaaa1"),
            ("https://github.com/acme/web", "v1.5.0"),
            ("/home/ada/web", "bbbbbbb2"),
        ] {
            assert_eq!(
                link(&web, &artifact(source, revision)),
                None,
                "{source} {revision}"
            );
        }
        let secret = artifact("https://ada:token@github.com/acme/web", "bbbbbbb2");
        assert!(!link(&web, &secret).unwrap().contains("token"));
    }
}
