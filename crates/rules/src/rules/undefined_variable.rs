use infragen_flux::substitute::{Known, Missing};
use infragen_syntax::{NewValue, Segment, Target, TextEdit, TextRange, TextSize};
use infragen_workspace::{
    Substitution, UsesInFile, VariableUse, place_of_build, substitutions, tree, variable_sources,
    variable_uses, variable_uses_in_files,
};

use crate::finding::{FileEdits, Finding, Fix, Severity};
use crate::rule::{Context, Rule};
use crate::variables::{applications, environments, escape, is_of_shell, relate};

/// A variable that nothing sets.
pub static UNDEFINED_VARIABLE: Rule = Rule {
    id: "undefined-variable",
    severity: Severity::Warning,
    summary: "a variable is used that nothing sets for some environment",
    explanation: "\
A Flux Kustomization with `postBuild` puts values where its objects say `${NAME}`: those of `postBuild.substitute`, and \
of the ConfigMaps and Secrets in `substituteFrom`. From Flux 2.9 on a name that none of them sets, and that has no \
default, fails the whole Kustomization with `variable not set (strict mode)`. Before, nothing is put there, which is \
seldom what is meant. It is an error where the version of Flux is known to be one that refuses it, else a warning; \
`.infragen.yaml` can name the version.

Where the text is for a shell or another template, escape it: `$${NAME}` becomes `${NAME}`. Or keep a whole object as \
it is with the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`.

Nothing is said where something that is not in the repository may set the variable: a ConfigMap or Secret that only \
the cluster has. The keys of an encrypted Secret count.",
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
//- apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: apps}
data:
  host: ${HOST}.${DOMAIN}
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (db, file) = (context.db, context.file);
    let uses = variable_uses(db, file);
    // Flux writes its own components, and nobody edits them; their descriptions have examples of variables.
    let in_files = variable_uses_in_files(db, file);
    if (uses.uses.is_empty() && in_files.is_empty()) || &**file.name(db) == "gotk-components.yaml" {
        return;
    }
    let substitutions = substitutions(db, file);
    let mut told: Vec<(usize, &str)> = Vec::new();
    for used in &uses.uses {
        let place = (used.document, used.name.as_str());
        if told.contains(&place) {
            continue;
        }
        let lacking: Vec<_> = substitutions
            .iter()
            .filter(|one| one.requires(used) && one.known(&used.name) == Known::Missing)
            .collect();
        if !lacking.is_empty() {
            told.push(place);
            let alike = uses
                .uses
                .iter()
                .filter(|other| other.required && (other.document, other.name.as_str()) == place);
            findings.push(finding(context, used, alike.count(), &lacking));
        }
    }
    for file in in_files.iter() {
        in_file(context, file, &substitutions, findings);
    }
}

/// What a file that is no YAML uses, told at the entry of the generator that brings it in.
fn in_file(
    context: &Context<'_>,
    file: &UsesInFile,
    substitutions: &[Substitution],
    findings: &mut Vec<Finding>,
) {
    let mut told: Vec<&str> = Vec::new();
    for used in &file.uses {
        let lacking: Vec<_> = substitutions
            .iter()
            .filter(|one| one.requires(used) && one.known(&used.name) == Known::Missing)
            .collect();
        if lacking.is_empty() || told.contains(&used.name.as_str()) {
            continue;
        }
        told.push(&used.name);
        let mut finding = finding(context, used, 1, &lacking);
        finding.message = format!("{} (in `{}`)", finding.message, file.path);
        // The text is that of another file, where nothing can be edited from here.
        finding.fixes = define(context, used, &lacking).into_iter().collect();
        findings.push(finding);
    }
}

fn finding(
    context: &Context<'_>,
    used: &VariableUse,
    count: usize,
    lacking: &[&Substitution],
) -> Finding {
    let places = environments(lacking.iter().copied());
    let more = match count {
        0 | 1 => String::new(),
        count => format!(" ({count} times in this object)"),
    };
    let message = format!("`${{{}}}` is undefined in {places}{more}", used.name);
    let certain = lacking
        .iter()
        .any(|one| one.is_strict() && one.is_certain());
    let severity = match certain {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let consequence = consequence(lacking);
    let searched = searched(context, lacking);
    let finding = UNDEFINED_VARIABLE
        .finding(used.range, message)
        .severity(severity)
        .help(format!("{consequence}; searched: {searched}"));
    let mut finding = relate(context.db, context.root, finding, lacking.iter().copied());
    finding.fixes = fixes(context, used, lacking);
    finding
}

fn consequence(lacking: &[&Substitution]) -> String {
    let names = applications(lacking.iter().copied());
    let lax = lacking
        .iter()
        .all(|one| one.rules.missing == Missing::IsEmpty);
    let unknown = lacking.iter().all(|one| one.version.is_none());
    match (lax, unknown) {
        (true, _) => "nothing is put there; from Flux 2.9 on it is an error".to_owned(),
        (_, true) => format!("from Flux 2.9 on nothing of {names} is applied"),
        _ => format!("nothing of {names} is applied"),
    }
}

fn searched(context: &Context<'_>, lacking: &[&Substitution]) -> String {
    let mut sources: Vec<String> = Vec::new();
    for one in lacking {
        let (environment, application) = (&one.environment, &one.application);
        for (source, _) in variable_sources(context.db, context.root, environment, application) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    sources.join(", ")
}

fn fixes(context: &Context<'_>, used: &VariableUse, lacking: &[&Substitution]) -> Vec<Fix> {
    let tree = context.tree();
    let around = tree.text().get(std::ops::Range::from(used.scalar));
    // A container that gets an environment variable of the name has a shell or a program that reads it.
    let is_environment = [format!(" {}:", used.name), format!("name: {}\n", used.name)]
        .iter()
        .any(|text| tree.text().contains(text));
    let is_of_shell = is_environment || is_of_shell(&used.name, around.unwrap_or_default());
    let escape = Fix {
        preferred: is_of_shell,
        ..escape_all(context, used)
    };
    let mut fixes = Vec::new();
    fixes.extend(define(context, used, lacking));
    if used.text == format!("${{{}}}", used.name) {
        let edit = TextEdit {
            range: TextRange::empty(used.range.end() - TextSize::of('}')),
            new_text: ":=".to_owned(),
        };
        let title = format!("give `{}` a default: `${{{}:=}}`", used.name, used.name);
        fixes.push(context.fix(title, vec![edit]));
    }
    let at = if is_of_shell { 0 } else { fixes.len() };
    fixes.insert(at, escape);
    fixes
}

/// Escapes the references to a variable in one text.
fn escape_all(context: &Context<'_>, used: &VariableUse) -> Fix {
    let uses = variable_uses(context.db, context.file);
    let alike = uses
        .uses
        .iter()
        .filter(|other| other.name == used.name && other.scalar == used.scalar);
    let places: Vec<_> = alike.map(|other| other.range.start()).collect();
    let title = format!("keep the text: `$${{{}}}`", used.name);
    escape(context, &places, title)
}

/// Sets the variable in the manifests of all that lack it; none where one of them has no `postBuild` of its own.
fn define(context: &Context<'_>, used: &VariableUse, lacking: &[&Substitution]) -> Option<Fix> {
    let (db, root) = (context.db, context.root);
    let mut edits: Vec<FileEdits> = Vec::new();
    for one in lacking {
        let cluster = infragen_workspace::cluster(db, root, one.environment.clone());
        let place = cluster.place_of(db, &one.application)?;
        let (file, range) = place_of_build(db, root, &place)?;
        let tree = tree(db, file);
        let document = tree.document_at(range.start())?;
        let post_build = document.root()?.at(&["spec", "postBuild"])?;
        let path = [
            Segment::Key("spec"),
            Segment::Key("postBuild"),
            Segment::Key("substitute"),
        ];
        let nested = format!("{}: \"\"", used.name);
        let (depth, key, value) = match post_build.get("substitute") {
            Some(_) => (3, used.name.as_str(), NewValue::String("")),
            None => (2, "substitute", NewValue::Yaml(&nested)),
        };
        let target = Target {
            document: document.index(),
            path: &path[..depth],
        };
        let edit = infragen_syntax::insert_entry(&tree, target, key, value, None).ok()?;
        let known = edits
            .iter()
            .any(|known| known.file == file && known.edits.contains(&edit));
        if !known {
            edits.push(FileEdits {
                file,
                edits: vec![edit],
            });
        }
    }
    let names = applications(lacking.iter().copied());
    Some(Fix {
        title: format!("set `{}` in `postBuild.substitute` of {names}", used.name),
        edits,
        files: Vec::new(),
        preferred: false,
    })
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::testing::{CLUSTER, check};

    const ID: &str = "undefined-variable";

    fn apps(post_build: &str) -> String {
        format!(
            "//- clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 10m
  prune: true
  path: ./apps
  sourceRef: {{kind: GitRepository, name: flux-system}}
{post_build}"
        )
    }

    const SUBSTITUTE: &str = "  postBuild:\n    substitute:\n      DOMAIN: example.com\n";

    fn version(version: &str) -> String {
        format!(
            "//- clusters/production/flux-system/gotk-components.yaml\n---\n# Flux Version: {version}\n"
        )
    }

    fn config(data: &str) -> String {
        format!(
            "//- apps/config.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web, namespace: web}}\ndata:\n{data}"
        )
    }

    fn repository(post_build: &str, data: &str, flux: Option<&str>) -> String {
        let flux = flux.map(version).unwrap_or_default();
        format!("{CLUSTER}{flux}{}{}", apps(post_build), config(data))
    }

    #[test]
    fn how_bad_it_is_depends_on_the_version() {
        let found = |flux| {
            check(
                ID,
                &repository(SUBSTITUTE, "  a: ${HOST}.${DOMAIN}\n", flux),
            )
        };
        let message = "`${HOST}` is undefined in production";
        found(Some("v2.9.1"))
            .finds_one(Severity::Error, message)
            .helps("nothing of `apps` is applied; searched: `postBuild.substitute` of `apps`");
        found(Some("v2.8.0"))
            .finds_one(Severity::Warning, message)
            .helps("nothing is put there; from Flux 2.9 on it is an error; searched: `postBuild.substitute` of `apps`");
        found(None)
            .finds_one(Severity::Warning, message)
            .helps("from Flux 2.9 on nothing of `apps` is applied; searched: `postBuild.substitute` of `apps`")
            .relates(&["clusters/production/apps.yaml [apps]: `apps` applies it in production"]);
    }

    #[test]
    fn what_may_be_set_elsewhere_is_not_told() {
        let from = |name: &str| {
            format!(
                "  postBuild:\n    substituteFrom:\n      - {{kind: ConfigMap, name: {name}}}\n"
            )
        };
        let data = "  a: ${HOST}\n";
        check(ID, &repository(&from("of-the-cluster"), data, None)).finds(0);
        let settings = "//- clusters/production/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: flux-system}
data: {DOMAIN: example.com}
";
        let known = format!("{}{settings}", repository(&from("settings"), data, None));
        check(ID, &known).finds(1);
        check(ID, &known.replace("DOMAIN:", "HOST:")).finds(0);
        // An encrypted Secret has its keys.
        let secret = known
            .replace(
                "kind: ConfigMap, name: settings",
                "kind: Secret, name: settings",
            )
            .replace(
                "kind: ConfigMap\nmetadata: {name: settings",
                "kind: Secret\nmetadata: {name: settings",
            )
            .replace(
                "data: {DOMAIN: example.com}\n",
                "stringData: {HOST: ENC[AES256_GCM]}\nsops: {mac: ENC}\n",
            );
        check(ID, &secret).finds(0);
    }

    #[test]
    fn what_a_generator_brings_in_from_files_is_told_at_its_entry() {
        let files = |generator: &str, name: &str| {
            format!(
                "{CLUSTER}{}{}//- apps/kustomization.yaml
{generator}:
- name: script
  files: [{name}]
//- apps/{name}
#!/bin/sh
echo ${{HOST}} ${{HOST}} ${{DOMAIN}} # ${{NOTE}}
",
                version("v2.9.1"),
                apps(SUBSTITUTE)
            )
        };
        check(ID, &files("configMapGenerator", "run.sh"))
            .finds(2)
            .at(&[
                "apps/kustomization.yaml: run.sh",
                "apps/kustomization.yaml: run.sh",
            ])
            .says("`${HOST}` is undefined in production (in `apps/run.sh`)");
        // That of a Secret is base64 when values are put into objects.
        check(ID, &files("secretGenerator", "run.sh")).finds(0);
        // Also the comments of YAML are text of the object.
        check(ID, &files("configMapGenerator", "run.yaml")).finds(2);
    }

    #[test]
    fn what_flux_does_not_read_is_not_told() {
        for data in [
            "  a: ${HOST:=x}\n",
            "  a: $${HOST}\n",
            "  a: b # ${HOST}\n",
            "  a: $HOST\n",
        ] {
            check(ID, &repository(SUBSTITUTE, data, None)).finds(0);
        }
        let used = "  a: ${HOST}\n";
        check(ID, &repository("", used, None)).finds(0);
        let kept = repository(SUBSTITUTE, used, None).replace(
            "{name: web, namespace: web}",
            "{name: web, namespace: web, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}",
        );
        check(ID, &kept).finds(0);
    }

    #[test]
    fn a_patch_that_names_its_own_directory_is_no_entry_point() {
        // As in a fleet whose base gives the variables, and each environment another path.
        let patch = "//- apps/kustomize.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, postBuild: {substitute: {OTHER: a}}}
//- apps/kustomization.yaml
resources: [config.yaml]
";
        let fixture = repository(SUBSTITUTE, "  a: ${DOMAIN}\n", None);
        check(ID, &format!("{fixture}{patch}")).finds(0);
    }

    #[test]
    fn what_flux_writes_itself_is_not_told() {
        let fixture = repository(SUBSTITUTE, "  a: ${HOST}\n", None);
        check(
            ID,
            &fixture.replace("apps/config.yaml", "apps/gotk-components.yaml"),
        )
        .finds(0);
    }

    #[test]
    fn a_name_is_told_once_for_an_object() {
        check(
            ID,
            &repository(SUBSTITUTE, "  a: ${HOST}\n  b: ${HOST}\n", None),
        )
        .at(&["apps/config.yaml: ${HOST}"])
        .says("`${HOST}` is undefined in production (2 times in this object)")
        .offers(3);
    }

    #[test]
    fn a_patch_is_told_of_what_it_puts_into_objects() {
        let layer = "//- apps/kustomization.yaml
resources: [config.yaml]
patches:
  - patch: |
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: web, namespace: web}
      data: {b: \"${HOST}\"}
";
        let fixture = format!("{}{layer}", repository(SUBSTITUTE, "  a: b\n", None));
        check(ID, &fixture).at(&["apps/kustomization.yaml: ${HOST}"]);
    }

    #[test]
    fn a_shell_keeps_its_variables() {
        let script = "  run.sh: |\n    #!/bin/sh\n    echo ${HOST} ${HOST}\n";
        check(ID, &repository(SUBSTITUTE, script, None)).fixed("    echo $${HOST} $${HOST}\n");
        let environment = "  command: curl ${HOST}\n  env:\n    HOST: a\n";
        check(ID, &repository(SUBSTITUTE, environment, None)).fixed("  command: curl $${HOST}\n");
    }

    #[test]
    fn it_can_be_set_where_it_is_missing() {
        let found = check(ID, &repository(SUBSTITUTE, "  a: ${HOST}\n", None));
        found.offers(3).fix_makes(0, "      HOST: \"\"\n");
        found
            .fix_makes(1, "  a: ${HOST:=}\n")
            .fix_makes(2, "  a: $${HOST}\n");
        let from = "  postBuild:\n    substituteStrategy: Always\n";
        check(ID, &repository(from, "  a: ${HOST}\n", None))
            .fix_makes(0, "    substitute:\n      HOST: \"\"\n");
    }
}
