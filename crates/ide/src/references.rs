use infragen_flux::{GroupKind, KindName};
use infragen_syntax::{TextRange, TextSize, Tree};
use infragen_workspace::{
    Db, Definition, Found, PathTarget, SourceFile, appliers, facts, importers, kustomization_file,
    references_to, target, tree,
};
use smol_str::SmolStr;

use crate::below::selected;
use crate::place::{anchor_range, each_node};
use crate::rename::chosen_at;
use crate::subject::{Part, Subject, What, reference_of, subjects};
use crate::target::{named_by, namespace_objects};
use crate::variables;

/// A range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileRange {
    /// The file.
    pub file: SourceFile,
    /// The range in it.
    pub range: TextRange,
}

/// A selector may take a whole build; the references of so many objects are asked for.
const MAX_SELECTED: usize = 50;

/// Every place that names the object, file or directory at an offset, in order of path and place; of an object also
/// the patches, targets and replacements that choose it by its name.
///
/// On the `apiVersion` or `kind` of an object, and on a path: the entries of kustomization files and the
/// `spec.path` of Flux Kustomizations that lead to the file or directory. On an anchor: its aliases. On a
/// variable: its uses.
pub fn references(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
    include_declaration: bool,
) -> Vec<FileRange> {
    if let Some(places) = variables::references(db, file, offset, include_declaration) {
        return places;
    }
    let mut search = Search {
        db,
        file,
        include_declaration,
        found: Vec::new(),
    };
    for subject in subjects(db, file, offset) {
        search.subject(&subject);
    }
    let mut found = search.found;
    found.sort_by_cached_key(|place| (place.file.path(db), place.range.start(), place.range.end()));
    found.dedup();
    found
}

struct Search<'a> {
    db: &'a dyn Db,
    file: SourceFile,
    include_declaration: bool,
    found: Vec<FileRange>,
}

impl Search<'_> {
    fn subject(&mut self, subject: &Subject) {
        match &subject.what {
            What::Reference {
                object,
                reference,
                part,
            } => {
                self.of_reference(subject.range, *object, *reference, *part);
            }
            What::Object(definition) => self.object(definition),
            What::Selection {
                selector,
                directories,
                ..
            } => {
                let taken = directories
                    .iter()
                    .flat_map(|directory| selected(self.db, *directory, selector))
                    .take(MAX_SELECTED);
                let taken: Vec<_> = taken.collect();
                taken.iter().for_each(|definition| self.object(definition));
            }
            What::Namespace(name) => self.namespace(name),
            What::Path {
                target: PathTarget::Here { found, .. },
                ..
            } => self.path(*found),
            What::Path { .. } => {}
            What::Kind(_) => self.path(Found::File(self.file)),
            What::KustomizationFile => {
                self.path(Found::Directory(self.file.directory(self.db)));
            }
            What::Anchor { node, .. } => {
                let tree = tree(self.db, self.file);
                let places = anchor_places(&tree, *node);
                let wanted = places
                    .into_iter()
                    .filter(|(_, anchor)| !anchor || self.include_declaration);
                let file = self.file;
                self.found
                    .extend(wanted.map(|(range, _)| FileRange { file, range }));
            }
        }
    }

    fn of_reference(&mut self, here: TextRange, object: Option<u32>, number: u32, part: Part) {
        let facts = facts(self.db, self.file);
        let Some((object, reference)) = reference_of(&facts, object, number) else {
            return;
        };
        if let (Part::Namespace, Some(namespace)) = (part, &reference.namespace) {
            return self.namespace(&namespace.value);
        }
        let named = named_by(self.db, self.file, object, reference);
        named.iter().for_each(|definition| self.object(definition));
        if let (true, KindName::Known(kind)) = (named.is_empty(), &reference.kind) {
            // Of a name that nothing bears: who else expects it.
            self.sites(kind, &reference.name.value, None);
        }
        let range = if part == Part::Name {
            here
        } else {
            reference.name.range
        };
        self.found.push(FileRange {
            file: self.file,
            range,
        });
    }

    fn object(&mut self, definition: &Definition) {
        let Some(target) = target(self.db, definition) else {
            return;
        };
        self.sites(&target.kind, &target.name, Some(definition));
        self.found.extend(chosen_at(self.db, definition));
        if self.include_declaration {
            self.found.push(FileRange {
                file: target.file,
                range: target.name_range,
            });
        }
    }

    fn sites(&mut self, kind: &GroupKind, name: &SmolStr, definition: Option<&Definition>) {
        for site in references_to(self.db, self.file.root(self.db), kind, name, definition) {
            let facts = facts(self.db, site.file);
            if let Some((_, reference)) = site.in_facts(&facts) {
                self.found.push(FileRange {
                    file: site.file,
                    range: reference.name.range,
                });
            }
        }
    }

    fn namespace(&mut self, name: &str) {
        let objects = namespace_objects(self.db, self.file, name);
        objects
            .iter()
            .for_each(|definition| self.object(definition));
    }

    /// Who leads to a file or directory. Whoever names a directory names its kustomization file.
    fn path(&mut self, found: Found) {
        let mut places = vec![found];
        match found {
            Found::File(file) if file.is_kustomization_file(self.db) => {
                places.push(Found::Directory(file.directory(self.db)));
            }
            Found::Directory(directory) => {
                places.extend(kustomization_file(self.db, directory).map(Found::File));
            }
            _ => {}
        }
        for place in places {
            self.path_itself(place);
            if let (Found::File(file), true) = (place, self.include_declaration) {
                let range = TextRange::empty(TextSize::from(0));
                self.found.push(FileRange { file, range });
            }
        }
    }

    fn path_itself(&mut self, place: Found) {
        let root = self.file.root(self.db);
        for import in importers(self.db, root, place) {
            let facts = facts(self.db, import.from);
            let entries = facts.kustomization.as_ref().map(|file| &file.entries);
            if let Some(entry) = entries.and_then(|entries| entries.get(import.entry as usize)) {
                self.found.push(FileRange {
                    file: import.from,
                    range: entry.path.range,
                });
            }
        }
        let Found::Directory(directory) = place else {
            return;
        };
        for (file, number) in appliers(self.db, root, directory) {
            let facts = facts(self.db, file);
            let object = facts.objects.get(number as usize);
            if let Some(path) = object.and_then(|object| object.paths.first()) {
                self.found.push(FileRange {
                    file,
                    range: path.path.range,
                });
            }
        }
    }
}

