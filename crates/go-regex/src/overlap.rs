//! Whether an expression can match any text of a kind.

use std::collections::HashSet;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::{primitives::StateID, start, syntax};

use crate::to_rust;

/// A set of texts, as a machine that reads them byte by byte.
pub trait Language {
    /// The state before the first byte.
    fn start(&self) -> u8;
    /// The state behind a byte; none where no text of the set goes on so.
    fn next(&self, state: u8, byte: u8) -> Option<u8>;
    /// Whether a text of the set may end here.
    fn is_end(&self, state: u8) -> bool;
}

/// Machines larger than this are not built: an expression of somebody's repository costs no more.
const MAX_BYTES: usize = 1 << 20;

/// Whether an expression matches somewhere in any text of a language. None where that is too much work, or where
/// the expression is none.
///
/// ```
/// use infragen_go_regex::{Language, can_match};
///
/// struct Digits;
///
/// impl Language for Digits {
///     fn start(&self) -> u8 {
///         0
///     }
///     fn next(&self, _: u8, byte: u8) -> Option<u8> {
///         byte.is_ascii_digit().then_some(1)
///     }
///     fn is_end(&self, state: u8) -> bool {
///         state == 1
///     }
/// }
///
/// assert_eq!(can_match("1+$", &Digits), Some(true));
/// assert_eq!(can_match("^v", &Digits), Some(false));
/// ```
pub fn can_match(pattern: &str, language: &impl Language) -> Option<bool> {
    let limits = dense::Config::new()
        .start_kind(StartKind::Unanchored)
        .dfa_size_limit(Some(MAX_BYTES))
        .determinize_size_limit(Some(MAX_BYTES));
    let machine = dense::Builder::new()
        .configure(limits)
        .syntax(syntax::Config::new().utf8(false))
        .thompson(
            regex_automata::nfa::thompson::Config::new()
                .utf8(false)
                .nfa_size_limit(Some(MAX_BYTES)),
        )
        .build(&to_rust(pattern).ok()?)
        .ok()?;
    let config = start::Config::new().anchored(Anchored::No);
    let start = machine.start_state(&config).ok()?;
    overlaps(&machine, start, language)
}

/// Where both machines are together, the expression not having matched yet.
type Both = (StateID, u8);

/// Goes through all states that both machines can be in together.
fn overlaps(machine: &impl Automaton, start: StateID, language: &impl Language) -> Option<bool> {
    let begin: Both = (start, language.start());
    let mut seen: HashSet<Both> = HashSet::from([begin]);
    let mut open = vec![begin];
    while let Some((state, place)) = open.pop() {
        if machine.is_quit_state(state) {
            return None;
        }
        // A match is seen one byte late, so also after the last one.
        if language.is_end(place) && machine.is_match_state(machine.next_eoi_state(state)) {
            return Some(true);
        }
        for byte in 0..=u8::MAX {
            let Some(place) = language.next(place, byte) else {
                continue;
            };
            let state = machine.next_state(state, byte);
            if machine.is_match_state(state) {
                // Whatever follows, so it is enough that something does.
                if ends(language, place) {
                    return Some(true);
                }
            } else if !machine.is_dead_state(state) && seen.insert((state, place)) {
                open.push((state, place));
            }
        }
    }
    Some(false)
}

/// Whether a text can end from a state on.
fn ends(language: &impl Language, from: u8) -> bool {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        if language.is_end(place) {
            return true;
        }
        let next = (0..=u8::MAX).filter_map(|byte| language.next(place, byte));
        open.extend(next.filter(|next| seen.insert(*next)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GoRegex;

    /// `ab`, `abab` and so on.
    struct Pairs;

    impl Language for Pairs {
        fn start(&self) -> u8 {
            0
        }
        fn next(&self, state: u8, byte: u8) -> Option<u8> {
            match (state, byte) {
                (0 | 2, b'a') => Some(1),
                (1, b'b') => Some(2),
                _ => None,
            }
        }
        fn is_end(&self, state: u8) -> bool {
            state == 2
        }
    }

    #[test]
    fn an_expression_meets_a_language_or_not() {
        let texts = ["ab", "abab", "ababab"];
        for (pattern, meets) in [
            ("", true),
            ("a", true),
            ("ba", true),
            ("b$", true),
            ("a$", false),
            ("^b", false),
            ("^abab$", true),
            ("aa", false),
            ("c", false),
            ("^(ab){3}$", true),
            (r"\bab", true),
            (r"a\b", false),
            (r"^a\x62$", true),
            ("$^", false),
        ] {
            assert_eq!(can_match(pattern, &Pairs), Some(meets), "{pattern}");
            let regex = GoRegex::new(pattern).unwrap();
            let any = texts.iter().any(|text| regex.is_match(text));
            assert_eq!(any, meets, "{pattern}");
        }
    }

    #[test]
    fn what_is_too_much_is_not_answered() {
        assert_eq!(can_match("(", &Pairs), None);
        assert_eq!(can_match("[ab]*a[ab]{900}", &Pairs), None);
    }
}
