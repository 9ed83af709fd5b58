//! A folder in the place of a registry: what it has, and what is wrong with it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test over folders of its own"
)]

use camino::{Utf8Path, Utf8PathBuf};
use infragen_registry::push::{self, Bundle, FLUX_CONTENT, HELM_CONTENT};
use infragen_registry::{
    Answer, Ask, Cancel, Endpoint, Mirror, Registry, Repository, Settings, Timestamp,
};

struct Folder {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    /// With versions of `ghcr.io/acme/web` in a folder for the whole registry.
    fn filled() -> Self {
        let folder = Self::new();
        for tag in ["1.10.0", "1.9.0", "1.9.0-rc.1"] {
            push::to_layout(&folder.layouts(), &web(), tag, &bundle(tag)).unwrap();
        }
        folder
    }

    fn layouts(&self) -> Utf8PathBuf {
        self.path.join("layouts")
    }

    fn registry(&self, key: &str, folder: &Utf8Path) -> Registry {
        let mut settings = Settings::offline();
        settings.cache = Some(self.path.join("cache"));
        settings.mirrors = vec![(key.to_owned(), Mirror::Layout(folder.to_owned()))];
        Registry::new(settings)
    }
}

fn web() -> Repository {
    Repository::parse("oci://ghcr.io/acme/web").unwrap()
}

fn endpoint() -> Endpoint {
    Endpoint::new(web())
}

fn bundle(version: &str) -> Bundle {
    let text = format!("version: {version}\n");
    Bundle::flux([
        ("base/app.yaml", text.as_bytes()),
        ("base/kustomization.yaml", b"resources: [app.yaml]\n"),
    ])
    .with("created", "2026-01-02T03:04:05Z")
    .with("source", "https://github.com/acme/web")
    .with("revision", &format!("v{version}@sha1:0123"))
}

#[test]
fn a_folder_for_a_registry_answers_without_network_and_cache() {
    let folder = Folder::filled();
    let registry = folder.registry("ghcr.io", &folder.layouts());
    let listing = registry.tags(&endpoint()).unwrap();
    assert_eq!(listing.tags, ["1.10.0", "1.9.0", "1.9.0-rc.1"]);
    assert_eq!(registry.remembered_tags(&endpoint()), Some(listing.clone()));
    let index = folder.layouts().join("acme/web/index.json");
    assert_eq!(
        listing.at,
        Timestamp::from(index.metadata().unwrap().modified().unwrap())
    );

    let artifact = registry.artifact(&endpoint(), "1.9.0").unwrap();
    assert_eq!(artifact.created, Timestamp::parse("2026-01-02T03:04:05Z"));
    assert_eq!(
        artifact.source.as_deref(),
        Some("https://github.com/acme/web")
    );
    assert_eq!(artifact.revision.as_deref(), Some("v1.9.0@sha1:0123"));
    assert_eq!(artifact.layers[0].media_type, FLUX_CONTENT);
    assert_eq!(
        registry.remembered_artifact(&endpoint(), "1.9.0"),
        Some(artifact.clone())
    );
    assert_eq!(
        registry.artifact(&endpoint(), &artifact.digest),
        Ok(artifact)
    );
    // No answer of a folder is kept: it is at hand.
    assert!(!folder.path.join("cache").exists());
}

