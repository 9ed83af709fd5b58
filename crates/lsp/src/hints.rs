//! The hints and lenses of open documents, which a change of another file or a registry may change: then the client is
//! asked to ask again.

use std::sync::Arc;

use infragen_ide::{InlayHint, Lens, inlay_hints, lenses};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Cancelled, SourceFile, text};
use rustc_hash::FxHashMap;

use crate::context::View;

/// The hints of open documents at the last look, with the texts that they belong to.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    known: FxHashMap<SourceFile, Shown>,
}

/// What a document shows beside its text, with that text.
#[derive(Debug, PartialEq)]
struct Shown {
    text: Arc<str>,
    hints: Vec<InlayHint>,
    lenses: Vec<Lens>,
}

/// What is not what it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    pub hints: bool,
    pub lenses: bool,
}

impl Hints {
    /// Looks again. What of a document has changed although its text has not: after a change of the text the client
    /// asks by itself.
    pub fn look(&mut self, view: &View) -> Result<Changed, Cancelled> {
        self.known.retain(|file, _| view.open.contains_key(file));
        let mut changed = Changed::default();
        for file in view.open.keys().copied() {
            let shown = view.run(|context| {
                let text = text(context.db, file).unwrap_or_default();
                let all = TextRange::up_to(TextSize::of(&*text));
                Shown {
                    hints: inlay_hints(context.db, file, all),
                    lenses: lenses(context.db, file),
                    text,
                }
            })?;
            if let Some(known) = self.known.get(&file)
                && known.text == shown.text
            {
                changed.hints |= known.hints != shown.hints;
                changed.lenses |= known.lenses != shown.lenses;
            }
            self.known.insert(file, shown);
        }
        Ok(changed)
    }
}
