use infragen_flux::substitute::{ErrorKind, NAME_PATTERN, is_variable_name};
use infragen_syntax::{TextEdit, TextRange, TextSize};
use infragen_workspace::{
    BrokenReference, DefinedIn, Retyped, Substitution, VariableUse, cluster, spoiled,
    substitutions, variable_definitions, variable_receivers, variable_uses, variable_uses_in_files,
};

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};
use crate::variables::{applications, environments, escape, is_of_shell, listed, relate};

/// Text or values with which the substitution of variables fails.
pub static FAILING_SUBSTITUTION: Rule = Rule {
    id: "failing-substitution",
    severity: Severity::Error,
    summary: "putting the values of variables into an object fails",
    explanation: "\
A Flux Kustomization with `postBuild` reads every `${…}` in what it applies, in scripts and dashboards inside of \
ConfigMaps, too. It knows less than a shell: `${array[@]}`, `${name.field}` and `${name-default}` are errors. One of \
them fails the whole Kustomization, with `missing closing brace` or the like and without a line. Write `$${…}` to keep \
such a text, `${name:-default}` for a default, or keep the whole object as it is:

```yaml
metadata:
  annotations:
    kustomize.toolkit.fluxcd.io/substitute: disabled
```

Three more things fail:

- A key of a ConfigMap or Secret in `substituteFrom` that is no name of a variable, be it used or not.
- A value that makes the object no YAML: it is put into the text of the object, where quotes are those that the text \
needs *before* that. `\"${SCHEDULE}\"` is written without quotes, and `@hourly` cannot stand so.
- A number or a boolean where a text must be: labels, annotations, the data of a ConfigMap, environment variables. \
Give Flux a variable `quote` with the value `\"` and write `${quote}${PORT}${quote}`.",
    example: "\
//- clusters/production/gotk-sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./clusters/production
  sourceRef: {kind: GitRepository, name: flux-system}
//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      DOMAIN: example.com
//- apps/backup.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: backup, namespace: apps}
data:
  run.sh: |
    for file in \"${files[@]}\"; do
      upload \"$file\" \"${DOMAIN}\"
    done
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.facts.broken {
        return;
    }
    bad_names(context, findings);
    let uses = variable_uses(context.db, context.file);
    let in_files = variable_uses_in_files(context.db, context.file);
    if uses.uses.is_empty() && uses.broken.is_empty() && in_files.is_empty() {
        return;
    }
    let substitutions = substitutions(context.db, context.file);
    for file in in_files.iter() {
        for broken in &file.broken {
            let reading = substitutions.iter().filter(|one| one.reads(broken));
            let reading: Vec<_> = reading.collect();
            if !reading.is_empty() {
                let mut finding = unreadable(context, broken, &reading);
                finding.message = format!("{} (in `{}`)", finding.message, file.path);
                // The text is that of another file, where nothing can be edited from here.
                finding.fixes.clear();
                findings.push(finding);
            }
        }
    }
    for broken in &uses.broken {
        let reading: Vec<_> = substitutions
            .iter()
            .filter(|one| one.reads(broken))
            .collect();
        if !reading.is_empty() {
            findings.push(unreadable(context, broken, &reading));
        }
    }
    values(context, &uses.uses, &substitutions, findings);
}