/// An anchor (`true`) and its aliases in their order.
pub(crate) fn anchor_places(
    tree: &Tree,
    anchored: infragen_syntax::NodeId,
) -> Vec<(TextRange, bool)> {
    let anchored = tree.node(anchored);
    let mut places: Vec<_> = anchor_range(anchored)
        .map(|range| (range, true))
        .into_iter()
        .collect();
    let document = tree.document_at(anchored.range().start());
    if let Some(root) = document.and_then(|document| document.root()) {
        each_node(root, &mut |node| {
            if node != anchored && node.resolve() == anchored {
                places.push((node.range(), false));
            }
        });
    }
    places
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    fn places(fixture: &str, include_declaration: bool) -> Vec<String> {
        let fixture = Fixture::new(fixture);
        super::references(
            fixture.db(),
            fixture.file,
            fixture.offset,
            include_declaration,
        )
        .iter()
        .map(|place| fixture.place(place.file, place.range))
        .collect()
    }

    fn flux(name: &str, spec: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {spec}
"
        )
    }

    #[test]
    fn what_chooses_an_object_by_its_name_is_found() {
        let map = |name: &str| {
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata: {{}}\n")
        };
        let text = |object: &str, patch: &str, target: &str| {
            format!(
                "//- apps/a.yaml
{}//- apps/b.yaml
{}//- apps/patch.yaml
{}//- apps/kustomization.yaml
namespace: web
resources: [a.yaml, b.yaml]
patches:
- path: patch.yaml
- target: {{kind: ConfigMap, name: a|c}}
  patch: '[]'
- target: {{kind: ConfigMap, name: .*}}
  patch: '[]'
- patch: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: a}}
replacements:
- source: {{kind: ConfigMap, name: b, fieldPath: metadata.name}}
  targets:
  - {{select: {{kind: ConfigMap, name: a}}, fieldPaths: [data.x]}}
//- clusters/prod/apps.yaml
{}",
                map(object),
                map("b"),
                map(patch),
                flux(
                    "apps",
                    &format!(
                        "{{path: ./apps, patches: [{{target: {{name: {target}}}, patch: '[]'}}], sourceRef: {{kind: GitRepository, name: flux-system}}}}"
                    )
                )
            )
        };
        let expected = [
            "apps/kustomization.yaml:5:35 a|c",
            "apps/kustomization.yaml:12:22 a",
            "apps/kustomization.yaml:16:38 a",
            "apps/patch.yaml:4:9 a",
            "clusters/prod/apps.yaml:4:48 a",
        ];
        assert_eq!(places(&text("$0a", "a", "a"), false), expected);
        assert_eq!(places(&text("a", "$0a", "a"), false), expected);
    }

    #[test]
    fn a_name_is_found_wherever_it_is_referred_to() {
        let repository = |base: &str, apps: &str| {
            format!(
                "//- base.yaml\n{}//- apps.yaml\n{}---\n{}",
                flux(base, "{}"),
                flux("apps", &format!("{{dependsOn: [{{name: {apps}}}]}}")),
                flux("other", "{dependsOn: [{name: base}]}"),
            )
        };
        let uses = ["apps.yaml:4:27 base", "apps.yaml:9:27 base"];
        assert_eq!(places(&repository("$0base", "base"), false), uses);
        assert_eq!(places(&repository("base", "ba$0se"), false), uses);
        let with_declaration = [
            "apps.yaml:4:27 base",
            "apps.yaml:9:27 base",
            "base.yaml:3:18 base",
        ];
        assert_eq!(
            places(&repository("base", "$0base"), true),
            with_declaration
        );
    }

    #[test]
    fn a_name_that_nothing_bears_is_found_where_it_is_expected() {
        let found = places(
            &format!(
                "{}---\n{}",
                flux("a", "{dependsOn: [{name: $0gone}]}"),
                flux("b", "{dependsOn: [{name: gone}]}")
            ),
            true,
        );
        assert_eq!(found, ["a.yaml:4:27 gone", "a.yaml:9:27 gone"]);
    }

    const TREE: &str = "//- base/kustomization.yaml
