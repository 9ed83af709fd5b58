//! Makes artifacts as Flux makes them, and puts them into registries and image layouts: for tests, and for those who
//! fill a folder to take along.

mod bundle;
mod layout;
mod remote;

pub use bundle::{Bundle, FLUX_CONFIG, FLUX_CONTENT, HELM_CONFIG, HELM_CONTENT};
pub use layout::to_layout;
pub use remote::to_registry;