#[test]
fn a_folder_may_be_one_repository_or_hold_many_in_one_index() {
    let folder = Folder::filled();
    let own = folder.layouts().join("acme/web");
    let registry = folder.registry("ghcr.io/acme/web", &own);
    assert_eq!(registry.tags(&endpoint()).unwrap().tags.len(), 3);

    let index = std::fs::read_to_string(own.join("index.json")).unwrap();
    let full = index
        .replace(r#""1.10.0""#, r#""ghcr.io/acme/web:1.10.0""#)
        .replace(r#""1.9.0""#, r#""ghcr.io/acme/api:2.0.0""#);
    std::fs::write(own.join("index.json"), full).unwrap();
    let registry = folder.registry("ghcr.io", &own);
    assert_eq!(registry.tags(&endpoint()).unwrap().tags, ["1.10.0"]);
    assert!(registry.artifact(&endpoint(), "1.10.0").is_ok());
    let other = Endpoint::new(Repository::parse("oci://ghcr.io/acme/other").unwrap());
    let fault = registry.tags(&other).unwrap_err();
    assert!(
        fault
            .message
            .contains("no image layout of ghcr.io/acme/other"),
        "{fault}"
    );
}

#[test]
fn the_files_are_unpacked_once() {
    let folder = Folder::filled();
    let registry = folder.registry("ghcr.io", &folder.layouts());
    let artifact = registry.artifact(&endpoint(), "1.9.0").unwrap();
    assert_eq!(registry.pulled(&endpoint(), &artifact, None), None);
    let files = registry.pull(&endpoint(), &artifact, None).unwrap();
    assert_eq!(
        std::fs::read_to_string(files.join("base/app.yaml")).unwrap(),
        "version: 1.9.0\n"
    );
    assert!(
        files
            .join("base/app.yaml")
            .metadata()
            .unwrap()
            .permissions()
            .readonly()
    );
    // The folder is not needed any more.
    std::fs::remove_dir_all(folder.layouts()).unwrap();
    assert_eq!(
        registry.pulled(&endpoint(), &artifact, Some(FLUX_CONTENT)),
        Some(files.clone())
    );
    assert_eq!(
        registry.pull(&endpoint(), &artifact, Some(FLUX_CONTENT)),
        Ok(files)
    );
    let fault = registry
        .pull(&endpoint(), &artifact, Some(HELM_CONTENT))
        .unwrap_err();
    assert!(
        fault.message.contains("no layer of the media type"),
        "{fault}"
    );

    let root = folder.path.join("cache");
    assert_eq!(infragen_registry::cache::sizes(&root).artifacts, 1);
    infragen_registry::cache::clear(&root).unwrap();
    assert_eq!(registry.pulled(&endpoint(), &artifact, None), None);
}

#[test]
fn the_same_files_are_the_same_artifact() {
    let source = Folder::new();
    std::fs::create_dir_all(source.path.join("base")).unwrap();
    std::fs::write(
        source.path.join("base/kustomization.yaml"),
        "resources: [app.yaml]\n",
    )
    .unwrap();
    std::fs::write(source.path.join("base/app.yaml"), "version: 1\n").unwrap();
    let of_folder = Bundle::of_folder(&source.path).unwrap();
    assert_eq!(of_folder.layers, bundle("1").layers);
}

#[test]
fn what_is_wrong_with_a_folder_is_said() {
    let folder = Folder::filled();
    let registry = folder.registry("ghcr.io", &folder.layouts());
    let own = folder.layouts().join("acme/web");
    let says = |fault: infragen_registry::Fault, what: &str| {
        assert!(fault.message.contains(what), "{fault}");
        assert!(!fault.message.ends_with('.') && fault.help.is_some() && !fault.is_passing);
    };
    says(
        registry.artifact(&endpoint(), "3.0.0").unwrap_err(),
        "has no `3.0.0`",
    );

    let artifact = registry.artifact(&endpoint(), "1.9.0").unwrap();
    let blob = |digest: &str| {
        own.join("blobs/sha256")
            .join(digest.strip_prefix("sha256:").unwrap())
    };
    let layer = std::fs::read(blob(&artifact.layers[0].digest)).unwrap();
    std::fs::write(blob(&artifact.layers[0].digest), [layer, vec![0]].concat()).unwrap();
    says(
        registry.pull(&endpoint(), &artifact, None).unwrap_err(),
        "its digest is another one",
    );
    assert_eq!(registry.pulled(&endpoint(), &artifact, None), None);

    std::fs::write(blob(&artifact.digest), "{}").unwrap();
    says(
        registry.artifact(&endpoint(), "1.9.0").unwrap_err(),
        "its digest is another one",
    );
    std::fs::write(own.join("index.json"), "[").unwrap();
    says(registry.tags(&endpoint()).unwrap_err(), "is no index");
    std::fs::remove_file(own.join("index.json")).unwrap();
    says(registry.tags(&endpoint()).unwrap_err(), "no image layout");
    assert_eq!(registry.remembered_tags(&endpoint()), None);
}

#[test]
fn a_batch_tells_every_answer() {
    let folder = Folder::filled();
    let registry = folder.registry("ghcr.io", &folder.layouts());
    let artifact = registry.artifact(&endpoint(), "1.9.0").unwrap();
    let pull = Ask::Pull {
        endpoint: endpoint(),
        artifact,
        media_type: None,
    };
    let mut asks = vec![
        Ask::Tags(endpoint()),
        Ask::Artifact(endpoint(), "1.9.0".into()),
        pull,
    ];
    asks.extend((0..200).map(|_| Ask::Artifact(endpoint(), "none".into())));
    let (mut good, mut bad) = (0, 0);
    registry.many(asks, &Cancel::default(), &mut |_, answer| match answer {
        Answer::Tags(Ok(_)) | Answer::Artifact(Ok(_)) | Answer::Pull(Ok(_)) => good += 1,
        Answer::Artifact(Err(_)) => bad += 1,
        other => panic!("{other:?}"),
    });
    assert_eq!((good, bad), (3, 200));

    let cancel = Cancel::default();
    let mut told = 0;
    let asks = (0..200).map(|_| Ask::Tags(endpoint())).collect();
    registry.many(asks, &cancel, &mut |_, _| {
        told += 1;
        cancel.cancel();
    });
    assert_eq!(told, 1);
}
