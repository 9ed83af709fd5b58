//! What a walk through an environment begins with: all that decides where it goes beside the objects that it meets.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_flux::FluxVersion;
use infragen_flux::known::KUSTOMIZATION;
use infragen_flux::kustomization::{KustomizationSpec, SourceName, of_instance};
use infragen_flux::substitute::{Missing, Rules};
use smol_str::SmolStr;

use super::instance::{Instance, made_by, said_in};
use super::version::flux_version;
use crate::builds::resources;
use crate::configuration::settings;
use crate::db::Db;
use crate::environment::{Entry, Environment, own_sources};
use crate::files::Root;
use crate::index::View;
use crate::published::{Published, published};
use crate::query::facts;
use crate::versions::pulled_roots;

/// What a walk through an environment begins with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Outset {
    /// The Flux Kustomization that the entry point is.
    pub entry: Arc<KustomizationSpec>,
    /// The FluxInstance that makes it, if one does.
    pub instance: Option<Instance>,
    /// The Flux that runs there, where it is known.
    pub version: Option<FluxVersion>,
    /// How variables are replaced.
    pub rules: Rules,
    /// See [`own_sources`].
    pub own_sources: Vec<(SmolStr, SmolStr)>,
    /// The bundles of `.infragen.yaml`.
    pub bundles: BTreeMap<String, Utf8PathBuf>,
    /// What workflows publish, here and in the repositories that are open beside this one.
    pub published: Vec<Published>,
    /// Whether a source may have a `spec.ignore`, by what files say here, beside this root, and in mapped bundles: else
    /// nobody looks for one.
    pub source_ignores: bool,
    /// Likewise whether it may leave out something that a build names without one.
    pub leaves_out: bool,
}

/// What the walk through an environment begins with, as editors show it: few files decide it, and it is the same
/// after nearly every edit.
#[salsa::tracked(returns(clone))]
pub(crate) fn outset(db: &dyn Db, root: Root, environment: Environment) -> Arc<Outset> {
    let version = flux_version(db, root, environment.clone());
    let (source_ignores, leaves_out) = sources_leave_out(db, root);
    Arc::new(Outset {
        entry: entry(db, &environment),
        instance: Instance::of_entry(db, &environment.entry),
        version,
        rules: version.map_or(Missing::Fails.into(), FluxVersion::substitution),
        own_sources: own_sources(db, root),
        bundles: settings(db, root).settings.bundles.clone(),
        published: published_around(db, root),
        source_ignores,
        leaves_out,
    })
}

/// What workflows publish, of a root and of those that are open beside it.
pub(super) fn published_around(db: &dyn Db, root: Root) -> Vec<Published> {
    let siblings = root.siblings(db).iter().copied();
    let roots = std::iter::once(root).chain(siblings);
    roots
        .flat_map(|root| published(db, root).as_ref().clone())
        .collect()
}

/// Whether sources may leave something out by `spec.ignore`, and whether otherwise: here, beside this root, or in mapped
/// bundles. A query of its own, because every edit asks for it and hardly any changes it.
#[salsa::tracked(returns(copy))]
fn sources_leave_out(db: &dyn Db, root: Root) -> (bool, bool) {
    let mapped = root.mapped(db).iter();
    let mapped = mapped.map(|(_, directory)| directory.root(db));
    let siblings = root.siblings(db).iter().copied();
    let roots = std::iter::once(root).chain(siblings).chain(mapped);
    let views: Vec<_> = roots
        .chain(pulled_roots(db))
        .map(|root| View::new(db, root))
        .collect();
    (
        views.iter().any(View::source_ignores),
        views.iter().any(View::leaves_out),
    )
}

/// The Flux Kustomization that the entry point is.
fn entry(db: &dyn Db, environment: &Environment) -> Arc<KustomizationSpec> {
    let made_up = |namespace: &str, name: &str, source| {
        KustomizationSpec::of_path(
            namespace.into(),
            name.into(),
            environment.path.as_str().into(),
            source,
        )
    };
    let Entry::Object { file, object, .. } = &environment.entry else {
        return Arc::new(made_up("flux-system", "flux-system", None));
    };
    let facts = facts(db, *file);
    let Some(object) = facts.objects.get(*object as usize) else {
        return Arc::new(made_up("flux-system", "flux-system", None));
    };
    let name = object.name.as_ref().map(|name| name.value.as_str());
    let manifests = resources(db, *file);
    let manifest = manifests.resources.iter().find(|resource| {
        resource.kind() == object.kind.kind && name.is_some_and(|name| name == resource.name())
    });
    if object.kind == *KUSTOMIZATION
        && let Some(manifest) = manifest
    {
        let mut spec = KustomizationSpec::read(&manifest.value);
        if spec.namespace.is_empty() {
            spec.namespace = "flux-system".into();
        }
        return Arc::new(spec);
    }
    let ([source, _], Some((namespace, name))) = (object.makes.as_slice(), made_by(object)) else {
        return Arc::new(made_up("flux-system", "flux-system", None));
    };
    let instance = manifest.and_then(|manifest| said_in(&object.kind, &manifest.value));
    if let Some(spec) = instance.and_then(|instance| of_instance(instance, (&namespace, &name))) {
        return Arc::new(spec);
    }
    let source = SourceName {
        kind: source.kind.kind.clone(),
        namespace: namespace.clone(),
        name: source.name.value.clone(),
    };
    Arc::new(made_up(&namespace, &name, Some(source)))
}
