//! Field specs: which fields of which kinds a transformer changes.

use smol_str::SmolStr;

use crate::id::Gvk;

/// A field of some kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldSpec {
    /// The group, empty for any.
    pub group: SmolStr,
    /// The version, empty for any.
    pub version: SmolStr,
    /// The kind, empty for any.
    pub kind: SmolStr,
    /// The keys to it with `/` between them; `[]` behind a key means every item of its list.
    pub path: SmolStr,
    /// Whether it is made where it is missing.
    pub create: bool,
}

impl FieldSpec {
    /// Whether it is about a type.
    pub fn selects(&self, gvk: &Gvk) -> bool {
        let fits = |own: &SmolStr, other: &SmolStr| own.is_empty() || own == other;
        fits(&self.kind, &gvk.kind)
            && fits(&self.group, &gvk.group)
            && fits(&self.version, &gvk.version)
    }
}
