//! What was taken at an earlier time, as far as the tags of today tell.

use std::sync::Arc;

use infragen_registry::{Ask, Endpoint, Registry, Timestamp};
use infragen_workspace::{Outcome, PlacedVersion, Workspace};
use smol_str::SmolStr;

use super::table::Table;
use crate::registries::ask;

/// So many artifacts are asked for together: the newest tags are the likeliest.
const TOGETHER: usize = 8;

/// Puts in place of what is taken now what was taken at a moment: the newest tag in the range whose artifact says that it
/// was created by then. A tag that has been deleted since is not thought of, and one that was moved counts as created when
/// its present artifact was.
pub fn look_back(
    workspace: &mut Workspace,
    registry: &Registry,
    table: &mut Table,
    moment: Timestamp,
    offline: bool,
) {
    // Nobody looks back from what is still to come, as the end of today.
    table.moment = table.moment.min(moment);
    for version in table.rows.iter_mut().flat_map(|row| &mut row.versions) {
        if version.picked.selection.is_none() {
            continue;
        }
        let candidates: Vec<SmolStr> = version.picked.matching().into_iter().cloned().collect();
        let taken = taken_at(workspace, registry, version, &candidates, moment, offline);
        // Why tags were not taken then is not told: the reasons are those of today.
        version.picked = Arc::new(version.picked.ending(taken));
    }
}

fn taken_at(
    workspace: &mut Workspace,
    registry: &Registry,
    version: &PlacedVersion,
    candidates: &[SmolStr],
    moment: Timestamp,
    offline: bool,
) -> Outcome {
    let Ok(repository) = &version.repository else {
        return Outcome::Unknown;
    };
    let endpoint = Endpoint {
        repository: repository.clone(),
        insecure: version.insecure,
    };
    for some in candidates.chunks(TOGETHER) {
        let unknown = some
            .iter()
            .filter(|tag| version.artifact_of(workspace.db(), tag).is_none());
        let asks: Vec<_> = unknown
            .map(|tag| Ask::Artifact(endpoint.clone(), tag.clone()))
            .collect();
        if !asks.is_empty() {
            let now = infragen_workspace::now(workspace.db());
            match offline {
                true => {
                    let known = asks.iter().filter_map(|ask| match ask {
                        Ask::Artifact(endpoint, tag) => {
                            let artifact = registry.remembered_artifact(endpoint, tag)?;
                            let answer =
                                infragen_workspace::Answer::Artifact(tag.clone(), artifact);
                            Some((endpoint.repository.clone(), answer))
                        }
                        _ => None,
                    });
                    let known = known.collect();
                    workspace.set_answers(known, now);
                }
                false => ask(workspace, registry, asks, now),
            }
        }
        for tag in some {
            match version
                .artifact_of(workspace.db(), tag)
                .map(|artifact| artifact.created)
            {
                Some(Some(created)) if created <= moment => return Outcome::Tag(tag.clone()),
                Some(Some(_)) => {}
                // Without its time nobody knows whether it was there.
                Some(None) | None => return Outcome::Unknown,
            }
        }
    }
    Outcome::NoMatch
}
