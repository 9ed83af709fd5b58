//! The way of messages between the client's streams and tower-lsp.
//!
//! tower-lsp has a transport of its own. This one replaces it, for three reasons that its source (0.23) and
//! our protocol tests show: its reader ends the session at the first message that is no JSON; it looks at no
//! more messages than it has slots, so that changes and cancellations wait behind slow requests; and it
//! never answers a request whose method begins with `$/`.
//!
//! Here each message is handed over in the moment it is read: what it does before it first waits is done
//! before the next message is looked at, and any number of requests may wait for their answers.

use std::task::Poll;

use futures_util::{SinkExt, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_lsp::{ClientSocket, LspService};
use tower_service::Service;

use crate::framing::{Frame, Frames, write};
use crate::server::Server;

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The client asked for it: `shutdown`, then `exit`.
    Properly,
    /// The client exited without `shutdown`, or its stream ended.
    Abruptly,
}

/// Carries messages until the client ends the session or its stream ends.
pub(crate) async fn serve(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
    mut service: LspService<Server>,
    socket: ClientSocket,
) -> Ended {
    let (requests, mut replies) = socket.split();
    let (answers, queue) = unbounded_channel();
    let mut sending = tokio::spawn(send(output, queue, requests));
    let mut frames = Frames::new(input);
    let mut waiting = JoinSet::new();
    let mut ended = Ended::Abruptly;
    let mut exits = false;

    while !exits {
        let frame = tokio::select! {
            frame = frames.next() => frame,
            // Nobody reads what we send any more.
            _ = &mut sending => return Ended::Abruptly,
        };
        let frame = match frame {
            Ok(Some(frame)) => frame,
            Ok(None) => break,
            Err(error) => {
                tracing::error!("the client cannot be read: {error}");
                break;
            }
        };
        match read(frame) {
            Ok(Incoming::Call(call)) => {
                exits = call.method() == "exit";
                if call.method() == "shutdown" && call.id().is_some() {
                    ended = Ended::Properly;
                }
                receive(&mut service, call, &answers, &mut waiting).await;
            }
            // Fails only when the session has ended.
            Ok(Incoming::Reply(reply)) => drop(replies.send(reply).await),
            Err(unreadable) => {
                tracing::warn!("a message cannot be read: {unreadable:?}");
                answer(&answers, unreadable);
            }
        }
        while waiting.try_join_next().is_some() {}
    }
    if !exits {
        // The client closed its side only: what it has asked is answered.
        while waiting.join_next().await.is_some() {}
        ended = Ended::Abruptly;
    }
    waiting.shutdown().await;
    drop(answers);
    if let Err(error) = sending.await {
        tracing::error!("sending failed: {error}");
    }
    ended
}

/// A message of the client.
#[derive(Deserialize)]
#[serde(untagged)]
enum Incoming {
    Reply(Response),
    Call(Request),
}

/// Reads a message; an error is the answer to one that cannot be read.
fn read(frame: Frame) -> Result<Incoming, Response> {
    let body = match frame {
        Frame::Message(body) => body,
        Frame::Garbage(what) => {
            let mut error = Error::parse_error();
            error.data = Some(Value::from(what));
            return Err(Response::from_error(Id::Null, error));
        }
    };
    if let Ok(message) = serde_json::from_slice(&body) {
        return Ok(message);
    }
    let Ok(value) = serde_json::from_slice::<Value>(&body) else {
        return Err(Response::from_error(Id::Null, Error::parse_error()));
    };
    let id = value
        .get("id")
        .and_then(|id| Id::deserialize(id).ok())
        .unwrap_or_default();
    Err(Response::from_error(id, Error::invalid_request()))
}

/// Hands a message over. What it does before it waits is done when this returns.
async fn receive(
    service: &mut LspService<Server>,
    call: Request,
    answers: &UnboundedSender<Response>,
    waiting: &mut JoinSet<()>,
) {
    let id = call.id().cloned();
    let mut work = service.call(call);
    let first = std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
    match first {
        Poll::Ready(Ok(done)) => finish(answers, id, done),
        // The session has ended.
        Poll::Ready(Err(_)) => {}
        Poll::Pending => {
            let answers = answers.clone();
            waiting.spawn(async move {
                if let Ok(done) = work.await {
                    finish(&answers, id, done);
                }
            });
        }
    }
}

/// Sends the one answer that every request gets.
fn finish(answers: &UnboundedSender<Response>, id: Option<Id>, done: Option<Response>) {
    let unknown = || Some(Response::from_error(id?, Error::method_not_found()));
    if let Some(response) = done.or_else(unknown) {
        answer(answers, response);
    }
}

fn answer(answers: &UnboundedSender<Response>, response: Response) {
    // Fails only when nobody reads it any more.
    let _ = answers.send(response);
}

/// Sends answers, and in turn with them what we ask and tell the client, until no answer can come any more.
async fn send(
    mut output: impl AsyncWrite + Unpin,
    mut answers: UnboundedReceiver<Response>,
    requests: impl Stream<Item = Request> + Unpin,
) {
    let mut requests = requests.fuse();
    loop {
        let sent = tokio::select! {
            answer = answers.recv() => match answer {
                Some(answer) => send_one(&mut output, &answer).await,
                None => return,
            },
            Some(request) = requests.next() => send_one(&mut output, &request).await,
        };
        if let Err(error) = sent {
            tracing::error!("the client cannot be written to: {error}");
            return;
        }
    }
}

async fn send_one(
    output: &mut (impl AsyncWrite + Unpin),
    message: &impl Serialize,
) -> std::io::Result<()> {
    write(output, &serde_json::to_vec(message)?).await
}
