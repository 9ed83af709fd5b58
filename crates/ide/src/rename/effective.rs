//! The names that objects have in every environment, who uses them, and where each was written.
//!
//! A build that is not traced tells which Flux Kustomizations have to do with a name; only those are built again
//! with histories.

use std::sync::Arc;

use camino::Utf8PathBuf;
use infragen_flux::{GroupKind, KindPattern, Named, named};
use infragen_kustomize::{FileKind, How, Place, Resource};
use infragen_syntax::TextRange;
use infragen_workspace::{
    Application, Change, Cluster, Db, Root, SourceFile, clusters, facts, layers, place_of_build,
};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// Where Flux applies things, or a directory that kustomize can build by itself: an overlay may hide what its base
/// says, and still the base is to be right.
pub(super) struct Scope {
    /// The name of the environment; none for a mere directory.
    pub environment: Option<SmolStr>,
    cluster: Arc<Cluster>,
}

/// A name in an object of a scope.
#[derive(Debug, Clone)]
pub(super) struct Use {
    /// The number of the scope.
    pub scope: usize,
    /// The kind of what bears the name.
    pub kind: KindPattern,
    /// The namespace of what bears it; empty where its kind has none.
    pub namespace: SmolStr,
    /// The name as it is in the cluster.
    pub name: SmolStr,
    /// Whether this object bears it, or makes what bears it.
    pub bears: bool,
    /// Whether the cluster deletes what this Flux Kustomization applied when it is gone.
    pub prunes: bool,
    /// How the name came to be.
    pub story: Story,
}

/// How a name came to be.
#[derive(Debug, Clone, Default)]
pub(super) struct Story {
    /// Where it is written; none where that is no YAML file of the repository.
    pub written: Option<(SourceFile, TextRange)>,
    /// What is written there.
    pub text: SmolStr,
    /// What was put before and behind it later.
    pub prefix: String,
    /// See `prefix`.
    pub suffix: String,
    /// Every name on the way, the written one first, with what is around the written one in it.
    pub names: Vec<(SmolStr, String, String)>,
    /// Whether kustomize let it follow the object that it names.
    pub followed: bool,
    /// What else made it, and where.
    pub made_by: Option<(How, Place)>,
    /// Where another name stood in its place before that.
    pub replaced: Option<(SourceFile, TextRange)>,
}

/// The scopes of a root.
pub(super) fn scopes(db: &dyn Db, root: Root) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = clusters(db, root)
        .into_iter()
        .map(|cluster| Scope {
            environment: Some(cluster.environment.name.clone()),
            cluster,
        })
        .collect();
    let applied: FxHashSet<_> = scopes
        .iter()
        .flat_map(|scope| &scope.cluster.applications)
        .filter_map(|application| application.directory.as_ref().ok().copied())
        .collect();
    for file in layers(db, root) {
        let directory = file.directory(db);
        let component = facts(db, file)
            .kustomization
            .as_ref()
            .is_none_or(|file| file.kind == FileKind::Component);
        if component || applied.contains(&directory) {
            continue;
        }
        scopes.push(Scope {
            environment: None,
            cluster: Arc::new(Cluster::of_directory(db, directory)),
        });
    }
    scopes
}

impl Scope {
    /// The file of the object of a kind, namespace and name, where the scope has one.
    pub fn holder(
        &self,
        db: &dyn Db,
        kind: &GroupKind,
        namespace: &str,
        name: &str,
    ) -> Option<Utf8PathBuf> {
        let applications = &self.cluster.applications;
        applications.iter().find_map(|application| {
            let objects = self.cluster.objects(db, application);
            let holder = objects.iter().find(|object| {
                object.name == name && object.kind == *kind && object.namespace == namespace
            });
            holder.map(|object| object.file.to_path_buf())
        })
    }
}

/// The most often that names are looked for again because others were found to be the same.
const MAX_ROUNDS: usize = 6;

/// Every use of one of some names, and of the names that the same objects have elsewhere or had before.
pub(super) fn uses(db: &dyn Db, root: Root, scopes: &[Scope], names: &[&str]) -> Vec<Use> {
    let mut names: FxHashSet<SmolStr> = names.iter().map(|name| SmolStr::new(*name)).collect();
    let mut found = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let before = names.len();
        found.clear();
        for (number, scope) in scopes.iter().enumerate() {
            for application in &scope.cluster.applications {
                if !concerns(db, scope, application, &mut names) {
                    continue;
                }
                let finder = Finder {
                    db,
                    root,
                    scope,
                    number,
                    application,
                };
                finder.uses(&mut names, &mut found);
            }
        }
        if names.len() == before {
            break;
        }
    }
    found
}

/// Whether an application has one of some names in it; adds the other names of the objects that have one.
fn concerns(
    db: &dyn Db,
    scope: &Scope,
    application: &Application,
    names: &mut FxHashSet<SmolStr>,
) -> bool {
    let Some(built) = scope.cluster.built(db, application) else {
        return false;
    };
    let mut any = false;
    for resource in &built.resources {
        let earlier = || resource.previous.iter().map(|previous| &previous.name);
        if names.contains(resource.name()) || earlier().any(|name| names.contains(name)) {
            any = true;
            names.insert(SmolStr::new(resource.name()));
            names.extend(earlier().cloned());
        }
        named(&resource.value, &mut |name| {
            any |= names.contains(&name.name.text);
        });
    }
    any
}

/// Looks for names in one application.
struct Finder<'a> {
    db: &'a dyn Db,
    root: Root,
    scope: &'a Scope,
    number: usize,
    application: &'a Application,
}

