//! Versions in one line.

use infragen_registry::age;
use infragen_workspace::{Db, Outcome, PlacedVersion, now};

use super::card::digits;
use crate::markdown::counted;

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

/// So many characters has a hint at the most: VS Code cuts those of more than 43, the arrow among them.
const ROOM: usize = 41;

/// What a range takes, as short as it must be: `v1.4.2 · 3 days`; where environments differ with their names, if there
/// is room for them, else what they take in the order of the environments.
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
    if let [(Some(aged), _)] = groups.as_slice() {
        let plain = versions.first().and_then(taken);
        return [Some(aged.clone()), plain]
            .into_iter()
            .flatten()
            .find(|hint| fits(hint));
    }
    let named = by_environment(versions)?;
    let groups = grouped(versions, taken);
    let all = groups.iter().map(|(taken, _)| match taken {
        Some(taken) => taken,
        None => "not known",
    });
    let all = all.collect::<Vec<_>>().join(" · ");
    let count = counted(groups.len(), "version");
    [named, all, count].into_iter().find(|hint| fits(hint))
}

fn fits(hint: &str) -> bool {
    hint.chars().count() <= ROOM
}

/// What is taken, as far as it is known.
fn taken(version: &PlacedVersion) -> Option<String> {
    match &version.picked.outcome {
        Outcome::Tag(tag) => Some(tag.to_string()),
        Outcome::NoMatch => Some("nothing".to_owned()),
        Outcome::Absent(tag) => Some(format!("{tag} is not there")),
        Outcome::Digest(digest) => {
            let algorithm = digest.split(':').next().unwrap_or_default();
            Some(format!("{algorithm} {}", digits(digest)))
        }
        Outcome::Invalid(_) | Outcome::Unknown => None,
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
