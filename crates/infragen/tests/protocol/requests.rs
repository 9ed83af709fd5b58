//! Every request once, with the answer that an editor shows.

use serde_json::{Value, json};

use crate::repository::{Repository, text_in};
use crate::session::{Session, able};

const REPOSITORY: &str = "//- clusters/staging/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./apps/web
  sourceRef:
    kind: OCIRepository
    name: we$0b
//- apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - source.yaml
//- apps/web/source.yaml
# where the manifests come from
# and how often
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 5m
  url: oci://ghcr.io/acme/web
  ref:
    semver: '*'
";

fn repository() -> Repository {
    Repository::new(REPOSITORY)
}

/// Sets `$0` anew: before the first place where a text stands in a file.
fn with_cursor(path: &str, before: &str) -> Repository {
    let mut repository = repository();
    let text = repository.text(path);
    let at = text.find(before).unwrap();
    let text = format!("{}$0{}", &text[..at], &text[at..]);
    repository.write_all(&format!("//- {path}\n{text}"));
    repository
}

fn places(repository: &Repository, answer: &Value, uri: &str, range: &str) -> Vec<String> {
    let place = |place: &Value| repository.place(place[uri].as_str().unwrap(), &place[range]);
    answer.as_array().unwrap().iter().map(place).collect()
}

#[test]
fn definition() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let links = session.ask_at_cursor("textDocument/definition");
    let selected = places(&repository, &links, "targetUri", "targetSelectionRange");
    assert_eq!(selected, ["apps/web/source.yaml:6:9 web"]);
    let whole = &links[0]["targetRange"];
    assert!(text_in(&repository.text("apps/web/source.yaml"), whole).contains("semver: '*'"));
    let origin = &links[0]["originSelectionRange"];
    assert_eq!(
        text_in(&repository.text("clusters/staging/apps.yaml"), origin),
        "web"
    );
    session.end();
}

#[test]
fn definition_of_a_path() {
    let repository = with_cursor("clusters/staging/apps.yaml", "./apps/web");
    let mut session = Session::start(&repository);
    let links = session.ask_at_cursor("textDocument/definition");
    assert_eq!(
        links[0]["targetUri"],
        repository.uri("apps/web/kustomization.yaml")
    );
    session.end();
}

#[test]
fn definitions_are_labelled() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let found = session.ask_at_cursor("infragen/definitions");
    let source = &found[0];
    // Its own source is what this Flux Kustomization applies, so no environment is known to have it.
    assert_eq!(source["environment"], Value::Null);
    assert_eq!(source["name"], "OCIRepository web");
    let location = &source["location"];
    assert_eq!(
        repository.place(location["uri"].as_str().unwrap(), &location["range"]),
        "apps/web/source.yaml:6:9 web"
    );
    assert_eq!(found.as_array().unwrap().len(), 1);
    session.end();
}

#[test]
fn definition_where_there_is_none() {
    let repository = with_cursor("clusters/staging/apps.yaml", "10m");
    let mut session = Session::start(&repository);
    assert_eq!(
        session.ask_at_cursor("textDocument/definition"),
        Value::Null
    );
    session.end();
}

#[test]
fn references() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let ask = |session: &mut Session<'_>, declaration: bool| {
        let mut params = repository.at_cursor();
        params["context"] = json!({ "includeDeclaration": declaration });
        let found = session.ask("textDocument/references", params);
        let mut found = places(&repository, &found, "uri", "range");
        found.sort();
        found
    };
    let reference = "clusters/staging/apps.yaml:12:11 web";
    assert_eq!(ask(&mut session, false), [reference]);
    assert_eq!(
        ask(&mut session, true),
        ["apps/web/source.yaml:6:9 web", reference]
    );
    session.end();
}

