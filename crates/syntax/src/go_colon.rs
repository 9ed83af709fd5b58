//! A colon that go-yaml takes into a plain text and YAML 1.2 does not: `[a:, b]` has the items `a:` and `b`.
//!
//! For go-yaml, which kustomize and Flux read with, a `:` ends a text only where a blank follows. The readers here
//! know it otherwise, so such a text is read once more with another character in these places.

use std::borrow::Cow;

/// What may stand in for a colon: it means nothing inside a plain text.
const STAND_INS: [char; 6] = ['^', '~', '+', '=', ';', '_'];

/// A text without such colons.
pub(crate) struct Hidden {
    /// The text; nothing in it moved.
    pub text: String,
    stand_in: char,
}

/// Whether a plain text that is followed by these bytes goes on with a colon for go-yaml.
pub(crate) fn goes_on(behind: &[u8]) -> bool {
    matches!(behind, [b':', b',' | b'[' | b']' | b'{' | b'}', ..])
}

impl Hidden {
    /// Hides the colons of a text that may be meant; none where there are none.
    pub(crate) fn of(source: &str) -> Option<Hidden> {
        let bytes = source.as_bytes();
        let is_meant = |at: &usize| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            // At the beginning of a text, and behind a quote, it is a sign of its own.
            let is_inside = before.is_some_and(|byte| !b" \t\r\n,[]{}\"'".contains(byte));
            is_inside && bytes.get(*at..).is_some_and(goes_on)
        };
        let mut colons = memchr::memchr_iter(b':', bytes).filter(is_meant).peekable();
        colons.peek()?;
        let stand_in = STAND_INS.into_iter().find(|c| !source.contains(*c))?;
        let mut text = String::with_capacity(source.len());
        let mut done = 0;
        for at in colons {
            text.push_str(source.get(done..at)?);
            text.push(stand_in);
            done = at + 1;
        }
        text.push_str(source.get(done..)?);
        Some(Hidden { text, stand_in })
    }

    /// What a scalar of the text says.
    pub(crate) fn reveal<'v>(&self, value: &'v str) -> Cow<'v, str> {
        match value.contains(self.stand_in) {
            true => Cow::Owned(value.replace(self.stand_in, ":")),
            false => Cow::Borrowed(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tree;
    use crate::testing::values;

    #[test]
    fn a_colon_belongs_to_the_text_unless_a_blank_follows() {
        assert_eq!(values("a: [b:, c]"), ["a", "b:", "c"]);
        assert_eq!(values("a: {b: c:, d: e:}"), ["a", "b", "c:", "d", "e:"]);
        assert_eq!(values("[a::, \"b\":c, é:]"), ["a::", "b", "c", "é:"]);
        assert_eq!(values("[a:, 'b:, ^']"), ["a:", "b:, ^"]);
    }

    #[test]
    fn elsewhere_nothing_changes() {
        assert_eq!(values("a: b:, c:]"), ["a", "b:, c:]"]);
        assert_eq!(values("{\"a\":[b]}"), ["a", "b"]);
        assert_eq!(values("a: |\n  [b:, ]\n"), ["a", "[b:, ]\n"]);
    }

    #[test]
    fn what_go_yaml_refuses_is_refused() {
        assert!(!Tree::parse("a: [b:[c]]").errors().is_empty());
    }
}
