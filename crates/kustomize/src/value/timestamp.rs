//! Dates and times, which kustomize turns into strings of one layout.

/// A text that is a timestamp, in the layout of RFC 3339 with as many digits of a second as it needs; none
/// where its zone is one that JSON has not (`+24:00`).
pub(crate) fn to_rfc3339(text: &str) -> Option<String> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start_matches(' ')),
        None => (text, ""),
    };
    let mut numbers = date.split('-');
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let mut out = format!("{year}-{month:0>2}-{day:0>2}T");
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, "Z"),
    };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    if clock.is_empty() {
        out.push_str("00:00:00");
    } else {
        for (index, number) in clock.split(':').enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            out.push_str(&format!("{colon}{number:0>2}"));
        }
    }
    let fraction = fraction[..fraction.len().min(9)].trim_end_matches('0');
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    match zone {
        "Z" | "+00:00" | "-00:00" => out.push('Z'),
        _ => out.push_str(&normal_zone(zone)?),
    }
    Some(out)
}

/// A zone with its sixty minutes carried into the hour, below 24 hours.
fn normal_zone(zone: &str) -> Option<String> {
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hour, minute) = rest.split_once(':')?;
    let minutes = hour.parse::<u32>().ok()? * 60 + minute.parse::<u32>().ok()?;
    let (hour, minute) = (minutes / 60, minutes % 60);
    (hour < 24).then(|| format!("{sign}{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::to_rfc3339;

    #[test]
    fn every_layout_becomes_one() {
        for (text, expected) in [
            ("2020-01-01", "2020-01-01T00:00:00Z"),
            ("2020-1-2", "2020-01-02T00:00:00Z"),
            ("2020-1-1 1:2:3.5", "2020-01-01T01:02:03.5Z"),
            ("2020-01-01t10:00:00+02:00", "2020-01-01T10:00:00+02:00"),
            ("2020-01-01T10:00:00.1200-00:00", "2020-01-01T10:00:00.12Z"),
            (
                "2020-01-01T10:00:00.1234567899Z",
                "2020-01-01T10:00:00.123456789Z",
            ),
        ] {
            assert_eq!(to_rfc3339(text).unwrap(), expected, "{text}");
        }
        assert_eq!(to_rfc3339("2020-01-01T10:00:00+24:00"), None);
    }
}
