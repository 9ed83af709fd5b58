//! Which versions environments take: hovers, hints, lenses, completion and actions about them.

mod actions;
#[cfg(test)]
mod actions_tests;
mod at;
#[cfg(test)]
mod bundle_tests;
mod card;
mod edit;
mod explain;
mod families;
mod line;
#[cfg(test)]
mod tests;

pub(crate) use actions::actions;
pub(crate) use at::versions_at;
pub(crate) use card::{card, digits};
pub use explain::explain_version;
pub(crate) use families::families;
pub(crate) use line::{by_environment, hint};
