//! Directories outside of a repository that its settings map bundles to.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use salsa::Durability;
use salsa::Setter as _;

use crate::configuration::settings;
use crate::files::{Directory, Root};
use crate::versions::pulled_roots;
use crate::workspace::Workspace;

/// The name of the settings file.
pub(crate) const SETTINGS_FILE: &str = ".infragen.yaml";

impl Workspace {
    /// Makes the directories known that the settings of a root map bundles to and that are outside of it. They are
    /// read as part of that root's environments; nothing in them is checked by itself.
    pub(crate) fn map_bundles(&mut self, root: Root) {
        let settings = settings(self.db(), root);
        let mut mapped: Vec<(Utf8PathBuf, Directory)> = Vec::new();
        for path in settings.settings.bundles.values() {
            let outside = path.is_relative() && leaves(path);
            if outside && !mapped.iter().any(|(known, _)| known == path) {
                let absolute = normalized(&root.path(self.db()).join(path));
                let directory = self.outside_directory(&absolute);
                mapped.extend(directory.map(|directory| (path.clone(), directory)));
            }
        }
        if *root.mapped(self.db()) != mapped {
            root.set_mapped(self.database_mut())
                .with_durability(Durability::HIGH)
                .to(mapped);
            self.tell_who_maps();
        }
    }

    /// Tells each root which others map bundles to it. Files of artifacts may be part of any that is open.
    pub(crate) fn tell_who_maps(&mut self) {
        let roots = self.all_roots();
        let artifacts = pulled_roots(self.db());
        for root in &roots {
            let db = self.db();
            let maps = |other: &Root| {
                let mut mapped = other.mapped(db).iter();
                other != root && mapped.any(|(_, directory)| directory.root(db) == *root)
            };
            let mapped_by: Vec<_> = match artifacts.contains(root) {
                true => self.roots().to_vec(),
                false => roots.iter().copied().filter(maps).collect(),
            };
            if *root.mapped_by(db) != mapped_by {
                root.set_mapped_by(self.database_mut())
                    .with_durability(Durability::HIGH)
                    .to(mapped_by);
            }
        }
    }
}

/// Whether a path from a root leads out of it.
fn leaves(path: &Utf8Path) -> bool {
    let mut depth = 0;
    for part in path.components() {
        match part {
            Utf8Component::ParentDir => depth -= 1,
            Utf8Component::Normal(_) => depth += 1,
            _ => {}
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// An absolute path without `..`.
pub(crate) fn normalized(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::ParentDir => {
                out.pop();
            }
            Utf8Component::CurDir => {}
            part => out.push(part.as_str()),
        }
    }
    out
}
