//! Telling the client how far long work is.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tower_lsp::Client;

use crate::protocol::request::WorkDoneProgressCreate;
use crate::protocol::{ProgressToken, WorkDoneProgressCreateParams};

/// The progress of one piece of work, shown until it is dropped.
pub(crate) struct Progress(Option<watch::Sender<u32>>);

impl Progress {
    /// Work that no client is told of.
    pub fn silent() -> Self {
        Self(None)
    }

    /// Begins to show the progress of work. A client that does not answer is not shown anything, and keeps
    /// nobody waiting.
    pub fn show(client: Client, runtime: &Handle, title: String) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let token = ProgressToken::String(format!("infragen/{number}"));
        let (sender, percent) = watch::channel(0);
        runtime.spawn(tell(client, token, title, percent));
        Self(Some(sender))
    }

    /// Tells that `done` of `total` parts are done.
    pub fn report(&self, done: usize, total: usize) {
        let percent = u32::try_from(done * 100 / total.max(1)).unwrap_or(100);
        if let Some(sender) = &self.0 {
            sender.send_if_modified(|shown| {
                let more = percent > *shown;
                *shown = percent.max(*shown);
                more
            });
        }
    }
}

async fn tell(
    client: Client,
    token: ProgressToken,
    title: String,
    mut percent: watch::Receiver<u32>,
) {
    let create = WorkDoneProgressCreateParams {
        token: token.clone(),
    };
    if client
        .send_request::<WorkDoneProgressCreate>(create)
        .await
        .is_err()
    {
        return;
    }
    let shown = client.progress(token, title).with_percentage(0);
    let shown = shown.begin().await;
    while percent.changed().await.is_ok() {
        let now = *percent.borrow_and_update();
        shown.report(now).await;
    }
    shown.finish().await;
}
