//! DESC

pub mod client;
