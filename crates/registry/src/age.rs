//! How long ago something was, in words.

use crate::Timestamp;

/// How long before `now` a moment was, in the largest unit that it is more than one of: `3 days`, `1 hour`. What is
/// less than a minute ago, or ahead because clocks differ, is `moments`.
///
/// ```
/// use infragen_registry::{Timestamp, age};
///
/// assert_eq!(age(Timestamp(86_400 * 3), Timestamp(0)), "3 days");
/// ```
pub fn age(now: Timestamp, then: Timestamp) -> String {
    const UNITS: [(i64, &str); 6] = [
        (365 * 86_400, "year"),
        (30 * 86_400, "month"),
        (7 * 86_400, "week"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    let seconds = now.0.saturating_sub(then.0);
    // Nobody counts ten days in weeks.
    let unit = UNITS.iter().find(|(unit, name)| match *name {
        "week" => seconds >= 2 * unit,
        "month" => seconds >= 2 * unit,
        _ => seconds >= *unit,
    });
    match unit {
        Some((unit, name)) => {
            let count = seconds / unit;
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {name}{plural}")
        }
        None => "moments".to_owned(),
    }
}

/// That with `ago`.
pub fn since(now: Timestamp, then: Timestamp) -> String {
    format!("{} ago", age(now, then))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_unit_counts() {
        let told = |seconds| age(Timestamp(seconds), Timestamp(0));
        assert_eq!(told(-5), "moments");
        assert_eq!(told(59), "moments");
        assert_eq!(told(60), "1 minute");
        assert_eq!(told(7_200), "2 hours");
        assert_eq!(told(86_400 * 13), "13 days");
        assert_eq!(told(86_400 * 14), "2 weeks");
        assert_eq!(told(86_400 * 59), "8 weeks");
        assert_eq!(told(86_400 * 60), "2 months");
        assert_eq!(told(86_400 * 800), "2 years");
    }
}
