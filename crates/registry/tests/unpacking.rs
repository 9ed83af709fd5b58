//! Archives that want more than to be unpacked: they leave nothing in the cache, and nothing outside of it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test over folders of its own"
)]

use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use flate2::Compression;
use flate2::write::GzEncoder;
use infragen_registry::push::{self, Bundle};
use infragen_registry::{Endpoint, Limits, Mirror, Registry, Repository, Settings};
use tar::{EntryType, Header};

/// One entry of an archive, with any name.
fn entry(kind: EntryType, name: &str, link: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o777);
    header.set_size(bytes.len() as u64);
    let fields = header.as_old_mut();
    fields.name[..name.len()].copy_from_slice(name.as_bytes());
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    let padding = vec![0; bytes.len().next_multiple_of(512) - bytes.len()];
    [header.as_bytes().as_slice(), bytes, &padding].concat()
}

fn file(name: &str, text: &str) -> Vec<u8> {
    entry(EntryType::Regular, name, "", text.as_bytes())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The folder of a test, with what a layer was unpacked to.
struct Unpacked {
    folder: tempfile::TempDir,
    result: Result<Utf8PathBuf, String>,
}

impl Unpacked {
    fn new(layer: Vec<u8>, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(path.join("outside"), "untouched").unwrap();
        let repository = Repository::parse("oci://ghcr.io/acme/web").unwrap();
        let mut bundle = Bundle::flux([]);
        bundle.layers[0].1 = layer;
        push::to_layout(&path.join("layouts"), &repository, "1", &bundle).unwrap();
        let mut settings = Settings::offline();
        settings.cache = Some(path.join("cache"));
        settings.mirrors = vec![("ghcr.io".to_owned(), Mirror::Layout(path.join("layouts")))];
        settings.limits = limits;
        let (registry, endpoint) = (Registry::new(settings), Endpoint::new(repository));
        let artifact = registry.artifact(&endpoint, "1").unwrap();
        let result = registry.pull(&endpoint, &artifact, None);
        let is_there = registry.pulled(&endpoint, &artifact, None).is_some();
        assert_eq!(is_there, result.is_ok());
        // Nothing but what is asked for, and nothing beside the cache.
        let layers = path
            .join("cache/registry-v1/layers")
            .read_dir_utf8()
            .unwrap()
            .count();
        assert_eq!(layers, usize::from(result.is_ok()));
        assert_eq!(
            std::fs::read_to_string(path.join("outside")).unwrap(),
            "untouched"
        );
        assert_eq!(path.read_dir_utf8().unwrap().count(), 3);
        Self {
            folder,
            result: result.map_err(|fault| fault.to_string()),
        }
    }

    fn files(&self) -> Vec<String> {
        let top = self.result.as_ref().unwrap();
        assert!(top.as_std_path().starts_with(self.folder.path()));
        let mut found = Vec::new();
        list(top, top, &mut found);
        found.sort();
        found
    }
}

fn list(top: &Utf8Path, folder: &Utf8Path, found: &mut Vec<String>) {
    for entry in folder.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(top).unwrap().to_string();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => {
                found.push(format!("{name}/"));
                list(top, entry.path(), found);
            }
            kind if kind.is_file() => {
                found.push(format!(
                    "{name}={}",
                    std::fs::read_to_string(entry.path()).unwrap()
                ));
            }
            _ => found.push(format!("{name} is a link")),
        }
    }
}

fn unpacked(entries: &[Vec<u8>]) -> Unpacked {
    Unpacked::new(gzip(&entries.concat()), Limits::default())
}

fn refused(entries: &[Vec<u8>], what: &str) {
    let unpacked = unpacked(entries);
    let why = unpacked.result.unwrap_err();
    assert!(
        why.starts_with("the layer of ghcr.io/acme/web ") && why.contains(what),
        "{why}"
    );
}

