//! What the rules about `${NAME}` share: how environments are told, and edits of references.

use infragen_syntax::{TextEdit, TextRange, TextSize};
use infragen_workspace::{Db, Root, SourceFile, Substitution, place_of_build};

use crate::context::Context;
use crate::finding::{Finding, Fix};

/// `production`, `production and staging`, `a, b and 3 more`.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 3;
    let mut distinct: Vec<&str> = Vec::new();
    for name in names.iter().map(AsRef::as_ref) {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    match distinct.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if distinct.len() <= SHOWN => format!("{} and {last}", first.join(", ")),
        all => {
            let (shown, more) = all.split_at(SHOWN - 1);
            format!("{} and {} more", shown.join(", "), more.len())
        }
    }
}

/// The names of the environments of substitutions.
pub(crate) fn environments<'s>(found: impl IntoIterator<Item = &'s Substitution>) -> String {
    let names = found.into_iter().map(|one| one.environment.name.as_str());
    listed(&names.collect::<Vec<_>>())
}

/// The names of the Flux Kustomizations of substitutions, in backticks.
pub(crate) fn applications<'s>(found: impl IntoIterator<Item = &'s Substitution>) -> String {
    let names = found
        .into_iter()
        .map(|one| format!("`{}`", one.application.spec.name));
    listed(&names.collect::<Vec<_>>())
}

/// Relates a finding to the manifests of the Flux Kustomizations that put the values there.
pub(crate) fn relate<'s>(
    db: &dyn Db,
    root: Root,
    mut finding: Finding,
    found: impl IntoIterator<Item = &'s Substitution>,
) -> Finding {
    const MOST: usize = 4;
    let mut places: Vec<(SourceFile, TextRange)> = Vec::new();
    for one in found {
        let cluster = infragen_workspace::cluster(db, root, one.environment.clone());
        let place = cluster.place_of(db, &one.application);
        let Some((file, range)) = place.and_then(|place| place_of_build(db, root, &place)) else {
            continue;
        };
        let facts = infragen_workspace::facts(db, file);
        let mut objects = facts.objects.iter().filter(|object| !object.in_patch);
        let object = objects.find(|object| range.contains_inclusive(object.range.start()));
        let name = object.and_then(|object| object.name.as_ref().map(|name| name.range));
        let place = (file, name.unwrap_or(range));
        if places.len() < MOST && !places.contains(&place) {
            places.push(place);
            let (what, environment) = (&one.application.spec.name, &one.environment.name);
            finding = finding.relate(
                place.0,
                place.1,
                format!("`{what}` applies it in {environment}"),
            );
        }
    }
    finding
}

/// A fix that makes references plain text: `$${NAME}`.
pub(crate) fn escape(context: &Context<'_>, at: &[TextSize], title: String) -> Fix {
    let edit = |at: &TextSize| TextEdit {
        range: TextRange::empty(*at),
        new_text: "$".to_owned(),
    };
    context.fix(title, at.iter().map(edit).collect())
}

/// Names that shells set, or that every program gets.
const OF_SHELLS: &[&str] = &[
    "BASH_SOURCE",
    "EDITOR",
    "HOME",
    "HOSTNAME",
    "IFS",
    "LANG",
    "LINENO",
    "OLDPWD",
    "OPTARG",
    "OPTIND",
    "PATH",
    "PPID",
    "PWD",
    "RANDOM",
    "SECONDS",
    "SHELL",
    "TERM",
    "TMPDIR",
    "UID",
    "USER",
];

/// Whether a reference most likely means a variable of a shell or of another template, as the text around it is a
/// script, or as such names are not those of a cluster.
pub(crate) fn is_of_shell(name: &str, around: &str) -> bool {
    let is_lower = name.chars().any(char::is_lowercase);
    let is_set = ["", "local ", "export ", "readonly "].iter().any(|before| {
        around
            .lines()
            .any(|line| line.trim_start().starts_with(&format!("{before}{name}=")))
    });
    let is_loop = ["for ", "read ", "read -r "]
        .iter()
        .any(|before| around.contains(&format!("{before}{name}")));
    is_lower
        || is_set
        || is_loop
        || OF_SHELLS.contains(&name)
        || around
            .lines()
            .any(|line| line.trim_start().starts_with("#!"))
        || around.contains("$(")
}
