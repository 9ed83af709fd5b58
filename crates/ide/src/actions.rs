use infragen_rules::{FileChange, FileEdits, Finding, check, unmapped_bundles};
use infragen_syntax::TextRange;
use infragen_workspace::{Db, SourceFile};

use crate::versions;

/// Something that an editor offers to do at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// What it changes.
    pub edits: Vec<FileEdits>,
    /// What it does to files as a whole.
    pub files: Vec<FileChange>,
    /// The finding that it mends.
    pub finding: Option<Finding>,
    /// Whether it is the one that nearly everybody wants.
    pub preferred: bool,
}

/// The actions at a range: the fixes of the findings that touch it, the ways to map a bundle there, and what can be
/// done to the version that is taken there.
pub fn actions(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<Action> {
    let mut actions = fixes(db, file, range);
    for bundle in unmapped_bundles(db, file) {
        if bundle.range.intersect(range).is_some() {
            actions.extend(bundle.fixes.into_iter().map(|fix| Action {
                title: fix.title,
                edits: fix.edits,
                files: fix.files,
                finding: None,
                preferred: false,
            }));
        }
    }
    actions.extend(versions::actions(db, file, range.start()));
    actions
}

fn fixes(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<Action> {
    check(db, file)
        .iter()
        .filter(|finding| finding.range.intersect(range).is_some())
        .flat_map(|finding| {
            finding.fixes.iter().map(|fix| Action {
                title: fix.title.clone(),
                edits: fix.edits.clone(),
                files: fix.files.clone(),
                finding: Some(finding.clone()),
                preferred: fix.preferred,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use infragen_rules::FileChange;
    use infragen_syntax::{TextRange, apply};

    use crate::fixture::Fixture;

    const BUNDLED: &str = "//- clusters/production/web.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, url: oci://ghcr.io/$0acme/web-kustomize, ref: {semver: '>=0.0.0'}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {interval: 1m, prune: true, path: ./overlays/production, sourceRef: {kind: OCIRepository, name: web}}
";

    /// The title of each action at the cursor, and what it writes.
    fn offered(fixture: &str) -> Vec<(String, String)> {
        let fixture = Fixture::new(fixture);
        let at = TextRange::empty(fixture.offset);
        let actions = crate::actions(fixture.db(), fixture.file, at);
        let written =
            |action: &crate::Action| match (action.edits.as_slice(), action.files.as_slice()) {
                ([edits], []) => apply(&fixture.text(edits.file), &edits.edits).unwrap(),
                ([], [FileChange::Create { text, .. }]) => text.clone(),
                other => panic!("{other:?}"),
            };
        actions
            .iter()
            .map(|action| (action.title.clone(), written(action)))
            .collect()
    }

    #[test]
    fn a_bundle_that_nothing_maps_can_be_mapped() {
        assert_eq!(
            offered(BUNDLED),
            [(
                "map it to `../web/config` in `.infragen.yaml`".to_owned(),
                "bundles:\n  oci://ghcr.io/acme/web-kustomize: ../web/config\n".to_owned()
            )]
        );
    }

    #[test]
    fn a_directory_that_has_the_path_is_offered() {
        let here = "//- services/web/overlays/production/kustomization.yaml\nresources: []\n\
                    //- .infragen.yaml\nregistry: ghcr.io/acme\n";
        assert_eq!(
            offered(&format!("{BUNDLED}{here}")),
            [(
                "map it to `services/web` in `.infragen.yaml`".to_owned(),
                "registry: ghcr.io/acme\nbundles:\n  oci://ghcr.io/acme/web-kustomize: services/web\n".to_owned()
            )]
        );
    }

    #[test]
    fn a_mapped_bundle_is_known() {
        let here = "//- web/overlays/production/kustomization.yaml\nresources: []\n\
                    //- .infragen.yaml\nbundles: {'oci://ghcr.io/acme/web-kustomize': web}\n";
        assert_eq!(offered(&format!("{BUNDLED}{here}")), []);
    }
}
