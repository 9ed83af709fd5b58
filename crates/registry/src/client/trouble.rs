//! A fault with what it means for the next ask.

use std::time::Duration;

use super::gates;
use super::http::Reply;
use crate::Fault;

/// A fault, what is left alone because of it, and whether the same request is worth another try at once.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub fault: Fault,
    pub scope: Scope,
    /// How long the registry is left alone because it asks for it.
    pub asked: Option<Duration>,
    pub again: bool,
}

/// What a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The host does not answer: others need not try.
    Host,
    /// This repository only.
    Repository,
}

impl Trouble {
    /// A status that tells of a fault. `what` was asked for.
    pub(crate) fn of_status(host: &str, what: &str, status: u16, reply: &Reply) -> Self {
        let asked = reply.header("retry-after").and_then(gates::retry_after);
        let (fault, scope) = match status {
            429 => {
                let when = asked.map_or(String::new(), |pause| {
                    format!(", and is left alone for {}", gates::in_words(pause))
                });
                let fault = Fault::passing(
                    format!("{host} gets too many requests (status 429){when}"),
                    "it is asked again later; a login often allows more",
                );
                (fault, Scope::Host)
            }
            408 | 500.. => {
                let fault = Fault::passing(
                    format!("{host} fails at {what} (status {status})"),
                    "it is asked again later",
                );
                (fault, Scope::Repository)
            }
            _ => {
                let fault = Fault::new(
                    format!("{host} answers {what} with status {status}"),
                    "look at the address; is this a registry?",
                );
                (fault, Scope::Repository)
            }
        };
        Self {
            fault,
            scope,
            asked,
            again: matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
        }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            scope: Scope::Repository,
            asked: None,
            again: false,
        }
    }
}
