//! The generator of infragen: from a question to a plan of edits.
//!
//! Everything here is pure: a generator reads a snapshot of a repository and returns a [`Plan`]. The
//! command line writes it to disk; an editor can apply the same plan as a workspace edit. Nothing is
//! planned half: a [`Refusal`] says why nothing is.

mod copy;
mod demo;
mod environment;
mod identity;
mod listing;
mod names;
mod plan;
mod refusal;
mod rename;
mod render;
mod repository;
mod selector;
mod service;
mod verify;
mod versions;

pub use demo::demo_plan;
pub use environment::{AddEnvironment, Sync, add_environment};
pub use plan::{Action, Change, Plan};
pub use refusal::Refusal;
pub use service::{NewService, new_service};
pub use verify::Problem;
pub use versions::VersionChoice;
