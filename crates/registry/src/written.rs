//! Moments as people and registries write them.

use std::fmt::{Display, Formatter, Result};

use crate::Timestamp;

impl Display for Timestamp {
    /// As RFC 3339 writes it, in UTC: `2026-11-01T12:00:00Z`.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(moment) => moment.fmt(f),
            // Before or after all that calendars know.
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let text = "2026-11-01T12:00:00Z";
        assert_eq!(
            Timestamp::parse(text)
                .map(|moment| moment.to_string())
                .as_deref(),
            Some(text)
        );
        assert_eq!(Timestamp(i64::MAX).to_string(), format!("@{}", i64::MAX));
    }
}
