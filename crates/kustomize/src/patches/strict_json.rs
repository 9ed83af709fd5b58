//! Whether a text is JSON and nothing more: what begins with `[` is read by Go's JSON reader, which takes
//! none of what YAML allows there.

use infragen_syntax::TextSize;

/// Where a text stops to be JSON; none where all of it is.
pub(super) fn first_error(text: &str) -> Option<TextSize> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
    };
    let whole = reader.value().is_some() && {
        reader.spaces();
        reader.at == text.len()
    };
    let at = TextSize::try_from(reader.at).unwrap_or_default();
    (!whole).then_some(at)
}

/// Go's limit.
const MAX_DEPTH: usize = 10_000;

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Option<()> {
        self.spaces();
        match self.peek()? {
            b'{' => self.collection(b'}', |reader| {
                reader.string()?;
                reader.spaces();
                reader.take(b':')?;
                reader.value()
            }),
            b'[' => self.collection(b']', Reader::value),
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn collection(&mut self, end: u8, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.at += 1;
        self.spaces();
        if self.take(end).is_none() {
            loop {
                self.spaces();
                item(self)?;
                self.spaces();
                if self.take(end).is_some() {
                    break;
                }
                self.take(b',')?;
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        word.bytes().try_for_each(|byte| self.take(byte))
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => {
                    self.at += 1;
                    let escape = self.peek()?;
                    if !br#""\/bfnrtu"#.contains(&escape) {
                        return None;
                    }
                    self.at += 1;
                    if escape == b'u' {
                        let digits = self.bytes.get(self.at..self.at + 4)?;
                        if !digits.iter().all(u8::is_ascii_hexdigit) {
                            return None;
                        }
                        self.at += 4;
                    }
                }
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::first_error;

    #[test]
    fn takes_json_only() {
        for good in [
            "[]",
            "[1, -0.5e+3, \"a\\u00e9\\n\", {\"a\": [true, null]}] ",
            "[\n{}\n]",
        ] {
            assert_eq!(first_error(good), None, "{good}");
        }
        for bad in [
            "[a]", "[1,]", "[{a: 1}]", "['a']", "[01]", "[1] # no", "[\"\t\"]", "[", "[1.]",
        ] {
            assert!(first_error(bad).is_some(), "{bad}");
        }
    }
}
