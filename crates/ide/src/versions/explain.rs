//! Everything that is known of the version of one object.

use infragen_registry::since;
use infragen_syntax::TextSize;
use infragen_workspace::{Db, PlacedVersion, SourceFile, now};

use super::at::versions_at;
use super::card::{card, digits};
use crate::markdown::code;

/// Tags that are told of one environment.
const MAX_TAGS: usize = 200;

/// All about the version that is meant at an offset, as Markdown: the table of environments, and for each of them
/// every tag, the newest first, with what becomes of it and why. None where no version is meant.
pub fn explain_version(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<String> {
    let (_, versions) = versions_at(db, file, offset)?;
    let mut text = card(db, &versions)?;
    let mut told: Vec<(Vec<String>, String)> = Vec::new();
    for version in &versions {
        let title = format!("{} in {}", version.name, version.environment);
        let tags = tags(db, version);
        match told.iter_mut().find(|(_, known)| *known == tags) {
            Some((titles, _)) => titles.push(title),
            None => told.push((vec![title], tags)),
        }
    }
    for (titles, tags) in told {
        if !tags.is_empty() {
            text.push_str(&format!("\n\n## {}\n\n{tags}", titles.join(", ")));
        }
    }
    text.push('\n');
    Some(text)
}

/// A line for each tag.
fn tags(db: &dyn Db, version: &PlacedVersion) -> String {
    let picked = &version.picked;
    let tags = picked.reasons();
    let count = tags.len();
    let mut lines: Vec<String> = tags
        .into_iter()
        .take(MAX_TAGS)
        .map(|(tag, reason)| {
            let artifact = version.artifact_of(db, tag);
            let created = artifact.as_ref().and_then(|artifact| artifact.created);
            let age = created.map(|created| since(now(db), created));
            let digest = artifact.map(|artifact| code(digits(&artifact.digest)));
            let parts = [reason, age, digest].into_iter().flatten();
            let told = parts.collect::<Vec<_>>().join(" · ");
            let mark = match picked.outcome.tag() == Some(tag) {
                true => format!("**{tag}**"),
                false => code(tag),
            };
            match told.is_empty() {
                true => format!("- {mark}"),
                false => format!("- {mark}: {told}"),
            }
        })
        .collect();
    if let Some(more) = count.checked_sub(MAX_TAGS).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FLEET, at};
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn every_tag_has_its_reason() {
        let fixture = at("semver: '>=0.0.0'\n");
        let text = explain_version(fixture.db(), fixture.file, fixture.offset).unwrap();
        let production = text.split("## web in production\n\n").nth(1).unwrap();
        let production = production.split("\n\n").next().unwrap();
        assert_eq!(
            production,
            "- `v1.5.0-staging-7`: prereleases are not asked for; `>=0.0.0-0` takes it · 7 days ago · `31234567`
- `v1.5.0-rc.1`: prereleases are not asked for; `>=0.0.0-0` takes it · 8 days ago · `21234567`
- **v1.4.2**: the newest in the range · 9 days ago · `11234567`
- `v1.3.0`: older than `v1.4.2` · 10 days ago · `01234567`"
        );
        assert!(
            text.contains("## web in staging\n\n- **v1.5.0-staging-7**"),
            "{text}"
        );
        assert!(text.starts_with("`ghcr.io/acme/web` 4 tags"), "{text}");
    }

    #[test]
    fn a_long_list_is_cut() {
        let tags: Vec<String> = (0..500).map(|number| format!("1.{number}.0")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let fleet = FLEET.replace("semver: '>=0.0.0'\n", "semver: $0'>=0.0.0'\n");
        let fixture = Fixture::with_listing(&fleet, "oci://ghcr.io/acme/web", &tags);
        let text = explain_version(fixture.db(), fixture.file, fixture.offset).unwrap();
        assert!(text.ends_with("- and 300 more\n"), "{text}");
    }

    #[test]
    fn nothing_is_explained_where_no_version_is_meant() {
        let fixture = at("./apps/production");
        assert_eq!(
            explain_version(fixture.db(), fixture.file, fixture.offset),
            None
        );
    }
}
