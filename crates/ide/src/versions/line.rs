//! Versions in one line.

use infragen_workspace::{Db, Outcome, PlacedVersion, now};

use super::age::age;

/// Environments with what they take, those that take the same together; none where that is not known for any:
/// `production, dr v1.4.2 · staging v1.5.0-rc.2`.
pub(crate) fn by_environment(versions: &[PlacedVersion]) -> Option<String> {
    let groups = grouped(versions, taken);
    told(&groups).then(|| {
        let groups = groups.iter().map(|(taken, environments)| {
            let taken = taken.as_deref().unwrap_or("not known");
            format!("{} {taken}", environments.join(", "))
        });
        groups.collect::<Vec<_>>().join(" · ")
    })
}

/// What a range takes: `v1.4.2 · 3 days`, by environment where they differ.
pub(crate) fn hint(db: &dyn Db, versions: &[PlacedVersion]) -> Option<String> {
    let groups = grouped(versions, |version| {
        let taken = taken(version)?;
        let artifact = version.artifact(db);
        let created = artifact.and_then(|artifact| artifact.created);
        Some(match created {
            Some(created) => format!("{taken} · {}", age(now(db), created)),
            None => taken,
        })
    });
    match groups.as_slice() {
        [(Some(taken), _)] => Some(taken.clone()),
        _ => by_environment(versions),
    }
}

/// What is taken, as far as it is known.
fn taken(version: &PlacedVersion) -> Option<String> {
    match &version.picked.outcome {
        Outcome::Tag(tag) => Some(tag.to_string()),
        Outcome::NoMatch => Some("nothing".to_owned()),
        Outcome::Absent(tag) => Some(format!("{tag} is not there")),
        Outcome::Digest(_) | Outcome::Invalid(_) | Outcome::Unknown => None,
    }
}

type Groups = Vec<(Option<String>, Vec<String>)>;

fn grouped(versions: &[PlacedVersion], text: impl Fn(&PlacedVersion) -> Option<String>) -> Groups {
    let mut groups: Groups = Vec::new();
    for version in versions {
        let text = text(version);
        let environment = version.environment.to_string();
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, environments)) if environments.contains(&environment) => {}
            Some((_, environments)) => environments.push(environment),
            None => groups.push((text, vec![environment])),
        }
    }
    groups
}

fn told(groups: &Groups) -> bool {
    groups.iter().any(|(text, _)| text.is_some())
}
