use infragen_syntax::TextRange;
use infragen_workspace::{Db, PathTarget, SourceFile, is_manifest};

use crate::subject::each_path;
use crate::target::file_of;

/// A text that leads to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The text.
    pub range: TextRange,
    /// Where it leads.
    pub target: SourceFile,
}

/// The links of a file: every path that leads to a YAML file, or to a directory with one.
pub fn links(db: &dyn Db, file: SourceFile) -> Vec<Link> {
    let mut links = Vec::new();
    if !is_manifest(db, file) {
        return links;
    }
    each_path(db, file, &mut |range, _, target| {
        if let PathTarget::Here { found, .. } = target()
            && let Some(target) = file_of(db, found)
            && !range.is_empty()
        {
            links.push(Link { range, target });
        }
    });
    links.sort_by_key(|link| link.range.start());
    links
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[test]
    fn paths_that_lead_somewhere_are_links() {
        let fixture = Fixture::new(
            "//- a/kustomization.yaml
resources: [../b, c.yaml, gone.yaml, https://example.org/x.yaml]
patches:
  - path: p.yaml$0
//- a/c.yaml
//- a/p.yaml
//- b/kustomization.yaml
",
        );
        let links = super::links(fixture.db(), fixture.file);
        let seen: Vec<_> = links
            .iter()
            .map(|link| {
                let target = link.target.path(fixture.db());
                format!("{} -> {target}", fixture.place(fixture.file, link.range))
            })
            .collect();
        assert_eq!(
            seen,
            [
                "a/kustomization.yaml:1:13 ../b -> b/kustomization.yaml",
                "a/kustomization.yaml:1:19 c.yaml -> a/c.yaml",
                "a/kustomization.yaml:3:11 p.yaml -> a/p.yaml",
            ]
        );
    }
}