resources: [web.yaml]
//- overlay/kustomization.yaml
resources: [../base]
";

    #[test]
    fn a_kind_tells_who_takes_the_file_in() {
        for object in [
            "$0apiVersion: v1\nkind: ConfigMap",
            "apiVersion: v1\nkind: Config$0Map",
        ] {
            let object = object.replace("$0apiVersion: v1", "apiVersion: $0v1");
            let web = format!("{TREE}//- base/web.yaml\n{object}\nmetadata: {{name: web}}\n");
            assert_eq!(
                places(&web, false),
                ["base/kustomization.yaml:1:13 web.yaml"]
            );
        }
    }

    #[test]
    fn a_path_tells_who_else_leads_there() {
        let sync = flux(
            "flux-system",
            "{path: ./clusters/a, sourceRef: {kind: GitRepository, name: flux-system}}",
        );
        let web = flux(
            "web",
            "{path: ./base, sourceRef: {kind: GitRepository, name: flux-system}}",
        );
        let found = places(
            &format!(
                "{TREE}//- more/kustomization.yaml\nresources: [../ba$0se]\n//- clusters/a/sync.yaml\n{sync}---\n{web}"
            ),
            false,
        );
        assert_eq!(
            found,
            [
                "clusters/a/sync.yaml:9:14 ./base",
                "more/kustomization.yaml:1:13 ../base",
                "overlay/kustomization.yaml:1:13 ../base",
            ]
        );
    }

    #[test]
    fn a_kustomization_file_tells_who_builds_on_it() {
        let found = places(
            "//- base/kustomization.yaml
kind: $0Kustomization
resources: []
//- overlay/kustomization.yaml
resources: [../base]
",
            false,
        );
        assert_eq!(found, ["overlay/kustomization.yaml:1:13 ../base"]);
    }

    #[test]
    fn an_anchor_has_its_aliases() {
        let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: &$0x 1\n  b: *x\n  c: *x\n---\nd: &x 2\ne: *x\n";
        assert_eq!(places(text, false), ["a.yaml:5:6 *x", "a.yaml:6:6 *x"]);
        assert_eq!(places(text, true)[0], "a.yaml:4:6 &x");
        let alias = text.replace("&$0x", "&x").replace("c: *x", "c: *$0x");
        assert_eq!(places(&alias, false), ["a.yaml:5:6 *x", "a.yaml:6:6 *x"]);
    }
}
