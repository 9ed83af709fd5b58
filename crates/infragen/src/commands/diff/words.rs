//! How a comparison is put into words.

use infragen_kustomize::Place;
use infragen_workspace::{
    Cause, Comparison, Deletion, Elsewhere, Fate, Kept, LeftAlone, NotCompared, ObjectChange,
    ObjectName, Unknown,
};

use super::report::Report;

/// `Deployment web/web`
pub fn object(object: &ObjectName) -> String {
    let kind = &object.kind.kind;
    match object.namespace.as_str() {
        "" => format!("{kind} {}", object.name),
        namespace => format!("{kind} {namespace}/{}", object.name),
    }
}

/// `flux-system/web`
pub fn application((namespace, name): &(impl AsRef<str>, impl AsRef<str>)) -> String {
    match namespace.as_ref() {
        "" => name.as_ref().to_owned(),
        namespace => format!("{namespace}/{}", name.as_ref()),
    }
}

/// A heading, and the fates that are told below it.
type Group = (&'static str, fn(Fate) -> bool);

/// The groups that deletions are told in, the worst first.
pub fn groups() -> [Group; 4] {
    [
        ("This push deletes", |fate| fate == Fate::Deleted),
        ("This push may delete and make anew", |fate| {
            matches!(fate, Fate::Race | Fate::MadeAnew)
        }),
        ("The API server refuses", |fate| fate == Fate::Refused),
        ("Stays in the cluster, and nothing looks after it", |fate| {
            matches!(fate, Fate::Kept(_))
        }),
    ]
}

/// Why an object is deleted, or is not.
pub fn because(deletion: &Deletion) -> String {
    let own = application(&deletion.application);
    let cause = match &deletion.cause {
        Cause::NotApplied => format!("{own} applies no more"),
        Cause::Moved { to } => {
            let to = application(to);
            match deletion.fate {
                Fate::Race => {
                    format!(
                        "moves from {own} to {to}: deleted if {own} prunes it before {to} applies it"
                    )
                }
                _ => format!("moves from {own} to {to}"),
            }
        }
        Cause::ApplicationRemoved => format!("{own} is removed, and with it"),
        Cause::Renamed { to } => {
            format!(
                "{} takes its place, and what it applies goes with the old name",
                application(to)
            )
        }
        Cause::Immutable { .. } => match deletion.fate {
            Fate::MadeAnew => "cannot be changed in place".to_owned(),
            _ => format!(
                "cannot be changed: {own} fails until the object is deleted, or `force` is set"
            ),
        },
    };
    match deletion.fate {
        Fate::Kept(kept) => format!("{cause}; {}", keeps(kept, &own)),
        _ => cause,
    }
}

fn keeps(kept: Kept, own: &str) -> String {
    match kept {
        Kept::PruneDisabled => "it is marked `prune: disabled`".to_owned(),
        Kept::ReconcileDisabled => "it is marked `reconcile: disabled`".to_owned(),
        Kept::SsaIgnore => "it is marked `ssa: Ignore`".to_owned(),
        Kept::NoPrune => format!("{own} does not prune"),
        Kept::Suspended => format!("{own} is suspended"),
        Kept::DeletionPolicy => format!("the `deletionPolicy` of {own} keeps it"),
        Kept::ApplicationStays => format!("{own} itself stays in the cluster"),
    }
}

/// Why the cluster does not get a change.
pub fn left_alone(left: LeftAlone) -> &'static str {
    match left {
        LeftAlone::ReconcileDisabled => "not applied: it is marked `reconcile: disabled`",
        LeftAlone::SsaIgnore => "not applied: it is marked `ssa: Ignore`",
        LeftAlone::IfNotPresent => "not applied: it is marked `ssa: IfNotPresent`, and is there",
    }
}

/// `1 deleted, 2 changed, 1 new`
pub fn summary(report: &Report<'_>, comparison: &Comparison) -> String {
    let is = |wanted: fn(&ObjectChange) -> bool| {
        comparison
            .objects
            .iter()
            .filter(|change| wanted(change))
            .count()
    };
    let changed = is(|change| !change.fields.is_empty());
    let new = is(|change| change.before.is_none());
    let gone = is(|change| change.after.is_none());
    let mut parts = Vec::new();
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    if report.is_change {
        let fates = |wanted: fn(Fate) -> bool| {
            let deletions = comparison.deletions.iter();
            deletions.filter(|deletion| wanted(deletion.fate)).count()
        };
        add(fates(|fate| fate == Fate::Deleted), "deleted");
        add(
            fates(|fate| matches!(fate, Fate::Race | Fate::MadeAnew)),
            "at risk",
        );
        add(fates(|fate| fate == Fate::Refused), "refused");
        add(fates(|fate| matches!(fate, Fate::Kept(_))), "left behind");
        add(changed, "changed");
        add(new, "new");
    } else {
        add(changed, if changed == 1 { "differs" } else { "differ" });
        add(gone, &format!("only in {}", report.sides[0]));
        add(new, &format!("only in {}", report.sides[1]));
    }
    add(comparison.unknown.len(), "not compared");
    if parts.is_empty() {
        return format!("no difference ({} objects)", comparison.same);
    }
    parts.join(", ")
}

/// Why a Flux Kustomization is not compared: one sentence for each side, or for both.
pub fn not_compared(report: &Report<'_>, unknown: &NotCompared) -> Vec<String> {
    let [before, after] = &report.sides;
    let was = unknown.before.as_ref();
    let was = was.map(|why| because_unknown(why, |place| report.before(place)));
    let is = unknown.after.as_ref();
    let is = is.map(|why| because_unknown(why, |place| report.after(place)));
    match (was, is) {
        (Some(was), Some(is)) if was == is => vec![format!("{before} and {after}: {is}")],
        (was, is) => {
            let was = was.map(|was| format!("{before}: {was}"));
            let is = is.map(|is| format!("{after}: {is}"));
            was.into_iter().chain(is).collect()
        }
    }
}

fn because_unknown(why: &Unknown, show: impl Fn(&Place) -> String) -> String {
    let errors = match why {
        Unknown::Elsewhere(elsewhere) => return place(elsewhere),
        Unknown::Fails(errors) => errors,
    };
    let Some(error) = errors.first() else {
        return "the build fails".to_owned();
    };
    let more = match errors.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let place = show(&error.place);
    format!("the build fails: {} ({place}){more}", error.message)
}

fn place(elsewhere: &Elsewhere) -> String {
    match elsewhere {
        Elsewhere::Source { source, url } => {
            let url = url
                .as_deref()
                .map_or(String::new(), |url| format!(" ({url})"));
            format!("its files are in {} {}{url}", source.kind, source.name)
        }
        Elsewhere::Template => "its path or source holds a variable without a value".to_owned(),
        Elsewhere::Missing => "there is no folder at its path".to_owned(),
        Elsewhere::NoSource => "it names no source".to_owned(),
    }
}
