//! Work on snapshots, away from the thread that owns the state.
//!
//! A snapshot keeps the state from changing, so none may wait in a queue: the owner counts which threads
//! are free and takes a snapshot only for one of these. A thread drops it before it reports, and a change
//! that waits meanwhile ends its work at the next query that the work asks.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::Utf8PathBuf;
use crossbeam_channel::{Receiver, Sender, unbounded};
use infragen_workspace::{Cancelled, Root, SourceFile};
use tokio::sync::oneshot;

use crate::context::{Context, View};
use crate::documents::Revision;
use crate::findings::Findings;
use crate::progress::Progress;
use crate::protocol::capabilities::Network;
use crate::protocol::{Error, ErrorCode, REQUEST_FAILED, Result};
use crate::sweep::Sweep;
use crate::versions::Versions;

/// A request that waits for its answer.
pub(crate) struct Question {
    /// The path of the document that it is about; none if it is about all of them.
    pub document: Option<Utf8PathBuf>,
    /// The text of the document that the client meant; what is said of another one is worth nothing to it.
    pub revision: Option<Revision>,
    /// How many times a change has ended the work on it.
    pub attempts: u32,
    ask: Box<dyn Ask>,
}

/// A request of some kind.
trait Ask: Send {
    fn is_awaited(&self) -> bool;
    fn answer(&mut self, view: &View, file: Option<SourceFile>) -> Outcome;
    fn refuse(&mut self, error: Error);
}

type Outcome = std::result::Result<(), Cancelled>;

struct Asked<P, A, F> {
    params: P,
    handler: F,
    reply: Option<oneshot::Sender<Result<A>>>,
}

impl<P, A, F> Ask for Asked<P, A, F>
where
    P: Send,
    A: Default + Send,
    F: Fn(&Context<'_>, Option<SourceFile>, &P) -> A + Send,
{
    fn is_awaited(&self) -> bool {
        self.reply.as_ref().is_some_and(|reply| !reply.is_closed())
    }

    fn answer(&mut self, view: &View, file: Option<SourceFile>) -> Outcome {
        let answer = view.run(|context| (self.handler)(context, file, &self.params))?;
        self.reply(Ok(answer));
        Ok(())
    }

    fn refuse(&mut self, error: Error) {
        self.reply(Err(error));
    }
}

impl<P, A, F> Asked<P, A, F> {
    fn reply(&mut self, answer: Result<A>) {
        if let Some(reply) = self.reply.take() {
            // Nobody listens any more to what was cancelled.
            let _ = reply.send(answer);
        }
    }
}

impl Question {
    /// A question about a document. Where there is no such document the answer is the empty one.
    pub fn about_document<P, A>(
        document: Option<Utf8PathBuf>,
        params: P,
        handler: fn(&Context<'_>, SourceFile, &P) -> A,
    ) -> (Self, oneshot::Receiver<Result<A>>)
    where
        P: Send + 'static,
        A: Default + Send + 'static,
    {
        let handler = move |context: &Context<'_>, file: Option<SourceFile>, params: &P| {
            file.map(|file| handler(context, file, params))
                .unwrap_or_default()
        };
        Self::new(document, params, handler)
    }

    /// A question about everything.
    pub fn about_workspace<P, A>(
        params: P,
        handler: fn(&Context<'_>, &P) -> A,
    ) -> (Self, oneshot::Receiver<Result<A>>)
    where
        P: Send + 'static,
        A: Default + Send + 'static,
    {
        let handler = move |context: &Context<'_>, _: Option<SourceFile>, params: &P| {
            handler(context, params)
        };
        Self::new(None, params, handler)
    }

    fn new<P, A, F>(
        document: Option<Utf8PathBuf>,
        params: P,
        handler: F,
    ) -> (Self, oneshot::Receiver<Result<A>>)
    where
        P: Send + 'static,
        A: Default + Send + 'static,
        F: Fn(&Context<'_>, Option<SourceFile>, &P) -> A + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let asked = Asked {
            params,
            handler,
            reply: Some(reply),
        };
        let question = Self {
            document,
            revision: None,
            attempts: 0,
            ask: Box::new(asked),
        };
        (question, answer)
    }

    /// Whether somebody still waits for the answer.
    pub fn is_awaited(&self) -> bool {
        self.ask.is_awaited()
    }

    /// Answers that there will be no answer.
    pub fn refuse(&mut self, error: Error) {
        self.ask.refuse(error);
    }
}

/// An answer, or the reason why there is none that the user should read.
pub(crate) enum Refusable<A> {
    /// The answer.
    Answer(A),
    /// The reason.
    Refusal(String),
}

impl<A: Default> Default for Refusable<A> {
    fn default() -> Self {
        Self::Answer(A::default())
    }
}

