//! The one thread that owns the state.
//!
//! Everything that happens arrives in one channel and is applied in that order. What has arrived together
//! is applied together before any work begins on it, so that a burst of changes does not begin work that
//! the next change ends.

mod versions;

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use infragen_workspace::{Cancelled, FileEvent, Root, SourceFile, Watcher, Workspace};
use tokio::runtime::Handle;
use tower_lsp::Client;

use crate::context::{OpenDocument, OpenDocuments, Scope, View};
use crate::documents::{Document, Documents, edited};
use crate::findings::Findings;
use crate::message::Message;
use crate::outbox::Outbox;
use crate::places::Places;
use crate::progress::Progress;
use crate::protocol::capabilities::{ClientConfig, Network};
use crate::protocol::{
    Error, MessageType, TextDocumentContentChangeEvent, TextDocumentItem, Uri, uri,
};
use crate::sweep::Sweep;
use crate::timer::Timer;
use crate::versions::Versions;
use crate::watching;
use crate::work::{Done, LongTask, Question, Task, Threads, long_work, reason, short_work};

/// A request is begun again so often when changes of other files end the work on it.
const ATTEMPTS: u32 = 10;

/// The findings of other files than the edited one wait for a pause in typing, but not longer than the
/// second.
const SWEEP: (Duration, Duration) = (Duration::from_millis(15), Duration::from_millis(400));

/// What there is to ask of registries waits for the findings, but not for somebody who never stops typing.
const LOOK: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Registries are asked for names that are new after a pause in typing.
const TYPING: (Duration, Duration) = (Duration::from_millis(600), Duration::from_secs(5));

/// So often it is looked whether versions are old; how soon they are, objects say by their `interval`.
const VERSIONS: Duration = Duration::from_secs(60);

/// Changes on disk come in bursts: a checkout, a save that writes and renames.
const DISK: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(300));

/// The way to the client.
#[derive(Clone)]
pub(crate) struct ToClient {
    pub client: Client,
    pub runtime: Handle,
    pub outbox: Arc<Outbox>,
}

/// The owner of the state.
pub(crate) struct Owner {
    workspace: Workspace,
    documents: Documents,
    open: Arc<OpenDocuments>,
    scope: Arc<Scope>,
    config: Arc<ClientConfig>,
    places: Places,
    watcher: Option<Watcher>,

    inbox: Receiver<Message>,
    /// The other end of `inbox`, for those who report.
    sender: Sender<Message>,
    to_client: ToClient,
    findings: Arc<Findings>,

    short: Threads<Task>,
    questions: VecDeque<Question>,
    /// Open documents whose findings are to be told, the first one first.
    to_tell: VecDeque<SourceFile>,

    long: Threads<LongTask>,
    to_index: VecDeque<(Root, Progress)>,
    sweep: Sweep,
    /// What the client sees of reading, until the first round has told all findings.
    reading: Vec<Progress>,
    /// Other files exist than those that the round knows.
    other_files: bool,
    sweep_timer: Timer,

    /// What there is to ask registries; none while a thread finds that out.
    versions: Option<Versions>,
    /// When to look whether there is something to ask.
    versions_soon: Timer,
    /// Runs while somebody types.
    typing: Timer,
    /// Whether all is to be asked again.
    versions_anew: bool,
    /// When what is known of versions may have become old.
    versions_timer: Timer,
    network: Network,
    /// Whether the user was asked about the network.
    network_asked: bool,
    /// Whether that question waits for an answer.
    network_question: bool,
    /// Whether the user waits to be told what a refresh did not ask.
    refreshing: bool,

    on_disk: BTreeSet<Utf8PathBuf>,
    events_lost: bool,
    disk_timer: Timer,
}