#[test]
fn call_hierarchy() {
    let flux = |name: &str, spec: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: a}}\nspec: {spec}\n"
        )
    };
    let repository = Repository::new(&format!(
        "//- clusters/main/base.yaml\n{}//- clusters/main/apps.yaml\n{}//- clusters/main/more.yaml\n{}",
        flux("base", "{path: ./base}"),
        flux("ap$0ps", "{path: ./apps, dependsOn: [{name: base}]}"),
        flux("more", "{path: ./more, dependsOn: [{name: apps}]}"),
    ));
    let mut session = Session::start(&repository);
    let items = session.ask_at_cursor("textDocument/prepareCallHierarchy");
    assert_eq!(
        places(&repository, &items, "uri", "selectionRange"),
        ["clusters/main/apps.yaml:3:18 apps"]
    );
    // A client asks with the item, also where its file is not open.
    for (method, end, expected, said) in [
        (
            "incomingCalls",
            "from",
            "clusters/main/more.yaml:3:18 more",
            [3, 40],
        ),
        (
            "outgoingCalls",
            "to",
            "clusters/main/base.yaml:3:18 base",
            [3, 40],
        ),
    ] {
        let params = json!({ "item": items[0] });
        let calls = session.ask(&format!("callHierarchy/{method}"), params);
        let others = json!([calls[0][end]]);
        assert_eq!(
            places(&repository, &others, "uri", "selectionRange"),
            [expected]
        );
        let start = &calls[0]["fromRanges"][0]["start"];
        assert_eq!(
            [&start["line"], &start["character"]],
            [&json!(said[0]), &json!(said[1])]
        );
        let params = json!({ "item": calls[0][end] });
        let back = session.ask(&format!("callHierarchy/{method}"), params);
        assert_eq!(back, json!([]), "{method} of the last");
    }
    session.end();
}

#[test]
fn document_highlight() {
    let repository = with_cursor("apps/web/source.yaml", "web\n");
    let mut session = Session::start(&repository);
    let found = session.ask_at_cursor("textDocument/documentHighlight");
    let range =
        json!({ "start": { "line": 5, "character": 8 }, "end": { "line": 5, "character": 11 } });
    assert_eq!(
        found,
        json!([{ "range": range, "kind": 3 }]),
        "it is written here"
    );
    session.end();
}

#[test]
fn hover() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let hover = session.ask_at_cursor("textDocument/hover");
    assert_eq!(hover["contents"]["kind"], "markdown");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(
        text.contains("OCIRepository") && text.contains("apps/web/source.yaml"),
        "{text}"
    );
    assert_eq!(
        text_in(
            &repository.text("clusters/staging/apps.yaml"),
            &hover["range"]
        ),
        "web"
    );
    session.end();

    let mut plain = able();
    plain["textDocument"]["hover"] = json!({ "contentFormat": ["plaintext"] });
    let mut session = Session::start_as(&repository, plain);
    let hover = session.ask_at_cursor("textDocument/hover");
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(
        text.contains("OCIRepository") && !text.contains(['`', '*']),
        "{text}"
    );
    session.end();
}

#[test]
fn completion() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let list = session.ask_at_cursor("textDocument/completion");
    assert_eq!(list["isIncomplete"], false);
    let items = list["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["label"] == "web").unwrap();
    assert_eq!(item["kind"], 18, "a reference");
    assert_eq!(item["textEdit"]["newText"], "web");
    let typed = text_in(
        &repository.text("clusters/staging/apps.yaml"),
        &item["textEdit"]["range"],
    );
    assert_eq!(typed, "web", "what is typed is replaced");
    session.end();
}

#[test]
fn completion_of_a_manifest() {
    let repository = Repository::new("//- new.yaml\n$0");
    let mut session = Session::start(&repository);
    let list = session.ask_at_cursor("textDocument/completion");
    let find = |list: &Value| {
        let items = list["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .find(|item| {
                item["textEdit"]["newText"]
                    .as_str()
                    .unwrap()
                    .contains("kind: OCIRepository")
            })
            .unwrap()
    };
    let item = find(&list);
    assert_eq!(
        (&item["insertTextFormat"], &item["insertTextMode"]),
        (&json!(2), &json!(1))
    );
    assert!(
        item["textEdit"]["newText"]
            .as_str()
            .unwrap()
            .contains("${1:"),
        "{item}"
    );
    session.end();

    let mut plain = able();
    plain["textDocument"]["completion"] = json!({});
    let mut session = Session::start_as(&repository, plain);
    let item = find(&session.ask_at_cursor("textDocument/completion"));
    assert_eq!(item.get("insertTextFormat"), None);
    assert!(
        !item["textEdit"]["newText"].as_str().unwrap().contains('$'),
        "{item}"
    );
    session.end();
}

