//! How the program is linked.
#![allow(clippy::disallowed_methods)] // the target is told by the environment

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |key, value| env::var(key).is_ok_and(|it| it == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // At a fixed address, as Go links programs: else forty thousand pointers are moved whenever it starts,
        // which is a fifth of the time that one small build takes.
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
