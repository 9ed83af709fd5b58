//! Which versions environments take: hovers, hints, lenses, completion and actions about them.

mod age;
mod at;
mod card;
mod explain;
mod families;
mod line;
#[cfg(test)]
mod tests;

pub use age::{age, since};
pub(crate) use at::{declared, versions_at};
pub use explain::explain_version;
pub(crate) use card::{card, digits};
pub(crate) use families::families;
pub(crate) use line::{by_environment, hint};
