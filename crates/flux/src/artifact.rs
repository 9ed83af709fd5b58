//! ArtifactGenerators: which directory of which source a path of an artifact comes from.

use infragen_syntax::{Node, TextRange};
use smol_str::SmolStr;

use crate::facts::is_templated;

/// One `copy` of one artifact of an ArtifactGenerator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactCopy {
    /// The ExternalArtifact that it is part of.
    pub artifact: SmolStr,
    /// Kind and name of the source that the alias stands for.
    pub source: (SmolStr, SmolStr),
    /// The part of `from` before any glob, without the alias; no slash at either end.
    pub from: SmolStr,
    /// Whether `from` names the contents of that directory (`dir/**`), not the directory itself.
    pub contents: bool,
    /// `to` without `@artifact`; no slash at either end.
    pub to: SmolStr,
    /// The scalar of `from`.
    pub range: TextRange,
    /// Whether all of `from` is copied: no glob but a final `**`, and no placeholder.
    pub all: bool,
}

impl ArtifactCopy {
    /// Where in the artifact the directory `from`, or its contents, come to lie; no slash at either end.
    /// `copy` works like `cp`: `dir/` puts `dir` itself below `to`, `dir/**` its contents.
    pub fn target(&self) -> String {
        if self.contents {
            self.to.to_string()
        } else {
            join(&self.to, self.from.rsplit('/').next().unwrap_or_default())
        }
    }

    /// The path in the source of a path in the artifact, where this copy made it. Both are relative,
    /// without `./`.
    pub fn source_path(&self, path: &str) -> Option<String> {
        let root = self.target();
        let rest = if root.is_empty() {
            path
        } else {
            path.strip_prefix(&root)
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))?
        };
        Some(join(&self.from, rest.trim_matches('/')))
    }
}

fn join(a: &str, b: &str) -> String {
    match (a, b) {
        ("", b) => b.to_owned(),
        (a, "") => a.to_owned(),
        (a, b) => format!("{a}/{b}"),
    }
}

/// Reads `spec.artifacts[].copy[]` of an ArtifactGenerator.
pub(crate) fn copies(root: Node<'_>) -> Vec<ArtifactCopy> {
    let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::as_str).map(SmolStr::new);
    let sources: Vec<_> = root
        .at(&["spec", "sources"])
        .into_iter()
        .flat_map(|sources| sources.items())
        .filter_map(|source| {
            Some((
                text(source, "alias")?,
                (text(source, "kind")?, text(source, "name")?),
            ))
        })
        .collect();
    let mut copies = Vec::new();
    for artifact in root
        .at(&["spec", "artifacts"])
        .into_iter()
        .flat_map(|artifacts| artifacts.items())
    {
        let Some(name) = text(artifact, "name") else {
            continue;
        };
        for copy in artifact
            .get("copy")
            .into_iter()
            .flat_map(|copies| copies.items())
        {
            let from_node = copy.get("from").and_then(Node::spanned_str);
            let (Some(from_node), Some(to)) = (from_node, text(copy, "to")) else {
                continue;
            };
            let from = from_node.value;
            let Some((alias, from)) = from
                .strip_prefix('@')
                .map(|from| from.split_once('/').unwrap_or((from, "")))
            else {
                continue;
            };
            let Some((_, source)) = sources.iter().find(|(known, _)| known == alias) else {
                continue;
            };
            let plain = from
                .split('/')
                .take_while(|part| !part.contains(['*', '?', '[']))
                .collect::<Vec<_>>();
            let fixed = plain.join("/");
            let rest = from[fixed.len()..].trim_matches('/');
            copies.push(ArtifactCopy {
                artifact: name.clone(),
                source: source.clone(),
                contents: fixed.len() < from.trim_end_matches('/').len() || fixed.is_empty(),
                from: fixed.trim_matches('/').into(),
                to: to.trim_start_matches("@artifact").trim_matches('/').into(),
                range: from_node.range,
                all: matches!(rest, "" | "**") && !is_templated(from) && !is_templated(&to),
            });
        }
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(from: &str, contents: bool, to: &str) -> ArtifactCopy {
        ArtifactCopy {
            artifact: "a".into(),
            source: ("GitRepository".into(), "s".into()),
            from: from.into(),
            contents,
            to: to.into(),
            range: TextRange::default(),
            all: true,
        }
    }

    #[test]
    fn a_path_leads_back_to_the_source() {
        let contents = copy("apps/production", true, "production");
        assert_eq!(
            contents.source_path("production").as_deref(),
            Some("apps/production")
        );
        assert_eq!(
            contents.source_path("production/web").as_deref(),
            Some("apps/production/web")
        );
        assert_eq!(contents.source_path("productions"), None);
        assert_eq!(
            copy("infrastructure", true, "")
                .source_path("configs")
                .as_deref(),
            Some("infrastructure/configs")
        );
        assert_eq!(
            copy("a/dir", false, "to")
                .source_path("to/dir/x")
                .as_deref(),
            Some("a/dir/x")
        );
    }

    #[test]
    fn reads_copies() {
        let tree = infragen_syntax::Tree::parse(
            "spec:\n  sources: [{alias: m, kind: GitRepository, name: f}]\n  artifacts:\n  - name: apps\n    copy:\n    - {from: '@m/apps/base/**', to: '@artifact/base/'}\n    - {from: '@m/deploy/', to: '@artifact/'}\n",
        );
        let copies = copies(tree.document(0).unwrap().root().unwrap());
        assert_eq!(
            (
                copies[0].from.as_str(),
                copies[0].contents,
                copies[0].to.as_str()
            ),
            ("apps/base", true, "base")
        );
        assert!(copies.iter().all(|copy| copy.all));
        assert_eq!(
            (
                copies[1].from.as_str(),
                copies[1].contents,
                copies[1].to.as_str()
            ),
            ("deploy", false, "")
        );
    }
}
