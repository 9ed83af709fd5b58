//! Lines above the text: who takes a directory in, what a Flux Kustomization applies, and which versions environments
//! take.

use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::takes_versions;
use infragen_kustomize::FileKind;
use infragen_syntax::TextRange;
use infragen_workspace::{
    Db, DefinedBy, Found, SourceFile, applied_from, declared_versions, environments_around, facts,
    importers, nth_cluster, readers, tree,
};
use smol_str::SmolStr;

use crate::markdown::counted;
use crate::versions;

/// A line above a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The text that it is about.
    pub range: TextRange,
    /// What it says.
    pub title: String,
}

/// The lenses of a file.
pub fn lenses(db: &dyn Db, file: SourceFile) -> Vec<Lens> {
    let mut lenses = Vec::new();
    lenses.extend(taken_in(db, file));
    lenses.extend(applying(db, file));
    lenses.extend(taking(db, file));
    lenses
}

/// What each environment takes by the objects of a file: `staging v1.5.0-rc.2 · production v1.4.2`.
fn taking(db: &dyn Db, file: SourceFile) -> Vec<Lens> {
    let facts = facts(db, file);
    let objects = (0..).zip(&facts.objects);
    let takers = objects.filter(|(_, object)| !object.in_patch && takes_versions(&object.kind));
    takers
        .filter_map(|(number, object)| {
            let name = object.name.as_ref()?;
            Some(Lens {
                range: object.kind_range.cover(name.range),
                title: versions::by_environment(&declared_versions(db, file, number))?,
            })
        })
        .collect()
}

/// The environments that build with a file, in order.
pub(crate) fn environments_of(db: &dyn Db, file: SourceFile) -> Vec<SmolStr> {
    let known = environments_around(db, file.root(db));
    let mut names: Vec<SmolStr> = Vec::new();
    for reader in readers(db, file).iter() {
        if let Some((_, environment)) = known.get(reader.environment)
            && !names.contains(&environment.name)
        {
            names.push(environment.name.clone());
        }
    }
    names
}

/// Who takes the directory of a kustomization file in: `2 overlays · production, staging`.
fn taken_in(db: &dyn Db, file: SourceFile) -> Option<Lens> {
    let facts = facts(db, file);
    let kustomization = facts.kustomization.as_ref()?;
    let root = file.root(db);
    let importers = importers(db, root, Found::Directory(file.directory(db)));
    let environments = environments_of(db, file);
    if importers.is_empty() && environments.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    if !importers.is_empty() {
        let what = match kustomization.kind {
            FileKind::Kustomization => "overlay",
            FileKind::Component => "user",
        };
        parts.push(counted(importers.len(), what));
    }
    if !environments.is_empty() {
        parts.push(environments.join(", "));
    }
    let tree = tree(db, file);
    let first = tree.document(0)?.root()?.own_entries().next()?;
    Some(Lens {
        range: first.key.range(),
        title: parts.join(" · "),
    })
}

/// What the Flux Kustomizations of a file apply: `applies 12 objects in production`.
fn applying(db: &dyn Db, file: SourceFile) -> Vec<Lens> {
    let facts = facts(db, file);
    let root = file.root(db);
    let applied = applied_from(db, file);
    let mut lenses = Vec::new();
    let objects = (0..).zip(&facts.objects);
    for (number, object) in objects.filter(|(_, object)| object.kind == *KUSTOMIZATION) {
        let mut parts: Vec<String> = Vec::new();
        let own = applied
            .iter()
            .filter(|applied| applied.by == DefinedBy::Object(number));
        for applied in own {
            let Some(cluster) = nth_cluster(db, root, applied.environment) else {
                continue;
            };
            let environment = &cluster.environment.name;
            let parent = (applied.id.application as usize, applied.id.number);
            let mut applications = cluster.applications.iter();
            let Some(application) =
                applications.find(|application| application.parent == Some(parent))
            else {
                continue;
            };
            let Some(built) = cluster.built(db, application) else {
                continue;
            };
            let part = if built.succeeds() {
                let count = counted(built.resources.len(), "object");
                format!("applies {count} in {environment}")
            } else {
                format!("fails in {environment}")
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        if let (Some(name), false) = (&object.name, parts.is_empty()) {
            lenses.push(Lens {
                range: object.kind_range.cover(name.range),
                title: parts.join(" · "),
            });
        }
    }
    lenses
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    fn titles(fixture: &str) -> Vec<String> {
        let fixture = Fixture::new(fixture);
        let lenses = crate::lenses(fixture.db(), fixture.file);
        lenses.into_iter().map(|lens| lens.title).collect()
    }

    const FLEET: &str = "//- clusters/production/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/production, sourceRef: {kind: GitRepository, name: flux-system}}
//- clusters/staging/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./apps/staging, sourceRef: {kind: GitRepository, name: flux-system}}
//- apps/production/kustomization.yaml
resources: [../base]
//- apps/staging/kustomization.yaml
resources: [../base, missing.yaml]
//- apps/base/kustomization.yaml
resources: [web.yaml]
//- apps/base/web.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
";

    #[test]
    fn a_base_names_its_overlays_and_environments() {
        let fleet = FLEET.replace("resources: [web.yaml]", "$0resources: [web.yaml]");
        assert_eq!(titles(&fleet), ["2 overlays · production, staging"]);
    }

    #[test]
    fn a_flux_kustomization_says_what_it_applies() {
        assert_eq!(
            titles(&FLEET.replacen("kind: K", "kind: $0K", 1)),
            ["applies 1 object in production"]
        );
        let staging = FLEET.replace("path: ./apps/staging", "path: $0./apps/staging");
        assert_eq!(titles(&staging), ["fails in staging"]);
    }

    #[test]
    fn what_nobody_takes_in_has_no_lens() {
        assert!(titles("//- old/kustomization.yaml\nresources: [$0]\n").is_empty());
    }
}
