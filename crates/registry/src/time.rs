//! Moments: the clock, and the two ways in which registries write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Timestamp;

const DAY: i64 = 86_400;

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
        let date = text.get(..10)?;
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let days = days(number(year)?, number(month)?, number(day)?)?;
        let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
        let seconds = clock(rest.get(..8)?)?;
        let rest = rest.get(8..)?;
        let offset = match rest.strip_prefix('.') {
            Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        let offset = match offset {
            "Z" | "z" => 0,
            _ => {
                let sign = match offset.get(..1)? {
                    "+" => 1,
                    "-" => -1,
                    _ => return None,
                };
                sign * clock(&format!("{}:00", offset.get(1..)?))?
            }
        };
        Some(Self(days * DAY + seconds - offset))
    }

    /// Reads a moment as HTTP headers have it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub(crate) fn parse_http(text: &str) -> Option<Self> {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let mut words = text.split_once(", ")?.1.split(' ');
        let day = number(words.next()?)?;
        let name = words.next()?;
        let month = 1 + MONTHS.iter().position(|month| *month == name)?;
        let year = number(words.next()?)?;
        let seconds = clock(words.next()?)?;
        if words.next() != Some("GMT") {
            return None;
        }
        Some(Self(
            days(year, i64::try_from(month).ok()?, day)? * DAY + seconds,
        ))
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

/// `08:49:37` in seconds; a leap second counts as the last one of its minute.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let good = parts.next().is_none() && hour < 24 && minute < 60 && second <= 60;
    good.then(|| hour * 3600 + minute * 60 + second.min(59))
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// Days since 1970 in the calendar of today.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [
        31,
        28 + i64::from(is_leap),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let index = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(1..=*lengths.get(index)?).contains(&day) || year > 9999 {
        return None;
    }
    let before = year - 1;
    let leaps = before / 4 - before / 100 + before / 400;
    // The first day of the year 1 is 719,162 days before 1970.
    Some(before * 365 + leaps - 719_162 + lengths[..index].iter().sum::<i64>() + day - 1)
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

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = Timestamp::parse(&text);
            let _ = Timestamp::parse_http(&text);
        }
    }
}
