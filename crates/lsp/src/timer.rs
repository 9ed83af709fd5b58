//! When work is due that waits until changes pause.

use std::time::{Duration, Instant};

/// Due when nothing has happened for a while, and at last when the first thing happened long ago.
#[derive(Debug, Clone)]
pub(crate) struct Timer {
    quiet: Duration,
    limit: Duration,
    waiting: Option<Waiting>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    first: Instant,
    due: Instant,
}

impl Timer {
    /// A timer that waits for `quiet`, but no longer than `limit`.
    pub const fn new(quiet: Duration, limit: Duration) -> Self {
        Self {
            quiet,
            limit,
            waiting: None,
        }
    }

    /// Something happened.
    pub fn touch(&mut self, now: Instant) {
        let first = self.waiting.map_or(now, |waiting| waiting.first);
        let due = (now + self.quiet).min(first + self.limit);
        self.waiting = Some(Waiting { first, due });
    }

    /// Something happened that nobody should wait for.
    pub fn touch_now(&mut self, now: Instant) {
        self.waiting = Some(Waiting {
            first: now,
            due: now,
        });
    }

    /// When the work is due; none where there is none.
    pub fn due(&self) -> Option<Instant> {
        self.waiting.map(|waiting| waiting.due)
    }

    /// Whether the work is due. If so the timer is at rest again.
    pub fn take(&mut self, now: Instant) -> bool {
        let due = self.due().is_some_and(|due| due <= now);
        if due {
            self.waiting = None;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_a_pause_but_not_for_ever() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let mut timer = Timer::new(ms(10), ms(25));
        assert!(!timer.take(start + ms(99)));
        timer.touch(start);
        timer.touch(start + ms(8));
        assert!(!timer.take(start + ms(17)));
        timer.touch(start + ms(16));
        timer.touch(start + ms(24));
        assert!(timer.take(start + ms(25)), "the first was long ago");
        assert_eq!(timer.due(), None);
    }
}
