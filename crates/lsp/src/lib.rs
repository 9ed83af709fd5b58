//! The language server: the protocol, the order of things, capabilities, positions and progress. It holds no
//! rule about manifests: it translates between the client and `infragen-ide` and `infragen-rules`.
//!
//! # The way of a message
//!
//! ```text
//!  client ─► framing ─► transport ─► server ─► one channel ─► owner (one thread, owns the Workspace)
//!     ▲                                                         │ a snapshot for each thread that is free
//!     │                                                         ▼
//!     └── transport ◄── tower-lsp ◄── oneshot, outbox ◄── threads for short work, one for long work
//! ```
//!
//! # What holds
//!
//! * **Order.** A message is handed to the owner in the moment it is read, before the next one is looked at.
//!   The owner applies changes in that order, so an answer never comes from an older text than the one that
//!   the client had when it asked. An answer about a document whose text has changed since is no answer to
//!   what was asked, because its positions mean other places: it is `ContentModified`.
//! * **Snapshots are short-lived.** To set an input of a salsa database is to wait until every other handle
//!   on it is gone. So the owner never keeps a snapshot, none waits in a queue (the owner takes one when a
//!   thread is free for it), and a thread drops it before it reports. Work asks queries all the time, and
//!   each one ends the work where a change is waiting ([`infragen_workspace::Cancelled`]). What a change of
//!   another file ended begins anew, a bounded number of times.
//! * **Nothing waits for the client.** What is to be told is put into the outbox; what is to be asked is asked
//!   by a task of its own. A client that never answers or reads slowly holds up nobody.
//! * **Findings do not starve.** Those of the document in which somebody types are told at once, before any
//!   request is answered; those of all other files by a round that goes on where a change ended it.
//! * **One answer.** Every request gets exactly one: also one that was cancelled, that fails, that nobody
//!   knows, or that came before `initialize`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // a face: knows the time, the network and the environment

pub mod client;

mod context;
mod documents;
mod findings;
mod framing;
mod handlers;
mod hints;
mod message;
mod outbox;
mod owner;
mod places;
mod progress;
mod protocol;
mod server;
mod sweep;
mod timer;
mod transport;
mod versions;
mod watching;
mod work;

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tower_lsp::LspService;

use crate::server::Server;
pub use crate::transport::Ended;

/// How to run the server.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The version that the client is told.
    pub version: &'static str,
}

/// Serves one client over the standard streams. Nothing else may write to the standard output meanwhile.
///
/// # Errors
/// Where the system gives no resources to begin with.
pub fn run_stdio(options: Options) -> std::io::Result<Ended> {
    run(async move {
        let ended = session(tokio::io::stdin(), tokio::io::stdout(), options).await;
        Ok(ended)
    })
}

/// Waits for one client at an address and serves it: for debugging.
///
/// # Errors
/// Where nobody can be waited for at the address.
pub fn run_tcp(address: SocketAddr, options: Options) -> std::io::Result<Ended> {
    run(async move {
        let listener = tokio::net::TcpListener::bind(address).await?;
        tracing::info!("waiting for a client at {}", listener.local_addr()?);
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (input, output) = stream.into_split();
        Ok(session(input, output, options).await)
    })
}

/// Runs a session. The protocol needs one thread; the work is done by others.
fn run(session: impl Future<Output = std::io::Result<Ended>>) -> std::io::Result<Ended> {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(session);
    // A read of the standard input cannot be ended, so nothing waits for it.
    runtime.shutdown_background();
    ended
}

async fn session(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
    options: Options,
) -> Ended {
    let (service, socket) = LspService::build(|client| Server::new(client, options.version))
        .custom_method("infragen/definitions", Server::definitions)
        .finish();
    transport::serve(input, output, service, socket).await
}
