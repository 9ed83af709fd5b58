//! Repetitions: `*`, `+`, `?`, `{2,5}`.

/// How often Go repeats at most, all repetitions around a piece multiplied.
pub(crate) const MAX: u32 = 1000;

/// How often something may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    min: u32,
    max: Option<u32>,
}

impl Bounds {
    /// What `*`, `+` and `?` mean.
    pub(crate) fn of(operator: char) -> Bounds {
        match operator {
            '*' => Bounds { min: 0, max: None },
            '+' => Bounds { min: 1, max: None },
            _ => Bounds {
                min: 0,
                max: Some(1),
            },
        }
    }

    pub(crate) fn are_valid(self) -> bool {
        self.min <= MAX && self.max.is_none_or(|max| max <= MAX && self.min <= max)
    }

    /// The factor that counts for [`MAX`].
    pub(crate) fn most(self) -> u32 {
        self.max.unwrap_or(self.min).max(1)
    }

    pub(crate) fn rust(self) -> String {
        match (self.min, self.max) {
            (0, None) => "*".to_owned(),
            (1, None) => "+".to_owned(),
            (0, Some(1)) => "?".to_owned(),
            (min, None) => format!("{{{min},}}"),
            (min, Some(max)) => format!("{{{min},{max}}}"),
        }
    }
}

/// Reads what follows a `{`, if it is a repetition: its bounds and its length. Else the `{` is a text.
pub(crate) fn read(rest: &str) -> Option<(Bounds, usize)> {
    let end = rest.find('}')?;
    let (min, max) = match rest[..end].split_once(',') {
        None => (number(&rest[..end])?, Some(number(&rest[..end])?)),
        Some((min, "")) => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
    };
    Some((Bounds { min, max }, end + 1))
}

/// A number without leading zeros; one that is too large is one more than what is allowed.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.len() > 1 && text.starts_with('0') {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX).min(MAX + 1))
}