#[test]
fn files_and_folders() {
    let long = format!("{}/deep.yaml", "folder".repeat(30));
    let gnu = entry(
        EntryType::GNULongName,
        "././@LongLink",
        "",
        format!("{long}\0").as_bytes(),
    );
    let pax = "23 path=ünïcode.yaml\n";
    assert_eq!(pax.len(), 23);
    let entries = [
        entry(EntryType::Directory, "./", "", b""),
        entry(EntryType::Directory, "base/", "", b""),
        file("base/a.yaml", "one"),
        file("./base/a.yaml", "two"),
        file("made/on/the/way.yaml", ""),
        entry(
            EntryType::XGlobalHeader,
            "pax_global_header",
            "",
            b"13 comment=0\n",
        ),
        gnu,
        file("short", "long"),
        entry(EntryType::XHeader, "pax", "", pax.as_bytes()),
        file("short", "pax"),
    ];
    let expected = [
        "base/",
        "base/a.yaml=two",
        &format!("{}/", "folder".repeat(30)),
        &format!("{long}=long"),
        "made/",
        "made/on/",
        "made/on/the/",
        "made/on/the/way.yaml=",
        "ünïcode.yaml=pax",
    ];
    assert_eq!(unpacked(&entries).files(), expected);
    // Not compressed, and in several gzip members.
    let plain = Unpacked::new(file("a", "1"), Limits::default());
    assert_eq!(plain.files(), ["a=1"]);
    let members = [gzip(&file("a", "1")), gzip(&file("b", "2"))].concat();
    assert_eq!(
        Unpacked::new(members, Limits::default()).files(),
        ["a=1", "b=2"]
    );
}

#[test]
fn names_that_lead_out_of_the_folder() {
    for name in [
        "../outside",
        "/outside",
        "a/../../outside",
        "a/..",
        "..",
        "a\\..\\outside",
    ] {
        refused(&[file(name, "x")], "leads out of its folder");
        refused(
            &[entry(EntryType::Directory, name, "", b"")],
            "leads out of its folder",
        );
        let long = entry(EntryType::GNULongName, "././@LongLink", "", name.as_bytes());
        refused(&[long, file("good", "x")], "leads out of its folder");
    }
}

#[test]
fn links_are_left_out_and_nothing_is_written_through_them() {
    let entries = [
        entry(EntryType::Symlink, "link", "..", b""),
        file("link/outside", "x"),
        entry(EntryType::Symlink, "outside", "../../../../../outside", b""),
        file("outside", "inside"),
        entry(EntryType::Link, "hard", "/etc/passwd", b""),
        file("a.yaml", "1"),
    ];
    assert_eq!(
        unpacked(&entries).files(),
        ["a.yaml=1", "link/", "link/outside=x", "outside=inside"]
    );
}

#[test]
fn devices_and_the_like() {
    for kind in [
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::GNUSparse,
    ] {
        refused(&[entry(kind, "thing", "", b"")], "neither file nor folder");
    }
    refused(
        &[file("a", ""), file("a/b", "")],
        "cannot be unpacked at `a",
    );
    refused(
        &[file("a/b", ""), file("a", "")],
        "cannot be unpacked at `a",
    );
    refused(&[file(".", "x")], "without a name");
}

#[test]
fn bombs() {
    let limits = Limits {
        unpacked_bytes: 1024 * 1024,
        entries: 100,
        ..Limits::default()
    };
    let refused = |bytes: Vec<u8>, what: &str| {
        let why = Unpacked::new(bytes, limits).result.unwrap_err();
        assert!(why.contains(what), "{why}");
    };
    let bomb = gzip(&entry(
        EntryType::Regular,
        "zeros",
        "",
        &vec![0; 20 * 1024 * 1024],
    ));
    assert!(bomb.len() < 50_000);
    refused(bomb, "unpacks to more than 1 MiB");
    let many: Vec<u8> = (0..101)
        .flat_map(|index| file(&format!("file-{index}"), ""))
        .collect();
    refused(gzip(&many), "more than 100 files");
    // A header for names that would fill the memory.
    for kind in [
        EntryType::GNULongName,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
    ] {
        refused(
            gzip(&entry(kind, "name", "", &vec![b'a'; 100_000])),
            "a name that is too long",
        );
    }
}

#[test]
fn what_is_no_archive() {
    for bytes in [
        b"nonsense".to_vec(),
        gzip(b"nonsense"),
        gzip(&file("a", "x"))[..60].to_vec(),
    ] {
        let why = Unpacked::new(bytes, Limits::default()).result.unwrap_err();
        assert!(why.contains("is no tar archive"), "{why}");
    }
    let text: String = (0..2000).map(|number| format!("{number}\n")).collect();
    let whole = gzip(&[file("a", "1"), file("b", &text)].concat());
    let why = Unpacked::new(whole[..whole.len() / 2].to_vec(), Limits::default())
        .result
        .unwrap_err();
    assert!(why.contains("is no tar archive"), "{why}");
}