/// Text that Flux cannot read.
fn unreadable(
    context: &Context<'_>,
    broken: &BrokenReference,
    reading: &[&Substitution],
) -> Finding {
    let names = applications(reading.iter().copied());
    let severity = match reading.iter().any(|one| one.is_certain()) {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let finding = FAILING_SUBSTITUTION
        .finding(broken.error.range, broken.error.message.clone())
        .severity(severity)
        .help(format!(
            "{}; as it is, nothing of {names} is applied",
            broken.error.help
        ));
    let mut finding = relate(context.db, context.root, finding, reading.iter().copied());
    finding.fixes = fixes(context, broken);
    finding
}

fn fixes(context: &Context<'_>, broken: &BrokenReference) -> Vec<Fix> {
    let start = broken.error.range.start();
    let written = &broken.text;
    let keep = escape(
        context,
        &[start],
        format!("keep the text: `$${}`", &written[1..]),
    );
    let mut fixes = vec![keep];
    let uses = variable_uses(context.db, context.file);
    let alike = uses
        .broken
        .iter()
        .filter(|other| other.scalar == broken.scalar);
    let all: Vec<_> = alike.map(|other| other.error.range.start()).collect();
    if all.len() > 1 {
        let title = format!("keep all {} such texts in this value", all.len());
        fixes.push(escape(context, &all, title));
    }
    let name = written[2..].trim_end_matches('-');
    let around = context.tree();
    let around = around.text().get(std::ops::Range::from(broken.scalar));
    let mut preferred = 0;
    if broken.error.kind == ErrorKind::NotClosed && written.ends_with('-') && is_variable_name(name)
    {
        let edit = TextEdit {
            range: TextRange::empty(broken.error.range.end() - TextSize::of('-')),
            new_text: ":".to_owned(),
        };
        let title = format!("write the default as `${{{name}:-…}}`");
        fixes.push(context.fix(title, vec![edit]));
        if !is_of_shell(name, around.unwrap_or_default()) {
            preferred = fixes.len() - 1;
        }
    }
    fixes[preferred].preferred = true;
    fixes.swap(0, preferred);
    fixes
}

/// Values that make something else of an object than it must be.
fn values(
    context: &Context<'_>,
    uses: &[VariableUse],
    substitutions: &[Substitution],
    findings: &mut Vec<Finding>,
) {
    let path = context.file.path(context.db);
    let mut told: Vec<(TextRange, String, Vec<&Substitution>)> = Vec::new();
    let mut tell = |range, message, one| match told
        .iter_mut()
        .find(|(at, what, _)| *at == range && *what == message)
    {
        Some((.., all)) => all.push(one),
        None => told.push((range, message, vec![one])),
    };
    for one in substitutions {
        let spoiled = spoiled(context.db, &one.application, one.rules);
        for retyped in spoiled
            .retyped
            .iter()
            .filter(|retyped| *retyped.file == *path)
        {
            if let Some(used) = use_of(context, uses, retyped) {
                tell(used.scalar, retyped_message(retyped), one);
            }
        }
        let tree = (!spoiled.broken.is_empty()).then(|| context.tree());
        for (place, message) in spoiled
            .broken
            .iter()
            .filter(|(place, _)| *place.file == *path)
        {
            let document = tree
                .as_ref()
                .and_then(|tree| tree.document_at(place.range.start()));
            let within = |used: &&VariableUse| {
                document.is_some_and(|document| document.index() == used.document)
            };
            if let Some(used) = uses.iter().find(within) {
                tell(used.range, message.clone(), one);
            }
        }
    }
    for (range, message, all) in told {
        let places = environments(all.iter().copied());
        let finding = FAILING_SUBSTITUTION
            .finding(range, format!("{message} in {places}"))
            .help("quotes are gone before values are put into the text: with a variable `quote` whose value is `\"`, write `${quote}…${quote}`");
        findings.push(relate(context.db, context.root, finding, all));
    }
}

fn retyped_message(retyped: &Retyped) -> String {
    let Retyped {
        field,
        before,
        after,
        becomes,
        ..
    } = retyped;
    match *field {
        // What a Secret holds is shown to nobody.
        "stringData" => format!("this becomes {becomes}, and `stringData` takes texts only,"),
        _ => format!("`{before}` becomes {becomes}, `{after}`, and `{field}` takes texts only,"),
    }
}

/// The use in the text that became something else.
fn use_of<'u>(
    context: &Context<'_>,
    uses: &'u [VariableUse],
    retyped: &Retyped,
) -> Option<&'u VariableUse> {
    let tree = context.tree();
    uses.iter().find(|used| {
        let around = tree.nodes_at(used.range.start());
        around
            .last()
            .and_then(|node| node.scalar())
            .map(|(text, _)| text)
            == Some(&*retyped.before)
    })
}

