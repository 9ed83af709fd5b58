//! What the suites and the benchmark share: where the real repositories are, and generated ones.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // reads corpora, writes generated repositories

pub mod corpora;
pub mod flux;
pub mod generate;
pub mod layers;
pub mod memory;
pub mod registry;
