//! Ranges and versions of the library's own tests: `range`, `version`, whether it matches.
#![allow(clippy::unwrap_used)]

use infragen_constraint::{Constraint, Flux, loose_version};

#[test]
fn ranges_match_or_do_not() {
    let mut rows = 0;
    for row in include_str!("vectors.tsv").lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let range: Constraint = fields[0].parse().unwrap();
        let version = loose_version(fields[1], Flux::V2_9).unwrap();
        assert_eq!(range.matches(&version), fields[2] == "true", "{row}");
        rows += 1;
    }
    assert!(rows > 100, "{rows}");
}
