//! Cards of names that lead to nothing.

use infragen_flux::{GroupKind, ReferenceFact};
use infragen_syntax::nearest;
use infragen_workspace::{Definition, Resolution, names_of_kind, namespace_of, target};

use super::{Cards, MAX_PLACES};
use crate::markdown::{code, item, names, with_article};

impl Cards<'_> {
    /// The name exists, but in other namespaces only.
    pub(super) fn elsewhere(
        &self,
        reference: &ReferenceFact,
        resolution: &Resolution,
        found: &[Definition],
    ) -> Option<String> {
        let target = target(self.db, found.first()?)?;
        let name = &reference.name.value;
        let mut others: Vec<_> = found
            .iter()
            .filter_map(|definition| namespace_of(self.db, definition))
            .map(String::from)
            .collect();
        others.sort_unstable();
        others.dedup();
        let headline = match &resolution.namespace {
            Some(wanted) => format!(
                "**No {}** {} **in namespace** {}",
                target.kind,
                code(name),
                code(wanted)
            ),
            None => format!(
                "**No {}** {} **in this namespace**",
                target.kind,
                code(name)
            ),
        };
        let mut lines = vec![headline, String::new()];
        if !others.is_empty() {
            lines.push(item("there is one in", &names(20, &others)));
        }
        lines.extend(self.places(found, &resolution.environments));
        Some(lines.join("\n"))
    }

    /// The name exists, but for other kinds only.
    pub(super) fn other_kinds(
        &self,
        kind: &GroupKind,
        reference: &ReferenceFact,
        others: &[(GroupKind, Vec<Definition>)],
    ) -> Option<String> {
        if !reference.row.role.is_declared() {
            return self.nowhere(kind, reference);
        }
        let name = &reference.name.value;
        let mut lines = vec![format!("**No {kind}** {}", code(name)), String::new()];
        for (other, definitions) in others.iter().take(MAX_PLACES) {
            let place = definitions
                .first()
                .and_then(|definition| self.place(definition));
            let place = place
                .map(|place| format!(" in {}", code(&place)))
                .unwrap_or_default();
            lines.push(item(
                "",
                &format!("it is {}{place}", with_article(&other.kind)),
            ));
        }
        Some(lines.join("\n"))
    }

    pub(super) fn nowhere(&self, kind: &GroupKind, reference: &ReferenceFact) -> Option<String> {
        let root = self.file.root(self.db);
        let name = &reference.name.value;
        let known = names_of_kind(self.db, root, kind.clone());
        let near = nearest(name, known.iter().map(|name| name.as_str()));
        let declared = reference.row.role.is_declared();
        let headline = match declared || near.is_some() {
            true => format!("**No {kind}** {}", code(name)),
            false => format!("**{kind}** {}", code(name)),
        };
        let mut lines = vec![headline, String::new()];
        lines.push(item(
            "",
            if declared {
                "nowhere in this repository"
            } else {
                "not in this repository: made in the cluster?"
            },
        ));
        lines.extend(near.map(|near| item("nearest:", &code(near))));
        Some(lines.join("\n"))
    }
}

pub(super) fn not_allowed(kind: &str, reference: &ReferenceFact) -> String {
    let allowed: Vec<_> = reference
        .row
        .target
        .kinds()
        .iter()
        .map(|kind| kind.kind.to_owned())
        .collect();
    let mut lines = vec![format!("{} cannot stand here", code(kind)), String::new()];
    lines.extend(allowed.iter().map(|kind| item("", kind)));
    lines.join("\n")
}
