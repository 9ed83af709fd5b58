//! `infragen envsubst`

use std::collections::BTreeMap;
use std::io::{Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use infragen_flux::FluxVersion;
use infragen_flux::substitute::{
    Missing, NAME_PATTERN, Template, is_variable_name, value_of_variable, variables_of,
};
use infragen_syntax::{TextRange, Tree, decode};
use line_index::LineIndex;

use crate::commands::{Failure, Outcome};
use crate::report;
use crate::terminal::Terminal;

/// Fill in `${NAME}` as a Flux Kustomization with `postBuild` does: text in, text out
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen envsubst --set ENV=staging < app.yaml       fill in ${ENV}
  infragen envsubst --from settings.yaml < app.yaml    from a ConfigMap or Secret
  infragen envsubst --from settings.env --set ENV=dev < app.yaml
  infragen envsubst --lax < app.yaml                   nothing for what is not set
  infragen envsubst --flux 2.10 --set ENV=abcd < part.yaml
  infragen build apps/activity/overlays/staging | infragen envsubst --set ENV=staging

In the text, `${NAME}` and `${NAME:-default}` are filled in, `$${NAME}` becomes `${NAME}`, and
`$NAME` stays.

A file of --from is a ConfigMap (`data`) or a Secret (`data` in base64, and `stringData`), also
several of them as documents of one file; or it has a line NAME=VALUE for each variable, and
lines that are empty or start with `#` say nothing. Of a variable given twice the last value
counts, and one of --set before all others. Line ends are taken out of values, as Flux does.

The text is taken as a whole, as kustomize-controller takes an object; `flux envsubst` takes it
line by line, and is lax unless told otherwise.

Exit codes: 0 done, 1 the text cannot be filled in and nothing was written, 2 bad usage or input.")]
pub struct Args {
    /// Leave nothing in the place of a variable that is not set and has no default, as Flux did before 2.9; else
    /// it is an error
    #[arg(long)]
    pub lax: bool,

    /// As this version of Flux does: since 2.9 a variable that is not set is an error, and since 2.10 a negative
    /// length, as in ${NAME:1:-1}, counts from the end
    #[arg(long, value_name = "VERSION", default_value = "2.9", value_parser = flux_version)]
    pub flux: FluxVersion,

    /// A variable; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,

    /// Variables from a file; may be given several times
    #[arg(long, value_name = "FILE")]
    pub from: Vec<Utf8PathBuf>,
}

fn flux_version(text: &str) -> Result<FluxVersion, String> {
    FluxVersion::parse(text).ok_or_else(|| "write a version, as in 2.9".to_owned())
}

/// Fills in what is read from standard input.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let mut variables = BTreeMap::new();
    for file in &args.from {
        read_file(file, &mut variables)?;
    }
    for set in &args.set {
        let (name, value) = pair(set, &format!("`--set {set}`"))?;
        variables.insert(name, value);
    }
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let text = String::from_utf8(input).map_err(|_| {
        Failure::new(
            "standard input is not UTF-8",
            "Kubernetes reads YAML as UTF-8; convert it first",
        )
    })?;
    let mut rules = args.flux.substitution();
    if args.lax {
        rules.missing = Missing::IsEmpty;
    }
    let lookup = |name: &str| variables.get(name).map(String::as_str);
    match Template::parse(&text).evaluate(rules, lookup) {
        Ok(filled) => {
            terminal.out.write_all(filled.as_bytes())?;
            terminal.out.flush()?;
            Ok(Outcome::Done)
        }
        Err(error) => {
            report::substitution(&error, text, terminal)?;
            Ok(Outcome::Findings)
        }
    }
}

/// Takes `NAME=VALUE` apart, as the variable that Flux makes of it.
fn pair(text: &str, written: &str) -> Result<(String, String), Failure> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Failure::new(
            format!("{written} sets nothing"),
            "write NAME=VALUE",
        ));
    };
    if !is_variable_name(name) {
        return Err(Failure::new(
            format!("{written}: `{name}` is no name of a variable"),
            format!("Flux takes names that match {NAME_PATTERN}"),
        ));
    }
    Ok((name.to_owned(), value_of_variable(value).into_owned()))
}

fn read_file(path: &Utf8Path, variables: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    let help = "name a ConfigMap, a Secret, or a file with lines NAME=VALUE";
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new(format!("{path} cannot be read: {error}"), help))?;
    let text =
        decode(bytes).map_err(|error| Failure::new(format!("{path}: {}", error.message), help))?;
    let tree = Tree::parse(text.as_str());
    let is_manifest = |tree: &Tree| {
        tree.documents()
            .filter_map(|document| document.root())
            .any(|root| root.get("kind").is_some() && root.get("apiVersion").is_some())
    };
    if is_manifest(&tree) {
        read_manifest(path, &tree, variables)
    } else {
        read_lines(path, &text, variables)
    }
}

fn read_manifest(
    path: &Utf8Path,
    tree: &Tree,
    variables: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    let at = |range| place(path, tree.text(), range);
    if let Some(error) = tree.errors().first() {
        return Err(Failure::new(
            format!("{}: {}", at(error.range), error.message),
            "only a manifest that Kubernetes can read gives variables",
        ));
    }
    for root in tree.documents().filter_map(|document| document.root()) {
        let found = variables_of(root).ok_or_else(|| {
            Failure::new(
                format!(
                    "{}: this is neither a ConfigMap nor a Secret",
                    at(root.range())
                ),
                "Flux takes variables from these two",
            )
        })?;
        let found = found.map_err(|error| {
            Failure::new(
                format!("{}: {}", at(error.range), error.message),
                error.help,
            )
        })?;
        variables.extend(found.into_iter().map(|found| (found.name, found.value)));
    }
    Ok(())
}

fn read_lines(
    path: &Utf8Path,
    text: &str,
    variables: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    for (number, line) in text.lines().enumerate() {
        if !line.trim_start().is_empty() && !line.starts_with('#') {
            let (name, value) = pair(line, &format!("{path}:{}", number + 1))?;
            variables.insert(name, value);
        }
    }
    Ok(())
}

/// A place in a file as compilers write it.
fn place(path: &Utf8Path, text: &str, range: TextRange) -> String {
    match LineIndex::new(text).try_line_col(range.start()) {
        Some(at) => format!("{path}:{}:{}", at.line + 1, at.col + 1),
        None => path.to_string(),
    }
}