#[test]
fn document_symbol() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let document = repository.document("apps/web/source.yaml");
    let symbols = session.ask("textDocument/documentSymbol", document.clone());
    assert_eq!(symbols[0]["name"], "OCIRepository/web");
    assert_eq!(symbols[0]["detail"], "flux-system");
    let text = repository.text("apps/web/source.yaml");
    assert_eq!(text_in(&text, &symbols[0]["selectionRange"]), "web");
    let children: Vec<_> = symbols[0]["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| &child["name"])
        .collect();
    assert_eq!(children, ["interval", "url", "ref"]);
    session.end();

    let mut flat = able();
    flat["textDocument"]["documentSymbol"] = json!({});
    let mut session = Session::start_as(&repository, flat);
    let symbols = session.ask("textDocument/documentSymbol", document);
    let names: Vec<_> = symbols
        .as_array()
        .unwrap()
        .iter()
        .map(|symbol| &symbol["name"])
        .collect();
    assert_eq!(names[..2], ["OCIRepository/web", "interval"]);
    assert_eq!(symbols[1]["containerName"], "OCIRepository/web");
    session.end();
}

#[test]
fn workspace_symbol() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let symbols = session.ask("workspace/symbol", json!({ "query": "ocirepository" }));
    assert_eq!(symbols[0]["name"], "OCIRepository/web");
    let location = &symbols[0]["location"];
    let place = repository.place(location["uri"].as_str().unwrap(), &location["range"]);
    assert_eq!(place, "apps/web/source.yaml:6:9 web");
    assert_eq!(
        session.ask("workspace/symbol", json!({ "query": "no such thing" })),
        json!([])
    );
    session.end();
}

#[test]
fn document_link() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let links = session.ask(
        "textDocument/documentLink",
        repository.document("apps/web/kustomization.yaml"),
    );
    assert_eq!(links.as_array().unwrap().len(), 1);
    assert_eq!(links[0]["target"], repository.uri("apps/web/source.yaml"));
    assert_eq!(
        text_in(
            &repository.text("apps/web/kustomization.yaml"),
            &links[0]["range"]
        ),
        "source.yaml"
    );
    session.end();
}

#[test]
fn folding_range() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let document = repository.document("apps/web/source.yaml");
    let lines = |folds: &Value| {
        let fold = |fold: &Value| {
            format!(
                "{}-{} {}",
                fold["startLine"],
                fold["endLine"],
                fold["kind"].as_str().unwrap()
            )
        };
        folds
            .as_array()
            .unwrap()
            .iter()
            .map(fold)
            .collect::<Vec<_>>()
    };
    let folds = session.ask("textDocument/foldingRange", document.clone());
    assert_eq!(
        lines(&folds),
        ["0-1 comment", "4-6 region", "7-11 region", "10-11 region"]
    );
    assert_eq!(folds[0].get("endCharacter"), None);
    session.end();

    let mut few = able();
    few["textDocument"]["foldingRange"] = json!({ "rangeLimit": 2 });
    let mut session = Session::start_as(&repository, few);
    let folds = session.ask("textDocument/foldingRange", document);
    assert_eq!(lines(&folds).len(), 2);
    session.end();
}

#[test]
fn selection_range() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let mut params = repository.at_cursor();
    let nowhere = json!({ "line": 99, "character": 0 });
    params["positions"] = json!([params["position"], nowhere]);
    let ranges = session.ask("textDocument/selectionRange", params);
    assert_eq!(ranges.as_array().unwrap().len(), 2);
    let text = repository.text("clusters/staging/apps.yaml");
    let mut selected = Vec::new();
    let mut at = &ranges[0];
    while at.is_object() {
        selected.push(text_in(&text, &at["range"]));
        at = &at["parent"];
    }
    assert_eq!(selected[0], "web");
    assert!(selected.len() > 3, "{selected:?}");
    for pair in selected.windows(2) {
        assert!(pair[1].contains(&pair[0]) && pair[0] != pair[1], "{pair:?}");
    }
    session.end();
}

