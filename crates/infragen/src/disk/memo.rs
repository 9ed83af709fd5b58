//! What was found out about paths, by many threads.

use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;
use rustc_hash::FxHashMap;

/// How many parts there are, so that threads seldom meet.
const PARTS: usize = 16;

/// A value for each path that was asked for. Nobody waits while another makes one: two directories that
/// include each other would wait for ever. So a value may be made twice; the first stays.
pub struct Memo<V> {
    parts: [Mutex<FxHashMap<Box<str>, V>>; PARTS],
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
        }
    }
}

impl<V: Clone> Memo<V> {
    /// The value of a path, made if it is not there.
    pub fn get(&self, path: &Utf8Path, make: impl FnOnce() -> V) -> V {
        let part = &self.parts[part_of(path)];
        let known = part
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(path.as_str())
            .cloned();
        if let Some(known) = known {
            return known;
        }
        let made = make();
        part.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(path.as_str().into())
            .or_insert(made)
            .clone()
    }

    /// Lets go of the value of a path.
    pub fn forget(&self, path: &Utf8Path) {
        let part = self.parts[part_of(path)].lock();
        let forgotten = part
            .unwrap_or_else(PoisonError::into_inner)
            .remove(path.as_str());
        // It is dropped without the lock, and may take a while.
        drop(forgotten);
    }
}

fn part_of(path: &Utf8Path) -> usize {
    let sum = |sum: usize, byte: &u8| sum.wrapping_mul(31).wrapping_add(usize::from(*byte));
    path.as_str().as_bytes().iter().fold(0, sum) % PARTS
}

#[cfg(test)]
mod tests {
    use super::Memo;

    #[test]
    fn makes_a_value_once() {
        let memo = Memo::default();
        assert_eq!(memo.get("a".into(), || 1), 1);
        assert_eq!(memo.get("a".into(), || 2), 1);
        assert_eq!(memo.get("b".into(), || 2), 2);
    }

    #[test]
    fn makes_a_forgotten_value_again() {
        let memo = Memo::default();
        assert_eq!(memo.get("a".into(), || 1), 1);
        memo.forget("a".into());
        assert_eq!(memo.get("a".into(), || 2), 2);
    }

    #[test]
    fn a_value_may_need_another() {
        let memo = Memo::default();
        assert_eq!(memo.get("a".into(), || memo.get("a".into(), || 1) + 1), 1);
    }
}