/// Keys of an object of `substituteFrom` that are no names of variables.
fn bad_names(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let gives = |kind: &str| matches!(kind, "ConfigMap" | "Secret");
    let facts = &context.facts;
    let objects = facts.objects.iter();
    let any = objects.filter(|object| object.kind.group.is_empty() && gives(&object.kind.kind));
    if any.count() == 0 {
        return;
    }
    let receivers = variable_receivers(context.db, context.file);
    for (environment, number) in receivers.iter() {
        let cluster = cluster(context.db, context.root, environment.clone());
        let Some(application) = cluster.applications.get(*number) else {
            continue;
        };
        let names = application.variables.known.keys();
        for name in names.filter(|name| !is_variable_name(name)) {
            let environment = environment.clone();
            let definitions =
                variable_definitions(context.db, context.root, environment, *number, name.clone());
            for definition in definitions.iter() {
                if definition.file != context.file {
                    continue;
                }
                let DefinedIn::Object { name: object, .. } = &definition.within else {
                    continue;
                };
                let message =
                    format!("`{name}` is no name of a variable, and `{object}` gives variables");
                let place = definition.range;
                if findings
                    .iter()
                    .any(|known| known.range == place && known.message == message)
                {
                    continue;
                }
                let user = listed(&[format!("`{}`", application.spec.name)]);
                findings.push(
                    FAILING_SUBSTITUTION
                        .finding(place, message)
                        .help(format!("{user} applies nothing as long as a key does not match {NAME_PATTERN}: put it into another object")),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::testing::{CLUSTER, check};

    const ID: &str = "failing-substitution";

    fn repository(variables: &str, object: &str) -> String {
        format!(
            "{CLUSTER}//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef: {{kind: GitRepository, name: flux-system}}
  postBuild:
    substitute: {{{variables}}}
    substituteFrom: [{{kind: ConfigMap, name: settings}}]
//- clusters/production/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: flux-system}}
data:
  DOMAIN: example.com
//- apps/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {{name: web, namespace: web}}
{object}"
        )
    }

    #[test]
    fn text_of_a_generator_that_flux_cannot_read_is_told_at_its_entry() {
        let files = repository("DOMAIN: a", "").replace("//- apps/", "//- unused/");
        let generated = format!(
            "{files}//- apps/kustomization.yaml
configMapGenerator:
- name: script
  files: [run.sh]
//- apps/run.sh
echo ${{arr[@]}}
"
        );
        let found = check(ID, &generated);
        found.finds(1).at(&["apps/kustomization.yaml: run.sh"]);
        found.offers(0);
    }

    #[test]
    fn what_only_a_shell_understands() {
        let script = "data:\n  run.sh: |\n    #!/bin/bash\n    echo ${all[@]} ${DOMAIN}\n";
        check(ID, &repository("A: b", script))
            .finds_one(
                Severity::Error,
                "`${all[` is no reference: behind a name stands `}` or an operator, not `[`",
            )
            .helps("to keep the text, write `$${`; as it is, nothing of `apps` is applied")
            .fixed("    echo $${all[@]} ${DOMAIN}\n");
    }

    #[test]
    fn a_default_without_colon() {
        check(
            ID,
            &repository("A: b", "data:\n  host: ${HOST-example.com}\n"),
        )
        .finds_one(
            Severity::Error,
            "Flux has no operator `-`, only `:-`: `${HOST-`",
        )
        .fixed("  host: ${HOST:-example.com}\n");
        let script = "data:\n  run.sh: |\n    HOST=$(hostname)\n    echo ${HOST-none} ${A.b}\n";
        let fixture = repository("A: b", script);
        check(ID, &fixture).at(&["apps/config.yaml: ${HOST-", "apps/config.yaml: ${A."]);
    }

    #[test]
    fn what_is_kept_or_not_substituted_does_not_matter() {
        let kept = "data:\n  a: ${b[0]}\n";
        let fixture = repository("A: b", kept);
        check(
            ID,
            &fixture.replace(
                "name: web, ",
                "name: web, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}, ",
            ),
        )
        .finds(0);
        check(ID, &fixture.replace("postBuild", "other")).finds(0);
        check(ID, &fixture.replace("${b[", "$${b[")).finds(0);
    }

    #[test]
    fn a_key_that_is_no_name() {
        let fixture = repository("A: b", "data: {a: b}\n");
        check(
            ID,
            &fixture.replace("  DOMAIN:", "  app.conf: a\n  DOMAIN:"),
        )
        .at(&["clusters/production/settings.yaml: app.conf"])
        .says("`app.conf` is no name of a variable, and `settings` gives variables");
        check(ID, &fixture).finds(0);
    }

    #[test]
    fn a_number_where_a_text_must_be() {
        let annotated = "data:\n  port: \"${PORT}\"\n";
        check(ID, &repository("PORT: \"80\"", annotated)).finds_one(
            Severity::Error,
            "`${PORT}` becomes a number, `80`, and `data` takes texts only, in production",
        );
        let quoted = "data:\n  port: \"${quote}${PORT}${quote}\"\n";
        check(ID, &repository("PORT: \"80\", quote: '\"'", quoted)).finds(0);
        check(ID, &repository("PORT: http", annotated)).finds(0);
        let spec = "spec:\n  port: ${PORT}\n";
        check(ID, &repository("PORT: \"80\"", spec)).finds(0);
    }

    #[test]
    fn a_value_that_is_no_yaml() {
        let schedule = "spec:\n  schedule: \"${SCHEDULE}\"\n";
        let found = check(ID, &repository("SCHEDULE: \"@hourly\"", schedule));
        found.at(&["apps/config.yaml: ${SCHEDULE}"]);
        check(ID, &repository("SCHEDULE: hourly", schedule)).finds(0);
        // A variable that may come from the cluster may quote it.
        let quoted = "spec:\n  schedule: ${q}${SCHEDULE}${q}\n";
        let open = repository("SCHEDULE: \"a: b\"", quoted);
        check(ID, &open.replace("name: settings}]", "name: other}]")).finds(0);
        check(ID, &open).finds(1);
    }
}