impl<A> Refusable<A> {
    /// As the protocol says it: the request failed although it was a good one.
    pub fn into_result(self) -> Result<A> {
        match self {
            Self::Answer(answer) => Ok(answer),
            Self::Refusal(reason) => Err(Error {
                code: ErrorCode::ServerError(REQUEST_FAILED),
                message: reason.into(),
                data: None,
            }),
        }
    }
}

/// Short work, for which somebody waits.
pub(crate) enum Task {
    /// To answer a request.
    Answer(Question, Option<SourceFile>),
    /// To tell the findings of a document in which somebody types.
    Tell(SourceFile),
}

/// Long work, one piece at a time.
pub(crate) enum LongTask {
    /// To read all files of a root.
    Index(Root, Progress),
    /// To look for findings in all files.
    Sweep(Sweep),
    /// To find out which versions are to be asked for, and to ask if whoever types has paused.
    Versions(Versions, Network, bool),
}

/// What a thread says when it is free again.
pub(crate) enum Done {
    /// Short work; given back where a change ended it.
    Short(Option<Task>),
    /// Long work, and whether a change ended it.
    Long(LongTask, std::result::Result<(), Cancelled>),
}

/// The threads for one kind of work.
pub(crate) struct Threads<T> {
    tasks: Sender<(T, View)>,
    free: usize,
}

impl<T: Send + 'static> Threads<T> {
    /// Starts threads that do `work` and `report` it.
    ///
    /// # Errors
    /// Where the system gives no thread.
    fn start(
        name: &str,
        count: usize,
        work: impl Fn(T, View) -> Done + Clone + Send + 'static,
        report: impl Fn(Done) + Clone + Send + 'static,
    ) -> std::io::Result<Self> {
        let (tasks, queue): (Sender<(T, View)>, Receiver<_>) = unbounded();
        for _ in 0..count {
            let (queue, work, report) = (queue.clone(), work.clone(), report.clone());
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || {
                    for (task, view) in queue {
                        report(work(task, view));
                    }
                })?;
        }
        Ok(Self { tasks, free: count })
    }

    /// Whether a thread is free.
    pub fn has_free(&self) -> bool {
        self.free > 0
    }

    /// Gives work to a free thread.
    pub fn give(&mut self, task: T, view: View) {
        self.free = self.free.saturating_sub(1);
        // The threads end with this sender, never before.
        let _ = self.tasks.send((task, view));
    }

    /// Notes that a thread is free again.
    pub fn one_is_free(&mut self) {
        self.free += 1;
    }
}

/// Threads for short work: more than one, so that an answer that takes long holds up no other.
///
/// # Errors
/// Where the system gives no thread.
pub(crate) fn short_work(
    findings: Arc<Findings>,
    report: impl Fn(Done) + Clone + Send + 'static,
) -> std::io::Result<Threads<Task>> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let work = move |task, view| Done::Short(do_short(task, view, &findings));
    Threads::start("infragen-answer", cores.clamp(2, 8), work, report)
}

fn do_short(mut task: Task, view: View, findings: &Findings) -> Option<Task> {
    let done = catch_unwind(AssertUnwindSafe(|| match &mut task {
        Task::Answer(question, file) => question.ask.answer(&view, *file),
        Task::Tell(file) => view.run(|context| findings.tell(context, *file)),
    }));
    drop(view);
    match done {
        Ok(Ok(())) => None,
        Ok(Err(Cancelled)) => Some(task),
        Err(panic) => {
            tracing::error!("a request failed: {}", reason(&*panic));
            if let Task::Answer(question, _) = &mut task {
                question.refuse(Error::internal_error());
            }
            None
        }
    }
}

/// The thread for long work, which itself uses all cores.
///
/// # Errors
/// Where the system gives no thread.
pub(crate) fn long_work(
    findings: Arc<Findings>,
    report: impl Fn(Done) + Clone + Send + 'static,
) -> std::io::Result<Threads<LongTask>> {
    let work = move |mut task, view| {
        let result = do_long(&mut task, view, &findings);
        Done::Long(task, result)
    };
    Threads::start("infragen-background", 1, work, report)
}

fn do_long(task: &mut LongTask, view: View, findings: &Findings) -> Outcome {
    let done = catch_unwind(AssertUnwindSafe(|| match task {
        LongTask::Index(root, progress) => view
            .snapshot
            .index(*root, &|done, total| progress.report(done, total)),
        LongTask::Sweep(sweep) => sweep.run(&view, findings),
        LongTask::Versions(versions, network, paused) => versions.run(&view, *network, *paused),
    }));
    drop(view);
    done.unwrap_or_else(|panic| {
        // The same work would fail again: it counts as done.
        tracing::error!("looking through the files failed: {}", reason(&*panic));
        Ok(())
    })
}

/// What a panic said.
pub(crate) fn reason(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("for no reason that it told")
}