/// The texts that an edit replaces, each with its annotation.
fn replaced(repository: &Repository, edit: &Value) -> Vec<String> {
    let documents = edit["documentChanges"].as_array().unwrap();
    let mut found = Vec::new();
    for document in documents {
        let uri = document["textDocument"]["uri"].as_str().unwrap();
        for change in document["edits"].as_array().unwrap() {
            let annotation = change["annotationId"].as_str().unwrap();
            let label = &edit["changeAnnotations"][annotation]["label"];
            let place = repository.place(uri, &change["range"]);
            found.push(format!("{place} -> {}: {}", change["newText"], label));
        }
    }
    found
}

#[test]
fn rename() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let prepared = session.ask_at_cursor("textDocument/prepareRename");
    assert_eq!(prepared["placeholder"], "web");
    let text = repository.text("clusters/staging/apps.yaml");
    assert_eq!(text_in(&text, &prepared["range"]), "web");

    let mut params = repository.at_cursor();
    params["newName"] = json!("site");
    let edit = session.ask("textDocument/rename", params.clone());
    assert_eq!(
        replaced(&repository, &edit),
        [
            "apps/web/source.yaml:6:9 web -> \"site\": \"Objects\"",
            "clusters/staging/apps.yaml:12:11 web -> \"site\": \"References in staging\"",
        ]
    );
    params["newName"] = json!("No Name");
    assert_eq!(session.error("textDocument/rename", params), -32803);
    session.end();
}

#[test]
fn a_rename_that_deletes_is_confirmed() {
    let repository = with_cursor("clusters/staging/apps.yaml", "web\n  namespace");
    let mut session = Session::start(&repository);
    let mut params = repository.at_cursor();
    params["newName"] = json!("site");
    let edit = session.ask("textDocument/rename", params);
    let annotation = &edit["changeAnnotations"]["0"];
    assert_eq!(annotation["needsConfirmation"], true, "{edit}");
    let description = annotation["description"].as_str().unwrap();
    assert!(
        description.contains("deletionPolicy: Orphan"),
        "{description}"
    );
    session.end();
}

#[test]
fn a_client_without_annotations_gets_plain_edits() {
    let repository = repository();
    let mut able = able();
    able["workspace"]["workspaceEdit"] = json!({});
    let mut session = Session::start_as(&repository, able);
    let mut params = repository.at_cursor();
    params["newName"] = json!("site");
    let edit = session.ask("textDocument/rename", params);
    let changes = edit["changes"].as_object().unwrap();
    assert_eq!(changes.len(), 2, "{edit}");
    assert_eq!(
        edit["changes"][repository.uri("apps/web/source.yaml")][0]["newText"],
        "site"
    );
    session.end();
}

#[test]
fn will_rename_files() {
    let repository = repository();
    let mut session = Session::start(&repository);
    let params = json!({ "files": [{
        "oldUri": repository.uri("apps/web"), "newUri": repository.uri("services/site"),
    }] });
    let edit = session.ask("workspace/willRenameFiles", params);
    assert_eq!(
        replaced(&repository, &edit),
        ["clusters/staging/apps.yaml:9:9 ./apps/web -> \"./services/site\": \"Paths\""]
    );
    let file = json!({ "files": [{
        "oldUri": repository.uri("apps/web/source.yaml"),
        "newUri": repository.uri("apps/web/sources/web.yaml"),
    }] });
    let edit = session.ask("workspace/willRenameFiles", file);
    assert_eq!(
        replaced(&repository, &edit),
        ["apps/web/kustomization.yaml:4:5 source.yaml -> \"sources/web.yaml\": \"Paths\""]
    );
    let outside = json!({ "files": [{
        "oldUri": "file:///nowhere/a.yaml", "newUri": "file:///nowhere/b.yaml",
    }] });
    assert_eq!(
        session.ask("workspace/willRenameFiles", outside),
        Value::Null
    );
    session.end();
}

