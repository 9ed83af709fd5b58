//! Whole builds against what kustomize 5.8.1 makes of them, by theme.

use camino::Utf8Path;

use crate::build::{Options, build};
use crate::error::ErrorKind;
use crate::loader::Loader;
use crate::patches::tests::{World, check};

#[test]
fn fields_change_as_in_kustomize() {
    check(include_str!("cases/fields.txt"));
}

#[test]
fn generators_make_what_kustomize_makes() {
    check(include_str!("cases/generators.txt"));
}

#[test]
fn names_are_followed_as_in_kustomize() {
    check(include_str!("cases/names.txt"));
}

#[test]
fn plugins_do_what_they_do_in_kustomize() {
    check(include_str!("cases/plugins.txt"));
}

#[test]
fn settings_mean_what_they_mean_to_kustomize() {
    check(include_str!("cases/settings.txt"));
}

#[test]
fn files_and_directories_are_read_as_by_kustomize() {
    check(include_str!("cases/structure.txt"));
}

#[test]
fn texts_and_numbers_are_printed_as_by_kustomize() {
    check(include_str!("cases/texts.txt"));
}

#[test]
fn text_in_brackets_is_read_as_by_kustomize() {
    check(include_str!("cases/brackets.txt"));
}

#[test]
fn keys_given_again_do_what_they_do_in_kustomize() {
    check(include_str!("cases/repeated.txt"));
}

#[test]
fn spellings_of_one_field_are_one_field() {
    check(include_str!("cases/spellings.txt"));
}

#[test]
fn lists_of_objects_are_taken_apart_as_by_kustomize() {
    check(include_str!("cases/lists.txt"));
}

#[test]
fn schemas_stand_alone_or_beside_the_one_of_kustomize() {
    check(include_str!("cases/schemas.txt"));
}

#[test]
fn a_value_is_added_where_kustomize_adds_it() {
    check(include_str!("cases/ways.txt"));
}

