//! Which version of each artifact, chart and image every environment takes.
//!
//! `remote` holds what registries answered, as inputs; `picked` chooses by a rule among the tags of one repository, and
//! `readable` has those in order; `placed` tells what the objects of an environment take; `declared` what
//! an object of a file, or what it patches; `bundled` where the paths are that lead into artifacts; `unapplied` what
//! objects take that no environment applies; `wanted` what there is to ask, and `round` turns that into questions and answers back into
//! inputs.

mod bundled;
mod declared;
mod picked;
mod placed;
mod readable;
mod remote;
mod round;
mod takers;
#[cfg(test)]
mod tests;
mod unapplied;
mod wanted;

pub use bundled::{BundledPath, bundled_paths};
pub use declared::declared_versions;
pub use picked::{Invalid, Outcome, Picked, pick};
pub use placed::{
    Consumer, NoRepository, PlacedVersion, bundle_consumers, bundles, version_of, versions_in,
    versions_in_application, versions_of_object,
};
pub(crate) use placed::{bundle_directory, pull_in_object, pulls_of};
pub use readable::{Readable, readable};
pub(crate) use remote::pulled_roots;
pub use remote::{
    Answer, Remote, Remotes, are_asked, bundle_of, knows_registries, now, remote, shown_path,
};
pub use round::{Round, answer_of, mirrors, wanted_in};
pub use takers::versions_from;
pub use unapplied::written_version;
pub use wanted::{Ask, wanted};
