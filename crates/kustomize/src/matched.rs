//! Which objects the patches of a build change. Noted only where the build is traced: an editor asks, and a build does
//! not need it.

use smol_str::SmolStr;

use crate::context::Context;
use crate::id::Gvk;
use crate::origin::Place;
use crate::resource::Resource;

/// An object that a patch is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Matched {
    /// The item of the kustomization file that holds or names the patch.
    pub entry: Place,
    /// The patch itself: the object or the list of operations.
    pub patch: Place,
    /// The group, version and kind of the object.
    pub gvk: Gvk,
    /// Its name at that time: what comes later in the build may change it.
    pub name: SmolStr,
    /// Where it stands.
    pub object: Place,
}

/// Notes an object that a patch is for.
pub(crate) fn note(entry: Place, patch: Place, resource: &Resource, context: &mut Context<'_>) {
    if context.loader.traced() {
        context.matched.push(Matched {
            entry,
            patch,
            gvk: resource.gvk(),
            name: SmolStr::new(resource.name()),
            object: resource.place.clone(),
        });
    }
}
