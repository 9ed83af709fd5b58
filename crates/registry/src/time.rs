//! Moments: the clock, and the ways in which registries and people write them.

use std::fmt::{Display, Formatter};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Timestamp;

impl Timestamp {
    /// This moment.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// Reads a moment as RFC 3339 writes it, as the annotation `org.opencontainers.image.created` is: with any offset,
    /// fractions of a second dropped.
    ///
    /// ```
    /// use infragen_registry::Timestamp;
    ///
    /// assert_eq!(Timestamp::parse("1970-01-02T01:00:00.5+01:00"), Some(Timestamp(86_400)));
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        // jiff reads more, such as a time zone in brackets behind it.
        let moment: jiff::Timestamp = text.parse().ok().filter(|_| !text.contains('['))?;
        Some(Self(moment.as_second()))
    }

    /// Reads a moment as HTTP headers have it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub(crate) fn parse_http(text: &str) -> Option<Self> {
        let moment = text.strip_suffix(" GMT")?;
        let moment = jiff::fmt::rfc2822::parse(&format!("{moment} +0000")).ok()?;
        Some(Self(moment.timestamp().as_second()))
    }

    /// The moment so much later.
    pub(crate) fn after(self, wait: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)),
        )
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let seconds = |wait: Duration| i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self(seconds(since)),
            Err(before) => Self(-seconds(before.duration())),
        }
    }
}

impl Display for Timestamp {
    /// As RFC 3339 writes it, in UTC: `2026-11-01T12:00:00Z`.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
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
    fn moments_of_annotations() {
        let read = |text| Timestamp::parse(text).map(|time| time.0);
        assert_eq!(read("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(read("2026-11-25T22:01:22Z"), Some(1_795_644_082));
        assert_eq!(
            read("2026-11-25T23:01:22.123456789+01:00"),
            Some(1_795_644_082)
        );
        assert_eq!(read("2024-02-29T12:00:00-05:30"), Some(1_709_227_800));
        assert_eq!(read("1969-12-31t23:59:59z"), Some(-1));
        for wrong in [
            "",
            "2026-11-25",
            "2026-11-25T22:01:22",
            "2026-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2026-11-25T24:00:00Z",
            "2026-11-25T22:01:22+",
            "2026-00-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "2026-11-25T22:01:22ü",
            "ü026-11-25T22:01:22Z",
            "2026-11-25T22:01:22+0é:00",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_of_headers() {
        let read = |text| Timestamp::parse_http(text).map(|time| time.0);
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 CET"), None);
        assert_eq!(read("06 Nov 1994"), None);
    }

    #[test]
    fn it_reads_what_it_writes() {
        let text = "2026-11-01T12:00:00Z";
        let written = Timestamp::parse(text).map(|moment| moment.to_string());
        assert_eq!(written.as_deref(), Some(text));
        assert_eq!(Timestamp(i64::MAX).to_string(), format!("@{}", i64::MAX));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = Timestamp::parse(&text);
            let _ = Timestamp::parse_http(&text);
        }
    }
}
