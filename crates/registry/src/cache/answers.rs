//! Remembered answers: one file each, and what this process has read of them.

use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::partial;
use crate::digest;
use crate::{Artifact, Listing};

/// The folder of the files.
pub(super) const FOLDER: &str = "answers";

/// An answer that can be kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Kept {
    /// The tags of a repository.
    Tags(Listing),
    /// What is behind a tag or digest.
    Artifact(Artifact),
}

/// A file.
#[derive(Serialize, Deserialize)]
struct Entry<T> {
    /// What was asked, in full: the name of the file has a hash of it only.
    asked: SmolStr,
    answer: T,
}

/// When a file was written, to see that another process has written it anew.
type Stamp = Option<(SystemTime, u64)>;

/// Answers in memory, and on disk where there is a cache.
#[derive(Debug)]
pub(crate) struct Answers {
    folder: Option<Utf8PathBuf>,
    memory: Mutex<HashMap<SmolStr, (Stamp, Option<Kept>)>>,
}

impl Answers {
    /// Those of a cache.
    pub(crate) fn new(root: Option<&Utf8Path>) -> Self {
        Self {
            folder: root.map(|root| root.join(super::VERSION).join(FOLDER)),
            memory: Mutex::default(),
        }
    }

    /// The tags that were remembered.
    pub(crate) fn tags(&self, asked: &str) -> Option<Listing> {
        match self.get::<Listing>(asked, Kept::Tags)? {
            Kept::Tags(listing) => Some(listing),
            Kept::Artifact(_) => None,
        }
    }

    /// The artifact that was remembered.
    pub(crate) fn artifact(&self, asked: &str) -> Option<Artifact> {
        match self.get::<Artifact>(asked, Kept::Artifact)? {
            Kept::Artifact(artifact) => Some(artifact),
            Kept::Tags(_) => None,
        }
    }

    /// Keeps an answer. That it cannot be written takes nothing from the answer.
    pub(crate) fn put(&self, asked: &str, answer: Kept) {
        let mut stamp = None;
        if let Some(path) = self.path(asked) {
            let entry = Entry {
                asked: asked.into(),
                answer: &answer,
            };
            if let Ok(text) = serde_json::to_vec(&entry)
                && partial::write(&path, &text).is_ok()
            {
                stamp = stamp_of(&path);
            }
        }
        let Ok(mut memory) = self.memory.lock() else {
            return;
        };
        memory.insert(asked.into(), (stamp, Some(answer)));
    }

    fn get<T: DeserializeOwned>(&self, asked: &str, kept: fn(T) -> Kept) -> Option<Kept> {
        let path = self.path(asked);
        let stamp = path.as_deref().and_then(stamp_of);
        let mut memory = self.memory.lock().ok()?;
        match memory.get(asked) {
            Some((known, answer)) if *known == stamp => return answer.clone(),
            // What could not be written, or was cleared since, is still what the registry said to this process.
            Some((_, Some(answer))) if stamp.is_none() => return Some(answer.clone()),
            _ => {}
        }
        let read = path.and_then(|path| {
            let entry: Entry<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
            (entry.asked == asked).then(|| kept(entry.answer))
        });
        memory.insert(asked.into(), (stamp, read.clone()));
        read
    }

    fn path(&self, asked: &str) -> Option<Utf8PathBuf> {
        let name = &digest::hex(&digest::sha256(asked.as_bytes()))[..32];
        Some(self.folder.as_ref()?.join(format!("{name}.json")))
    }
}

fn stamp_of(path: &Utf8Path) -> Stamp {
    let found = path.metadata().ok()?;
    Some((found.modified().ok()?, found.len()))
}
