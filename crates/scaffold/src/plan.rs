//! What a generator wants to do to a repository, before anything is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use infragen_syntax::{EditError, TextEdit, TextRange, TextSize, Tree};

use crate::refusal::Refusal;
use crate::render::reparsed;
use crate::repository::Repository;

/// Changes of a repository that belong together: all of them are made, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The changes, in order of path; each path once.
    pub changes: Vec<Change>,
    /// What is left to do by hand, one sentence each.
    pub notes: Vec<String>,
}

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file, from the root.
    pub path: Utf8PathBuf,
    /// What becomes of it.
    pub action: Action,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It is new; there must be nothing of its name.
    Create {
        /// Its text.
        text: String,
    },
    /// It is new, and holds byte for byte what another file holds, which is no YAML.
    Copy {
        /// That file, from the root.
        from: Utf8PathBuf,
    },
    /// It is there and changes.
    Edit {
        /// Its text when the plan was made; if it is another one by now, the plan is void.
        before: Arc<str>,
        /// Its text afterwards.
        after: String,
    },
}

impl Action {
    /// The text of the file afterwards; none for a copy.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Create { text } => Some(text),
            Self::Copy { .. } => None,
            Self::Edit { after, .. } => Some(after),
        }
    }

    /// An edit as the one splice between what both texts begin with and end with.
    pub fn splice(&self) -> Option<TextEdit> {
        let Self::Edit { before, after } = self else {
            return None;
        };
        let mut start = common(before.bytes(), after.bytes());
        while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
            start -= 1;
        }
        let (old, new) = (&before[start..], &after[start..]);
        let mut end = common(old.bytes().rev(), new.bytes().rev());
        while !old.is_char_boundary(old.len() - end) || !new.is_char_boundary(new.len() - end) {
            end -= 1;
        }
        let offset = |at: usize| TextSize::try_from(at).ok();
        Some(TextEdit {
            range: TextRange::new(offset(start)?, offset(before.len() - end)?),
            new_text: new[..new.len() - end].to_owned(),
        })
    }
}

/// Whether a path stays below the folder that it is taken from: it has names only, no `..` and no `/` in
/// front.
fn is_below(path: &Utf8Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Utf8Component::Normal(_)))
}

fn common(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

/// A plan while it is made: the repository with the changes so far.
pub(crate) struct Draft<'r> {
    repository: &'r Repository<'r>,
    changes: BTreeMap<Utf8PathBuf, Action>,
    pub notes: Vec<String>,
}

impl<'r> Draft<'r> {
    pub fn new(repository: &'r Repository<'r>) -> Self {
        Self {
            repository,
            changes: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// The repository as it is, without the changes.
    pub fn repository(&self) -> &'r Repository<'r> {
        self.repository
    }

    /// Whether there will be a file or directory at a path.
    pub fn exists(&self, path: &Utf8Path) -> bool {
        self.repository.exists(path) || self.changes.keys().any(|known| known.starts_with(path))
    }

    /// The text that a file will have.
    pub fn text(&self, path: &Utf8Path) -> Option<Arc<str>> {
        match self.changes.get(path) {
            Some(action) => action.text().map(Arc::from),
            None => self.repository.text(path),
        }
    }

    pub fn create(&mut self, path: Utf8PathBuf, text: String) -> Result<(), Refusal> {
        self.is_free(&path)?;
        reparsed(path.as_str(), &text)?;
        self.changes.insert(path, Action::Create { text });
        Ok(())
    }

    pub fn copy(&mut self, from: Utf8PathBuf, to: Utf8PathBuf) -> Result<(), Refusal> {
        self.is_free(&to)?;
        self.changes.insert(to, Action::Copy { from });
        Ok(())
    }

    /// Refuses a path at which something is already, and one that is no path below the root: names and
    /// paths of environments come from the repository too.
    pub fn is_free(&self, path: &Utf8Path) -> Result<(), Refusal> {
        if !is_below(path) {
            return Err(Refusal::new(format!(
                "`{}` is no path below the top of the repository",
                path.as_str().escape_debug()
            ))
            .help("see the names and paths of environments in .infragen.yaml"));
        }
        if self.exists(path) {
            return Err(Refusal::new(format!("`{path}` exists already"))
                .help("nothing is overwritten: choose another name, or remove it first"));
        }
        Ok(())
    }

    /// Changes a file that is there, or one that this plan makes.
    pub fn edit(
        &mut self,
        path: &Utf8Path,
        edit: impl FnOnce(&Tree) -> Result<TextEdit, EditError>,
    ) -> Result<(), Refusal> {
        let cannot = |reason: &str| Refusal::new(format!("`{path}` cannot be edited: {reason}"));
        let Some(text) = self.text(path) else {
            return Err(cannot("it cannot be read"));
        };
        let tree = Tree::parse(text.clone());
        let splice = edit(&tree).map_err(|error| cannot(&error.message))?;
        let after =
            infragen_syntax::apply(&text, &[splice]).map_err(|error| cannot(&error.message))?;
        match self.changes.get_mut(path) {
            Some(Action::Create { text }) => *text = after,
            Some(Action::Edit { after: planned, .. }) => *planned = after,
            Some(Action::Copy { .. }) => return Err(cannot("it is copied as it is")),
            None => {
                let action = Action::Edit {
                    before: text,
                    after,
                };
                self.changes.insert(path.to_owned(), action);
            }
        }
        Ok(())
    }

    /// The files that are new so far, with their texts.
    pub fn new_texts(&self) -> impl Iterator<Item = (&Utf8Path, &str)> {
        self.changes
            .iter()
            .filter_map(|(path, action)| match action {
                Action::Create { text } => Some((path.as_path(), text.as_str())),
                _ => None,
            })
    }

    /// Whether nothing is planned yet.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub fn finish(self) -> Plan {
        let changes = self.changes.into_iter();
        Plan {
            changes: changes
                .map(|(path, action)| Change { path, action })
                .collect(),
            notes: self.notes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(before: &str, after: &str) -> (String, String) {
        let action = Action::Edit {
            before: before.into(),
            after: after.to_owned(),
        };
        let edit = action.splice().unwrap();
        let applied = infragen_syntax::apply(before, std::slice::from_ref(&edit)).unwrap();
        assert_eq!(applied, after);
        (before[edit.range].to_owned(), edit.new_text)
    }

    #[test]
    fn an_edit_is_one_small_splice() {
        assert_eq!(
            splice("- a\n- c\n", "- a\n- b\n- c\n"),
            (String::new(), "b\n- ".into())
        );
        assert_eq!(splice("a", "a"), (String::new(), String::new()));
        assert_eq!(splice("aa", "a"), ("a".into(), String::new()));
    }

    #[test]
    fn paths_stay_below_the_root() {
        assert!(is_below(Utf8Path::new("apps/a.yaml")));
        for path in ["", "/etc/x", "../x", "a/../../x", "a/.."] {
            assert!(!is_below(Utf8Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_splice_cuts_no_character() {
        // é and è share their first byte, é and © their last.
        assert_eq!(splice("xéy", "xèy"), ("é".into(), "è".into()));
        assert_eq!(
            splice("x\u{e9}", "x\u{129}"),
            ("\u{e9}".into(), "\u{129}".into())
        );
    }
}
