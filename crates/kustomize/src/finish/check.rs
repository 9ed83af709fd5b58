//! What must be true of the objects that come out: patches and replacements may have taken names away.

use std::collections::HashMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::resource::Resource;

/// Reports objects without kind or name, and two of one id.
pub(crate) fn check(resources: &[Resource], context: &mut Context<'_>) {
    let mut seen = HashMap::with_capacity(resources.len());
    for resource in resources {
        if resource.kind().is_empty()
            || resource.name().is_empty() && !resource.kind().ends_with("List")
        {
            let lost = if resource.kind().is_empty() {
                "kind"
            } else {
                "metadata.name"
            };
            let message = format!("the object has no `{lost}` any more at the end of the build");
            context.push(BuildError::new(
                ErrorKind::NotAnObject,
                resource.place.clone(),
                message,
            ));
            continue;
        }
        if let Some(other) = seen.insert(resource.id().normal(), resource) {
            if is_told(context, [resource, other]) {
                continue;
            }
            let message = format!(
                "at the end of the build there are two {} `{}`",
                resource.kind(),
                resource.name()
            );
            let error = BuildError::new(ErrorKind::DuplicateId, resource.place.clone(), message);
            context.push(error.with_related(other.place.clone(), "the other one"));
        }
    }
}

/// Whether an earlier step said that two objects became one.
fn is_told(context: &Context<'_>, objects: [&Resource; 2]) -> bool {
    let twice = |error: &&Arc<BuildError>| error.kind == ErrorKind::DuplicateId;
    let mut errors = context.errors.iter().filter(twice);
    errors.any(|error| {
        let about = |object: &&Resource| {
            let mut related = error.related.iter();
            error.place == object.place || related.any(|(place, _)| *place == object.place)
        };
        objects.iter().all(about)
    })
}
