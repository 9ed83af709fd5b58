//! The table for programs.

use infragen_flux::Rule;
use infragen_workspace::{Db, Outcome, PlacedVersion};
use serde::Serialize;

use super::table::Table;
use super::text::wrong;
use crate::commands::Failure;

#[derive(Serialize)]
struct Services<'a> {
    services: Vec<Service<'a>>,
}

#[derive(Serialize)]
struct Service<'a> {
    name: &'a str,
    kind: &'a str,
    repository: &'a str,
    environments: Vec<Environment<'a>>,
}

#[derive(Serialize)]
struct Environment<'a> {
    environment: &'a str,
    namespace: &'a str,
    range: Option<&'a str>,
    filter: Option<&'a str>,
    tag: Option<&'a str>,
    digest: Option<String>,
    created: Option<String>,
    source: Option<String>,
    revision: Option<String>,
    newest_stable: Option<&'a str>,
    passed_over: Option<PassedOver<'a>>,
    /// When the registry was asked.
    asked: Option<String>,
    error: Option<String>,
}

#[derive(Serialize)]
struct PassedOver<'a> {
    tag: &'a str,
    reason: Option<String>,
}

/// Prints one object with all services.
pub fn print(db: &dyn Db, table: &Table) -> Result<String, Failure> {
    let services: Vec<_> = table
        .rows
        .iter()
        .map(|row| Service {
            name: &row.name,
            kind: &row.kind.kind,
            repository: &row.repository,
            environments: row
                .versions
                .iter()
                .map(|version| environment(db, version))
                .collect(),
        })
        .collect();
    let printed = serde_json::to_string_pretty(&Services { services });
    let printed = printed.map_err(std::io::Error::from)?;
    Ok(printed + "\n")
}

fn environment<'a>(db: &dyn Db, version: &'a PlacedVersion) -> Environment<'a> {
    let (range, filter) = match &version.pull.rule {
        Rule::Range { range, filter, .. } | Rule::Image { range, filter, .. } => {
            (Some(range.as_str()), filter.as_deref())
        }
        Rule::Chart(range) => (Some(range.as_str()), None),
        Rule::Tag(_) | Rule::Digest(_) => (None, None),
    };
    let picked = &version.picked;
    let artifact = version.artifact(db);
    let digest = match &picked.outcome {
        Outcome::Digest(digest) => Some(digest.to_string()),
        _ => artifact
            .as_ref()
            .map(|artifact| artifact.digest.to_string()),
    };
    Environment {
        environment: &version.environment,
        namespace: &version.namespace,
        range,
        filter,
        tag: picked.outcome.tag().map(|tag| tag.as_str()),
        digest,
        created: artifact
            .as_ref()
            .and_then(|artifact| artifact.created)
            .map(|created| created.to_string()),
        source: artifact
            .as_ref()
            .and_then(|artifact| artifact.source.as_ref().map(ToString::to_string)),
        revision: artifact
            .as_ref()
            .and_then(|artifact| artifact.revision.as_ref().map(ToString::to_string)),
        newest_stable: picked.newest_stable().map(|tag| tag.as_str()),
        passed_over: picked.passed_over().map(|tag| PassedOver {
            tag,
            reason: picked.why_passed_over(),
        }),
        asked: version.asked(db).map(|asked| asked.to_string()),
        error: wrong(db, version),
    }
}
