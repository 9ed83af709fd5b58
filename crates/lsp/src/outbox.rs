//! What waits to be sent to the client.
//!
//! Nobody who has something to tell waits for the client: it is put here, and one task sends it. Of the
//! findings of a file only the newest wait, so a client that reads slowly costs no memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tokio::sync::Notify;
use tower_lsp::Client;

use crate::protocol::notification::PublishDiagnostics;
use crate::protocol::{MessageType, PublishDiagnosticsParams, Uri};

/// What waits to be sent to the client.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    filled: Notify,
}

#[derive(Default)]
struct Waiting {
    findings: FxHashMap<Uri, PublishDiagnosticsParams>,
    /// The keys of `findings`, the next one first.
    order: VecDeque<Uri>,
    logs: VecDeque<(MessageType, String)>,
    shown: VecDeque<(MessageType, String)>,
    hints_changed: bool,
    lenses_changed: bool,
}

/// How soon the findings of a file are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Before all others: somebody types in the file.
    First,
    /// In turn.
    InTurn,
}

enum Next {
    Log(MessageType, String),
    Findings(PublishDiagnosticsParams),
    Show(MessageType, String),
    RefreshHints,
    RefreshLenses,
}

impl Outbox {
    /// Tells the findings of a file, in place of those that still wait.
    pub fn findings(&self, findings: PublishDiagnosticsParams, urgency: Urgency) {
        let uri = findings.uri.clone();
        let mut waiting = self.waiting();
        let known = waiting.findings.insert(uri.clone(), findings).is_some();
        if known && urgency == Urgency::First {
            waiting.order.retain(|other| *other != uri);
        }
        match urgency {
            Urgency::First => waiting.order.push_front(uri),
            Urgency::InTurn if !known => waiting.order.push_back(uri),
            Urgency::InTurn => {}
        }
        self.filled.notify_one();
    }

    /// Tells something for the client's log.
    pub fn log(&self, kind: MessageType, message: String) {
        self.waiting().logs.push_back((kind, message));
        self.filled.notify_one();
    }

    /// Tells that the hints of open documents are not what they were.
    pub fn refresh_hints(&self) {
        self.waiting().hints_changed = true;
        self.filled.notify_one();
    }

    /// Tells that the lenses of open documents are not what they were.
    pub fn refresh_lenses(&self) {
        self.waiting().lenses_changed = true;
        self.filled.notify_one();
    }

    /// Tells the user something.
    pub fn show(&self, kind: MessageType, message: String) {
        self.waiting().shown.push_back((kind, message));
        self.filled.notify_one();
    }

    /// Sends what waits, for as long as the session lasts.
    pub async fn deliver(&self, client: Client) {
        loop {
            while let Some(next) = self.next() {
                match next {
                    Next::Log(kind, message) => client.log_message(kind, message).await,
                    Next::Findings(findings) => {
                        client
                            .send_notification::<PublishDiagnostics>(findings)
                            .await;
                    }
                    Next::Show(kind, message) => client.show_message(kind, message).await,
                    Next::RefreshLenses => {
                        let client = client.clone();
                        tokio::spawn(async move { client.code_lens_refresh().await });
                    }
                    // A request: its answer is not waited for.
                    Next::RefreshHints => {
                        let client = client.clone();
                        tokio::spawn(async move { client.inlay_hint_refresh().await });
                    }
                }
            }
            self.filled.notified().await;
        }
    }

    fn next(&self) -> Option<Next> {
        let mut waiting = self.waiting();
        if let Some((kind, message)) = waiting.logs.pop_front() {
            return Some(Next::Log(kind, message));
        }
        if let Some((kind, message)) = waiting.shown.pop_front() {
            return Some(Next::Show(kind, message));
        }
        if std::mem::take(&mut waiting.lenses_changed) {
            return Some(Next::RefreshLenses);
        }
        if std::mem::take(&mut waiting.hints_changed) {
            return Some(Next::RefreshHints);
        }
        let uri = waiting.order.pop_front()?;
        waiting.findings.remove(&uri).map(Next::Findings)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn findings(name: &str, version: i32) -> PublishDiagnosticsParams {
        let uri = Uri::from_str(&format!("file:///{name}")).unwrap();
        PublishDiagnosticsParams::new(uri, Vec::new(), Some(version))
    }

    fn sent(outbox: &Outbox) -> Vec<(String, Option<i32>)> {
        std::iter::from_fn(|| outbox.next())
            .map(|next| match next {
                Next::Findings(findings) => (findings.uri.path().to_string(), findings.version),
                Next::Log(_, message) | Next::Show(_, message) => (message, None),
                Next::RefreshHints => ("hints".to_owned(), None),
                Next::RefreshLenses => ("lenses".to_owned(), None),
            })
            .collect()
    }

    #[test]
    fn only_the_newest_findings_of_a_file_wait() {
        let outbox = Outbox::default();
        outbox.findings(findings("a", 1), Urgency::InTurn);
        outbox.findings(findings("b", 1), Urgency::InTurn);
        outbox.findings(findings("a", 2), Urgency::InTurn);
        let expected = [("/a".to_owned(), Some(2)), ("/b".to_owned(), Some(1))];
        assert_eq!(sent(&outbox), expected);
    }

    #[test]
    fn hints_and_lenses_are_refreshed_once() {
        let outbox = Outbox::default();
        for _ in 0..2 {
            outbox.refresh_hints();
            outbox.refresh_lenses();
        }
        let expected = ["lenses", "hints"].map(|what| (what.to_owned(), None));
        assert_eq!(sent(&outbox), expected);
    }

    #[test]
    fn the_file_in_which_somebody_types_comes_first() {
        let outbox = Outbox::default();
        outbox.findings(findings("a", 1), Urgency::InTurn);
        outbox.findings(findings("b", 1), Urgency::InTurn);
        outbox.findings(findings("b", 2), Urgency::First);
        let expected = [("/b".to_owned(), Some(2)), ("/a".to_owned(), Some(1))];
        assert_eq!(sent(&outbox), expected);
    }
}
