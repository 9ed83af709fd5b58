//! The language server as a client meets it: the real binary, over its standard streams.
//!
//! Most of what the server knows is tested where it is known, in `ide` and `rules`; here it is the protocol:
//! the life of a session, the order of things, positions, and what a client may do wrong.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "all of it is tests, which write repositories and run git"
)]

mod disk;
mod documents;
mod encodings;
mod findings;
mod folders;
mod lifecycle;
mod malformed;
mod ordering;
mod progress;
mod repository;
mod requests;
mod session;
mod tcp;
mod variables;
mod versions;