impl Owner {
    /// Starts the owner and its threads, and returns the way to tell it something. It ends with the
    /// process.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        config: ClientConfig,
        folders: Vec<Utf8PathBuf>,
        to_client: ToClient,
    ) -> std::io::Result<Sender<Message>> {
        let (sender, inbox) = crossbeam_channel::unbounded();
        let findings = Arc::new(Findings::new(to_client.outbox.clone()));
        let report = {
            let sender = sender.clone();
            move |done| {
                // The owner lives as long as the process.
                let _ = sender.send(Message::Done(done));
            }
        };
        let network = config.network;
        let owner = Self {
            workspace: Workspace::new(),
            documents: Documents::default(),
            open: Arc::default(),
            scope: Arc::new(Scope {
                folders,
                ..Scope::default()
            }),
            config: Arc::new(config),
            places: Places::of_this_machine(),
            watcher: None,
            inbox,
            sender: sender.clone(),
            to_client,
            short: short_work(findings.clone(), report.clone())?,
            long: long_work(findings.clone(), report)?,
            findings,
            questions: VecDeque::new(),
            to_tell: VecDeque::new(),
            to_index: VecDeque::new(),
            sweep: Sweep::default(),
            reading: Vec::new(),
            other_files: true,
            sweep_timer: Timer::new(SWEEP.0, SWEEP.1),
            versions: Some(Versions::start(sender.clone())?),
            versions_soon: Timer::new(LOOK.0, LOOK.1),
            typing: Timer::new(TYPING.0, TYPING.1),
            versions_anew: false,
            versions_timer: Timer::new(VERSIONS, VERSIONS),
            network,
            network_asked: false,
            network_question: false,
            refreshing: false,
            on_disk: BTreeSet::new(),
            events_lost: false,
            disk_timer: Timer::new(DISK.0, DISK.1),
        };
        std::thread::Builder::new()
            .name("infragen-owner".to_owned())
            .spawn(move || owner.run())?;
        Ok(sender)
    }

    fn run(mut self) {
        loop {
            // What is due while the thread for it is busy waits for what that thread reports. Versions wait for what
            // builds with an open file.
            let long = self.sweep_timer.due().or(self.versions_soon.due());
            let long = long.filter(|_| self.long.has_free());
            let timers = [
                self.disk_timer.due(),
                self.versions_timer.due(),
                self.typing.due(),
                long,
            ];
            let due = timers.into_iter().flatten().min();
            let first = match due {
                Some(due) => self.inbox.recv_deadline(due),
                None => self.inbox.recv().map_err(RecvTimeoutError::from),
            };
            match first {
                Ok(first) => {
                    let together = self.inbox.len();
                    let more: Vec<_> = self.inbox.try_iter().take(together).collect();
                    std::iter::once(first)
                        .chain(more)
                        .for_each(|message| self.apply_caught(message));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look_at_disk();
            self.look_at_versions();
            self.give_work();
        }
    }

    /// Applies a message. One that fails is logged, and takes no other with it.
    fn apply_caught(&mut self, message: Message) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.apply(message))) {
            tracing::error!("a message failed: {}", reason(&*panic));
        }
    }

    fn apply(&mut self, message: Message) {
        match message {
            Message::Start => {
                self.set_network(self.network);
                for folder in self.scope.folders.clone() {
                    self.open_folder(&folder);
                }
            }
            Message::Opened(document) => self.document_opened(document),
            Message::Changed {
                uri,
                version,
                changes,
            } => self.document_changed(&uri, version, changes),
            Message::Closed(uri) => self.document_closed(&uri),
            Message::Folders { added, removed } => self.folders_changed(added, &removed),
            Message::OnDisk(events) => {
                self.on_disk
                    .extend(events.into_iter().map(|event| event.path));
                self.disk_timer.touch(Instant::now());
            }
            Message::EventsLost => {
                self.events_lost = true;
                self.disk_timer.touch(Instant::now());
            }
            Message::NotWatched(root) => self.watch_ourselves(&root),
            Message::Question(question) => self.asked(question),
            Message::Done(Done::Short(task)) => {
                self.short.one_is_free();
                task.into_iter().for_each(|task| self.begin_again(task));
            }
            Message::Versions(answers) => self.versions_learned(answers),
            Message::Network(network) => self.set_network(network),
            Message::NetworkAnswer { allowed } => self.network_answered(allowed),
            Message::RefreshVersions => self.refresh_versions(),
            Message::Done(Done::Long(task, result)) => {
                self.long.one_is_free();
                self.long_work_ended(task, result);
            }
        }
    }

    // Documents

    fn document_opened(&mut self, document: TextDocumentItem) {
        let Some(path) = uri::to_path(&document.uri) else {
            return;
        };
        self.open_root_for(&path);
        let text: Arc<str> = document.text.into();
        let Some(file) = self.workspace.set_buffer(&path, Some(text.clone())) else {
            return;
        };
        let document = Document {
            uri: document.uri,
            version: document.version,
            revision: self.documents.next_revision(),
            text,
            file,
        };
        self.show(&document);
        self.documents.insert(path, document);
    }

    fn document_changed(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        let Some(path) = uri::to_path(uri) else {
            return;
        };
        let revision = self.documents.next_revision();
        let Some(document) = self.documents.get_mut(&path) else {
            tracing::warn!("a change of a document that is not open: {path}");
            return;
        };
        document.text = edited(&document.text, self.config.encoding, changes);
        document.version = version;
        document.revision = revision;
        let text = document.text.clone();
        self.typing.touch(Instant::now());
        self.workspace.set_buffer(&path, Some(text));
        self.show_path(&path);
    }

    fn document_closed(&mut self, uri: &Uri) {
        let Some((path, document)) =
            uri::to_path(uri).and_then(|path| Some((path.clone(), self.documents.remove(&path)?)))
        else {
            return;
        };
        self.workspace.set_buffer(&path, None);
        Arc::make_mut(&mut self.open).remove(&document.file);
        self.to_tell.retain(|file| *file != document.file);
        let scope = self.scope.clone();
        let in_folder = scope.folders.iter().any(|folder| path.starts_with(folder));
        self.findings
            .take_back(|file| file == document.file && !in_folder);
        let root = document.file.root(self.workspace.db());
        if scope.lone.contains(&root) {
            let root = root.path(self.workspace.db()).clone();
            if !self.is_used(&root) {
                self.close_root(&root);
            }
        }
        self.sweep_soon();
    }

    fn show_path(&mut self, path: &Utf8Path) {
        if let Some(document) = self.documents.get(path) {
            let (file, open) = shown(document);
            self.show_as(file, open);
        }
    }

    fn show(&mut self, document: &Document) {
        let (file, open) = shown(document);
        self.show_as(file, open);
    }

    /// A document has another text: its findings are told at once, those of others soon.
    fn show_as(&mut self, file: SourceFile, open: OpenDocument) {
        Arc::make_mut(&mut self.open).insert(file, open);
        if !self.to_tell.contains(&file) {
            self.to_tell.push_back(file);
        }
        self.sweep_soon();
    }

    // Folders and roots

    fn open_folder(&mut self, folder: &Utf8Path) {
        if !uri::is_unsaved(folder) {
            let root = self.places.root_of_folder(folder);
            self.open_root(&root);
        }
    }

    /// Opens the repository of a document that is in no folder.
    fn open_root_for(&mut self, path: &Utf8Path) {
        if self.is_in_root(path) {
            return;
        }
        match self.places.root_of_document(path) {
            Some(root) => self.open_root(&root),
            None => {
                let directory = path.parent().unwrap_or(path);
                let root = self.workspace.open_memory_root(directory, &[]);
                Arc::make_mut(&mut self.scope).lone.insert(root);
            }
        }
    }

    fn is_in_root(&self, path: &Utf8Path) -> bool {
        self.root_paths().any(|root| path.starts_with(root))
    }

    fn root_paths(&self) -> impl Iterator<Item = &Utf8Path> {
        let db = self.workspace.db();
        let roots = self.workspace.roots().iter();
        roots.map(|root| root.path(db).as_path())
    }

    /// Opens a repository. No root is within another: a file belongs to one.
    fn open_root(&mut self, path: &Utf8Path) {
        if self.is_in_root(path) {
            return;
        }
        let within: Vec<_> = self
            .root_paths()
            .filter(|root| root.starts_with(path))
            .map(Utf8Path::to_owned)
            .collect();
        within.iter().for_each(|root| self.close_root(root));

        // Watched before it is read, so that no change falls between the two.
        self.watch(path);
        let root = self.workspace.open_root(path);
        let progress = if self.config.progress {
            let title = format!("Reading {}", path.file_name().unwrap_or(path.as_str()));
            let ToClient {
                client, runtime, ..
            } = &self.to_client;
            Progress::show(client.clone(), runtime, title)
        } else {
            Progress::silent()
        };
        self.to_index.push_back((root, progress));
        self.reopen_documents(path);
        self.look_everywhere();
    }

    fn close_root(&mut self, path: &Utf8Path) {
        let db = self.workspace.db();
        let Some(root) = self
            .workspace
            .roots()
            .iter()
            .copied()
            .find(|root| root.path(db) == path)
        else {
            return;
        };
        let lost: Vec<_> = self
            .findings
            .files()
            .into_iter()
            .filter(|file| file.root(db) == root)
            .collect();
        self.findings.take_back(|file| lost.contains(&file));
        self.to_index.retain(|(other, _)| *other != root);
        Arc::make_mut(&mut self.scope).lone.remove(&root);
        self.workspace.close_root(path);
        self.look_everywhere();
    }

    /// Gives the open documents below a root that was opened anew to it.
    fn reopen_documents(&mut self, root: &Utf8Path) {
        let below: Vec<_> = self
            .documents
            .iter()
            .filter(|(path, _)| path.starts_with(root))
            .map(|(path, document)| (path.clone(), document.text.clone()))
            .collect();
        for (path, text) in below {
            let Some(file) = self.workspace.set_buffer(&path, Some(text)) else {
                continue;
            };
            if let Some(document) = self.documents.get_mut(&path) {
                Arc::make_mut(&mut self.open).remove(&document.file);
                let before = std::mem::replace(&mut document.file, file);
                self.to_tell.retain(|other| *other != before);
            }
            self.show_path(&path);
        }
    }

    fn folders_changed(&mut self, added: Vec<Utf8PathBuf>, removed: &[Utf8PathBuf]) {
        let scope = Arc::make_mut(&mut self.scope);
        scope.folders.retain(|folder| !removed.contains(folder));
        scope.folders.extend(added.iter().cloned());
        added.iter().for_each(|folder| self.open_folder(folder));
        let unused: Vec<_> = self
            .root_paths()
            .filter(|root| !self.is_used(root))
            .map(Utf8Path::to_owned)
            .collect();
        unused.iter().for_each(|root| self.close_root(root));
        self.take_back_outside();
        self.look_everywhere();
    }

    /// Whether a root holds a folder of the client or an open document.
    fn is_used(&self, root: &Utf8Path) -> bool {
        let folders = &self.scope.folders;
        folders
            .iter()
            .any(|folder| folder.starts_with(root) || root.starts_with(folder))
            || self
                .documents
                .iter()
                .any(|(path, _)| path.starts_with(root))
    }

    /// Takes back the findings of files that are no longer in a folder of the client.
    fn take_back_outside(&mut self) {
        let db = self.workspace.db();
        let outside: Vec<_> = self
            .findings
            .files()
            .into_iter()
            .filter(|file| !self.open.contains_key(file))
            .filter(|file| {
                let path = file.absolute_path(db);
                let folders = &self.scope.folders;
                !folders.iter().any(|folder| path.starts_with(folder))
            })
            .collect();
        self.findings.take_back(|file| outside.contains(&file));
    }

    // Files on disk

    fn watch(&mut self, root: &Utf8Path) {
        match watching::registration(&self.config, &self.scope, root) {
            Some(registration) => {
                let ToClient {
                    client, runtime, ..
                } = &self.to_client;
                let (client, sender) = (client.clone(), self.sender.clone());
                watching::ask(client, runtime, registration, root, sender);
            }
            None => self.watch_ourselves(root),
        }
    }

    fn watch_ourselves(&mut self, root: &Utf8Path) {
        let watcher = match &mut self.watcher {
            Some(watcher) => Ok(watcher),
            none => watching::start(self.sender.clone()).map(|watcher| none.insert(watcher)),
        };
        if let Err(error) = watcher.and_then(|watcher| watcher.watch(root)) {
            let message = format!("{error}; changes of other programs show after a restart");
            tracing::warn!("{message}");
            self.to_client.outbox.log(MessageType::WARNING, message);
        }
    }

    fn look_at_disk(&mut self) {
        if !self.disk_timer.take(Instant::now()) {
            return;
        }
        let events: Vec<_> = std::mem::take(&mut self.on_disk)
            .into_iter()
            .map(|path| FileEvent { path })
            .collect();
        if std::mem::take(&mut self.events_lost) {
            self.workspace.rescan();
        } else {
            self.workspace.apply_events(&events);
        }
        self.look_everywhere();
    }

    // Work

    fn asked(&mut self, mut question: Question) {
        question.revision = question
            .document
            .as_deref()
            .and_then(|path| self.documents.revision(path));
        self.questions.push_back(question);
    }

    /// A change ended this work.
    fn begin_again(&mut self, task: Task) {
        match task {
            Task::Answer(mut question, _) => {
                question.attempts += 1;
                self.questions.push_front(question);
            }
            Task::Tell(file) => {
                if self.open.contains_key(&file) && !self.to_tell.contains(&file) {
                    self.to_tell.push_front(file);
                }
            }
        }
    }

    fn long_work_ended(&mut self, task: LongTask, result: Result<(), Cancelled>) {
        match (task, result) {
            (LongTask::Index(root, progress), Err(Cancelled)) => {
                if self.workspace.roots().contains(&root) {
                    self.to_index.push_front((root, progress));
                }
            }
            (LongTask::Index(root, progress), Ok(())) => {
                self.reading.push(progress);
                let path = root.path(self.workspace.db());
                tracing::info!("{path} is read");
                let message = format!("infragen has read {path}");
                self.to_client.outbox.log(MessageType::INFO, message);
            }
            (LongTask::Sweep(sweep), result) => {
                self.sweep = sweep;
                match result {
                    Ok(()) if self.sweep.goes_on() => {}
                    Ok(()) => {
                        if !self.reading.is_empty() {
                            self.workspace.trim();
                        }
                        self.reading.clear();
                        self.versions_soon.touch_now(Instant::now());
                    }
                    Err(Cancelled) => self.sweep_soon(),
                }
            }
            (LongTask::Versions(versions, ..), result) => {
                if result.is_err() {
                    self.versions_soon.touch(Instant::now());
                }
                self.ask_about_network(&versions);
                self.tell_whom_not_asked(&versions);
                self.versions = Some(versions);
            }
        }
    }

    fn sweep_soon(&mut self) {
        self.sweep_timer.touch(Instant::now());
        self.versions_soon.touch(Instant::now());
    }

    /// Other files exist than before.
    fn look_everywhere(&mut self) {
        self.other_files = true;
        self.sweep_timer.touch_now(Instant::now());
        self.versions_soon.touch(Instant::now());
    }

    fn view(&self) -> View {
        View {
            snapshot: self.workspace.snapshot(),
            open: self.open.clone(),
            scope: self.scope.clone(),
            client: self.config.clone(),
        }
    }

    fn give_work(&mut self) {
        while self.short.has_free() {
            let Some(task) = self.next_task() else {
                break;
            };
            let view = self.view();
            self.short.give(task, view);
        }
        if self.long.has_free()
            && let Some(task) = self.next_long_task()
        {
            let view = self.view();
            self.long.give(task, view);
        }
    }

    fn next_task(&mut self) -> Option<Task> {
        if let Some(file) = self.to_tell.pop_front() {
            return Some(Task::Tell(file));
        }
        while let Some(mut question) = self.questions.pop_front() {
            if !question.is_awaited() {
                continue;
            }
            let now = question
                .document
                .as_deref()
                .and_then(|path| self.documents.revision(path));
            if question.attempts >= ATTEMPTS || now != question.revision {
                question.refuse(Error::content_modified());
                continue;
            }
            let file = question
                .document
                .as_deref()
                .and_then(|path| self.workspace.file(path));
            return Some(Task::Answer(question, file));
        }
        None
    }

    fn next_long_task(&mut self) -> Option<LongTask> {
        if let Some((root, progress)) = self.to_index.pop_front() {
            return Some(LongTask::Index(root, progress));
        }
        let now = Instant::now();
        if self.sweep_timer.take(now) {
            let mut sweep = std::mem::take(&mut self.sweep);
            sweep.restart(std::mem::take(&mut self.other_files));
            return Some(LongTask::Sweep(sweep));
        }
        if self.sweep_timer.due().is_some() {
            return None;
        }
        // A round through all files that is broken off again and again does not hold up versions for ever.
        if self.versions.is_some()
            && self.versions_soon.take(now)
            && let Some(mut versions) = self.versions.take()
        {
            if std::mem::take(&mut self.versions_anew) {
                versions.begin_round(true);
            }
            let paused = self.typing.due().is_none();
            return Some(LongTask::Versions(versions, self.network, paused));
        }
        let goes_on = self.sweep.goes_on();
        goes_on.then(|| LongTask::Sweep(std::mem::take(&mut self.sweep)))
    }
}

fn shown(document: &Document) -> (SourceFile, OpenDocument) {
    let open = OpenDocument {
        uri: document.uri.clone(),
        version: document.version,
    };
    (document.file, open)
}
