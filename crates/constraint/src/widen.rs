//! A range that takes prereleases too.

use crate::constraint::{Comparator, Constraint, Group, Operator, Precision};
use crate::version::Found;

impl Constraint {
    /// The range with `-0` behind versions, so that it takes prereleases too and all that it took before; none where
    /// no such `-0` can stand in it.
    ///
    /// ```
    /// use infragen_constraint::Constraint;
    ///
    /// let widened = |text: &str| text.parse::<Constraint>().ok()?.with_prereleases();
    /// assert_eq!(widened(">=1.0.0 <2.0.0").as_deref(), Some(">=1.0.0-0 <2.0.0-0"));
    /// assert_eq!(widened("^1 || *").as_deref(), Some("^1-0 || *-0"));
    /// assert_eq!(widened("=1.2.3"), None);
    /// // It takes them already: with another `-0` it would no longer take those of 2.0.0.
    /// assert_eq!(widened(">=1.0.0-0 <2.0.0"), None);
    /// ```
    pub fn with_prereleases(&self) -> Option<String> {
        let mut widened = String::with_capacity(self.text.len() + 8);
        let mut copied = 0;
        let takes_them = |group: &&Group| self.flux.group_decides() && group.names_prerelease();
        let groups = self.groups.iter().filter(|group| !takes_them(group));
        for comparator in groups.flat_map(|group| &group.comparators) {
            if let Some(end) = comparator.place_of_prerelease(&self.text) {
                widened.push_str(self.text.get(copied..end)?);
                widened.push_str("-0");
                copied = end;
            }
        }
        widened.push_str(self.text.get(copied..)?);
        (copied > 0).then_some(widened)
    }
}

impl Comparator {
    /// Where `-0` may be written so that prereleases are asked for, and nothing else changes.
    pub(crate) fn place_of_prerelease(&self, text: &str) -> Option<usize> {
        let changes_releases = match self.operator {
            Operator::NotEqual => true,
            Operator::Equal | Operator::LessEqual => self.precision == Precision::Patch,
            Operator::Greater => matches!(self.precision, Precision::Any | Precision::Patch),
            Operator::GreaterEqual | Operator::Less | Operator::Tilde | Operator::Caret => false,
        };
        if changes_releases || self.names_prerelease() {
            return None;
        }
        let written = text.get(self.range.clone())?;
        let version = written.find(|letter: char| {
            letter.is_ascii_digit() || matches!(letter, 'v' | 'x' | 'X' | '*' | '|')
        })?;
        let found = Found::at(text, self.range.start + version)?;
        Some(
            found
                .metadata
                .map_or(found.range.end, |metadata| metadata.start - 1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_stay_as_they_are() {
        for (text, widened) in [
            ("1.x", Some("1.x-0")),
            ("~> 1.2+b", Some("~> 1.2-0+b")),
            ("1.2 - 2.3", Some("1.2-0 - 2.3-0")),
            // Up to 2.0.0, which `<=2.0.0-0` would not take.
            ("1.0.0 - 2.0.0", Some("1.0.0-0 - 2.0.0")),
            (">1.0.0 <v2", Some(">1.0.0 <v2-0")),
            (">=1.0.0-rc.1, !=1.5.x", None),
            ("!=1.2", None),
            // Without `-0` it is what is newer than 0.0.0.
            (">*", None),
        ] {
            let range: Constraint = text.parse().unwrap();
            assert_eq!(range.with_prereleases().as_deref(), widened, "{text}");
        }
    }
}
