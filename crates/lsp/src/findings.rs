//! Findings on their way to the client: which were told of which file, and telling those that are new.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use infragen_rules::{Finding, check};
use infragen_workspace::{Db, Disk, SourceFile};
use rustc_hash::FxHashMap;

use crate::context::Context;
use crate::outbox::{Outbox, Urgency};
use crate::protocol::{PublishDiagnosticsParams, Uri, diagnostic::diagnostic};

/// The findings that the client knows.
pub(crate) struct Findings {
    outbox: Arc<Outbox>,
    /// What was told, of each file that the client has findings of.
    told: Mutex<FxHashMap<SourceFile, Told>>,
}

struct Told {
    uri: Uri,
    findings: Arc<Vec<Finding>>,
    /// The texts by which offsets became positions.
    texts: Vec<Content>,
}

/// Which text a file had.
#[derive(PartialEq)]
struct Content {
    file: SourceFile,
    buffer: Option<Arc<str>>,
    disk: Disk,
}

impl Content {
    fn of(db: &dyn Db, file: SourceFile) -> Self {
        Self {
            file,
            buffer: file.buffer(db).clone(),
            disk: file.disk(db).clone(),
        }
    }
}

impl Findings {
    /// Nothing told yet.
    pub fn new(outbox: Arc<Outbox>) -> Self {
        Self {
            outbox,
            told: Mutex::default(),
        }
    }

    /// Tells the findings of an open document, so that each version that is looked at is answered for,
    /// also with none.
    pub fn tell(&self, context: &Context<'_>, file: SourceFile) {
        let findings = findings_of(context, file);
        self.send(context, file, findings, Urgency::First);
    }

    /// Tells the findings of a file if the client does not know them.
    pub fn tell_if_new(&self, context: &Context<'_>, file: SourceFile) {
        // Nearly all files have none, and the client knows of none: that it is asked about such a file matters not.
        if !self.told().contains_key(&file) && check(context.db, file).is_empty() {
            return;
        }
        let findings = findings_of(context, file);
        let known = match self.told().get(&file) {
            None => findings.is_empty(),
            Some(told) => {
                (Arc::ptr_eq(&told.findings, &findings) || told.findings == findings)
                    && told
                        .texts
                        .iter()
                        .all(|text| Content::of(context.db, text.file) == *text)
            }
        };
        if !known {
            self.send(context, file, findings, Urgency::InTurn);
        }
    }

    /// Tells that the hints of open documents are not what they were.
    pub fn refresh_hints(&self) {
        self.outbox.refresh_hints();
    }

    /// Tells that the lenses of open documents are not what they were.
    pub fn refresh_lenses(&self) {
        self.outbox.refresh_lenses();
    }

    /// The files that the client has findings of.
    pub fn files(&self) -> Vec<SourceFile> {
        self.told().keys().copied().collect()
    }

    /// Takes back the findings of files for which `gone` holds.
    pub fn take_back(&self, gone: impl Fn(SourceFile) -> bool) {
        self.told().retain(|file, told| {
            let gone = gone(*file);
            if gone {
                let none = PublishDiagnosticsParams::new(told.uri.clone(), Vec::new(), None);
                self.outbox.findings(none, Urgency::InTurn);
            }
            !gone
        });
    }

    /// Sends findings. The caller holds a snapshot until this is done, and no newer state comes into being
    /// before that, so what is sent later is never older.
    fn send(
        &self,
        context: &Context<'_>,
        file: SourceFile,
        findings: Arc<Vec<Finding>>,
        urgency: Urgency,
    ) {
        let Some(uri) = context.uri(file) else {
            return;
        };
        // Everything that asks the database, and so may be cancelled, comes before anything is told.
        let diagnostics = findings
            .iter()
            .map(|finding| diagnostic(context, file, finding))
            .collect();
        let mut files: Vec<_> = findings
            .iter()
            .flat_map(|finding| finding.related.iter().map(|related| related.file))
            .chain([file])
            .collect();
        files.sort_unstable();
        files.dedup();
        let texts = files
            .into_iter()
            .map(|file| Content::of(context.db, file))
            .collect();
        let version = context
            .version(file)
            .filter(|_| context.client.versioned_findings);

        let mut told = self.told();
        let message = PublishDiagnosticsParams::new(uri.clone(), diagnostics, version);
        self.outbox.findings(message, urgency);
        if findings.is_empty() {
            told.remove(&file);
        } else {
            let now = Told {
                uri,
                findings,
                texts,
            };
            told.insert(file, now);
        }
    }

    fn told(&self) -> MutexGuard<'_, FxHashMap<SourceFile, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn findings_of(context: &Context<'_>, file: SourceFile) -> Arc<Vec<Finding>> {
    if context.tells_about(file) {
        check(context.db, file)
    } else {
        Arc::default()
    }
}
