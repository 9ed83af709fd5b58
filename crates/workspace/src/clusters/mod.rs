//! What every environment really gets: the objects that Flux applies there, by what Flux Kustomization, and with
//! which values.
//!
//! `inputs` is what decides what one Flux Kustomization applies, `build` makes that of it, and
//! `applied_objects` tells of the objects what others ask; `walk` goes from an entry point through all of them to a
//! fixed point, from what `outset` says; `on_disk` keeps the walk over what is on disk, which holds until an editor
//! shows something that would lead elsewhere; `source` tells where the files of a source are; `version` which Flux a
//! cluster runs; `graph` what waits for what in it.

mod added_at;
mod applied_objects;
mod build;
mod coverage;
mod errors;
mod exact;
mod findings;
mod graph;
mod history;
mod index;
mod inputs;
mod instance;
mod names;
mod on_disk;
mod outset;
mod patched;
mod reading;
mod shadowed;
mod source;
mod taking_part;
#[cfg(test)]
mod tests;
mod version;
mod walk;

pub use applied_objects::AppliedObject;
pub(crate) use applied_objects::objects;
pub use build::Built;
pub(crate) use build::{applied, flux_build};
pub use coverage::{Leaf, Why};
pub use exact::InEnvironment;
pub(crate) use exact::resolve_exactly;
pub use findings::{
    EnvironmentError, Twice, applied_twice, environment_errors, unmatched_additions,
    without_namespace,
};
pub use graph::{ClusterEdge, ClusterGraph, ClusterNode, Fault, Leads, cluster_graph};
pub use history::Change;
pub use index::{AppliedFrom, ObjectId, applied_from};
pub(crate) use index::{Placed, definition, named_in, prepare, resource as applied_resource};
pub(crate) use index::{cluster_index, objects_named};
pub(crate) use inputs::{Inputs, built_directories};
pub(crate) use names::{Namesakes, names_in};
pub use patched::{Patched, patched_objects};
pub use reading::{Reader, readers};
pub use shadowed::{Shadowed, shadowed_versions};
pub use source::{Elsewhere, bundle_here};
pub use taking_part::MAX_TRACED;
pub use version::flux_version;
pub use walk::{Application, Cluster, cluster, clusters, nth_cluster};
