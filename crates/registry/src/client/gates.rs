//! Back-off: a host or repository that is at fault is left alone for a while, and whoever asks for it gets the same
//! answer at once. And slots: how many asks a host gets at the same time.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smol_str::SmolStr;

use crate::{Fault, Timestamp, age};

/// The first pause, and the longest; each time that a fault comes again the pause is twice as long.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);

/// The longest pause that a registry gets by asking for it.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);

/// What is left alone at the moment.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    closed: Mutex<HashMap<SmolStr, Gate>>,
}

#[derive(Debug)]
struct Gate {
    until: Instant,
    times: u32,
    fault: Fault,
}

impl Gates {
    /// The fault that a host or repository is left alone for.
    pub(crate) fn fault(&self, key: &str) -> Option<Fault> {
        let closed = lock(&self.closed);
        let gate = closed.get(key)?;
        (Instant::now() < gate.until).then(|| gate.fault.clone())
    }

    /// Leaves a host or repository alone; says until when in the fault. `asked` is the pause that it asked for itself.
    pub(crate) fn close(&self, key: &str, asked: Option<Duration>, fault: &mut Fault) {
        let mut closed = lock(&self.closed);
        let times = closed.get(key).map_or(0, |gate| gate.times);
        let pause = match asked {
            Some(asked) => asked,
            None => (FIRST * 2u32.pow(times.min(10))).min(LONGEST),
        };
        fault.retry_at = Some(fault.at.after(pause));
        let gate = Gate {
            until: Instant::now() + pause,
            times: times + 1,
            fault: fault.clone(),
        };
        closed.insert(key.into(), gate);
    }

    /// Takes a host or repository as sound again.
    pub(crate) fn open(&self, key: &str) {
        lock(&self.closed).remove(key);
    }

    /// Takes all as sound again: somebody asks for another try.
    pub(crate) fn open_all(&self) {
        lock(&self.closed).clear();
    }
}

/// How many asks run at each host.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    running: Mutex<HashMap<SmolStr, usize>>,
    freed: Condvar,
}

/// One running ask.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    slots: &'a Slots,
    host: SmolStr,
}

impl Slots {
    /// Waits for a free slot of a host; none if there was none before the deadline.
    pub(crate) fn take(&self, host: &str, limit: usize, deadline: Instant) -> Option<Slot<'_>> {
        let mut running = lock(&self.running);
        while running
            .get(host)
            .is_some_and(|count| *count >= limit.max(1))
        {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let waited = self.freed.wait_timeout(running, left);
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *running.entry(host.into()).or_default() += 1;
        Some(Slot {
            slots: self,
            host: host.into(),
        })
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut running = lock(&self.slots.running);
        if let Some(count) = running.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.host);
            }
        }
        self.slots.freed.notify_all();
    }
}

/// What is behind these locks is whole at any moment, also after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a registry is left alone because it asks for it: the header `Retry-After`, in seconds or as a moment.
pub(crate) fn retry_after(header: &str) -> Option<Duration> {
    let header = header.trim();
    let is_number = !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = match is_number {
        // What is too large for a number is no less long.
        true => header.parse().unwrap_or(u64::MAX),
        false => {
            let left = Timestamp::parse_http(header)?.0 - Timestamp::now().0;
            u64::try_from(left).unwrap_or_default()
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_ASKED))
}

/// A pause in words: `40 s`, `5 minutes`.
pub(crate) fn in_words(pause: Duration) -> String {
    match pause.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        _ => age(Timestamp::default().after(pause), Timestamp::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_and_ends() {
        let gates = Gates::default();
        let mut fault = Fault::passing("no", "help");
        let mut pauses = Vec::new();
        for _ in 0..8 {
            gates.close("a", None, &mut fault);
            pauses.push(fault.retry_at.unwrap().0 - fault.at.0);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(gates.fault("a"), Some(fault.clone()));
        assert_eq!(gates.fault("b"), None);
        gates.close("a", Some(Duration::from_secs(3600)), &mut fault);
        assert_eq!(fault.retry_at.unwrap().0 - fault.at.0, 3600);
        gates.close("a", Some(Duration::ZERO), &mut fault);
        assert_eq!(gates.fault("a"), None);
        gates.open("a");
        gates.close("a", None, &mut fault);
        assert_eq!(fault.retry_at.unwrap().0 - fault.at.0, 5);
        gates.open_all();
        assert_eq!(gates.fault("a"), None);
    }

    #[test]
    fn a_host_has_so_many_slots() {
        let slots = Slots::default();
        let soon = || Instant::now() + Duration::from_millis(20);
        let first = slots.take("a", 2, soon());
        let _second = slots.take("a", 2, soon());
        assert!(slots.take("a", 2, soon()).is_none());
        assert!(slots.take("b", 2, soon()).is_some());
        drop(first);
        assert!(slots.take("a", 2, soon()).is_some());
    }

    #[test]
    fn pauses_that_are_asked_for() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::ZERO)
        );
        for long in [
            "Thu, 01 Jan 2099 00:00:00 GMT",
            "99999999999999999999999",
            "3601",
        ] {
            assert_eq!(retry_after(long), Some(LONGEST_ASKED), "{long}");
        }
        for none in ["soon", "", "-5", "1.5"] {
            assert_eq!(retry_after(none), None, "{none}");
        }
        assert_eq!(in_words(Duration::from_secs(40)), "40 s");
        assert_eq!(in_words(LONGEST_ASKED), "1 hour");
    }
}
