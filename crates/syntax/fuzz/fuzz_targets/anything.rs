//! Any bytes: trees, cursors and edits, by the property that the tests share.
#![no_main]

#[path = "../../tests/support/anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anything::check_bytes(bytes));