/// The kinds and the texts of the errors of a build of a directory.
fn errors(directory: &str, files: &str) -> Vec<(ErrorKind, String)> {
    let world = World::of(files);
    let built = build(&world, Utf8Path::new(directory), Options { sorted: true });
    built
        .errors
        .iter()
        .map(|error| {
            let tree = world.tree(&error.place.file);
            let text = tree.map(|tree| tree.text()[error.place.range].to_owned());
            (error.kind, text.unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_directory_around_is_a_cycle() {
    let files = "#file a/kustomization.yaml\nresources: []\n#file a/b/kustomization.yaml\nresources: [..]\n";
    assert_eq!(errors("a/b", files), [(ErrorKind::Cycle, "..".to_owned())]);
}

#[test]
fn directories_that_name_each_other_are_a_cycle() {
    let files = "#file a/kustomization.yaml\nresources: [../b]\n#file b/kustomization.yaml\nresources: [../a]\n";
    let found = errors("a", files);
    assert!(
        found.iter().any(|(kind, _)| *kind == ErrorKind::Cycle),
        "{found:?}"
    );
}

#[test]
fn a_base_that_leads_around_the_overlay_is_a_cycle() {
    let files = "#file a/kustomization.yaml\nresources: []\n#file x/kustomization.yaml\nresources: [../a]\n\
                 #file a/b/kustomization.yaml\nresources: [../../x]\n";
    assert_eq!(
        errors("a/b", files),
        [(ErrorKind::Cycle, "../../x".to_owned())]
    );
    assert_eq!(errors("x", files), []);
}

#[test]
fn a_json_patch_takes_the_quotes_off_annotations_for_the_next_one() {
    let patched = |key: &str, patches: usize| {
        let patch =
            "- target: {kind: R}\n  patch: '- {op: add, path: /y, value: z}'\n".repeat(patches);
        let last = "- target: {kind: R}\n  patch: '- {op: remove, path: /metadata/annotations}'\n";
        let files = format!(
            "#file kustomization.yaml\nresources: [a.yaml]\npatches:\n{patch}{last}\
             #file a.yaml\nkind: R\nmetadata: {{name: a, annotations: {{\"{key}\": x}}}}\n"
        );
        errors("", &files)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect::<Vec<_>>()
    };
    for key in ["true", "1", "null"] {
        assert_eq!(
            patched(key, 1).first(),
            Some(&ErrorKind::PatchFails),
            "{key}"
        );
        assert_eq!(patched(key, 0), [], "{key}");
    }
    assert_eq!(patched("on", 1), []);
}

#[test]
fn errors_point_at_what_must_change() {
    let files = "#file kustomization.yaml\nresources: [nope.yaml, c]\nresource: []\nnamePrefix: 5\n\
                 configMapGenerator: [{name: a, literals: [b]}]\nreplicas: [{name: web, count: 2}]\n\
                 #file c/kustomization.yaml\nkind: Component\n";
    assert_eq!(
        errors("", files),
        [
            (ErrorKind::UnknownField, "resource".to_owned()),
            (ErrorKind::WrongType, "5".to_owned()),
            (ErrorKind::MissingPath, "nope.yaml".to_owned()),
            (ErrorKind::WrongList, "c".to_owned()),
            (ErrorKind::Generator, "b".to_owned()),
            (ErrorKind::Replicas, "web".to_owned()),
        ]
    );
}

#[test]
fn settings_of_endless_aliases_are_refused() {
    let mut files = "#file kustomization.yaml\na0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 8].join(", ");
        files.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let found = errors("", &files);
    assert_eq!(found[0].0, ErrorKind::WrongValue, "{}", found.len());
}

#[test]
fn an_object_of_endless_aliases_is_refused() {
    let mut files = "#file kustomization.yaml\nresources: [a.yaml]\n#file a.yaml\napiVersion: v1\nkind: ConfigMap\n\
                     metadata: {name: a}\na0: &a0 [x, x, x, x, x, x, x, x]\n"
        .to_owned();
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 8].join(", ");
        files.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let found = errors("", &files);
    assert_eq!(found.len(), 1, "{:?}", found.first());
}

#[test]
fn definitions_that_name_themselves_end() {
    let own = r#"{"$ref": "T"}"#;
    let files = format!(
        "#file kustomization.yaml\ncrds: [c.json]\n#file c.json\n{{\"T\": {{\"Schema\": {{\"properties\": \
         {{\"kind\": {{}}, \"apiVersion\": {{}}, \"metadata\": {{}}, \"a\": {own}, \"b\": {own}, \"c\": {own}, \"d\": {own}}}}}}}}}\n"
    );
    assert_eq!(errors("", &files), []);
}

#[test]
fn a_build_goes_on_past_an_error() {
    let files = "#file kustomization.yaml\nresources: [nope.yaml, a.yaml]\nnamePrefix: x-\n\
                 #file a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let built = build(
        &World::of(files),
        Utf8Path::new(""),
        Options { sorted: true },
    );
    let names: Vec<&str> = built
        .resources
        .iter()
        .map(|resource| resource.name())
        .collect();
    assert_eq!(names, ["x-a"]);
    assert_eq!(built.errors.len(), 1);
}

#[test]
fn a_scalar_knows_every_step_that_made_it() {
    let files = "#file base/kustomization.yaml\nresources: [a.yaml]\nnamePrefix: b-\n\
                 #file base/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\
                 #file kustomization.yaml\nresources: [base]\nnameSuffix: -o\n";
    let world = World::of(files).traced();
    let built = build(&world, Utf8Path::new(""), Options { sorted: true });
    let name = built.resources[0].value.at(&["metadata", "name"]).unwrap();
    let mut origin = name.as_scalar().unwrap().origin.clone();
    let mut steps = Vec::new();
    while let Some(step) = origin.newest() {
        let tree = world.tree(&step.place.file).unwrap();
        steps.push((
            step.place.file.to_string(),
            tree.text()[step.place.range].to_owned(),
            step.before.text.as_deref().unwrap_or_default().to_owned(),
        ));
        let before = step.before.origin.clone();
        origin = before;
    }
    let step = |file: &str, text: &str, before: &str| {
        (file.to_owned(), text.to_owned(), before.to_owned())
    };
    assert_eq!(
        steps,
        [
            step("kustomization.yaml", "-o", "b-a"),
            step("base/kustomization.yaml", "b-", "a"),
            step("base/a.yaml", "a", ""),
        ]
    );
}

#[test]
fn a_file_that_kustomize_fetches_is_not_missing() {
    let kind = |fields: &str, path: &str| {
        let files = format!(
            "#file kustomization.yaml\n{}\n",
            fields.replace("PATH", path)
        );
        errors("", &files)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect::<Vec<_>>()
    };
    for fields in [
        "configMapGenerator: [{name: c, files: [x=PATH]}]",
        "secretGenerator: [{name: c, envs: [PATH]}]",
        "patches: [{path: PATH}]",
        "patchesStrategicMerge: [PATH]",
        "replacements: [{path: PATH}]",
        "configurations: [PATH]",
        "crds: [PATH]",
        "openapi: {path: PATH}",
    ] {
        for path in ["http://127.0.0.1:9/x", "HTTPS://127.0.0.1:9/x"] {
            assert_eq!(kind(fields, path), [ErrorKind::Unsupported], "{fields}");
        }
    }
    for path in ["ssh://127.0.0.1/x", "git@127.0.0.1:x/y", "file:///x"] {
        let found = kind("patches: [{path: 'PATH'}]", path);
        assert_eq!(found, [ErrorKind::MissingPath], "{path}");
    }
}

#[test]
fn what_is_no_yaml_is_told_once() {
    let files =
        "#file kustomization.yaml\nconfigMapGenerator: [{name: cfg, literals: [env=${ENV}]}]\n";
    let kinds: Vec<_> = errors("", files)
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, [ErrorKind::Syntax]);
}

#[test]
fn a_plugin_that_kustomize_does_not_bring_is_told() {
    let told = |fields: &str| {
        let world = World::of(&format!("#file kustomization.yaml\n{fields}\n"));
        let built = build(&world, Utf8Path::new(""), Options { sorted: true });
        let error = built.errors.first().unwrap();
        (
            error.kind,
            error.message.clone(),
            error.help.clone().unwrap_or_default(),
        )
    };
    let builtin = |list: &str, kind: &str| {
        told(&format!(
            "{list}: [\"apiVersion: builtin\\nkind: {kind}\\nmetadata: {{name: x}}\"]"
        ))
    };
    let expected = |message: &str, help: &str| {
        (
            ErrorKind::Configuration,
            message.to_owned(),
            help.to_owned(),
        )
    };
    assert_eq!(
        builtin("transformers", "LabelTransformr"),
        expected(
            "kustomize has no builtin LabelTransformr",
            "did you mean `LabelTransformer`?"
        )
    );
    assert_eq!(
        builtin("transformers", "SecretGenerator"),
        expected(
            "SecretGenerator is a generator and no transformer",
            "list it in `generators`"
        )
    );
    assert!(
        builtin("generators", "Nothing")
            .2
            .contains("SecretGenerator")
    );
    assert_eq!(
        builtin("generators", "HelmChartInflationGenerator").0,
        ErrorKind::Unsupported
    );
    let (kind, message, _) =
        told("transformers: [\"apiVersion: x/v1\\nkind: Y\\nmetadata: {name: x}\"]");
    assert_eq!(kind, ErrorKind::Unsupported);
    assert_eq!(message, "Y is a program, which is not run here");
}
