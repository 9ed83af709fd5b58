//! The incremental database of infragen: files on disk and in editors, settings, and queries over them.
//!
//! A [`Workspace`] owns the state and applies changes in order; a [`Snapshot`] is a cheap read-only copy
//! that another thread may ask. A query that a change overtook ends by [`salsa::Cancelled`], which
//! [`Snapshot::run`] turns into [`Cancelled`].
//!
//! Durability: what is on disk changes rarely (high), what is open in an editor changes with every key
//! (low). Everything read from disk is indexed once per root; open files lie over that index.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // the layer that reads files

mod artifacts;
mod builds;
mod bundles;
mod candidates;
mod clusters;
mod compare;
mod configuration;
mod db;
mod disk;
mod environment;
mod files;
mod git;
mod graph;
mod imports;
mod index;
mod left_out;
mod object_graph;
mod paths;
mod published;
mod query;
mod recent;
mod resolve;
mod variables;
mod versions;

mod walk;
mod watch;
mod workspace;

pub use artifacts::artifact_directories;
pub use builds::{
    build_errors, concerned_files, duplicate_ids, file_from, place_of_build, unmatched,
};
pub use candidates::{
    AppliedIn, Candidate, Fit, LookedUp, candidates, dependents, kinds, namespaces_in_environments,
    referred_names, referrers,
};
pub use clusters::{
    Application, AppliedFrom, AppliedObject, Built, Change, Cluster, ClusterEdge, ClusterGraph,
    ClusterNode, Elsewhere, EnvironmentError, Fault, InEnvironment, Leads, Leaf, MAX_TRACED,
    ObjectId, Patched, Reader, Shadowed, Twice, Why, applied_from, applied_twice, bundle_here,
    cluster, cluster_graph, clusters, environment_errors, flux_version, nth_cluster,
    patched_objects, readers, shadowed_versions, unmatched_additions, without_namespace,
};
pub use compare::{
    Applier, Cause, CompareOptions, Comparison, Deletion, Fate, FieldChange, FieldPath, FieldStep,
    Kept, LeftAlone, NotCompared, ObjectChange, ObjectName, Shown, Side, Unknown, compare_change,
    compare_environments, has_service,
};
pub use configuration::{Class, EnvironmentSettings, Settings, SettingsError, settings};
pub use db::{Database, Db};
pub use environment::{
    Entry, Environment, entry_paths, environment_of, environment_of_directory, environments,
    environments_around, own_sources,
};
pub use files::{Child, DirEntry, Directory, Disk, Root, SourceFile};
pub use graph::{Cycle, dependencies, dependency_cycles};
pub use imports::{
    Import, Namespaces, appliers, entered, importers, imports_of, is_patch_file, layers,
    looping_directories, overriding_namespaces, takes_itself_in,
};
pub use index::{DefinedBy, Definition, ReferenceSite};
pub use object_graph::{GraphEdge, GraphNode, ObjectGraph, object_graph};
pub use paths::{
    Found, PathTarget, find, is_own_source, kustomization_file, relative, resolve_path, secure,
    suggest_paths,
};
pub use query::{facts, is_manifest, text, tree};
pub use resolve::{
    Resolution, Target, Verdict, definitions, each_definition, kinds_named, may_become,
    names_of_kind, namespace_of, namespaces, references_to, resolve, some_references_to, target,
};
pub use variables::{
    BrokenReference, BuildWith, DefinedIn, ObjectVariables, Retyped, Spoiled, Substitution,
    UsesInFile, VariableDefinition, VariableUse, VariableUses, builds_with, object_variables,
    spoiled, substitutions, variable_definitions, variable_receivers, variable_sources,
    variable_uses, variable_uses_in_files,
};
pub use versions::{
    Answer, Ask, BundledPath, Consumer, Invalid, NoRepository, Outcome, Picked, PlacedVersion,
    Readable, Remote, Remotes, Round, answer_of, are_asked, bundle_consumers, bundle_of,
    bundled_paths, bundles, declared_versions, knows_registries, mirrors, now, pick, readable,
    remote, shown_path, version_of, versions_from, versions_in, versions_in_application,
    versions_of_object, wanted, wanted_in, written_version,
};
pub use watch::Watcher;
pub use workspace::{Cancelled, FileEvent, Snapshot, Stored, Workspace};
