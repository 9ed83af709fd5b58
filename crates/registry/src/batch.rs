//! Many asks at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use smol_str::SmolStr;

use crate::place::Place;
use crate::{Answer, Ask, Registry};

/// How many asks of a batch run at the same time, at all hosts together.
const AT_ONCE: usize = 32;

/// Ends a batch early.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Nothing more of the batch is asked or told.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether that was said.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Registry {
    /// A batch of asks, so many at a time at each host; each answer is told on this thread as it comes. Ends when all
    /// are told, or soon after it is cancelled.
    pub fn many(&self, asks: Vec<Ask>, cancel: &Cancel, on_answer: &mut dyn FnMut(Ask, Answer)) {
        let workers = asks.len().min(AT_ONCE);
        let queue = Arc::new(Queue::new(self, asks));
        let (sender, answers) = mpsc::channel();
        for _ in 0..workers {
            let (queue, sender, registry, cancel) = (
                Arc::clone(&queue),
                sender.clone(),
                self.clone(),
                cancel.clone(),
            );
            // They are not waited for: a cancelled one may still hang at a registry until its deadline.
            thread::spawn(move || {
                while let Some((host, ask)) = queue.next(&cancel) {
                    let answer = registry.answer(&ask);
                    queue.done(host);
                    if sender.send((ask, answer)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        while !cancel.is_cancelled() {
            match answers.recv_timeout(Duration::from_millis(50)) {
                Ok((ask, answer)) => on_answer(ask, answer),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn answer(&self, ask: &Ask) -> Answer {
        match ask {
            Ask::Tags(endpoint) => Answer::Tags(self.tags(endpoint)),
            Ask::Artifact(endpoint, reference) => {
                Answer::Artifact(self.artifact(endpoint, reference))
            }
            Ask::Pull {
                endpoint,
                artifact,
                media_type,
            } => Answer::Pull(self.pull(endpoint, artifact, media_type.as_deref())),
        }
    }
}

/// What of a batch is not asked yet, and how many asks run at each host.
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    per_host: usize,
}

struct State {
    waiting: Vec<(SmolStr, Ask)>,
    running: HashMap<SmolStr, usize>,
}

impl Queue {
    fn new(registry: &Registry, asks: Vec<Ask>) -> Self {
        let host = |ask: &Ask| match registry.place(ask.endpoint()) {
            Place::Remote(remote) => remote.origin.to_string().into(),
            Place::Layout(_) => SmolStr::default(),
        };
        // Taken from the end.
        let waiting = asks
            .into_iter()
            .rev()
            .map(|ask| (host(&ask), ask))
            .collect();
        Self {
            state: Mutex::new(State {
                waiting,
                running: HashMap::new(),
            }),
            changed: Condvar::new(),
            per_host: registry.limits().per_host.max(1),
        }
    }

    /// The next ask whose host has room for it; waits for one. None at the end.
    fn next(&self, cancel: &Cancel) -> Option<(SmolStr, Ask)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.waiting.is_empty() || cancel.is_cancelled() {
                return None;
            }
            let State { waiting, running } = &mut *state;
            let has_room =
                |host: &SmolStr| running.get(host).is_none_or(|count| *count < self.per_host);
            if let Some(at) = waiting.iter().rposition(|(host, _)| has_room(host)) {
                let next = waiting.remove(at);
                *running.entry(next.0.clone()).or_default() += 1;
                return Some(next);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self, host: SmolStr) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = state.running.get_mut(&host) {
            *count -= 1;
        }
        self.changed.notify_all();
    }
}
