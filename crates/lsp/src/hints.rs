//! The hints of open documents, which a change of another file may change: then the client is asked to ask again.

use std::sync::Arc;

use infragen_ide::{InlayHint, inlay_hints};
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{Cancelled, SourceFile, text};
use rustc_hash::FxHashMap;

use crate::context::View;

/// The hints of open documents at the last look, with the texts that they belong to.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    known: FxHashMap<SourceFile, (Arc<str>, Vec<InlayHint>)>,
}

impl Hints {
    /// Looks again. Whether hints of a document have changed although its text has not: after a change of the text
    /// the client asks by itself.
    pub fn have_changed(&mut self, view: &View) -> Result<bool, Cancelled> {
        self.known.retain(|file, _| view.open.contains_key(file));
        let mut changed = false;
        for file in view.open.keys().copied() {
            let (text, hints) = view.run(|context| {
                let text = text(context.db, file).unwrap_or_default();
                let all = TextRange::up_to(TextSize::of(&*text));
                let hints = inlay_hints(context.db, file, all);
                (text, hints)
            })?;
            changed |= match self.known.get(&file) {
                Some((known_text, known)) => *known_text == text && *known != hints,
                None => false,
            };
            self.known.insert(file, (text, hints));
        }
        Ok(changed)
    }
}
