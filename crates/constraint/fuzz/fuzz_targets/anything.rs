//! Any bytes: a range, a filter and tags, by the properties that the tests share.
#![no_main]

#[path = "../../tests/support/anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anything::check_bytes(bytes));
