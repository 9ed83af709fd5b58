//! Cards of what a patch or another selection changes.

use std::collections::BTreeMap;

use infragen_flux::GroupKind;
use infragen_workspace::{Definition, patched_objects, target};
use smol_str::SmolStr;

use super::{Cards, MAX_PLACES};
use crate::markdown::{code, counted, item, names};
use crate::subject::Chooser;

impl Cards<'_> {
    /// What the patch here changes, by the builds that it takes part in; none where there are no such, or where they
    /// change nothing and not all of them is known.
    pub(super) fn patched_by(&self, chooser: Chooser) -> Option<String> {
        if chooser != Chooser::Patch {
            return None;
        }
        let found = patched_objects(self.db, self.file, self.offset);
        let first = found.first()?;
        let nothing = found.iter().all(|one| one.objects.is_empty());
        if nothing {
            return found
                .iter()
                .all(|one| one.complete)
                .then(|| "**Changes no object**".to_owned());
        }
        if found.iter().all(|one| one.objects == first.objects) {
            let mut lines = vec![
                format!("**Changes {}**", counted(first.objects.len(), "object")),
                String::new(),
            ];
            lines.extend(by_kind(&first.objects));
            return Some(lines.join("\n"));
        }
        let mut lines = Vec::new();
        for one in found.iter().take(MAX_PLACES) {
            let environment = one.environment.as_deref().unwrap_or_default();
            let count = match one.objects.len() {
                0 => "no object".to_owned(),
                count => counted(count, "object"),
            };
            lines.push(format!("**Changes {count} in {environment}**\n"));
            lines.extend(by_kind(&one.objects));
            lines.push(String::new());
        }
        if found.len() > MAX_PLACES {
            lines.push(format!("and more in {} others", found.len() - MAX_PLACES));
        }
        Some(lines.join("\n").trim_end().to_owned())
    }

    pub(super) fn selection(&self, taken: &[Definition]) -> Option<String> {
        if taken.is_empty() {
            return Some(
                "**No object** of this build is meant by it, as far as files tell".to_owned(),
            );
        }
        let mut lines = vec![
            format!("**Changes {}**", counted(taken.len(), "object")),
            String::new(),
        ];
        lines.extend(self.by_kind(taken));
        Some(lines.join("\n"))
    }

    /// Objects by kind, one line each.
    pub(super) fn by_kind(&self, objects: &[Definition]) -> Vec<String> {
        let named = objects.iter().filter_map(|definition| {
            let target = target(self.db, definition)?;
            Some((target.kind, target.name))
        });
        by_kind(&named.collect::<Vec<_>>())
    }
}

/// Kinds and names of objects, one line for each kind.
fn by_kind(objects: &[(GroupKind, SmolStr)]) -> Vec<String> {
    let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, name) in objects {
        let names = by_kind.entry(kind.to_string()).or_default();
        names.push(name.to_string());
    }
    let shown = by_kind.len().min(MAX_PLACES);
    let rest: usize = by_kind.values().skip(shown).map(Vec::len).sum();
    let mut lines: Vec<_> = by_kind
        .into_iter()
        .take(shown)
        .map(|(kind, list)| match list.len() {
            1 => item(&kind, &code(&list[0])),
            count => {
                let label = format!("{}:", counted(count, &kind));
                item(&label, &names(label.len() + 3, &list))
            }
        })
        .collect();
    if rest > 0 {
        lines.push(item("", &format!("and {}", counted(rest, "other object"))));
    }
    lines
}