impl Finder<'_> {
    fn uses(&self, names: &mut FxHashSet<SmolStr>, found: &mut Vec<Use>) {
        let cluster = &self.scope.cluster;
        let Some(built) = cluster.traced(self.db, self.application) else {
            return;
        };
        let objects = cluster.objects(self.db, self.application);
        for (number, resource) in built.resources.iter().enumerate() {
            let own = objects
                .get(number)
                .map_or_else(SmolStr::default, |object| object.namespace.clone());
            named(&resource.value, &mut |name| {
                let story = self.story(&name);
                let known = story.names.iter().any(|(text, ..)| names.contains(text));
                if !known {
                    return;
                }
                if name.bears {
                    names.extend(story.names.iter().map(|(text, ..)| text.clone()));
                }
                found.push(Use {
                    scope: self.number,
                    namespace: name.namespace.map_or_else(|| own.clone(), SmolStr::new),
                    name: name.name.text.clone(),
                    bears: name.bears,
                    prunes: name.bears && prunes(resource, &name.kind),
                    kind: name.kind,
                    story,
                });
            });
        }
    }

    fn story(&self, name: &Named<'_>) -> Story {
        let history =
            self.scope
                .cluster
                .history(self.db, self.root, self.application, &name.name.origin);
        let mut story = tell(&name.name.text, &history);
        let place = |change: &Change| place_of_build(self.db, self.root, &change.place);
        if story.made_by.is_some() {
            story.replaced = history.last().and_then(place);
        } else {
            let written = history.get(story.names.len().saturating_sub(1));
            story.written = written.and_then(place);
        }
        story
    }
}

/// Goes back from a name to where it was written.
fn tell(name: &SmolStr, history: &[Change]) -> Story {
    let mut story = Story::default();
    let mut at = name.clone();
    let mut parts = vec![(at.clone(), String::new(), String::new())];
    for change in history {
        match (change.how, &change.before) {
            (How::NameReference, Some(before)) => {
                // What it became is what its object is called: nothing was put around it here.
                story.followed = true;
                at = before.clone();
                parts.push((at.clone(), story.prefix.clone(), story.suffix.clone()));
            }
            (How::Transformer | How::Generator, Some(before)) => {
                if let Some(prefix) = at.strip_suffix(before.as_str()) {
                    story.prefix.push_str(prefix);
                } else if let Some(suffix) = at.strip_prefix(before.as_str()) {
                    story.suffix.insert_str(0, suffix);
                } else {
                    story.made_by = Some((change.how, change.place.clone()));
                    break;
                }
                at = before.clone();
                parts.push((at.clone(), story.prefix.clone(), story.suffix.clone()));
            }
            (How::Replacement | How::Substitution | How::Transformer, _) => {
                story.made_by = Some((change.how, change.place.clone()));
                break;
            }
            (How::Resource | How::Patch | How::Generator | How::NameReference, _) => break,
        }
    }
    // Seen from the written text: what stands around it in each name.
    let around = |whole: &(SmolStr, String, String)| {
        let (prefix, suffix) = (&story.prefix, &story.suffix);
        let prefix = prefix.strip_prefix(whole.1.as_str()).unwrap_or_default();
        let suffix = suffix.strip_suffix(whole.2.as_str()).unwrap_or_default();
        (whole.0.clone(), prefix.to_owned(), suffix.to_owned())
    };
    story.names = parts.iter().map(around).rev().collect();
    story.text = at;
    story
}

/// Whether an object is a Flux Kustomization whose objects go with it.
fn prunes(resource: &Resource, kind: &KindPattern) -> bool {
    let flux = GroupKind::from(infragen_flux::known::KUSTOMIZATION);
    let text = |path: &[&str]| {
        let value = resource.value.at(path);
        value
            .and_then(|value| value.as_scalar())
            .map(|scalar| scalar.text.clone())
    };
    let policy = text(&["spec", "deletionPolicy"]);
    kind.fits(&flux)
        && resource.kind() == flux.kind
        && match policy.as_deref() {
            None | Some("MirrorPrune") => text(&["spec", "prune"]).as_deref() == Some("true"),
            Some(policy) => policy != "Orphan",
        }
}

#[cfg(test)]
mod tests {
    use infragen_kustomize::Path;

    use super::*;

    fn change(how: How, before: Option<&str>) -> Change {
        Change {
            how,
            place: Place::start_of(Path::from(camino::Utf8Path::new("a.yaml"))),
            before: before.map(SmolStr::new),
        }
    }

    #[test]
    fn what_is_around_a_name_is_known() {
        let history = [
            change(How::Generator, Some("a-web-z")),
            change(How::Transformer, Some("web-z")),
            change(How::Transformer, Some("web")),
            change(How::Resource, None),
        ];
        let story = tell(&"a-web-z-hash".into(), &history);
        assert_eq!((&*story.prefix, &*story.suffix), ("a-", "-z-hash"));
        let names: Vec<_> = story
            .names
            .iter()
            .map(|(name, prefix, suffix)| format!("{name} {prefix}|{suffix}"))
            .collect();
        assert_eq!(
            names,
            [
                "web |",
                "web-z |-z",
                "a-web-z a-|-z",
                "a-web-z-hash a-|-z-hash"
            ]
        );
        assert_eq!(story.text, "web");
    }

    #[test]
    fn what_substitution_makes_is_no_text_of_its_own() {
        let history = [
            change(How::Substitution, Some("${APP}-web")),
            change(How::Resource, None),
        ];
        let story = tell(&"shop-web".into(), &history);
        assert!(story.made_by.is_some());
        let follows = [
            change(How::NameReference, Some("web")),
            change(How::Resource, None),
        ];
        let story = tell(&"a-web".into(), &follows);
        assert!(story.followed && story.made_by.is_none());
        assert_eq!(story.text, "web");
    }
}
