//! The round through all files that keeps the findings of those up to date that nobody edits.
//!
//! A change of one file may change the findings of any other. The round looks at every file once after a
//! change; the database answers at once for those that the change does not concern. A newer change ends
//! it, and the next one goes on where it stopped: while somebody types without a pause every file still
//! has its turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::Utf8Path;
use infragen_workspace::{Cancelled, Db, Directory, SourceFile, concerned_files};
use rayon::prelude::*;

use crate::context::{Context, View};
use crate::findings::Findings;
use crate::hints::Hints;
use crate::work::reason;

/// So many files are looked at before the place is noted.
const STRIDE: usize = 256;

/// What of a round is to be done next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// To look at what is open, and at what builds with it.
    Near,
    /// To look at all files.
    All,
    /// Nothing.
    #[default]
    Done,
}

/// Where the round is.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    stage: Stage,
    /// The files; none where they must be listed first.
    files: Option<Arc<[SourceFile]>>,
    /// The next file's index.
    next: usize,
    /// How many are still to be looked at.
    left: usize,
    hints: Hints,
}

impl Sweep {
    /// Looks at every file again, beginning with the next one; lists the files anew where there may be
    /// `others`.
    pub fn restart(&mut self, others: bool) {
        if others {
            self.files = None;
        }
        self.left = self.files.as_ref().map_or(0, |files| files.len());
        self.stage = Stage::Near;
    }

    /// Whether the round goes on.
    pub fn goes_on(&self) -> bool {
        self.stage != Stage::Done
    }

    /// Does the next stage of the round, unless a change ends it. Between two stages there is time for something else.
    pub fn run(&mut self, view: &View, findings: &Findings) -> Result<(), Cancelled> {
        match self.stage {
            Stage::Near => {
                self.stage = Stage::All;
                self.look_near(view, findings)
            }
            Stage::All => {
                self.stage = Stage::Done;
                self.look_everywhere(view, findings)
            }
            Stage::Done => Ok(()),
        }
    }

    fn look_near(&mut self, view: &View, findings: &Findings) -> Result<(), Cancelled> {
        // What somebody has before their eyes comes first, and what is gone has no turn in the round.
        for file in view.open.keys() {
            look_at(view, findings, *file)?;
        }
        // Then what builds with it.
        view.run(near)?
            .par_iter()
            .try_for_each_with(view.clone(), |view, file| look_at(view, findings, *file))?;
        if view.client.hint_refresh || view.client.lens_refresh {
            let changed = self.hints.look(view)?;
            if changed.hints && view.client.hint_refresh {
                findings.refresh_hints();
            }
            if changed.lenses && view.client.lens_refresh {
                findings.refresh_lenses();
            }
        }
        Ok(())
    }

    /// Tells what is new until every file was looked at.
    fn look_everywhere(&mut self, view: &View, findings: &Findings) -> Result<(), Cancelled> {
        for file in findings.files() {
            if !view.run(|context| file.exists(context.db))? {
                look_at(view, findings, file)?;
            }
        }
        let files = match &self.files {
            Some(files) => files.clone(),
            None => {
                let files: Arc<[_]> = view.run(list)?.into();
                self.left = files.len();
                self.files = Some(files.clone());
                files
            }
        };
        while self.left > 0 {
            if self.next >= files.len() {
                self.next = 0;
            }
            let end = (self.next + STRIDE.min(self.left)).min(files.len());
            files[self.next..end]
                .par_iter()
                .try_for_each_with(view.clone(), |view, file| look_at(view, findings, *file))?;
            self.left -= end - self.next;
            self.next = end;
        }
        Ok(())
    }
}

/// Tells what is new of one file. What fails for one file is logged, and keeps no other from its turn.
fn look_at(view: &View, findings: &Findings, file: SourceFile) -> Result<(), Cancelled> {
    let look = || view.run(|context| findings.tell_if_new(context, file));
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|panic| {
        let path = view.run(|context| file.absolute_path(context.db))?;
        tracing::error!("checking {path} failed: {}", reason(&*panic));
        Ok(())
    })
}

/// The files of the client's folders that have to do with what is open.
fn near(context: &Context<'_>) -> Vec<SourceFile> {
    let roots = context.roots.iter();
    let roots = roots.filter(|root| !context.scope.lone.contains(root));
    let mut files: Vec<_> = roots
        .flat_map(|root| concerned_files(context.db, *root))
        .collect();
    files.retain(|file| {
        let path = file.absolute_path(context.db);
        let folders = &context.scope.folders;
        folders.iter().any(|folder| path.starts_with(folder))
    });
    files
}

/// Every file of the client's folders.
fn list(context: &Context<'_>) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for root in context.roots {
        if !context.scope.lone.contains(root) {
            let top = root.top(context.db);
            top.into_iter()
                .for_each(|top| list_below(context, top, &mut files));
        }
    }
    files
}

fn list_below(context: &Context<'_>, top: Directory, files: &mut Vec<SourceFile>) {
    let mut waiting = vec![top];
    while let Some(directory) = waiting.pop() {
        let path = directory.absolute_path(context.db);
        let inside = |folder: &Utf8Path| path.starts_with(folder);
        let above = |folder: &Utf8Path| folder.starts_with(&path);
        let folders = &context.scope.folders;
        if folders.iter().any(|folder| inside(folder)) {
            everything_below(context.db, directory, files);
        } else if folders.iter().any(|folder| above(folder)) {
            waiting.extend(directory.directories(context.db));
        }
    }
}

fn everything_below(db: &dyn Db, top: Directory, files: &mut Vec<SourceFile>) {
    let mut waiting = vec![top];
    while let Some(directory) = waiting.pop() {
        files.extend(directory.files(db));
        waiting.extend(directory.directories(db));
    }
}
