//! Every rule.

use crate::rule::Rule;

/// Every rule, in the order of the documentation.
pub const RULES: &[&Rule] = &[];
