//! Where something is defined, for each environment by its name: an editor that is given places alone shows a list
//! in which nobody finds the one of production.

use infragen_syntax::TextSize;
use infragen_workspace::{Db, Definition, SourceFile, environment_of, facts, resolve, target};
use smol_str::SmolStr;

use crate::definition::{NavigationTarget, definition};
use crate::subject::{Part, Subject, What, reference_of, subjects};
use crate::target::{named_by, of_object};
use crate::variables;

/// A place to go to, with what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The environment in which it counts; none where that makes no difference or is not known.
    pub environment: Option<SmolStr>,
    /// What is there: `OCIRepository charts`; empty where that is no object.
    pub name: String,
    /// The place.
    pub target: NavigationTarget,
}

/// What [`definition`] gives, once for each environment: what a reference in a base names in each, what sets a variable
/// there. In order of environment.
pub fn definition_by_environment(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<Labelled> {
    let mut found: Vec<Labelled> = Vec::new();
    for (environment, target) in variables::definitions_by_environment(db, file, offset) {
        found.push(Labelled {
            environment: Some(environment),
            name: String::new(),
            target,
        });
    }
    if found.is_empty() {
        for subject in subjects(db, file, offset) {
            found.extend(named_in_environments(db, file, &subject));
        }
    }
    if found.is_empty() {
        let targets = definition(db, file, offset).into_iter();
        found.extend(targets.map(|target| Labelled {
            environment: environment_of(db, target.file.root(db), &target.file.path(db)),
            name: String::new(),
            target,
        }));
    }
    let mut unique: Vec<Labelled> = Vec::new();
    for one in found {
        if !unique.contains(&one) {
            unique.push(one);
        }
    }
    unique
}

/// The objects that a reference names in each environment that applies it; where none does, those that it names by
/// folders.
fn named_in_environments(db: &dyn Db, file: SourceFile, subject: &Subject) -> Vec<Labelled> {
    let What::Reference {
        object,
        reference,
        part: Part::Name | Part::Kind,
    } = subject.what
    else {
        return Vec::new();
    };
    let facts = facts(db, file);
    let Some((object, reference)) = reference_of(&facts, object, reference) else {
        return Vec::new();
    };
    let mut named: Vec<(Option<SmolStr>, Definition)> = Vec::new();
    for answer in resolve(db, file, object, reference).environments {
        let found = answer.found.into_iter();
        named.extend(found.map(|definition| (Some(answer.environment.clone()), definition)));
    }
    if named.is_empty() {
        let found = named_by(db, file, object, reference).into_iter();
        named.extend(found.map(|definition| {
            let path = definition.file.path(db);
            (
                environment_of(db, definition.file.root(db), &path),
                definition,
            )
        }));
    }
    let labelled = named.into_iter().filter_map(|(environment, definition)| {
        let named = target(db, &definition)?;
        Some(Labelled {
            environment,
            name: format!("{} {}", named.kind, named.name),
            target: of_object(db, subject.range, &definition)?,
        })
    });
    labelled.collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    fn labelled(fixture: &str) -> Vec<String> {
        let fixture = Fixture::new(fixture);
        let found = super::definition_by_environment(fixture.db(), fixture.file, fixture.offset);
        let told = found.iter().map(|one| {
            let environment = one.environment.as_deref().unwrap_or("-");
            let place = fixture.place(one.target.file, one.target.focus);
            format!("{environment}: {} at {place}", one.name)
        });
        told.collect()
    }

    /// Two environments that take in a base and have a source of the same name each.
    fn fleet(base: &str) -> String {
        let environment = |name: &str| {
            format!(
                "//- clusters/{name}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  path: ./apps/{name}
  sourceRef: {{kind: GitRepository, name: flux-system}}
  postBuild: {{substitute: {{SIZE: {name}-size}}}}
//- apps/{name}/kustomization.yaml
resources: [../base, source.yaml]
//- apps/{name}/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: charts, namespace: apps}}
"
            )
        };
        format!(
            "{}{}//- apps/base/kustomization.yaml\nresources: [web.yaml]\n//- apps/base/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: apps}}
spec:
  chartRef: {{kind: OCIRepository, name: {base}}}
  values: {{size: \"${{SIZE}}\"}}
",
            environment("production"),
            environment("staging"),
        )
    }

    #[test]
    fn a_base_answers_once_for_each_environment() {
        assert_eq!(
            labelled(&fleet("ch$0arts")),
            [
                "production: OCIRepository charts at apps/production/source.yaml:3:18 charts",
                "staging: OCIRepository charts at apps/staging/source.yaml:3:18 charts",
            ]
        );
    }

    #[test]
    fn a_variable_is_set_in_each_environment() {
        let fixture = fleet("charts").replace("${SIZE}", "${$0SIZE}");
        assert_eq!(
            labelled(&fixture),
            [
                "production:  at clusters/production/apps.yaml:7:28 SIZE",
                "staging:  at clusters/staging/apps.yaml:7:28 SIZE",
            ]
        );
    }

    #[test]
    fn what_is_one_thing_everywhere_has_no_label() {
        let fixture = fleet("charts").replace("resources: [web.yaml]", "resources: [w$0eb.yaml]");
        assert_eq!(labelled(&fixture), ["-:  at apps/base/web.yaml:1:1"]);
        let fixture =
            fleet("charts").replace("apps/base/web.yaml\napi", "apps/base/web.yaml\n$0api");
        assert!(labelled(&fixture).is_empty());
    }
}
