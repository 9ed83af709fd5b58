use infragen_flux::{FileFacts, KindName};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Db, Definition, Found, PathTarget, SourceFile, Verdict, facts, resolve, target, tree,
};

use crate::references::anchor_places;
use crate::subject::{Part, What, each_path, reference_of, subjects};
use crate::target::named_by;
use crate::variables;

/// Every place in the file that means the same object as the one at an offset; `true` marks where it
/// gets its name.
pub fn highlights(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<(TextRange, bool)> {
    if let Some(places) = variables::highlights(db, file, offset) {
        return places;
    }
    let facts = facts(db, file);
    let mut found = Vec::new();
    for subject in subjects(db, file, offset) {
        match &subject.what {
            What::Reference {
                object,
                reference,
                part,
            } => {
                let Some((object, reference)) = reference_of(&facts, *object, *reference) else {
                    continue;
                };
                if let (Part::Namespace, Some(namespace)) = (part, &reference.namespace) {
                    found.extend(namespaces(&facts, &namespace.value));
                    continue;
                }
                let named = named_by(db, file, object, reference);
                found.push((reference.name.range, false));
                if named.is_empty() {
                    found.extend(same_text(&facts, &reference.kind, &reference.name.value));
                }
                found.extend(objects(db, file, &facts, &named));
            }
            What::Object(definition) => {
                found.extend(objects(db, file, &facts, std::slice::from_ref(definition)));
            }
            What::Namespace(name) => found.extend(namespaces(&facts, name)),
            What::Path {
                target: PathTarget::Here { found: place, .. },
                ..
            } => {
                found.extend(paths(db, file, *place));
            }
            What::Anchor { node, .. } => {
                found.extend(anchor_places(&tree(db, file), *node));
            }
            What::Path { .. } | What::Selection { .. } => found.push((subject.range, false)),
            What::Kind(_) | What::KustomizationFile => {}
        }
    }
    found.sort_by_key(|(range, names)| (range.start(), range.end(), !names));
    found.dedup_by_key(|(range, _)| *range);
    found
}

/// The places that name one of the given objects.
fn objects(
    db: &dyn Db,
    file: SourceFile,
    facts: &FileFacts,
    wanted: &[Definition],
) -> Vec<(TextRange, bool)> {
    let targets: Vec<_> = wanted
        .iter()
        .filter_map(|definition| target(db, definition))
        .collect();
    let mut found: Vec<_> = targets
        .iter()
        .filter(|target| target.file == file)
        .map(|target| (target.name_range, true))
        .collect();
    for (object, reference) in facts.references() {
        let alike = targets.iter().any(|target| {
            reference.name.value == target.name
                && matches!(&reference.kind, KindName::Known(kind) if *kind == target.kind)
        });
        let means = |found: Vec<Definition>| found.iter().any(|named| wanted.contains(named));
        if alike
            && let Verdict::Found(named) = resolve(db, file, object, reference).verdict
            && means(named)
        {
            found.push((reference.name.range, false));
        }
    }
    found
}

/// References to something that does not exist.
fn same_text<'a>(
    facts: &'a FileFacts,
    kind: &'a KindName,
    name: &'a str,
) -> impl Iterator<Item = (TextRange, bool)> + 'a {
    facts
        .references()
        .filter(move |(_, other)| other.kind == *kind && other.name.value == name)
        .map(|(_, other)| (other.name.range, false))
}

fn namespaces(facts: &FileFacts, name: &str) -> Vec<(TextRange, bool)> {
    let of_objects = facts
        .objects
        .iter()
        .filter_map(|object| object.namespace.as_ref());
    let of_references = facts
        .references()
        .filter_map(|(_, other)| other.namespace.as_ref());
    let mut found: Vec<_> = of_objects
        .chain(of_references)
        .filter(|namespace| namespace.value == name)
        .map(|namespace| (namespace.range, false))
        .collect();
    let given = facts
        .kustomization
        .as_ref()
        .and_then(|file| file.namespace.as_ref());
    found.extend(
        given
            .filter(|given| given.value == name)
            .map(|given| (given.range, false)),
    );
    let own = facts
        .objects
        .iter()
        .filter(|object| object.kind == *infragen_flux::known::NAMESPACE)
        .filter_map(|object| object.name.as_ref());
    found.extend(
        own.filter(|own| own.value == name)
            .map(|own| (own.range, true)),
    );
    found
}

fn paths(db: &dyn Db, file: SourceFile, place: Found) -> Vec<(TextRange, bool)> {
    let mut found = Vec::new();
    each_path(db, file, &mut |range, _, target| {
        if matches!(target(), PathTarget::Here { found, .. } if found == place) {
            found.push((range, false));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    /// The highlights, those that give a name with `=`.
    fn marks(fixture: &str) -> Vec<String> {
        let fixture = Fixture::new(fixture);
        let found = super::highlights(fixture.db(), fixture.file, fixture.offset);
        found
            .iter()
            .map(|(range, names)| {
                let place = fixture.place(fixture.file, *range);
                format!(
                    "{}{}",
                    if *names { "=" } else { "" },
                    &place["a.yaml:".len()..]
                )
            })
            .collect()
    }

    #[test]
    fn a_name_and_its_references_in_the_file() {
        let text = |first: &str, second: &str| {
            format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {first}, namespace: apps}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: web, namespace: apps}}
spec: {{dependsOn: [{{name: {second}}}, {{name: base, namespace: other}}]}}
"
            )
        };
        assert_eq!(marks(&text("$0base", "base")), ["=3:18 base", "8:27 base"]);
        assert_eq!(marks(&text("base", "bas$0e")), ["=3:18 base", "8:27 base"]);
        assert_eq!(
            marks(&text("base", "base").replace("apps}\n---", "$0apps}\n---")),
            ["3:35 apps", "7:34 apps"]
        );
    }

    #[test]
    fn an_anchor_and_its_aliases() {
        let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: &x 1\n  b: *$0x\n";
        assert_eq!(marks(text), ["=4:6 &x", "5:6 *x"]);
    }

    #[test]
    fn a_name_that_is_nowhere() {
        let text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {dependsOn: [{name: $0x}, {name: x}]}\n";
        assert_eq!(marks(text), ["4:27 x", "4:38 x"]);
    }
}
