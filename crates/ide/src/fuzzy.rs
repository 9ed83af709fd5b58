//! Finding names by some of their letters.

/// A query, with the room that one comparison needs.
pub(crate) struct Query {
    letters: Vec<u8>,
    text: Vec<u8>,
}

/// Where a letter counts most: at the beginning of a word, and next to the one before.
const WORD_START: i32 = 8;
const ADJACENT: i32 = 6;
/// A match within the name alone is worth more than one that needs kind and namespace.
const IN_NAME: i32 = 40;
const WHOLE_NAME: i32 = 100;

impl Query {
    /// Case and blanks do not count.
    pub fn new(query: &str) -> Query {
        let letters = query.bytes().filter(|byte| !byte.is_ascii_whitespace());
        Query {
            letters: letters.map(|byte| byte.to_ascii_lowercase()).collect(),
            text: Vec::new(),
        }
    }

    /// How well the letters, in their order, fit the name, else kind, namespace and name together; the
    /// more the better. None where they do not.
    pub fn score(&mut self, kind: &str, namespace: &str, name: &str) -> Option<i32> {
        if let Some(score) = subsequence(&self.letters, name.as_bytes()) {
            let whole = self.letters.len() == name.len();
            return Some(score + IN_NAME + if whole { WHOLE_NAME } else { 0 });
        }
        self.text.clear();
        for part in [kind, "/", namespace, "/", name] {
            // `kind/name` is how people write it: an empty namespace leaves one slash.
            if !(part == "/" && self.text.ends_with(b"/")) {
                self.text.extend_from_slice(part.as_bytes());
            }
        }
        subsequence(&self.letters, &self.text).or_else(|| {
            self.text.truncate(kind.len() + 1);
            self.text.extend_from_slice(name.as_bytes());
            subsequence(&self.letters, &self.text)
        })
    }
}

/// Looks the letters up from the left, then tightens from the right: so `web` finds the `web` of
/// `worker-web`, not its `w`. Shorter texts win.
fn subsequence(letters: &[u8], text: &[u8]) -> Option<i32> {
    let mut at = 0;
    for letter in letters {
        at += text
            .get(at..)?
            .iter()
            .position(|byte| byte.to_ascii_lowercase() == *letter)?
            + 1;
    }
    let mut score = 0;
    let mut next = usize::MAX;
    for letter in letters.iter().rev() {
        at = text[..at]
            .iter()
            .rposition(|byte| byte.to_ascii_lowercase() == *letter)?;
        if starts_word(text, at) {
            score += WORD_START;
        }
        if at + 1 == next {
            score += ADJACENT;
        }
        next = at;
    }
    Some(score - i32::try_from(text.len().min(200)).unwrap_or(200) / 4)
}

fn starts_word(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else {
        return true;
    };
    !before.is_ascii_alphanumeric()
        || (text[at].is_ascii_uppercase() && !before.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn better(query: &str, a: &str, b: &str) -> bool {
        let mut query = Query::new(query);
        query.score("Kind", "ns", a) > query.score("Kind", "ns", b)
    }

    #[test]
    fn whole_names_and_words_win() {
        assert!(better("web", "web", "webhook"));
        assert!(better("web", "worker-web", "wide-eye-bar-x"));
        assert!(better("ha", "home-assistant", "charts"));
        assert!(better("hr", "hr", "Kind"));
    }

    #[test]
    fn kind_and_namespace_can_be_part_of_it() {
        let score = |query: &str| Query::new(query).score("HelmRelease", "apps", "web");
        assert!(score("hrweb").is_some());
        assert!(score("apps/web").is_some());
        assert!(score("HelmRelease/web").is_some());
        assert!(score("WEB") > score("hrweb"));
        assert_eq!(score("bew"), None);
    }
}