#[test]
fn code_action() {
    let mut repository = repository();
    let text = repository.text("clusters/staging/apps.yaml");
    let broken = text.replace("    name: web", "    name: weeb");
    repository.write_all(&format!("//- clusters/staging/apps.yaml\n{broken}"));
    let mut session = Session::start(&repository);
    session.open("clusters/staging/apps.yaml");
    session.await_findings("clusters/staging/apps.yaml", &["12:11 dangling-reference"]);
    let finding = session.diagnostics("clusters/staging/apps.yaml")[0].clone();
    let mut params = repository.document("clusters/staging/apps.yaml");
    params["range"] = finding["range"].clone();
    params["context"] = json!({ "diagnostics": [finding] });

    let actions = session.ask("textDocument/codeAction", params.clone());
    let action = &actions[0];
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["diagnostics"], json!([finding]));
    let title = action["title"].as_str().unwrap();
    assert!(title.starts_with(char::is_uppercase), "{title}");
    let change = &action["edit"]["documentChanges"][0];
    let document = json!({ "uri": repository.uri("clusters/staging/apps.yaml"), "version": 1 });
    assert_eq!(change["textDocument"], document);
    let edit = &change["edits"][0];
    assert_eq!(edit["newText"], "web");
    assert_eq!(text_in(&broken, &edit["range"]), "weeb");

    params["context"]["only"] = json!(["refactor"]);
    assert_eq!(
        session.ask("textDocument/codeAction", params.clone()),
        Value::Null
    );
    params["context"]["only"] = json!(["quickfix"]);
    assert_eq!(
        session.ask("textDocument/codeAction", params.clone()),
        actions
    );
    session.end();

    let mut simple = able();
    simple["workspace"]["workspaceEdit"] = json!({});
    let mut session = Session::start_as(&repository, simple);
    let actions = session.ask("textDocument/codeAction", params);
    let changes = &actions[0]["edit"]["changes"];
    assert_eq!(
        changes[repository.uri("clusters/staging/apps.yaml")][0]["newText"],
        "web"
    );
    session.end();
}

#[test]
fn code_actions_that_make_and_rename_files() {
    let mut repository = repository();
    let flux =
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\n";
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
    repository.write_all(&format!(
        "//- other/flux/kustomization.yaml\n{flux}//- other/layer/kustomization.yaml\ncomponents:\n  - part\n//- other/layer/part/a.yaml\n{object}"
    ));
    let mut client = able();
    client["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["create", "rename"]);
    for (capabilities, can) in [(client, true), (able(), false)] {
        let mut session = Session::start_as(&repository, capabilities);
        let mut actions = |path: &str, line: u32, finding: &str| {
            session.open(path);
            session.await_findings(path, &[finding]);
            let mut params = repository.document(path);
            let place = json!({ "line": line, "character": 6 });
            params["range"] = json!({ "start": place, "end": place });
            params["context"] = json!({ "diagnostics": [] });
            session.ask("textDocument/codeAction", params)
        };
        let rename = actions(
            "other/flux/kustomization.yaml",
            1,
            "2:7 flux-kustomization-in-kustomization-file",
        );
        let create = actions(
            "other/layer/kustomization.yaml",
            1,
            "2:5 no-kustomization-file",
        );
        if can {
            assert_eq!(
                rename[0]["edit"]["documentChanges"],
                json!([{
                    "kind": "rename",
                    "oldUri": repository.uri("other/flux/kustomization.yaml"),
                    "newUri": repository.uri("other/flux/ks.yaml"),
                }])
            );
            let changes = &create[0]["edit"]["documentChanges"];
            let uri = repository.uri("other/layer/part/kustomization.yaml");
            assert_eq!(changes[0], json!({ "kind": "create", "uri": uri }));
            assert_eq!(changes[1]["textDocument"]["uri"], json!(uri));
            let text = changes[1]["edits"][0]["newText"].as_str().unwrap();
            assert!(
                text.ends_with("kind: Component\nresources:\n  - a.yaml\n"),
                "{text}"
            );
        } else {
            assert_eq!((rename, create), (json!([]), json!([])));
        }
        session.end();
    }
}
